//! What must hold before anything is brought up.

use std::collections::BTreeSet;

use super::{Order, Why};
use crate::compose::ask::{self, Call};
use crate::compose::config::Rendered;
use crate::compose::images;
use crate::compose::project::Calls;

/// Fails where an image would have to be pulled or built.
pub(super) fn nothing_to_fetch(order: &Order<'_>, calls: &Calls<'_>, rendered: &Rendered) -> Result<(), Why> {
    let images = images::look(order.runner, order.store.root(), calls, rendered)
        .map_err(|source| Why::Call { source })?;
    match images.missing() {
        names if names.is_empty() => Ok(()),
        names => Err(Why::NoImage {
            remedy: images::remedy(calls, &images),
            names,
        }),
    }
}

/// Fails where the engine has something already that the file gives a name of its own: a volume would go with the run, and in
/// a network its services would meet those of others.
pub(super) fn nothing_of_others(
    order: &Order<'_>,
    calls: &Calls<'_>,
    rendered: &Rendered,
) -> Result<(), Why> {
    let of_project = format!("{}_", order.project.name);
    let taken = |own: &BTreeSet<String>, list: &Call| -> Result<Vec<String>, Why> {
        let mut names = own.clone();
        names.retain(|name| !name.starts_with(&of_project));
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let there =
            ask::ask_well(order.runner, order.store.root(), list).map_err(|source| Why::Call { source })?;
        names.retain(|name| there.stdout.lines().any(|line| line.trim() == name));
        Ok(names.into_iter().collect())
    };
    let volumes = taken(&rendered.own_volumes, &calls.all_volumes())?;
    if !volumes.is_empty() {
        return Err(Why::Taken { names: volumes });
    }
    let networks = taken(&rendered.own_networks, &calls.names_of_networks())?;
    if !networks.is_empty() {
        return Err(Why::Shared { names: networks });
    }
    Ok(())
}
