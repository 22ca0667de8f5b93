//! mypy and pyright, as sdd asks them, to the verdict.

use serde_json::json;

use crate::support::{Sandbox, test_tools};
use crate::tools_js_lint::{gate, places, says};

const PROJECT: &str = "[project]\nname = \"sample\"\nversion = \"1\"\n";
const TIDY: (&str, &str) = ("a.py", "def add(a: int, b: int) -> int:\n    return a + b\n");
const WRONG: (&str, &str) = ("b.py", "from a import add\n\nadd(\"x\", 1)\n");

/// A Python project with these settings of one tool, the pinned tools, and pyright from npm.
fn project(settings: &str, files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new().config(&json!({})).venv().programs(&["node"]);
    std::os::unix::fs::symlink(
        test_tools().join("npm/node_modules/.bin/pyright"),
        sandbox.beside("bin").join("pyright"),
    )
    .unwrap();
    files
        .iter()
        .fold(sandbox, |sandbox, (name, text)| sandbox.file(name, text))
        .file("pyproject.toml", format!("{PROJECT}{settings}"))
}

const MYPY: &str = "\n[tool.mypy]\nstrict = true\npretty = true\n";
const PYRIGHT: &str = "\n[tool.pyright]\nexclude = [\".venv\", \".session\"]\n";

#[test]
fn mypy_checks_what_is_there() {
    let found = gate(&project(MYPY, &[TIDY]), "type_checking", [], "passed");
    assert_eq!(found["steps"][0]["tool"], "mypy");
    assert_eq!(found["steps"][0]["tool_version"], "2.4.1");

    let found = gate(&project(MYPY, &[TIDY, WRONG]), "type_checking", [], "failed");
    assert_eq!(places(&found), ["arg-type b.py:3"]);
    assert_eq!(found["findings"][0]["column"], 5);

    let found = gate(
        &project(MYPY, &[("bad.py", "def f(:\n")]),
        "type_checking",
        [],
        "failed",
    );
    assert_eq!(places(&found)[0], "syntax bad.py:1");
}

#[test]
fn mypy_follows_its_settings_or_has_no_answer() {
    let only_a = "\n[tool.mypy]\nfiles = [\"a.py\"]\n";
    gate(&project(only_a, &[TIDY, WRONG]), "type_checking", [], "passed");

    let unknown = "\n[tool.mypy]\nstrictt = true\n";
    let found = gate(&project(unknown, &[TIDY]), "type_checking", [], "error");
    says(&found, &["does not understand its settings", "strictt"]);
    let plugin = "\n[tool.mypy]\nplugins = [\"no_such_plugin\"]\n";
    says(
        &gate(&project(plugin, &[TIDY]), "type_checking", [], "error"),
        &["no_such_plugin"],
    );
    let twice = [("one/conftest.py", ""), ("two/conftest.py", "")];
    says(
        &gate(&project(MYPY, &twice), "type_checking", [], "error"),
        &["Duplicate module"],
    );
}

#[test]
fn mypy_checks_each_unit_by_itself_with_the_settings_above_it() {
    let nested = "[project]\nname = \"api\"\nversion = \"1\"\n";
    let files = [
        ("api/pyproject.toml", nested),
        ("api/conftest.py", "def f(x): ...\n"),
        ("conftest.py", "X: int = 1\n"),
    ];
    let found = gate(&project(MYPY, &files), "type_checking", [], "failed");
    assert_eq!(places(&found), ["no-untyped-def api/conftest.py:1"]);
    assert_eq!(found["steps"][0]["verdict"], "passed");
    assert_eq!(found["steps"][1]["unit"], "api");
}

#[test]
fn nothing_to_check_is_no_pass() {
    let found = gate(
        &project(MYPY, &[("readme.txt", "x")]),
        "type_checking",
        [],
        "skipped",
    );
    says(&found, &["mypy found no Python files"]);
    let found = gate(
        &project(PYRIGHT, &[("readme.txt", "x")]),
        "type_checking",
        [],
        "skipped",
    );
    says(&found, &["pyright found no Python files"]);
    let found = gate(&project("", &[TIDY]), "type_checking", [], "skipped");
    says(&found, &["no type checker is configured"]);
}

#[test]
fn pyright_checks_what_is_there() {
    let found = gate(&project(PYRIGHT, &[TIDY]), "type_checking", [], "passed");
    assert_eq!(found["steps"][0]["tool"], "pyright");

    let found = gate(&project(PYRIGHT, &[TIDY, WRONG]), "type_checking", [], "failed");
    assert_eq!(places(&found), ["reportArgumentType b.py:3"]);
    assert_eq!(found["findings"][0]["column"], 5);
}

#[test]
fn pyright_finds_the_packages_of_the_projects_environment() {
    let uses = ("c.py", "import pytest\n\nprint(pytest.__version__)\n");
    gate(&project(PYRIGHT, &[uses]), "type_checking", [], "passed");
    let uses = ("c.py", "import no_such_module_of_that_name\n");
    let found = gate(&project(PYRIGHT, &[uses]), "type_checking", [], "failed");
    assert_eq!(places(&found), ["reportMissingImports c.py:1"]);
}

#[test]
fn pyright_follows_its_settings_or_has_no_answer() {
    let sloppy = "\n[tool.pyright]\ntypeCheckingMode = \"sloppy\"\n";
    let found = gate(&project(sloppy, &[TIDY]), "type_checking", [], "error");
    says(&found, &["does not follow its settings", "typeCheckingMode"]);

    let sandbox = project(PYRIGHT, &[TIDY]).config(
        &json!({"quality_gates": {"type_checking": {"commands": {"python": "pyright --no-such-option"}}}}),
    );
    says(
        &gate(&sandbox, "type_checking", [], "error"),
        &["Unexpected option"],
    );
}
