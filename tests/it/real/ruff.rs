//! ruff: findings, fixes, and configurations that it cannot read.

use serde_json::json;

use super::{Gates, check, hints, judge, places, python, sources};
use crate::support::Sandbox;

/// One import too many, which a fix takes away, an undefined name, which none does, and odd layout.
const UNTIDY: &str = "import os\n\nx = {  'a':1 }\nprint(y)\n";
const FIXED: &str = "x = {\"a\": 1}\nprint(y)\n";

fn untidy() -> Sandbox {
    python().venv().file("pkg/untidy.py", UNTIDY)
}

#[track_caller]
fn check_unchanged(sandbox: &Sandbox, arguments: &[&str]) {
    let before = sources(sandbox);
    for gate in ["linting", "formatting"] {
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(["gate", gate, "--format", "json"]).args(arguments);
        let answer = sandbox.start_command(command).wait();
        let reason = if gate == "linting" {
            "2 findings"
        } else {
            "1 file is not formatted"
        };
        let report = judge(sandbox, &answer, gate, 1, "failed", reason);
        assert_eq!(report["changed_files"], json!([]));
        assert_eq!(report["steps"].as_array().unwrap().len(), 1);
    }
    assert!(before == sources(sandbox), "a check changed a file");
}

#[test]
fn a_check_changes_no_file() {
    check_unchanged(&untidy(), &["--no-fix"]);
    check_unchanged(&untidy().env("CI", "true"), &[]);
    let auto_fix = |on: bool| json!({"linting": {"auto_fix": on}, "formatting": {"auto_fix": on}});
    check_unchanged(&untidy().gates(&auto_fix(false)), &[]);
    // `fix = true` in the project's own configuration is overruled as well.
    check_unchanged(
        &untidy().file("ruff.toml", "fix = true\nunsafe-fixes = true\n"),
        &["--no-fix"],
    );
    // And so is a configured command that asks for it.
    let commands = json!({"linting": {"commands": {"python": "ruff check --fix ."}},
                          "formatting": {"commands": {"python": "ruff format ."}}});
    check_unchanged(&untidy().gates(&commands), &["--no-fix"]);
}

