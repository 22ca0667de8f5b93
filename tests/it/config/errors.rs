use sdd::model::config::{ConfigError, JsonPath, load};

/// The error of a text: the whole line that people see, and the hint.
#[track_caller]
fn check(text: &str, expect: &str, hint: &str) {
    let error = load::parse("config.json", text).expect_err("the text has an error");
    assert_eq!(error.to_string(), expect);
    assert_eq!(error.hint(), hint);
}

/// A value of a gate's setting, in line 3 of the file.
#[track_caller]
fn value(gate: &str, setting: &str, expect: &str, hint: &str) {
    let text = format!("{{\n  \"quality_gates\": {{\n    \"{gate}\": {{{setting}}}\n  }}\n}}\n");
    check(&text, expect, hint);
}

const SEE_SCHEMA: &str = "`sdd config schema` describes every key and what it takes";

#[test]
fn a_text_that_is_not_json_is_refused_at_the_place() {
    check(
        "",
        "config.json:1:1: not JSON: the file is empty",
        "write {} to have the defaults, or remove the file and run `sdd init`",
    );
    check(
        "{\n  \"quality_gates\": {\n",
        "config.json:2:21: not JSON: EOF while parsing an object",
        "the end of the file is missing: a `}`, a `]` or a `\"`",
    );
    check(
        "{\n  \"exclude\": [\"ä\", ],\n}",
        "config.json:2:20: not JSON: trailing comma",
        "remove the comma before the closing bracket",
    );
    check(
        "{\n  // settings\n  \"exclude\": []\n}",
        "config.json:2:3: not JSON: key must be a string",
        "JSON has no comments: remove it",
    );
    check(
        "{\n  \"a\": 1\n  \"b\": 2\n}",
        "config.json:3:3: not JSON: expected `,` or `}`",
        "a comma is missing before this place",
    );
    check(
        "{\n<<<<<<< HEAD\n\"a\": 1}",
        "config.json:2:1: not JSON: key must be a string",
        "the file holds the marks of a merge conflict: resolve it",
    );
    check(
        "{'a': 1}",
        "config.json:1:2: not JSON: key must be a string",
        "JSON writes strings in double quotes",
    );
    check(
        "{}\n}",
        "config.json:2:1: not JSON: trailing characters",
        "the settings end before this place: remove the rest, or the bracket too many",
    );
    check(
        "{\"a\": \"b\nc\"}",
        "config.json:1:9: not JSON: control character (\\u0000-\\u001F) found while parsing a string",
        "write a line break in a string as \\n, a tab as \\t",
    );
}

#[test]
fn nesting_without_end_is_refused() {
    let text = "[".repeat(100_000);
    let error = load::parse("config.json", &text).expect_err("too deep");
    assert!(matches!(error, ConfigError::Syntax { line: 1, .. }), "{error}");
}

#[test]
fn bytes_that_are_no_text_are_refused_at_the_first_of_them() {
    let error =
        load::parse_bytes("config.json", b"\xef\xbb\xbf{\n \"\xc3\xa4\xff\": 1}").expect_err("no text");
    assert_eq!(error.to_string(), "config.json:2:4: the file is not UTF-8 text");
}

