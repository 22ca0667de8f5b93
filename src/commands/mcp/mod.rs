//! `sdd mcp`: a server for coding agents that speaks the Model Context Protocol over stdin and stdout.
//!
//! A tool is a command of sdd on streams of its own (`desk`): what it prints becomes the answer, and stdout belongs to
//! the protocol. One file a tool, and the table is [`TOOLS`]. No tool changes work items, settings, git or the session.

mod arguments;
mod calls;
mod desk;
mod ending;
mod page;
mod server;
mod tools;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::future::{Either, select};
use rmcp::ServiceExt as _;

use super::context::Cx;
use crate::model::exit::Exit;
use crate::process::{Cancel, signals};
use crate::ui;
use calls::Calls;
use desk::Desk;
use ending::Ending;
use server::Server;

pub use tools::TOOLS;

/// Serve coding agents over the Model Context Protocol, on stdin and stdout.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd mcp                serve the project of this directory
  sdd -C ../shop mcp     … of that directory

Claude Code gets the tools by: claude mcp add sdd -- sdd mcp")]
pub struct Args {}

/// How often it is looked whether a signal asks sdd to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Serves until stdin is closed or a signal comes; then everything that runs is ended first.
pub fn run(_args: Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let calls = Arc::new(Calls::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .context("the server cannot be started")?;
    let server = Server::new(Desk::of(cx), Arc::clone(&calls));
    let cancel = cx.cancel.clone();
    let (stdin, stdout) = ui::wire();
    let stdin = Ending {
        inner: stdin,
        calls: Arc::clone(&calls),
    };
    let outcome = runtime.block_on(async {
        let serving = Box::pin(async {
            // A client that leaves before it has said who it is leaves like any other.
            if let Ok(service) = server.serve((stdin, stdout)).await {
                service.waiting().await?;
            }
            anyhow::Ok(())
        });
        match select(serving, Box::pin(asked_to_stop(&cancel))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Ok(()),
        }
    });
    calls.end();
    // A read of stdin that never comes back must not keep sdd.
    runtime.shutdown_background();
    outcome.context("the server broke")?;
    Ok(cx.cancel.signal().map_or(Exit::Ok, signals::exit_for))
}

async fn asked_to_stop(cancel: &Cancel) {
    while !cancel.is_requested() {
        tokio::time::sleep(LOOK).await;
    }
}
