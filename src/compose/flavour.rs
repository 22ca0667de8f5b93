//! Which Compose there is: a plugin of docker, a program of its own, or podman's; and whether its engine answers.
//!
//! Exit codes prove nothing here: version 1 answers options that it does not know with its usage and exit code 0. So a
//! probe counts only when what it prints is a version.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ask::{self, Call, CallError};
use crate::process::find::Found;
use crate::process::{Daemons, Runner};

/// The variable by which one flavour is asked for.
pub const VARIABLE: &str = "SDD_COMPOSE";
/// How long a probe may take in a run: version 1 is a Python program, and a cold start of it is slow.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// The oldest podman-compose that has `config`.
const OLDEST_PODMAN: Version = Version {
    major: 1,
    minor: 0,
    patch: 6,
};
/// The oldest podman-compose that has `--profile`: those before start the services of all profiles.
const PROFILES_PODMAN: Version = Version {
    major: 1,
    minor: 1,
    patch: 0,
};

/// The kinds of Compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `docker compose`.
    Plugin,
    /// `docker-compose`, of version 1 or 2.
    Standalone,
    /// `podman compose`, which starts one of the others.
    Podman,
    /// `podman-compose`.
    PodmanCompose,
}

/// One way to Compose.
#[derive(Debug)]
pub struct Way {
    /// Its kind.
    pub kind: Kind,
    /// The program.
    pub program: &'static str,
    /// The words before its own.
    pub lead: &'static [&'static str],
    /// What makes it print its version.
    pub probe: &'static [&'static str],
    /// The program that speaks with its engine.
    pub engine: &'static str,
    /// What makes that print the version of the engine, and not its own.
    pub engine_probe: &'static [&'static str],
    /// What keeps its containers when a call has ended.
    pub daemons: Daemons,
}

/// What podman leaves behind by design, since it has no server: the keeper of each container, what gives containers names,
/// ports and a network of their own, the holder of a user's namespaces, and podman itself, which cleans up after a
/// container that has ended.
const PODMAN: Daemons = Daemons::Stay(&[
    "conmon",
    "podman",
    "aardvark-dns",
    "dnsmasq",
    "slirp4netns",
    "pasta",
    "pasta.avx2",
    "rootlessport",
    "catatonit",
    "fuse-overlayfs",
]);

/// All ways, in the order in which they are tried.
pub const WAYS: [Way; 4] = [
    Way {
        kind: Kind::Plugin,
        program: "docker",
        lead: &["compose"],
        probe: &["version", "--short"],
        engine: "docker",
        engine_probe: &["version", "--format", "{{.Server.Version}}"],
        daemons: Daemons::End,
    },
    Way {
        kind: Kind::Standalone,
        program: "docker-compose",
        lead: &[],
        probe: &["version", "--short"],
        engine: "docker",
        engine_probe: &["version", "--format", "{{.Server.Version}}"],
        daemons: Daemons::End,
    },
    Way {
        kind: Kind::Podman,
        program: "podman",
        lead: &["compose"],
        probe: &["version", "--short"],
        engine: "podman",
        engine_probe: &["info", "--format", "{{.Version.Version}}"],
        daemons: PODMAN,
    },
    Way {
        kind: Kind::PodmanCompose,
        program: "podman-compose",
        lead: &[],
        probe: &["--version"],
        engine: "podman",
        engine_probe: &["info", "--format", "{{.Version.Version}}"],
        daemons: PODMAN,
    },
];

