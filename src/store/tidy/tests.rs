use super::*;

fn write(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::File::create(path).unwrap();
}

#[test]
fn temp_files_of_killed_processes_go_and_everything_else_stays() {
    let root = tempfile::tempdir().unwrap();
    let temps = [
        ".session/.config.json.sdd-tmp-aB3xYz",
        ".session/tracking/.work_items.json.sdd-tmp-aB3xYz",
        ".session/deployments/staging/.plan.json.sdd-tmp-aB3xYz",
        "..gitignore.sdd-tmp-aB3xYz",
    ];
    let others = [
        ".session/tracking/.work_items.json.prev",
        ".session/tracking/work_items.json",
        ".session/runs/20200101T000000.000Z-abcdef/.x.sdd-tmp-aB3xYz",
        ".session/specs/about.sdd-tmp-files.md",
        "src/.a.sdd-tmp-aB3xYz",
    ];
    for rel in temps.iter().chain(&others) {
        write(&root.path().join(rel));
    }
    let now = SystemTime::now();
    assert_eq!(
        sweep_all(root.path(), now + Duration::from_secs(60 * 59)),
        0,
        "too young"
    );
    assert_eq!(
        sweep_all(root.path(), now - Duration::from_secs(60 * 61)),
        0,
        "the clock was set back"
    );
    assert_eq!(
        sweep_all(root.path(), now + Duration::from_secs(60 * 61)),
        temps.len()
    );
    for rel in temps {
        assert!(!root.path().join(rel).exists(), "{rel}");
    }
    for rel in others {
        assert!(root.path().join(rel).exists(), "{rel}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_neither_followed_nor_swept() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let theirs = outside.path().join(".a.sdd-tmp-aB3xYz");
    write(&theirs);
    fs::create_dir(root.path().join(".session")).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join(".session/away")).unwrap();
    std::os::unix::fs::symlink(&theirs, root.path().join(".session/.b.sdd-tmp-aB3xYz")).unwrap();
    assert_eq!(
        sweep_all(root.path(), SystemTime::now() + Duration::from_secs(7_200)),
        0
    );
    assert!(theirs.exists());
}

#[test]
fn a_project_without_a_session_directory_has_nothing_to_tidy() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(tidy(root.path(), SystemTime::now()), Tidied::default());
}
