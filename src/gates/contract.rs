//! The contract gate: the interface descriptions of the work item hold, and break no client.

use super::parts::{Part, Result, Seen, see};
use super::step::{ContractWork, Item, Meaning, NotRun, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::contract::check::{self, Checked};
use crate::contract::policy::Policy;
use crate::contract::report::{Told, Wrong};
use crate::contract::rules::Level;
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::session::ActiveWork;
use crate::model::spec::{self, At};
use crate::model::verdict::RunVerdict;
use crate::model::work_item::WorkItemType;
use crate::process::find::Found;

/// The interface descriptions of the work item hold.
pub struct Contract;

impl Gate for Contract {
    fn id(&self) -> GateId {
        GateId::Contract
    }

    fn about(&self) -> About {
        About {
            title: "API contracts",
            question: "Do the API descriptions of the session's work item hold, and do they break no client?",
            remedy: "Take back what breaks clients, or change it in a way that they survive (sdd contract rules RULE), or \
                     allow breaking changes in the spec",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let Some(work) = cx.work else {
            return Some("no session is open, so there are no contracts to look at".to_owned());
        };
        let must_have = work.item.kind == WorkItemType::IntegrationTest;
        (contracts(work).is_empty() && !must_have).then(|| format!("{} names no API contract", work.item.id))
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let Some(work) = cx.work else {
            return Vec::new();
        };
        let contracts = contracts(work);
        if contracts.is_empty() {
            return vec![Item::Not(NotRun {
                tool: "contract".to_owned(),
                unit: ".".to_owned(),
                language: None,
                program: None,
                meaning: Meaning::Error,
                reason: format!(
                    "{} names no API contract, and an integration test has one",
                    work.item.id
                ),
                hint: Some(
                    "name it in the spec, below API Contracts: `- Contract file: `api.yaml``".to_owned(),
                ),
            })];
        }
        let git = match cx.programs.get(None, "git") {
            Found::At(path) => Some(path),
            _ => None,
        };
        let step = |(index, contract): (usize, &At<spec::Contract>)| {
            let contract = &contract.value;
            Item::Run(Box::new(Step {
                id: format!("contract-{:02}", index + 1),
                gate: self.id(),
                unit: None,
                unit_path: ".".to_owned(),
                language: None,
                tool: StepTool::Own,
                phase: Phase::Check,
                work: Work::Contract(Box::new(ContractWork {
                    contract: contract.clone(),
                    git: git.clone(),
                })),
                required: true,
                exclusive: None,
                why: match &contract.previous_version {
                    Some(previous) => format!("a contract of {}, compared with {previous}", work.item.id),
                    None => format!("a contract of {}, without one before it", work.item.id),
                },
            }))
        };
        contracts.iter().enumerate().map(step).collect()
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let (mut looked_at, mut breaking) = (0_usize, 0_usize);
        let mut steps: Vec<StepJudgement> = parts
            .iter()
            .map(|part| match &part.result {
                Result::Contract(Ok(answer)) => {
                    looked_at += usize::from(answer.checked.verdict != RunVerdict::Error);
                    breaking += answer.checked.breaking();
                    judge(&answer.checked)
                }
                Result::Contract(Err(why)) => StepJudgement::error(why.clone()),
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let warnings = remarks(cx, parts);
        if let Some(last) = steps.pop() {
            steps.push(last.with_warnings(warnings));
        }
        let mut judgement = Judgement::of(steps, "the work item names no API contract");
        judgement.metric("contracts", looked_at);
        judgement.metric("breaking_changes", breaking);
        judgement
    }
}

/// The contracts of a work item.
fn contracts(work: &ActiveWork) -> &[At<spec::Contract>] {
    work.spec
        .as_ref()
        .map_or(&[][..], |spec| &spec.integration.contracts)
}

/// What is to be said about suppressions.
fn remarks(cx: &Context<'_>, parts: &[Part<'_>]) -> Vec<String> {
    let Ok(policy) = Policy::of(&cx.config.quality_gates.contract) else {
        return Vec::new();
    };
    let answers = parts.iter().filter_map(|part| match &part.result {
        Result::Contract(Ok(answer)) => Some(answer),
        _ => None,
    });
    let Some(today) = answers.clone().next().map(|answer| answer.today) else {
        return Vec::new();
    };
    check::remarks(&policy, today, answers.map(|answer| &answer.checked))
        .into_iter()
        .map(|told| told.message)
        .collect()
}

fn judge(checked: &Checked) -> StepJudgement {
    let judgement = match checked.verdict {
        RunVerdict::Passed => StepJudgement::passed(checked.reason.clone()),
        RunVerdict::Failed => StepJudgement::failed(checked.reason.clone()),
        RunVerdict::Error => StepJudgement::error(checked.reason.clone()),
    };
    let file = checked.contract_file.as_deref();
    let told = checked.comparison.iter().flat_map(|report| &report.changes);
    let changes = told
        .filter(|told| told.level != Level::Info)
        .map(|told| finding(told, file));
    let wrong = checked
        .validation
        .iter()
        .flat_map(|validated| &validated.findings);
    let wrong = wrong
        .filter(|wrong| wrong.suppressed.is_none() && wrong.level != Level::Info)
        .map(of_validation);
    let findings = changes.chain(wrong);
    let judgement = judgement
        .with_findings(findings.collect())
        .with_warnings(checked.warnings.clone());
    match (&checked.verdict, &checked.previous, file) {
        (RunVerdict::Failed, Some(previous), Some(file)) if has_changes(checked) => judgement.with_hint(format!(
            "sdd contract diff {previous} {file} shows each change on both sides; if clients may break, say in the spec \
             `Breaking changes: allowed`"
        )),
        (RunVerdict::Error, ..) if checked.comparison.is_none() => judgement.with_hint(
            "correct the file that the spec names, or `Previous version`: a file, a revision of git, or REV:PATH",
        ),
        _ => judgement,
    }
}

/// Whether the comparison found something: a description can also be wrong by itself, or be another one than was meant.
fn has_changes(checked: &Checked) -> bool {
    let summary = checked.comparison.as_ref().map(|report| &report.summary);
    summary.is_some_and(|summary| summary.error + summary.warning > 0)
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::High,
        Level::Warning => Severity::Medium,
        Level::Info => Severity::Info,
    }
}

fn of_validation(wrong: &Wrong) -> Finding {
    let place = &wrong.place;
    Finding::new("sdd", wrong.rule, severity(wrong.level), wrong.message.clone()).at(
        place.file.clone(),
        Some(place.line),
        Some(place.column),
    )
}

fn finding(told: &Told, file: Option<&str>) -> Finding {
    let severity = severity(told.level);
    let calls: Vec<String> = told
        .operations
        .iter()
        .map(|call| format!("{} {}", call.method, call.path))
        .collect();
    let message = match calls.as_slice() {
        [] => told.message.clone(),
        [call] if told.message.starts_with(call.as_str()) => told.message.clone(),
        [call] => format!("{} in {call}", told.message),
        [call, rest @ ..] => format!("{} in {call} and {} more", told.message, rest.len()),
    };
    let finding = Finding::new("sdd", told.rule.clone(), severity, message);
    match (told.revision.as_ref().or(told.around.as_ref()), file) {
        (Some(place), _) => finding.at(place.file.clone(), Some(place.line), Some(place.column)),
        (None, Some(file)) => finding.at(file, None, None),
        (None, None) => finding,
    }
}
