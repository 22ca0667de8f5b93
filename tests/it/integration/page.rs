//! `docs/integration.md` is a transcript: its commands are run on the example, and print what the page says.

use super::{example_as_it_is, left};
use crate::support::page::{check, transcripts};

const PAGE: &str = include_str!("../../../docs/integration.md");

#[test]
fn the_page_shows_what_a_run_prints() {
    let Some((engine, sandbox)) = example_as_it_is("docker compose") else {
        return;
    };
    let blocks = transcripts(PAGE);
    assert!(!blocks.is_empty(), "the page has no command any more");
    for (typed, lines) in blocks.iter().flatten() {
        let words: Vec<&str> = typed.split(' ').collect();
        let [a, b, c] = words[..] else {
            panic!("a command of three words is expected: {typed}");
        };
        let answer = sandbox.sdd([a, b, c]);
        answer.expect_code(0);
        check(lines, &answer.stdout);
    }
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}
