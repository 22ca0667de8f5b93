//! Runs that end before their services are ready leave as little as any other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use sdd::compose::ask::CallError;
use sdd::compose::readiness::Fault;
use sdd::compose::up::{Ending, Why};

use super::bench::{Bench, HEALTHY, Run, STAYS, by_each_flavour, by_the_plugin, service};

#[test]
fn an_image_that_is_not_there() {
    by_each_flavour(|bench| {
        let missing = "{image: \"127.0.0.1:1/none:1\", command: [\"true\"]}";
        let run = bench.run(&[("ok", &service("ok", STAYS, HEALTHY)), ("missing", missing)]);
        let not_up = run.not_up();
        assert_eq!(not_up.why.ending(), Ending::Failed, "{}", not_up.why);
        assert!(not_up.why.to_string().contains("127.0.0.1:1"), "{}", not_up.why);
        assert_eq!(not_up.closed.unwrap().fault(), None);
        run.nothing_is_left();
    });
}

#[test]
fn a_file_that_is_none() {
    by_each_flavour(|bench| {
        let run = bench.run(&[("ok", "{image: [1]}")]);
        let not_up = run.not_up();
        assert!(matches!(not_up.why, Why::File { .. }), "{:?}", not_up.why);
        assert!(not_up.closed.is_none());
        run.nothing_is_left();
    });
}

#[test]
fn a_service_that_waits_for_a_sick_one() {
    by_each_flavour(|bench| {
        let sick = "healthcheck: {test: [CMD, \"false\"], interval: 1s, retries: 1}";
        let run = bench.run(&[
            ("sick", &service("sick", STAYS, sick)),
            (
                "after",
                &service("after", STAYS, "depends_on: {sick: {condition: service_healthy}}"),
            ),
        ]);
        let not_up = run.not_up();
        let Why::Up { source, faults } = &not_up.why else {
            panic!("{}", not_up.why);
        };
        assert!(matches!(source, CallError::Refused { .. }), "{source}");
        assert!(matches!(faults["sick"], Fault::Unhealthy { .. }), "{faults:?}");
        assert_eq!(not_up.closed.unwrap().fault(), None);
        run.nothing_is_left();
    });
}

/// While a run is waited for that cannot become ready, does something as soon as it has a container that runs.
fn meanwhile(bench: &Bench, act: impl Fn(&Run<'_>, &str) + Sync, check: impl Fn(&Why)) {
    let slow = "healthcheck: {test: [CMD, \"true\"], interval: 1h}";
    let run = bench.run(&[("slow", &service("slow", STAYS, slow))]);
    let filter = format!("label=com.docker.compose.project={}", run.project.name);
    let is_over = AtomicBool::new(false);
    let not_up = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let running = ["ps", "-q", "--no-trunc", "--filter", &filter];
                if let Some(id) = bench.engine.docker(running).lines().next() {
                    return act(&run, id);
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        let not_up = run.not_up();
        is_over.store(true, Ordering::Relaxed);
        not_up
    });
    check(&not_up.why);
    assert_eq!(not_up.closed.unwrap().fault(), None);
    run.nothing_is_left();
}

#[test]
fn a_container_that_somebody_removes() {
    by_the_plugin(|bench| {
        meanwhile(
            bench,
            |_, id| {
                bench.engine.docker(["rm", "-f", id]);
            },
            |why| {
                let Why::NotReady { faults } = why else {
                    panic!("{why}");
                };
                assert_eq!(faults["slow"], Fault::Missing);
            },
        );
    });
}

#[test]
fn a_request_to_stop() {
    by_the_plugin(|bench| {
        meanwhile(
            bench,
            |run, _| {
                run.cancel.request(15);
            },
            |why| assert_eq!(why.ending(), Ending::Cancelled, "{why}"),
        );
    });
}
