//! SARIF 2.1.0: its limits, and how paths, names and messages stand in it.
//!
//! Source: the OASIS standard, and what GitHub's code scanning takes of it: 25,000 results and rules a run (5,000
//! are shown).

use serde_json::{Value, json};

/// Results and rules that GitHub takes of one run.
pub const MAX_RESULTS: usize = 25_000;
/// Characters of a rule's id; GitHub takes 255.
pub const MAX_ID: usize = 200;
/// The schema that the document names.
pub const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Characters of a path that stand for themselves in a URI (RFC 3986, 3.3), but for letters and digits.
const PLAIN_IN_PATHS: &[u8] = b"-._~/";

/// A file: relative to the top of the repository, or with its whole path.
pub fn artifact(path: &str) -> Value {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    if path.starts_with('/') {
        return json!({"uri": format!("file://{}", percent(path))});
    }
    json!({"uri": percent(path), "uriBaseId": "SRCROOT"})
}

/// A path as part of a URI.
fn percent(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || PLAIN_IN_PATHS.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// The id of a rule; a long one is cut, and a piece of its hash keeps it apart from others.
pub fn id(id: &str) -> String {
    match id.char_indices().nth(MAX_ID) {
        None => id.to_owned(),
        Some((at, _)) => format!("{}~{:016x}", &id[..at], fnv(id.as_bytes())),
    }
}

/// FNV-1a: the same on every machine, and nothing hangs on its strength.
pub fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A message in plain text. `[text](target)` would be a link in one (the standard, 3.11.6): a backslash before the
/// bracket says that it is none.
pub fn message(text: &str) -> String {
    if text.trim().is_empty() {
        return "no message".to_owned();
    }
    text.replace("](", "\\](")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_percent_encoded() {
        for (path, expect) in [
            ("src/a.py", json!({"uri": "src/a.py", "uriBaseId": "SRCROOT"})),
            (
                "./b c%ü.py",
                json!({"uri": "b%20c%25%C3%BC.py", "uriBaseId": "SRCROOT"}),
            ),
            (
                "a\\b:c?#.py",
                json!({"uri": "a/b%3Ac%3F%23.py", "uriBaseId": "SRCROOT"}),
            ),
            ("/x/y z", json!({"uri": "file:///x/y%20z"})),
        ] {
            assert_eq!(artifact(path), expect);
        }
    }

    #[test]
    fn a_message_holds_no_link() {
        assert_eq!(
            message("see [x](javascript:1) [y]"),
            "see [x\\](javascript:1) [y]"
        );
        assert_eq!(message(" "), "no message");
    }
}
