//! Approvals by SSH keys: one that counts, and every way not to count.

use serde_json::{Value, json};

use super::{deploy, status, ten};
use crate::support::{Answer, Sandbox};

const WHO: &str = "alice@example.com";

/// The ten steps, for production, with a key of somebody who may approve; `None` without OpenSSH.
pub(super) fn project() -> Option<Sandbox> {
    which::which("ssh-keygen").ok()?;
    let sandbox = ten::project().programs(&["ssh-keygen"]);
    super::change(
        &sandbox,
        ".session/specs/deployment_ten.md",
        "Environment: staging",
        "Environment: production",
    );
    for name in ["key", "other"] {
        let path = sandbox.beside("home").join(name);
        let mut command = sandbox.command(&sandbox.beside("bin").join("ssh-keygen"));
        command.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path);
        sandbox.start_command(command).wait().expect_code(0);
    }
    let public = std::fs::read_to_string(sandbox.beside("home").join("key.pub")).unwrap();
    sandbox.rewrite(
        ".session/allowed_signers",
        format!("{WHO} namespaces=\"sdd-approve@v1\" {public}"),
    );
    sandbox.commit("production");
    Some(sandbox)
}

pub(super) fn planned(sandbox: &Sandbox) -> String {
    let plan = deploy(sandbox, ["plan", "production"]);
    plan.expect_code(0);
    plan.json()["id"].as_str().unwrap().to_owned()
}

fn approve(sandbox: &Sandbox, plan: &str, key: &str, who: &str) -> Answer {
    let key = sandbox.beside("home").join(key);
    deploy(
        sandbox,
        [
            "approve",
            "production",
            plan,
            "--key",
            key.to_str().unwrap(),
            "--as",
            who,
        ],
    )
}

#[track_caller]
fn refused(sandbox: &Sandbox, plan: &str, why: &str) {
    let answer = deploy(sandbox, ["run", "production", "--plan", plan]);
    answer.expect_code(2);
    assert!(answer.stderr.contains(why), "{}", answer.stderr);
    assert_eq!(ten::left(sandbox), [""; 0]);
}

#[test]
fn an_approved_plan_runs_and_no_other() {
    let Some(sandbox) = project() else { return };
    deploy(&sandbox, ["run", "production"]).expect_code(2);
    let plan = planned(&sandbox);
    refused(&sandbox, &plan, "is not approved");
    // Somebody else's key, and somebody who may not.
    approve(&sandbox, &plan, "other", WHO).expect_code(2);
    approve(&sandbox, &plan, "key", "mallory@example.com").expect_code(2);
    refused(&sandbox, &plan, "is not approved");
    approve(&sandbox, &plan[..8], "key", WHO).expect_code(0);

    // What says something else than what was signed.
    let file = format!(".session/deployments/production/approvals/{plan}.json");
    let signed = sandbox.read(&file);
    let mut approval: Value = serde_json::from_str(&signed).unwrap();
    approval["expires"] = json!("2020-01-01T00:00:00Z");
    sandbox.rewrite(&file, format!("{approval}\n"));
    refused(&sandbox, &plan, "expired");
    sandbox.rewrite(&file, signed.replace(WHO, "bob@example.com"));
    refused(&sandbox, &plan, "does not hold");
    sandbox.rewrite(&file, &signed);

    // A file that is not committed makes it another plan.
    sandbox.rewrite("new.txt", "x");
    refused(&sandbox, &plan, "is stale");
    std::fs::remove_file(sandbox.path("new.txt")).unwrap();

    let answer = deploy(&sandbox, ["run", "production", "--plan", &plan]);
    answer.expect_code(0);
    let summary = answer.json();
    assert_eq!(
        (&summary["state"], &summary["approver"]),
        (&json!("succeeded"), &json!(WHO))
    );
    assert_eq!(ten::left(&sandbox), ten::all());
    // Production is no place for a rehearsal.
    deploy(&sandbox, ["rehearse", "production"]).expect_code(2);
    let none = deploy(&sandbox, ["status", "staging"]).json();
    assert_eq!(none["deployment"], Value::Null);
    let _ = status(&sandbox);
}

#[test]
fn an_approval_is_for_one_deployment_that_succeeds() {
    let Some(sandbox) = project() else { return };
    let plan = planned(&sandbox);
    approve(&sandbox, &plan, "key", WHO).expect_code(0);
    let run = || deploy(&sandbox, ["run", "production", "--plan", &plan]);
    // One that fails does not use it up.
    std::fs::remove_dir(sandbox.path("state")).unwrap();
    run().expect_code(1);
    std::fs::create_dir(sandbox.path("state")).unwrap();
    run().expect_code(0);
    deploy(&sandbox, ["rollback", "production", "--reason", "x"]).expect_code(0);
    let answer = run();
    answer.expect_code(2);
    assert!(
        answer.stderr.contains("was used by the deployment"),
        "{}",
        answer.stderr
    );
    assert_eq!(ten::left(&sandbox), [""; 0]);
    approve(&sandbox, &plan, "key", WHO).expect_code(0);
    run().expect_code(0);
    // It is done, and one more wants one more.
    run().expect_code(2);
}

#[test]
fn the_work_tree_cannot_take_back_what_the_base_branch_wants() {
    let Some(sandbox) = project() else { return };
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["environments"] =
        json!({"production": {"require_approval": false, "auto_deploy": true}});
    sandbox.rewrite(".session/config.json", settings.to_string());
    let answer = deploy(&sandbox, ["run", "production"]);
    answer.expect_code(2);
    // Nor on a branch of one's own, nor with signers of one's own.
    sandbox.git_run(["switch", "--quiet", "--create", "mine"]);
    let other = std::fs::read_to_string(sandbox.beside("home").join("other.pub")).unwrap();
    sandbox.rewrite(".session/allowed_signers", format!("{WHO} {other}"));
    sandbox.commit("lower");
    let answer = deploy(&sandbox, ["run", "production"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("is not approved"), "{}", answer.stderr);
    let plan = planned(&sandbox);
    let answer = approve(&sandbox, &plan, "other", WHO);
    answer.expect_code(2);
    assert_eq!(ten::left(&sandbox), [""; 0]);
}
