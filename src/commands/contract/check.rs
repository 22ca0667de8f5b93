//! `sdd contract check`: the contracts of a work item.

use serde::Serialize;

use super::common::{Tools, policy, today};
use super::diff::Failing;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::{self, called};
use crate::commands::{work, work_item};
use crate::contract::check::{self, Check, Checked, Outcome};
use crate::contract::files::Reach;
use crate::contract::report::{Grouping, Told};
use crate::model::exit::Exit;
use crate::model::text;

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
struct Page {
    schema_version: u32,
    kind: &'static str,
    verdict: Outcome,
    work_item: String,
    contracts: Vec<Checked>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Told>,
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let today = today(cx)?;
    let opened = pipeline::open(cx)?;
    let settings = &opened.config.quality_gates.contract;
    let policy = policy(settings)?;
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
    let spec = work::spec_of(&opened.store, item)?.map(|(_, spec)| spec);
    let tools = Tools::of(cx);
    let root = opened.store.root().to_path_buf();
    let files = tools.files(root, Reach::Inside, args.remote.remote());
    let check = Check {
        files: &files,
        policy: &policy,
        fail_on: args
            .fail_on
            .map_or_else(|| settings.fail_on.into(), Failing::fail_on),
        today,
        grouping: Grouping::Cause,
    };
    let contracts: Vec<Checked> = spec
        .iter()
        .flat_map(|spec| &spec.integration.contracts)
        .map(|contract| check.one(&contract.value))
        .collect();
    let page = Page {
        schema_version: 1,
        kind: "contract_check",
        // Without a contract nobody can say that all hold.
        verdict: contracts
            .iter()
            .map(|checked| checked.verdict)
            .max()
            .unwrap_or(Outcome::Error),
        work_item: id,
        remarks: check::remarks(&policy, today, &contracts),
        contracts,
    };
    let text = match format {
        "json" => serde_json::to_string_pretty(&page)? + "\n",
        _ => human(&page),
    };
    cx.emit(&text)?;
    Ok(match page.verdict {
        Outcome::Passed => Exit::Ok,
        Outcome::Failed => Exit::Failed,
        Outcome::Error => Exit::NoVerdict,
    })
}

fn human(page: &Page) -> String {
    let mut shown = String::new();
    for checked in &page.contracts {
        let word = match checked.verdict {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Error => "error ",
        };
        shown.push_str(&format!("{word}  {}\n", checked.reason));
    }
    for told in &page.remarks {
        shown.push_str(&format!("{}  {}\n", told.level, told.message));
    }
    if page.contracts.is_empty() {
        shown.push_str(&format!(
            "error   {} names no API contract: name one in its spec, below API Contracts\n",
            text::one_line(&page.work_item)
        ));
    }
    shown
}
