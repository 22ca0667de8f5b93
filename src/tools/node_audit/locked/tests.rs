use super::super::super::node_audit::recorded::unit;
use super::*;
use crate::project::node::{Member, PackageManager};
use serde_json::json;

/// A workspace's root and two members.
fn facts() -> UnitFacts {
    let mut facts = unit(".", PackageManager::Npm, "package-lock.json");
    facts.package = Some(json!({
        "workspaces": ["packages/*"], "dependencies": {"danger": "1.0.0"}, "devDependencies": {"@scope/tool": "^3.0.0"},
        "optionalDependencies": {"soft": "*"}, "peerDependencies": {"note": "1.x"}
    }));
    let member = |name: &str, package: Value| Member {
        path: format!("packages/{name}"),
        package,
        locked: false,
    };
    facts.node.members = vec![
        member(
            "a",
            json!({"name": "a", "dependencies": {"b": "workspace:*", "plain": "npm:other@^1"}}),
        ),
        member("b", json!({"name": "b", "dependencies": {"harmless": "~1.0.0"}})),
        member("c", json!({"name": "c"})),
    ];
    facts
}

const NPM: &str = r#"{"lockfileVersion": 3, "packages": {
    "": {"dependencies": {"danger": "1.0.0"}, "devDependencies": {"@scope/tool": "^3.0.0"},
         "optionalDependencies": {"soft": ""}, "peerDependencies": {"note": "1.x"}},
    "node_modules/@scope/tool": {}, "node_modules/a": {"link": true}, "node_modules/b": {"link": true},
    "node_modules/danger": {}, "node_modules/harmless": {}, "packages/a/node_modules/plain": {},
    "packages/a": {"dependencies": {"b": "workspace:*", "plain": "npm:other@^1"}},
    "packages/b": {"dependencies": {"harmless": "~1.0.0"}}}}"#;

const NPM_1: &str = r#"{"lockfileVersion": 1, "dependencies": {"danger": {}, "@scope/tool": {}, "soft": {}, "plain": {},
    "harmless": {}}}"#;

const PNPM: &str = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      danger:\n        specifier: 1.0.0\n\
    \x20       version: 1.0.0\n    devDependencies:\n      '@scope/tool':\n        specifier: ^3.0.0\n        version: 3.0.0\n\
    \x20   optionalDependencies:\n      soft:\n        specifier: '*'\n        version: 1.0.0\n  packages/a:\n    dependencies:\n\
    \x20     plain:\n        specifier: npm:other@^1\n        version: other@1.0.0\n  packages/b:\n    dependencies:\n\
    \x20     harmless:\n        specifier: ~1.0.0\n        version: 1.0.0\n  packages/c: {}\n";

const PNPM_5: &str = "lockfileVersion: 5.4\nimporters:\n  .:\n    specifiers:\n      danger: 1.0.0\n      '@scope/tool': ^3.0.0\n\
    \x20     soft: '*'\n    dependencies:\n      danger: 1.0.0\n    devDependencies:\n      '@scope/tool': 3.0.0\n\
    \x20   optionalDependencies:\n      soft: 1.0.0\n  packages/a:\n    specifiers:\n      plain: npm:other@^1\n    dependencies:\n\
    \x20     plain: /other/1.0.0\n  packages/b:\n    specifiers:\n      harmless: ~1.0.0\n    dependencies:\n      harmless: 1.0.0\n";

const YARN: &str = "# yarn lockfile v1\n\n\n\"@scope/tool@^3.0.0\":\n  version \"3.0.0\"\n\ndanger@1.0.0, danger@^1.0.0:\n\
    \x20 version \"1.0.0\"\n\nharmless@~1.0.0:\n  version \"1.0.0\"\n\n\"plain@npm:other@^1\":\n  version \"1.0.0\"\n\n\
    \"soft@*\":\n  version \"1.0.0\"\n  dependencies:\n    deep \"^1.0.0\"\n";

const YARN_4: &str = "__metadata:\n  version: 8\n\n\"@scope/tool@npm:^3.0.0\":\n  version: 3.0.0\n\n\"shop@workspace:.\":\n\
    \x20 dependencies:\n    \"@scope/tool\": \"npm:^3.0.0\"\n    danger: \"npm:1.0.0\"\n    soft: \"npm:*\"\n\n\
    \"a@workspace:packages/a\":\n  dependencies:\n    b: \"workspace:*\"\n    plain: \"npm:other@^1\"\n\n\
    \"b@workspace:*, b@workspace:packages/b\":\n  dependencies:\n    harmless: ~1.0.0\n\n\"c@workspace:packages/c\":\n\
    \x20 version: 0.0.0\n";

const ALL: [(&str, &str); 6] = [
    ("package-lock.json", NPM),
    ("npm-shrinkwrap.json", NPM_1),
    ("pnpm-lock.yaml", PNPM),
    ("pnpm-lock.yaml", PNPM_5),
    ("yarn.lock", YARN),
    ("yarn.lock", YARN_4),
];

#[test]
fn a_lock_file_that_fits_has_no_gaps() {
    for (name, text) in ALL {
        assert_eq!(gaps(name, text, &facts()), Ok(Vec::new()), "{text}");
    }
}

/// Changes one lock file in one place.
#[track_caller]
fn check(number: usize, from: &str, to: &str, expect: &[&str]) {
    let (name, text) = ALL[number];
    assert!(text.contains(from), "{from}");
    let found = gaps(name, &text.replace(from, to), &facts());
    let expect: Vec<String> = expect.iter().map(|gap| (*gap).to_owned()).collect();
    assert_eq!(found, Ok(expect), "{from} -> {to}");
}

