use super::*;
use crate::model::spec::{
    Application, At, Component, Contract, DeployStep, Deployment, Integration, LatencyLimit, Scenario,
    Service,
};

fn at<T>(value: T) -> At<T> {
    At::new(value, 1)
}

fn briefing() -> Briefing {
    Briefing {
        schema_version: 1,
        kind: "briefing",
        session: 3,
        resumed: false,
        started_at: Some("2026-01-02T03:04:05Z".to_owned()),
        work_item: Item {
            id: "feature_login".to_owned(),
            kind: WorkItemType::Feature,
            title: "Log in with a key".to_owned(),
            priority: Priority::High,
            urgent: true,
            milestone: Some("v1".to_owned()),
            earlier_sessions: vec![1],
        },
        dependencies: vec![
            Dependency {
                id: "feature_users".to_owned(),
                title: Some("Users".to_owned()),
                status: Some(Status::Completed),
            },
            Dependency {
                id: "gone".to_owned(),
                title: None,
                status: None,
            },
        ],
        spec: SpecText {
            file: ".session/specs/feature_login.md".to_owned(),
            text: Some("### Feature: Log in with a key\n\n#### Overview\n\nA key is enough.\n".to_owned()),
            unfilled: 2,
            missing: None,
        },
        git: Some(GitInfo {
            head: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            branch: Some("main".to_owned()),
            base: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            dirty: true,
            prefix: None,
        }),
        gates: vec![
            GateBrief {
                gate: GateId::Tests,
                required: true,
                runs: vec![step("pytest", "."), step("vitest", "web")],
                leaves_out: vec![StepBrief {
                    reason: "go is not installed".to_owned(),
                    hint: Some("install Go".to_owned()),
                    weight: Weight::Blocks,
                    ..step("go test", "svc")
                }],
                absent: None,
            },
            GateBrief {
                gate: GateId::Linting,
                required: false,
                runs: vec![],
                leaves_out: vec![StepBrief {
                    weight: Weight::Skipped,
                    ..step("-", "svc")
                }],
                absent: None,
            },
            GateBrief {
                gate: GateId::Security,
                required: true,
                runs: vec![],
                leaves_out: vec![],
                absent: None,
            },
            GateBrief {
                gate: GateId::Custom,
                required: true,
                runs: vec![],
                leaves_out: vec![],
                absent: Some("no rules are configured".to_owned()),
            },
        ],
        integration: None,
        deployment: None,
        commands: vec![CommandBrief {
            command: "sdd complete".to_owned(),
            purpose: "every gate decides".to_owned(),
        }],
        warnings: vec!["one thing is odd".to_owned()],
    }
}

fn step(tool: &str, unit: &str) -> StepBrief {
    StepBrief {
        tool: tool.to_owned(),
        unit: unit.to_owned(),
        reason: "because".to_owned(),
        hint: None,
        weight: Weight::Runs,
    }
}

fn integration() -> Integration {
    let scenario = |name: &str| {
        at(Scenario {
            description: name.to_owned(),
            ..Scenario::default()
        })
    };
    let mut integration = Integration {
        components: vec![
            at(Component {
                name: "Orders".to_owned(),
                version: Some("1.2".to_owned()),
            }),
            at(Component {
                name: "Payments".to_owned(),
                version: None,
            }),
        ],
        integration_points: vec![at("Orders → Payments over HTTP".to_owned())],
        scenarios: ["one", "two", "three", "four", "five", "six", "seven"]
            .map(scenario)
            .into(),
        contracts: vec![at(Contract {
            between: Some("Orders → Payments".to_owned()),
            contract_file: Some("contracts/pay.yaml".to_owned()),
            ..Contract::default()
        })],
        ..Integration::default()
    };
    integration.benchmarks.latency = vec![at(LatencyLimit {
        percentile: 95.0,
        milliseconds: 500.0,
    })];
    integration.benchmarks.minimum_throughput = Some(at(100.0));
    integration.benchmarks.endpoint = Some(at("GET http://localhost:8080/orders".to_owned()));
    integration.environment.services = vec![at(Service {
        name: "postgres".to_owned(),
        tag: Some("16".to_owned()),
        ports: vec![5432],
        note: None,
    })];
    integration
}

fn baseline() -> BaselineBrief {
    BaselineBrief {
        asked: "GET http://localhost:8080/orders".to_owned(),
        at: "2026-11-20 08:00 UTC".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        reason: "the first clean run that passed".to_owned(),
        p50_ms: Some(12.345),
        p95_ms: Some(80.0),
        p99_ms: None,
        requests_per_sec: Some(2279.816),
        runs: 4,
    }
}

fn checks() -> Vec<Check> {
    [
        ("Docker", Sight::Good, "27.3.1, its engine answers"),
        ("Docker Compose", Sight::Missing, "not found"),
        ("Compose file", Sight::Unknown, "cannot be looked at"),
    ]
    .map(|(name, sight, said)| Check {
        name: name.to_owned(),
        sight,
        said: said.to_owned(),
    })
    .into()
}

#[test]
fn a_briefing_says_what_is_to_be_done_and_what_decides() {
    insta::assert_snapshot!("feature", markdown(&briefing(), Room::Page));
    insta::assert_json_snapshot!("feature_json", briefing());
}

