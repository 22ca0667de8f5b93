//! Whether a plan must be approved, and whether it was: by what the base branch says, which the work tree cannot take back.

use std::path::PathBuf;
use std::time::Duration;

use super::scene::{Scene, explained, unknown_keys};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline;
use crate::deploy::approval::{Approval, Invalid, Keygen, SIGNERS};
use crate::deploy::journal::Event;
use crate::deploy::plan::Plan;
use crate::deploy::{files, sha256};
use crate::model::config::{Deployment, load};
use crate::project::detect::nearest_git;
use crate::project::git;
use crate::store::{self, layout, scratch};

/// What the base branch says.
pub(super) struct Policy {
    /// Whether a plan for the environment must be approved.
    pub(super) require_approval: bool,
    /// Who may approve; absent where the base branch has no such file.
    pub(super) signers: Option<Vec<u8>>,
    /// What a person should know.
    pub(super) note: Option<String>,
    /// Whether it must be approved and by whose word, as it is recorded.
    pub(super) how: String,
}

/// Reads what the base branch says. Where it cannot be read, a plan must be approved.
pub(super) fn read(scene: &Scene) -> Policy {
    match asked(scene) {
        Ok(policy) => policy,
        Err(why) => Policy {
            require_approval: true,
            signers: None,
            how: format!("required: {why}"),
            note: Some(format!("{why}, so a plan must be approved")),
        },
    }
}

/// The same, or why it cannot be read.
fn asked(scene: &Scene) -> Result<Policy, String> {
    let root = scene.opened.store.root();
    let Some(program) = scene.find("git") else {
        return match nearest_git(root) {
            Some(_) => Err("git is not installed".to_owned()),
            None => Ok(unversioned(scene, "there is no repository")),
        };
    };
    let runner = &scene.tools.runner;
    match git::head(runner, &program, root) {
        Ok(Some(_)) => {}
        Ok(None) if nearest_git(root).is_none() => return Ok(unversioned(scene, "there is no repository")),
        Ok(None) => return Ok(unversioned(scene, "nothing is committed")),
        Err(error) => return Err(format!("the repository cannot be read: {error}")),
    }
    let asking = git::Asking {
        runner,
        program: &program,
        root,
        timeout: Duration::from_secs(10),
    };
    let branch = match git::default_branch_of(&asking) {
        Ok(Some(branch)) => branch,
        Ok(None) => return Err("nothing says which branch is the base".to_owned()),
        Err(error) => return Err(format!("the base branch cannot be read: {error}")),
    };
    let base = match git::commit_of(runner, &program, root, &branch) {
        Ok(Some(commit)) => commit,
        Ok(None) => return Err(format!("{branch} has no commit")),
        Err(error) => return Err(format!("{branch} cannot be read: {error}")),
    };
    let file = |revision: &str, path: &str| git::blob(runner, &program, root, revision, path);
    let wants = |name: &str, revision: &str| -> Result<bool, String> {
        let unread = |why: &dyn std::fmt::Display| format!("the settings of {name} cannot be read: {why}");
        let loaded = match file(revision, layout::CONFIG) {
            Ok(None) => load::Loaded::default(),
            Ok(Some(bytes)) => load::parse_bytes(layout::CONFIG, &bytes).map_err(|error| unread(&error))?,
            Err(error) => return Err(unread(&error)),
        };
        if let Some(unknown) = unknown_keys(&loaded.warnings).first() {
            return Err(unread(unknown));
        }
        let target = loaded.config.deployments().target(&scene.target.name);
        Ok(target.is_some_and(|target| target.require_approval))
    };
    let place = format!("{branch} at {}", base.chars().take(12).collect::<String>());
    let words = [
        ("the work tree", scene.target.require_approval),
        ("the commit that is checked out", wants("HEAD", "HEAD")?),
        (place.as_str(), wants(&branch, &base)?),
    ];
    let signers =
        file(&base, SIGNERS).map_err(|error| format!("{SIGNERS} of {branch} cannot be read: {error}"))?;
    let by = words.iter().find(|(_, required)| *required).map(|(who, _)| *who);
    Ok(Policy {
        require_approval: by.is_some(),
        signers,
        note: by.filter(|_| !scene.target.require_approval).map(|who| {
            format!(
                "{who} wants plans for {} to be approved; the work tree does not, which counts for nothing",
                scene.target.name
            )
        }),
        how: match by {
            Some(who) => format!("required: by {who}"),
            None => format!(
                "not required: neither by the work tree, nor by the commit that is checked out, nor by {place}"
            ),
        },
    })
}

/// Without committed settings the work tree can ask for more than the default of the environment, and for more than the last
/// deployment to it, and never for less.
fn unversioned(scene: &Scene, why: &str) -> Policy {
    let name = &scene.target.name;
    let by_default = Deployment::default()
        .target(name)
        .is_some_and(|target| target.require_approval);
    let before = || match scene.last() {
        Ok(Some(last)) => {
            let mut records = last.chain.records.iter();
            records.any(|record| matches!(record.event, Event::Approved { .. }))
        }
        Ok(None) => false,
        // What was, nobody knows.
        Err(_) => true,
    };
    let by = if scene.target.require_approval {
        Some("by the work tree")
    } else if by_default {
        Some("by default")
    } else if before() {
        Some("as for the last deployment")
    } else {
        None
    };
    Policy {
        require_approval: by.is_some(),
        signers: None,
        note: by.filter(|_| !scene.target.require_approval).map(|by| {
            format!(
                "{why}, so no committed settings say whether plans for {name} must be approved: they must be, {by}; the work tree does not want it, which counts for nothing"
            )
        }),
        how: match by {
            Some(by) => format!("required: {by}; {why}"),
            None => format!("not required: neither by the work tree nor by default; {why}"),
        },
    }
}

