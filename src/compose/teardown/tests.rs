use std::sync::Mutex;

use super::*;
use crate::compose::flavour::{Flavour, Kind, Version};
use crate::compose::project::Project;
use crate::process::capture::Capture;
use crate::process::{End, Error, Invocation, Outcome};

const PROJECT: &str = "sdd-0-r";
const ANON: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const FOREIGN: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/// An engine that has things, and a Compose that removes some of them.
#[derive(Default)]
struct Engine {
    state: Mutex<State>,
}

#[derive(Default, Clone)]
struct State {
    containers: Vec<&'static str>,
    networks: Vec<&'static str>,
    volumes: Vec<&'static str>,
    /// Volumes without the label, of the project's containers and of others.
    unlabelled: Vec<&'static str>,
    /// How many removals of everything come to nothing: `down` is the first.
    deaf: u32,
    /// Looks for containers until one more is there that was asked for before.
    late: Option<u32>,
    /// Whether the engine does not answer.
    is_down: bool,
    /// Calls that run into their limit and do nothing, by their beginnings; those of Compose's are `compose`.
    hangs: Vec<&'static str>,
    /// Whether it lists containers of which it says nothing more.
    is_curt: bool,
    calls: Vec<String>,
}

impl State {
    fn is_deaf(&mut self) -> bool {
        let deaf = self.deaf > 0;
        self.deaf = self.deaf.saturating_sub(1);
        deaf
    }
}

impl Engine {
    fn with(state: State) -> Self {
        Self {
            state: Mutex::new(state),
        }
    }
}

impl Runner for Engine {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let words = invocation.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut state = self.state.lock().unwrap();
        state.calls.push(words[1..].join(" "));
        let said = words[1..].join(" ");
        if state.hangs.iter().any(|start| said.starts_with(start)) {
            return Ok(Outcome::of(End::TimedOut));
        }
        let label = words.iter().any(|word| word.ends_with(&format!("={PROJECT}")));
        let mut code = i32::from(state.is_down);
        let stdout = match words[1..] {
            ["ps", ..] => {
                state.late = match state.late {
                    Some(0) => {
                        state.containers.push("late");
                        None
                    }
                    late => late.map(|looks| looks - 1),
                };
                state.containers.join("\n")
            }
            ["network", "ls", ..] => state.networks.join("\n"),
            ["volume", "ls", ..] if label => state.volumes.join("\n"),
            ["volume", "ls", ..] => [state.volumes.clone(), state.unlabelled.clone()]
                .concat()
                .join("\n"),
            ["inspect", ..] if state.is_curt => {
                code = 1;
                "[]".to_owned()
            }
            ["inspect", ..] => {
                code = 1;
                let mounts = r#"{"Type": "volume", "Name": "NAME"}, {"Type": "bind"}"#.replace("NAME", ANON);
                format!(
                    r#"[{{"Id": "c1", "Name": "/p-api-1", "State": {{"Status": "running"}}, "Mounts": [{mounts}]}}]"#
                )
            }
            ["compose", .., "-t", "10"] => {
                if state.is_deaf() {
                    code = 1;
                } else {
                    state.containers.clear();
                    state.networks.clear();
                    state.volumes.clear();
                }
                String::new()
            }
            ["stop", "-t", "1", ..] => {
                code = i32::from(state.is_deaf());
                String::new()
            }
            ["rm", "-fv", ..] => {
                if !state.is_deaf() {
                    state.containers.clear();
                }
                String::new()
            }
            ["network", "rm", ..] => {
                state.networks.clear();
                String::new()
            }
            ["volume", "rm", ..] => {
                state.volumes.retain(|name| !words.contains(name));
                state.unlabelled.retain(|name| !words.contains(name));
                String::new()
            }
            _ => panic!("{words:?}"),
        };
        Ok(Outcome {
            stdout: Capture::of(if state.is_down { &[] } else { stdout.as_bytes() }),
            stderr: Capture::of(if code == 0 {
                &[]
            } else {
                b"the engine says no".as_slice()
            }),
            ..Outcome::of(End::Code(code))
        })
    }
}

fn project() -> Project {
    Project {
        name: PROJECT.to_owned(),
        files: vec!["/p/c.yml".into()],
        env_file: None,
        profiles: Vec::new(),
    }
}

