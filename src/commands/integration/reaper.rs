//! The process that takes services down when sdd was killed: `sdd internal-services ROOT RUN`.
//!
//! It is started before the services are, waits until sdd is gone, and then does what the journal of the run says. Where
//! the journal is gone, or the services are kept on purpose, there is nothing to do.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::commands::pipeline;
use crate::compose::env_files;
use crate::compose::flavour::{self, Machine, VARIABLE, Way};
use crate::compose::teardown::Manner;
use crate::compose::{journal, sweep};
use crate::model::config::Config;
use crate::process::companion::{self, Companion, Farewell};
use crate::process::environment::{Environment, RUN_ID};
use crate::process::find::Finder;
use crate::process::redact::Redactor;
use crate::process::{Cancel, System, guard};
use crate::store::{Store, layout, scratch};

/// The hidden subcommand.
pub const SUBCOMMAND: &str = "internal-services";

/// What sdd had begun when it was killed ends meanwhile.
const SETTLE: Duration = Duration::from_secs(1);
/// How long services get to end, all together, at most: nobody reads what they would still write, and their volumes go with them.
const HASTE: Duration = Duration::from_secs(1);
/// How often it is tried, and how long is waited between.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(3);

/// The project and the run, when this process was started to wait for one.
pub fn asked(mut args: impl Iterator<Item = OsString>) -> Option<(PathBuf, String)> {
    let is_meant = args.nth(1)? == SUBCOMMAND;
    let root = PathBuf::from(args.next().filter(|_| is_meant)?);
    let run = args.next()?.into_string().ok()?;
    args.next().is_none().then_some((root, run))
}

/// Starts one for a run, with its log in the run's directory; `None` where that cannot be.
pub(in crate::commands) fn start(
    environment: &Environment,
    pass_env: &[String],
    root: &Path,
    run: &str,
) -> Option<Companion> {
    let program = guard::own_program().ok()?;
    let args = [SUBCOMMAND.into(), root.as_os_str().to_owned(), run.into()];
    // Without the tag of the run: what carries it ends with the run.
    let env = environment
        .for_tools(pass_env, run)
        .into_iter()
        .filter(|(name, _)| name != RUN_ID);
    let asked = environment
        .get(VARIABLE)
        .map(|asked| (VARIABLE.into(), asked.into()));
    Companion::start(&program, &args, env.chain(asked)).ok()
}

/// The whole life of the reaper.
pub fn run(root: &Path, run: &str, pipe: &mut dyn std::io::Read) {
    if companion::wait(pipe) == Farewell::Said {
        return;
    }
    std::thread::sleep(SETTLE);
    for attempt in 1..=TRIES {
        match take_down(root, run) {
            Ok(said) => return note(root, run, &said),
            Err(_) if attempt < TRIES => std::thread::sleep(PAUSE),
            // The journal stays, and the next sdd says what is left.
            Err(error) => note(root, run, &format!("{error:#}")),
        }
    }
}

/// Leaves a line beside the other files of the run, for those who wonder.
fn note(root: &Path, run: &str, said: &str) {
    let directory = root.join(layout::RUNS).join(run);
    if directory.is_dir() {
        let _ = scratch::write_new(&directory.join("reaper.log"), format!("{said}\n").as_bytes());
    }
}

fn take_down(root: &Path, run: &str) -> anyhow::Result<String> {
    let store = Store::open(root)?;
    let Some(entry) = journal::read_of(&store, run).map_err(anyhow::Error::msg)? else {
        return Ok("there is no journal, so nothing was left".to_owned());
    };
    if entry.kept {
        return Ok("the services are kept on purpose".to_owned());
    }
    let environment = Environment::of_process();
    let variable = |name: &str| environment.get(name).map(str::to_owned);
    let files = env_files::contents(&entry.project().files, &variable);
    // Settings that nobody can read any more were read when the run began, and nothing is left because of them.
    let config = pipeline::read_config(&store).map_or_else(|_| Config::default(), |loaded| loaded.config);
    let redactor = Redactor::with_files(&environment, &config.redact_env, &files.in_them());
    let tag = format!("{run}-reaper");
    let env = environment.for_tools(&config.pass_env, &tag);
    let runner = System::new(env, &tag, Cancel::new(), Arc::new(redactor));
    let finder = Finder::new(environment.get("PATH").map(OsStr::new), root, None);
    let find = |program: &str| finder.find(program, &[], root);
    let machine = Machine {
        runner: &runner,
        find: &find,
        cwd: Path::new("/"),
        patience: flavour::PATIENCE,
    };
    let project = entry.project.clone();
    let asked = environment.get(VARIABLE).map(str::to_owned);
    let asked = asked.unwrap_or_else(|| Way::of(entry.flavour).words());
    let flavour = flavour::detect(&machine, Some(&asked))?;
    let manner = Manner::AtOnce(entry.stop().min(HASTE));
    let cleaned = sweep::take_down(&store, &runner, &flavour, (&entry, manner))?;
    anyhow::ensure!(cleaned.left.is_nothing(), "{} is left", cleaned.left);
    Ok(format!("{project} was taken down after its sdd was killed"))
}
