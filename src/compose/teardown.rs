//! Taking a project down, and looking whether it is: by label, since what Compose says of itself is no proof.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::ask::{self, CallError};
use super::inspect::{self, Container};
use super::project::Calls;
use crate::process::Runner;

/// The time that a service gets to end.
pub const STOP: Duration = Duration::from_secs(10);
/// How often what is left is removed by force and looked for again.
const ROUNDS: u32 = 5;
/// The engine may still be at it.
const PAUSE: Duration = Duration::from_millis(300);
/// So long the engine may go on making what a client asked for that has ended since: nothing may appear in this time.
const SETTLING: Duration = Duration::from_secs(2);
/// The length of the names that the engine gives to volumes.
const ANONYMOUS: usize = 64;

/// Who takes down: a runner that does not stop when sdd is told to, or nothing would be taken down then.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    /// Starts programs.
    pub runner: &'a dyn Runner,
    /// Where they are started.
    pub cwd: &'a Path,
    /// The command lines of the project.
    pub calls: Calls<'a>,
}

/// How what is taken down was brought up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// `up` ended well: nothing more is to come.
    Whole,
    /// `up` was ended, or gave up because of one service: the engine may still be making what it was asked for beside it.
    Halfway,
}

/// How services are ended, and how long each gets for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// By Compose: each after those that depend on it.
    InTurn(Duration),
    /// By the engine, all of them together: it is quicker, also since no Compose is started for it.
    AtOnce(Duration),
}

/// What is there of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The ids of containers.
    pub containers: Vec<String>,
    /// The ids of pods, which only podman has.
    pub pods: Vec<String>,
    /// The ids of networks.
    pub networks: Vec<String>,
    /// The names of volumes.
    pub volumes: Vec<String>,
}

impl Left {
    /// Whether there is nothing.
    pub fn is_nothing(&self) -> bool {
        [&self.containers, &self.pods, &self.networks, &self.volumes]
            .iter()
            .all(|names| names.is_empty())
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for (what, names) in [
            ("container", &self.containers),
            ("pod", &self.pods),
            ("network", &self.networks),
            ("volume", &self.volumes),
        ] {
            for name in names {
                let short = name.get(..12).filter(|_| name.len() == ANONYMOUS).unwrap_or(name);
                write!(f, "{before}{what} {short}")?;
                before = ", ";
            }
        }
        if before.is_empty() {
            f.write_str("nothing")?;
        }
        Ok(())
    }
}

/// What came of taking down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left all the same.
    pub left: Left,
    /// Whether `down` left something that had to be removed by force.
    pub forced: bool,
    /// What went wrong on the way, also when nothing is left: each call by its first word on that.
    pub complaints: Vec<String>,
    /// Each step that did not do its work, briefly: `down did not end within 90 s`.
    pub undone: Vec<String>,
}

impl Cleaned {
    /// What is left, and each step that did not do its work; `None` when nothing is left.
    pub fn fault(&self) -> Option<String> {
        let left = &self.left;
        let said = || {
            format!(
                "not everything could be taken down: {left} is left{}",
                after(&self.undone)
            )
        };
        (!left.is_nothing()).then(said)
    }
}

/// What went wrong on the way, behind what came of it.
fn after(undone: &[String]) -> String {
    let mut said = String::new();
    for one in undone {
        said.push_str("; ");
        said.push_str(one);
    }
    said
}

/// What went wrong so far.
#[derive(Default)]
struct Trouble {
    /// In full.
    complaints: Vec<String>,
    /// Briefly, by what was done.
    undone: Vec<String>,
}

impl Trouble {
    /// Takes in what came of a step; one round after the other ends like the first.
    fn add(&mut self, step: &str, error: &CallError) {
        let (complaint, undone) = (error.to_string(), format!("{step} {}", error.how()));
        if !self.complaints.contains(&complaint) {
            self.complaints.push(complaint);
        }
        if !self.undone.contains(&undone) {
            self.undone.push(undone);
        }
    }
}

