//! `sdd env`: whether an environment is ready, by checks that are made for real.

mod check;
mod tell;

use clap::Subcommand;

use super::context::Cx;
use crate::environment;
use crate::model::exit::Exit;

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