impl Way {
    /// The way of a kind.
    pub fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Plugin => &WAYS[0],
            Kind::Standalone => &WAYS[1],
            Kind::Podman => &WAYS[2],
            Kind::PodmanCompose => &WAYS[3],
        }
    }

    /// The words that it is called by.
    pub fn words(&self) -> String {
        std::iter::once(self.program)
            .chain(self.lead.iter().copied())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A version: what follows the three numbers is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The version that a probe printed: its first line is one, or a line that has nothing but the name of podman-compose before
/// it. That prints what it calls as well, and podman's version, in an order of its own in each version.
pub fn version_in(stdout: &str) -> Option<Version> {
    let mut lines = stdout.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().next()?;
    version_of(first).or_else(|| lines.find_map(|line| version_of(named(line)?)))
}

/// What stands behind the name of podman-compose; version 1.0.3 says `podman-composer`.
fn named(line: &str) -> Option<&str> {
    ["podman-compose version", "podman-composer version"]
        .iter()
        .find_map(|name| line.strip_prefix(name))
        .map(|line| line.trim_start_matches([':', ' ']))
}

fn version_of(line: &str) -> Option<Version> {
    let line = line.strip_prefix('v').unwrap_or(line);
    let end = line
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(line.len());
    if !line.get(end..).is_some_and(is_suffix) {
        return None;
    }
    let mut numbers = line.get(..end)?.trim_end_matches('.').split('.');
    let mut next = || numbers.next().map(str::parse::<u32>);
    let version = Version {
        major: next()?.ok()?,
        minor: next()?.ok()?,
        patch: next().unwrap_or(Ok(0)).ok()?,
    };
    numbers.next().is_none().then_some(version)
}

/// `-4`, `+ds1` and `~rc2` are how distributions go on.
fn is_suffix(rest: &str) -> bool {
    rest.is_empty() || (rest.starts_with(['-', '+', '~']) && !rest.contains(char::is_whitespace))
}

/// A Compose that answers, with an engine that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flavour {
    /// Its kind.
    pub kind: Kind,
    /// The program of Compose.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
    /// The program that speaks with the engine.
    pub engine: PathBuf,
    /// The engine's version, as it says it.
    pub engine_version: String,
}

#[cfg(test)]
impl Flavour {
    /// Version 2 as a plugin, as Debian has it.
    pub(crate) fn sample() -> Self {
        Self {
            kind: Kind::Plugin,
            program: "/bin/docker".into(),
            version: Version {
                major: 2,
                minor: 26,
                patch: 1,
            },
            engine: "/bin/docker".into(),
            engine_version: "20.10.24".to_owned(),
        }
    }
}

impl Flavour {
    /// For a report: `docker compose 2.26.1, engine 20.10.24`.
    pub fn shown(&self) -> String {
        let words = Way::of(self.kind).words();
        format!("{words} {}, engine {}", self.version, self.engine_version)
    }

    /// Whether its engine is podman.
    pub fn is_podman(&self) -> bool {
        matches!(self.kind, Kind::Podman | Kind::PodmanCompose)
    }

    /// Whether it is podman-compose, which `podman compose` may start as well: then the version is that one's.
    pub fn is_podman_compose(&self) -> bool {
        self.is_podman() && self.version.major < 2
    }

    /// Whose variables, such as `COMPOSE_PROFILES`, tell which services start.
    pub fn profiles(&self) -> ProfilesBy {
        if self.is_podman_compose() {
            if self.version < PROFILES_PODMAN {
                return ProfilesBy::Nobody;
            }
            return ProfilesBy::Option;
        }
        if self.version.major >= 2 {
            ProfilesBy::Compose
        } else {
            ProfilesBy::Reader
        }
    }
}

/// How the profiles that are asked for take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfilesBy {
    /// Compose reads the variable, and leaves out of the rendered file what it would not start.
    Compose,
    /// Compose reads the variable, and renders all services.
    Reader,
    /// Compose reads no variable: each is named by an option, and the rendered file has what would start.
    Option,
    /// All services start whatever is asked for.
    Nobody,
}

/// What is known of an engine that gives no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Its program is missing, or said no.
    Refused,
    /// Its program did not end in time, and might have answered later.
    TimedOut,
}

/// Why there is no Compose to work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlavourError {
    /// Something was asked for that is no flavour.
    #[error("{VARIABLE} is `{asked}`, and that is none of: {}", known())]
    Unknown {
        /// What was asked for.
        asked: String,
    },
    /// The only one that answers is too old.
    #[error("{words} {version} is too old: sdd needs {OLDEST_PODMAN} or newer")]
    TooOld {
        /// The words that it is called by.
        words: String,
        /// Its version.
        version: Version,
    },
    /// No flavour is there.
    #[error("there is no Docker Compose: {}", tried.join("; "))]
    Missing {
        /// What was tried, with the reason.
        tried: Vec<String>,
    },
    /// No flavour answers, and one of them may be there: it did not end in time.
    #[error("no Docker Compose answers: {}", tried.join("; "))]
    Silent {
        /// What was tried, with the reason.
        tried: Vec<String>,
    },
    /// Compose is there, and its engine does not answer.
    #[error("the container engine does not answer: {why}")]
    Engine {
        /// The program that was asked.
        program: String,
        /// What came of it.
        why: String,
        /// Whether it is known not to answer.
        silence: Silence,
    },
    /// sdd was told to stop.
    #[error("sdd was told to stop while it looked for Docker Compose")]
    Cancelled,
}

