//! `sdd contract rules`.

use serde::Serialize;

use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief, did_you_mean};
use crate::contract::rules::{Direction, Level, Rule};
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Only this rule, in full
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    level: Level,
    direction: Direction,
    what: &'static str,
    why: String,
    safe: String,
}

impl From<Rule> for Row {
    fn from(rule: Rule) -> Self {
        Self {
            id: rule.id(),
            level: rule.level(),
            direction: rule.direction(),
            what: rule.what(),
            why: rule.why(),
            safe: rule.safe(),
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let mut rows: Vec<Row> = match &args.rule {
        None => Rule::all().map(Row::from).collect(),
        Some(id) => vec![Row::from(Rule::parse(id).ok_or_else(|| unknown(id))?)],
    };
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    let text = match format {
        "json" => serde_json::to_string_pretty(&rows)? + "\n",
        _ if args.rule.is_some() => rows.iter().map(in_full).collect(),
        _ => {
            let mut page = String::new();
            for row in &rows {
                page.push_str(&format!("{:<8} {}\n", row.level, row.id));
            }
            page.push_str(&format!(
                "{} rules; why and how to change safely: sdd contract rules RULE\n",
                rows.len()
            ));
            page
        }
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

fn in_full(row: &Row) -> String {
    format!(
        "{}  {}\n  it {}\n  {}\n  {}\n",
        row.level, row.id, row.what, row.why, row.safe
    )
}

fn unknown(id: &str) -> CommandError {
    let ids: Vec<String> = Rule::all().map(Rule::id).collect();
    let hint = match did_you_mean(id, ids.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant}?"),
        None => "all rules: sdd contract rules".to_owned(),
    };
    CommandError::not_found(format!("there is no rule {:?}", brief(id))).hint(hint)
}
