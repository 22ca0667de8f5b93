//! What other programs read is valid by their schemas, with hostile text in it.

use std::path::Path;

use serde_json::{Value, json};

use super::{failing, project, sdd, with_fixture};
use crate::support::{Answer, Sandbox};

fn schema(name: &str) -> String {
    format!("{}/tests/fixtures/schemas/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Asks xmllint whether a document holds to the schema.
pub fn xmllint(sandbox: &Sandbox, document: &str) -> Answer {
    sandbox.rewrite("junit.xml", document);
    let program =
        which::which("xmllint").unwrap_or_else(|_| panic!("xmllint is missing: tests/run installs it"));
    let mut command = sandbox.command(&program);
    command.args([
        "--noout",
        "--nonet",
        "--schema",
        &schema("junit-common.xsd"),
        "junit.xml",
    ]);
    sandbox.start_command(command).wait()
}

/// What the official schema has to say against a document.
pub fn complaints(document: &Value) -> Vec<String> {
    let text = std::fs::read_to_string(schema("sarif-schema-2.1.0.json")).unwrap();
    // A bracket without its partner, which strict readers of patterns refuse; sdd writes no `language`.
    let (faulty, meant) = ("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    assert!(text.contains(faulty));
    let schema: Value = serde_json::from_str(&text.replace(faulty, meant)).unwrap();
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(&schema).unwrap();
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn junit_holds_to_the_schema() {
    for sandbox in [with_fixture(), project(), failing()] {
        if !sandbox.path(super::LATEST).exists() {
            sdd(&sandbox, "gate custom");
        }
        let answer = sdd(&sandbox, "report --format junit");
        answer.expect_code(0);
        xmllint(&sandbox, &answer.stdout).expect_code(0);
    }
}

#[test]
fn the_schema_of_junit_refuses_what_is_none() {
    let sandbox = with_fixture();
    let good = sdd(&sandbox, "report --format junit").stdout;
    for (from, to) in [
        ("<system-err/>", ""),
        ("<testsuites>", "<testsuites tests=\"1\">"),
        (" time=\"", " tempo=\""),
        ("<failure type=", "<failed type="),
        ("]]&gt;", "]]>"),
        ("&lt;script&gt;", "<script>"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{from}");
        let answer = xmllint(&sandbox, &bad);
        assert_ne!(answer.code(), Some(0), "{from}");
    }
}

#[test]
fn sarif_holds_to_the_official_schema() {
    for sandbox in [with_fixture(), project(), failing()] {
        if !sandbox.path(super::LATEST).exists() {
            sdd(&sandbox, "gate custom");
        }
        let document = sdd(&sandbox, "report --format sarif").json();
        assert_eq!(complaints(&document), [""; 0]);
    }
}

#[test]
fn the_schema_of_sarif_refuses_what_is_none() {
    let good = sdd(&with_fixture(), "report --format sarif").json();
    for (pointer, value) in [
        ("/version", Value::from("3.0.0")),
        ("/runs/0/results/0/level", Value::from("high")),
        ("/runs/0/results/0/message", Value::from("text")),
        ("/runs/0/tool/driver/name", Value::from(1)),
        ("/runs/0/invocations/0/executionSuccessful", Value::from("no")),
        ("/runs/0/invocations/0/startTimeUtc", Value::from("soon")),
        (
            "/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uri",
            Value::from("src/b c.py"),
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!complaints(&bad).is_empty(), "{pointer}");
    }
}

#[test]
fn sarif_tells_missing_answers_from_findings() {
    let run = sdd(&with_fixture(), "report --format sarif").json()["runs"][0].clone();
    assert_eq!(run["results"].as_array().unwrap().len(), 4);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let notes: Vec<String> = run["invocations"][0]["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| format!("{} {}", note["level"], note["descriptor"]["id"]))
        .collect();
    for expect in [
        "\"error\" \"sdd/security\"",
        "\"error\" \"sdd/tests\"",
        "\"note\" \"sdd/custom\"",
        "\"warning\" \"sdd/capped\"",
    ] {
        assert!(notes.iter().any(|note| note == expect), "{expect}: {notes:?}");
    }
    let clean = project();
    sdd(&clean, "gate custom").expect_code(0);
    let run = sdd(&clean, "report --format sarif").json()["runs"][0].clone();
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["results"], serde_json::json!([]));
}

#[test]
fn a_printed_command_is_no_command_in_any_format() {
    let sandbox = with_fixture();
    for format in ["human", "json", "agent", "markdown", "junit", "sarif", "github"] {
        let answer = sdd(&sandbox, &format!("report --verbose --format {format}"));
        answer.expect_code(0);
        assert!(
            !answer.stdout.is_empty() && !answer.stdout.contains("##["),
            "{format}"
        );
        for line in answer
            .stdout
            .lines()
            .map(str::trim_start)
            .filter(|line| line.starts_with("::"))
        {
            let own = ["::error ", "::warning ", "::notice "]
                .iter()
                .any(|own| line.starts_with(own));
            assert!(format == "github" && own, "{format}: {line}");
        }
    }
    assert!(Path::new(&schema("README.md")).exists());
}

#[test]
fn what_lies_below_the_top_is_named_from_there() {
    let rules = json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "path": "nowhere", "required": true}
    ]}}});
    let sandbox = project()
        .file("services/api/.session/config.json", rules.to_string())
        .git();
    sdd(&sandbox, "-C services/api gate custom").expect_code(1);
    let document = sdd(&sandbox, "-C services/api report --format sarif").stdout;
    let document: Value = serde_json::from_str(&document).unwrap();
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "services/api/nowhere");
    let annotations = sdd(&sandbox, "-C services/api report --format github").stdout;
    assert!(
        annotations.contains("file=services/api/nowhere,"),
        "{annotations}"
    );
    // People are in the project.
    let page = sdd(&sandbox, "-C services/api report").stdout;
    assert!(!page.contains("services/api/nowhere"), "{page}");
    // Beside the report of the project at the top there is only one way to name it.
    sdd(&sandbox, "gate custom").expect_code(0);
    let merged = sdd(
        &sandbox,
        "report merge .session/reports/latest.json services/api/.session/reports/latest.json --format json",
    );
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(merged["gates"][0]["findings"][0]["path"], "services/api/nowhere");
}
