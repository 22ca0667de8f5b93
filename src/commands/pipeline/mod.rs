//! From arguments to a finished report: what `sdd gate` and `sdd complete` have in common.

mod decision;
mod evidence;
mod inputs;
mod options;
mod place;
mod tools;
mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

pub use decision::{called, decide};
pub use inputs::Inputs;
pub use options::RunOptions;
pub use tools::{Tools, redactor, redactor_with};
pub use versions::{read_versions, write_versions};

use super::context::Cx;
use super::contract;
use super::error::{CommandError, show};
use super::integration::reaper;
use super::output::Outputs;
use crate::compose::flavour;
use crate::engine::{self, Containers, Job, OnFailure, Plan, StepKey};
use crate::gates::{Context, Fixing, Programs, Strictness, gates_for_work};
use crate::model::config::{Config, load};
use crate::model::exit::Exit;
use crate::model::gate_id::GateId;
use crate::model::report::{GitInfo, ProjectInfo, Report, SCHEMA_VERSION, Summary};
use crate::model::session::ActiveWork;
use crate::model::verdict::RunVerdict;
use crate::process::find::{Finder, Found};
use crate::process::{Cancel, System, signals};
use crate::project::{Project, detect, git};
use crate::store::{self, Overwrite, Store, layout, space};
use decision::{contradictions, lost, rerun, unanswered, withheld};
use place::Place;
use tools::Sight;

/// The command that runs the gates of an integration test.
pub const INTEGRATION: &str = "integration run";

/// What is asked of a run.
pub struct Request<'a> {
    /// `gate`, `complete` or [`INTEGRATION`].
    pub command: &'static str,
    /// The gates that were named; empty means every gate.
    pub named: &'a [GateId],
    /// What else was said of what is asked, for the command that asks again.
    pub arguments: &'a [String],
    /// The options.
    pub options: &'a RunOptions,
    /// Whether a run that cannot be recorded has a verdict.
    pub recording: Recording,
    /// The work that the run is about; `None` without an open session.
    pub work: Option<&'a ActiveWork>,
    /// For how long services are left running afterwards.
    pub keep: Option<Duration>,
}

/// Whether a run must be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Without a record there is no verdict.
    Required,
    /// A run that cannot be recorded only warns.
    Wanted,
}

/// A project that is ready to be looked at.
pub struct Opened {
    /// Its state.
    pub store: Store,
    /// Its settings.
    pub config: Config,
    /// What is odd about the settings.
    pub warnings: Vec<String>,
}

/// Finds the project of the directory that the command works from, and reads its settings.
pub fn open(cx: &Cx) -> anyhow::Result<Opened> {
    let root = detect::find_root(&cx.start).ok_or_else(|| {
        CommandError::not_found(format!("no .session/ in {} or above it", cx.start.display()))
            .hint("set the project up: sdd init")
    })?;
    let say = cx.ui.sayer();
    let store = Store::open(&root)?.on_notice(move |notice| say(&notice.to_string()));
    let loaded = read_config(&store)?;
    let mut warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    if !store.path(layout::CONFIG).exists() {
        warnings.push(format!(
            "there is no {}: every setting has its default",
            layout::CONFIG
        ));
    }
    Ok(Opened {
        store,
        config: loaded.config,
        warnings,
    })
}

/// Reads the settings; without the file every setting has its default.
pub fn read_config(store: &Store) -> anyhow::Result<load::Loaded> {
    match store::read_regular(&store.path(layout::CONFIG), store::SMALL)? {
        Some(bytes) => Ok(load::parse_bytes(layout::CONFIG, &bytes)?),
        None => Ok(load::Loaded::default()),
    }
}

/// What came of a run.
pub struct Done {
    /// The report, as it was recorded, or with the reason why it was not.
    pub report: Report,
    /// Why the report could not be saved.
    pub unrecorded: Option<anyhow::Error>,
    /// What a person should know and the report does not say.
    pub notes: Vec<String>,
}