/// The approval of a plan, where one is needed, as the record of it.
///
/// # Errors
///
/// Exit code 2 where there is none that counts, 3 where nobody could tell.
pub(super) fn approved(
    cx: &Cx,
    scene: &Scene,
    policy: &Policy,
    id: &str,
    plan: &Plan,
) -> anyhow::Result<Option<Event>> {
    if !policy.require_approval {
        return Ok(None);
    }
    let environment = &scene.target.name;
    let short: String = id.chars().take(12).collect();
    let how = format!(
        "{} deploy approve {environment} {short} --key FILE --as NAME",
        pipeline::called(cx)
    );
    if plan.dirty || plan.commit.is_none() {
        return Err(CommandError::usage(format!(
            "plans for {environment} must be approved, and files of the work tree are not committed"
        ))
        .hint("commit them, plan again, and have that plan approved")
        .into());
    }
    let store = &scene.opened.store;
    let absent = || {
        CommandError::usage(format!(
            "the plan {short} is not approved, and plans for {environment} must be"
        ))
        .hint(how.clone())
    };
    let text = store::read_inside(store.root(), &files::approval(environment, id), store::SMALL)?
        .ok_or_else(absent)?;
    let signature = store::read_inside(store.root(), &files::signature(environment, id), store::SMALL)?
        .ok_or_else(absent)?;
    let refused = |invalid: &Invalid| match invalid {
        Invalid::Unchecked(_) => CommandError::no_verdict(invalid.to_string()),
        _ => CommandError::usage(invalid.to_string()).hint(how.clone()),
    };
    let approval =
        Approval::read(&text, id, environment, cx.clock.now()).map_err(|invalid| refused(&invalid))?;
    verify(scene, policy, &text, &signature, &approval.approver).map_err(|invalid| refused(&invalid))?;
    Ok(Some(Event::Approved {
        approver: approval.approver,
        expires: approval.expires,
        signature_sha256: sha256(&signature),
    }))
}

/// Refuses an approval that a deployment has succeeded with: it was given for one, and whoever approves again looks again. To
/// be asked under the lock of the environment. One that failed, or was stopped before its first step, uses none up.
pub(super) fn unused(cx: &Cx, scene: &Scene, id: &str, approved: &Event) -> anyhow::Result<()> {
    let Event::Approved { expires, .. } = approved else {
        return Ok(());
    };
    let environment = &scene.target.name;
    // The time stands in what was signed, to the nanosecond.
    let is_it = |event: &Event| matches!(event, Event::Approved { expires: other, .. } if other == expires);
    for (deployment, chain) in files::newest_first(&scene.opened.store, environment).map_err(explained)? {
        let has = |is: &dyn Fn(&Event) -> bool| chain.records.iter().any(|record| is(&record.event));
        if chain.plan() == Some(id) && has(&is_it) && has(&|event| *event == Event::Succeeded) {
            let short: String = id.chars().take(12).collect();
            let sdd = pipeline::called(cx);
            return Err(CommandError::usage(format!(
                "the approval of the plan {short} was used by the deployment {deployment}, and is for one"
            ))
            .hint(format!(
                "nothing was run; approve it again: {sdd} deploy approve {environment} {short} --key FILE --as NAME"
            ))
            .into());
        }
    }
    Ok(())
}

/// Whether a signature of a text is one of the approver's, by the signers of the base branch.
pub(super) fn verify(
    scene: &Scene,
    policy: &Policy,
    text: &[u8],
    signature: &[u8],
    approver: &str,
) -> Result<(), Invalid> {
    let unchecked = |why: &dyn std::fmt::Display| Invalid::Unchecked(why.to_string());
    let Some(signers) = &policy.signers else {
        return Err(Invalid::Signature(format!(
            "nobody may approve: the base branch has no {SIGNERS}"
        )));
    };
    let Some(program) = scene.find("ssh-keygen") else {
        return Err(Invalid::Unchecked("ssh-keygen is not installed".to_owned()));
    };
    let place = tempfile::tempdir().map_err(|error| unchecked(&error))?;
    let file = |name: &str, bytes: &[u8]| -> Result<PathBuf, Invalid> {
        let path = place.path().join(name);
        scratch::write_new(&path, bytes).map_err(|error| unchecked(&error))?;
        Ok(path)
    };
    let (text, signature) = (file("approval.json", text)?, file("approval.sig", signature)?);
    let signers = file("allowed_signers", signers)?;
    let keygen = Keygen {
        runner: &scene.tools.runner,
        program: &program,
        cwd: place.path(),
    };
    keygen.verify(&text, &signature, &signers, approver)
}
