//! From what cargo and the test programs said to one answer.

use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::parse::cargo_json::Build;
use crate::parse::libtest::{self, Block, Report};
use crate::tools::{Answer, Reading, TestCounts, ToolRun, cargo};

/// A test program that cargo says ended badly, other than by failed tests.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Crash {
    /// The arguments that run it again, such as `--test abort`.
    target: String,
    /// How it ended, such as `signal: 6, SIGABRT: process abort signal`.
    how: String,
}

/// The answer when the code did not compile: its errors.
pub(super) fn failed_build(tool: &str, run: &ToolRun<'_>, build: &Build<'_>) -> Reading {
    if run.exit == 0 {
        return Reading::broken("exit code 0 and a failed build contradict each other");
    }
    let errors: Vec<Finding> = build
        .diagnostics
        .iter()
        .filter(|one| one.error)
        .map(|one| cargo::diagnostic(tool, run.facts, one))
        .collect();
    if errors.is_empty() {
        return cargo::no_answer("the build failed without an error in the code", run.stderr, "");
    }
    Reading::Answer(Box::new(Answer {
        findings: cargo::once(errors),
        tests: Some(TestCounts {
            errors: 1,
            ..TestCounts::default()
        }),
        warnings: vec!["the code does not compile: no test was run".to_owned()],
        ..Answer::default()
    }))
}

/// The answer when there were programs to run.
pub(super) fn tests(tool: &str, run: &ToolRun<'_>, build: &Build<'_>) -> Reading {
    let report = libtest::parse(&cargo::plain(build.rest));
    let stderr = cargo::plain(run.stderr);
    // Programs that tests start may write to the same stderr; with exit code 0 cargo has nothing to report.
    let crashes = if run.exit == 0 {
        Vec::new()
    } else {
        crashes(&stderr)
    };
    let silent = silent_programs(run, build, &report, &stderr);
    if let Some(why) = contradiction(run, &report, &crashes, silent) {
        return cargo::no_answer(&why, error_lines(&stderr).as_bytes(), "");
    }

    // A crash that is not that of a begun block is that of a program without blocks.
    let silent_crashes = crashes.len().saturating_sub(report.unended);
    let silent_passes = silent.saturating_sub(silent_crashes) as u64;
    let counts = TestCounts {
        passed: sum(&report, |block| block.passed) + silent_passes,
        failed: sum(&report, |block| block.failed),
        errors: crashes.len().max(report.unended) as u64,
        skipped: sum(&report, |block| block.ignored),
        ..TestCounts::default()
    };
    if run.exit == 0 && counts.ran() == 0 {
        return nothing_ran(&report, counts);
    }
    let mut warnings = Vec::new();
    if silent_passes > 0 {
        warnings.push(format!(
            "{silent_passes} test program(s) without the standard harness: each counts as one test, by its exit code"
        ));
    }
    if run.exit != 0 && !stderr.contains(" failed:\n    `") {
        warnings
            .push("cargo stopped at the first program that failed: the counts are not complete".to_owned());
    }
    Reading::Answer(Box::new(Answer {
        findings: findings(tool, run, &report, &crashes, &stderr),
        tests: Some(counts),
        coverage: cargo::coverage(run),
        warnings,
        ..Answer::default()
    }))
}

fn sum(report: &Report, of: impl Fn(&Block) -> u64) -> u64 {
    report.blocks.iter().map(of).sum()
}

/// What it means that no test ran. Those that the command itself leaves out are as if they were not there.
fn nothing_ran(report: &Report, counts: TestCounts) -> Reading {
    match sum(report, |block| block.filtered) {
        0 => Reading::no_test_ran(counts.skipped, "there are no tests"),
        filtered => Reading::no_test_ran(
            counts.skipped,
            &format!("no test was run: all {filtered} were filtered out"),
        ),
    }
}

/// Why the exit code, the summaries and cargo's own words cannot all be true.
fn contradiction(run: &ToolRun<'_>, report: &Report, crashes: &[Crash], silent: usize) -> Option<String> {
    let failed = sum(report, |block| block.failed);
    if run.exit != 0 {
        let explained = failed > 0 || !crashes.is_empty() || report.unended > 0;
        return (!explained).then(|| format!("exit code {} without a failed test", run.exit));
    }
    if failed > 0 {
        return Some(format!(
            "exit code 0 and {failed} failed test(s) contradict each other"
        ));
    }
    if report.unended > 0 {
        return Some(format!(
            "{} test program(s) ended before their tests did, with exit code 0",
            report.unended
        ));
    }
    if report.blocks.is_empty() && silent == 0 {
        return Some("no test program was run".to_owned());
    }
    // Arguments such as `--list` or `--format json` leave no summary either.
    let possible = if report.blocks.is_empty() {
        declared_harnesses(run)
    } else {
        possible_harnesses(run)
    };
    (silent > possible).then(|| format!("{silent} test program(s) printed no summary"))
}

