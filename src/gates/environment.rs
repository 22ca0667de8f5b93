//! The environment gate: what integration tests need is there.

use super::integration::needs;
use super::parts::{Part, Result, Seen, see};
use super::step::{EnvironmentWork, Item, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement, toolplan};
use crate::integration::environment::{Found, Standing};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::report::{CheckReport, CheckStatus};
use crate::model::work_item::WorkItemType;

/// What the one step of the gate is called.
pub(super) const NAME: &str = "environment";

/// What integration tests need is there.
pub struct Environment;

impl Gate for Environment {
    fn id(&self) -> GateId {
        GateId::Environment
    }

    fn about(&self) -> About {
        About {
            title: "Test environment",
            question: "Is everything there that the integration tests of the session's work item need: the container \
                       engine, the compose file, configuration, images, ports?",
            remedy: "Do what stands beside each check: make what is missing, correct what is not valid, end what is in the way",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let Some(work) = cx.work else {
            return Some("no session is open, so no tests need an environment".to_owned());
        };
        if work.item.kind != WorkItemType::IntegrationTest {
            return Some(format!("{} is no integration test", work.item.id));
        }
        needs(cx).is_none().then(|| {
            format!(
                "{} names no services and no compose file, and compose_file of the settings is empty: its tests need none",
                work.item.id
            )
        })
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let Some(needs) = needs(cx) else {
            return Vec::new();
        };
        vec![Item::Run(Box::new(Step {
            id: "environment".to_owned(),
            gate: self.id(),
            unit: None,
            unit_path: ".".to_owned(),
            language: None,
            tool: StepTool::Own,
            phase: Phase::Check,
            why: format!("what {} needs", needs.compose()),
            work: Work::Environment(Box::new(EnvironmentWork {
                needs,
                runners: toolplan::asked(cx, &cx.config.integration().test_directory),
            })),
            required: true,
            exclusive: None,
        }))]
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut fine = 0_usize;
        let mut all = 0_usize;
        let mut checks = Vec::new();
        let steps = parts
            .iter()
            .map(|part| match &part.result {
                Result::Environment(found) => {
                    checks.extend(found.iter().map(check));
                    all += found
                        .iter()
                        .filter(|one| one.standing != Standing::Skipped)
                        .count();
                    fine += found.iter().filter(|one| one.standing == Standing::Fine).count();
                    judge(found)
                }
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let mut judgement = Judgement::of(steps, "nothing is needed");
        for check in checks {
            judgement.check(check);
        }
        judgement.metric("checks", all);
        judgement.metric("checks_passed", fine);
        judgement
    }
}

/// Checks that say nothing of what is there when they are fine: the reason of the gate goes without them, the checks of the
/// report do not.
const QUIET: [&str; 5] = ["compose-lint", "networks", "ports", "space", "test-runner"];

/// One check as a report has it.
fn check(found: &Found) -> CheckReport {
    CheckReport {
        check: found.check.to_owned(),
        status: match found.standing {
            Standing::Fine => CheckStatus::Passed,
            Standing::Warning => CheckStatus::Warning,
            Standing::Failed => CheckStatus::Failed,
            Standing::Unknown => CheckStatus::Error,
            Standing::Skipped => CheckStatus::Skipped,
        },
        said: found.said.clone(),
        remedy: found.remedy.clone(),
    }
}

fn judge(found: &[Found]) -> StepJudgement {
    let of = |standing: Standing| found.iter().filter(move |one| one.standing == standing);
    let with_remedy = |one: &Found| match &one.remedy {
        Some(remedy) => format!("{}; {remedy}", one.said),
        None => one.said.clone(),
    };
    let findings: Vec<Finding> = of(Standing::Failed)
        .map(|one| Finding::new(NAME, one.check, Severity::High, with_remedy(one)))
        .collect();
    let warnings = of(Standing::Warning).map(with_remedy).collect();
    let failed = first(of(Standing::Failed));
    let unknown = first(of(Standing::Unknown));
    let judgement = match (failed, unknown) {
        (Some(why), None) => StepJudgement::failed(why),
        // What is wrong is worth knowing, and what nobody could see still decides.
        (Some(why), Some(unseen)) => StepJudgement::error(format!("{unseen}; and {why}")),
        (None, Some(unseen)) => StepJudgement::error(unseen),
        (None, None) if found.is_empty() => StepJudgement::error("nothing was looked at"),
        (None, None) => StepJudgement::passed(
            of(Standing::Fine)
                .filter(|one| !QUIET.contains(&one.check))
                .map(|one| one.said.as_str())
                .collect::<Vec<_>>()
                .join("; "),
        ),
    };
    let hint = of(Standing::Unknown)
        .chain(of(Standing::Failed))
        .find_map(|one| one.remedy.clone());
    let judgement = judgement.with_findings(findings).with_warnings(warnings);
    match hint {
        Some(hint) => judgement.with_hint(hint),
        None => judgement,
    }
}

/// The first, with how many there are besides.
fn first<'f>(mut found: impl Iterator<Item = &'f Found>) -> Option<String> {
    let one = found.next()?;
    Some(match found.count() {
        0 => one.said.clone(),
        more => format!("{} (and {more} more)", one.said),
    })
}

#[cfg(test)]
mod tests;
