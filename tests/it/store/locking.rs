//! Several sdd at once: none loses an update, and the one that waits says for whom.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sdd::model::exit::Exit;
use sdd::store::{Error, layout};

use super::writer;

#[test]
fn no_update_of_several_processes_is_lost() {
    let (root, store) = writer::project();
    let mut writers: Vec<_> = (0..4).map(|_| writer::start(root.path(), 50)).collect();
    let mut last = 0;
    while writers
        .iter_mut()
        .any(|writer| writer.try_wait().unwrap().is_none())
    {
        let seen = writer::count(&store);
        assert!(seen >= last, "{seen} after {last}: a reader saw the past");
        last = seen;
    }
    for writer in &mut writers {
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(writer::count(&store), 200);
}

#[test]
fn no_update_of_several_threads_is_lost() {
    let (_root, store) = writer::project();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    writer::count_up(&store, "thread").unwrap();
                }
            });
        }
    });
    assert_eq!(writer::count(&store), 100);
}

#[test]
fn the_lock_is_waited_for_then_its_holder_is_named_and_it_dies_with_the_holder() {
    let (root, store) = writer::project();
    let said = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&said);
    let store = store
        .wait_at_most(Duration::from_millis(700))
        .on_notice(move |notice| ear.lock().unwrap().push(notice.to_string()));
    let mut holder = writer::start_holder(root.path());
    let name = format!("pid {} (sdd complete, since ", holder.id());

    let begun = Instant::now();
    let error = writer::count_up(&store, "impatient").unwrap_err();
    let took = begun.elapsed();
    assert!(
        took >= Duration::from_millis(700) && took < Duration::from_secs(5),
        "{took:?}"
    );
    assert!(
        error.to_string().starts_with(&format!("state is held by {name}")),
        "{error}"
    );
    assert!(matches!(error, Error::Locked { .. }));
    assert_eq!(error.exit(), Exit::NoVerdict);
    let notices = said.lock().unwrap().clone();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains(&name), "{notices:?}");
    assert_eq!(writer::count(&store), 0, "readers do not wait");

    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(writer::count_up(&store, "patient").unwrap(), 1);
}

#[test]
fn a_waiter_goes_on_as_soon_as_the_lock_is_free() {
    let (root, store) = writer::project();
    let mut holder = writer::start_holder(root.path());
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| writer::count_up(&store, "patient").unwrap());
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiter.is_finished());
        holder.kill().unwrap();
        holder.wait().unwrap();
        assert_eq!(waiter.join().unwrap(), 1);
    });
}

#[cfg(unix)]
#[test]
fn the_lock_file_is_never_another_file() {
    use std::os::unix::fs::MetadataExt;
    let (_root, store) = writer::project();
    let path = store.path(layout::LOCK);
    writer::count_up(&store, "first").unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    writer::count_up(&store, "second").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().ino(), before);

    fs::remove_file(&path).unwrap();
    let elsewhere = store.path("elsewhere");
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    let error = writer::count_up(&store, "third").unwrap_err();
    assert_eq!(error.exit(), Exit::NoVerdict);
    assert!(!elsewhere.exists());
    assert_eq!(writer::count(&store), 2);
}

#[test]
fn a_change_that_fails_leaves_the_file_and_the_lock() {
    let (_root, store) = writer::project();
    let before = fs::read(store.path(layout::WORK_ITEMS)).unwrap();
    let refused: Result<(), Error> = store.update(layout::WORK_ITEMS, "test", |value| {
        value["count"] = 99.into();
        Err(Error::NotFound { root: "x".into() })
    });
    assert!(matches!(refused, Err(Error::NotFound { .. })));
    assert_eq!(fs::read(store.path(layout::WORK_ITEMS)).unwrap(), before);
    let store = store.wait_at_most(Duration::ZERO);
    assert_eq!(writer::count_up(&store, "next").unwrap(), 1);
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there() {
    let (root, store) = writer::project();
    let mut acknowledged = 0;
    for round in 0..12_u64 {
        let mut child = writer::command(root.path())
            .env("SDD_TEST_WRITER_COUNT", "100000")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(30 + round * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        for line in said.lines() {
            acknowledged = line.unwrap().parse().unwrap_or(acknowledged);
        }
        let count = writer::count(&store);
        assert!(
            count == acknowledged || count == acknowledged + 1,
            "{count}, acknowledged {acknowledged}"
        );
        acknowledged = count;
    }
    assert!(acknowledged > 0, "no round got as far as one update");
}
