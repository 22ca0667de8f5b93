//! A contract of a work item: whether it can be read and holds, and whether it breaks who kept to the one before.

use chrono::NaiveDate;
use serde::Serialize;

use super::arena::Limits;
use super::diff::{self, Options};
use super::files::{FileError, Files};
use super::load::{Document, World};
use super::policy::Policy;
use super::report::{self, FailOn, Grouping, Judged, Lines, Report, Told, Validated, Wrong};

use super::words as w;
use crate::model::spec::Contract;
use crate::model::text;
use crate::model::verdict::RunVerdict;

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
    pub verdict: RunVerdict,
    /// Why, in one line.
    pub reason: String,
    /// What else should be known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What is wrong with it by itself.
    pub validation: Option<Validated>,
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
        compared |= one.validation.is_some();
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

impl Checked {
    /// Changes that break clients, whether they are allowed or not.
    pub fn breaking(&self) -> usize {
        self.comparison.as_ref().map_or(0, |report| report.summary.error)
    }
}

/// The verdict over all contracts: what is known to be wrong comes before what is not known, and without a contract
/// nobody can say that all hold.
pub fn verdict<'c>(checked: impl IntoIterator<Item = &'c Checked>) -> RunVerdict {
    let (mut any, mut error) = (false, false);
    for one in checked {
        any = true;
        match one.verdict {
            RunVerdict::Failed => return RunVerdict::Failed,
            RunVerdict::Error => error = true,
            RunVerdict::Passed => {}
        }
    }
    if error || !any {
        RunVerdict::Error
    } else {
        RunVerdict::Passed
    }
}

/// Whether a description says what can be called: paths, webhooks, or at least components.
fn has_paths(world: &World, document: &Document) -> bool {
    [w::PATHS, w::WEBHOOKS, w::COMPONENTS].into_iter().any(|key| {
        world
            .arena
            .get(document.root.node, key)
            .is_some_and(|node| world.arena.is_map(node))
    })
}

/// A path without what leads to where it begins.
fn plain(path: &str) -> &str {
    path.trim_start_matches("./")
}

/// What is wrong where the work item and the description name different versions: then it is another description that was
/// asked about.
fn other_version(world: &World, document: &Document, contract: &Contract) -> Option<String> {
    let info = world.arena.get(document.root.node, w::INFO)?;
    let said = world.arena.text(world.arena.get_text(info, w::VERSION)?);
    let wanted = contract.version.as_deref()?;
    (bare_version(said) != bare_version(wanted)).then(|| {
        format!(
            "it is version {}, and the work item says {}: correct the one that is wrong",
            text::one_line(said),
            text::one_line(wanted)
        )
    })
}

/// A version as it is compared: `1.2.0` of `v1.2`, of `1.2.0 (stable)` and of itself.
fn bare_version(version: &str) -> String {
    let first = version.split_whitespace().next().unwrap_or_default();
    let bare = first
        .trim_matches(['`', '"', '\'', ',', ';'])
        .trim_start_matches(['v', 'V']);
    let is_plain = !bare.is_empty() && bare.split('.').all(|part| part.parse::<u64>().is_ok());
    let parts = bare.split('.').count();
    if is_plain && parts < 3 {
        return format!("{bare}{}", ".0".repeat(3 - parts));
    }
    bare.to_owned()
}

