//! What a deployment came to, from its plan and its records: for people, documents, briefings and summaries.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::checks::PreCheck;
use super::journal::{Attempt, Chain, Event, LookOutcome, PhaseOutcome, Purpose, StepOutcome};
use super::plan::Plan;
use super::procedure::{Step, Work};
use super::state::{Phase, State};

/// The version of the form.
const SCHEMA_VERSION: u32 = 1;

/// What a deployment came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The version of the form.
    pub schema_version: u32,
    /// Always `deployment`.
    pub kind: &'static str,
    /// Where to.
    pub environment: String,
    /// The id of the deployment.
    pub deployment: String,
    /// The id of its plan.
    pub plan: String,
    /// The work item.
    pub work_item: String,
    /// The commit.
    pub commit: Option<String>,
    /// Why it was run.
    pub purpose: Option<Purpose>,
    /// Where it stands, in one word.
    pub state: &'static str,
    /// The same in a sentence.
    pub says: String,
    /// Who is at it now; then the state is only that of a moment.
    pub running: Option<String>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When something was recorded last.
    pub last_at: Option<DateTime<Utc>>,
    /// Who approved it.
    pub approver: Option<String>,
    /// What was looked at before the first step.
    pub checks: Vec<PreCheck>,
    /// The steps.
    pub steps: Vec<StepLine>,
    /// The smoke tests that were tried last.
    pub smoke_tests: Vec<TestLine>,
    /// How many smoke tests the plan has.
    pub smoke_tests_total: usize,
    /// How the smoke tests ended.
    pub smoke: Option<Ended>,
    /// The numbers that were watched.
    pub metrics: Vec<MetricLine>,
    /// How the observation ended.
    pub observation: Option<Ended>,
    /// The way back.
    pub rollback: Option<RollbackLine>,
    /// After a rehearsal: whether the version before answered.
    pub rehearsal_verified: Option<bool>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// The commands that can be given next.
    pub next: Vec<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepLine {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Its line in the spec.
    pub line: u32,
    /// What became of it: `done`, `acknowledged`, `assumed`, `failed`, `unknown`, `running`,
    /// `waiting`, `not_run`.
    pub status: &'static str,
    /// How often it was begun.
    pub attempts: u32,
    /// How long it ran the last time, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Why it is no success.
    pub reason: Option<String>,
    /// Where its output is.
    pub log: Option<String>,
}

/// One smoke test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestLine {
    /// Its name.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// Whether it passed only when it was tried again.
    pub flaky: bool,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

/// One number that was watched.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricLine {
    /// Its name.
    pub name: String,
    /// How often it was looked at.
    pub looks: u32,
    /// How often it was not as it should be.
    pub failures: u32,
    /// How often there was no number.
    pub without: u32,
    /// What it was last.
    pub last: Option<f64>,
}

/// How a phase ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// How.
    pub outcome: PhaseOutcome,
    /// In one line.
    pub reason: String,
}

/// The way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RollbackLine {
    /// Why.
    pub reason: String,
    /// Whether sdd decided it by itself.
    pub automatic: bool,
    /// Who asked.
    pub by: String,
    /// Its steps, in their order.
    pub steps: Vec<StepLine>,
    /// The steps of the deployment that were done and have no undo: what they did is still there.
    pub not_undone: Vec<String>,
}

impl Summary {
    /// What the records of a deployment come to. `sdd` is how sdd is called in what is to be typed next.
    pub fn new(deployment: &str, plan: &Plan, chain: &Chain, sdd: &str) -> Self {
        let state = State::of(&chain.records);
        let mut summary = Self {
            schema_version: SCHEMA_VERSION,
            kind: "deployment",
            environment: plan.environment.clone(),
            deployment: deployment.to_owned(),
            plan: chain.plan().unwrap_or_default().to_owned(),
            work_item: plan.work_item.clone(),
            commit: plan.commit.clone(),
            purpose: state.purpose,
            state: state.phase.word(),
            says: state.phase.says(),
            running: None,
            started_at: chain.records.first().map(|record| record.at),
            last_at: chain.records.last().map(|record| record.at),
            approver: None,
            checks: Vec::new(),
            steps: plan.steps.iter().map(StepLine::new).collect(),
            smoke_tests: Vec::new(),
            smoke_tests_total: plan.smoke_tests.len(),
            smoke: None,
            metrics: Vec::new(),
            observation: None,
            rollback: None,
            rehearsal_verified: None,
            warnings: plan
                .notes
                .iter()
                .map(|note| format!("{}:{}: {}", plan.spec_file, note.line, note.message))
                .collect(),
            next: next_commands(plan, &state, sdd),
        };
        summary.warnings.extend(chain.torn.map(torn));
        for record in &chain.records {
            summary.take(&record.event, plan);
        }
        summary
    }

