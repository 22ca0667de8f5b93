//! `sdd deploy`: the procedure of a deployment's spec, planned, approved, run, gone on with, and taken back.

mod again;
mod approve;
mod evidence;
mod log;
mod plan;
mod planning;
mod policy;
mod rehearse;
mod resume;
mod rollback;
mod run;
mod scene;
mod shown;
mod status;
mod unlock;
mod work;

use clap::Subcommand;

use super::context::Cx;
use crate::model::exit::Exit;

/// Deploy what a work item describes: plan, run step by step, try, watch, and go back.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd deploy plan staging              what would run; its id is what is approved and run
  sdd deploy run staging --dry-run     the same, and nothing is touched
  sdd deploy run staging               run it
  sdd deploy status staging            where it stands, and what can be done")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What `sdd deploy` does.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Say what would be run, and keep it as a plan
    #[command(after_help = "Examples:
  sdd deploy plan staging
  sdd deploy plan production --item deployment_shop_2_0 --format json

Exit codes:
  0  planned; the id is the hash of commit, spec, steps, smoke tests and settings
  2  the spec or the settings cannot be run
  4  no such environment or work item")]
    Plan(plan::Args),
    /// Approve a plan with an SSH key, for 24 hours
    #[command(after_help = "Examples:
  sdd deploy approve production 4f1c02ab --key ~/.ssh/id_ed25519 --as alice@example.com

Who may approve stands in .session/allowed_signers of the base branch.")]
    Approve(approve::Args),
    /// Run a deployment: checks, steps, smoke tests, observation; and go back when something fails
    #[command(after_help = "Examples:
  sdd deploy run staging
  sdd deploy run staging --dry-run
  sdd deploy run production --plan 4f1c02ab --ack pre-1,pre-2

Exit codes:
  0  succeeded                          3  no evidence, busy, or waiting for a person
  1  failed, or failed and rolled back  4  no such environment, work item or plan
  2  the plan is stale or not approved  5  the rollback failed
  130, 143  stopped by a signal: the step is ended and recorded, nothing is rolled back")]
    Run(run::Args),
    /// Say where the last deployment stands, and what can be done
    #[command(after_help = "Examples:
  sdd deploy status staging
  sdd deploy status staging --format json")]
    Status(status::Args),
    /// Go on with a deployment that stopped
    #[command(after_help = "Examples:
  sdd deploy resume staging --ack step-3
  sdd deploy resume staging --assume not-done migrate

A step that began and has no end is run again only when it is idempotent; else say what became of
it. Exit codes: those of sdd deploy run.")]
    Resume(resume::Args),
    /// Take the last deployment back
    #[command(after_help = "Examples:
  sdd deploy rollback staging --reason \"orders are lost\"
  sdd deploy rollback staging --reason \"step hung\" --assume done migrate

Exit codes:
  0  rolled back                                   4  no such environment, nothing deployed
  3  somebody must say what became of a step       5  the rollback failed
  130, 143  stopped by a second signal: the first one does not stop it")]
    Rollback(rollback::Args),
    /// Try the way back: deploy, try, roll back, and try the version before
    #[command(after_help = "Examples:
  sdd deploy rehearse staging

Only in environments that need no approval. Exit codes: those of sdd deploy run; 0 when the version
before answers again.")]
    Rehearse(rehearse::Args),
    /// Release a lock that somebody left
    #[command(after_help = "Examples:
  sdd deploy unlock staging --reason \"the CI machine is gone\"")]
    Unlock(unlock::Args),
    /// Show the records of a deployment, and verify their chain
    #[command(after_help = "Examples:
  sdd deploy log staging
  sdd deploy log staging --format json")]
    Log(log::Args),
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.action {
        Action::Plan(args) => plan::run(args, cx),
        Action::Approve(args) => approve::run(args, cx),
        Action::Run(args) => run::run(args, cx),
        Action::Status(args) => status::run(args, cx),
        Action::Resume(args) => resume::run(args, cx),
        Action::Rollback(args) => rollback::run(args, cx),
        Action::Rehearse(args) => rehearse::run(args, cx),
        Action::Unlock(args) => unlock::run(args, cx),
        Action::Log(args) => log::run(args, cx),
    }
}
