//! Coverage: a number of this run, or no answer.

use serde_json::{Value, json};

use super::{Gates, check, hints, python};
use crate::support::Sandbox;

fn with_threshold(threshold: Value) -> Sandbox {
    python()
        .gates(&json!({"test_execution": {"coverage_threshold": threshold}}))
        .file(
            "pyproject.toml",
            "[project]\nname = \"calc\"\nversion = \"1\"\n[tool.coverage.run]\nsource = [\".\"]\nomit = [\"test_*\"]\n",
        )
}

#[test]
fn coverage_of_nothing_is_a_number_like_any_other() {
    let sandbox = with_threshold(json!(80))
        .venv()
        .file("test_calc.py", "def test_nothing():\n    assert True\n");
    let gate = check(&sandbox, "tests", 1, "failed", "coverage 0.0 % is below 80 %");
    assert_eq!(gate["metrics"]["coverage_percent"], 0.0);
    assert_eq!(gate["metrics"]["coverage_threshold"], 80.0);
    hints(&gate, "add tests for the lines named above");
    let sandbox = sandbox.gates(&json!({"test_execution": {"coverage_threshold": 0}}));
    check(&sandbox, "tests", 0, "passed", "coverage 0.0 %");
}

#[test]
fn a_hundredth_below_is_below() {
    // 10 000 statements, of which the body of the function is not run.
    let module = |body: usize| {
        format!(
            "{}def unused():\n{}",
            "x = 1\n".repeat(9_999 - body),
            "    y = 2\n".repeat(body)
        )
    };
    let sandbox = with_threshold(json!(80))
        .venv()
        .file("calc.py", module(2_001))
        .file(
            "test_calc.py",
            "import calc\n\n\ndef test_x():\n    assert calc.x == 1\n",
        );
    let gate = check(&sandbox, "tests", 1, "failed", "coverage 79.99 % is below 80 %");
    assert_eq!(gate["metrics"]["coverage_percent"], 79.99);
    sandbox.rewrite("calc.py", module(2_000));
    check(&sandbox, "tests", 0, "passed", "coverage 80.0 %");
}

#[test]
fn what_the_project_measures_is_not_widened() {
    // All of the package is missed; the tests, which a bare `--cov` would count too, are not.
    let sandbox = with_threshold(json!(80))
        .venv()
        .file("pyproject.toml", "[project]\nname = \"calc\"\nversion = \"1\"\n")
        .file("pkg/__init__.py", "")
        .file("pkg/a.py", "def a():\n    x = 1\n    y = 2\n    return x + y\n")
        .file(
            "test_a.py",
            format!(
                "import pkg.a\n\n\ndef test_a():\n{}    assert pkg.a\n",
                "    x = 1\n".repeat(60)
            ),
        );
    for (name, text) in [
        ("pytest.ini", "[pytest]\naddopts = --cov=pkg\n"),
        ("tox.ini", "[pytest]\naddopts = --cov=pkg\n"),
        ("setup.cfg", "[tool:pytest]\naddopts =\n    --cov=pkg\n"),
    ] {
        sandbox.rewrite(name, text);
        check(&sandbox, "tests", 1, "failed", "coverage 25.0 % is below 80 %");
        std::fs::remove_file(sandbox.path(name)).unwrap();
    }
    // A bare `--cov` keeps to the `source` of coverage's own settings.
    sandbox.rewrite(".coveragerc", "[run]\nsource = pkg\n");
    check(&sandbox, "tests", 1, "failed", "coverage 25.0 % is below 80 %");
}

#[test]
fn old_reports_in_the_project_are_not_read() {
    let great = r#"{"meta": {"format": 3}, "files": {}, "totals": {"covered_lines": 100, "num_statements": 100,
        "percent_covered": 100.0, "percent_covered_display": "100", "missing_lines": 0, "excluded_lines": 0}}"#;
    let green = r#"<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="1" failures="0" errors="0"
        skipped="0"><testcase classname="test_calc" name="test_add" time="0.1"/></testsuite></testsuites>"#;
    let sandbox = with_threshold(json!(80))
        .venv()
        .file("coverage.json", great)
        .file("junit.xml", green)
        .file("test_calc.py", "def test_nothing():\n    assert True\n");
    check(&sandbox, "tests", 1, "failed", "coverage 0.0 % is below 80 %");
    sandbox.rewrite("test_calc.py", "import os\n\n\ndef test_x():\n    os._exit(0)\n");
    check(&sandbox, "tests", 3, "error", "left no report");
    assert_eq!(
        sandbox.read("coverage.json"),
        great,
        "the project's own files are not touched"
    );
    assert_eq!(sandbox.read("junit.xml"), green);
    assert!(
        !sandbox.path(".coverage").exists(),
        "data goes to the run's directory"
    );
}

