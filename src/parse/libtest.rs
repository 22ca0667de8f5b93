//! The text of Rust's test programs: blocks that begin with `running 3 tests` and end with `test result: …`,
//! and the panics between them.
//!
//! Test programs have no stable machine-readable format, and the output of tests stands in the same text. A
//! block therefore counts only when its end agrees with its beginning: the counts of the summary add up to the
//! announced number, and a failed block lists as many names as it counts failures. Text of a test that looks
//! like a block does not, or lies inside a block that does.

use std::sync::LazyLock;

use regex::Regex;

/// What test programs printed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The blocks that were begun and ended.
    pub blocks: Vec<Block>,
    /// How many blocks were begun and never ended: their program did not live to its summary.
    pub unended: usize,
}

/// One run of one test program, or of the doc tests of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Tests that passed, benchmarks that were measured included.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were ignored.
    pub ignored: u64,
    /// Tests that were left out by a filter.
    pub filtered: u64,
    /// The failed tests.
    pub failures: Vec<Failure>,
}

/// A test that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The test's name.
    pub name: String,
    /// What it printed; empty when output was not captured.
    pub output: String,
}

/// A panic as the standard library reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// The thread's name; a test's thread is named after the test.
    pub thread: String,
    /// The panic's message.
    pub message: String,
    /// The place as printed: file, line, column.
    pub place: Option<(String, u32, u32)>,
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static BEGIN: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^running (\d+) tests?(?: \(.*\))?$"));
static END: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"^test result: (ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured; ",
        r"(\d+) filtered out(?:; finished in .*)?$"
    ))
});
static PANIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^\s*thread '(.*)' (?:\(\d+\) )?panicked at (.*)$"));
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^(.+):(\d+):(\d+)$"));

/// Reads what test programs printed to stdout.
pub fn parse(text: &str) -> Report {
    let lines: Vec<&str> = text.lines().collect();
    let mut report = Report::default();
    // Where each open block begins: its line, the tests that it announced, and the blocks that came before it.
    let mut open: Vec<(usize, u64, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(announced) = capture(&BEGIN, line).and_then(|found| number(&found, 1)) {
            open.push((index, announced, report.blocks.len()));
        } else if let Some((announced, mut block)) = summary(line) {
            let Some(at) = open.iter().rposition(|(_, tests, _)| *tests == announced) else {
                continue;
            };
            let (begin, _, before) = open[at];
            let Some((names, list)) = failed_names(&lines, begin, index, block.failed) else {
                continue;
            };
            block.failures = failures(&lines[begin..list], names);
            // What looked like blocks inside of this one was the output of its tests.
            open.truncate(at);
            report.blocks.truncate(before);
            report.blocks.push(block);
        }
    }
    report.unended = open.len();
    report
}

/// Every panic that a text tells of.
pub fn panics(text: &str) -> Vec<Panic> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(found) = capture(&PANIC, line) else {
            continue;
        };
        let (thread, rest) = (found[1].to_owned(), found[2].trim_end());
        // Since Rust 1.73 the place ends the line and the message follows; before, both stood in one line.
        let panic = if let Some(quoted) = rest.strip_prefix('\'') {
            let (message, place) = quoted.rsplit_once("', ").unwrap_or((quoted, ""));
            Panic {
                thread,
                message: message.to_owned(),
                place: place_of(place),
            }
        } else {
            Panic {
                thread,
                message: message_after(&lines[index + 1..]),
                place: place_of(rest.trim_end_matches(':')),
            }
        };
        out.push(panic);
    }
    out
}

/// A place `file:line:column`.
pub fn place_of(text: &str) -> Option<(String, u32, u32)> {
    let found = capture(&PLACE, text.trim())?;
    Some((
        found[1].to_owned(),
        u32::try_from(number(&found, 2)?).ok()?,
        u32::try_from(number(&found, 3)?).ok()?,
    ))
}

fn message_after(lines: &[&str]) -> String {
    let kept: Vec<&str> = lines
        .iter()
        .take_while(|line| {
            let line = line.trim_start();
            !(line.starts_with("note: run with `RUST_BACKTRACE")
                || line.starts_with("stack backtrace:")
                || capture(&PANIC, line).is_some())
        })
        .copied()
        .collect();
    kept.join("\n").trim().to_owned()
}

fn capture<'t>(pattern: &LazyLock<Option<Regex>>, line: &'t str) -> Option<regex::Captures<'t>> {
    pattern.as_ref()?.captures(line)
}

fn number(found: &regex::Captures<'_>, group: usize) -> Option<u64> {
    found.get(group)?.as_str().parse().ok()
}

/// A summary line: the tests it speaks of, and its counts. `None` also when its word and its counts disagree.
fn summary(line: &str) -> Option<(u64, Block)> {
    let found = capture(&END, line)?;
    let (passed, failed) = (number(&found, 2)?, number(&found, 3)?);
    let (ignored, measured) = (number(&found, 4)?, number(&found, 5)?);
    if (&found[1] == "ok") != (failed == 0) {
        return None;
    }
    let announced = passed
        .checked_add(failed)?
        .checked_add(ignored)?
        .checked_add(measured)?;
    Some((
        announced,
        Block {
            passed: passed + measured,
            failed,
            ignored,
            filtered: number(&found, 6)?,
            failures: Vec::new(),
        },
    ))
}