impl FlavourError {
    /// What to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { .. } => Some(format!("unset {VARIABLE}, or set it to one of: {}", known())),
            Self::TooOld { .. } => Some(format!(
                "install a newer one (`pipx install podman-compose`), or name another Compose by {VARIABLE}: one of {}",
                known()
            )),
            Self::Missing { tried } if tried.iter().all(|tried| tried.contains("podman")) => Some(format!(
                "install it (`pipx install podman-compose`), or name another Compose by {VARIABLE}: one of {}",
                known()
            )),
            Self::Missing { .. } => Some(
                "install the plugin of Docker (`apt-get install docker-compose-plugin` or `docker-compose-v2`), or \
                 docker-compose"
                    .to_owned(),
            ),
            Self::Silent { .. } => Some(format!(
                "see whether it answers by hand, or name one that does by {VARIABLE}: one of {}",
                known()
            )),
            Self::Engine { program, .. } if program == "podman" => {
                Some("see what `podman info` says".to_owned())
            }
            Self::Engine { .. } => Some(
                "start it (`sudo systemctl start docker`), or let DOCKER_HOST name one that runs; `docker version` \
                 must show a server"
                    .to_owned(),
            ),
            Self::Cancelled => None,
        }
    }
}

fn known() -> String {
    WAYS.iter().map(Way::words).collect::<Vec<_>>().join(", ")
}

/// Where programs are found, and by whom they are started.
pub struct Machine<'a> {
    /// Starts programs.
    pub runner: &'a dyn Runner,
    /// Finds a program by its name or its path.
    pub find: &'a dyn Fn(&str) -> Found,
    /// Where they are started.
    pub cwd: &'a Path,
    /// How long each of them may take to answer; [`PATIENCE`] in a run.
    pub patience: Duration,
}

/// A Compose that answers, whether or not its engine does.
#[derive(Clone, Debug)]
pub struct Compose {
    /// The way to it.
    pub way: &'static Way,
    /// Its program.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
}

/// Finds the first flavour that answers, or the one that was asked for, and asks its engine.
pub fn detect(machine: &Machine<'_>, asked: Option<&str>) -> Result<Flavour, FlavourError> {
    let Compose {
        way,
        program,
        version,
    } = compose(machine, asked)?;
    let (engine, engine_version) = engine(machine, way)?;
    Ok(Flavour {
        kind: way.kind,
        program,
        version,
        engine,
        engine_version,
    })
}

/// The Compose that [`detect`] decides on; nothing is asked of its engine.
pub fn compose(machine: &Machine<'_>, asked: Option<&str>) -> Result<Compose, FlavourError> {
    let mut tried = Vec::new();
    let mut is_silent = false;
    let mut too_old = None;
    for (way, program) in candidates(asked)? {
        match probe(machine, way, &program)? {
            Probed::Answers(_, version) if is_too_old(way.kind, version) => {
                too_old = Some(FlavourError::TooOld {
                    words: way.words(),
                    version,
                });
            }
            Probed::Answers(program, version) => {
                return Ok(Compose {
                    way,
                    program,
                    version,
                });
            }
            Probed::Refuses(why) => tried.push(why),
            Probed::TimedOut(why) => {
                is_silent = true;
                tried.push(why);
            }
        }
    }
    Err(match too_old {
        _ if is_silent => FlavourError::Silent { tried },
        Some(error) => error,
        None => FlavourError::Missing { tried },
    })
}

fn is_too_old(kind: Kind, version: Version) -> bool {
    matches!(kind, Kind::Podman | Kind::PodmanCompose) && version < OLDEST_PODMAN
}

