//! Variables of an env file: what Compose puts into its files and services.

/// Lines of a value in quotes that are looked through for the end of it.
const MAX_LINES: usize = 256;

/// The variables of a text of lines `NAME=VALUE`, with or without `export` before them.
///
/// A value may stand in quotes, with whatever behind them; without quotes it ends before ` #`. In double quotes `\n` and the like
/// stand for others. What a value refers to is not put in, because the text of the reference is no secret. A value that may be
/// read in two ways is given in both: one in quotes that do not end on its line as that line alone, since the text may be of
/// several files, and as far as the quotes go; and one with escapes as it is written, too.
/// Source: <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax>
pub fn variables(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let starts = std::iter::successors(Some(0), |at| Some(at + text[*at..].find('\n')? + 1));
    starts.flat_map(|start| {
        let rest = &text[start..];
        let found = named(rest.lines().next().unwrap_or_default());
        found.into_iter().flat_map(move |(name, written)| {
            // From the value on to the end of the text.
            let behind = rest.find(written).map_or(written, |at| &rest[at..]);
            let values = values_of(written, behind);
            values.into_iter().map(move |value| (name.to_owned(), value))
        })
    })
}

/// The name on a line, and what is written behind it.
fn named(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').or_else(|| line.split_once(": "))?;
    let name = name.trim();
    let is_name = !name.is_empty() && !name.starts_with('#') && !name.contains(char::is_whitespace);
    is_name.then(|| (name, value.trim()))
}

/// The values that are meant by what is written on a line, the likeliest first; `behind` is that with the lines that follow.
fn values_of(written: &str, behind: &str) -> Vec<String> {
    let Some(quote) = written.chars().next().filter(|first| "\"'".contains(*first)) else {
        let value = written.split(" #").next().unwrap_or(written).trim_end();
        return vec![value.to_owned()];
    };
    let mut values = Vec::new();
    if let Some(value) = quoted(&written[1..], quote) {
        values.push(value);
    } else {
        values.push(&written[1..]);
        let few: usize = behind.split_inclusive('\n').take(MAX_LINES).map(str::len).sum();
        values.extend(quoted(&behind[1..few], quote));
    }
    let meant: Vec<String> = (values.iter())
        .filter(|value| quote == '"' && value.contains('\\'))
        .map(|value| unescaped(value))
        .collect();
    meant
        .into_iter()
        .chain(values.into_iter().map(str::to_owned))
        .collect()
}

/// A text up to the quotes that end it; `None` where they do not.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let mut is_escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let is_end = *c == quote && !is_escaped;
        is_escaped = quote == '"' && *c == '\\' && !is_escaped;
        is_end
    });
    end.map(|(at, _)| &text[..at])
}

/// A value in double quotes as it is meant.
fn unescaped(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut all = written.chars();
    while let Some(c) = all.next() {
        match (c, c == '\\') {
            (_, true) => match all.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Option<(&str, &str)>) {
        let found: Vec<(String, String)> = variables(line).collect();
        let found = found.first().map(|(name, value)| (&**name, &**value));
        assert_eq!(found, expect, "{line}");
    }

    #[test]
    fn values_are_read_as_compose_reads_them() {
        check("DB_PASSWORD=hunter22", Some(("DB_PASSWORD", "hunter22")));
        check("  export A_TOKEN = 'a b#c' # why", Some(("A_TOKEN", "a b#c")));
        check("A=\"x y\"", Some(("A", "x y")));
        check("A=x#y # why", Some(("A", "x#y")));
        check("A: x", Some(("A", "x")));
        check("A=b=c\r", Some(("A", "b=c")));
        check("A=", Some(("A", "")));
        check("A='open", Some(("A", "open")));
        check(r#"A="a\"b" # x"#, Some(("A", "a\"b")));
        check(r"A='a\'", Some(("A", r"a\")));
        for nothing in ["# A=b", "", "A", "two words=x", "=x"] {
            check(nothing, None);
        }
    }

    #[track_caller]
    fn check_all(text: &str, expect: &[(&str, &str)]) {
        let found: Vec<(String, String)> = variables(text).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn values_over_several_lines_are_read_whole() {
        check_all(
            "K=\"-----BEGIN\nabcd1234\n-----END\" # a key\nB=2\n",
            &[
                ("K", "-----BEGIN"),
                ("K", "-----BEGIN\nabcd1234\n-----END"),
                ("B", "2"),
            ],
        );
        check_all(
            "P='one\r\ntwo'\nQ=3",
            &[("P", "one"), ("P", "one\r\ntwo"), ("Q", "3")],
        );
        // The quotes of another file hide nothing of this one.
        check_all(
            "A=\"open\nSECRET=x1y2\nB=\"b\"",
            &[
                ("A", "open"),
                ("A", "open\nSECRET=x1y2\nB="),
                ("SECRET", "x1y2"),
                ("B", "b"),
            ],
        );
        check_all(
            r#"P="first\nsecond""#,
            &[("P", "first\nsecond"), ("P", r"first\nsecond")],
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[A-B=\"'\\\\\n #é]{0,40}") {
            for (name, _) in variables(&text) {
                proptest::prop_assert!(!name.is_empty());
            }
        }
    }
}
