//! What a work item of its type lacks.

use crate::model::spec::{Problem, Section, Spec};
use crate::model::work_item::{WorkItem, WorkItemType};

/// The sections that a spec of a type must have.
fn required(kind: WorkItemType) -> &'static [&'static str] {
    match kind {
        WorkItemType::Feature => &[
            "Overview",
            "Rationale",
            "Acceptance Criteria",
            "Implementation Details",
            "Testing Strategy",
        ],
        WorkItemType::Bug => &[
            "Description",
            "Steps to Reproduce",
            "Root Cause Analysis",
            "Fix Approach",
        ],
        WorkItemType::Refactor => &["Overview", "Current State", "Proposed Refactor", "Scope"],
        WorkItemType::Security => &[
            "Security Issue",
            "Threat Model",
            "Attack Vector",
            "Mitigation Strategy",
            "Compliance",
        ],
        WorkItemType::IntegrationTest => &[
            "Scope",
            "Test Scenarios",
            "Performance Benchmarks",
            "API Contracts",
            "Environment Requirements",
            "Acceptance Criteria",
        ],
        WorkItemType::Deployment => &[
            "Deployment Scope",
            "Deployment Procedure",
            "Environment Configuration",
            "Rollback Procedure",
            "Smoke Tests",
            "Acceptance Criteria",
        ],
    }
}

/// Names everything that the work item lacks, in the order of the spec.
pub fn validate(spec: Option<&Spec>, item: &WorkItem) -> Vec<Problem> {
    let Some(spec) = spec else {
        return vec![Problem {
            code: "no_spec",
            line: None,
            message: "the work item has no spec".to_owned(),
            hint: None,
        }];
    };
    let find = |title: &str| -> Option<&Section> {
        spec.sections
            .iter()
            .find(|section| section.title.eq_ignore_ascii_case(title))
    };
    let mut problems = Vec::new();
    for title in required(item.kind) {
        let (code, line, what) = match find(title) {
            None => ("missing_section", None, "is missing"),
            Some(section) if !section.filled => ("empty_section", Some(section.line), "is empty"),
            Some(_) => continue,
        };
        problems.push(Problem {
            code,
            line,
            message: format!("the section \"{title}\" {what}"),
            hint: None,
        });
    }
    problems
}
