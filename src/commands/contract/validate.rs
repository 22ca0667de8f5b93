//! `sdd contract validate`.

use super::common::{RemoteArgs, Tools, policy, settings, today};
use super::diff::Failing;
use super::emit::{Targets, emit, rerun};
use crate::commands::context::Cx;
use crate::contract::arena::Limits;
use crate::contract::files::{Files, Reach};
use crate::contract::load::World;
use crate::contract::report::{FailOn, Judged, Lines, Validated, Validation};
use crate::model::exit::Exit;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The descriptions: files, or REV:PATH for those in a revision of git
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// The least that fails [default: as the settings say, or else error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<Failing>,
    #[command(flatten)]
    remote: RemoteArgs,
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let targets = Targets::of(cx)?;
    let settings = settings(cx)?;
    let policy = policy(cx, &settings)?;
    let judged = Judged {
        policy: &policy,
        today: today(cx)?,
        lines: if targets.has("html") {
            Lines::Around
        } else {
            Lines::One
        },
    };
    let tools = Tools::of(cx);
    let files = tools.files(cx.start.clone(), Reach::Anywhere, args.remote.remote());
    let fail_on: FailOn = args
        .fail_on
        .map_or_else(|| settings.fail_on.into(), Failing::fail_on);
    let checked = args.files.iter().map(|file| one(&files, file, judged)).collect();
    let validation = Validation::of(checked, fail_on);
    let mut page = validation.page();
    page.rerun = args.again();
    emit(cx, &targets, &validation, &page)?;
    // A file that cannot be read is no description, which is a matter of how the command was called.
    let unreadable = validation.files.iter().any(|file| file.unreadable.is_some());
    Ok(match Exit::from(validation.verdict) {
        Exit::NoVerdict if unreadable => Exit::Usage,
        exit => exit,
    })
}

/// Each in a world of its own: what is wrong with one is no matter of another.
fn one(files: &Files<'_>, file: &str, judged: Judged<'_>) -> Validated {
    let mut world = World::new(Limits::default());
    match files.load(&mut world, file) {
        Ok(document) => {
            world.settle();
            Validated::of(file, &world, &document, judged)
        }
        Err(error) => Validated::unreadable(file, error.to_string()),
    }
}

impl Args {
    /// The command that asks the same again.
    fn again(&self) -> String {
        let mut words = vec!["sdd", "contract", "validate"];
        words.extend(self.files.iter().map(String::as_str));
        if let Some(level) = self.fail_on {
            words.extend(["--fail-on", level.word()]);
        }
        words.extend(self.remote.words());
        rerun(words)
    }
}
