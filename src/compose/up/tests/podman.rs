//! What podman-compose does otherwise.

use std::sync::Mutex;

use super::super::*;
use super::engine::{Seen, run_by};
use crate::compose::flavour::{Kind, Version};
use crate::process::capture::Capture;
use crate::process::{End, Error, Invocation, Outcome};

const NOT_STARTED: &str = include_str!("../../../../tests/fixtures/compose/podman/not-started.json");
const UP_SAID: &str = include_str!("../../../../tests/fixtures/compose/podman/up-1.2.0-not-started.err");
const UNPULLED: &str = include_str!("../../../../tests/fixtures/compose/podman/up-1.2.0-no-image.err");

/// podman-compose 1.2.0, whose `up` ends well whatever it did. Recorded with podman 4.3.1.
struct Podman {
    config: &'static str,
    up_said: &'static str,
    /// The containers that are there after `up`, before and after the health check was run twice.
    containers: [&'static str; 2],
    /// Whether `up` waits for a service to be healthy.
    needs_checks: bool,
    /// Whether it goes on to wait.
    is_waiting: bool,
    checks: Mutex<usize>,
    is_up: Mutex<bool>,
}

impl Podman {
    fn run(&self) -> Seen {
        let flavour = Flavour {
            kind: Kind::PodmanCompose,
            version: Version {
                major: 1,
                minor: 2,
                patch: 0,
            },
            program: "/bin/podman-compose".into(),
            engine: "/bin/podman".into(),
            engine_version: "4.3.1".to_owned(),
        };
        let limits = Limits {
            ready: Duration::from_secs(10),
            ..Limits::default()
        };
        run_by(
            &flavour,
            self,
            Fetching::Allowed,
            limits,
            &Cancel::new(),
            &[],
            |environment| format!("{:?}", environment.ready()),
        )
    }
}

impl Runner for Podman {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let words = invocation.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut checks = self.checks.lock().unwrap();
        let mut is_up = self.is_up.lock().unwrap();
        let containers = if *checks < 2 {
            self.containers[0]
        } else {
            self.containers[1]
        };
        let mut code = 0;
        let (mut stdout, mut stderr) = ("", "");
        match words[1..] {
            [.., "config"] => stdout = self.config,
            [.., "up", "-d"] => {
                *is_up = true;
                stderr = self.up_said;
                drop((checks, is_up));
                // It waits for a service that is to be healthy.
                while self.needs_checks && *self.checks.lock().unwrap() < 2 {
                    thread::sleep(Duration::from_millis(20));
                }
                if self.is_waiting {
                    return Ok(Outcome::of(End::TimedOut));
                }
            }
            [.., "down", "-v", "--remove-orphans", "-t", "10"] => *is_up = false,
            ["ps", ..] if *is_up && containers != "[]" => stdout = "one\n",
            ["inspect", ..] => stdout = containers,
            ["healthcheck", "run", _] => {
                *checks += 1;
                code = 1;
                stdout = "unhealthy\n";
            }
            ["image", "inspect", ..] => code = 1,
            ["ps" | "logs" | "images", ..] | [_, "ls" | "ps", ..] => {}
            _ => panic!("{words:?}"),
        }
        Ok(Outcome {
            stdout: Capture::of(stdout.as_bytes()),
            stderr: Capture::of(stderr.as_bytes()),
            ..Outcome::of(End::Code(code))
        })
    }
}

const TWO: &str = "services:\n  good: {image: a}\n  nosuch: {image: a}\n";

#[test]
fn what_podman_compose_did_not_start_is_told_although_it_ends_well() {
    let podman = |config, up_said, containers| {
        let (checks, is_up) = (Mutex::default(), Mutex::default());
        let containers = [containers, containers];
        Podman {
            config,
            up_said,
            containers,
            needs_checks: false,
            is_waiting: false,
            checks,
            is_up,
        }
        .run()
    };
    let seen = podman(TWO, UP_SAID, NOT_STARTED);
    assert_eq!(
        seen.said,
        "nosuch: ufail_nosuch_1 could not be started: crun: executable file `nosuch` not found in $PATH: No such file or \
         directory: OCI runtime attempted to invoke a command that was not found"
    );
    assert_eq!(seen.ending, Some(Ending::Failed));
    assert!(!seen.has_journal);
    let one = "services:\n  noimage: {image: 'localhost/nosuch:1'}\n";
    let seen = podman(one, UNPULLED, "[]");
    let start = "not on this machine, also after `up`: localhost/nosuch:1; `podman-compose -p sdd-0-r ";
    assert!(seen.said.starts_with(start), "{}", seen.said);
    assert!(
        seen.said.contains(
            " ended with exit code 0: Trying to pull localhost/nosuch:1... · Error: initializing source"
        ),
        "{}",
        seen.said
    );
    assert_eq!(seen.ending, Some(Ending::Failed));
}

#[test]
fn health_checks_are_run_where_nobody_runs_them() {
    let containers = [
        include_str!("../../../../tests/fixtures/compose/podman/starting.json"),
        include_str!("../../../../tests/fixtures/compose/podman/healthy.json"),
    ];
    // Podman 4.3 goes on in any case; a newer one waits in `up` for a service that others need healthy.
    for needs_checks in [false, true] {
        let podman = Podman {
            config: "services:\n  ok: {image: a, ports: ['8000']}\n",
            up_said: "",
            containers,
            needs_checks,
            is_waiting: false,
            checks: Mutex::default(),
            is_up: Mutex::default(),
        };
        assert_eq!(podman.run().said, r#"{"ok": Healthy}"#);
        assert_eq!(*podman.checks.lock().unwrap(), 2);
    }
}

#[test]
fn a_service_that_is_sick_for_good_is_told_where_up_waits_for_it() {
    let waits = include_str!("../../../../tests/fixtures/compose/podman/up-waits.json");
    let podman = Podman {
        config: "services:\n  sick: {image: a}\n  needs: {image: a, depends_on: {sick: {condition: service_healthy}}}\n",
        up_said: "",
        containers: [waits, waits],
        needs_checks: false,
        is_waiting: true,
        checks: Mutex::default(),
        is_up: Mutex::default(),
    };
    let seen = podman.run();
    assert_eq!(
        seen.said,
        "sick: waits_sick_1 is unhealthy: exit code 1: not well; exit code 1: not well"
    );
    assert_eq!(seen.ending, Some(Ending::Failed));
}