impl Check<'_> {
    /// Checks a contract.
    pub fn one(&self, contract: &Contract) -> Checked {
        let mut checked = Checked {
            contract_file: contract.contract_file.clone(),
            version: contract.version.clone(),
            previous: contract.previous_version.clone(),
            breaking_changes_allowed: contract.allow_breaking_changes,
            verdict: RunVerdict::Error,
            reason: String::new(),
            warnings: Vec::new(),
            validation: None,
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

    fn compared(&self, contract: &Contract, checked: &mut Checked) -> Result<(RunVerdict, String), String> {
        let Some(file) = &contract.contract_file else {
            return Err("the work item names no file for it".to_owned());
        };
        let shown = text::one_line(file);
        let mut world = World::new(Limits::default());
        let error = |error: FileError| error.to_string();
        if !self.files.knows(file) {
            // Without it there is none before it either: it is the one to name.
            self.files
                .load(&mut World::new(Limits::default()), file)
                .map_err(error)?;
        }
        let base = match &contract.previous_version {
            None => match &contract.previous_unclear {
                Some(why) => {
                    return Err(format!("{shown}: which version was before it is not known: {why}"));
                }
                None => None,
            },
            Some(previous) => Some(self.before(file, previous).ok_or_else(|| {
                format!(
                    "{shown}: the version before it, {}, is neither a file nor a revision of git that has {shown}",
                    text::one_line(previous)
                )
            })?),
        };
        checked.previous.clone_from(&base);
        if base.as_deref().is_some_and(|base| plain(base) == plain(file)) {
            let remark = format!("{shown} is compared with itself, so that no change can be seen");
            checked.warnings.push(remark);
        }
        let old = match &base {
            None => None,
            Some(base) => Some(self.files.load(&mut world, base).map_err(error)?),
        };
        let new = self.files.load(&mut world, file).map_err(error)?;
        world.settle();
        let judged = Judged {
            policy: self.policy,
            today: self.today,
            lines: Lines::One,
        };
        let validated = Validated::of(file, &world, &new, judged);
        let mut wrong = self.wrong(&validated);
        checked.taken.clone_from(&validated.taken);
        checked.validation = Some(validated);
        match (other_version(&world, &new, contract), self.fail_on) {
            (Some(other), FailOn::None) => checked.warnings.push(format!("{shown}: {other}")),
            (Some(other), _) => {
                wrong = Some(wrong.map_or(other.clone(), |wrong| format!("{wrong}; {other}")));
            }
            (None, _) => {}
        }
        let (Some(base), Some(old)) = (base, old) else {
            return Ok(match wrong {
                Some(what) => (RunVerdict::Failed, format!("{shown}: {what}")),
                None => (
                    RunVerdict::Passed,
                    format!("{shown} is valid; no version before it is named to compare it with"),
                ),
            });
        };
        if !has_paths(&world, &old) {
            return Err(format!(
                "{shown}: {} describes no `paths`, so that nothing can be compared with it",
                text::one_line(&base)
            ));
        }
        let options = Options {
            today: self.today,
            notice: self.policy.notice,
        };
        let ruled = self
            .policy
            .apply(diff::diff(&world, &old, &new, options), self.today);
        let report = Report::of(&world, &ruled, self.policy, self.fail_on, self.grouping);
        let outcome = self.judged(contract, &shown, &base, &report, wrong);
        for (all, one) in checked.taken.iter_mut().zip(&ruled.taken) {
            *all += one;
        }
        checked.comparison = Some(report);
        Ok(outcome)
    }

    /// What a comparison comes to, with what is wrong with the description by itself.
    fn judged(
        &self,
        contract: &Contract,
        shown: &str,
        base: &str,
        report: &Report,
        wrong: Option<String>,
    ) -> (RunVerdict, String) {
        let here = format!("{shown}, compared with {}", text::one_line(base));
        let breaking = match report.summary.error {
            0 => "clients may break".to_owned(),
            1 => "1 change breaks clients".to_owned(),
            count => format!("{count} changes break clients"),
        };
        let open = match report.not_compared {
            1 => "1 part could not be compared".to_owned(),
            count => format!("{count} parts could not be compared"),
        };
        let first = report.changes.first().map_or("", |told| &told.message);
        let fails = report.failed() && !contract.allow_breaking_changes;
        let let_pass = if contract.allow_breaking_changes && report.failed() {
            "which the work item allows"
        } else {
            "which the settings let pass"
        };
        match wrong {
            Some(wrong) if fails => (
                RunVerdict::Failed,
                format!("{here}: {breaking}: {first}; {wrong}"),
            ),
            Some(wrong) => (RunVerdict::Failed, format!("{shown}: {wrong}")),
            None if fails => (RunVerdict::Failed, format!("{here}: {breaking}: {first}")),
            None if report.not_compared > 0 && self.fail_on != FailOn::None => {
                (RunVerdict::Error, format!("{here}: {open}"))
            }
            None if report.summary.error > 0 => {
                (RunVerdict::Passed, format!("{here}: {breaking}, {let_pass}"))
            }
            None if report.not_compared > 0 => (RunVerdict::Passed, format!("{here}: {open}, {let_pass}")),
            None => (RunVerdict::Passed, format!("{here}: valid, and no client breaks")),
        }
    }

    /// What fails of what is wrong with a description by itself.
    fn wrong(&self, validated: &Validated) -> Option<String> {
        let counts = |wrong: &&Wrong| wrong.suppressed.is_none() && self.fail_on.fails(wrong.level);
        let mut failing = validated.findings.iter().filter(counts);
        let first = failing.next()?;
        let more = match failing.count() {
            0 => String::new(),
            count => format!(", and {count} more"),
        };
        Some(format!(
            "it is not valid: line {}: {}{more}",
            first.place.line, first.message
        ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_the_same_however_they_are_written() {
        for (one, other, same) in [
            ("1.2.0", "v1.2.0", true),
            ("1.2", "1.2.0", true),
            ("1", "V1.0.0", true),
            ("1.2.0", "`1.2.0` (stable)", true),
            ("2026-01-02", "2026-01-02", true),
            ("1.2.0", "1.2.1", false),
            ("1.2.0", "1.2.0-rc1", false),
            ("1.2.0", "", false),
        ] {
            assert_eq!(bare_version(one) == bare_version(other), same, "{one} {other}");
        }
    }
}
