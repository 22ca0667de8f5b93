use std::collections::BTreeSet;
use std::net::TcpListener;

use super::*;
use crate::compose::config;
use crate::compose::images::Fetching;
use crate::integration::NamedBy;
use crate::model::config::ComposeLint;
use crate::process::capture::Capture;
use crate::process::{End, Error, Invocation, Outcome};
use crate::store::scratch;

/// With so many networks, a container publishes every port that is asked for.
const PUBLISHED: usize = 2;

/// An engine that has one image and so many networks.
struct Machine {
    networks: usize,
}

impl Runner for Machine {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let words = invocation.words().join(" ");
        let (code, stdout) = match () {
            () if words.ends_with("redis:7") => (1, String::new()),
            () if words.contains("publish=") => {
                let name = if self.networks == PUBLISHED {
                    "other-api-1\n"
                } else {
                    ""
                };
                (0, name.to_owned())
            }
            () if words.contains(" network ls") => (0, "0123\n".repeat(self.networks)),
            () => (0, "sha256:00\n".to_owned()),
        };
        Ok(Outcome {
            stdout: Capture::of(stdout.as_bytes()),
            ..Outcome::of(End::Code(code))
        })
    }
}

fn needs() -> Needs {
    Needs {
        compose_files: vec!["c.yml".to_owned()],
        named_by: NamedBy::Work,
        services: vec!["api".to_owned()],
        config_files: vec!["app.yaml".to_owned()],
        lint: ComposeLint::Warn,
        fetching: Fetching::Allowed,
    }
}

const COMPOSE: &str = "services:\n  api: {image: 'postgres:14'}\n";

/// All that is found wrong in a directory with a compose file and a configuration file, as `check standing: words`.
fn look(compose: &str, needs: &Needs, networks: usize, engine: Engine) -> Vec<String> {
    look_beside(compose, needs, networks, engine, "")
}

/// [`look`] with a `.env` in the project.
fn look_beside(compose: &str, needs: &Needs, networks: usize, engine: Engine, env: &str) -> Vec<String> {
    look_by(compose, needs, networks, engine, env, &|scene| {
        CHECKS.iter().flat_map(|check| check.look(scene)).collect()
    })
}

