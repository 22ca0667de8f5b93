//! Forms of texts that the specifications ask for.

/// Whether a text is a URI or relative to one: characters that none has are what people write by mistake.
pub(super) fn is_uri_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_bad = |byte: &u8| {
        byte.is_ascii_control() || matches!(byte, b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'|')
    };
    let percent_is_well = |at: usize| {
        bytes[at] != b'%'
            || bytes
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    !bytes.iter().any(is_bad) && (0..bytes.len()).all(percent_is_well) && text.matches('#').count() <= 1
}

/// Whether a URI names its scheme.
pub(super) fn is_absolute_uri(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    };
    is_uri_reference(text)
        && text
            .split_once(':')
            .is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
}

/// Whether a text is an address for mail, as far as can be said without sending any.
pub(super) fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace) && !host.starts_with('.')
    })
}

/// Whether a component may have this name.
pub(super) fn is_component_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// Whether a text is a token of HTTP: a header's name, a method, half of a media type.
pub(super) fn is_token(text: &str) -> bool {
    let is_mark = |byte| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

/// Whether a text is a media type or a range of them, with or without parameters.
pub(super) fn is_media_range(text: &str) -> bool {
    let name = text.split(';').next().unwrap_or("").trim();
    name.split_once('/')
        .is_some_and(|(kind, rest)| is_token(kind) && is_token(rest))
}

/// The names in a text's braces, or what is wrong with the braces.
pub(super) fn template(text: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut open = None;
    for (at, letter) in text.char_indices() {
        match (letter, open) {
            ('{', None) => open = Some(at + 1),
            ('{', Some(_)) => return Err("a brace opens in a brace".to_owned()),
            ('}', None) => return Err("a brace closes that is not open".to_owned()),
            ('}', Some(from)) => {
                if from == at {
                    return Err("there is no name in its braces".to_owned());
                }
                names.push(&text[from..at]);
                open = None;
            }
            _ => {}
        }
    }
    match open {
        Some(_) => Err("a brace is not closed".to_owned()),
        None => Ok(names),
    }
}

/// A text in backquotes, cut where it gets long.
pub(super) fn quoted(text: &str) -> String {
    const LONG: usize = 80;
    if text.chars().count() <= LONG {
        return format!("`{}`", text.escape_debug());
    }
    let begin: String = text.chars().take(LONG - 1).collect();
    format!("`{}…`", begin.escape_debug())
}

/// The known name that a name was probably meant to be.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    const LONG: usize = 40;
    if name.len() > LONG {
        return None;
    }
    let distance = |other: &&str| strsim::osa_distance(&name.to_lowercase(), &other.to_lowercase());
    let best = known.iter().min_by_key(|other| distance(other))?;
    (distance(best) <= 1 + name.len() / 5).then_some(best)
}

/// Names in backquotes, with commas.
pub(super) fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_told_from_what_is_none() {
        for good in [
            "https://example.com/a?b=c#d",
            "a/b",
            "",
            "#/x",
            "urn:x:y",
            "../a%20b",
            "https://é.example/{x}",
        ] {
            assert!(is_uri_reference(good), "{good}");
        }
        for bad in ["a b", "http://<host>", "%zz", "%1", "a#b#c", "a\\b"] {
            assert!(!is_uri_reference(bad), "{bad}");
        }
        assert!(is_absolute_uri("urn:a:b") && is_absolute_uri("https://a") && !is_absolute_uri("a/b:c"));
        assert!(!is_absolute_uri("x:") && !is_absolute_uri("1a:b"));
    }

    #[test]
    fn other_forms_are_told_from_what_is_none() {
        assert!(
            is_email("a.b+c@example.com")
                && !is_email("a b@example.com")
                && !is_email("@x")
                && !is_email("a@")
        );
        assert!(is_component_name("a.b-C_1") && !is_component_name("") && !is_component_name("a b"));
        for good in [
            "application/json",
            "*/*",
            "text/plain; charset=utf-8",
            "application/vnd.a+json",
        ] {
            assert!(is_media_range(good), "{good}");
        }
        for bad in ["json", "/json", "text/", "a b/c", ""] {
            assert!(!is_media_range(bad), "{bad}");
        }
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), 82);
        assert_eq!(
            nearest("discription", &["description", "title"]),
            Some("description")
        );
        assert_eq!(
            (nearest("nothing", &["description"]), nearest("x", &[])),
            (None, None)
        );
    }
}
