//! Plan → run in parallel → judge → report: the only code that joins gates and processes.
//!
//! Steps that rewrite files run first and alone, those that measure last and alone; all others run side by side, the
//! longest first. The order of the report never depends on the timing. A panic in one judge becomes one gate in `error`.

mod asked;
mod assemble;
mod benchmarks;
mod changes;
mod contracts;
mod deploying;
pub mod deployment;
mod environment;
mod fingerprint;
mod fit;
mod fixtures;
mod inquiry;
mod installed;
mod libraries;
mod plan;
mod schedule;
mod services;
mod serving;
mod shown;
mod versions;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

pub use inquiry::{Inquiry, Question, VersionAnswer, ask_all, version_key};
pub use plan::{GatePlan, Plan, find_programs};
pub use services::Containers;
pub use versions::{PATIENCE, VersionCache, VersionKey};

use crate::gates::{Context, Item, Part, PartResult, Phase, Step, Work};
use crate::model::gate_id::GateId;
use crate::model::report::GateReport;
use crate::model::verdict::Verdict;
use crate::process::redact::Redactor;
use crate::process::{Cancel, Runner};
use crate::project::files::Snapshot;
use crate::project::markers;
use asked::Asked;
use schedule::Task;

/// Something that happens during a run, for those who watch.
pub enum Event<'a> {
    /// The first step of a gate begins.
    GateStarted(GateId),
    /// A step begins.
    StepStarted(&'a Step),
    /// A step that takes its time says what it does.
    StepSaid(&'a Step, &'a str),
    /// A gate is judged.
    GateFinished(&'a GateReport),
}

/// Watches a run. Called from several threads.
pub trait Observer: Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
}

/// Whether the first gate that decides and does not pass stops the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The other gates go on.
    KeepGoing,
    /// The others are ended or not begun.
    Stop,
}

/// Somebody's word that what a run measures is the baseline from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a run needs besides its plan.
pub struct Job<'a> {
    /// What gates plan and judge from.
    pub cx: Context<'a>,
    /// Starts processes.
    pub runner: &'a dyn Runner,
    /// The request to stop.
    pub cancel: &'a Cancel,
    /// How containers are reached.
    pub containers: Containers<'a>,
    /// Whether what is measured becomes the baseline, where the tests pass.
    pub accept: Option<&'a Acceptance>,
    /// Keeps secrets out of the report.
    pub redactor: &'a Redactor,
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// How many steps run side by side; at least 1.
    pub jobs: usize,
    /// Whether a failure stops the rest.
    pub on_failure: OnFailure,
    /// Files that sdd itself writes beside its state, absolute: no change of the project.
    pub own_files: &'a [PathBuf],
    /// How sdd is called in what is to be typed next: `sdd`, or `sdd -C DIR`.
    pub sdd: &'a str,
    /// The command that runs a gate again, where it is not `gate NAME`.
    pub again: Option<&'a str>,
    /// How the run's directory is called in the report.
    pub out_shown: &'a str,
    /// How long steps took in an earlier run, by gate, unit and tool.
    pub history: &'a BTreeMap<StepKey, Duration>,
    /// The day that dates in descriptions and settings are compared with.
    pub today: NaiveDate,
    /// Versions of tools that are known from earlier runs.
    pub versions: &'a VersionCache,
}

/// What a step is across runs.
pub type StepKey = (GateId, String, String);

/// What came of a run.
pub struct Ran {
    /// The gates, in their order.
    pub gates: Vec<GateReport>,
    /// Versions of tools, old and new.
    pub versions: VersionCache,
}

/// One item's result, with its times.
struct Slot {
    result: PartResult,
    started: Option<Instant>,
    ended: Option<Instant>,
}

