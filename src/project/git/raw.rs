//! Reading `git diff --raw -z --no-abbrev --no-renames`.
//!
//! Format: "Raw output format" of git-diff(1): `:MODE MODE NAME NAME STATUS` and the path, each with a NUL behind it. The
//! name of a content that git has not stored yet, because the file was changed in the work tree, is all zeros.

use super::Error;

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `A`, `D`, `M`, `T` or `U`.
    pub(super) status: char,
    /// The name of its content before; `None` where git does not know it.
    pub(super) before: Option<String>,
    /// The name of its content now; `None` where git does not know it.
    pub(super) now: Option<String>,
    /// The path.
    pub(super) path: String,
}

/// Reads the list.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let mut parts = bytes.split(|byte| *byte == 0);
    while let Some(head) = parts.next().filter(|head| !head.is_empty()) {
        let head = String::from_utf8_lossy(head);
        let fault = || Error::List {
            what: crate::model::text::message(head.chars().take(200).collect::<String>().as_bytes()),
        };
        let fields: Vec<&str> = head.strip_prefix(':').ok_or_else(fault)?.split(' ').collect();
        let [_, _, before, now, status] = fields.as_slice() else {
            return Err(fault());
        };
        let mut letters = status.chars();
        let status = letters
            .next()
            .filter(|c| "ADMTU".contains(*c))
            .ok_or_else(fault)?;
        let path = parts.next().filter(|path| !path.is_empty()).ok_or_else(fault)?;
        let known = |name: &str| {
            let is_known = name.chars().any(|c| c != '0');
            is_known.then(|| name.to_owned())
        };
        entries.push(Entry {
            status,
            before: known(before),
            now: known(now),
            path: String::from_utf8_lossy(path).into_owned(),
        });
    }
    if parts.next().is_some() {
        // Two NULs in a row stand nowhere in the format.
        return Err(Error::List {
            what: "an empty entry".to_owned(),
        });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On output of git 2.47.3, recorded with NUL written as `~`, and names of contents cut.
    #[track_caller]
    fn check(recorded: &str, expect: &[&str]) {
        let entries = parse(recorded.replace('~', "\0").as_bytes()).unwrap();
        let shown: Vec<String> = entries
            .iter()
            .map(|entry| {
                let name = |name: &Option<String>| name.clone().unwrap_or("-".to_owned());
                format!(
                    "{} {} {} {}",
                    entry.status,
                    name(&entry.before),
                    name(&entry.now),
                    entry.path
                )
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn every_kind_of_difference_is_read_with_any_name() {
        check("", &[]);
        check(
            ":100644 100644 0cfbf088 00000000 M~a b~:100644 000000 d68dd403 00000000 D~gone~\
             :000000 100644 00000000 d68dd403 A~new\nline~:100644 100755 01058d84 01058d84 M~run.sh~\
             :100644 120000 01058d84 00000000 T~link~:000000 000000 00000000 00000000 U~both~",
            &[
                "M 0cfbf088 - a b",
                "D d68dd403 - gone",
                "A - d68dd403 new\nline",
                "M 01058d84 01058d84 run.sh",
                "T 01058d84 - link",
                "U - - both",
            ],
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for garbage in [
            "garbage",
            ":100644 100644 a b M",
            ":100644 100644 a b M~",
            ":100644 100644 a M~x~",
            ":100644 100644 a b R100~old~new~",
            ":100644 100644 a b ~x~",
            ":100644 100644 a b M~x~~:100644 100644 a b M~y~",
        ] {
            let bytes = garbage.replace('~', "\0");
            assert!(
                matches!(parse(bytes.as_bytes()), Err(Error::List { .. })),
                "{garbage}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_makes_the_parser_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = parse(&bytes);
            let mut headed = b":100644 100644 a b M".to_vec();
            headed.extend(&bytes);
            let _ = parse(&headed);
        }
    }
}
