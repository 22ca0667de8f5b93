//! Whether the spec says all that it must.

use sdd::model::gate_id::GateId;
use sdd::model::verdict::Verdict;
use sdd::parse::spec;
use serde_json::json;

use super::{judged, work};
use crate::support::Sandbox;

#[test]
fn a_spec_that_lacks_something_fails_with_the_place() {
    let text = "# Bug: X\n\n## Description\n\nIt breaks.\n\n## Steps to Reproduce\n\n1. Start it.\n\n\
                ## Root Cause Analysis\n\n## Fix Approach\n\nMend it.\n";
    let sandbox = Sandbox::new()
        .file(".session/specs/bug_x.md", text)
        .config(&json!({}));
    let mut work = work(json!({}), None);
    work.spec = Some(spec::read(".session/specs/bug_x.md", text.as_bytes()));
    let gate = judged(&sandbox, GateId::SpecCompleteness, Some(&work));
    assert_eq!((gate.verdict, gate.required), (Verdict::Failed, true));
    let places: Vec<_> = gate
        .findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.path.as_deref(), finding.line))
        .collect();
    assert!(
        places.contains(&("empty_section", Some(".session/specs/bug_x.md"), Some(11))),
        "{places:?}"
    );
    assert!(
        gate.findings
            .iter()
            .all(|finding| !finding.fingerprint.is_empty())
    );
}

#[test]
fn without_a_session_nothing_is_asked() {
    let sandbox = Sandbox::new().config(&json!({}));
    let gate = judged(&sandbox, GateId::SpecCompleteness, None);
    assert_eq!(gate.verdict, Verdict::Skipped);
    let answer = sandbox.sdd(["gate", "--plan"]);
    answer.expect_code(0);
    assert!(
        answer
            .stdout
            .contains("spec_completeness\n  - not run: no session is open"),
        "{}",
        answer.stdout
    );
}
