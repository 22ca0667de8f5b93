//! `sdd contract rules`.

use serde::Serialize;

use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief, did_you_mean};
use crate::contract::rules::{Direction, Level, Rule};
use crate::contract::validate;
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
    /// Which command tells it.
    of: Of,
    direction: Direction,
    what: &'static str,
    why: String,
    safe: String,
}

/// The command that tells a rule.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    Diff,
    Validate,
}

impl From<validate::Rule> for Row {
    fn from(rule: validate::Rule) -> Self {
        Self {
            id: rule.id().to_owned(),
            level: rule.level(),
            of: Of::Validate,
            direction: Direction::None,
            what: "",
            why: rule.why().to_owned(),
            safe: rule.mend().to_owned(),
        }
    }
}

impl From<Rule> for Row {
    fn from(rule: Rule) -> Self {
        Self {
            id: rule.id(),
            level: rule.level(),
            of: Of::Diff,
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
        None => all().collect(),
        Some(id) => vec![all().find(|row| row.id == *id).ok_or_else(|| unknown(id))?],
    };
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    let text = match format {
        "json" => serde_json::to_string_pretty(&rows)? + "\n",
        _ if args.rule.is_some() => rows.iter().map(in_full).collect(),
        _ => {
            let mut page = String::new();
            for (of, title) in [
                (Of::Diff, "Changes, told by contract diff"),
                (
                    Of::Validate,
                    "What is wrong with a description, told by contract validate",
                ),
            ] {
                let rows: Vec<&Row> = rows.iter().filter(|row| row.of == of).collect();
                page.push_str(&format!("{title} ({} rules)\n", rows.len()));
                for row in rows {
                    page.push_str(&format!("  {:<8} {}\n", row.level, row.id));
                }
                page.push('\n');
            }
            page.push_str("why, and what to do: sdd contract rules RULE\n");
            page
        }
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// Every rule of both commands.
fn all() -> impl Iterator<Item = Row> {
    let of_validate = validate::Rule::ALL.iter().map(|rule| Row::from(*rule));
    Rule::all().map(Row::from).chain(of_validate)
}

fn in_full(row: &Row) -> String {
    if row.of == Of::Validate {
        return format!("{}  {}\n  {}\n  {}\n", row.level, row.id, row.why, row.safe);
    }
    format!(
        "{}  {}\n  it {}\n  {}\n  {}\n",
        row.level, row.id, row.what, row.why, row.safe
    )
}

fn unknown(id: &str) -> CommandError {
    let ids: Vec<String> = all().map(|row| row.id).collect();
    let hint = match did_you_mean(id, ids.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant}?"),
        None => "all rules: sdd contract rules".to_owned(),
    };
    CommandError::not_found(format!("there is no rule {:?}", brief(id))).hint(hint)
}
