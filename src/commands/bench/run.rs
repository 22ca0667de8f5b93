//! `sdd bench`: one measurement.

use std::time::Duration;

use super::aim::{self, Aim};
use super::args::RunArgs;
use super::emit::Places;
use super::tell::Now;
use crate::bench::aim::service_of_this_machine;
use crate::bench::engine::EngineError;
use crate::bench::engine::available::{Available, Programs, Wanted};
use crate::bench::engine::locust::{Remote, Workers};
use crate::bench::load::Target;
use crate::bench::measurement::{Measurement, MeasurementError, Record};
use crate::bench::requirements::{self, Requirement};
use crate::bench::rounds::Counting;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::{self, Opened, Tools, called};
use crate::commands::{work, work_item};
use crate::integration::{Needs, probe};
use crate::model::config::{self, Config};
use crate::model::exit::Exit;
use crate::model::session::ActiveWork;
use crate::model::spec::Benchmarks;
use crate::process::find::Found;
use crate::process::redact::Redactor;
use crate::process::signals;
use crate::project::{detect, git};

/// What processes of a measurement are tagged with.
const RUN_ID: &str = "bench";
/// What stands in the place of a reason that nobody gave.
pub(in crate::commands) const NO_REASON: &str = "accepted without a reason";
/// The time that workers on other hosts get to join.
const JOIN: Duration = Duration::from_secs(300);
/// Where they join.
const PORT: u16 = 5557;

/// The project and the work item that a measurement belongs to.
struct Home {
    opened: Opened,
    work: Option<ActiveWork>,
    session: u32,
}

/// Runs the command.
pub(super) fn run(args: &RunArgs, cx: &mut Cx) -> anyhow::Result<Exit> {
    let places = Places::open(cx)?;
    let home = home(args, cx)?;
    let work = home.as_ref().and_then(|home| home.work.as_ref());
    let spec: Benchmarks = work
        .and_then(|work| work.spec.as_ref())
        .map(|spec| spec.integration.benchmarks.clone())
        .unwrap_or_default();
    understood(&spec)?;
    if args.accept && work.is_none() {
        return Err(
            CommandError::usage("a baseline belongs to a work item, and none is named")
                .hint(format!("name it: {} bench ID --accept", called(cx)))
                .into(),
        );
    }
    let config = settings_of(home.as_ref());
    let settings = &config.quality_gates.benchmark;
    let aim = Aim::of(args, settings, &spec, cx)?;
    let (services, notes) = aim::services(args, &aim.target, cx)?;
    let older_services = aim
        .older
        .as_ref()
        .and_then(service_of_this_machine)
        .into_iter()
        .collect();
    let Tools { runner, redactor, .. } = tools(home.as_ref(), cx);
    let root = home
        .as_ref()
        .map_or_else(|| cx.start.clone(), |home| home.opened.store.root().to_owned());
    let finder = pipeline::finder(cx, &root);
    let find = |name: &str, places: &[std::path::PathBuf]| match finder.find(name, places, &root) {
        Found::At(program) => Some(program),
        _ => None,
    };
    let scratch = tempfile::Builder::new().prefix("sdd-bench-").tempdir()?;
    let programs = Programs {
        wrk: find("wrk", &[]),
        locust: find("locust", &[]),
    };
    let say = cx.ui.sayer();
    let tell_join = move |command: &str| say(&format!("workers join with: {command}"));
    let host = host();
    let engines = Available::look(
        engine(args, settings.engine.into())?,
        &programs,
        &runner,
        scratch.path(),
        workers(args, &host, &tell_join),
    );
    let commit = home.as_ref().and_then(|_| {
        let git = find("git", &[])?;
        git::head(&runner, &git, &root).ok().flatten()
    });
    let by = who(cx);
    let record = home.as_ref().zip(work).map(|(home, work)| Record {
        store: &home.opened.store,
        work_item: &work.item.id,
        commit: commit.as_deref(),
        session: home.session,
        by: &by,
        accept: args.accept.then(|| args.reason.as_deref().unwrap_or(NO_REASON)),
    });
    let measurement = Measurement {
        target: aim.target,
        named: None,
        older: aim.older,
        load: aim.course.load,
        ramps: aim.course.ramps,
        rounds: aim.course.rounds,
        length: aim.course.length,
        counting: counting(args, settings),
        requirements: required(args, &spec),
        threshold: args
            .threshold
            .map_or_else(|| config.regression_threshold(), |percent| percent / 100.0),
        services,
        older_services,
        notes,
        engines: engines.preferred(),
        record,
        rerun: rerun(cx),
        redactor: &redactor,
        witness: None,
    };
    let now = Now::default();
    let outcome = cx.ui.waiting(&|| now.said(), || {
        measurement.run(&cx.cancel, &|| cx.clock.now(), &|step| now.note(step))
    });
    if let Some(signal) = cx.cancel.signal() {
        return Ok(signals::exit_for(signal));
    }
    let bring_up = || bring_up(args, work?, &config, &measurement.target);
    let document = outcome
        .map_err(|error| refused(error, &redactor, cx, &bring_up))?
        .document;
    places.write(cx, &redactor, &document)?;
    Ok(Exit::from(document.verdict))
}

/// Which rounds count, on a machine that may be busy with something else.
fn counting(args: &RunArgs, settings: &config::Benchmark) -> Counting {
    if args.allow_noise || settings.allow_noise {
        Counting::Every
    } else {
        Counting::Quiet
    }
}

