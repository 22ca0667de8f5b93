//! Servers that hang, die, talk nonsense, or have other tools.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{asked, check, findings, project, run, stub};
use crate::support::{Sandbox, processes_with};

const STACK: &str = "- one==1.2.3\n- two\n";

/// Runs the gate against the stub in a mode.
#[track_caller]
fn against(mode: &str, timeout: u64, code: i32, verdict: &str, reason: &str) {
    let sandbox = project(STACK);
    let settings = json!({"server": {"command": stub(&sandbox, mode)}, "timeout": timeout});
    check(&sandbox, &settings, code, verdict, reason);
}

/// The tools that the stub was called with, after the handshake and the list, sorted.
#[track_caller]
fn calls(mode: &str) -> Vec<String> {
    let sandbox = project(STACK);
    let settings = json!({"server": {"command": stub(&sandbox, mode)}});
    check(&sandbox, &settings, 0, "passed", "all 2 libraries");
    let mut asked = asked(&sandbox);
    let mut calls = asked.split_off(2);
    assert_eq!(asked, ["initialize -", "tools/list -"]);
    calls.sort();
    calls
}

#[test]
fn the_tools_of_today_and_of_before_are_called_as_they_want() {
    assert_eq!(
        calls("good"),
        [
            r#"query-docs {"libraryId": "/stub/one/1.2.3", "query": "getting started"}"#,
            r#"query-docs {"libraryId": "/stub/two", "query": "getting started"}"#,
            r#"resolve-library-id {"libraryName": "one", "query": "getting started"}"#,
            r#"resolve-library-id {"libraryName": "two", "query": "getting started"}"#,
        ]
    );
    assert_eq!(
        calls("old"),
        [
            r#"get-library-docs {"context7CompatibleLibraryID": "/stub/one/1.2.3", "topic": "getting started"}"#,
            r#"get-library-docs {"context7CompatibleLibraryID": "/stub/two", "topic": "getting started"}"#,
            r#"resolve-library-id {"libraryName": "one"}"#,
            r#"resolve-library-id {"libraryName": "two"}"#,
        ]
    );
}

#[test]
fn a_server_that_does_not_answer_is_ended_in_time() {
    against("silent", 2, 3, "error", "the server gave no answer in time");
    against("late", 2, 3, "error", "the server gave no answer in time");
    against("deaf", 2, 3, "error", "the server gave no answer in time");
    against(
        "garbage",
        2,
        3,
        "error",
        "the server gave no answer in time, and says what is no MCP: Welcome to the server!",
    );
}

#[test]
fn a_server_that_ends_says_how() {
    against(
        "exits",
        60,
        3,
        "error",
        "the server ended with exit code 1: npm error 404 Not Found",
    );
    against(
        "dies",
        60,
        3,
        "error",
        "the server ended with exit code 7: out of memory",
    );
}

#[test]
fn a_server_that_ends_between_two_answers_says_how() {
    against(
        "gives-up",
        60,
        3,
        "error",
        "the server ended with exit code 7: out of memory",
    );
    // The last one is asked about when one of the others has its answer, and that one is not lost.
    let sandbox = project("- a\n- b\n- c\n- d\n- two\n");
    let settings = json!({"server": {"command": stub(&sandbox, "gives-up")}, "timeout": 60});
    let found = check(&sandbox, &settings, 3, "error", "no answer: ");
    let told = findings(&found);
    let last = "no_answer two: no answer: the server ended with exit code 7: out of memory";
    assert!(
        told.iter().any(|one| one == last) && told.iter().any(|one| one.starts_with("verified ")),
        "{told:?}"
    );
}

#[test]
fn a_manifest_that_is_broken_is_no_empty_one() {
    let sandbox = Sandbox::new()
        .file("a.py", "")
        .file(
            "pyproject.toml",
            "[project]\nname = \"x\"\nversion = \"0\"\ndependencies = [\"one==1.2.3\"]\n",
        )
        .file("web/package.json", "{\"dependencies\": {\"two\": \"1.2.3\"},")
        .file("web/a.js", "");
    let settings = json!({"server": {"command": stub(&sandbox, "good")}});
    let reason =
        "web/package.json cannot be read or is broken, so that nobody knows which libraries it names";
    check(&sandbox, &settings, 3, "error", reason);
    sandbox.rewrite("web/package.json", "{\"dependencies\": {\"two\": \"1.2.3\"}}");
    check(
        &sandbox,
        &settings,
        0,
        "passed",
        "all 2 libraries of the manifests are known to Context7",
    );
}

#[test]
fn a_server_that_talks_too_much_is_no_answer_and_no_burden() {
    let sandbox = project(STACK);
    let settings = json!({"server": {"command": stub(&sandbox, "flood")}, "timeout": 60});
    check(&sandbox, &settings, 3, "error", "");
}

#[test]
fn a_word_of_welcome_does_no_harm() {
    against("chatty", 60, 0, "passed", "all 2 libraries");
}

#[test]
fn errors_of_the_server_are_no_answer() {
    against(
        "error",
        60,
        3,
        "error",
        "2 libraries have no answer: one: resolve-library-id: ",
    );
    against(
        "tool-error",
        60,
        3,
        "error",
        "resolve-library-id failed: quota exceeded",
    );
    against(
        "text",
        60,
        3,
        "error",
        "resolve-library-id answered: Please sign in first.",
    );
}