/// Why nobody knows what is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeardownError {
    /// The engine does not say.
    #[error("it cannot be told what is left of {project}: {source}{}", after(undone))]
    Unknown {
        /// The project.
        project: String,
        /// The call that has no answer.
        source: CallError,
        /// The steps before that did not do their work, and what was there when it was begun, where that is known.
        undone: Vec<String>,
    },
}

/// What is known of a project that is to be taken down.
pub struct Had<'a> {
    /// Its containers, as [`containers`] gave them: after `down` nobody knows which volumes without a label they had.
    pub containers: &'a Result<Vec<Container>, CallError>,
    /// The names of volumes that are made and kept by somebody else.
    pub external: &'a BTreeSet<String>,
    /// How much of it was brought up.
    pub begun: Begun,
}

/// Takes a project down and looks: what is left when its services were ended goes by force. External volumes stay.
pub fn take_down(hands: &Hands<'_>, manner: Manner, had: &Had<'_>) -> Result<Cleaned, TeardownError> {
    let external = had.external;
    let mut trouble = Trouble::default();
    let nameless = match had.containers {
        Ok(containers) => nameless(containers, external),
        Err(error) => {
            trouble.add("the look at the containers", error);
            BTreeSet::new()
        }
    };
    end(hands, manner, had, &mut trouble);
    // Whoever cannot be told what is left is told what was there, and what was tried.
    let unknown = |TeardownError::Unknown { project, source, .. }, trouble: &Trouble| {
        let undone = trouble.undone.iter().cloned();
        TeardownError::Unknown {
            project,
            source,
            undone: undone.chain(there(had.containers)).collect(),
        }
    };
    let settling = match had.begun {
        Begun::Whole => Duration::ZERO,
        Begun::Halfway => SETTLING,
    };
    let mut left = look(hands, &nameless, external).map_err(|error| unknown(error, &trouble))?;
    let mut quiet_since = Instant::now();
    let mut rounds = 0;
    loop {
        if left.is_nothing() {
            if quiet_since.elapsed() >= settling {
                break;
            }
        } else if rounds == ROUNDS {
            break;
        } else {
            // An engine that hangs does so again.
            rounds = if remove(hands, &left, &mut trouble) == Answered::Yes {
                rounds + 1
            } else {
                ROUNDS
            };
            quiet_since = Instant::now();
        }
        std::thread::sleep(PAUSE);
        left = look(hands, &nameless, external).map_err(|error| unknown(error, &trouble))?;
    }
    remove_built(hands, &mut trouble);
    // Of those that the engine ended, everything is left that one round removes.
    let forced = match manner {
        Manner::InTurn(_) => rounds > 0,
        Manner::AtOnce(_) => rounds > 1,
    };
    Ok(Cleaned {
        left,
        forced,
        complaints: trouble.complaints,
        undone: trouble.undone,
    })
}

/// Ends the services.
fn end(hands: &Hands<'_>, manner: Manner, had: &Had<'_>, trouble: &mut Trouble) {
    let (step, call) = match manner {
        Manner::InTurn(stop) => ("down", hands.calls.down(stop)),
        Manner::AtOnce(stop) => {
            let containers = had.containers.as_deref().unwrap_or_default();
            let ids: Vec<String> = containers.iter().map(|container| container.id.clone()).collect();
            if ids.is_empty() {
                return;
            }
            ("stop", hands.calls.stop(&ids, stop))
        }
    };
    if let Err(error) = ask::ask_well(hands.runner, hands.cwd, &call) {
        trouble.add(step, &error);
    }
}

/// What containers there were, in words.
fn there(containers: &Result<Vec<Container>, CallError>) -> Option<String> {
    let containers = containers.as_deref().unwrap_or_default();
    let names: Vec<&str> = containers
        .iter()
        .map(|container| container.name.as_str())
        .collect();
    (!names.is_empty()).then(|| format!("before that there was: {}", names.join(", ")))
}

