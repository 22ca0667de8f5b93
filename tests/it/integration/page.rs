//! `docs/integration.md` is a transcript: its commands are run on the example, and print what the page says.

use regex::Regex;

use super::{example, left};

const PAGE: &str = include_str!("../../../docs/integration.md");

/// A line of the page as a pattern: `…` stands for anything, and numbers are those of another machine.
fn pattern(line: &str) -> Regex {
    let parts: Vec<String> = line.split('…').map(regex::escape).collect();
    let numbers = Regex::new(r"\d[\d,]*(?:\\\.\d+)*").unwrap();
    let blanks = Regex::new(" +").unwrap();
    let text = numbers.replace_all(&parts.join(".*"), r"\d[\d,.]*").into_owned();
    let text = blanks.replace_all(&text, " +").into_owned();
    Regex::new(&format!("^{text}( .*)?$")).unwrap()
}

#[test]
fn the_page_shows_what_a_run_prints() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let mut commands = 0;
    for block in PAGE.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut lines = block.lines();
        let typed = lines.next().and_then(|line| line.strip_prefix("$ sdd ")).unwrap();
        let words: Vec<&str> = typed.split(' ').collect();
        let [a, b, c] = words[..] else {
            panic!("a command of three words is expected: {typed}");
        };
        let answer = sandbox.sdd([a, b, c]);
        answer.expect_code(0);
        let mut printed = answer.stdout.lines();
        for line in lines {
            let wanted = pattern(line);
            assert!(
                printed.any(|line| wanted.is_match(line)),
                "the page says what is not printed in this order: {line}\n{}",
                answer.stdout
            );
        }
        commands += 1;
    }
    assert!(commands > 0, "the page has no command any more");
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}
