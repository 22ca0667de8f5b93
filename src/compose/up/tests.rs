mod engine;
mod podman;

use engine::{BROKEN, CONFIG, Engine, HEALTHY, Lives, NOT_YET, SICK, STARTING, run, run_by, run_with};

use super::*;
use crate::compose::config::Profiles;
use crate::compose::flavour::{Kind, Version};
use crate::process::End;

#[test]
fn services_that_are_ready_have_addresses_and_go_in_the_end() {
    let seen = run(&Engine::with(&[HEALTHY]));
    assert_eq!(seen.said, r#"{"SDD_SERVICE_S_5432": "127.0.0.1:49153"}"#);
    assert!(!seen.has_journal);
    // Logs are saved before the containers go.
    let at = |word: &str| seen.calls.iter().position(|call| call == word).unwrap();
    assert!(at("up") < at("logs") && at("logs") < at("down"));
}

#[test]
fn one_that_was_started_again_is_not_the_one_that_was_ready() {
    let again = r#"{"Status": "running", "StartedAt": "later", "Health": {"Status": "healthy"}}, "RestartCount": 2, "x": {}"#;
    let engine = Engine::with(&[HEALTHY, again]);
    let seen = run_with(&engine, &Cancel::new(), &[], |mut environment| {
        let fallen = environment.fallen().unwrap();
        fallen.values().map(ToString::to_string).collect()
    });
    assert_eq!(
        seen.said,
        "p-s-1 ended and was started again 2 times while it was needed"
    );
}

#[test]
fn one_that_somebody_started_again_and_that_is_ready_is_told() {
    let again = r#"{"Status": "running", "StartedAt": "later", "Health": {"Status": "healthy"}}"#;
    for (states, expect) in [(&[HEALTHY, again], &["p-s-1"][..]), (&[HEALTHY, HEALTHY], &[])] {
        let engine = Engine::with(states);
        let seen = run_with(&engine, &Cancel::new(), &[], |mut environment| {
            assert!(environment.restarted().is_empty(), "nobody has looked yet");
            assert!(environment.fallen().unwrap().is_empty());
            assert_eq!(environment.restarted(), expect);
            "looked".to_owned()
        });
        assert_eq!(seen.said, "looked");
    }
}

#[test]
fn what_the_engine_has_by_a_name_of_the_file_keeps_everything_down() {
    const NAMED: &str = "services:\n  s: {image: a}\nnetworks:\n  n: {name: shared}\n  mine: {name: sdd-0-r_mine}\n\
                         volumes:\n  v: {name: data}\n";
    let check = |there: &'static str, expect: Option<&str>| {
        let engine = Engine {
            config: (0, NAMED),
            there,
            ..Engine::with(&[HEALTHY])
        };
        let seen = run(&engine);
        match expect {
            Some(said) => {
                assert_eq!((seen.said.as_str(), seen.ending), (said, Some(Ending::Failed)));
                assert!(!seen.has_journal && !seen.calls.iter().any(|call| call == "up"));
            }
            None => assert_eq!(seen.ending, None, "{}", seen.said),
        }
    };
    check(
        "bridge\nshared\n",
        Some("there already, and services of others may be in it: the networks shared"),
    );
    check(
        "data\n",
        Some("there already, and they would be removed with the run: the volumes data"),
    );
    check("bridge\nsdd-0-r_mine\nshared2\n", None);
}

#[test]
fn containers_are_listed_once_where_nothing_happens_in_between() {
    let lists = |after: fn(&mut Environment<'_>)| {
        let engine = Engine::with(&[STARTING, HEALTHY]);
        let (flavour, limits) = (Flavour::sample(), Limits::default());
        let seen = run_by(
            &flavour,
            &engine,
            engine.fetching,
            limits,
            &Cancel::new(),
            &[],
            |mut environment| {
                after(&mut environment);
                environment.down().fault().unwrap_or_default()
            },
        );
        assert_eq!(seen.said, "");
        engine.calls().iter().filter(|call| *call == "inspect").count()
    };
    // Two until it is ready, and one for the logs and the teardown: that last look may be the one before them.
    assert_eq!(
        lists(|environment| assert_eq!(environment.containers().len(), 1)),
        3
    );
    assert_eq!(
        lists(|environment| assert!(environment.fallen().unwrap().is_empty())),
        3
    );
    // What was cut short may have more of them a moment later.
    let engine = Engine {
        up: End::Code(1),
        ..Engine::with(&[HEALTHY])
    };
    let seen = run(&engine);
    assert_eq!(seen.calls.iter().filter(|call| *call == "inspect").count(), 3);
}

