//! The security gate: no vulnerable code and no vulnerable dependency, by one scale of severities.

use std::collections::BTreeMap;

use super::formatting::broken_step;
use super::judgement::Distinct;
use super::parts::{Part, Seen, see};
use super::step::Item;
use super::toolplan::{self, Pick};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::verdict::Verdict;
use crate::tools::Reading;

/// No vulnerable code or dependency.
pub struct Security;

impl Gate for Security {
    fn id(&self) -> GateId {
        GateId::Security
    }

    fn about(&self) -> About {
        About {
            title: "Security",
            question: "Is the code free of known insecure patterns, and are its dependencies free of known vulnerabilities?",
            remedy: "Rewrite the insecure code named above; update vulnerable dependencies to a fixed version",
        }
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        toolplan::plan(cx, self.id(), Pick::All)
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let fail_on = |part: &Part<'_>| match part.item {
            Item::Run(step) => (step.unit.and_then(|index| cx.project.units.get(index)))
                .map(|facts| cx.config.for_unit(&facts.unit).fail_on()),
            Item::Not(_) => None,
        };
        let usual = cx.config.quality_gates.security.fail_on;
        let mut blocking = 0_u64;
        let mut mildest = None;
        let mut counts: BTreeMap<Severity, u64> = BTreeMap::new();
        let mut metrics: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut counted = Vec::new();
        let mut seen = Distinct::default();
        let mut answered = false;
        let steps = parts
            .iter()
            .map(|part| match see(cx.project, part) {
                Seen::Settled(judgement) => judgement,
                Seen::Succeeded => StepJudgement::passed("the command ended with exit code 0"),
                Seen::Failed(code) => {
                    StepJudgement::failed(format!("the command ended with exit code {code}"))
                }
                Seen::Reading(Reading::Nothing(why)) => StepJudgement::skipped(why),
                Seen::Reading(Reading::Broken(broken)) => broken_step(broken),
                Seen::Reading(Reading::Answer(answer)) => {
                    answered = true;
                    let fail_on = fail_on(part).unwrap_or(usual);
                    let judgement = judge_findings(&answer.findings, fail_on);
                    if judgement.verdict() == Verdict::Failed {
                        counted.push(judgement.reason().to_owned());
                    }
                    for finding in seen.new_ones(&answer.findings) {
                        if finding.severity >= fail_on {
                            blocking += 1;
                            mildest = mildest.min(Some(fail_on)).or(Some(fail_on));
                        }
                        *counts.entry(finding.severity).or_default() += 1;
                    }
                    for (name, value) in &answer.metrics {
                        *metrics.entry(name).or_default() += value;
                    }
                    judgement
                        .with_findings(answer.findings)
                        .with_warnings(answer.warnings)
                }
            })
            .collect();
        let mut judgement = Judgement::of(steps, "no unit of a language with a scanner was found")
            .failing_because(&counted, blocking_text(blocking, mildest.unwrap_or(usual)));
        // No findings is an answer; without one, a number would look like it.
        for severity in Severity::WORST_FIRST.into_iter().filter(|_| answered) {
            judgement.metric(
                format!("severity_{severity}"),
                counts.get(&severity).copied().unwrap_or(0),
            );
        }
        for (name, value) in metrics {
            judgement.metric(name, value);
        }
        judgement
    }
}

fn judge_findings(findings: &[Finding], fail_on: Severity) -> StepJudgement {
    let blocking = findings
        .iter()
        .filter(|finding| finding.severity >= fail_on)
        .count();
    let milder = findings.len() - blocking;
    match (blocking, milder) {
        (0, 0) => StepJudgement::passed("nothing was found"),
        (0, 1) => StepJudgement::passed(format!("1 finding, milder than {fail_on}")),
        (0, milder) => StepJudgement::passed(format!("{milder} findings, all milder than {fail_on}")),
        (blocking, _) => StepJudgement::failed(blocking_text(blocking as u64, fail_on)),
    }
}

fn blocking_text(blocking: u64, fail_on: Severity) -> String {
    let findings = if blocking == 1 { "finding" } else { "findings" };
    format!("{blocking} {findings} of severity {fail_on} or worse")
}