/// [`look_beside`] by some checks.
fn look_by(
    compose: &str,
    needs: &Needs,
    networks: usize,
    engine: Engine,
    env: &str,
    checks: &dyn Fn(&Scene<'_>) -> Vec<Found>,
) -> Vec<String> {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().canonicalize().unwrap();
    scratch::write_new(&root.join("c.yml"), compose.as_bytes()).unwrap();
    scratch::write_new(&root.join("app.yaml"), b"a: 1\n").unwrap();
    scratch::write_new(&root.join("empty.yaml"), b"").unwrap();
    scratch::write_new(&root.join(".env"), env.as_bytes()).unwrap();
    let (flavour, machine) = (Flavour::sample(), Machine { networks });
    let project = Project {
        name: "p".to_owned(),
        files: vec![root.join("c.yml")],
        env_file: None,
        profiles: Vec::new(),
    };
    let rendered = config::read(compose).unwrap();
    let scene = Scene {
        root: &root,
        needs,
        runner: &machine,
        flavour: Ok(&flavour),
        project: Some(&project),
        rendered: Some(Ok(&rendered)),
        engine,
        asked: &[],
    };
    let all = checks(&scene).into_iter();
    all.filter(|one| !matches!(one.standing, Standing::Fine | Standing::Skipped))
        .map(|one| {
            assert!(
                one.remedy.is_some() || one.standing == Standing::Unknown,
                "{one:?}"
            );
            format!("{} {:?}: {}", one.check, one.standing, one.said)
        })
        .collect()
}

#[track_caller]
fn check(compose: &str, needs: &Needs, expect: &[&str]) {
    assert_eq!(look(compose, needs, 1, Engine::Here), expect);
}

#[test]
fn every_check_has_a_name_of_its_own() {
    let all: BTreeSet<&str> = names().collect();
    assert_eq!(all.len(), CHECKS.len());
}

#[test]
fn where_all_is_there_nothing_is_wrong() {
    check(COMPOSE, &needs(), &[]);
}

#[test]
fn each_thing_that_is_missing_is_named() {
    let missing = Needs {
        compose_files: vec!["other.yml".to_owned()],
        services: vec!["db".to_owned(), "api".to_owned()],
        config_files: ["app.yaml", "none.yaml", "empty.yaml", "../x", "*.toml", "e*.yaml"]
            .map(str::to_owned)
            .to_vec(),
        ..needs()
    };
    check(
        COMPOSE,
        &missing,
        &[
            "compose-file Failed: other.yml is missing",
            "services Failed: other.yml has no service db",
            "config-files Failed: none.yaml is missing",
            "config-files Failed: empty.yaml is empty",
            "config-files Failed: ../x cannot be looked at: the path `../x` has `..` in it; name a place inside the project",
            "config-files Failed: *.toml matches no file",
            // Each file that a pattern stands for is looked at.
            "config-files Failed: empty.yaml is empty",
        ],
    );
}

#[test]
fn a_compose_file_that_nobody_names_is_told_with_where_to_name_it() {
    let unnamed = Needs {
        compose_files: vec!["other.yml".to_owned()],
        named_by: NamedBy::Settings,
        ..needs()
    };
    check(
        COMPOSE,
        &unnamed,
        &["compose-file Failed: the spec names no compose file, and other.yml is missing"],
    );
    let how = unnamed.how_to_name();
    assert!(
        how.contains("`- Compose file: PATH`") && how.contains("integration_tests.compose_file"),
        "{how}"
    );
}

#[test]
fn a_version_that_no_image_tells_is_no_fault_and_another_one_is() {
    let compose = "services:\n  api: {image: 'postgres:14'}\n  redis: {image: 'redis:6'}\n";
    let with = |service: &str| Needs {
        services: vec![service.to_owned()],
        ..needs()
    };
    check(
        compose,
        &with("api:9.9"),
        &["services Warning: api: nobody can tell from its image postgres:14 whether it is version 9.9"],
    );
    check(
        compose,
        &with("redis:7"),
        &["services Failed: redis:7 is asked for, and c.yml has redis as redis:6"],
    );
    check(compose, &with("redis:6"), &[]);
}

#[test]
fn services_that_tests_cannot_tell_apart_are_refused() {
    check(
        "services:\n  my-api: {image: 'postgres:14', ports: ['80']}\n  my_api: {image: 'postgres:14', ports: ['80']}\n",
        &Needs {
            services: Vec::new(),
            ..needs()
        },
        &[
            "services Failed: my-api and my_api would have the same variable, SDD_SERVICE_MY_API_80: tests could not tell \
             which of them it is of",
        ],
    );
}

#[test]
fn files_that_a_variable_names_and_nobody_uses_are_told() {
    let told = "compose-file Warning: COMPOSE_FILE names a.yml with b.yml, and what the spec or the settings name is used: c.yml";
    let with = |env: &str| look_beside(COMPOSE, &needs(), 1, Engine::Here, env);
    assert_eq!(with("COMPOSE_FILE=a.yml:./b.yml\n"), [told]);
    assert_eq!(
        with("COMPOSE_FILE=a.yml;b.yml\nCOMPOSE_PATH_SEPARATOR=;\n"),
        [told]
    );
    assert!(with("COMPOSE_FILE=c.yml\n").is_empty());
    assert!(with("").is_empty());
}

#[test]
fn images_are_pulled_only_where_that_is_allowed() {
    let compose = "services:\n  api: {image: 'redis:7'}\n  own: {image: 'redis:7', build: .}\n";
    check(compose, &needs(), &[]);
    let strict = Needs {
        fetching: Fetching::Forbidden,
        ..needs()
    };
    check(
        compose,
        &strict,
        &[
            "images Failed: not here, and the settings allow no pulling: redis:7, the image of own, which is built",
        ],
    );
}

#[test]
fn a_port_that_somebody_has_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let compose = format!("services:\n  api: {{image: 'postgres:14', ports: ['127.0.0.1:{port}:5432']}}\n");
    let needs = Needs {
        lint: ComposeLint::Off,
        ..needs()
    };
    let all = look(&compose, &needs, 1, Engine::Here);
    let why = format!("ports Failed: port {port}, which api wants, is ");
    assert!(all.len() == 1 && all[0].starts_with(&why), "{all:?}");
    #[cfg(target_os = "linux")]
    {
        let who = format!("is taken by the process {}: ", std::process::id());
        assert!(all[0].contains(&who), "{all:?}");
    }
    // A container that publishes it is told before the engine's process that does it.
    let of_container =
        format!("services:\n  api: {{image: 'postgres:14', ports: ['127.0.0.1:{port}:5433']}}\n");
    let all = look_beside(&of_container, &needs, PUBLISHED, Engine::Here, "");
    assert_eq!(all, [format!("{why}published by the container other-api-1")]);
    // The ports of another machine cannot be tried from here.
    assert!(look(&compose, &needs, 1, Engine::Elsewhere).is_empty());
}

