//! The gate of deployments: the commit was tested, the environment is valid, the way back was tried, and it was done.

use super::parts::{Part, Result, Seen, see};
use super::step::{DeploymentWork, Item, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::deploy::checks::PreCheck;
use crate::deploy::readiness;
use crate::deploy::summary::{Summary, TestLine};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::verdict::Verdict;
use crate::model::work_item::WorkItemType;
use crate::process::find::Found;

/// What the one step of the gate is called.
pub(super) const NAME: &str = "deployment";

/// What was looked at of a deployment.
#[derive(Clone, Debug, Default)]
pub struct DeploymentSight {
    /// What must be well, in the order in which it is told.
    pub checks: Vec<PreCheck>,
    /// The newest deployment of the work item that was meant to stay.
    pub last: Option<Summary>,
}

/// The commit was tested, the environment is valid, the way back was tried, and it was done.
pub struct Deployment;

impl Gate for Deployment {
    fn id(&self) -> GateId {
        GateId::Deployment
    }

    fn about(&self) -> About {
        About {
            title: "Deployment",
            question: "Was the session's deployment done and did it stay: from a tested commit, to a valid environment, \
                       written down, with a way back that was tried?",
            remedy: "Do what is missing, as is said beside it",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let Some(work) = cx.work else {
            return Some("no session is open, so nothing is deployed".to_owned());
        };
        (work.item.kind != WorkItemType::Deployment).then(|| format!("{} is no deployment", work.item.id))
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let Some(work) = cx.work else {
            return Vec::new();
        };
        vec![Item::Run(Box::new(Step {
            id: NAME.to_owned(),
            gate: self.id(),
            unit: None,
            unit_path: ".".to_owned(),
            language: None,
            tool: StepTool::Own,
            phase: Phase::Check,
            why: format!("what became of {}", work.item.id),
            work: Work::Deployment(Box::new(DeploymentWork {
                work_item: work.item.id.clone(),
                spec_file: work.item.spec_file.clone(),
                git: match cx.programs.get(None, "git") {
                    Found::At(program) => Some(program),
                    _ => None,
                },
            })),
            required: true,
            exclusive: None,
        }))]
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut seen = None;
        let steps = parts
            .iter()
            .map(|part| match &part.result {
                Result::Deployment(Ok(sight)) => {
                    seen = Some(sight.as_ref());
                    judge(&sight.checks)
                }
                Result::Deployment(Err(why)) => StepJudgement::error(why.clone()),
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let mut judgement = Judgement::of(steps, "nothing is deployed");
        if let Some(sight) = seen {
            measure(&mut judgement, sight);
        }
        judgement
    }
}

/// What could not be seen decides over what is wrong, and both over what is well.
fn judge(checks: &[PreCheck]) -> StepJudgement {
    let of = |verdict: Verdict| checks.iter().filter(move |check| check.outcome == verdict);
    let findings = of(Verdict::Failed)
        .map(|check| {
            let message = match &check.remedy {
                Some(remedy) => format!("{}; {remedy}", check.message),
                None => check.message.clone(),
            };
            Finding::new(NAME, check.name.as_str(), Severity::High, message)
        })
        .collect();
    let warnings = of(Verdict::Skipped)
        .map(|check| format!("{}: {}", check.name, check.message))
        .collect();
    let said = |check: &PreCheck| format!("{}: {}", check.name, check.message);
    let failed = first(of(Verdict::Failed).map(said));
    let unseen = first(
        checks
            .iter()
            .filter(|check| matches!(check.outcome, Verdict::Error | Verdict::NotRun))
            .map(said),
    );
    let passed = of(Verdict::Passed).count();
    let judgement = match (failed, unseen) {
        (Some(why), None) => StepJudgement::failed(why),
        (Some(why), Some(unseen)) => StepJudgement::error(format!("{unseen}; and {why}")),
        (None, Some(unseen)) => StepJudgement::error(unseen),
        (None, None) if passed == 0 => StepJudgement::error("nothing was looked at"),
        (None, None) => StepJudgement::passed(
            of(Verdict::Passed)
                .map(|check| check.message.as_str())
                .collect::<Vec<_>>()
                .join("; "),
        ),
    };
    let hint = checks
        .iter()
        .find(|check| !matches!(check.outcome, Verdict::Passed | Verdict::Skipped))
        .and_then(|check| check.remedy.clone());
    let judgement = judgement.with_findings(findings).with_warnings(warnings);
    match hint {
        Some(hint) => judgement.with_hint(hint),
        None => judgement,
    }
}

/// The first, with how many there are besides.
fn first(mut said: impl Iterator<Item = String>) -> Option<String> {
    let one = said.next()?;
    Some(match said.count() {
        0 => one,
        more => format!("{one} (and {more} more)"),
    })
}

/// The numbers that the summary of a session tells.
fn measure(judgement: &mut Judgement, sight: &DeploymentSight) {
    judgement.metric("checks", sight.checks.len());
    judgement.metric(
        "checks_passed",
        sight
            .checks
            .iter()
            .filter(|check| check.outcome == Verdict::Passed)
            .count(),
    );
    if let Some(check) = sight
        .checks
        .iter()
        .find(|check| check.name == "environment_validation")
    {
        match check.outcome {
            Verdict::Passed => judgement.metric("environment_valid", 1),
            Verdict::Failed => judgement.metric("environment_valid", 0),
            // Nobody knows, or nobody asked.
            Verdict::Error | Verdict::Skipped | Verdict::NotRun => {}
        }
    }
    let Some(last) = &sight.last else { return };
    judgement.metric("steps_total", last.steps.len());
    judgement.metric("steps_completed", readiness::done(last));
    if let (Some(began), Some(ended)) = (last.started_at, last.last_at) {
        judgement.metric("deployment_ms", (ended - began).num_milliseconds().max(0));
    }
    let tests = |is: fn(&TestLine) -> bool| last.smoke_tests.iter().filter(|test| is(test)).count();
    if !last.smoke_tests.is_empty() {
        judgement.metric("smoke_tests_passed", tests(|test| test.passed));
        judgement.metric("smoke_tests_failed", tests(|test| !test.passed));
        judgement.metric("smoke_tests_flaky", tests(|test| test.flaky));
    }
    // Those that were not made, once it is known that they will not be.
    if last.smoke.is_some() {
        let skipped = last.smoke_tests_total.saturating_sub(last.smoke_tests.len());
        judgement.metric("smoke_tests_skipped", skipped);
    }
    judgement.metric("rolled_back", u8::from(last.rollback.is_some()));
    judgement.metric("rollback_failed", u8::from(last.state == "rollback_failed"));
    judgement.metric("rollback_done", u8::from(last.state == "rolled_back"));
    for (name, told) in [
        ("error_rate", "error_rate_percent"),
        ("latency_p99", "latency_p99_ms"),
        ("active_alerts", "active_alerts"),
    ] {
        let metric = last.metrics.iter().find(|metric| metric.name == name);
        if let Some(value) = metric.and_then(|metric| metric.last) {
            judgement.metric_f64(told, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, outcome: Verdict) -> PreCheck {
        match outcome {
            Verdict::Passed => PreCheck::passed(name, "well"),
            Verdict::Skipped => PreCheck::skipped(name, "turned off"),
            _ => PreCheck::not(name, outcome, "not well", "mend it"),
        }
    }

    #[track_caller]
    fn judged(outcomes: &[Verdict], expect: Verdict, part: &str) {
        let checks: Vec<PreCheck> = outcomes
            .iter()
            .enumerate()
            .map(|(at, outcome)| check(&format!("c{at}"), *outcome))
            .collect();
        let judgement = Judgement::of(vec![judge(&checks)], "nothing");
        assert_eq!(judgement.verdict(), expect, "{outcomes:?}");
        assert!(
            judgement.reason().contains(part),
            "{outcomes:?}: {}",
            judgement.reason()
        );
    }

    #[test]
    fn every_check_must_hold_and_what_nobody_could_see_is_no_pass() {
        use Verdict::{Error, Failed, NotRun, Passed, Skipped};
        judged(&[Passed, Passed], Passed, "well");
        judged(&[Passed, Skipped], Passed, "well");
        judged(&[Passed, Failed, Failed], Failed, "c1: not well (and 1 more)");
        judged(&[Failed, Error], Error, "c1: not well; and c0: not well");
        judged(&[Passed, NotRun], Error, "c1");
        judged(&[Skipped], Error, "nothing was looked at");
        judged(&[], Error, "nothing was looked at");
    }
}
