//! What holds for every file.

use proptest::prelude::*;
use sdd::commands::config::{Action, Format, Source, answer};
use sdd::model::config::{Config, load};
use serde_json::{Map, Value, json};

/// Words that mean something somewhere, so that chance meets the settings.
const WORDS: [&str; 32] = [
    "quality_gates",
    "test_execution",
    "linting",
    "formatting",
    "security",
    "custom_validations",
    "documentation",
    "integration_tests",
    "enabled",
    "required",
    "timeout",
    "on_missing_tool",
    "commands",
    "coverage_threshold",
    "auto_fix",
    "fail_on",
    "severity",
    "rules",
    "type",
    "command",
    "pattern",
    "files",
    "shell",
    "each",
    "python",
    "rust",
    "exclude",
    "pass_env",
    "block",
    "high",
    "grep",
    "a\rb\nc",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => proptest::sample::select(WORDS.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..200).prop_map(Value::from),
        any::<i32>().prop_map(|n| json!(f64::from(n) / 8.0)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn command() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("pytest -k 'a b' --cov")),
        // A program of blanks alone is no command.
        (
            "[^\\x00]{0,4}[a-z][^\\x00]{0,4}",
            proptest::collection::vec("[^\\x00]{1,8}", 0..3)
        )
            .prop_map(|(program, rest)| json!([vec![program], rest].concat())),
        "[a-z|&;$ ]{0,8}x".prop_map(|text| json!({"shell": text})),
        proptest::collection::vec("[a-z]{1,5}( [-a-z]{1,5})?", 1..3).prop_map(|all| json!({"each": all})),
    ]
}

fn threshold() -> impl Strategy<Value = Value> {
    let percent = || {
        prop_oneof![
            Just(Value::Null),
            (0_u32..=10_000).prop_map(|n| json!(f64::from(n) / 100.0)),
        ]
    };
    prop_oneof![
        percent(),
        proptest::collection::btree_map(
            proptest::sample::select(vec!["python", "rust", "go"]),
            percent(),
            0..3
        )
        .prop_map(|map| json!(map)),
    ]
}

/// A setting that may be left out.
fn perhaps(
    key: &'static str,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Option<(String, Value)>> {
    proptest::option::of(value.prop_map(move |value| (key.to_owned(), value)))
}

fn object(pairs: impl IntoIterator<Item = Option<(String, Value)>>) -> Value {
    Value::Object(pairs.into_iter().flatten().collect())
}

fn gate(own: &'static str, value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (
        perhaps("enabled", any::<bool>().prop_map(Value::from)),
        perhaps("required", any::<bool>().prop_map(Value::from)),
        perhaps("timeout", (1_u64..10_000).prop_map(Value::from)),
        perhaps(
            "on_missing_tool",
            proptest::sample::select(vec![json!("block"), json!("skip")]),
        ),
        perhaps(
            "commands",
            command().prop_map(|command| json!({"python": command})),
        ),
        perhaps(own, value),
    )
        .prop_map(|(a, b, c, d, e, f)| object([a, b, c, d, e, f]))
}

fn valid() -> impl Strategy<Value = Value> {
    let severities = ["info", "low", "medium", "moderate", "high", "critical"].map(Value::from);
    let rules = proptest::collection::vec(
        (word(), proptest::option::of(command()), any::<bool>()).prop_map(|(kind, command, required)| {
            let mut rule = json!({"type": kind, "required": required});
            if let Some(command) = command.filter(|command| command.get("each").is_none()) {
                rule["command"] = command;
            }
            rule
        }),
        0..3,
    );
    let gates = (
        perhaps("test_execution", gate("coverage_threshold", threshold())),
        perhaps("linting", gate("auto_fix", any::<bool>().prop_map(Value::from))),
        perhaps(
            "security",
            gate("fail_on", proptest::sample::select(severities.to_vec())),
        ),
        perhaps("custom_validations", gate("rules", rules.prop_map(Value::from))),
        perhaps(
            "documentation",
            Just(json!({"enabled": true, "check_readme": false})),
        ),
    )
        .prop_map(|(a, b, c, d, e)| object([a, b, c, d, e]));
    (
        perhaps("quality_gates", gates),
        perhaps("exclude", Just(json!(["vendor/**"]))),
        perhaps("curation", any_json()),
        perhaps(
            "custom_validations",
            gate("rules", Just(json!([{"type": "file_exists", "path": "x"}]))),
        ),
    )
        .prop_map(|(a, b, c, d)| object([a, b, c, d]))
}

/// Every answer about a text can be given, and a line stays a line.
fn everything(text: &str) {
    let inspection = load::inspect_bytes("c.json", text.as_bytes());
    for error in &inspection.errors {
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
        assert_eq!(error.hint().lines().count(), 1, "{}", error.hint());
        assert!(error.position().line <= text.lines().count().max(1));
    }
    for warning in inspection.loaded.warnings.iter().chain(&inspection.bad_rules) {
        assert_eq!(warning.to_string().lines().count(), 1, "{warning}");
    }
    let source = Source {
        path: "c.json",
        bytes: Some(text.as_bytes()),
    };
    for action in [Action::Check, Action::Show] {
        for format in [Format::Human, Format::Json] {
            let answer = answer(action, source, format);
            if format == Format::Json && !answer.stdout.is_empty() {
                serde_json::from_str::<Value>(&answer.stdout).expect("one JSON document");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_answer(text in any::<String>()) {
        everything(&text);
    }

    #[test]
    fn any_json_has_an_answer(value in any_json()) {
        everything(&value.to_string());
        everything(&format!("{value:#}"));
    }

    #[test]
    fn settings_cut_anywhere_or_with_anything_in_them_have_an_answer(
        value in valid(), at in any::<proptest::sample::Index>(), junk in "[\\[\\]{}\",:0-9a\\\\\n]{0,3}"
    ) {
        let text = format!("{value:#}");
        let mut at = at.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        everything(&text[..at]);
        everything(&format!("{}{junk}{}", &text[..at], &text[at..]));
    }

    #[test]
    fn valid_settings_survive_being_written_and_read(value in valid()) {
        let loaded = load::parse("c.json", &value.to_string()).expect("valid");
        let again = load::parse("c.json", &serde_json::to_string(&loaded.config).expect("JSON")).expect("valid");
        prop_assert_eq!(&again.config, &loaded.config);

        let effective = loaded.config.effective();
        let filled = load::parse("c.json", &effective.to_string()).expect("valid");
        prop_assert_eq!(filled.config.effective(), effective);
    }

    #[test]
    fn what_a_file_does_not_name_has_its_default(value in valid()) {
        let loaded = load::parse("c.json", &value.to_string()).expect("valid");
        let (effective, defaults) = (loaded.config.effective(), Config::default().effective());
        let gates = defaults["quality_gates"].as_object().expect("gates");
        for (gate, section) in gates {
            for (setting, default) in section.as_object().expect("settings") {
                let named = value["quality_gates"][gate].get(setting).is_some()
                    || (gate == "custom_validations" && value.get(gate).is_some())
                    // Its default follows what is required.
                    || (setting == "on_missing_tool" && value["quality_gates"][gate].get("required").is_some());
                if !named {
                    prop_assert_eq!(&effective["quality_gates"][gate][setting], default);
                }
            }
        }
    }
}