fn cleaned(engine: &Engine, external: &[&str]) -> Result<Cleaned, TeardownError> {
    cleaned_after(engine, external, Begun::Whole)
}

fn cleaned_after(engine: &Engine, external: &[&str], begun: Begun) -> Result<Cleaned, TeardownError> {
    let (flavour, project) = (Flavour::sample(), project());
    let hands = Hands {
        runner: engine,
        cwd: Path::new("/"),
        calls: Calls {
            flavour: &flavour,
            project: &project,
        },
    };
    let external = external.iter().map(|name| (*name).to_owned()).collect();
    take_down_all(&hands, &external, begun)
}

fn take_down_all(
    hands: &Hands<'_>,
    external: &BTreeSet<String>,
    begun: Begun,
) -> Result<Cleaned, TeardownError> {
    let had = Had {
        containers: &containers(hands),
        external,
        begun,
    };
    take_down(hands, Manner::InTurn(STOP), &had)
}

#[test]
fn all_can_be_ended_at_once_without_compose() {
    let check = |deaf: u32, expect: (&[&str], bool, &[&str])| {
        let engine = Engine::with(State { deaf, ..stack() });
        let (flavour, project) = (Flavour::sample(), project());
        let hands = Hands {
            runner: &engine,
            cwd: Path::new("/"),
            calls: Calls {
                flavour: &flavour,
                project: &project,
            },
        };
        let had = Had {
            containers: &containers(&hands),
            external: &BTreeSet::new(),
            begun: Begun::Whole,
        };
        let cleaned = take_down(&hands, Manner::AtOnce(Duration::from_secs(1)), &had).unwrap();
        assert!(cleaned.left.is_nothing(), "{cleaned:?}");
        let calls = engine.state.lock().unwrap().calls.clone();
        let changing = |call: &&String| {
            ["compose", "stop", "rm"]
                .iter()
                .any(|word| call.starts_with(word))
        };
        let calls: Vec<&str> = calls.iter().filter(changing).map(String::as_str).collect();
        let undone: Vec<&str> = cleaned.undone.iter().map(String::as_str).collect();
        assert_eq!((calls.as_slice(), cleaned.forced, undone.as_slice()), expect);
    };
    check(0, (&["stop -t 1 c1", "rm -fv c1 c2"], false, &[]));
    check(
        2,
        (
            &["stop -t 1 c1", "rm -fv c1 c2", "rm -fv c1 c2"],
            true,
            &["stop ended with exit code 1: the engine says no"],
        ),
    );
}

fn stack() -> State {
    State {
        containers: vec!["c1", "c2"],
        networks: vec!["n1"],
        volumes: vec!["v1"],
        ..State::default()
    }
}

#[test]
fn what_down_removes_is_gone() {
    let engine = Engine::with(stack());
    let cleaned = cleaned(&engine, &[]).unwrap();
    assert!(cleaned.left.is_nothing() && !cleaned.forced);
    assert_eq!(cleaned.complaints, [""; 0]);
}

#[test]
fn what_down_leaves_is_removed_by_force() {
    let engine = Engine::with(State { deaf: 2, ..stack() });
    let cleaned = cleaned(&engine, &[]).unwrap();
    assert!(cleaned.left.is_nothing() && cleaned.forced);
    assert!(
        cleaned.complaints[0].contains("the engine says no"),
        "{:?}",
        cleaned.complaints
    );
}

#[test]
fn what_the_engine_makes_after_up_has_given_up_is_removed_as_well() {
    // It is there only at the third look: the first is before `down`, and the second finds nothing.
    let engine = Engine::with(State {
        late: Some(2),
        ..stack()
    });
    let cleaned = cleaned_after(&engine, &[], Begun::Halfway).unwrap();
    assert!(cleaned.left.is_nothing() && cleaned.forced);
    assert_eq!(engine.state.lock().unwrap().containers, [""; 0]);
}

#[test]
fn what_cannot_be_removed_is_named() {
    let engine = Engine::with(State { deaf: 99, ..stack() });
    let cleaned = cleaned(&engine, &[]).unwrap();
    assert_eq!(cleaned.left.to_string(), "container c1, container c2");
    assert!(cleaned.forced);
}

