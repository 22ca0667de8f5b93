//! What in compose files keeps two runs from going on side by side, or reaches beyond the run.

use std::path::{Component, Path, PathBuf};

use super::config::{Mount, MountKind, Rendered, Service};

/// Sockets by which a container rules the engine.
const SOCKETS: [&str; 3] = ["docker.sock", "podman.sock", "containerd.sock"];

/// One thing that is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Its rule.
    pub rule: Rule,
    /// The service, where it is one's.
    pub service: Option<String>,
    /// What is odd.
    pub message: String,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// `container_name`: names of containers are the engine's, not the project's.
    ContainerName,
    /// A volume or a network of the project with a name of its own.
    FixedName,
    /// A port of the machine that is written down.
    FixedPort,
    /// A volume or a network that is kept by somebody else.
    External,
    /// A container that may do everything.
    Privileged,
    /// The network of the machine.
    HostNetwork,
    /// The socket of the engine.
    EngineSocket,
    /// A path outside of the repository.
    OutsideMount,
    /// A volume with a name of one letter, which version 2 takes for a drive of Windows.
    OneLetterVolume,
    /// A variable that is not set.
    UnsetVariable,
}

impl Rule {
    /// Its id.
    pub fn id(self) -> &'static str {
        match self {
            Self::ContainerName => "compose-container-name",
            Self::FixedName => "compose-fixed-name",
            Self::FixedPort => "compose-fixed-port",
            Self::External => "compose-external",
            Self::Privileged => "compose-privileged",
            Self::HostNetwork => "compose-host-network",
            Self::EngineSocket => "compose-engine-socket",
            Self::OutsideMount => "compose-outside-mount",
            Self::OneLetterVolume => "compose-one-letter-volume",
            Self::UnsetVariable => "compose-unset-variable",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::ContainerName => "leave out `container_name`: services reach each other by their own names",
            Self::FixedName => "leave out its `name`, so that each run has one of its own",
            Self::FixedPort => {
                "publish the container's port alone, such as \"8000\": tests get the address as \
                 SDD_SERVICE_NAME_PORT"
            }
            Self::External => "let the compose file make its own volumes and networks for tests",
            Self::Privileged => "name the capabilities that are needed in `cap_add`",
            Self::HostNetwork => "leave out `network_mode: host` and publish ports",
            Self::EngineSocket => "do not mount the engine's socket: whoever has it rules the machine",
            Self::OutsideMount => "keep what is mounted in the repository",
            Self::OneLetterVolume => "give the volume a name of two letters or more",
            Self::UnsetVariable => {
                "set it in `.env` or write `${NAME:-value}`; of the variables of your shell Compose gets those \
                 that `pass_env` in the settings names"
            }
        }
    }
}

/// Looks at the active services of a project. `root` is the repository.
pub fn lint(rendered: &Rendered, root: &Path) -> Vec<Oddity> {
    let mut found = Vec::new();
    for (name, service) in rendered.active() {
        let mut say = |rule: Rule, message: String| {
            found.push(Oddity {
                rule,
                service: Some(name.to_owned()),
                message: format!("{name}: {message}"),
            });
        };
        look_at_service(service, &mut say);
        for mount in &service.mounts {
            look_at_mount(mount, root, &mut say);
        }
    }
    let of_project = rendered.project.as_ref().map(|project| format!("{project}_"));
    let is_given = |name: &&String| {
        let of_project = of_project.as_deref();
        !of_project.is_some_and(|of_project| name.starts_with(of_project))
    };
    for (what, names) in [
        ("volume", &rendered.own_volumes),
        ("network", &rendered.own_networks),
    ] {
        for name in names.iter().filter(is_given) {
            found.push(Oddity {
                rule: Rule::FixedName,
                service: None,
                message: format!(
                    "the {what} {name} has a name of its own, and two runs at a time would share it"
                ),
            });
        }
    }
    for (what, names) in [
        ("volume", &rendered.external_volumes),
        ("network", &rendered.external_networks),
    ] {
        for name in names {
            found.push(Oddity {
                rule: Rule::External,
                service: None,
                message: format!("the {what} {name} is external: what is left in it outlives the run"),
            });
        }
    }
    for name in &rendered.unset {
        found.push(Oddity {
            rule: Rule::UnsetVariable,
            service: None,
            message: format!("the variable {name} is not set: services get nothing in its place"),
        });
    }
    found
}

fn look_at_service(service: &Service, say: &mut impl FnMut(Rule, String)) {
    if let Some(name) = &service.container_name {
        say(
            Rule::ContainerName,
            format!("its container is to be called {name}, and only one can be"),
        );
    }
    if service.privileged {
        say(Rule::Privileged, "it is privileged".to_owned());
    }
    if service.host_network {
        say(
            Rule::HostNetwork,
            "it is in the network of the machine".to_owned(),
        );
    }
    for port in &service.ports {
        if let Some(published) = &port.published {
            let few = match port.numbers().map(|numbers| numbers.len()) {
                Some(count) if count > 1 => format!("and only {count} can have one of these"),
                _ => "and only one can have that".to_owned(),
            };
            say(
                Rule::FixedPort,
                format!(
                    "port {}/{} is published as {published}, {few}",
                    port.target, port.protocol
                ),
            );
        }
    }
}