impl Done {
    /// How sdd is to end.
    pub fn exit(&self, cx: &Cx) -> Exit {
        match cx.cancel.signal() {
            Some(signal) => signals::exit_for(signal),
            None => self.report.verdict.into(),
        }
    }

    /// Takes the verdict away from a run whose result did not get to where it belongs. What failed stays failed.
    pub fn withhold(&mut self, why: &str) {
        lost(&mut self.report, Recording::Required, why.to_owned());
    }
}

/// Plans and runs gates, writes the report where `--format` and `--output` say, and says how sdd is to end.
pub fn run(cx: &mut Cx, opened: &Opened, request: &Request<'_>) -> anyhow::Result<Exit> {
    if request.options.plan {
        return show_plan(cx, opened, request);
    }
    let outputs = Outputs::open(cx)?;
    let mut done = execute_for(cx, opened, request, &outputs)?;
    deliver(
        cx,
        &opened.store,
        &outputs,
        &mut done,
        request.recording,
        |_, _| {},
    );
    Ok(done.exit(cx))
}

/// Prints what would run, and runs nothing.
pub fn show_plan(cx: &mut Cx, opened: &Opened, request: &Request<'_>) -> anyhow::Result<Exit> {
    if request.recording == Recording::Required {
        opened.store.check_state()?;
    }
    let place = Place::nowhere(&opened.store);
    let finder = finder(cx, opened.store.root());
    let tools = Tools::of_work(cx, opened, place.id(), request.work);
    let planned = Planned::make(cx, opened, &finder, &tools, request, &place)?;
    let format = cx.choose(&["human", "json", "agent"])?;
    let said = [
        opened.warnings.as_slice(),
        &planned.project.warnings,
        &tools.unread,
    ]
    .concat();
    let text = super::gate::plan_text(&tools.redactor, &planned.plan, &planned.project, &said, format)?;
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// What the gates would do for a work item, with no option given.
pub fn plan(cx: &Cx, opened: &Opened, project: &Project, finder: &Finder, work: &ActiveWork) -> Plan {
    let options = RunOptions::default();
    let place = Place::nowhere(&opened.store);
    let context = Context {
        config: &opened.config,
        project,
        programs: &programs(cx, &opened.config, project, Some(work), finder),
        out: place.path(),
        fixing: options.fixing(cx),
        workers: options.jobs(),
        demanded: &[],
        strictness: Strictness::Normal,
        work: Some(work),
    };
    Plan::make(&context, &GateId::ALL)
}

/// Plans and runs gates and records the result. Nothing is printed but the progress on stderr, where it is shown.
pub fn execute(cx: &Cx, opened: &Opened, request: &Request<'_>) -> anyhow::Result<Done> {
    execute_for(cx, opened, request, &Outputs::default())
}

/// [`execute`] for a report that will be written to these targets: what is written there is no change of the project.
pub fn execute_for(
    cx: &Cx,
    opened: &Opened,
    request: &Request<'_>,
    outputs: &Outputs,
) -> anyhow::Result<Done> {
    if request.recording == Recording::Required {
        opened.store.check_state()?;
    }
    let today = contract::today(cx)?;
    let (place, unkept) = Place::choose(cx, &opened.store)?;
    let finder = finder(cx, opened.store.root());
    let tools = Tools::of_work(cx, opened, place.id(), request.work).guarded();
    let played = std::thread::scope(|scope| {
        // Git takes its time to look at every file, and nothing is decided by what it says: it begins first.
        let git = scope.spawn(|| tools.git(&finder, opened.store.root()));
        let planned = Planned::make(cx, opened, &finder, &tools, request, &place)?;
        let scene = Scene {
            request,
            opened,
            planned: &planned,
            tools: &tools,
            own_files: &outputs.files(),
            today,
        };
        let git = || {
            git.join()
                .unwrap_or_else(|_| Sight::unknown("reading the git state panicked".to_owned()))
        };
        anyhow::Ok(scene.play(cx, &place, git))
    });
    let (mut report, digest) = match played {
        Ok(played) => played,
        Err(error) => {
            place.discard();
            return Err(error);
        }
    };
    report.warnings.extend(tools.unread.iter().cloned());
    let mut notes = Vec::new();
    match (unkept, request.recording) {
        (Some(why), Recording::Required) => lost(&mut report, request.recording, why),
        (why, Recording::Wanted) => notes.extend(why),
        (None, Recording::Required) => {}
    }
    if report.verdict != RunVerdict::Passed {
        let session = opened.store.path(layout::SESSION);
        let mut full: Vec<String> = [session.as_path(), place.path(), &std::env::temp_dir()]
            .into_iter()
            .filter_map(space::fullness)
            .collect();
        full.dedup();
        report.warnings.extend(full);
    }
    let keeping = evidence::Keeping {
        store: &opened.store,
        run: place.path(),
        work: request.work,
        compose_files: &tools::compose_files(opened, request.work),
        tools: &tools,
        unstopped: &|| Tools::cleaning(cx, opened, place.id(), &Cancel::new(), request.work),
        finder: &finder,
        digest: digest.as_deref(),
    };
    let kept = evidence::keep(&keeping, &mut report).unwrap_or_else(|error| {
        let why = format!(
            "the evidence was not kept: {error:#}; it belongs in directories of {}: move away what is in their place, or free \
             some space, and run this again",
            layout::EVIDENCE
        );
        lost(&mut report, request.recording, why);
        None
    });
    // The last look at what is left of this run and of older ones, and the record of it: neither waits for the other.
    let recorded = std::thread::scope(|scope| {
        scope.spawn(|| {
            drop(tools);
            opened.store.tidy();
        });
        let recorded = record(&opened.store, &report);
        if let (Ok(()), Some(digest)) = (&recorded, digest) {
            inputs::keep(opened, request.work, digest, &report);
        }
        recorded
    });
    let mut done = Done {
        report,
        unrecorded: recorded.err(),
        notes,
    };
    if let Some(error) = &done.unrecorded {
        let why = format!("the report was not saved: {error:#}");
        lost(&mut done.report, request.recording, why);
        if let Some(Err(error)) = kept.map(|directory| evidence::withdraw(&opened.store, &directory)) {
            let why = format!("the evidence tells of a report that was not saved: {error:#}");
            done.report.warnings.push(why);
        }
    }
    Ok(done)
}

/// Whether everybody got the report who was to get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Everybody did.
    Whole,
    /// A file or stdout could not be written.
    Broken,
}

