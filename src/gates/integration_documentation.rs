//! The gate for the documentation of integration tests.

use super::benchmark;
use super::parts::{Part, Result, Seen, see};
use super::step::{DocumentsWork, Item, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::bench::aim;
use crate::bench::load::Target;
use crate::integration::documents::{self, Requirement};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::session::ActiveWork;
use crate::model::spec::Integration;
use crate::model::work_item::WorkItemType;

/// What the one step of the gate is called.
pub(super) const NAME: &str = "documents";

/// What is tested together is documented.
pub struct IntegrationDocumentation;

impl Gate for IntegrationDocumentation {
    fn id(&self) -> GateId {
        GateId::IntegrationDocumentation
    }

    fn about(&self) -> About {
        About {
            title: "Integration documentation",
            question: "Is what the session's integration test puts together documented: architecture, sequences, \
                       contracts, performance, integration points?",
            remedy: "Write what is missing, as is said beside it",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let Some(work) = cx.work else {
            return Some("no session is open, so nothing must be documented".to_owned());
        };
        (work.item.kind != WorkItemType::IntegrationTest)
            .then(|| format!("{} is no integration test", work.item.id))
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let Some(work) = cx.work else {
            return Vec::new();
        };
        let contracts = integration(work).contracts;
        vec![Item::Run(Box::new(Step {
            id: "integration-documents".to_owned(),
            gate: self.id(),
            unit: None,
            unit_path: ".".to_owned(),
            language: None,
            tool: StepTool::Own,
            // A baseline may come from the measurement of this very run.
            phase: Phase::Measure,
            why: format!("what {} puts together", work.item.id),
            work: Work::Documents(Box::new(DocumentsWork {
                work_item: work.item.id.clone(),
                spec_file: work.item.spec_file.clone(),
                contracts: contracts
                    .into_iter()
                    .filter_map(|one| one.value.contract_file)
                    .collect(),
                target: aim::address(&integration(work).benchmarks)
                    .ok()
                    .map(|(method, url)| Target::of(method, url)),
            })),
            required: true,
            exclusive: None,
        }))]
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut sum = None;
        let steps = parts
            .iter()
            .map(|part| match (&part.result, cx.work) {
                (Result::Documents(Ok(sight)), Some(work)) => {
                    let settings = &cx.config.integration_documents();
                    let all = documents::judge(
                        settings,
                        &integration(work),
                        benchmark::demands(work),
                        &benchmark::measuring(cx),
                        sight,
                    );
                    let met = all.iter().filter(|one| one.missing.is_empty()).count();
                    sum = Some((met, all.len()));
                    judge(&all)
                }
                (Result::Documents(Err(why)), _) => StepJudgement::error(why.clone()),
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let mut judgement = Judgement::of(steps, "nothing must be documented");
        if let Some((met, all)) = sum {
            judgement.metric("documentation_requirements", all);
            judgement.metric("documentation_requirements_met", met);
        }
        judgement
    }
}

/// What the spec says of integration; without a spec it says nothing.
fn integration(work: &ActiveWork) -> Integration {
    work.spec
        .as_ref()
        .map(|spec| spec.integration.clone())
        .unwrap_or_default()
}

fn judge(all: &[Requirement]) -> StepJudgement {
    let findings: Vec<Finding> = all
        .iter()
        .flat_map(|one| one.missing.iter().map(move |missing| (one, missing)))
        .map(|(one, missing)| {
            let message = format!("{}; {}", missing.what, missing.remedy);
            let rule = one.name.replace(' ', "-").to_lowercase();
            let finding = Finding::new(NAME, rule, Severity::Medium, message);
            match &missing.place {
                Some((path, line)) => finding.at(path.clone(), Some(*line), None),
                None => finding,
            }
        })
        .collect();
    let sentence = documents::sentence(all);
    if all.is_empty() {
        return StepJudgement::skipped("the settings demand no documentation");
    }
    if findings.is_empty() {
        return StepJudgement::passed(sentence);
    }
    let names: Vec<&str> = all
        .iter()
        .filter(|one| !one.missing.is_empty())
        .map(|one| one.name)
        .collect();
    StepJudgement::failed(format!("{sentence}; missing: {}", names.join(", "))).with_findings(findings)
}

#[cfg(test)]
mod tests;
