//! What a work item lacks.

use super::super::validate;
use super::*;

/// The problems as `LINE code: message`, with `-` for those about no line.
fn problems(text: &str, item: &WorkItem) -> Vec<String> {
    shown(validate(Some(&read("spec.md", text.as_bytes())), item))
}

fn shown(problems: Vec<crate::model::spec::Problem>) -> Vec<String> {
    problems
        .into_iter()
        .map(|problem| {
            let line = problem.line.map_or("-".to_owned(), |line| line.to_string());
            format!("{line} {}: {}", problem.code, problem.message)
        })
        .collect()
}

#[track_caller]
fn check(kind: WorkItemType, text: &str, expect: &[&str]) {
    assert_eq!(problems(text, &item(kind, &json!({}))), expect);
}

/// A fixture with something replaced; what is replaced must be there.
#[track_caller]
fn changed(fixture: &str, from: &str, to: &str) -> String {
    assert!(fixture.contains(from), "{from:?} is not in the fixture");
    fixture.replacen(from, to, 1)
}

#[track_caller]
fn check_integration(from: &str, to: &str, expect: &[&str]) {
    check(
        WorkItemType::IntegrationTest,
        &changed(fixture!("integration_test"), from, to),
        expect,
    );
}

#[track_caller]
fn check_deployment(from: &str, to: &str, expect: &[&str]) {
    check(
        WorkItemType::Deployment,
        &changed(fixture!("deployment"), from, to),
        expect,
    );
}

/// The sections of a text, each with its heading, but for one.
fn without_section(text: &str, title: &str) -> String {
    let mut keep = true;
    let mut in_fence = false;
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        in_fence ^= line.starts_with("```");
        if !in_fence && line.starts_with("## ") {
            keep = line.trim_end() != format!("## {title}");
        }
        if keep {
            out.push_str(line);
        }
    }
    assert_ne!(out, text, "{title}");
    out
}

/// The same with the heading kept and nothing below it.
fn with_empty_section(text: &str, title: &str) -> String {
    let mut out = without_section(text, title);
    out.push_str(&format!("\n## {title}\n\n<!-- later -->\n"));
    out
}

const REQUIRED: &[(WorkItemType, &str, &[&str])] = &[
    (
        WorkItemType::Feature,
        fixture!("feature"),
        &[
            "Overview",
            "Rationale",
            "Acceptance Criteria",
            "Implementation Details",
            "Testing Strategy",
        ],
    ),
    (
        WorkItemType::Bug,
        fixture!("bug"),
        &[
            "Description",
            "Steps to Reproduce",
            "Root Cause Analysis",
            "Fix Approach",
        ],
    ),
    (
        WorkItemType::Refactor,
        fixture!("refactor"),
        &["Overview", "Current State", "Proposed Refactor", "Scope"],
    ),
    (
        WorkItemType::Security,
        fixture!("security"),
        &[
            "Security Issue",
            "Threat Model",
            "Attack Vector",
            "Mitigation Strategy",
            "Compliance",
        ],
    ),
    (
        WorkItemType::IntegrationTest,
        fixture!("integration_test"),
        &[
            "Scope",
            "Test Scenarios",
            "Performance Benchmarks",
            "API Contracts",
            "Environment Requirements",
            "Acceptance Criteria",
        ],
    ),
    (
        WorkItemType::Deployment,
        fixture!("deployment"),
        &[
            "Deployment Scope",
            "Deployment Procedure",
            "Environment Configuration",
            "Rollback Procedure",
            "Smoke Tests",
            "Acceptance Criteria",
        ],
    ),
];

#[test]
fn each_section_of_each_type_is_demanded_and_empty_is_not_missing() {
    for (kind, text, titles) in REQUIRED {
        for title in *titles {
            check(
                *kind,
                &without_section(text, title),
                &[&format!("- missing_section: the section \"{title}\" is missing")],
            );
            let empty = with_empty_section(text, title);
            let line = empty
                .lines()
                .position(|line| line == format!("## {title}"))
                .unwrap()
                + 1;
            check(
                *kind,
                &empty,
                &[&format!("{line} empty_section: \"{title}\" is empty")],
            );
        }
    }
}

