//! Every call of one change that alters anything fails once, in four ways: the state is the old one or the new
//! one, never a third, and what was acknowledged is there.
//!
//! A kill tests what other processes see. What a power loss leaves is decided by the order of the calls, which
//! one test reads from the recording.

#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sdd::store::{Store, layout};

use super::writer;

/// The calls that alter anything or open what is altered.
const CALLS: &str = "openat,write,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,fchmod,\
                     fchown,ftruncate,flock";

/// One call of the recording.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    /// Which one it is of its name in its thread, from 1: what the tracer counts by.
    nth: usize,
    text: String,
}

/// Runs the second process under the tracer; the lines of its log come back with its end.
fn traced(root: &Path, options: &[&str]) -> (Output, String) {
    let log = root.join("trace.log");
    let writer = writer::command(root);
    #[expect(clippy::disallowed_methods, reason = "the tracer is the test's tool")]
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-y", "-s", "4096", "-o"])
        .arg(&log)
        .args(options);
    strace.arg(writer.get_program()).args(writer.get_args());
    for (name, value) in writer.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    let output = strace
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("strace: {error}"));
    (output, fs::read_to_string(&log).unwrap_or_default())
}

/// The calls of one change that concern the project, in order.
fn record() -> Vec<Call> {
    let (root, store) = writer::project();
    let (output, log) = traced(root.path(), &["-e", &format!("trace={CALLS}")]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(writer::count(&store), 1);
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let (mut calls, mut writer) = (Vec::new(), None);
    for line in log.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let Some((name, _)) = call.trim_start().split_once('(') else {
            continue;
        };
        let nth = seen.entry((thread, name)).or_default();
        *nth += 1;
        if call.contains("/.session/") {
            writer = Some(thread);
            let text = call.trim_start().to_owned();
            calls.push(Call {
                name: name.to_owned(),
                nth: *nth,
                text,
            });
        }
    }
    // The fault is injected into the n-th call of each thread: nobody else may get as far.
    for call in &calls {
        let others = seen
            .iter()
            .filter(|((thread, name), _)| Some(*thread) != writer && *name == call.name);
        assert!(
            others.map(|(_, count)| *count).all(|count| count < call.nth),
            "{call:?} in\n{log}"
        );
    }
    calls
}

/// What stands in the project afterwards: the count and the temp files.
fn look(store: &Store) -> (u64, Vec<String>) {
    let directory = store.path(".session/tracking");
    let temps = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".sdd-tmp-"))
        .collect();
    (writer::count(store), temps)
}

/// Injects one fault and checks everything that must hold after any of them. Gives the process's end and the
/// count that is on disk.
#[track_caller]
fn inject(call: &Call, fault: &str) -> (Output, u64) {
    let (root, store) = writer::project();
    writer::count_up(&store, "the one before").unwrap();
    let trace = format!("trace={}", call.name);
    let rule = format!("inject={}:{fault}:when={}", call.name, call.nth);
    let mut options = vec!["-e", &trace, "-e", &rule];
    if fault.starts_with("error=") {
        // Ten times as fast; signals do not come through with it.
        options.push("--seccomp-bpf");
    }
    let (output, log) = traced(root.path(), &options);
    let context = format!("{fault} at {}", call.text);
    let hit = |line: &str| line.contains("(INJECTED)") && line.contains("/.session/");
    // The tracer ends as its child did.
    let killed = output.status.signal() == Some(9);
    assert_eq!(killed, fault == "signal=KILL", "{context}: {output:?}");
    assert!(
        killed || log.lines().any(hit),
        "the fault was not reached: {context}\n{log}"
    );

    let (count, temps) = look(&store);
    assert!(count == 1 || count == 2, "{context}: a third state, {count}");
    if !killed {
        assert_eq!(count == 2, output.status.success(), "{context}: {output:?}");
        assert!(temps.is_empty(), "{context}: {temps:?}");
    }
    let previous = store
        .read(".session/tracking/.work_items.json.prev")
        .unwrap()
        .unwrap();
    assert!(previous.value["count"].as_u64().unwrap() <= count, "{context}");
    assert_eq!(
        writer::count_up(&store, "the next").unwrap(),
        count + 1,
        "{context}: the next change"
    );
    (output, count)
}

