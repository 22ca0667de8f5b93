//! `sdd report` and `sdd report history`.

use serde_json::{Value, json};

use super::{LATEST, check, failing, fixture, project, sdd, with_fixture};

#[test]
fn the_last_report_is_shown_again_as_it_was() {
    let sandbox = failing();
    let first = sdd(&sandbox, "gate custom --no-progress");
    first.expect_code(1);
    let before = sandbox.read(LATEST);
    let again = sdd(&sandbox, "report");
    again.expect_code(0);
    assert_eq!(again.stdout, first.stdout);
    check(&sandbox, "report --exit-code", 1, "");
    let document = sdd(&sandbox, "report --format json");
    assert_eq!(document.json(), serde_json::from_str::<Value>(&before).unwrap());
    assert_eq!(sandbox.read(LATEST), before);
}

#[test]
fn a_run_and_a_session_can_be_named() {
    let sandbox = failing();
    sdd(&sandbox, "gate custom").expect_code(1);
    let old = sdd(&sandbox, "report --format json").json();
    let id = old["run_id"].as_str().unwrap();
    sandbox.rewrite("nowhere", "x");
    sdd(&sandbox, "gate custom").expect_code(0);
    let shown = sdd(&sandbox, &format!("report --run {id} --format json --exit-code"));
    shown.expect_code(1);
    assert_eq!(shown.json(), old);
    check(&sandbox, "report --exit-code", 0, "");

    let mut third = old.clone();
    third["session"] = json!(3);
    third["run_id"] = json!("of-session-3");
    sandbox.rewrite(".session/reports/session_003.json", third.to_string());
    assert_eq!(sdd(&sandbox, "report --session 3 --format json").json(), third);
    assert_eq!(
        sdd(&sandbox, "report --run of-session-3 --format json").json(),
        third
    );
    check(&sandbox, "report --session 4", 4, "of sessions: 3; of runs: ");
    check(
        &sandbox,
        "report --run ../../reports/latest",
        4,
        "there is no report of run",
    );
    check(&sandbox, "report --session 3 --run x", 2, "cannot be used with");
    check(&sandbox, "report --session x", 2, "invalid value");
    check(
        &sandbox,
        "report --session 3 history",
        2,
        "are for showing one report",
    );
}

#[test]
fn without_a_report_there_is_nothing_to_show() {
    for words in ["report", "report --session 1", "report history"] {
        check(&project(), words, 4, "sdd complete writes one");
    }
    let nowhere = crate::support::Sandbox::new();
    check(&nowhere, "report", 4, "no .session/");
}

#[test]
fn what_is_no_report_of_this_version_is_refused_and_kept() {
    let whole = format!("{:#}\n", fixture());
    let with = |name: &str, value: Value| {
        let mut report = fixture();
        report[name] = value;
        format!("{report:#}\n")
    };
    for (text, said) in [
        (
            with("schema_version", json!(2)),
            "latest.json:2:21: schema_version is 2",
        ),
        (
            with("kind", json!("bench")),
            "latest.json:3:11: this is a \"bench\"",
        ),
        (
            with("verdict", json!("\u{1b}[32mgreat")),
            "unknown variant `great`",
        ),
        (with("verdict", json!("passed")), "the report contradicts itself"),
        (whole[..whole.len() / 2].to_owned(), "latest.json:"),
        (String::new(), "latest.json:1:1: the file is empty"),
        ("[]".to_owned(), "latest.json:1:1: expected an object"),
        ("{}".to_owned(), "latest.json:1:1: this is no report of gates"),
    ] {
        let sandbox = project().file(LATEST, &text);
        let answer = sdd(&sandbox, "report --format github");
        answer.expect_code(2);
        assert!(answer.stderr.contains(said), "{said}: {}", answer.stderr);
        assert!(
            !answer.stderr.contains('\u{1b}') && answer.stdout.is_empty(),
            "{}",
            answer.stderr
        );
        assert_eq!(sandbox.read(LATEST), text);
    }
}

