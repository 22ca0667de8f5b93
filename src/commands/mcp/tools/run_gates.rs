//! The tool `run_gates`: runs the gates, one run at a time.

use std::time::Duration;

use super::{Effect, Tool, Work};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::gate;
use crate::commands::mcp::arguments::{Arguments, Kind, Param};
use crate::commands::pipeline::{self, RunOptions};
use crate::model::exit::Exit;
use crate::store::{Error, Store, lock};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "run_gates",
    title: "Run the quality gates",
    about: "Runs the quality gates of the project, or those that are named, and answers with the verdict and the \
            findings. Rewrites no file unless asked to. The report is kept: get_report shows it again. Does not end \
            the session.",
    params: &[
        Param {
            name: "gates",
            kind: Kind::Texts,
            about: "the gates, such as tests or linting [default: every gate]",
        },
        Param {
            name: "fail_fast",
            kind: Kind::Flag,
            about: "stop everything once a gate that decides cannot pass any more [default: false]",
        },
        Param {
            name: "fix",
            kind: Kind::Flag,
            about: "let gates rewrite files, such as formatters [default: false]",
        },
    ],
    effect: Effect::Runs,
    work: Work::Own(work),
};

/// How long the lock of runs is waited for at once: meanwhile somebody may cancel the call.
const TURN: Duration = Duration::from_millis(200);

fn work(arguments: &Arguments, cx: &mut Cx) -> anyhow::Result<Exit> {
    let opened = pipeline::open(cx)?;
    let _held = wait(cx, &opened.store)?;
    let names: Vec<String> = arguments.texts("gates").map(str::to_owned).collect();
    let fix = arguments.has("fix");
    let options = RunOptions {
        fail_fast: arguments.has("fail_fast"),
        fix,
        // No file is rewritten under the hands of an agent that did not ask for it.
        no_fix: !fix,
        ..RunOptions::default()
    };
    gate::run_named(&names, &options, cx)
}

/// Waits for the lock of runs until the call is cancelled.
fn wait(cx: &Cx, store: &Store) -> anyhow::Result<lock::Guard> {
    loop {
        if cx.cancel.is_requested() {
            return Err(CommandError::no_verdict("the call was cancelled before anything was run").into());
        }
        match store.lock_runs("sdd mcp", TURN) {
            Ok(held) => return Ok(held),
            Err(Error::Locked { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
