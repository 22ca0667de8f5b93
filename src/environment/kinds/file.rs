//! A file is there, is private enough, and holds the right thing.

use std::fmt::Write as _;
use std::fs::Metadata;
use std::io::Read as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::pattern::Pattern;

/// The longest file that is read for `contains`.
const MAX_READ: u64 = 16 * 1024 * 1024;

/// A file, or a directory, is there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Its path, relative to the project.
    path: String,
    /// The rights that it may have at most, in octal: `0600` lets nobody else read it.
    mode: Option<String>,
    /// The SHA-256 of its content, in hexadecimal digits.
    sha256: Option<String>,
    /// What its content must contain.
    contains: Option<Pattern>,
}

impl File {
    fn most(&self) -> Option<u32> {
        u32::from_str_radix(self.mode.as_deref()?, 8).ok()
    }

    fn content(&self, path: &Path, limit: Limit) -> Option<Seen> {
        let shown = &self.path;
        let unreadable = |error: std::io::Error| Seen::error(format!("{shown} cannot be read: {error}"));
        let mut file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) => return Some(unreadable(error)),
        };
        let mut hash = Sha256::new();
        let mut kept = Vec::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            let count = match file.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) => return Some(unreadable(error)),
            };
            if limit.left().as_millis() <= 1 {
                return Some(Seen::error(format!("{shown} is too long to be read in time")));
            }
            hash.update(&piece[..count]);
            if self.contains.is_some() {
                kept.extend_from_slice(&piece[..count]);
                if kept.len() as u64 > MAX_READ {
                    return Some(Seen::error(format!(
                        "{shown} is longer than 16 MiB, too long for `contains`"
                    )));
                }
            }
        }
        if let Some(expected) = &self.sha256 {
            let mut found = String::new();
            for byte in hash.finalize() {
                // Writing to a text does not fail.
                let _ = write!(found, "{byte:02x}");
            }
            if !found.eq_ignore_ascii_case(expected) {
                return Some(
                    Seen::failed(format!("{shown} has another content")).observed(format!("sha256 {found}")),
                );
            }
        }
        let pattern = self.contains.as_ref()?;
        (!pattern.0.is_match(&String::from_utf8_lossy(&kept)))
            .then(|| Seen::failed(format!("{shown} does not contain {}", pattern.as_str())))
    }
}

impl Settings for File {
    fn wrong(&self) -> Option<(&'static str, String)> {
        if self.path.is_empty() {
            return Some(("path", "expected a path".to_owned()));
        }
        if self.mode.is_some() && self.most().is_none_or(|mode| mode > 0o7777) {
            return Some((
                "mode",
                "expected rights in octal as text, such as \"0600\"".to_owned(),
            ));
        }
        let digest = self.sha256.as_ref();
        digest
            .filter(|digest| digest.len() != 64 || !digest.chars().all(|c| c.is_ascii_hexdigit()))
            .map(|_| ("sha256", "expected 64 hexadecimal digits".to_owned()))
    }
}

impl Check for File {
    fn look(&self, scene: &Scene, limit: Limit) -> Seen {
        let path = scene.root.join(&self.path);
        let shown = &self.path;
        let metadata = match std::fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Seen::failed(format!("{shown} does not exist"));
            }
            Err(error) => return Seen::error(format!("{shown} cannot be looked at: {error}")),
        };
        if let (Some(most), Some(has)) = (self.most(), rights(&metadata))
            && has & !most != 0
        {
            return Seen::failed(format!("{shown} has the rights {has:04o}, more than {most:04o}"))
                .observed(format!("{has:04o}"))
                .remedy(format!("chmod {most:04o} {shown}"));
        }
        if self.sha256.is_some() || self.contains.is_some() {
            // A pipe would be waited for for ever.
            if !metadata.is_file() {
                return Seen::failed(format!("{shown} is no regular file"));
            }
            if let Some(seen) = self.content(&path, limit) {
                return seen;
            }
        }
        Seen::passed(format!("{shown} is as it must be"))
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such rights")]
fn rights(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn rights(_: &Metadata) -> Option<u32> {
    None
}
