//! Whether an environment is ready: checks in seven categories, made for real and at the same time.
//!
//! [`Inquiry::check`] reads the checks of an environment from `.session/environments.yaml` or `config.json`, makes them, and
//! gives a [`Report`], which is plain data. A category without checks is "not configured" and never "passed"; a check that
//! could not be made is an error and never a pass.

mod check;
mod document;
mod kinds;
mod load;
pub mod report;
mod run;
mod schema;
mod settings;
mod units;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use check::Scene;
pub use document::Problem;
pub use load::{FILE, LoadError, Sources};
pub use report::{Asked, Category, Report};
pub use schema::schema;

use crate::process::Cancel;
use crate::process::redact::Redactor;

/// Everything that it takes to check an environment.
pub struct Inquiry<'a> {
    /// Where the checks stand.
    pub sources: &'a Sources,
    /// What they look at and with.
    pub scene: Arc<Scene>,
    /// What keeps secrets out of the report.
    pub redactor: &'a Redactor,
    /// The request to stop.
    pub cancel: &'a Cancel,
    /// The time for all of it, where there is not all the time that the checks give themselves.
    pub within: Option<Duration>,
}

impl Inquiry<'_> {
    /// Makes the checks of the environment of this name. `variables` names further environment variables that must be set,
    /// such as those of a spec.
    ///
    /// # Errors
    ///
    /// [`LoadError`] where there is no such environment or its settings cannot be used: then nothing was looked at.
    pub fn check(&self, name: &str, asked: &Asked, variables: &[String]) -> Result<Report, LoadError> {
        let begun = Instant::now();
        let environment = &self.scene.environment;
        let value = |name: &str| environment.get(name).map(str::to_owned);
        let mut settings = self.sources.settings(name, &value)?;
        settings.add_variables(variables);
        let mut asked = asked.clone();
        asked.require.extend(settings.require);
        settings.checks.retain(|planned| asked.selects(planned.category));
        let until = self.within.map(|within| begun + within);
        let checks = run::run(&settings.checks, &self.scene, self.redactor, self.cancel, until);
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(Report::of(name, checks, &asked, took))
    }
}

#[cfg(test)]
mod tests;
