//! What `sdd init --claude` has made, so that `--remove` leaves what was there before and nothing else.

use serde::{Deserialize, Serialize};

use super::settings::Additions;

/// The record of an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always 1 in records of this version.
    pub schema_version: u32,
    /// Directories that were made, the outer ones first.
    pub directories: Vec<String>,
    /// Whether the settings were made.
    pub settings: bool,
    /// Whether `hooks` was put into them.
    pub hooks: bool,
    /// The events whose lists were put into `hooks`.
    pub events: Vec<String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            schema_version: 1,
            directories: Vec::new(),
            settings: false,
            hooks: false,
            events: Vec::new(),
        }
    }
}

impl Manifest {
    /// The record of an installation of which there is none: everything that is left empty is taken for its work.
    pub fn unknown(directories: Vec<String>, events: &[&str]) -> Self {
        Self {
            directories,
            settings: true,
            hooks: true,
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Adds what was put into the settings.
    pub fn add(&mut self, added: Additions) {
        self.hooks |= added.hooks;
        self.events.extend(added.events);
        self.events.sort();
        self.events.dedup();
    }

    /// What was put into the settings.
    pub fn additions(&self) -> Additions {
        Additions {
            hooks: self.hooks,
            events: self.events.clone(),
        }
    }
}