/// Writes the report of a run to every target, and says on stderr what went wrong on the way.
///
/// `settle` is what the result leads to. It comes behind the files, so that it knows of a report that nobody gets, and
/// before stdout, so that what is printed knows of what could not be settled.
pub fn deliver(
    cx: &mut Cx,
    store: &Store,
    outputs: &Outputs,
    done: &mut Done,
    recording: Recording,
    settle: impl FnOnce(&mut Cx, &mut Done),
) -> Delivery {
    for note in &done.notes {
        cx.ui.warning(note);
    }
    let recorded = done.report.clone();
    let mut undelivered = outputs.write(&mut done.report);
    let written = done.report.clone();
    settle(cx, done);
    if done.report != written {
        outputs.write_again(&done.report);
    }
    undelivered.extend(outputs.print(cx, &mut done.report));
    if done.report != recorded && done.unrecorded.is_none() {
        // What is looked up later must say the same.
        done.unrecorded = record(store, &done.report).err();
    }
    for error in &undelivered {
        let shown = show(error);
        cx.ui.error(&shown.what, &shown.causes, shown.hint.as_deref());
    }
    match (&done.unrecorded, recording) {
        (None, _) => {}
        // The report on stdout says it.
        (Some(_), Recording::Wanted) if outputs.shows() => {}
        (Some(error), Recording::Wanted) => {
            cx.ui.warning(&format!("the report was not saved: {error:#}"));
        }
        (Some(error), Recording::Required) => {
            let shown = show(error);
            let causes = std::iter::once(shown.what)
                .chain(shown.causes)
                .collect::<Vec<_>>();
            cx.ui.error(
                "the report was not saved, so there is no verdict",
                &causes,
                shown.hint.as_deref(),
            );
        }
    }
    if undelivered.is_empty() {
        Delivery::Whole
    } else {
        Delivery::Broken
    }
}

