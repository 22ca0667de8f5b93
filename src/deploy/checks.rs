//! What must be well before anything is run, judged from evidence of the commit that is deployed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::journal::{Event, Record};
use super::state::State;
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

/// Something that may be evidence, and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where it stands.
    pub source: String,
    /// Why nobody knows what it says.
    pub why: String,
    /// When it was written, as the file system says; `None` where that is not known either.
    pub written_at: Option<DateTime<Utc>>,
}

/// What runs of a gate have left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// What can be judged.
    pub evidence: Vec<Evidence>,
    /// What cannot be read.
    pub unread: Vec<Unread>,
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
///
/// What cannot be read and was written after the newest evidence ended may be the one that decides, so nobody knows. What was
/// written before that holds nothing newer.
pub fn judge(wanted: &Wanted<'_>, left: &Left) -> PreCheck {
    let evidence = &left.evidence;
    let error = |message: String| PreCheck::not(wanted.name, Verdict::Error, message, wanted.remedy);
    let Some(commit) = wanted.commit else {
        return error("no evidence: there is no commit that it could be of".to_owned());
    };
    let newest = evidence
        .iter()
        .filter(|one| one.commit.as_deref() == Some(commit))
        .filter(|one| !matches!(one.verdict, Verdict::Skipped | Verdict::NotRun))
        .max_by_key(|one| one.finished_at);
    let may_decide = left
        .unread
        .iter()
        .find(|unread| match (unread.written_at, newest) {
            (Some(written), Some(newest)) => written > newest.finished_at,
            _ => true,
        });
    if let Some(Unread { source, why, .. }) = may_decide {
        let what = if newest.is_some() {
            "it may be newer than the evidence that there is"
        } else {
            "there is no other evidence"
        };
        return PreCheck::not(
            wanted.name,
            Verdict::Error,
            format!("{source} cannot be read, and {what}: {why}"),
            format!("repair or remove it, then {}", wanted.remedy),
        );
    }
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

/// A deployment that may show that a way back works.
#[derive(Clone, Copy, Debug)]
pub struct Past<'r> {
    /// Where it was, for messages.
    pub environment: &'r str,
    /// Whether plans for that environment must be approved: there nothing is tried.
    pub require_approval: bool,
    /// Its records.
    pub records: &'r [Record],
}

/// A way back, as a plan of now has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// Its hash.
    pub sha256: String,
    /// The ids of its steps when every step of the deployment is to be taken back.
    pub steps: Vec<String>,
}

/// A way back that a deployment took to its end.
struct Tried<'r> {
    environment: &'r str,
    at: DateTime<Utc>,
    /// The steps of the whole way that were not done then.
    left_out: Vec<&'r str>,
}

