//! The machinery of a deployment that does something: the lock, what starts steps, the journal, the end.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::run::Tree;
use super::scene::{Last, Scene, explained};
use super::{evidence, shown};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline;
use crate::deploy::checks::PreCheck;
use crate::deploy::journal::{Chain, Event, PhaseOutcome, Purpose, Record};
use crate::deploy::lock::{self, Held, NoLock};
use crate::deploy::next::{Assumption, Instead};
use crate::deploy::plan::Plan;
use crate::deploy::state::{Phase, State};
use crate::deploy::summary::Summary;
use crate::engine::deployment::{Ledger, Site, Torn};
use crate::model::config::Command;
use crate::model::exit::Exit;
use crate::model::verdict::Verdict;
use crate::process::leftover::{self, Leftover};
use crate::process::{Cancel, End, Invocation, Runner as _, System, guard, signals};
use crate::report::Colour;
use crate::store;

/// How often it is looked whether somebody insists.
const TICK: Duration = Duration::from_millis(50);
/// The time that is waited for what an sdd that was killed has left. Its guard needs two seconds, and tries for ten.
const LEAVE: Duration = Duration::from_secs(12);
/// The time that the commands of a lock may take.
const LOCK_COMMAND: Duration = Duration::from_secs(60);

/// What people say on the command line of commands that do something.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Said {
    /// Manual steps that were done
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub(super) ack: Vec<String>,
    /// Who says so [default: the user]
    #[arg(long, value_name = "NAME")]
    pub(super) ack_by: Option<String>,
}

impl Said {
    /// Who speaks.
    pub(super) fn by(&self, cx: &Cx) -> String {
        let user = || {
            cx.environment
                .get("USER")
                .or_else(|| cx.environment.get("LOGNAME"))
        };
        let by = self.ack_by.as_deref().or_else(user);
        by.unwrap_or("somebody").to_owned()
    }

    /// Refuses ids that are none of the plan's.
    pub(super) fn check(&self, plan: &Plan) -> anyhow::Result<()> {
        match self.ack.iter().find(|id| plan.step(id).is_none()) {
            None => Ok(()),
            Some(id) => Err(CommandError::usage(format!("the plan has no step {id:?}"))
                .hint("the ids stand in: sdd deploy plan")
                .into()),
        }
    }
}

/// What became of a step, as somebody says it: `done STEP` or `not-done STEP`.
pub(super) fn assumption(words: &[String], plan: &Plan) -> anyhow::Result<Option<Assumption>> {
    let [what, step] = words else { return Ok(None) };
    let done = match what.as_str() {
        "done" => true,
        "not-done" => false,
        other => {
            return Err(
                CommandError::usage(format!("--assume {other}: expected done or not-done"))
                    .hint("--assume done STEP, or --assume not-done STEP")
                    .into(),
            );
        }
    };
    if plan.step(step).is_none() {
        return Err(CommandError::usage(format!("the plan has no step {step:?}")).into());
    }
    Ok(Some(Assumption {
        step: step.clone(),
        done,
    }))
}

/// Takes the lock of the environment, here and by the command that other machines see.
pub(super) fn take_lock<'s>(cx: &Cx, scene: &'s Scene, command: &str) -> anyhow::Result<Locked<'s>> {
    let meeting = scene.meeting(cx);
    let (store, environment) = (&scene.opened.store, &scene.target.name);
    let held = lock::take(store, environment, command, cx.clock, meeting.as_ref())
        .map_err(|error| busy(error, environment))?;
    let locked = Locked { held, scene };
    if let Some(command) = &scene.target.said.lock_command {
        call(scene, command).map_err(|why| {
            CommandError::no_verdict(format!("the lock of {} was not had: {why}", scene.target.name))
                .hint("deployment.environments.*.lock_command must end with 0")
        })?;
    }
    Ok(locked)
}

/// A lock, held until this is dropped.
pub(super) struct Locked<'s> {
    /// What is held on this machine.
    pub(super) held: Held,
    scene: &'s Scene,
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        if let Some(command) = &self.scene.target.said.unlock_command {
            // Nobody is left who could be told; the next one is told that the lock is not to be had.
            let _unreleased = call(self.scene, command);
        }
    }
}

