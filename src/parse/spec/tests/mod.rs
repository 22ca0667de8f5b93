//! Tests of the whole reader, by subject.

mod deployment;
mod document;
mod integration;
mod limits;
mod overlay;
mod template;
mod validate;

use serde_json::{Value, json};

use crate::model::spec::{At, DeployStep, Section, Spec};
use crate::model::work_item::{Priority, Status, WorkItem, WorkItemType};

use super::read;

/// A fixture of `tests/fixtures/specs`.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/specs/", $name, ".md"))
    };
}
use fixture;

#[expect(clippy::too_many_lines, reason = "a line or two a part of a spec")]
/// A spec as lines, `LINE what: words`: everything that was read of it.
fn outline(spec: &Spec) -> Vec<String> {
    let mut out = Vec::new();
    let mut say = |line: u32, what: &str, words: String| out.push(format!("{line} {what}: {words}"));
    if let Some(kind) = &spec.kind {
        say(kind.line, "kind", kind.value.to_string());
    }
    if let Some(title) = &spec.title {
        say(title.line, "title", title.value.clone());
    }
    for section in &spec.sections {
        sections(section, 2, &mut say);
    }
    for one in &spec.acceptance {
        say(one.line, "criterion", one.value.clone());
    }
    let integration = &spec.integration;
    for one in &integration.components {
        let version = one.value.version.as_deref().unwrap_or("-");
        say(one.line, "component", format!("{} @ {version}", one.value.name));
    }
    for one in &integration.integration_points {
        say(one.line, "point", one.value.clone());
    }
    for one in &integration.scenarios {
        say(one.line, "scenario", one.value.description.clone());
        for (what, list) in [
            ("setup", &one.value.setup),
            ("action", &one.value.actions),
            ("expected", &one.value.expected_results),
        ] {
            for entry in list {
                say(entry.line, what, entry.value.clone());
            }
        }
    }
    let limits = &integration.benchmarks;
    for one in &limits.latency {
        say(
            one.line,
            "limit",
            format!("p{} {} ms", one.value.percentile, one.value.milliseconds),
        );
    }
    for (what, rate) in [
        ("minimum", &limits.minimum_throughput),
        ("target", &limits.target_throughput),
        ("ramp up", &limits.ramp_up),
        ("sustained", &limits.sustained),
        ("ramp down", &limits.ramp_down),
    ] {
        if let Some(rate) = rate {
            say(rate.line, what, format!("{}", rate.value));
        }
    }
    for (what, count) in [("threads", &limits.threads), ("connections", &limits.connections)] {
        if let Some(count) = count {
            say(count.line, what, format!("{}", count.value));
        }
    }
    for one in &limits.resources {
        let each = if one.value.per_service { " each" } else { "" };
        say(
            one.line,
            "resource",
            format!("{} {}{each}", one.value.metric, one.value.limit),
        );
    }
    if let Some(endpoint) = &limits.endpoint {
        say(endpoint.line, "endpoint", endpoint.value.clone());
    }
    for one in &integration.contracts {
        let contract = &one.value;
        let word = |word: &Option<String>| word.as_deref().unwrap_or("-").to_owned();
        let words = format!(
            "{} | {} | {} | {} | {}",
            word(&contract.between),
            word(&contract.contract_file),
            word(&contract.version),
            word(&contract.previous_version),
            if contract.allow_breaking_changes {
                "breaking"
            } else {
                "unbroken"
            }
        );
        say(one.line, "contract", words);
    }
    let needs = &integration.environment;
    for one in &needs.services {
        let service = &one.value;
        let words = format!(
            "{}:{} {:?} {}",
            service.name,
            service.tag.as_deref().unwrap_or("-"),
            service.ports,
            service.note.as_deref().unwrap_or("-")
        );
        say(one.line, "service", words);
    }
    if let Some(file) = &needs.compose_file {
        say(file.line, "compose", file.value.clone());
    }
    for one in &needs.config_files {
        say(one.line, "config", one.value.clone());
    }
    for one in &needs.test_data_fixtures {
        say(one.line, "fixture", one.value.clone());
    }
    for one in &needs.variables {
        say(one.line, "setting", format!("{}={}", one.value.0, one.value.1));
    }
    let deployment = &spec.deployment;
    for (what, value) in [
        ("name", &deployment.application.name),
        ("version", &deployment.application.version),
        ("repository", &deployment.application.repository),
        ("branch", &deployment.application.branch),
        ("environment", &deployment.environment),
        ("rollback time", &deployment.rollback_time),
    ] {
        if let Some(value) = value {
            say(value.line, what, value.value.clone());
        }
    }
    for (what, heading, list) in [
        ("pre", deployment.pre_heading, &deployment.pre),
        ("step", deployment.steps_heading, &deployment.steps),
        ("post", deployment.post_heading, &deployment.post),
        ("back", deployment.rollback_heading, &deployment.rollback_steps),
    ] {
        if let Some(line) = heading {
            say(line, what, "heading".to_owned());
        }
        for one in list {
            say(one.line, what, step(one));
        }
    }
    for one in &deployment.variables {
        let open = if one.value.placeholder { " (open)" } else { "" };
        say(one.line, "variable", format!("{}{open}", one.value.name));
    }
    if let Some(line) = deployment.triggers_heading {
        say(line, "trigger", "heading".to_owned());
    }
    for one in &deployment.rollback_triggers {
        say(one.line, "trigger", one.value.clone());
    }
    for one in &deployment.smoke_tests {
        let test = &one.value;
        let word = |word: &Option<String>| word.as_deref().unwrap_or("-").to_owned();
        let command = test
            .command
            .as_ref()
            .map_or("-".to_owned(), |command| format!("fence {}", command.line));
        let words = format!(
            "{} | {} | {command} | {} | {}",
            test.name,
            word(&test.endpoint),
            word(&test.expected),
            word(&test.on_failure)
        );
        say(one.line, "smoke", words);
    }
    for one in &deployment.health_checks {
        say(one.line, "health", one.value.clone());
    }
    for one in &spec.oddities {
        say(
            one.line,
            "odd",
            format!("{} {}", one.value.code, one.value.message),
        );
    }
    out
}

