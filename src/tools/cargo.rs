//! What the tools that are run by cargo have in common. Not a tool itself.

use super::{Broken, Coverage, Prepared, Reading, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::parse::cargo_json::{self, Build, CargoJsonError, Diagnostic};
use crate::parse::libtest;
use crate::parse::rustc_text;
use crate::project::UnitFacts;

/// The lock that cargo takes on its build directory: two builds at once only wait for each other.
pub(super) const BUILD_DIRECTORY: &str = "cargo-build";

/// What every tool under cargo gets: no colours and no progress bar in what is read.
pub(super) fn prepared(args: Vec<String>) -> Prepared {
    Prepared {
        args,
        env: vec![
            ("CARGO_TERM_COLOR".to_owned(), "never".to_owned()),
            ("CARGO_TERM_PROGRESS_WHEN".to_owned(), "never".to_owned()),
        ],
        ..Prepared::default()
    }
}

/// The arguments for cargo and those behind `--`, which cargo hands on; the latter with their `--`.
pub(super) fn split(args: &[String]) -> (Vec<String>, Vec<String>) {
    let at = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    (args[..at].to_vec(), args[at..].to_vec())
}

/// Whether an option is among the arguments, as `--name`, `--name value` or `--name=value`.
pub(super) fn has_option(args: &[String], name: &str) -> bool {
    args.iter().any(|arg| is_option(arg, name))
}

fn is_option(arg: &str, name: &str) -> bool {
    arg.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// The arguments without an option that takes a value.
pub(super) fn without_valued(args: Vec<String>, name: &str) -> Vec<String> {
    let mut out = Vec::with_capacity(args.len());
    let mut skip = false;
    for arg in args {
        if skip {
            skip = false;
        } else if arg == name {
            skip = true;
        } else if !is_option(&arg, name) {
            out.push(arg);
        }
    }
    out
}

/// Whether the unit is the root of a workspace, whose members cargo leaves out unless it is told.
pub(super) fn is_workspace(facts: &UnitFacts) -> bool {
    facts
        .manifest
        .as_ref()
        .is_some_and(|manifest| manifest.contains_key("workspace"))
}

/// Captured output as text without control sequences, as a whole.
pub(super) fn plain(bytes: &[u8]) -> String {
    text::sanitise(&String::from_utf8_lossy(bytes))
}

/// The build that a checker made (`clippy`, `cargo check`), when it is an answer: it came to its end, agrees with the
/// exit code, looked at something, and where it failed it says what is wrong with the code.
pub(super) fn checked<'a>(name: &str, run: &ToolRun<'a>, install: &str) -> Result<Build<'a>, Reading> {
    let build = match cargo_json::parse(run.stdout) {
        Ok(build) => build,
        Err(CargoJsonError::Unfinished) => {
            let what = format!("{name} did not get to the end of the build");
            return Err(no_answer(&what, run.stderr, install));
        }
        Err(error) => {
            return Err(Reading::broken(format!(
                "the report of {name} is not readable: {error}"
            )));
        }
    };
    if build.success != (run.exit == 0) {
        return Err(Reading::broken(format!(
            "exit code {} and \"build-finished: {}\" contradict each other",
            run.exit, build.success
        )));
    }
    // A build that broke off has not been looked at as a whole, whatever warnings came before.
    if !build.success && !build.diagnostics.iter().any(|one| one.error) {
        let what = "the build failed without an error in the code";
        return Err(no_answer(what, run.stderr, install));
    }
    if build.success && build.looked_at == 0 {
        return Err(Reading::Nothing(format!("{name} looked at no target")));
    }
    Ok(build)
}

/// A path as the compiler printed it, relative to the project's root. The compiler names files relative to the
/// *workspace's* root, which stands above the unit when the unit is a member.
pub(super) fn source_path(facts: &UnitFacts, printed: &str) -> String {
    let unit = facts.unit.path.as_str();
    if unit != "." {
        let starts = std::iter::once(0).chain(unit.match_indices('/').map(|(at, _)| at + 1));
        for at in starts {
            let member = &unit[at..];
            if printed
                .strip_prefix(member)
                .is_some_and(|rest| rest.starts_with('/'))
            {
                return format!("{}{printed}", &unit[..at]);
            }
        }
    }
    facts.project_path(printed)
}

/// A finding for an error or a warning of the compiler.
pub(super) fn diagnostic(tool: &str, facts: &UnitFacts, from: &Diagnostic) -> Finding {
    let severity = if from.error {
        Severity::High
    } else {
        Severity::Medium
    };
    let rule = from.code.as_deref().unwrap_or("rustc");
    let mut finding = Finding::new(tool, rule, severity, text::message(from.message.as_bytes()));
    if let Some(place) = &from.place {
        finding = finding.at(
            source_path(facts, &place.file),
            Some(place.line),
            Some(place.column),
        );
    }
    if from.fixable { finding.fixable() } else { finding }
}

/// Findings for the errors with a place that a text tells of.
pub(super) fn text_errors(tool: &str, rule: &str, facts: &UnitFacts, said: &str) -> Vec<Finding> {
    rustc_text::errors(said)
        .into_iter()
        .filter_map(|error| {
            let (file, line, column) = error.place?;
            let rule = error.code.unwrap_or_else(|| rule.to_owned());
            Some(
                Finding::new(
                    tool,
                    rule,
                    Severity::High,
                    text::message(error.message.as_bytes()),
                )
                .at(source_path(facts, &file), Some(line), Some(column)),
            )
        })
        .collect()
}