#[test]
fn images_are_neither_pulled_nor_built_where_that_is_forbidden() {
    let engine = |config: &'static str, is_bare, fetching| Engine {
        config: (0, config),
        is_bare,
        fetching,
        ..Engine::with(&[HEALTHY])
    };
    let seen = run(&engine(CONFIG, true, Fetching::Forbidden));
    let said = "not here, and the settings allow no pulling: postgres:14";
    assert_eq!((seen.said.as_str(), seen.ending), (said, Some(Ending::Failed)));
    assert_eq!(
        (seen.has_journal, seen.calls.as_slice()),
        // The last is how it is known that the engine has no image because it is there.
        (false, &["config", "image", "ps"].map(str::to_owned)[..])
    );
    let built = "services:\n  s: {build: ., ports: ['5432']}\n";
    let seen = run(&engine(built, false, Fetching::Forbidden));
    let said = "not here, and the settings allow no pulling: the image of s, which is built";
    assert_eq!((seen.said.as_str(), seen.ending), (said, Some(Ending::Failed)));
    // What is built already has a name of its own.
    let named = "services:\n  s: {image: s, build: ., ports: ['5432']}\n";
    for (config, is_bare, fetching) in [
        (CONFIG, false, Fetching::Forbidden),
        (named, false, Fetching::Forbidden),
        (CONFIG, true, Fetching::Allowed),
        (built, true, Fetching::Allowed),
    ] {
        let seen = run(&engine(config, is_bare, fetching));
        assert_eq!(seen.ending, None, "{}", seen.said);
    }
}

#[test]
fn an_environment_that_is_dropped_goes_as_well() {
    let engine = Engine::with(&[HEALTHY]);
    let seen = run_with(&engine, &Cancel::new(), &[], |environment| {
        drop(environment);
        String::new()
    });
    assert!(!seen.has_journal && seen.calls.contains(&"down".to_owned()));
}

#[test]
fn an_environment_that_is_kept_stays_with_its_journal() {
    let engine = Engine::with(&[HEALTHY]);
    let seen = run_with(&engine, &Cancel::new(), &[], |environment| {
        environment.keep(Duration::from_secs(3_600)).unwrap().command
    });
    assert!(
        seen.said.starts_with("docker compose -p sdd-0-r -f ")
            && seen.said.ends_with(" down -v --remove-orphans --rmi local -t 10")
    );
    assert!(seen.has_journal && !seen.calls.contains(&"down".to_owned()));
}

#[track_caller]
fn check_failed(engine: &Engine, said: &str, ending: Ending) {
    let seen = run(engine);
    assert_eq!((seen.said.as_str(), seen.ending), (said, Some(ending)));
    assert!(!seen.has_journal);
    let was_up = seen.calls.contains(&"up".to_owned());
    assert_eq!(seen.calls.contains(&"down".to_owned()), was_up);
}

#[test]
fn what_does_not_come_up_is_taken_down() {
    check_failed(
        &Engine::with(&[BROKEN]),
        "s: p-s-1 ended with exit code 7",
        Ending::Failed,
    );
    check_failed(
        &Engine::with(&[STARTING]),
        "s: not ready within 0 s: running, and its health check has not passed yet",
        Ending::Failed,
    );
}

#[test]
fn a_file_of_which_nothing_runs_brings_nothing_up() {
    let mut engine = Engine::with(&[HEALTHY]);
    engine.config = (0, "services:\n  s: {image: a, deploy: {replicas: 0}}\n");
    check_failed(
        &engine,
        "the compose file has no service that runs without being asked for",
        Ending::Failed,
    );
}

