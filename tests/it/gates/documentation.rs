//! Whether what changed is told: real git, real ruff, real clippy.

use sdd::model::gate_id::GateId;
use sdd::model::verdict::Verdict;
use serde_json::{Value, json};

use super::{judged, work};
use crate::support::{Answer, Sandbox};

fn only(settings: &Value) -> Value {
    json!({"quality_gates": {"documentation": settings}})
}

const CHANGELOG: &str = "# Changes\n\n## 1.0\n\nAll of it.\n";

/// A repository in which only the changelog is asked for.
fn repository() -> Sandbox {
    Sandbox::new()
        .git()
        .file("a.txt", "a\n")
        .file("CHANGELOG.md", CHANGELOG)
        .config(&only(&json!({"check_docstrings": false})))
}

fn gate(answer: &Answer) -> Value {
    answer.json()["gates"][0].clone()
}

#[track_caller]
fn check(sandbox: &Sandbox, base: Option<&str>, verdict: Verdict, reason: &str) {
    let work = work(json!({}), base);
    let gate = judged(sandbox, GateId::Documentation, Some(&work));
    assert_eq!(gate.verdict, verdict, "{}", gate.reason);
    assert!(
        gate.reason.contains(reason),
        "{reason:?} is not in {:?}",
        gate.reason
    );
}

#[test]
fn commits_and_the_work_tree_since_the_session_began_count() {
    let sandbox = repository();
    let base = sandbox.commit("one");
    let since = format!("since the session began ({})", &base[..10]);
    check(
        &sandbox,
        Some(&base),
        Verdict::Skipped,
        &format!("nothing changed {since}"),
    );

    sandbox.rewrite("a.txt", "b\n");
    let silent = format!("changelog: CHANGELOG.md was not changed {since}, and 1 file was");
    check(&sandbox, Some(&base), Verdict::Failed, &silent);
    sandbox.commit("two");
    check(&sandbox, Some(&base), Verdict::Failed, &silent);

    sandbox.rewrite("CHANGELOG.md", format!("{CHANGELOG}\n## 1.1\n\nMore.\n"));
    let told = format!("CHANGELOG.md was changed {since}");
    check(&sandbox, Some(&base), Verdict::Passed, &told);
    // Two commits later it is as well told as it was: the commit before last is none of our business.
    sandbox.commit("three");
    sandbox.rewrite("a.txt", "c\n");
    sandbox.commit("four");
    check(&sandbox, Some(&base), Verdict::Passed, &told);
}

#[test]
fn a_base_commit_that_is_gone_is_no_answer() {
    let sandbox = repository();
    sandbox.commit("one");
    sandbox.rewrite("a.txt", "b\n");
    check(
        &sandbox,
        Some("0123456789012345678901234567890123456789"),
        Verdict::Error,
        "changelog: the commit 0123456789012345678901234567890123456789 is not in this repository",
    );
}

#[test]
fn without_a_session_changes_count_since_the_default_branch() {
    let sandbox = repository();
    sandbox.commit("one");
    sandbox.git_run(["checkout", "--quiet", "-b", "side"]);
    sandbox.rewrite("a.txt", "b\n");
    sandbox.commit("two");
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(1);
    let found = gate(&answer);
    assert!(
        found["reason"]
            .as_str()
            .unwrap()
            .contains("CHANGELOG.md was not changed since main ("),
        "{found:#}"
    );
    assert_eq!(found["findings"][0]["path"], "CHANGELOG.md");
    assert_eq!(found["findings"][0]["rule"], "changelog");
    sandbox.rewrite("CHANGELOG.md", "new\n");
    sandbox.sdd(["gate", "documentation"]).expect_code(0);
}

#[test]
fn an_optional_gate_informs_and_a_required_one_decides() {
    let with = |required: bool| {
        let rules = json!({"rules": [{"type": "file_exists", "path": "a.txt", "required": true}]});
        let sandbox = repository().config(&json!({"quality_gates": {
            "documentation": {"check_docstrings": false, "required": required}, "custom_validations": rules
        }}));
        sandbox.commit("one");
        sandbox.rewrite("a.txt", "b\n");
        sandbox.sdd(["gate"])
    };
    with(false).expect_code(0);
    with(true).expect_code(1);
}

#[test]
fn outside_of_git_nothing_is_known() {
    let sandbox = Sandbox::new().config(&only(&json!({"check_docstrings": false})));
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(3);
    let found = gate(&answer);
    assert_eq!(found["verdict"], "skipped");
    assert_eq!(
        found["reason"],
        "changelog: the project is in no git repository, so what changed is not known"
    );
}

