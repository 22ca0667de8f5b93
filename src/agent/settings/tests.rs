use serde_json::json;

use super::*;

const EVENTS: [&str; 6] = [
    "Stop",
    "SubagentStop",
    "TaskCompleted",
    "PostToolUse",
    "PreToolUse",
    "SessionStart",
];

/// Puts the handlers in and takes them out; what comes of the first.
#[track_caller]
fn check_there_and_back(before: &Value) -> Value {
    let mut settings = before.clone();
    let (changes, added) = merge(&mut settings).unwrap();
    assert_eq!(changes.len(), EVENTS.len());
    assert_eq!(missing(&settings), [""; 0]);

    let merged = settings.clone();
    let (again, nothing) = merge(&mut settings).unwrap();
    assert_eq!(
        settings.to_string(),
        merged.to_string(),
        "a second time changes nothing"
    );
    assert!(
        again.iter().all(|(_, change)| *change == Change::None),
        "{again:?}"
    );
    assert_eq!(nothing, Additions::default());

    assert_eq!(remove(&mut settings, &added).unwrap(), EVENTS);
    assert_eq!(
        settings.to_string(),
        before.to_string(),
        "and nothing is left of them"
    );
    let everything = Additions {
        hooks: true,
        events: EVENTS.map(str::to_owned).to_vec(),
    };
    assert_eq!(remove(&mut settings, &everything).unwrap(), [""; 0]);
    assert_eq!(
        settings.to_string(),
        before.to_string(),
        "what was not put in is not taken out"
    );
    merged
}

#[test]
fn handlers_are_put_in_and_taken_out_without_a_trace() {
    for settings in [
        json!({}),
        json!({"hooks": {}}),
        json!({"hooks": {"Stop": []}}),
        json!({"z": 1.50, "hooks": {"Notification": [{"hooks": [{"type": "command", "command": "x"}]}]}, "a": null}),
        json!({"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "mine", "timeout": 5}], "odd": 1}]}}),
        json!({"hooks": {"PostToolUse": [{"matcher": "Edit|Write", "hooks": []}, {"matcher": "Bash"}]}}),
    ] {
        check_there_and_back(&settings);
    }
}

#[test]
fn what_is_there_stays_where_it_is() {
    let own = json!({"matcher": "x", "hooks": [{"type": "command", "command": "lint"}]});
    let merged = check_there_and_back(
        &json!({"permissions": {"allow": ["Bash(ls)"]}, "hooks": {"Stop": [own]}, "model": "m"}),
    );
    let keys: Vec<&String> = merged.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["permissions", "hooks", "model"]);
    assert_eq!(merged["hooks"]["Stop"][0], own);
    assert_eq!(
        merged["hooks"]["Stop"][1],
        json!({"hooks": [{"type": "command", "command": "sdd", "args": ["hook", "stop", "--budget", "585"],
                          "timeout": 600, "statusMessage": "sdd gates"}]})
    );
}

#[test]
fn the_handlers_are_those_of_the_documentation() {
    let mut settings = json!({});
    merge(&mut settings).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&settings).unwrap());
}

#[test]
fn a_changed_handler_is_kept_and_taken_out_all_the_same() {
    let own = json!({"hooks": [{"type": "command", "command": "/opt/sdd", "args": ["hook", "stop", "--budget", "60"], "timeout": 90},
                                   {"type": "command", "command": "other"}]});
    let mut settings = json!({"hooks": {"Stop": [own]}});
    let (changes, added) = merge(&mut settings).unwrap();
    assert_eq!(changes[0], ("Stop", Change::Kept));
    assert_eq!(settings["hooks"]["Stop"], json!([own]));
    assert_eq!(remove(&mut settings, &added).unwrap(), EVENTS);
    assert_eq!(
        settings,
        json!({"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "other"}]}]}})
    );
}

#[test]
fn a_handler_of_another_event_is_somebodys_own() {
    let own = json!({"hooks": {"ConfigChange": [{"hooks": [{"type": "command", "command": "sdd hook config-change"}]}]}});
    let mut settings = own.clone();
    assert_eq!(remove(&mut settings, &Additions::default()).unwrap(), [""; 0]);
    assert_eq!(settings, own);
}

#[track_caller]
fn check_refused(settings: &Value, path: &[&str], expected: &str) {
    for outcome in [
        merge(&mut settings.clone()).map(drop),
        remove(&mut settings.clone(), &Additions::default()).map(drop),
    ] {
        let refused = outcome.unwrap_err();
        assert_eq!(refused.path, path);
        assert_eq!(refused.expected, expected);
    }
}

#[test]
fn hooks_of_another_form_are_refused() {
    check_refused(&json!([]), &[], "an object");
    check_refused(&json!({"hooks": []}), &["hooks"], "an object");
    check_refused(&json!({"hooks": null}), &["hooks"], "an object");
    check_refused(&json!({"hooks": {"Stop": {}}}), &["hooks", "Stop"], "an array");
    check_refused(&json!({"hooks": {"Other": "x"}}), &["hooks", "Other"], "an array");
    check_refused(
        &json!({"hooks": {"Stop": [{}, 7]}}),
        &["hooks", "Stop", "1"],
        "an object",
    );
    check_refused(
        &json!({"hooks": {"Stop": [{"hooks": {}}]}}),
        &["hooks", "Stop", "0", "hooks"],
        "an array",
    );
    check_refused(
        &json!({"hooks": {"Stop": [{"hooks": ["sdd hook stop"]}]}}),
        &["hooks", "Stop", "0", "hooks", "0"],
        "an object",
    );
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(missing(&json!({})), EVENTS);
    assert_eq!(missing(&json!([])), EVENTS);
    let mut settings = json!({});
    merge(&mut settings).unwrap();
    settings["hooks"]["Stop"] = json!([]);
    assert_eq!(missing(&settings), ["Stop"]);
    assert_eq!(command(&settings, Event::Stop), None);
    let expect = ["sdd", "hook", "subagent-stop", "--budget", "105"].map(str::to_owned);
    assert_eq!(command(&settings, Event::SubagentStop).unwrap(), expect);
    assert!(disables_hooks(&json!({"disableAllHooks": true})));
    assert!(!disables_hooks(&json!({"disableAllHooks": "yes"})));
}