fn look_at_mount(mount: &Mount, root: &Path, say: &mut impl FnMut(Rule, String)) {
    let source = mount.source.as_str();
    let is_one_letter = |name: &str| name.len() == 1 && name.bytes().all(|b| b.is_ascii_alphabetic());
    match mount.kind {
        MountKind::Bind if SOCKETS.iter().any(|socket| source.ends_with(socket)) => {
            say(
                Rule::EngineSocket,
                format!("the engine's socket {source} is mounted"),
            );
        }
        MountKind::Bind if !resolved(Path::new(source)).starts_with(root) => {
            say(
                Rule::OutsideMount,
                format!("{source} is mounted, which is outside of the repository"),
            );
        }
        MountKind::Volume => {
            // Version 2 has made `v:/data` the place in the container.
            let drive = mount.target.split_once(':').map(|(drive, _)| drive);
            if let Some(name) = [Some(source), drive]
                .into_iter()
                .flatten()
                .find(|name| is_one_letter(name))
            {
                say(
                    Rule::OneLetterVolume,
                    format!("the volume {name} is taken for a drive of Windows by version 2"),
                );
            }
        }
        MountKind::Bind | MountKind::Other => {}
    }
}

/// A path without `..`; links are not followed, since the path may not be there yet.
fn resolved(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::config;

    fn found(text: &str) -> Vec<(Rule, Option<String>)> {
        let rendered = config::read(text).unwrap();
        let mut found: Vec<(Rule, Option<String>)> =
            lint(&rendered, Path::new("/project/tests/fixtures/compose"))
                .into_iter()
                .map(|oddity| (oddity.rule, oddity.service))
                .collect();
        found.sort();
        found
    }

    #[test]
    fn both_versions_are_looked_through_alike() {
        let api = || Some("api".to_owned());
        let mut expect = vec![
            (Rule::ContainerName, api()),
            (Rule::FixedPort, api()),
            (Rule::FixedPort, api()),
            (Rule::FixedPort, api()),
            (Rule::FixedPort, api()),
            (Rule::FixedPort, Some("db".to_owned())),
            (Rule::External, None),
            (Rule::External, None),
            (Rule::Privileged, api()),
            (Rule::EngineSocket, api()),
            (Rule::OutsideMount, api()),
            (Rule::OneLetterVolume, api()),
        ];
        expect.sort();
        let v1 = include_str!("../../tests/fixtures/compose/v1/rich.config.yml");
        let v2 = include_str!("../../tests/fixtures/compose/v2/rich.config.yml");
        assert_eq!(found(v1), expect);
        assert_eq!(found(v2), expect);
    }

    #[test]
    fn paths_that_podman_compose_prints_as_they_are_written_are_seen_from_the_file() {
        let recorded = include_str!("../../tests/fixtures/compose/podman/paths.config.yml");
        let mut rendered = config::read(recorded).unwrap();
        rendered.seen_from(Path::new("/project/t1"));
        let outside = |root: &str| -> Vec<String> {
            let oddities = lint(&rendered, Path::new(root)).into_iter();
            oddities.map(|oddity| oddity.message).collect()
        };
        assert_eq!(outside("/project"), [""; 0]);
        assert_eq!(
            outside("/project/t1"),
            ["ok: /project/t1/../outside is mounted, which is outside of the repository"]
        );
    }

    #[test]
    fn names_that_compose_gives_are_not_odd() {
        let own =
            "services: {a: {image: x}}\nname: p\nnetworks: {n: {name: p_n}}\nvolumes: {v: {name: p_v}}\n";
        assert_eq!(found(own), []);
        // Version 1 writes those alone that the file gives.
        for project in ["", "name: p\n"] {
            let text = format!(
                "services: {{a: {{image: x}}}}\n{project}networks: {{n: {{name: shared}}}}\nvolumes: {{v: {{name: data}}}}\n"
            );
            assert_eq!(found(&text), [(Rule::FixedName, None), (Rule::FixedName, None)]);
        }
    }

    #[test]
    fn it_is_told_how_many_can_have_a_port() {
        let check = |published: &str, expect: &str| {
            let text = format!("services:\n  api: {{image: x, ports: ['{published}:8000']}}\n");
            let all = lint(&config::read(&text).unwrap(), Path::new("/project"));
            let told: Vec<String> = all.into_iter().map(|oddity| oddity.message).collect();
            assert_eq!(
                told,
                [format!(
                    "api: port 8000/tcp is published as {published}, {expect}"
                )]
            );
        };
        check("8001", "and only one can have that");
        check("8001-8003", "and only 3 can have one of these");
    }

    #[test]
    fn a_plain_file_has_nothing_odd() {
        let plain = "services:\n  a: {ports: ['8000'], volumes: [data:/data, '/project/tests/fixtures/compose/x:/x']}\n  \
                     b: {profiles: [p], privileged: true}\n";
        assert_eq!(found(plain), []);
        assert_eq!(
            found(
                "services: {a: {network_mode: host, volumes: ['/project/tests/fixtures/compose/../x:/x']}}"
            ),
            [
                (Rule::HostNetwork, Some("a".to_owned())),
                (Rule::OutsideMount, Some("a".to_owned()))
            ]
        );
    }

    #[test]
    fn each_rule_says_what_to_do() {
        let rules = [
            Rule::ContainerName,
            Rule::FixedName,
            Rule::FixedPort,
            Rule::External,
            Rule::Privileged,
            Rule::HostNetwork,
            Rule::EngineSocket,
            Rule::OutsideMount,
            Rule::OneLetterVolume,
        ];
        for rule in rules {
            assert!(rule.id().starts_with("compose-") && !rule.remedy().is_empty());
        }
    }
}
