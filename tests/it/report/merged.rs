//! `sdd report merge`: the reports of several CI jobs.

use serde_json::Value;

use super::{check, failing, project, sdd};
use crate::support::Sandbox;

/// The report of a run in a project of its own.
fn report_of(sandbox: &Sandbox) -> String {
    sdd(sandbox, "gate custom");
    sdd(sandbox, "report --format json").stdout
}

#[test]
fn the_worst_verdict_wins_and_is_the_exit_code() {
    let jobs = Sandbox::new()
        .file("green.json", report_of(&project()))
        .file("other.json", report_of(&project()))
        .file("red.json", report_of(&failing()));
    let green = sdd(&jobs, "report merge green.json other.json");
    green.expect_code(0);
    assert!(green.stdout.contains("PASSED  1 passed"), "{}", green.stdout);
    let red = sdd(
        &jobs,
        "report merge green.json red.json other.json --output json=all.json",
    );
    red.expect_code(1);
    assert!(red.stdout.contains("rerun: sdd gate custom"), "{}", red.stdout);
    let all: Value = serde_json::from_str(&jobs.read("all.json")).unwrap();
    assert_eq!(
        (&all["verdict"], &all["summary"]["failed"]),
        (&"failed".into(), &1.into())
    );
    // What was merged is a report again.
    sdd(&jobs, "report merge all.json").expect_code(1);
}

#[test]
fn a_job_without_a_report_has_no_verdict() {
    let jobs = Sandbox::new().file("green.json", report_of(&project()));
    check(
        &jobs,
        "report merge green.json gone.json --output all.json",
        4,
        "there is no report gone.json",
    );
    assert!(!jobs.path("all.json").exists());
    let half = jobs.read("green.json");
    jobs.rewrite("half.json", &half[..half.len() / 2]);
    check(&jobs, "report merge green.json half.json", 2, "half.json:");
    check(&jobs, "report merge green.json green.json", 2, "was given twice");
    check(&jobs, "report merge green.json .", 2, "is not a regular file");
    check(&jobs, "report merge", 2, "required arguments were not provided");
}

#[test]
fn reports_of_different_commits_are_not_merged() {
    let at = |text: &str| {
        let sandbox = project().git().file("a", text);
        sandbox.commit("x");
        report_of(&sandbox)
    };
    let jobs = Sandbox::new().file("one.json", at("1")).file("two.json", at("2"));
    check(&jobs, "report merge one.json two.json", 2, "of different commits");
}
