//! `sdd man`: the pages have what a manual page must have, and nothing that roff would trip over.

use super::commands;
use crate::support::Sandbox;

/// The requests that the pages use; `.Aq` and the like would be a slip in a text that begins with a dot.
const REQUESTS: &[&str] = &[
    "TH", "SH", "TP", "PP", "RS", "RE", "IP", "br", "nf", "fi", "ie", "el",
];

#[test]
fn every_command_has_a_page() {
    for (words, command) in commands() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let page = sdd::commands::man::page(&words).unwrap();
        let name = ["sdd"]
            .iter()
            .chain(&words)
            .copied()
            .collect::<Vec<_>>()
            .join("-");
        let about = command.get_about().unwrap().to_string();
        let unescaped = page.replace("\\-", "-").replace("\\*(Aq", "'");
        assert!(
            unescaped.contains(&format!("\n.SH NAME\n{name} - {about}\n")),
            "{name}\n{page}"
        );
        for section in [
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXAMPLES",
            "\"EXIT STATUS\"",
            "\"SEE ALSO\"",
        ] {
            assert_eq!(
                page.matches(&format!("\n.SH {section}\n")).count(),
                1,
                "{name}: {section}\n{page}"
            );
        }
        for line in page.lines() {
            let request = line
                .strip_prefix('.')
                .and_then(|rest| rest.split([' ', '(']).next());
            assert!(
                request.is_none_or(|request| REQUESTS.contains(&request)),
                "{name}: {line}"
            );
            assert!(
                !line.starts_with('\''),
                "{name}: a quote at the start of a line is a request: {line}"
            );
            assert!(page.is_ascii() || !line.contains('\u{1b}'), "{name}: {line}");
        }
        assert_eq!(
            page.matches("\n.nf\n").count(),
            page.matches("\n.fi\n").count(),
            "{name}"
        );
    }
}

#[test]
fn the_pages_are_printed_and_go_where_they_are_asked_to() {
    let sandbox = Sandbox::new();
    let answer = sandbox.sdd(["man"]);
    answer.expect_code(0);
    assert!(answer.stdout.contains("\n.TH SDD 1 "), "{}", answer.stdout);
    assert!(!answer.stdout.contains("internal"), "{}", answer.stdout);
    sandbox
        .sdd(["man", "config", "check", "--output", "page.1"])
        .expect_code(0);
    assert!(sandbox.read("page.1").contains("sdd\\-config\\-check \\- "));
}

#[test]
fn a_command_without_a_page_is_wrong_usage() {
    let sandbox = Sandbox::new();
    for (words, said) in [
        (["man", "gaet", ""], "did you mean gate?"),
        (["man", "gate", "list"], "gate has no commands of its own"),
    ] {
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(&words);
        let answer = sandbox.start_command(command).wait();
        answer.expect_code(2);
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
        assert_eq!(answer.stdout, "");
    }
}