/// How programs are found in this project.
pub fn finder(cx: &Cx, root: &Path) -> Finder {
    let active = cx.environment.get("VIRTUAL_ENV").map(Path::new);
    Finder::new(cx.environment.get("PATH").map(std::ffi::OsStr::new), root, active)
}

/// What will be run where.
struct Planned<'a> {
    project: Project,
    programs: Programs,
    request: &'a Request<'a>,
    fixing: Fixing,
    plan: Plan,
}

impl<'a> Planned<'a> {
    fn make(
        cx: &Cx,
        opened: &Opened,
        finder: &Finder,
        tools: &Tools,
        request: &'a Request<'a>,
        place: &Place,
    ) -> anyhow::Result<Self> {
        let project = project(&opened.config, opened.store.root(), finder, &tools.runner)?;
        let programs = programs(cx, &opened.config, &project, request.work, finder);
        let asked: Vec<GateId> = match (request.named, request.options.only.as_slice(), request.work) {
            ([], [], Some(work)) => gates_for_work(work),
            ([], [], None) => GateId::ALL.to_vec(),
            ([], only, _) => only.to_vec(),
            (named, _, _) => named.to_vec(),
        };
        let mut planned = Self {
            project,
            programs,
            request,
            fixing: request.options.fixing(cx),
            plan: Plan { gates: Vec::new() },
        };
        planned.plan = Plan::make(&planned.context(&opened.config, place), &asked);
        Ok(planned)
    }

    /// What gates plan and judge from.
    fn context<'b>(&'b self, config: &'b Config, place: &'b Place) -> Context<'b> {
        Context {
            config,
            project: &self.project,
            programs: &self.programs,
            out: place.path(),
            fixing: self.fixing,
            workers: self.request.options.jobs(),
            demanded: self.request.named,
            strictness: if self.request.options.strict {
                Strictness::Strict
            } else {
                Strictness::Normal
            },
            work: self.request.work,
        }
    }
}

/// Finds the units of a project; files that git tracks are among them whatever it ignores.
pub fn project(
    config: &Config,
    root: &Path,
    finder: &Finder,
    runner: &System,
) -> Result<Project, crate::project::Error> {
    let found = finder.find("git", &[], root);
    let index = match &found {
        Found::At(program) => Some(git::Index { runner, program }),
        _ => None,
    };
    detect::configured(root, &detect::Look::of(config), index)
}

/// Everything that a run is made of.
struct Scene<'a> {
    request: &'a Request<'a>,
    opened: &'a Opened,
    planned: &'a Planned<'a>,
    tools: &'a Tools,
    own_files: &'a [PathBuf],
    /// The day that dates in descriptions and settings are compared with.
    today: NaiveDate,
}

