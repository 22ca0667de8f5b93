//! Wrong usage, and what is said about it.

use crate::support::Sandbox;

fn project() -> Sandbox {
    let sandbox = Sandbox::new().git();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
}

#[track_caller]
fn check<const N: usize>(args: [&str; N], code: i32, said: &str) {
    let answer = project().sdd(args);
    answer.expect_code(code);
    assert!(
        answer.stderr.contains(said),
        "{said:?} is not in:\n{}",
        answer.stderr
    );
    assert_eq!(answer.stdout, "", "stdout is for the product");
}

#[test]
fn unknown_names_get_a_did_you_mean_and_exit_2() {
    check(["gate", "tets"], 2, "did you mean tests?");
    check(["complete", "--format", "jsn"], 2, "did you mean json?");
    check(
        ["gate", "nothing-like-it"],
        2,
        "gates are: formatting, linting, type_checking, tests, security, documentation, spec_completeness, context7, environment, integration, contract, benchmark, integration_documentation, deployment, custom",
    );
    check(["complet"], 2, "complete");
}

#[test]
fn wrong_options_exit_2() {
    check(["gate", "--jobs", "0"], 2, "--jobs");
    check(["gate", "--fix", "--no-fix"], 2, "--no-fix");
    check(["gate", "--quiet", "--verbose"], 2, "--verbose");
}

#[test]
fn a_project_that_is_not_set_up_is_not_found() {
    let answer = Sandbox::new().sdd(["complete"]);
    answer.expect_code(4);
    assert!(answer.stderr.contains("sdd init"), "{}", answer.stderr);
}

#[test]
fn a_directory_that_does_not_exist_is_not_found() {
    check(["-C", "no/such/place", "gate"], 4, "no such directory");
}

#[test]
fn an_output_that_cannot_be_opened_stops_everything_before_the_first_gate() {
    let sandbox = project().config(
        &serde_json::json!({"quality_gates": {"custom_validations": {"rules": [
            {"type": "command", "name": "leaves a trace", "command": ["touch", "trace"], "required": true}
        ]}}}),
    );
    let answer = sandbox.sdd(["gate", "custom", "--output", "no/such/dir/report.txt"]);
    answer.expect_code(2);
    assert!(!sandbox.path("trace").exists());
}

#[test]
fn outputs_go_where_they_are_asked_to_go() {
    let sandbox = project().config(
        &serde_json::json!({"quality_gates": {"custom_validations": {"rules": [
            {"type": "file_exists", "path": ".session", "required": true}
        ]}}}),
    );
    let both = sandbox.sdd([
        "gate",
        "custom",
        "--format",
        "agent",
        "--output",
        "json=report.json",
    ]);
    both.expect_code(0);
    assert!(both.stdout.starts_with("sdd gate: passed"), "{}", both.stdout);
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    assert_eq!(report["verdict"], "passed");

    let file = sandbox.sdd(["gate", "custom", "--format", "json", "--output", "only.json"]);
    file.expect_code(0);
    assert_eq!(file.stdout, "");
    assert!(sandbox.read("only.json").contains("\"kind\": \"gate_report\""));
}

#[test]
fn every_command_writes_where_it_is_asked_to() {
    let sandbox = project();
    let mut all = vec![
        vec!["init"],
        vec!["config", "show"],
        vec!["config", "check"],
        vec!["config", "schema"],
        vec!["work-item", "list"],
        vec!["work-item", "validate"],
        vec!["gate", "list"],
        vec!["gate", "--plan"],
        vec!["complete", "--plan"],
    ];
    for args in &mut all {
        let run = |args: &[&str]| {
            let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
            command.args(args);
            sandbox.start_command(command).wait()
        };
        let plain = run(args);
        plain.expect_code(0);
        sandbox.rewrite("only.txt", "x".repeat(100_000));
        args.extend(["--output", "only.txt"]);
        let file = run(args);
        file.expect_code(0);
        assert_eq!(file.stdout, "", "{args:?}");
        assert_eq!(sandbox.read("only.txt"), plain.stdout, "{args:?}");
        args.extend(["--output", "other.txt"]);
        run(args).expect_code(2);
        assert!(!sandbox.path("other.txt").exists());
    }
}

#[test]
fn a_command_with_one_document_has_no_second_format() {
    check(
        ["gate", "--plan", "--output", "json=x"],
        2,
        "--format json --output x",
    );
    check(
        ["init", "--output", "json=x"],
        2,
        "this command writes one document",
    );
    check(["init", "--output", "no/such/x"], 2, "no/such/x");
    check(["demo", "--output", "x"], 2, "several reports");
}

