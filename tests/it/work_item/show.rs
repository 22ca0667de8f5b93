//! `work-item show`.

use super::{of, refused, with};
use crate::support::redact_json;

#[test]
fn everything_about_an_item_is_shown() {
    let early = with("early.json");
    let answer = early.sdd(["work-item", "show", "feature_user_auth"]);
    answer.expect_code(0);
    insta::assert_snapshot!("show-early", answer.stdout);
    let late = with("late.json").file(".session/specs/integration_test_orders_and_payme.md", SPEC);
    let answer = late.sdd(["wi", "show", "integration_test_orders_and_payme"]);
    insta::assert_snapshot!("show-late", answer.stdout);
    let json = late
        .sdd([
            "wi",
            "show",
            "integration_test_orders_and_payme",
            "--format",
            "json",
        ])
        .json();
    insta::assert_json_snapshot!("show-json", redact_json(&json));
    let agent = late
        .sdd(["wi", "show", "deployment_production", "--format", "agent"])
        .stdout;
    insta::assert_snapshot!("show-agent", agent);
}

const SPEC: &str = "\
# Integration Test: Orders and payments

## Scope

**Components:**
- orders: 2.0
- payments: 1.4

## Test Scenarios

### Scenario 1: An order is paid
**Setup:**
- both services are up

**Actions:**
1. Make an order
2. Pay it

**Expected Results:**
- the order is paid

## Acceptance Criteria
- [ ] orders are paid once
- [ ] an order that fails is not paid
- [ ] a payment that fails is told
";

#[test]
fn an_id_that_is_not_there_has_the_nearest_one() {
    let sandbox = with("early.json");
    refused(
        &sandbox,
        ["wi", "show", "feature_user_aut"],
        4,
        &[
            "there is no work item \"feature_user_aut\"",
            "did you mean feature_user_auth? all of them: sdd work-item list",
        ],
    );
    refused(
        &sandbox,
        ["wi", "show", &"x".repeat(10_000)],
        4,
        &["all of them: sdd work-item list"],
    );
}

#[test]
fn much_stays_short_for_agents() {
    let many: Vec<String> = (0..400)
        .map(|at| format!("item_{at}_{}", "y".repeat(150)))
        .collect();
    let all = format!("x: {}", many.join(" "));
    let lines: Vec<&str> = many.iter().map(String::as_str).chain([all.as_str()]).collect();
    let answer = of(&lines).sdd(["wi", "show", "x", "--format", "agent"]);
    answer.expect_code(0);
    assert!(answer.stdout.chars().count() < 8_000);
    assert!(answer.stdout.contains("… and 394 more"), "{}", answer.stdout);
}

#[test]
fn a_spec_outside_of_the_project_is_never_read() {
    let sandbox = of(&["x", "y", "z"]).file(".session/specs/x.md", "# Feature: X\n");
    let secret = sandbox.beside("secret.md");
    std::fs::create_dir_all(sandbox.beside("specs")).unwrap();
    std::fs::hard_link(sandbox.path(".session/specs/x.md"), &secret).unwrap();
    std::fs::hard_link(&secret, sandbox.beside("specs").join("y.md")).unwrap();
    std::os::unix::fs::symlink(&secret, sandbox.path("link.md")).unwrap();
    std::os::unix::fs::symlink(sandbox.beside("specs"), sandbox.path("linked")).unwrap();
    for path in [
        "../secret.md",
        secret.to_str().unwrap(),
        "link.md",
        "linked/y.md",
        "a\\..\\..\\secret.md",
    ] {
        let mut items = super::state(&sandbox);
        items["work_items"]["x"]["spec_file"] = path.into();
        sandbox.rewrite(super::WORK_ITEMS, items.to_string());
        let answer = sandbox.sdd(["wi", "show", "x"]);
        answer.expect_code(0);
        assert!(
            answer.stdout.contains("the spec is outside of the project"),
            "{path}: {}",
            answer.stdout
        );
        assert!(
            answer.stdout.contains("(cannot be read)"),
            "{path}: {}",
            answer.stdout
        );
        sandbox.sdd(["wi", "validate", "x"]).expect_code(1);
        let deleted = sandbox.sdd(["wi", "delete", "x", "--with-spec"]);
        deleted.expect_code(0);
        if path != "link.md" {
            assert!(deleted.stderr.contains("is kept: "), "{path}: {}", deleted.stderr);
        }
        assert!(
            secret.exists() && sandbox.beside("specs").join("y.md").exists(),
            "{path}"
        );
        sandbox.rewrite(super::WORK_ITEMS, items.to_string());
    }
}
