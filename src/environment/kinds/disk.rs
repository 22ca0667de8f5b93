//! The disk of a directory has room.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::super::units::Size;

/// The disk of a directory has room for programs without special rights.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Disk {
    /// A directory on it, relative to the project.
    #[serde(default = "here")]
    path: String,
    /// What must be free at least.
    free: Size,
}

fn here() -> String {
    ".".to_owned()
}

impl Settings for Disk {}

impl Check for Disk {
    fn look(&self, scene: &Scene, _: Limit) -> Seen {
        let path = &self.path;
        match free(&scene.root.join(path)) {
            Ok(free) => {
                let shown = Size(free).to_string();
                if free < self.free.0 {
                    Seen::failed(format!(
                        "{shown} are free on the disk of {path}, less than {}",
                        self.free
                    ))
                    .remedy("make room")
                } else {
                    Seen::passed(format!("{shown} are free on the disk of {path}"))
                }
                .observed(shown)
            }
            Err(why) => Seen::error(format!(
                "nobody can tell what is free on the disk of {path}: {why}"
            )),
        }
    }
}

#[cfg(unix)]
fn free(path: &std::path::Path) -> Result<u64, String> {
    let stat = rustix::fs::statvfs(path).map_err(|error| std::io::Error::from(error).to_string())?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &std::path::Path) -> Result<u64, String> {
    Err("not on this system".to_owned())
}
