//! `sdd contract diff`.

use chrono::NaiveDate;

use super::emit::{FORMATS, emit, rerun};
use super::files::Files;
use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief};
use crate::contract::arena::Limits;
use crate::contract::diff::{self, Notice, Options};
use crate::contract::load::World;
use crate::contract::report::{FailOn, Grouping, Report};
use crate::model::exit::Exit;

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
    let format = cx.choose(FORMATS)?;
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
    let mut report = Report::of(&world, &compared, fail_on, grouping);
    if format == "html" {
        report.quote(&world);
    }
    let mut page = report.page();
    for section in &mut page.sections {
        section.title = format!("{} → {}", args.base, args.revision);
    }
    page.rerun = args.again();
    emit(cx, format, &report, &page)?;
    Ok(if report.failed() { Exit::Failed } else { Exit::Ok })
}

impl Args {
    /// The command that asks the same again.
    fn again(&self) -> String {
        let mut words = vec!["sdd", "contract", "diff", &self.base, &self.revision];
        match self.fail_on {
            Failing::Error => {}
            Failing::Warning => words.extend(["--fail-on", "warning"]),
            Failing::None => words.extend(["--fail-on", "none"]),
        }
        if self.per_operation {
            words.push("--per-operation");
        }
        rerun(words)
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
