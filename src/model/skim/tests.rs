use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// What becomes of a text: whether it was laid out, or `None`.
fn passed(text: &str) -> Option<bool> {
    let mut skim = Skim::new(text);
    skim.pass()?;
    skim.end()
}

#[track_caller]
fn check(text: &str, expect: Option<bool>) {
    assert_eq!(passed(text), expect, "{text:?}");
}

#[test]
fn what_is_laid_out_as_sdd_writes_it_is_noticed() {
    let value = serde_json::json!({"a": [1, {"b": []}, {}], "c": {"d": "x\n\u{2713}", "e": [[-1.50, true]]}, "f": null});
    let text = serde_json::to_string_pretty(&value).unwrap() + "\n";
    check(&text, Some(true));
    check(text.trim_end(), Some(false));
    check(&format!("{text}\n"), Some(false));
    check(&value.to_string(), Some(false));
    check(&text.replace('\n', "\r\n"), Some(false));
    check(&text.replace(": ", ":"), Some(false));
    check(&text.replace(": ", ":  "), Some(false));
    check(&text.replace(": ", " : "), Some(false));
    check(&text.replace("  ", " "), Some(false));
    check(&text.replace("  ", "\t"), Some(false));
    check(&text.replace(',', " ,"), Some(false));
    check(&text.replace("[]", "[ ]"), Some(false));
    check(&text.replace("{}", "{\n}"), Some(false));
}

#[test]
fn what_is_no_json_is_declined() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{a: 1}",
        "{\"a\": 1,}",
        "[1}",
        "nul",
        "tru",
        "nullx",
        "[nullx]",
        "01",
        "-",
        "-01",
        "1.",
        ".5",
        "+1",
        "0x1",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"\u{1}\"",
        "\"tab\t\"",
        "[1]]",
        "{} x",
        "NaN",
    ] {
        check(text, None);
    }
}

#[test]
fn what_is_rare_is_declined() {
    check("1e5", None);
    check(&"1".repeat(MAX_NUMBER + 1), None);
    check("\"\\ud83d\\ude00\"", None);
    // The innermost has nothing in it.
    check(&("[".repeat(MAX_DEPTH + 2) + &"]".repeat(MAX_DEPTH + 2)), None);
    check(
        &("[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1)),
        Some(false),
    );
}

#[test]
fn a_key_may_stand_once() {
    check("{\"a\": 1, \"b\": {\"a\": {\"b\": 1}}}", Some(false));
    check("{\"a\": 1, \"b\": {\"c\": 1}, \"a\": 2}", None);
    check("{\"k\": 1, \"\\u006b\": 2}", None);
    let many = |last: usize| {
        let members: Vec<String> = (0..2 * FEW)
            .chain([last])
            .map(|key| format!("\"{key}\": {{}}"))
            .collect();
        format!("{{{}}}", members.join(", "))
    };
    check(&many(2 * FEW), Some(false));
    for last in [0, FEW - 1, FEW, 2 * FEW - 1] {
        check(&many(last), None);
    }
}

#[test]
fn strings_are_read_without_their_escapes() {
    let text = r#"["plain", "\"q\" \\ \/ \n \u00e9 \u2713", ""]"#;
    let mut strings = Vec::new();
    let mut skim = Skim::new(text);
    skim.array(|skim| {
        strings.push(skim.string()?.into_owned());
        Some(())
    })
    .unwrap();
    assert_eq!(skim.end(), Some(false));
    assert_eq!(strings, ["plain", "\"q\" \\ / \n é ✓", ""]);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[\"\\\\\u{0}-\u{1f}a]{0,10}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,6}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_is_passed(value in values()) {
        let pretty = serde_json::to_string_pretty(&value).unwrap() + "\n";
        prop_assert_eq!(passed(&pretty), Some(true));
        // A scalar has no lines.
        prop_assert!(passed(&value.to_string()).is_some());
    }

    /// One byte is changed: what is still passed is still JSON.
    #[test]
    fn what_is_passed_is_json(value in values(), at in any::<prop::sample::Index>(), byte in 0x0au8..0x7f) {
        let mut bytes = serde_json::to_string_pretty(&value).unwrap().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) && passed(text).is_some() {
            prop_assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
        }
    }
}
