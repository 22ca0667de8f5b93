//! The formatting gate.

use super::judgement::Distinct;
use super::parts::{Part, Seen, see};
use super::step::{Item, Phase};
use super::toolplan::{self, Pick};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::model::gate_id::GateId;
use crate::tools::Reading;

/// Code is laid out by its formatter.
pub struct Formatting;

impl Gate for Formatting {
    fn id(&self) -> GateId {
        GateId::Formatting
    }

    fn about(&self) -> About {
        About {
            title: "Formatting",
            question: "Is every file laid out as the project's formatter would lay it out?",
            remedy: "Let the formatter rewrite the files: sdd gate formatting --fix",
        }
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        toolplan::plan(cx, self.id(), Pick::First)
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        judge_findings(
            cx,
            parts,
            "file is not formatted",
            "files are not formatted",
            "every file is formatted",
        )
    }
}

/// Judges a gate for which every finding is a failure.
pub(super) fn judge_findings(
    cx: &Context<'_>,
    parts: &[Part<'_>],
    one: &str,
    many: &str,
    clean: &str,
) -> Judgement {
    let count = |count: usize| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let mut total = 0_usize;
    let mut counted = Vec::new();
    let mut seen = Distinct::default();
    let steps = parts
        .iter()
        .map(|part| {
            let judgement = match see(cx.project, part) {
                Seen::Settled(judgement) => judgement,
                Seen::Succeeded => StepJudgement::passed("the command ended with exit code 0"),
                Seen::Failed(code) => {
                    StepJudgement::failed(format!("the command ended with exit code {code}"))
                }
                Seen::Reading(Reading::Nothing(why)) => StepJudgement::skipped(why),
                Seen::Reading(Reading::Broken(broken)) => broken_step(broken),
                Seen::Reading(Reading::Answer(answer)) if is_rewrite(part) => {
                    StepJudgement::passed("rewrote what it could").with_warnings(answer.warnings)
                }
                Seen::Reading(Reading::Answer(answer)) => {
                    let judgement = match answer.findings.len() {
                        0 => StepJudgement::passed(clean),
                        found => {
                            counted.push(count(found));
                            StepJudgement::failed(count(found))
                        }
                    };
                    total += seen.new_ones(&answer.findings).len();
                    judgement
                        .with_findings(answer.findings)
                        .with_warnings(answer.warnings)
                }
            };
            if is_rewrite(part) {
                judgement.counting_errors_only()
            } else {
                judgement
            }
        })
        .collect();
    let mut judgement = Judgement::of(steps, "no unit of a language with such a tool was found")
        .failing_because(&counted, count(total));
    judgement.metric("findings", total);
    judgement
}

/// A step whose tool gave no answer.
pub(super) fn broken_step(broken: crate::tools::Broken) -> StepJudgement {
    let step = StepJudgement::error(broken.reason);
    match broken.hint {
        Some(hint) => step.with_hint(hint),
        None => step,
    }
}

fn is_rewrite(part: &Part<'_>) -> bool {
    matches!(part.item, Item::Run(step) if step.phase == Phase::Rewrite)
}
