//! Reading what a command of the project's own wrote: reports in common formats that the configuration names.

use super::{Answer, Broken, Coverage, Reading, TestCounts, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::text;
use crate::parse::coverage;
use crate::parse::junit::{self, JunitCase, JunitOutcome, JunitReport};
use crate::parse::sarif;

/// The key of a `JUnit` report.
pub const JUNIT: &str = "junit";
/// The key of a coverage report.
pub const COVERAGE: &str = "coverage";
/// The key of a SARIF report.
pub const SARIF: &str = "sarif";

/// The longest message of a failed test, in characters.
const MAX_MESSAGE: usize = 2_000;

/// Reads the reports of a command. A report that is named must be there, new and whole; an exit code other than 0
/// must be explained by what they say. Only a `JUnit` report says which tests ran, so the tests gate takes no findings
/// without one; for the other gates a `JUnit` report in which nothing ran has checked nothing.
pub fn read(tool: &str, gate: GateId, run: &ToolRun<'_>) -> Reading {
    if gate == GateId::Tests && run.outputs.contains_key(SARIF) && !run.outputs.contains_key(JUNIT) {
        return Reading::broken(
            "a SARIF report does not say which tests ran: the tests gate needs a JUnit report (`junit`) beside it",
        );
    }
    let mut answer = Answer::default();
    if run.outputs.contains_key(JUNIT) {
        let read = run
            .output(JUNIT)
            .and_then(|bytes| junit::parse(bytes).map_err(|error| error.to_string()));
        match read {
            Ok(report) => {
                if let Some(why) = report.contradiction() {
                    return unusable("JUnit", &why, run);
                }
                tests(tool, run, &report, &mut answer);
            }
            Err(why) => return unusable("JUnit", &why, run),
        }
    }
    if run.outputs.contains_key(SARIF) {
        let read = run
            .output(SARIF)
            .and_then(|bytes| sarif::parse(bytes).map_err(|error| error.to_string()));
        match read {
            Ok(report) => answer.findings.extend(report.results.into_iter().map(|result| {
                let message = text::shorten(&text::message(result.message.as_bytes()), MAX_MESSAGE);
                let finding = Finding::new(tool, text::one_line(&result.rule), result.severity, message);
                match result.path {
                    Some(path) => finding.at(run.project_path(&path), result.line, result.column),
                    None => finding,
                }
            })),
            Err(why) => return unusable("SARIF", &why, run),
        }
    }
    if run.outputs.contains_key(COVERAGE) {
        let measured = measure(run, &mut answer);
        if let (Coverage::Unavailable(broken), true) = (&measured, gate != GateId::Tests) {
            return Reading::Broken(broken.clone());
        }
        answer.coverage = Some(measured);
    }
    if run.exit != 0 && answer.findings.is_empty() {
        return Reading::broken(format!(
            "the command ended with exit code {} and its report names nothing that is wrong",
            run.exit
        ));
    }
    let ran_nothing = answer.tests.is_some_and(|counts| counts.ran() == 0);
    if gate != GateId::Tests && ran_nothing && answer.findings.is_empty() && !run.outputs.contains_key(SARIF)
    {
        return Reading::Nothing("its JUnit report names nothing that ran".to_owned());
    }
    Reading::Answer(Box::new(answer))
}

fn unusable(what: &str, why: &str, run: &ToolRun<'_>) -> Reading {
    let end = match run.exit {
        0 => String::new(),
        code => format!(" (the command ended with exit code {code})"),
    };
    Reading::broken(format!("the {what} report cannot be used: {why}{end}"))
}

fn measure(run: &ToolRun<'_>, answer: &mut Answer) -> Coverage {
    let unavailable = |why: String| {
        Coverage::Unavailable(Broken {
            reason: format!("the coverage report cannot be used: {why}"),
            hint: None,
        })
    };
    let bytes = match run.output(COVERAGE) {
        Ok(bytes) => bytes,
        Err(why) => return unavailable(why),
    };
    match coverage::detect(bytes) {
        None => unavailable("it is in none of the formats that sdd reads".to_owned()),
        Some(format) => match format.parse(bytes) {
            Ok(report) => {
                answer.gaps = report.gaps;
                Coverage::Measured(report.measured)
            }
            Err(error) => unavailable(error.to_string()),
        },
    }
}

fn tests(tool: &str, run: &ToolRun<'_>, report: &JunitReport, answer: &mut Answer) {
    answer.tests = Some(TestCounts {
        passed: report.count(JunitOutcome::Passed),
        failed: report.count(JunitOutcome::Failed),
        errors: report.count(JunitOutcome::Error),
        skipped: report.count(JunitOutcome::Skipped),
        expected_failures: 0,
    });
    answer.findings.extend(
        report
            .cases()
            .filter(|case| case.is_bad())
            .map(|case| finding(tool, run, case)),
    );
}

fn finding(tool: &str, run: &ToolRun<'_>, case: &JunitCase) -> Finding {
    let name = match (case.classname.as_str(), case.name.as_str()) {
        ("", name) => name.to_owned(),
        (class, "") => class.to_owned(),
        (class, name) => format!("{class}: {name}"),
    };
    let said = text::message(case.reason().as_bytes());
    let message = format!("{}: {}", text::one_line(&name), text::shorten(&said, MAX_MESSAGE));
    let rule = if case.outcome == JunitOutcome::Error {
        "test-error"
    } else {
        "test-failure"
    };
    let finding = Finding::new(tool, rule, Severity::High, message);
    match &case.file {
        Some(file) => finding.at(run.project_path(file), case.line, None),
        None => finding,
    }
}

#[cfg(test)]
mod tests;
