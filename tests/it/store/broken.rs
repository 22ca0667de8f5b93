//! Files that are not what they should be: named by line and column, and left as they are.

use std::fs;
use std::path::PathBuf;

use sdd::model::exit::Exit;
use sdd::store::{Error, Overwrite, Store, layout};

use super::writer;

/// Reading and changing such a file is refused in the same words, and its bytes stay.
#[track_caller]
fn refused(bytes: &[u8], expect: &str) {
    let (_root, store) = writer::project();
    let path = store.path(layout::WORK_ITEMS);
    fs::remove_file(&path).unwrap();
    store
        .write(layout::WORK_ITEMS, bytes, Overwrite::Replace)
        .unwrap();
    let read = store.read(layout::WORK_ITEMS).unwrap_err();
    let changed = writer::count_up(&store, "test").unwrap_err();
    for error in [&read, &changed] {
        assert_eq!(error.to_string(), format!("{}{expect}", path.display()));
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.hint().is_some());
    }
    assert_eq!(fs::read(&path).unwrap(), bytes, "the file was touched");
    let others = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(others, 1, "something was left beside it");
}

#[test]
fn broken_files_are_named_by_place_and_left_alone() {
    refused(b"", ":1:1: the file is empty");
    refused(
        b"{\"metadata\": {},\n \"work_items\": {\n",
        ":3:1: EOF while parsing an object",
    );
    refused(b"{\n  \"a\": 1,\n}\n", ":3:1: trailing comma");
    refused(
        b"{\n<<<<<<< ours\n",
        ":2:1: this is the mark of an unresolved merge conflict",
    );
    refused(
        b"[{\"id\": \"WI-001\"}]",
        ":1:1: expected an object, found an array",
    );
    refused(
        b"{\"a\": 1,\n \"a\": 2}",
        ":2:2: the key `a` stands here a second time",
    );
    refused(b"{\"a\": \"caf\xe9\"}", ":1:11: this byte is not UTF-8");
}

#[test]
fn the_newest_readable_copy_is_named_to_restore_from() {
    let (_root, store) = writer::project();
    writer::count_up(&store, "test").unwrap();
    let path = store.path(layout::WORK_ITEMS);
    let copy = |name: &str| path.with_file_name(name);
    fs::File::create(copy(".work_items.json.v3.bak")).unwrap();
    fs::copy(&path, copy("work_items.json.bak")).unwrap();
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(86_400);
    fs::File::options()
        .write(true)
        .open(copy("work_items.json.bak"))
        .unwrap()
        .set_modified(yesterday)
        .unwrap();
    fs::remove_file(&path).unwrap();
    fs::File::create(&path).unwrap();

    let error = store.read(layout::WORK_ITEMS).unwrap_err();
    let Error::Broken { candidates, .. } = &error else {
        panic!("{error}")
    };
    let expect: [PathBuf; 2] = [copy(".work_items.json.prev"), copy("work_items.json.bak")];
    assert_eq!(
        candidates[..],
        expect,
        "the newest first, the unreadable one not at all"
    );
    let hint = error.hint().unwrap();
    assert!(
        hint.contains(&format!("cp {} {}", expect[0].display(), path.display())),
        "{hint}"
    );
}

#[test]
fn without_a_copy_a_committed_file_is_named_where_there_may_be_one() {
    let (_root, store) = writer::project();
    store.write(layout::STATUS, b"{", Overwrite::Replace).unwrap();
    let hint = || store.read(layout::STATUS).unwrap_err().hint().unwrap();
    assert!(
        hint().ends_with("no copy of it was found; correct it"),
        "{}",
        hint()
    );
    std::fs::create_dir(store.root().join(".git")).unwrap();
    // Whether it was committed is not known here.
    assert!(
        hint().contains("if it was committed, restore that: git checkout HEAD -- "),
        "{}",
        hint()
    );
}

#[test]
fn a_file_too_large_for_state_is_not_read_into_memory() {
    let (_root, store) = writer::project();
    fs::File::create(store.path(layout::STATUS))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let error = store.read(layout::STATUS).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn what_is_no_file_is_said_to_be_none() {
    let (_root, store) = writer::project();
    fs::create_dir(store.path(layout::STATUS)).unwrap();
    let error = store.read(layout::STATUS).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("status_update.json is not a regular file"),
        "{error}"
    );
    let error = store
        .write(layout::STATUS, b"{}", Overwrite::Replace)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("status_update.json is not a regular file"),
        "{error}"
    );
}

#[test]
fn a_project_without_a_session_directory_is_not_found() {
    let root = tempfile::tempdir().unwrap();
    let error = Store::open(root.path()).unwrap_err();
    assert_eq!(error.exit(), Exit::NotFound);
    assert!(error.hint().unwrap().contains("sdd init"));
    fs::File::create(root.path().join(".session")).unwrap();
    let error = Store::open(root.path()).unwrap_err();
    assert!(
        error.to_string().ends_with(".session is not a directory"),
        "{error}"
    );
    let error = Store::create(root.path()).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage, "{error}");
    assert!(
        error.to_string().ends_with(".session is not a directory"),
        "{error}"
    );
}