impl Locked<'_> {
    /// The record of it, with the id of the run that it was taken for.
    pub(super) fn event(&self, run: &str) -> Event {
        let holder = &self.held.holder;
        Event::Locked {
            owner: holder.owner.clone(),
            host: holder.host.clone(),
            command: holder.command.clone(),
            took_over: self.held.took_over.clone(),
            run: run.to_owned(),
        }
    }
}

/// Waits until nothing lives any more of the runs that were at a deployment before: the guard of an sdd that was killed needs a
/// moment to end what that had started, and nothing may run beside it.
///
/// # Errors
///
/// Something still lives after a while.
pub(super) fn alone(cx: &Cx, chain: &Chain) -> anyhow::Result<()> {
    let runs: BTreeSet<&str> = chain
        .records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Locked { run, .. } => Some(run.as_str()),
            _ => None,
        })
        .collect();
    let begun = Instant::now();
    let mut told = false;
    loop {
        let left: Vec<Leftover> = runs.iter().flat_map(|run| leftover::of_run(run)).collect();
        let Some(first) = left.first() else { return Ok(()) };
        let who = format!("pid {} ({})", first.pid, first.name);
        if begun.elapsed() >= LEAVE || cx.cancel.is_requested() {
            return Err(CommandError::no_verdict(format!(
                "of an sdd that was killed in this deployment {who} still runs, and nothing may run beside it"
            ))
            .hint(format!(
                "wait until it has ended, or end it: kill {}; then the same again",
                first.pid
            ))
            .into());
        }
        if !std::mem::replace(&mut told, true) {
            cx.ui.sayer()(&format!(
                "waiting until what an sdd that was killed has left is ended: {who}"
            ));
        }
        std::thread::sleep(TICK);
    }
}

fn call(scene: &Scene, command: &Command) -> Result<(), String> {
    let (program, args): (&str, Vec<String>) = match command {
        Command::Words(words) => (words.first().map_or("", String::as_str), words[1..].to_vec()),
        Command::Shell(text) => ("sh", vec!["-c".to_owned(), text.clone()]),
    };
    let found: Option<PathBuf> = scene.find(program);
    let found = found.ok_or_else(|| format!("{program} is not installed"))?;
    let call = Invocation::new(found, scene.opened.store.root(), LOCK_COMMAND).args(args);
    let outcome = scene.tools.runner.run(&call).map_err(|error| error.to_string())?;
    match outcome.end {
        End::Code(0) => Ok(()),
        End::Code(code) => Err(format!("exit code {code}")),
        _ => Err("it did not end by itself".to_owned()),
    }
}

/// A lock that was not had, as an error of the command.
pub(super) fn busy(error: NoLock, environment: &str) -> anyhow::Error {
    match error {
        // Whoever wrote it cannot be asked, and no copy of it is worth having.
        NoLock::Store(error @ store::Error::Broken { .. }) => CommandError::no_verdict(error.to_string())
            .hint(format!(
                "look that nobody deploys to {environment} from another machine, then: sdd deploy unlock {environment} --reason TEXT"
            ))
            .into(),
        NoLock::Store(error) => error.into(),
        NoLock::Busy { ref environment, .. } => {
            let hint = format!(
                "wait until it has ended; a lock that is left on another machine: sdd deploy unlock {environment} --reason TEXT"
            );
            CommandError::no_verdict(error.to_string()).hint(hint).into()
        }
    }
}

/// What is run, by whom.
pub(super) struct Job<'j> {
    pub(super) scene: &'j Scene,
    pub(super) plan: &'j Plan,
    pub(super) acknowledged: &'j [String],
    pub(super) by: &'j str,
    /// Whether plans for the environment must be approved, by the base branch too.
    pub(super) require_approval: bool,
    /// The deployment that goes on; without one a new one begins.
    pub(super) deployment: Option<&'j str>,
}

/// What comes of a job: the deployment and its records.
pub(super) struct Came {
    /// The id.
    pub(super) deployment: String,
}

