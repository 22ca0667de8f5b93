//! `sdd init --claude` and back.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::{hook, payload, reason, silent};
use crate::support::Sandbox;

const SETTINGS: &str = ".claude/settings.json";

/// Every file of the project outside of `.session` and `.git`, and every directory.
fn tree(sandbox: &Sandbox) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    walk(sandbox.project(), sandbox.project(), &mut found);
    found
}

fn walk(root: &Path, dir: &Path, found: &mut BTreeMap<String, Option<String>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if [".session", ".git", ".gitignore"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.insert(name, None);
            walk(root, &path, found);
        } else {
            found.insert(name, Some(std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn results(answer: &Value) -> BTreeMap<String, String> {
    let files = answer["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            (
                file["path"].as_str().unwrap().to_owned(),
                file["result"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

fn json_of(sandbox: &Sandbox, args: &[&str]) -> Value {
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(["init", "--claude", "--format", "json"]).args(args);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(0);
    answer.json()
}

#[track_caller]
fn check_there_and_back(sandbox: &Sandbox) {
    let before = tree(sandbox);
    json_of(sandbox, &[]);
    let made = tree(sandbox);
    assert!(made.contains_key(SETTINGS));
    let again = results(&json_of(sandbox, &[]));
    assert!(
        again
            .values()
            .all(|result| ["unchanged", "kept"].contains(&result.as_str())),
        "{again:?}"
    );
    assert_eq!(tree(sandbox), made, "a second time changes nothing");
    json_of(sandbox, &["--remove"]);
    assert_eq!(tree(sandbox), before, "nothing is left, and nothing else is gone");
    assert_eq!(results(&json_of(sandbox, &["--remove"])), BTreeMap::new());
    assert_eq!(tree(sandbox), before, "a second time there is nothing to take");
}

#[test]
fn what_is_put_in_is_taken_out_without_a_trace() {
    let spelled = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    let own = json!({"permissions": {"allow": ["Bash(ls)"]}, "n": 1.50,
        "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "mine"}]}], "Notification": []}});
    check_there_and_back(&Sandbox::new());
    for own in [".claude", ".claude/skills"] {
        let sandbox = Sandbox::new();
        std::fs::create_dir_all(sandbox.path(own)).unwrap();
        check_there_and_back(&sandbox);
    }
    check_there_and_back(&Sandbox::new().file(SETTINGS, "{}\n"));
    check_there_and_back(&Sandbox::new().file(SETTINGS, spelled(&json!({"hooks": {}}))));
    check_there_and_back(&Sandbox::new().file(SETTINGS, spelled(&json!({"hooks": {"Stop": []}}))));
    check_there_and_back(&Sandbox::new().file(SETTINGS, spelled(&own)));
    check_there_and_back(
        &Sandbox::new()
            .file(".claude/commands/sdd-own.md", "mine\n")
            .file(".claude/skills/other/SKILL.md", "mine\n"),
    );
}

#[test]
fn in_a_fresh_clone_everything_is_taken_out_too() {
    let sandbox = Sandbox::new();
    json_of(&sandbox, &[]);
    std::fs::remove_dir_all(sandbox.path(".session")).unwrap();
    json_of(&sandbox, &["--remove"]);
    assert_eq!(tree(&sandbox), BTreeMap::new());
    assert!(!sandbox.path(".session").exists(), "taking out sets nothing up");
}

#[test]
fn a_file_that_a_person_changed_is_kept_and_an_older_one_is_brought_up_to_date() {
    let sandbox = Sandbox::new();
    json_of(&sandbox, &[]);
    let (gate, complete) = (
        ".claude/skills/sdd-gate/SKILL.md",
        ".claude/commands/sdd-complete.md",
    );
    let mine = sandbox.read(gate) + "\nAlso run `make check`.\n";
    sandbox.rewrite(gate, &mine);
    std::fs::remove_file(sandbox.path(complete)).unwrap();
    let answer = json_of(&sandbox, &[]);
    let results = results(&answer);
    assert_eq!(
        (results[gate].as_str(), results[complete].as_str()),
        ("kept", "new")
    );
    assert!(
        answer["warnings"]
            .to_string()
            .contains("sdd-gate/SKILL.md was changed by hand and is kept")
    );
    assert_eq!(sandbox.read(gate), mine);
    json_of(&sandbox, &["--force"]);
    assert_eq!(sandbox.read(gate), mine, "not even by force");

    let answer = json_of(&sandbox, &["--remove"]);
    assert_eq!(self::results(&answer)[gate], "kept");
    let left: Vec<String> = tree(&sandbox).into_keys().collect();
    assert_eq!(
        left,
        [".claude", ".claude/skills", ".claude/skills/sdd-gate", gate]
    );
}

#[test]
fn a_changed_hook_is_kept_and_said() {
    let sandbox = Sandbox::new();
    json_of(&sandbox, &[]);
    let changed = sandbox.read(SETTINGS).replace("\"585\"", "\"60\"");
    sandbox.rewrite(SETTINGS, &changed);
    let answer = json_of(&sandbox, &[]);
    let warnings = answer["warnings"].to_string();
    assert!(
        warnings.contains("the Stop hook of sdd in .claude/settings.json was changed by hand and is kept"),
        "{warnings}"
    );
    assert_eq!(sandbox.read(SETTINGS), changed);
}

/// Is refused with exit code 2 and the place, and nothing is touched.
#[track_caller]
fn check_refused(text: &str, said: &str) {
    for args in [&["init", "--claude"][..], &["init", "--claude", "--remove"]] {
        let sandbox = Sandbox::new().file(SETTINGS, text);
        let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(args);
        let answer = sandbox.start_command(command).wait();
        answer.expect_code(2);
        assert!(
            answer.stderr.contains(said),
            "{said:?} is not in:\n{}",
            answer.stderr
        );
        assert_eq!(sandbox.read(SETTINGS), text);
        assert_eq!(tree(&sandbox).len(), 2, "nothing was written");
        assert!(!sandbox.path(".session").exists(), "nothing was written");
    }
}

#[test]
fn settings_of_another_form_are_refused_and_untouched() {
    check_refused("{\"hooks\": {},,}", "settings.json:1:14");
    check_refused("", "the file is empty");
    check_refused("[]\n", "settings.json:1:1: expected an object, found an array");
    check_refused(
        "{\n  \"hooks\": []\n}\n",
        "settings.json:2:12: expected an object, found an array",
    );
    check_refused(
        "{\n  \"hooks\": {\"Stop\": {}}\n}\n",
        "settings.json:2:21: expected an array, found an object",
    );
    check_refused(
        "{\"hooks\": {\"Stop\": [{\"hooks\": [\"sdd\"]}]}}",
        "expected an object, found a string",
    );
    check_refused("{\"hooks\": {}, \"hooks\": {}}", "stands here a second time");
}

#[test]
fn links_that_lead_out_of_the_project_are_refused() {
    for link in [".claude", ".claude/skills", ".claude/commands", SETTINGS] {
        let sandbox = Sandbox::new();
        let outside = sandbox.beside("home").join("outside");
        if link == SETTINGS {
            super::write(&outside, b"{}\n");
        } else {
            std::fs::create_dir(&outside).unwrap();
        }
        let path = sandbox.path(link);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        let answer = sandbox.sdd(["init", "--claude"]);
        answer.expect_code(2);
        assert!(
            answer.stderr.contains("leads out of the project"),
            "{link}: {}",
            answer.stderr
        );
        if link == SETTINGS {
            assert_eq!(std::fs::read_to_string(&outside).unwrap(), "{}\n");
        } else {
            assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0, "{link}");
        }
    }
    // One that stays inside is followed.
    let sandbox = Sandbox::new()
        .file("config/claude.json", "{}\n")
        .file(".claude/x", "");
    std::os::unix::fs::symlink("../config/claude.json", sandbox.path(SETTINGS)).unwrap();
    json_of(&sandbox, &[]);
    assert!(sandbox.read("config/claude.json").contains("\"hook\""));
    assert!(sandbox.path(SETTINGS).is_symlink());
}

#[test]
fn permissions_stay() {
    let sandbox = Sandbox::new().file(SETTINGS, "{}\n");
    std::fs::set_permissions(sandbox.path(SETTINGS), std::fs::Permissions::from_mode(0o640)).unwrap();
    json_of(&sandbox, &[]);
    let mode = std::fs::metadata(sandbox.path(SETTINGS))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_program_that_is_not_on_the_path_is_told() {
    let sandbox = Sandbox::new();
    let warnings = json_of(&sandbox, &[])["warnings"].to_string();
    assert!(warnings.contains("sdd is not on PATH"), "{warnings}");
    let sandbox = Sandbox::new().fake("sdd", "exit 0");
    let warnings = json_of(&sandbox, &[])["warnings"].to_string();
    assert!(!warnings.contains("PATH"), "{warnings}");
}

#[test]
fn an_edit_that_drops_the_hooks_is_refused_and_one_that_is_meant_is_not() {
    let sandbox = Sandbox::new();
    let change = payload(&sandbox, "config-change");
    json_of(&sandbox, &[]);
    silent(&hook(&sandbox, &["config-change"], &change));
    let good = sandbox.read(SETTINGS);
    for (text, said) in [
        ("{}", "not there any more: Stop, SubagentStop"),
        ("{", "it cannot be read"),
        (
            &good.replacen('{', "{\"disableAllHooks\": true,", 1),
            "disableAllHooks is true",
        ),
        (&good.replace("\"sdd\"", "\"true\""), "Stop"),
    ] {
        sandbox.rewrite(SETTINGS, text);
        let answer = hook(&sandbox, &["config-change"], &change);
        let why = reason(&answer);
        assert!(why.contains(said), "{why}");
        assert!(
            answer.json()["systemMessage"]
                .as_str()
                .unwrap()
                .contains("was not applied")
        );
    }
    std::fs::remove_file(sandbox.path(SETTINGS)).unwrap();
    assert!(reason(&hook(&sandbox, &["config-change"], &change)).contains("the file is gone"));
    silent(&hook(
        &sandbox,
        &["config-change"],
        &payload(&sandbox, "config-change-of-user"),
    ));
    sandbox.rewrite(SETTINGS, &good);
    json_of(&sandbox, &["--remove"]);
    silent(&hook(&sandbox, &["config-change"], &change));
}
