//! Everything is in order.

use std::path::Path;

use serde_json::{Value, json};

use super::{Databases, complete, gate, places, report, repository, steps};
use crate::report::formats::{complaints, xmllint};
use crate::tools_audit::registry::Registry;
use crate::tools_python::audit::{Service, serve};

/// What each gate asks in each unit, in the order of the units.
const ASKED: [(&str, &[&str]); 5] = [
    (
        "tests",
        &[
            "engine cargo-test: passed",
            "services/api pytest: passed",
            "shop npm: skipped",
            "shop/packages/labels jest: passed",
            "shop/packages/orders vitest: passed",
            "tools/stock go-test: passed",
            "web vitest: passed",
        ],
    ),
    (
        "linting",
        &[
            "engine clippy: passed",
            "services/api ruff: passed",
            "shop biome-lint: passed",
            "shop/packages/labels biome-lint: passed",
            "shop/packages/orders biome-lint: passed",
            "tools/stock go-vet: passed",
            "web eslint: passed",
        ],
    ),
    (
        "formatting",
        &[
            "engine rustfmt: passed",
            "services/api ruff-format: passed",
            "shop biome-format: passed",
            "shop/packages/labels biome-format: passed",
            "shop/packages/orders biome-format: passed",
            "tools/stock gofmt: passed",
            "web prettier: passed",
        ],
    ),
    (
        "type_checking",
        &[
            "engine cargo-check: passed",
            "services/api mypy: passed",
            "shop tsc: skipped",
            "shop/packages/labels tsc: skipped",
            "shop/packages/orders tsc: skipped",
            "tools/stock go-build: passed",
            "web tsc: passed",
        ],
    ),
    (
        "security",
        &[
            "engine cargo-audit: passed",
            "services/api bandit: passed",
            "services/api pip-audit: passed",
            "shop npm-audit: passed",
            "shop/packages/labels npm-audit: skipped",
            "shop/packages/orders npm-audit: skipped",
            "tools/stock govulncheck: passed",
            "web npm-audit: passed",
        ],
    ),
];

#[test]
fn every_gate_passes_for_every_unit() {
    let registry = Registry::start();
    let database = tempfile::tempdir().unwrap();
    let sandbox = repository(&registry, "clean", &databases(database.path()));
    let answer = complete(&sandbox);
    answer.expect_code(0);
    let report = report(&sandbox);
    assert_eq!(report["verdict"], "passed");
    for (name, asked) in ASKED {
        let gate = gate(&report, name);
        assert_eq!(steps(gate), asked, "{gate:#}");
        assert_eq!(gate["verdict"], "passed", "{gate:#}");
        assert_eq!(gate["required"], true);
        assert_eq!(places(&sandbox, gate), [""; 0]);
        assert_eq!(gate["changed_files"], json!([]));
    }
    counted(&gate(&report, "tests")["metrics"]);
    // idna; harmless for web; harmless and two members for shop; two crates; and what govulncheck counts as modules.
    let audited = &gate(&report, "security")["metrics"]["dependencies_audited"];
    assert!(audited.as_u64().unwrap() >= 7, "{audited}");
    assert_eq!(
        sandbox
            .git_run(["status", "--porcelain", "--", ":!.session", ":!out.*"])
            .stdout,
        ""
    );

    let junit = sandbox.read("out.xml");
    for tool in ["pytest", "jest", "vitest", "go-test", "cargo-test"] {
        assert!(junit.contains(tool), "{tool} is not in\n{junit}");
    }
    xmllint(&sandbox, &junit).expect_code(0);
    let sarif: Value = serde_json::from_str(&sandbox.read("out.sarif")).unwrap();
    assert_eq!(complaints(&sarif), [""; 0]);
    assert_eq!(sarif["runs"][0]["results"], json!([]));
    sandbox.assert_no_process_left();
}

/// Counts are the sum of what each runner printed. Coverage is of each unit by itself, and of all lines together.
#[track_caller]
fn counted(metrics: &Value) {
    let expect = json!({
        "tests_passed": 11,
        "tests_failed": 0,
        "tests_errors": 0,
        "tests_skipped": 3,
        "coverage_percent[services/api]": 87.5,
        "coverage_percent[shop/packages/labels]": 75.0,
        "coverage_percent[shop/packages/orders]": 100.0,
        "coverage_percent[tools/stock]": 100.0,
        "coverage_percent[web]": 100.0,
        "coverage_percent_combined": 90.625,
    });
    for (name, value) in expect.as_object().unwrap() {
        assert_eq!(&metrics[name], value, "{name}: {metrics:#}");
    }
}

/// Databases in a directory and on the loopback, which know of nothing that is used here.
fn databases(dir: &Path) -> Databases {
    write(&dir.join("rust/crates/badbytes/RUSTSEC-2020-9001.md"), ADVISORY);
    write(
        &dir.join("go/index/db.json"),
        r#"{"modified":"2024-01-02T00:00:00Z"}"#,
    );
    write(&dir.join("go/index/modules.json"), "[]");
    write(&dir.join("go/index/vulns.json"), "[]");
    Databases {
        python: serve(Service::Works),
        rust: format!("--db {}/rust --no-fetch --no-yanked", dir.display()),
        go: format!("file://{}/go", dir.display()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own files are no state")]
fn write(path: &std::path::Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// An advisory for a package that nobody uses here: an empty database would be no database.
const ADVISORY: &str = "```toml
[advisory]
id = \"RUSTSEC-2020-9001\"
package = \"badbytes\"
date = \"2020-01-02\"

[versions]
patched = [\">= 1.2.0\"]
```

# Bytes go bad

For a test.
";
