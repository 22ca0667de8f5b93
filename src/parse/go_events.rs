//! The events of `go test -json`.
//!
//! Format: one JSON object a line, as `go doc cmd/test2json` describes them, and the `build-output` and
//! `build-fail` events of `go help buildjson`, which Go prints since 1.24. Before, what a build had to say went to
//! stderr as text, and a package that could not be built was a plain line `FAIL<tab>package [build failed]`.
//!
//! What a test prints can look like the frame of a test (`--- PASS: TestOther`), and Go takes it for one where a
//! test sets out to deceive it. So a failure is never taken back here, whatever comes later, and it is the package's
//! own last event that says how the package ended.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Why events could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GoEventsError {
    /// A line is no event.
    #[error("line {line} is no event of go test: {text:?}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// Its beginning.
        text: String,
    },
    /// The last line has no end.
    #[error("the events of go test stop in the middle of a line")]
    Cut,
}

/// What `go test -json` said, by package, in the order of their names.
#[derive(Debug, Default)]
pub struct Events {
    /// The packages that were to be tested.
    pub packages: BTreeMap<String, Package>,
    /// What builds had to say, by what was built; all of it was said by builds that failed or only warned.
    pub builds: BTreeMap<String, Build>,
    /// Whether events say what their lines are, as those of newer versions of Go do.
    pub typed: bool,
}

/// The build of a package or of a test program.
#[derive(Debug, Default)]
pub struct Build {
    /// What the compiler said.
    pub output: String,
    /// Whether it failed.
    pub failed: bool,
}

/// One package.
#[derive(Debug, Default)]
pub struct Package {
    /// How it ended; `None` when nothing says so.
    pub outcome: Option<Outcome>,
    /// Its tests, in the order in which they began.
    pub tests: Vec<Test>,
    /// What was printed outside of tests.
    pub output: String,
    /// The build without which it could not be tested; empty when its name is not told.
    pub failed_build: Option<String>,
    /// Where a test's last run stands in `tests`.
    latest: BTreeMap<String, usize>,
}

/// One run of one test, example, benchmark or of a part of them.
#[derive(Debug)]
pub struct Test {
    /// The name, with the names of the tests around it: `TestTable/first_case`.
    pub name: String,
    /// How it ended; `None` when it was not seen to end.
    pub outcome: Option<Outcome>,
    /// What it printed, in lines.
    pub output: Vec<Line>,
}

/// A line that a test printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The text, with its line break if it has one.
    pub text: String,
    /// What the line is.
    pub kind: Kind,
}

/// What a line of a test's output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something that the test printed or logged.
    Plain,
    /// A line of Go's own around tests: `=== RUN`, `--- FAIL`.
    Frame,
    /// A message of `t.Error` or `t.Fatal`, or its next line. Newer versions of Go say so; before, they are plain.
    Error,
}

/// How a test or a package ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Pass,
    /// It failed.
    Fail,
    /// It was skipped, or there was nothing to run.
    Skip,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    package: Option<String>,
    test: Option<String>,
    output: Option<String>,
    output_type: Option<String>,
    import_path: Option<String>,
    failed_build: Option<String>,
}

/// Reads all events.
pub fn parse(stdout: &[u8]) -> Result<Events, GoEventsError> {
    let mut events = Events::default();
    if stdout.last().is_some_and(|last| *last != b'\n') {
        return Err(GoEventsError::Cut);
    }
    for (index, line) in stdout.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let no_event = || GoEventsError::Line {
            line: index + 1,
            text: String::from_utf8_lossy(line).chars().take(100).collect(),
        };
        if line.starts_with(b"{") {
            let event = serde_json::from_slice(line).map_err(|_| no_event())?;
            events.add(event);
        } else {
            let text = std::str::from_utf8(line).map_err(|_| no_event())?;
            let name = unbuilt(text).ok_or_else(no_event)?;
            let package = events.packages.entry(name.to_owned()).or_default();
            package.outcome = Some(Outcome::Fail);
            package.failed_build = Some(String::new());
        }
    }
    Ok(events)
}

/// The package that a line of Go before 1.24 says could not be built.
fn unbuilt(line: &str) -> Option<&str> {
    line.strip_prefix("FAIL\t")?
        .trim_end()
        .strip_suffix(']')?
        .rsplit_once(" [")
        .filter(|(_, why)| why.ends_with(" failed"))
        .map(|(name, _)| name)
}

