//! Children that misbehave: each ends with the right verdict, in time, and leaves nothing behind.

use std::time::{Duration, Instant};

use sdd::process::{End, Error, Invocation, Outcome};

use super::support::{AGES, Bench, SLACK};

/// Long enough for a shell to start and say a word on a loaded machine.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Runs a script that ends by itself.
#[track_caller]
fn check(script: &str, expect: End) -> Outcome {
    let bench = Bench::new();
    let outcome = bench.run(&bench.sh(script));
    assert_eq!(outcome.end, expect, "{script}: {outcome:?}");
    outcome
}

/// Runs something that does not end by itself.
#[track_caller]
fn check_timeout(bench: &Bench, mut invocation: Invocation) -> Outcome {
    invocation.timeout = TIMEOUT;
    let started = Instant::now();
    let outcome = bench.run(&invocation);
    let took = started.elapsed();
    assert_eq!(outcome.end, End::TimedOut, "{outcome:?}");
    assert!(took >= TIMEOUT, "{took:?}");
    assert!(took < TIMEOUT + invocation.grace + SLACK, "{took:?}");
    outcome
}

#[track_caller]
fn check_script_timeout(script: &str) -> Outcome {
    let bench = Bench::new();
    let invocation = bench.sh(script);
    check_timeout(&bench, invocation)
}

#[test]
fn a_fast_child() {
    let outcome = check("echo out; echo err >&2", End::Code(0));
    assert_eq!(outcome.stdout.bytes(), b"out\n");
    assert_eq!(outcome.stderr.bytes(), b"err\n");
    assert!(!outcome.leaked);
    assert_eq!(outcome.escaped, 0);
    check("exit 7", End::Code(7));
}

#[test]
fn a_child_that_ends_on_term_is_not_waited_for() {
    let bench = Bench::new();
    let mut invocation = bench.sh("sleep 100 & wait");
    invocation.grace = AGES;
    invocation.timeout = TIMEOUT;
    let started = Instant::now();
    let outcome = bench.run(&invocation);
    assert_eq!(outcome.end, End::TimedOut);
    assert!(started.elapsed() < TIMEOUT + SLACK);
}

#[test]
fn a_child_may_clean_up_in_its_grace() {
    let bench = Bench::new();
    let mut invocation =
        bench.sh("trap 'sleep 0.3; echo bye; exit 0' TERM; echo hello; while :; do sleep 0.1; done");
    invocation.grace = AGES;
    let outcome = check_timeout(&bench, invocation);
    assert_eq!(outcome.stdout.bytes(), b"hello\nbye\n");
}

#[test]
fn ignores_term() {
    let outcome = check_script_timeout("trap '' TERM; echo before; while :; do sleep 1; done");
    assert_eq!(outcome.stdout.bytes(), b"before\n");
}

#[test]
fn forks_in_a_loop() {
    check_script_timeout("trap '' TERM; while :; do sleep 100 & sleep 0.005; done");
}

#[test]
fn forks_in_a_loop_into_new_sessions() {
    let outcome = check_script_timeout("trap '' TERM; while :; do setsid sleep 100 & sleep 0.02; done");
    assert!(outcome.escaped > 0, "{outcome:?}");
}

#[test]
fn double_fork() {
    let outcome = check("(sleep 100 >/dev/null 2>&1 &); exit 0", End::Code(0));
    assert!(!outcome.leaked);
}

#[test]
fn double_fork_with_a_session_of_its_own() {
    // Only what has its session when the leader ends has left the group; before, the group's end is its own.
    let outcome = check(
        "(setsid sh -c 'echo >ready; exec sleep 100' >/dev/null 2>&1 &); while ! [ -s ready ]; do sleep 0.01; done; exit 4",
        End::Code(4),
    );
    assert!(!outcome.leaked);
    assert_eq!(outcome.escaped, 1);
}

#[test]
fn setsid_while_the_child_lives() {
    let outcome =
        check_script_timeout("setsid sleep 100 & setsid sh -c 'trap \"\" TERM; sleep 100; sleep 100' & wait");
    assert!(outcome.escaped >= 2, "{outcome:?}");
}

#[test]
fn a_daemon_with_an_empty_environment() {
    let bench = Bench::new();
    let pid_file = bench.dir.path().join("pid");
    let outcome = bench.run(&bench.sh(
        "(env -i setsid sh -c 'echo $$ >pid; exec sleep 100' >/dev/null 2>&1 &); while ! [ -s pid ]; do sleep 0.01; done",
    ));
    assert_eq!(outcome.end, End::Code(0));
    assert_eq!(outcome.escaped, 1);
    let pid = std::fs::read_to_string(pid_file).unwrap();
    assert!(
        !std::path::Path::new("/proc").join(pid.trim()).exists(),
        "{pid} lives"
    );
}

#[test]
fn holds_stdout() {
    let started = Instant::now();
    let outcome = check("echo done; sleep 100 & exit 0", End::Code(0));
    assert!(outcome.leaked);
    assert_eq!(outcome.stdout.bytes(), b"done\n");
    assert!(outcome.elapsed < SLACK, "{:?}", outcome.elapsed);
    assert!(started.elapsed() < SLACK);
}

