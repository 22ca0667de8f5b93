//! The doctor proves that the hooks do their work.

use serde_json::Value;

use crate::support::Sandbox;

/// A project with the hooks in its settings, and with sdd on the PATH when it is meant to be.
fn installed() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sdd(["init", "--claude"]).expect_code(0);
    sandbox.fake("sdd", &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_sdd")))
}

/// What the doctor says of the hooks: the verdict and the reason of each check.
fn checks(sandbox: &Sandbox) -> Vec<(String, String, String)> {
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    let report = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| ["hooks", "stop hook"].contains(&check["check"].as_str().unwrap()))
        .map(|check| {
            if check["verdict"] == "failed" {
                assert_eq!(report["verdict"], "error");
                assert!(check["remedy"].is_string(), "{check:#}");
            }
            (
                text(&check["check"]),
                text(&check["verdict"]),
                text(&check["reason"]),
            )
        })
        .collect()
}

#[track_caller]
fn check(sandbox: &Sandbox, expect: &[(&str, &str, &str)]) {
    let found = checks(sandbox);
    assert_eq!(found.len(), expect.len(), "{found:?}");
    for ((check, verdict, reason), (name, outcome, said)) in found.iter().zip(expect) {
        assert_eq!((check.as_str(), verdict.as_str()), (*name, *outcome), "{reason}");
        assert!(reason.contains(said), "{said:?} is not in {reason:?}");
    }
    sandbox.assert_nothing_left();
}

#[test]
fn an_installation_that_works_is_proved() {
    check(
        &installed(),
        &[
            ("hooks", "passed", "all 6 are in .claude/settings.json"),
            ("stop hook", "passed", "a red project is blocked"),
        ],
    );
}

#[test]
fn nothing_is_said_where_there_is_no_such_agent() {
    let sandbox = Sandbox::new();
    sandbox.sdd(["init"]).expect_code(0);
    check(&sandbox, &[]);
    let sandbox = sandbox.file(".claude/settings.json", "{}");
    check(&sandbox, &[("hooks", "skipped", "sdd has no hooks")]);
}

#[test]
fn what_switches_the_gate_off_is_found() {
    let sandbox = installed().without("sdd");
    check(
        &sandbox,
        &[
            ("hooks", "passed", ""),
            ("stop hook", "failed", "sdd is not on PATH"),
        ],
    );
    let sandbox = installed().fake("sdd", "cat >/dev/null; exit 1");
    check(
        &sandbox,
        &[
            ("hooks", "passed", ""),
            ("stop hook", "failed", "it ended with exit code 1"),
        ],
    );
    let sandbox = installed().file(".claude/settings.local.json", "{\"disableAllHooks\": true}");
    check(&sandbox, &[("hooks", "failed", ".claude/settings.local.json")]);
    let sandbox = installed();
    sandbox.rewrite("../home/.claude/settings.json", "{\"disableAllHooks\": true}");
    check(&sandbox, &[("hooks", "failed", "home/.claude/settings.json")]);
    let sandbox = installed();
    sandbox.rewrite(".claude/settings.json", "{\"hooks\": {\"Stop\": ");
    check(&sandbox, &[("hooks", "failed", "settings.json:1:")]);
    let sandbox = installed();
    let gone = sandbox
        .read(".claude/settings.json")
        .replace("\"stop\"", "\"halt\"");
    sandbox.rewrite(".claude/settings.json", gone);
    check(
        &sandbox,
        &[("hooks", "failed", "not in .claude/settings.json: Stop")],
    );
}