#[test]
fn a_heading_that_is_nearly_right_is_named() {
    let text = changed(fixture!("feature"), "## Acceptance Criteria", "## Acceptance");
    let all = validate(
        Some(&read("s", text.as_bytes())),
        &item(WorkItemType::Feature, &json!({})),
    );
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0].code, "missing_section");
    assert_eq!(all[0].line, Some(16));
    assert_eq!(
        all[0].hint.as_deref(),
        Some("did you mean \"Acceptance\"? Call it `## Acceptance Criteria`")
    );
    for (from, to, hint) in [
        (
            "## Testing Strategy",
            "## Testing Stratgy",
            "did you mean \"Testing Stratgy\"? Call it `## Testing Strategy`",
        ),
        ("## Rationale", "## Why", "add `## Rationale`"),
        (
            "## Rationale",
            "### Rationale",
            "it stands below \"User Story\"; make it a section of its own: `## Rationale`",
        ),
    ] {
        let text = changed(fixture!("feature"), from, to);
        let all = validate(
            Some(&read("s", text.as_bytes())),
            &item(WorkItemType::Feature, &json!({})),
        );
        assert_eq!(all.len(), 1, "{all:#?}");
        assert_eq!(all[0].hint.as_deref(), Some(hint));
    }
}

#[test]
fn headings_are_taken_as_people_write_them() {
    for (from, to) in [
        ("## Overview", "## OVERVIEW"),
        ("## Overview", "## 1. Overview"),
        ("## Overview", "## Overview:"),
        ("## Overview", "## **Overview**"),
        ("## Overview", "## 📋 Overview (draft)"),
        ("## Overview", "Overview\n--------"),
    ] {
        check(
            WorkItemType::Feature,
            &changed(fixture!("feature"), from, to),
            &[],
        );
    }
}

#[test]
fn at_least_three_criteria_are_demanded() {
    let text = changed(
        fixture!("feature"),
        "- [ ] A link that was taken back answers 410\n",
        "",
    );
    check(
        WorkItemType::Feature,
        &text,
        &["16 too_few_criteria: there are 2 acceptance criteria; at least 3 are needed"],
    );
    let text = changed(
        fixture!("feature"),
        "- [ ] A link that was taken back answers 410",
        "- [ ] [More]",
    );
    check(
        WorkItemType::Feature,
        &text,
        &[
            "16 too_few_criteria: there are 2 acceptance criteria; at least 3 are needed",
            "19 placeholder: \"Acceptance Criteria\" has a placeholder left, on line 19",
        ],
    );
    check(
        WorkItemType::Feature,
        "# Feature: x\n## Overview\na\n## Rationale\na\n## Acceptance Criteria\nIt works.\n## Implementation Details\na\n\
         ## Testing Strategy\na\n",
        &["6 too_few_criteria: there are no acceptance criteria; at least 3 are needed"],
    );
}

#[test]
fn a_type_that_contradicts_the_work_item_is_said() {
    let text = changed(fixture!("bug"), "# Bug:", "# Feature:");
    check(
        WorkItemType::Bug,
        &text,
        &["1 wrong_type: the first heading says \"Feature\", and the work item is of the type bug"],
    );
    let text = changed(fixture!("bug"), "# Bug: Export", "# WI-054 — Export");
    check(
        WorkItemType::Bug,
        &text,
        &["1 unknown_type: \"WI-054 — Export drops the last row\" names none of the six types of work items"],
    );
    let text = changed(fixture!("bug"), "# Bug: Export drops the last row\n", "");
    check(
        WorkItemType::Bug,
        &text,
        &["2 no_title: no first heading names the type of the work item"],
    );
}

