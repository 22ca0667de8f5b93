//! Files that other programs and people wrote: what is understood, what is refused, and that nothing is touched.

use super::{WORK_ITEMS, refused, with};
use crate::support::Sandbox;

/// Every subcommand refuses the file in the same words, with its place, and leaves it as it is.
#[track_caller]
fn unreadable(sandbox: &Sandbox, said: &[&str]) {
    refused(sandbox, ["wi", "list"], 2, said);
    refused(sandbox, ["wi", "list", "--format", "json"], 2, said);
    refused(sandbox, ["wi", "show", "WI-001"], 2, said);
    refused(sandbox, ["wi", "update", "WI-001", "--urgent"], 2, said);
    refused(sandbox, ["wi", "delete", "WI-001", "--force"], 2, said);
    refused(sandbox, ["wi", "new", "--type", "bug", "--title", "X"], 2, said);
    assert!(!sandbox.path(".session/specs").exists(), "no spec was made");
    let validated = sandbox.sdd(["wi", "validate"]);
    validated.expect_code(2);
    let said_there = format!("{}{}", validated.stdout, validated.stderr);
    // A list of problems has the weight of each between its place and what is said.
    assert!(
        said_there.replace(": error: ", ": ").contains(said[0]),
        "{said_there}"
    );
}

#[test]
fn a_list_of_items_is_refused_with_what_belongs_there() {
    unreadable(
        &with("list.json"),
        &[
            ".session/tracking/work_items.json:3:12: items: expected the key `work_items` with an object of items by \
             their ids, found `items` with an array",
            "write \"work_items\": {\"ID\": {…}, …}; the file was left as it is",
        ],
    );
    let top = Sandbox::new().file(WORK_ITEMS, "[{\"id\": \"WI-001\"}]");
    unreadable(&top, &["work_items.json:1:1: expected an object, found an array"]);
}

#[test]
fn other_words_name_the_item_and_what_was_meant() {
    unreadable(
        &with("other_words.json"),
        &[
            ".session/tracking/work_items.json:6:17: work_items.WI-001.status: expected one of not_started, \
             in_progress, blocked, completed, found \"done\"",
            "did you mean completed?; the file was left as it is",
        ],
    );
    // Everything at once, for who mends the file.
    let answer = with("other_words.json").sdd(["wi", "validate", "--format", "json"]);
    answer.expect_code(2);
    let document = answer.json();
    let told: Vec<String> = document["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            format!(
                "{} {}",
                problem["location"]["line"],
                problem["hint"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "6 did you mean completed?",
            "7 did you mean critical?",
            "10 did you mean feature?",
            "12 did you mean not_started?"
        ]
    );
}

#[test]
fn a_file_that_is_no_json_is_refused() {
    for (text, said) in [
        ("", "work_items.json:1:1: the file is empty"),
        ("{\"work_items\": {", "work_items.json:1:16: EOF while parsing"),
        (
            "{\n<<<<<<< ours\n",
            "work_items.json:2:1: this is the mark of an unresolved merge conflict",
        ),
        (
            "{\"work_items\": {\"a\": {\"type\": \"bug\"}, \"a\": {\"type\": \"bug\"}}}",
            "work_items.json:1:39: the key `a` stands here a second time",
        ),
        (
            "{\"work_items\": {\"WI-001\": []}}",
            "work_items.json:1:27: work_items.WI-001: expected an object, found an array",
        ),
        (
            "{\"metadata\": [], \"work_items\": {}}",
            "work_items.json:1:14: metadata: expected an object, found an array",
        ),
    ] {
        let sandbox = Sandbox::new().file(WORK_ITEMS, text);
        // What a list does not look at does not keep it from listing.
        if !text.contains("metadata") {
            unreadable(&sandbox, &[said]);
        }
        refused(
            &sandbox,
            ["wi", "new", "--type", "bug", "--title", "X"],
            2,
            &[said],
        );
    }
}

#[test]
fn a_newer_file_is_read_with_a_warning_and_never_written() {
    let sandbox = Sandbox::new().file(
        WORK_ITEMS,
        "{\"schema_version\": 9, \"work_items\": {\"a\": {\"type\": \"bug\", \"title\": \"A\"}}}",
    );
    let answer = sandbox.sdd(["wi", "list"]);
    answer.expect_code(0);
    assert!(answer.stderr.contains("schema version 9"), "{}", answer.stderr);
    assert!(answer.stdout.contains("  a  A\n"), "{}", answer.stdout);
    refused(
        &sandbox,
        ["wi", "update", "a", "--urgent"],
        2,
        &["has schema version 9, this sdd knows 0"],
    );
}

#[test]
fn files_of_both_generations_are_understood_by_every_command() {
    for fixture in ["early.json", "late.json"] {
        let sandbox = with(fixture);
        let listed = sandbox.sdd(["wi", "list", "--format", "json"]);
        listed.expect_code(0);
        for item in listed.json()["work_items"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap();
            let shown = sandbox.sdd(["wi", "show", id, "--format", "json"]);
            shown.expect_code(0);
            let text: serde_json::Value = serde_json::from_str(&sandbox.read(WORK_ITEMS)).unwrap();
            assert_eq!(
                shown.json()["work_item"]["raw"],
                text["work_items"][id],
                "nothing is left out"
            );
        }
        sandbox.sdd(["wi", "validate"]).expect_code(1);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_trouble() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/session/work_items/late.json"),
    )
    .unwrap();
    let sandbox = Sandbox::new().file(WORK_ITEMS, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!(
        sandbox.sdd(["wi", "list"]).stdout,
        with("late.json").sdd(["wi", "list"]).stdout
    );
    sandbox
        .sdd(["wi", "update", "deployment_production", "--urgent"])
        .expect_code(0);
}
