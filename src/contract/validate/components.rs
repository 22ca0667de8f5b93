//! Components that nothing refers to.

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};

pub(super) struct Components;

impl Check for Components {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        // A document without operations is a store of components for others.
        if survey.of(Kind::Operation).is_empty() {
            return;
        }
        for (kind, object) in &survey.unused {
            let name = survey.text(object.name);
            let says = format!("nothing refers to {} named {}", kind.noun(), forms::quoted(name));
            findings.add(Rule::UnusedComponent, object.node, says);
        }
    }
}
