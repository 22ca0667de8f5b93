//! What `config` prints: the compose files as they take effect, of which only what is asked about is kept.
//!
//! The text has the values of variables in it, secrets too: it is read and forgotten. Versions 1 and 2 print the same
//! things in different forms, the short one of the file among them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;

use serde_yaml::Value;

/// The services of a project and what belongs to none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// The names of volumes in the file that are made and kept by somebody else, and their real ones.
    pub external_volumes: BTreeSet<String>,
    /// The names of networks in the file that are made and kept by somebody else.
    pub external_networks: BTreeSet<String>,
    /// The real names of the volumes in the file that are the project's own.
    pub own_volumes: BTreeSet<String>,
    /// The real names of the networks in the file that are the project's own.
    pub own_networks: BTreeSet<String>,
    /// The name of the project, where Compose writes it.
    pub project: Option<String>,
    /// Variables in the file that are not set: Compose puts nothing in their place.
    pub unset: BTreeSet<String>,
    /// The profiles that are asked for.
    pub profiles: Profiles,
}

/// The profiles that are asked for, with which Compose starts more services than without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profiles {
    /// Those of these names.
    Named(BTreeSet<String>),
    /// Nobody has to tell: version 2 leaves out of the rendered file what it would not start.
    Rendered,
}

impl Default for Profiles {
    fn default() -> Self {
        Self::Named(BTreeSet::new())
    }
}

impl Profiles {
    /// What the variable `COMPOSE_PROFILES` names.
    pub fn of(variable: &str) -> Self {
        let names = variable.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self::Named(names.map(str::to_owned).collect())
    }

    /// Whether a service of these profiles is started without being asked for.
    fn start(&self, service: &Service) -> bool {
        match self {
            Self::Rendered => true,
            Self::Named(names) => {
                service.profiles.is_empty() || service.profiles.iter().any(|profile| names.contains(profile))
            }
        }
    }
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file")]
pub struct Service {
    /// Its image.
    pub image: Option<String>,
    /// Whether its image is built from the repository.
    pub is_built: bool,
    /// The name that its container is to have.
    pub container_name: Option<String>,
    /// Whether its container may do everything.
    pub privileged: bool,
    /// Whether it is in the network of the machine.
    pub host_network: bool,
    /// Its ports.
    pub ports: Vec<Port>,
    /// What is mounted into it.
    pub mounts: Vec<Mount>,
    /// The services that it waits for.
    pub depends_on: BTreeMap<String, Condition>,
    /// Whether the file has a health check for it. An image can have one as well.
    pub has_check: bool,
    /// What `restart` says, as it is written.
    pub restart: Option<String>,
    /// How many containers it has.
    pub replicas: Option<u64>,
    /// The profiles that it needs; without any it always runs.
    pub profiles: Vec<String>,
}

/// A published port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The port in the container.
    pub target: String,
    /// The one on the machine, or a range of which the engine takes one; `None` where the engine chooses.
    pub published: Option<String>,
    /// The address on the machine.
    pub host_ip: Option<String>,
    /// The protocol.
    pub protocol: String,
}

impl Port {
    /// The ports of the machine of which one is taken: one alone, or a range for a single port of the container. `None` where
    /// the engine chooses among all, or where what is written is no port.
    pub fn numbers(&self) -> Option<RangeInclusive<u16>> {
        range(self.published.as_deref()?)
    }

    /// The ports of the container; `None` where what is written is no port.
    pub fn targets(&self) -> Option<RangeInclusive<u16>> {
        range(&self.target)
    }

    /// Each by itself of a range that is published as one of the same length (`18000-18001:8000-8001`): podman-compose prints
    /// it as it is written, and the others what it stands for.
    fn each(self) -> Vec<Self> {
        let (Some(published), Some(target)) = (self.numbers(), self.targets()) else {
            return vec![self];
        };
        if target.len() < 2 || published.len() != target.len() {
            return vec![self];
        }
        published
            .zip(target)
            .map(|(published, target)| Self {
                target: target.to_string(),
                published: Some(published.to_string()),
                ..self.clone()
            })
            .collect()
    }
}

/// `8000` or `8000-8001` as numbers.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some(first..=last)
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Its kind.
    pub kind: MountKind,
    /// A path of the machine, the name of a volume, or nothing.
    pub source: String,
    /// The place in the container.
    pub target: String,
}

/// The kinds of mounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// A path of the machine.
    Bind,
    /// A volume.
    Volume,
    /// Memory, or what else there is.
    Other,
}

/// When a service may start that waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// When that was started.
    Started,
    /// When that is healthy.
    Healthy,
    /// When that has done its work.
    Completed,
}

