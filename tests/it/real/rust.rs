//! A small crate with the real toolchain.

use serde_json::{Value, json};

use super::{Gates, check, hints, judge, places, sources};
use crate::support::Sandbox;

const GREEN: &str = "pub fn one() -> u8 {\n    1\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn is_one() {\n        \
                     assert_eq!(super::one(), 1);\n    }\n}\n";

fn with(source: &str) -> Sandbox {
    Sandbox::new()
        .rust()
        .file(
            "Cargo.toml",
            "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file(
            "Cargo.lock",
            "version = 3\n\n[[package]]\nname = \"sample\"\nversion = \"0.1.0\"\n",
        )
        .file("src/lib.rs", source)
        .config(&json!({}))
}

#[test]
fn a_crate_in_order_passes() {
    let sandbox = with(GREEN);
    let answer = sandbox.sdd(["gate", "tests", "linting", "formatting", "--format", "json"]);
    let tests = judge(&sandbox, &answer, "tests", 0, "passed", "1 tests passed");
    assert_eq!(tests["metrics"]["coverage_percent"], Value::Null);
    judge(&sandbox, &answer, "linting", 0, "passed", "no findings");
    judge(
        &sandbox,
        &answer,
        "formatting",
        0,
        "passed",
        "every file is formatted",
    );
}

#[test]
fn a_failing_test_is_named() {
    let gate = check(
        &with(&GREEN.replace("one(), 1", "one(), 2")),
        "tests",
        1,
        "failed",
        "1 test failed",
    );
    assert!(places(&gate)[0].contains("src/lib.rs:9"), "{:?}", places(&gate));
    hints(&gate, "Mend the failing tests");
}

#[test]
fn a_crate_without_tests_is_skipped() {
    check(
        &with("pub fn one() -> u8 {\n    1\n}\n"),
        "tests",
        3,
        "skipped",
        "no tests",
    );
}

#[test]
fn code_that_does_not_compile_fails_and_is_named() {
    let sandbox = with(&GREEN.replace("    1\n}", "    \"one\"\n}"));
    for gate in ["tests", "linting"] {
        let report = check(&sandbox, gate, 1, "failed", "");
        assert!(
            places(&report)[0].contains("src/lib.rs:2"),
            "{:?}",
            places(&report)
        );
    }
}

#[test]
fn lint_findings_fail_and_a_check_changes_nothing() {
    let sandbox = with("pub fn one() -> u8 {\n    return 1;\n}\n");
    let before = sources(&sandbox);
    let answer = sandbox.sdd(["gate", "linting", "--no-fix", "--format", "json"]);
    let gate = judge(&sandbox, &answer, "linting", 1, "failed", "1 finding");
    assert_eq!(places(&gate), ["clippy::needless_return src/lib.rs:2"]);
    assert!(before == sources(&sandbox));
}

#[test]
fn layout_is_checked_and_mended_when_asked() {
    let sandbox = with("pub fn one()->u8{1}\n");
    let before = sources(&sandbox);
    let answer = sandbox.sdd(["gate", "formatting", "--no-fix", "--format", "json"]);
    let gate = judge(
        &sandbox,
        &answer,
        "formatting",
        1,
        "failed",
        "1 file is not formatted",
    );
    assert_eq!(gate["findings"][0]["path"], "src/lib.rs");
    hints(&gate, "sdd gate formatting --fix");
    assert!(before == sources(&sandbox));
    let answer = sandbox.sdd(["gate", "formatting", "--fix", "--format", "json"]);
    let gate = judge(
        &sandbox,
        &answer,
        "formatting",
        0,
        "passed",
        "every file is formatted",
    );
    assert_eq!(gate["changed_files"], json!(["src/lib.rs"]));
    assert_eq!(sandbox.read("src/lib.rs"), "pub fn one() -> u8 {\n    1\n}\n");
}

#[test]
fn an_audit_without_a_database_has_no_answer() {
    // Nothing listens on this port of this machine, and no other machine is asked.
    let command = "cargo audit --db db --no-yanked --url https://127.0.0.1:1/db.git";
    let sandbox = with(GREEN).gates(&json!({"security": {"commands": {"rust": command}}}));
    let gate = check(
        &sandbox,
        "security",
        3,
        "error",
        "couldn't fetch advisory database",
    );
    assert!(gate["remediation"].as_array().unwrap().len() > 1, "{gate:#}");
}