/// A finding for a failed test, from what the test printed.
pub(super) fn failed_test(tool: &str, facts: &UnitFacts, rule: &str, test: &str, output: &str) -> Finding {
    let panics = libtest::panics(output);
    let panic = panics
        .iter()
        .find(|panic| panic.thread == test)
        .or(panics.first());
    let (message, place) = if let Some(panic) = panic.filter(|panic| !panic.message.is_empty()) {
        let place = doc_test_place(test).or_else(|| panic.place.clone());
        (panic.message.clone(), place)
    } else if let Some(error) = rustc_text::errors(output)
        .into_iter()
        .find(|error| error.place.is_some())
    {
        let code = error.code.map_or_else(String::new, |code| format!(" [{code}]"));
        (
            format!("it does not compile: {}{code}", error.message),
            error.place,
        )
    } else {
        let place = doc_test_place(test).or_else(|| {
            let (_, place) = output.lines().next()?.rsplit_once(" at ")?;
            libtest::place_of(place)
        });
        (output.trim().to_owned(), place)
    };
    let message = match text::message(message.as_bytes()) {
        nothing if nothing.is_empty() => "it failed; what it printed was not captured".to_owned(),
        message => message,
    };
    let finding = Finding::new(tool, rule, Severity::High, message);
    match place {
        Some((file, line, column)) => finding.at(source_path(facts, &file), Some(line), Some(column)),
        None => finding,
    }
}

/// Where a doc test stands: its name is `src/lib.rs - module::item (line 12)`. The places in its output count
/// from the beginning of the test and not of the file.
fn doc_test_place(test: &str) -> Option<(String, u32, u32)> {
    let (file, rest) = test.split_once(" - ")?;
    let (_, line) = rest.rsplit_once("(line ")?;
    let line = line.split(')').next()?.parse().ok()?;
    Some((file.to_owned(), line, 0))
}

/// Findings of a build in the order of their places, each once: the compiler repeats itself for a library and
/// its tests, and the order in which targets are built is a matter of timing.
pub(super) fn once(mut findings: Vec<Finding>) -> Vec<Finding> {
    fn key(finding: &Finding) -> (&Option<String>, Option<u32>, Option<u32>, &str, &str) {
        (
            &finding.path,
            finding.line,
            finding.column,
            &finding.rule,
            &finding.message,
        )
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup_by(|a, b| key(a) == key(b));
    findings
}

/// Coverage, where it was asked for: neither test runner measures it.
pub(super) fn coverage(run: &ToolRun<'_>) -> Option<Coverage> {
    run.coverage.then(|| {
        Coverage::Unavailable(Broken {
            reason: "coverage of Rust code is not measured".to_owned(),
            hint: Some("ask for none with `\"coverage_threshold\": {\"rust\": null}`".to_owned()),
        })
    })
}

/// No answer, with the tool's own first word on it; the hint is how to install the tool where it is missing.
pub(super) fn no_answer(what: &str, stderr: &[u8], install: &str) -> Reading {
    let said = plain(stderr);
    let reason = match first_error(&said) {
        Some(error) => format!("{what}: {}", text::shorten(&error, 300)),
        None => what.to_owned(),
    };
    Reading::Broken(Broken {
        reason,
        hint: is_missing(&said).then(|| format!("install it: {install}")),
    })
}

/// The first error of a text, else its first line; with its place or its cause where one stands below it.
fn first_error(said: &str) -> Option<String> {
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("error"))
        .unwrap_or(0);
    let line = lines.get(at)?;
    match (lines.get(at + 1), lines.get(at + 2)) {
        (Some(place), _) if place.starts_with("--> ") => Some(format!("{line} ({})", &place[4..])),
        (Some(&"Caused by:"), Some(cause)) => Some(format!("{line}: {cause}")),
        _ => Some((*line).to_owned()),
    }
}

/// Whether cargo or rustup says that the subcommand is not there.
fn is_missing(stderr: &str) -> bool {
    stderr.contains("no such command: `")
        || stderr.contains("is not installed for the")
        || (stderr.contains("normally provided by the '") && stderr.contains("is not applicable to the"))
}

#[cfg(test)]
mod tests {
    use super::super::rust_recordings::facts_at;
    use super::*;

    #[track_caller]
    fn check(unit: &str, printed: &str, expect: &str) {
        assert_eq!(
            source_path(&facts_at(unit), printed),
            expect,
            "{printed} in {unit}"
        );
    }

    #[test]
    fn sources_are_named_from_the_projects_root() {
        check(".", "src/lib.rs", "src/lib.rs");
        check(".", "/project/src/lib.rs", "src/lib.rs");
        check(".", "/elsewhere/src/lib.rs", "/elsewhere/src/lib.rs");
        check("tool", "src/lib.rs", "tool/src/lib.rs");
        check("ws/crates/a", "crates/a/src/lib.rs", "ws/crates/a/src/lib.rs");
        check("ws/crates/a", "src/lib.rs", "ws/crates/a/src/lib.rs");
        check("ws/crates/a", "ws/crates/a/src/lib.rs", "ws/crates/a/src/lib.rs");
        check("ws/crates/a", "abc/src/lib.rs", "ws/crates/a/abc/src/lib.rs");
    }

    #[track_caller]
    fn check_without(args: &str, expect: &str) {
        let args = args.split_whitespace().map(str::to_owned).collect();
        assert_eq!(without_valued(args, "--message-format").join(" "), expect);
    }

    #[test]
    fn an_option_goes_with_its_value() {
        check_without("--lib --message-format short -q", "--lib -q");
        check_without("--message-format=json --lib", "--lib");
        check_without("--lib --message-format", "--lib");
        check_without("--message-formatter x", "--message-formatter x");
    }
}
