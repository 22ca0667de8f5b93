//! The spec completeness gate: the work item says all that an item of its type must say.

use super::parts::{Part, Result, Seen, see};
use super::step::{Item, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::session::ActiveWork;
use crate::model::spec::Problem;
use crate::parse::spec;

/// The work item says all that it must say.
pub struct SpecCompleteness;

impl Gate for SpecCompleteness {
    fn id(&self) -> GateId {
        GateId::SpecCompleteness
    }

    fn about(&self) -> About {
        About {
            title: "Spec completeness",
            question: "Does the spec of the session's work item say all that it must say?",
            remedy: "Fill in the parts of the spec that are named above",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        cx.work
            .is_none()
            .then(|| "no session is open, so there is no spec to look at".to_owned())
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let step = |work: &ActiveWork| {
            Item::Run(Box::new(Step {
                id: "spec_completeness".to_owned(),
                gate: GateId::SpecCompleteness,
                unit: None,
                unit_path: ".".to_owned(),
                language: None,
                tool: StepTool::Own,
                phase: Phase::Check,
                work: Work::AtHand {
                    what: file(work).unwrap_or(&work.item.id).to_owned(),
                },
                required: true,
                exclusive: None,
                why: format!(
                    "the spec of {}, a work item of the type {}",
                    work.item.id, work.item.kind
                ),
            }))
        };
        cx.work.into_iter().map(step).collect()
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut found = 0_usize;
        let steps = parts
            .iter()
            .map(|part| match (&part.result, cx.work) {
                (Result::AtHand, Some(work)) => {
                    let problems = spec::validate(work.spec.as_ref(), &work.item);
                    found += problems.len();
                    judge(work, &problems)
                }
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let mut judgement = Judgement::of(steps, "no session is open");
        judgement.metric("findings", found);
        judgement
    }
}

/// The spec's file.
fn file(work: &ActiveWork) -> Option<&str> {
    let spec = work.spec.as_ref().map(|spec| spec.file.as_str());
    spec.or(work.item.spec_file.as_deref())
}

fn judge(work: &ActiveWork, problems: &[Problem]) -> StepJudgement {
    let name = file(work).unwrap_or(&work.item.id);
    let judgement = match problems {
        [] => return StepJudgement::passed(format!("{name} says all that it must say")),
        [one] => StepJudgement::failed(format!("{name}: {}", one.message)),
        [first, rest @ ..] => {
            StepJudgement::failed(format!("{name}: {}, and {} more", first.message, rest.len()))
        }
    };
    let findings = problems.iter().map(|problem| {
        let message = match &problem.hint {
            Some(hint) => format!("{}; {hint}", problem.message),
            None => problem.message.clone(),
        };
        let finding = Finding::new("sdd", problem.code, Severity::High, message);
        match file(work) {
            Some(file) => finding.at(file, problem.line, None),
            None => finding,
        }
    });
    judgement.with_findings(findings.collect()).with_hint(format!(
        "fill in what is named above in {name}; sdd work-item validate {} looks again",
        work.item.id
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::sample::{Sample, shown};
    use super::*;
    use crate::model::verdict::Verdict;

    const WHOLE: &str = "# Bug: X\n\n## Description\n\nIt breaks.\n\n## Steps to Reproduce\n\n1. Start it.\n\n\
        ## Root Cause Analysis\n\nA slip.\n\n## Fix Approach\n\nMend the slip.\n";

    fn sample(text: Option<&str>) -> Sample {
        let mut sample = Sample::new(&json!({})).work(json!({}));
        if let Some(work) = &mut sample.work {
            work.spec = text.map(|text| spec::read(".session/specs/bug_x.md", text.as_bytes()));
        }
        sample
    }

    fn judged(text: Option<&str>) -> Judgement {
        sample(text).with(|cx| {
            let items = SpecCompleteness.plan(cx);
            let parts: Vec<Part<'_>> = items
                .iter()
                .map(|item| Part {
                    item,
                    result: Result::AtHand,
                })
                .collect();
            SpecCompleteness.judge(cx, &parts)
        })
    }

    #[test]
    fn a_spec_that_says_everything_passes() {
        let judgement = judged(Some(WHOLE));
        assert_eq!(
            (judgement.verdict(), judgement.reason()),
            (
                Verdict::Passed,
                ".session/specs/bug_x.md says all that it must say"
            )
        );
    }

    #[test]
    fn each_problem_is_a_finding_with_its_place() {
        let text = WHOLE
            .replace("Mend the slip.", "")
            .replace("## Description\n\nIt breaks.\n\n", "");
        let judgement = judged(Some(&text));
        assert_eq!(judgement.verdict(), Verdict::Failed);
        let found: Vec<String> = judgement
            .findings()
            .iter()
            .map(|finding| {
                let line = finding.line.map_or("-".to_owned(), |line| line.to_string());
                format!(
                    "{} {}:{line}",
                    finding.rule,
                    finding.path.as_deref().unwrap_or("-")
                )
            })
            .collect();
        assert!(
            found.contains(&"missing_section .session/specs/bug_x.md:-".to_owned()),
            "{found:?}"
        );
        assert!(
            found.contains(&"empty_section .session/specs/bug_x.md:11".to_owned()),
            "{found:?}"
        );
        assert!(
            judgement
                .hints()
                .any(|(_, hint)| hint.contains("sdd work-item validate bug_x"))
        );
    }

    #[test]
    fn an_item_without_a_spec_fails() {
        let judgement = judged(None);
        assert_eq!(judgement.verdict(), Verdict::Failed);
        assert_eq!(judgement.findings().len(), 1);
    }

    #[test]
    fn without_a_session_it_takes_no_part() {
        let mut none = Sample::new(&json!({}));
        assert_eq!(
            none.with(|cx| SpecCompleteness.absent(cx)).as_deref(),
            Some("no session is open, so there is no spec to look at")
        );
        assert!(none.with(|cx| SpecCompleteness.plan(cx).is_empty()));
        let plan = sample(Some(WHOLE)).with(|cx| {
            assert_eq!(SpecCompleteness.absent(cx), None);
            shown(&SpecCompleteness.plan(cx))
        });
        assert_eq!(
            plan,
            ["+ .session/specs/bug_x.md (the spec of bug_x, a work item of the type bug)"]
        );
    }

    #[test]
    fn a_result_that_is_not_its_own_is_no_answer() {
        let judgement = sample(Some(WHOLE)).with(|cx| {
            let items = SpecCompleteness.plan(cx);
            let parts = [Part {
                item: &items[0],
                result: Result::Nothing,
            }];
            SpecCompleteness.judge(cx, &parts)
        });
        assert_eq!(judgement.verdict(), Verdict::Error);
    }
}