/// The way whose engine is to be asked where no Compose is there: the first with a client that is installed.
pub fn likely(machine: &Machine<'_>, asked: Option<&str>) -> &'static Way {
    let ways = candidates(asked).unwrap_or_default();
    let mut ways = ways.into_iter().map(|(way, _)| way);
    let first = ways.next().unwrap_or(&WAYS[0]);
    std::iter::once(first)
        .chain(ways)
        .find(|way| located(machine, way.engine).is_ok())
        .unwrap_or(first)
}

/// The engine that a Compose speaks with, by the words that it is called by; `None` where these are none.
pub fn engine_of(asked: &str) -> Option<&'static str> {
    let ways = candidates(Some(asked)).ok()?;
    ways.first().map(|(way, _)| way.engine)
}

/// What is to be tried: ways, each with the name or the path of its program.
fn candidates(asked: Option<&str>) -> Result<Vec<(&'static Way, String)>, FlavourError> {
    let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else {
        return Ok(WAYS.iter().map(|way| (way, way.program.to_owned())).collect());
    };
    let unknown = || FlavourError::Unknown {
        asked: asked.to_owned(),
    };
    let words = shlex::split(asked).ok_or_else(unknown)?;
    let (program, lead) = words.split_first().ok_or_else(unknown)?;
    let name = Path::new(program).file_name().and_then(OsStr::to_str);
    WAYS.iter()
        .find(|way| Some(way.program) == name && way.lead == lead)
        .map(|way| vec![(way, program.clone())])
        .ok_or_else(unknown)
}

/// Where a program is, or why it cannot be started.
fn located(machine: &Machine<'_>, program: &str) -> Result<PathBuf, String> {
    match (machine.find)(program) {
        Found::At(path) => Ok(path),
        Found::NotExecutable(path) => Err(format!("{} may not be executed", path.display())),
        found @ Found::Untrusted(..) => Err(found
            .distrust()
            .map_or_else(String::new, |(why, _)| format!("{program} {why}"))),
        Found::Missing => Err(format!("{program} is not installed")),
    }
}

/// What came of a probe.
enum Probed {
    /// The program and its version.
    Answers(PathBuf, Version),
    /// It is not there, or is none.
    Refuses(String),
    /// It may be there.
    TimedOut(String),
}

fn probe(machine: &Machine<'_>, way: &Way, program: &str) -> Result<Probed, FlavourError> {
    let path = match located(machine, program) {
        Ok(path) => path,
        Err(why) => return Ok(Probed::Refuses(why)),
    };
    let call = Call::new(&path, way.lead.iter().chain(way.probe), machine.patience).with_daemons(way.daemons);
    Ok(match ask::ask(machine.runner, machine.cwd, &call) {
        Ok(answer) => match version_in(&answer.stdout) {
            Some(version) if answer.code == 0 => Probed::Answers(path, version),
            _ => Probed::Refuses(format!(
                "`{}` prints no version (exit code {})",
                call.shown(),
                answer.code
            )),
        },
        Err(error) if error.is_cancelled() => return Err(FlavourError::Cancelled),
        Err(error @ CallError::TimedOut { .. }) => Probed::TimedOut(error.to_string()),
        Err(error) => Probed::Refuses(error.to_string()),
    })
}

/// The program that speaks with the engine of a way, and the version that the engine gives.
pub fn engine(machine: &Machine<'_>, way: &Way) -> Result<(PathBuf, String), FlavourError> {
    let silent = |why: String, silence: Silence| FlavourError::Engine {
        program: way.engine.to_owned(),
        why,
        silence,
    };
    let path = located(machine, way.engine).map_err(|why| silent(why, Silence::Refused))?;
    let call = Call::new(&path, way.engine_probe, machine.patience).with_daemons(way.daemons);
    let answer = match ask::ask_well(machine.runner, machine.cwd, &call) {
        Err(error) if error.is_cancelled() => return Err(FlavourError::Cancelled),
        Err(error @ CallError::TimedOut { .. }) => {
            return Err(silent(error.to_string(), Silence::TimedOut));
        }
        answer => answer.map_err(|error| silent(error.to_string(), Silence::Refused))?,
    };
    match version_in(&answer.stdout) {
        Some(_) => Ok((path, answer.stdout.trim().to_owned())),
        None if answer.said.is_empty() => Err(silent(
            format!("`{}` prints no version", call.shown()),
            Silence::Refused,
        )),
        // Some versions end well with an engine that is not there, and say so.
        None => Err(silent(
            format!("`{}` prints no version: {}", call.shown(), answer.said),
            Silence::Refused,
        )),
    }
}

#[cfg(test)]
mod tests;
