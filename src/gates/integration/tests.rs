use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::parts::{CommandAnswer, Fallen, NotLoaded, NotUp, Up, UpService, Use};
use super::super::sample::{Sample, shown};
use super::*;
use crate::compose::up::Kept;
use crate::model::language::Language;
use crate::model::verdict::Verdict;
use crate::parse;
use crate::process::{End, Outcome};

const SPEC: &str = "# Integration Test: X\n\n## Environment Requirements\n\n**Services Required:**\n- api\n\n\
                    **Compose file:** `c.yml`\n\n**Test Data Fixtures:**\n- `a.sql`\n- `b.py`\n";

fn sample(spec: &str, settings: &Value) -> Sample {
    let settings = json!({"quality_gates": {"integration_tests": settings}});
    let mut sample = Sample::new(&settings)
        .unit(".", Language::Python)
        .unit("web", Language::Go)
        .work(json!({}));
    let work = sample.work.as_mut().unwrap();
    work.item.kind = WorkItemType::IntegrationTest;
    work.spec = Some(parse::spec::read("spec.md", spec.as_bytes()));
    sample
}

#[track_caller]
fn check_plan(mut sample: Sample, expect: &[&str]) {
    let found = sample.with(|cx| shown(&Integration.plan(cx)));
    assert_eq!(found, expect);
}

const SERVICES_UP: &str = "+ services (the services of c.yml)";
const PYTEST: &str = "+ pytest (pytest is the test runner for Python)";
const DOWN: &str = "+ teardown (nothing is left behind)";

#[test]
fn services_stand_around_test_data_and_tests() {
    let data = "test data of the spec";
    check_plan(
        sample(SPEC, &json!({})),
        &[
            SERVICES_UP,
            &format!("+ a.sql ({data})"),
            &format!("+ b.py ({data})"),
            PYTEST,
            DOWN,
        ],
    );
    let mut without_python = sample(SPEC, &json!({}));
    without_python.missing = vec!["python", "python3"];
    check_plan(
        without_python,
        &[
            SERVICES_UP,
            &format!("+ a.sql ({data})"),
            "! b.py: python is not installed, which loads b.py",
            PYTEST,
            DOWN,
        ],
    );
    // A spec that names none is no reason to test without any, and the settings may be one.
    let usual = "+ services (the services of docker-compose.integration.yml)";
    check_plan(sample("# X\n", &json!({})), &[usual, PYTEST, DOWN]);
    let mut without_spec = sample("# X\n", &json!({}));
    without_spec.work.as_mut().unwrap().spec = None;
    check_plan(without_spec, &[usual, PYTEST, DOWN]);
    check_plan(sample("# X\n", &json!({"compose_file": ""})), &[PYTEST]);
}

#[test]
fn test_data_is_planned_whatever_its_kind_and_left_out_aloud() {
    let spec = SPEC.replace("- `b.py`\n", "").replace("a.sql", "a.csv");
    // That nothing loads it is said when it is tried, before anything is started.
    check_plan(
        sample(&spec, &json!({})),
        &[SERVICES_UP, "+ a.csv (test data of the spec)", PYTEST, DOWN],
    );
    let off = "quality_gates.integration_tests.test_data_fixtures in config.json leaves test data out";
    check_plan(
        sample(&spec, &json!({"test_data_fixtures": false})),
        &[SERVICES_UP, &format!("- a.csv: {off}"), PYTEST, DOWN],
    );
    let settings = json!({"fixtures": {"a.csv": {"service": "api", "command": ["load"]}}});
    check_plan(
        sample(&spec, &settings),
        &[SERVICES_UP, "+ a.csv (test data of the spec)", PYTEST, DOWN],
    );
}

#[test]
fn the_tests_are_those_of_the_nearest_unit() {
    let in_web = json!({"test_directory": "web/it", "compose_file": ""});
    check_plan(
        sample("# X\n", &in_web),
        &["! tests: sdd knows no runner of go for the tests in web/it"],
    );
    let own = json!({"compose_file": "", "test_directory": "web/it", "commands": {"go": "go test ./it"}});
    let mut own = sample("# X\n", &own);
    let words = own.with(|cx| match Integration.plan(cx).as_slice() {
        [Item::Run(step)] => (step.command_words(), step.phase),
        other => panic!("{:?}", shown(other)),
    });
    assert_eq!(
        words.0[1..],
        ["test", "-json", "-count=1", "./it"].map(str::to_owned)
    );
    assert_eq!(words.1, Phase::Serve);
}