/// Runs a plan to its end, or to the end of what was begun before a cancellation.
pub fn run(plan: &Plan, job: &Job<'_>) -> Ran {
    let slots: Vec<Vec<Mutex<Option<Slot>>>> = plan
        .gates
        .iter()
        .map(|gate| gate.items.iter().map(|_| Mutex::new(None)).collect())
        .collect();
    let bench = Bench {
        plan,
        job,
        slots,
        reports: plan.gates.iter().map(|_| Mutex::new(None)).collect(),
        begun: plan.gates.iter().map(|_| AtomicBool::new(false)).collect(),
        turns: plan.gates.iter().map(|_| Mutex::new(())).collect(),
        asked: Asked::default(),
    };
    bench.look_for_changes();
    let changed = bench.rewrite();
    let probes = versions::probes(plan, job.versions);
    let answers: Vec<Mutex<Option<String>>> = probes.iter().map(|_| Mutex::new(None)).collect();
    let mut tasks = bench.tasks();
    tasks.extend((0..probes.len()).map(Task::probe));
    bench.judge_those_without_steps();
    schedule::run(
        &tasks,
        job.jobs,
        &|| job.cancel.is_requested(),
        &|task| match *task {
            schedule::What::Step(gate, item) => bench.perform(gate, item),
            schedule::What::Probe(index) => {
                if let Some(probe) = probes.get(index)
                    && let Some(cell) = answers.get(index)
                {
                    *lock(cell) = versions::ask(probe, job.runner, &job.cx.project.root);
                }
            }
        },
        &|task| {
            if let schedule::What::Step(gate, item) = *task {
                bench.leave(gate, item);
            }
        },
    );
    bench.serve();
    let mut known = job.versions.clone();
    for (probe, cell) in probes.iter().zip(&answers) {
        if let Some(version) = lock(cell).take() {
            known.insert(probe.key.clone(), version);
        }
    }
    let mut gates: Vec<GateReport> = bench
        .reports
        .iter()
        .enumerate()
        .map(|(index, report)| lock(report).take().unwrap_or_else(|| bench.judge(index)))
        .collect();
    assemble::add_versions(&mut gates, plan, &known);
    assemble::add_changes(&mut gates, plan, &changed, job.redactor);
    Ran {
        gates,
        versions: known,
    }
}

/// A mutex's content whatever happened to an earlier holder: every value in here is written whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The run's shared state.
struct Bench<'a> {
    plan: &'a Plan,
    job: &'a Job<'a>,
    slots: Vec<Vec<Mutex<Option<Slot>>>>,
    reports: Vec<Mutex<Option<GateReport>>>,
    /// Whether a gate's first step has begun: two may begin at the same moment, and it is said once.
    begun: Vec<AtomicBool>,
    /// Held by gate while a result is put down and looked at.
    turns: Vec<Mutex<()>>,
    /// What is known since it was asked.
    asked: Asked,
}