#[test]
fn a_report_that_is_no_report_is_no_answer() {
    // What runs last in pytest spoils the file that sdd is about to read.
    let spoil = |text: &str| {
        format!(
            "import atexit\nimport sys\n\nplace = [a for a in sys.argv if a.startswith('--cov-report=json:')][0].split(':', 1)[1]\n\
             atexit.register(lambda: open(place, 'w').write({text:?}))\n"
        )
    };
    let sandbox = with_threshold(json!(80)).venv();
    for text in [
        "",
        "{\"totals\": {\"percent_cov",
        "{}",
        "[]",
        "{\"totals\": {\"percent_covered\": \"great\"}}",
    ] {
        sandbox.rewrite("conftest.py", spoil(text));
        let gate = check(
            &sandbox,
            "tests",
            3,
            "error",
            "coverage.py left no report that can be used",
        );
        hints(&gate, "pytest-cov");
    }
}

#[test]
fn coverage_that_is_switched_off_is_no_answer() {
    let sandbox = with_threshold(json!(80))
        .venv()
        .file("pytest.ini", "[pytest]\naddopts = --no-cov\n");
    let gate = check(&sandbox, "tests", 3, "error", "coverage");
    hints(&gate, "--no-cov");
}

#[test]
fn without_pytest_cov_there_is_no_answer_and_the_way_to_it_is_named() {
    let sandbox = with_threshold(json!(80)).venv_lacking("pytest_cov");
    let gate = check(&sandbox, "tests", 3, "error", "unrecognized arguments: --cov");
    assert_eq!(gate["steps"][0]["exit_code"], 4);
    hints(&gate, "python -m pip install pytest-cov");
    // Where no coverage is asked for, nothing is missing.
    let sandbox = sandbox.gates(&json!({"test_execution": {"coverage_threshold": null}}));
    check(&sandbox, "tests", 0, "passed", "1 test passed");
}

#[test]
fn a_plugin_that_is_switched_off_is_not_to_be_installed() {
    let sandbox = with_threshold(json!(80))
        .venv()
        .file("pytest.ini", "[pytest]\naddopts = -p no:cov\n");
    let gate = check(&sandbox, "tests", 3, "error", "unrecognized arguments: --cov");
    hints(&gate, "switch pytest-cov off with `-p no:cov`");
}

trait Lacking {
    /// A virtual environment whose packages are the real ones without those whose name begins so.
    fn venv_lacking(self, package: &str) -> Self;
}

impl Lacking for Sandbox {
    fn venv_lacking(self, package: &str) -> Self {
        // The whole machinery of a virtual environment lives in its directory's layout: the marker, the link to
        // the interpreter, the packages.
        let real = self.venv_without(&[]);
        let venv = real.path(".venv");
        let tools = std::fs::canonicalize(venv.join("lib")).unwrap();
        std::fs::remove_file(venv.join("lib")).unwrap();
        let python = std::fs::read_dir(&tools)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .file_name();
        let packages = std::path::Path::new("lib").join(&python).join("site-packages");
        std::fs::create_dir_all(venv.join(&packages)).unwrap();
        for entry in std::fs::read_dir(tools.join(&python).join("site-packages")).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_string_lossy().starts_with(package) {
                let link = venv.join(&packages).join(entry.file_name());
                std::os::unix::fs::symlink(entry.path(), link).unwrap();
            }
        }
        // The script of the real one names the real one's interpreter.
        std::fs::remove_file(venv.join("bin/pytest")).unwrap();
        let script = format!(
            "#!{}\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n",
            venv.join("bin/python").display()
        );
        real.file(".venv/bin/pytest", script)
            .executable(".venv/bin/pytest")
    }
}

/// Making a file of the project a program.
pub(super) trait Executable {
    fn executable(self, inside: &str) -> Self;
}

impl Executable for Sandbox {
    fn executable(self, inside: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(self.path(inside), std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }
}
