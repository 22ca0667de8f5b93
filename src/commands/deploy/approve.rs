//! `sdd deploy approve`: a plan is approved with an SSH key.

use std::path::PathBuf;

use serde_json::json;

use super::policy;
use super::scene::{Scene, explained};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline;
use crate::deploy::approval::{Approval, Keygen, SIGNERS};
use crate::deploy::files;
use crate::model::exit::Exit;
use crate::store::{Overwrite, scratch};

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    environment: String,
    /// The id of the plan, or its beginning
    #[arg(value_name = "PLAN")]
    plan: String,
    /// The private key, or the public one of an agent
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Who approves, as the file of the signers names him
    #[arg(long = "as", value_name = "NAME")]
    approver: String,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let scene = Scene::open(cx, &args.environment)?;
    let store = &scene.opened.store;
    let environment = &scene.target.name;
    let (id, plan) = files::read_plan(store, environment, &args.plan).map_err(explained)?;
    if plan.dirty || plan.commit.is_none() {
        return Err(
            CommandError::usage("the plan is of files that are not committed, and is not approved")
                .hint("commit them, and plan again")
                .into(),
        );
    }
    let policy = policy::read(&scene);
    let approval = Approval::new(&id, environment, &args.approver, cx.clock.now());
    let text = approval.text();
    let Some(program) = scene.find("ssh-keygen") else {
        return Err(CommandError::no_verdict("ssh-keygen is not installed").into());
    };
    let place = tempfile::tempdir()?;
    let file = place.path().join("approval.json");
    scratch::write_new(&file, text.as_bytes())?;
    let keygen = Keygen {
        runner: &scene.tools.runner,
        program: &program,
        cwd: place.path(),
    };
    let key = cx.start.join(&args.key);
    let signature = keygen
        .sign(&file, &key)
        .map_err(|why| CommandError::usage(format!("the key {} does not sign: {why}", args.key.display())))?;
    // What would not be believed later is not kept.
    policy::verify(&scene, &policy, text.as_bytes(), &signature, &args.approver).map_err(|invalid| {
        CommandError::usage(invalid.to_string())
            .hint(format!("who may approve stands in {SIGNERS} of the base branch"))
    })?;
    store.write(
        &files::signature(environment, &id),
        &signature,
        Overwrite::Replace,
    )?;
    store.write(
        &files::approval(environment, &id),
        text.as_bytes(),
        Overwrite::Replace,
    )?;
    let run = format!(
        "{} deploy run {environment} --plan {}",
        pipeline::called(cx),
        &id[..12]
    );
    let said = if format == "json" {
        let value = json!({"schema_version": 1, "kind": "deployment_approval_kept", "plan": id, "environment": environment,
                           "approver": approval.approver, "expires": approval.expires, "next": [run]});
        format!("{}\n", serde_json::to_string_pretty(&value)?)
    } else {
        format!(
            "{} approved the plan {} for {environment} until {}\nnext: {run}\n",
            approval.approver,
            &id[..12],
            approval.expires.format("%Y-%m-%d %H:%M UTC")
        )
    };
    scene.emit(cx, &said)?;
    Ok(Exit::Ok)
}
