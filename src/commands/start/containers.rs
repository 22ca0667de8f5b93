//! The engine and the Compose that a verdict on an integration test would use, by the detection that decides there.
//!
//! "Not installed" is told from "installed, and its engine does not answer", and both from what did not answer in time.

use std::path::PathBuf;
use std::time::Duration;

use super::machine::Machine as Looking;
use crate::commands::context::Cx;
use crate::compose::flavour::{self, FlavourError, Machine, Silence, VARIABLE, Way};
use crate::model::text;
use crate::report::briefing::{Check, Sight};

/// How long a program may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest reason that is quoted, in characters.
const MAX_SAID_CHARS: usize = 300;

/// The engine, and Compose.
pub(super) fn look(cx: &Cx, looking: &Looking<'_>) -> Vec<Check> {
    let asked = cx.environment.get(VARIABLE);
    let find = |program: &str| looking.find(program);
    let machine = || Machine {
        runner: &looking.runner,
        find: &find,
        cwd: &looking.root,
        patience: PATIENCE,
    };
    // Most of the time the first engine is the right one, and both are asked at once.
    let likely = flavour::likely(&machine(), asked);
    let (engine, compose) = std::thread::scope(|scope| {
        let engine = scope.spawn(|| {
            let find = |program: &str| looking.find(program);
            let machine = Machine {
                runner: &looking.runner,
                find: &find,
                cwd: &looking.root,
                patience: PATIENCE,
            };
            flavour::engine(&machine, likely)
        });
        let compose = flavour::compose(&machine(), asked);
        (engine.join().ok(), compose)
    });
    let way = compose.as_ref().map_or(likely, |compose| compose.way);
    let engine = match engine {
        Some(answer) if way.engine == likely.engine => answer,
        _ => flavour::engine(&machine(), way),
    };
    let compose = compose.map(|compose| {
        let by = asked.filter(|asked| !asked.trim().is_empty());
        let by = by.map_or_else(String::new, |_| format!(" (by {VARIABLE})"));
        format!("{} {}{by}", compose.way.words(), compose.version)
    });
    vec![engine_check(way, engine), check("Docker Compose", compose)]
}

fn engine_check(way: &Way, engine: Result<(PathBuf, String), FlavourError>) -> Check {
    let name = if way.engine == "podman" {
        "Podman"
    } else {
        "Docker"
    };
    check(
        name,
        engine.map(|(_, version)| format!("the engine answers ({version})")),
    )
}

fn check(name: &str, answer: Result<String, FlavourError>) -> Check {
    let (sight, said) = match answer {
        Ok(said) => (Sight::Good, said),
        Err(error) => {
            let sight = match &error {
                FlavourError::Unknown { .. }
                | FlavourError::Missing { .. }
                | FlavourError::TooOld { .. }
                | FlavourError::Engine {
                    silence: Silence::Refused,
                    ..
                } => Sight::Missing,
                FlavourError::Silent { .. }
                | FlavourError::Engine {
                    silence: Silence::TimedOut,
                    ..
                }
                | FlavourError::Cancelled => Sight::Unknown,
            };
            (sight, text::shorten(&error.to_string(), MAX_SAID_CHARS))
        }
    };
    Check {
        name: name.to_owned(),
        sight,
        said,
    }
}
