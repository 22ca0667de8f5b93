//! The tools of a project: there, missing, behind launchers, of several languages.

use serde_json::json;

use super::{demo, remedy, set_up, tool};
use crate::support::Sandbox;

#[test]
fn a_project_with_all_its_tools_is_ready() {
    let sandbox = demo();
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    let document = answer.json();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["kind"], "doctor");
    assert_eq!(document["verdict"], "passed");
    let pins =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/requirements.txt")).unwrap();
    for (name, gates) in [("ruff", 3), ("pytest", 1), ("bandit", 1)] {
        let tool = tool(&answer, name);
        let pin = format!("{name}=={}", tool["version"].as_str().unwrap_or_default());
        assert!(pins.lines().any(|line| line == pin), "{tool}");
        assert_eq!(tool["verdict"], "passed");
        let path = sandbox.path(".venv/bin").canonicalize().unwrap().join(name);
        let said = std::path::PathBuf::from(tool["path"].as_str().unwrap());
        assert_eq!(said.canonicalize().unwrap(), path.canonicalize().unwrap());
        assert_eq!(tool["used_by"].as_array().unwrap().len(), gates, "{tool}");
        assert_eq!(remedy(&tool), [""; 0]);
    }
    assert_eq!(tool(&answer, "git")["used_by"], json!([]));
    assert!(tool(&answer, "git")["version"].is_string());
    sandbox.assert_nothing_left();
}

#[test]
fn a_missing_tool_that_decides_leaves_the_project_not_ready() {
    let sandbox = set_up(
        Sandbox::new()
            .git()
            .tree("templates/demo")
            .venv_without(&["pytest"]),
    );
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    assert_eq!(answer.json()["verdict"], "error");
    let pytest = tool(&answer, "pytest");
    assert_eq!(pytest["verdict"], "error");
    assert_eq!(pytest["required"], true);
    assert_eq!(pytest["path"], json!(null));
    assert_eq!(
        remedy(&pytest)[0],
        ".venv/bin/python -m pip install pytest pytest-cov"
    );
    assert!(remedy(&pytest).last().unwrap().starts_with("see https://"));
    let first = &answer.json()["tools"][0];
    assert_eq!(first["tool"], "pytest", "what is missing comes first");

    let people = sandbox.sdd(["doctor"]);
    people.expect_code(3);
    assert!(people.stdout.contains("NOT READY"), "{}", people.stdout);
    let agent = sandbox.sdd(["doctor", "--format", "agent"]);
    agent.expect_code(3);
    assert!(
        agent.stdout.starts_with("sdd doctor: not ready"),
        "{}",
        agent.stdout
    );
    let last = agent.stdout.lines().last().unwrap();
    assert_eq!(last, "next: .venv/bin/python -m pip install pytest pytest-cov");
    assert!(agent.stdout.len() < 8000);
}

#[test]
fn a_missing_tool_of_an_optional_gate_is_shown_and_decides_nothing() {
    let sandbox = set_up(
        Sandbox::new()
            .git()
            .tree("templates/demo")
            .venv_without(&["ruff"]),
    );
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(answer.json()["verdict"], "passed");
    let ruff = tool(&answer, "ruff");
    assert_eq!(
        (&ruff["verdict"], &ruff["required"]),
        (&json!("skipped"), &json!(false))
    );
    assert_eq!(remedy(&ruff)[0], ".venv/bin/python -m pip install ruff");
    assert!(sandbox.sdd(["doctor"]).stdout.contains("ruff is not installed"));
}

#[test]
fn the_doctor_agrees_with_the_gates() {
    for (missing, code) in [("pytest", 3), ("bandit", 3), ("ruff", 0)] {
        let sandbox = set_up(
            Sandbox::new()
                .git()
                .tree("templates/demo")
                .venv_without(&[missing]),
        );
        sandbox.sdd(["doctor"]).expect_code(code);
        sandbox.sdd(["gate"]).expect_code(code);
    }
}

