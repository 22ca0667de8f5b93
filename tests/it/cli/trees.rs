//! Projects of every shape: no git, no commits, below a repository, odd names, read-only, nothing to check.

use serde_json::json;

use crate::support::Sandbox;

fn rule() -> serde_json::Value {
    json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "command", "name": "here", "command": "test -d .session", "required": true}
    ]}}})
}

#[test]
fn without_git_there_is_no_git_in_the_report() {
    let answer = Sandbox::new()
        .config(&rule())
        .sdd(["complete", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(answer.json()["git"], serde_json::Value::Null);
}

#[test]
fn before_the_first_commit_there_is_no_head() {
    let sandbox = Sandbox::new().git().config(&rule());
    let answer = sandbox.sdd(["complete", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(answer.json()["git"]["head"], serde_json::Value::Null);
    assert_eq!(answer.json()["git"]["branch"], "main");
}

#[test]
fn the_commit_is_in_the_report() {
    let sandbox = Sandbox::new().git().config(&rule());
    sandbox.sdd(["init"]).expect_code(0);
    let head = sandbox.commit("all");
    let report = sandbox.sdd(["complete", "--format", "json"]).json();
    assert_eq!(report["git"]["head"], head.trim());
    assert_eq!(report["git"]["dirty"], false);
}

#[test]
fn a_subdirectory_finds_its_project() {
    let sandbox = Sandbox::new().config(&rule()).file("deep/er/x.txt", "");
    sandbox.sdd(["-C", "deep/er", "complete"]).expect_code(0);
}

#[test]
fn spaces_and_letters_of_the_world_are_only_characters() {
    let sandbox = Sandbox::named("mein Projekt – ünï'code").git().config(&rule());
    sandbox.sdd(["complete"]).expect_code(0);
}

#[test]
fn nothing_to_check_is_never_a_pass() {
    let sandbox = Sandbox::new().config(&json!({}));
    let answer = sandbox.sdd(["complete"]);
    answer.expect_code(3);
    assert!(answer.stdout.contains("nothing was checked"), "{}", answer.stdout);
}

#[test]
fn a_gate_that_is_named_and_checks_nothing_leaves_no_verdict() {
    let mut settings = rule();
    settings["quality_gates"]["security"] = json!({"enabled": false});
    let sandbox = Sandbox::new().config(&settings);
    sandbox.sdd(["gate", "custom"]).expect_code(0);
    let answer = sandbox.sdd(["gate", "custom", "security", "--format", "json"]);
    answer.expect_code(3);
    let warnings = answer.json()["warnings"].to_string();
    assert!(
        warnings.contains("security was asked for by name and checked nothing"),
        "{warnings}"
    );
    assert!(
        warnings.contains("quality_gates.security is required and disabled"),
        "{warnings}"
    );
}

#[test]
fn settings_that_are_not_there_are_told() {
    let sandbox = Sandbox::new().file(".session/tracking/stack.txt", "");
    let answer = sandbox.sdd(["complete", "--format", "json"]);
    answer.expect_code(3);
    let warnings = answer.json()["warnings"].to_string();
    assert!(
        warnings.contains("there is no .session/config.json"),
        "{warnings}"
    );
}

#[test]
fn strict_turns_every_skip_into_an_error() {
    let sandbox = Sandbox::new().config(&rule());
    sandbox.sdd(["complete"]).expect_code(0);
    let strict = sandbox.sdd(["complete", "--strict", "--format", "json"]);
    strict.expect_code(3);
    let gates = strict.json()["gates"].as_array().unwrap().clone();
    assert!(
        // A gate that the project does not use is no skip of it.
        gates.iter().all(|gate| {
            let unused = [
                "custom",
                "type_checking",
                "spec_completeness",
                "context7",
                "environment",
                "integration",
                "contract",
                "benchmark",
                "integration_documentation",
                "deployment",
            ];
            unused.iter().any(|name| gate["gate"] == *name) || gate["verdict"] == "error"
        }),
        "{gates:#?}"
    );
    assert_eq!(strict.json()["rerun"], "sdd complete --strict");
}

#[test]
fn a_missing_tool_blocks_a_required_gate_and_skips_an_optional_one() {
    let sandbox = Sandbox::new().tree("templates/demo").config(&rule());
    let answer = sandbox.sdd(["complete", "--format", "json"]);
    answer.expect_code(3);
    let report = answer.json();
    let gate = |name: &str| {
        let gates = report["gates"].as_array().unwrap();
        gates.iter().find(|gate| gate["gate"] == name).unwrap().clone()
    };
    assert_eq!(gate("tests")["verdict"], "error");
    assert_eq!(gate("tests")["reason"], "pytest is not installed");
    assert!(
        gate("tests")["remediation"][0]
            .as_str()
            .unwrap()
            .contains("pip install pytest")
    );
    assert_eq!(gate("linting")["verdict"], "skipped");
    assert_eq!(gate("linting")["reason"], "ruff is not installed");
    assert_eq!(gate("security")["verdict"], "error");

    // A gate that is asked for by name decides, so its tool is needed.
    sandbox.sdd(["gate", "linting"]).expect_code(3);
    // And the configuration has the last word on required gates.
    sandbox.rewrite(
        ".session/config.json",
        json!({"quality_gates": {
            "test_execution": {"on_missing_tool": "skip"}, "security": {"on_missing_tool": "skip"},
            "custom_validations": rule()["quality_gates"]["custom_validations"]
        }})
        .to_string(),
    );
    sandbox.sdd(["complete"]).expect_code(0);
}

#[test]
fn a_read_only_project_can_be_gated_and_not_completed() {
    let sandbox = Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "name": "here", "path": ".session", "required": true}
    ]}}}));
    // A plain file where the directory should be: nobody, not even root, can write below it.
    sandbox.rewrite(".session/runs", "in the way");
    sandbox.rewrite(".session/reports", "in the way");
    let gate = sandbox.sdd(["gate", "custom"]);
    gate.expect_code(0);
    let said = format!("{}{}", gate.stdout, gate.stderr);
    assert_eq!(said.matches("the report was not saved").count(), 1, "{said}");
    let gate = sandbox.sdd(["gate", "custom", "--output", "report.txt"]);
    gate.expect_code(0);
    assert!(
        gate.stderr.contains("the report was not saved"),
        "{}",
        gate.stderr
    );
    sandbox.sdd(["complete"]).expect_code(3);
}

