//! The whole way, and the way round.

use serde_json::json;

use super::{LATEST, STATUS, WORK_ITEMS, item, items, one_rule, project, read, standing};
use crate::support::Sandbox;

/// init → a work item → start → red → put right → green → nothing is left.
#[test]
fn a_session_from_its_beginning_to_its_end() {
    let sandbox = Sandbox::new().git();
    sandbox.sdd(["init"]).expect_code(0);
    let sandbox = sandbox.config(&one_rule());
    let begin = sandbox.commit("Begin");
    sandbox
        .sdd(["work-item", "new", "--type", "feature", "--title", "Tag links"])
        .expect_code(0);

    let started = sandbox.sdd(["start"]);
    started.expect_code(0);
    assert_eq!(
        started.stdout,
        sandbox.read(".session/briefings/session_001_briefing.md")
    );
    assert!(
        started.stdout.starts_with("# Session 1: Tag links\n"),
        "{}",
        started.stdout
    );
    assert_eq!(standing(&sandbox), (json!(1), json!("feature_tag_links"), true));
    assert_eq!(read(&sandbox, STATUS)["base_commit"], json!(begin));
    assert_eq!(item(&sandbox, "feature_tag_links")["status"], "in_progress");

    red(&sandbox, &begin);
    let sandbox = sandbox.file("done.txt", "done");
    sandbox.commit("Tag links");
    let summary = green(&sandbox);

    let again = sandbox.sdd(["complete"]);
    again.expect_code(0);
    assert!(again.stderr.contains("no session is open"), "{}", again.stderr);
    assert_eq!(read(&sandbox, LATEST)["session"], json!(null));
    assert_eq!(summary, sandbox.read(".session/history/session_001_summary.md"));
    assert_eq!(sandbox.sdd(["status", "--brief"]).stdout, "no session\n");
    let nothing = sandbox.sdd(["start"]);
    nothing.expect_code(4);
    assert!(
        nothing.stderr.contains("every work item is completed"),
        "{}",
        nothing.stderr
    );
    sandbox.assert_nothing_left();
}

/// A run that fails: the session stays open, and its report says what it was for.
#[track_caller]
fn red(sandbox: &Sandbox, begin: &str) {
    let red = sandbox.sdd(["complete"]);
    red.expect_code(1);
    assert!(
        red.stderr.contains("session 1 stays open, on feature_tag_links"),
        "{}",
        red.stderr
    );
    assert_eq!(standing(sandbox), (json!(1), json!("feature_tag_links"), true));
    let report = read(sandbox, ".session/reports/session_001.json");
    assert_eq!(report, read(sandbox, LATEST));
    assert_eq!(
        (
            &report["session"],
            &report["work_item"],
            &report["git"]["base"],
            &report["verdict"]
        ),
        (
            &json!(1),
            &json!("feature_tag_links"),
            &json!(begin),
            &json!("failed")
        )
    );
    assert!(!sandbox.path(".session/history/session_001_summary.md").exists());
    let status = sandbox.sdd(["status", "--brief"]);
    let line = "session 1 · feature_tag_links · failed: custom ";
    assert!(status.stdout.starts_with(line), "{}", status.stdout);
}

/// A run that passes: the session is closed, its item completed; the summary comes back.
#[track_caller]
fn green(sandbox: &Sandbox) -> String {
    let green = sandbox.sdd(["complete"]);
    green.expect_code(0);
    assert_eq!(standing(sandbox), (json!(1), json!("feature_tag_links"), false));
    let entry = &item(sandbox, "feature_tag_links")["sessions"][0];
    assert_eq!(
        (&entry["status"], &entry["quality_gates_passed"]),
        (&json!("completed"), &json!(true))
    );
    assert_eq!(item(sandbox, "feature_tag_links")["status"], "completed");
    assert_eq!(
        read(sandbox, ".session/reports/session_001.json")["verdict"],
        "passed"
    );
    let summary = sandbox.read(".session/history/session_001_summary.md");
    assert!(
        summary.contains("- **feature_tag_links**: Tag links (completed)"),
        "{summary}"
    );
    assert!(
        summary.contains("` `Tag links`\n"),
        "the commit is named: {summary}"
    );
    // The spec, and what was made of it.
    assert!(summary.contains("Files changed since `"), "{summary}");
    assert!(summary.contains("`: 2 (+"), "{summary}");
    assert!(
        summary.contains(" −0 lines); files that git does not know: 0\n"),
        "{summary}"
    );
    assert!(
        green
            .stderr
            .contains("session 1 is closed; feature_tag_links is completed"),
        "{}",
        green.stderr
    );
    assert!(
        green.stderr.contains("  Session 001: Feature - Tag links\n"),
        "{}",
        green.stderr
    );
    summary
}

