//! What a tool printed is no command to the machine that reads sdd's output.
//!
//! CI systems take lines of a log as commands. GitHub's runner does so for a line that begins with `::` after any
//! white space, and, in its older form, for `##[command]` anywhere in a line; Azure's and `TeamCity`'s agents for
//! `##vso[…]` and `##teamcity[…]`. Source: the parsers of these agents and their documentation.

use std::sync::LazyLock;

use regex::Regex;

/// The beginning of a command that may stand anywhere in a line.
#[expect(clippy::expect_used, reason = "the pattern is fixed, and a test uses it")]
static ANYWHERE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"##([A-Za-z]*)\[").expect("the pattern is valid"));

/// The beginning of a command that stands at the start of a line.
#[expect(clippy::expect_used, reason = "the pattern is fixed, and a test uses it")]
static AT_THE_START: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^(\s*)::").expect("the pattern is valid"));

/// A text in which nothing is a command: a space stands where one would begin.
pub fn text(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    for line in page.split_inclusive('\n') {
        let rest = line.trim_start();
        if let Some(behind) = rest.strip_prefix("::") {
            out.push_str(&line[..line.len() - rest.len()]);
            out.push_str(": :");
            out.push_str(behind);
        } else {
            out.push_str(line);
        }
    }
    spaced(&out)
}

/// One value of a command of ours: only what is a command anywhere in a line matters.
pub fn spaced(text: &str) -> String {
    ANYWHERE.replace_all(text, "## $1[").into_owned()
}

/// The same for a JSON document, whose meaning stays: a bracket in a string is spelled as an escape.
pub fn json(document: &str) -> String {
    ANYWHERE.replace_all(document, "##$1\\u005b").into_owned()
}

/// The same for text in an XML document that is escaped already: characters are spelled as references.
pub fn xml(text: &str) -> String {
    let text = ANYWHERE.replace_all(text, "##$1&#91;");
    AT_THE_START.replace_all(&text, "$1&#58;:").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &str) {
        assert_eq!(text(line), expect);
    }

    #[test]
    fn a_line_that_would_be_a_command_is_none() {
        check("::add-mask::x\n", ": :add-mask::x\n");
        check(
            "a\n \t\u{a0}::set-output name=x::y",
            "a\n \t\u{a0}: :set-output name=x::y",
        );
        check("a ##[add-mask]x", "a ## [add-mask]x");
        check("##vso[task.setvariable]", "## vso[task.setvariable]");
        check("###[error]", "### [error]");
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in [
            "",
            "a::b",
            "tests/t.py::test_x\n",
            "## Title [x]",
            "#[test]",
            "\n\n",
        ] {
            check(line, line);
        }
    }

    #[test]
    fn a_document_keeps_its_meaning() {
        let value = serde_json::json!({"a": "##[x]##vso[y]", "b": ["::z"]});
        let written = json(&value.to_string());
        assert!(!written.contains("##["));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            value
        );
    }
}
