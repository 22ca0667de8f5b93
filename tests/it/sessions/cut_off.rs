//! Sessions that are cut off: by a signal, and by a kill between the two files that change together.

#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use rustix::process::Signal;
use serde_json::json;

use super::{LATEST, STATUS, WORK_ITEMS, item, project, read, settings, standing};
use crate::support::Sandbox;

#[test]
fn a_run_that_is_cancelled_changes_nothing_of_the_session() {
    let rule = json!([{"type": "command", "name": "long", "required": true,
                       "command": {"shell": "touch began; sleep 300"}}]);
    for args in [vec!["complete"], vec!["complete", "--incomplete"]] {
        let sandbox = project(&["feature_a"]).config(&settings(&rule));
        sandbox.sdd(["start"]).expect_code(0);
        let before = (sandbox.read(STATUS), sandbox.read(WORK_ITEMS));
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_sdd").as_ref());
        command.args(&args);
        let mut running = sandbox.start_command(command);
        running.wait_for(&sandbox.path("began"));
        running.signal(Signal::INT);
        let answer = running.wait();
        answer.expect_code(130);
        assert!(
            answer
                .stderr
                .contains("session 1 stays open: the run was cut off"),
            "{}",
            answer.stderr
        );
        assert_eq!(
            (sandbox.read(STATUS), sandbox.read(WORK_ITEMS)),
            before,
            "{args:?}"
        );
        assert_eq!(read(&sandbox, LATEST)["cancelled_by"], "SIGINT");
        assert!(!sandbox.path(".session/reports/session_001.json").exists());
        assert!(!sandbox.path(".session/history/session_001_summary.md").exists());
        sandbox.assert_no_process_left();
    }
}

/// The calls that put a file in its place; which of them is used is the business of libraries.
const RENAMES: &str = "rename,renameat,renameat2";

/// Runs sdd under the tracer, which kills it where it is about to put a file in its place.
fn killed_before(sandbox: &Sandbox, args: &[&str], file: &str) -> Output {
    let (call, nth) = place_of(sandbox, args, file);
    let rule = format!("inject={call}:signal=KILL:when={nth}");
    traced(sandbox, args, &["-e", &rule])
}

/// The call that puts this file in its place, and which one it is of its name, as a run in a copy of the project shows.
fn place_of(sandbox: &Sandbox, args: &[&str], file: &str) -> (String, usize) {
    let copy = Sandbox::new();
    copy_tree(sandbox.project(), copy.project());
    let output = traced(&copy, args, &[]);
    assert!(output.status.success(), "{output:?}");
    let log = std::fs::read_to_string(copy.beside("streams").join("trace.log")).unwrap();
    let target = format!("/{file}\"");
    let calls: Vec<&str> = log.lines().filter(|line| line.starts_with("rename")).collect();
    let at = calls.iter().position(|line| line.contains(&target));
    let at = at.unwrap_or_else(|| panic!("nothing renames {file}:\n{log}"));
    let name = calls[at].split('(').next().unwrap();
    let same = |line: &&&str| line.split('(').next() == Some(name);
    (name.to_owned(), calls[..=at].iter().filter(same).count())
}

fn traced(sandbox: &Sandbox, args: &[&str], options: &[&str]) -> Output {
    // Only sdd's own thread writes state, so its children need not be followed.
    let mut command = sandbox.command(&which::which("strace").unwrap());
    command
        .args(["-s", "4096", "-e", &format!("trace={RENAMES}"), "-o"])
        .arg(sandbox.beside("streams").join("trace.log"))
        .args(options)
        .arg(env!("CARGO_BIN_EXE_sdd"))
        .args(args)
        .stdin(Stdio::null());
    command.output().unwrap()
}

fn copy_tree(from: &Path, to: &Path) {
    let entries: Vec<PathBuf> = std::fs::read_dir(from)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for path in entries {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_tree(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[track_caller]
fn is_killed(output: &Output) {
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
}

#[test]
fn a_start_that_is_killed_between_its_two_files_is_put_right_by_the_next() {
    let sandbox = project(&["feature_a"]);
    is_killed(&killed_before(&sandbox, &["start"], WORK_ITEMS));
    assert_eq!(
        standing(&sandbox),
        (json!(1), json!("feature_a"), true),
        "the state comes first"
    );
    assert_eq!(item(&sandbox, "feature_a")["status"], "not_started");

    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(standing(&sandbox), (json!(1), json!("feature_a"), true));
    let begun = item(&sandbox, "feature_a");
    assert_eq!(begun["status"], "in_progress");
    assert_eq!(begun["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(
        begun["sessions"][0]["started_at"],
        read(&sandbox, STATUS)["started_at"]
    );
}

#[test]
fn a_start_that_is_killed_before_anything_is_written_has_not_begun() {
    let sandbox = project(&["feature_a"]);
    is_killed(&killed_before(&sandbox, &["start"], STATUS));
    assert!(!sandbox.path(STATUS).exists());
    assert_eq!(item(&sandbox, "feature_a")["status"], "not_started");
    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(standing(&sandbox).0, json!(1));
}

#[test]
fn an_end_that_is_killed_between_its_two_files_is_put_right_by_the_next() {
    let sandbox = project(&["feature_a", "feature_b"]).file("done.txt", "x");
    sandbox.sdd(["start", "feature_a"]).expect_code(0);
    is_killed(&killed_before(&sandbox, &["complete"], STATUS));
    assert_eq!(
        item(&sandbox, "feature_a")["status"],
        "completed",
        "the item comes first"
    );
    assert!(standing(&sandbox).2, "the session is still open");

    // It does not go on by itself, and no other begins.
    let start = sandbox.sdd(["start"]);
    start.expect_code(2);
    assert!(
        start
            .stderr
            .contains("session 1 is open, and its item feature_a is completed"),
        "{}",
        start.stderr
    );
    sandbox.sdd(["start", "feature_b"]).expect_code(2);

    sandbox.sdd(["complete"]).expect_code(0);
    assert_eq!(standing(&sandbox), (json!(1), json!("feature_a"), false));
    let ended = item(&sandbox, "feature_a");
    assert_eq!(ended["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(ended["update_history"].as_array().unwrap().len(), 2);
    sandbox.sdd(["start"]).expect_code(0);
    assert_eq!(standing(&sandbox), (json!(2), json!("feature_b"), true));
}

#[test]
fn an_end_that_is_killed_before_its_summary_is_made_again() {
    let sandbox = project(&["feature_a"]).file("done.txt", "x");
    sandbox.sdd(["start"]).expect_code(0);
    is_killed(&killed_before(
        &sandbox,
        &["complete"],
        ".session/history/session_001_summary.md",
    ));
    assert!(standing(&sandbox).2);
    assert_eq!(item(&sandbox, "feature_a")["status"], "in_progress");
    sandbox.sdd(["complete"]).expect_code(0);
    assert!(sandbox.path(".session/history/session_001_summary.md").exists());
    assert!(!standing(&sandbox).2);
}
