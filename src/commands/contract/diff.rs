//! `sdd contract diff`.

use super::common::{RemoteArgs, Tools, policy, settings};
use super::emit::{Targets, emit, rerun};
use super::today;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::contract::arena::Limits;
use crate::contract::diff::{self, Options};
use crate::contract::files::{FileError, Reach};
use crate::contract::load::World;
use crate::contract::report::{FailOn, Grouping, Page, Report};
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
    /// The word on the command line.
    pub(super) fn word(self) -> &'static str {
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
    let targets = Targets::of(cx)?;
    let today = today(cx)?;
    let settings = settings(cx)?;
    let policy = policy(cx, &settings)?;
    let tools = Tools::of(cx);
    let files = tools.files(cx.start.clone(), Reach::Anywhere, args.remote.remote());
    let mut world = World::new(Limits::default());
    let fail_on: FailOn = args
        .fail_on
        .map_or_else(|| settings.fail_on.into(), Failing::fail_on);
    let sides = [&args.base, &args.revision].map(|named| files.load(&mut world, named));
    let (base, revision) = match sides {
        [Ok(base), Ok(revision)] => (base, revision),
        sides => {
            let errors: Vec<FileError> = sides.into_iter().filter_map(Result::err).collect();
            return args.unreadable(cx, targets, &errors, fail_on);
        }
    };
    world.settle();
    let options = Options {
        today,
        notice: policy.notice,
    };
    let mut ruled = policy.apply(diff::diff(&world, &base, &revision, options), today);
    ruled.add(policy.remarks(&ruled.taken, today));
    let grouping = if args.per_operation {
        Grouping::Operation
    } else {
        Grouping::Cause
    };
    let mut report = Report::of(&world, &ruled, &policy, fail_on, grouping);
    if targets.has("html") {
        report.quote(&world);
    }
    let page = args.page(&report);
    emit(cx, &targets, &report, &page)?;
    Ok(Exit::from(report.verdict))
}

impl Args {
    fn page<'r>(&self, report: &'r Report) -> Page<'r> {
        let mut page = report.page();
        for section in &mut page.sections {
            section.title = format!("{} → {}", self.base, self.revision);
        }
        page.rerun = self.again();
        page
    }

    /// What cannot be read is said to people as an error, and to programs in the document that they wait for as well.
    fn unreadable(
        &self,
        cx: &mut Cx,
        targets: Targets,
        errors: &[FileError],
        fail_on: FailOn,
    ) -> anyhow::Result<Exit> {
        let mut why: Vec<String> = errors.iter().map(ToString::to_string).collect();
        // Both sides may be the same file.
        why.dedup();
        let error = CommandError::usage(why.join("; "));
        let report = Report::unreadable(why, fail_on);
        emit(cx, &targets.without_people(), &report, &self.page(&report))?;
        Err(error.into())
    }

    /// The command that asks the same again.
    fn again(&self) -> String {
        let mut words = vec!["sdd", "contract", "diff", &self.base, &self.revision];
        if let Some(level) = self.fail_on {
            words.extend(["--fail-on", level.word()]);
        }
        if self.per_operation {
            words.push("--per-operation");
        }
        words.extend(self.remote.words());
        rerun(words)
    }
}
