//! Schema versions: the real files have one version so far, so the steps here are made up.

use serde_json::json;

use super::*;

/// Version 0 has `a`, version 1 calls it `b`, version 2 has it in a list.
const STEPS: [Step; 2] = [
    |value| value["b"] = value["a"].take(),
    |value| value["b"] = Value::from(vec![value["b"].take()]),
];

const FILE: &str = ".session/tracking/thing.json";

fn project(text: &str) -> (tempfile::TempDir, Store) {
    let root = tempfile::tempdir().unwrap();
    let store = Store::create(root.path()).unwrap();
    store.write(FILE, text.as_bytes(), Overwrite::Replace).unwrap();
    (root, store)
}

fn backup(store: &Store, version: u32) -> PathBuf {
    store.path(&format!(".session/tracking/.thing.json.v{version}.bak"))
}

fn touch(store: &Store) -> Result<(), Error> {
    store.update_versioned([(FILE, Some(&STEPS))], "test", |[value]| {
        value["touched"] = json!(true);
        Ok(())
    })
}

#[track_caller]
fn check_upgrade(before: &str, version: u32, expect: &Value) {
    let (_root, store) = project(before);
    let seen = store.read_versioned(FILE, Some(&STEPS)).unwrap().unwrap();
    assert_eq!(seen.value["b"], expect["b"], "reading shows the present version");
    assert_eq!(
        fs::read_to_string(store.path(FILE)).unwrap(),
        before,
        "reading writes nothing"
    );
    touch(&store).unwrap();
    assert_eq!(store.read(FILE).unwrap().unwrap().value, *expect);
    assert_eq!(fs::read_to_string(backup(&store, version)).unwrap(), before);
}

#[test]
fn an_older_file_is_brought_up_and_a_copy_is_kept() {
    check_upgrade(
        r#"{"a": 1, "x": 0}"#,
        0,
        &json!({"a": null, "x": 0, "b": [1], "schema_version": 2, "touched": true}),
    );
    check_upgrade(
        r#"{"schema_version": 1, "b": 5}"#,
        1,
        &json!({"schema_version": 2, "b": [5], "touched": true}),
    );
}

#[test]
fn the_first_copy_of_an_older_file_is_never_overwritten() {
    let (_root, store) = project(r#"{"a": 1}"#);
    fs::copy(store.path(FILE), backup(&store, 0)).unwrap();
    store.write(FILE, br#"{"a": 2}"#, Overwrite::Replace).unwrap();
    touch(&store).unwrap();
    assert_eq!(fs::read_to_string(backup(&store, 0)).unwrap(), r#"{"a": 1}"#);
}

#[test]
fn a_newer_file_is_read_with_a_notice_and_never_written() {
    let text = r#"{"schema_version": 3, "b": {"unheard": "of"}}"#;
    let (_root, store) = project(text);
    let said = Arc::new(std::sync::Mutex::new(Vec::new()));
    let ear = Arc::clone(&said);
    let store = store.on_notice(move |notice| ear.lock().unwrap().push(notice.to_string()));
    assert_eq!(
        store.read_versioned(FILE, Some(&STEPS)).unwrap().unwrap().value["b"]["unheard"],
        "of"
    );
    assert!(said.lock().unwrap()[0].contains("schema version 3 and this sdd knows 2"));
    let error = touch(&store).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NewerSchema {
                found: 3,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.exit(), crate::model::exit::Exit::Usage);
    assert_eq!(fs::read_to_string(store.path(FILE)).unwrap(), text);
}

#[test]
fn a_version_that_is_no_number_is_an_error_with_its_place() {
    let (_root, store) = project("{\n  \"schema_version\": \"2\"\n}");
    let error = touch(&store).unwrap_err().to_string();
    assert!(
        error.ends_with("thing.json:2:21: expected a whole number from 0, found a string"),
        "{error}"
    );
}

#[test]
fn the_real_state_files_have_versions_and_the_settings_have_none() {
    assert!(schema::steps_of(layout::WORK_ITEMS).is_some());
    assert!(schema::steps_of(layout::STATUS).is_some());
    assert!(schema::steps_of(layout::CONFIG).is_none());
}

const OTHER: &str = ".session/tracking/other.json";

#[track_caller]
fn both(store: &Store) -> (String, String) {
    (
        fs::read_to_string(store.path(FILE)).unwrap(),
        fs::read_to_string(store.path(OTHER)).unwrap_or_default(),
    )
}

#[test]
fn files_that_change_together_change_all_or_not_at_all() {
    let (_root, store) = project("{\"a\": 1}");
    let refused: Result<(), Error> = store.update_together([FILE, OTHER], "test", |[file, other]| {
        file["a"] = json!(2);
        *other = json!(3);
        Ok(())
    });
    assert!(matches!(refused, Err(Error::Shape { .. })), "{refused:?}");
    assert_eq!(both(&store), ("{\"a\": 1}".to_owned(), String::new()));

    let seen = store.update_together([FILE, OTHER], "test", |[file, other]| {
        file["a"] = json!(2);
        other["b"] = json!(1.5);
        Ok::<_, Error>(file["a"].clone())
    });
    assert_eq!(seen.unwrap(), json!(2));
    assert_eq!(
        both(&store),
        ("{\n  \"a\": 2\n}\n".to_owned(), "{\n  \"b\": 1.5\n}\n".to_owned())
    );
}

#[cfg(unix)]
#[test]
fn of_files_that_change_together_the_first_named_is_written_first() {
    for (rels, expect) in [([FILE, OTHER], true), ([OTHER, FILE], false)] {
        let (_root, store) = project("{\"a\": 1}");
        // It can be read, and what would be written to it is refused.
        let outside = tempfile::tempdir().unwrap();
        let elsewhere = outside.path().join("other.json");
        atomic::write(&elsewhere, b"{}").unwrap();
        std::os::unix::fs::symlink(&elsewhere, store.path(OTHER)).unwrap();
        let change = store.update_together(rels, "test", |values: [&mut Value; 2]| {
            for value in values {
                value["touched"] = json!(true);
            }
            Ok::<_, Error>(())
        });
        assert!(matches!(change, Err(Error::Outside { .. })), "{change:?}");
        assert_eq!(
            fs::read_to_string(store.path(FILE)).unwrap().contains("touched"),
            expect
        );
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "{}");
    }
}
