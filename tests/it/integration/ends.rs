//! Runs that are ended at any moment: nothing is left of them.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{ID, check_manifest, example, left};

/// The time between two signals: two that come at once are one.
const BETWEEN: Duration = Duration::from_millis(150);

/// How long a teardown may take that nobody waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether all is gone when sdd is, or somebody else takes it down.
#[derive(Clone, Copy, PartialEq)]
enum Gone {
    WithSdd,
    Later,
}

/// Ends runs by signals, one soon after the other, after so many milliseconds each, all at the same time.
fn check(signals: &[Signal], code: Option<i32>, gone: Gone, moments: &[u64]) {
    thread::scope(|scope| {
        for moment in moments {
            scope.spawn(move || {
                let Some((engine, sandbox)) = example("docker compose") else {
                    return;
                };
                let run = sandbox.start(["integration", "run", ID]);
                thread::sleep(Duration::from_millis(*moment));
                for (index, signal) in signals.iter().enumerate() {
                    if index > 0 {
                        thread::sleep(BETWEEN);
                    }
                    run.signal(*signal);
                }
                let answer = run.wait();
                if let Some(code) = code {
                    answer.expect_code(code);
                }
                if gone == Gone::WithSdd {
                    assert_eq!(left(&engine, &sandbox), Vec::<String>::new(), "after {moment} ms");
                }
                let until = Instant::now() + PATIENCE;
                while !left(&engine, &sandbox).is_empty() && Instant::now() < until {
                    thread::sleep(Duration::from_millis(200));
                }
                assert_eq!(left(&engine, &sandbox), Vec::<String>::new(), "after {moment} ms");
                while !sandbox.is_nothing_left() && Instant::now() < until {
                    thread::sleep(Duration::from_millis(200));
                }
                sandbox.assert_no_process_left();
                let left: Vec<_> = std::fs::read_dir(sandbox.beside("tmp"))
                    .unwrap()
                    .flatten()
                    .collect();
                assert!(left.is_empty(), "after {moment} ms: {left:?}");
                let answer = sandbox.sdd(["integration", "gc"]);
                answer.expect_code(0);
                assert_eq!(answer.stdout, "nothing is left of any run\n", "after {moment} ms");
            });
        }
    });
}

/// From before the journal is written until the tests are over.
const MOMENTS: [u64; 4] = [700, 2500, 5000, 9000];

#[test]
fn an_interrupted_run_cleans_up() {
    check(&[Signal::INT], Some(130), Gone::WithSdd, &MOMENTS);
}

#[test]
fn a_second_interrupt_does_not_keep_a_run_from_cleaning_up() {
    check(&[Signal::INT, Signal::INT], Some(130), Gone::WithSdd, &MOMENTS);
}

#[test]
fn after_a_third_interrupt_sdd_leaves_at_once_and_the_reaper_cleans_up() {
    check(&[Signal::INT; 3], Some(130), Gone::Later, &MOMENTS);
}

#[test]
fn a_terminated_run_cleans_up() {
    check(&[Signal::TERM], Some(143), Gone::WithSdd, &MOMENTS);
}

#[test]
fn after_a_killed_run_the_reaper_cleans_up() {
    check(&[Signal::KILL], None, Gone::Later, &MOMENTS);
}

#[test]
fn after_a_run_that_was_killed_while_it_cleaned_up_the_reaper_does() {
    check(&[Signal::INT, Signal::KILL], None, Gone::Later, &MOMENTS);
}

#[test]
fn a_run_that_is_interrupted_while_tests_run_leaves_evidence_that_says_so() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let hangs = "import pathlib\nimport time\n\n\ndef test_hangs():\n    pathlib.Path(\"hangs\").touch()\n    time.sleep(600)\n";
    let sandbox = sandbox.file("tests/integration/test_hangs.py", hangs);
    let run = sandbox.start(["integration", "run", ID, "--format", "json"]);
    let until = Instant::now() + PATIENCE;
    while !sandbox.path("hangs").exists() {
        assert!(Instant::now() < until, "the tests never began");
        thread::sleep(Duration::from_millis(50));
    }
    run.signal(Signal::INT);
    let answer = run.wait();
    answer.expect_code(130);
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    let manifest = check_manifest(&sandbox, &answer.json());
    assert_eq!(manifest["verdict"], "error");
    assert_eq!(manifest["cancelled_by"], "SIGINT");
    let members = manifest["members"].as_array().unwrap();
    let logs = members
        .iter()
        .filter(|member| member["path"].as_str().unwrap().starts_with("logs/"));
    assert_eq!(logs.count(), 3, "{manifest:#}");
}
