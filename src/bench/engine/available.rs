//! Which engines there are, in the order in which they are preferred.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::builtin::Builtin;
use super::locust::{Locust, Workers};
use super::wrk::{self, Wrk};
use super::{Engine, EngineError};
use crate::bench::load::{Load, Target};
use crate::process::Runner;

/// What is to make the load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// wrk where it is there and can make the load, else the built-in one.
    #[default]
    Auto,
    /// wrk.
    Wrk,
    /// The built-in one.
    Builtin,
    /// locust.
    Locust,
}

impl Wanted {
    /// The program that it cannot do without.
    pub fn program(self) -> Option<&'static str> {
        match self {
            Self::Auto | Self::Builtin => None,
            Self::Wrk => Some("wrk"),
            Self::Locust => Some("locust"),
        }
    }

    /// The length that a stretch will have, as far as that can be told before programs are asked what they are.
    pub fn length(self, programs: &Programs, target: &Target, load: &Load, asked: Duration) -> Duration {
        let is_wrk = match self {
            Self::Auto => programs.wrk.is_some(),
            Self::Wrk => true,
            Self::Builtin | Self::Locust => false,
        };
        let seconds = wrk::length(target, load, asked).filter(|_| is_wrk);
        seconds.unwrap_or(asked)
    }
}

/// Where the programs of engines are; `None` where there is none that may be started.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    /// wrk.
    pub wrk: Option<PathBuf>,
    /// locust.
    pub locust: Option<PathBuf>,
}

/// Engines that were looked for.
pub struct Available<'a> {
    wanted: Wanted,
    builtin: Builtin,
    wrk: Result<Wrk<'a>, EngineError>,
    locust: Result<Locust<'a>, EngineError>,
}

impl<'a> Available<'a> {
    /// Asks the programs that are wanted what they are. `scratch` is a directory that only the user may enter, `workers`
    /// are those of locust.
    pub fn look(
        wanted: Wanted,
        programs: &Programs,
        runner: &'a dyn Runner,
        scratch: &'a Path,
        workers: Workers<'a>,
    ) -> Self {
        let absent = |engine| EngineError::Absent { engine };
        let wrk = match &programs.wrk {
            Some(program) if matches!(wanted, Wanted::Auto | Wanted::Wrk) => {
                Wrk::identify(runner, program, scratch)
            }
            _ => Err(absent("wrk")),
        };
        let locust = match &programs.locust {
            Some(program) if wanted == Wanted::Locust => Locust::identify(runner, program, scratch, workers),
            _ => Err(absent("locust")),
        };
        Self {
            wanted,
            builtin: Builtin::new(),
            wrk,
            locust,
        }
    }

    /// The engines that may be taken, those that are preferred first.
    pub fn preferred(&self) -> Vec<Result<&dyn Engine, EngineError>> {
        fn some<E: Engine>(engine: &Result<E, EngineError>) -> Result<&dyn Engine, EngineError> {
            engine
                .as_ref()
                .map(|engine| engine as &dyn Engine)
                .map_err(Clone::clone)
        }
        match self.wanted {
            Wanted::Auto => vec![some(&self.wrk), Ok(&self.builtin)],
            Wanted::Wrk => vec![some(&self.wrk)],
            Wanted::Builtin => vec![Ok(&self.builtin)],
            Wanted::Locust => vec![some(&self.locust)],
        }
    }
}
