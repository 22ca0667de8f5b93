//! What a check is: one look at the world, within its time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::report::{Category, Outcome};
use crate::process::Runner;
use crate::process::environment::Environment;
use crate::process::find::Finder;

/// What checks look at and with.
pub struct Scene {
    /// The project: paths and commands are relative to it.
    pub root: PathBuf,
    /// The variables that sdd was started with.
    pub environment: Environment,
    /// Finds programs.
    pub finder: Finder,
    /// Starts them.
    pub runner: Arc<dyn Runner + Send + Sync>,
}

/// The time that one look may take.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    until: Instant,
}

impl Limit {
    /// From now on.
    pub fn after(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
        }
    }

    /// What is left of it; never nothing, since no time means "for ever" to sockets.
    pub fn left(self) -> Duration {
        self.until
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1))
    }
}

/// What one look saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether that is what was expected.
    pub outcome: Outcome,
    /// What was seen, in one line.
    pub message: String,
    /// The value, where there is one that may be shown.
    pub observed: Option<String>,
    /// What to do.
    pub remedy: Option<String>,
}

impl Seen {
    /// What was expected.
    pub fn passed(message: impl Into<String>) -> Self {
        Self::new(Outcome::Passed, message)
    }

    /// Something else.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Outcome::Failed, message)
    }

    /// Nothing: nobody could look.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Outcome::Error, message)
    }

    fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Self {
            outcome,
            message: message.into(),
            observed: None,
            remedy: None,
        }
    }

    /// With the value that was seen.
    #[must_use]
    pub fn observed(mut self, value: impl Into<String>) -> Self {
        self.observed = Some(value.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// One check, ready to be made. Whoever looks ends by itself soon after the limit, as far as the system lets it.
pub trait Check: Send + Sync {
    /// Looks once.
    fn look(&self, scene: &Scene, limit: Limit) -> Seen;
}

/// Settings that are a check.
pub type Read = Result<Arc<dyn Check>, Wrong>;

/// Settings of a check that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The key below the check, by its steps; empty for the check itself.
    pub at: Vec<String>,
    /// What is wrong.
    pub why: String,
}

/// A kind of checks.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The category of its checks, where they name none.
    pub category: Category,
    /// What it looks at, in one line.
    pub about: &'static str,
    /// Reads the keys of its own.
    pub read: fn(Value) -> Read,
    /// The schema of the keys of its own.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// An example that is read by a test and shown in the documentation, as JSON.
    pub example: &'static str,
}

impl Kind {
    /// A kind whose settings are a check.
    pub const fn of<C>(
        name: &'static str,
        category: Category,
        about: &'static str,
        example: &'static str,
    ) -> Self
    where
        C: Settings,
    {
        Self {
            name,
            category,
            about,
            read: read::<C>,
            schema: |generator| generator.subschema_for::<C>(),
            example,
        }
    }
}

/// Settings that are a check, once they have been looked over.
pub trait Settings: Check + serde::de::DeserializeOwned + schemars::JsonSchema + Sized + 'static {
    /// What is wrong with them that their types do not say: the key and why.
    fn wrong(&self) -> Option<(&'static str, String)> {
        None
    }
}

fn read<C: Settings>(value: Value) -> Read {
    let settings: C = serde_path_to_error::deserialize(value).map_err(|error| {
        let at = error
            .path()
            .iter()
            .map(ToString::to_string)
            .filter(|step| step != "?")
            .collect();
        Wrong {
            at,
            why: error.into_inner().to_string(),
        }
    })?;
    match settings.wrong() {
        Some((key, why)) => Err(Wrong {
            at: vec![key.to_owned()],
            why,
        }),
        None => Ok(Arc::new(settings)),
    }
}
