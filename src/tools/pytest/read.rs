//! Reads what pytest left behind. Exit code, report and summary line must tell one story.

use super::super::{Answer, Broken, Coverage, Reading, ToolRun, python};
use super::tally::Tally;
use super::{addopts, summary};
use crate::model::finding::{Finding, Severity};
use crate::parse::coverage::coverage_py;
use crate::parse::gaps::Gap;
use crate::parse::junit;

/// The rule of coverage below the limit that the project itself sets.
const FAIL_UNDER: &str = "coverage.py fail_under";

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let stdout = python::plain(run.stdout);
    match run.exit {
        3 => internal_error(&stdout, run),
        4 => usage(run),
        _ => from_report(&stdout, run),
    }
}

fn internal_error(stdout: &str, run: &ToolRun<'_>) -> Reading {
    let line = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("INTERNALERROR> "))
        .rfind(|line| !line.trim().is_empty());
    match line {
        Some(line) => Reading::broken(format!("pytest had an internal error: {}", python::brief(line))),
        None => python::no_answer("pytest had an internal error", run),
    }
}

/// The plugins that bring options which projects use, for the hint when one is missing.
const PLUGINS: [(&str, &str); 9] = [
    ("--cov", "pytest-cov"),
    ("--no-cov", "pytest-cov"),
    ("-n", "pytest-xdist"),
    ("--numprocesses", "pytest-xdist"),
    ("--dist", "pytest-xdist"),
    ("--timeout", "pytest-timeout"),
    ("--reruns", "pytest-rerunfailures"),
    ("--asyncio-mode", "pytest-asyncio"),
    ("--ds", "pytest-django"),
];

fn usage(run: &ToolRun<'_>) -> Reading {
    let stderr = python::plain(run.stderr);
    // The usage text comes before the line that says what is wrong.
    let line = stderr
        .lines()
        .find(|line| line.contains(": error: "))
        .map(|line| line.replacen("pytest: error: ", "", 1))
        .or_else(|| conftest_error(&stderr))
        .or_else(|| python::trouble(&stderr))
        .or_else(|| python::trouble(&python::plain(run.stdout)))
        .unwrap_or_default();
    let reason = format!("pytest did not start: {}", python::brief(line.trim()));
    let unknown = line
        .split_once("unrecognized arguments: ")
        .map(|(_, words)| words);
    let plugin = unknown.and_then(|words| {
        words.split_whitespace().find_map(|word| {
            let is = |option: &str| {
                word == option
                    || word.starts_with(&format!("{option}="))
                    || (option == "--cov" && word.starts_with("--cov-"))
                    || (option == "-n" && word.strip_prefix("-n").is_some_and(|n| n.parse::<u32>().is_ok()))
            };
            PLUGINS.iter().find(|(option, _)| is(option))
        })
    });
    match plugin {
        Some((_, "pytest-cov")) if switches_coverage_off(run) => Reading::broken_with_hint(
            reason,
            "pytest's settings switch pytest-cov off with `-p no:cov`: take that out, or ask for no coverage",
        ),
        Some((option, plugin)) => Reading::broken_with_hint(
            reason,
            format!(
                "{option} needs {plugin}: python -m pip install {plugin}{}",
                match *plugin {
                    "pytest-cov" => " (and no `-p no:cov`)",
                    _ => "",
                }
            ),
        ),
        None => Reading::broken(reason),
    }
}

/// Whether a settings file of pytest's has `-p no:cov`.
fn switches_coverage_off(run: &ToolRun<'_>) -> bool {
    let texts = run
        .facts
        .python
        .pytest
        .iter()
        .filter_map(|file| file.text.as_deref());
    texts
        .flat_map(str::lines)
        .filter(|line| !line.trim_start().starts_with(['#', ';']))
        .any(|line| line.contains("no:cov") || line.contains("no:pytest_cov"))
}

/// `ImportError while loading conftest '…'.` and, after the traceback, why.
fn conftest_error(stderr: &str) -> Option<String> {
    let why = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("E  "))
        .next_back()?;
    let what = stderr
        .lines()
        .find(|line| line.starts_with("ImportError while loading conftest"))?;
    Some(format!("{}: {}", what.trim_end_matches('.'), why.trim()))
}