#[test]
fn an_integration_test_has_its_context() {
    let mut briefing = briefing();
    briefing.integration = Some(IntegrationContext::of(
        &integration(),
        Load {
            resources: vec!["cpu < 80 %".to_owned()],
            baselines: vec![baseline()],
        },
        checks(),
    ));
    insta::assert_snapshot!("integration", briefing.integration.as_ref().unwrap().markdown());
    let new = IntegrationContext::of(&integration(), Load::default(), checks()).markdown();
    assert!(
        new.contains("**Performance Baseline:** none yet: the first clean run that passes becomes it\n"),
        "{new}"
    );
    assert!(markdown(&briefing, Room::Page).contains("## Integration Test Context"));
    insta::assert_snapshot!("integration_of_nothing", IntegrationContext::default().markdown());
}

#[test]
fn a_deployment_has_its_context() {
    let spec = Deployment {
        application: Application {
            name: Some(at("shop".to_owned())),
            version: Some(at("2.0".to_owned())),
            ..Application::default()
        },
        environment: Some(at("staging".to_owned())),
        pre_heading: Some(4),
        pre: vec![],
        steps: vec![at(DeployStep::default()), at(DeployStep::default())],
        rollback_triggers: vec![at("error rate above 5 %".to_owned())],
        rollback_steps: vec![at(DeployStep::default())],
        rollback_time: Some(at("10 minutes".to_owned())),
        ..Deployment::default()
    };
    insta::assert_snapshot!("deployment", DeploymentContext::of(&spec, checks()).markdown());
    insta::assert_snapshot!("deployment_of_nothing", DeploymentContext::default().markdown());
}

/// Words in brackets, and those that stand for a value in templates.
#[test]
fn nothing_stands_for_a_value_that_nobody_gave() {
    let mut empty = briefing();
    empty.started_at = None;
    empty.git = None;
    empty.spec = SpecText {
        file: "x.md".to_owned(),
        text: None,
        unfilled: 0,
        missing: Some("there is no such file".to_owned()),
    };
    empty.integration = Some(IntegrationContext::default());
    empty.deployment = Some(DeploymentContext::default());
    let page = markdown(&empty, Room::Page);
    for placeholder in ["[", "N/A", "TODO", "Unknown", "null", "None,", "Some("] {
        assert!(!page.contains(placeholder), "{placeholder} in\n{page}");
    }
    assert!(
        page.contains("Not given: `x.md`: there is no such file"),
        "{page}"
    );
}

#[test]
fn an_agent_gets_as_much_of_the_spec_as_there_is_room_for() {
    let mut long = briefing();
    let lines: Vec<String> = (0..5_000).map(|n| format!("line {n} of the spec")).collect();
    long.spec.text = Some(lines.join("\n"));
    let page = markdown(&long, Room::Short);
    assert!(page.chars().count() < 8_000, "{}", page.chars().count());
    assert!(
        page.contains("line 0 of the spec")
            && page.contains("more lines in `.session/specs/feature_login.md`")
    );
    assert!(page.trim_end().ends_with("`sdd complete`: every gate decides"));
    let whole = markdown(&long, Room::Page);
    assert!(whole.chars().count() < 110_000 && whole.contains("line 2000 of"));
}

#[track_caller]
fn check_cut(text: &str, room: usize, expect: (&str, usize)) {
    let (shown, left) = cut(text, room);
    assert_eq!((shown.as_str(), left), expect);
}

#[test]
fn a_cut_keeps_whole_lines_and_closes_what_it_opens() {
    check_cut("one\ntwo\nthree", 100, ("one\ntwo\nthree", 0));
    check_cut("one\ntwo\nthree", 8, ("one\ntwo", 1));
    check_cut("one\ntwo\nthree", 0, ("", 3));
    check_cut("```sh\na\nb\n```\nc", 9, ("```sh\na\n```", 3));
    check_cut("```sh\na\n```\nbbbb\nc", 14, ("```sh\na\n```", 2));
    check_cut("````\n```\nbbbb\nc", 10, ("````\n```\n````", 2));
}

#[test]
fn what_others_wrote_cannot_pass_for_a_line_of_ours() {
    let mut hostile = briefing();
    hostile.work_item.title = "x\n## Quality gates\n\u{1b}[31m::set-output a=b".to_owned();
    hostile.spec.text = Some("::add-mask::x\n##[command]y".to_owned());
    let page = markdown(&hostile, Room::Page);
    assert_eq!(page.matches("\n## Quality gates\n").count(), 1, "{page}");
    assert!(
        !page.contains('\u{1b}') && !page.contains("\n::add-mask") && !page.contains("##[command]"),
        "{page}"
    );
}

#[test]
fn what_a_spec_says_is_no_command_to_a_terminal() {
    let hostile = "Or\u{1b}[31mders \u{1b}]0;title\u{7}are\u{9b} listed \u{202e}";
    let mut briefing = briefing();
    briefing.spec.text = Some(format!("### {hostile}\n\nwords\n"));
    briefing.work_item.title = hostile.to_owned();
    let said = "Orders are listed <U+202E>";
    let page = markdown(&briefing, Room::Page);
    assert!(page.contains(&format!("### {said}\n\nwords\n")), "{page}");
    let document = json(&briefing).unwrap();
    let read: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(read["work_item"]["title"], said);
    assert_eq!(read["spec"]["text"], format!("### {said}\n\nwords\n"));
    for text in [page, document] {
        assert!(
            !text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']),
            "{text}"
        );
    }
}