/// Sets the stage, opens the journal, and does `act` on it.
pub(super) fn perform(
    cx: &Cx,
    job: &Job<'_>,
    act: impl FnOnce(&Site<'_>, &mut Ledger<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<Came> {
    let scene = job.scene;
    let store = &scene.opened.store;
    let config = &scene.opened.config;
    let run = store.new_run(cx.clock.now())?;
    let deployment = job.deployment.unwrap_or_else(|| run.id()).to_owned();
    let redactor = pipeline::redactor_with(cx, &scene.opened, &evidence::values(&cx.environment, job.plan));
    // A step sees what its fence names, and no `pass_env` of the gates.
    let env = cx.environment.for_tools(&[], run.id());
    let insist = Cancel::new();
    let system = |cancel: &Cancel| {
        let runner = System::new(env.clone(), run.id(), cancel.clone(), Arc::clone(&redactor));
        match guard::own_program() {
            Ok(program) => runner.with_guard(program),
            Err(_) => runner,
        }
    };
    let (runner, steady) = (system(&cx.cancel), system(&insist));
    let _watcher = Insistence::watch(&cx.cancel, &insist);
    let find = |program: &str| scene.find(program);
    let value = |name: &str| -> Option<OsString> { evidence::value(&cx.environment, name) };
    let checks = || -> Vec<PreCheck> { evidence::checks(cx, scene, job.plan) };
    let mut target = scene.target.clone();
    target.require_approval = job.require_approval;
    let site = Site {
        store,
        plan: job.plan,
        settings: config.deployments(),
        target: &target,
        deployment: &deployment,
        run: run.id(),
        runner: &runner,
        cancel: &cx.cancel,
        steady: &steady,
        insist: &insist,
        redactor: &redactor,
        find: &find,
        value: &value,
        scratch: run.path(),
        clock: cx.clock,
        checks: &checks,
        acknowledged: job.acknowledged,
        by: job.by,
    };
    let say = cx.ui.sayer();
    let told = |record: &Record| {
        if let Some(line) = shown::progress(record) {
            say(&line);
        }
    };
    let environment = &scene.target.name;
    let mut ledger = if let Some(deployment) = job.deployment {
        let (ledger, torn) = Ledger::go_on(store, environment, deployment, cx.clock, &redactor, &told)?;
        if torn == Torn::Yes {
            say("the last line of the journal was not whole, and is set aside");
        }
        ledger
    } else {
        let id = job.plan.id();
        Ledger::begin(store, environment, &deployment, &id, cx.clock, &redactor, &told)?
    };
    let acted = act(&site, &mut ledger);
    drop(ledger);
    drop((runner, steady));
    store.tidy();
    acted?;
    Ok(Came { deployment })
}

/// Asks the second runner to stop when somebody interrupts twice.
struct Insistence {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Insistence {
    fn watch(cancel: &Cancel, insist: &Cancel) -> Self {
        let (stop, stopped) = channel();
        let (cancel, insist) = (cancel.clone(), insist.clone());
        let thread = std::thread::Builder::new()
            .name("deploy-insist".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    if cancel.level() >= 2 && !insist.is_requested() {
                        insist.request(cancel.signal().unwrap_or(0));
                    }
                }
            });
        Self {
            stop: Some(stop),
            thread: thread.ok(),
        }
    }
}