/// Whether a way back was tried: the same one, by its hash, the whole of it, where it does not hurt, and not too long ago. One
/// that began before every step was done takes only some of them back, and tells nothing of the others. A rehearsal counts
/// when the version before answered afterwards.
pub fn rollback_tested(way: &WayBack, now: DateTime<Utc>, max_age: Duration, past: &[Past<'_>]) -> PreCheck {
    const NAME: &str = "rollback_tested";
    let remedy = "sdd deploy rehearse staging";
    let newest = past
        .iter()
        .filter(|past| !past.require_approval)
        .filter_map(|past| tried(past, way))
        .max_by_key(|tried| (tried.left_out.is_empty(), tried.at));
    let Some(Tried {
        environment,
        at,
        left_out,
    }) = newest
    else {
        return PreCheck::not(NAME, Verdict::Failed, "this way back was never tried", remedy);
    };
    let moment = at.format("%Y-%m-%d %H:%M UTC");
    if !left_out.is_empty() {
        let total = way.steps.len();
        let message = format!(
            "only {} of {total} steps of the way back {} tried in {environment} at {moment}; never tried: {}",
            total - left_out.len(),
            if total - left_out.len() == 1 {
                "was"
            } else {
                "were"
            },
            left_out.join(", ")
        );
        return PreCheck::not(NAME, Verdict::Failed, message, remedy);
    }
    let age = (now - at).to_std().unwrap_or_default();
    let days = |time: Duration| time.as_secs() / (24 * 3600);
    if at > now + CLOCK_SKEW || age > max_age {
        let message = format!(
            "it was tried in {environment} {} days ago, more than {}",
            days(age),
            days(max_age)
        );
        return PreCheck::not(NAME, Verdict::Failed, message, remedy);
    }
    PreCheck::passed(NAME, format!("tried in {environment} at {moment}"))
}

/// What a deployment that took this way back to its end did of it; `None` where it did nothing of it.
fn tried<'r>(past: &Past<'r>, way: &'r WayBack) -> Option<Tried<'r>> {
    let records = past.records;
    let is_same = matches!(
        &records.first()?.event,
        Event::Planned { rollback_sha256: planned, .. } if *planned == way.sha256
    );
    let is_refuted = records
        .iter()
        .any(|record| matches!(&record.event, Event::Rehearsed { verified: false, .. }));
    let end = records.iter().rfind(|record| record.event == Event::RolledBack)?;
    let undone = State::of(records).undone;
    let left_out: Vec<&str> = way
        .steps
        .iter()
        .filter(|step| !undone.contains(*step))
        .map(String::as_str)
        .collect();
    let did_something = left_out.len() < way.steps.len();
    (is_same && did_something && !is_refuted).then_some(Tried {
        environment: past.environment,
        at: end.at,
        left_out,
    })
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
        check_left(evidence, &[], expect, says);
    }

    #[track_caller]
    fn check_left(evidence: &[Evidence], unread: &[Unread], expect: Verdict, says: &str) {
        let wanted = Wanted {
            name: "integration_tests",
            remedy: "sdd integration run",
            commit: Some("c"),
            now: at(0),
            max_age: Duration::from_secs(24 * 3600),
        };
        let left = Left {
            evidence: evidence.to_vec(),
            unread: unread.to_vec(),
        };
        let found = judge(&wanted, &left);
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
    fn what_cannot_be_read_may_be_the_newest_evidence() {
        use Verdict::{Error, Failed, Passed};
        let unread = |written_at: Option<DateTime<Utc>>| Unread {
            source: "session_004.json".to_owned(),
            why: "EOF".to_owned(),
            written_at,
        };
        let passed = [evidence("c", Passed, -2)];
        for newer in [Some(at(-1)), None] {
            check_left(
                &passed,
                &[unread(newer)],
                Error,
                "session_004.json cannot be read",
            );
        }
        check_left(&passed, &[unread(Some(at(-3)))], Passed, "");
        check_left(&[], &[unread(Some(at(-30)))], Error, "session_004.json");
        check_left(&[evidence("c", Failed, -2)], &[unread(Some(at(-3)))], Failed, "");
    }

    #[test]
    fn a_way_back_counts_when_the_same_one_was_tried_whole_and_to_its_end() {
        use crate::deploy::journal::StepOutcome::{Done, Failed};
        use crate::deploy::journal::testing::{chain, ended, planned};
        let started = || Event::RollbackStarted {
            reason: String::new(),
            automatic: true,
            by: "sdd".to_owned(),
            undo: Vec::new(),
            without_undo: Vec::new(),
        };
        let rehearsed = |verified: bool| Event::Rehearsed {
            verified,
            reason: String::new(),
        };
        let by_hand = |step: &str| Event::Acknowledged {
            step: step.to_owned(),
            back: true,
            by: "bob".to_owned(),
            text: String::new(),
        };
        let judge = |all: &[Vec<Event>], hash: &str, require_approval: bool, days: i64| {
            let chains: Vec<_> = all.iter().map(|events| chain(events.clone())).collect();
            let past: Vec<Past<'_>> = chains
                .iter()
                .map(|chain| Past {
                    environment: "staging",
                    require_approval,
                    records: &chain.records,
                })
                .collect();
            let way = WayBack {
                sha256: hash.to_owned(),
                steps: vec!["u2".to_owned(), "u1".to_owned()],
            };
            let now = DateTime::UNIX_EPOCH + TimeDelta::days(days);
            rollback_tested(&way, now, Duration::from_secs(30 * 24 * 3600), &past)
        };
        let check = |events: &[Event], says: &str| {
            let found = judge(&[events.to_vec()], "r", false, 1);
            let expect = if says.starts_with("tried in") {
                Verdict::Passed
            } else {
                Verdict::Failed
            };
            assert_eq!((found.outcome, found.message.as_str()), (expect, says));
        };
        let whole = "tried in staging at 1970-01-01 00:00 UTC";
        let never = "this way back was never tried";
        let half =
            "only 1 of 2 steps of the way back was tried in staging at 1970-01-01 00:00 UTC; never tried: u2";
        let of = |back: &[Event], last: &[Event]| {
            [vec![planned(), started()], back.to_vec(), last.to_vec()].concat()
        };
        let both = [ended("u2", true, Done), ended("u1", true, Done)];
        let end = [Event::RolledBack];
        check(&of(&both, &end), whole);
        check(&of(&[by_hand("u2"), ended("u1", true, Done)], &end), whole);
        check(
            &of(
                &[ended("u2", true, Failed), both[1].clone(), started()],
                &[both[0].clone(), Event::RolledBack],
            ),
            whole,
        );
        // After a step that failed only what was done is taken back: that tries no more than this.
        check(&of(&both[1..], &end), half);
        check(&of(&[ended("u2", false, Done), both[1].clone()], &end), half);
        check(&of(&[], &end), never);
        check(&of(&both, &[]), never);
        check(&of(&both, &[Event::RolledBack, rehearsed(true)]), whole);
        check(&of(&both, &[Event::RolledBack, rehearsed(false)]), never);

        let tried = of(&both, &end);
        let verdict = |hash, require_approval, days| {
            judge(std::slice::from_ref(&tried), hash, require_approval, days).outcome
        };
        assert_eq!(verdict("r", false, 29), Verdict::Passed);
        assert_eq!(verdict("r", false, 31), Verdict::Failed);
        assert_eq!(verdict("r", true, 1), Verdict::Failed);
        assert_eq!(verdict("other", false, 1), Verdict::Failed);
        // Two halves are no whole, and a half takes nothing from a whole one.
        let halves = [of(&both[..1], &end), of(&both[1..], &end)];
        assert_eq!(judge(&halves, "r", false, 1).outcome, Verdict::Failed);
        let and_half = [tried.clone(), of(&both[1..], &end)];
        assert_eq!(judge(&and_half, "r", false, 1).message, whole);
        assert_eq!(judge(&[], "r", false, 1).message, never);
    }

    #[test]
    fn without_a_look_nothing_may_begin() {
        assert!(!allow(&[]));
        assert!(allow(&[PreCheck::passed("a", ""), PreCheck::skipped("b", "")]));
        assert!(!allow(&[PreCheck::not("a", Verdict::Error, "", "")]));
    }
}
