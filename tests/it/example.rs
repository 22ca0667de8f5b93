//! `.session.example/`: what sdd writes, held by a run of the real binary on the demo project.
//!
//! `SDD_BLESS=1` writes the files anew. What differs from run to run is replaced by fixed values of the same form,
//! so that the example stays valid.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]
#![expect(clippy::disallowed_methods, reason = "a blessing test writes its own files")]

use std::path::{Path, PathBuf};

use regex::Regex;
use sdd::model::report::Report;
use serde_json::Value;

use crate::support::Sandbox;

const FILES: [&str; 5] = [
    "config.json",
    "config.schema.json",
    "tracking/work_items.json",
    "tracking/status_update.json",
    "reports/latest.json",
];

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".session.example")
}

/// Puts fixed values of the same form where runs differ.
fn settle(text: &str, sandbox: &Sandbox) -> String {
    let real = std::fs::canonicalize(sandbox.project()).unwrap();
    let text = text
        .replace(&*real.to_string_lossy(), "/home/you/linkshelf")
        .replace(&*sandbox.project().to_string_lossy(), "/home/you/linkshelf");
    let forms = [
        (r"\d{8}T\d{6}\.\d{3}Z-\w+", "20260102T030405.000Z-a1B2c3"),
        (
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
            "2026-01-02T03:04:05Z",
        ),
        (r"\b[0-9a-f]{40}\b", "0123456789abcdef0123456789abcdef01234567"),
        (r"\([0-9a-f]{10}\)", "(0123456789)"),
        (r#""duration_ms": \d+"#, "\"duration_ms\": 1000"),
        // Which lines count as branches depends on the version of Python.
        (r#""coverage_percent": [\d.]+"#, "\"coverage_percent\": 99.0"),
        (r"coverage \d+\.\d %", "coverage 99.0 %"),
    ];
    forms.into_iter().fold(text, |text, (form, fixed)| {
        Regex::new(form).unwrap().replace_all(&text, fixed).into_owned()
    })
}

#[test]
fn the_example_is_what_a_run_on_the_demo_project_writes() {
    let sandbox = Sandbox::new().git().tree("templates/demo").venv();
    sandbox.sdd(["init"]).expect_code(0);
    sandbox.commit("Begin");
    sandbox.sdd(["complete"]).expect_code(0);
    for file in FILES {
        let written = settle(&sandbox.read(&format!(".session/{file}")), &sandbox);
        let path = example().join(file);
        if std::env::var_os("SDD_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &written).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, written, "{file} differs; SDD_BLESS=1 writes it anew");
    }
}

#[test]
fn the_example_can_be_read() {
    let read = |file: &str| std::fs::read_to_string(example().join(file)).unwrap();
    let report: Report = serde_json::from_str(&read("reports/latest.json")).unwrap();
    assert_eq!((report.schema_version, report.kind.as_str()), (1, "gate_report"));
    let sandbox = Sandbox::new().file(".session/config.json", read("config.json"));
    sandbox.sdd(["config", "check"]).expect_code(0);
    for file in FILES {
        assert!(
            serde_json::from_str::<Value>(&read(file)).unwrap().is_object(),
            "{file}"
        );
    }
}
