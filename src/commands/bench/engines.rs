//! Which engines there are, in the order in which they are preferred.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{EngineName, RunArgs};
use crate::bench::engine::builtin::Builtin;
use crate::bench::engine::locust::{Locust, Remote, Workers};
use crate::bench::engine::wrk::Wrk;
use crate::bench::engine::{Engine, EngineError};
use crate::process::Runner;

/// The time that workers on other hosts get to join.
const JOIN: Duration = Duration::from_secs(300);
/// Where they join.
const PORT: u16 = 5557;

/// Engines that were looked for.
pub(super) struct Engines<'a> {
    wanted: EngineName,
    builtin: Builtin,
    wrk: Result<Wrk<'a>, EngineError>,
    locust: Result<Locust<'a>, EngineError>,
}

/// Where the programs of engines are; `None` where there is none that may be started.
pub(super) struct Programs {
    pub(super) wrk: Option<PathBuf>,
    pub(super) locust: Option<PathBuf>,
}

impl<'a> Engines<'a> {
    /// Asks the programs that are wanted what they are.
    pub(super) fn look(
        args: &RunArgs,
        programs: &Programs,
        runner: &'a dyn Runner,
        scratch: &'a Path,
        host: &'a str,
        tell: &'a (dyn Fn(&str) + Sync),
    ) -> Self {
        let absent = |engine| EngineError::Absent { engine };
        let is_wanted = |names: &[EngineName]| names.contains(&args.engine);
        let wrk = match &programs.wrk {
            Some(program) if is_wanted(&[EngineName::Auto, EngineName::Wrk]) => {
                Wrk::identify(runner, program, scratch)
            }
            _ => Err(absent("wrk")),
        };
        let workers = match args.workers {
            Some(count) => Workers::Remote(Remote {
                count,
                bind: "0.0.0.0",
                host,
                port: PORT,
                wait: JOIN,
                tell,
            }),
            None => Workers::Local,
        };
        let locust = match &programs.locust {
            Some(program) if is_wanted(&[EngineName::Locust]) => {
                Locust::identify(runner, program, scratch, workers)
            }
            _ => Err(absent("locust")),
        };
        Self {
            wanted: args.engine,
            builtin: Builtin::new(),
            wrk,
            locust,
        }
    }

    /// The engines that may be taken, those that are preferred first.
    pub(super) fn preferred(&self) -> Vec<Result<&dyn Engine, EngineError>> {
        fn some<E: Engine>(engine: &Result<E, EngineError>) -> Result<&dyn Engine, EngineError> {
            engine
                .as_ref()
                .map(|engine| engine as &dyn Engine)
                .map_err(Clone::clone)
        }
        match self.wanted {
            EngineName::Auto => vec![some(&self.wrk), Ok(&self.builtin)],
            EngineName::Wrk => vec![some(&self.wrk)],
            EngineName::Builtin => vec![Ok(&self.builtin)],
            EngineName::Locust => vec![some(&self.locust)],
        }
    }
}