#[test]
fn without_git_the_gate_says_so() {
    let sandbox = repository();
    sandbox.commit("one");
    let sandbox = sandbox.without("git");
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(3);
    assert_eq!(gate(&answer)["verdict"], "error");
    assert_eq!(
        gate(&answer)["reason"],
        "git is not installed, so what changed is not known"
    );
    // The doctor names it once.
    let doctor = sandbox.sdd(["doctor", "--format", "json"]);
    let tools = doctor.json()["tools"].clone();
    let named: Vec<&Value> = tools
        .as_array()
        .unwrap()
        .iter()
        .filter(|tool| tool["tool"] == "git")
        .collect();
    assert_eq!(named.len(), 1, "{tools:#}");
}

#[test]
fn a_list_that_is_longer_than_what_stays_in_memory_is_read() {
    let sandbox = repository();
    let base = sandbox.commit("one");
    let name = "a-file-with-a-name-of-some-length-so-that-the-list-is-long".repeat(3);
    for number in 0..4_000 {
        sandbox.rewrite(&format!("many/{name}-{number:05}"), "");
    }
    check(
        &sandbox,
        Some(&base),
        Verdict::Failed,
        "CHANGELOG.md was not changed since the session began",
    );
    let work = work(json!({}), Some(&base));
    let gate = judged(&sandbox, GateId::Documentation, Some(&work));
    assert!(gate.reason.contains("and 4000 files were"), "{}", gate.reason);
}

#[test]
fn what_the_session_itself_writes_changes_nothing() {
    let sandbox = repository();
    let base = sandbox.commit("one");
    sandbox.rewrite(".session/tracking/work_items.json", "{}\n");
    sandbox.rewrite(".session/briefings/session_001_briefing.md", "x\n");
    sandbox.rewrite(".session/specs/bug_x.md", "# Bug: X\n");
    check(&sandbox, Some(&base), Verdict::Skipped, "nothing changed");
}

#[test]
fn what_a_run_itself_leaves_behind_changes_nothing() {
    let sandbox = repository()
        .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"0\"\n")
        .file(
            "test_a.py",
            "import os\n\n\ndef test_a():\n    open('left-behind', 'w').close()\n",
        )
        .venv()
        .config(&json!({"quality_gates": {
            "documentation": {"check_docstrings": false}, "security": {"enabled": false},
            "test_execution": {"coverage_threshold": null}, "linting": {"auto_fix": true}
        }}));
    sandbox.commit("one");
    // Tests leave a file, the linter takes an import out, and sdd writes reports: all of it after the look.
    let answer = sandbox.sdd([
        "gate",
        "--format",
        "json",
        "--output",
        "junit=out.xml",
        "--output",
        "json=out.json",
    ]);
    answer.expect_code(0);
    let report: Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    let gates = report["gates"].as_array().unwrap();
    let documentation = gates.iter().find(|gate| gate["gate"] == "documentation").unwrap();
    assert_eq!(documentation["verdict"], "skipped", "{documentation:#}");
    assert!(sandbox.path("left-behind").exists() && !sandbox.read("test_a.py").contains("import os"));
}

#[test]
fn files_that_the_work_item_names_must_have_been_changed() {
    let sandbox = repository().file("docs/api.md", "x\n").config(&only(
        &json!({"check_docstrings": false, "check_changelog": false}),
    ));
    let base = sandbox.commit("one");
    let work = work(
        json!({"documentation": {"files": ["docs/api.md"], "readme": true}}),
        Some(&base),
    );
    sandbox.rewrite("a.txt", "b\n");
    let gate = judged(&sandbox, GateId::Documentation, Some(&work));
    assert_eq!(gate.verdict, Verdict::Failed);
    assert!(gate.reason.contains("there is no README"), "{}", gate.reason);
    assert!(
        gate.reason
            .contains("bug_x: docs/api.md: docs/api.md was not changed"),
        "{}",
        gate.reason
    );
    sandbox.rewrite("docs/api.md", "y\n");
    sandbox.rewrite("README.md", "# It\n");
    let gate = judged(&sandbox, GateId::Documentation, Some(&work));
    assert_eq!(gate.verdict, Verdict::Passed, "{}", gate.reason);
}

/// A Python project of which only docstrings are asked.
fn python(settings: Value) -> Sandbox {
    let mut settings = settings;
    settings["check_changelog"] = false.into();
    Sandbox::new()
        .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"0\"\n")
        .venv()
        .config(&only(&settings))
}

