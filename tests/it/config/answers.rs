//! `sdd config show|check|schema`.

use sdd::commands::config::{Action, Answer, Format, Source, answer};
use sdd::model::exit::Exit;
use serde_json::{Value, json};

fn ask(action: Action, text: Option<&str>, format: Format) -> Answer {
    let source = Source {
        path: ".session/config.json",
        bytes: text.map(str::as_bytes),
    };
    answer(action, source, format)
}

#[track_caller]
fn check(text: &str, exit: Exit, expect: &str) {
    let answer = ask(Action::Check, Some(text), Format::Human);
    assert_eq!(answer.stdout, expect);
    assert_eq!(answer.exit, exit);
}

#[test]
fn check_says_that_nothing_is_wrong() {
    check("{}", Exit::Ok, ".session/config.json: no problems\n");
}

#[test]
fn check_says_that_there_is_no_file() {
    let answer = ask(Action::Check, None, Format::Human);
    assert_eq!(answer.exit, Exit::Ok);
    assert_eq!(
        answer.stdout,
        ".session/config.json: there is no such file; every setting has its default\n"
    );
    let answer = ask(Action::Check, None, Format::Json);
    let found: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(
        (&found["exists"], &found["verdict"]),
        (&json!(false), &json!("passed"))
    );
}

#[test]
fn check_takes_unknown_keys_and_bad_rules_as_errors_and_tells_them_all() {
    check(
        r#"{
  "quality_gates": {
    "linting": {"timeout": 0, "requird": true},
    "custom_validations": {"rules": [{"type": "greb"}, {"type": "grep", "pattern": "(", "files": "."}]}
  },
  "curation": {}
}"#,
        Exit::Usage,
        "\
.session/config.json:3:28: error: quality_gates.linting.timeout: expected a whole number of seconds from 1 to 604800, found 0
  hint: `sdd config schema` describes every key and what it takes
.session/config.json:3:31: error: quality_gates.linting.requird: unknown key
  hint: did you mean `required`?
.session/config.json:4:39: error: quality_gates.custom_validations.rules[0].type: unknown rule type `greb`, the types are `command`, `file_exists`, `grep`
  hint: did you mean `grep`?
.session/config.json:4:73: error: quality_gates.custom_validations.rules[1].pattern: the pattern is not a regular expression: unclosed group
.session/config.json:6:3: warning: curation: not used by sdd: it keeps no learnings
.session/config.json: 4 errors, 1 warning
",
    );
}

#[test]
fn check_lets_a_file_with_the_keys_of_other_tools_pass() {
    check(
        "{\"git_workflow\": {}}",
        Exit::Ok,
        "\
.session/config.json:1:2: warning: git_workflow: not used by sdd: it never commits, pushes or opens pull requests
.session/config.json: 0 errors, 1 warning
",
    );
}

#[test]
fn check_answers_in_json() {
    let answer = ask(Action::Check, Some("{\"quality_gates\": 1}"), Format::Json);
    assert_eq!(answer.exit, Exit::Usage);
    let found: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(
        found,
        json!({
            "schema_version": 1,
            "kind": "config_check",
            "verdict": "failed",
            "file": ".session/config.json",
            "exists": true,
            "summary": {"error": 1, "warning": 0},
            "problems": [{
                "severity": "error",
                "json_path": "quality_gates",
                "location": {"file": ".session/config.json", "line": 1, "column": 19},
                "message": "expected an object, found 1",
                "hint": "`sdd config schema` describes every key and what it takes"
            }]
        })
    );
}

#[test]
fn show_says_where_each_value_comes_from() {
    let text = r#"{
  "quality_gates": {
    "test_execution": {"coverage_threshold": 70, "commands": {"python": {"shell": "a && b"}}},
    "security": {"severity": "low"},
    "documentation": {"required": true}
  },
  "custom_validations": {"rules": [{"type": "file_exists", "path": "x"}]}
}"#;
    let answer = ask(Action::Show, Some(text), Format::Human);
    assert_eq!((answer.exit, answer.stderr.as_slice()), (Exit::Ok, &[][..]));
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn show_answers_in_json_with_a_configuration() {
    let answer = ask(Action::Show, None, Format::Json);
    let found: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(found, sdd::model::config::Config::default().effective());
}

#[test]
fn show_of_a_file_that_cannot_be_used_is_an_error() {
    let answer = ask(Action::Show, Some("{\"exclude\": 1}"), Format::Json);
    assert_eq!((answer.exit, answer.stdout.as_str()), (Exit::Usage, ""));
    assert_eq!(
        answer.stderr,
        [
            "error: .session/config.json:1:13: exclude: expected an array, found 1",
            "hint: `sdd config schema` describes every key and what it takes"
        ]
    );
}

#[test]
fn schema_is_printed_as_it_is_published() {
    let answer = ask(Action::Schema, Some("not JSON"), Format::Human);
    assert_eq!(answer.exit, Exit::Ok);
    let found: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(found, sdd::model::config::schema());
}

#[test]
fn rules_of_both_places_apply_and_keep_their_lines() {
    let text = r#"{
  "custom_validations": {"rules": [{"type": "file_exists", "path": "old"}]},
  "quality_gates": {
    "custom_validations": {"rules": [{"type": "file_exists", "path": "new"}]}
  }
}"#;
    let answer = ask(Action::Show, Some(text), Format::Human);
    let lines: Vec<&str> = answer
        .stdout
        .lines()
        .filter(|line| line.contains(".rules["))
        .collect();
    let [new, old] = lines.as_slice() else {
        panic!("two rules, not {lines:?}")
    };
    assert!(
        new.contains("rules[0]") && new.contains("\"new\"") && new.ends_with("config.json:4"),
        "{new}"
    );
    assert!(
        old.contains("rules[1]") && old.contains("\"old\"") && old.ends_with("config.json:2"),
        "{old}"
    );
}