#[test]
fn a_server_with_other_tools_is_another_server() {
    against(
        "notools",
        60,
        3,
        "error",
        "the server has no tool resolve-library-id; it has none",
    );
    against(
        "other",
        60,
        3,
        "error",
        "the server has no tool resolve-library-id; it has search",
    );
    against("strange", 60, 3, "error", "the argument tenant is unknown");
}

#[test]
fn a_server_that_will_not_go_is_ended_with_its_children() {
    against("stubborn", 60, 0, "passed", "all 2 libraries");
}

#[test]
fn sdd_that_is_killed_leaves_no_server() {
    let sandbox = project(STACK);
    let settings = json!({"enabled": true, "server": {"command": stub(&sandbox, "late")}, "timeout": 100});
    sandbox.rewrite(
        ".session/config.json",
        json!({"quality_gates": {"context7": settings}}).to_string(),
    );
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::KILL] {
        let log = sandbox.beside("home").join("asked.log");
        let _was_none = std::fs::remove_file(&log);
        let mut running = sandbox.start(["gate", "context7", "--format", "json"]);
        running.wait_for(&log);
        running.signal(signal);
        let answer = running.wait();
        if signal == rustix::process::Signal::TERM {
            answer.expect_code(143);
            let gate = answer.json()["gates"][0].clone();
            assert_eq!(gate["verdict"], "not_run", "{gate:#}");
        }
        // The guard of a run that was killed needs a moment.
        let until = Instant::now() + Duration::from_secs(20);
        while !processes_with(sandbox.marker()).is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        sandbox.assert_no_process_left();
    }
}

#[test]
fn without_a_server_there_is_no_answer() {
    let sandbox = project(STACK);
    check(
        &sandbox,
        &json!({}),
        3,
        "error",
        "no Context7 server is configured",
    );
    check(
        &sandbox,
        &json!({"server": {"command": "no-such-server"}}),
        3,
        "error",
        "no-such-server is not installed",
    );
    // Optional, and not named: it informs.
    let rules = json!({"rules": [{"type": "file_exists", "path": ".session", "required": true}]});
    let settings = json!({"quality_gates": {
        "context7": {"enabled": true, "server": {"command": "no-such-server"}}, "custom_validations": rules
    }});
    sandbox.rewrite(".session/config.json", settings.to_string());
    let answer = sandbox.sdd(["gate", "--format", "json"]);
    answer.expect_code(0);
    let gates = answer.json()["gates"].clone();
    let gate = gates
        .as_array()
        .unwrap()
        .iter()
        .find(|gate| gate["gate"] == "context7")
        .cloned();
    assert_eq!(gate.unwrap()["verdict"], "skipped");
}

#[test]
fn nothing_to_ask_is_never_a_pass() {
    let sandbox = Sandbox::new();
    let settings = json!({"server": {"command": stub(&sandbox, "good")}});
    check(
        &sandbox,
        &settings,
        3,
        "skipped",
        "neither stack.txt nor a manifest names a library",
    );
    assert_eq!(asked(&sandbox), [""; 0], "the server is not even started");
    let sandbox = project(STACK);
    let settings = json!({"server": {"command": stub(&sandbox, "good")}, "important_libraries": ["celery"]});
    check(
        &sandbox,
        &settings,
        3,
        "error",
        "important_libraries names celery, and stack.txt names none of them",
    );
}

#[test]
fn only_important_libraries_are_asked_about() {
    let sandbox = project("- one==1.2.3\n- unknown\n");
    let settings =
        json!({"server": {"command": stub(&sandbox, "good")}, "important_libraries": ["One", "celery"]});
    let answer = run(&sandbox, &settings);
    answer.expect_code(0);
    let gate = answer.json()["gates"][0].clone();
    assert_eq!(
        findings(&gate),
        ["verified one 1.2.3: /stub/one has documentation of version 1.2.3"]
    );
    assert_eq!(
        gate["warnings"],
        json!(["important_libraries names celery, and stack.txt does not"])
    );
    assert!(!asked(&sandbox).iter().any(|line| line.contains("unknown")));
}

#[test]
fn many_libraries_are_asked_about_side_by_side_and_told_in_order() {
    use std::fmt::Write as _;
    let mut stack = String::new();
    for number in 0..60 {
        writeln!(stack, "- lib{number:02}==1.2.3").unwrap();
    }
    let sandbox = project(&stack);
    let settings = json!({"server": {"command": stub(&sandbox, "good")}});
    let answer = run(&sandbox, &settings);
    answer.expect_code(0);
    let gate = answer.json()["gates"][0].clone();
    let names: Vec<String> = gate["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["message"].as_str().unwrap()[..5].to_owned())
        .collect();
    let expect: Vec<String> = (0..60).map(|number| format!("lib{number:02}")).collect();
    assert_eq!(names, expect);
    assert!(answer.elapsed < Duration::from_secs(60));
}

#[test]
fn the_plan_asks_nobody() {
    let sandbox = project(STACK);
    let settings = json!({"enabled": true, "server": {"command": stub(&sandbox, "good")}});
    sandbox.rewrite(
        ".session/config.json",
        json!({"quality_gates": {"context7": settings}}).to_string(),
    );
    let answer = sandbox.sdd(["gate", "context7", "--plan"]);
    answer.expect_code(0);
    assert!(
        answer
            .stdout
            .contains("+ context7 (asks a server that is started for each library of stack.txt, or else of the manifests)"),
        "{}",
        answer.stdout
    );
    assert_eq!(asked(&sandbox), [""; 0]);
}