#[test]
fn no_spec_is_one_problem() {
    let item = item(WorkItemType::Feature, &json!({}));
    let all = validate(None, &item);
    assert_eq!(all[0].hint.as_deref(), Some("write .session/specs/w.md"));
    assert_eq!(shown(all), ["- no_spec: the feature has no spec"]);
    // An empty file is a spec, and an empty one.
    assert_eq!(problems("", &item).len(), 6);
}

#[test]
fn an_integration_test_depends_on_something() {
    let mut item = item(WorkItemType::IntegrationTest, &json!({}));
    item.dependencies.clear();
    let expect = "- no_dependencies: an integration test depends on the work items that build its components, and names none";
    assert_eq!(problems(fixture!("integration_test"), &item), [expect]);
    assert_eq!(
        shown(validate(None, &item)),
        ["- no_spec: the integration test has no spec", expect]
    );
    item.kind = WorkItemType::Feature;
    assert_eq!(problems(fixture!("feature"), &item), [""; 0]);
}

#[test]
fn each_part_of_a_scenario_is_demanded() {
    check_integration(
        "**Setup:**\n",
        "**Notes:**\n",
        &["18 no_setup: the scenario \"A paid order is packed\" has no setup"],
    );
    check_integration(
        "#### Actions\n",
        "#### Notes\n",
        &["40 no_actions: the scenario \"test_refused.py -- The card is refused\" has no actions"],
    );
    check_integration(
        "- 402, and the stock is still 50\n",
        "\n",
        &[
            "40 no_expected_results: the scenario \"test_refused.py -- The card is refused\" has no expected results",
        ],
    );
    check_integration(
        "### test_refused.py",
        "### Scenario 2: Nothing\n\n### test_refused.py",
        &["40 empty_scenario: the scenario \"Nothing\" has no setup, no actions and no expected results"],
    );
    let text = without_section(fixture!("integration_test"), "Test Scenarios");
    check(
        WorkItemType::IntegrationTest,
        &format!("{text}\n## Test Scenarios\n\nLater, all of them.\n"),
        &["94 no_scenarios: there is no test scenario"],
    );
}

#[test]
fn what_is_measured_must_be_said() {
    let text = fixture!("integration_test");
    let named = "**Endpoint:** `http://localhost:8001/orders`\n";
    assert!(text.contains(named));
    let text = text.replace(named, "");
    let spec = read("spec.md", text.as_bytes());
    let told = validate(Some(&spec), &item(WorkItemType::IntegrationTest, &json!({})));
    let codes: Vec<&str> = told.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["no_endpoint"], "{told:#?}");
    let service = &spec.integration.environment.services[0].value;
    let hint = told[0].hint.as_deref().unwrap();
    assert!(
        hint.contains(&format!("`**Endpoint:** http://{}:", service.name)),
        "{hint}"
    );
    // The item's own JSON says it as well.
    let own = json!({"performance_benchmarks": {"endpoint": "http://api:8000/"}});
    assert_eq!(
        validate(Some(&spec), &item(WorkItemType::IntegrationTest, &own)),
        []
    );
}

#[test]
fn limits_are_demanded_and_must_be_understood() {
    check_integration(
        "- p50 (median): < 120ms\n- p95: < 450 ms\n- p99.9: < 2s\n",
        "- fast enough\n",
        &["54 no_response_time: the performance benchmarks limit no response time"],
    );
    check_integration(
        "- Minimum: 600 orders/minute (baseline)\n- Target: 40 requests/second\n",
        "- Many\n",
        &["54 no_throughput: the performance benchmarks ask for no throughput"],
    );
    check_integration("- Minimum: 600 orders/minute (baseline)\n", "\n", &[]);
    check_integration(
        "- p95: < 450 ms",
        "- p95: < 450 blinks",
        &["60 unknown_unit: p95: \"< 450 blinks\" has a unit that is not known here, so it limits nothing"],
    );
}

