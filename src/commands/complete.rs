//! `sdd complete`: every gate, and the record of the result.

use super::context::Cx;
use super::pipeline::{self, Recording, Request, RunOptions};
use crate::model::exit::Exit;

/// Run every gate of the session and record the result.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd complete                  run every gate and decide
  sdd complete --plan           show what would run, and why
  sdd complete --format json    the report as one JSON document on stdout
  sdd complete --no-fix         change no file")]
pub struct Args {
    #[command(flatten)]
    options: RunOptions,
}

impl Args {
    /// Without any option.
    pub fn plain() -> Self {
        Self {
            options: RunOptions::default(),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let request = Request {
        command: "complete",
        named: &[],
        options: &args.options,
        recording: Recording::Required,
        work: None,
    };
    pipeline::run(cx, &request)
}
