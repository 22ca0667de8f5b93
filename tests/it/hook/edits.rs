//! Edits and commits: feedback on one file, policy, and commits that would skip their hooks.

use std::path::Path;

use serde_json::{Value, json};

use super::{hook, message, payload, project, reason, silent, with};
use crate::support::Sandbox;

fn python() -> Sandbox {
    Sandbox::new()
        .git()
        .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n")
        .file("pkg/a.py", "import os\nx   =  1\n")
        .file("pkg/b.py", "import sys\n")
        .config(&json!({}))
        .venv()
}

fn edit(sandbox: &Sandbox, path: &Path) -> Value {
    with(
        payload(sandbox, "post-edit"),
        &json!({"tool_input": {"file_path": path, "old_string": "a"}}),
    )
}

#[test]
fn the_formatter_and_the_linter_look_at_the_edited_file_alone() {
    let sandbox = python();
    let before = sandbox.read("pkg/a.py");
    let answer = hook(
        &sandbox,
        &["post-edit"],
        &edit(&sandbox, &sandbox.path("pkg/a.py")),
    );
    let said = reason(&answer);
    assert!(
        said.starts_with("sdd: pkg/a.py: formatting and linting found something\n"),
        "{said}"
    );
    assert!(said.contains("pkg/a.py:1 F401 "), "{said}");
    assert!(!said.contains("b.py"), "{said}");
    assert_eq!(sandbox.read("pkg/a.py"), before, "nothing is rewritten");
    sandbox.rewrite("pkg/a.py", "x = 1\n");
    silent(&hook(
        &sandbox,
        &["post-edit"],
        &edit(&sandbox, &sandbox.path("pkg/a.py")),
    ));
    assert!(!sandbox.path(".session/runs/tool-versions.json").exists());
    sandbox.assert_nothing_left();
}

/// What is said of a file with a fault in it, and that nothing is said of another one.
#[track_caller]
fn check_one(sandbox: &Sandbox, path: &str, said: &[&str]) {
    let budget = ["post-edit", "--budget", "60"];
    let before = sandbox.read(path);
    let feedback = reason(&hook(sandbox, &budget, &edit(sandbox, &sandbox.path(path))));
    for word in said {
        assert!(feedback.contains(word), "{word:?} is not in:\n{feedback}");
    }
    assert!(!feedback.contains("other"), "{feedback}");
    assert_eq!(sandbox.read(path), before, "nothing is rewritten");
    sandbox.assert_nothing_left();
}