/// The names of what runs, each with its unit, and what does not.
#[track_caller]
fn check_units(mut sample: Sample, own: &[&str], expect: &[&str]) {
    for facts in &mut sample.project.units {
        facts.has_integration = own.contains(&facts.unit.path.as_str());
    }
    let found: Vec<String> = sample.with(|cx| {
        let told = |item: &Item| match item {
            Item::Run(step) => format!("+ {} in {}", step.tool_name(), step.unit_path),
            Item::Not(not) => match not.meaning {
                Meaning::Error => format!("! {} in {}", not.reason, not.unit),
                Meaning::Skip => format!("- {} in {}", not.reason, not.unit),
                Meaning::LeftOut => format!("out: {}", not.reason),
            },
        };
        tests(cx).iter().map(told).collect()
    });
    assert_eq!(found, expect);
}

#[test]
fn every_unit_with_tests_of_its_own_is_tested() {
    let units = || {
        ["api", "shop"]
            .into_iter()
            .fold(Sample::new(&json!({})), |sample, path| {
                sample.unit(path, Language::Python)
            })
    };
    let (api, shop) = ("+ pytest in api", "+ pytest in shop");
    check_units(units(), &["api", "shop"], &[api, shop]);
    check_units(units(), &["shop"], &[shop]);
    let with_root = || units().unit(".", Language::Python);
    check_units(with_root(), &[".", "api", "shop"], &[api, shop, "+ pytest in ."]);
    check_units(with_root(), &["api"], &[api]);
    check_units(with_root(), &[], &["+ pytest in ."]);
    check_units(
        with_root().unit("svc", Language::Go),
        &["api", "svc"],
        &[
            api,
            "! sdd knows no runner of go for the tests in svc/tests/integration in svc",
        ],
    );
    // In one directory they may all be of one language.
    check_units(
        with_root().unit(".", Language::Go),
        &["."],
        &[
            "+ pytest in .",
            "- sdd knows no runner of go for the tests in tests/integration in .",
        ],
    );
    check_units(
        Sample::new(&json!({})).unit("svc", Language::Go),
        &["svc"],
        &["! sdd knows no runner of go for the tests in svc/tests/integration in svc"],
    );
}

#[test]
fn a_command_that_counts_nothing_is_told() {
    let settings = json!({"compose_file": "", "test_directory": "web/it", "commands": {"go": "make it"}});
    let mut sample = sample("# X\n", &settings);
    sample.with(|cx| {
        let items = Integration.plan(cx);
        let part = Part {
            item: &items[0],
            result: Result::Command(Box::new(CommandAnswer {
                outcome: Ok(Outcome::of(End::Code(0))),
                stdout: None,
                outputs: BTreeMap::new(),
            })),
        };
        let judgement = Integration.judge(cx, &[part]);
        assert_eq!(judgement.verdict(), Verdict::Passed);
        assert_eq!(judgement.warnings().collect::<Vec<_>>(), [UNCOUNTED]);
    });
}

#[test]
fn a_directory_that_is_not_there_is_known_before_anything_is_started() {
    let sample = |settings: serde_json::Value| {
        let mut sample = Sample::new(&json!({"quality_gates": {"integration_tests": settings}}));
        sample.project.has_integration = false;
        sample.unit(".", Language::Python)
    };
    let why = "! there is no tests/integration, where integration tests are to be in .";
    check_units(sample(json!({})), &[], &[why]);
    check_units(sample(json!({})), &["."], &["+ pytest in ."]);
    // A command of the project's own knows where its tests are.
    let own = json!({"commands": {"python": "pytest tests/other"}});
    check_units(sample(own), &[], &["+ pytest in ."]);
}

#[test]
fn units_are_left_out_by_the_settings_where_others_are_tested() {
    let sample = |paths: &[&str]| {
        let settings = json!({"units": [{"path": "api", "gates": ["tests"]}]});
        let sample = Sample::new(&settings);
        paths
            .iter()
            .fold(sample, |sample, path| sample.unit(path, Language::Python))
    };
    let why = "`units` in config.json leaves this gate out for api";
    check_units(
        sample(&["api", "shop"]),
        &["api", "shop"],
        &[&format!("out: {why}"), "+ pytest in shop"],
    );
    check_units(sample(&["api"]), &["api"], &[&format!("! {why} in api")]);
}

