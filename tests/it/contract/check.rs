//! The contracts of a work item: `sdd contract check`, and the gate.

use super::{BASE, revision};
use crate::support::Sandbox;

const ID: &str = "integration_test_pets";

/// A project with a work item that has contracts: each a file, the one before it, and whether clients may break.
fn project(contracts: &[(&str, &str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new().file("v1.yaml", BASE).file("v2.yaml", revision());
    sandbox.sdd(["init"]).expect_code(0);
    sandbox
        .sdd([
            "work-item",
            "new",
            "--type",
            "integration_test",
            "--title",
            "Pets",
        ])
        .expect_code(0);
    let mut spec = "# Integration Test: Pets\n\n## API Contracts\n".to_owned();
    for (file, previous, breaking) in contracts {
        spec.push_str(&format!(
            "\n**a → b:**\n- Contract file: `{file}`\n- Version: 1.0.0\n"
        ));
        if !previous.is_empty() {
            spec.push_str(&format!("- Previous version: `{previous}`\n"));
        }
        spec.push_str(&format!("- Breaking changes: {breaking}\n"));
    }
    sandbox.rewrite(&format!(".session/specs/{ID}.md"), spec);
    sandbox
}

#[track_caller]
fn check(contracts: &[(&str, &str, &str)], code: i32, said: &[&str]) {
    let sandbox = project(contracts);
    let answer = sandbox.sdd(["contract", "check", ID]);
    answer.expect_code(code);
    for said in said {
        assert!(
            answer.stdout.contains(said),
            "{said:?} is not in:\n{}",
            answer.stdout
        );
    }
}

const NOT: &str = "None allowed";

#[test]
fn what_breaks_clients_fails_unless_the_work_item_allows_it() {
    check(
        &[("v2.yaml", "v1.yaml", NOT)],
        1,
        &["failed: v2.yaml, compared with v1.yaml: 3 changes break clients: "],
    );
    check(
        &[("v2.yaml", "v1.yaml", "allowed")],
        0,
        &["passed: v2.yaml, compared with v1.yaml: 3 changes break clients, which the work item allows"],
    );
    check(
        &[("v1.yaml", "v1.yaml", NOT), ("v2.yaml", "v1.yaml", NOT)],
        1,
        &[
            "passed: v1.yaml, compared with v1.yaml: valid, and no client breaks",
            "failed: v2.yaml",
        ],
    );
}

#[test]
fn what_cannot_be_checked_is_no_pass() {
    check(&[], 3, &["names no API contract"]);
    check(
        &[("none.yaml", "", NOT)],
        3,
        &["error: none.yaml: there is no such file"],
    );
    check(
        &[("none.yaml", "v1.yaml", NOT), ("none.yaml", "v0.yaml", NOT)],
        3,
        &["error: none.yaml: there is no such file"; 2],
    );
    check(
        &[("v1.yaml", "v0.yaml", NOT)],
        3,
        &["the version before it, v0.yaml, is neither a file nor a revision of git that has v1.yaml"],
    );
    check(
        &[("v1.yaml", "1.0.0", NOT)],
        3,
        &["neither a file nor a revision"],
    );
    check(
        &[("v1.yaml", "[version]", NOT)],
        3,
        &["error: v1.yaml: which version was before it is not known: `Previous version` is not filled in"],
    );
    check(&[("../outside.yaml", "", NOT)], 3, &["error: ../outside.yaml"]);
    check(&[("README.md", "", NOT)], 3, &["error: README.md"]);
    // The worst counts: what broke is known, whatever else is not.
    check(
        &[("none.yaml", "", NOT), ("v2.yaml", "v1.yaml", NOT)],
        1,
        &["error: none.yaml", "failed: v2.yaml"],
    );
    let sandbox = project(&[("v1.yaml", "", NOT)]);
    sandbox.sdd(["contract", "check"]).expect_code(4);
    sandbox
        .sdd(["contract", "check", "integration_test_pet"])
        .expect_code(4);
}

#[test]
fn what_is_not_valid_fails_whatever_changed() {
    let sandbox = project(&[("wrong.yaml", "", NOT), ("wrong.yaml", "v1.yaml", "allowed")]);
    sandbox.rewrite(
        "wrong.yaml",
        BASE.replace("/pets:", "/pets/{id}:")
            .replace("'200':\n          description: ok\n", "'200':\n"),
    );
    let answer = sandbox.sdd(["contract", "check", ID, "--format", "json"]);
    answer.expect_code(1);
    let document = answer.json();
    assert_eq!(document["kind"], "contract_check");
    for contract in document["contracts"].as_array().unwrap() {
        assert_eq!(contract["verdict"], "failed");
        let findings = contract["validation"]["findings"].as_array().unwrap();
        let rules: Vec<&str> = findings.iter().filter_map(|one| one["rule"].as_str()).collect();
        assert!(rules.contains(&"response-description-required"), "{rules:?}");
        assert!(
            findings
                .iter()
                .all(|one| one["line"].as_u64() > Some(0) && one["file"] == "wrong.yaml")
        );
    }
    sandbox.sdd(["start", ID]).expect_code(0);
    let answer = sandbox.sdd(["gate", "contract"]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("response-description-required"),
        "{}",
        answer.stdout
    );
}

#[test]
fn another_version_than_that_of_the_work_item_fails_and_an_empty_version_before_is_no_pass() {
    let sandbox = project(&[("v1.yaml", "none", NOT)]);
    sandbox.rewrite("v1.yaml", BASE.replace("version: 1.0.0", "version: 2.0.0"));
    let other = "v1.yaml: it is version 2.0.0, and the work item says 1.0.0: correct the one that is wrong";
    let said = |settings: &str, code: i32, wanted: &str| {
        sandbox.rewrite(".session/config.json", settings);
        let answer = sandbox.sdd(["contract", "check", ID]);
        answer.expect_code(code);
        assert!(answer.stdout.contains(wanted), "{}", answer.stdout);
    };
    said("{}", 1, &format!("failed: {other}"));
    said(
        r#"{"quality_gates": {"contract": {"fail_on": "none"}}}"#,
        0,
        &format!("warning: {other}"),
    );
    // What compared it finds nothing, so nothing of breaking changes is advised.
    let sandbox = project(&[("now.yaml", "v1.yaml", NOT)]);
    sandbox.rewrite("now.yaml", BASE.replace("version: 1.0.0", "version: 2.0.0"));
    sandbox.sdd(["start", ID]).expect_code(0);
    let answer = sandbox.sdd(["gate", "contract"]);
    answer.expect_code(1);
    assert!(answer.stdout.contains("it is version 2.0.0"), "{}", answer.stdout);
    assert!(!answer.stdout.contains("sdd contract diff"), "{}", answer.stdout);
    let sandbox = project(&[("v1.yaml", "empty.yaml", NOT)]);
    sandbox.rewrite("empty.yaml", "openapi: 3.0.0\ninfo: {title: t, version: '1'}\n");
    let answer = sandbox.sdd(["contract", "check", ID]);
    answer.expect_code(3);
    assert!(
        answer.stdout.contains("describes no `paths`"),
        "{}",
        answer.stdout
    );
}

#[test]
fn every_format_shows_a_check() {
    let sandbox = project(&[("v2.yaml", "v1.yaml", NOT), ("none.yaml", "", NOT)]);
    for format in ["human", "agent", "markdown", "junit", "sarif", "github", "html"] {
        let answer = sandbox.sdd(["contract", "check", ID, "--format", format]);
        answer.expect_code(1);
        let said = &answer.stdout;
        assert!(
            said.contains("request-property-became-required"),
            "{format}: {said}"
        );
        assert!(said.contains("none.yaml"), "{format}: {said}");
    }
}

#[test]
fn the_version_before_is_a_file_a_tag_or_a_place_in_a_revision() {
    let sandbox = project(&[("api.yaml", "1.0.0", NOT)])
        .file("api.yaml", BASE)
        .git();
    sandbox.commit("a");
    sandbox.git_run(["tag", "v1.0.0"]);
    sandbox.rewrite("api.yaml", revision());
    let answer = sandbox.sdd(["contract", "check", ID]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("compared with v1.0.0:api.yaml: 3 changes"),
        "{}",
        answer.stdout
    );
    let spec = format!(".session/specs/{ID}.md");
    for (before, after) in [
        ("`1.0.0`", "`HEAD`"),
        ("`HEAD`", "`HEAD:v1.yaml`"),
        ("`HEAD:v1.yaml`", "`v1.yaml`"),
    ] {
        let text = sandbox.read(&spec);
        sandbox.rewrite(&spec, text.replace(before, after));
        sandbox.sdd(["contract", "check", ID]).expect_code(1);
    }
}

#[test]
fn the_gate_decides_with_findings_and_numbers() {
    let sandbox = project(&[("v2.yaml", "v1.yaml", NOT), ("v1.yaml", "v1.yaml", NOT)]);
    sandbox.sdd(["start", ID]).expect_code(0);
    let answer = sandbox.sdd(["gate", "contract", "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    let gate = &report["gates"][0];
    assert_eq!(gate["verdict"], "failed");
    assert_eq!(gate["metrics"]["contracts"], 2);
    assert_eq!(gate["metrics"]["breaking_changes"], 3);
    let findings = gate["findings"].as_array().unwrap();
    let rules: Vec<&str> = findings.iter().filter_map(|one| one["rule"].as_str()).collect();
    assert!(rules.contains(&"request-property-became-required"), "{rules:?}");
    let placed = findings
        .iter()
        .find(|one| one["rule"] == "request-property-became-required")
        .unwrap();
    assert_eq!(placed["path"], "v2.yaml");
    assert!(placed["line"].as_u64() > Some(1), "{placed}");

    let plan = sandbox.sdd(["gate", "contract", "--plan"]);
    assert!(plan.stdout.contains("v2.yaml"), "{}", plan.stdout);

    let sandbox = sandbox
        .config(
            &serde_json::json!({"quality_gates": {"contract": {"suppressions": [
                {"rule": "*", "operation": "/**", "reason": "nobody calls it", "expires": "2026-12-01"}
            ]}}}),
        )
        .env("SDD_TODAY", "2026-12-01");
    sandbox.sdd(["gate", "contract"]).expect_code(0);
    let sandbox = sandbox.env("SDD_TODAY", "2026-12-02");
    let answer = sandbox.sdd(["gate", "contract"]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("is a suppression whose time is over"),
        "{}",
        answer.stdout
    );
    let sandbox = sandbox
        .config(&serde_json::json!({"quality_gates": {"contract": {"levels": {"no-such-rule": "off"}}}}));
    let answer = sandbox.sdd(["gate", "contract"]);
    answer.expect_code(3);
    assert!(
        answer.stdout.contains("there is no rule \"no-such-rule\""),
        "{}",
        answer.stdout
    );
}

#[test]
fn an_integration_test_without_a_contract_has_no_verdict() {
    let sandbox = project(&[]);
    sandbox.sdd(["start", ID]).expect_code(0);
    let answer = sandbox.sdd(["gate", "contract"]);
    answer.expect_code(3);
    assert!(
        answer
            .stdout
            .contains("names no API contract, and an integration test has one"),
        "{}",
        answer.stdout
    );
}