/// Why a rendered file is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is no YAML. The text is not quoted: it has secrets in it.
    #[error("what Compose prints is no YAML{}", line.map_or_else(String::new, |line| format!(" in line {line}")))]
    NoYaml {
        /// The line.
        line: Option<usize>,
    },
    /// There are no services in it.
    #[error("it has no services")]
    NoServices,
}

impl Rendered {
    /// The services that run without being asked for: [`Profiles`] decides, since version 1 prints the others as well.
    pub fn active(&self) -> impl Iterator<Item = (&str, &Service)> {
        self.services
            .iter()
            .filter(|(_, service)| self.profiles.start(service) && service.replicas != Some(0))
            .map(|(name, service)| (name.as_str(), service))
    }

    /// The active services that are meant by a name: the one of that name, else those with such an image (`postgres:14`,
    /// or `postgres` for any tag, wherever it comes from), else the one of [`Rendered::versioned`].
    pub fn named(&self, wanted: &str) -> Vec<&str> {
        let by_name: Vec<&str> = self
            .active()
            .map(|(name, _)| name)
            .filter(|name| *name == wanted)
            .collect();
        if !by_name.is_empty() {
            return by_name;
        }
        let fits = |image: &str| {
            let bare = image.rsplit('/').next().unwrap_or(image);
            let untagged = |image: &str| image.split([':', '@']).next().unwrap_or_default().to_owned();
            image == wanted
                || bare == wanted
                || untagged(bare) == wanted
                // `postgres:14` is there as `postgres:14.2-alpine`, too.
                || (wanted.contains(':')
                    && [image, bare].iter().any(|image| {
                        image.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(['.', '-']))
                    }))
                || image.split('@').next() == Some(wanted)
        };
        let by_image: Vec<&str> = self
            .active()
            .filter(|(_, service)| service.image.as_deref().is_some_and(fits))
            .map(|(name, _)| name)
            .collect();
        if !by_image.is_empty() {
            return by_image;
        }
        let versioned = self.versioned(wanted);
        versioned.map(|(name, _)| name).into_iter().collect()
    }

    /// The active service of a name with a version, `mailer:9.9`, whose image tells of no version of that name: it is
    /// built, or called otherwise.
    pub fn versioned(&self, wanted: &str) -> Option<(&str, &Service)> {
        let (name, service) = self.before_version(wanted)?;
        let image = service.image.as_deref().unwrap_or_default();
        let bare = image.rsplit('/').next().unwrap_or(image);
        let is_of_name = bare.split([':', '@']).next() == Some(name);
        (service.is_built || !is_of_name).then_some((name, service))
    }

    /// The active service by the name that stands before a version.
    pub fn before_version(&self, wanted: &str) -> Option<(&str, &Service)> {
        let (name, _) = wanted
            .rsplit_once(':')
            .filter(|(_, version)| !version.contains('/'))?;
        self.active().find(|(known, _)| *known == name)
    }

    /// Puts the paths that are mounted where they are seen from a directory: podman-compose prints them as they are written.
    pub fn seen_from(&mut self, directory: &Path) {
        let mounts = self.services.values_mut().flat_map(|service| &mut service.mounts);
        for mount in mounts.filter(|mount| mount.kind == MountKind::Bind) {
            if mount.source.starts_with('.') {
                mount.source = directory.join(&mount.source).display().to_string();
            }
        }
    }

    /// The services that are not active because nobody asks for their profiles.
    pub fn unasked(&self) -> Vec<String> {
        let all = self.services.iter();
        all.filter(|(_, service)| !self.profiles.start(service))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether some service waits for this one to have done its work.
    pub fn is_awaited(&self, service: &str) -> bool {
        self.active()
            .any(|(_, other)| other.depends_on.get(service) == Some(&Condition::Completed))
    }
}

/// Reads a rendered file.
pub fn read(text: &str) -> Result<Rendered, ConfigError> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| ConfigError::NoYaml {
        line: error.location().map(|at| at.line()),
    })?;
    let services = value["services"].as_mapping().ok_or(ConfigError::NoServices)?;
    if services.is_empty() {
        return Err(ConfigError::NoServices);
    }
    Ok(Rendered {
        services: services
            .iter()
            .filter_map(|(name, service)| Some((word(name)?, read_service(service))))
            .collect(),
        external_volumes: external(&value["volumes"]),
        external_networks: external(&value["networks"]),
        own_volumes: own(&value["volumes"]),
        own_networks: own(&value["networks"]),
        project: word(&value["name"]),
        unset: BTreeSet::new(),
        profiles: Profiles::default(),
    })
}

/// The variables of which Compose says that they are not set, from what it writes to stderr:
/// `… msg="The \"NAME\" variable is not set. …"` by version 2, `The NAME variable is not set. …` by version 1.
pub fn unset(stderr: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let before = stderr
        .lines()
        .filter_map(|line| line.split_once(" variable is not set"));
    before
        .filter_map(|(before, _)| before.split_whitespace().next_back())
        .map(|word| word.trim_matches(|c| !is_name(c)).to_owned())
        .filter(|name| !name.is_empty() && name.chars().all(is_name))
        .collect()
}

