//! Whether a program is wrk, by what it says of itself: other programs bear that name, too.

/// What a program named wrk may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// wrk, of this version.
    Wrk(String),
    /// Something else, and what it says of itself.
    Other(String),
}

/// The most characters of a stranger's words that are told.
const MOST_WORDS: usize = 80;

/// Reads what `wrk -v` prints: `wrk 4.1.0 [epoll] Copyright (C) 2012 Will Glozer`, then its usage.
pub(super) fn program(version_text: &str) -> Program {
    let first = version_text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("");
    let other = |says: &str| Program::Other(says.chars().take(MOST_WORDS).collect());
    let words: Vec<&str> = first.split_ascii_whitespace().collect();
    let [name, version, events, copyright, ..] = words[..] else {
        return other(first);
    };
    let is_wrk = name == "wrk"
        && events.starts_with('[')
        && copyright == "Copyright"
        && first.ends_with("Will Glozer")
        && version_text.contains("--connections");
    if !is_wrk {
        return other(first);
    }
    // wrk2 says that it is wrk, and has one option more.
    match version_text.lines().find(|line| line.contains("--rate")) {
        Some(rate) => other(&format!("{}, as wrk2 has it", rate.trim())),
        None => Program::Wrk(number(version).to_owned()),
    }
}

/// The number in a version: Debian's `debian/4.1.0-3+b2` is 4.1.0. What has none, such as a commit, stays as it is.
fn number(version: &str) -> &str {
    let from = version.rfind('/').map_or(0, |slash| slash + 1);
    let rest = &version[from..];
    let end = rest
        .find(|c: char| c != '.' && !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('.');
    if number.contains('.') { number } else { version }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USAGE: &str = "Usage: wrk <options> <url>                            \n  Options:\n    -c, --connections <N>  \
                         Connections to keep open   \n";

    #[test]
    fn wrk_is_known_by_its_words() {
        let check = |version: &str, expect: &str| {
            let text = format!("wrk {version} [epoll] Copyright (C) 2012 Will Glozer\n{USAGE}");
            assert_eq!(program(&text), Program::Wrk(expect.to_owned()));
        };
        check("4.1.0", "4.1.0");
        check("debian/4.1.0-3+b2", "4.1.0");
        check("4.2.0-8-g0896020", "4.2.0");
        check("a211dd5", "a211dd5");
    }

    #[test]
    fn others_are_strangers() {
        let check = |text: &str, says: &str| assert_eq!(program(text), Program::Other(says.to_owned()));
        check("", "");
        check(
            "\nwork 1.0: a list of what is to do\n",
            "work 1.0: a list of what is to do",
        );
        check("wrk 1.0 [x] Copyright nobody", "wrk 1.0 [x] Copyright nobody");
        check(
            &format!(
                "wrk 4.0.0 [epoll] Copyright (C) 2012 Will Glozer\n{USAGE}    -R, --rate        <T>  work rate\n"
            ),
            "-R, --rate        <T>  work rate, as wrk2 has it",
        );
        check(&"é".repeat(500), &"é".repeat(MOST_WORDS));
    }
}
