//! What a write does to the files around it: modes, links, copies, names that lead elsewhere.

use std::fs;
use std::path::Path;

use sdd::store::{Error, Overwrite, Store, Written, atomic, layout, read_inside};
use serde_json::json;

use super::writer;

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn text(store: &Store, rel: &str) -> String {
    fs::read_to_string(store.path(rel)).unwrap()
}

#[test]
fn a_write_says_what_became_of_the_file() {
    let (_root, store) = writer::project();
    let report = &layout::report(7);
    assert_eq!(
        store.write(report, b"one", Overwrite::Replace).unwrap(),
        Written::New
    );
    assert_eq!(
        store.write(report, b"two", Overwrite::Replace).unwrap(),
        Written::Replaced
    );
    assert_eq!(
        store.write(report, b"two", Overwrite::Replace).unwrap(),
        Written::Unchanged
    );
    assert_eq!(
        store.write(report, b"three", Overwrite::KeepExisting).unwrap(),
        Written::Kept
    );
    assert_eq!(text(&store, report), "two");
    let new = ".claude/commands/start.md";
    assert_eq!(
        store.write(new, b"made", Overwrite::KeepExisting).unwrap(),
        Written::New
    );
    assert_eq!(text(&store, new), "made");
    assert_eq!(
        names(&store.path(layout::REPORTS)),
        ["session_007.json"],
        "reports have no copies"
    );
}

#[test]
fn a_change_keeps_the_state_before_it() {
    let (_root, store) = writer::project();
    writer::count_up(&store, "test").unwrap();
    writer::count_up(&store, "test").unwrap();
    let previous = store
        .read(".session/tracking/.work_items.json.prev")
        .unwrap()
        .unwrap();
    assert_eq!(previous.value["count"], 1);
    assert_eq!(writer::count(&store), 2);
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let (_root, store) = writer::project();
    store
        .write(layout::STATUS, b"{\"status\":   \"idle\"}", Overwrite::Replace)
        .unwrap();
    let unchanged: Result<(), Error> = store.update(layout::STATUS, "test", |value| {
        value["status"] = json!("idle");
        Ok(())
    });
    unchanged.unwrap();
    assert_eq!(text(&store, layout::STATUS), "{\"status\":   \"idle\"}");
    assert_eq!(
        names(&store.path(".session/tracking")),
        ["status_update.json", "work_items.json"]
    );
}

#[test]
fn a_file_that_is_not_there_begins_empty() {
    let (_root, store) = writer::project();
    let made: Result<(), Error> = store.update(layout::STATUS, "test", |value| {
        assert_eq!(*value, json!({}));
        value["status"] = json!("in_progress");
        Ok(())
    });
    made.unwrap();
    assert_eq!(
        text(&store, layout::STATUS),
        "{\n  \"status\": \"in_progress\"\n}\n"
    );
    assert!(store.read(".session/nothing.json").unwrap().is_none());
}

/// As the Python generations wrote it: escapes, naive stamps, fields that nobody here knows, their order.
#[test]
fn one_changed_field_is_one_changed_line() {
    let before = "{\n  \"metadata\": {\n    \"total_items\": 1,\n    \"x_ratio\": 1.10\n  },\n  \"milestones\": {},\n  \
                  \"work_items\": {\n    \"feature_user_auth\": {\n      \"zeta\": [],\n      \"title\": \"Caf\\u00e9 \
                  \\u2192 login\",\n      \"status\": \"not_started\",\n      \"created_at\": \
                  \"2025-10-15T10:00:00.123456\",\n      \"ids\": [\n        123456789012345678901234567890,\n        \
                  2.50\n      ]\n    }\n  }\n}\n";
    let (_root, store) = writer::project();
    store
        .write(layout::WORK_ITEMS, before.as_bytes(), Overwrite::Replace)
        .unwrap();
    let changed: Result<(), Error> = store.update(layout::WORK_ITEMS, "test", |value| {
        value["work_items"]["feature_user_auth"]["status"] = json!("in_progress");
        Ok(())
    });
    changed.unwrap();
    assert_eq!(
        text(&store, layout::WORK_ITEMS),
        before.replace("not_started", "in_progress")
    );
}

