use serde_json::json;

use super::super::sample::{Sample, shown};
use super::*;
use crate::model::verdict::Verdict;
use crate::parse;

const SPEC: &str = "# Integration Test: X\n\n## Environment Requirements\n\n**Services Required:**\n- api\n";

fn sample(kind: WorkItemType, spec: &str, settings: &serde_json::Value) -> Sample {
    let mut sample = Sample::new(settings).work(json!({}));
    let work = sample.work.as_mut().unwrap();
    work.item.kind = kind;
    work.spec = Some(parse::spec::read("spec.md", spec.as_bytes()));
    sample
}

#[track_caller]
fn check_plan(kind: WorkItemType, spec: &str, compose_file: &str, expect: &str) {
    let settings = json!({"quality_gates": {"integration_tests": {"compose_file": compose_file}}});
    let found = sample(kind, spec, &settings).with(|cx| match Environment.absent(cx) {
        Some(why) => format!("~ {why}"),
        None => shown(&Environment.plan(cx)).join("\n"),
    });
    assert_eq!(found, expect);
}

#[test]
fn integration_tests_need_an_environment_unless_the_settings_say_otherwise() {
    let test = WorkItemType::IntegrationTest;
    let needed = "+ environment (what docker-compose.integration.yml needs)";
    check_plan(test, SPEC, "", needed);
    check_plan(test, SPEC, "c.yml", "+ environment (what c.yml needs)");
    check_plan(test, "# X\n", "docker-compose.integration.yml", needed);
    check_plan(
        test,
        "# X\n",
        "",
        "~ bug_x names no services and no compose file, and compose_file of the settings is empty: its tests need none",
    );
    check_plan(
        WorkItemType::Feature,
        SPEC,
        "c.yml",
        "~ bug_x is no integration test",
    );
}

fn found(check: &'static str, standing: Standing, said: &str) -> Found {
    Found {
        check,
        standing,
        said: said.to_owned(),
        remedy: Some(format!("mend {check}")),
    }
}

#[track_caller]
fn check(all: &[Found], verdict: Verdict, reason: &str, findings: usize, hint: Option<&str>) {
    let mut sample = sample(WorkItemType::IntegrationTest, SPEC, &json!({}));
    sample.with(|cx| {
        let items = Environment.plan(cx);
        let part = Part {
            item: &items[0],
            result: Result::Environment(all.to_vec()),
        };
        let judgement = Environment.judge(cx, &[part]);
        assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
        assert_eq!(judgement.findings().len(), findings);
        assert_eq!(judgement.hints().next().map(|(_, hint)| hint), hint);
    });
}

#[test]
fn a_reason_says_what_is_there_and_not_that_nothing_is_wrong() {
    let all = [
        found("engine", Standing::Fine, "engine 20.10.24"),
        found("compose-lint", Standing::Fine, "nothing is odd"),
        found("ports", Standing::Fine, "none of the machine is asked for"),
        found("services", Standing::Fine, "api, db"),
        found("networks", Standing::Fine, "3 networks"),
        found("space", Standing::Fine, "45 GiB of the disk are free"),
    ];
    check(&all, Verdict::Passed, "engine 20.10.24; api, db", 0, None);
    let odd = [found("compose-lint", Standing::Unknown, "nobody looked")];
    check(
        &[&all[..1], &odd].concat(),
        Verdict::Error,
        "nobody looked",
        0,
        Some("mend compose-lint"),
    );
}

#[test]
fn what_is_missing_fails_and_what_nobody_can_see_is_no_pass() {
    let fine = || found("engine", Standing::Fine, "docker compose 2.26.1");
    let port = || found("ports", Standing::Failed, "port 80 is taken");
    let lint = || found("lint", Standing::Warning, "a fixed name");
    let unknown = || found("engine", Standing::Unknown, "no engine");
    check(
        &[fine(), lint()],
        Verdict::Passed,
        "docker compose 2.26.1",
        0,
        None,
    );
    check(
        &[fine(), port()],
        Verdict::Failed,
        "port 80 is taken",
        1,
        Some("mend ports"),
    );
    check(
        &[fine(), port(), port(), port()],
        Verdict::Failed,
        "port 80 is taken (and 2 more)",
        3,
        Some("mend ports"),
    );
    check(
        &[unknown(), lint()],
        Verdict::Error,
        "no engine",
        0,
        Some("mend engine"),
    );
    check(
        &[unknown(), port()],
        Verdict::Error,
        "no engine; and port 80 is taken",
        1,
        Some("mend engine"),
    );
    check(&[], Verdict::Error, "nothing was looked at", 0, None);
}

#[test]
fn each_check_is_told_by_itself() {
    let all = [
        found("engine", Standing::Fine, "engine 1"),
        found("lint", Standing::Warning, "a fixed name"),
        found("ports", Standing::Failed, "port 80 is taken"),
        found("images", Standing::Unknown, "no answer"),
        found("config-files", Standing::Skipped, "there was nothing to look at"),
    ];
    let mut sample = sample(WorkItemType::IntegrationTest, SPEC, &json!({}));
    sample.with(|cx| {
        let items = Environment.plan(cx);
        let part = Part {
            item: &items[0],
            result: Result::Environment(all.to_vec()),
        };
        let judgement = Environment.judge(cx, &[part]);
        let told = serde_json::to_value(judgement.checks()).unwrap();
        let status = |index: usize| told[index]["status"].clone();
        assert_eq!(
            [status(0), status(1), status(2), status(3), status(4)],
            ["passed", "warning", "failed", "error", "skipped"]
        );
        assert_eq!(
            told[2],
            json!({"check": "ports", "status": "failed", "said": "port 80 is taken", "remedy": "mend ports"})
        );
        assert_eq!(judgement.metrics()["checks"], 4.into());
        assert_eq!(judgement.metrics()["checks_passed"], 1.into());
    });
}

#[test]
fn a_runner_of_several_workers_is_asked_what_it_has() {
    let asked = |settings: serde_json::Value, units: &[&str]| -> Vec<String> {
        let settings = json!({"quality_gates": {"integration_tests": settings}});
        let mut sample = sample(WorkItemType::IntegrationTest, SPEC, &settings);
        for path in units {
            sample = sample.unit(path, crate::model::language::Language::Python);
        }
        sample.with(|cx| {
            let items = Environment.plan(cx);
            let Item::Run(step) = &items[0] else {
                panic!("nothing is looked at")
            };
            let Work::Environment(work) = &step.work else {
                panic!("it looks at something else")
            };
            let shown = work.runners.iter().map(|asked| {
                format!(
                    "{}: {} {}",
                    asked.cwd.display(),
                    asked.program.display(),
                    asked.args.join(" ")
                )
            });
            shown.collect()
        })
    };
    let question = "--noconftest --numprocesses=4 --version --version";
    assert_eq!(
        asked(json!({"workers": 4}), &["."]),
        [format!("/project: /bin/pytest {question}")]
    );
    let none: [&str; 0] = [];
    assert_eq!(asked(json!({}), &["."]), none);
    assert_eq!(asked(json!({"workers": 1}), &["."]), none);
    assert_eq!(
        asked(json!({"workers": 4, "parallel_execution": false}), &["."]),
        none
    );
    assert_eq!(asked(json!({"workers": 4}), &[]), none);
    // The project says itself what is run.
    assert_eq!(
        asked(json!({"workers": 4, "commands": {"python": "make it"}}), &["."]),
        none
    );
}
