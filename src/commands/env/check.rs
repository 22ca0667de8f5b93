//! `sdd env check`: makes the checks of an environment and tells what came of them.

use super::{Question, inquire, tell};
use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief};
use crate::commands::pipeline;
use crate::environment::report::Verdict;
use crate::environment::{Asked, Category, FILE, LoadError};
use crate::model::exit::Exit;
use crate::process::signals;

/// The most problems that are told of in one go.
const MAX_PROBLEMS: usize = 20;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment's name
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// Categories that must have checks, besides those that the environment requires itself
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',', value_parser = category)]
    require: Vec<Category>,
    /// Look at these categories only
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',', value_parser = category)]
    only: Vec<Category>,
}

fn category(word: &str) -> Result<Category, String> {
    Category::named(word).ok_or_else(|| {
        let all: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
        format!("the categories are {}", all.join(", "))
    })
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let asked = Asked {
        require: args.require.clone(),
        only: args.only.clone(),
    };
    if let Some(category) = asked.require.iter().find(|category| !asked.selects(**category)) {
        let what = format!(
            "--require {0} and --only without {0} cannot both hold",
            category.as_str()
        );
        return Err(CommandError::usage(what).into());
    }
    let opened = pipeline::open(cx)?;
    let question = Question {
        environment: &args.environment,
        asked: &asked,
        variables: &[],
        within: None,
    };
    let report = inquire(cx, &opened, question).map_err(refused)?;
    let text = match format.as_str() {
        "json" => serde_json::to_string_pretty(&report)? + "\n",
        _ => tell::page(&report),
    };
    cx.emit(&text)?;
    Ok(match (cx.cancel.signal(), report.verdict) {
        (Some(signal), _) => signals::exit_for(signal),
        (None, Verdict::Passed) => Exit::Ok,
        (None, Verdict::Failed) => Exit::Failed,
        (None, Verdict::Error) => Exit::NoVerdict,
    })
}

/// What is said where nothing was looked at.
fn refused(error: LoadError) -> anyhow::Error {
    match error {
        LoadError::Unknown { name, known, meant } => {
            let hint = match (meant, known.as_slice()) {
                (Some(meant), _) => format!("did you mean {meant}?"),
                (None, []) => format!("describe it in {FILE}; sdd env schema prints what may stand there"),
                (None, known) => format!("the environments are {}", known.join(", ")),
            };
            CommandError::not_found(format!("there is no environment {:?}", brief(&name)))
                .hint(hint)
                .into()
        }
        LoadError::Invalid { problems } => {
            let mut lines: Vec<String> = problems
                .iter()
                .take(MAX_PROBLEMS)
                .map(ToString::to_string)
                .collect();
            if problems.len() > MAX_PROBLEMS {
                lines.push(format!("and {} more", problems.len() - MAX_PROBLEMS));
            }
            CommandError::usage(lines.join("\n"))
                .hint("nothing was checked; sdd env schema prints what may stand there")
                .into()
        }
        LoadError::Unreadable { .. } => {
            let what = error.to_string();
            anyhow::Error::new(error).context(CommandError::usage(what))
        }
    }
}
