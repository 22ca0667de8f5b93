//! Nothing of a developer's machine is in the tree.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::source::{root, tree};

/// Home directories and scratch places, but for the names that examples use.
fn personal_paths(path: &str, bytes: &[u8]) -> Vec<String> {
    static PERSONAL: LazyLock<Regex> = LazyLock::new(|| {
        // Put together from parts, so that this file is not its own first finding.
        let homes = [
            "/ro",
            "ot/|/ho",
            "me/[\\w.-]+/|/Us",
            "ers/[\\w.-]+/|[A-Z]:\\\\+Us",
            "ers\\\\",
        ]
        .concat();
        let scratch = ["/wo", "rk/(?:main|shared)|/tmp/(?:h|l", "ab)/"].concat();
        Regex::new(&format!(r"(?-u)(?:^|[^\w./~*$}}-])({homes}|{scratch})")).expect("the pattern is valid")
    });
    static EXAMPLES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^/(?:home|Users)/(?:user|me|you|dev|ci|runner|NAME)/$").expect("the pattern is valid")
    });
    PERSONAL
        .captures_iter(bytes)
        .filter_map(|found| found.get(1))
        .filter(|found| !EXAMPLES.is_match(found.as_bytes()))
        .map(|found| {
            let line = bytes[..found.start()]
                .iter()
                .fold(1, |line, byte| line + usize::from(*byte == b'\n'));
            format!(
                "{path}:{line}: a path of somebody's machine: {}",
                String::from_utf8_lossy(found.as_bytes())
            )
        })
        .collect()
}

#[test]
fn no_file_names_a_developers_machine() {
    let complaints: Vec<String> = tree()
        .iter()
        .flat_map(|path| {
            let bytes = std::fs::read(root().join(path)).unwrap();
            personal_paths(&path.to_string_lossy(), &bytes)
        })
        .collect();
    super::none(&complaints);
}

#[track_caller]
fn check(text: &str, expect: usize) {
    assert_eq!(personal_paths("a", text.as_bytes()).len(), expect, "{text}");
}

#[test]
fn personal_paths_are_found() {
    let home = ["/ho", "me/"].concat();
    check(&format!("at {home}jane/project/a.py:1"), 1);
    check(&format!("\"{}.cargo\"", ["/ro", "ot/"].concat()), 1);
    check(&format!("x={}anna/x\ny={home}b/c", ["/Us", "ers/"].concat()), 2);
    check(&format!("C:{}joe", ["\\Us", "ers\\"].concat()), 1);
    check(&format!("cd {}main", ["/wo", "rk/"].concat()), 1);
    check(&format!("{home}user/project"), 0);
    check(&format!("see docs{home}jane/"), 0);
    check(
        &format!("$HOME{home}jane/ ./frame{}main", ["/wo", "rk/"].concat()),
        0,
    );
    check(&format!("in {}project", ["/wo", "rk/"].concat()), 0);
}
