use proptest::prelude::*;
use serde_json::json;

use super::*;

fn parse(text: &str) -> Document {
    Document::parse(Path::new("f.json"), text.as_bytes()).unwrap()
}

#[track_caller]
fn refused(bytes: &[u8], expect: &str) {
    let error = Document::parse(Path::new("f.json"), bytes).unwrap_err();
    assert_eq!(error.to_string(), expect);
    assert_eq!(error.exit(), crate::model::exit::Exit::Usage);
}

#[test]
fn what_is_not_a_json_object_is_refused_with_its_place() {
    refused(b"", "f.json:1:1: the file is empty");
    refused(b" \n\t\r\n", "f.json:1:1: the file is empty");
    refused(b"[1, 2]", "f.json:1:1: expected an object, found an array");
    refused(b"\n\n  \"x\"", "f.json:3:3: expected an object, found a string");
    refused(b"null", "f.json:1:1: expected an object, found null");
    refused(b"{\"a\": 1,\n \"b\": tru}", "f.json:2:10: expected ident");
    refused(b"{\"a\": 1", "f.json:1:7: EOF while parsing an object");
    refused(b"{\"a\": 1}}", "f.json:1:9: trailing characters");
    refused(b"{\"a\": 1}\n\n{}", "f.json:3:1: trailing characters");
    refused(b"{\"a\": NaN}", "f.json:1:7: expected value");
    refused(b"{\"a\": \"\xff\"}", "f.json:1:8: this byte is not UTF-8");
    refused(
        b"\xff\xfe{\0}\0",
        "f.json:1:1: the file is UTF-16, and JSON is UTF-8",
    );
}

#[test]
fn columns_count_characters_and_a_byte_order_mark_is_none() {
    refused("{\"äöü\": !}".as_bytes(), "f.json:1:9: expected value");
    refused("\u{feff}{\"a\": !}".as_bytes(), "f.json:1:7: expected value");
}

