use super::super::node_audit::recorded::{all, load, unit};
use super::super::rust_recordings::{
    Recording, Silence, check_never_clean, is_clean, prepare, show, spoil_ends,
};
use super::*;

fn facts() -> UnitFacts {
    unit(".", PackageManager::Npm, "package-lock.json")
}

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(all(&NpmAudit, &facts()));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("npm-audit") {
        let run = load("npm-audit", &version, "clean", facts());
        check_never_clean(&NpmAudit, &run, Silence::NoAnswer);
        spoil_ends(&NpmAudit, &run, "}");
    }
}

#[test]
fn findings_count_whatever_npm_ends_with() {
    for version in Recording::versions("npm-audit") {
        let mut run = load("npm-audit", &version, "vulnerable", facts());
        run.exit = 0;
        assert!(!is_clean(&run.read(&NpmAudit)), "{version}");
    }
}

#[track_caller]
fn check_changed(version: &str, case: &str, from: &str, to: &str, expect: &str) {
    let mut run = load("npm-audit", version, case, facts());
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains(from), "{from}");
    run.stdout = text.replace(from, to).into_bytes();
    let shown = show(&run.read(&NpmAudit));
    assert!(shown.contains(expect), "{shown}");
}

#[test]
fn a_report_that_contradicts_itself_is_no_answer() {
    let contradicts = "broken: npm's report contradicts itself about the number of vulnerab";
    check_changed("11.19.1", "clean", "\"total\": 0", "\"total\": 1", contradicts);
    check_changed(
        "11.19.1",
        "vulnerable",
        "\"total\": 7",
        "\"total\": 8",
        contradicts,
    );
    check_changed("6.14.18", "clean", "\"high\": 0", "\"high\": 1", contradicts);
    check_changed(
        "6.14.18",
        "vulnerable",
        "\"severity\": \"critical\"",
        "\"severity\": \"low\"",
        contradicts,
    );
}

#[test]
fn nothing_audited_is_no_answer_where_something_is_declared() {
    let nothing = "broken: npm audit audited nothing, and package.json declares 1 dependency\n\
                   hint: bring the lock file up to date: npm install --package-lock-only\n";
    for version in Recording::versions("npm-audit") {
        let run = load("npm-audit", &version, "no_dependencies", facts());
        assert_eq!(show(&run.read(&NpmAudit)), nothing, "{version}");
    }
}

#[test]
fn what_is_not_known_is_high_and_what_leads_nowhere_is_told() {
    check_changed(
        "11.19.1",
        "vulnerable",
        "\"severity\": \"moderate\"",
        "\"severity\": \"dire\"",
        "\nhigh GHSA-cccc-dddd-eeee package-lock.json ",
    );
    check_changed(
        "11.19.1",
        "vulnerable",
        "\"via\": [\n        \"deep\"\n      ]",
        "\"via\": [\n        \"lost\"\n      ]",
        "\nhigh npm:middle package-lock.json \"middle 1.0.0: it is vulnerable, and npm does not say why",
    );
    check_changed(
        "11.19.1",
        "vulnerable",
        "https://github.com/advisories/GHSA-cccc-dddd-eeee",
        "https://example.com/1",
        "\nmedium npm:9004 package-lock.json ",
    );
}

#[track_caller]
fn check_args(args: &str, expect: &str) {
    let prepared = prepare(&NpmAudit, &facts(), args, true, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
    assert!(prepared.reads_stdout);
}

#[test]
fn npm_always_asks_the_registry_and_never_rewrites() {
    let whole = "--json --offline=false --include=dev --include=optional --include=peer";
    check_args("", whole);
    check_args(
        "--omit=dev --audit-level high",
        "--json --offline=false --omit=dev --audit-level high",
    );
    check_args("fix --force --offline --json=false --prefer-offline", whole);
    assert!(prepare(&NpmAudit, &facts(), "", false, Mode::Fix).is_none());
}

#[track_caller]
fn check_applies(facts: &UnitFacts, expect: &str) {
    let shown = match NpmAudit.applies(facts) {
        Applies::Yes(why) => format!("yes: {why}"),
        Applies::NothingToDo(why) => format!("nothing: {why}"),
        Applies::No => "no".to_owned(),
    };
    assert_eq!(shown, expect);
}

#[test]
fn the_package_manager_and_the_workspace_decide() {
    check_applies(&facts(), "yes: package-lock.json is audited");
    check_applies(
        &unit(".", PackageManager::Npm, "npm-shrinkwrap.json"),
        "yes: npm-shrinkwrap.json is audited",
    );
    check_applies(
        &unit(".", PackageManager::Npm, ""),
        "yes: there are dependencies, and no package-lock.json to audit them by",
    );
    check_applies(&unit(".", PackageManager::Pnpm, "pnpm-lock.yaml"), "no");
    check_applies(&unit(".", PackageManager::Bun, "bun.lock"), "no");
    let mut bare = facts();
    bare.package = Some(serde_json::json!({"dependencies": {}}));
    check_applies(&bare, "nothing: package.json declares no dependencies");
    bare.package = Some(serde_json::json!({"workspaces": ["a"]}));
    check_applies(&bare, "yes: package-lock.json is audited");
    bare.entries.remove("package.json");
    check_applies(
        &bare,
        "nothing: there is no package.json, which would declare dependencies",
    );
    let mut member = unit("packages/a", PackageManager::Npm, "");
    member.node.workspace = Some("/project".into());
    check_applies(
        &member,
        "nothing: it is audited with the root of its workspace, .",
    );
    member.node.workspace = Some("/project/packages".into());
    check_applies(
        &member,
        "nothing: it is audited with the root of its workspace, packages",
    );
    member.entries.insert("package-lock.json".to_owned());
    check_applies(&member, "yes: package-lock.json is audited");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), exit in 0..2) {
        let mut run = load("npm-audit", "11.19.1", "clean", facts());
        run.stdout = bytes;
        run.exit = exit;
        proptest::prop_assert!(!is_clean(&run.read(&NpmAudit)));
    }
}