#[test]
fn each_step_that_ran_into_its_limit_is_told_with_what_is_left() {
    let engine = Engine::with(State {
        hangs: vec!["compose", "rm -fv"],
        ..stack()
    });
    let cleaned = cleaned(&engine, &[]).unwrap();
    assert_eq!(
        cleaned.fault().unwrap(),
        "not everything could be taken down: container c1, container c2 is left; down did not end within 90 s; rm did not \
         end within 30 s"
    );
    assert_eq!(cleaned.complaints.len(), 2);
    // Whoever hangs is not asked for it again.
    let calls = engine.state.lock().unwrap().calls.clone();
    let removals = calls.iter().filter(|call| call.starts_with("rm -fv"));
    assert_eq!(removals.count(), 1, "{calls:?}");
}

#[test]
fn where_nobody_says_what_is_left_it_is_told_what_was_there() {
    let engine = Engine::with(stack());
    let (flavour, project) = (Flavour::sample(), project());
    let hands = Hands {
        runner: &engine,
        cwd: Path::new("/"),
        calls: Calls {
            flavour: &flavour,
            project: &project,
        },
    };
    let containers = containers(&hands);
    engine.state.lock().unwrap().hangs = vec!["compose", "ps"];
    let had = Had {
        containers: &containers,
        external: &BTreeSet::new(),
        begun: Begun::Whole,
    };
    let error = take_down(&hands, Manner::InTurn(STOP), &had)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("it cannot be told what is left of sdd-0-r: `docker ps "),
        "{error}"
    );
    assert!(
        error.ends_with(
            "did not end within 20 s; down did not end within 90 s; before that there was: p-api-1"
        ),
        "{error}"
    );
}

#[test]
fn volumes_without_a_label_are_removed_where_they_were_the_containers() {
    let engine = Engine::with(State {
        unlabelled: vec![ANON, FOREIGN, "kept"],
        ..stack()
    });
    let cleaned = cleaned(&engine, &[]).unwrap();
    assert!(cleaned.left.is_nothing() && cleaned.forced);
    assert_eq!(engine.state.lock().unwrap().unlabelled, [FOREIGN, "kept"]);
}

#[test]
fn volumes_of_others_stay() {
    let engine = Engine::with(State {
        volumes: vec!["theirs"],
        unlabelled: vec![ANON],
        deaf: 1,
        ..State::default()
    });
    let cleaned = cleaned(&engine, &["theirs", ANON]).unwrap();
    assert!(cleaned.left.is_nothing());
    let state = engine.state.lock().unwrap();
    assert_eq!(
        (state.volumes.clone(), state.unlabelled.clone()),
        (vec!["theirs"], vec![ANON])
    );
}

#[test]
fn an_engine_that_does_not_answer_leaves_the_question_open() {
    let engine = Engine::with(State {
        is_down: true,
        ..stack()
    });
    let error = cleaned(&engine, &[]).unwrap_err().to_string();
    assert!(
        error.starts_with("it cannot be told what is left of sdd-0-r: `docker "),
        "{error}"
    );
}

#[test]
fn every_call_for_removal_is_of_this_project() {
    let engine = Engine::with(State { deaf: 99, ..stack() });
    cleaned(&engine, &[]).unwrap();
    for call in &engine.state.lock().unwrap().calls {
        let named =
            call.contains(PROJECT) || call.starts_with("inspect c1 c2") || call.starts_with("rm -fv c1 c2");
        let of_it = ["network rm n1", "volume rm v1"].contains(&call.as_str());
        // The list of all volumes is only looked at.
        assert!(named || of_it || call == "volume ls -q", "{call}");
    }
}

#[test]
fn what_is_left_is_said_shortly() {
    assert_eq!(Left::default().to_string(), "nothing");
    let left = Left {
        containers: vec![ANON.to_owned()],
        networks: vec!["n".to_owned()],
        volumes: vec!["v".to_owned()],
        ..Left::default()
    };
    assert_eq!(left.to_string(), "container 0123456789ab, network n, volume v");
}

#[test]
fn containers_of_which_nothing_is_told_are_no_containers_without_volumes() {
    let engine = Engine::with(State {
        containers: vec!["c1"],
        is_curt: true,
        ..State::default()
    });
    let cleaned = cleaned(&engine, &[]).unwrap();
    assert!(cleaned.left.is_nothing());
    assert!(
        cleaned.complaints[0].starts_with("`docker inspect c1` ended with exit code 1"),
        "{:?}",
        cleaned.complaints
    );
}

