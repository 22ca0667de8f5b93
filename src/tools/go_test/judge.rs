//! From the events of go test to one answer.

use super::place::{Said, said_of_package, said_of_test};
use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::parse::coverage::go_cover;
use crate::parse::gaps::Gap;
use crate::parse::go_events::{Events, Outcome, Package, Test};
use crate::tools::{Answer, Broken, Coverage, Reading, TestCounts, ToolRun, golang};

/// More names than this are not listed in a warning.
const MAX_NAMES: usize = 5;

/// What a test program says to a flag that it does not know.
const MISUSE: &str = "flag provided but not defined";

/// The answer, or why there is none.
pub(super) fn judge(tool: &str, run: &ToolRun<'_>, events: &Events) -> Reading {
    let stderr = golang::plain(run.stderr);
    if events.packages.is_empty() {
        return without_packages(tool, run, &stderr);
    }
    let builds = build_output(events, &stderr);
    let mut tally = Tally::default();
    for (name, package) in &events.packages {
        tally.add(tool, run, name, package);
    }
    let mut compile = golang::compile_errors(tool, run.facts, &builds);
    if run.coverage {
        // Code is rewritten to be measured, and errors are told with the columns of what was made of it.
        for finding in &mut compile {
            finding.column = None;
        }
        compile = golang::once(compile);
    }
    let failed = tally.findings.len() + tally.unbuilt.len();
    if let Some(why) = contradiction(run, events, failed) {
        return golang::no_answer(&why, &builds);
    }
    if let Some(said) = tally.misuse.first().filter(|_| tally.misuse.len() == failed) {
        return golang::no_answer(
            "go test was given arguments that it does not know",
            &golang::plain(said.as_bytes()),
        );
    }
    if !tally.unbuilt.is_empty() {
        // What go could not load is no fault of the tests; that a test failed beside it stays true.
        if tally.findings.is_empty() && golang::only_trouble(&compile, &builds) {
            return golang::no_answer("go test could not load every package", &builds);
        }
        if compile.is_empty() {
            let said = golang::first_words(&builds).unwrap_or_else(|| "it could not be built".to_owned());
            compile = tally
                .unbuilt
                .iter()
                .map(|name| Finding::new(tool, *name, Severity::High, text::message(said.as_bytes())))
                .collect();
        }
        tally.counts.errors += tally.unbuilt.len() as u64;
        compile.append(&mut tally.findings);
        tally.findings = compile;
    }
    if !tally.idle.is_empty() && tally.findings.is_empty() {
        return Reading::broken_with_hint(
            format!(
                "the test program ended without running a test: {}",
                names(&tally.idle)
            ),
            "let TestMain call m.Run and pass its result on; what cannot run here is skipped by t.Skip, so that it \
             is counted",
        );
    }
    if tally.counts.ran() == 0 && tally.findings.is_empty() {
        return Reading::no_test_ran(tally.counts.skipped, "there are no tests");
    }
    let mut answer = Answer {
        warnings: tally.warnings(),
        tests: Some(tally.counts),
        ..Answer::default()
    };
    if run.coverage {
        let (coverage, gaps) = coverage(run, &tally, events.typed);
        answer.coverage = Some(coverage);
        answer.gaps = gaps;
    }
    answer.findings = tally.findings;
    Reading::Answer(Box::new(answer))
}

/// The answer when no package was tested. Older versions of Go say on stderr alone what they could not load.
fn without_packages(tool: &str, run: &ToolRun<'_>, stderr: &str) -> Reading {
    if golang::matched_nothing(stderr) {
        return Reading::Nothing("there are no Go packages".to_owned());
    }
    let findings = golang::compile_errors(tool, run.facts, stderr);
    if run.exit == 0 || findings.is_empty() || golang::only_trouble(&findings, stderr) {
        return golang::no_answer("go test named no package", stderr);
    }
    Reading::Answer(Box::new(Answer {
        findings,
        tests: Some(TestCounts {
            errors: 1,
            ..TestCounts::default()
        }),
        warnings: vec!["the code could not be loaded: no test was run".to_owned()],
        ..Answer::default()
    }))
}

/// What the builds that failed had to say: as events since Go 1.24, on stderr before.
fn build_output(events: &Events, stderr: &str) -> String {
    let mut out: String = events
        .builds
        .values()
        .filter(|build| build.failed)
        .map(|build| golang::plain(build.output.as_bytes()))
        .collect();
    if !stderr.is_empty() {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(stderr);
    }
    out
}

