//! What the spec of a work item says, as data: every part with the line that it stands on.
//!
//! A spec is a markdown file; `parse::spec` reads it. Nothing here is required to be there: what a work item of
//! some type must have is the business of its validation.

mod deployment;
mod integration;

pub use deployment::{Application, DeployStep, Deployment, Fence, SmokeTest, Variable};
pub use integration::{
    Benchmarks, Component, Contract, Dependency, EnvironmentNeeds, Integration, LatencyLimit, ResourceLimit,
    Scenario, Service,
};

use super::work_item::WorkItemType;

/// A part of a spec and the line that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// What is said.
    pub value: T,
    /// The line of the spec file, from 1; 0 for what the work item's JSON says.
    pub line: u32,
}

impl<T> At<T> {
    /// A value with its line.
    pub fn new(value: T, line: u32) -> Self {
        Self { value, line }
    }
}

/// A spec, as far as it could be understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// The file, relative to the project with `/` between parts, for messages.
    pub file: String,
    /// The type that the first heading names: `# Bug: …`.
    pub kind: Option<At<WorkItemType>>,
    /// The first heading without its type.
    pub title: Option<At<String>>,
    /// The sections below the first heading, in their order, each with its own.
    pub sections: Vec<Section>,
    /// The acceptance criteria: the items of that section's lists, whether they have a box to tick or not.
    pub acceptance: Vec<At<String>>,
    /// What integration tests have.
    pub integration: Integration,
    /// What deployments have.
    pub deployment: Deployment,
    /// The lines with text that does not count, in their order: placeholders, examples, and text of the template in
    /// sections that nobody has touched.
    pub unfilled: Vec<u32>,
    /// What is there and could not be understood, or only by a guess: an unknown unit, a heading given twice, text
    /// of the template that was left as it was.
    pub oddities: Vec<At<Oddity>>,
}

impl Spec {
    /// What says that a deployment has more than one target environment, where something does.
    pub fn second_environment(&self) -> Option<&At<Oddity>> {
        let mut oddities = self.oddities.iter();
        oddities.find(|oddity| oddity.value.code == Oddity::TWO_ENVIRONMENTS)
    }

    /// Whether what stands on a line was written by somebody. What the work item's JSON says was.
    pub fn counts(&self, line: u32) -> bool {
        self.unfilled.binary_search(&line).is_err()
    }
}

/// A heading and what stands below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The heading's text, without marks.
    pub title: String,
    /// The heading's line, from 1.
    pub line: u32,
    /// Whether anything but comments and text of the template stands below it, its own sections included.
    pub filled: bool,
    /// The sections one level below, in their order.
    pub sections: Vec<Section>,
}

/// Something that wants a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Which kind, in a word that stays: `duplicate_section`, `unknown_unit`, `template_text`, `placeholder` …
    pub code: &'static str,
    /// What is odd, in one line.
    pub message: String,
    /// What to do about it, where more can be said.
    pub hint: Option<String>,
}

impl Oddity {
    /// The code of one that tells of more than one target environment.
    pub const TWO_ENVIRONMENTS: &str = "two_environments";
    /// The code of one that tells of something that looks like a step of a deployment and would be done by nobody.
    pub const LOST_STEP: &str = "lost_step";
    /// The code of one that tells of words among the steps of a deployment that are read as an explanation.
    pub const ASIDE: &str = "aside";
}

/// Something that a work item of its type must not have or must not lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind, in a word that stays: `missing_section`, `no_smoke_tests` …
    pub code: &'static str,
    /// The line of the spec, from 1; none for what is about no line of it.
    pub line: Option<u32>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it, where more can be said.
    pub hint: Option<String>,
}
