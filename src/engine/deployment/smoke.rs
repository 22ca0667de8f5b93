//! Smoke tests: each is tried until it passes, its tries are used up, or its time is over; every try is recorded.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use super::{Error, Ledger, Site, step, wait};
use crate::deploy::journal::{Attempt, Event, PhaseOutcome};
use crate::deploy::procedure::{Test, Way};
use crate::deploy::web;
use crate::model::text;

/// The time of one attempt where the spec does not say.
const WITHIN: Duration = Duration::from_secs(10);
/// The first pause between two attempts; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The phase of the smoke tests.
pub(super) fn run(site: &Site<'_>, ledger: &mut Ledger<'_>) -> Result<(PhaseOutcome, String), Error> {
    ledger.add(Event::SmokeStarted)?;
    let (outcome, reason) = if site.settings.smoke_tests.enabled {
        try_all(site, ledger)?
    } else {
        (
            PhaseOutcome::Skipped,
            "smoke tests are turned off in the settings".to_owned(),
        )
    };
    // Told to stop, nobody knows how they would have ended.
    if !site.cancel.is_requested() {
        ledger.add(Event::SmokeEnded {
            outcome,
            reason: reason.clone(),
        })?;
    }
    Ok((outcome, reason))
}

/// Tries all of them.
pub(super) fn try_all(site: &Site<'_>, ledger: &mut Ledger<'_>) -> Result<(PhaseOutcome, String), Error> {
    let tests = &site.plan.smoke_tests;
    let mut failed: Vec<&str> = Vec::new();
    let mut flaky = 0;
    for (number, test) in (1..).zip(tests) {
        let attempts = try_one(site, test, number);
        let passed = attempts.last().is_some_and(|last| last.passed);
        if !passed {
            failed.push(&test.name);
        } else if attempts.len() > 1 {
            flaky += 1;
        }
        ledger.add(Event::SmokeTested {
            test: test.name.clone(),
            passed,
            attempts,
        })?;
        if site.cancel.is_requested() {
            return Ok((PhaseOutcome::Failed, "sdd was told to stop".to_owned()));
        }
    }
    Ok(match (tests.len(), failed.as_slice()) {
        (0, _) => (PhaseOutcome::Failed, "there is no smoke test".to_owned()),
        (count, []) if flaky > 0 => (
            PhaseOutcome::Passed,
            format!(
                "{} passed, {flaky} of them only when tried again (flaky)",
                text::counted(count, "smoke test")
            ),
        ),
        (count, []) => (
            PhaseOutcome::Passed,
            format!("{} passed", text::counted(count, "smoke test")),
        ),
        (count, failed) => (
            PhaseOutcome::Failed,
            format!(
                "{} of {count} smoke tests failed: {}",
                failed.len(),
                failed.join(", ")
            ),
        ),
    })
}

fn try_one(site: &Site<'_>, test: &Test, number: usize) -> Vec<Attempt> {
    let settings = &site.settings.smoke_tests;
    let begun = Instant::now();
    let total = settings.timeout.get();
    let mut attempts = Vec::new();
    for tries in 0..=settings.retry_count {
        let left = total.saturating_sub(begun.elapsed());
        if left.is_zero() || site.cancel.is_requested() {
            break;
        }
        let name = format!(
            "s{number:02}-{}.{}",
            site.clock.now().format("%H%M%S%3f"),
            tries + 1
        );
        attempts.push(attempt(site, test, left, &name));
        let is_over = attempts.last().is_some_and(|last| last.passed) || tries == settings.retry_count;
        if is_over {
            break;
        }
        wait(
            site.cancel,
            pause(tries).min(total.saturating_sub(begun.elapsed())),
        );
    }
    if attempts.is_empty() {
        attempts.push(Attempt {
            passed: false,
            said: "it was not tried".to_owned(),
            duration_ms: 0,
        });
    }
    attempts
}

/// The pause behind an attempt, a quarter more or less, so that many sdd do not ask at the same moment.
fn pause(tries: u32) -> Duration {
    let usual = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
    let chance = RandomState::new().hash_one(tries) % 51;
    usual * (75 + u32::try_from(chance).unwrap_or(25)) / 100
}

fn attempt(site: &Site<'_>, test: &Test, left: Duration, name: &str) -> Attempt {
    let begun = Instant::now();
    let (passed, said) = match judge(site, test, left, name) {
        Ok(said) => (true, said),
        Err(said) => (false, said),
    };
    Attempt {
        passed,
        said,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

fn judge(site: &Site<'_>, test: &Test, left: Duration, name: &str) -> Result<String, String> {
    match &test.way {
        Way::Http(request) => {
            let within = test
                .expected
                .within_ms
                .map_or(WITHIN, Duration::from_millis)
                .min(left);
            let url = web::address(&request.url, site.target.said.url.as_deref()).map_err(|none| none.0)?;
            let answer = web::ask(request, &url, within).map_err(|none| none.0)?;
            test.expected
                .judge_answer(answer.status, &answer.body, answer.elapsed)?;
            Ok(format!("status {}", answer.status))
        }
        Way::Script(script) => {
            let timeout = Duration::from_millis(script.timeout_ms).min(left);
            let ran = step::execute(site, site.runner, script, name, timeout);
            if let Some(why) = step::failure(&ran, script, site.cancel) {
                return Err(why);
            }
            let Ok(outcome) = &ran.outcome else {
                return Err("it was not run".to_owned());
            };
            test.expected.judge_text(&outcome.read_stdout().bytes())?;
            Ok("it ended as it should".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_end() {
        for (tries, usual) in [(0, 500), (1, 1000), (3, 4000), (5, 10_000), (99, 10_000)] {
            let ms = pause(tries).as_millis();
            assert!(
                (usual * 3 / 4..=usual * 5 / 4 + usual / 100).contains(&ms),
                "{tries}: {ms}"
            );
        }
    }
}