#[test]
fn a_runner_is_told_the_directory_the_workers_and_where_its_report_goes() {
    let mut sample = sample("# X\n", &json!({"workers": 4, "compose_file": ""}));
    let words = sample.with(|cx| match Integration.plan(cx).as_slice() {
        [Item::Run(step)] => step.command_words(),
        other => panic!("{:?}", shown(other)),
    });
    assert_eq!(
        words[1..],
        [
            "--junitxml=/out/integration-root-python-pytest/junit.xml",
            "--numprocesses=4",
            "tests/integration"
        ]
        .map(str::to_owned)
    );
}

/// What is judged of one result, which stands in the place of the services.
#[track_caller]
fn check(result: Result, verdict: Verdict, reason: &str, hint: Option<&str>) -> Vec<String> {
    let mut sample = sample(SPEC, &json!({}));
    sample.with(|cx| {
        let items = Integration.plan(cx);
        let part = Part {
            item: &items[0],
            result,
        };
        let judgement = Integration.judge(cx, &[part]);
        assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
        assert_eq!(judgement.hints().next().map(|(_, hint)| hint), hint);
        judgement
            .findings()
            .iter()
            .map(|finding| finding.message.clone())
            .collect()
    })
}

fn not_up(ending: Ending) -> Result {
    Result::Services(Err(NotUp {
        ending,
        reason: "db: it ended with exit code 7".to_owned(),
        faults: vec![("db".to_owned(), "it ended with exit code 7".to_owned())],
        hint: Some("see its log".to_owned()),
    }))
}

/// Services that are up: one that is healthy, one that has done its work, and one of which it is only concluded.
fn up() -> Result {
    let service = |name: &str, how: &str, after| UpService {
        name: name.to_owned(),
        how: how.to_owned(),
        after,
        is_done: false,
        doubt: None,
    };
    Result::Services(Ok(Up {
        flavour: "docker compose 2.26.1, engine 20.10.24".to_owned(),
        services: vec![
            service("api", "healthy", Some(Duration::from_millis(1_240))),
            UpService {
                is_done: true,
                ..service("db", "done", None)
            },
            UpService {
                doubt: Some("give it a check".to_owned()),
                ..service("mail", "runs", Some(Duration::from_millis(3_900)))
            },
        ],
        remarks: vec!["an old run was taken down".to_owned()],
    }))
}

#[test]
fn services_that_are_not_up_are_at_fault_or_nobody_can_say() {
    sample(SPEC, &json!({})).with(|cx| {
        let items = Integration.plan(cx);
        let result = up();
        let part = Part {
            item: &items[0],
            result,
        };
        let warnings: Vec<String> = Integration.judge(cx, &[part]).warnings().collect();
        assert_eq!(
            warnings,
            ["mail runs: give it a check", "an old run was taken down"]
        );
    });
    let said = "api healthy, db done, mail runs by docker compose 2.26.1, engine 20.10.24";
    check(up(), Verdict::Passed, said, None);
    let why = "db: it ended with exit code 7";
    let findings = check(not_up(Ending::Failed), Verdict::Failed, why, Some("see its log"));
    assert_eq!(findings, ["it ended with exit code 7"]);
    check(not_up(Ending::Error), Verdict::Error, why, Some("see its log"));
}

/// Each check of the gate, where this came of the services.
#[track_caller]
fn check_checks(result: Result, expect: &[(&str, CheckStatus, &str, Option<&str>)]) {
    sample(SPEC, &json!({})).with(|cx| {
        let items = Integration.plan(cx);
        let part = Part {
            item: &items[0],
            result,
        };
        let judgement = Integration.judge(cx, &[part]);
        let found: Vec<_> = judgement
            .checks()
            .iter()
            .map(|one| {
                (
                    one.check.as_str(),
                    one.status,
                    one.said.as_str(),
                    one.remedy.as_deref(),
                )
            })
            .collect();
        assert_eq!(found, expect);
    });
}