/// Lets one call fail in every way; gives the count that is on disk after a kill there.
fn sweep(call: &Call) -> u64 {
    for fault in ["error=EIO", "error=ENOSPC"] {
        inject(call, fault);
    }
    let (output, count) = inject(call, "error=EINTR");
    let again = output.status.success() && count == 2;
    assert!(again, "an interrupted call is made again: {}", call.text);
    inject(call, "signal=KILL").1
}

#[test]
fn every_call_of_a_change_may_fail_or_be_the_last() {
    let calls = record();
    assert!(calls.len() >= 12, "{calls:#?}");
    // The tracer and the disk are waited for most of the time.
    let after_kill: Vec<u64> = std::thread::scope(|scope| {
        let sweeps: Vec<_> = calls.iter().map(|call| scope.spawn(|| sweep(call))).collect();
        sweeps.into_iter().map(|sweep| sweep.join().unwrap()).collect()
    });
    assert!(
        after_kill.is_sorted(),
        "once it is new it stays new: {after_kill:?}"
    );
    assert_eq!(after_kill.first(), Some(&1));
    assert_eq!(after_kill.last(), Some(&2));
}

#[test]
fn a_project_that_cannot_be_written_to_gives_no_verdict() {
    let calls = record();
    let temp = calls
        .iter()
        .find(|call| call.name == "openat" && call.text.contains(".sdd-tmp-"))
        .unwrap();
    let lock = calls.iter().find(|call| call.text.contains("/.lock")).unwrap();
    for (call, what) in [(temp, "cannot write beside"), (lock, "cannot open")] {
        for fault in ["error=EACCES", "error=EROFS"] {
            let (output, count) = inject(call, fault);
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                said.contains("exit 3: ") && said.contains(what),
                "{fault}: {said}"
            );
            assert_eq!(count, 1);
        }
    }
}

#[test]
fn a_file_system_without_links_still_keeps_the_state_before() {
    let link = record()
        .into_iter()
        .find(|call| call.name.starts_with("link"))
        .unwrap();
    for fault in ["error=EPERM", "error=EOPNOTSUPP", "error=EMLINK"] {
        let (output, count) = inject(&link, fault);
        assert!(output.status.success() && count == 2, "{fault}");
    }
}

/// Old data may be lost to a power failure only when the new data is on the disk: bytes first, then the name,
/// then the directory.
#[test]
fn the_order_of_the_calls_survives_a_power_loss() {
    let calls = record();
    let target = format!("/{}\"", layout::WORK_ITEMS);
    let at = |found: &dyn Fn(&str) -> bool| calls.iter().position(|call| found(&call.text)).unwrap();
    let written = at(&|text| text.starts_with("write(") && text.contains(".sdd-tmp-"));
    let synced = at(&|text| text.starts_with("fsync(") && text.contains(".sdd-tmp-"));
    let kept = at(&|text| text.starts_with("rename") && text.contains(".work_items.json.prev\""));
    let renamed = at(&|text| text.starts_with("rename") && text.contains(&target));
    let directory = at(&|text| text.starts_with("fsync(") && text.contains("/tracking>"));
    let released = at(&|text| text.contains("LOCK_UN"));
    let order = [written, synced, kept, renamed, directory, released];
    assert!(order.is_sorted(), "{order:?} in {calls:#?}");
    let opened: Vec<&Call> = calls
        .iter()
        .filter(|call| call.text.contains("O_CREAT"))
        .collect();
    for call in opened.iter().filter(|call| !call.text.contains("/.lock\"")) {
        assert!(
            call.text.contains("O_EXCL") && call.text.contains("0600"),
            "{}",
            call.text
        );
    }
    assert!(
        opened
            .iter()
            .any(|call| call.text.contains("/.lock\"") && call.text.contains("O_NOFOLLOW"))
    );
}
