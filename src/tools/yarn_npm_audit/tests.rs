use super::super::node_audit::recorded::{all, load, unit};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, is_clean, prepare, show};
use super::*;

fn facts() -> UnitFacts {
    let mut facts = unit(".", PackageManager::Yarn, "yarn.lock");
    facts.entries.insert(".yarnrc.yml".to_owned());
    facts
}

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(all(&YarnNpmAudit, &facts()));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("yarn-npm-audit") {
        let run = load("yarn-npm-audit", &version, "clean", facts());
        check_never_clean(&YarnNpmAudit, &run, Silence::Clean);
        let whole = load("yarn-npm-audit", &version, "vulnerable", facts());
        for at in 0..whole.stdout.len() {
            let mut run = whole.clone();
            run.stdout.truncate(at);
            assert!(!is_clean(&run.read(&YarnNpmAudit)), "cut at {at}");
        }
    }
}

#[test]
fn without_a_lock_file_there_is_no_answer() {
    let mut unlocked = unit(".", PackageManager::Yarn, "");
    unlocked.entries.insert(".yarnrc.yml".to_owned());
    let run = load("yarn-npm-audit", "4.18.1", "clean", unlocked);
    assert!(show(&run.read(&YarnNpmAudit)).starts_with("broken: there is no yarn.lock"));
}

#[test]
fn the_version_that_is_asked_for_decides() {
    let asks = |version: &str| {
        let mut facts = unit(".", PackageManager::Yarn, "yarn.lock");
        facts.package = Some(serde_json::json!({"packageManager": version, "dependencies": {"a": "1"}}));
        is_modern(&facts)
    };
    assert!(asks("yarn@4.18.1"));
    assert!(asks("yarn@2.0.0+sha224.a"));
    assert!(!asks("yarn@1.22.22"));
    assert!(!asks("yarn"));
    assert!(is_modern(&facts()));
    assert_eq!(
        YarnNpmAudit.applies(&facts()),
        Applies::Yes("yarn.lock is audited".to_owned())
    );
    assert_eq!(
        YarnNpmAudit.applies(&unit(".", PackageManager::Yarn, "yarn.lock")),
        Applies::No
    );
    let args = prepare(
        &YarnNpmAudit,
        &facts(),
        "-AR --severity high --exclude a",
        true,
        Mode::Check,
    );
    assert_eq!(
        args.unwrap().args.join(" "),
        "--json --all --recursive --no-deprecations --exclude a"
    );
}
