use super::*;
use crate::compose::ask::CallError;
use crate::process::capture::Capture;
use crate::process::{End, Error, Invocation, Outcome};

#[track_caller]
fn check_version(stdout: &str, expect: Option<(u32, u32, u32)>) {
    let expect = expect.map(|(major, minor, patch)| Version { major, minor, patch });
    assert_eq!(version_in(stdout), expect, "{stdout:?}");
}

#[test]
fn a_version_is_a_line_that_is_nothing_else() {
    check_version(
        include_str!("../../../tests/fixtures/compose/v1/version.txt"),
        Some((1, 29, 2)),
    );
    check_version(
        include_str!("../../../tests/fixtures/compose/v2/version.txt"),
        Some((2, 26, 1)),
    );
    check_version(
        include_str!("../../../tests/fixtures/compose/podman/version.txt"),
        Some((1, 5, 0)),
    );
    check_version("v2.17.3\n", Some((2, 17, 3)));
    check_version("2.20.2+ds1-0ubuntu1\n", Some((2, 20, 2)));
    check_version("20.10.24+dfsg1", Some((20, 10, 24)));
    check_version("28.0", Some((28, 0, 0)));
    check_version(
        "podman-compose version: 1.0.6\nusing podman version: 4.9.3\n",
        Some((1, 0, 6)),
    );
    check_version(
        "podman-compose version 1.5.0\npodman version 5.4.2\n",
        Some((1, 5, 0)),
    );
    check_version(
        include_str!("../../../tests/fixtures/compose/podman/version-1.0.6.txt"),
        Some((1, 0, 6)),
    );
    // It has podman's version before its own, and behind it.
    check_version(
        include_str!("../../../tests/fixtures/compose/podman/version-1.0.3.txt"),
        Some((1, 0, 3)),
    );
    check_version("['podman', '--version', '']\nusing podman version: 4.3.1\n", None);
    check_version("podman version 4.3.1\n4.3.1\n", None);
    check_version("", None);
    check_version("<no value>\n", None);
    check_version("Docker Compose version v2.26.1", None);
    check_version("Define and run multi-container applications with Docker.\n", None);
    check_version("2", None);
    check_version("2.26.1 beta", None);
    check_version("1.2.3.4", None);
    check_version("99999999999.1.1", None);
}

/// A machine on which each command line has one answer.
struct Scripted(Vec<(&'static str, i32, &'static str)>);

impl Runner for Scripted {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let words = invocation.words().join(" ");
        let (_, code, stdout) =
            self.0
                .iter()
                .find(|(call, ..)| *call == words)
                .ok_or_else(|| Error::NotFound {
                    program: invocation.program.clone(),
                })?;
        Ok(Outcome {
            stdout: Capture::of(stdout.as_bytes()),
            ..Outcome::of(if *code < 0 {
                End::Cancelled
            } else {
                End::Code(*code)
            })
        })
    }
}

const ENGINE: (&str, i32, &str) = (
    "/bin/docker version --format {{.Server.Version}}",
    0,
    "20.10.24+dfsg1\n",
);
const PLUGIN: (&str, i32, &str) = ("/bin/docker compose version --short", 0, "2.26.1-4\n");
const STANDALONE: (&str, i32, &str) = ("/bin/docker-compose version --short", 0, "1.29.2\n");

#[track_caller]
fn found(
    answers: &[(&'static str, i32, &'static str)],
    asked: Option<&str>,
) -> Result<Flavour, FlavourError> {
    let runner = Scripted(answers.to_vec());
    let find = |program: &str| {
        let path = Path::new("/bin").join(program);
        let is_there = answers
            .iter()
            .any(|(call, ..)| Path::new(call.split(' ').next().unwrap_or_default()) == path);
        if is_there { Found::At(path) } else { Found::Missing }
    };
    let machine = Machine {
        runner: &runner,
        find: &find,
        cwd: Path::new("/"),
        patience: PATIENCE,
    };
    detect(&machine, asked)
}

#[track_caller]
fn check(answers: &[(&'static str, i32, &'static str)], asked: Option<&str>, expect: &str) {
    let shown = match found(answers, asked) {
        Ok(flavour) => flavour.shown(),
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expect);
}

#[test]
fn the_first_that_answers_is_taken() {
    let v2 = "docker compose 2.26.1, engine 20.10.24+dfsg1";
    let v1 = "docker-compose 1.29.2, engine 20.10.24+dfsg1";
    check(&[ENGINE, PLUGIN, STANDALONE], None, v2);
    check(&[ENGINE, STANDALONE], None, v1);
    let no_plugin = ("/bin/docker compose version --short", 125, "");
    check(&[ENGINE, no_plugin, STANDALONE], None, v1);
    // Usage with exit code 0 is no version.
    let usage = (
        "/bin/docker compose version --short",
        0,
        "Usage:  docker [OPTIONS] COMMAND\n",
    );
    check(&[ENGINE, usage, STANDALONE], None, v1);
    check(&[ENGINE, PLUGIN, STANDALONE], Some("docker-compose"), v1);
    check(&[ENGINE, PLUGIN, STANDALONE], Some(" docker compose "), v2);
    check(&[ENGINE, PLUGIN, STANDALONE], Some("/bin/docker-compose"), v1);
    check(&[ENGINE, PLUGIN], Some(""), v2);
    let podman = (
        "/bin/podman-compose --version",
        0,
        "podman-compose version: 1.0.6\n",
    );
    let podman_engine = ("/bin/podman info --format {{.Version.Version}}", 0, "4.9.3\n");
    check(
        &[podman, podman_engine],
        None,
        "podman-compose 1.0.6, engine 4.9.3",
    );
}