/// All about the containers of a project.
pub fn containers(hands: &Hands<'_>) -> Result<Vec<Container>, CallError> {
    let ids = list(hands, &hands.calls.containers())?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let call = hands.calls.inspect(&ids);
    // One that has vanished since makes an exit code of 1, and the others are there all the same.
    let answer = ask::ask(hands.runner, hands.cwd, &call)?;
    let found = inspect::read(&answer.stdout).map_err(|error| CallError::Unreadable {
        call: call.shown(),
        why: error.to_string(),
    })?;
    // Of none at all it is not known whether they have vanished, or the engine has.
    if found.is_empty() {
        return Err(answer.refusal(&call));
    }
    Ok(found)
}

/// The volumes without a name of their own among those that containers have.
fn nameless(containers: &[Container], external: &BTreeSet<String>) -> BTreeSet<String> {
    let is_nameless = |name: &&String| name.len() == ANONYMOUS && name.bytes().all(|b| b.is_ascii_hexdigit());
    containers
        .iter()
        .flat_map(|container| &container.volumes)
        .filter(is_nameless)
        .filter(|name| !external.contains(*name))
        .cloned()
        .collect()
}

/// What is there of a project, without touching anything. Volumes without a label are not found.
pub fn left(hands: &Hands<'_>, external: &BTreeSet<String>) -> Result<Left, TeardownError> {
    look(hands, &BTreeSet::new(), external)
}

fn look(
    hands: &Hands<'_>,
    nameless: &BTreeSet<String>,
    external: &BTreeSet<String>,
) -> Result<Left, TeardownError> {
    let list = |call| {
        list(hands, &call).map_err(|source| TeardownError::Unknown {
            project: hands.calls.project.name.clone(),
            source,
            undone: Vec::new(),
        })
    };
    let mut volumes = list(hands.calls.volumes())?;
    volumes.retain(|name| !external.contains(name));
    if !nameless.is_empty() {
        let there = list(hands.calls.all_volumes())?;
        volumes.extend(there.into_iter().filter(|name| nameless.contains(name)));
        volumes.sort_unstable();
        volumes.dedup();
    }
    Ok(Left {
        containers: list(hands.calls.containers())?,
        pods: hands.calls.pods().map_or(Ok(Vec::new()), list)?,
        networks: list(hands.calls.networks())?,
        volumes,
    })
}

/// Removes the images that were built for the project alone, where `down` does not do it in every version.
fn remove_built(hands: &Hands<'_>, trouble: &mut Trouble) {
    let Some(call) = hands.calls.built_images() else {
        return;
    };
    let removed = list(hands, &call).and_then(|mut names| {
        names.retain(|name| hands.calls.is_built_for(name));
        if names.is_empty() {
            return Ok(());
        }
        ask::ask_well(hands.runner, hands.cwd, &hands.calls.remove_images(&names)).map(|_| ())
    });
    if let Err(error) = removed {
        trouble.add("the removal of images", &error);
    }
}

fn list(hands: &Hands<'_>, call: &ask::Call) -> Result<Vec<String>, CallError> {
    let answer = ask::ask_well(hands.runner, hands.cwd, call)?;
    let lines = answer
        .stdout
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// Whether the engine had an answer to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    Yes,
    No,
}

fn remove(hands: &Hands<'_>, left: &Left, trouble: &mut Trouble) -> Answered {
    let mut answered = Answered::Yes;
    let mut removal = |step: &str, names: &[String], call: ask::Call| {
        if names.is_empty() {
            return;
        }
        if let Err(error) = ask::ask_well(hands.runner, hands.cwd, &call) {
            trouble.add(step, &error);
            if matches!(error, CallError::TimedOut { .. }) {
                answered = Answered::No;
            }
        }
    };
    removal(
        "rm",
        &left.containers,
        hands.calls.remove_containers(&left.containers),
    );
    removal("pod rm", &left.pods, hands.calls.remove_pods(&left.pods));
    removal(
        "network rm",
        &left.networks,
        hands.calls.remove_networks(&left.networks),
    );
    removal(
        "volume rm",
        &left.volumes,
        hands.calls.remove_volumes(&left.volumes),
    );
    answered
}

#[cfg(test)]
mod tests;
