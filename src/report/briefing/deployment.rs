//! What the briefing of a deployment says beside that of every item.

use serde::Serialize;

use super::{Check, checks, line, list};
use crate::model::spec::{At, Deployment};
use crate::model::text;

/// Entries of a list that are named.
const MAX_LISTED: usize = 20;

/// The context of a deployment: what its spec says, and what of it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeploymentContext {
    /// What is deployed.
    pub application: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// The branch or tag.
    pub branch: Option<String>,
    /// Where it is deployed to.
    pub environment: Option<String>,
    /// How many steps there are before; absent when there is no such part.
    pub pre_steps: Option<usize>,
    /// How many steps there are; absent when there is no such part.
    pub steps: Option<usize>,
    /// How many steps there are after; absent when there is no such part.
    pub post_steps: Option<usize>,
    /// When to roll back.
    pub rollback_triggers: Vec<String>,
    /// How many steps the way back has; absent when there is no such part.
    pub rollback_steps: Option<usize>,
    /// How long the way back takes, in the spec's words.
    pub rollback_time: Option<String>,
    /// How many smoke tests there are.
    pub smoke_tests: usize,
    /// What was looked at before the work begins.
    pub checks: Vec<Check>,
}

impl DeploymentContext {
    /// What a spec says, and what was found of what it needs.
    pub fn of(spec: &Deployment, checks: Vec<Check>) -> Self {
        let text = |value: &Option<At<String>>| value.as_ref().map(|value| value.value.clone());
        let steps = |heading: Option<u32>, count: usize| (heading.is_some() || count > 0).then_some(count);
        Self {
            application: text(&spec.application.name),
            version: text(&spec.application.version),
            repository: text(&spec.application.repository),
            branch: text(&spec.application.branch),
            environment: text(&spec.environment),
            pre_steps: steps(spec.pre_heading, spec.pre.len()),
            steps: steps(spec.steps_heading, spec.steps.len()),
            post_steps: steps(spec.post_heading, spec.post.len()),
            rollback_triggers: spec
                .rollback_triggers
                .iter()
                .map(|trigger| trigger.value.clone())
                .collect(),
            rollback_steps: steps(spec.rollback_heading, spec.rollback_steps.len()),
            rollback_time: text(&spec.rollback_time),
            smoke_tests: spec.smoke_tests.len() + spec.health_checks.len(),
            checks,
        }
    }

    /// The context as a section of the briefing.
    pub(super) fn markdown(&self) -> String {
        let given = |value: &Option<String>| value.as_deref().map_or_else(|| "not given".to_owned(), line);
        let mut section = "\n## Deployment Context\n\n**Deployment Scope:**\n".to_owned();
        for (name, value) in [
            ("Application", &self.application),
            ("Environment", &self.environment),
            ("Version", &self.version),
        ] {
            section.push_str(&format!("- {name}: {}\n", given(value)));
        }
        for (name, value) in [("Repository", &self.repository), ("Branch", &self.branch)] {
            if value.is_some() {
                section.push_str(&format!("- {name}: {}\n", given(value)));
            }
        }
        section.push_str("\n**Deployment Procedure:**\n");
        for (name, count) in [
            ("Pre-deployment", self.pre_steps),
            ("Deployment", self.steps),
            ("Post-deployment", self.post_steps),
        ] {
            section.push_str(&format!("- {name}: {}\n", steps(count)));
        }
        section.push_str(&format!("- Smoke tests: {}\n", counted(self.smoke_tests, "test")));
        section.push_str(&format!(
            "\n**Rollback Procedure:**\n- Steps: {}\n- Estimated time: {}\n\n",
            steps(self.rollback_steps),
            given(&self.rollback_time)
        ));
        section.push_str(&list(
            "Rollback Triggers",
            self.rollback_triggers.iter(),
            MAX_LISTED,
        ));
        section + &checks("Pre-Session Environment Checks", &self.checks)
    }
}

fn steps(count: Option<usize>) -> String {
    count.map_or_else(|| "not given".to_owned(), |count| counted(count, "step"))
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => "none".to_owned(),
        count => text::counted(count, what),
    }
}
