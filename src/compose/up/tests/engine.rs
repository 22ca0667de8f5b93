//! An engine that is what a test tells it to be.

use std::sync::Mutex;

use super::super::*;
use crate::process::capture::Capture;
use crate::process::{End, Error, Invocation, Outcome};

pub(super) const CONFIG: &str = "services:\n  s: {image: 'postgres:14', ports: ['5432']}\n";

/// An engine with at most one container, which is what it is told to be.
pub(super) struct Engine {
    pub(super) config: (i32, &'static str),
    pub(super) up: End,
    /// The container after `up`, sample by sample; the last one stays.
    pub(super) states: Vec<&'static str>,
    pub(super) is_stubborn: bool,
    /// Whether it has no logs.
    pub(super) is_mute: bool,
    /// Whether it has no image, and what may be done about that.
    pub(super) is_bare: bool,
    /// The names of all its networks and volumes, a line each.
    pub(super) there: &'static str,
    pub(super) lives: Lives,
    pub(super) fetching: Fetching,
    pub(super) state: Mutex<(bool, usize, Vec<String>)>,
}

/// How long the engine answers.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lives {
    On,
    UntilUp,
}

impl Engine {
    pub(super) fn with(states: &[&'static str]) -> Self {
        Self {
            config: (0, CONFIG),
            up: End::Code(0),
            states: states.to_vec(),
            is_stubborn: false,
            is_mute: false,
            is_bare: false,
            there: "",
            lives: Lives::On,
            fetching: Fetching::Allowed,
            state: Mutex::default(),
        }
    }

    /// The words of all calls that a project was named in, and what they did.
    pub(super) fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().2.clone()
    }
}

pub(super) const HEALTHY: &str = r#"{"Status": "running", "Health": {"Status": "healthy"}}"#;
pub(super) const STARTING: &str = r#"{"Status": "running", "Health": {"Status": "starting"}}"#;
pub(super) const SICK: &str = r#"{"Status": "running", "Health": {"Status": "unhealthy",
    "Log": [{"ExitCode": 1, "Output": "password=hunter2hunter2"}]}}"#;
pub(super) const NOT_YET: &str = r#"{"Status": "running", "Health": {"Status": "starting",
    "Log": [{"ExitCode": 1, "Output": "password=hunter2hunter2"}]}}"#;
pub(super) const BROKEN: &str = r#"{"Status": "exited", "ExitCode": 7}"#;

impl Runner for Engine {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let words = invocation.words();
        let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let mut state = self.state.lock().unwrap();
        let mut end = End::Code(0);
        let mut stdout = String::new();
        let did = match words[..] {
            ["compose", .., "config"] => {
                end = End::Code(self.config.0);
                self.config.1.clone_into(&mut stdout);
                "config"
            }
            ["compose", .., "up", "-d"] => {
                state.0 = true;
                end = self.up;
                "up"
            }
            ["compose", .., "-t", "10"] => {
                state.0 &= self.is_stubborn;
                "down"
            }
            ["image", "inspect", ..] => {
                end = End::Code(i32::from(self.is_bare));
                "image"
            }
            ["rm", ..] => "rm",
            ["ps", ..] => {
                if state.0 {
                    "c1\n".clone_into(&mut stdout);
                }
                "ps"
            }
            ["inspect", ..] => {
                let container = self.states[state.1.min(self.states.len() - 1)];
                state.1 += 1;
                stdout = format!(
                    r#"[{{"Id": "c1", "Name": "/p-s-1", "State": {container},
                        "Config": {{"Labels": {{"com.docker.compose.service": "s"}}}},
                        "NetworkSettings": {{"Ports": {{"5432/tcp": [{{"HostIp": "0.0.0.0", "HostPort": "49153"}}]}}}}}}]"#
                );
                "inspect"
            }
            ["logs", ..] => {
                end = End::Code(i32::from(self.is_mute));
                "logs"
            }
            ["network", "ls", "--format", ..] | ["volume", "ls", "-q"] => {
                self.there.clone_into(&mut stdout);
                "ls"
            }
            [_, "ls", ..] => "ls",
            _ => panic!("{words:?}"),
        };
        if self.lives == Lives::UntilUp && state.2.iter().any(|did| did == "up") {
            end = End::Code(1);
            stdout.clear();
        }
        state.2.push(did.to_owned());
        Ok(Outcome {
            stdout: Capture::of(stdout.as_bytes()),
            stderr: Capture::of(if end == End::Code(0) {
                &[]
            } else {
                b"no".as_slice()
            }),
            ..Outcome::of(end)
        })
    }
}

/// What a test looks at: how it went, and whether the journal is still there.
pub(super) struct Seen {
    pub(super) said: String,
    pub(super) ending: Option<Ending>,
    pub(super) has_journal: bool,
    pub(super) calls: Vec<String>,
}

pub(super) fn run_with(
    engine: &Engine,
    cancel: &Cancel,
    required: &[&str],
    after: impl FnOnce(Environment<'_>) -> String,
) -> Seen {
    let limits = Limits {
        ready: Duration::from_millis(1),
        ..Limits::default()
    };
    let mut seen = run_by(
        &Flavour::sample(),
        engine,
        engine.fetching,
        limits,
        cancel,
        required,
        after,
    );
    seen.calls = engine.calls();
    seen
}

pub(super) fn run_by(
    flavour: &Flavour,
    engine: &dyn Runner,
    fetching: Fetching,
    limits: Limits,
    cancel: &Cancel,
    required: &[&str],
    after: impl FnOnce(Environment<'_>) -> String,
) -> Seen {
    let temp = tempfile::tempdir().unwrap();
    let store = Store::create(temp.path()).unwrap();
    let redactor = Redactor::default();
    let order = Order {
        runner: engine,
        cleaner: engine,
        cancel,
        flavour,
        project: Project {
            name: "sdd-0-r".to_owned(),
            files: vec![temp.path().join("c.yml")],
            env_file: None,
            profiles: Vec::new(),
        },
        store: &store,
        run: "r",
        wishes: Wishes {
            required: required.iter().map(|name| (*name).to_owned()).collect(),
            ..Wishes::default()
        },
        probe: None,
        fit: None,
        fetching,
        limits,
        logs: temp.path().to_owned(),
        engine: None,
        redactor: &redactor,
        clock: Clock::Fixed(chrono::DateTime::UNIX_EPOCH),
    };
    let (said, ending) = match Environment::up(order) {
        Ok(environment) => (after(environment), None),
        Err(not_up) => {
            let fault = not_up.closed.as_ref().and_then(Closed::fault);
            let said = [Some(not_up.why.to_string()), fault];
            (
                said.into_iter().flatten().collect::<Vec<_>>().join("; "),
                Some(not_up.why.ending()),
            )
        }
    };
    Seen {
        said,
        ending,
        has_journal: !journal::read_all(&store).entries.is_empty(),
        calls: Vec::new(),
    }
}

pub(super) fn run(engine: &Engine) -> Seen {
    run_with(engine, &Cancel::new(), &[], |environment| {
        let variables = format!("{:?}", environment.variables());
        let fault = environment.down().fault();
        fault.unwrap_or(variables)
    })
}