#[test]
fn holds_stdout_and_ignores_term() {
    let started = Instant::now();
    let outcome = check("(trap '' TERM; sleep 100; sleep 100) & exit 3", End::Code(3));
    assert!(outcome.leaked);
    assert!(started.elapsed() < SLACK);
}

#[test]
fn holds_stderr_only() {
    let outcome = check("sleep 100 >/dev/null & exit 3", End::Code(3));
    assert!(outcome.leaked);
}

#[test]
fn holds_stdout_from_a_session_of_its_own() {
    let outcome = check("setsid sleep 100 & exit 0", End::Code(0));
    assert!(outcome.leaked);
    assert_eq!(outcome.escaped, 1);
}

#[test]
fn closes_stdout_then_sleeps() {
    check_script_timeout("exec >&- 2>&-; sleep 100");
}

#[test]
fn reads_stdin() {
    let outcome = check("cat; read line; echo $?", End::Code(0));
    assert_eq!(outcome.stdout.bytes(), b"1\n");
}

#[test]
fn a_stopped_child() {
    let bench = Bench::new();
    let mut invocation = bench.sh("kill -STOP $$; sleep 100");
    invocation.grace = AGES;
    invocation.timeout = TIMEOUT;
    let started = Instant::now();
    let outcome = bench.run(&invocation);
    assert_eq!(outcome.end, End::TimedOut);
    // TERM alone would have waited for the end of the grace.
    assert!(started.elapsed() < TIMEOUT + SLACK);
}

#[test]
fn dies_by_a_signal() {
    check("kill -SEGV $$", End::Signal(11));
    check("kill -KILL $$", End::Signal(9));
    check("sh -c 'kill -KILL $$'; exit $?", End::Code(137));
}

#[test]
fn an_endless_flood_is_ended_in_time() {
    let outcome = check_script_timeout("trap '' TERM; while :; do cat /dev/zero; done");
    assert!(outcome.stdout.total() > 1_000_000);
}

#[test]
fn a_pty_daemon_written_in_python() {
    let bench = Bench::new();
    let outcome = bench.run(&bench.python(
        "
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir('/')
        time.sleep(100)
    os._exit(0)
os.wait()
print('started', flush=True)
",
    ));
    assert_eq!(outcome.end, End::Code(0));
    assert!(outcome.leaked);
    assert_eq!(outcome.escaped, 1);
}

#[test]
fn what_cannot_be_started() {
    let bench = Bench::new();
    let file = |name: &str, text: &str, mode: u32| {
        use std::io::Write;
        use std::os::unix::fs::PermissionsExt;
        let path = bench.dir.path().join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(mode))
            .unwrap();
        path
    };
    let run = |program: &std::path::Path| bench.try_run(&bench.program(program));
    let none = run(&bench.dir.path().join("none"));
    assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
    let plain = run(&file("plain", "#!/bin/sh\n", 0o644));
    assert!(matches!(plain, Err(Error::NotExecutable { .. })), "{plain:?}");
    let garbage = run(&file("garbage", "\u{1}\u{2}", 0o755));
    assert!(matches!(garbage, Err(Error::NotExecutable { .. })), "{garbage:?}");
    let moved = run(&file("moved", "#!/no/such/python\n", 0o755));
    assert!(matches!(moved, Err(Error::Io { .. })), "{moved:?}");
    let folder = run(bench.dir.path());
    assert!(matches!(folder, Err(Error::NotExecutable { .. })), "{folder:?}");

    let mut elsewhere = bench.sh("true");
    elsewhere.cwd = bench.dir.path().join("none");
    let elsewhere = bench.try_run(&elsewhere);
    assert!(matches!(elsewhere, Err(Error::Directory { .. })), "{elsewhere:?}");
    let mut in_file = bench.sh("true");
    in_file.cwd = bench.dir.path().join("plain");
    let in_file = bench.try_run(&in_file);
    assert!(matches!(in_file, Err(Error::Directory { .. })), "{in_file:?}");
}

#[test]
fn many_short_children_leave_no_descriptor() {
    let bench = Bench::new();
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let invocation = bench.program(std::path::Path::new("/bin/true"));
    bench.run(&invocation);
    let before = open();
    for _ in 0..300 {
        assert_eq!(bench.try_run(&invocation).unwrap().end, End::Code(0));
    }
    // Other tests of this process may have a few open at the moment.
    let after = open();
    assert!(after < before + 100, "{before} → {after}");
    assert_eq!(bench.left(), Vec::<String>::new());
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a supervised child would be found at once"
)]
fn started_by_somebody_else_with_the_environment_of_a_child() {
    use std::os::unix::process::ExitStatusExt;
    let bench = Bench::new();
    let tag = bench.run(&bench.sh("printf %s \"$SDD_RUN_ID\""));
    let tag = String::from_utf8(tag.stdout.bytes()).unwrap();
    let start = |tag: &str| {
        std::process::Command::new("sleep")
            .arg("100")
            .env("SDD_RUN_ID", tag)
            .spawn()
            .unwrap()
    };
    // The end of a runner ends what is of its children, and nothing of another run.
    let (mut of_the_run, mut of_another) = (start(&tag), start("another-run.0"));
    drop(bench);
    let status = of_the_run.wait().unwrap();
    assert!(status.signal().is_some(), "{status}");
    assert!(of_another.try_wait().unwrap().is_none());
    of_another.kill().unwrap();
    of_another.wait().unwrap();
}
