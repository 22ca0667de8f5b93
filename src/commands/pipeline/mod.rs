//! From arguments to a finished report: what `sdd gate` and `sdd complete` have in common.

mod decision;
mod options;
mod place;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use decision::decide;
pub use options::RunOptions;

use super::context::Cx;
use super::error::{CommandError, show};
use super::output::Outputs;
use crate::engine::{self, Job, OnFailure, Plan, StepKey, VersionCache};
use crate::gates::{Context, Programs, Strictness};
use crate::model::config::{Config, load};
use crate::model::exit::Exit;
use crate::model::gate_id::GateId;
use crate::model::report::{GitInfo, ProjectInfo, Report, SCHEMA_VERSION, Summary};
use crate::model::verdict::RunVerdict;
use crate::process::find::{Finder, Found};
use crate::process::redact::Redactor;
use crate::process::{System, guard, signals};
use crate::project::{Project, detect, git};
use crate::store::{self, Overwrite, Store, layout};
use crate::ui;
use decision::{called, contradictions, missing_gates, rerun, unanswered, withheld};
use place::Place;

/// What is asked of a run.
pub struct Request<'a> {
    /// `gate` or `complete`.
    pub command: &'static str,
    /// The gates that were named; empty means every gate.
    pub named: &'a [GateId],
    /// The options.
    pub options: &'a RunOptions,
    /// Whether a run that cannot be recorded has a verdict.
    pub recording: Recording,
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
    let store = Store::open(&root)?.on_notice(|notice| ui::say(&notice.to_string()));
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

