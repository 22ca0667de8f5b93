//! Broken and odd settings: exit code 2 with the place, the file untouched; or a warning, and the run goes on.

use serde_json::json;

use crate::support::Sandbox;

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
}

#[track_caller]
fn refused(text: &str, said: &[&str]) {
    let sandbox = project();
    sandbox.rewrite(".session/config.json", text);
    for args in [["complete"], ["gate"]] {
        let answer = sandbox.sdd(args);
        answer.expect_code(2);
        for said in said {
            assert!(
                answer.stderr.contains(said),
                "{said:?} is not in:\n{}",
                answer.stderr
            );
        }
    }
    sandbox.sdd(["init"]).expect_code(2);
    assert_eq!(
        sandbox.read(".session/config.json"),
        text,
        "the file is untouched"
    );
}

#[test]
fn broken_settings_are_named_with_line_and_column() {
    refused("{\n  \"quality_gates\": {,}\n}\n", &["config.json:2:21"]);
    refused("[1, 2]\n", &["config.json:1:1"]);
    refused("", &["config.json:1:1"]);
    refused(
        "{\"quality_gates\": {}, \"quality_gates\": {}}",
        &["config.json:1:23", "quality_gates"],
    );
    refused(
        "{\"quality_gates\": {\"linting\": {\n\"timeout\": \"soon\"}}}",
        &["config.json:2:12", "quality_gates.linting.timeout"],
    );
    refused(
        "{\"quality_gates\": {\"security\": {\"fail_on\": \"hihg\"}}}",
        &["quality_gates.security.fail_on"],
    );
}

#[test]
fn commands_that_are_none_are_refused_with_their_place() {
    let with = |command: &str| {
        format!("{{\"quality_gates\": {{\"linting\": {{\"commands\": {{\n\"python\": {command}}}}}}}}}")
    };
    refused(
        &with("\"ruff check . && echo\""),
        &["config.json:2:", "linting.commands.python", "{\"shell\": \"…\"}"],
    );
    refused(&with("\"\""), &["config.json:2:", "empty"]);
    refused(&with("\"ruff 'check\""), &["config.json:2:", "quote"]);
    refused(&with("[]"), &["config.json:2:", "empty"]);
}

#[track_caller]
fn broken_state(file: &str, text: &str, said: &str) {
    let sandbox = Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "path": ".session", "required": true}
    ]}}}));
    sandbox.rewrite(file, text);
    for command in ["complete", "init"] {
        let answer = sandbox.sdd([command]);
        answer.expect_code(2);
        assert!(
            answer.stderr.contains(said),
            "{said:?} is not in:\n{}",
            answer.stderr
        );
        assert_eq!(sandbox.read(file), text, "the file is untouched");
    }
    assert!(
        !sandbox.path(".gitignore").exists(),
        "nothing was written before it was said"
    );
}

#[test]
fn broken_state_files_are_named_and_left_as_they_are() {
    broken_state(
        ".session/tracking/work_items.json",
        "{\"work_items\": [",
        "work_items.json:1:16: EOF",
    );
    broken_state(
        ".session/tracking/work_items.json",
        "[]",
        "work_items.json:1:1: expected an object, found an array",
    );
    broken_state(
        ".session/tracking/status_update.json",
        "{bad",
        "status_update.json:1:2: key must be a string",
    );
}

#[test]
fn unknown_keys_and_gates_are_warnings_that_say_what_was_meant() {
    let sandbox = project().config(&json!({"quality_gates": {
        "lintign": {"enabled": true}, "linting": {"auto_fx": true},
        "custom_validations": {"rules": [{"type": "file_exists", "path": ".session", "required": true}]}
    }}));
    let answer = sandbox.sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(0);
    let warnings = answer.json()["warnings"].to_string();
    assert!(
        warnings.contains("lintign") && warnings.contains("linting"),
        "{warnings}"
    );
    assert!(
        warnings.contains("auto_fx") && warnings.contains("auto_fix"),
        "{warnings}"
    );
    sandbox.sdd(["config", "check"]).expect_code(2);
}

#[test]
fn gates_of_special_work_items_say_nothing_of_other_work() {
    let rules = json!({"rules": [{"type": "file_exists", "path": ".session", "required": true}]});
    let sandbox = project();
    let settings = json!({
        "integration_tests": {"enabled": true}, "deployment": {}, "quality_gates": {"custom_validations": rules}
    });
    sandbox.rewrite(".session/config.json", settings.to_string());
    let answer = sandbox.sdd(["complete", "--format", "json"]);
    answer.expect_code(0);
    let warnings = answer.json()["warnings"].to_string();
    assert!(!warnings.contains("no such gate"), "{warnings}");
}

#[test]
fn the_settings_can_be_shown_checked_and_described() {
    let sandbox = project();
    sandbox.sdd(["config", "check"]).expect_code(0);
    sandbox.sdd(["config", "show"]).expect_code(0);
    let schema = sandbox.sdd(["config", "schema"]);
    schema.expect_code(0);
    assert_eq!(schema.stdout, sandbox.read(".session/config.schema.json"));
}