    /// The same while somebody is at it: what is going on is not unknown, and nothing can be done meanwhile.
    #[must_use]
    pub fn going_on(mut self, holder: String) -> Self {
        let step = self
            .rollback
            .iter()
            .flat_map(|rollback| &rollback.steps)
            .chain(&self.steps);
        let now = step
            .into_iter()
            .find(|step| step.status == "unknown")
            .map(|step| step.id.clone());
        self.says = match now {
            Some(id) => format!("going on, at {id}"),
            None => "going on".to_owned(),
        };
        for step in &mut self.steps {
            running(step);
        }
        for step in self.rollback.iter_mut().flat_map(|rollback| &mut rollback.steps) {
            running(step);
        }
        self.state = "running";
        self.next.clear();
        self.running = Some(holder);
        self
    }

    fn take(&mut self, event: &Event, plan: &Plan) {
        match event {
            Event::Approved { approver, .. } => self.approver = Some(approver.clone()),
            Event::Locked {
                took_over: Some(why), ..
            } => self.warnings.push(format!("a lock was taken over: {why}")),
            Event::Checked { checks, .. } => self.checks.clone_from(checks),
            Event::Started {
                step, back, attempt, ..
            } => {
                if let Some(line) = self.step(step, *back) {
                    line.status = "unknown";
                    line.attempts = *attempt;
                    line.reason = None;
                }
            }
            Event::Ended {
                step,
                back,
                outcome,
                reason,
                duration_ms,
                log,
                ..
            } => {
                if let Some(line) = self.step(step, *back) {
                    line.status = match outcome {
                        StepOutcome::Done => "done",
                        StepOutcome::Failed => "failed",
                    };
                    line.reason.clone_from(reason);
                    line.duration_ms = Some(*duration_ms);
                    line.log.clone_from(log);
                }
            }
            Event::Waiting { step } => self.set(step, false, "waiting"),
            Event::Acknowledged { step, back, .. } => self.set(step, *back, "acknowledged"),
            Event::Assumed { step, done, .. } => {
                self.set(step, false, if *done { "assumed" } else { "failed" });
            }
            Event::SmokeStarted => {
                self.smoke_tests.clear();
                (self.smoke, self.observation) = (None, None);
                self.metrics.clear();
            }
            Event::SmokeTested {
                test,
                passed,
                attempts,
            } => {
                self.smoke_tests.retain(|line| line.name != *test);
                self.smoke_tests.push(TestLine {
                    name: test.clone(),
                    passed: *passed,
                    flaky: *passed && attempts.len() > 1,
                    attempts: attempts.clone(),
                });
            }
            Event::SmokeEnded { outcome, reason } => self.smoke = Some(Ended::new(*outcome, reason)),
            Event::Measured {
                metric,
                value,
                outcome,
                ..
            } => self.measure(metric, *value, *outcome),
            Event::ObserveEnded { outcome, reason } => {
                if *outcome == PhaseOutcome::Inconclusive {
                    self.warnings
                        .push(format!("the observation is inconclusive: {reason}"));
                }
                self.observation = Some(Ended::new(*outcome, reason));
            }
            Event::RollbackStarted {
                reason,
                automatic,
                by,
                undo,
                without_undo,
            } => {
                let steps = self.way_back(undo, plan);
                self.note_left(undo, plan);
                self.rollback = Some(RollbackLine {
                    reason: reason.clone(),
                    automatic: *automatic,
                    by: by.clone(),
                    steps,
                    not_undone: without_undo.clone(),
                });
            }
            Event::Interrupted { signal } => self.warnings.push(format!("sdd was told to stop by {signal}")),
            Event::Rehearsed { verified, .. } => self.rehearsal_verified = Some(*verified),
            Event::Unlocked { reason, by } => self.warnings.push(format!("{by} released the lock: {reason}")),
            Event::Planned { .. }
            | Event::Locked { .. }
            | Event::Aborted { .. }
            | Event::ObserveStarted
            | Event::Failed { .. }
            | Event::Succeeded
            | Event::RolledBack
            | Event::RollbackFailed { .. } => {}
        }
    }

