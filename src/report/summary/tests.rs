use serde_json::json;

use super::results::Results;
use super::*;
use crate::model::history::{Change, Commit, History};
use crate::model::report::{CheckReport, CheckStatus, Report, StepReport, StepRole};
use crate::model::verdict::Verdict;
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

    let gates = Integrated::new();
    insta::assert_snapshot!("integration", integration::text(gates.results()));
}

/// A step that does this, as a report has it.
fn step(role: StepRole, tool: &str, verdict: Verdict, reason: &str, duration_ms: u64) -> StepReport {
    let mut step = fixture_report().gates.remove(1).steps.remove(0);
    step.role = Some(role);
    tool.clone_into(&mut step.tool);
    step.verdict = verdict;
    reason.clone_into(&mut step.reason);
    step.duration_ms = duration_ms;
    step
}

fn check(name: &str, status: CheckStatus, said: &str, remedy: Option<&str>) -> CheckReport {
    CheckReport {
        check: name.to_owned(),
        status,
        said: said.to_owned(),
        remedy: remedy.map(str::to_owned),
    }
}

/// The gate of the tests: weak readiness, test data of every verdict, two runners, many warnings.
fn tested() -> GateReport {
    let mut tests = gate(&[
        ("tests_passed", 8.into()),
        ("tests_failed", 1.into()),
        ("tests_errors", 2.into()),
        ("tests_skipped", 0.into()),
        ("service_logs", 3.into()),
    ]);
    let weak = "runs, and has no health check (weak readiness) after 3.9 s";
    tests.checks = vec![
        check("service api", CheckStatus::Passed, "healthy after 1.2 s", None),
        check(
            "service mail",
            CheckStatus::Warning,
            weak,
            Some("give it a check"),
        ),
    ];
    let (passed, failed) = (Verdict::Passed, Verdict::Failed);
    tests.steps = vec![
        step(
            StepRole::Services,
            "services",
            passed,
            "api healthy, mail runs",
            4_100,
        ),
        step(
            StepRole::TestData,
            "a.sql",
            passed,
            "a.sql was read by db in 31 ms",
            33,
        ),
        step(
            StepRole::TestData,
            "b.py",
            failed,
            "b.py: it ended with exit code 1",
            120,
        ),
        step(
            StepRole::TestData,
            "c.py",
            Verdict::NotRun,
            "what comes before it",
            0,
        ),
        step(
            StepRole::TestData,
            "d.py",
            Verdict::Error,
            "python is not installed",
            0,
        ),
        step(StepRole::TestData, "e.py", Verdict::Skipped, "left out", 0),
        step(
            StepRole::Tests,
            "pytest",
            failed,
            "integration tests: 8 passed",
            900,
        ),
        step(
            StepRole::Tests,
            "jest",
            passed,
            "integration tests: 1 passed",
            700,
        ),
        step(StepRole::Teardown, "teardown", passed, "nothing is left", 1_400),
    ];
    tests.warnings = (1..=7).map(|number| format!("warning {number}")).collect();
    tests
}

/// The gate of the load: a requirement that is not met.
fn measured(report: &Report) -> GateReport {
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
    bench.steps = report.gates[1].steps[..1].to_vec();
    bench.steps[0].tool_version = Some("wrk 4.1.0".to_owned());
    "p95: 612 ms, wanted < 500 ms, off by 22.4 %".clone_into(&mut bench.findings[0].message);
    bench
}

/// The gates of an integration test in which everything that a summary can meet occurs.
struct Integrated {
    environment: GateReport,
    tests: GateReport,
    bench: GateReport,
    contract: GateReport,
    documents: GateReport,
}

impl Integrated {
    fn new() -> Self {
        let report = report();
        let mut environment = gate(&[("checks", 4.into()), ("checks_passed", 1.into())]);
        environment.checks = vec![
            check("engine", CheckStatus::Passed, "engine 20.10.24", None),
            check("images", CheckStatus::Skipped, "nothing is pulled", None),
            check(
                "ports",
                CheckStatus::Warning,
                "port 8000 is fixed",
                Some("leave it out"),
            ),
            check("config-files", CheckStatus::Failed, "a.yaml is empty", None),
            check("space", CheckStatus::Error, "nobody says how much is left", None),
        ];
        environment.warnings = vec!["port 8000 is fixed; leave it out".to_owned()];
        let (tests, bench) = (tested(), measured(&report));
        let mut contract = gate(&[("contracts", 3.into()), ("breaking_changes", 4.into())]);
        contract.findings = report.gates[1].findings.clone();
        let mut documents = gate(&[
            ("documentation_requirements", 5.into()),
            ("documentation_requirements_met", 4.into()),
        ]);
        documents.verdict = Verdict::Failed;
        documents.required = false;
        documents.findings = report.gates[1].findings[..1].to_vec();
        "no baseline of GET http://api:8000/; pin one".clone_into(&mut documents.findings[0].message);
        Self {
            environment,
            tests,
            bench,
            contract,
            documents,
        }
    }

