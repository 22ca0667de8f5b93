use serde_json::{Value, json};

use super::super::sample::Sample;
use super::*;
use crate::integration::documents::{Page, Sight};
use crate::model::verdict::Verdict;
use crate::parse;

const SPEC: &str = "# Integration Test: X\n\n## Scope\n\n**Integration Points:**\n- api → db\n";

#[track_caller]
fn check(settings: &Value, sight: std::result::Result<Sight, String>, verdict: Verdict, reason: &str) {
    let settings = json!({"quality_gates": {"integration_documentation": settings}});
    let mut sample = Sample::new(&settings).work(json!({}));
    let work = sample.work.as_mut().unwrap();
    work.item.kind = WorkItemType::IntegrationTest;
    work.spec = Some(parse::spec::read("spec.md", SPEC.as_bytes()));
    sample.with(|cx| {
        assert_eq!(IntegrationDocumentation.absent(cx), None);
        let items = IntegrationDocumentation.plan(cx);
        let part = Part {
            item: &items[0],
            result: Result::Documents(sight),
        };
        let judgement = IntegrationDocumentation.judge(cx, &[part]);
        assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
    });
}

#[test]
fn what_is_met_is_counted_and_what_is_missing_is_named() {
    let drawn = || Sight {
        architecture: vec![Page {
            text: "```mermaid\nflowchart LR\na-->b\n```\n".to_owned(),
            ..Page::default()
        }],
        ..Sight::default()
    };
    check(
        &json!({}),
        Ok(drawn()),
        Verdict::Passed,
        "2/2 documentation requirements met",
    );
    check(
        &json!({}),
        Ok(Sight::default()),
        Verdict::Failed,
        "1/2 documentation requirements met; missing: architecture diagram",
    );
    check(
        &json!({"require_architecture_diagram": false}),
        Ok(Sight::default()),
        Verdict::Passed,
        "1/1 documentation requirements met",
    );
    check(
        &json!({}),
        Err("a link that leads out".to_owned()),
        Verdict::Error,
        "a link that leads out",
    );
    check(
        &json!({"require_architecture_diagram": false, "require_integration_points": false}),
        Ok(drawn()),
        Verdict::Skipped,
        "the settings demand no documentation",
    );
}
