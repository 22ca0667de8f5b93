//! Runs of which something cannot be saved: there is no verdict, and what came of the gates is said.

use serde_json::json;

use super::needs::without_spec;
use super::{ID, example, gate, left};
use crate::support::Sandbox;

/// A project whose tests need no services, and pass.
fn project() -> Sandbox {
    let settings = json!({"compose_file": "", "performance_required": false, "contracts_required": false});
    without_spec(&json!({}), &settings).file(
        "tests/integration/test_orders.py",
        "def test_yes():\n    assert True\n",
    )
}

#[test]
fn what_can_be_saved_passes() {
    project().sdd(["integration", "run", ID]).expect_code(0);
}

#[test]
fn where_something_cannot_be_saved_there_is_no_verdict() {
    for (in_the_way, told) in [
        (".session/reports", "the report was not saved"),
        (".session/evidence", "the evidence was not kept"),
        (
            ".session/runs",
            "the logs of this run go to a temporary directory and are not kept",
        ),
    ] {
        let sandbox = project();
        // A plain file where the directory should be: nobody, not even root, can write below it.
        sandbox.rewrite(in_the_way, "in the way");
        let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
        answer.expect_code(3);
        let report = answer.json();
        assert_eq!(report["verdict"], "error", "{in_the_way}");
        assert_eq!(gate(&report, "integration")["verdict"], "passed", "{in_the_way}");
        let warnings = report["warnings"].to_string();
        assert!(
            warnings.contains(told) && warnings.contains(in_the_way),
            "{in_the_way}: {warnings}"
        );
        let shown = sandbox.sdd(["integration", "run", ID]);
        shown.expect_code(3);
        let said = format!("{}{}", shown.stdout, shown.stderr);
        assert!(
            said.contains("integration tests: 1 passed") && said.contains(told),
            "{in_the_way}: {said}"
        );
    }
}

#[test]
fn services_are_taken_down_also_where_the_report_cannot_be_saved() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    sandbox.rewrite(".session/reports", "in the way");
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(3);
    let report = answer.json();
    assert_eq!(gate(&report, "integration")["verdict"], "passed");
    assert!(
        report["warnings"]
            .to_string()
            .contains("the report was not saved"),
        "{report:#}"
    );
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}
