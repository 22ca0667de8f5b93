//! What must be well before anything is run, judged from evidence of the commit that is deployed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::model::verdict::Verdict;

/// A clock may be so much ahead of another one.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreCheck {
    /// What.
    pub name: String,
    /// How it ended; only `passed` and `skipped` let a deployment begin.
    pub outcome: Verdict,
    /// In one line.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl PreCheck {
    /// Something that is turned off.
    pub fn skipped(name: &str, why: &str) -> Self {
        Self {
            name: name.to_owned(),
            outcome: Verdict::Skipped,
            message: why.to_owned(),
            remedy: None,
        }
    }

    /// Something that is well.
    pub fn passed(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            outcome: Verdict::Passed,
            message: message.into(),
            remedy: None,
        }
    }

    /// Something that is not well, or of which nobody knows.
    pub fn not(name: &str, outcome: Verdict, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            outcome,
            message: message.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// Whether a deployment may begin as far as this is concerned.
    pub fn allows(&self) -> bool {
        matches!(self.outcome, Verdict::Passed | Verdict::Skipped)
    }
}

/// Whether a deployment may begin. Without a look it may not.
pub fn allow(checks: &[PreCheck]) -> bool {
    !checks.is_empty() && checks.iter().all(PreCheck::allows)
}

/// What a run of a gate has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it stands, for messages.
    pub source: String,
    /// The verdict of the gate.
    pub verdict: Verdict,
    /// The commit that was checked out.
    pub commit: Option<String>,
    /// Whether the work tree differed from it.
    pub dirty: bool,
    /// When the run ended.
    pub finished_at: DateTime<Utc>,
}

/// What evidence is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The name of the check.
    pub name: &'a str,
    /// What is run to have it.
    pub remedy: &'a str,
    /// The commit that is deployed.
    pub commit: Option<&'a str>,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// How old it may be.
    pub max_age: Duration,
}

/// Judges what there is: the newest evidence of this commit decides, and none is no pass.
pub fn judge(wanted: &Wanted<'_>, evidence: &[Evidence]) -> PreCheck {
    let error = |message: String| PreCheck::not(wanted.name, Verdict::Error, message, wanted.remedy);
    let Some(commit) = wanted.commit else {
        return error("no evidence: there is no commit that it could be of".to_owned());
    };
    let newest = evidence
        .iter()
        .filter(|one| one.commit.as_deref() == Some(commit))
        .filter(|one| !matches!(one.verdict, Verdict::Skipped | Verdict::NotRun))
        .max_by_key(|one| one.finished_at);
    let Some(newest) = newest else {
        let short: String = commit.chars().take(12).collect();
        let other = evidence.iter().any(|one| one.commit.as_deref() != Some(commit));
        let other = if other {
            "; there is some of another commit"
        } else {
            ""
        };
        return error(format!("no evidence of commit {short}{other}"));
    };
    if newest.finished_at > wanted.now + CLOCK_SKEW {
        return error(format!("the evidence in {} is from the future", newest.source));
    }
    if newest.dirty {
        return error(format!(
            "the evidence in {} is of files that were not committed",
            newest.source
        ));
    }
    let age = (wanted.now - newest.finished_at).to_std().unwrap_or_default();
    if age > wanted.max_age {
        let hours = |time: Duration| time.as_secs() / 3600;
        return error(format!(
            "the evidence in {} is {} h old, more than {} h",
            newest.source,
            hours(age),
            hours(wanted.max_age)
        ));
    }
    match newest.verdict {
        Verdict::Passed => {
            PreCheck::passed(wanted.name, format!("passed for this commit ({})", newest.source))
        }
        verdict => PreCheck::not(
            wanted.name,
            verdict,
            format!("{verdict} for this commit ({})", newest.source),
            wanted.remedy,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(1000 + hours)
    }

    fn evidence(commit: &str, verdict: Verdict, hours: i64) -> Evidence {
        Evidence {
            source: "r".to_owned(),
            verdict,
            commit: Some(commit.to_owned()),
            dirty: false,
            finished_at: at(hours),
        }
    }

    #[track_caller]
    fn check(evidence: &[Evidence], expect: Verdict, says: &str) {
        let wanted = Wanted {
            name: "integration_tests",
            remedy: "sdd integration run",
            commit: Some("c"),
            now: at(0),
            max_age: Duration::from_secs(24 * 3600),
        };
        let found = judge(&wanted, evidence);
        assert_eq!(found.outcome, expect, "{found:?}");
        assert!(found.message.contains(says), "{found:?}");
    }

    #[test]
    fn only_fresh_evidence_of_this_commit_counts() {
        use Verdict::{Error, Failed, NotRun, Passed, Skipped};
        check(&[], Error, "no evidence of commit c");
        check(
            &[evidence("d", Passed, -1)],
            Error,
            "there is some of another commit",
        );
        check(&[evidence("c", Passed, -1)], Passed, "passed for this commit");
        check(&[evidence("c", Passed, -25)], Error, "25 h old");
        check(&[evidence("c", Passed, 2)], Error, "from the future");
        check(&[evidence("c", Failed, -1)], Failed, "failed for this commit");
        check(&[evidence("c", Error, -1)], Error, "error for this commit");
        check(
            &[evidence("c", Skipped, -1), evidence("c", NotRun, -1)],
            Error,
            "no evidence",
        );
        // The newest decides, whatever came before.
        check(
            &[evidence("c", Passed, -2), evidence("c", Failed, -1)],
            Failed,
            "failed",
        );
        check(
            &[evidence("c", Failed, -2), evidence("c", Passed, -1)],
            Passed,
            "passed",
        );
        let dirty = Evidence {
            dirty: true,
            ..evidence("c", Passed, -1)
        };
        check(&[dirty], Error, "not committed");
    }

    #[test]
    fn without_a_look_nothing_may_begin() {
        assert!(!allow(&[]));
        assert!(allow(&[PreCheck::passed("a", ""), PreCheck::skipped("b", "")]));
        assert!(!allow(&[PreCheck::not("a", Verdict::Error, "", "")]));
    }
}
