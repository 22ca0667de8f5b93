//! Each kind of service is told apart, alone and at once.

use std::thread;
use std::time::{Duration, Instant};

use sdd::compose::readiness::{Fault, How, Oneshot};
use sdd::compose::up::{Ending, Why};

use super::bench::{Bench, HEALTHY, STAYS, by_each_flavour, by_the_plugin, service};

#[track_caller]
fn ready(bench: &Bench, name: &str, script: &str, rest: &str, how: How) {
    let run = bench.run(&[(name, &service(name, script, rest))]);
    let environment = run.up();
    assert_eq!(*environment.ready(), [(name.to_owned(), how)].into());
    run.is_gone(&environment.down(), &[name]);
}

/// Checks what is the matter with a service, beside another that cannot become ready before the time is over: who does not
/// stop at once, says that both are late.
#[track_caller]
fn fails(bench: &Bench, name: &str, script: &str, rest: &str) -> Fault {
    let slow = "healthcheck: {test: [CMD, \"true\"], interval: 1h}";
    let run = bench.run(&[
        (name, &service(name, script, rest)),
        ("slow", &service("slow", STAYS, slow)),
    ]);
    let not_up = run.not_up();
    assert_eq!(not_up.why.ending(), Ending::Failed);
    let Why::NotReady { mut faults } = not_up.why else {
        panic!("{}", not_up.why);
    };
    run.is_gone(&not_up.closed.unwrap(), &[name, "slow"]);
    let fault = faults.remove(name).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    fault
}

#[test]
fn a_healthy_one_is_ready() {
    by_each_flavour(|bench| {
        ready(bench, "ok", STAYS, HEALTHY, How::Healthy);
    });
}

#[test]
fn one_without_a_check_is_ready_after_a_while() {
    by_each_flavour(|bench| {
        ready(bench, "nohc", STAYS, "", How::Weak);
    });
}

#[test]
fn one_that_has_done_its_work_is_ready() {
    by_each_flavour(|bench| {
        let done = How::Done(Oneshot::Inferred);
        ready(bench, "oneshot", "true", "restart: \"no\"", done);
    });
}

#[test]
fn a_sick_one_is_not() {
    by_each_flavour(|bench| {
        let check = "healthcheck: {test: [CMD-SHELL, \"echo not well; exit 1\"], interval: 1s, retries: 2}";
        let fault = fails(bench, "bad", STAYS, check);
        let Fault::Unhealthy { log, .. } = fault else {
            panic!("{fault:?}");
        };
        assert!(log.last().unwrap().output.contains("not well"), "{log:?}");
    });
}

#[test]
fn one_that_ends_badly_is_not() {
    by_each_flavour(|bench| {
        let fault = fails(bench, "crash", "exit 7", "");
        assert!(
            matches!(
                fault,
                Fault::Exited {
                    code: 7,
                    oom: false,
                    ..
                }
            ),
            "{fault:?}"
        );
    });
}

#[test]
fn one_that_ends_again_and_again_is_not() {
    by_each_flavour(|bench| {
        let fault = fails(bench, "loop", "exit 3", "restart: always");
        let Fault::CrashLoop { restarts, code, .. } = fault else {
            panic!("{fault:?}");
        };
        assert!(restarts > 2);
        // Between two samples it may have been running each time.
        assert!(matches!(code, Some(3) | None), "{code:?}");
    });
}

#[test]
fn one_that_ends_well_and_should_not_is_not() {
    by_the_plugin(|bench| {
        let fault = fails(bench, "ends", "true", "");
        assert!(matches!(fault, Fault::Ended { .. }), "{fault:?}");
    });
}

#[test]
fn one_whose_check_passes_late_is_waited_for() {
    by_the_plugin(|bench| {
        let third = "echo x >> /checks; [ $$(wc -l < /checks) -ge 3 ]";
        let check = format!("healthcheck: {{test: [CMD-SHELL, \"{third}\"], interval: 1s, retries: 9}}");
        ready(bench, "third", STAYS, &check, How::Healthy);
    });
}

#[test]
fn of_several_containers_the_worst_counts() {
    by_each_flavour(|bench| {
        // The first to make the directory is the sick one.
        let script = "mkdir /shared/sick && touch /sick; exec sleep 600";
        let rest = "scale: 3, volumes: [\"shared:/shared\"], \
                healthcheck: {test: [CMD-SHELL, \"[ ! -e /sick ]\"], interval: 1s, retries: 2}";
        // Version 1 scales only where the file does not say which form it has.
        let text = format!(
            "services:\n  many: {}\nvolumes: {{shared: {{}}}}\n",
            service("many", script, rest)
        );
        let run = bench.run_of(&[bench.file("compose.yml", &text)]);
        let not_up = run.not_up();
        let Why::NotReady { faults } = &not_up.why else {
            panic!("{}", not_up.why);
        };
        assert!(matches!(faults["many"], Fault::Unhealthy { .. }), "{faults:?}");
        run.is_gone(&not_up.closed.unwrap(), &["many", "many", "many"]);
    });
}

#[test]
fn one_that_dies_later_is_seen() {
    by_the_plugin(|bench| {
        let run = bench.run(&[
            ("ok", &service("ok", STAYS, HEALTHY)),
            ("dies", &service("dies", STAYS, HEALTHY)),
        ]);
        let mut environment = run.up();
        assert!(environment.fallen().unwrap().is_empty());
        let containers = environment.containers();
        let dies = containers
            .iter()
            .find(|container| container.service == "dies")
            .unwrap();
        bench.engine.docker(["kill", &dies.id]);
        bench.engine.docker(["wait", &dies.id]);
        let fallen = environment.fallen().unwrap();
        let names: Vec<&String> = fallen.keys().collect();
        assert_eq!(names, ["dies"], "{fallen:?}");
        run.is_gone(&environment.down(), &["dies", "ok"]);
    });
}

#[test]
fn one_that_ends_and_is_started_again_is_seen_however_well_it_is_then() {
    by_the_plugin(|bench| {
        let ends = "until [ -e /go ]; do sleep 0.1; done; rm /go; exit 3";
        let again = format!("restart: always, {HEALTHY}");
        let run = bench.run(&[("again", &service("again", ends, &again))]);
        let mut environment = run.up();
        assert!(environment.fallen().unwrap().is_empty());
        let id = environment.containers()[0].id.clone();
        bench.engine.docker(["exec", &id, "touch", "/go"]);
        let format = "{{.RestartCount}} {{.State.Health.Status}}";
        let until = Instant::now() + Duration::from_secs(60);
        while bench.engine.docker(["inspect", "--format", format, &id]).trim() != "1 healthy" {
            assert!(Instant::now() < until, "it is not started again");
            thread::sleep(Duration::from_millis(100));
        }
        let fallen = environment.fallen().unwrap();
        let said: Vec<String> = fallen.values().map(ToString::to_string).collect();
        assert!(
            said[0].ends_with("ended and was started again once while it was needed"),
            "{said:?}"
        );
        run.is_gone(&environment.down(), &["again"]);
    });
}