/// What is said of ports of which some are taken, some may not be tried, and all others are free: each with its standing.
fn look_at_ports(
    service: &str,
    networks: usize,
    refused: &'static [(u16, std::io::ErrorKind)],
) -> Vec<String> {
    let compose = format!("services:\n  api: {{image: 'postgres:14', {service}}}\n");
    let bind = |_, number, _| match refused.iter().find(|(port, _)| *port == number) {
        Some((_, kind)) => Err(std::io::Error::from(*kind)),
        None => Ok(()),
    };
    look_by(&compose, &needs(), networks, Engine::Here, "", &|scene| {
        let mut found = ports::look(scene, &bind);
        for one in &mut found {
            // Those that are fine are of interest here.
            if one.standing == Standing::Fine {
                *one = Found::new("fine", Standing::Warning, one.said.clone()).remedy("-");
            }
        }
        found
    })
}

#[track_caller]
fn check_ports(
    service: &str,
    networks: usize,
    refused: &'static [(u16, std::io::ErrorKind)],
    expect: &[&str],
) {
    assert_eq!(look_at_ports(service, networks, refused), expect, "{service}");
}

#[test]
fn of_a_range_one_port_that_is_free_is_enough() {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable};
    let range = "ports: ['2-4:8000']";
    check_ports(range, 1, &[], &["fine Warning: free: 2-4"]);
    let both = &[(2, AddrInUse), (3, AddrInUse)];
    // Containers of the engine's own are no matter to it.
    check_ports(range, PUBLISHED, both, &["fine Warning: free: 1 of 2-4"]);
    check_ports(
        range,
        1,
        &[(3, AddrInUse)],
        &[
            "ports Warning: ports 2-4, of which api wants one: 3 is taken, and an engine that takes its turn at it gives up, \
             although 2 are free",
        ],
    );
    let all = &[(2, AddrInUse), (3, AddrInUse), (4, AddrInUse)];
    check_ports(
        range,
        1,
        all,
        &[
            "ports Failed: ports 2-4, of which api wants one: none is free; 2 is taken; 3 is taken; 4 is taken",
        ],
    );
    check_ports(
        "ports: [{target: 8000, published: 2-6}], scale: 2",
        PUBLISHED,
        &[(2, AddrInUse), (3, AddrInUse), (4, AddrInUse), (6, AddrInUse)],
        &[
            "ports Failed: ports 2-6, of which api wants 2: 1 free; 2 is published by the container other-api-1; 3 is \
             published by the container other-api-1; 4 is published by the container other-api-1; and 1 more",
        ],
    );
    check_ports(
        "ports: ['10.9.9.9:2-4:8000']",
        1,
        &[(2, AddrNotAvailable)],
        &[
            "ports Failed: ports 2-4, of which api wants one: it is at an address that this machine does not have",
        ],
    );
}

#[test]
fn of_ranges_of_one_length_each_port_must_be_free() {
    use std::io::ErrorKind::AddrInUse;
    check_ports(
        "ports: ['2-3:8000-8001']",
        1,
        &[(3, AddrInUse)],
        &["ports Failed: port 3, which api wants, is taken"],
    );
    check_ports("ports: ['2-3:8000-8001']", 1, &[], &["fine Warning: free: 2, 3"]);
}