#[test]
fn a_launcher_that_could_install_is_not_run() {
    let sandbox = Sandbox::new()
        .tree("templates/demo")
        .file("uv.lock", "version = 1\n")
        .fake("uv", "echo \"$@\" >> \"$SANDBOX/asked\"\necho uv 0.9.9");
    let sandbox = set_up(sandbox);
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    let asked = std::fs::read_to_string(sandbox.beside("asked")).unwrap();
    assert_eq!(asked, "--version\n");
    assert_eq!(tool(&answer, "uv")["version"], "0.9.9");
    let pytest = tool(&answer, "pytest");
    assert_eq!(
        pytest["verdict"], "skipped",
        "nobody looked, so it is not there for sure"
    );
    assert!(pytest["reason"].as_str().unwrap().contains("uv run"), "{pytest}");
}

#[test]
fn without_the_launcher_of_the_lock_file_both_are_missing() {
    let sandbox = set_up(
        Sandbox::new()
            .tree("templates/demo")
            .file("uv.lock", "version = 1\n"),
    );
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    assert_eq!(tool(&answer, "uv")["required"], true);
    assert_eq!(
        remedy(&tool(&answer, "pytest"))[0],
        "uv add --dev pytest pytest-cov"
    );
}

#[test]
fn a_tool_behind_python_m_is_asked_through_it() {
    let sandbox = demo().config(&json!({"quality_gates": {
        "test_execution": {"commands": {"python": ".venv/bin/python -m pytest -q"}}
    }}));
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    let pytest = tool(&answer, "pytest");
    assert_eq!(pytest["verdict"], "passed");
    assert!(pytest["version"].as_str().unwrap().starts_with("9."), "{pytest}");
    assert!(
        tool(&answer, "python")["version"]
            .as_str()
            .unwrap()
            .starts_with("3.")
    );
}

