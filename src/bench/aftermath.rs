//! What is known of a service once the load is over, in words: why it failed altogether, whether it is only slow, whether it is
//! still there, and whether its answers were answers at all.

use std::collections::BTreeMap;
use std::time::Duration;

use super::engine::builtin::Builtin;
use super::engine::{Engine as _, EngineError, Job};
use super::histogram::Histogram;
use super::load::{Load, Pace, Stretch, Target};
use super::round::Round;
use super::sample::Errors;
use crate::process::Cancel;

/// The time for which a service is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// What went wrong in all rounds.
pub fn errors(rounds: &[Round]) -> Errors {
    let mut all = Errors::default();
    for round in rounds {
        all.add(&round.target.errors);
    }
    all
}

/// Why nothing went well in any round; `None` where something did. The statuses are those that a look has shown, for an
/// engine that tells of none.
pub fn cause(rounds: &[Round], timeout: Duration, looked: &BTreeMap<u16, u64>) -> Option<String> {
    if rounds.is_empty() || rounds.iter().any(|round| round.target.error_rate() < 1.0) {
        return None;
    }
    let mut errors = errors(rounds);
    if errors.by_status.is_empty() {
        errors.by_status.clone_from(looked);
    }
    let known = most(&errors, timeout);
    Some(known.unwrap_or_else(|| "the service takes connections and never answers".to_owned()))
}

/// What went wrong most often, in words; `None` where nothing did.
fn most(errors: &Errors, timeout: Duration) -> Option<String> {
    let kinds = [
        (errors.status, statuses(errors)),
        (
            errors.read,
            "answers broke off or were no HTTP, or connections were closed or reset before there was one"
                .to_owned(),
        ),
        (errors.timeout, format!("no answer came within {timeout:?}")),
        (errors.connect, "connections were not taken".to_owned()),
        (errors.write, "requests could not be sent".to_owned()),
    ];
    let most = kinds.into_iter().max_by_key(|(count, _)| *count);
    most.filter(|(count, _)| *count > 0).map(|(_, said)| said)
}

/// What came of waiting for one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It came after this time.
    Answered(Duration),
    /// None did.
    InVain {
        /// What came in its place.
        cause: String,
    },
}

/// Waits for one answer, for as long as one may take: a round in which none came may only have been too short.
///
/// # Errors
///
/// Those of the engine: a service to which no connection can be made.
pub fn wait(target: &Target, load: &Load, cancel: &Cancel) -> Result<Wait, EngineError> {
    let alone = alone(load);
    let job = Job {
        target,
        load: &alone,
        // The time-out comes before the end.
        stretch: Stretch::steady(load.timeout + LOOK),
        seed: 0,
    };
    let seen = Builtin::for_one_answer().measure(&job, cancel)?;
    let in_vain = || Wait::InVain {
        cause: most(&seen.errors, load.timeout)
            .unwrap_or_else(|| format!("no answer came within {:?}", load.timeout)),
    };
    let took = seen
        .raw
        .as_ref()
        .and_then(Histogram::max)
        .map(Duration::from_micros);
    Ok(took
        .filter(|_| seen.requests > 0)
        .map_or_else(in_vain, Wait::Answered))
}

/// Why a service that answers was not heard: rounds of this length end before it does.
pub fn too_short(round: Duration, rounds: usize, took: Duration) -> String {
    // Ten answers, one after another, are the least that has a percentile.
    let enough = took.as_secs_f64() * 10.0 * f64::from(u32::try_from(rounds).unwrap_or(u32::MAX));
    format!(
        "no answer came in a round of {round:?}, and a single one took {} ms: measure for longer, with --duration {:.0}s or \
         quality_gates.benchmark.duration",
        took.as_millis(),
        enough.ceil().max(1.0)
    )
}

/// What all answers were that were none.
fn statuses(errors: &Errors) -> String {
    let bad = errors.by_status.keys().filter(|status| **status >= 400);
    let bad: Vec<String> = bad.map(ToString::to_string).collect();
    match &bad[..] {
        [] => "every answer had a status of 400 or more".to_owned(),
        [one] => format!("every answer had the status {one}"),
        more => format!("every answer had one of the statuses {}", more.join(", ")),
    }
}

/// What a look at a service shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// It answers with these statuses.
    Answers(BTreeMap<u16, u64>),
    /// It is not there any more.
    Gone {
        /// The system's words.
        cause: String,
    },
}

/// Whether nobody listens any more: the one way to be out of reach that a busy machine or network does not have.
pub fn is_refusal(cause: &str) -> bool {
    cause.to_lowercase().contains("refused")
}

