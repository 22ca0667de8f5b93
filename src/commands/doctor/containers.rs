//! Looking for the engine and Compose, where the project has integration tests that bring services up.

use std::time::Duration;

use crate::commands::context::Cx;
use crate::commands::pipeline::Opened;
use crate::commands::work_item::{self, Loaded};
use crate::commands::{work, work::OpenSession};
use crate::compose::flavour::{self, Machine, VARIABLE};
use crate::doctor::checks::Check;
use crate::doctor::containers::{self, Wanting, Weight};
use crate::integration::Needs;
use crate::model::config::Config;
use crate::model::work_item::{Status, WorkItem, WorkItemType};
use crate::process::Runner;
use crate::process::find::Finder;
use crate::store::Store;

/// The check; none where nothing is brought up for any work item. State that cannot be read has a check of its own.
/// Each program gets `patience` to answer.
pub(super) fn check(
    cx: &Cx,
    opened: &Opened,
    finder: &Finder,
    runner: &dyn Runner,
    patience: Duration,
) -> Option<Check> {
    let wanting = wanting(opened)?;
    let root = opened.store.root();
    let find = |program: &str| finder.find(program, &[], root);
    let machine = Machine {
        runner,
        find: &find,
        cwd: root,
        patience,
    };
    let found = flavour::detect(&machine, cx.environment.get(VARIABLE));
    Some(containers::check(&wanting, &found))
}

fn wanting(opened: &Opened) -> Option<Wanting> {
    let settings = opened.config.integration();
    if !settings.enabled {
        return None;
    }
    let Loaded { items, .. } = work_item::load(&opened.store).ok()?;
    let open = work::open_session(&opened.store).ok().flatten();
    let current = open.and_then(|OpenSession { work_item, .. }| work_item);
    let is_open = |item: &&WorkItem| {
        item.kind == WorkItemType::IntegrationTest
            && (item.status != Status::Completed || current.as_ref() == Some(&item.id))
    };
    let items: Vec<String> = items
        .items
        .iter()
        .filter(is_open)
        .filter(|item| has_services(&opened.store, &opened.config, item))
        .map(|item| item.id.clone())
        .collect();
    if items.is_empty() {
        return None;
    }
    let is_next = current.is_some_and(|current| items.contains(&current));
    Some(Wanting {
        items,
        weight: if is_next && settings.required {
            Weight::Decides
        } else {
            Weight::Informs
        },
    })
}

/// Whether services are brought up for an item. A spec that cannot be read may name some.
fn has_services(store: &Store, config: &Config, item: &WorkItem) -> bool {
    match work::said_of(store, item) {
        Ok(spec) => Needs::of(item.kind, spec.as_ref(), config.integration()).is_some(),
        Err(_) => true,
    }
}