#[test]
fn the_tools_of_rust_are_asked_through_cargo() {
    let sandbox = Sandbox::new()
        .rust()
        .file(
            "Cargo.toml",
            "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        )
        .file("src/lib.rs", "")
        .file(".config/nextest.toml", "");
    let sandbox = set_up(sandbox);
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    for name in ["cargo", "clippy", "rustfmt", "cargo-nextest"] {
        let tool = tool(&answer, name);
        assert_eq!(tool["verdict"], "passed", "{tool}");
        assert!(tool["version"].is_string(), "{tool}");
    }
    let clippy = tool(&answer, "clippy");
    assert!(
        clippy["path"].as_str().unwrap().ends_with("/cargo-clippy"),
        "{clippy}"
    );
    sandbox.assert_no_process_left();
}

#[test]
fn the_tools_of_go_are_asked_for_what_they_can_say() {
    let sandbox = Sandbox::new()
        .go()
        .file("go.mod", "module example.com/sample\n\ngo 1.22\n")
        .file("two.go", "package sample\n")
        .config(&json!({"quality_gates": {"formatting": {"required": true}}}));
    let answer = sandbox.sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    for (name, gates) in [("go", 4), ("gofmt", 1), ("govulncheck", 1)] {
        let tool = tool(&answer, name);
        assert_eq!(tool["verdict"], "passed", "{tool}");
        assert_eq!(tool["used_by"].as_array().unwrap().len(), gates, "{tool}");
        assert_eq!(remedy(&tool), [""; 0], "{tool}");
        let path = tool["path"].as_str().unwrap();
        assert!(path.ends_with(&format!("/{name}")), "{tool}");
    }
    assert_eq!(
        tool(&answer, "gofmt")["version"],
        tool(&answer, "go")["version"],
        "gofmt has no option for it and comes with Go"
    );
    // What its own `-h` tells about is how to use it.
    let govulncheck = tool(&answer, "govulncheck");
    assert_eq!(govulncheck["version"], json!(null), "{govulncheck}");
    sandbox.assert_no_process_left();
}

#[test]
fn a_missing_component_of_rust_is_told_from_missing_rust() {
    let rust = || {
        Sandbox::new()
            .rust()
            .file(
                "Cargo.toml",
                "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
            )
            .file("src/lib.rs", "")
            .config(&json!({"quality_gates": {"linting": {"required": true}}}))
    };
    let answer = rust()
        .env("CARGO_HOME", "/nowhere")
        .without("cargo-clippy")
        .sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    assert_eq!(remedy(&tool(&answer, "clippy"))[0], "rustup component add clippy");
    let answer = rust()
        .env("CARGO_HOME", "/nowhere")
        .without("cargo")
        .sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    let cargo = tool(&answer, "cargo");
    assert_eq!(cargo["reason"], "cargo is not installed");
    assert!(remedy(&cargo).last().unwrap().contains("rustup.rs"), "{cargo}");
}

#[test]
fn what_the_doctor_learns_the_gates_need_not_ask_again() {
    let sandbox = demo();
    sandbox.sdd(["doctor"]).expect_code(0);
    let known = sandbox.read(".session/runs/tool-versions.json");
    for name in ["ruff ", "ruff-format ", "pytest ", "bandit "] {
        assert!(known.contains(&format!("\"{name}")), "{name}\n{known}");
    }
    sandbox.sdd(["gate", "linting"]).expect_code(0);
    assert_eq!(sandbox.read(".session/runs/tool-versions.json"), known);
}

#[test]
fn coverage_wants_its_plugin_and_pytest_says_whether_it_has_it() {
    let answer = demo().sdd(["doctor", "--format", "json"]);
    let plugin = tool(&answer, "pytest-cov");
    assert_eq!(
        (&plugin["verdict"], &plugin["version"]),
        (&json!("passed"), &json!("7.1.0"))
    );
    // The real pytest, told to leave its plugins out.
    let without = |settings: &serde_json::Value| {
        let venv = Sandbox::new()
            .config(settings)
            .git()
            .tree("templates/demo")
            .venv_without(&["pytest"]);
        let real = crate::support::test_tools().join("venv/bin/python");
        let script = format!(
            "export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1\nexec {} -m pytest \"$@\"",
            real.display()
        );
        set_up(venv.fake("pytest", &script))
    };
    let answer = without(&json!({})).sdd(["doctor", "--format", "json"]);
    answer.expect_code(3);
    let plugin = tool(&answer, "pytest-cov");
    assert_eq!(
        (&plugin["verdict"], &plugin["required"]),
        (&json!("error"), &json!(true))
    );
    assert_eq!(remedy(&plugin)[0], ".venv/bin/python -m pip install pytest-cov");
    assert_eq!(tool(&answer, "pytest")["verdict"], "passed");
    let unmeasured = json!({"quality_gates": {"test_execution": {"coverage_threshold": null}}});
    without(&unmeasured).sdd(["doctor"]).expect_code(0);
}

#[test]
fn a_tool_of_several_units_is_told_once() {
    let crate_of =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let sandbox = Sandbox::new()
        .rust()
        .venv()
        .file("a/Cargo.toml", crate_of("a"))
        .file("a/src/lib.rs", "")
        .file("b/Cargo.toml", crate_of("b"))
        .file("b/src/lib.rs", "")
        .file("c/pyproject.toml", "[project]\nname = \"c\"\nversion = \"1\"\n")
        .file("c/c.py", "")
        .file("d/pyproject.toml", "[project]\nname = \"d\"\nversion = \"1\"\n")
        .file("d/d.py", "");
    let answer = set_up(sandbox).sdd(["doctor", "--format", "json"]);
    answer.expect_code(0);
    for (name, units) in [("clippy", ["a", "b"]), ("ruff", ["c", "d"])] {
        let found = tool(&answer, name);
        for unit in units {
            let uses = found["used_by"].as_array().unwrap();
            assert!(uses.iter().any(|of| of["unit"] == unit), "{found}");
        }
    }
}
