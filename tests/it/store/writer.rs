//! A second process: the test binary starts itself again to change state, be killed, or hold the lock.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sdd::store::{Error, Store, layout};
use serde_json::{Value, json};

/// The project that the second process works in.
const PROJECT: &str = "SDD_TEST_WRITER";
/// How many updates it makes; 1 when not set.
const COUNT: &str = "SDD_TEST_WRITER_COUNT";
/// Set: it takes the lock, says so on stdout, and holds it until it is killed.
const HOLD: &str = "SDD_TEST_WRITER_HOLD";
/// It times whole-file writes of this many bytes instead: durable ones, and as `File::create` would do it.
const BYTES: &str = "SDD_TEST_WRITER_BYTES";

/// The test harness has threads of its own, and a fault is injected into the n-th call of *each* thread. So
/// many calls of the kinds that the harness makes too come first that none of its calls can be meant.
const CALLS_BEFORE: u32 = 64;

/// The command of the second process, for this project.
pub fn command(root: &Path) -> Command {
    let binary = std::env::current_exe().unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the process under test cannot start itself"
    )]
    let mut command = Command::new(binary);
    command
        .args([
            "--ignored",
            "--exact",
            "store::writer::process",
            "--nocapture",
            "--quiet",
        ])
        .env(PROJECT, root)
        // Test runners set it, and each directory in it is searched: dozens of calls.
        .env_remove("LD_LIBRARY_PATH")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Starts it for a number of updates.
pub fn start(root: &Path, updates: u32) -> Child {
    command(root).env(COUNT, updates.to_string()).spawn().unwrap()
}

/// Starts one that holds the lock; when this comes back it does.
pub fn start_holder(root: &Path) -> Child {
    let mut child = command(root)
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = child.stdout.as_mut().unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    while !said.ends_with(b"held\n") {
        assert_eq!(stdout.read(&mut byte).unwrap(), 1, "it ended without the lock");
        said.push(byte[0]);
    }
    child
}

/// Counts one up in the work items.
pub fn count_up(store: &Store, who: &str) -> Result<u64, Error> {
    store.update(layout::WORK_ITEMS, who, |value| {
        let count = value["count"].as_u64().unwrap_or(0) + 1;
        value["count"] = json!(count);
        Ok(count)
    })
}

/// The count in the work items.
#[track_caller]
pub fn count(store: &Store) -> u64 {
    store.read(layout::WORK_ITEMS).unwrap().unwrap().value["count"]
        .as_u64()
        .unwrap()
}

/// A project whose work items hold a count and what a fault must not destroy.
pub fn project() -> (tempfile::TempDir, Store) {
    let root = tempfile::tempdir().unwrap();
    let store = Store::create(root.path()).unwrap();
    let mut value = json!({"metadata": {"total_items": 0}, "count": 0, "work_items": {}});
    value["work_items"]["feature_x"] = Value::from("x".repeat(20_000));
    store
        .write(
            layout::WORK_ITEMS,
            sdd::store::pretty(&value).as_bytes(),
            sdd::store::Overwrite::Replace,
        )
        .unwrap();
    (root, store)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process that a test starts is told by its environment"
)]
fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

#[test]
#[ignore = "this is the second process of other tests"]
fn process() {
    let root = told(PROJECT).expect("started by a test");
    let store = Store::open(Path::new(&root)).unwrap();
    if told(HOLD).is_some() {
        let _held = store.lock("sdd complete").unwrap();
        std::io::stdout().write_all(b"held\n").unwrap();
        loop {
            std::thread::sleep(Duration::from_secs(60));
        }
    }
    if let Some(bytes) = told(BYTES) {
        return time_writes(&store, bytes.parse().unwrap());
    }
    for _ in 0..CALLS_BEFORE {
        File::options()
            .write(true)
            .open("/dev/null")
            .unwrap()
            .write_all(b"x")
            .unwrap();
    }
    let updates = told(COUNT).map_or(1, |count| count.parse::<u32>().unwrap());
    for _ in 0..updates {
        let said = match count_up(&store, "sdd test") {
            // What is said here has been acknowledged: it may not be lost any more.
            Ok(count) => format!("{count}\n"),
            Err(error) => format!("exit {}: {error}\n", error.exit().code()),
        };
        std::io::stdout().write_all(said.as_bytes()).unwrap();
        assert!(!said.starts_with("exit"), "{said}");
    }
}

/// Says the medians of both ways, in microseconds.
fn time_writes(store: &Store, bytes: usize) {
    const ROUNDS: usize = 300;
    let path = store.path(layout::LATEST_REPORT);
    let plain = store.path(".session/reports/plain.json");
    sdd::store::atomic::write(&path, b"").unwrap();
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let text = vec![b'a' + u8::try_from(round % 26).unwrap(); bytes];
        let begun = Instant::now();
        sdd::store::atomic::write(&path, &text).unwrap();
        times[0].push(begun.elapsed().as_micros());
        let begun = Instant::now();
        File::create(&plain).unwrap().write_all(&text).unwrap();
        times[1].push(begun.elapsed().as_micros());
    }
    let [durable, plain] = times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    });
    let said = format!("durable {durable} us, plain {plain} us\n");
    std::io::stdout().write_all(said.as_bytes()).unwrap();
}