/// The names that stand between `failures:` and the summary, and the line of that `failures:`; `None` when they
/// are not as many as the summary says.
fn failed_names<'t>(
    lines: &[&'t str],
    begin: usize,
    end: usize,
    failed: u64,
) -> Option<(Vec<&'t str>, usize)> {
    if failed == 0 {
        return Some((Vec::new(), end));
    }
    let mut names = Vec::new();
    for index in (begin + 1..end).rev() {
        let line = lines[index];
        if let Some(name) = line.strip_prefix("    ") {
            names.push(name.trim_end());
        } else if line == "failures:" {
            names.reverse();
            return (names.len() as u64 == failed).then_some((names, index));
        } else if !line.is_empty() {
            return None;
        }
    }
    None
}

/// What each failed test printed: from its `---- name stdout ----` to the next one's.
fn failures(lines: &[&str], names: Vec<&str>) -> Vec<Failure> {
    let heads: Vec<(usize, &str)> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let name = line.strip_prefix("---- ")?.strip_suffix(" stdout ----")?;
            names.contains(&name).then_some((index, name))
        })
        .collect();
    names
        .into_iter()
        .map(|name| {
            let output = heads.iter().position(|(_, head)| *head == name).map(|at| {
                let from = heads[at].0 + 1;
                let to = heads.get(at + 1).map_or(lines.len(), |(index, _)| *index);
                lines[from..to].join("\n").trim().to_owned()
            });
            Failure {
                name: name.to_owned(),
                output: output.unwrap_or_default(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let report = parse(text);
        let blocks: Vec<String> = report
            .blocks
            .iter()
            .map(|block| {
                let failures: Vec<String> = block
                    .failures
                    .iter()
                    .map(|failure| format!(" {}={:?}", failure.name, failure.output))
                    .collect();
                format!(
                    "{}/{}/{}/{}{}",
                    block.passed,
                    block.failed,
                    block.ignored,
                    block.filtered,
                    failures.concat()
                )
            })
            .collect();
        assert_eq!(format!("{} open {}", blocks.join(" | "), report.unended), expect);
    }

    const ONE: &str = "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.00s\n\n";

    #[test]
    fn blocks_are_summed_up_by_their_last_line() {
        check("", " open 0");
        check(ONE, "1/0/0/2 open 0");
        check(&format!("\n{ONE}{ONE}"), "1/0/0/2 | 1/0/0/2 open 0");
        check(
            "running 3 tests\n.i.\ntest result: ok. 1 passed; 0 failed; 1 ignored; 1 measured; 0 filtered out\n",
            "2/0/1/0 open 0",
        );
    }

    #[test]
    fn a_program_that_ends_too_early_stays_open() {
        check("running 1 test\n", " open 1");
        check(&format!("running 1 test\n\n{ONE}"), "1/0/0/2 open 1");
        check(
            &format!("running 2 tests\ntest a ... ok\n\n{ONE}"),
            "1/0/0/2 open 1",
        );
    }

    #[test]
    fn a_summary_that_contradicts_itself_or_its_beginning_is_none() {
        let of = |summary: &str| {
            format!("running 1 test\n\ntest result: {summary} 0 ignored; 0 measured; 0 filtered out\n")
        };
        check(&of("ok. 2 passed; 0 failed;"), " open 1");
        check(&of("ok. 0 passed; 1 failed;"), " open 1");
        check(&of("FAILED. 1 passed; 0 failed;"), " open 1");
        check(&of("FAILED. 0 passed; 1 failed;"), " open 1");
    }

    #[test]
    fn output_that_looks_like_a_block_belongs_to_its_test() {
        let text = format!(
            "running 1 test\ntest x ... FAILED\n\nfailures:\n\n---- x stdout ----\n{ONE}---- y stdout ----\nend\n\n\nfailures:\n    x\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n"
        );
        let output = format!("{ONE}---- y stdout ----\nend");
        check(&text, &format!("0/1/0/0 x={output:?} open 0"));
    }

    #[test]
    fn panics_of_every_age_are_read() {
        let read = |text: &str| panics(text).into_iter().next();
        let expect = |message: &str| {
            Some(Panic {
                thread: "a::b".to_owned(),
                message: message.to_owned(),
                place: Some(("src/lib.rs".to_owned(), 3, 9)),
            })
        };
        assert_eq!(
            read("thread 'a::b' panicked at 'boom', src/lib.rs:3:9\nnote: x"),
            expect("boom")
        );
        assert_eq!(
            read(
                "thread 'a::b' panicked at src/lib.rs:3:9:\nboom\n  twice\nnote: run with `RUST_BACKTRACE=1` x"
            ),
            expect("boom\n  twice")
        );
        assert_eq!(
            read("thread 'a::b' (12) panicked at src/lib.rs:3:9:\nboom\nstack backtrace:\n 0: x"),
            expect("boom")
        );
        assert_eq!(read("thread 'a::b' is well"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "(running [0-3] tests?\n|test result: (ok|FAILED)[.] [0-3] passed; [0-1] failed; 0 ignored; 0 measured; 0 filtered out\n|failures:\n|    x\n|---- x stdout ----\n|\\PC{0,9}\n){0,20}") {
            let report = parse(&text);
            let begun = text.lines().filter(|line| line.starts_with("running ")).count();
            proptest::prop_assert!(report.blocks.len() + report.unended <= begun);
            panics(&text);
        }
    }
}