/// Asks a service over one connection, for a moment: an engine may not tell of statuses below 400, and none tells whether the
/// service has survived the last request.
pub fn look(target: &Target, load: &Load, cancel: &Cancel) -> Option<Look> {
    let alone = alone(load);
    let job = Job {
        target,
        load: &alone,
        stretch: Stretch::steady(LOOK),
        seed: 0,
    };
    match Builtin::new().measure(&job, cancel) {
        Ok(sample) => Some(Look::Answers(sample.errors.by_status)),
        // No answer within this moment says nothing: the machine may be busy.
        Err(EngineError::Unreachable { cause, .. }) if is_refusal(&cause) => Some(Look::Gone { cause }),
        Err(_) => None,
    }
}

/// One connection that asks as fast as it is answered.
fn alone(load: &Load) -> Load {
    Load {
        connections: 1,
        threads: 1,
        pace: Pace::Closed,
        timeout: load.timeout,
    }
}

/// What is to be said where answers lead elsewhere: nobody follows them, so they look like good ones.
pub fn redirects(statuses: &BTreeMap<u16, u64>) -> Option<String> {
    let all: u64 = statuses.values().sum();
    // 304 says that nothing has changed, which is an answer.
    let elsewhere = || {
        statuses
            .iter()
            .filter(|(status, _)| (300..400).contains(*status) && **status != 304)
    };
    let count: u64 = elsewhere().map(|(_, count)| count).sum();
    let named: Vec<String> = elsewhere().map(|(status, _)| status.to_string()).collect();
    let which = named.join(", ");
    match count {
        0 => None,
        count if count == all => Some(format!(
            "every answer was a redirect ({which}), which is not followed: measured was the redirect, not what it leads to"
        )),
        count => Some(format!(
            "{count} of {all} answers were redirects ({which}), which are not followed"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::round::tests::round;

    #[track_caller]
    fn check(requests: u64, errors: Errors, expect: Option<&str>) {
        let mut seen = round(requests, 100);
        seen.target.errors = errors;
        let looked = BTreeMap::from([(503, 1)]);
        assert_eq!(cause(&[seen], Duration::from_secs(2), &looked).as_deref(), expect);
    }

    fn by_status(all: &[(u16, u64)]) -> Errors {
        Errors {
            status: all.iter().map(|(_, count)| count).sum(),
            by_status: all.iter().copied().collect(),
            ..Errors::default()
        }
    }

    #[test]
    fn what_fails_altogether_says_why() {
        let none = Errors::default();
        check(5, none.clone(), None);
        check(
            0,
            none.clone(),
            Some("the service takes connections and never answers"),
        );
        check(5, by_status(&[(500, 5)]), Some("every answer had the status 500"));
        check(
            5,
            by_status(&[(500, 2), (503, 3)]),
            Some("every answer had one of the statuses 500, 503"),
        );
        check(
            5,
            Errors {
                status: 5,
                ..none.clone()
            },
            Some("every answer had the status 503"),
        );
        check(
            0,
            Errors {
                timeout: 3,
                read: 1,
                ..none.clone()
            },
            Some("no answer came within 2s"),
        );
        check(
            0,
            Errors {
                connect: 3,
                ..none.clone()
            },
            Some("connections were not taken"),
        );
        let broken =
            "answers broke off or were no HTTP, or connections were closed or reset before there was one";
        check(0, Errors { read: 1, ..none }, Some(broken));
    }

    #[test]
    fn rounds_that_are_too_short_say_how_long_is_long_enough() {
        let millis = Duration::from_millis;
        assert_eq!(
            too_short(millis(200), 5, millis(503)),
            "no answer came in a round of 200ms, and a single one took 503 ms: measure for longer, with --duration 26s or \
             quality_gates.benchmark.duration"
        );
    }

    #[track_caller]
    fn leads(statuses: &[(u16, u64)], expect: Option<&str>) {
        assert_eq!(redirects(&statuses.iter().copied().collect()).as_deref(), expect);
    }

    #[test]
    fn redirects_are_told() {
        leads(&[(200, 5), (304, 7), (500, 1)], None);
        leads(
            &[(302, 5)],
            Some(
                "every answer was a redirect (302), which is not followed: measured was the redirect, not what it leads to",
            ),
        );
        leads(
            &[(200, 5), (301, 1), (307, 2)],
            Some("3 of 8 answers were redirects (301, 307), which are not followed"),
        );
    }
}
