//! `sdd env`: whether an environment is ready, by checks that are made for real.

mod check;
mod tell;

use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;

use super::context::Cx;
use super::pipeline::{self, Opened, Tools};
use crate::environment::report::{Outcome, Severity, Standing, Verdict};
use crate::environment::{self, Asked, Inquiry, LoadError, Report, Scene, Sources};
use crate::model::exit::Exit;
use crate::model::verdict;

/// Say whether an environment is ready: connectivity, configuration, dependencies, health and more.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd env check staging                                   every check of .session/environments.yaml
  sdd env check staging --require connectivity,health     these must have checks
  sdd env schema                                          the JSON Schema of that file, for an editor")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What `sdd env` does.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Make the checks of an environment, all at the same time
    ///
    /// They stand in `.session/environments.yaml`, or under `environments` in config.json. A category without checks is "not
    /// configured", which is no pass. Exit codes: 0 every check that blocks passed, 1 one failed or a required category has
    /// none, 2 the settings cannot be used, 3 a check could not be made or there is none, 4 no such environment.
    #[command(after_help = "Examples:
  sdd env check staging
  sdd env check production --require connectivity,health --format json
  sdd env check staging --only configuration")]
    Check(check::Args),
    /// Print the JSON Schema of .session/environments.yaml
    #[command(after_help = "Examples:
  sdd env schema                         on stdout
  sdd env schema --output schema.json    into a file")]
    Schema,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.action {
        Action::Check(args) => check::run(args, cx),
        Action::Schema => {
            cx.choose(&["json"])?;
            let text = serde_json::to_string_pretty(&environment::schema())? + "\n";
            cx.emit(&text)?;
            Ok(Exit::Ok)
        }
    }
}

/// What is asked of an environment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'q> {
    /// Its name.
    pub(super) environment: &'q str,
    /// Which categories.
    pub(super) asked: &'q Asked,
    /// Further variables that must be set.
    pub(super) variables: &'q [String],
    /// The time for all checks together, where it is limited.
    pub(super) within: Option<Duration>,
}

/// Makes the checks of an environment of the project.
pub(super) fn inquire(cx: &Cx, opened: &Opened, question: Question<'_>) -> Result<Report, LoadError> {
    let root = opened.store.root();
    let sources = Sources::of_project(&opened.store, &opened.config)?;
    let Tools { runner, redactor, .. } = Tools::of_project(cx, opened, "env").guarded();
    let scene = Scene {
        finder: pipeline::finder(cx, root),
        root: root.to_owned(),
        environment: cx.environment.clone(),
        runner: Arc::new(runner),
    };
    let inquiry = Inquiry {
        sources: &sources,
        scene: Arc::new(scene),
        redactor: &redactor,
        cancel: &cx.cancel,
        within: question.within,
    };
    inquiry.check(question.environment, question.asked, question.variables)
}

/// What a report says in one line.
pub(super) fn in_one_line(report: &Report) -> (verdict::Verdict, String) {
    let not = |severity| {
        let checks = report.checks.iter();
        checks.filter(move |check| check.outcome != Outcome::Passed && check.severity == severity)
    };
    let mut wrong: Vec<String> = not(Severity::Block)
        .map(|check| format!("{}: {}", check.id, check.message))
        .collect();
    let lacking = (report.categories.iter())
        .filter(|one| one.required && one.standing == Standing::Failed && one.failed == 0)
        .map(|one| format!("{} is required", one.category.as_str()));
    wrong.extend(lacking);
    let told: Vec<&str> = not(Severity::Warn).map(|check| check.id.as_str()).collect();
    let (all, told_all) = (report.checks.len(), told.join(", "));
    let message = match (report.verdict, wrong.as_slice()) {
        (Verdict::Passed, _) if told.is_empty() => format!("{all} checks hold"),
        (Verdict::Passed, _) => format!("{} of {all} checks hold; warnings: {told_all}", all - told.len()),
        (_, [one]) => one.clone(),
        (_, [one, more @ ..]) => format!("{one} (and {} more)", more.len()),
        (_, []) if told.is_empty() => "nothing was looked at".to_owned(),
        (_, []) => format!("no check that decides passed; warnings: {told_all}"),
    };
    let outcome = match report.verdict {
        Verdict::Passed => verdict::Verdict::Passed,
        Verdict::Failed => verdict::Verdict::Failed,
        Verdict::Error => verdict::Verdict::Error,
    };
    (outcome, message)
}