#[test]
fn the_last_session_is_read_from_the_names_of_all_kinds() {
    let (_root, store) = writer::project();
    assert_eq!(store.last_session(), 0);
    for (rel, last) in [
        (layout::briefing(2), 2),
        (layout::summary(1), 2),
        (layout::report(11), 11),
        (".session/history/session_x.md".to_owned(), 11),
        (layout::LATEST_REPORT.to_owned(), 11),
    ] {
        store.write(&rel, b"not even JSON", Overwrite::Replace).unwrap();
        assert_eq!(store.last_session(), last, "{rel}");
    }
    fs::remove_dir_all(store.path(layout::HISTORY)).unwrap();
    assert_eq!(store.last_session(), 11);
}

#[test]
fn names_that_lead_out_of_the_project_are_refused() {
    let (root, store) = writer::project();
    let outside = root.path().join("../sdd-outside.json");
    let absolute = outside.to_str().unwrap();
    for rel in ["../sdd-outside.json", ".session/../../sdd-outside.json", absolute] {
        let error = store.write(rel, b"{}", Overwrite::Replace).unwrap_err();
        assert!(matches!(error, Error::Outside { .. }), "{rel}: {error}");
        assert!(!outside.exists());
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_stays_and_a_new_file_has_what_the_umask_leaves() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("f");
        fs::File::create(root.path().join("plain")).unwrap();
        atomic::write(&path, b"new").unwrap();
        assert_eq!(mode(&path), mode(&root.path().join("plain")));
        for bits in [0o640, 0o444, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).unwrap();
            atomic::write(&path, format!("{bits}").as_bytes()).unwrap();
            assert_eq!(mode(&path), bits);
        }
        assert_eq!(
            atomic::create_new(&root.path().join("g"), b"x").unwrap(),
            Written::New
        );
        assert_eq!(mode(&root.path().join("g")), mode(&root.path().join("plain")));
        assert_eq!(names(root.path()), ["f", "g", "plain"]);
    }

    #[test]
    fn the_owner_stays_when_root_writes() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("f");
        atomic::write(&path, b"one").unwrap();
        // Only root may give files away; for everybody else the owner is their own.
        let owner = if std::os::unix::fs::chown(&path, Some(12_345), Some(12_345)).is_ok() {
            12_345
        } else {
            fs::metadata(root.path()).unwrap().uid()
        };
        atomic::write(&path, b"two").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().uid(), owner);
    }

    #[test]
    fn a_link_inside_the_project_is_followed_and_stays_a_link() {
        let (_root, store) = writer::project();
        let real = store.path("elsewhere.json");
        fs::copy(store.path(layout::WORK_ITEMS), &real).unwrap();
        fs::remove_file(store.path(layout::WORK_ITEMS)).unwrap();
        symlink("../../elsewhere.json", store.path(layout::WORK_ITEMS)).unwrap();
        assert_eq!(writer::count_up(&store, "test").unwrap(), 1);
        assert!(
            store
                .path(layout::WORK_ITEMS)
                .symlink_metadata()
                .unwrap()
                .is_symlink()
        );
        assert!(fs::read_to_string(&real).unwrap().contains("\"count\": 1"));
        assert!(
            store.path(".elsewhere.json.prev").exists(),
            "the copy lies beside the file itself"
        );
    }

    #[track_caller]
    fn refused_as_outside(store: &Store, rel: &str, elsewhere: &Path) {
        let before = names(elsewhere);
        for overwrite in [Overwrite::Replace, Overwrite::KeepExisting] {
            match store.write(rel, b"{\"new\": 1}", overwrite) {
                Err(Error::Outside { .. }) | Ok(Written::Kept) => {}
                other => panic!("{rel}: {other:?}"),
            }
        }
        let error = store
            .update(rel, "test", |value| {
                value["new"] = json!(1);
                Ok::<_, Error>(())
            })
            .unwrap_err();
        assert!(matches!(error, Error::Outside { .. }), "{rel}: {error}");
        assert_eq!(names(elsewhere), before);
    }

    #[test]
    fn links_that_lead_out_of_the_project_are_refused() {
        let (_root, store) = writer::project();
        let elsewhere = tempfile::tempdir().unwrap();
        let file = elsewhere.path().join("theirs.json");
        fs::File::create_new(&file).unwrap();
        atomic::write(&file, b"{}").unwrap();
        symlink(&file, store.path(".session/link.json")).unwrap();
        symlink(elsewhere.path(), store.path(".session/away")).unwrap();
        refused_as_outside(&store, ".session/link.json", elsewhere.path());
        refused_as_outside(&store, ".session/away/new.json", elsewhere.path());
        refused_as_outside(&store, ".session/away/deep/new.json", elsewhere.path());
        assert_eq!(fs::read(&file).unwrap(), b"{}");
        fs::remove_dir(store.path(layout::RUNS)).unwrap();
        symlink(elsewhere.path(), store.path(layout::RUNS)).unwrap();
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(matches!(store.new_run(now), Err(Error::Outside { .. })));
        let old = elsewhere.path().join("20200101T000000.000Z-abcdef");
        fs::create_dir(&old).unwrap();
        fs::File::create(old.join(".owner")).unwrap();
        for n in 0..30 {
            fs::create_dir(elsewhere.path().join(format!("20210101T000000.0{n:02}Z-abcdef"))).unwrap();
        }
        store.tidy();
        assert!(old.exists(), "runs of others were pruned");
    }

    #[test]
    fn a_session_directory_that_leads_out_of_the_project_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), root.path().join(".session")).unwrap();
        assert!(matches!(Store::open(root.path()), Err(Error::Outside { .. })));
        assert!(matches!(Store::create(root.path()), Err(Error::Outside { .. })));
        assert_eq!(names(elsewhere.path()), [""; 0]);
    }

    #[test]
    fn a_link_to_nothing_counts_as_something_that_is_there() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("link");
        symlink("nowhere", &link).unwrap();
        assert_eq!(atomic::create_new(&link, b"x").unwrap(), Written::Kept);
        assert!(atomic::write(&link, b"x").is_err());
        assert_eq!(names(root.path()), ["link"]);
    }

    #[test]
    fn devices_and_pipes_are_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let socket = root.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for path in [Path::new("/dev/null"), &socket] {
            let error = atomic::write(path, b"x").unwrap_err();
            assert!(matches!(error, Error::NotA { .. }), "{error}");
        }
        assert_eq!(names(root.path()), ["socket"]);
    }
}

