//! What is asked once in a run, however many steps want to know it.

use std::sync::OnceLock;

use super::changes::Looked;
use super::{Job, services};
use crate::compose::flavour::{Flavour, FlavourError};

/// The answers of a run.
#[derive(Default)]
pub(super) struct Asked {
    /// What git said has changed.
    pub(super) changes: Looked,
    compose: OnceLock<Result<Flavour, FlavourError>>,
}

impl Asked {
    /// The Compose that is there: the one that the environment is looked at with also brings services up, and asking
    /// each for its version takes a quarter of a second. The rendered file is not kept: other gates run before services
    /// are brought up, and may write it.
    pub(super) fn compose(&self, job: &Job<'_>) -> Result<&Flavour, &FlavourError> {
        self.compose.get_or_init(|| services::flavour(job)).as_ref()
    }
}
