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
    let mut tally = Tally::new(one, many, clean);
    let steps = parts.iter().map(|part| tally.step(cx, part)).collect();
    tally.judgement(Judgement::of(
        steps,
        "no unit of a language with such a tool was found",
    ))
}

/// Judges steps for which every finding is a failure, and counts what they found.
pub(super) struct Tally<'a> {
    one: &'a str,
    many: &'a str,
    clean: &'a str,
    total: usize,
    counted: Vec<String>,
    seen: Distinct,
}

impl<'a> Tally<'a> {
    /// What one finding is called, what several are, and what is said where there is none.
    pub(super) fn new(one: &'a str, many: &'a str, clean: &'a str) -> Self {
        Self {
            one,
            many,
            clean,
            total: 0,
            counted: Vec::new(),
            seen: Distinct::default(),
        }
    }

    fn count(&self, count: usize) -> String {
        match count {
            1 => format!("1 {}", self.one),
            count => format!("{count} {}", self.many),
        }
    }

    /// Judges one step.
    pub(super) fn step(&mut self, cx: &Context<'_>, part: &Part<'_>) -> StepJudgement {
        let judgement = match see(cx.project, part) {
            Seen::Settled(judgement) => judgement,
            Seen::Succeeded => StepJudgement::passed("the command ended with exit code 0"),
            Seen::Failed(code) => StepJudgement::failed(format!("the command ended with exit code {code}")),
            Seen::Reading(Reading::Nothing(why)) => StepJudgement::skipped(why),
            Seen::Reading(Reading::Broken(broken)) => broken_step(broken),
            Seen::Reading(Reading::Answer(answer)) if is_rewrite(part) => {
                StepJudgement::passed("rewrote what it could").with_warnings(answer.warnings)
            }
            Seen::Reading(Reading::Answer(answer)) => {
                let judgement = match answer.findings.len() {
                    0 => StepJudgement::passed(self.clean),
                    found => {
                        let count = self.count(found);
                        self.counted.push(count.clone());
                        StepJudgement::failed(count)
                    }
                };
                self.total += self.seen.new_ones(&answer.findings).len();
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
    }

    /// The judgement of the gate, with the number of findings.
    pub(super) fn judgement(self, judgement: Judgement) -> Judgement {
        let count = self.count(self.total);
        let mut judgement = judgement.failing_because(&self.counted, count);
        judgement.metric("findings", self.total);
        judgement
    }
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