#[test]
fn contracts_need_file_and_version() {
    check_integration(
        "- Contract file: `contracts/payments.yaml`\n",
        "",
        &["85 no_contract_file: the contract \"Order API → Payment service\" names no file"],
    );
    check_integration(
        "- Version: 2.1.0\n",
        "",
        &["85 no_contract_version: the contract \"Order API → Payment service\" names no version"],
    );
    let text = without_section(fixture!("integration_test"), "API Contracts");
    check(
        WorkItemType::IntegrationTest,
        &format!("{text}\n## API Contracts\n\n**Database:**\n- Schema file: `a.sql`\n"),
        &["121 no_contracts: there is no API contract"],
    );
}

#[test]
fn services_are_demanded() {
    check_integration(
        "**Services Required:**",
        "**Other:**",
        &["94 no_services: no service is named that the test needs"],
    );
}

#[test]
fn a_deployment_names_one_environment() {
    check_deployment(
        "- Environment: `production`\n",
        "",
        &["3 no_environment: no target environment is named"],
    );
    check_deployment(
        "`production`",
        "[staging | production]",
        &[
            "14 no_environment: the target environment is still a choice",
            "14 placeholder: \"Deployment Scope\" has a placeholder left, on line 14",
        ],
    );
    check_deployment(
        "`production`",
        "staging | production",
        &["14 no_environment: the target environment is still a choice"],
    );
}

#[test]
fn each_stage_of_a_deployment_is_demanded() {
    check_deployment(
        "### Pre-Deployment Checklist\n\n- [ ] Integration tests of this commit are green\n- [ ] The database is saved\n\n\
         **Pre-Deployment Commands:**",
        "### Notes",
        &["17 no_pre_steps: the heading \"Pre-Deployment Steps\" is missing"],
    );
    check_deployment(
        "### Deployment Steps\n",
        "\n",
        &["17 no_steps: the heading \"Deployment Steps\" is missing"],
    );
    check_deployment(
        "### Post-Deployment Steps\n",
        "\n",
        &["17 no_post_steps: the heading \"Post-Deployment Steps\" is missing"],
    );
    check_deployment(
        "### Post-Deployment Steps\n",
        "### Post-Deployment Steps\n\n### Notes\n",
        &[],
    );
    let text = without_section(fixture!("deployment"), "Deployment Procedure");
    check(
        WorkItemType::Deployment,
        &format!(
            "{text}\n## Deployment Procedure\n\n1. a\n\n### Pre-Deployment Steps\n\n[Later]\n\n### Post-Deployment Steps\n"
        ),
        &[
            "86 no_steps: the steps have no heading \"Deployment Steps\" of their own",
            "90 no_pre_steps: no step is filled in below \"Pre-Deployment Steps\"",
            "92 placeholder: \"Deployment Procedure\" has a placeholder left, on line 92",
            "94 no_post_steps: no step is filled in below \"Post-Deployment Steps\"",
        ],
    );
}

#[test]
fn the_way_back_is_demanded() {
    check_deployment(
        "### Rollback Triggers\n",
        "### Reasons\n",
        &["69 no_triggers: the heading \"Rollback Triggers\" is missing"],
    );
    check_deployment(
        "- Smoke tests fail\n- Error rate exceeds 5%\n\n**By hand:**\n- Wrong prices\n",
        "Bad days.\n",
        &["71 no_triggers: no rollback trigger is filled in"],
    );
    check_deployment(
        "### Rollback Steps\n",
        "### Notes\n",
        &["69 no_rollback_steps: the heading \"Rollback Steps\" is missing"],
    );
}

