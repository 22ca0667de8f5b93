//! Integration tests in the session on an integration test: their directory is left to their own gate, and run there.

use serde_json::{Value, json};

use super::bench::project;
use crate::support::Sandbox;

const ID: &str = "integration_test_orders";
const SPEC: &str = "# Integration Test: Orders\n\n## Scope\n\nOrders.\n";

/// A project with four tests of its own and one integration test; a session on an integration test is open.
fn begun(package: &Value, import: &str, integration: &str) -> Sandbox {
    let test = |body: &str| format!("{import}test('t', () => {{\n  {body}\n}});\n");
    let items = json!({"metadata": {}, "work_items": {ID: {
        "id": ID, "type": "integration_test", "title": "Orders", "status": "not_started", "priority": "high",
        "dependencies": [], "spec_file": format!(".session/specs/{ID}.md")}}});
    let files = [
        ("lib/own.test.js", test("")),
        ("app/own.test.js", test("")),
        // Others of the same name, which are not the directory of the gate.
        ("app/tests/integration/own.test.js", test("")),
        ("mytests/integration/own.test.js", test("")),
        ("tests/integration/orders.test.js", test(integration)),
        (".session/tracking/work_items.json", items.to_string()),
        (".session/specs/integration_test_orders.md", SPEC.to_owned()),
    ];
    // These tests have no services.
    let sandbox = project(package, &[]).config(&json!({"quality_gates": {
        "test_execution": {"coverage_threshold": null}, "integration_tests": {"compose_file": ""}}}));
    let sandbox = files
        .iter()
        .fold(sandbox, |sandbox, (name, text)| sandbox.file(name, text));
    let sandbox = sandbox.git();
    sandbox.commit("all");
    sandbox.sdd(["start", ID]).expect_code(0);
    sandbox
}

/// What a gate says, and its counts.
#[track_caller]
fn ran(sandbox: &Sandbox, gate: &str) -> (Value, Value, Value) {
    let answer = sandbox.sdd(["gate", gate, "--format", "json"]);
    let report = answer.json();
    let found = report["gates"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["gate"] == gate));
    let Some(found) = found else {
        panic!("no gate {gate} in {report}");
    };
    (
        found["verdict"].clone(),
        found["metrics"]["tests_passed"].clone(),
        found["metrics"]["tests_failed"].clone(),
    )
}

#[track_caller]
fn check(package: &Value, import: &str) {
    let fails = begun(package, import, "throw new Error('no');");
    assert_eq!(ran(&fails, "tests"), (json!("passed"), json!(4), json!(0)));
    assert_eq!(ran(&fails, "integration"), (json!("failed"), json!(0), json!(1)));
    let passes = begun(package, import, "");
    assert_eq!(ran(&passes, "integration"), (json!("passed"), json!(1), json!(0)));
}

#[test]
fn jest() {
    check(&json!({"devDependencies": {"jest": "30"}}), "");
    check(
        &json!({"devDependencies": {"jest": "30"}, "scripts": {"test": "jest"}}),
        "",
    );
}

#[test]
fn vitest() {
    let import = "import { test } from 'vitest';\n";
    check(
        &json!({"type": "module", "devDependencies": {"vitest": "3"}}),
        import,
    );
    check(
        &json!({"type": "module", "devDependencies": {"vitest": "3"}, "scripts": {"test": "vitest run"}}),
        import,
    );
}
