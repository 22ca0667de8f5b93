//! cargo test and cargo-nextest.

use sdd::tools::{Applies, Reading, TestCounts};

use super::bench::{Run, package, places};
use crate::support::Sandbox;

const PASSING: &str = "\
pub fn two() -> u32 {
    2
}

#[test]
fn good() {
    assert_eq!(two(), 2);
}

#[test]
#[ignore]
fn slow() {}
";

const FAILING: &str = "
#[test]
fn bad() {
    assert_eq!(two(), 3);
}
";

fn counts(passed: u64, failed: u64, errors: u64, skipped: u64) -> TestCounts {
    TestCounts {
        passed,
        failed,
        errors,
        skipped,
        ..TestCounts::default()
    }
}

#[track_caller]
fn check(tool: &str, sandbox: &Sandbox, expect: TestCounts, findings: &[&str]) {
    let answer = Run::new(sandbox, tool).answer();
    assert_eq!(answer.tests, Some(expect), "{tool}");
    assert_eq!(places(&answer), findings, "{tool}");
}

#[test]
fn passing_tests_are_counted() {
    let sandbox = package(PASSING);
    check("cargo-test", &sandbox, counts(1, 0, 0, 1), &[]);
    check("cargo-nextest", &sandbox, counts(1, 0, 0, 1), &[]);
}

#[test]
fn a_failed_test_is_found_at_its_line() {
    let sandbox = package(&format!("{PASSING}{FAILING}"));
    check("cargo-test", &sandbox, counts(1, 1, 0, 1), &["bad src/lib.rs:16"]);
    check(
        "cargo-nextest",
        &sandbox,
        counts(1, 1, 0, 1),
        &["sample bad src/lib.rs:16"],
    );
}

#[test]
fn code_that_does_not_compile_is_found_at_its_line() {
    let sandbox = package("pub fn two() -> u32 {\n    \"two\"\n}\n");
    check(
        "cargo-test",
        &sandbox,
        counts(0, 0, 1, 0),
        &["E0308 src/lib.rs:2"],
    );
    check(
        "cargo-nextest",
        &sandbox,
        counts(0, 0, 1, 0),
        &["E0308 src/lib.rs:2"],
    );
}

#[test]
fn every_member_of_a_workspace_is_tested() {
    let sandbox = package(PASSING)
        .file(
            "Cargo.toml",
            "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\nmembers = [\"other\"]\n",
        )
        .file(
            "other/Cargo.toml",
            "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        )
        .file("other/src/lib.rs", format!("{PASSING}{FAILING}"));
    check(
        "cargo-test",
        &sandbox,
        counts(2, 1, 0, 2),
        &["bad other/src/lib.rs:16"],
    );
    check(
        "cargo-nextest",
        &sandbox,
        counts(2, 1, 0, 2),
        &["other bad other/src/lib.rs:16"],
    );
}

#[test]
fn a_test_that_aborts_is_no_pass() {
    let sandbox = package(PASSING).file(
        "tests/abort.rs",
        "#[test]\nfn aborts() {\n    std::process::abort();\n}\n",
    );
    check("cargo-test", &sandbox, counts(1, 0, 1, 1), &["--test abort -"]);
    check(
        "cargo-nextest",
        &sandbox,
        counts(1, 1, 0, 1),
        &["sample::abort aborts -"],
    );
}

#[test]
fn a_test_that_ends_its_program_is_no_pass() {
    let sandbox = package(PASSING).file(
        "tests/exit.rs",
        "#[test]\nfn leaves() {\n    std::process::exit(0);\n}\n",
    );
    let Reading::Broken(broken) = Run::new(&sandbox, "cargo-test").read() else {
        panic!("a program that ended early has an answer");
    };
    assert!(
        broken.reason.contains("ended before their tests did"),
        "{}",
        broken.reason
    );
}

#[test]
fn no_tests_are_no_answer_and_no_failure() {
    let sandbox = package("pub fn two() -> u32 {\n    2\n}\n");
    for tool in ["cargo-test", "cargo-nextest"] {
        assert_eq!(
            Run::new(&sandbox, tool).read(),
            Reading::Nothing("there are no tests".to_owned()),
            "{tool}"
        );
    }
}

#[test]
fn a_report_that_the_project_sends_elsewhere_is_made_up_for() {
    let sandbox = package(&format!("{PASSING}{FAILING}"))
        .file(".config/nextest.toml", "[profile.ci.junit]\npath = \"own.xml\"\n");
    let answer = Run::new(&sandbox, "cargo-nextest")
        .args(&["--no-fail-fast", "--profile", "ci"])
        .answer();
    assert_eq!(answer.tests, Some(counts(1, 1, 0, 1)));
    assert_eq!(places(&answer), ["sample bad src/lib.rs:16"]);
    let own = sandbox.path("target/nextest/ci/own.xml");
    assert!(own.is_file(), "the project's own report must still be written");
}

#[test]
fn a_flaky_test_is_named() {
    let sandbox = package(PASSING)
        .file(
            "tests/flaky.rs",
            concat!(
                "#[test]\nfn sometimes() {\n    let flag = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/flag\");\n",
                "    if !std::path::Path::new(flag).exists() {\n        std::fs::write(flag, \"\").unwrap();\n",
                "        panic!();\n    }\n}\n",
            ),
        )
        .file(".config/nextest.toml", "[profile.default]\nretries = 1\n");
    let run = Run::new(&sandbox, "cargo-nextest");
    assert_eq!(run.applies(), Applies::Yes(".config/nextest.toml".to_owned()));
    let answer = run.answer();
    assert_eq!(answer.tests, Some(counts(2, 0, 0, 1)));
    assert_eq!(
        answer.warnings,
        ["flaky, passed only when tried again: sample::flaky sometimes"]
    );
}
