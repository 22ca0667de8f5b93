//! A contract of a work item: whether it can be read and holds, and whether it breaks who kept to the one before.

use chrono::NaiveDate;
use serde::Serialize;

use super::arena::Limits;
use super::diff::{self, Options};
use super::files::{FileError, Files};
use super::load::World;
use super::policy::Policy;
use super::report::{self, FailOn, Grouping, Report, Told};

use crate::model::spec::Contract;
use crate::model::text;

/// What contracts are checked by.
pub struct Check<'a> {
    /// Reads them.
    pub files: &'a Files<'a>,
    /// What the project says about rules.
    pub policy: &'a Policy,
    /// What fails.
    pub fail_on: FailOn,
    /// The day that sunset dates and suppressions are compared with.
    pub today: NaiveDate,
    /// Whether a change with many operations is told once.
    pub grouping: Grouping,
}

/// A contract that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// The file; absent where the spec names none.
    pub contract_file: Option<String>,
    /// Its version, as the work item says.
    pub version: Option<String>,
    /// What it was compared with; absent where the work item names nothing before it.
    pub previous: Option<String>,
    /// Whether the work item allows that clients break.
    pub breaking_changes_allowed: bool,
    /// What came of it.
    pub verdict: Outcome,
    /// Why, in one line.
    pub reason: String,
    /// What changed.
    pub comparison: Option<Report>,
    /// How many changes each suppression took.
    #[serde(skip)]
    taken: Vec<usize>,
}

/// What is to be said about suppressions after contracts were checked.
pub fn remarks<'c>(
    policy: &Policy,
    today: NaiveDate,
    checked: impl IntoIterator<Item = &'c Checked>,
) -> Vec<Told> {
    let mut taken = vec![0; policy.suppressions.len()];
    let mut compared = false;
    for one in checked {
        compared |= one.comparison.is_some();
        for (all, count) in taken.iter_mut().zip(&one.taken) {
            *all += count;
        }
    }
    // Where nothing was compared, nothing could be suppressed.
    if !compared {
        return Vec::new();
    }
    report::remarks(&policy.remarks(&taken, today))
}

/// What came of a contract.
///
/// Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds, and breaks nobody who must not break.
    Passed,
    /// Nobody can say.
    Error,
    /// It does not hold, or breaks clients.
    Failed,
}

impl Checked {
    /// Changes that break clients, whether they are allowed or not.
    pub fn breaking(&self) -> usize {
        self.comparison.as_ref().map_or(0, |report| report.summary.error)
    }
}

impl Check<'_> {
    /// Checks a contract.
    pub fn one(&self, contract: &Contract) -> Checked {
        let mut checked = Checked {
            contract_file: contract.contract_file.clone(),
            version: contract.version.clone(),
            previous: contract.previous_version.clone(),
            breaking_changes_allowed: contract.allow_breaking_changes,
            verdict: Outcome::Error,
            reason: String::new(),
            comparison: None,
            taken: Vec::new(),
        };
        match self.compared(contract, &mut checked) {
            Ok((verdict, reason)) => {
                checked.verdict = verdict;
                checked.reason = reason;
            }
            Err(why) => checked.reason = why,
        }
        checked
    }

    fn compared(&self, contract: &Contract, checked: &mut Checked) -> Result<(Outcome, String), String> {
        let Some(file) = &contract.contract_file else {
            return Err("the work item names no file for it".to_owned());
        };
        let shown = text::one_line(file);
        let mut world = World::new(Limits::default());
        let error = |error: FileError| error.to_string();
        let Some(previous) = &contract.previous_version else {
            self.files.load(&mut world, file).map_err(error)?;
            let reason = format!("{shown} can be read; no version before it is named to compare it with");
            return Ok((Outcome::Passed, reason));
        };
        let Some(base) = self.before(file, previous) else {
            return Err(format!(
                "{shown}: the version before it, {}, is neither a file nor a revision of git that has {shown}",
                text::one_line(previous)
            ));
        };
        checked.previous = Some(base.clone());
        let old = self.files.load(&mut world, &base).map_err(error)?;
        let new = self.files.load(&mut world, file).map_err(error)?;
        world.settle();
        let options = Options {
            today: self.today,
            notice: self.policy.notice,
        };
        let ruled = self
            .policy
            .apply(diff::diff(&world, &old, &new, options), self.today);
        let report = Report::of(&world, &ruled, self.policy, self.fail_on, self.grouping);
        let compared = format!("compared with {}", text::one_line(&base));
        let breaking = match report.summary.error {
            1 => "1 change breaks clients".to_owned(),
            count => format!("{count} changes break clients"),
        };
        let first = report
            .changes
            .first()
            .map(|told| told.message.clone())
            .unwrap_or_default();
        let outcome = if report.failed() && !contract.allow_breaking_changes {
            let what = match report.summary.error {
                0 => "clients may break".to_owned(),
                _ => breaking,
            };
            (Outcome::Failed, format!("{shown}, {compared}: {what}: {first}"))
        } else if report.not_compared > 0 && self.fail_on != FailOn::None {
            let reason = format!(
                "{shown}, {compared}: {} could not be compared",
                match report.not_compared {
                    1 => "1 part".to_owned(),
                    count => format!("{count} parts"),
                }
            );
            (Outcome::Error, reason)
        } else if report.summary.error > 0 {
            let why = if contract.allow_breaking_changes {
                "which the work item allows"
            } else {
                "which the settings let pass"
            };
            (Outcome::Passed, format!("{shown}, {compared}: {breaking}, {why}"))
        } else {
            (Outcome::Passed, format!("{shown}, {compared}: no client breaks"))
        };
        checked.taken = ruled.taken;
        checked.comparison = Some(report);
        Ok(outcome)
    }

    /// The name of what a contract is compared with: a file, `REV:PATH`, or a revision or tag that has the file.
    fn before(&self, file: &str, previous: &str) -> Option<String> {
        if !previous.contains(':') && self.files.knows(previous) {
            return Some(previous.to_owned());
        }
        let candidates = [
            previous.to_owned(),
            format!("{previous}:{file}"),
            format!("v{previous}:{file}"),
        ];
        candidates
            .into_iter()
            .filter(|candidate| candidate.contains(':'))
            .find(|candidate| self.files.knows(candidate))
    }
}