/// How many programs printed no block of the standard harness. Doc tests may print two blocks for one package,
/// so this can be too low.
fn silent_programs(run: &ToolRun<'_>, build: &Build<'_>, report: &Report, stderr: &str) -> usize {
    let count = |prefix: &str| stderr.lines().filter(|line| line.starts_with(prefix)).count();
    let programs = match count("     Running ") {
        // With `--quiet` cargo does not name the programs.
        0 => build.test_programs,
        // After a failure, not all that were built may have been run.
        named if run.exit != 0 => named.min(build.test_programs),
        _ => build.test_programs,
    };
    let documents = count("   Doc-tests ").min(build.doc_tested);
    (programs + documents).saturating_sub(report.blocks.len() + report.unended)
}

/// How many programs without the standard harness there can be: as many as the manifest declares; in a
/// workspace the members' manifests, which are not known here, may declare more.
fn possible_harnesses(run: &ToolRun<'_>) -> usize {
    if run.facts.manifest.is_none() || cargo::is_workspace(run.facts) {
        usize::MAX
    } else {
        declared_harnesses(run)
    }
}

/// How many targets of the manifest say `harness = false`.
fn declared_harnesses(run: &ToolRun<'_>) -> usize {
    let Some(manifest) = &run.facts.manifest else {
        return 0;
    };
    ["test", "bench", "example", "bin"]
        .iter()
        .filter_map(|kind| manifest.get(*kind)?.as_array())
        .flatten()
        .chain(manifest.get("lib"))
        .filter(|target| target.get("harness").and_then(toml::Value::as_bool) == Some(false))
        .count()
}

/// The programs of which cargo says how they ended: `error: test failed, to rerun pass …`, and below it
/// `process didn't exit successfully: … (signal: 6, SIGABRT: process abort signal)`. For programs that merely
/// had failed tests (exit code 101) cargo leaves the second part out.
fn crashes(stderr: &str) -> Vec<Crash> {
    let mut out = Vec::new();
    let mut target = None;
    for line in stderr.lines() {
        if let Some((_, rest)) = line
            .strip_prefix("error: ")
            .and_then(|rest| rest.split_once("to rerun pass `"))
        {
            target = Some(rest.trim_end_matches('`').to_owned());
        } else if let Some(rest) = line.strip_prefix("  process didn't exit successfully: ") {
            let how = rest
                .rsplit_once(" (")
                .map_or(rest, |(_, how)| how.trim_end_matches(')'));
            if let Some(target) = target.take() {
                out.push(Crash {
                    target,
                    how: how.to_owned(),
                });
            }
        } else if line.starts_with("     Running ") {
            target = None;
        }
    }
    out
}

fn findings(tool: &str, run: &ToolRun<'_>, report: &Report, crashes: &[Crash], stderr: &str) -> Vec<Finding> {
    let mut out = Vec::new();
    for failure in report.blocks.iter().flat_map(|block| &block.failures) {
        // With `--nocapture` the panic went to stderr, and is known by the name of the test's thread.
        let output = if libtest::panics(&failure.output).is_empty() && failure.output.is_empty() {
            panic_of(&failure.name, stderr)
        } else {
            failure.output.clone()
        };
        out.push(cargo::failed_test(
            tool,
            run.facts,
            &failure.name,
            &failure.name,
            &output,
        ));
    }
    for crash in crashes {
        let message = format!("the test program failed: {}", crash.how);
        out.push(Finding::new(
            tool,
            crash.target.as_str(),
            Severity::High,
            text::message(message.as_bytes()),
        ));
    }
    for _ in crashes.len()..report.unended {
        out.push(Finding::new(
            tool,
            "test program",
            Severity::High,
            "a test program ended before its tests did",
        ));
    }
    out
}

/// The report of one test's panic, cut out of a larger text.
fn panic_of(test: &str, stderr: &str) -> String {
    libtest::panics(stderr)
        .into_iter()
        .find(|panic| panic.thread == test)
        .map(|panic| {
            let place = panic.place.map_or_else(String::new, |(file, line, column)| {
                format!("{file}:{line}:{column}")
            });
            format!("thread '{test}' panicked at {place}:\n{}", panic.message)
        })
        .unwrap_or_default()
}

/// Cargo's error lines only: the rest of stderr is about the build.
fn error_lines(stderr: &str) -> String {
    stderr
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect::<Vec<_>>()
        .join("\n")
}
