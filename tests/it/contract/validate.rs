//! `sdd contract validate` with the real binary.

use super::BASE;
use crate::support::Sandbox;

/// A description with something wrong in many ways.
fn wrong() -> String {
    BASE.replace("/pets:", "/pets/{id}:")
        .replace(
            "name: {type: string}",
            "name: {type: string, minLength: 3, maxLength: 2, default: 7}",
        )
        .replace("#/components/schemas/Pet'}}", "#/components/schemas/Nobody'}}")
}

#[test]
fn people_read_what_is_wrong_where_and_how_to_mend_it() {
    let sandbox = Sandbox::new().file("good.yaml", BASE).file("wrong.yaml", wrong());
    let answer = sandbox.sdd(["contract", "validate", "good.yaml"]);
    answer.expect_code(0);
    assert!(answer.stdout.starts_with("passed: "), "{}", answer.stdout);
    let answer = sandbox.sdd(["contract", "validate", "good.yaml", "wrong.yaml"]);
    insta::assert_snapshot!("validate", answer.expect_code(1).stdout);
    let answer = sandbox.sdd(["contract", "validate", "wrong.yaml", "--format", "json"]);
    insta::assert_json_snapshot!("validate_json", answer.expect_code(1).json());
    for format in ["agent", "markdown", "junit", "sarif", "github", "html"] {
        let answer = sandbox.sdd(["contract", "validate", "wrong.yaml", "--format", format]);
        answer.expect_code(1);
        assert!(
            answer.stdout.contains("path-parameter"),
            "{format}: {}",
            answer.stdout
        );
    }
}

#[test]
fn what_cannot_be_read_is_no_pass_and_hides_nothing() {
    let sandbox = Sandbox::new()
        .file("good.yaml", BASE)
        .file("wrong.yaml", wrong())
        .file("none.json", "{")
        .file("bytes.yaml", [0x6f, 0xff, 0xfe]);
    for (files, code) in [
        (["good.yaml", "none.json"], 2),
        (["good.yaml", "bytes.yaml"], 2),
        (["good.yaml", "absent.yaml"], 2),
        (["none.json", "wrong.yaml"], 1),
    ] {
        let answer = sandbox.sdd(["contract", "validate", files[0], files[1]]);
        answer.expect_code(code);
        assert!(answer.stdout.contains("no answer"), "{}", answer.stdout);
    }
    let answer = sandbox.sdd(["contract", "validate", "bytes.yaml"]);
    assert!(
        answer.stdout.contains("bytes.yaml:1:2: it is no UTF-8 text"),
        "{}",
        answer.stdout
    );
    sandbox.sdd(["contract", "validate"]).expect_code(2);
}

#[test]
fn levels_and_suppressions_hold_for_one_description_as_well() {
    let settings = serde_json::json!({"quality_gates": {"contract": {
        "levels": {"unresolved-ref": "warning", "min-length-exceeds-max-length": "off"},
        "suppressions": [{"rule": "path-parameter*", "operation": "/pets/*", "reason": "generated"}]
    }}});
    let sandbox = Sandbox::new().file("wrong.yaml", wrong()).config(&settings);
    let answer = sandbox.sdd(["contract", "validate", "wrong.yaml", "--format", "json"]);
    answer.expect_code(0);
    let findings = answer.json()["files"][0]["findings"].as_array().unwrap().clone();
    let of = |rule: &str| {
        findings
            .iter()
            .filter(|one| one["rule"] == rule)
            .collect::<Vec<_>>()
    };
    assert!(of("unresolved-ref").iter().all(|one| one["level"] == "warning"));
    assert!(of("min-length-exceeds-max-length").is_empty());
    let accepted: Vec<_> = findings
        .iter()
        .filter(|one| one["suppressed"] == "suppressed: generated")
        .collect();
    assert!(!accepted.is_empty(), "{findings:?}");
}