#[test]
fn a_report_of_an_older_version_is_shown() {
    let mut report = fixture();
    for name in ["rerun", "warnings", "summary", "sdd_version", "project", "git"] {
        report.as_object_mut().unwrap().remove(name);
    }
    for gate in report["gates"].as_array_mut().unwrap() {
        for name in ["findings_total", "metrics", "changed_files", "warnings"] {
            gate.as_object_mut().unwrap().remove(name);
        }
    }
    let sandbox = project().file(LATEST, report.to_string());
    let answer = sdd(&sandbox, "report");
    answer.expect_code(0);
    assert!(answer.stdout.contains("NO VERDICT"), "{}", answer.stdout);
}

#[test]
fn a_hand_edited_report_controls_no_terminal() {
    let mut report = fixture();
    report["rerun"] = json!("\u{1b}]0;title\u{7}sdd complete\n::set-output name=x::y");
    report["gates"][1]["reason"] = json!("a\u{1b}[2Jb\r\u{202e}c");
    let sandbox = project().file(LATEST, report.to_string());
    let answer = sdd(&sandbox, "report");
    answer.expect_code(0);
    assert!(
        !answer.stdout.contains(['\u{1b}', '\r', '\u{202e}']),
        "{}",
        answer.stdout
    );
    assert!(
        answer
            .stdout
            .contains("rerun: sdd complete\\n::set-output name=x::y"),
        "{}",
        answer.stdout
    );
}

#[test]
fn a_report_is_never_written_over_by_showing_it() {
    let sandbox = with_fixture();
    let before = sandbox.read(LATEST);
    std::os::unix::fs::symlink(sandbox.path(LATEST), sandbox.path("link")).unwrap();
    sandbox.rewrite("copy.json", &before);
    check(
        &sandbox,
        "report merge copy.json --output copy.json",
        2,
        "names a file that is read",
    );
    for words in [
        "report --output .session/reports/latest.json",
        "report --output junit=link",
        "report merge .session/reports/latest.json --output link",
    ] {
        check(&sandbox, words, 2, "files that sdd or git keeps");
        assert_eq!(sandbox.read(LATEST), before, "{words}");
    }
    let answer = sdd(&sandbox, "report --output json=/dev/full");
    answer.expect_code(3);
    assert_eq!(
        answer.stdout, "",
        "nothing is shown when a file could not be written"
    );
}

#[test]
fn the_history_has_a_line_a_run() {
    let sandbox = failing();
    sdd(&sandbox, "gate custom").expect_code(1);
    sandbox.rewrite("nowhere", "x");
    sdd(&sandbox, "gate custom").expect_code(0);
    sandbox.rewrite(".session/reports/session_001.json", "{\n  \"kind\": ");
    let history = sdd(&sandbox, "report history");
    history.expect_code(0);
    let lines: Vec<&str> = history.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", history.stdout);
    assert!(
        lines[0].contains("Z  passed      ") && lines[0].contains("  gate  ✓custom  "),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].contains("Z  failed      ") && lines[1].contains("  gate  ✗custom  "),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("cannot be read: .session/reports/session_001.json: "),
        "{}",
        lines[2]
    );

    let document = sdd(&sandbox, "report history --format json --limit 1").json();
    assert_eq!(
        (&document["kind"], &document["total"]),
        (&json!("report_history"), &json!(2))
    );
    assert_eq!(document["runs"].as_array().unwrap().len(), 1);
    assert_eq!(document["runs"][0]["verdict"], "passed");
    assert_eq!(
        document["unreadable"][0]["file"],
        ".session/reports/session_001.json"
    );
    check(
        &sandbox,
        "report history --format junit",
        2,
        "this command has no format",
    );
    check(&sandbox, "report history --limit 0", 2, "invalid value");
}