#[test]
fn each_service_is_a_check_of_its_own() {
    check_checks(
        up(),
        &[
            ("service api", CheckStatus::Passed, "healthy after 1.2 s", None),
            ("service db", CheckStatus::Passed, "done", None),
            (
                "service mail",
                CheckStatus::Warning,
                "runs after 3.9 s",
                Some("give it a check"),
            ),
        ],
    );
    let why = "it ended with exit code 7";
    check_checks(
        not_up(Ending::Failed),
        &[("service db", CheckStatus::Failed, why, None)],
    );
    check_checks(Result::NotStarted("stopped".to_owned()), &[]);
}

#[test]
fn steps_say_what_they_do() {
    let mut without_python = sample(SPEC, &json!({}));
    without_python.missing = vec!["python", "python3"];
    let roles = without_python.with(|cx| {
        let items = Integration.plan(cx);
        let parts: Vec<Part<'_>> = items
            .iter()
            .map(|item| Part {
                item,
                result: Result::NotStarted("stopped".to_owned()),
            })
            .collect();
        let judgement = Integration.judge(cx, &parts);
        let roles = judgement.steps().iter().map(StepJudgement::role);
        roles.collect::<Option<Vec<StepRole>>>()
    });
    let expect = [
        StepRole::Services,
        StepRole::TestData,
        // The one that python would have to load.
        StepRole::TestData,
        StepRole::Tests,
        StepRole::Teardown,
    ];
    assert_eq!(roles.as_deref(), Some(expect.as_slice()));
}

#[test]
fn services_that_are_kept_are_counted() {
    sample(SPEC, &json!({})).with(|cx| {
        let items = Integration.plan(cx);
        let [first, .., last] = items.as_slice() else {
            panic!("{:?}", shown(&items));
        };
        let judge = |kept: Option<Kept>| {
            let down = TeardownAnswer {
                kept,
                ..TeardownAnswer::default()
            };
            let part = |item, result| Part { item, result };
            let parts = [part(first, up()), part(last, Result::Teardown(down))];
            let judgement = Integration.judge(cx, &parts);
            let counted = judgement.metrics().get("services_kept").cloned();
            // Those of the services come first.
            (counted, judgement.warnings().skip(2).collect())
        };
        assert_eq!(judge(None), (None, Vec::new()));
        let told = [
            "services are left running: docker compose down",
            "the first run after 2026-01-02 03:04:05 UTC takes them down; before that: sdd integration gc sdd-shop-20260102",
        ];
        assert_eq!(
            judge(Some(kept())),
            (Some(3.into()), told.map(str::to_owned).to_vec())
        );
    });
}

/// Services that were left running.
fn kept() -> Kept {
    Kept {
        command: "docker compose down".to_owned(),
        until: "2026-01-02T03:04:05Z".parse().unwrap(),
        project: "sdd-shop-20260102".to_owned(),
    }
}

/// A database that ended.
fn fallen(seen: Use) -> Fallen {
    Fallen {
        service: "db".to_owned(),
        why: "it ended with exit code 1".to_owned(),
        seen,
    }
}

#[test]
fn what_is_left_decides_over_tests_that_failed() {
    sample(SPEC, &json!({})).with(|cx| {
        let items = Integration.plan(cx);
        let [first, .., last] = items.as_slice() else {
            panic!("{:?}", shown(&items));
        };
        let judge = |fault: Option<&str>, before: Result| {
            let down = TeardownAnswer {
                fault: fault.map(str::to_owned),
                ..TeardownAnswer::default()
            };
            let part = |item, result| Part { item, result };
            let parts = [part(first, before), part(last, Result::Teardown(down))];
            let judgement = Integration.judge(cx, &parts);
            (judgement.verdict(), judgement.reason().to_owned())
        };
        let broken = || {
            Result::Services(Err(NotUp {
                ending: Ending::Failed,
                reason: "db is not healthy".to_owned(),
                faults: Vec::new(),
                hint: None,
            }))
        };
        let failed = (Verdict::Failed, "db is not healthy".to_owned());
        assert_eq!(judge(None, broken()), failed);
        let both = "container c1 is left; db is not healthy".to_owned();
        assert_eq!(
            judge(Some("container c1 is left"), broken()),
            (Verdict::Error, both)
        );
        let left = "container c1 is left".to_owned();
        assert_eq!(judge(Some("container c1 is left"), up()), (Verdict::Error, left));
    });
}

