//! `work-item validate`.

use serde_json::json;

use super::{WORK_ITEMS, empty, of, refused, state};
use crate::support::Sandbox;

/// The problems of a project, a line each: code, item, place.
fn codes(sandbox: &Sandbox) -> Vec<String> {
    let document = sandbox.sdd(["wi", "validate", "--format", "json"]).json();
    assert_eq!(
        (&document["kind"], &document["schema_version"]),
        (&json!("work_item_validation"), &json!(1))
    );
    let problems = document["problems"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    problems
        .iter()
        .map(|problem| {
            let file = text(&problem["location"]["file"]);
            let file = file.rsplit('/').next().unwrap_or_default().to_owned();
            format!(
                "{} {} {} {file}:{}",
                text(&problem["severity"]),
                text(&problem["code"]),
                text(&problem["work_item"]),
                problem["location"]["line"]
            )
        })
        .collect()
}

/// Changes a field of an item by hand.
fn set(sandbox: &Sandbox, id: &str, field: &str, value: serde_json::Value) {
    let mut items = state(sandbox);
    items["work_items"][id][field] = value;
    sandbox.rewrite(WORK_ITEMS, serde_json::to_string_pretty(&items).unwrap());
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_line() {
    let sandbox = of(&["a: b", "b: c", "c: a gone", "d completed"]);
    set(&sandbox, "d", "milestone", json!("v1"));
    set(&sandbox, "d", "id", json!("e"));
    set(&sandbox, "b", "validation_rules", json!([{"type": "greb"}]));
    let lines = sandbox.read(WORK_ITEMS);
    let line = |what: &str| lines.lines().position(|line| line.contains(what)).unwrap() + 1;
    let found = codes(&sandbox);
    let expect = [
        format!("error cycle a work_items.json:{}", line("\"dependencies\"")),
        "error no_spec a a.md:null".to_owned(),
        format!("error bad_rule b work_items.json:{}", line("greb")),
        "error no_spec b b.md:null".to_owned(),
        format!("error unknown_dependency c work_items.json:{}", line("\"gone\"")),
        "error no_spec c c.md:null".to_owned(),
        format!("warning other_id d work_items.json:{}", line("\"e\"")),
        format!("warning unknown_milestone d work_items.json:{}", line("\"v1\"")),
        "warning no_spec d d.md:null".to_owned(),
    ];
    assert_eq!(found, expect);
    let human = sandbox.sdd(["wi", "validate"]);
    human.expect_code(1);
    assert!(
        human
            .stdout
            .contains("error: a: these wait for each other: a → b → c → a\n"),
        "{}",
        human.stdout
    );
    assert!(
        human.stdout.ends_with("4 work items: 6 errors, 3 warnings\n"),
        "{}",
        human.stdout
    );
    // Of one item, the circle that it is in begins with it.
    let one = sandbox.sdd(["wi", "validate", "c"]);
    one.expect_code(1);
    assert!(
        one.stdout
            .contains("error: c: these wait for each other: c → a → b → c\n"),
        "{}",
        one.stdout
    );
    let agent = sandbox.sdd(["wi", "validate", "--format", "agent"]);
    agent.expect_code(1);
    assert!(
        agent
            .stdout
            .starts_with("sdd work-item validate: 4 work items: 6 errors, 3 warnings\n"),
        "{}",
        agent.stdout
    );
}

#[test]
fn warnings_alone_are_no_failure() {
    let sandbox = of(&["d completed"]);
    let answer = sandbox.sdd(["wi", "validate"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.ends_with("1 work item: 0 errors, 1 warning\n"),
        "{}",
        answer.stdout
    );
}

#[test]
fn an_integration_test_must_depend_on_what_it_tests() {
    let sandbox = of(&["x"]);
    set(&sandbox, "x", "type", json!("integration_test"));
    assert!(
        codes(&sandbox)[0].starts_with("error no_dependencies x "),
        "{:?}",
        codes(&sandbox)
    );
}

#[test]
fn everything_wrong_is_told_once() {
    let sandbox = of(&["x"]);
    set(&sandbox, "x", "type", json!("integration_test"));
    let spec = "# Integration Test: X\n\n## Scope\n\n- A\n\n## Performance Benchmarks\n\n- p95: < 5 furlongs\n\n## Scope\n\n- B\n";
    sandbox.rewrite(".session/specs/x.md", spec);
    let told = codes(&sandbox);
    for code in ["no_dependencies", "duplicate_section", "unknown_unit"] {
        let of_code: Vec<_> = told.iter().filter(|line| line.contains(code)).collect();
        assert!(
            of_code.len() == 1 && of_code[0].starts_with("error "),
            "{code}: {told:#?}"
        );
    }
}

#[test]
fn nothing_to_check_is_said_and_no_id_is_no_success() {
    let answer = empty().sdd(["wi", "validate"]);
    answer.expect_code(0);
    assert_eq!(
        answer.stdout,
        "there are no work items, and nothing was checked\n"
    );
    assert_eq!(
        empty().sdd(["wi", "validate", "--format", "json"]).json()["verdict"],
        "skipped"
    );
    refused(
        &of(&["a"]),
        ["wi", "validate", "b"],
        4,
        &["there is no work item \"b\""],
    );
}

#[test]
fn a_new_item_is_not_filled_in_yet() {
    for kind in sdd::model::work_item::WorkItemType::ALL {
        let sandbox = empty();
        sandbox
            .sdd(["wi", "new", "--type", kind.as_str(), "--title", "X"])
            .expect_code(0);
        let answer = sandbox.sdd(["wi", "validate"]);
        answer.expect_code(1);
        assert!(
            answer.stdout.contains(&format!(".session/specs/{kind}_x.md:")),
            "{}",
            answer.stdout
        );
    }
}