impl Bench<'_> {
    fn step(&self, gate: usize, item: usize) -> Option<&Step> {
        match self.plan.gates.get(gate)?.items.get(item)? {
            Item::Run(step) => Some(step),
            Item::Not(_) => None,
        }
    }

    /// Every planned step, as (gate, item).
    fn steps(&self, phase: Phase) -> Vec<(usize, usize)> {
        let mut steps = Vec::new();
        for (gate, planned) in self.plan.gates.iter().enumerate() {
            for (item, entry) in planned.items.iter().enumerate() {
                if matches!(entry, Item::Run(step) if step.phase == phase) {
                    steps.push((gate, item));
                }
            }
        }
        steps
    }

    /// Asks git what changed, before anything that runs here could change something.
    fn look_for_changes(&self) {
        for (gate, item) in self.steps(Phase::Look) {
            if self.job.cancel.is_requested() {
                self.leave(gate, item);
            } else {
                self.perform(gate, item);
            }
        }
    }

    /// Runs the steps that rewrite files, one after the other, and says which files changed for which gate.
    /// Fixes of the linter come before the formatter's, because they can leave lines that want formatting.
    fn rewrite(&self) -> BTreeMap<GateId, Vec<String>> {
        let mut changed: BTreeMap<GateId, Vec<String>> = BTreeMap::new();
        let mut steps = self.steps(Phase::Rewrite);
        steps.sort_by_key(|(gate, _)| {
            self.plan
                .gates
                .get(*gate)
                .is_some_and(|plan| plan.gate == GateId::Formatting)
        });
        if steps.is_empty() {
            return changed;
        }
        let take = || Snapshot::take(&self.job.cx.project.root, &[]);
        let mut before = take();
        for (gate, item) in steps {
            if self.job.cancel.is_requested() {
                self.leave(gate, item);
                continue;
            }
            self.perform(gate, item);
            let after = take();
            if let Some(step) = self.step(gate, item) {
                let list = changed.entry(step.gate).or_default();
                // Without both sights of the tree nobody can say what changed; the verdict does not need it.
                if let (Ok(before), Ok(after)) = (&before, &after) {
                    list.extend(
                        before
                            .changed(after)
                            .into_iter()
                            .filter(|path| !is_build_output(path)),
                    );
                }
                list.sort();
                list.dedup();
            }
            before = after;
        }
        changed
    }

    /// The steps that only look, the longest first, so that the last one to end is a short one.
    fn tasks(&self) -> Vec<Task> {
        let mut tasks: Vec<(Duration, Task)> = self
            .steps(Phase::Check)
            .into_iter()
            .filter_map(|(gate, item)| {
                let step = self.step(gate, item)?;
                let key = (step.gate, step.unit_path.clone(), step.tool_name());
                let expected = self
                    .job
                    .history
                    .get(&key)
                    .copied()
                    .unwrap_or_else(|| unknown(step));
                Some((expected, Task::step(gate, item, step.exclusive.clone())))
            })
            .collect();
        tasks.sort_by_key(|(expected, _)| std::cmp::Reverse(*expected));
        tasks.into_iter().map(|(_, task)| task).collect()
    }

    fn judge_those_without_steps(&self) {
        for gate in 0..self.plan.gates.len() {
            self.judge_when_complete(gate);
        }
    }

    fn perform(&self, gate: usize, item: usize) {
        self.perform_with(gate, item, None);
    }

    /// Does a step, against services where some are up; whether it passed.
    fn perform_with(&self, gate: usize, item: usize, held: Option<&mut services::Held<'_, '_>>) -> bool {
        let Some(step) = self.step(gate, item) else {
            return true;
        };
        let began = self.begin(gate, item);
        let result = work::perform(step, self.job, &self.asked, held);
        let (passed, result) = assemble::passes(self.plan.gates.get(gate), item, result, self.job);
        self.end(gate, item, began, result);
        passed
    }

    /// Says that a step begins.
    fn begin(&self, gate: usize, item: usize) -> Instant {
        if let Some(step) = self.step(gate, item) {
            let first = self
                .begun
                .get(gate)
                .is_some_and(|begun| !begun.swap(true, Ordering::SeqCst));
            if first {
                self.job.observer.event(&Event::GateStarted(step.gate));
            }
            self.job.observer.event(&Event::StepStarted(step));
        }
        Instant::now()
    }

    /// Records what came of a step.
    fn end(&self, gate: usize, item: usize, began: Instant, result: PartResult) {
        self.end_at(gate, item, (began, Instant::now()), result);
    }

    /// [`Self::end`] of a step of which it is told later when it began and when it ended.
    fn end_at(&self, gate: usize, item: usize, (began, ended): (Instant, Instant), result: PartResult) {
        let slot = Slot {
            result,
            started: Some(began),
            ended: Some(ended),
        };
        self.put(gate, item, slot);
    }

    /// Records that a step was not begun.
    fn leave(&self, gate: usize, item: usize) {
        self.leave_because(gate, item, self.why_left());
    }

    /// Why what is left is not begun.
    fn why_left(&self) -> &'static str {
        if self.job.cancel.signal().is_some() {
            "the run was cancelled before it began"
        } else if self.job.cancel.is_expired() {
            "the time of the run was over before it began"
        } else {
            "something else did not pass, and --fail-fast stops the rest"
        }
    }

    /// Records that a step was not begun, and why.
    fn leave_because(&self, gate: usize, item: usize, why: &str) {
        let slot = Slot {
            result: PartResult::NotStarted(why.to_owned()),
            started: None,
            ended: None,
        };
        self.put(gate, item, slot);
    }

    /// Whether it is known already what came of a step.
    fn has_result(&self, gate: usize, item: usize) -> bool {
        let cell = self.slots.get(gate).and_then(|slots| slots.get(item));
        cell.is_some_and(|cell| lock(cell).is_some())
    }

    fn put(&self, gate: usize, item: usize, slot: Slot) {
        let _turn = self.turns.get(gate).map(lock);
        if let Some(cell) = self.slots.get(gate).and_then(|slots| slots.get(item)) {
            *lock(cell) = Some(slot);
        }
        if self.stops_at_failures() && self.has_lost(gate, item) {
            self.job.cancel.request(0);
        }
        self.judge_when_complete(gate);
    }

    /// Whether a failure is to stop the rest, and nothing has yet.
    fn stops_at_failures(&self) -> bool {
        self.job.on_failure == OnFailure::Stop && !self.job.cancel.is_requested()
    }

    /// Whether what came of a step decides that its gate, which decides over the run, cannot pass, whatever comes of
    /// its other steps.
    fn has_lost(&self, gate: usize, item: usize) -> bool {
        let (Some(planned), Some(slots)) = (self.plan.gates.get(gate), self.slots.get(gate)) else {
            return false;
        };
        let Some(mut slot) = slots.get(item).and_then(|cell| lock(cell).take()) else {
            return false;
        };
        let mut result = Some(slot.result);
        let mut parts: Vec<Part<'_>> = (planned.items.iter().enumerate())
            .map(|(index, entry)| {
                let unknown = || PartResult::NotStarted("it is not looked at here".to_owned());
                let result = match entry {
                    Item::Run(_) if index == item => result.take().unwrap_or_else(unknown),
                    Item::Run(_) => unknown(),
                    Item::Not(_) => PartResult::Nothing,
                };
                Part { item: entry, result }
            })
            .collect();
        let lost = assemble::loses(planned, &parts, item, self.job);
        slot.result = parts.swap_remove(item).result;
        if let Some(cell) = slots.get(item) {
            *lock(cell) = Some(slot);
        }
        lost
    }

    fn judge_when_complete(&self, gate: usize) {
        let Some(planned) = self.plan.gates.get(gate) else {
            return;
        };
        let Some(slots) = self.slots.get(gate) else { return };
        let complete = planned
            .items
            .iter()
            .zip(slots)
            .all(|(item, slot)| matches!(item, Item::Not(_)) || lock(slot).is_some());
        if !complete {
            return;
        }
        // Two steps that end together may both find the gate complete: the first one judges.
        let Some(cell) = self.reports.get(gate) else {
            return;
        };
        let mut cell = lock(cell);
        if cell.is_some() {
            return;
        }
        let report = self.judge(gate);
        self.job.observer.event(&Event::GateFinished(&report));
        let stops = report.required && matches!(report.verdict, Verdict::Failed | Verdict::Error);
        *cell = Some(report);
        drop(cell);
        if stops && self.stops_at_failures() {
            self.job.cancel.request(0);
        }
    }

    fn judge(&self, index: usize) -> GateReport {
        let (Some(planned), Some(slots)) = (self.plan.gates.get(index), self.slots.get(index)) else {
            return assemble::internal("a gate without a plan was to be judged");
        };
        let mut parts = Vec::new();
        let mut times = Vec::new();
        for (item, slot) in planned.items.iter().zip(slots) {
            let slot = lock(slot).take();
            times.push(slot.as_ref().and_then(|slot| Some((slot.started?, slot.ended?))));
            let result = slot.map_or(PartResult::Nothing, |slot| slot.result);
            parts.push(Part { item, result });
        }
        assemble::gate(planned, &parts, &times, self.job)
    }
}

/// What an unknown step is taken to need: test runs are long, searches are short.
fn unknown(step: &Step) -> Duration {
    match (step.gate, &step.work) {
        (_, Work::FileExists { .. } | Work::Grep { .. } | Work::Changes(_) | Work::AtHand { .. }) => {
            Duration::from_millis(10)
        }
        (_, Work::Contract(_)) => Duration::from_millis(200),
        (_, Work::Benchmark(work)) => work.limit,
        (_, Work::Environment(_)) => Duration::from_secs(2),
        (_, Work::Libraries(_)) => Duration::from_secs(30),
        (GateId::Tests, _) => Duration::from_secs(60),
        (GateId::Security, _) => Duration::from_secs(20),
        (GateId::Custom | GateId::TypeChecking, _) => Duration::from_secs(10),
        _ => Duration::from_secs(5),
    }
}

/// Whether a path is what a build leaves, and not what a fix changed: fixing tools compile first.
fn is_build_output(path: &str) -> bool {
    path.split('/')
        .any(|part| part == "target" || markers::GENERATED.contains(&part))
}

/// The directory that a step's files go to.
fn step_dir(out: &Path, id: &str) -> PathBuf {
    out.join(id)
}
