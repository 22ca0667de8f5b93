//! Secrets, and texts that only look like them, in what tools report: read as it came, shown and stored without.

use serde_json::json;

use super::{Gates, check, places, python};
use crate::support::Sandbox;

const HEADER: &str = "-----BEGIN PRIVATE KEY-----";

#[test]
fn the_header_of_a_key_in_a_tools_words_is_read() {
    let code = format!("def check(pem):\n    assert pem.startswith(\"{HEADER}\")\n");
    let sandbox = python().venv().file("keys.py", code);
    let gate = check(&sandbox, "security", 0, "passed", "all milder than high");
    assert!(places(&gate).contains(&"B101 keys.py:2".to_owned()), "{gate:#}");

    let code = format!("KEY = \"{HEADER}\".encode(\"utf-8\")\n");
    let sandbox = python()
        .venv()
        .file("ruff.toml", "[lint]\nselect = [\"UP\"]\nunfixable = [\"UP\"]\n")
        .file("keys.py", code);
    let gate = check(&sandbox, "linting", 1, "failed", "1 finding");
    assert_eq!(places(&gate), ["UP012 keys.py:1"]);
}

/// A command whose stdout is a SARIF report with this message.
fn sarif(message: &str) -> Sandbox {
    let report = json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "own", "rules": [{"id": "K1"}]}},
        "results": [{"ruleId": "K1", "level": "error", "message": {"text": message},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "calc.py"},
                                                "region": {"startLine": 1}}}]}]}]});
    python().file("report.sarif", report.to_string()).gates(&json!({
        "linting": {"commands": {"python": {
            "command": {"shell": "cat report.sarif; cat report.sarif >&2; exit 1"},
            "sarif": "-",
        }}}
    }))
}

#[track_caller]
fn stored(sandbox: &Sandbox) -> String {
    fn walk(dir: &std::path::Path, out: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else {
                out.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut out = String::new();
    walk(&sandbox.path(".session/runs"), &mut out);
    walk(&sandbox.path(".session/reports"), &mut out);
    out
}

#[test]
fn what_is_read_raw_is_shown_and_stored_without_secrets() {
    let sandbox =
        sarif(&format!("\"{HEADER}\" and \"t0ken-of-mine\" stand here")).env("API_TOKEN", "t0ken-of-mine");
    let gate = check(&sandbox, "linting", 1, "failed", "1 finding");
    assert_eq!(
        gate["findings"][0]["message"],
        format!("\"{HEADER}\" and \"[redacted:API_TOKEN]\" stand here")
    );
    let stored = stored(&sandbox);
    assert!(!stored.contains("t0ken-of-mine") && stored.contains("[redacted:API_TOKEN]"));
}

#[test]
fn secrets_that_compose_reads_from_its_env_file_are_kept_out_as_well() {
    let sandbox = sarif("t0ken-of-mine and plain-text stand here").file(
        ".env",
        "DB_PASSWORD='t0ken-of-mine' # of the database\nSTAGE=plain-text\n",
    );
    let gate = check(&sandbox, "linting", 1, "failed", "1 finding");
    assert_eq!(
        gate["findings"][0]["message"],
        "[redacted:DB_PASSWORD] and plain-text stand here"
    );
    assert!(!stored(&sandbox).contains("t0ken-of-mine"));
}

#[test]
fn a_secret_where_a_message_is_cut_is_not_shown_in_part() {
    let message = format!("{}t0ken-of-mine", "x ".repeat(1_996));
    let sandbox = sarif(&message).env("API_TOKEN", "t0ken-of-mine");
    let gate = check(&sandbox, "linting", 1, "failed", "1 finding");
    let shown = gate["findings"][0]["message"].as_str().unwrap();
    assert!(shown.starts_with("x x ") && !shown.contains("t0ken"), "{shown}");
}

#[test]
fn a_secret_that_is_a_word_of_reports_breaks_nothing() {
    for word in [
        "results", "filename", "testcase", "ruleId", "message", "findings", "region",
    ] {
        let sandbox = sarif("a message")
            .env("API_TOKEN", word)
            .env("MY_SECRET", "linting");
        let gate = check(&sandbox, "linting", 1, "failed", "1 finding");
        assert_eq!(places(&gate), ["K1 calc.py:1"], "{word}");
    }
}

#[test]
fn a_tools_own_files_keep_no_secret() {
    let code =
        "import subprocess\n\n\ndef run(text):\n    subprocess.call(\"t0ken-of-mine \" + text, shell=True)\n";
    let sandbox = python()
        .venv()
        .file("danger.py", code)
        .env("API_TOKEN", "t0ken-of-mine");
    check(&sandbox, "security", 1, "failed", "severity high or worse");
    let stored = stored(&sandbox);
    assert!(
        stored.contains("B602") && stored.contains("[redacted:API_TOKEN]"),
        "{stored}"
    );
    assert!(!stored.contains("t0ken-of-mine"), "{stored}");
}