#[test]
fn what_is_public_in_python_needs_docstrings() {
    let sandbox = python(json!({}))
        .file(
            "app.py",
            "\"\"\"App.\"\"\"\n\n\ndef f():\n    return 1\n\n\ndef _g():\n    return 2\n",
        )
        .file("tests/test_app.py", "def test_f():\n    pass\n")
        .file("vendor/lib.py", "def v():\n    pass\n");
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(1);
    let found = gate(&answer);
    assert_eq!(found["reason"], "1 doc comment is missing or wrong");
    assert_eq!(found["metrics"]["findings"], 1);
    let finding = &found["findings"][0];
    assert_eq!(
        (
            finding["rule"].as_str(),
            finding["path"].as_str(),
            finding["line"].as_u64()
        ),
        (Some("D103"), Some("app.py"), Some(4))
    );
    assert_eq!(found["steps"][0]["tool"], "ruff-docstrings");
    assert_eq!(found["steps"][0]["tool_version"], "0.17.5");
    sandbox.rewrite(
        "app.py",
        "\"\"\"App.\"\"\"\n\n\ndef f():\n    \"\"\"Give one.\"\"\"\n    return 1\n",
    );
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(gate(&answer)["reason"], "no doc comment is missing");
}

#[test]
fn rules_of_pydocstyle_that_the_project_selects_are_asked_in_its_place() {
    let sandbox = python(json!({}))
        .file(
            "ruff.toml",
            "[lint]\nselect = [\"F\", \"D205\"]\n[lint.per-file-ignores]\n\"old/*\" = [\"D\"]\n",
        )
        .file(
            "app.py",
            "import os\n\n\ndef f():\n    \"\"\"Give one\n    or two.\n    \"\"\"\n",
        )
        .file(
            "old/a.py",
            "def f():\n    \"\"\"Give one\n    or two.\n    \"\"\"\n",
        );
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(1);
    let rules: Vec<String> = gate(&answer)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding["rule"].as_str().unwrap(),
                finding["path"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(rules, ["D205 app.py"]);
}

#[test]
fn without_ruff_the_check_is_skipped_where_it_is_optional_and_an_error_where_it_is_not() {
    let verdict = |required: bool| {
        let sandbox = Sandbox::new()
            .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"0\"\n")
            .file("app.py", "x = 1\n")
            .config(&only(&json!({"check_changelog": false, "required": required})));
        let gates = sandbox.sdd(["gate", "--format", "json"]).json()["gates"].clone();
        let gate = gates
            .as_array()
            .unwrap()
            .iter()
            .find(|gate| gate["gate"] == "documentation")
            .cloned();
        gate.unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(false), "skipped");
    assert_eq!(verdict(true), "error");
}

#[test]
fn rust_is_asked_where_the_crate_demands_doc_comments() {
    let sandbox = Sandbox::new()
        .rust()
        .file(
            "Cargo.toml",
            "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file("src/lib.rs", "//! A sample.\n\npub fn bare() {}\n")
        .config(&only(&json!({"check_changelog": false})));
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(3);
    assert_eq!(gate(&answer)["verdict"], "skipped");
    sandbox.rewrite(
        "src/lib.rs",
        "//! A sample.\n#![warn(missing_docs)]\n\npub fn bare() {}\n",
    );
    let answer = sandbox.sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(1);
    let found = gate(&answer);
    assert_eq!(found["findings"][0]["rule"], "missing_docs");
    assert_eq!(found["findings"][0]["line"], 4);
    sandbox.rewrite(
        "src/lib.rs",
        "//! A sample.\n#![warn(missing_docs)]\n\n/// Nothing.\npub fn bare() {}\n",
    );
    sandbox.sdd(["gate", "documentation"]).expect_code(0);
}

#[test]
fn a_language_without_a_check_says_so_and_takes_a_command() {
    let go = |settings: Value| {
        Sandbox::new()
            .file("go.mod", "module example.com/a\n\ngo 1.22\n")
            .config(&only(&settings))
    };
    let answer = go(json!({"check_changelog": false})).sdd(["gate", "documentation", "--format", "json"]);
    answer.expect_code(3);
    assert_eq!(
        gate(&answer)["reason"],
        "sdd has no check of doc comments for go; quality_gates.documentation.commands.go can name one"
    );
    go(json!({"check_changelog": false, "commands": {"go": "test -d ."}}))
        .sdd(["gate", "documentation"])
        .expect_code(0);
}
