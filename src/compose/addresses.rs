//! Where tests reach services: `SDD_SERVICE_API_8000=127.0.0.1:49153`, from what the engine has published.

use std::collections::BTreeMap;
use std::fmt;

use super::config::Rendered;
use super::inspect::{Container, Published};

/// What the names of the variables begin with.
pub const PREFIX: &str = "SDD_SERVICE_";

/// The machine that published ports are on, by the address of the engine (`DOCKER_HOST`).
pub fn host(engine: Option<&str>) -> String {
    let local = "127.0.0.1";
    let Some((scheme, rest)) = engine.and_then(|engine| engine.split_once("://")) else {
        return local.to_owned();
    };
    if !matches!(scheme, "tcp" | "http" | "https" | "ssh") {
        return local.to_owned();
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.split_once(']') {
        Some((host, _)) => format!("{host}]"),
        None => authority.split(':').next().unwrap_or_default().to_owned(),
    };
    if host.is_empty() { local.to_owned() } else { host }
}

/// Two services whose ports would have one variable: `my-api` and `my_api` differ in what no name of a variable has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The services.
    pub services: [String; 2],
    /// The variable.
    pub variable: String,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            services: [one, other],
            variable,
        } = self;
        write!(
            f,
            "{one} and {other} would have the same variable, {variable}: tests could not tell which of them it is of"
        )
    }
}

impl Clash {
    /// What to do.
    pub fn remedy(&self) -> String {
        let [one, other] = &self.services;
        format!("call {one} or {other} otherwise, so that they differ in a letter or a digit")
    }
}

/// The services of compose files whose ports would have the variables of those of another one.
pub fn clashes(rendered: &Rendered) -> Vec<Clash> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut clashes: Vec<Clash> = Vec::new();
    for (service, about) in rendered.active() {
        for port in &about.ports {
            for number in port.targets().into_iter().flatten() {
                let variable = variable(service, number, &port.protocol);
                let owner = *owners.entry(variable.clone()).or_insert(service);
                let services = [owner.to_owned(), service.to_owned()];
                if owner != service && clashes.iter().all(|clash| clash.services != services) {
                    clashes.push(Clash { services, variable });
                }
            }
        }
    }
    clashes
}

/// The name of the variable for a port of a service.
fn variable(service: &str, port: u16, protocol: &str) -> String {
    let mut name = format!("{PREFIX}{}_{port}", upper(service));
    if protocol != "tcp" {
        name.push('_');
        name.push_str(&upper(protocol));
    }
    name
}

/// The variables for published ports, by name. Of a service with several containers the first one counts; a port that is
/// not of TCP has its protocol in the name. Those of [`clashes`] are nobody's.
pub fn variables(containers: &[Container], host: &str) -> BTreeMap<String, String> {
    let mut sorted: Vec<&Container> = containers
        .iter()
        .filter(|container| !container.is_oneoff && !container.service.is_empty())
        .collect();
    sorted.sort_by(|a, b| (&a.service, a.number).cmp(&(&b.service, b.number)));
    let mut variables: BTreeMap<String, (&str, Option<String>)> = BTreeMap::new();
    for container in sorted {
        let service = container.service.as_str();
        for published in &container.ports {
            let name = variable(service, published.port, &published.protocol);
            let (owner, address) = variables
                .entry(name)
                .or_insert_with(|| (service, Some(address(published, host))));
            if *owner != service {
                *address = None;
            }
        }
    }
    let known = variables.into_iter();
    known
        .filter_map(|(name, (_, address))| Some((name, address?)))
        .collect()
}

/// Where a published port can be reached, as `host:port`.
pub fn address(published: &Published, host: &str) -> String {
    let ip = match published.host_ip.as_str() {
        // All interfaces, once for each version of the protocol: the first entry counts.
        "" | "0.0.0.0" | "::" => host.to_owned(),
        ip if ip.contains(':') => format!("[{ip}]"),
        ip => ip.to_owned(),
    };
    format!("{ip}:{}", published.host_port)
}

