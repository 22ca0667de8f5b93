//! `sdd contract diff`.

use anstyle::{AnsiColor, Style as Paint};
use chrono::NaiveDate;

use super::files::Files;
use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief};
use crate::contract::arena::Limits;
use crate::contract::diff::{self, Notice, Options};
use crate::contract::load::World;
use crate::contract::report::{self, Amount, FailOn, Grouping, Report};
use crate::contract::rules::Level;
use crate::model::exit::Exit;
use crate::report::{Colour, Detail};

/// The variable that says which day it is, for sunset dates.
const TODAY: &str = "SDD_TODAY";

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The description that clients know: a file, or REV:PATH for one in a revision of git
    #[arg(value_name = "BASE")]
    base: String,
    /// The description as it is to be: a file, or REV:PATH
    #[arg(value_name = "REVISION")]
    revision: String,
    /// The least that fails
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Failing::Error)]
    fail_on: Failing,
    /// Tell a change once for each operation that it touches
    #[arg(long)]
    per_operation: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Failing {
    /// What breaks clients
    Error,
    /// What may break clients, too
    Warning,
    /// Nothing
    None,
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent", "markdown", "github"])?;
    let today = today(cx)?;
    let files = Files::new(cx);
    let mut world = World::new(Limits::default());
    let base = files.load(&mut world, &args.base)?;
    let revision = files.load(&mut world, &args.revision)?;
    world.settle();
    let options = Options {
        today,
        notice: Notice::default(),
    };
    let compared = diff::diff(&world, &base, &revision, options);
    let fail_on = match args.fail_on {
        Failing::Error => FailOn::Error,
        Failing::Warning => FailOn::Warning,
        Failing::None => FailOn::None,
    };
    let grouping = if args.per_operation {
        Grouping::Operation
    } else {
        Grouping::Cause
    };
    let report = Report::of(&world, &compared, fail_on, grouping);
    let colour = cx.ui.colour();
    let amount = match cx.ui.detail() {
        Detail::Brief => Amount::Little,
        Detail::Normal => Amount::Usual,
        Detail::Full => Amount::All,
    };
    let text = match format {
        "json" => serde_json::to_string_pretty(&report)? + "\n",
        "markdown" => report::markdown(&report),
        "github" => report::github(&report),
        "agent" => report::human(&report, amount, &|_, word| word.to_owned()),
        _ => report::human(&report, amount, &|level, word| match colour {
            Colour::Yes => format!("{0}{word}{0:#}", paint(level)),
            Colour::No => word.to_owned(),
        }),
    };
    cx.emit(&text)?;
    Ok(if report.failed() { Exit::Failed } else { Exit::Ok })
}

fn paint(level: Level) -> Paint {
    let of = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into())).bold();
    match level {
        Level::Error => of(AnsiColor::Red),
        Level::Warning => of(AnsiColor::Yellow),
        Level::Info => Paint::new().dimmed(),
    }
}

/// The day that sunset dates are compared with.
fn today(cx: &Cx) -> Result<NaiveDate, CommandError> {
    let Some(said) = cx.environment.get(TODAY) else {
        return Ok(cx.clock.now().date_naive());
    };
    NaiveDate::parse_from_str(said, "%Y-%m-%d").map_err(|_| {
        CommandError::usage(format!("{TODAY} is {:?}, and no day", brief(said)))
            .hint("write it as YYYY-MM-DD, or leave it out")
    })
}
