use super::*;
use crate::compose::{config, inspect};

const SECOND: Duration = Duration::from_secs(1);

fn container() -> Container {
    Container {
        id: "id-1".to_owned(),
        name: "p-s-1".to_owned(),
        service: "s".to_owned(),
        is_oneoff: false,
        number: 1,
        status: Status::Running,
        health: Health::NoCheck,
        check: None,
        checked: 0,
        health_log: Vec::new(),
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        started_at: "t0".to_owned(),
        restart_count: 0,
        restarts: Restarts::Never,
        ports: Vec::new(),
        volumes: Vec::new(),
    }
}

fn plan(oneshot: Oneshot) -> Plan {
    Plan {
        services: BTreeMap::from([("s".to_owned(), oneshot)]),
        probed: BTreeSet::new(),
        max_restarts: MAX_RESTARTS,
        stable: STABLE,
        deadline: DEADLINE,
    }
}

fn sample(at: Duration, containers: Vec<Container>) -> Sample {
    Sample {
        at,
        containers,
        answers: BTreeMap::new(),
    }
}

fn told(progress: &Progress) -> String {
    match progress {
        Progress::Waiting => "waiting".to_owned(),
        Progress::Ready(ready) => ready.values().map(How::to_string).collect::<Vec<_>>().join(", "),
        Progress::Failed(failed) => failed
            .iter()
            .map(|(service, fault)| format!("{service}: {fault}"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// One container that never changes: what is said of it at once, after the time to be steady, and at the deadline.
#[track_caller]
fn check_as(oneshot: Oneshot, change: impl Fn(&mut Container), expect: [&str; 3]) {
    let mut container = container();
    change(&mut container);
    let mut wait = Wait::new(plan(oneshot));
    let said =
        [Duration::ZERO, STABLE, DEADLINE].map(|at| told(&wait.see(&sample(at, vec![container.clone()]))));
    assert_eq!(said, expect);
}

#[track_caller]
fn check(change: impl Fn(&mut Container), expect: [&str; 3]) {
    check_as(Oneshot::No, change, expect);
}

#[test]
fn no_services_are_never_ready() {
    let mut nothing = plan(Oneshot::No);
    nothing.services.clear();
    let mut wait = Wait::new(nothing);
    for (at, expect) in [
        (STABLE, Progress::Waiting),
        (DEADLINE, Progress::Failed(BTreeMap::new())),
    ] {
        assert_eq!(wait.see(&sample(at, vec![container()])), expect);
    }
}

#[test]
fn what_runs_is_judged_by_its_health() {
    let healthy = |c: &mut Container| c.health = Health::Healthy;
    check(healthy, ["healthy"; 3]);
    check(
        |c| c.health = Health::Starting,
        [
            "waiting",
            "waiting",
            "s: not ready within 60 s: running, and its health check has not passed yet",
        ],
    );
    let run = |output: &str| HealthRun {
        code: 1,
        output: output.to_owned(),
    };
    check(
        |c| {
            c.health = Health::Starting;
            c.health_log = vec![run("not yet")];
        },
        [
            "waiting",
            "waiting",
            "s: not ready within 60 s: running, and its health check has not passed yet: exit code 1: not yet",
        ],
    );
    check(
        |c| {
            c.health = Health::Unhealthy;
            c.health_log = vec![run("no"), run("")];
        },
        ["s: p-s-1 is unhealthy: exit code 1: no; exit code 1"; 3],
    );
    let weak = "runs, and has no health check (weak readiness)";
    check(|_| {}, ["waiting", weak, weak]);
}

#[test]
fn what_is_started_again_and_again_is_a_crash_loop() {
    let again = |status: Status, count: u64| {
        move |c: &mut Container| {
            c.status = status.clone();
            c.restart_count = count;
            c.restarts = Restarts::Always;
            c.exit_code = 3;
        }
    };
    let late = "s: not ready within 60 s: restarting after exit code 3";
    check(again(Status::Restarting, 2), ["waiting", "waiting", late]);
    check(
        again(Status::Restarting, 3),
        ["s: p-s-1 was started again 3 times: crash loop, last exit code 3"; 3],
    );
    check(
        again(Status::Running, 3),
        ["s: p-s-1 was started again 3 times: crash loop, last exit code unknown"; 3],
    );
    let weak = "runs, and has no health check (weak readiness)";
    check(again(Status::Running, 2), ["waiting", weak, weak]);
}

#[test]
fn a_crash_loop_that_is_seen_running_has_the_exit_code_of_before() {
    let mut wait = Wait::new(plan(Oneshot::No));
    let mut one = container();
    one.restarts = Restarts::Always;
    one.status = Status::Restarting;
    one.restart_count = 1;
    one.exit_code = 3;
    assert_eq!(
        told(&wait.see(&sample(Duration::ZERO, vec![one.clone()]))),
        "waiting"
    );
    one.status = Status::Running;
    one.restart_count = 3;
    one.exit_code = 0;
    assert_eq!(
        told(&wait.see(&sample(SECOND, vec![one]))),
        "s: p-s-1 was started again 3 times: crash loop, last exit code 3"
    );
}

#[test]
fn a_one_shot_is_done_when_it_ended_well() {
    let ended = |code: i64| {
        move |c: &mut Container| {
            c.status = Status::Exited;
            c.exit_code = code;
        }
    };
    check_as(Oneshot::Declared, ended(0), ["done"; 3]);
    check_as(Oneshot::Awaited, ended(0), ["done"; 3]);
    check_as(
        Oneshot::Inferred,
        ended(0),
        ["done (taken for a one-shot: it says restart: \"no\")"; 3],
    );
    check(
        ended(0),
        ["s: p-s-1 ended with exit code 0, and it was to go on"; 3],
    );
    for oneshot in [
        Oneshot::Declared,
        Oneshot::Awaited,
        Oneshot::Inferred,
        Oneshot::No,
    ] {
        check_as(oneshot, ended(7), ["s: p-s-1 ended with exit code 7"; 3]);
    }
    let late = "s: not ready within 60 s: running, and has not done its work yet";
    check_as(Oneshot::Declared, |_| {}, ["waiting", "waiting", late]);
    check_as(
        Oneshot::Awaited,
        |c| c.health = Health::Healthy,
        ["waiting", "waiting", late],
    );
    let weak = "runs, and has no health check (weak readiness)";
    check_as(Oneshot::Inferred, |_| {}, ["waiting", weak, weak]);
}

#[test]
fn what_ended_badly_fails_at_once_unless_it_is_started_again() {
    let ended = |status: Status, code: i64, restarts: Restarts| {
        move |c: &mut Container| {
            c.status = status.clone();
            c.exit_code = code;
            c.restarts = restarts;
        }
    };
    let code_1 = "s: p-s-1 ended with exit code 1";
    check(ended(Status::Dead, 1, Restarts::Always), [code_1; 3]);
    // The engine gave up: `on-failure:2` is over after two.
    check(
        ended(Status::Exited, 1, Restarts::OnFailure),
        ["waiting", code_1, code_1],
    );
    let code_0 = "s: p-s-1 ended with exit code 0, and it was to go on";
    check(ended(Status::Exited, 0, Restarts::OnFailure), [code_0; 3]);
    check(
        ended(Status::Exited, 0, Restarts::Always),
        ["waiting", code_0, code_0],
    );
    check(
        ended(Status::Dead, 0, Restarts::Never),
        ["s: p-s-1 ended with exit code 0"; 3],
    );
    check(
        |c| {
            c.status = Status::Exited;
            c.exit_code = 137;
            c.oom_killed = true;
        },
        ["s: p-s-1 ended with exit code 137: out of memory"; 3],
    );
    check(
        |c| {
            c.status = Status::Exited;
            c.exit_code = 127;
            c.error = "no such file".to_owned();
        },
        ["s: p-s-1 ended with exit code 127: no such file"; 3],
    );
}

#[test]
fn what_is_on_its_way_is_waited_for() {
    for status in [
        Status::Created,
        Status::Paused,
        Status::Other("frozen".to_owned()),
    ] {
        let late = format!("s: not ready within 60 s: {}", status.word());
        check(|c| c.status = status.clone(), ["waiting", "waiting", &late]);
    }
}

#[test]
fn what_the_engine_cannot_start_fails_at_once() {
    check(
        |c| {
            c.status = Status::Created;
            c.error = "exec: permission denied".to_owned();
        },
        ["s: p-s-1 could not be started: exec: permission denied"; 3],
    );
}

#[test]
fn a_service_without_a_container_fails() {
    let none = ["waiting", "s: there is no container", "s: there is no container"];
    check(|c| c.status = Status::Removing, none);
    check(|c| c.is_oneoff = true, none);
    check(|c| c.service = "other".to_owned(), none);
    // Once is no proof: the list and the look are two calls.
    let mut wait = Wait::new(plan(Oneshot::No));
    let mut healthy = container();
    healthy.health = Health::Healthy;
    for containers in [vec![], vec![healthy], vec![]] {
        let is_there = !containers.is_empty();
        let said = told(&wait.see(&sample(SECOND, containers)));
        assert_eq!(said, if is_there { "healthy" } else { "waiting" });
    }
}

#[test]
fn a_service_is_what_its_worst_container_is() {
    let of = |number: u64, health: Health| Container {
        id: format!("id-{number}"),
        name: format!("p-s-{number}"),
        number,
        health,
        ..container()
    };
    let said = |healths: [Health; 3]| {
        let containers = (1..)
            .zip(healths)
            .map(|(number, health)| of(number, health))
            .collect();
        told(&Wait::new(plan(Oneshot::No)).see(&sample(SECOND, containers)))
    };
    let well = Health::Healthy;
    assert_eq!(said([well, well, well]), "healthy");
    assert_eq!(said([well, Health::Starting, well]), "waiting");
    assert_eq!(
        said([Health::Starting, Health::Unhealthy, Health::Unhealthy]),
        "s: p-s-2 is unhealthy"
    );
}

#[test]
fn all_must_be_ready_in_the_same_sample() {
    let mut both = plan(Oneshot::No);
    both.services.insert("t".to_owned(), Oneshot::No);
    let mut wait = Wait::new(both);
    let mut early = container();
    early.health = Health::Healthy;
    let mut slow = Container {
        id: "id-2".to_owned(),
        service: "t".to_owned(),
        health: Health::Starting,
        ..container()
    };
    assert_eq!(
        told(&wait.see(&sample(SECOND, vec![early.clone(), slow.clone()]))),
        "waiting"
    );
    early.status = Status::Exited;
    early.exit_code = 1;
    slow.health = Health::Healthy;
    assert_eq!(
        told(&wait.see(&sample(SECOND * 2, vec![early, slow]))),
        "s: p-s-1 ended with exit code 1"
    );
}

#[test]
fn a_new_start_begins_the_time_to_be_steady_again() {
    let mut wait = Wait::new(plan(Oneshot::No));
    let mut one = container();
    one.restarts = Restarts::Always;
    assert_eq!(
        told(&wait.see(&sample(Duration::ZERO, vec![one.clone()]))),
        "waiting"
    );
    one.started_at = "t1".to_owned();
    one.restart_count = 1;
    assert_eq!(told(&wait.see(&sample(STABLE, vec![one.clone()]))), "waiting");
    assert_eq!(
        told(&wait.see(&sample(STABLE * 2, vec![one]))),
        "runs, and has no health check (weak readiness)"
    );
}

/// What is said of a service that was ready when its container was `container()`, and is now as `change` leaves it.
#[track_caller]
fn check_again(standing: &Standing, change: impl FnOnce(&mut Container), expect: &str) {
    let mut now = container();
    change(&mut now);
    let mut standings = BTreeMap::from([("s".to_owned(), standing.clone())]);
    Wait::started_again(&mut standings, &[container()], &[now]);
    assert_eq!(standings["s"].to_string(), expect);
}

#[test]
fn what_was_started_again_since_it_was_ready_is_told() {
    let by_engine = |container: &mut Container| {
        container.restart_count += 1;
        container.started_at = "later".to_owned();
    };
    let by_hand = |container: &mut Container| container.started_at = "later".to_owned();
    let ready = Standing::Ready(How::Healthy);
    let waits = waits("running");
    let again = |times: &str| format!("p-s-1 ended and was started again{times} while it was needed");
    check_again(&ready, |_| {}, "healthy");
    check_again(&ready, by_engine, &again(" once"));
    // Tests may start a service again on purpose, and it is ready again.
    check_again(&ready, by_hand, "healthy");
    check_again(&waits, by_engine, &again(" once"));
    check_again(&waits, by_hand, &again(""));
    check_again(&waits, |_| {}, "running");
    check_again(
        &Standing::Failed(Fault::Missing),
        by_engine,
        "there is no container",
    );
    check_again(
        &ready,
        |container| {
            by_engine(container);
            container.id = "another".to_owned();
        },
        "healthy",
    );
}

#[test]
fn what_is_asked_must_answer() {
    let mut probed = plan(Oneshot::No);
    probed.probed.insert("s".to_owned());
    let see = |wait: &mut Wait, health: Health, answers: bool| {
        let mut one = container();
        one.health = health;
        let mut sample = sample(SECOND, vec![one]);
        if answers {
            sample.answers.insert("s".to_owned(), Ok(()));
        }
        told(&wait.see(&sample))
    };
    let mut wait = Wait::new(probed);
    assert_eq!(see(&mut wait, Health::NoCheck, false), "waiting");
    assert_eq!(see(&mut wait, Health::NoCheck, true), "answers");
    assert_eq!(see(&mut wait, Health::Healthy, false), "waiting");
    assert_eq!(see(&mut wait, Health::Healthy, true), "healthy");
    let mut late = sample(DEADLINE, vec![container()]);
    let why = "the answer of /health at port 8000 is 404".to_owned();
    late.answers.insert("s".to_owned(), Err(why));
    assert_eq!(
        told(&wait.see(&late)),
        format!(
            "s: not ready within {} s: running, and does not answer: the answer of /health at port 8000 is 404",
            DEADLINE.as_secs()
        )
    );
}

#[test]
fn one_shots_are_declared_awaited_or_inferred() {
    let rendered = config::read(
        "services:\n  api: {depends_on: {migrate: {condition: service_completed_successfully}}}\n  migrate: {}\n  \
         said: {ports: ['80']}\n  plain: {restart: 'no'}\n  port: {restart: 'no', ports: ['80']}\n  \
         check: {restart: 'no', healthcheck: {test: [CMD, x]}}\n  asked: {restart: 'no'}\n  unset: {}\n  \
         off: {profiles: [p], restart: 'no'}\n",
    )
    .unwrap();
    let wishes = Wishes {
        oneshot: BTreeSet::from(["said".to_owned()]),
        required: BTreeSet::from(["asked".to_owned()]),
        probed: BTreeSet::new(),
    };
    let plan = Plan::of(&rendered, &wishes);
    let of = |oneshot: Oneshot| -> Vec<&str> {
        plan.services
            .iter()
            .filter(|(_, kind)| **kind == oneshot)
            .map(|(service, _)| service.as_str())
            .collect()
    };
    assert_eq!(of(Oneshot::Declared), ["said"]);
    assert_eq!(of(Oneshot::Awaited), ["migrate"]);
    assert_eq!(of(Oneshot::Inferred), ["plain"]);
    assert_eq!(of(Oneshot::No), ["api", "asked", "check", "port", "unset"]);
}

/// What both versions of Compose really brought up, with each service on its own.
#[test]
fn recorded_services_of_each_kind_are_told_apart() {
    let kinds = [
        (
            "v1",
            include_str!("../../../tests/fixtures/compose/v1/kinds.config.yml"),
            include_str!("../../../tests/fixtures/compose/v1/settled.json"),
        ),
        (
            "v2",
            include_str!("../../../tests/fixtures/compose/v2/kinds.config.yml"),
            include_str!("../../../tests/fixtures/compose/v2/settled.json"),
        ),
    ];
    for (flavour, config, settled) in kinds {
        let rendered = config::read(config).unwrap();
        let plan = Plan::of(&rendered, &Wishes::default());
        assert_eq!(plan.services.len(), 6);
        let mut wait = Wait::new(plan);
        let containers = inspect::read(settled).unwrap();
        wait.standings(&sample(SECOND, containers.clone()));
        let standings = wait.standings(&sample(SECOND + STABLE, containers));
        let said: Vec<(&str, &str)> = standings
            .iter()
            .map(|(service, standing)| {
                let word = match standing {
                    Standing::Ready(How::Healthy) => "healthy",
                    Standing::Ready(How::Weak) => "weak",
                    Standing::Ready(How::Done(Oneshot::Inferred)) => "done",
                    Standing::Failed(Fault::Unhealthy { .. }) => "unhealthy",
                    Standing::Failed(Fault::Exited { code: 7, .. }) => "exit 7",
                    Standing::Failed(Fault::CrashLoop { .. }) => "loop",
                    _ => "?",
                };
                (service.as_str(), word)
            })
            .collect();
        assert_eq!(
            said,
            [
                ("bad", "unhealthy"),
                ("crash", "exit 7"),
                ("loop", "loop"),
                ("nohc", "weak"),
                ("ok", "healthy"),
                ("oneshot", "done")
            ],
            "{flavour}"
        );
    }
}

/// Right after `up` nothing has failed that was going to.
#[test]
fn recorded_services_that_have_just_begun_are_waited_for_or_have_ended() {
    for json in [
        include_str!("../../../tests/fixtures/compose/v1/early.json"),
        include_str!("../../../tests/fixtures/compose/v2/early.json"),
    ] {
        let containers = inspect::read(json).unwrap();
        let services = ["ok", "bad", "nohc"].map(|name| (name.to_owned(), Oneshot::No));
        let mut plan = plan(Oneshot::No);
        plan.services = BTreeMap::from(services);
        assert_eq!(
            Wait::new(plan).see(&sample(Duration::ZERO, containers)),
            Progress::Waiting
        );
    }
}