/// A name as a part of a variable's.
fn upper(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::config;
    use crate::compose::inspect::{self, Published};

    #[track_caller]
    fn check_host(engine: Option<&str>, expect: &str) {
        assert_eq!(host(engine), expect);
    }

    #[test]
    fn ports_are_on_the_machine_of_the_engine() {
        check_host(None, "127.0.0.1");
        check_host(Some("unix:///var/run/docker.sock"), "127.0.0.1");
        check_host(Some("tcp://10.0.0.5:2376"), "10.0.0.5");
        check_host(Some("ssh://me@build:22/run/docker.sock"), "build");
        check_host(Some("tcp://[::1]:2375"), "[::1]");
        check_host(Some("tcp://"), "127.0.0.1");
        check_host(Some("docker"), "127.0.0.1");
    }

    #[test]
    fn recorded_ports_are_read_from_both_versions() {
        for json in [
            include_str!("../../tests/fixtures/compose/v1/settled.json"),
            include_str!("../../tests/fixtures/compose/v2/settled.json"),
        ] {
            let containers = inspect::read(json).unwrap();
            let variables = variables(&containers, "127.0.0.1");
            assert_eq!(variables.keys().collect::<Vec<_>>(), ["SDD_SERVICE_OK_8000"]);
            assert!(variables["SDD_SERVICE_OK_8000"].starts_with("127.0.0.1:327"));
        }
    }

    fn some(number: u64, ports: &[(u16, &str, &str, u16)]) -> Container {
        let json = include_str!("../../tests/fixtures/compose/v2/settled.json");
        let mut one = inspect::read(json).unwrap().remove(0);
        one.service = "my-api".to_owned();
        one.number = number;
        one.ports = ports
            .iter()
            .map(|(port, protocol, ip, host_port)| Published {
                port: *port,
                protocol: (*protocol).to_owned(),
                host_ip: (*ip).to_owned(),
                host_port: *host_port,
            })
            .collect();
        one
    }

    #[test]
    fn services_that_would_have_one_variable_are_named() {
        let told = |services: &str| -> Vec<String> {
            let rendered = config::read(&format!("services: {{{services}}}")).unwrap();
            clashes(&rendered).iter().map(ToString::to_string).collect()
        };
        let two = "my-api: {ports: ['8000', '9000']}, my_api: {ports: ['9000', '8000']}";
        assert_eq!(
            told(two),
            [
                "my-api and my_api would have the same variable, SDD_SERVICE_MY_API_9000: tests could not tell which of them \
                 it is of"
            ]
        );
        let none: [&str; 0] = [];
        assert_eq!(
            told("my-api: {ports: ['8000']}, my_api: {ports: ['8001', '8000/udp']}"),
            none
        );
        assert_eq!(told("my-api: {ports: ['8000', '80:8000']}, my_api: {}"), none);
        assert_eq!(
            told("my-api: {ports: ['8000']}, my_api: {ports: ['8000'], scale: 0}"),
            none
        );
        assert_eq!(
            told("a-b: {ports: ['8000-8002']}, a_b: {ports: ['8002']}").len(),
            1
        );
        // Should two get that far, neither gets the address of the other.
        let mut other = some(1, &[(80, "tcp", "", 2)]);
        other.service = "my_api".to_owned();
        let containers = [some(1, &[(80, "tcp", "", 1), (90, "tcp", "", 9)]), other];
        let names: Vec<String> = variables(&containers, "build").into_keys().collect();
        assert_eq!(names, ["SDD_SERVICE_MY_API_90"]);
    }

    #[test]
    fn names_are_made_of_letters_and_the_first_container_counts() {
        let containers = [
            some(2, &[(80, "tcp", "0.0.0.0", 2)]),
            some(
                1,
                &[
                    (80, "tcp", "::", 1),
                    (53, "udp", "127.0.0.1", 5),
                    (90, "tcp", "::1", 9),
                    (91, "tcp", "", 91),
                ],
            ),
        ];
        let variables: Vec<String> = variables(&containers, "build")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            variables,
            [
                "SDD_SERVICE_MY_API_53_UDP=127.0.0.1:5",
                "SDD_SERVICE_MY_API_80=build:1",
                "SDD_SERVICE_MY_API_90=[::1]:9",
                "SDD_SERVICE_MY_API_91=build:91"
            ]
        );
    }
}
