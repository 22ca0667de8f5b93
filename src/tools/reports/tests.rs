use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;
use crate::tools::{FileState, Mode};

const PASSING: &str = r#"<testsuite name="s" tests="2"><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>"#;
const FAILING: &str = r#"<testsuite name="s"><testcase classname="C" name="a" file="t/a.ex" line="3"><failure message="no">x</failure></testcase></testsuite>"#;
const FOUND: &str = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": [
    {"ruleId": "R", "level": "error", "message": {"text": "bad"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "lib/a.ex"}, "region": {"startLine": 2}}}]}]}]}"#;
const CLEAN: &str = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": []}]}"#;
const LCOV: &str = "SF:lib/a.ex\nDA:1,1\nDA:2,0\nend_of_record\n";

#[track_caller]
fn check(exit: i32, outputs: &[(&'static str, Option<&str>)], expect: &str) {
    // Findings are what every gate but the one for tests is about.
    let gate = if outputs.iter().any(|(key, _)| *key == SARIF) {
        GateId::Linting
    } else {
        GateId::Tests
    };
    check_for(gate, exit, outputs, expect);
}

#[track_caller]
fn check_for(gate: GateId, exit: i32, outputs: &[(&'static str, Option<&str>)], expect: &str) {
    let unit = Unit {
        path: "apps/core".to_owned(),
        language: Language::named("elixir"),
        markers: Vec::new(),
    };
    let facts = UnitFacts::bare(unit, PathBuf::from("/p"), PathBuf::from("/p/apps/core"));
    let outputs: BTreeMap<&'static str, FileState> = outputs
        .iter()
        .map(|(key, text)| {
            let state = text.map_or(FileState::Missing, |text| {
                FileState::Fresh(text.as_bytes().to_vec())
            });
            (*key, state)
        })
        .collect();
    let run = ToolRun {
        exit,
        stdout: b"",
        stderr: b"",
        outputs: &outputs,
        facts: &facts,
        coverage: outputs.contains_key(COVERAGE),
        mode: Mode::Check,
        args: &[],
    };
    let shown = match read("mix", gate, &run) {
        Reading::Answer(answer) => {
            let mut lines = Vec::new();
            if let Some(counts) = answer.tests {
                lines.push(format!(
                    "{} passed, {} failed, {} skipped",
                    counts.passed, counts.failed, counts.skipped
                ));
            }
            match answer.coverage {
                Some(Coverage::Measured(found)) => lines.push(format!("{} %", found.percent)),
                Some(Coverage::Unavailable(broken)) => lines.push(broken.reason),
                None => {}
            }
            lines.extend(answer.findings.iter().map(|found| {
                let place = found.path.clone().unwrap_or_default();
                format!(
                    "{} {} {place}:{} {}",
                    found.rule,
                    found.severity,
                    found.line.unwrap_or(0),
                    found.message
                )
            }));
            lines.join("\n")
        }
        Reading::Broken(broken) => broken.reason,
        Reading::Nothing(why) => why,
    };
    assert_eq!(shown, expect);
}

#[test]
fn tests_are_counted_and_their_failures_are_found() {
    check(0, &[(JUNIT, Some(PASSING))], "1 passed, 0 failed, 1 skipped");
    check(
        1,
        &[(JUNIT, Some(FAILING)), (COVERAGE, Some(LCOV))],
        "0 passed, 1 failed, 0 skipped\n50 %\ntest-failure high apps/core/t/a.ex:3 C: a: no",
    );
}

#[test]
fn findings_come_from_sarif() {
    check(1, &[(SARIF, Some(FOUND))], "R high apps/core/lib/a.ex:2 bad");
    check(0, &[(SARIF, Some(FOUND))], "R high apps/core/lib/a.ex:2 bad");
    check(0, &[(SARIF, Some(CLEAN))], "");
}

#[test]
fn an_exit_code_that_no_report_explains_is_no_answer() {
    let unexplained = "the command ended with exit code 2 and its report names nothing that is wrong";
    check(2, &[(SARIF, Some(CLEAN))], unexplained);
    check(2, &[(JUNIT, Some(PASSING))], unexplained);
}

#[test]
fn a_report_that_is_missing_or_cut_off_is_no_answer() {
    check(
        0,
        &[(JUNIT, None)],
        "the JUnit report cannot be used: it was not written",
    );
    check(
        3,
        &[(SARIF, None)],
        "the SARIF report cannot be used: it was not written (the command ended with exit code 3)",
    );
    check(
        0,
        &[(JUNIT, Some(PASSING)), (COVERAGE, None)],
        "1 passed, 0 failed, 1 skipped\nthe coverage report cannot be used: it was not written",
    );
    check(
        0,
        &[(JUNIT, Some(&PASSING[..40]))],
        "the JUnit report cannot be used: the report ends inside of <testsuite>",
    );
    check(
        0,
        &[(COVERAGE, Some("hello"))],
        "the coverage report cannot be used: it is in none of the formats that sdd reads",
    );
}

#[test]
fn a_report_that_does_not_fit_the_gate_is_no_answer() {
    let unfit = "a SARIF report does not say which tests ran: the tests gate needs a JUnit report (`junit`) beside it";
    check_for(GateId::Tests, 0, &[(SARIF, Some(CLEAN))], unfit);
    check_for(GateId::Tests, 1, &[(SARIF, Some(FOUND))], unfit);
    for empty in [
        "<testsuites/>",
        r#"<testsuite name="s" tests="0"/>"#,
        r#"<testsuite name="s"><testcase name="a"><skipped/></testcase></testsuite>"#,
    ] {
        check_for(
            GateId::Linting,
            0,
            &[(JUNIT, Some(empty))],
            "its JUnit report names nothing that ran",
        );
    }
    check_for(
        GateId::Linting,
        0,
        &[(JUNIT, Some(PASSING))],
        "1 passed, 0 failed, 1 skipped",
    );
    check_for(
        GateId::Linting,
        0,
        &[(COVERAGE, Some("hello"))],
        "the coverage report cannot be used: it is in none of the formats that sdd reads",
    );
}

#[test]
fn a_report_that_contradicts_itself_is_no_answer() {
    for (report, why) in [
        (
            r#"<testsuite name="s" tests="3"><testcase name="a"/></testsuite>"#,
            r#"the suite "s" claims 3 tests and lists 1"#,
        ),
        (
            r#"<testsuite tests="1" failures="2"><testcase name="a"/></testsuite>"#,
            "a suite claims 2 failures and errors and lists none",
        ),
        (
            r#"<testsuites errors="1"><testsuite name="s"><testcase name="a"/></testsuite></testsuites>"#,
            "the report claims 1 failures and errors and lists none",
        ),
        (
            r#"<testsuites tests="2"><testsuite name="s"><testcase name="a"/></testsuite></testsuites>"#,
            "the report claims 2 tests and lists 1",
        ),
    ] {
        let expect = format!("the JUnit report cannot be used: {why}");
        check(0, &[(JUNIT, Some(report))], &expect);
    }
}
