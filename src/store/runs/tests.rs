use chrono::TimeZone;

use super::*;

fn moment(seconds: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 13, 35, seconds).unwrap()
}

fn left(runs: &Path) -> Vec<String> {
    let mut names: Vec<String> = directories(runs).collect();
    names.sort();
    names
}

/// By the time of this, an unmarked directory made now has settled.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3_600)
}

#[test]
fn ids_sort_by_time_and_differ_within_one_millisecond() {
    let root = tempfile::tempdir().unwrap();
    let runs: Vec<Run> = (0..50)
        .map(|n| Run::create(root.path(), moment(n / 10)).unwrap())
        .collect();
    let mut ids: Vec<&str> = runs.iter().map(Run::id).collect();
    assert!(ids[0].starts_with("20261120T133500.000Z-"), "{}", ids[0]);
    assert!(ids.iter().all(|id| is_id(id)), "{ids:?}");
    let moments: Vec<&str> = ids.iter().map(|id| &id[..20]).collect();
    assert!(moments.is_sorted());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 50);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_a_run() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    for run in [
        Run::create(root.path(), moment(0)).unwrap(),
        Run::temporary(moment(0)).unwrap(),
    ] {
        let mode = fs::metadata(run.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", run.path().display());
    }
}

#[test]
fn the_newest_runs_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..8)
        .map(|n| Run::create(root.path(), moment(n)).unwrap().id().to_owned())
        .collect();
    assert_eq!(prune(root.path(), 3, later()), 5);
    assert_eq!(left(root.path()), ids[5..]);
    assert_eq!(prune(root.path(), 3, later()), 0);
}

#[test]
fn a_run_whose_owner_lives_is_never_removed() {
    let root = tempfile::tempdir().unwrap();
    let oldest = Run::create(root.path(), moment(0)).unwrap();
    let ids: Vec<String> = (1..5)
        .map(|n| Run::create(root.path(), moment(n)).unwrap().id().to_owned())
        .collect();
    assert_eq!(prune(root.path(), 2, later()), 2);
    assert_eq!(left(root.path()), [oldest.id(), ids[2].as_str(), ids[3].as_str()]);
    drop(oldest);
    assert_eq!(prune(root.path(), 2, later()), 1);
    assert_eq!(left(root.path()), ids[2..]);
}

#[test]
fn a_run_that_is_just_being_made_is_not_removed() {
    let root = tempfile::tempdir().unwrap();
    let unmarked = root.path().join("20200101T000000.000Z-abcdef");
    fs::create_dir(&unmarked).unwrap();
    assert_eq!(prune(root.path(), 0, SystemTime::now()), 0);
    assert!(unmarked.is_dir());
    assert_eq!(prune(root.path(), 0, later()), 1);
    assert!(!unmarked.exists());
}

#[test]
fn what_is_no_run_is_never_removed() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    for name in [
        "notes",
        "20200101T000000.000Z-../x",
        "20200101T000000.000Zxabcdef",
    ] {
        fs::create_dir_all(root.path().join(name)).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), root.path().join("20200101T000000.000Z-link00")).unwrap();
    let before = left(root.path());
    assert_eq!(prune(root.path(), 0, later()), 0);
    assert_eq!(left(root.path()), before);
    assert!(outside.path().is_dir());
}

#[test]
fn a_temporary_run_is_gone_when_it_is_dropped() {
    let run = Run::temporary(moment(0)).unwrap();
    fs::create_dir(run.path().join("deep")).unwrap();
    File::create(run.path().join("deep/tool.log")).unwrap();
    assert!(is_id(run.id()), "{}", run.id());
    let path = run.path().to_owned();
    drop(run);
    assert!(!path.exists());
}