    fn results(&self) -> integration::Gates<'_> {
        integration::Gates {
            environment: Results::from(&self.environment),
            tests: Results::from(&self.tests),
            bench: Results::from(&self.bench),
            contract: Results::from(&self.contract),
            documents: Results::from(&self.documents),
        }
    }

    #[track_caller]
    fn check(&self, expect: &str) {
        let section = integration::text(self.results());
        assert!(section.contains(expect), "{expect}\n---\n{section}");
    }
}

#[test]
fn a_teardown_says_what_became_of_the_services() {
    let mut gates = Integrated::new();
    let last = gates.tests.steps.len() - 1;
    gates.check("\n**Teardown:** ✓ PASSED in 1.4 s\n- `nothing is left`\n- Logs of services saved: 3\n");
    "take them down: docker compose down".clone_into(&mut gates.tests.steps[last].reason);
    gates.tests.metrics.insert("services_kept".to_owned(), 2.into());
    gates.check("\n**Teardown:** ⚠ NOT DONE\n- `take them down: docker compose down`\n");
    // One of them did not live as long as the tests.
    gates.tests.steps[last].verdict = Verdict::Failed;
    gates.check("\n**Teardown:** ✗ FAILED in 1.4 s\n");
    gates.tests.steps[last] = step(
        StepRole::Teardown,
        "teardown",
        Verdict::NotRun,
        "nothing is brought up",
        0,
    );
    gates.tests.metrics.remove("service_logs");
    gates.check("\n**Teardown:** · NOT RUN\n- `nothing is brought up`\n\n**Warnings:** 7\n");
}

#[test]
fn services_that_are_not_up_are_no_pass_and_have_no_times() {
    let mut gates = Integrated::new();
    gates.tests.checks.clear();
    for step in &mut gates.tests.steps {
        step.verdict = Verdict::NotRun;
        step.duration_ms = 0;
        "the engine does not answer".clone_into(&mut step.reason);
    }
    gates.tests.metrics.clear();
    gates
        .check("\n**Services:** · NOT RUN\n- `the engine does not answer`\n\n**Test Data:** 0 of 5 loaded\n");
    gates.check("  - not loaded: `a.sql`: `the engine does not answer`\n");
    gates.check("  - … and 2 more in the report\n");
    gates.check("- Passed: not measured\n");
    gates.check("- Duration: not measured\n");
    gates.environment.checks.clear();
    gates.check("- Checks: not measured\n");
    // A spec without test data.
    gates
        .tests
        .steps
        .retain(|step| step.role != Some(StepRole::TestData));
    gates.check("\n**Test Data:** none\n");
}

#[test]
fn services_at_fault_are_named_with_what_to_do() {
    let mut gates = Integrated::new();
    gates.tests.checks = vec![check(
        "service db",
        CheckStatus::Failed,
        "it ended with exit code 7",
        None,
    )];
    gates.tests.steps[0] = step(
        StepRole::Services,
        "services",
        Verdict::Failed,
        "the services could not be brought up: db: it ended with exit code 7; `docker compose up -d` …",
        2_300,
    );
    gates.tests.remediation = vec![
        "db wrote last: no room (.session/runs/R/services/db.log)".to_owned(),
        "rerun: sdd gate integration".to_owned(),
    ];
    gates.check(
        "\n**Services:** ✗ FAILED in 2.3 s\n- ✗ `db`: `it ended with exit code 7`\n  - to do: `db wrote last: no room \
         (.session/runs/R/services/db.log)`\n\n**Test Data:**",
    );
}

#[test]
fn what_containers_say_cannot_pass_for_a_line_of_the_summary() {
    let mut gates = Integrated::new();
    let said = "x\n**Teardown:** ✓ PASSED\n- `y`";
    gates.tests.checks[0] = check(said, CheckStatus::Failed, said, Some(said));
    gates.environment.checks[3] = check(said, CheckStatus::Failed, said, Some(said));
    gates.tests.warnings[0] = said.to_owned();
    for step in &mut gates.tests.steps {
        said.clone_into(&mut step.reason);
        said.clone_into(&mut step.tool);
    }
    let section = integration::text(gates.results());
    assert_eq!(section.matches("\n**Teardown:**").count(), 1, "{section}");
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