#[test]
fn profiles_are_those_that_compose_itself_takes() {
    let temp = tempfile::tempdir().unwrap();
    store::atomic::write(&temp.path().join(".env"), b"COMPOSE_PROFILES=dev,ops\n").unwrap();
    let project = Project {
        name: "p".to_owned(),
        files: vec![temp.path().join("c.yml")],
        env_file: None,
        profiles: Vec::new(),
    };
    let engine = Engine::with(&[HEALTHY]);
    let mut flavour = Flavour::sample();
    let of = |flavour: &Flavour| {
        let project = &project;
        render::profiles(&engine, &Calls { flavour, project })
    };
    // Version 2 leaves out by itself what it would not start.
    assert_eq!(of(&flavour), Profiles::Rendered);
    flavour.kind = Kind::Standalone;
    assert_eq!(of(&flavour), Profiles::Rendered);
    flavour.version.major = 1;
    assert_eq!(of(&flavour), Profiles::of("dev,ops"));
    // podman-compose is told them by name, and before 1.1.0 starts all services.
    let named = |flavour: &Flavour| render::with_profiles(&engine, flavour, &project).profiles;
    assert_eq!(named(&flavour), [""; 0]);
    let podman = |minor| Flavour {
        kind: Kind::PodmanCompose,
        version: Version {
            major: 1,
            minor,
            patch: 6,
        },
        ..Flavour::sample()
    };
    assert_eq!(of(&podman(2)), Profiles::Rendered);
    assert_eq!(named(&podman(2)), ["dev", "ops"]);
    assert_eq!(of(&podman(0)), Profiles::of("dev,ops"));
    assert_eq!(named(&podman(0)), [""; 0]);
}

#[test]
fn a_log_that_cannot_be_saved_is_told() {
    let mut engine = Engine::with(&[HEALTHY]);
    engine.is_mute = true;
    let seen = run_with(&engine, &Cancel::new(), &[], |environment| {
        let closed = environment.down();
        assert_eq!(closed.logs, []);
        closed.cleaned.unwrap().complaints.join("; ")
    });
    assert!(
        seen.said
            .starts_with("the log of p-s-1 was not saved: `docker logs ")
            && seen.said.ends_with("ended with exit code 1: no"),
        "{}",
        seen.said
    );
    assert!(!seen.has_journal);
}

#[test]
fn what_a_health_check_says_has_no_secrets_in_it() {
    let seen = run(&Engine::with(&[SICK]));
    assert!(
        seen.said
            .starts_with("s: p-s-1 is unhealthy: exit code 1: password="),
        "{}",
        seen.said
    );
    assert!(!seen.said.contains("hunter2"), "{}", seen.said);
    // Also where it has not given up yet, and where it did so while tests ran.
    let seen = run(&Engine::with(&[NOT_YET]));
    let why =
        "s: not ready within 0 s: running, and its health check has not passed yet: exit code 1: password=";
    assert!(seen.said.starts_with(why), "{}", seen.said);
    assert!(!seen.said.contains("hunter2"), "{}", seen.said);
    let mut engine = Engine::with(&[NOT_YET]);
    engine.up = End::TimedOut;
    let seen = run(&engine);
    let why = "the services could not be brought up: s: not ready within 180 s: running, and its health check has not passed \
               yet: exit code 1: password=";
    assert!(seen.said.starts_with(why), "{}", seen.said);
    assert!(!seen.said.contains("hunter2"), "{}", seen.said);
    assert_eq!(seen.ending, Some(Ending::Error));
    for later in [SICK, NOT_YET] {
        let engine = Engine::with(&[HEALTHY, later]);
        let seen = run_with(&engine, &Cancel::new(), &[], |mut environment| {
            let fallen = environment.fallen().unwrap();
            fallen.values().map(ToString::to_string).collect()
        });
        assert!(seen.said.contains("exit code 1: password="), "{}", seen.said);
        assert!(!seen.said.contains("hunter2"), "{}", seen.said);
    }
}