#[test]
fn findings_say_what_where_and_what_can_be_fixed() {
    let sandbox = untidy();
    let answer = sandbox.sdd(["gate", "linting", "--no-fix", "--format", "json"]);
    let gate = judge(&sandbox, &answer, "linting", 1, "failed", "2 findings");
    let mut found = places(&gate);
    found.sort();
    assert_eq!(found, ["F401 pkg/untidy.py:1", "F821 pkg/untidy.py:4"]);
    let fixable = gate["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["rule"] == "F401")
        .unwrap();
    assert_eq!(fixable["fixable"], true);
    hints(&gate, "sdd gate linting --fix");
}

#[test]
fn a_fix_is_reported_and_what_is_left_still_fails() {
    let sandbox = untidy();
    let answer = sandbox.sdd(["gate", "linting", "formatting", "--fix", "--format", "json"]);
    let linting = judge(&sandbox, &answer, "linting", 1, "failed", "1 finding");
    let formatting = judge(
        &sandbox,
        &answer,
        "formatting",
        1,
        "passed",
        "every file is formatted",
    );
    assert_eq!(sandbox.read("pkg/untidy.py"), FIXED);
    assert_eq!(linting["changed_files"], json!(["pkg/untidy.py"]));
    assert_eq!(formatting["changed_files"], json!(["pkg/untidy.py"]));
    assert_eq!(places(&linting), ["F821 pkg/untidy.py:2"]);
    sandbox.rewrite("pkg/untidy.py", "import os\n");
    let gate = check(&sandbox, "linting", 0, "passed", "no findings");
    assert_eq!(gate["changed_files"], json!(["pkg/untidy.py"]));
    let human = untidy().sdd(["gate", "linting"]);
    assert!(human.stdout.contains("pkg/untidy.py"), "{}", human.stdout);
}

#[test]
fn fix_overrules_the_settings_and_ci() {
    let sandbox = untidy()
        .env("CI", "true")
        .gates(&json!({"linting": {"auto_fix": false}}));
    let answer = sandbox.sdd(["gate", "linting", "--fix", "--format", "json"]);
    judge(&sandbox, &answer, "linting", 1, "failed", "1 finding");
    assert!(!sandbox.read("pkg/untidy.py").contains("import os"));
}

#[test]
fn a_broken_configuration_has_no_answer() {
    let sandbox = python()
        .venv()
        .file("ruff.toml", "[lint]\nselect = [\"NOSUCHRULE\"]\n");
    for gate in ["linting", "formatting"] {
        let report = check(&sandbox, gate, 3, "error", "ruff.toml");
        assert_eq!(report["steps"][0]["exit_code"], 2);
    }
    sandbox.rewrite("ruff.toml", "[lint\n");
    let gate = check(&sandbox, "linting", 3, "error", "ruff.toml");
    let tail = gate["steps"][0]["output_tail"].to_string();
    assert!(
        tail.contains("unclosed table") && !tail.contains("DEBUG"),
        "{tail}"
    );
    // The gate is optional in `sdd complete`, and its report still says that it could not look.
    let answer = sandbox.sdd(["complete", "--format", "json"]);
    judge(&sandbox, &answer, "linting", 0, "error", "ruff.toml");
}

#[test]
fn a_file_that_cannot_be_parsed_is_a_finding() {
    let sandbox = python().venv().file("broken.py", "def f(:\n");
    let gate = check(&sandbox, "linting", 1, "failed", "finding");
    assert!(places(&gate)[0].ends_with(" broken.py:1"), "{:?}", places(&gate));
    let gate = check(&sandbox, "formatting", 1, "failed", "1 file");
    assert_eq!(gate["findings"][0]["path"], "broken.py");
    let message = gate["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("Expected a parameter"), "{message}");
    assert_eq!(sandbox.read("broken.py"), "def f(:\n");
}

#[track_caller]
fn check_nothing_looked_at(sandbox: &Sandbox, arguments: &[&str]) {
    for gate in ["linting", "formatting"] {
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(["gate", gate, "--format", "json"]).args(arguments);
        let answer = sandbox.start_command(command).wait();
        judge(sandbox, &answer, gate, 3, "skipped", "no Python files");
    }
}

#[test]
fn where_no_file_is_looked_at_nothing_passes() {
    let excluded = || python().venv().file("ruff.toml", "extend-exclude = [\"*.py\"]\n");
    check_nothing_looked_at(&excluded(), &["--no-fix"]);
    check_nothing_looked_at(&excluded(), &["--fix"]);
    let empty = || {
        Sandbox::new()
            .file("pyproject.toml", "[project]\nname = \"calc\"\nversion = \"1\"\n")
            .config(&json!({}))
            .venv()
    };
    check_nothing_looked_at(&empty(), &["--no-fix"]);
    check_nothing_looked_at(&empty(), &["--fix"]);
}

#[test]
fn names_that_are_not_plain_are_reported_as_they_are() {
    let sandbox = python().venv().file("ünï cöde/a b.py", "import os\n");
    let answer = sandbox.sdd(["gate", "linting", "--no-fix", "--format", "json"]);
    let gate = judge(&sandbox, &answer, "linting", 1, "failed", "1 finding");
    assert_eq!(places(&gate), ["F401 ünï cöde/a b.py:1"]);
}

#[test]
fn what_git_tracks_is_looked_at_although_it_is_ignored() {
    let sandbox = python()
        .git()
        .venv()
        .file(
            "pyproject.toml",
            "[project]\nname = \"x\"\n\n[tool.ruff]\nextend-exclude = [\"copied\"]\n",
        )
        .file(
            ".gitignore",
            ".venv/\n__pycache__/\n.session/runs/\ngenerated/\ncopied/\n",
        )
        .file("pkg/generated/-kept.py", UNTIDY)
        .file("pkg/generated/gone.py", UNTIDY)
        .file("pkg/generated/untracked.py", UNTIDY)
        .file("pkg/copied/other.py", UNTIDY)
        .file("nested/setup.py", "")
        .file("nested/generated/own.py", "")
        .gates(&json!({"linting": {"auto_fix": false}, "formatting": {"auto_fix": false}}));
    for file in ["generated/-kept.py", "generated/gone.py", "copied/other.py"] {
        sandbox
            .git_run(["add", "-f", &format!("pkg/{file}")])
            .expect_code(0);
    }
    sandbox.git_run(["add", "-f", "nested"]).expect_code(0);
    std::fs::remove_file(sandbox.path("pkg/generated/gone.py")).unwrap();
    let found = ["F401 pkg/generated/-kept.py:1", "F821 pkg/generated/-kept.py:4"];
    let linting = check(&sandbox, "linting", 1, "failed", "2 findings");
    assert_eq!(places(&linting), found);
    let formatting = check(&sandbox, "formatting", 1, "failed", "1 file is not formatted");
    assert_eq!(formatting["findings"][0]["path"], "pkg/generated/-kept.py");
}
