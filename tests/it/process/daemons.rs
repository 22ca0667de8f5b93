//! Daemons that are to stay, as an engine without a server keeps containers by them.

use std::path::{Path, PathBuf};

use sdd::process::{Daemons, End, Invocation};

use super::support::{Bench, eventually};

/// Short enough for the kernel, and a name that no other program has.
const NAME: &str = "sdd-keeper-12";

/// A program of that name, which sleeps.
fn keeper(dir: &Path) -> PathBuf {
    let path = dir.join(NAME);
    std::fs::copy("/bin/sleep", &path).unwrap();
    path
}

/// One that leaves a daemon of that name and one of another, and says their numbers in files.
fn leaves_daemons(bench: &Bench, daemons: Daemons) -> Invocation {
    keeper(bench.dir.path());
    let script = format!(
        "(setsid sh -c 'echo $$ >stays; exec ./{NAME} 100' >/dev/null 2>&1 &)
         (env -i setsid sh -c 'echo $$ >goes; exec sleep 100' >/dev/null 2>&1 &)
         while ! [ -s stays ] || ! [ -s goes ] || [ \"$(cat /proc/$(cat stays)/comm)\" != {NAME} ]; do sleep 0.01; done"
    );
    Invocation {
        daemons,
        ..bench.sh(&script)
    }
}

struct Daemon(rustix::process::Pid);

impl Daemon {
    fn of(bench: &Bench, file: &str) -> Self {
        let pid = std::fs::read_to_string(bench.dir.path().join(file)).unwrap();
        Self(rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap())
    }

    fn proc(&self) -> PathBuf {
        Path::new("/proc").join(self.0.as_raw_pid().to_string())
    }

    fn lives(&self) -> bool {
        let stat = std::fs::read_to_string(self.proc().join("stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.lives() {
            let _ = rustix::process::kill_process(self.0, rustix::process::Signal::KILL);
        }
    }
}

#[test]
fn a_named_daemon_outlives_its_call_and_all_that_come_after() {
    let bench = Bench::new();
    let outcome = bench.run(&leaves_daemons(&bench, Daemons::Stay(&[NAME])));
    assert_eq!(outcome.end, End::Code(0));
    assert_eq!(
        (outcome.left, outcome.escaped),
        (1, 1),
        "only the other one was left"
    );
    let (stays, goes) = (Daemon::of(&bench, "stays"), Daemon::of(&bench, "goes"));
    assert!(stays.lives());
    assert!(!goes.lives());
    let environ = std::fs::read(stays.proc().join("environ")).unwrap();
    assert!(!String::from_utf8_lossy(&environ).contains("SDD_RUN_ID="));

    // A call that has nothing to do with it, and one that is ended by force.
    let outcome = bench.run(&bench.sh("setsid sleep 100 & exit 3"));
    assert_eq!((outcome.end, outcome.escaped), (End::Code(3), 1));
    let mut endless = bench.sh("sleep 100");
    endless.timeout = std::time::Duration::from_millis(200);
    let outcome = bench.run(&endless);
    assert_eq!((outcome.end, outcome.escaped), (End::TimedOut, 0));
    assert!(stays.lives());

    // When it ends by itself sdd is the one who must take note.
    rustix::process::kill_process(stays.0, rustix::process::Signal::KILL).unwrap();
    eventually("it is dead", || !stays.lives());
    bench.run(&bench.sh("exit 0"));
    assert!(!stays.proc().exists(), "nobody has reaped it");
}

#[test]
fn a_daemon_that_a_daemon_starts_stays_as_well() {
    let bench = Bench::new();
    keeper(bench.dir.path());
    let mut call = bench.sh(&format!(
        "(setsid sh -c 'sleep 1; (setsid sh -c \"echo \\$\\$ >stays; exec ./{NAME} 100\" &) ; sleep 0.2' >/dev/null 2>&1 &)
         (setsid sh -c 'exec ./{NAME} 3' >/dev/null 2>&1 &)
         sleep 0.3"
    ));
    // What starts it is a shell here.
    call.daemons = Daemons::Stay(&[NAME, "sh"]);
    bench.run(&call);
    std::thread::sleep(std::time::Duration::from_secs(2));
    bench.run(&bench.sh("exit 0"));
    let stays = Daemon::of(&bench, "stays");
    assert!(stays.lives());
}

#[test]
fn by_default_nothing_stays() {
    let bench = Bench::new();
    bench.run(&leaves_daemons(&bench, Daemons::End));
    assert!(!Daemon::of(&bench, "stays").lives());
    assert!(!Daemon::of(&bench, "goes").lives());
}

#[test]
fn a_call_with_daemons_is_ended_as_any_other() {
    let bench = Bench::new();
    let mut call = leaves_daemons(&bench, Daemons::Stay(&[NAME]));
    call.args[1].push("; sleep 100; sleep 100");
    call.timeout = std::time::Duration::from_secs(2);
    let outcome = bench.run(&call);
    assert_eq!(outcome.end, End::TimedOut);
    assert!(Daemon::of(&bench, "stays").lives());
    assert!(!Daemon::of(&bench, "goes").lives());
}