#[test]
fn a_port_that_two_want_is_known_before_anything_starts() {
    let both = |one: &str, other: &str, expect: &[&str]| {
        check_ports(&format!("ports: ['{one}', '{other}']"), 1, &[], expect);
    };
    both(
        "2:8000",
        "2:8001",
        &["ports Failed: port 2 is wanted twice by api"],
    );
    both(
        "127.0.0.1:2:8000",
        "2:8001",
        &["ports Failed: port 2 is wanted twice by api"],
    );
    both("0.0.0.0:2:8000", "[::]:2:8000", &["fine Warning: free: 2, 2"]);
    both("2:8000", "2:8001/udp", &["fine Warning: free: 2, 2"]);
    both(
        "127.0.0.1:2:8000",
        "127.0.0.2:2:8000",
        &["fine Warning: free: 2, 2"],
    );
    check(
        "services:\n  db: {image: 'postgres:14', ports: ['61999:1']}\n  api: {image: 'postgres:14', ports: ['61999:2']}\n",
        &Needs {
            lint: ComposeLint::Off,
            ..needs()
        },
        &["ports Failed: port 61999 is wanted by both api and db"],
    );
    check_ports(
        "deploy: {replicas: 3}, ports: ['2:8000']",
        1,
        &[],
        &["ports Failed: 3 containers of api want port 2, and one can have it"],
    );
}

#[test]
fn a_port_that_may_not_be_tried_is_not_called_free() {
    use std::io::ErrorKind::{AddrInUse, PermissionDenied};
    let unseen = "could not be looked at: sdd may not take it, and the engine may (permission denied)";
    check_ports(
        "ports: ['2:80', '3:81']",
        1,
        &[(2, PermissionDenied)],
        &[
            &format!("ports Warning: port 2, which api wants, {unseen}"),
            "fine Warning: free: 3",
        ],
    );
    check_ports(
        "ports: ['2-3:80']",
        1,
        &[(2, PermissionDenied), (3, AddrInUse)],
        &[&format!("ports Warning: port 2-3, which api wants, {unseen}")],
    );
    // Somebody else knows.
    check_ports(
        "ports: ['2:80']",
        PUBLISHED,
        &[(2, PermissionDenied)],
        &["ports Failed: port 2, which api wants, is published by the container other-api-1"],
    );
    check_ports(
        "ports: ['no:80']",
        1,
        &[],
        &["ports Warning: port no, which api wants, could not be looked at: it is none"],
    );
}

#[test]
fn what_is_odd_is_told_or_refused_as_the_settings_say() {
    let compose = "services:\n  api: {image: 'postgres:14', container_name: one}\n";
    let said = "its container is to be called one, and only one can be";
    let with = |lint| Needs { lint, ..needs() };
    check(
        compose,
        &with(ComposeLint::Warn),
        &[&format!("compose-container-name Warning: api: {said}")],
    );
    check(
        compose,
        &with(ComposeLint::Strict),
        &[&format!("compose-container-name Failed: api: {said}")],
    );
    check(compose, &with(ComposeLint::Off), &[]);
}

#[test]
fn an_engine_that_is_nearly_out_of_networks_is_told() {
    assert_eq!(
        look(COMPOSE, &needs(), 30, Engine::Here),
        ["networks Warning: the engine has 30 networks, and by default no more than 31"]
    );
}

#[test]
fn without_an_engine_what_can_be_seen_is_still_looked_at() {
    let temp = tempfile::tempdir().unwrap();
    let missing = FlavourError::Missing {
        tried: vec!["docker is not installed".to_owned()],
    };
    let found = super::look(
        temp.path(),
        &needs(),
        &Machine { networks: 0 },
        Err(&missing),
        None,
        Engine::Here,
        &[],
    );
    let all: Vec<_> = found.iter().map(|one| (one.check, one.standing)).collect();
    let skipped = |check| (check, Standing::Skipped);
    assert_eq!(
        all,
        [
            ("compose", Standing::Unknown),
            skipped("engine"),
            ("compose-file", Standing::Failed),
            skipped("services"),
            ("config-files", Standing::Failed),
            skipped("test-runner"),
            skipped("images"),
            skipped("ports"),
            skipped("compose-lint"),
            skipped("networks"),
            ("space", Standing::Fine),
        ]
    );
}