#[test]
fn settings_are_an_object() {
    let hint =
        "put the settings into an object such as {\"quality_gates\": {}}; `sdd config schema` describes them";
    check(
        "\n [1]",
        "config.json:2:2: settings are an object (`{ … }`), and this is an array",
        hint,
    );
    check(
        "null",
        "config.json:1:1: settings are an object (`{ … }`), and this is null",
        hint,
    );
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_is_taken() {
    value(
        "linting",
        "\"timeout\": \"300\"",
        "config.json:3:28: quality_gates.linting.timeout: expected a whole number of seconds from 1 to 604800, found string \"300\"",
        "write 300 without quotes",
    );
    value(
        "linting",
        "\"enabled\": \"yes\"",
        "config.json:3:28: quality_gates.linting.enabled: expected true or false, found string \"yes\"",
        SEE_SCHEMA,
    );
    value(
        "linting",
        "\"enabled\": null",
        "config.json:3:28: quality_gates.linting.enabled: expected true or false, found null",
        "leave the key out to have the default",
    );
    value(
        "documentation",
        "\"required\": 1",
        "config.json:3:35: quality_gates.documentation.required: expected true or false, found 1",
        SEE_SCHEMA,
    );
    check(
        "{\"quality_gates\": {\"linting\": []}}",
        "config.json:1:31: quality_gates.linting: expected an object, found an array",
        SEE_SCHEMA,
    );
    check(
        "{\"quality_gates\": []}",
        "config.json:1:19: quality_gates: expected an object, found an array",
        SEE_SCHEMA,
    );
    check(
        "{\"custom_validations\": {\"rules\": [[\"grep\"]]}}",
        "config.json:1:35: custom_validations.rules[0]: expected an object, found an array",
        SEE_SCHEMA,
    );
    check(
        "{\"quality_gates\": true}",
        "config.json:1:19: quality_gates: expected an object, found true",
        SEE_SCHEMA,
    );
    check(
        "{\"exclude\": [\"a\", 2]}",
        "config.json:1:19: exclude[1]: expected a string, found 2",
        SEE_SCHEMA,
    );
}

#[test]
fn numbers_have_bounds() {
    for found in ["0", "-5", "1.5", "true", "604801"] {
        value(
            "security",
            &format!("\"timeout\": {found}"),
            &format!(
                "config.json:3:29: quality_gates.security.timeout: expected a whole number of seconds from 1 to 604800, found {found}"
            ),
            SEE_SCHEMA,
        );
    }
    check(
        "{\"custom_validations\": {\"rules\": [{\"timeout\": 0}]}}",
        "config.json:1:47: custom_validations.rules[0].timeout: expected a whole number of seconds from 1 to 604800, found 0",
        SEE_SCHEMA,
    );
    for found in ["101", "-1", "100.5"] {
        value(
            "test_execution",
            &format!("\"coverage_threshold\": {found}"),
            &format!(
                "config.json:3:46: quality_gates.test_execution.coverage_threshold: expected a percentage from 0 to 100, or null for none, found {found}"
            ),
            SEE_SCHEMA,
        );
    }
    value(
        "test_execution",
        "\"coverage_threshold\": {\"python\": 80, \"go\": 101}",
        "config.json:3:67: quality_gates.test_execution.coverage_threshold.go: expected a percentage from 0 to 100, or null for none, found 101",
        SEE_SCHEMA,
    );
    value(
        "test_execution",
        "\"coverage_threshold\": {\"pyhton\": 80}",
        "config.json:3:57: quality_gates.test_execution.coverage_threshold.pyhton: there is no language \"pyhton\"",
        "did you mean `python`?",
    );
    check(
        "{\"quality_gates\": {\"coverage_threshold\": 120}}",
        "config.json:1:42: quality_gates.coverage_threshold: expected a percentage from 0 to 100, or null for none, found 120",
        SEE_SCHEMA,
    );
}

#[test]
fn words_are_among_those_that_are_known() {
    value(
        "security",
        "\"fail_on\": \"hgh\"",
        "config.json:3:29: quality_gates.security.fail_on: `hgh` is not known here; expected one of `info`, `low`, `medium`, `moderate`, `high`, `critical`",
        "did you mean `high`?",
    );
    value(
        "security",
        "\"severity\": \"whatever\"",
        "config.json:3:30: quality_gates.security.severity: `whatever` is not known here; expected one of `info`, `low`, `medium`, `moderate`, `high`, `critical`",
        SEE_SCHEMA,
    );
    value(
        "security",
        "\"on_missing_tool\": \"skipp\"",
        "config.json:3:37: quality_gates.security.on_missing_tool: `skipp` is not known here; expected `block` or `skip`",
        "did you mean `skip`?",
    );
    value(
        "security",
        "\"fail_on\": 3",
        "config.json:3:29: quality_gates.security.fail_on: expected a string, found 3",
        SEE_SCHEMA,
    );
}

#[test]
fn a_command_that_needs_a_shell_is_refused_with_what_to_write() {
    let why = "and commands are run without one: write {\"shell\": \"…\"} if that is meant";
    value(
        "linting",
        "\"commands\": {\"python\": \"ruff check . && mypy\"}",
        &format!(
            "config.json:3:40: quality_gates.linting.commands.python: the command needs a shell (`&`), {why}"
        ),
        "write {\"shell\":\"ruff check . && mypy\"} if a shell is meant",
    );
    value(
        "linting",
        "\"commands\": {\"go\": {\"each\": [\"go vet\", \"a | b\"]}}",
        &format!(
            "config.json:3:56: quality_gates.linting.commands.go.each[1]: the command needs a shell (`|`), {why}"
        ),
        "write {\"shell\":\"a | b\"} if a shell is meant",
    );
    value(
        "custom_validations",
        "\"rules\": [{\"type\": \"command\", \"command\": \"a > b\"}]",
        &format!(
            "config.json:3:69: quality_gates.custom_validations.rules[0].command: the command needs a shell (`>`), {why}"
        ),
        "write {\"shell\":\"a > b\"} if a shell is meant",
    );
}

#[test]
fn a_text_that_is_no_command_is_refused() {
    for (command, why) in [
        ("\"\"", "the command is empty"),
        ("\"  \"", "the command is empty"),
        ("[]", "the command is empty"),
        ("{\"shell\": \" \"}", "the command is empty"),
        (
            "\"pytest -k 'a\"",
            "the command has a quote that is not closed: pytest -k 'a",
        ),
        (
            "7",
            "expected a command: a string, an array of words, {\"shell\": \"…\"}, {\"command\": …} or {\"each\": [command, …]}, found 7",
        ),
    ] {
        value(
            "linting",
            &format!("\"commands\": {{\"python\": {command}}}"),
            &format!("config.json:3:40: quality_gates.linting.commands.python: {why}"),
            SEE_SCHEMA,
        );
    }
}

#[test]
fn a_command_as_an_object_has_one_of_two_keys() {
    value(
        "linting",
        "\"commands\": {\"python\": {\"shel\": \"a\"}}",
        "config.json:3:40: quality_gates.linting.commands.python: the key `shel` is not known here; expected one of `shell`, `command`, `each`, `fix`, `junit`, `coverage`, `sarif`",
        "did you mean `shell`?",
    );
}

#[test]
fn a_setting_that_is_given_twice_is_refused() {
    check(
        "{\n \"quality_gates\": {},\n \"exclude\": [],\n \"quality_gates\": {}\n}",
        "config.json:4:2: quality_gates: the key is given twice, first in line 2 column 2",
        "keep one of the two",
    );
    check(
        "{\"mine\": {\"deep\": [{\"a\": 1, \"a\": 2}]}}",
        "config.json:1:29: mine.deep[0].a: the key is given twice, first in line 1 column 21",
        "keep one of the two",
    );
    check(
        "{\"quality_gates\": {\"security\": {\"severity\": \"low\", \"fail_on\": \"high\"}}}",
        "config.json:1:52: quality_gates.security.fail_on: the setting is given twice, first as `quality_gates.security.severity` in line 1 column 33",
        "keep one of the two",
    );
}

#[test]
fn globs_and_names_of_variables_are_looked_at() {
    check(
        "{\"exclude\": [\"ok/**\", \"[\"]}",
        "config.json:1:23: exclude[1]: not a glob: unclosed character class; missing ']'",
        SEE_SCHEMA,
    );
    check(
        "{\"pass_env\": [\"CI_*\", \"TOKEN=abc\"]}",
        "config.json:1:23: pass_env[1]: expected the name of an environment variable, found an assignment",
        "write \"TOKEN\" only",
    );
    check(
        "{\"redact_env\": [\"A*B\"]}",
        "config.json:1:17: redact_env[0]: expected the name of an environment variable, with `*` only at its end",
        SEE_SCHEMA,
    );
}

#[test]
fn every_mistake_is_told_of_in_one_go_and_the_first_of_the_file_comes_first() {
    let text = r#"{
  "quality_gates": {
    "security": {"timeout": 0, "fail_on": "hgh", "required": false},
    "linting": {"enabled": "no", "commands": {"python": ["ruff", 3], "go": "a && b"}}
  },
  "exclude": ["["],
  "exclude": ["x"]
}"#;
    let inspection = load::inspect("config.json", text);
    let found: Vec<(usize, String)> = inspection
        .errors
        .iter()
        .map(|error| {
            let path = error.json_path().map(JsonPath::to_string).unwrap_or_default();
            (error.position().line, path)
        })
        .collect();
    let expect = [
        (3, "quality_gates.security.timeout"),
        (3, "quality_gates.security.fail_on"),
        (4, "quality_gates.linting.enabled"),
        (4, "quality_gates.linting.commands.python[1]"),
        (4, "quality_gates.linting.commands.go"),
        (7, "exclude"),
    ];
    assert_eq!(found, expect.map(|(line, path)| (line, path.to_owned())));
    let first = load::parse("config.json", text).expect_err("errors");
    assert_eq!(Some(&first), inspection.errors.first());
}

#[test]
fn a_byte_order_mark_and_windows_line_breaks_move_nothing() {
    let error = load::parse("c", "\u{feff}{\r\n  \"exclude\": 1\r\n}\r\n").expect_err("no list");
    assert_eq!(error.to_string(), "c:2:14: exclude: expected an array, found 1");
    let error = load::parse("c", "\u{feff}[]").expect_err("no object");
    assert_eq!(error.position().column, 1);
}