#[test]
fn tools_of_other_languages_are_asked_about_one_file_as_well() {
    let prettier = crate::tools_js_lint::project(&[
        (".prettierrc", "semi: true\n"),
        (
            "eslint.config.mjs",
            "export default [{ rules: { \"no-var\": \"error\" } }];\n",
        ),
        ("src/a.js", "var  a=1\n"),
        ("src/other.js", "var  b=1\n"),
    ]);
    check_one(
        &prettier,
        "src/a.js",
        &[
            "src/a.js unformatted",
            "src/a.js:1 no-var",
            "sdd gate formatting linting --fix",
        ],
    );

    let biome = crate::tools_js_lint::project(&[
        ("biome.json", "{}\n"),
        ("src/a.js", "if (a == 1)  {}\n"),
        ("src/other.js", "if (b == 1)  {}\n"),
    ]);
    check_one(&biome, "src/a.js", &["src/a.js", "unformatted", "noDoubleEquals"]);

    let ugly = "package sample\n\nvar   X = 1\n";
    let go = Sandbox::new()
        .go()
        .config(&json!({}))
        .file("go.mod", "module example.com/sample\n\ngo 1.22\n")
        .file("a.go", ugly)
        .file("other.go", ugly.replace('X', "Y"));
    check_one(
        &go,
        "a.go",
        &[
            "sdd: a.go: formatting found something",
            "sdd gate formatting --fix",
        ],
    );

    let rust = Sandbox::new()
        .rust()
        .config(&json!({}))
        .file(
            "Cargo.toml",
            "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file("src/lib.rs", "pub mod other;\npub fn  a() {}\n")
        .file("src/other.rs", "pub fn  b() {}\n");
    check_one(
        &rust,
        "src/lib.rs",
        &["sdd: src/lib.rs: formatting found something"],
    );
}

#[test]
fn what_the_project_leaves_out_and_what_is_outside_is_nobodys_business() {
    let sandbox = python().file("ruff.toml", "extend-exclude = [\"pkg/b.py\"]\n");
    let outside = sandbox.beside("home").join("c.py");
    super::write(&outside, b"import os\n");
    for path in [
        sandbox.path("pkg/b.py"),
        outside,
        sandbox.path("pkg/none.py"),
        sandbox.path("pkg"),
        sandbox.path("pyproject.toml"),
    ] {
        silent(&hook(&sandbox, &["post-edit"], &edit(&sandbox, &path)));
    }
    silent(&hook(
        &sandbox,
        &["post-edit"],
        &with(payload(&sandbox, "post-edit"), &json!({"tool_input": {}})),
    ));
}

#[test]
fn a_tool_that_is_missing_or_slow_is_left_to_the_gates() {
    let sandbox = python();
    std::fs::remove_file(sandbox.path(".venv")).unwrap();
    silent(&hook(
        &sandbox,
        &["post-edit"],
        &edit(&sandbox, &sandbox.path("pkg/a.py")),
    ));
    let sandbox = sandbox.fake("ruff", "exec sleep 60");
    let answer = hook(
        &sandbox,
        &["post-edit", "--budget", "1"],
        &edit(&sandbox, &sandbox.path("pkg/a.py")),
    );
    silent(&answer);
    assert!(answer.elapsed.as_secs() < 11, "{:?}", answer.elapsed);
    sandbox.assert_nothing_left();
}

#[test]
fn an_edit_of_what_gates_ask_is_told() {
    let sandbox = python();
    let config = sandbox.path(".session/config.json");
    let said = message(&hook(&sandbox, &["post-edit"], &edit(&sandbox, &config)));
    assert_eq!(
        said,
        "sdd: .session/config.json was edited, which says what the gates ask"
    );
    let sandbox = sandbox.file(".github/workflows/ci.yml", "on: push\n");
    let workflow = sandbox.path(".github/workflows/ci.yml");
    assert!(message(&hook(&sandbox, &["post-edit"], &edit(&sandbox, &workflow))).contains("ci.yml"));
    // Whoever breaks the settings learns it at once.
    sandbox.rewrite(".session/config.json", "{\"quality_gates\": }");
    let said = reason(&hook(&sandbox, &["post-edit"], &edit(&sandbox, &config)));
    assert!(said.contains(".session/config.json:1:"), "{said}");
}

#[test]
fn policy_that_was_changed_in_any_way_is_told_at_the_stop() {
    let sandbox = project();
    sandbox.commit("First");
    let sandbox = sandbox.file(".github/workflows/ci.yml", "on: push\n");
    let stop = payload(&sandbox, "stop");
    let said = message(&hook(&sandbox, &["stop"], &stop));
    assert_eq!(
        said,
        "sdd: the gates passed, and what they ask was changed in: .github/workflows/ci.yml"
    );
    // Once.
    silent(&hook(&sandbox, &["stop"], &stop));
    sandbox.rewrite("src/a.txt", "TODO\n");
    let said = reason(&hook(&sandbox, &["stop"], &stop));
    assert!(
        said.contains("The policy of the gates was changed in: .github/workflows/ci.yml\n"),
        "{said}"
    );
}

#[test]
fn a_commit_of_changed_policy_is_told_once() {
    let sandbox = project();
    sandbox.commit("First");
    let commit = payload(&sandbox, "pre-commit");
    silent(&hook(&sandbox, &["pre-commit"], &commit));
    let sandbox = sandbox.file(".github/workflows/ci.yml", "on: push\n");
    let said = message(&hook(&sandbox, &["pre-commit"], &commit));
    assert_eq!(
        said,
        "sdd: what the gates ask was changed in: .github/workflows/ci.yml"
    );
    silent(&hook(&sandbox, &["pre-commit"], &commit));
}

#[test]
fn commits_that_skip_hooks_are_denied_with_a_reason() {
    let sandbox = project();
    sandbox.commit("First");
    for (command, denied) in [
        ("git commit --no-verify -m x", Some("--no-verify")),
        ("cd src && env A=b git -C .. commit -anm 'x'", Some("--no-verify")),
        (
            "git -c core.hooksPath=/dev/null commit -m x",
            Some("core.hooksPath"),
        ),
        ("git commit -m '-n'", None),
        (
            "git commit -m \"$(cat <<'EOF'\nDon't use --no-verify\nEOF\n)\"",
            None,
        ),
        ("ls -n", None),
    ] {
        let call = with(
            payload(&sandbox, "pre-commit"),
            &json!({"tool_input": {"command": command}}),
        );
        let answer = hook(&sandbox, &["pre-commit"], &call);
        match denied {
            None => silent(&answer),
            Some(word) => {
                let specific = &answer.json()["hookSpecificOutput"];
                assert_eq!(specific["permissionDecision"], "deny");
                let said = specific["permissionDecisionReason"].as_str().unwrap();
                assert!(said.contains(word), "{command}: {said}");
            }
        }
    }
}
