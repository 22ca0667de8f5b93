//! SIGKILL of sdd itself: the guard ends what it started. And signals that are requests.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use sdd::process::environment::Environment;
use sdd::process::redact::Redactor;
use sdd::process::{Daemons, End, guard, signals};

use super::support::{AGES, Bench, eventually, tagged};

/// What sdd's `main` does for the hidden subcommand; this test binary has a main of its own.
#[test]
#[ignore = "only as the guard of the tests below"]
fn part_guard() {
    let tag = Environment::of_process()
        .get("TEST_GUARD_TAG")
        .unwrap()
        .to_owned();
    let temporary = Environment::of_process().get("TEST_GUARD_DIR").map(PathBuf::from);
    guard::run(&tag, temporary.as_deref(), &mut std::io::stdin().lock());
}

/// A program that becomes the guard.
fn guard_program(dir: &Path) -> PathBuf {
    let path = dir.join("guard");
    let own = std::env::current_exe().unwrap();
    let mut file = std::fs::File::create(&path).unwrap();
    writeln!(file, "#!/bin/sh").unwrap();
    writeln!(file, "[ \"$1\" = {} ] || exit 2", guard::SUBCOMMAND).unwrap();
    writeln!(file, "export TEST_GUARD_TAG=\"$2\" TEST_GUARD_DIR=\"$3\"").unwrap();
    writeln!(
        file,
        "exec '{}' --exact process::guard::part_guard --ignored",
        own.display()
    )
    .unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o755))
        .unwrap();
    path
}

/// An sdd that runs something for long, and says in a file under which id.
#[test]
#[ignore = "only as a part of the tests below"]
fn part_sdd() {
    let environment = Environment::of_process();
    let dir = PathBuf::from(environment.get("TEST_DIR").unwrap());
    let program = guard_program(&dir);
    let bench = Bench::with(Redactor::default(), |system| system.with_guard(program));
    signals::install(&bench.cancel).unwrap();
    std::fs::File::create(dir.join("run_id"))
        .unwrap()
        .write_all(bench.run_id.as_bytes())
        .unwrap();
    let mut invocation = match environment.get("TEST_PYTHON") {
        Some(script) => bench.python(script),
        None => bench
            .sh("trap '' TERM; setsid sleep 101 & (setsid sleep 102 &); touch started; sleep 103; sleep 104"),
    };
    if environment.get("TEST_STAYS").is_some() {
        invocation.daemons = Daemons::Stay(&["sdd-keeper-13"]);
    }
    invocation.cwd = dir;
    if environment.get("TEST_ENDS").is_some() {
        invocation.timeout = PAUSED / 2;
        let outcome = bench.run(&invocation);
        assert_eq!(outcome.end, End::Code(0));
        assert!(outcome.elapsed < PAUSED / 2, "{:?}", outcome.elapsed);
        return;
    }
    let outcome = bench.run(&invocation);
    assert_eq!(outcome.end, End::Cancelled);
    assert!(bench.cancel.signal().is_some());
    if environment.get("TEST_HANGS").is_some() {
        // Like a finalizer that is never done.
        std::thread::sleep(AGES);
    }
}

/// How long an sdd is stopped; its child has half of it.
const PAUSED: Duration = Duration::from_secs(6);

struct Sdd {
    dir: tempfile::TempDir,
    child: Child,
}

impl Sdd {
    fn start(extra: &[(&str, &str)]) -> Self {
        // As shells do it, so that it may be stopped.
        Self::start_as(&[], extra, |command| command.process_group(0))
    }

    fn start_as(
        before: &[&str],
        extra: &[(&str, &str)],
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let own = std::env::current_exe().unwrap();
        let words: Vec<&std::ffi::OsStr> = before
            .iter()
            .map(std::ffi::OsStr::new)
            .chain([own.as_os_str()])
            .collect();
        #[expect(clippy::disallowed_methods, reason = "sdd itself is what is started here")]
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .args(["--exact", "process::guard::part_sdd", "--ignored"])
            .env("TEST_DIR", dir.path())
            .envs(extra.iter().copied())
            .stdout(std::process::Stdio::null());
        let child = change(&mut command).spawn().unwrap();
        eventually("sdd's child has started", || dir.path().join("started").exists());
        Self { dir, child }
    }

    fn run_id(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("run_id")).unwrap()
    }

    fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Sdd {
    fn drop(&mut self) {
        // When a test fails; the guard does the rest.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The guards that were started from a directory and live.
fn guards(dir: &Path) -> usize {
    let run_id = std::fs::read_to_string(dir.join("run_id")).unwrap_or_default();
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("environ")).ok())
        .filter(|environ| {
            let text = String::from_utf8_lossy(environ);
            text.split('\0')
                .any(|variable| variable.starts_with("TEST_GUARD_TAG=") && variable.contains(&run_id))
        })
        .count()
}