#[test]
fn what_a_lock_file_lacks_is_named() {
    check(0, r#""danger": "1.0.0""#, "", &["danger"]);
    check(0, r#""node_modules/danger": {}, "#, "", &["danger"]);
    check(
        0,
        r#""@scope/tool": "^3"#,
        r#""@scope/tools": "^3"#,
        &["@scope/tool"],
    );
    check(0, r#""note": "1.x""#, "", &["note"]);
    check(
        0,
        r#""packages/b": {"#,
        r#""packages/x": {"#,
        &["all of packages/b"],
    );
    check(
        0,
        "npm:other@^1",
        "npm:other@^2",
        &["plain of packages/a, whose range has changed"],
    );
    check(
        0,
        r#""danger": "1.0.0""#,
        r#""danger": "1.0.1""#,
        &["danger, whose range has changed"],
    );
    check(1, r#""danger": {}, "#, "", &["danger"]);
    check(
        1,
        r#""harmless": {}"#,
        r#""other": {}"#,
        &["harmless of packages/b"],
    );
    check(2, "danger:", "other:", &["danger"]);
    check(2, "packages/a:", "packages/x:", &["all of packages/a"]);
    check(
        2,
        "specifier: ~1.0.0",
        "specifier: ~1.1.0",
        &["harmless of packages/b, whose range has changed"],
    );
    check(
        3,
        "devDependencies:\n      '@scope/tool'",
        "devDependencies:\n      tool",
        &["@scope/tool"],
    );
    check(
        3,
        "specifiers:\n      danger: 1.0.0",
        "specifiers:\n      danger: 1.0.1",
        &["danger, whose range has changed"],
    );
    check(4, "danger@1.0.0, danger@^1.0.0", "dangers@1.0.0", &["danger"]);
    check(4, "danger@1.0.0, ", "", &["danger, whose range has changed"]);
    check(4, "\"@scope/tool@", "\"@other/tool@", &["@scope/tool"]);
    check(5, "danger:", "dangers:", &["danger"]);
    check(
        5,
        "~1.0.0",
        "~1.1.0",
        &["harmless of packages/b, whose range has changed"],
    );
    check(5, ", b@workspace:packages/b", "", &["all of packages/b"]);
}

#[test]
fn what_a_manager_changes_by_its_settings_is_not_compared() {
    // Overrides take the place of ranges, also of those that a package of the project declares.
    check(2, "importers:", "overrides:\n  danger: 2.0.0\nimporters:", &[]);
    let (name, text) = ALL[2];
    let text = format!(
        "overrides: {{}}\n{}",
        text.replace("specifier: 1.0.0", "specifier: 2.0.0")
    );
    assert_eq!(gaps(name, &text, &facts()), Ok(Vec::new()));
    // pnpm 11 has a document of its own before.
    let text =
        format!("---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {{}}\n---\n{PNPM}");
    assert_eq!(gaps(name, &text, &facts()), Ok(Vec::new()));
    // Addresses are written in other forms than they are declared in.
    let mut facts = facts();
    facts.package = Some(json!({"dependencies": {"danger": "github:us/danger"}}));
    facts.node.members.clear();
    for (name, text) in ALL {
        assert_eq!(gaps(name, text, &facts), Ok(Vec::new()), "{text}");
    }
}

#[test]
fn a_member_with_a_lock_file_of_its_own_is_not_asked_for() {
    let mut facts = facts();
    let package = json!({"dependencies": {"other": "1"}});
    facts.node.members.push(Member {
        path: "packages/d".to_owned(),
        package,
        locked: true,
    });
    for (name, text) in ALL {
        assert_eq!(gaps(name, text, &facts), Ok(Vec::new()), "{text}");
    }
    facts.node.members[3].locked = false;
    for (name, text) in ALL {
        assert_eq!(gaps(name, text, &facts).map(|gaps| gaps.len()), Ok(1), "{text}");
    }
}

#[test]
fn the_only_package_of_a_pnpm_lock_file_stands_at_its_top() {
    let mut facts = unit(".", PackageManager::Pnpm, "pnpm-lock.yaml");
    let lock = "lockfileVersion: '6.0'\ndependencies:\n  danger:\n    specifier: 1.0.0\n    version: 1.0.0\n";
    assert_eq!(gaps("pnpm-lock.yaml", lock, &facts), Ok(Vec::new()));
    facts.package = Some(json!({"dependencies": {"soft": "1.0.0"}}));
    assert_eq!(gaps("pnpm-lock.yaml", lock, &facts), Ok(vec!["soft".to_owned()]));
}

#[test]
fn an_empty_or_broken_lock_file_has_nothing() {
    for (name, text) in [
        ("package-lock.json", "{}"),
        ("package-lock.json", r#"{"packages": {}}"#),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ("pnpm-lock.yaml", ""),
        ("yarn.lock", ""),
        ("yarn.lock", "__metadata:\n  version: 8\n"),
    ] {
        let found = gaps(name, text, &facts()).unwrap();
        assert!(!found.is_empty(), "{name} {text}");
    }
    for (name, text) in [
        ("package-lock.json", "{"),
        ("pnpm-lock.yaml", "a: ["),
        ("yarn.lock", "__metadata:\n  a: [\n"),
    ] {
        assert!(gaps(name, text, &facts()).is_err(), "{name} {text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", number in 0..ALL.len()) {
        let _ = gaps(ALL[number].0, &text, &facts());
        let _ = gaps("yarn.lock", &format!("__metadata:\n{text}"), &facts());
    }
}
