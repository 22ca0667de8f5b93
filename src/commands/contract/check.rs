//! `sdd contract check`: the contracts of a work item.

use serde::Serialize;

use super::common::{Tools, policy, today};
use super::diff::Failing;
use super::emit::{Targets, emit, rerun};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::{self, called};
use crate::commands::{work, work_item};
use crate::contract::check::{self, Check, Checked};
use crate::contract::files::Reach;
use crate::contract::report::{FailOn, Grouping, Page, Section, Subject, Told};
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::verdict::RunVerdict;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The work item [default: that of the open session]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The least that fails [default: as the settings say, or else error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<Failing>,
    #[command(flatten)]
    remote: super::common::RemoteArgs,
}

/// The document of `--format json`.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    kind: &'static str,
    verdict: RunVerdict,
    work_item: String,
    contracts: Vec<Checked>,
    /// What is to be said about suppressions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Told>,
    #[serde(skip)]
    fail_on: FailOn,
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let targets = Targets::of(cx)?;
    let today = today(cx)?;
    let opened = pipeline::open(cx)?;
    let settings = &opened.config.quality_gates.contract;
    let policy = policy(cx, settings)?;
    let loaded = work_item::load(&opened.store)?;
    let id = match &args.id {
        Some(id) => id.clone(),
        None => work::open_session(&opened.store)?
            .and_then(|session| session.work_item)
            .ok_or_else(|| {
                CommandError::not_found("no session is open, so no work item is known")
                    .hint(format!("name it: {} contract check ID", called(cx)))
            })?,
    };
    let item = loaded.items.get(&id).ok_or_else(|| {
        let ids = loaded.items.items.iter().map(|item| item.id.as_str());
        work_item::no_such_item(cx, &id, ids)
    })?;
    let spec = work::said_of(&opened.store, item)?;
    let tools = Tools::of(cx);
    let root = opened.store.root().to_path_buf();
    let files = tools.files(root, Reach::Inside, args.remote.remote());
    let fail_on: FailOn = args
        .fail_on
        .map_or_else(|| settings.fail_on.into(), Failing::fail_on);
    let check = Check {
        files: &files,
        policy: &policy,
        fail_on,
        today,
        grouping: Grouping::Cause,
    };
    let contracts: Vec<Checked> = spec
        .iter()
        .flat_map(|spec| &spec.integration.contracts)
        .map(|contract| check.one(&contract.value))
        .collect();
    let document = Document {
        schema_version: 1,
        kind: "contract_check",
        verdict: check::verdict(&contracts),
        work_item: id,
        remarks: check::remarks(&policy, today, &contracts),
        contracts,
        fail_on,
    };
    let mut page = document.page();
    page.rerun = args.again(&document.work_item);
    emit(cx, &targets, &document, &page)?;
    Ok(Exit::from(document.verdict))
}

impl Args {
    /// The command that asks the same again.
    fn again(&self, id: &str) -> String {
        let mut words = vec!["sdd", "contract", "check", id];
        if let Some(level) = self.fail_on {
            words.extend(["--fail-on", level.word()]);
        }
        words.extend(self.remote.words());
        rerun(words)
    }
}

impl Document {
    /// The contracts as they are shown: of each what is wrong with it, and what changed.
    fn page(&self) -> Page<'_> {
        let mut sections = Vec::new();
        let mut lines = Vec::new();
        for checked in &self.contracts {
            lines.push(format!("{}: {}", checked.verdict.as_str(), checked.reason));
            lines.extend(
                checked
                    .warnings
                    .iter()
                    .map(|warning| format!("warning: {warning}")),
            );
            let name = text::one_line(checked.contract_file.as_deref().unwrap_or("a contract"));
            if let Some(validated) = &checked.validation {
                sections.push(validated.section());
            }
            match (&checked.comparison, &checked.previous) {
                (Some(report), Some(previous)) => {
                    let title = format!("{} → {name}", text::one_line(previous));
                    sections.push(report.section(title));
                }
                _ if checked.validation.is_none() => sections.push(Section {
                    title: name,
                    subject: Subject::Findings,
                    gaps: vec![checked.reason.clone()],
                    entries: Vec::new(),
                }),
                _ => {}
            }
        }
        if !self.remarks.is_empty() {
            sections.push(Section {
                title: "suppressions".to_owned(),
                subject: Subject::Findings,
                gaps: Vec::new(),
                entries: self.remarks.iter().map(Told::entry).collect(),
            });
        }
        let holds = |checked: &&Checked| checked.verdict == RunVerdict::Passed;
        let count = self.contracts.iter().filter(holds).count();
        let decision = if self.contracts.is_empty() {
            format!(
                "no verdict: {} names no API contract: name one in its spec, below API Contracts",
                text::one_line(&self.work_item)
            )
        } else {
            let word = match self.verdict {
                RunVerdict::Passed => "passed",
                RunVerdict::Failed => "failed",
                RunVerdict::Error => "no verdict",
            };
            format!("{word}: {count} of {} contracts hold", self.contracts.len())
        };
        Page {
            kind: self.kind,
            title: "API contracts",
            verdict: self.verdict,
            decision,
            parts: lines,
            fail_on: self.fail_on,
            sections,
            rerun: String::new(),
        }
    }
}
