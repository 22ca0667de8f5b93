//! What a project says about rules, and what stands on other machines.

use serde_json::{Value, json};

use super::web::Server;
use super::{BASE, sandbox};
use crate::support::Sandbox;

/// What a comparison comes to with settings of the contract gate, on 20 November 2026.
#[track_caller]
fn compared(settings: &Value, code: i32) -> Value {
    let sandbox = sandbox()
        .config(&json!({"quality_gates": {"contract": settings}}))
        .env("SDD_TODAY", "2026-11-20");
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--format", "json"]);
    answer.expect_code(code);
    answer.json()
}

#[test]
fn what_is_suppressed_is_listed_with_its_reason_and_does_not_count() {
    let report = compared(
        &json!({"suppressions": [{"rule": "*", "operation": "*", "reason": "agreed with all", "expires": "2026-11-20"}]}),
        0,
    );
    assert_eq!(report["summary"]["error"], 0);
    let suppressed = report["suppressed"].as_array().unwrap();
    assert!(suppressed.len() >= 3, "{report}");
    assert!(
        suppressed
            .iter()
            .all(|one| one["reason"] == "agreed with all" && one["expires"] == "2026-11-20")
    );
    assert!(
        suppressed
            .iter()
            .any(|one| one["rule"] == "api-path-removed-without-deprecation")
    );
}

#[test]
fn a_suppression_that_is_over_or_takes_nothing_is_told() {
    let report = compared(
        &json!({"suppressions": [
            {"rule": "*", "reason": "for a while", "expires": "2026-11-19"},
            {"rule": "server-removed", "reason": "never"}
        ]}),
        1,
    );
    let of = |rule: &str| {
        let changes = report["changes"].as_array().unwrap().iter();
        changes.filter(|one| one["rule"] == rule).count()
    };
    assert_eq!((of("suppression-expired"), of("suppression-unused")), (1, 1));
    assert_eq!(report["suppressed"], Value::Null);
}

#[test]
fn levels_and_lists_of_values_are_what_the_project_says() {
    let level = |settings: Value, rule: &str| {
        let report = compared(&settings, 1);
        let changes = report["changes"].as_array().unwrap().clone();
        changes
            .iter()
            .find(|one| one["rule"] == rule)
            .map(|one| one["level"].clone())
    };
    let added = "response-property-enum-value-added";
    assert_eq!(level(json!({}), added), Some(json!("warning")));
    assert_eq!(level(json!({"enums": "closed"}), added), Some(json!("error")));
    assert_eq!(level(json!({"enums": "open"}), added), Some(json!("info")));
    assert_eq!(level(json!({"levels": {(added): "off"}}), added), None);
    let report = compared(&json!({"fail_on": "none"}), 0);
    assert_eq!(report["summary"]["error"], 3);
}

#[test]
fn settings_that_name_no_rule_are_refused() {
    let sandbox =
        sandbox().config(&json!({"quality_gates": {"contract": {"levels": {"server-remove": "off"}}}}));
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml"]);
    answer.expect_code(2);
    assert!(
        answer.stderr.contains(
            "quality_gates.contract.levels.server-remove: there is no rule \"server-remove\", did you mean server-removed?"
        ),
        "{}",
        answer.stderr
    );
    assert!(
        !answer.stderr.contains("config.json: quality_gates"),
        "no line is named: {}",
        answer.stderr
    );
    sandbox.sdd(["config", "check"]).expect_code(2);
    let sandbox = sandbox_with_odd_key();
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v1.yaml"]);
    answer.expect_code(0);
    assert!(
        answer.stderr.contains("quality_gates.contract.level:"),
        "{}",
        answer.stderr
    );
}

fn sandbox_with_odd_key() -> Sandbox {
    sandbox().config(&json!({"quality_gates": {"contract": {"level": {"server-removed": "off"}}}}))
}

/// A description with a schema that stands elsewhere.
fn elsewhere(reference: &str) -> String {
    BASE.replace("'#/components/schemas/Pet'", &format!("'{reference}'"))
}

#[test]
fn what_is_known_on_one_side_only_is_no_pass() {
    let sandbox = Sandbox::new()
        .file("v1.yaml", BASE)
        .file("gone.yaml", elsewhere("#/components/schemas/Nobody"))
        .file("far.yaml", elsewhere("https://127.0.0.1:1/a.yaml#/Pet"));
    for (base, revision, fail_on, code) in [
        ("v1.yaml", "gone.yaml", "error", 3),
        ("gone.yaml", "v1.yaml", "error", 3),
        ("v1.yaml", "far.yaml", "error", 3),
        ("v1.yaml", "far.yaml", "none", 0),
        ("far.yaml", "far.yaml", "error", 0),
    ] {
        let answer = sandbox.sdd(["contract", "diff", base, revision, "--fail-on", fail_on]);
        answer.expect_code(code);
        let is_told = answer.stdout.contains("could not be compared");
        assert!(is_told || base == revision, "{}", answer.stdout);
    }
}

#[test]
fn another_machine_is_asked_only_when_that_is_allowed() {
    let pet = "Pet: {$ref: 'more.yaml#/Pet'}\n".to_owned();
    let more = |limit: u32| {
        format!("Pet: {{type: object, properties: {{name: {{type: string, maxLength: {limit}}}}}}}\n")
    };
    let server = Server::start(vec![
        ("/a/one.yaml".to_owned(), pet.clone()),
        ("/a/more.yaml".to_owned(), more(9)),
        ("/b/one.yaml".to_owned(), pet),
        ("/b/more.yaml".to_owned(), more(8)),
    ]);
    let sandbox = Sandbox::new()
        .file("a.yaml", elsewhere(&format!("{}/a/one.yaml#/Pet", server.url())))
        .file("b.yaml", elsewhere(&format!("{}/b/one.yaml#/Pet", server.url())));
    sandbox
        .sdd(["contract", "diff", "a.yaml", "b.yaml"])
        .expect_code(3);
    assert_eq!(server.asked(), 0);
    let answer = sandbox.sdd(["contract", "diff", "a.yaml", "b.yaml", "--allow-remote"]);
    answer.expect_code(1);
    assert!(answer.stdout.contains("9 → 8"), "{}", answer.stdout);
    assert!(answer.stdout.contains("/b/more.yaml:1:"), "{}", answer.stdout);
    let gone = Sandbox::new().file("a.yaml", elsewhere(&format!("{}/none.yaml#/Pet", server.url())));
    let answer = gone.sdd(["contract", "diff", "a.yaml", "a.yaml", "--allow-remote"]);
    assert!(
        answer.stdout.contains("answered with the status 404"),
        "{}",
        answer.stdout
    );
}