impl Events {
    fn add(&mut self, event: Event) {
        let output = event.output.unwrap_or_default();
        self.typed |= event.output_type.is_some();
        if let Some(path) = event.import_path {
            let build = self.builds.entry(path).or_default();
            match event.action.as_str() {
                "build-output" => build.output.push_str(&output),
                "build-fail" => build.failed = true,
                _ => {}
            }
            return;
        }
        let Some(name) = event.package else { return };
        let package = self.packages.entry(name).or_default();
        if event.failed_build.is_some() {
            package.failed_build = event.failed_build;
        }
        let outcome = match event.action.as_str() {
            "pass" => Some(Outcome::Pass),
            "fail" => Some(Outcome::Fail),
            "skip" => Some(Outcome::Skip),
            _ => None,
        };
        match (event.test, outcome) {
            (None, Some(outcome)) => package.end(outcome),
            (None, None) => package.output.push_str(&output),
            (Some(test), _) if event.action == "run" => package.begin(test),
            (Some(test), Some(outcome)) => package.test(test).end(outcome),
            (Some(test), None) if event.action == "output" => {
                let kind = match event.output_type.as_deref() {
                    Some("frame") => Kind::Frame,
                    Some("error" | "error-continue") => Kind::Error,
                    _ if is_frame(&output) => Kind::Frame,
                    _ => Kind::Plain,
                };
                package.test(test).output.push(Line { text: output, kind });
            }
            (Some(_), None) => {}
        }
    }
}

/// Whether a line is one of Go's own, for versions that do not say so.
fn is_frame(line: &str) -> bool {
    [
        "=== RUN ",
        "=== PAUSE ",
        "=== CONT ",
        "=== NAME ",
        "--- FAIL: ",
        "--- PASS: ",
        "--- SKIP: ",
    ]
    .iter()
    .any(|start| line.trim_start().starts_with(start))
}

impl Package {
    fn end(&mut self, outcome: Outcome) {
        if self.outcome != Some(Outcome::Fail) {
            self.outcome = Some(outcome);
        }
    }

    fn begin(&mut self, name: String) {
        self.latest.insert(name.clone(), self.tests.len());
        self.tests.push(Test {
            name,
            outcome: None,
            output: Vec::new(),
        });
    }

    /// The last run of a test; one that nobody saw begin begins here.
    fn test(&mut self, name: String) -> &mut Test {
        let at = self.latest.get(&name).copied().unwrap_or_else(|| {
            self.begin(name);
            self.tests.len() - 1
        });
        &mut self.tests[at]
    }
}

impl Test {
    fn end(&mut self, outcome: Outcome) {
        if self.outcome != Some(Outcome::Fail) {
            self.outcome = Some(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stdout: &str, expect: &str) {
        let shown = match parse(stdout.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(events) => {
                let packages = events.packages.iter().map(|(name, package)| {
                    let tests: Vec<String> = package
                        .tests
                        .iter()
                        .map(|test| format!("{}={:?}", test.name, test.outcome))
                        .collect();
                    format!("{name} {:?} [{}]", package.outcome, tests.join(" "))
                });
                packages.collect::<Vec<_>>().join("; ")
            }
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_failure_is_never_taken_back() {
        check(
            concat!(
                "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n",
                "{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"T\"}\n",
                "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n",
                "{\"Action\":\"fail\",\"Package\":\"p\"}\n",
                "{\"Action\":\"pass\",\"Package\":\"p\"}\n",
            ),
            "p Some(Fail) [T=Some(Fail)]",
        );
    }

    #[test]
    fn each_run_of_a_test_is_one() {
        check(
            concat!(
                "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n",
                "{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"T\"}\n",
                "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n",
                "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n",
            ),
            "p None [T=Some(Fail) T=Some(Pass)]",
        );
    }

    #[test]
    fn what_is_no_event_is_said() {
        check(
            "{\"Action\":1}\n",
            "line 1 is no event of go test: \"{\\\"Action\\\":1}\"",
        );
        check("\nPASS\n", "line 2 is no event of go test: \"PASS\"");
        check(
            "{\"Action\":\"pa",
            "the events of go test stop in the middle of a line",
        );
        check(
            "{\"Action\":\"attr\",\"Package\":\"p\",\"Test\":\"T\",\"Key\":\"k\"}\n",
            "p None []",
        );
        check("FAIL\tp/q [build failed]\n", "p/q Some(Fail) []");
        check(
            "FAIL\tp/q\t0.1s\n",
            "line 1 is no event of go test: \"FAIL\\tp/q\\t0.1s\"",
        );
        check("", "");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _parsed = parse(&bytes);
        }

        #[test]
        fn no_events_are_too_much(
            lines in proptest::collection::vec(
                "\\{\"Action\":\"(run|output|pass|fail|skip|build-output)\",\"(Package|ImportPath)\":\"[ab]\"(,\"Test\":\"[TU](/x)?\")?(,\"Output\":\"[a-z =-]{0,9}\")?\\}",
                0..20,
            ),
        ) {
            let events = parse((lines.join("\n") + "\n").as_bytes());
            proptest::prop_assert!(events.is_ok());
        }
    }
}