#[test]
fn a_podman_compose_without_config_is_too_old() {
    let old = (
        "/bin/podman-compose --version",
        0,
        include_str!("../../../tests/fixtures/compose/podman/version-1.0.3.txt"),
    );
    let engine = ("/bin/podman info --format {{.Version.Version}}", 0, "4.3.1\n");
    check(
        &[old, engine],
        None,
        "podman-compose 1.0.3 is too old: sdd needs 1.0.6 or newer",
    );
    check(
        &[old, engine],
        Some("podman-compose"),
        "podman-compose 1.0.3 is too old: sdd needs 1.0.6 or newer",
    );
    let hint = found(&[old, engine], None).unwrap_err().hint().unwrap();
    assert!(
        hint.starts_with("install a newer one (`pipx install podman-compose`)"),
        "{hint}"
    );
    // One that is new enough is taken whatever else there is.
    check(
        &[old, engine, ENGINE, PLUGIN],
        None,
        "docker compose 2.26.1, engine 20.10.24+dfsg1",
    );
}

#[test]
fn flavours_differ_in_how_profiles_take_effect() {
    let by = |kind, major, minor, patch| {
        let version = Version { major, minor, patch };
        Flavour {
            kind,
            version,
            ..Flavour::sample()
        }
        .profiles()
    };
    assert_eq!(by(Kind::Plugin, 2, 26, 1), ProfilesBy::Compose);
    assert_eq!(by(Kind::Standalone, 1, 29, 2), ProfilesBy::Reader);
    assert_eq!(by(Kind::PodmanCompose, 1, 0, 6), ProfilesBy::Nobody);
    assert_eq!(by(Kind::PodmanCompose, 1, 2, 0), ProfilesBy::Option);
    // `podman compose` starts another one, and gives its version.
    assert_eq!(by(Kind::Podman, 1, 5, 0), ProfilesBy::Option);
    assert_eq!(by(Kind::Podman, 2, 26, 1), ProfilesBy::Compose);
}

#[test]
fn what_is_missing_is_said_with_what_was_tried() {
    check(
        &[ENGINE, ("/bin/docker compose version --short", 125, "")],
        None,
        "there is no Docker Compose: `docker compose version --short` prints no version (exit code 125); \
         docker-compose is not installed; podman is not installed; podman-compose is not installed",
    );
    check(
        &[ENGINE, PLUGIN],
        Some("docker-compose"),
        "there is no Docker Compose: docker-compose is not installed",
    );
    check(
        &[
            ("/bin/docker version --format {{.Server.Version}}", 1, "\n"),
            PLUGIN,
        ],
        None,
        "the container engine does not answer: `docker version --format '{{.Server.Version}}'` ended with exit code 1",
    );
    // A client that says nothing of a server.
    check(
        &[
            (
                "/bin/docker version --format {{.Server.Version}}",
                0,
                "<no value>\n",
            ),
            PLUGIN,
        ],
        None,
        "the container engine does not answer: `docker version --format '{{.Server.Version}}'` prints no version: <no \
         value>",
    );
    check(
        &[ENGINE, PLUGIN],
        Some("nerdctl compose"),
        "SDD_COMPOSE is `nerdctl compose`, and that is none of: docker compose, docker-compose, podman compose, \
         podman-compose",
    );
    check(
        &[("/bin/docker compose version --short", -1, "")],
        None,
        "sdd was told to stop while it looked for Docker Compose",
    );
}

/// A machine on which nothing ends.
struct Hanging;

impl Runner for Hanging {
    fn run(&self, _: &Invocation) -> Result<Outcome, Error> {
        Ok(Outcome::of(End::TimedOut))
    }
}

#[test]
fn what_did_not_end_in_time_may_be_there() {
    let find = |program: &str| match program {
        "docker" => Found::At("/bin/docker".into()),
        _ => Found::Missing,
    };
    let machine = Machine {
        runner: &Hanging,
        find: &find,
        cwd: Path::new("/"),
        patience: Duration::from_secs(2),
    };
    assert_eq!(
        detect(&machine, None).unwrap_err().to_string(),
        "no Docker Compose answers: `docker compose version --short` did not end within 2 s; docker-compose is not \
         installed; podman is not installed; podman-compose is not installed"
    );
    let way = likely(&machine, None);
    assert_eq!(way.kind, Kind::Plugin);
    let why = engine(&machine, way).unwrap_err();
    assert!(
        matches!(
            why,
            FlavourError::Engine {
                silence: Silence::TimedOut,
                ..
            }
        ),
        "{why}"
    );
    assert_eq!(likely(&machine, Some("podman-compose")).kind, Kind::PodmanCompose);
}

#[test]
fn each_kind_has_its_way() {
    for way in &WAYS {
        assert_eq!(Way::of(way.kind).words(), way.words());
    }
    assert!(
        !CallError::Killed {
            call: String::new(),
            signal: 9
        }
        .is_cancelled()
    );
}
