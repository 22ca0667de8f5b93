//! What a comparison is to people and programs.

mod agent;
mod github;
mod html;
mod human;
mod junit;
mod markdown;
mod page;
mod quote;
#[cfg(test)]
mod samples;
mod sarif;
mod teller;
mod validation;

pub use agent::agent;
pub use github::github;
pub use html::html;
pub use human::{Amount, Tone, human};
pub use junit::junit;
pub use markdown::markdown;
pub use page::{Entry, Group, Page, Section, Standing, Subject};
pub use quote::Around;
pub use sarif::sarif;
pub use validation::{Judged, Lines, Validated, Validation, Wrong};

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use self::teller::Teller;
use super::diff::Change;
use super::load::World;
use super::policy::{Policy, Ruled};
use super::rules::Level;
use crate::model::verdict::RunVerdict;

/// A comparison with everything that is told of it: the document of `--format json`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// 1.
    pub schema_version: u32,
    /// `contract_diff`.
    pub kind: &'static str,
    /// `failed` when something is as bad as what fails, else `error` when something could not be compared, else `passed`.
    pub verdict: RunVerdict,
    /// How many changes there are of each level.
    pub summary: Summary,
    /// How many parts could not be compared.
    pub not_compared: usize,
    /// The changes: errors first.
    pub changes: Vec<Told>,
    /// Why a description could not be read; then nothing was compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// Changes that the project accepts; they do not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// What makes it fail.
    #[serde(skip)]
    pub fail_on: FailOn,
}

/// A change that the project accepts.
#[derive(Clone, Debug, Serialize)]
pub struct Suppressed {
    /// Why.
    pub reason: String,
    /// The last day on which that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// The change.
    #[serde(flatten)]
    pub change: Told,
}

impl Suppressed {
    fn said(&self) -> String {
        let until = self
            .expires
            .map_or_else(String::new, |day| format!(" until {day}"));
        format!("suppressed{until}: {}", self.reason)
    }
}

/// How many changes there are of each level; each counts once, however many operations it touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// That break clients.
    pub error: usize,
    /// That may.
    pub warning: usize,
    /// That do not.
    pub info: usize,
}

/// A change as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The id of its rule.
    pub rule: String,
    /// What kind of break it is, in six words that hold for all tools; absent for others.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// How bad it is.
    pub level: Level,
    /// What happened, in one line.
    pub message: String,
    /// Why a client breaks, or why none does.
    pub why: String,
    /// How the change is made safely.
    pub safe: String,
    /// What was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The operations that it touches; one entry a change with `--per-operation`.
    pub operations: Calls,
    /// The method, with `--per-operation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path, with `--per-operation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where, as a JSON pointer: in the base, or in the revision for what is new.
    pub pointer: String,
    /// Where in the base.
    pub base: Option<Place>,
    /// Where in the revision.
    pub revision: Option<Place>,
    /// Of what is gone: the nearest thing around it that is still there in the revision, for formats that point into files
    /// which can be changed.
    #[serde(skip)]
    pub around: Option<Place>,
}

/// Operations as they are told. Changes with the same operations share one list, and lists share their entries: a change in
/// what everything uses names all of them, and there may be many such.
pub type Calls = Arc<[Arc<Call>]>;

/// An operation as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The method in capitals.
    pub method: String,
    /// The path.
    pub path: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
    /// The way there from the document's root.
    #[serde(skip)]
    pub pointer: String,
    /// What stands in that line.
    #[serde(skip)]
    pub excerpt: String,
    /// What stands around it, for formats that show that.
    #[serde(skip)]
    pub around: Option<Around>,
}

/// What makes a comparison fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A change that breaks clients.
    Error,
    /// One that may, too.
    Warning,
    /// Nothing.
    None,
}

/// Whether a change with many operations is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Once, with all of them.
    Cause,
    /// Once for each.
    Operation,
}

impl Report {
    /// What is told of a comparison that was judged by a policy.
    pub fn of(world: &World, ruled: &Ruled, policy: &Policy, fail_on: FailOn, grouping: Grouping) -> Self {
        let mut teller = Teller::of(world, &ruled.operations, ruled.revision);
        let mut summary = Summary::default();
        let mut changes = Vec::new();
        for (level, change) in &ruled.changes {
            summary.count(*level);
            let mut told = teller.tell(change, *level);
            if grouping == Grouping::Cause || told.operations.is_empty() {
                changes.push(told);
                continue;
            }
            // Taken out, so that not every copy begins as one of them all.
            let calls = std::mem::take(&mut told.operations);
            changes.extend(calls.iter().map(|call| Told {
                method: Some(call.method.clone()),
                path: Some(call.path.clone()),
                operations: Arc::new([Arc::clone(call)]),
                ..told.clone()
            }));
        }
        let fails = match fail_on {
            FailOn::Error => summary.error > 0,
            FailOn::Warning => summary.error + summary.warning > 0,
            FailOn::None => false,
        };
        let not_compared = ruled.gaps();
        let suppressed = ruled.suppressed.iter().map(|(at, level, change)| Suppressed {
            reason: policy.suppressions[*at].reason.clone(),
            expires: policy.suppressions[*at].expires,
            change: teller.tell(change, *level),
        });
        Self {
            schema_version: 1,
            kind: "contract_diff",
            verdict: match fail_on {
                _ if fails => RunVerdict::Failed,
                FailOn::None => RunVerdict::Passed,
                _ if not_compared > 0 => RunVerdict::Error,
                _ => RunVerdict::Passed,
            },
            summary,
            not_compared,
            unreadable: Vec::new(),
            changes,
            suppressed: suppressed.collect(),
            fail_on,
        }
    }

    /// What is told where a description could not be read.
    pub fn unreadable(why: Vec<String>, fail_on: FailOn) -> Self {
        Self {
            schema_version: 1,
            kind: "contract_diff",
            verdict: RunVerdict::Error,
            summary: Summary::default(),
            not_compared: 0,
            unreadable: why,
            changes: Vec::new(),
            suppressed: Vec::new(),
            fail_on,
        }
    }

    /// Whether something is as bad as what fails.
    pub fn failed(&self) -> bool {
        self.verdict == RunVerdict::Failed
    }
}

impl Summary {
    /// Counts one more.
    pub(super) fn count(&mut self, level: Level) {
        match level {
            Level::Error => self.error += 1,
            Level::Warning => self.warning += 1,
            Level::Info => self.info += 1,
        }
    }
}

/// What is told of suppressions themselves, which stand in no description.
pub fn remarks(remarks: &[(Level, Change)]) -> Vec<Told> {
    let world = World::default();
    let mut teller = Teller::of(&world, &[], None);
    remarks
        .iter()
        .map(|(level, change)| teller.tell(change, *level))
        .collect()
}
