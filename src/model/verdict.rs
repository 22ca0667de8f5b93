//! The five outcomes, and the three answers a whole run can give.

use serde::{Deserialize, Serialize};

/// How a gate, a check or a step ended. Only [`Verdict::Passed`] is green.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Checked, and it holds.
    Passed,
    /// Checked, and it does not hold.
    Failed,
    /// No answer could be had: tool missing, time-out, crash, unreadable output.
    Error,
    /// Not applicable, disabled, or optional with its tool absent; always with a reason.
    Skipped,
    /// Something before it failed, or the run was cancelled.
    NotRun,
}

impl Verdict {
    /// Every verdict, in the order in which summaries count them.
    pub const ALL: [Self; 5] = [
        Self::Passed,
        Self::Failed,
        Self::Error,
        Self::Skipped,
        Self::NotRun,
    ];

    /// The name used in reports, such as `not_run`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::NotRun => "not_run",
        }
    }

    /// Joins the outcomes of parts into the outcome of the whole.
    ///
    /// A definite "no" wins over "no answer"; both win over everything else. Nothing that was not run can hide
    /// behind something that passed, and no parts at all are [`Verdict::Skipped`], never passed.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let rank = |verdict: Self| match verdict {
            Self::Failed => 4,
            Self::Error => 3,
            Self::NotRun => 2,
            Self::Passed => 1,
            Self::Skipped => 0,
        };
        parts
            .into_iter()
            .max_by_key(|verdict| rank(*verdict))
            .unwrap_or(Self::Skipped)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a whole run answers to "may this session end?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// Every required gate passed or was skipped for a legitimate reason, and at least one gate passed.
    Passed,
    /// A required gate failed.
    Failed,
    /// A required gate gave no answer, or nothing at all was checked.
    Error,
}

impl RunVerdict {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Error, Failed, NotRun, Passed, Skipped};
    use super::*;

    #[test]
    fn only_passed_and_skipped_parts_can_make_a_green_whole() {
        assert_eq!(Verdict::join([Passed, Skipped]), Passed);
        assert_eq!(Verdict::join([Passed, NotRun]), NotRun);
        assert_eq!(Verdict::join([Passed, Error]), Error);
        assert_eq!(Verdict::join([Error, Failed, Passed]), Failed);
        assert_eq!(Verdict::join([Skipped, Skipped]), Skipped);
        assert_eq!(Verdict::join([]), Skipped);
    }
}