/// What starts processes, and what keeps secrets out of what is told: those of the project, where there is one.
fn tools(home: Option<&Home>, cx: &Cx) -> Tools {
    let tools = match home {
        Some(home) => Tools::of_project(cx, &home.opened, RUN_ID),
        None => Tools::bare(cx, &settings_of(None), RUN_ID),
    };
    tools.guarded()
}

/// The settings of the project; without one every setting has its default.
fn settings_of(home: Option<&Home>) -> Config {
    home.map(|home| home.opened.config.clone()).unwrap_or_default()
}

/// The name of this machine.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    name.map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// What makes the load: as the command line says, else as the settings do.
fn engine(args: &RunArgs, settings: Wanted) -> Result<Wanted, CommandError> {
    let engine = args.engine.map_or(settings, Wanted::from);
    if args.workers.is_some() && engine != Wanted::Locust {
        return Err(CommandError::usage(
            "--workers waits for workers of locust, and it is not what makes the load",
        )
        .hint("--engine locust"));
    }
    Ok(engine)
}

/// Who makes the load of locust.
fn workers<'a>(args: &RunArgs, host: &'a str, tell: &'a (dyn Fn(&str) + Sync)) -> Workers<'a> {
    args.workers.map_or(Workers::Local, |count| {
        Workers::Remote(Remote {
            count,
            bind: "0.0.0.0",
            host,
            port: PORT,
            wait: JOIN,
            tell,
        })
    })
}

/// The project that is measured for; `None` where there is none and none is needed.
fn home(args: &RunArgs, cx: &Cx) -> anyhow::Result<Option<Home>> {
    if args.id.is_none() && detect::find_root(&cx.start).is_none() {
        return Ok(None);
    }
    let opened = pipeline::open(cx)?;
    let open = work::open_session(&opened.store)?;
    let session = open.as_ref().map_or(0, |session| session.number);
    let work = match &args.id {
        Some(id) => {
            let loaded = work_item::load(&opened.store)?;
            let item = loaded.items.get(id).ok_or_else(|| {
                let ids = loaded.items.items.iter().map(|item| item.id.as_str());
                work_item::no_such_item(cx, id, ids)
            })?;
            let spec = work::said_of(&opened.store, item)?;
            Some(ActiveWork {
                item: item.clone(),
                spec,
                session,
                base_commit: None,
            })
        }
        None => open.and_then(|session| session.work),
    };
    Ok(Some(Home {
        opened,
        work,
        session,
    }))
}

/// That every limit of a spec is understood: a run would pass what nobody has checked.
fn understood(spec: &Benchmarks) -> Result<(), CommandError> {
    match spec.unread.first() {
        None => Ok(()),
        Some(limit) => Err(CommandError::usage(format!(
            "line {} of the spec limits nothing: {}",
            limit.line, limit.value
        ))
        .hint("correct it: sdd work-item validate shows what is odd")),
    }
}

/// What must be reached. What is asked for on the command line is said in the place of what the spec says of the same.
fn required(args: &RunArgs, spec: &Benchmarks) -> Vec<Requirement> {
    let mut required = requirements::of_spec(spec);
    required.retain(|one| !args.require.iter().any(|asked| asked.subject == one.subject));
    required.extend(args.require.iter().copied());
    required
}

/// Who measures, by the name of the machine's user.
pub(in crate::commands) fn who(cx: &Cx) -> String {
    let name = ["USER", "LOGNAME"]
        .iter()
        .find_map(|name| cx.environment.get(name));
    name.unwrap_or("unknown").to_owned()
}

/// The command as it was given.
fn rerun(cx: &Cx) -> String {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words = std::iter::once(called(cx)).chain(words);
    let words: Vec<String> = words.collect();
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// What brings a service up, where it is one that only a run of an integration test has.
fn bring_up(args: &RunArgs, work: &ActiveWork, config: &Config, target: &Target) -> Option<String> {
    let host = target.endpoints.first()?.url.host()?;
    let accept = if args.accept {
        " --accept --reason TEXT"
    } else {
        ""
    };
    let run = format!("sdd integration run {}{accept}", work.item.id);
    Needs::of(work.item.kind, work.spec.as_ref(), config.integration())?.bring_up(host, &run, probe::is_known)
}

/// What kept the measurement from having a verdict. `bring_up` says what brings up a service that is not there.
fn refused(
    error: MeasurementError,
    redactor: &Redactor,
    cx: &Cx,
    bring_up: &dyn Fn() -> Option<String>,
) -> anyhow::Error {
    let said = redactor.text(&error.to_string());
    match error {
        MeasurementError::NoEngine(_) => CommandError::usage(said)
            .hint(format!(
                "sdd's own generator can make most loads: {} bench --engine builtin",
                called(cx)
            ))
            .into(),
        MeasurementError::Engine(EngineError::Unreachable { cause, .. }) if cause.contains("certificate") => {
            CommandError::no_verdict(said)
                .hint("--cacert FILE takes what the certificates of a file vouch for, --insecure every certificate")
                .into()
        }
        MeasurementError::Engine(EngineError::Unreachable { .. }) => CommandError::no_verdict(said)
            .hint(bring_up().unwrap_or_else(|| "start the service, or correct the address".to_owned()))
            .into(),
        MeasurementError::Engine(_) | MeasurementError::Reference(_) => CommandError::no_verdict(said).into(),
        MeasurementError::Baseline(_) => CommandError::usage(said)
            .hint("the file was left as it was")
            .into(),
    }
}