#[test]
fn an_open_session_goes_on_with_its_number_and_its_base_commit() {
    let sandbox = project(&["feature_a", "feature_b high"]);
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    let before = read(&sandbox, STATUS);
    sandbox.rewrite("more.txt", "x");
    sandbox.commit("Work");
    for args in [vec!["start"], vec!["start", "feature_a", "--format", "json"]] {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_sdd").as_ref());
        command.args(&args);
        let answer = sandbox.start_command(command).wait();
        answer.expect_code(0);
        assert_eq!(read(&sandbox, STATUS), before, "{args:?}");
    }
    let json = sandbox.sdd(["start", "--format", "json"]).json();
    assert_eq!(
        (&json["kind"], &json["session"], &json["resumed"]),
        (&json!("briefing"), &json!(1), &json!(true))
    );
    assert_eq!(json["git"]["base"], before["base_commit"]);
    assert_eq!(
        item(&sandbox, "feature_a")["sessions"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn unfinished_work_ends_well_and_goes_on_from_where_it_began() {
    let sandbox = project(&["feature_a", "feature_b critical"]);
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    let base = read(&sandbox, STATUS)["base_commit"].clone();
    sandbox.rewrite("more.txt", "x");
    sandbox.commit("Half of it");

    let ended = sandbox.sdd(["complete", "--incomplete", "--format", "json"]);
    ended.expect_code(0);
    let report = ended.json();
    assert_eq!(report["verdict"], "failed", "the report says how it is");
    let marked = report["warnings"].as_array().unwrap().iter();
    assert!(
        marked
            .clone()
            .any(|warning| warning.as_str().unwrap().contains("--incomplete ends session 1"))
    );
    assert_eq!(standing(&sandbox), (json!(1), json!("feature_a"), false));
    let unfinished = item(&sandbox, "feature_a");
    assert_eq!(unfinished["status"], "in_progress");
    assert_eq!(unfinished["sessions"][0]["status"], "incomplete");
    assert_eq!(unfinished["sessions"][0]["quality_gates_passed"], false);
    let summary = sandbox.read(".session/history/session_001_summary.md");
    assert!(
        summary.contains("Title of feature_a (in progress)") && summary.contains("✗ FAILED"),
        "{summary}"
    );
    assert!(
        ended.stderr.contains("feature_a stays in progress"),
        "{}",
        ended.stderr
    );

    // What is in progress comes before what is ready, however much that matters.
    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(standing(&sandbox), (json!(2), json!("feature_a"), true));
    assert_eq!(read(&sandbox, STATUS)["base_commit"], base);
    sandbox.rewrite("done.txt", "x");
    sandbox.sdd(["complete"]).expect_code(0);
    let finished = item(&sandbox, "feature_a");
    assert_eq!(finished["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(finished["status"], "completed");
    assert!(
        sandbox
            .read(".session/briefings/session_002_briefing.md")
            .contains("- Earlier sessions on it: 1\n")
    );
    // The work that is done is not compared with where another began.
    sandbox.commit("Done");
    sandbox.sdd(["start"]).expect_code(0);
    assert_ne!(read(&sandbox, STATUS)["base_commit"], base);
}

#[test]
fn without_a_repository_a_session_has_no_base_commit_and_says_so() {
    let sandbox = Sandbox::new()
        .file(super::WORK_ITEMS, items(&["feature_a"]))
        .file("done.txt", "x")
        .config(&one_rule());
    let started = sandbox.sdd(["start"]);
    started.expect_code(0);
    assert!(
        started.stdout.contains("- Git: no repository"),
        "{}",
        started.stdout
    );
    assert_eq!(read(&sandbox, STATUS)["base_commit"], json!(null));
    sandbox.sdd(["complete"]).expect_code(0);
    let summary = sandbox.read(".session/history/session_001_summary.md");
    assert!(
        summary.contains("Not known: the session has no base commit"),
        "{summary}"
    );
}

#[test]
fn a_repository_without_commits_has_none_either() {
    let sandbox = Sandbox::new()
        .git()
        .file(super::WORK_ITEMS, items(&["feature_a"]))
        .config(&one_rule());
    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(read(&sandbox, STATUS)["base_commit"], json!(null));
}

#[test]
fn a_plan_changes_nothing_and_gates_leave_the_session_alone() {
    let sandbox = project(&["feature_a"]);
    sandbox.sdd(["start"]).expect_code(0);
    let before = (sandbox.read(STATUS), sandbox.read(super::WORK_ITEMS));
    sandbox.sdd(["complete", "--plan"]).expect_code(0);
    sandbox.sdd(["gate", "--format", "json"]).expect_code(1);
    let report = read(&sandbox, LATEST);
    assert_eq!(
        (&report["session"], &report["work_item"]),
        (&json!(1), &json!("feature_a")),
        "the gates are told what the session is about"
    );
    assert_eq!((sandbox.read(STATUS), sandbox.read(super::WORK_ITEMS)), before);
    assert!(!sandbox.path(".session/reports/session_001.json").exists());
}

#[test]
fn settings_that_change_during_a_session_are_told_of() {
    let sandbox = project(&["feature_a"]);
    sandbox.sdd(["start"]).expect_code(0);
    let warned = |sandbox: &Sandbox| {
        let report = sandbox.sdd(["complete", "--format", "json"]).json();
        let warnings = report["warnings"].to_string();
        warnings.contains("config.json is not what it was when the session began")
    };
    assert!(!warned(&sandbox));
    let sandbox = sandbox.config(&super::settings(
        &json!([{"type": "command", "name": "t", "command": "true"}]),
    ));
    assert!(warned(&sandbox));
}

#[test]
fn a_session_number_is_never_used_twice() {
    let sandbox = project(&["feature_a", "feature_b"])
        .file(".session/briefings/session_007_briefing.md", "x")
        .file(".session/history/session_011_summary.md", "x");
    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(standing(&sandbox).0, json!(12));
}

#[test]
fn state_of_sdd_does_not_make_the_tree_dirty() {
    let sandbox = project(&["feature_a"]);
    let first = sandbox.sdd(["start", "--format", "json"]).json();
    assert_eq!(first["git"]["dirty"], json!(false));
    let second = sandbox.sdd(["start", "--format", "json"]).json();
    assert_eq!(second["git"]["dirty"], json!(false), "{second:#}");
}

/// What `sdd status` says is next in a project with these items.
#[track_caller]
fn next(lines: &[&str], expect: &str) {
    let sandbox = project(lines);
    let said = sandbox.sdd(["status", "--format", "json"]).json();
    assert_eq!(said["next"], expect, "{lines:?}: {said:#}");
}

#[test]
fn without_a_session_the_items_say_what_comes_next() {
    next(&["feature_a", "feature_b completed"], "sdd start");
    next(&["feature_a in_progress"], "sdd start");
    next(
        &["feature_a completed"],
        "sdd work-item new --type feature --title \"…\"",
    );
    next(&[], "sdd work-item new --type feature --title \"…\"");
    next(
        &["feature_a blocked", "feature_b: feature_a"],
        "sdd work-item list",
    );
    // Items that cannot be understood do not hide where the session stands.
    let broken = project(&[]).file(super::WORK_ITEMS, "[]");
    let said = broken.sdd(["status"]);
    said.expect_code(0);
    assert!(
        said.stdout.ends_with("next: sdd work-item validate\n"),
        "{}",
        said.stdout
    );
}

/// A file as sdd writes it is changed as text, every other one as a document: both end the same.
#[test]
fn however_the_work_items_are_laid_out_a_session_begins_the_same() {
    let begun = |relaid: fn(&str) -> String| {
        let sandbox = project(&["done completed", "first high", "second: done", "third low: first"]);
        let text = sandbox
            .read(WORK_ITEMS)
            .replace("1.5", "1.50")
            .replace("Title of third", "T\\u00e9");
        let sandbox = sandbox.file(WORK_ITEMS, relaid(&text));
        sandbox.sdd(["start", "second"]).expect_code(0);
        let new = sandbox.read(WORK_ITEMS);
        sandbox.sdd(["start"]).expect_code(0);
        assert_eq!(sandbox.read(WORK_ITEMS), new, "beginning again changes nothing");
        let mut state = read(&sandbox, WORK_ITEMS);
        assert_eq!(state["metadata"]["in_progress"], 1);
        assert_eq!(state["metadata"]["completed"], 1);
        assert_eq!(state["work_items"]["second"]["sessions"][0]["session_num"], 1);
        // What is of this moment and of this repository.
        let stamp = state["metadata"]["last_updated"]
            .take()
            .as_str()
            .unwrap()
            .to_owned();
        let base = state["work_items"]["second"]["sessions"][0]["base_commit"].take();
        new.replace(&stamp, "NOW").replace(base.as_str().unwrap(), "BASE")
    };
    let laid_out = begun(str::to_owned);
    assert!(
        laid_out.contains("\"theirs\": 1.50,") && laid_out.contains("T\\u00e9"),
        "{laid_out}"
    );
    assert_eq!(begun(|text| text.replace("  ", "\t")), laid_out);
    assert_eq!(begun(|text| text.replace('\n', "")), laid_out);
}
