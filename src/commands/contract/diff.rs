//! `sdd contract diff`.

use super::common::{RemoteArgs, Tools, policy, settings, unreadable};
use super::emit::{FORMATS, emit, rerun};
use super::today;
use crate::commands::context::Cx;
use crate::contract::arena::Limits;
use crate::contract::diff::{self, Options};
use crate::contract::files::Reach;
use crate::contract::load::World;
use crate::contract::report::{FailOn, Grouping, Report};
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The description that clients know: a file, or REV:PATH for one in a revision of git
    #[arg(value_name = "BASE")]
    base: String,
    /// The description as it is to be: a file, or REV:PATH
    #[arg(value_name = "REVISION")]
    revision: String,
    /// The least that fails [default: as the settings say, or else error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<Failing>,
    /// Tell a change once for each operation that it touches
    #[arg(long)]
    per_operation: bool,
    #[command(flatten)]
    remote: RemoteArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Failing {
    /// What breaks clients
    Error,
    /// What may break clients, too
    Warning,
    /// Nothing
    None,
}

impl Failing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::None => "none",
        }
    }

    pub(super) fn fail_on(self) -> FailOn {
        match self {
            Self::Error => FailOn::Error,
            Self::Warning => FailOn::Warning,
            Self::None => FailOn::None,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(FORMATS)?;
    let today = today(cx)?;
    let settings = settings(cx)?;
    let policy = policy(&settings)?;
    let tools = Tools::of(cx);
    let files = tools.files(cx.start.clone(), Reach::Anywhere, args.remote.remote());
    let mut world = World::new(Limits::default());
    let load = |world: &mut World, named: &str| files.load(world, named).map_err(unreadable);
    let base = load(&mut world, &args.base)?;
    let revision = load(&mut world, &args.revision)?;
    world.settle();
    let options = Options {
        today,
        notice: policy.notice,
    };
    let mut ruled = policy.apply(diff::diff(&world, &base, &revision, options), today);
    ruled.add(policy.remarks(&ruled.taken, today));
    let fail_on = args
        .fail_on
        .map_or_else(|| settings.fail_on.into(), Failing::fail_on);
    let grouping = if args.per_operation {
        Grouping::Operation
    } else {
        Grouping::Cause
    };
    let mut report = Report::of(&world, &ruled, &policy, fail_on, grouping);
    if format == "html" {
        report.quote(&world);
    }
    let mut page = report.page();
    for section in &mut page.sections {
        section.title = format!("{} → {}", args.base, args.revision);
    }
    page.rerun = args.again();
    emit(cx, format, &report, &page)?;
    Ok(match report.verdict {
        "failed" => Exit::Failed,
        "error" => Exit::NoVerdict,
        _ => Exit::Ok,
    })
}

impl Args {
    /// The command that asks the same again.
    fn again(&self) -> String {
        let mut words = vec!["sdd", "contract", "diff", &self.base, &self.revision];
        if let Some(failing) = self.fail_on {
            words.extend(["--fail-on", failing.as_str()]);
        }
        if self.per_operation {
            words.push("--per-operation");
        }
        if self.remote.is_allowed() {
            words.push("--allow-remote");
        }
        rerun(words)
    }
}