fn from_report(stdout: &str, run: &ToolRun<'_>) -> Reading {
    let exit = run.exit;
    let no_report = |why: String| Broken {
        reason: python::with_trouble(
            &format!("pytest ended with exit code {exit} and left no report that can be read: {why}"),
            &silent_about_stdout(run),
        ),
        hint: run
            .stderr
            .is_empty()
            .then(|| "a test or plugin may have ended the process (os._exit)".to_owned()),
    };
    let report = if summary::summary(stdout).is_some() {
        run.finished_output("junit")
    } else {
        run.output("junit")
    };
    let report = match report {
        Err(why) => return Reading::Broken(no_report(why)),
        Ok(bytes) => match junit::parse(bytes) {
            Err(error) => return Reading::Broken(no_report(error.to_string())),
            Ok(report) => report,
        },
    };
    let mut tally = Tally::of(&report, run);
    if let Err(reason) = tally.agrees(&report, stdout, exit) {
        return Reading::broken(reason);
    }
    let ended_early = summary::ended_early(stdout);
    let said = format!("{stdout}\n{}", python::plain(run.stderr));
    let mut answer = Answer {
        findings: std::mem::take(&mut tally.findings),
        tests: Some(tally.counts),
        ..Answer::default()
    };
    if exit == 1 {
        answer.findings.extend(
            summary::fail_under(&said)
                .map(|message| Finding::new("pytest", FAIL_UNDER, Severity::High, message)),
        );
    }
    // The report knows nothing of them.
    let deselected = summary::summary(stdout).map_or(0, |found| found.deselected);
    if deselected > 0 {
        answer.metrics.insert("tests_deselected", deselected);
    }
    let early = ended_early.as_deref().unwrap_or("it does not say why");
    match exit {
        // Whole files that are skipped while they are collected have tests, too.
        5 => return Reading::no_test_ran(tally.counts.skipped, &none_collected(stdout, run)),
        0 if tally.unfinished > 0 => {
            return Reading::broken(format!("pytest ended before all tests had run: {early}"));
        }
        0 if tally.counts.ran() == 0 => {
            return Reading::no_test_ran(tally.counts.skipped, "no test was run");
        }
        1 if answer.findings.is_empty() => {
            return python::no_answer(
                "pytest ended with exit code 1 and its report holds no failure",
                run,
            );
        }
        2 if answer.findings.is_empty() => {
            return Reading::broken(format!("pytest was interrupted: {early}"));
        }
        _ => {}
    }
    if tally.unfinished > 0 || exit == 2 {
        answer.warnings.push(format!("not all tests were run: {early}"));
    }
    answer.warnings.extend(tally.differs(stdout));
    if run.coverage {
        let (coverage, gaps) = coverage(run, &said);
        answer.coverage = Some(coverage);
        answer.gaps = gaps;
    }
    Reading::Answer(Box::new(answer))
}

/// That no tests were collected; where some were there and not selected, by whom.
fn none_collected(stdout: &str, run: &ToolRun<'_>) -> String {
    let none = "no tests were collected";
    let deselected = match summary::summary(stdout).map_or(0, |found| found.deselected) {
        0 => return none.to_owned(),
        1 => "1 was deselected".to_owned(),
        count => format!("{count} were deselected"),
    };
    // `python -m pytest` selects nothing.
    let starts = |words: &[String]| matches!(words, [option, name] if option == "-m" && name == "pytest");
    let own = run.args.windows(2).position(starts).map_or(0, |at| at + 2);
    if addopts::selects(run.args.iter().skip(own).map(String::as_str)) {
        return format!("{none}: {deselected} by the command itself");
    }
    match addopts::selecting(&run.facts.python.pytest) {
        Some((file, words)) => format!(
            "{none}: {deselected} by addopts of {file}, {}; an argument of the same kind in the configured command wins over it",
            python::brief(&words)
        ),
        None => format!("{none}: {deselected}"),
    }
}

/// A run without its stdout: where the report is missing, only stderr says why.
fn silent_about_stdout<'a>(run: &ToolRun<'a>) -> ToolRun<'a> {
    ToolRun { stdout: b"", ..*run }
}

/// The number, and the lines that no test reaches.
fn coverage(run: &ToolRun<'_>, said: &str) -> (Coverage, Vec<Gap>) {
    let why = match run.output("coverage") {
        Ok(bytes) => match coverage_py::parse(bytes) {
            Ok(found) => return (Coverage::Measured(found.measured), found.gaps),
            Err(error) => error.to_string(),
        },
        Err(why) => summary::no_coverage_report(said).unwrap_or(why),
    };
    let unavailable = Coverage::Unavailable(Broken {
        reason: format!("coverage.py left no report that can be used: {why}"),
        hint: Some(
            "see that pytest-cov is installed, that nothing says --no-cov, that settings named with -c \
             say --cov themselves, and that `source` of coverage's \
             configuration names code that the tests import"
                .to_owned(),
        ),
    });
    (unavailable, Vec::new())
}