#[test]
fn nothing_outlives_an_sdd_that_was_killed() {
    let mut sdd = Sdd::start(&[]);
    let run_id = sdd.run_id();
    eventually("all have started", || tagged(&run_id).len() >= 4);
    eventually("the guard is there", || guards(sdd.dir.path()) == 1);
    sdd.child.kill().unwrap();
    sdd.child.wait().unwrap();
    eventually("all are gone", || tagged(&run_id).is_empty());
    eventually("the guard is gone too", || guards(sdd.dir.path()) == 0);
}

/// The process whose number a file holds.
fn alive(pid_file: &Path) -> bool {
    let pid = std::fs::read_to_string(pid_file).unwrap();
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat"));
    // A zombie is not alive: whoever inherited it may take its time.
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Kills an sdd whose child is a Python script, and waits until the processes of these files are gone.
#[track_caller]
fn check_killed(script: &str, pid_files: &[&str]) {
    let mut sdd = Sdd::start(&[("TEST_PYTHON", script)]);
    let run_id = sdd.run_id();
    let pid_files: Vec<PathBuf> = pid_files.iter().map(|name| sdd.dir.path().join(name)).collect();
    for file in &pid_files {
        assert!(alive(file), "{}", file.display());
    }
    eventually("the guard is there", || guards(sdd.dir.path()) == 1);
    sdd.child.kill().unwrap();
    sdd.child.wait().unwrap();
    eventually("the guard is gone", || guards(sdd.dir.path()) == 0);
    for file in &pid_files {
        assert!(!alive(file), "{} lives", file.display());
    }
    assert_eq!(tagged(&run_id), Vec::<String>::new());
}

fn is_stopped(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat"));
    stat.is_ok_and(|stat| stat.contains(") T "))
}

/// Ends when it is told to.
const WAITING: &str = "
import os, time
open('pid', 'w').write(str(os.getpid()))
open('started', 'w').close()
while not os.path.exists('go'): time.sleep(0.01)
";

#[test]
fn an_sdd_that_nobody_could_continue_is_not_stopped() {
    // Alone in a session: no shell is there to continue it.
    let mut sdd = Sdd::start_as(
        &["setsid"],
        &[("TEST_PYTHON", WAITING), ("TEST_ENDS", "1")],
        |command| command,
    );
    sdd.signal(rustix::process::Signal::TSTP);
    // The signal gets the time to do harm.
    std::thread::sleep(Duration::from_millis(300));
    std::fs::File::create(sdd.dir.path().join("go")).unwrap();
    let until = std::time::Instant::now() + AGES / 2;
    while sdd.child.try_wait().unwrap().is_none() {
        assert!(std::time::Instant::now() < until, "sdd was stopped");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(sdd.child.wait().unwrap().success());
}

#[test]
fn a_stopped_sdd_stops_its_children_and_their_clock() {
    let mut sdd = Sdd::start(&[("TEST_PYTHON", WAITING), ("TEST_ENDS", "1")]);
    let child = std::fs::read_to_string(sdd.dir.path().join("pid")).unwrap();
    sdd.signal(rustix::process::Signal::TSTP);
    eventually("sdd has stopped", || is_stopped(&sdd.child.id().to_string()));
    eventually("its child has stopped", || is_stopped(&child));
    // This is no wait for something: the deadline must pass meanwhile.
    std::thread::sleep(PAUSED);
    sdd.signal(rustix::process::Signal::CONT);
    std::fs::File::create(sdd.dir.path().join("go")).unwrap();
    assert!(sdd.child.wait().unwrap().success());
}

/// Starts a process without our variables and notes its number; `HOW` are more arguments for `Popen`.
const UNTAGGED: &str = "
import os, subprocess, sys, time
def start(name, **how):
    child = subprocess.Popen(['sleep', '100'], env={'PATH': os.environ['PATH']}, **how)
    with open(name, 'w') as file:
        file.write(str(child.pid))
def done():
    open('started', 'w').close()
";

#[test]
fn a_child_without_the_tag_is_found_by_its_group() {
    let script = format!("{UNTAGGED}start('a')\ndone()\ntime.sleep(100)");
    check_killed(&script, &["a"]);
}

#[test]
fn a_child_without_the_tag_is_found_by_its_parent() {
    let script = format!(
        "{UNTAGGED}start('a', start_new_session=True)\nstart('b', process_group=0)\ndone()\ntime.sleep(100)"
    );
    check_killed(&script, &["a", "b"]);
}

#[test]
fn a_group_is_found_when_its_leader_is_gone() {
    // The kernel kills the leader when sdd dies, most often before the guard looks.
    let script = format!(
        "{UNTAGGED}
import ctypes
ctypes.CDLL(None).prctl(1, 9)
start('a')
done()
time.sleep(100)"
    );
    check_killed(&script, &["a"]);
}

#[test]
fn a_child_that_overwrote_its_environment_is_found() {
    // What setproctitle does: the tag is gone from the area that /proc shows.
    let script = format!(
        "{UNTAGGED}
import ctypes
if os.fork() == 0:
    with open('/proc/self/stat') as file:
        fields = file.read().rpartition(')')[2].split()
    start, end = int(fields[47]), int(fields[48])
    ctypes.memset(start, 0, end - start)
    assert b'SDD_RUN_ID' not in open('/proc/self/environ', 'rb').read()
    with open('a', 'w') as file:
        file.write(str(os.getpid()))
    done()
    time.sleep(100)
time.sleep(100)"
    );
    check_killed(&script, &["a"]);
}

#[test]
fn an_orphan_without_the_tag_in_a_session_of_its_own_is_found() {
    // Nothing says when sdd has looked. It does so every second at least.
    let script = format!(
        "{UNTAGGED}
if os.fork() == 0:
    start('a', start_new_session=True)
    if os.fork() == 0:
        os.setsid()
        start('b', start_new_session=True)
    os._exit(0)
time.sleep(4)
done()
time.sleep(100)"
    );
    check_killed(&script, &["a", "b"]);
}

#[test]
fn a_daemon_that_stays_outlives_an_sdd_that_was_killed() {
    // Whoever keeps a journal of it takes it down: the guard does not know in which order.
    let script = format!(
        "import shutil
{UNTAGGED}
shutil.copy('/bin/sleep', 'sdd-keeper-13')
if os.fork() == 0:
    os.setsid()
    with open('a', 'w') as file:
        file.write(str(os.getpid()))
    os.execve('./sdd-keeper-13', ['sdd-keeper-13', '100'], {{}})
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        with open('b', 'w') as file:
            file.write(str(os.getpid()))
        os.execve('./sdd-keeper-13', ['sdd-keeper-13', '100'], {{}})
    os._exit(0)
time.sleep(4)
done()
time.sleep(100)"
    );
    let mut sdd = Sdd::start(&[("TEST_PYTHON", &script), ("TEST_STAYS", "1")]);
    let of_call = sdd.dir.path().join("a");
    let adopted = sdd.dir.path().join("b");
    assert!(alive(&of_call));
    assert!(alive(&adopted));
    eventually("the guard is there", || guards(sdd.dir.path()) == 1);
    sdd.child.kill().unwrap();
    sdd.child.wait().unwrap();
    eventually("the guard is gone", || guards(sdd.dir.path()) == 0);
    // It was a child of the call still, and nothing told it from one that was to end.
    assert!(!alive(&of_call));
    assert!(alive(&adopted));
    let pid = std::fs::read_to_string(&adopted).unwrap().trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_signal_is_a_request_to_stop() {
    for signal in [
        rustix::process::Signal::TERM,
        rustix::process::Signal::INT,
        rustix::process::Signal::HUP,
    ] {
        let mut sdd = Sdd::start(&[]);
        let run_id = sdd.run_id();
        sdd.signal(signal);
        assert!(sdd.child.wait().unwrap().success());
        assert_eq!(tagged(&run_id), Vec::<String>::new());
        assert_eq!(guards(sdd.dir.path()), 0);
    }
}

#[test]
fn the_third_signal_ends_an_sdd_that_hangs() {
    let mut sdd = Sdd::start(&[("TEST_HANGS", "1")]);
    let run_id = sdd.run_id();
    // Two signals at the same moment may count as one, so it is told until it goes.
    let status = loop {
        if let Some(status) = sdd.child.try_wait().unwrap() {
            break status;
        }
        sdd.signal(rustix::process::Signal::TERM);
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(143));
    eventually("all are gone", || tagged(&run_id).is_empty());
    eventually("the guard is gone too", || guards(sdd.dir.path()) == 0);
}

#[test]
fn a_guard_that_cannot_be_started_is_done_without() {
    let bench = Bench::with(Redactor::default(), |system| system.with_guard("/no/such/sdd"));
    assert_eq!(bench.run(&bench.sh("exit 5")).end, End::Code(5));
}