#[test]
fn a_run_directory_is_made_in_the_project_and_outlives_the_value() {
    let (_root, store) = writer::project();
    fs::remove_dir(store.path(layout::RUNS)).unwrap();
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 123_000_000).unwrap();
    let run = store.new_run(now).unwrap();
    assert!(run.id().starts_with("20270115T080000.123Z-"), "{}", run.id());
    assert_eq!(run.path(), store.path(layout::RUNS).join(run.id()));
    let path = run.path().to_owned();
    drop(run);
    assert!(path.is_dir());
}

#[cfg(unix)]
#[test]
fn a_file_is_removed_only_inside_of_the_project() {
    let (_root, store) = writer::project();
    let outside = tempfile::tempdir().unwrap();
    let kept = outside.path().join("kept.md");
    atomic::write(&kept, b"of somebody").unwrap();
    std::os::unix::fs::symlink(outside.path(), store.path("linked")).unwrap();
    std::os::unix::fs::symlink(&kept, store.path("link.md")).unwrap();
    for rel in ["../kept.md", "linked/kept.md", kept.to_str().unwrap()] {
        assert!(matches!(store.remove(rel), Err(Error::Outside { .. })), "{rel}");
        assert!(
            matches!(read_inside(store.root(), rel, 100), Err(Error::Outside { .. })),
            "{rel}"
        );
    }
    let linked = read_inside(store.root(), "link.md", 100);
    assert!(matches!(linked, Err(Error::Outside { .. })), "{linked:?}");
    assert!(store.remove("link.md").unwrap(), "the link goes");
    assert!(kept.exists(), "and not what it leads to");
    let spec = &layout::spec("x");
    store.write(spec, b"# X", Overwrite::Replace).unwrap();
    assert_eq!(read_inside(store.root(), spec, 100).unwrap().unwrap(), b"# X");
    assert!(store.remove(spec).unwrap());
    assert!(!store.remove(spec).unwrap(), "there is none any more");
    assert!(matches!(store.remove(layout::SPECS), Err(Error::NotA { .. })));
}
