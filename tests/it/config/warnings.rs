use sdd::model::config::{WarningKind, load};

/// The warnings of a text that can be used: their lines.
#[track_caller]
fn check(text: &str, expect: &[(WarningKind, &str)]) {
    let loaded = load::parse("config.json", text).expect("the text can be used");
    let found: Vec<(WarningKind, String)> = loaded
        .warnings
        .iter()
        .map(|warning| (warning.kind, warning.to_string()))
        .collect();
    let expect: Vec<(WarningKind, String)> = expect
        .iter()
        .map(|(kind, line)| (*kind, (*line).to_owned()))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn a_file_without_oddities_has_no_warnings() {
    check("{}", &[]);
    check("{\"$schema\": \"x\"}", &[]);
    check("{\"quality_gates\": {\"linting\": {\"required\": true}}}", &[]);
}

#[test]
fn a_key_of_another_section_is_told_with_the_word_of_this_one() {
    check(
        r#"{"units": [{"path": "a", "thresholds": 1, "enabled": true}]}"#,
        &[
            (
                WarningKind::UnknownKey,
                "config.json:1:26: units[0].thresholds: unknown key; did you mean `coverage_threshold`?",
            ),
            (
                WarningKind::UnknownKey,
                "config.json:1:43: units[0].enabled: unknown key; `gates` names the gates that run for a unit",
            ),
        ],
    );
    check(
        r#"{"languages": {"zig": {"markers": ["z"], "commands": {}}}}"#,
        &[(
            WarningKind::UnknownKey,
            "config.json:1:42: languages.zig.commands: unknown key; did you mean `gates`?",
        )],
    );
}

#[test]
fn an_unknown_key_is_told_with_what_was_meant() {
    check(
        "{\"quality_gates\": {\n  \"linting\": {\"requierd\": true, \"zzz\": 1}\n}}",
        &[
            (
                WarningKind::UnknownKey,
                "config.json:2:15: quality_gates.linting.requierd: unknown key; did you mean `required`?",
            ),
            (
                WarningKind::UnknownKey,
                "config.json:2:33: quality_gates.linting.zzz: unknown key",
            ),
        ],
    );
    check(
        "{\"quality_gates\": {\"custom_validations\": {\"rules\": [{\"type\": \"grep\", \"patern\": \"x\"}]}}}",
        &[(
            WarningKind::UnknownKey,
            "config.json:1:70: quality_gates.custom_validations.rules[0].patern: unknown key: the rule cannot be checked; did you mean `pattern`?",
        )],
    );
    check(
        "{\"custom_validations\": {\"rules\": [{\"type\": \"grep\", \"mode\": \"must_not_match\"}]}}",
        &[(
            WarningKind::UnknownKey,
            "config.json:1:52: custom_validations.rules[0].mode: unknown key: the rule cannot be checked; did you mean `match`?",
        )],
    );
}

#[test]
fn a_key_at_the_wrong_place_is_told_where_it_belongs() {
    check(
        "{\"linting\": {\"required\": true}, \"quality_gates\": {\"fail_on\": \"low\"}}",
        &[
            (
                WarningKind::UnknownKey,
                "config.json:1:2: linting: unknown key; it belongs at `quality_gates.linting`",
            ),
            (
                WarningKind::UnknownGate,
                "config.json:1:51: quality_gates.fail_on: unknown gate: these settings are ignored; it belongs at `quality_gates.security.fail_on` or `quality_gates.contract.fail_on`",
            ),
        ],
    );
}

#[test]
fn an_unknown_gate_is_never_run_and_says_so() {
    check(
        "{\"quality_gates\": {\"lintting\": {}, \"tests\": {}, \"licences\": {\"required\": true}}}",
        &[
            (
                WarningKind::UnknownGate,
                "config.json:1:20: quality_gates.lintting: unknown gate: these settings are ignored; did you mean `linting`?",
            ),
            (
                WarningKind::UnknownGate,
                "config.json:1:36: quality_gates.tests: unknown gate: these settings are ignored; did you mean `test_execution`?",
            ),
            (
                WarningKind::UnknownGate,
                "config.json:1:49: quality_gates.licences: unknown gate: these settings are ignored",
            ),
        ],
    );
}

#[test]
fn an_unknown_language_is_told() {
    check(
        "{\"quality_gates\": {\"linting\": {\"commands\": {\"pyhton\": \"ruff\", \"ruby\": \"rubocop\"}}}}",
        &[
            (
                WarningKind::UnknownLanguage,
                "config.json:1:45: quality_gates.linting.commands.pyhton: unknown language: the command is never run; did you mean `python`?",
            ),
            (
                WarningKind::UnknownLanguage,
                "config.json:1:63: quality_gates.linting.commands.ruby: unknown language: the command is never run; the languages are python, javascript, typescript, rust, go",
            ),
        ],
    );
}

#[test]
fn a_file_of_somebody_else_has_one_warning() {
    check(
        "{\n  \"project\": {}, \"phases\": []}",
        &[(
            WarningKind::NoKnownSection,
            "config.json:1:1: no known section: every setting has its default",
        )],
    );
    check(
        "{\"quality_gate\": {\"linting\": {}}}",
        &[(
            WarningKind::NoKnownSection,
            "config.json:1:1: no known section: every setting has its default; at `quality_gate`: did you mean `quality_gates`?",
        )],
    );
}

#[test]
fn a_file_of_a_newer_version_is_read_with_a_warning() {
    check("{\"schema_version\": 1}", &[]);
    check(
        "{\"schema_version\": 99}",
        &[(
            WarningKind::NewerSchema,
            "config.json:1:2: schema_version: the file has schema version 99, this sdd knows 1; settings that came later are not read",
        )],
    );
}

#[test]
fn a_setting_that_another_place_overrides_says_so() {
    check(
        "{\"custom_validations\": {\"enabled\": false, \"rules\": []}, \"quality_gates\": {\"custom_validations\": {\"commands\": {\"go\": \"x\"}}}}",
        &[
            (
                WarningKind::NotUsed,
                "config.json:1:25: custom_validations.enabled: not used: `quality_gates.custom_validations` is there too, and decides; the rules of both places apply",
            ),
            (
                WarningKind::NotUsed,
                "config.json:1:98: quality_gates.custom_validations.commands: not used: the custom gate runs its rules; write a rule of the type `command`",
            ),
        ],
    );
    check(
        "{\"quality_gates\": {\"coverage_threshold\": 90, \"test_execution\": {\"coverage_threshold\": 70}}}",
        &[(
            WarningKind::NotUsed,
            "config.json:1:20: quality_gates.coverage_threshold: not used: `quality_gates.test_execution.coverage_threshold` is there too, and decides",
        )],
    );
}

#[test]
fn unknown_keys_without_end_are_counted() {
    let keys: Vec<String> = (0..5_000).map(|n| format!("\"k{n}\": 1")).collect();
    let text = format!("{{\"quality_gates\": {{}}, {}}}", keys.join(",\n"));
    let loaded = load::parse("config.json", &text).expect("the text can be used");
    assert_eq!(loaded.warnings.len(), 101);
    assert_eq!(
        loaded.warnings[100].to_string(),
        "config.json:101:1: k100: unknown keys from here on: 4900"
    );
}
