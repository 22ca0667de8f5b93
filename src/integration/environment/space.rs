//! There is space on the disk.

use super::{Check, Found, Scene, Standing};

/// Less free space than this is told of: one gibibyte.
const LITTLE: u64 = 1 << 30;

/// There is space on the disk of the project.
pub(super) struct Space;

impl Check for Space {
    fn id(&self) -> &'static str {
        "space"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        match free(scene.root) {
            Some(free) if free < LITTLE => {
                let said = format!("{} MiB are free on the disk of the project", free >> 20);
                vec![
                    Found::new(self.id(), Standing::Warning, said)
                        .remedy("make room: images, logs and databases need it"),
                ]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(unix)]
fn free(root: &std::path::Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(root).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free(_root: &std::path::Path) -> Option<u64> {
    None
}
