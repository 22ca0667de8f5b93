//! The beginning of a session, and what does not differ from it.

use serde_json::json;

use super::{hook, payload, project, reason, red, silent, with};

#[test]
fn a_session_begins_with_a_few_plain_lines() {
    let sandbox = red();
    let start = payload(&sandbox, "session-start");
    let answer = hook(&sandbox, &["session-start"], &start);
    assert!(
        answer.stdout.starts_with("sdd: no session is open; "),
        "{}",
        answer.stdout
    );
    sandbox.sdd(["gate"]).expect_code(1);
    let answer = hook(&sandbox, &["session-start"], &start);
    assert!(
        answer
            .stdout
            .contains("\nLast run of the gates (sdd gate): FAILED ("),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.contains("\nGates that decide: "),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.lines().count() <= 10);
}

#[test]
fn what_an_agent_found_red_is_not_its_doing() {
    let sandbox = red();
    hook(&sandbox, &["session-start"], &payload(&sandbox, "session-start"));
    silent(&hook(&sandbox, &["stop"], &payload(&sandbox, "stop")));
    // Resumed in between: the beginning stays the beginning.
    sandbox.rewrite("src/a.txt", "TODO\nand more\n");
    hook(
        &sandbox,
        &["session-start"],
        &payload(&sandbox, "session-start-compact"),
    );
    reason(&hook(&sandbox, &["stop"], &payload(&sandbox, "stop")));
    // Of another session nobody knows what it began with.
    let other = with(payload(&sandbox, "stop"), &json!({"session_id": "other"}));
    reason(&hook(&sandbox, &["stop"], &other));
}

#[test]
fn a_base_that_nothing_differs_from_asks_no_gate() {
    let sandbox = project();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
        .sdd(["work-item", "new", "--type", "bug", "--title", "Odd"])
        .expect_code(0);
    sandbox.rewrite("src/a.txt", "TODO from before\n");
    sandbox.commit("First");
    sandbox.sdd(["start", "bug_odd"]).expect_code(0);
    let stop = payload(&sandbox, "stop");
    silent(&hook(&sandbox, &["stop"], &stop));
    assert!(
        !sandbox.path(".session/reports/latest.json").exists(),
        "no gate was run"
    );
    let began = hook(&sandbox, &["session-start"], &payload(&sandbox, "session-start"));
    assert!(
        began
            .stdout
            .starts_with("sdd: session 1 is open for bug_odd: Odd\nBase commit: "),
        "{}",
        began.stdout
    );
    assert!(
        began.stdout.contains(", nothing differs from it\n"),
        "{}",
        began.stdout
    );
    let sandbox = sandbox.file("src/b.txt", "fine\n");
    let said = reason(&hook(&sandbox, &["stop"], &stop));
    assert!(
        said.contains("0 of 1 findings are in files that differ from the base"),
        "{said}"
    );
    sandbox.commit("Second");
    let said = reason(&hook(&sandbox, &["stop"], &stop));
    assert!(said.contains("src/a.txt:1"), "{said}");
    let began = hook(&sandbox, &["session-start"], &payload(&sandbox, "session-start"));
    assert!(
        began.stdout.contains(", 1 files differ from it\n"),
        "{}",
        began.stdout
    );
}

#[test]
fn a_session_that_was_completed_is_not_judged_again() {
    let sandbox = project();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
        .sdd(["work-item", "new", "--type", "bug", "--title", "Odd"])
        .expect_code(0);
    // What its spec lacks is another gate's business.
    let mut settings: serde_json::Value =
        serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["quality_gates"]["spec_completeness"] = json!({"enabled": false, "required": false});
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("First");
    sandbox.sdd(["start", "bug_odd"]).expect_code(0);
    sandbox.rewrite("src/a.txt", "better\n");
    sandbox.sdd(["complete"]).expect_code(0);
    let runs = || std::fs::read_dir(sandbox.path(".session/runs")).unwrap().count();
    let before = runs();
    silent(&hook(&sandbox, &["stop"], &payload(&sandbox, "stop")));
    assert!(runs() <= before + 1, "at most the memory of the hook is new");
}