const PYPROJECT: &str = "[project]\nname = \"a\"\nversion = \"1\"\n";

#[test]
fn what_git_tracks_is_looked_at_and_what_is_left_out_is_said() {
    let sandbox = Sandbox::new()
        .git()
        .config(&json!({"quality_gates": {"custom_validations": {"rules": [
            {"type": "grep", "name": "no shell", "pattern": "shell=True", "files": ".", "match": "must_not_match",
             "required": true}
        ]}}}))
        .file(".gitignore", "lib/\n")
        .file("services/api/pyproject.toml", PYPROJECT)
        .file("services/build/pyproject.toml", PYPROJECT)
        .file("services/lib/pyproject.toml", PYPROJECT)
        .file("services/lib/danger.py", "call(x, shell=True)\n")
        .file("third_party/x/pyproject.toml", PYPROJECT);
    sandbox.git_run(["add", "--all", "--force"]);
    sandbox.git_run(["commit", "--quiet", "--message", "one"]);
    let left_out = "third_party: vendored or built, by its name";
    for words in [["gate", "--plan"], ["init", "--force"]] {
        let answer = sandbox.sdd([words[0], words[1], "--format", "json"]).json();
        let units: Vec<&str> = (answer["units"].as_array().unwrap().iter())
            .map(|unit| unit["path"].as_str().unwrap())
            .collect();
        assert_eq!(units, ["services/api", "services/build", "services/lib"]);
        assert_eq!(answer["left_out"], json!([left_out]));
        let text = sandbox.sdd(words).stdout;
        assert!(text.contains(left_out), "{text}");
    }
    let answer = sandbox.sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    assert_eq!(
        report["gates"][0]["findings"][0]["path"],
        "services/lib/danger.py"
    );
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("no gate looks at projects there: third_party"),
        "{warnings}"
    );
    let doctor = sandbox.sdd(["doctor", "--format", "json"]).stdout;
    assert!(doctor.contains("services/lib"), "{doctor}");
}

#[test]
fn an_active_environment_of_the_project_is_used_and_other_places_on_path_are_said() {
    let tool = "#!/bin/sh\nexit 0\n";
    let executable = |sandbox: &Sandbox, path: &str| {
        let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(sandbox.path(path), all).unwrap();
    };
    let rule = json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "command", "name": "here", "command": "own-tool", "required": true}
    ]}}});
    let sandbox = Sandbox::new().config(&rule).file("env/bin/own-tool", tool);
    executable(&sandbox, "env/bin/own-tool");
    let path = format!(
        "{}:{}",
        sandbox.path("env/bin").display(),
        sandbox.beside("bin").display()
    );
    let sandbox = sandbox.env("PATH", &path);
    let answer = sandbox.sdd(["gate", "custom"]);
    answer.expect_code(3);
    assert!(
        answer
            .stdout
            .contains("inside of the project and of no active virtual environment"),
        "{}",
        answer.stdout
    );
    let environment = sandbox.path("env");
    let sandbox = sandbox
        .file("env/pyvenv.cfg", "")
        .env("VIRTUAL_ENV", environment.to_str().unwrap());
    sandbox.sdd(["gate", "custom"]).expect_code(0);
}

#[cfg(unix)]
#[test]
fn the_name_of_a_directory_is_no_line_of_ours() {
    let odd = "a\n::error::boom\u{1b}[31m";
    let package =
        json!({"scripts": {"test": "node -e 0 &&\n::error::x", "lint": "::set-output\n::error::y"}});
    let sandbox = Sandbox::new()
        .file(&format!("{odd}/pyproject.toml"), "[project]\nname = 'a'\n")
        .file(&format!("{odd}/build/go.mod"), "module a\n")
        .file(&format!("{odd}/web/package.json"), package.to_string());
    for arguments in [&["init"][..], &["gate", "--plan"], &["doctor"], &["gate"]] {
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(arguments);
        let answer = sandbox.start_command(command).wait();
        for line in answer.stdout.lines().chain(answer.stderr.lines()) {
            let is_command = line.trim_start().starts_with("::");
            assert!(!is_command && !line.contains('\u{1b}'), "{arguments:?}: {line:?}");
        }
        assert!(answer.stdout.contains("a\\n::error::boom"), "{arguments:?}");
    }
}