#[test]
fn smoke_tests_or_health_checks_are_demanded() {
    let text = without_section(fixture!("deployment"), "Smoke Tests");
    let with = |body: &str| format!("{text}\n## Smoke Tests\n\n{body}\n");
    check(
        WorkItemType::Deployment,
        &with("By hand."),
        &["100 no_smoke_tests: there is no smoke test and no health check"],
    );
    check(
        WorkItemType::Deployment,
        &with("By hand.\n\n- **[Add one]**"),
        &[
            "100 no_smoke_tests: there is no smoke test and no health check",
            "104 placeholder: \"Smoke Tests\" has a placeholder left, on line 104",
        ],
    );
    check(
        WorkItemType::Deployment,
        &with("### Health Checks\n- GET /health"),
        &[],
    );
    check(
        WorkItemType::Deployment,
        &with("### Critical User Flows\n1. **Login**\n   - Endpoint: GET /"),
        &[],
    );
}

#[test]
fn what_is_left_of_the_template_is_told_in_few_words() {
    let half = super::super::filled(WorkItemType::Feature, "x")
        .replace("[What the feature does]", "It shares a shelf.")
        .replace("[What can be seen to work]", "A link opens")
        .replace(
            "[What happens at the edge: empty, too large, twice]",
            "An old link does not",
        )
        .replace("[File or module]: [what changes there]", "`links.py`");
    check(
        WorkItemType::Feature,
        &half,
        &[
            "11 template_text: \"User Story\", \"Dependencies\" are still the template's text",
            "15 empty_section: \"Rationale\" is still the template's text",
            "21 too_few_criteria: there are 2 acceptance criteria; at least 3 are needed",
            "27 placeholder: \"Acceptance Criteria\" has a placeholder left, on line 27",
            "33 placeholder: \"Implementation Details\" has 3 placeholders left, on lines 33, 38, 40",
            "42 empty_section: \"Testing Strategy\" is still the template's text",
        ],
    );
}

#[test]
fn good_defaults_of_a_template_count_once_their_section_was_written() {
    let text = super::super::filled(WorkItemType::IntegrationTest, "x");
    let limits = changed(
        &text,
        "[Whole URL that the load goes to, with its method where that is not GET]",
        "`/orders`",
    );
    let spec = read("s", limits.as_bytes());
    let all = validate(Some(&spec), &item(WorkItemType::IntegrationTest, &json!({})));
    assert!(all.iter().all(|problem| problem.line != Some(47)), "{all:#?}");
    assert!(spec.counts(54) && !spec.counts(89));
}

#[test]
fn examples_of_older_templates_do_not_count() {
    let text = changed(
        fixture!("feature"),
        "The owner of a shelf can make a link that shows the shelf to people without an account. The link can be taken\n\
         back at any time.\n",
        "**Example:**\n\n> This feature adds notifications.\n",
    );
    check(
        WorkItemType::Feature,
        &text,
        &["3 empty_section: \"Overview\" is still the template's text"],
    );
    let text = changed(
        fixture!("feature"),
        "## User Story",
        "**Example:**\n\n> This adds notifications.\n\n## User Story",
    );
    check(
        WorkItemType::Feature,
        &text,
        &["10 template_text: examples of the template are still there, on line 10"],
    );
}

#[test]
fn a_section_given_twice_is_a_problem_and_both_are_read() {
    let text = format!(
        "{}\n## Acceptance Criteria\n\n- [ ] One more\n",
        fixture!("feature")
    );
    check(
        WorkItemType::Feature,
        &text,
        &["42 duplicate_section: \"Acceptance Criteria\" is given twice, on lines 16 and 42"],
    );
    assert_eq!(read("s", text.as_bytes()).acceptance.len(), 4);
}

#[test]
fn only_so_many_problems_are_told() {
    let text = format!(
        "# Integration Test: x\n## Test Scenarios\n{}",
        "### a\n- b\n".repeat(300)
    );
    let all = problems(&text, &item(WorkItemType::IntegrationTest, &json!({})));
    assert_eq!(all.len(), 101);
    assert_eq!(all[100], "- more: 205 more problems");
}
