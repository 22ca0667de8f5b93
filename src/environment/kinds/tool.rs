//! A program is there, in the right version.

use std::time::Duration;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::range::Range;
use crate::model::text;
use crate::process::find::Found;
use crate::process::{End, Invocation};

/// How long a program has between the request to end and its end by force.
const GRACE: Duration = Duration::from_millis(200);

/// A program is on PATH, and says a version in a range.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    /// Its name, or a path.
    name: String,
    /// The versions that will do: `>=14.2`, `>=1.2, <2`. Without it nothing is started.
    version: Option<Range>,
    /// What it is asked for its version with.
    #[serde(default = "ask")]
    args: Vec<String>,
}

fn ask() -> Vec<String> {
    vec!["--version".to_owned()]
}

impl Settings for Tool {
    fn wrong(&self) -> Option<(&'static str, String)> {
        let is_name = !self.name.trim().is_empty() && !self.name.contains('\0');
        (!is_name).then(|| ("name", "expected the name of a program".to_owned()))
    }
}

impl Check for Tool {
    fn look(&self, scene: &Scene, limit: Limit) -> Seen {
        let name = &self.name;
        let program = match scene.finder.find(name, &[], &scene.root) {
            Found::At(program) => program,
            Found::Missing => {
                return Seen::failed(format!("{name} is not installed")).remedy(format!("install {name}"));
            }
            Found::NotExecutable(path) => {
                return Seen::failed(format!("{} may not be executed", path.display()));
            }
            untrusted @ Found::Untrusted(..) => {
                let (why, remedy) = untrusted.distrust().unwrap_or_default();
                return Seen::error(format!("{name} {why}")).remedy(remedy);
            }
        };
        let Some(range) = &self.version else {
            return Seen::passed(format!("{name} is installed")).observed(program.display().to_string());
        };
        let mut invocation = Invocation::new(program, &scene.root, limit.left()).args(&self.args);
        invocation.grace = GRACE;
        let outcome = match scene.runner.run(&invocation) {
            Ok(outcome) => outcome,
            Err(error) => return Seen::error(error.to_string()),
        };
        if outcome.end != End::Code(0) {
            return Seen::error(format!("{name} does not say its version"));
        }
        // Some say it on stderr.
        let said = [outcome.stdout.bytes(), outcome.stderr.bytes()].map(|bytes| text::message(&bytes));
        match said.iter().find_map(|said| version(said)) {
            None => Seen::error(format!("{name} says no version")),
            Some(found) if range.holds(&found) => {
                Seen::passed(format!("{name} {found} is installed")).observed(found)
            }
            Some(found) => Seen::failed(format!("{name} {found} is installed, not {range}"))
                .remedy(format!("install {name} {range}"))
                .observed(found),
        }
    }
}

/// The first thing in a text that looks like a version.
fn version(said: &str) -> Option<String> {
    let pattern = Regex::new(r"\d+(\.\d+)+").ok()?;
    Some(pattern.find(said)?.as_str().to_owned())
}
