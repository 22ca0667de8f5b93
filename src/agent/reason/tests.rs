use super::super::samples::{finding, gate, report, step};
use super::super::wanted;
use super::*;
use crate::model::gate_id::GateId;
use crate::model::report::Report;

fn red() -> Report {
    let mut tests = gate(
        GateId::Tests,
        Verdict::Failed,
        "1 test failed",
        vec![finding(
            "tests/test_a.py::test_b",
            "tests/test_a.py",
            12,
            "assert 1 == 2",
        )],
    );
    tests.steps.push(step(Verdict::Failed, &["/venv/bin/pytest"]));
    let findings = (1..=60)
        .map(|line| {
            finding(
                "F401",
                if line < 4 { "a.py" } else { "b.py" },
                line,
                "`os` imported but unused",
            )
            .fixable()
        })
        .chain([finding("E722", "b.py", 70, "Do not use bare\n  `except`")])
        .collect();
    let linting = gate(GateId::Linting, Verdict::Failed, "61 findings", findings);
    let mut security = gate(GateId::Security, Verdict::Error, "bandit broke", Vec::new());
    let mut broken = step(Verdict::Error, &["/venv/bin/bandit"]);
    broken.output_tail = vec!["Traceback".to_owned(), "rm -rf / at once".to_owned()];
    security.steps.push(broken);
    let custom = gate(GateId::Custom, Verdict::Passed, "2 of 2 rules hold", Vec::new());
    report(RunVerdict::Failed, vec![linting, tests, security, custom])
}

fn blocked<'a>(report: &'a Report, changed: Option<&'a BTreeSet<String>>) -> Blocked<'a> {
    Blocked {
        judged: wanted::of_run(report, &GateId::ALL),
        gates: report.gates.len(),
        run: Run::New,
        changed,
        warnings: &report.warnings,
        policies: &[],
        report: ".session/reports/latest.json",
        sdd: "sdd",
    }
}

#[test]
fn a_reason_says_what_is_wrong_where_and_what_runs_again() {
    let mut report = red();
    report.warnings.push("odd settings".to_owned());
    let changed = BTreeSet::from(["a.py".to_owned()]);
    let mut blocked = blocked(&report, Some(&changed));
    let policies = [".session/config.json".to_owned()];
    blocked.policies = &policies;
    insta::assert_snapshot!(reason(&blocked));
}

#[test]
fn an_earlier_verdict_is_called_one_and_nothing_checked_is_said() {
    let report = report(RunVerdict::Error, Vec::new());
    let mut blocked = blocked(&report, None);
    blocked.run = Run::Earlier;
    insta::assert_snapshot!(reason(&blocked), @r"
    sdd: NO VERDICT (the verdict of an earlier run on the same tree): none of the required gates checked anything
    Report: .session/reports/latest.json
    ");
}

#[test]
fn a_reason_never_exceeds_its_budget() {
    let long = "very long message ".repeat(500);
    let many = |rule: fn(u32) -> String| {
        (0..5_000)
            .map(|line| finding(&rule(line), &format!("{}.py", "d/".repeat(200)), line, &long))
            .collect()
    };
    let mut gates = vec![
        gate(
            GateId::Tests,
            Verdict::Failed,
            &long,
            many(|line| format!("{}{line}", "r".repeat(400))),
        ),
        gate(
            GateId::Linting,
            Verdict::Failed,
            &long,
            many(|_| "F401".to_owned()),
        ),
    ];
    let mut broken = step(Verdict::Error, &["/x"]);
    broken.output_tail = vec![long.clone(); 100];
    broken.reason.clone_from(&long);
    gates.push(gate(GateId::Custom, Verdict::Error, &long, Vec::new()));
    for gate in &mut gates {
        gate.steps = vec![broken.clone(); 50];
    }
    let mut report = report(RunVerdict::Failed, gates);
    report.warnings = vec![long.clone(); 50];
    let policies = vec!["x".repeat(100); 50];
    let mut blocked = blocked(&report, None);
    blocked.policies = &policies;
    let text = reason(&blocked);
    assert!(text.chars().count() <= MAX_CHARS, "{}", text.chars().count());
    assert!(
        text.contains("(more in the report)") && text.ends_with("Report: .session/reports/latest.json\n")
    );
    assert!(
        text.contains("\nRuns only what did not pass: sdd gate tests linting custom\n"),
        "{text}"
    );
    let text = feedback("sdd", &format!("{}.py", "d/".repeat(200)), &report.gates).unwrap();
    assert!(text.chars().count() <= MAX_CHARS);
}

#[test]
fn feedback_is_about_the_one_file() {
    let report = red();
    insta::assert_snapshot!(feedback("sdd", "a.py", &report.gates).unwrap(), @r"
    sdd: a.py: linting found something
      a.py:1 F401 `os` imported but unused (low, 3 fixable)
        and 2 more at a.py:2 a.py:3
    Mends what is fixable: sdd gate linting --fix
    ");
    assert_eq!(feedback("sdd", "c.py", &report.gates), None);
    assert_eq!(feedback("sdd", "a.py", &[]), None);
}