#[test]
fn a_merge_conflict_is_called_by_its_name() {
    let text = "{\n  \"a\": 1,\n<<<<<<< HEAD\n  \"b\": 2\n=======\n  \"b\": 3\n>>>>>>> main\n}";
    refused(
        text.as_bytes(),
        "f.json:3:1: this is the mark of an unresolved merge conflict",
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_at_its_second_place() {
    let text = "{\n  \"a\": {\"x\": 1, \"y\": 2},\n  \"b\": [{\"k\": 1,\n    \"\\u006b\": 2}]\n}";
    refused(
        text.as_bytes(),
        "f.json:4:5: the key `k` stands here a second time",
    );
}

#[test]
fn deep_nesting_is_an_error_and_not_an_overflow() {
    let text = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    refused(text.as_bytes(), "f.json:1:132: recursion limit exceeded");
}

#[test]
fn crlf_and_a_byte_order_mark_are_read() {
    let document = parse("\u{feff}{\r\n  \"a\": 1,\r\n  \"b\": [true]\r\n}\r\n");
    assert_eq!(document.value, json!({"a": 1, "b": [true]}));
    assert_eq!(
        document.position(&["b", "0"]),
        Some(Position { line: 3, column: 9 })
    );
    assert_eq!(
        document.render(&document.value),
        "{\n  \"a\": 1,\n  \"b\": [\n    true\n  ]\n}\n"
    );
}

#[test]
fn values_and_keys_are_found_by_their_path() {
    let document = parse("{\n  \"quality_gates\": {\n    \"linting\": { \"timeout\": \"30\" }\n  }\n}");
    let path = ["quality_gates", "linting", "timeout"];
    assert_eq!(document.position(&path), Some(Position { line: 3, column: 29 }));
    assert_eq!(
        document.key_position(&path),
        Some(Position { line: 3, column: 18 })
    );
    assert_eq!(document.position(&["quality_gates", "nothing"]), None);
    assert_eq!(
        document.position(&["quality_gates", "linting", "timeout", "0"]),
        None
    );
    assert_eq!(document.key_position::<&str>(&[]), None);
    assert_eq!(
        document.wrong_type(&path, "a number").to_string(),
        "f.json:3:29: expected a number, found a string"
    );
    assert_eq!(
        document
            .wrong_type(&["quality_gates", "tests"], "an object")
            .to_string(),
        "f.json:2:20: expected an object, found nothing"
    );
}

#[test]
fn what_was_not_touched_keeps_its_spelling() {
    let text = "{\n  \"ratio\": 1.10,\n  \"id\": 123456789012345678901234567890,\n  \"mark\": \"\\u2713\",\n  \
                \"n\\u0061me\": 1e2,\n  \"count\": 1\n}\n";
    let document = parse(text);
    let mut changed = document.value.clone();
    changed["count"] = json!(2);
    changed["new"] = json!("✓");
    let expect = text.replace("\"count\": 1\n", "\"count\": 2,\n  \"new\": \"✓\"\n");
    assert_eq!(document.render(&changed), expect);
}

#[test]
fn elements_keep_their_spelling_when_others_come_and_go() {
    let document = parse("{\"a\": [1.0, 2.50, 3.70, 4.90]}");
    let mut changed = document.value.clone();
    changed["a"] = json!([1.0, 9, 3.70, 4.90]);
    assert_eq!(
        document.render(&changed).replace(['\n', ' '], ""),
        r#"{"a":[1.0,9,3.70,4.90]}"#
    );
    changed["a"] = json!([2.50, 3.70, 4.90]);
    assert_eq!(
        document.render(&changed).replace(['\n', ' '], ""),
        r#"{"a":[2.50,3.70,4.90]}"#
    );
    changed["a"] = json!([1.0, 2.5, 7, 3.7, 4.9]);
    assert_eq!(
        document.render(&changed).replace(['\n', ' '], ""),
        r#"{"a":[1.0,2.50,7,3.70,4.90]}"#
    );
    changed["a"] = json!([]);
    assert_eq!(document.render(&changed), "{\n  \"a\": []\n}\n");
}

/// Values as state files have them: any depth, any order of keys.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<String>(), any_value()), 0..8)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A number's text as people and other writers spell it.
fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[1-9][0-9]{0,40}",
        "-?0\\.[0-9]{1,30}",
        "[1-9]\\.[0-9]{1,9}[eE][+-]?[0-9]{1,2}"
    ]
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = Document::parse(Path::new("f"), &bytes) {
            prop_assert!(error.to_string().starts_with("f:"));
        }
    }

    #[test]
    fn nearly_json_never_panics(text in "[\\[\\]{}\":,\\\\ \n0-9a-eEu+.é-]{0,60}") {
        let _ = Document::parse(Path::new("f"), text.as_bytes());
    }

    #[test]
    fn a_cut_file_is_refused_and_never_half_read(object in any_object(), cut in 0.0..1.0) {
        let text = pretty(&object);
        let whole = text.trim_end().len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
            reason = "a share of a length")]
        let at = (whole as f64 * cut) as usize;
        prop_assert!(Document::parse(Path::new("f"), &text.as_bytes()[..at]).is_err());
    }

    #[test]
    fn rendering_without_a_change_gives_the_text_back(object in any_object()) {
        let text = pretty(&object);
        let document = Document::parse(Path::new("f"), text.as_bytes()).unwrap();
        prop_assert_eq!(&document.render(&document.value), &text);
    }

    #[test]
    fn a_rendered_change_reads_as_the_change(before in any_object(), after in any_object()) {
        let document = Document::parse(Path::new("f"), pretty(&before).as_bytes()).unwrap();
        let again = Document::parse(Path::new("f"), document.render(&after).as_bytes()).unwrap();
        prop_assert_eq!(again.value, after);
    }

    #[test]
    fn unknown_fields_keep_their_bytes(
        numbers in prop::collection::vec(any_number(), 1..6), at in any::<prop::sample::Index>(),
    ) {
        let at = at.index(numbers.len() + 1);
        let line = |name: String, number: &str| format!("  \"{name}\": {number}");
        let mut lines: Vec<String> =
            numbers.iter().enumerate().map(|(i, n)| line(format!("x{i}"), n)).collect();
        lines.insert(at, line("touched".to_owned(), "1"));
        let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
        let document = Document::parse(Path::new("f"), text.as_bytes()).unwrap();
        let mut changed = document.value.clone();
        changed["touched"] = json!(2);
        prop_assert_eq!(document.render(&changed), text.replace("\"touched\": 1", "\"touched\": 2"));
    }
}

#[test]
fn a_value_changed_in_place_is_rendered_as_changed() {
    let mut document = parse("{\"a\": 1.50, \"b\": [1, 2]}");
    document.value["a"] = json!(2);
    document.value["b"][1] = json!(3);
    assert_eq!(
        document.render(&document.value),
        "{\n  \"a\": 2,\n  \"b\": [\n    1,\n    3\n  ]\n}\n"
    );
}
