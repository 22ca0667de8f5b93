//! What stays of a measurement: the baseline that it becomes, or its line in the history of one.

use chrono::{DateTime, Utc};

use super::{ACCEPTED, Measurement, MeasurementError, Record};
use crate::bench::baseline::entry::Fitness;
use crate::bench::baseline::file::{accept, remember};
use crate::bench::baseline::summary::Summary;
use crate::bench::baseline::{Accepted, EngineUse, Finished, Found, Key, Remembered};
use crate::bench::environment::environment;
use crate::bench::report::{Document, PastRun};
use crate::bench::requirements::overall;
use crate::bench::rounds::{Counting, Run};
use crate::bench::statistics::verdict::Change;
use crate::model::verdict::Verdict;

/// What is said of a run that leaves nothing.
const NOT_KEPT: &str =
    "nothing of this run is kept beside the baselines: what was measured was not there from beginning to end";

impl Measurement<'_> {
    /// What is kept of this run.
    pub(super) fn finished(
        &self,
        record: Record<'_>,
        key: &Key,
        run: &Run,
        document: &Document,
        at: DateTime<Utc>,
    ) -> Finished {
        // Rounds that count in any case are not known to be clean.
        let enough = self.counting == Counting::Quiet
            && run.clean() >= self.rounds
            && run.is_whole()
            && document.regression.verdict != Change::Regressed.as_str();
        Finished {
            key: key.clone(),
            at,
            commit: record.commit.map(str::to_owned),
            session: record.session,
            verdict: document.regression.verdict.to_owned(),
            fitness: if enough && has_met(document) {
                Fitness::CleanAndPassed
            } else {
                Fitness::Unfit
            },
            environment: environment(),
            engine: EngineUse {
                name: document.engine.name.clone(),
                version: document.engine.version.clone(),
                ..EngineUse::default()
            },
            rounds: run.rounds.clone(),
        }
    }

    /// Makes a run the baseline, or a part of its history, and says so in the document.
    pub(super) fn keep(
        &self,
        record: Record<'_>,
        finished: &Finished,
        run: &Run,
        document: &mut Document,
    ) -> Result<(), MeasurementError> {
        // Numbers of something that was broken are no measure, whoever wants them, and creep is not found by them.
        if !run.is_whole() {
            document.notes.push(NOT_KEPT.to_owned());
            return Ok(());
        }
        if let Some(reason) = record.accept {
            let accepted = Accepted {
                by: record.by.to_owned(),
                at: finished.at,
                commit: finished.commit.clone(),
                reason: self.redactor.text(reason),
                rest: serde_json::Map::new(),
            };
            accept(record.store, record.work_item, finished, &accepted)?;
            document.notes.push(ACCEPTED.to_owned());
            return Ok(());
        }
        let became = remember(record.store, record.work_item, finished, record.by)?;
        let said = match became {
            Remembered::Pinned => "this run is the first baseline: later ones are compared with it",
            Remembered::Nothing if has_met(document) && self.counting == Counting::Every => {
                "this run took noisy rounds for clean ones: it becomes the baseline with --accept only"
            }
            Remembered::Added | Remembered::Nothing => return Ok(()),
        };
        document.notes.push(said.to_owned());
        Ok(())
    }
}

/// Whether everything that was asked for was reached.
fn has_met(document: &Document) -> bool {
    overall(&document.requirements) == Verdict::Passed
}

/// The runs under the same conditions, this one last.
pub(super) fn past(
    record: Record<'_>,
    found: Option<&Found>,
    run: &Run,
    document: &Document,
    at: DateTime<Utc>,
) -> Vec<PastRun> {
    let Some(Found::Baseline(baseline)) = found else {
        return Vec::new();
    };
    let this = PastRun::of(
        at,
        record.commit.map(str::to_owned),
        document.regression.verdict.to_owned(),
        &Summary::of(&run.rounds),
    );
    let earlier = baseline.history.iter().map(PastRun::from);
    earlier.chain([this]).collect()
}