    /// Notes steps that failed and whose own way back is not run, or is none: nobody knows what they did before.
    fn note_left(&mut self, undo: &[String], plan: &Plan) {
        if !plan.goes_by_step() {
            return;
        }
        let failed = self.steps.iter().filter(|step| step.status == "failed");
        let told = failed.filter_map(|step| match (&step.id, plan.undo_of(&step.id)) {
            (id, Some(way)) => (!undo.iter().any(|other| other == way))
                .then(|| format!("{id} failed, so {way} is not run: look whether it has left something")),
            (id, None) => Some(format!(
                "{id} failed and has no undo: look whether it has left something"
            )),
        });
        let told: Vec<String> = told.filter(|line| !self.warnings.contains(line)).collect();
        self.warnings.extend(told);
    }

    /// The steps of a way back that begins, with what became of them before.
    fn way_back(&mut self, undo: &[String], plan: &Plan) -> Vec<StepLine> {
        let before = self.rollback.take().map(|line| line.steps).unwrap_or_default();
        undo.iter()
            .filter_map(|id| {
                let known = before.iter().find(|line| line.id == *id).cloned();
                known.or_else(|| plan.step(id).map(StepLine::new))
            })
            .collect()
    }

    fn step(&mut self, id: &str, back: bool) -> Option<&mut StepLine> {
        let lines = if back {
            &mut self.rollback.as_mut()?.steps
        } else {
            &mut self.steps
        };
        lines.iter_mut().find(|line| line.id == id)
    }

    fn set(&mut self, id: &str, back: bool, status: &'static str) {
        if let Some(line) = self.step(id, back) {
            line.status = status;
            line.reason = None;
        }
    }

    fn measure(&mut self, name: &str, value: Option<f64>, outcome: LookOutcome) {
        let known = self.metrics.iter().position(|line| line.name == name);
        let at = known.unwrap_or(self.metrics.len());
        if known.is_none() {
            self.metrics.push(MetricLine {
                name: name.to_owned(),
                looks: 0,
                failures: 0,
                without: 0,
                last: None,
            });
        }
        let line = &mut self.metrics[at];
        line.looks += 1;
        line.failures += u32::from(outcome == LookOutcome::Failure);
        line.without += u32::from(value.is_none());
        line.last = value.or(line.last);
    }
}

fn running(step: &mut StepLine) {
    if step.status == "unknown" {
        step.status = "running";
    }
}

impl Ended {
    fn new(outcome: PhaseOutcome, reason: &str) -> Self {
        Self {
            outcome,
            reason: reason.to_owned(),
        }
    }
}

impl StepLine {
    fn new(step: &Step) -> Self {
        Self {
            id: step.id.clone(),
            text: step.text.clone(),
            line: step.line,
            status: "not_run",
            attempts: 0,
            duration_ms: None,
            reason: None,
            log: None,
        }
    }
}

/// What is said of a journal whose last line is not whole.
pub fn torn(bytes: usize) -> String {
    format!(
        "the last line of the journal is not whole ({bytes} bytes), and is left out: it was being written when sdd or the \
         machine stopped, or the disk was full"
    )
}

/// The commands that can be given next, in full.
pub fn next_commands(plan: &Plan, state: &State, sdd: &str) -> Vec<String> {
    let environment = &plan.environment;
    let resume = format!("{sdd} deploy resume {environment}");
    let rollback = format!("{sdd} deploy rollback {environment} --reason TEXT");
    match &state.phase {
        Phase::NotStarted | Phase::Aborted { .. } => vec![format!("{sdd} deploy run {environment}")],
        Phase::Checking => vec![resume],
        // What failed may have left something, and only a person can know.
        Phase::Failed { at, .. } if plan.undo_of(at).is_some() => {
            let with_it = format!("{sdd} deploy rollback {environment} --assume done {at} --reason TEXT");
            vec![resume, rollback, with_it]
        }
        Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Unverified => vec![resume, rollback],
        Phase::Unknown { step } => {
            let may_run_again = plan
                .step(step)
                .is_some_and(|step| matches!(&step.work, Work::Script(script) if script.idempotent));
            let mut commands = vec![
                format!("{resume} --assume done {step}"),
                format!("{resume} --assume not-done {step}"),
                format!("{sdd} deploy rollback {environment} --assume done {step} --reason TEXT"),
                format!("{sdd} deploy rollback {environment} --assume not-done {step} --reason TEXT"),
            ];
            if may_run_again {
                commands.insert(0, resume);
            }
            commands
        }
        Phase::Waiting { step } => vec![format!("{resume} --ack {step}"), rollback],
        Phase::RollingBack { .. } | Phase::RollbackFailed { .. } | Phase::Succeeded => vec![rollback],
        Phase::RolledBack { .. } => Vec::new(),
    }
}
