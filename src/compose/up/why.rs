//! Why an environment is not up: whose fault it is, and what to do.

use std::collections::BTreeMap;

use crate::compose::ask::CallError;
use crate::compose::config::ConfigError;
use crate::compose::flavour::Version;
use crate::compose::readiness::Fault;
use crate::store;

/// Why an environment is not up.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// Compose does not take the files.
    #[error("the compose file is not valid: {said}")]
    File {
        /// What it said.
        said: String,
    },
    /// What Compose prints cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nothing would run: every service waits to be asked for, or is scaled to none.
    #[error("the compose file has no service that runs without being asked for")]
    NothingRuns,
    /// Services would start that nobody asks for.
    #[error(
        "podman-compose {version} knows no profiles, and would start what nobody asks for: {}",
        names.join(", ")
    )]
    NoProfiles {
        /// Its version.
        version: Version,
        /// The services.
        names: Vec<String>,
    },
    /// The work item needs services that are not there.
    #[error("the compose file has no service {}", names.join(", "))]
    NoSuchService {
        /// Their names.
        names: Vec<String>,
    },
    /// Images are not here, and may not be fetched.
    #[error("not here, and the settings allow no pulling: {}", names.join(", "))]
    NoImage {
        /// What they are.
        names: Vec<String>,
        /// What to do.
        remedy: String,
    },
    /// Volumes that somebody else made would go with the run.
    #[error("there already, and they would be removed with the run: the volumes {}", names.join(", "))]
    Taken {
        /// Their names.
        names: Vec<String>,
    },
    /// Services would meet those of others.
    #[error("there already, and services of others may be in it: the networks {}", names.join(", "))]
    Shared {
        /// The names of networks.
        names: Vec<String>,
    },
    /// Whoever wants the services can do nothing with those of the file.
    #[error("{reason}")]
    Useless {
        /// Why.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// No journal, no containers.
    #[error(
        "the journal of the environment cannot be written: {source}{}",
        caused(source)
    )]
    Journal {
        /// The cause.
        #[source]
        source: store::Error,
    },
    /// `up` did not work.
    #[error("the services could not be brought up: {}{source}", told(faults))]
    Up {
        /// What came of the call.
        source: CallError,
        /// What is the matter with services, where something is.
        faults: BTreeMap<String, Fault>,
    },
    /// `up` did not work, and images are still not here: most likely they could not be pulled.
    #[error("not on this machine, also after `up`: {}; {source}", names.join(", "))]
    NotPulled {
        /// The images.
        names: Vec<String>,
        /// What came of the call.
        source: CallError,
        /// What to do.
        remedy: String,
    },
    /// `up` did not work, and the engine does not answer any more.
    #[error("the engine does not answer any more: {source}; before that {up}")]
    Gone {
        /// What came of `up`, in words.
        up: String,
        /// The call that has no answer.
        source: CallError,
    },
    /// Services are not ready.
    #[error("{}", told(faults).trim_end_matches("; "))]
    NotReady {
        /// What is the matter with them.
        faults: BTreeMap<String, Fault>,
    },
    /// The engine does not answer.
    #[error("{source}")]
    Call {
        /// The call that has no answer.
        source: CallError,
    },
}

/// What the operating system said.
fn caused(error: &store::Error) -> String {
    std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"))
}

/// What is the matter with services, each with its name before it and a `; ` after it.
fn told(faults: &BTreeMap<String, Fault>) -> String {
    let mut text = String::new();
    for (name, fault) in faults {
        text.push_str(&format!("{name}: {fault}; "));
    }
    text
}

/// What kind of an end it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The project's services are at fault.
    Failed,
    /// Nobody can say.
    Error,
    /// sdd was told to stop.
    Cancelled,
}

impl Why {
    /// What to do, where something can be.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingRuns => Some("leave out `profiles` of a service, or name the services that are needed".to_owned()),
            Self::NoProfiles { .. } => Some(
                "install podman-compose 1.1.0 or newer, or name all profiles in COMPOSE_PROFILES".to_owned(),
            ),
            Self::NoSuchService { .. } => Some("add it to the compose file, or correct the spec".to_owned()),
            Self::NoImage { remedy, .. } | Self::NotPulled { remedy, .. } | Self::Useless { remedy, .. } => {
                Some(remedy.clone())
            }
            Self::Taken { .. } => Some(
                "leave out `name` of the volume, so that each run has its own, or write `external: true` where it is to \
                 be used and to stay; one that is left over: docker volume rm"
                    .to_owned(),
            ),
            Self::Shared { .. } => Some(
                "leave out `name` of the network, so that each run has its own, or write `external: true` where others are to \
                 be met; one that is left over: docker network rm"
                    .to_owned(),
            ),
            Self::Up {
                source: CallError::TimedOut { .. },
                ..
            } => Some("raise quality_gates.integration_tests.up_timeout (seconds), or pull the images before".to_owned()),
            Self::NotReady { faults } if faults.values().any(|fault| matches!(fault, Fault::Late { .. })) => {
                Some("raise quality_gates.integration_tests.health_check_timeout (seconds)".to_owned())
            }
            Self::NotReady { faults } if faults.values().any(|fault| matches!(fault, Fault::Ended { .. })) => Some(
                "a service that does its work and ends is named in quality_gates.integration_tests.oneshot".to_owned(),
            ),
            Self::Config(ConfigError::NoServices) => {
                Some("write the services that the tests need below `services`".to_owned())
            }
            Self::Journal { source } => source.hint(),
            Self::File { .. } => Some("correct the compose file; Compose's own `config` says what is wrong with it".to_owned()),
            // Of services that do not come up their logs say more.
            Self::NotReady { .. }
            | Self::Up { .. }
            | Self::Config(_)
            | Self::Call { .. } => None,
            Self::Gone { .. } => Some(
                "see whether the engine runs (`docker version`, `podman info`), and why it ended".to_owned(),
            ),
        }
    }

    /// Whose fault it is.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Call { source } | Self::Up { source, .. } | Self::Gone { source, .. }
                if source.is_cancelled() =>
            {
                Ending::Cancelled
            }
            Self::Up {
                source: CallError::Refused { .. },
                ..
            }
            | Self::NotPulled { .. }
            | Self::File { .. }
            | Self::NothingRuns
            | Self::NoSuchService { .. }
            | Self::NoImage { .. }
            | Self::Taken { .. }
            | Self::Shared { .. }
            | Self::Useless { .. }
            | Self::NotReady { .. } => Ending::Failed,
            Self::Up { .. }
            | Self::Call { .. }
            | Self::Gone { .. }
            | Self::Config(_)
            | Self::Journal { .. }
            | Self::NoProfiles { .. } => Ending::Error,
        }
    }
}