impl Drop for Insistence {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// Writes what a deployment came to, and says how sdd is to end.
pub(super) fn tell(cx: &mut Cx, scene: &Scene, deployment: &str, asked: Asked) -> anyhow::Result<Exit> {
    let Last { chain, plan, .. } = read(scene, deployment)?;
    let summary = Summary::new(deployment, &plan, &chain, &pipeline::called(cx));
    let format = cx.choose(&["human", "json", "agent"])?;
    let colour = colour(cx, format);
    let said = if format == "json" {
        format!("{}\n", serde_json::to_string_pretty(&summary)?)
    } else {
        shown::deployment(&summary, colour)
    };
    scene.emit(cx, &said)?;
    let interrupted = matches!(
        chain.records.last().map(|record| &record.event),
        Some(Event::Interrupted { .. })
    );
    if let (Some(signal), true) = (cx.cancel.signal(), interrupted) {
        return Ok(signals::exit_for(signal));
    }
    Ok(exit(&State::of(&chain.records), &summary, asked))
}

/// Colours are for people at a terminal, and never for agents.
pub(super) fn colour(cx: &Cx, format: &str) -> Colour {
    match format {
        "human" => cx.ui.colour(),
        _ => Colour::No,
    }
}

fn read(scene: &Scene, deployment: &str) -> anyhow::Result<Last> {
    let last = scene.wanted_by(deployment)?;
    last.ok_or_else(|| CommandError::no_verdict("the journal is gone").into())
}

impl Scene {
    /// A deployment by its id, with its plan.
    fn wanted_by(&self, deployment: &str) -> anyhow::Result<Option<Last>> {
        use crate::deploy::files;
        let store = &self.opened.store;
        let Some(chain) = files::read(store, &self.target.name, deployment).map_err(explained)? else {
            return Ok(None);
        };
        let plan = self.plan_of(deployment, &chain)?;
        Ok(Some(Last {
            id: deployment.to_owned(),
            chain,
            plan,
        }))
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// That it is deployed.
    Deployment,
    /// That it is taken back.
    Rollback,
}

fn exit(state: &State, summary: &Summary, asked: Asked) -> Exit {
    match (&state.phase, asked) {
        (Phase::Succeeded, Asked::Deployment) | (Phase::RolledBack { .. }, Asked::Rollback) => Exit::Ok,
        (Phase::RolledBack { .. }, Asked::Deployment) => {
            let is_rehearsal = state.purpose == Some(Purpose::Rehearsal);
            if is_rehearsal && summary.rehearsal_verified == Some(true) {
                Exit::Ok
            } else {
                Exit::Failed
            }
        }
        (Phase::RollbackFailed { .. }, _) => Exit::RollbackFailed,
        (Phase::Aborted { .. }, _) => {
            let has_failed = summary
                .checks
                .iter()
                .any(|check| check.outcome == Verdict::Failed);
            if has_failed { Exit::Failed } else { Exit::NoVerdict }
        }
        (Phase::Failed { .. }, _) => {
            let observation = summary.observation.as_ref().map(|ended| ended.outcome);
            if observation == Some(PhaseOutcome::Inconclusive) {
                Exit::NoVerdict
            } else {
                Exit::Failed
            }
        }
        _ => Exit::NoVerdict,
    }
}

/// The refusal of a command, with what may be done instead.
pub(super) fn refusal(
    cx: &Cx,
    environment: &str,
    why: &str,
    instead: Instead,
    next: &[String],
) -> CommandError {
    let sdd = pipeline::called(cx);
    let hint = match instead {
        Instead::Run => format!("{sdd} deploy run {environment}"),
        Instead::Resume => format!("{sdd} deploy status {environment}"),
        Instead::Rollback => format!("{sdd} deploy rollback {environment} --reason TEXT"),
        Instead::Assume | Instead::Acknowledge => next.join("; or "),
    };
    let error = match instead {
        Instead::Assume | Instead::Acknowledge => CommandError::no_verdict(why),
        Instead::Run | Instead::Resume | Instead::Rollback => CommandError::usage(why),
    };
    error.hint(hint)
}

/// Keeps a plan that is about to be run.
pub(super) fn keep(scene: &Scene, plan: &Plan) -> anyhow::Result<String> {
    let kept = crate::deploy::files::keep_plan(&scene.opened.store, plan).map_err(explained)?;
    Ok(kept.0)
}

/// Says that the work tree is not what was planned; what may be done about it depends on whether something was run already.
pub(super) fn stale(environment: &str, id: &str, changed: &[String], tree: Tree) -> CommandError {
    let short: String = id.chars().take(12).collect();
    let hint = match tree {
        Tree::Counts => format!("nothing was run; plan again: sdd deploy plan {environment}"),
        Tree::MayHaveChanged => format!(
            "nothing more was run; put back what changed and resume, or take back what was done: sdd deploy rollback \
             {environment} --reason TEXT"
        ),
    };
    CommandError::usage(format!(
        "the plan {short} is stale; since it was made this has changed: {}",
        changed.join("; ")
    ))
    .hint(hint)
}
