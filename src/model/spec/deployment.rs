//! What the spec of a deployment says.

use super::At;

/// Scope, procedure, way back and smoke tests of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// What is deployed.
    pub application: Application,
    /// Where to, without quotes: `staging`. A choice that was left open, `[staging | production]`, is none.
    pub environment: Option<At<String>>,
    /// The line of the heading of the steps before, when it is there.
    pub pre_heading: Option<u32>,
    /// The steps before.
    pub pre: Vec<At<DeployStep>>,
    /// The line of the heading of the steps themselves, when it is there.
    pub steps_heading: Option<u32>,
    /// The steps themselves.
    pub steps: Vec<At<DeployStep>>,
    /// The line of the heading of the steps after, when it is there.
    pub post_heading: Option<u32>,
    /// The steps after.
    pub post: Vec<At<DeployStep>>,
    /// The variables that must be set.
    pub variables: Vec<At<Variable>>,
    /// The line of the heading of the rollback's triggers, when it is there.
    pub triggers_heading: Option<u32>,
    /// When to roll back.
    pub rollback_triggers: Vec<At<String>>,
    /// The line of the heading of the rollback's steps, when it is there.
    pub rollback_heading: Option<u32>,
    /// How to roll back.
    pub rollback_steps: Vec<At<DeployStep>>,
    /// How long that takes, in the spec's words: `10 minutes`.
    pub rollback_time: Option<At<String>>,
    /// What is tried afterwards.
    pub smoke_tests: Vec<At<SmokeTest>>,
    /// What must be well afterwards.
    pub health_checks: Vec<At<String>>,
}

/// What is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub name: Option<At<String>>,
    /// Its version.
    pub version: Option<At<String>>,
    /// Where its source is.
    pub repository: Option<At<String>>,
    /// The branch or tag.
    pub branch: Option<At<String>>,
}

/// One step: an item of a list, with the code that follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeployStep {
    /// What is to be done, in one line; empty where only code stands.
    pub text: String,
    /// What is said about it below: the items of its own, its further paragraphs.
    pub details: Vec<String>,
    /// The fenced blocks that belong to it.
    pub fences: Vec<Fence>,
}

/// A fenced block of code: text, never executed by being there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// What stands behind the opening fence.
    pub info: String,
    /// The code.
    pub code: String,
    /// The line of the opening fence, from 1.
    pub line: u32,
}

/// A variable that must be set: `DATABASE_URL=<…>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Whether the value is a placeholder, which says that somebody else must know it.
    pub placeholder: bool,
}

/// Something that is tried after a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmokeTest {
    /// Its name.
    pub name: String,
    /// The request, as written: `POST /api/login`.
    pub endpoint: Option<String>,
    /// The command that does it.
    pub command: Option<Fence>,
    /// What must come, as written.
    pub expected: Option<String>,
    /// What happens when it does not, as written.
    pub on_failure: Option<String>,
}