/// Why the exit code and the events cannot all be true.
fn contradiction(run: &ToolRun<'_>, events: &Events, failed: usize) -> Option<String> {
    for (name, package) in &events.packages {
        let one = |outcome| package.tests.iter().find(|test| test.outcome == outcome);
        match package.outcome {
            None => return Some(format!("nothing says how the tests of {name} ended")),
            Some(Outcome::Fail) => {}
            Some(Outcome::Pass | Outcome::Skip) => {
                if let Some(test) = one(Some(Outcome::Fail)) {
                    return Some(format!("{name} passed although {} failed", test.name));
                }
                if let Some(test) = package
                    .tests
                    .iter()
                    .find(|test| test.outcome.is_none() && !test.is_benchmark())
                {
                    return Some(format!("{name} passed although {} did not end", test.name));
                }
            }
        }
    }
    match (run.exit, failed) {
        (0, 0) => None,
        (0, failed) => Some(format!(
            "exit code 0 and {failed} failure(s) contradict each other"
        )),
        (exit, 0) => Some(format!("exit code {exit} without a failed test")),
        _ => None,
    }
}

/// What the packages add up to.
#[derive(Default)]
struct Tally<'a> {
    counts: TestCounts,
    findings: Vec<Finding>,
    /// Packages that could not be built or loaded.
    unbuilt: Vec<&'a str>,
    /// Packages without test files that are not in the coverage.
    untested: Vec<&'a str>,
    /// Whether a package without test files is in the coverage.
    counted_untested: bool,
    /// What programs said that were given flags that they do not know.
    misuse: Vec<&'a str>,
    /// Packages that passed without running a test and without a word on it: no tests, and nothing of the coverage.
    idle: Vec<&'a str>,
    /// Packages whose results are remembered ones.
    cached: Vec<&'a str>,
    /// Packages whose program broke off.
    broken_off: Vec<&'a str>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, tool: &str, run: &ToolRun<'_>, name: &'a str, package: &'a Package) {
        if package.failed_build.is_some() {
            self.unbuilt.push(name);
            return;
        }
        let before = self.findings.len();
        for (at, test) in package.tests.iter().enumerate() {
            self.test(tool, run, name, package, at, test);
        }
        let found = self.findings.len() > before;
        match package.outcome {
            Some(Outcome::Fail) if !found => {
                if package.output.contains(MISUSE) {
                    self.misuse.push(&package.output);
                }
                self.counts.errors += 1;
                let said = said_of_package(run.facts, name, package);
                let message = said
                    .message
                    .clone()
                    .unwrap_or_else(|| "the test program failed, and none of its tests".to_owned());
                self.findings.push(said.finding(tool, name, &message));
            }
            Some(Outcome::Skip) => self.untested.push(name),
            Some(Outcome::Pass) if package.tests.is_empty() => {
                // Packages without test files are in the coverage since Go 1.22, and pass.
                let counted = package.output.starts_with('\t');
                self.counted_untested |= counted;
                if !counted && !says_no_tests(package) {
                    self.idle.push(name);
                }
            }
            _ => {}
        }
        if package.output.contains("\t(cached)") {
            self.cached.push(name);
        }
    }

    /// Counts one test. One with parts is no test of its own, unless it ended badly and none of its parts did.
    fn test(
        &mut self,
        tool: &str,
        run: &ToolRun<'_>,
        name: &'a str,
        package: &Package,
        at: usize,
        test: &Test,
    ) {
        let mut parts = package.tests[at + 1..]
            .iter()
            .take_while(|other| other.name != test.name)
            .filter(|other| other.is_part_of(test))
            .peekable();
        let has_parts = parts.peek().is_some();
        let blamed = parts.any(|part| part.outcome.is_none_or(|outcome| outcome == Outcome::Fail));
        match test.outcome {
            _ if blamed => {}
            Some(Outcome::Fail) => {
                self.counts.failed += 1;
                let said = said_of_test(run.facts, name, package, test);
                let message = said
                    .message
                    .clone()
                    .unwrap_or_else(|| "it failed without a message".to_owned());
                self.findings
                    .push(said.finding(tool, &format!("{name} {}", test.name), &message));
            }
            // The program ended inside of it; a benchmark tells of no end.
            None if package.outcome == Some(Outcome::Fail) && !test.is_benchmark() => {
                self.counts.errors += 1;
                self.broken_off.push(name);
                let said = said_of_test(run.facts, name, package, test);
                let message = match &said.message {
                    Some(message) => message.clone(),
                    None => "the test program ended during this test".to_owned(),
                };
                self.findings
                    .push(said.finding(tool, &format!("{name} {}", test.name), &message));
            }
            None => {}
            Some(Outcome::Pass) if has_parts || test.is_benchmark() => {}
            Some(Outcome::Pass) => self.counts.passed += 1,
            Some(Outcome::Skip) => self.counts.skipped += 1,
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        if !self.unbuilt.is_empty() {
            out.push(format!(
                "not tested, since it could not be built: {}",
                names(&self.unbuilt)
            ));
        }
        if !self.idle.is_empty() {
            out.push(format!(
                "its test program ended without running a test (does TestMain call m.Run?): {}",
                names(&self.idle)
            ));
        }
        if !self.cached.is_empty() {
            out.push(format!(
                "results of an earlier run, as go remembers them: {}",
                names(&self.cached)
            ));
        }
        if !self.broken_off.is_empty() {
            out.push(format!(
                "the test program broke off, so that later tests were not run: {}",
                names(&self.broken_off)
            ));
        }
        out
    }
}

