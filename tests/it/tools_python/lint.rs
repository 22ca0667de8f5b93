//! ruff and bandit.

use sdd::model::finding::Severity;
use sdd::tools::Reading;

use super::bench::{Run, places, project};

const LINTED: &str = "import os\n\n\ndef two():\n    unused = 1\n    return 2\n";

#[test]
fn ruff_finds_lint_and_changes_no_file_unless_it_is_to_fix() {
    let sandbox = project(&[("a.py", LINTED), ("ruff.toml", "fix = true\nfix-only = true\n")]);
    let answer = Run::new(&sandbox, "ruff").answer();
    assert_eq!(places(&answer), ["F401 a.py:1", "F841 a.py:5"]);
    let fixable: Vec<bool> = answer.findings.iter().map(|finding| finding.fixable).collect();
    assert_eq!(fixable, [true, false]);
    assert_eq!(sandbox.read("a.py"), LINTED, "a check changes no file");

    let answer = Run::new(&sandbox, "ruff")
        .args(&["--fix", "--unsafe-fixes", "."])
        .answer();
    assert_eq!(places(&answer), ["F401 a.py:1", "F841 a.py:5"]);
    assert_eq!(
        sandbox.read("a.py"),
        LINTED,
        "a check changes no file whatever the project's command says"
    );

    let answer = Run::new(&sandbox, "ruff").fixing().answer();
    assert_eq!(places(&answer), ["F841 a.py:4"]);
}

#[test]
fn ruff_reports_a_syntax_error_as_high_and_a_broken_configuration_as_no_answer() {
    let sandbox = project(&[("a.py", "def f(:\n")]);
    let answer = Run::new(&sandbox, "ruff").answer();
    assert_eq!(answer.findings[0].severity, Severity::High);

    let sandbox = project(&[("a.py", "x = 1\n"), ("ruff.toml", "[lint\n")]);
    let reading = Run::new(&sandbox, "ruff").read();
    assert!(matches!(reading, Reading::Broken(_)), "{reading:?}");
}

#[test]
fn ruff_format_lists_files_and_changes_them_only_when_it_is_to_fix() {
    let ugly = "x  =  1\n";
    let sandbox = project(&[("a b.py", ugly), ("b.py", "x = 1\n")]);
    let answer = Run::new(&sandbox, "ruff-format").answer();
    assert_eq!(places(&answer), ["unformatted a b.py:1"]);
    let answer = Run::new(&sandbox, "ruff-format").args(&["."]).answer();
    assert_eq!(places(&answer), ["unformatted a b.py:1"]);
    assert_eq!(sandbox.read("a b.py"), ugly, "a check changes no file");

    let answer = Run::new(&sandbox, "ruff-format").fixing().answer();
    assert_eq!(answer.metrics["files_reformatted"], 1);
    assert_eq!(sandbox.read("a b.py"), "x = 1\n");
    assert_eq!(places(&Run::new(&sandbox, "ruff-format").answer()), [""; 0]);
}

#[test]
fn a_tree_without_python_is_nothing_to_check() {
    let sandbox = project(&[]);
    for tool in ["ruff", "ruff-format"] {
        // The project's own file counts for ruff, which also looks at pyproject.toml.
        let reading = Run::new(&sandbox, tool)
            .args(&["--exclude", "pyproject.toml", "."])
            .read();
        assert!(matches!(reading, Reading::Nothing(_)), "{tool}: {reading:?}");
    }
    let reading = Run::new(&sandbox, "bandit").read();
    assert!(matches!(reading, Reading::Nothing(_)), "{reading:?}");
}

#[test]
fn bandit_looks_at_the_projects_code_and_not_at_its_environment() {
    let sandbox = project(&[
        (
            "app.py",
            "import subprocess\n\nsubprocess.call(input(), shell=True)\n",
        ),
        ("src/venv_tools.py", "eval('1')\n"),
        ("node_modules/x/y.py", "eval('1')\n"),
        (".gitignore", "build/\n"),
        ("build/lib/z.py", "eval('1')\n"),
        ("dist/z.py", "eval('1')\n"),
        ("broken.py", "def f(:\n"),
    ]);
    let answer = Run::new(&sandbox, "bandit").answer();
    assert_eq!(
        places(&answer),
        [
            "B404 app.py:1",
            "B602 app.py:3",
            "B307 dist/z.py:1",
            "B307 src/venv_tools.py:1",
            "not-scanned broken.py"
        ]
    );
}

#[test]
fn bandit_reads_its_section_of_pyproject() {
    let sandbox = project(&[
        (
            "pyproject.toml",
            "[project]\nname = \"x\"\n\n[tool.bandit]\nskips = [\"B307\"]\n",
        ),
        ("app.py", "eval('1')\n"),
    ]);
    assert_eq!(places(&Run::new(&sandbox, "bandit").answer()), [""; 0]);
}
