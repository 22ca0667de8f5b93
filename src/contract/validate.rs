//! Whether one description keeps to its specification.
//!
//! `survey` walks from the root, through references, to every object once for each kind of object as which it is used, and
//! holds its fields against the tables. Then each of `CHECKS` looks at what it is about. Nothing recurses.

mod components;
mod discriminators;
mod document;
mod forms;
mod kind;
mod links;
mod media;
mod operations;
mod parameters;
mod paths;
mod patterns;
mod rules;
mod schemas;
mod security;
mod servers;
mod survey;
mod swagger2;
mod tables;
#[cfg(test)]
mod tests;
mod values;

use super::arena::{Arena, NodeId};
use super::load::{Document, Version, World};
use super::source::Position;
use super::view::Side;

pub use kind::Kind;
pub use rules::Rule;
pub use survey::{Object, Survey};

/// Something that is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub rule: Rule,
    /// The value that it is about; of what is missing, the object that lacks it.
    pub at: NodeId,
    /// Where it stands in its source, where that is not where the value begins.
    byte: Option<u32>,
    /// What is wrong, in one line.
    pub says: String,
}

/// A part of validating: all rules about one subject.
pub trait Check: Sync {
    /// Looks at the objects that it is about.
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings);
}

/// All checks, in the order in which they run. What they find is sorted by place.
static CHECKS: &[&dyn Check] = &[
    &document::Documents,
    &servers::Servers,
    &paths::Paths,
    &operations::Operations,
    &parameters::Parameters,
    &media::Media,
    &links::Links,
    &schemas::Schemas,
    &values::Values,
    &patterns::Patterns,
    &discriminators::Discriminators,
    &security::Security,
    &swagger2::Swagger2,
    &components::Components,
];

/// What was found so far.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

/// Checks a document of a world that is settled. What is found is in the order of files and places.
pub fn validate(world: &World, document: &Document) -> Vec<Finding> {
    let mut findings = Findings::default();
    let survey = survey::survey(Side { world, document }, &mut findings);
    for check in CHECKS {
        check.check(&survey, &mut findings);
    }
    findings.sorted(&world.arena)
}

/// The values of a document of a world that is settled that are of another type than the specification says: nobody
/// can say what they were to mean.
pub fn wrong_types(world: &World, document: &Document) -> Vec<Finding> {
    let mut findings = Findings::default();
    survey::survey(Side { world, document }, &mut findings);
    let is_of_type = |finding: &Finding| {
        matches!(
            finding.rule,
            Rule::WrongType
                | Rule::AdditionalPropertiesBothFormsExclusive
                | Rule::UnevaluatedItemsBothFormsExclusive
                | Rule::UnevaluatedPropertiesBothFormsExclusive
        )
    };
    findings.0.retain(is_of_type);
    findings.sorted(&world.arena)
}

impl Findings {
    /// Something is wrong at a value.
    pub fn add(&mut self, rule: Rule, at: NodeId, says: impl Into<String>) {
        self.0.push(Finding {
            rule,
            at,
            byte: None,
            says: says.into(),
        });
    }

    /// Something is wrong in a value, at a place of which there is no value.
    pub fn add_at(&mut self, rule: Rule, at: NodeId, byte: u32, says: impl Into<String>) {
        self.0.push(Finding {
            rule,
            at,
            byte: Some(byte),
            says: says.into(),
        });
    }

    fn sorted(self, arena: &Arena) -> Vec<Finding> {
        let mut found = self.0;
        found.sort_by_cached_key(|finding| {
            let byte = finding.byte.unwrap_or_else(|| arena.offset(finding.at));
            let source = arena.source_of(arena.origin(finding.at));
            (source, byte, finding.at, finding.rule, finding.says.clone())
        });
        found.dedup();
        found
    }
}

impl Finding {
    /// The name of the file that it is in.
    pub fn file<'a>(&self, arena: &'a Arena) -> &'a str {
        &arena.source(arena.source_of(arena.origin(self.at))).name
    }

    /// Where it stands: at the key, if the value has one.
    pub fn position(&self, arena: &Arena) -> Position {
        match self.byte {
            Some(byte) => arena
                .source(arena.source_of(arena.origin(self.at)))
                .position(byte),
            None => arena.place(self.at),
        }
    }

    /// The way to it from the root of its file.
    pub fn pointer(&self, arena: &Arena) -> String {
        arena.pointer(self.at)
    }
}

/// A version by its name.
fn called(version: Version) -> &'static str {
    version.as_str()
}