fn read_service(service: &Value) -> Service {
    let text = |name: &str| word(&service[name]).filter(|text| !text.is_empty());
    Service {
        image: text("image"),
        is_built: !service["build"].is_null(),
        container_name: text("container_name"),
        privileged: service["privileged"].as_bool().unwrap_or(false),
        host_network: service["network_mode"].as_str() == Some("host"),
        ports: list(&service["ports"])
            .iter()
            .filter_map(port)
            .flat_map(Port::each)
            .collect(),
        mounts: list(&service["volumes"]).iter().filter_map(mount).collect(),
        depends_on: depends_on(&service["depends_on"]),
        has_check: has_check(&service["healthcheck"]),
        restart: text("restart"),
        replicas: [&service["scale"], &service["deploy"]["replicas"]]
            .into_iter()
            .find_map(Value::as_u64),
        profiles: list(&service["profiles"]).iter().filter_map(word).collect(),
    }
}

/// Volumes or networks that are external, by each of their names.
fn external(section: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, value) in section.as_mapping().into_iter().flatten() {
        if is_external(value) {
            names.extend(word(name));
            names.extend(word(&value["name"]));
            names.extend(word(&value["external"]["name"]));
        }
    }
    names
}

/// Whether somebody else makes and keeps it. The older form has the real name below.
fn is_external(value: &Value) -> bool {
    value["external"].as_bool() == Some(true) || value["external"].is_mapping()
}

/// The real names of what is not external, where they are written.
fn own(section: &Value) -> BTreeSet<String> {
    let all = section.as_mapping().into_iter().flatten();
    let own = all.filter(|(_, value)| !is_external(value));
    own.filter_map(|(_, value)| word(&value["name"])).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_sequence().map(Vec::as_slice).unwrap_or_default()
}

/// A scalar as text: versions differ in what they quote.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn port(value: &Value) -> Option<Port> {
    if value.is_mapping() {
        return Some(Port {
            target: word(&value["target"])?,
            published: word(&value["published"]).filter(|port| !port.is_empty() && port != "0"),
            host_ip: word(&value["host_ip"]),
            protocol: word(&value["protocol"]).unwrap_or_else(|| "tcp".to_owned()),
        });
    }
    // `[[IP:]PUBLISHED:]TARGET[/PROTOCOL]`, where an address of version 6 has colons and brackets.
    let text = word(value)?;
    let (text, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
    let (rest, target) = text.rsplit_once(':').unwrap_or(("", text));
    let (host_ip, published) = rest.rsplit_once(':').unwrap_or(("", rest));
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Some(Port {
        target: target.to_owned(),
        published: some(published),
        host_ip: some(host_ip.trim_matches(['[', ']'])),
        protocol: protocol.to_owned(),
    })
}

fn mount(value: &Value) -> Option<Mount> {
    if value.is_mapping() {
        return Some(Mount {
            kind: match value["type"].as_str() {
                Some("bind") => MountKind::Bind,
                Some("volume") | None => MountKind::Volume,
                Some(_) => MountKind::Other,
            },
            source: word(&value["source"]).unwrap_or_default(),
            target: word(&value["target"])?,
        });
    }
    // `[SOURCE:]TARGET[:MODE]`
    let text = word(value)?;
    let mut parts = text.split(':');
    let first = parts.next()?;
    let (source, target) = match parts.next() {
        Some(target) => (first, target),
        None => ("", first),
    };
    let is_path = source.starts_with(['/', '.', '~']);
    Some(Mount {
        kind: if is_path {
            MountKind::Bind
        } else {
            MountKind::Volume
        },
        source: source.to_owned(),
        target: target.to_owned(),
    })
}

fn depends_on(value: &Value) -> BTreeMap<String, Condition> {
    let plain = list(value)
        .iter()
        .filter_map(|name| Some((word(name)?, Condition::Started)));
    let conditions = value
        .as_mapping()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| {
            let condition = match value["condition"].as_str() {
                Some("service_completed_successfully") => Condition::Completed,
                Some("service_healthy") => Condition::Healthy,
                _ => Condition::Started,
            };
            Some((word(name)?, condition))
        });
    plain.chain(conditions).collect()
}

fn has_check(value: &Value) -> bool {
    let test = &value["test"];
    let is_none = test.as_str() == Some("NONE") || list(test).first().and_then(Value::as_str) == Some("NONE");
    value.is_mapping() && value["disable"].as_bool() != Some(true) && !is_none
}

#[cfg(test)]
mod tests;