/// Plans and runs gates, writes the report, and says how sdd is to end.
pub fn run(cx: &mut Cx, request: &Request<'_>) -> anyhow::Result<Exit> {
    let opened = open(cx)?;
    if request.recording == Recording::Required {
        opened.store.check_state()?;
    }
    let outputs = if request.options.plan {
        Outputs::default()
    } else {
        Outputs::open(cx)?
    };
    let project = detect::configured(opened.store.root(), &detect::Look::of(&opened.config), None)?;
    let finder = finder(cx, &project.root);
    let programs = programs(cx, &opened.config, &project, &finder);
    let asked: Vec<GateId> = if request.named.is_empty() {
        GateId::ALL.to_vec()
    } else {
        request.named.to_vec()
    };
    let place = Place::choose(cx, &opened.store, request)?;
    let gate_cx = Context {
        config: &opened.config,
        project: &project,
        programs: &programs,
        out: place.path(),
        fixing: request.options.fixing(cx),
        workers: request.options.jobs(),
        demanded: request.named,
        strictness: if request.options.strict {
            Strictness::Strict
        } else {
            Strictness::Normal
        },
    };
    let plan = Plan::make(&gate_cx, &asked);
    if request.options.plan {
        let format = cx.choose(&["human", "json", "agent"])?;
        let text = super::gate::plan_text(&plan, &project, &opened.warnings, format)?;
        cx.emit(&text)?;
        return Ok(Exit::Ok);
    }
    let scene = Scene {
        request,
        opened: &opened,
        project: &project,
        finder: &finder,
        gate_cx,
        plan: &plan,
    };
    let mut report = scene.play(cx, &place);
    let recorded = record(&opened.store, &report, request.recording);
    if let Err(error) = &recorded {
        report
            .warnings
            .push(format!("the report was not saved: {error:#}"));
        // What nobody can look up afterwards has not been shown.
        if request.recording == Recording::Required && report.verdict == RunVerdict::Passed {
            report.verdict = RunVerdict::Error;
        }
    }
    let undelivered = outputs.deliver(cx, &mut report);
    if !undelivered.is_empty() {
        // What is looked up later must say the same. That it cannot be saved was said before.
        let _said = record(&opened.store, &report, request.recording);
    }
    for error in &undelivered {
        let shown = show(error);
        cx.ui.error(&shown.what, &shown.causes, shown.hint.as_deref());
    }
    match (recorded, request.recording) {
        (Ok(()), _) => {}
        (Err(error), Recording::Wanted) => cx.ui.warning(&format!("the report was not saved: {error:#}")),
        (Err(error), Recording::Required) => {
            let shown = show(&error);
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
    Ok(exit_of(cx, &report))
}

/// How programs are found in this project.
pub fn finder(cx: &Cx, root: &Path) -> Finder {
    Finder::new(cx.environment.get("PATH").map(std::ffi::OsStr::new), root)
}

/// Everything that a run is made of.
struct Scene<'a> {
    request: &'a Request<'a>,
    opened: &'a Opened,
    project: &'a Project,
    finder: &'a Finder,
    gate_cx: Context<'a>,
    plan: &'a Plan,
}

impl Scene<'_> {
    fn play(&self, cx: &Cx, place: &Place) -> Report {
        let (started_at, since) = (cx.clock.now(), Instant::now());
        let config = &self.opened.config;
        let redactor = Arc::new(Redactor::new(&cx.environment, &config.redact_env));
        let env = cx.environment.for_tools(&config.pass_env, place.id());
        let mut runner = System::new(env, place.id(), cx.cancel.clone(), Arc::clone(&redactor));
        if let Ok(program) = guard::own_program() {
            runner = runner.with_guard(program);
        }
        let last = self.last_report();
        let history = history(last.as_ref());
        let versions = self.read_versions();
        let progress = cx.ui.progress();
        let (ran, git) = std::thread::scope(|scope| {
            let git = scope.spawn(|| self.git(&runner));
            let ran = engine::run(
                self.plan,
                &Job {
                    cx: self.gate_cx,
                    runner: &runner,
                    cancel: &cx.cancel,
                    redactor: &redactor,
                    observer: &progress,
                    jobs: self.request.options.jobs(),
                    on_failure: if self.request.options.fail_fast {
                        OnFailure::Stop
                    } else {
                        OnFailure::KeepGoing
                    },
                    out_shown: place.shown(),
                    sdd: &called(cx),
                    history: &history,
                    versions: &versions,
                },
            );
            (
                ran,
                git.join()
                    .unwrap_or_else(|_| (None, Some("reading the git state panicked".to_owned()))),
            )
        });
        progress.clear();
        if ran.versions != versions {
            self.write_versions(&ran.versions);
        }
        let mut warnings = self.opened.warnings.clone();
        warnings.extend(contradictions(config));
        warnings.extend(self.project.warnings.iter().cloned());
        warnings.extend(git.1);
        warnings.extend(withheld(cx, config, &ran.gates));
        let missing_gates = missing_gates(config, self.request, &mut warnings);
        let unanswered = unanswered(&ran.gates, self.request, &mut warnings);
        let cancelled_by = cx.cancel.signal().map(signals::name);
        let verdict = decide(&ran.gates, cancelled_by.is_some() || missing_gates || unanswered);
        Report {
            schema_version: SCHEMA_VERSION,
            kind: "gate_report".to_owned(),
            sdd_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: place.id().to_owned(),
            command: self.request.command.to_owned(),
            session: None,
            work_item: None,
            project: ProjectInfo {
                units: self
                    .project
                    .units
                    .iter()
                    .map(|facts| facts.unit.clone())
                    .collect(),
            },
            git: git.0,
            started_at,
            finished_at: cx.clock.now(),
            duration_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
            verdict,
            cancelled_by,
            summary: Summary::of(&ran.gates),
            warnings: warnings.iter().map(|warning| redactor.text(warning)).collect(),
            gates: ran.gates,
            rerun: rerun(&called(cx), self.request),
        }
    }

    /// The state of the repository, or why it could not be had.
    fn git(&self, runner: &System) -> (Option<GitInfo>, Option<String>) {
        let Found::At(program) = self.finder.find("git", &[], &self.project.root) else {
            return (None, None);
        };
        match git::read(runner, &program, &self.project.root) {
            Ok(info) => (info, None),
            Err(error) => (None, Some(format!("the git state is unknown: {error}"))),
        }
    }

    fn last_report(&self) -> Option<Report> {
        let path = self.opened.store.path(layout::LATEST_REPORT);
        let bytes = store::read_regular(&path, store::LARGE).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    fn read_versions(&self) -> VersionCache {
        store::read_regular(&self.opened.store.path(VERSIONS), store::LARGE)
            .ok()
            .flatten()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Only a cache: without it the tools are asked again.
    fn write_versions(&self, versions: &VersionCache) {
        if let Ok(mut text) = serde_json::to_vec_pretty(versions) {
            text.push(b'\n');
            let _ = self.opened.store.write(VERSIONS, &text, Overwrite::Replace);
        }
    }
}

/// The versions of tools that were asked before.
const VERSIONS: &str = ".session/runs/tool-versions.json";

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

fn record(store: &Store, report: &Report, recording: Recording) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(report)?;
    text.push(b'\n');
    let held = match recording {
        Recording::Required => Some(store.lock(&format!("sdd {}", report.command))?),
        Recording::Wanted => None,
    };
    super::report::keep(store, report, &text)?;
    store.write(layout::LATEST_REPORT, &text, Overwrite::Replace)?;
    drop(held);
    Ok(())
}

fn exit_of(cx: &Cx, report: &Report) -> Exit {
    match cx.cancel.signal() {
        Some(signal) => signals::exit_for(signal),
        None => report.verdict.into(),
    }
}

/// Where the programs are that the gates of this project could want.
pub fn programs(cx: &Cx, config: &Config, project: &Project, finder: &Finder) -> Programs {
    let cargo_home = cx.environment.get("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(Path::new(cx.environment.get("HOME")?).join(".cargo")));
    let cargo_bin = cargo_home
        .map(|home| home.join("bin"))
        .filter(|bin| bin.is_absolute());
    engine::find_programs(config, project, finder, cargo_bin.as_deref())
}