/// Whether go itself says that a package has no tests, or none that the command asked for: `ok x 0.1s [no tests to run]`.
fn says_no_tests(package: &Package) -> bool {
    let mut lines = package.output.lines();
    lines.any(|line| line.starts_with("ok  \t") && line.contains("[no tests to run]"))
}

fn names(all: &[&str]) -> String {
    let mut all = all.to_vec();
    all.dedup();
    let shown: Vec<String> = all
        .iter()
        .take(MAX_NAMES)
        .map(|name| text::one_line(name))
        .collect();
    match all.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl Test {
    fn is_benchmark(&self) -> bool {
        self.name.starts_with("Benchmark")
    }

    fn is_part_of(&self, other: &Self) -> bool {
        self.name
            .strip_prefix(other.name.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
    }
}

impl Said {
    fn finding(&self, tool: &str, rule: &str, message: &str) -> Finding {
        let finding = Finding::new(
            tool,
            text::one_line(rule),
            Severity::High,
            text::message(message.as_bytes()),
        );
        match &self.place {
            Some((file, line)) => finding.at(file.as_str(), Some(*line), None),
            None => finding,
        }
    }
}

/// Coverage by the profile that go wrote. Before Go 1.22 packages without tests were not in it; that this is a newer
/// one is told by the words of its events, by what it says of such packages, or by the version that go.mod asks for.
fn coverage(run: &ToolRun<'_>, tally: &Tally<'_>, typed: bool) -> (Coverage, Vec<Gap>) {
    let unavailable = |reason: String, hint: &str| {
        let broken = Broken {
            reason,
            hint: Some(hint.to_owned()),
        };
        (Coverage::Unavailable(broken), Vec::new())
    };
    let is_new = run.facts.go.version.is_some_and(|version| version >= (1, 22));
    let is_whole = typed || tally.counted_untested || is_new;
    if !tally.idle.is_empty() {
        return unavailable(
            format!(
                "packages whose tests never ran are not in the coverage: {}",
                names(&tally.idle)
            ),
            "let TestMain call m.Run",
        );
    }
    let report = match run.output(super::COVERAGE) {
        Ok(bytes) => go_cover::parse(bytes).map_err(|error| error.to_string()),
        Err(why) => Err(why),
    };
    match report {
        Err(why) => unavailable(
            format!("go test left no coverage profile that can be used: {why}"),
            "let `go test -coverprofile=cover.out ./...` work, or ask for no coverage: \
             `\"coverage_threshold\": {\"go\": null}`",
        ),
        Ok(_) if !tally.untested.is_empty() && !is_whole => unavailable(
            format!(
                "packages without tests may be left out of the coverage: {}",
                names(&tally.untested)
            ),
            "use Go 1.22 or newer, which counts them, and let go.mod say so",
        ),
        Ok(report) => {
            let mut gaps = report.gaps;
            for gap in &mut gaps {
                gap.path = super::place::in_unit(run.facts, &gap.path);
            }
            (Coverage::Measured(report.measured), gaps)
        }
    }
}