#[test]
fn an_unknown_format_before_a_file_is_no_file() {
    check(["gate", "--output", "jsn=x"], 2, "did you mean json?");
    check(["gate", "--output", "markup=x.md"], 2, "./markup=x.md");
    check(["gate", "--output", "json="], 2, "names no file");
    let sandbox = project();
    sandbox
        .sdd(["gate", "list", "--output", "./markdown=x.md"])
        .expect_code(0);
    assert!(sandbox.path("markdown=x.md").exists());
}

#[test]
fn two_outputs_are_two_files() {
    check(
        ["gate", "--output", "json=x", "--output", "./x"],
        2,
        "names one file twice",
    );
    let sandbox = project();
    sandbox.rewrite("report", "of before");
    std::os::unix::fs::symlink("report", sandbox.path("link")).unwrap();
    let answer = sandbox.sdd(["gate", "--output", "json=report", "--output", "agent=link"]);
    answer.expect_code(2);
    assert_eq!(sandbox.read("report"), "of before");
}

#[test]
fn an_older_report_is_gone_before_the_run() {
    let sandbox = project().config(
        &serde_json::json!({"quality_gates": {"custom_validations": {"rules": [
            {"type": "command", "name": "empty", "command": {"shell": "test ! -s report"}, "required": true}
        ]}}}),
    );
    sandbox.rewrite("report", "of before");
    sandbox
        .sdd(["gate", "custom", "--output", "report"])
        .expect_code(0);
}

#[test]
fn the_list_of_gates_is_of_all_gates() {
    check(["gate", "list", "tests"], 2, "list takes no gate");
}

#[test]
fn what_was_typed_is_not_told_at_any_length() {
    let long = "x".repeat(100_000);
    for args in [["gate", &long, "--strict"], ["gate", "--format", &long]] {
        let answer = project().sdd(args);
        answer.expect_code(2);
        assert!(answer.stderr.len() < 1000, "{} bytes", answer.stderr.len());
    }
}

#[test]
fn the_warnings_of_a_plan_stand_together() {
    let sandbox = project().config(&serde_json::json!({"quality_gates": {"a": 1, "b": 2}}));
    let plan = sandbox.sdd(["gate", "--plan"]).stdout;
    let (above, warnings) = plan.split_once("\n\nwarning: ").unwrap();
    assert!(!above.contains("warning:"), "{plan}");
    assert!(!warnings.contains("\n\n"), "{plan}");
    assert_eq!(warnings.lines().count(), 2, "{plan}");
}

#[test]
fn json_on_stdout_is_exactly_one_document() {
    let answer = project().sdd(["gate", "--format", "json"]);
    assert_eq!(answer.json()["kind"], "gate_report");
    assert_eq!(answer.json()["schema_version"], 1);
}

#[test]
fn under_claude_code_the_format_is_for_agents() {
    let answer = project().env("CLAUDECODE", "1").sdd(["gate"]);
    assert!(
        answer.stdout.starts_with("sdd gate: no verdict"),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.ends_with("next: sdd gate\n"), "{}", answer.stdout);
    assert_eq!(answer.stderr, "");
}

#[test]
fn help_and_version_are_no_misuse() {
    let sandbox = Sandbox::new();
    sandbox.sdd(["--help"]).expect_code(0);
    sandbox.sdd(["help", "gate"]).expect_code(0);
    let version = sandbox.sdd(["--version"]);
    version.expect_code(0);
    assert_eq!(version.stdout, format!("sdd {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_list_of_gates_names_every_gate() {
    let sandbox = Sandbox::new();
    let answer = sandbox.sdd(["gate", "list", "--format", "json"]);
    answer.expect_code(0);
    let names: Vec<_> = answer.json()["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| gate["gate"].clone())
        .collect();
    assert_eq!(
        names,
        [
            "formatting",
            "linting",
            "type_checking",
            "tests",
            "security",
            "documentation",
            "spec_completeness",
            "context7",
            "environment",
            "integration",
            "contract",
            "benchmark",
            "integration_documentation",
            "deployment",
            "custom"
        ]
    );
}

#[test]
fn a_demo_without_its_tools_leaves_nothing_and_can_be_tried_again() {
    let sandbox = Sandbox::new().fake("python3", "echo 'no index can be reached' >&2\nexit 1");
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    for directory in ["sdd-demo", "empty", "sdd-demo"] {
        let answer = sandbox.sdd(["demo", directory]);
        answer.expect_code(3);
        assert!(
            answer.stderr.contains("no index can be reached"),
            "{}",
            answer.stderr
        );
    }
    assert!(!sandbox.path("sdd-demo").exists());
    assert_eq!(std::fs::read_dir(sandbox.path("empty")).unwrap().count(), 0);
}
