//! The spec of an item: read with what the item's own JSON says on top.

use super::spec_path;
use crate::model::spec::Spec;
use crate::model::work_item::{WorkItem, WorkItemType};
use crate::store::{self, Store};

/// What came of looking for a spec.
pub(super) enum SpecFile {
    /// What it says.
    Read(Box<Spec>),
    /// There is none where the item says, or where sdd would have put it.
    Missing,
    /// It cannot be read, or is outside of the project.
    Refused(store::Error),
}

/// Reads the spec of an item. One outside of the project, by its name or by a link, is refused.
pub(super) fn read(store: &Store, item: &WorkItem) -> SpecFile {
    let path = spec_path(item);
    match store::read_inside(store.root(), &path, store::SMALL) {
        Ok(Some(_bytes)) => SpecFile::Read(Box::new(Spec {
            file: path,
            ..Spec::default()
        })),
        Ok(None) => SpecFile::Missing,
        Err(error) => SpecFile::Refused(error),
    }
}

/// The spec of a new item: the template of its type with the title.
pub(super) fn filled(kind: WorkItemType, title: &str) -> String {
    format!("# {kind}: {title}\n")
}

/// What is wrong about a spec.
pub(super) fn problems(_spec: &Spec, _item: &WorkItem) -> Vec<super::problems::Problem> {
    Vec::new()
}

/// How much a spec has of what belongs into one of its type, by name.
pub(super) fn counts(spec: &Spec, kind: WorkItemType) -> Vec<(&'static str, usize)> {
    let mut counts = vec![
        ("sections", spec.sections.len()),
        ("acceptance criteria", spec.acceptance.len()),
    ];
    match kind {
        WorkItemType::IntegrationTest => {
            let integration = &spec.integration;
            counts.extend([
                ("components", integration.components.len()),
                ("integration points", integration.integration_points.len()),
                ("scenarios", integration.scenarios.len()),
                ("latency limits", integration.benchmarks.latency.len()),
                ("contracts", integration.contracts.len()),
                ("services", integration.environment.services.len()),
            ]);
        }
        WorkItemType::Deployment => {
            let deployment = &spec.deployment;
            counts.extend([
                ("steps before", deployment.pre.len()),
                ("steps", deployment.steps.len()),
                ("steps after", deployment.post.len()),
                ("rollback triggers", deployment.rollback_triggers.len()),
                ("rollback steps", deployment.rollback_steps.len()),
                ("smoke tests", deployment.smoke_tests.len()),
            ]);
        }
        WorkItemType::Feature | WorkItemType::Bug | WorkItemType::Refactor | WorkItemType::Security => {}
    }
    counts
}
