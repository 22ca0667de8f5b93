use super::super::node_audit::recorded::{all, load, unit};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, prepare, show, spoil_ends};
use super::*;

fn facts() -> UnitFacts {
    unit(".", PackageManager::Pnpm, "pnpm-lock.yaml")
}

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(all(&PnpmAudit, &facts()));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("pnpm-audit") {
        let run = load("pnpm-audit", &version, "clean", facts());
        check_never_clean(&PnpmAudit, &run, Silence::NoAnswer);
        spoil_ends(&PnpmAudit, &run, "}");
    }
}

#[test]
fn nothing_audited_is_no_answer_where_something_is_declared() {
    let mut run = load("pnpm-audit", "10.34.9", "no_dependencies", facts());
    let text = String::from_utf8(run.stdout).unwrap();
    run.stdout = text.replace("ependencies\": 1", "ependencies\": 0").into_bytes();
    let shown = show(&run.read(&PnpmAudit));
    assert!(
        shown.starts_with("broken: pnpm audit audited nothing, and"),
        "{shown}"
    );
}

#[test]
fn a_broken_lock_file_is_no_matter_of_the_registry() {
    let mut run = load("pnpm-audit", "10.34.9", "clean", facts());
    let error = serde_json::json!({"error": {"code": "ERR_PNPM_BROKEN_LOCKFILE", "message": "it is broken"}});
    run.stdout = error.to_string().into_bytes();
    assert_eq!(
        show(&run.read(&PnpmAudit)),
        "broken: pnpm audit gave no answer: ERR_PNPM_BROKEN_LOCKFILE: it is broken\n\
         hint: bring the lock file up to date: pnpm install --lockfile-only\n"
    );
}

#[test]
fn the_level_and_the_errors_are_not_the_projects_to_hide() {
    let args = "--audit-level critical --ignore-registry-errors --fix --prod";
    let prepared = prepare(&PnpmAudit, &facts(), args, true, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), "--json --audit-level=low --prod");
    assert!(prepare(&PnpmAudit, &facts(), "", false, Mode::Fix).is_none());
}

#[test]
fn members_are_audited_with_their_workspace() {
    let mut root = facts();
    root.package = Some(serde_json::json!({"private": true}));
    root.entries.insert("pnpm-workspace.yaml".to_owned());
    assert_eq!(
        PnpmAudit.applies(&root),
        Applies::Yes("pnpm-lock.yaml is audited".to_owned())
    );
    let mut member = unit("a", PackageManager::Pnpm, "");
    member.node.workspace = Some("/project".into());
    assert!(matches!(PnpmAudit.applies(&member), Applies::NothingToDo(_)));
    assert_eq!(
        PnpmAudit.applies(&unit(".", PackageManager::Npm, "")),
        Applies::No
    );
}
