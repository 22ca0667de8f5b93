//! pytest with pytest-cov.

use sdd::tools::{Answer, Coverage, Reading, TestCounts};

use super::bench::{Run, places, project};

const APP: (&str, &str) = (
    "app.py",
    "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n",
);

const TESTS: (&str, &str) = (
    "tests/test_app.py",
    "import pytest\n\nimport app\n\n\nclass TestAdd:\n    def test_add(self):\n        assert app.add(1, 2) == 3\n\n    \
     def test_wrong(self):\n        assert app.add(1, 2) == 4\n\n\n@pytest.mark.parametrize('x', ['a b', '<é>'])\ndef test_each(x):\n    \
     assert x == 'a b'\n\n\n@pytest.mark.skip\ndef test_skipped():\n    pass\n\n\n@pytest.mark.xfail\ndef test_expected():\n    \
     assert False\n\n\n@pytest.fixture\ndef broken():\n    raise RuntimeError('no')\n\n\ndef test_broken(broken):\n    pass\n",
);

#[track_caller]
fn check_percent(answer: &Answer, expect: f64) {
    match answer.coverage {
        Some(Coverage::Measured(found)) => assert!((found.percent - expect).abs() < 0.01, "{found:?}"),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn counts_failures_and_coverage_come_from_the_run() {
    let sandbox = project(&[
        APP,
        TESTS,
        ("conftest.py", ""),
        (
            ".coveragerc",
            "[run]\nsource = .\nomit =\n    tests/*\n    conftest.py\n    .venv/*\n",
        ),
    ]);
    let answer = Run::new(&sandbox, "pytest").coverage().answer();
    assert_eq!(
        answer.tests,
        Some(TestCounts {
            passed: 2,
            failed: 2,
            errors: 1,
            skipped: 1,
            expected_failures: 1,
        })
    );
    assert_eq!(
        places(&answer),
        [
            "tests/test_app.py::TestAdd::test_wrong tests/test_app.py:11",
            "tests/test_app.py::test_each[<\\xe9>] tests/test_app.py:16",
            "tests/test_app.py::test_broken tests/test_app.py:31",
        ]
    );
    check_percent(&answer, 75.0);
    for left in ["coverage.json", ".coverage", "junit.xml"] {
        assert!(
            !sandbox.path(left).exists(),
            "{left} must not land in the project"
        );
    }
}

#[test]
fn the_projects_own_options_are_kept_and_its_report_does_not_land_in_the_project() {
    let sandbox = project(&[APP, TESTS, ("conftest.py", "")]);
    let answer = Run::new(&sandbox, "pytest")
        .args(&[
            "-k",
            "test_add and not wrong",
            "--cov=app",
            "--cov-report=json",
            "--junitxml=here.xml",
            "tests",
        ])
        .coverage()
        .answer();
    assert_eq!(
        answer.tests.map(|tests| (tests.passed, tests.ran())),
        Some((1, 1))
    );
    check_percent(&answer, 75.0);
    for left in ["coverage.json", "here.xml"] {
        assert!(
            !sandbox.path(left).exists(),
            "{left} must not land in the project"
        );
    }
}

#[test]
fn coverage_below_the_projects_own_limit_is_a_finding() {
    let sandbox = project(&[
        APP,
        (
            "test_app.py",
            "import app\n\n\ndef test_add():\n    assert app.add(1, 2) == 3\n",
        ),
        (
            "pyproject.toml",
            "[project]\nname = \"x\"\n\n[tool.coverage.report]\nfail_under = 99\n\n[tool.pytest.ini_options]\naddopts = \"--cov=app\"\n",
        ),
    ]);
    let answer = Run::new(&sandbox, "pytest").coverage().answer();
    assert_eq!(places(&answer), ["coverage.py fail_under -"]);
    check_percent(&answer, 75.0);
}

#[track_caller]
fn check_broken(test: &str, expect: &str) {
    let sandbox = project(&[("test_a.py", test)]);
    match Run::new(&sandbox, "pytest").read() {
        Reading::Broken(broken) => assert!(broken.reason.contains(expect), "{}", broken.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_that_ends_without_a_verdict_is_no_answer() {
    check_broken(
        "import os\n\n\ndef test_a():\n    os._exit(0)\n",
        "it was not written",
    );
    check_broken("def test_a():\n    raise KeyboardInterrupt\n", "interrupted");
    check_broken(
        "import pytest\n\n\ndef test_a():\n    pytest.exit('x', returncode=0)\n",
        "before all tests had run",
    );
}

#[test]
fn no_tests_are_nothing_and_a_file_that_cannot_be_collected_is_a_failure() {
    let sandbox = project(&[APP]);
    let reading = Run::new(&sandbox, "pytest").read();
    assert!(matches!(reading, Reading::Nothing(_)), "{reading:?}");

    let sandbox = project(&[("test_a.py", "import no_module_of_that_name\n")]);
    assert_eq!(
        places(&Run::new(&sandbox, "pytest").answer()),
        ["test_a.py test_a.py:1"]
    );
}

#[test]
fn a_missing_plugin_is_named() {
    let sandbox = project(&[("test_a.py", "def test_a():\n    pass\n")]);
    match Run::new(&sandbox, "pytest").args(&["-n", "2"]).read() {
        Reading::Broken(broken) => {
            assert_eq!(
                broken.hint.as_deref(),
                Some("-n needs pytest-xdist: python -m pip install pytest-xdist")
            );
        }
        other => panic!("{other:?}"),
    }
}