#[test]
fn an_engine_that_is_silent_is_told_from_a_compose_that_is_not_there() {
    let silent = FlavourError::Engine {
        program: "docker".to_owned(),
        why: "it said nothing".to_owned(),
        silence: crate::compose::flavour::Silence::Refused,
    };
    let temp = tempfile::tempdir().unwrap();
    let found = super::look(
        temp.path(),
        &needs(),
        &Machine { networks: 0 },
        Err(&silent),
        None,
        Engine::Here,
        &[],
    );
    let standing = |check: &str| found.iter().find(|one| one.check == check).unwrap().standing;
    assert_eq!(
        (standing("compose"), standing("engine")),
        (Standing::Fine, Standing::Unknown)
    );
    assert!(
        found
            .iter()
            .find(|one| one.check == "engine")
            .unwrap()
            .remedy
            .is_some()
    );
}

#[test]
fn engines_of_other_machines_are_known_by_their_address() {
    for (address, engine) in [
        (None, Engine::Here),
        (Some("unix:///run/docker.sock"), Engine::Here),
        (Some("tcp://10.0.0.1:2375"), Engine::Elsewhere),
        (Some("ssh://me@build"), Engine::Elsewhere),
    ] {
        assert_eq!(Engine::of(address), engine, "{address:?}");
    }
}

/// A test runner that answers in one way.
struct Answers(End, &'static str);

impl Runner for Answers {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        assert_eq!(
            invocation.words()[1..],
            ["--noconftest", "--numprocesses=4", "--version", "--version"]
        );
        Ok(Outcome {
            stderr: Capture::of(self.1.as_bytes()),
            ..Outcome::of(self.0)
        })
    }
}

#[test]
fn a_test_runner_without_what_it_needs_for_workers_is_told_before_anything_is_started() {
    let temp = tempfile::tempdir().unwrap();
    let pytest = crate::tools::TOOLS
        .iter()
        .find(|tool| tool.id() == "pytest")
        .unwrap();
    assert!(pytest.for_workers(None).is_none() && pytest.for_workers(Some(1)).is_none());
    let extra = pytest.for_workers(Some(4)).unwrap();
    let asked = [RunnerAsked {
        name: "pytest",
        program: "/bin/pytest".into(),
        args: extra.args.clone(),
        cwd: temp.path().to_owned(),
        install: extra.install.to_owned(),
        extra,
    }];
    let missing = FlavourError::Missing { tried: Vec::new() };
    let look = |end, said| {
        let (needs, runner) = (needs(), Answers(end, said));
        let found = super::look(
            temp.path(),
            &needs,
            &runner,
            Err(&missing),
            None,
            Engine::Here,
            &asked,
        );
        let of_runner = found.into_iter().find(|one| one.check == "test-runner").unwrap();
        (
            of_runner.standing,
            of_runner.said,
            of_runner.remedy.unwrap_or_default(),
        )
    };
    let version =
        "This is pytest version 9.2.0, imported from /venv/lib/python3.11/site-packages/pytest/__init__.py\n";
    assert_eq!(
        look(End::Code(0), version),
        (
            Standing::Fine,
            "pytest has pytest-xdist".to_owned(),
            String::new()
        )
    );
    // Recorded from pytest 9.2.0.
    let unknown = "ERROR: usage: pytest [options] [file_or_dir] [file_or_dir] [...]\n\
        pytest: error: unrecognized arguments: --numprocesses=4\n  inifile: None\n  rootdir: /project\n\n";
    let (standing, said, remedy) = look(End::Code(4), unknown);
    assert_eq!(standing, Standing::Unknown);
    assert!(
        said.starts_with("pytest-xdist is not installed, without which pytest takes no workers"),
        "{said}"
    );
    assert_eq!(
        remedy,
        "python -m pip install pytest-xdist, or leave `workers` out"
    );
    // What a `conftest.py` would have made known is no word on workers.
    let other = unknown.replace("--numprocesses=4", "--ours");
    let other: &'static str = Box::leak(other.into_boxed_str());
    for (end, why) in [
        (End::Code(4), "ended with exit code 4: "),
        (End::TimedOut, "did not end within 20 s"),
        (End::Signal(9), "was killed by signal 9"),
    ] {
        let (standing, said, _) = look(end, other);
        assert_eq!(standing, Standing::Warning);
        assert!(
            said.starts_with("it could not be looked at whether pytest has pytest-xdist: "),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
    }
}