/// Podman as it was recorded: podman-compose 1.5.0 and 1.0.6 with podman 4.3.1. `down` ends well and leaves the pod or the
/// network behind.
struct Podman {
    left: Mutex<Vec<&'static str>>,
    calls: Mutex<Vec<String>>,
}

impl Runner for Podman {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let words = invocation.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.calls.lock().unwrap().push(words.join(" "));
        let mut left = self.left.lock().unwrap();
        let list = |kind: &str, text: &'static str| if left.contains(&kind) { text } else { "" };
        let mut gone: &[&str] = &[];
        let stdout = match words[..] {
            ["/bin/podman", "ps", ..] => list("containers", "0ddeb1d5\n128ea0c0\n"),
            ["/bin/podman", "inspect", ..] => IN_POD,
            ["/bin/podman", "pod", "ps", ..] => list("pod", PODS),
            ["/bin/podman", "network", "ls", ..] => list("network", "sdd-0-r_default\n"),
            ["/bin/podman", "volume", "ls", ..] => list("volume", "sdd-0-r_data\n"),
            ["/bin/podman", "images", ..] => list("image", IMAGES),
            ["/bin/podman", "rmi", name] => {
                gone = &["image"];
                assert_eq!(name, "localhost/sdd-0-r_built:latest");
                "Untagged: localhost/sdd-0-r_built:latest\n"
            }
            ["/bin/podman", "pod", "rm", "-f", id] => {
                assert_eq!(id, PODS.trim());
                gone = &["pod"];
                PODS
            }
            ["/bin/podman", "network", "rm", name] => {
                gone = &["network"];
                assert_eq!(name, "sdd-0-r_default");
                "sdd-0-r_default\n"
            }
            [
                "/bin/podman-compose",
                ..,
                "down",
                "-v",
                "--remove-orphans",
                "-t",
                "10",
            ] => {
                gone = &["containers", "volume"];
                "sdd-0-r_one_1\n"
            }
            _ => panic!("{words:?}"),
        };
        left.retain(|kind| !gone.contains(kind));
        Ok(Outcome {
            stdout: Capture::of(stdout.as_bytes()),
            ..Outcome::of(End::Code(0))
        })
    }
}

const IN_POD: &str = include_str!("../../../tests/fixtures/compose/podman/in_pod.json");
const IMAGES: &str = include_str!("../../../tests/fixtures/compose/podman/images.txt");
const PODS: &str = include_str!("../../../tests/fixtures/compose/podman/pods.txt");

#[test]
fn the_pod_and_the_network_that_podman_compose_leaves_are_removed() {
    let podman = Podman {
        left: Mutex::new(vec!["containers", "pod", "network", "volume", "image"]),
        calls: Mutex::default(),
    };
    let flavour = Flavour {
        kind: Kind::PodmanCompose,
        program: "/bin/podman-compose".into(),
        engine: "/bin/podman".into(),
        version: Version {
            major: 1,
            minor: 2,
            patch: 0,
        },
        ..Flavour::sample()
    };
    let project = Project {
        name: PROJECT.to_owned(),
        files: vec!["/p/c.yml".into()],
        env_file: None,
        profiles: Vec::new(),
    };
    let hands = Hands {
        runner: &podman,
        cwd: Path::new("/"),
        calls: Calls {
            flavour: &flavour,
            project: &project,
        },
    };
    let cleaned = take_down_all(&hands, &BTreeSet::new(), Begun::Whole).unwrap();
    assert!(cleaned.left.is_nothing() && cleaned.forced, "{cleaned:?}");
    assert_eq!(cleaned.complaints, Vec::<String>::new());
    // What was built for this run is gone, and no other image.
    assert!(podman.left.lock().unwrap().is_empty());
    let calls = podman.calls.lock().unwrap();
    assert!(
        !calls.iter().any(|call| call.contains("--project-directory")),
        "{calls:#?}"
    );
    let seen = |call: &str| calls.iter().filter(|made| made.contains(call)).count();
    assert_eq!(seen("pod ps -q --no-trunc --filter name=^pod_sdd-0-r$"), 2);
}

#[test]
fn a_pod_that_cannot_be_removed_is_named() {
    let left = Left {
        pods: vec![PODS.trim().to_owned()],
        ..Left::default()
    };
    assert!(!left.is_nothing());
    assert_eq!(left.to_string(), "pod 33cd6c788437");
}
