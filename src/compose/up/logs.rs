//! The logs of containers, kept before they are taken down.

use std::path::Path;

use super::SavedLog;
use crate::compose::ask::{self, CallError};
use crate::compose::inspect::Container;
use crate::compose::teardown::Hands;
use crate::model::text;

/// Saves what each container wrote last. What cannot be saved is told beside it and not waited for: nothing may keep the
/// teardown.
pub(super) fn save(
    hands: &Hands<'_>,
    containers: &Result<Vec<Container>, CallError>,
    directory: &Path,
) -> (Vec<SavedLog>, Vec<String>) {
    let containers = match containers {
        Ok(containers) => containers,
        Err(error) => return (Vec::new(), vec![format!("no log was saved: {error}")]),
    };
    let (mut saved, mut unsaved) = (Vec::new(), Vec::new());
    for container in containers {
        let path = directory.join(format!("{}.log", file_name(&container.name)));
        match ask::save(hands.runner, hands.cwd, &hands.calls.logs(&container.id), &path) {
            Ok(()) => saved.push(SavedLog {
                service: container.service.clone(),
                container: container.name.clone(),
                path,
            }),
            Err(error) => unsaved.push(format!("the log of {} was not saved: {error}", container.name)),
        }
    }
    saved.sort_by(|a, b| a.path.cmp(&b.path));
    (saved, unsaved)
}

/// A container's name as the name of a file.
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    text::shorten(&name, 120)
}