#[test]
fn an_up_that_fails_is_told_and_taken_down() {
    let up = |end: End| {
        let mut engine = Engine::with(&[BROKEN]);
        engine.up = end;
        run(&engine)
    };
    let refused = up(End::Code(1));
    let start =
        "the services could not be brought up: s: p-s-1 ended with exit code 7; `docker compose -p sdd-0-r";
    assert!(refused.said.starts_with(start), "{}", refused.said);
    assert!(
        refused.said.ends_with("ended with exit code 1: no"),
        "{}",
        refused.said
    );
    assert_eq!(refused.ending, Some(Ending::Failed));
    let late = up(End::TimedOut);
    assert_eq!(late.ending, Some(Ending::Error));
    let cancelled = up(End::Cancelled);
    assert_eq!(cancelled.ending, Some(Ending::Cancelled));
    for seen in [refused, late, cancelled] {
        assert!(!seen.has_journal && seen.calls.contains(&"down".to_owned()));
    }
}

#[test]
fn an_engine_that_ends_with_up_is_not_the_services_fault() {
    let engine = Engine {
        up: End::Code(1),
        lives: Lives::UntilUp,
        ..Engine::with(&[HEALTHY])
    };
    let seen = run(&engine);
    let start = "the engine does not answer any more: `docker ps ";
    assert!(seen.said.starts_with(start), "{}", seen.said);
    assert!(
        seen.said.contains("; before that `docker compose -p sdd-0-r "),
        "{}",
        seen.said
    );
    assert_eq!(seen.ending, Some(Ending::Error));
    // Nobody knows what is left.
    assert!(seen.has_journal);
}

#[test]
fn images_that_could_not_be_pulled_are_named() {
    let engine = Engine {
        up: End::Code(1),
        is_bare: true,
        ..Engine::with(&[HEALTHY])
    };
    let seen = run(&engine);
    assert!(
        seen.said
            .starts_with("not on this machine, also after `up`: postgres:14; `docker compose "),
        "{}",
        seen.said
    );
    assert_eq!(seen.ending, Some(Ending::Failed));
}

#[test]
fn files_that_are_not_valid_bring_up_nothing() {
    let config = |code: i32, text: &'static str| {
        let mut engine = Engine::with(&[HEALTHY]);
        engine.config = (code, text);
        engine
    };
    check_failed(
        &config(15, ""),
        "the compose file is not valid: no",
        Ending::Failed,
    );
    // Version 1 answers what it does not know with its usage, and exit code 0.
    check_failed(
        &config(0, "Define and run multi-container applications"),
        "it has no services",
        Ending::Error,
    );
}

#[test]
fn services_that_are_asked_for_must_be_there() {
    let check = |required: &[&str], expect: Option<&str>| {
        let seen = run_with(&Engine::with(&[HEALTHY]), &Cancel::new(), required, |_| {
            String::new()
        });
        let calls_up = seen.calls.contains(&"up".to_owned());
        assert_eq!(calls_up, expect.is_none(), "{required:?}");
        if let Some(expect) = expect {
            assert_eq!(seen.said, expect);
        }
    };
    check(&["s"], None);
    check(&["postgres:14"], None);
    check(
        &["s", "redis:7", "kafka"],
        Some("the compose file has no service kafka, redis:7"),
    );
}

#[test]
fn services_that_would_share_a_variable_are_not_brought_up() {
    let mut engine = Engine::with(&[HEALTHY]);
    engine.config = (0, "services:\n  s: {ports: ['80']}\n  S: {ports: ['80']}\n");
    let seen = run(&engine);
    assert!(
        seen.said
            .starts_with("S and s would have the same variable, SDD_SERVICE_S_80: "),
        "{}",
        seen.said
    );
    assert_eq!(seen.ending, Some(Ending::Failed));
    assert!(!seen.calls.contains(&"up".to_owned()) && !seen.has_journal);
}

#[test]
fn what_cannot_be_taken_down_keeps_its_journal() {
    let mut engine = Engine::with(&[HEALTHY]);
    engine.is_stubborn = true;
    let seen = run(&engine);
    assert_eq!(
        seen.said,
        "not everything could be taken down: container c1 is left"
    );
    assert!(seen.has_journal && seen.calls.contains(&"rm".to_owned()));
}

#[test]
fn names_of_logs_are_plain() {
    assert_eq!(logs::file_name("sdd-0_s.1/../x"), "sdd-0_s_1____x");
}
