use serde_json::json;

use super::results::Results;
use super::*;
use crate::model::history::{Change, Commit, History};
use crate::model::report::Report;
use crate::model::work_item::{Priority, Status, WorkItem};
use crate::report::tests::fixture_report;

const BEGAN: &str = "2026-01-02T03:04:05Z";
const ENDED: &str = "2026-01-02T04:04:05Z";

fn work(kind: WorkItemType) -> ActiveWork {
    ActiveWork {
        item: WorkItem {
            id: "feature_login".to_owned(),
            kind,
            title: "Log in with a key".to_owned(),
            status: Status::InProgress,
            priority: Priority::High,
            urgent: false,
            dependencies: Vec::new(),
            milestone: None,
            spec_file: None,
            created_at: None,
            sessions: Vec::new(),
            validation_rules: Vec::new(),
            raw: json!({}),
        },
        spec: None,
        session: 3,
        base_commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
    }
}

/// The fixture's report without what is there to deceive.
fn report() -> Report {
    let mut report = fixture_report();
    report.warnings = vec!["the settings were changed".to_owned()];
    report
}

fn since() -> History {
    let commit = |id: &str, subject: &str| Commit {
        id: id.to_owned(),
        subject: subject.to_owned(),
    };
    History {
        commits: vec![commit("89abcde", "Add `login`"), commit("0123456", "Begin")],
        more: false,
        change: Change {
            files: 3,
            insertions: 40,
            deletions: 2,
        },
        untracked: 1,
    }
}

fn ended<'a>(report: &'a Report, work: Option<&'a ActiveWork>, happened: Happened<'a>) -> Ended<'a> {
    Ended {
        report,
        report_file: ".session/reports/session_003.json",
        session: 3,
        work_item: "feature_login",
        work,
        started_at: Some(BEGAN),
        ended_at: ENDED,
        outcome: Outcome::Completed,
        happened,
    }
}

#[test]
fn a_summary_says_what_was_done_and_how_the_gates_saw_it() {
    let (report, work, since) = (report(), work(WorkItemType::Feature), since());
    let page = markdown(&ended(&report, Some(&work), Happened::Known(&since))).unwrap();
    insta::assert_snapshot!("feature", page);
}

#[test]
fn what_is_not_known_is_said() {
    let report = report();
    let mut incomplete = ended(&report, None, Happened::Unknown("the session has no base commit"));
    incomplete.outcome = Outcome::Incomplete;
    incomplete.started_at = None;
    let page = markdown(&incomplete).unwrap();
    assert!(
        page.contains("- **feature_login**: not in the work items any more (in progress)\n"),
        "{page}"
    );
    assert!(
        page.contains("Not known: the session has no base commit\n"),
        "{page}"
    );
    assert!(page.contains("when it began is not known"), "{page}");
}

#[test]
fn many_commits_are_counted() {
    let (report, work, mut since) = (report(), work(WorkItemType::Feature), since());
    since.commits = vec![since.commits[0].clone(); 60];
    let page = |since: &History| markdown(&ended(&report, Some(&work), Happened::Known(since))).unwrap();
    assert!(page(&since).contains("- … and 10 more\n"));
    since.more = true;
    assert!(page(&since).contains("- … and more than 10 more\n"));
}

/// A gate with these metrics; which one it is does not matter here.
fn gate(metrics: &[(&str, serde_json::Number)]) -> GateReport {
    let mut gate = fixture_report().gates.remove(0);
    gate.duration_ms = 12_500;
    gate.metrics = metrics
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    gate
}

fn decimal(value: f64) -> serde_json::Number {
    serde_json::Number::from_f64(value).unwrap()
}

#[test]
fn an_integration_test_has_its_results() {
    let (report, work) = (report(), work(WorkItemType::IntegrationTest));
    let page = markdown(&ended(&report, Some(&work), Happened::Unknown("no git"))).unwrap();
    let section = page.split("\n## Integration Test Results\n").nth(1).unwrap();
    insta::assert_snapshot!(
        "integration_of_nothing",
        section.split("\nReport:").next().unwrap()
    );

    let tests = gate(&[
        ("tests_passed", 8.into()),
        ("tests_failed", 1.into()),
        ("tests_skipped", 0.into()),
    ]);
    let mut bench = gate(&[
        ("latency_p50_ms", decimal(12.5)),
        ("latency_p95_ms", decimal(80.0)),
        ("latency_p99_ms", decimal(120.25)),
        ("requests_per_sec", decimal(2279.82)),
        ("regressions", 2.into()),
        ("requirements", 4.into()),
        ("requirements_met", 3.into()),
    ]);
    bench.findings = report.gates[1].findings[..1].to_vec();
    "p95: 612 ms, wanted < 500 ms, off by 22.4 %".clone_into(&mut bench.findings[0].message);
    let mut contract = gate(&[("contracts", 3.into()), ("breaking_changes", 4.into())]);
    contract.findings = report.gates[1].findings.clone();
    let section = integration::text(
        Results::from(&tests),
        Results::from(&bench),
        Results::from(&contract),
    );
    insta::assert_snapshot!("integration", section);
}

#[test]
fn a_deployment_has_its_results() {
    let (report, work) = (report(), work(WorkItemType::Deployment));
    let page = markdown(&ended(&report, Some(&work), Happened::Unknown("no git"))).unwrap();
    let section = page.split("\n## Deployment Results\n").nth(1).unwrap();
    insta::assert_snapshot!(
        "deployment_of_nothing",
        section.split("\nReport:").next().unwrap()
    );

    let gate = gate(&[
        ("steps_completed", 4.into()),
        ("steps_total", 5.into()),
        ("smoke_tests_passed", 2.into()),
        ("smoke_tests_failed", 1.into()),
        ("smoke_tests_skipped", 0.into()),
        ("rolled_back", 1.into()),
        ("rollback_failed", 0.into()),
        ("rollback_done", 1.into()),
        ("error_rate_percent", decimal(0.5)),
    ]);
    let section = deployment::text(Results::from(&gate));
    insta::assert_snapshot!("deployment", section);
}

#[test]
fn what_tools_and_people_wrote_cannot_pass_for_a_line_of_ours() {
    let (mut report, mut work, mut since) = (fixture_report(), work(WorkItemType::Feature), since());
    work.item.title = "x\n# Session 9 Summary".to_owned();
    since.commits[0].subject = "` ## x\n- tests: ✓ PASSED".to_owned();
    report.gates[0].reason = "y\n- tests: ✓ PASSED".to_owned();
    let page = markdown(&ended(&report, Some(&work), Happened::Known(&since))).unwrap();
    assert_eq!(page.matches("\n# ").count(), 0, "{page}");
    assert_eq!(page.matches("\n- tests: ✓").count(), 0, "{page}");
}