fn sections(section: &Section, level: usize, say: &mut impl FnMut(u32, &str, String)) {
    let filled = if section.filled { "" } else { " (empty)" };
    say(
        section.line,
        &"#".repeat(level),
        format!("{}{filled}", section.title),
    );
    for inner in &section.sections {
        sections(inner, level + 1, say);
    }
}

fn step(step: &At<DeployStep>) -> String {
    let mut words = step.value.text.clone();
    for detail in &step.value.details {
        words.push_str(&format!(" / {detail}"));
    }
    for fence in &step.value.fences {
        words.push_str(&format!(" [{}: {}]", fence.line, fence.info));
    }
    words
}

/// Checks what was read of a text, but for some kinds of lines: those that a test is about are named.
#[track_caller]
fn check(text: &str, kinds: &[&str], expect: &[&str]) {
    let found: Vec<String> = outline(&read("spec.md", text.as_bytes()))
        .into_iter()
        .filter(|line| {
            let what = line.split_once(' ').and_then(|(_, rest)| rest.split_once(':'));
            what.is_some_and(|(what, _)| kinds.contains(&what))
        })
        .collect();
    assert_eq!(found, expect);
}

/// A work item of a type, with more fields.
fn item(kind: WorkItemType, more: &Value) -> WorkItem {
    let mut raw = json!({"id": "w", "type": kind.as_str(), "title": "W"});
    let fields = raw.as_object_mut().unwrap();
    fields.extend(more.as_object().cloned().unwrap_or_default());
    WorkItem {
        id: "w".to_owned(),
        kind,
        title: "W".to_owned(),
        status: Status::InProgress,
        priority: Priority::Medium,
        urgent: false,
        dependencies: vec!["feature_a".to_owned()],
        milestone: None,
        spec_file: Some(".session/specs/w.md".to_owned()),
        created_at: None,
        sessions: Vec::new(),
        validation_rules: Vec::new(),
        raw,
    }
}
