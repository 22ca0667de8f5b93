//! What the tools answer about a project in which something has happened.

use std::time::Duration;

use futures::future::join;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::client::{Client, Service, call, converse};
use super::lines::{self, talk};
use super::{serve, server, text, with};
use crate::support::Sandbox;

/// A project with two work items; the second waits for the first.
fn planned() -> Sandbox {
    let sandbox = with("true");
    for words in [
        &["wi", "new", "--type", "feature", "--title", "First"][..],
        &[
            "wi",
            "new",
            "--type",
            "bug",
            "--title",
            "Second",
            "--depends-on",
            "feature_first",
        ],
    ] {
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(words);
        sandbox.start_command(command).wait().expect_code(0);
    }
    sandbox
}

/// The text of a call that is answered.
async fn said(service: &Service, tool: &'static str, arguments: Value) -> String {
    let result = call(service, tool, arguments).await;
    assert_eq!(result["isError"], false, "{result}");
    text(&result).to_owned()
}

/// The text of a call that is refused.
async fn refused(service: &Service, tool: &'static str, arguments: Value) -> String {
    let result = call(service, tool, arguments).await;
    assert_eq!(result["isError"], true, "{result}");
    text(&result).to_owned()
}

#[test]
fn work_items_are_listed_and_shown_and_stay_as_they_are() {
    let sandbox = planned();
    let before = sandbox.read(".session/tracking/work_items.json");
    converse(&sandbox, &Client::default(), |service| async {
        let all = said(&service, "work_items", json!({})).await;
        assert!(
            all.contains("feature_first") && all.contains("bug_second"),
            "{all}"
        );
        let ready = said(&service, "work_items", json!({"ready": true})).await;
        assert!(
            ready.contains("feature_first") && !ready.contains("bug_second  "),
            "{ready}"
        );
        let bugs = said(
            &service,
            "work_items",
            json!({"type": "bug", "status": "not_started"}),
        )
        .await;
        assert!(bugs.contains("bug_second"), "{bugs}");
        let one = said(&service, "work_items", json!({"id": "bug_second"})).await;
        assert!(one.contains("Second") && one.contains("feature_first"), "{one}");
        let none = refused(&service, "work_items", json!({"id": "bug_secnd"})).await;
        assert!(none.contains("did you mean bug_second?"), "{none}");
        service
    });
    assert_eq!(sandbox.read(".session/tracking/work_items.json"), before);
}

#[test]
fn briefings_and_reports_are_those_of_their_sessions() {
    let sandbox = planned();
    sandbox.sdd(["start", "feature_first"]).expect_code(0);
    sandbox.sdd(["complete", "--incomplete"]).expect_code(0);
    sandbox.sdd(["start", "bug_second", "--force"]).expect_code(0);
    let state = sandbox.read(".session/tracking/status_update.json");
    converse(&sandbox, &Client::default(), |service| async {
        let open = said(&service, "briefing", json!({})).await;
        assert!(open.contains("# Session 2: Second"), "{open}");
        let same = said(&service, "briefing", json!({"id": "bug_second"})).await;
        assert_eq!(same, open);
        let before = said(&service, "briefing", json!({"id": "feature_first"})).await;
        assert!(before.contains("# Session 1: First"), "{before}");
        let none = refused(&service, "briefing", json!({"id": "feature_frist"})).await;
        assert!(none.contains("did you mean feature_first?"), "{none}");

        let report = said(&service, "get_report", json!({"session": 1})).await;
        assert!(
            report.contains("custom") && report.contains("complete"),
            "{report}"
        );
        let none = refused(&service, "get_report", json!({"session": 2})).await;
        assert!(none.contains("session 2"), "{none}");
        service
    });
    assert_eq!(
        sandbox.read(".session/tracking/status_update.json"),
        state,
        "no session began"
    );
}

#[test]
fn an_item_that_nobody_has_begun_has_no_briefing() {
    converse(&planned(), &Client::default(), |service| async {
        let none = refused(&service, "briefing", json!({"id": "bug_second"})).await;
        assert!(
            none.contains("sdd start bug_second") && none.contains("work_items"),
            "{none}"
        );
        service
    });
}

#[test]
fn a_long_answer_comes_page_by_page() {
    let rules: Vec<Value> = (1..=300)
        .map(|number| {
            json!({"type": "file_exists", "name": format!("rule {number}"), "required": true,
                   "path": format!("missing/file-{number}.txt")})
        })
        .collect();
    let sandbox = Sandbox::new().config(&json!({"quality_gates": {"custom_validations": {"rules": rules}}}));
    sandbox.sdd(["gate", "custom"]).expect_code(1);
    converse(&sandbox, &Client::default(), |service| async {
        let mut whole = String::new();
        let mut pages = 0;
        for page in 1.. {
            let said = said(&service, "get_report", json!({"full": true, "page": page})).await;
            let (text, foot) = said.rsplit_once("\n[page ").expect("a long answer has pages");
            whole.push_str(text);
            pages = page;
            let next = format!("next: get_report with page {}]", page + 1);
            if !foot.contains(&next) {
                assert!(foot.starts_with(&format!("{page} of {page}]")), "{foot}");
                break;
            }
        }
        assert!(pages > 1, "{whole}");
        for number in 1..=300 {
            let found = format!("  missing/file-{number}.txt  rule {number} high");
            assert!(whole.contains(&found), "{found} is on no page: {whole}");
        }
        let beyond = refused(&service, "get_report", json!({"full": true, "page": pages + 1})).await;
        assert!(beyond.contains(&format!("pages are 1 to {pages}")), "{beyond}");
        service
    });
}

#[test]
fn of_two_runs_at_once_the_second_waits() {
    // The rule holds only while nobody else is at it.
    let sandbox = with("mkdir busy && sleep 0.5 && rmdir busy").programs(&["mkdir", "rmdir"]);
    converse(&sandbox, &Client::default(), |service| async {
        let run = || said(&service, "run_gates", json!({"gates": ["custom"]}));
        let (first, second) = join(run(), run()).await;
        for said in [first, second] {
            assert!(said.contains("sdd gate: passed"), "{said}");
        }
        service
    });
}

#[test]
fn a_signal_ends_what_runs_and_then_the_server() {
    let sandbox = with("touch began; sleep 300 & sleep 300");
    let mut child = serve(&sandbox);
    let mut stdin = child.stdin.take().unwrap();
    lines::send(&mut stdin, &[lines::call("run_gates", &json!({}))]);
    while !sandbox.path("began").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the server goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(stdin);
    sandbox.assert_nothing_left();
}

/// What `status` says to a server that was started beside the project.
#[track_caller]
fn started_beside(sandbox: &Sandbox, project: &str) -> Value {
    let mut command = server(sandbox);
    command
        .current_dir(sandbox.beside("home"))
        .env("CLAUDE_PROJECT_DIR", project);
    let said = talk(command.spawn().unwrap(), &[lines::call("status", &json!({}))]);
    sandbox.assert_nothing_left();
    said["result"].clone()
}

#[test]
fn the_project_is_that_of_the_agent_where_the_directory_has_none() {
    let sandbox = planned();
    let found = started_beside(&sandbox, sandbox.project().to_str().unwrap());
    assert_eq!(found["isError"], false, "{found}");
    assert!(text(&found).contains("no session is open"), "{found}");
    let none = started_beside(&sandbox, sandbox.beside("tmp").to_str().unwrap());
    assert_eq!(none["isError"], true, "{none}");
}