impl Scene<'_> {
    fn play(&self, cx: &Cx, place: &Place, git: impl FnOnce() -> Sight) -> (Report, Option<String>) {
        let (started_at, since) = (cx.clock.now(), Instant::now());
        let config = &self.opened.config;
        let (planned, tools) = (self.planned, self.tools);
        let last = self.last_report();
        let history = history(last.as_ref());
        let versions = read_versions(&self.opened.store);
        let again = rerun(&called(cx), self.request);
        let progress = cx.ui.progress();
        // What takes services down does not stop when sdd is told to.
        let cleaner = Tools::cleaning(cx, self.opened, place.id(), &Cancel::new(), self.request.work);
        let root = self.opened.store.root();
        let environment = &cx.environment;
        let reaper = |run: &str| reaper::start(environment, &config.pass_env, root, run);
        let ran = engine::run(
            &planned.plan,
            &Job {
                cx: planned.context(config, place),
                runner: &tools.runner,
                containers: Containers {
                    cleaner: &cleaner.runner,
                    engine: cx.environment.get("DOCKER_HOST"),
                    compose: cx.environment.get(flavour::VARIABLE),
                    run: place.id(),
                    keep: self.request.keep,
                    reaper: Some(&reaper),
                },
                cancel: &cx.cancel,
                accept: self.request.options.accept.as_ref(),
                redactor: &tools.redactor,
                observer: &progress,
                jobs: self.request.options.jobs(),
                own_files: self.own_files,
                on_failure: if self.request.options.fail_fast {
                    OnFailure::Stop
                } else {
                    OnFailure::KeepGoing
                },
                out_shown: place.shown(),
                sdd: &called(cx),
                // Without a session these gates have nothing to ask.
                again: (self.request.command == INTEGRATION).then_some(again.as_str()),
                history: &history,
                today: self.today,
                versions: &versions,
            },
        );
        let git = git();
        progress.clear();
        if ran.versions != versions {
            write_versions(&self.opened.store, &ran.versions);
        }
        let mut warnings = self.opened.warnings.clone();
        warnings.extend(contradictions(config));
        warnings.extend(planned.project.warnings.iter().cloned());
        warnings.extend(git.warning);
        warnings.extend(withheld(cx, config, &ran.gates));
        let unanswered = unanswered(&ran.gates, self.request, &mut warnings);
        let cancelled_by = cx.cancel.signal().map(signals::name);
        let verdict = decide(&ran.gates, cancelled_by.is_some() || unanswered);
        let report = Report {
            schema_version: SCHEMA_VERSION,
            kind: "gate_report".to_owned(),
            sdd_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: place.id().to_owned(),
            command: self.request.command.to_owned(),
            session: self.request.work.map(|work| work.session),
            work_item: self.request.work.map(|work| work.item.id.clone()),
            project: ProjectInfo {
                units: planned
                    .project
                    .units
                    .iter()
                    .map(|facts| facts.unit.clone())
                    .collect(),
            },
            git: git.info.map(|git| GitInfo {
                base: self.request.work.and_then(|work| work.base_commit.clone()),
                ..git
            }),
            started_at,
            finished_at: cx.clock.now(),
            duration_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
            verdict,
            cancelled_by,
            summary: Summary::of(&ran.gates),
            warnings: warnings
                .iter()
                .map(|warning| tools.redactor.text(warning))
                .collect(),
            gates: ran.gates,
            rerun: again,
        };
        (report, git.digest)
    }

    fn last_report(&self) -> Option<Report> {
        let path = self.opened.store.path(layout::LATEST_REPORT);
        let bytes = store::read_regular(&path, store::LARGE).ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}

/// How long steps took the last time, so that the longest can begin first.
fn history(last: Option<&Report>) -> BTreeMap<StepKey, Duration> {
    let mut history = BTreeMap::new();
    for gate in last.iter().flat_map(|report| &report.gates) {
        for step in gate.steps.iter().filter(|step| step.duration_ms > 0) {
            let key = (gate.gate, step.unit.clone(), step.tool.clone());
            history.insert(key, Duration::from_millis(step.duration_ms));
        }
    }
    history
}

fn record(store: &Store, report: &Report) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(report)?;
    text.push(b'\n');
    let held = store.lock(&format!("sdd {}", report.command))?;
    super::report::keep(store, report, &text)?;
    store.write(layout::LATEST_REPORT, &text, Overwrite::Replace)?;
    drop(held);
    Ok(())
}

/// Where the programs are that the gates of this project could want.
pub fn programs(
    cx: &Cx,
    config: &Config,
    project: &Project,
    work: Option<&ActiveWork>,
    finder: &Finder,
) -> Programs {
    let cargo_home = cx.environment.get("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(Path::new(cx.environment.get("HOME")?).join(".cargo")));
    let cargo_bin = cargo_home
        .map(|home| home.join("bin"))
        .filter(|bin| bin.is_absolute());
    engine::find_programs(config, project, work, finder, cargo_bin.as_deref())
}
