//! Tests of the whole reader, by subject.

mod deployment;
mod document;
mod integration;
mod limits;
mod overlay;
mod template;
mod validate;

use serde_json::{Value, json};

use crate::model::spec::{At, Benchmarks, DeployStep, Deployment, Integration, Section, Spec};
use crate::model::work_item::{Priority, Status, WorkItem, WorkItemType};

use super::read;

/// A fixture of `tests/fixtures/specs`.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/specs/", $name, ".md"))
    };
}
use fixture;

/// A spec as lines, `LINE what: words`: everything that was read of it.
fn outline(spec: &Spec) -> Vec<String> {
    let mut out = Outline::default();
    out.one("kind", spec.kind.as_ref());
    out.one("title", spec.title.as_ref());
    for section in &spec.sections {
        out.section(section, 2);
    }
    out.list("criterion", &spec.acceptance, Clone::clone);
    out.integration(&spec.integration);
    out.limits(&spec.integration.benchmarks);
    out.environment(&spec.integration);
    out.deployment(&spec.deployment);
    out.list("odd", &spec.oddities, |odd| {
        format!("{} {}", odd.code, odd.message)
    });
    out.0
}

#[derive(Default)]
struct Outline(Vec<String>);

/// What stands for nothing.
fn word(word: Option<&String>) -> &str {
    word.map_or("-", String::as_str)
}

impl Outline {
    fn say(&mut self, line: u32, what: &str, words: &str) {
        self.0.push(format!("{line} {what}: {words}"));
    }

    fn one<T: ToString>(&mut self, what: &str, one: Option<&At<T>>) {
        if let Some(one) = one {
            self.say(one.line, what, &one.value.to_string());
        }
    }

    fn list<T>(&mut self, what: &str, list: &[At<T>], words: impl Fn(&T) -> String) {
        for one in list {
            self.say(one.line, what, &words(&one.value));
        }
    }

    fn section(&mut self, section: &Section, level: usize) {
        let filled = if section.filled { "" } else { " (empty)" };
        self.say(
            section.line,
            &"#".repeat(level),
            &format!("{}{filled}", section.title),
        );
        for inner in &section.sections {
            self.section(inner, level + 1);
        }
    }

    fn integration(&mut self, integration: &Integration) {
        self.list("component", &integration.components, |component| {
            format!("{} @ {}", component.name, word(component.version.as_ref()))
        });
        self.list("point", &integration.integration_points, Clone::clone);
        for scenario in &integration.scenarios {
            self.say(scenario.line, "scenario", &scenario.value.description);
            self.list("setup", &scenario.value.setup, Clone::clone);
            self.list("action", &scenario.value.actions, Clone::clone);
            self.list("expected", &scenario.value.expected_results, Clone::clone);
        }
    }

    fn limits(&mut self, limits: &Benchmarks) {
        self.list("limit", &limits.latency, |limit| {
            format!("p{} {} ms", limit.percentile, limit.milliseconds)
        });
        self.one("minimum", limits.minimum_throughput.as_ref());
        self.one("target", limits.target_throughput.as_ref());
        self.one("ramp up", limits.ramp_up.as_ref());
        self.one("sustained", limits.sustained.as_ref());
        self.one("ramp down", limits.ramp_down.as_ref());
        self.one("threads", limits.threads.as_ref());
        self.one("connections", limits.connections.as_ref());
        self.list("resource", &limits.resources, |limit| {
            let each = if limit.per_service { " each" } else { "" };
            format!("{} {}{each}", limit.metric, limit.limit)
        });
        self.one("endpoint", limits.endpoint.as_ref());
    }

    fn environment(&mut self, integration: &Integration) {
        self.list("contract", &integration.contracts, |contract| {
            format!(
                "{} | {} | {} | {} | {}",
                word(contract.between.as_ref()),
                word(contract.contract_file.as_ref()),
                word(contract.version.as_ref()),
                word(contract.previous_version.as_ref()),
                if contract.allow_breaking_changes {
                    "breaking"
                } else {
                    "unbroken"
                }
            )
        });
        let needs = &integration.environment;
        self.list("service", &needs.services, |service| {
            let (tag, note) = (word(service.tag.as_ref()), word(service.note.as_ref()));
            format!("{}:{tag} {:?} {note}", service.name, service.ports)
        });
        self.list("compose", &needs.compose_files, Clone::clone);
        self.list("config", &needs.config_files, Clone::clone);
        self.list("fixture", &needs.test_data_fixtures, Clone::clone);
        self.list("setting", &needs.variables, |(name, value)| {
            format!("{name}={value}")
        });
        self.list("needs", &integration.dependencies, |one| {
            format!("{} | {}", one.from, one.on)
        });
    }

    fn deployment(&mut self, deployment: &Deployment) {
        let application = &deployment.application;
        self.one("name", application.name.as_ref());
        self.one("version", application.version.as_ref());
        self.one("repository", application.repository.as_ref());
        self.one("branch", application.branch.as_ref());
        self.one("environment", deployment.environment.as_ref());
        self.one("rollback time", deployment.rollback_time.as_ref());
        for (what, heading, list) in [
            ("pre", deployment.pre_heading, &deployment.pre),
            ("step", deployment.steps_heading, &deployment.steps),
            ("post", deployment.post_heading, &deployment.post),
            ("back", deployment.rollback_heading, &deployment.rollback_steps),
        ] {
            if let Some(line) = heading {
                self.say(line, what, "heading");
            }
            self.list(what, list, step);
        }
        self.list("variable", &deployment.variables, |variable| {
            let open = if variable.placeholder { " (open)" } else { "" };
            format!("{}{open}", variable.name)
        });
        if let Some(line) = deployment.triggers_heading {
            self.say(line, "trigger", "heading");
        }
        self.list("trigger", &deployment.rollback_triggers, Clone::clone);
        self.list("smoke", &deployment.smoke_tests, |test| {
            let command = test
                .command
                .as_ref()
                .map_or("-".to_owned(), |command| format!("fence {}", command.line));
            format!(
                "{} | {} | {command} | {} | {}",
                test.name,
                word(test.endpoint.as_ref()),
                word(test.expected.as_ref()),
                word(test.on_failure.as_ref())
            )
        });
        self.list("health", &deployment.health_checks, Clone::clone);
    }
}

fn step(step: &DeployStep) -> String {
    let mut words = step.text.clone();
    for detail in &step.details {
        words.push_str(&format!(" / {detail}"));
    }
    for fence in &step.fences {
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
