//! clippy, rustfmt and cargo-audit.

use sdd::model::finding::Severity;
use sdd::tools::{Applies, Reading};

use super::bench::{Run, package, places};

const LINTED: &str = "\
pub fn two() -> u32 {
    return 2;
}

#[cfg(test)]
mod tests {
    #[test]
    fn empty() {
        let list: Vec<u8> = Vec::new();
        assert!(list.len() == 0);
    }
}
";

#[test]
fn clippy_finds_lints_in_code_and_tests_and_fixes_them() {
    let sandbox = package(LINTED);
    let answer = Run::new(&sandbox, "clippy").answer();
    assert_eq!(
        places(&answer),
        [
            "clippy::needless_return src/lib.rs:2",
            "clippy::len_zero src/lib.rs:10"
        ]
    );
    assert!(answer.findings.iter().all(|finding| finding.fixable));
    assert_eq!(sandbox.read("src/lib.rs"), LINTED, "a check changes no file");

    let fixed = Run::new(&sandbox, "clippy").fixing().answer();
    assert_eq!(places(&fixed), [""; 0]);
    assert!(sandbox.read("src/lib.rs").contains("assert!(list.is_empty());"));
    assert_eq!(places(&Run::new(&sandbox, "clippy").answer()), [""; 0]);
}

#[test]
fn clippy_reports_denied_lints_and_broken_code_as_high() {
    let sandbox = package(LINTED);
    let denied = Run::new(&sandbox, "clippy")
        .args(&["--lib", "--", "-D", "warnings"])
        .answer();
    assert_eq!(places(&denied), ["clippy::needless_return src/lib.rs:2"]);
    assert_eq!(denied.findings[0].severity, Severity::High);

    let broken = package("pub fn two() -> u32 {\n    \"two\"\n}\n");
    assert_eq!(
        places(&Run::new(&broken, "clippy").answer()),
        ["E0308 src/lib.rs:2"]
    );
}

#[test]
fn cargo_check_finds_errors_in_code_and_tests_and_passes_over_warnings() {
    let warned = "pub fn two() -> u32 {\n    let unused = 1;\n    2\n}\n";
    let sandbox = package(warned);
    assert_eq!(places(&Run::new(&sandbox, "cargo-check").answer()), [""; 0]);

    sandbox.rewrite(
        "src/lib.rs",
        "pub fn two() -> u32 {\n    \"two\"\n}\n\n#[test]\nfn good() {\n    missing();\n}\n",
    );
    let answer = Run::new(&sandbox, "cargo-check").answer();
    assert_eq!(places(&answer), ["E0308 src/lib.rs:2", "E0425 src/lib.rs:7"]);
    assert_eq!(answer.findings[0].severity, Severity::High);
}

#[test]
fn a_broken_manifest_gives_no_answer() {
    let sandbox = package(LINTED).file("Cargo.toml", "[package\n");
    for tool in ["clippy", "cargo-check", "rustfmt", "cargo-test", "cargo-nextest"] {
        let reading = Run::new(&sandbox, tool).read();
        assert!(matches!(reading, Reading::Broken(_)), "{tool}: {reading:?}");
    }
}

#[test]
fn rustfmt_finds_files_and_formats_them() {
    let ugly = "mod other;\npub fn  two( ) -> u32 { other::TWO }\n";
    let sandbox = package(ugly).file("src/other.rs", "pub const TWO: u32 = 2;\n");
    let answer = Run::new(&sandbox, "rustfmt").answer();
    assert_eq!(places(&answer), ["format src/lib.rs"]);
    assert_eq!(sandbox.read("src/lib.rs"), ugly, "a check changes no file");

    let fixed = Run::new(&sandbox, "rustfmt").fixing().answer();
    assert_eq!(fixed.metrics["files_changed"], 1);
    assert!(sandbox.read("src/lib.rs").contains("pub fn two() -> u32 {"));
    assert_eq!(places(&Run::new(&sandbox, "rustfmt").answer()), [""; 0]);
}

#[test]
fn rustfmt_finds_code_that_it_cannot_parse() {
    let sandbox = package("fn two( {\n");
    let answer = Run::new(&sandbox, "rustfmt").answer();
    assert_eq!(answer.findings[0].severity, Severity::High);
    assert_eq!(places(&answer)[0], "syntax src/lib.rs:1");
}

const ADVISORY: &str = "```toml
[advisory]
id = \"RUSTSEC-2020-9001\"
package = \"badbytes\"
date = \"2020-01-02\"
cvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"

[versions]
patched = [\">= 1.2.0\"]
```

# Bytes go bad

For a test.
";

#[test]
fn cargo_audit_finds_what_the_database_knows() {
    let lock = |version: &str| {
        format!(
            "version = 4\n\n[[package]]\nname = \"badbytes\"\nversion = \"{version}\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
             [[package]]\nname = \"sample\"\nversion = \"0.1.0\"\n"
        )
    };
    let sandbox = package("").file("db/crates/badbytes/RUSTSEC-2020-9001.md", ADVISORY);
    let args = ["--db", "db", "--no-fetch", "--no-yanked"];
    let audit = || Run::new(&sandbox, "cargo-audit").args(&args);

    assert_eq!(
        audit().applies(),
        Applies::NothingToDo("Cargo.toml declares no dependencies".to_owned())
    );
    assert!(matches!(audit().read(), Reading::Broken(_)));
    assert!(!sandbox.path("Cargo.lock").exists(), "a check writes no file");

    sandbox.rewrite("Cargo.lock", lock("1.1.0"));
    let answer = audit().answer();
    assert_eq!(places(&answer), ["RUSTSEC-2020-9001 Cargo.lock"]);
    assert_eq!(answer.findings[0].severity, Severity::Critical);
    assert_eq!(answer.metrics["dependencies_audited"], 2);

    sandbox.rewrite("Cargo.lock", lock("1.2.0"));
    assert_eq!(places(&audit().answer()), [""; 0]);
}

#[test]
fn a_database_that_cannot_be_reached_is_no_clean_audit() {
    let sandbox = package("").file(
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"sample\"\nversion = \"0.1.0\"\n",
    );
    // No other machine is asked: nothing listens at this port of this one.
    let args = ["--db", "db", "--no-yanked", "--url", "https://127.0.0.1:1/db.git"];
    let Reading::Broken(broken) = Run::new(&sandbox, "cargo-audit").args(&args).read() else {
        panic!("an audit without a database has an answer");
    };
    assert!(
        broken.reason.contains("couldn't fetch advisory database"),
        "{}",
        broken.reason
    );
    assert!(broken.hint.is_some());
}