#[test]
fn what_is_left_is_an_error_however_the_tests_went() {
    let down = |answer: TeardownAnswer| Result::Teardown(answer);
    check(
        down(TeardownAnswer::default()),
        Verdict::Passed,
        "nothing is left",
        None,
    );
    let left = "not everything could be taken down: container c1 is left";
    check(
        down(TeardownAnswer {
            fault: Some(left.to_owned()),
            ..TeardownAnswer::default()
        }),
        Verdict::Error,
        left,
        Some("remove what is left: sdd integration gc"),
    );
    let findings = check(
        down(TeardownAnswer {
            fallen: vec![fallen(Use::Tests)],
            ..TeardownAnswer::default()
        }),
        Verdict::Failed,
        "db did not live as long as the tests: it ended with exit code 1",
        None,
    );
    assert_eq!(findings, ["it ended with exit code 1"]);
    check(
        down(TeardownAnswer {
            fallen: vec![fallen(Use::Load)],
            ..TeardownAnswer::default()
        }),
        Verdict::Failed,
        "db did not live as long as the measurement: it ended with exit code 1",
        None,
    );
    let kept = || TeardownAnswer {
        kept: Some(self::kept()),
        ..TeardownAnswer::default()
    };
    let until = "the services were left running on purpose; take them down: docker compose down";
    check(down(kept()), Verdict::Passed, until, None);
    // Services that are kept are no better for it.
    check(
        down(TeardownAnswer {
            fallen: vec![fallen(Use::Tests)],
            ..kept()
        }),
        Verdict::Failed,
        "db did not live as long as the tests: it ended with exit code 1",
        None,
    );
    check(
        down(TeardownAnswer {
            unseen: Some("no answer".to_owned()),
            ..kept()
        }),
        Verdict::Error,
        "nobody can say whether the services lived as long as they were needed: no answer",
        None,
    );
}

#[test]
fn test_data_that_is_not_loaded_is_no_pass() {
    let not = |ending| {
        Result::Fixture(Err(NotLoaded {
            ending,
            reason: "a.sql: it is missing".to_owned(),
            hint: None,
        }))
    };
    check(not(Ending::Failed), Verdict::Failed, "a.sql: it is missing", None);
    check(not(Ending::Error), Verdict::Error, "a.sql: it is missing", None);
}

#[test]
fn no_tests_are_no_pass() {
    let counts = |passed, failed, skipped| Answer {
        tests: Some(TestCounts {
            passed,
            failed,
            skipped,
            ..TestCounts::default()
        }),
        ..Answer::default()
    };
    let expected = |passed, expected_failures, skipped| Answer {
        tests: Some(TestCounts {
            passed,
            skipped,
            expected_failures,
            ..TestCounts::default()
        }),
        ..Answer::default()
    };
    let deselected = Answer {
        metrics: [("tests_deselected", 3)].into(),
        ..counts(2, 0, 0)
    };
    for (answer, verdict, reason) in [
        (
            deselected,
            Verdict::Passed,
            "integration tests: 2 passed, 3 deselected",
        ),
        (
            expected(1, 1, 0),
            Verdict::Passed,
            "integration tests: 1 passed, 1 failed as expected",
        ),
        (
            expected(0, 1, 2),
            Verdict::Error,
            "integration tests: 0 passed, 2 skipped, 1 failed as expected, so that nothing was shown to work",
        ),
        (
            counts(2, 0, 1),
            Verdict::Passed,
            "integration tests: 2 passed, 1 skipped",
        ),
        (
            counts(2, 1, 0),
            Verdict::Failed,
            "integration tests: 2 passed, 1 failed",
        ),
        (
            counts(0, 0, 3),
            Verdict::Error,
            "all 3 tests were skipped, so that nothing was tested",
        ),
        (counts(0, 0, 0), Verdict::Error, "no integration tests were found"),
        (
            Answer::default(),
            Verdict::Error,
            "the test runner gave no counts",
        ),
    ] {
        let judged = judge_tests(answer, &mut Totals::default());
        assert_eq!((judged.verdict(), judged.reason()), (verdict, reason));
    }
}
