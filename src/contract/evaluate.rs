//! Whether a value that stands in a document satisfies a schema of it: an example, a default, a member of an enum.
//!
//! Three answers: it does, it does not, and "that cannot be said". The third is never taken for one of the others: a
//! reference that leads nowhere, or a pattern that the engine has no words for, leaves a [`Gap`] and no violation, and a
//! choice that hangs on it is left open as well. Keywords are those of the document's version: JSON Schema 2020-12 from 3.1
//! on, the dialects of 3.0 and Swagger 2.0 before.
//!
//! Nothing recurses: frames lie on a stack of the heap, and a budget ends what would take too long.

mod assertions;
mod children;
mod choices;
mod formats;
mod machine;
mod marks;
pub mod patterns;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::arena::{NodeId, Word};
use super::role::Role;
use super::view::Side;
use super::words as w;
use machine::Machine;
use patterns::Patterns;

/// What one value may cost, in steps.
const STEPS: u64 = 2_000_000;

/// What all values of one evaluator may cost together.
const ALL_STEPS: u64 = 40_000_000;

/// Violations of one value that are told; more of them say nothing new.
const TOLD: usize = 32;

/// Which way a value goes, and so which properties may be left out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// To the provider: what is only read need not be there.
    Request,
    /// By the provider: what is only written need not be there.
    Response,
    /// Nobody knows: neither need be there.
    Either,
}

/// One keyword that a value does not satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The value, or the part of it.
    pub instance: NodeId,
    /// The schema that has the keyword.
    pub schema: NodeId,
    /// The keyword; [`w::NONE`] of the schema `false`.
    pub keyword: Word,
    /// What is wrong, in one line.
    pub says: String,
}

/// Something that could not be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why not.
    pub why: Why,
    /// The schema that would decide.
    pub schema: NodeId,
    /// The value, or the part of it.
    pub instance: NodeId,
}

/// Why something could not be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A reference leads nowhere.
    #[error("a reference leads nowhere")]
    Reference,
    /// Where a `$dynamicRef` leads depends on the way to it.
    #[error("several schemas have the anchor that is meant")]
    Dynamic,
    /// A regular expression that is not understood.
    #[error("a pattern is none that can be run here")]
    Pattern,
    /// A number that JSON does not have, or that is too long.
    #[error("a number is not one of JSON, or too long to compute with")]
    Number,
    /// A keyword with a value that it cannot have.
    #[error("a keyword has a value that it cannot have")]
    Keyword,
    /// The schema asks whether it accepts the value in order to say whether it does.
    #[error("the schema depends on its own verdict")]
    Circle,
    /// What is left over depends on something that could not be decided.
    #[error("what is left over depends on a part that could not be decided")]
    LeftOver,
    /// It would take too long.
    #[error("it would take too long")]
    Budget,
}

/// What was found about one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What it violates, the first ones of many.
    pub violations: Vec<Violation>,
    /// What could not be decided, the first of several.
    pub gap: Option<Gap>,
}

impl Outcome {
    /// Whether the value satisfies the schema, for sure.
    pub fn holds(&self) -> bool {
        self.violations.is_empty() && self.gap.is_none()
    }

    /// Whether it violates the schema, for sure.
    pub fn fails(&self) -> bool {
        !self.violations.is_empty()
    }
}

/// Checks values of one document, and remembers the patterns that it has read.
pub struct Evaluator<'a> {
    side: Side<'a>,
    patterns: Patterns,
    /// How many schemas have an anchor, once that was asked.
    anchors: Option<HashMap<Word, usize>>,
    left: u64,
}

impl<'a> Evaluator<'a> {
    /// For the values of a document.
    pub fn new(side: Side<'a>) -> Self {
        Self {
            side,
            patterns: Patterns::default(),
            anchors: None,
            left: ALL_STEPS,
        }
    }

    /// What in a value does not satisfy a schema.
    pub fn violations(&mut self, schema: NodeId, instance: NodeId, sent: Sent) -> Outcome {
        Machine::new(self, sent, None).run(schema, instance)
    }

    /// The same, for a value that is said by a keyword of the schema itself, such as a member of its `enum`: by the others.
    pub fn violations_but(&mut self, keyword: Word, schema: NodeId, instance: NodeId) -> Outcome {
        Machine::new(self, Sent::Either, Some((schema, keyword))).run(schema, instance)
    }

    /// Whether several schemas have this anchor.
    fn is_ambiguous(&mut self, name: Word) -> bool {
        let anchors = self.anchors.get_or_insert_with(|| {
            let arena = self.side.arena();
            let mut found = HashMap::new();
            for node in arena.all() {
                let is_schema = matches!(self.side.world.roles.of(node), Role::Schema | Role::Object);
                for key in [w::ANCHOR, w::DYNAMIC_ANCHOR] {
                    if let Some(name) = arena.get_text(node, key).filter(|_| is_schema) {
                        *found.entry(name).or_insert(0) += 1;
                    }
                }
            }
            found
        });
        anchors.get(&name).is_some_and(|count| *count > 1)
    }
}

/// What in a value does not satisfy a schema. For many values of one document an [`Evaluator`] is quicker.
pub fn violations(side: Side<'_>, schema: NodeId, instance: NodeId, sent: Sent) -> Outcome {
    Evaluator::new(side).violations(schema, instance, sent)
}
