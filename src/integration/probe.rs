//! Whether a service without a health check of its own answers: at a port, or by a program in its containers.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use super::address::{Addresses, NotPublished};
use super::request::{self, RequestError};
use crate::compose::ask::{self, CallError};
use crate::compose::config::{Rendered, Service};
use crate::compose::inspect::{Container, Status};
use crate::compose::project::Calls;
use crate::model::config::{ReadinessProbe, join_words};
use crate::model::text;
use crate::process::Runner;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a program in a container may take: the engine has to start it first.
const PROGRAM: Duration = Duration::from_secs(10);
/// So many characters are told of a program, and of what it said last.
const TOLD_CHARS: usize = 300;

/// Asks a service in the way that the settings name; or why it does not answer. A port that is not published answers nobody.
pub fn ask(service: &str, probe: &ReadinessProbe, addresses: &Addresses) -> Result<(), String> {
    let place = |port: u16| {
        let address = addresses.of(service, port);
        address.ok_or_else(|| format!("its port {port} is not published"))
    };
    if let Some((port, path)) = probe.http.as_deref().and_then(ReadinessProbe::parse_http) {
        let address = place(port)?;
        let url = format!("http://{address}{path}")
            .parse()
            .map_err(|error| format!("{path}: {error}"))?;
        return match request::ask("GET", &url, Vec::new(), PATIENCE, 200..400) {
            Ok(_) => Ok(()),
            Err(RequestError::Refused { status, .. }) => {
                Err(format!("the answer of {path} at port {port} is {status}"))
            }
            Err(RequestError::NoAnswer { source, .. }) => Err(format!("{path} at port {port}: {source}")),
            Err(error) => Err(error.to_string()),
        };
    }
    let port = probe.tcp.ok_or("nothing is asked")?;
    let address = place(port)?;
    let mut last = "it has no address".to_owned();
    for place in address.to_socket_addrs().map_err(|error| error.to_string())? {
        match TcpStream::connect_timeout(&place, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => last = error.to_string(),
        }
    }
    Err(format!("port {port}: {last}"))
}

/// Runs programs in containers.
pub struct Inside<'a> {
    /// Starts processes.
    pub runner: &'a dyn Runner,
    /// The directory that they are started in.
    pub cwd: &'a Path,
    /// How the engine is called.
    pub calls: Calls<'a>,
}

impl Inside<'_> {
    /// Runs a program in each container of a service that runs; or why the service does not answer: the program ended with
    /// another exit code than 0 or not in time, or there is no container that runs.
    pub fn ask(&self, service: &str, words: &[String], containers: &[Container]) -> Result<(), String> {
        let mut is_there = false;
        let of_service = |one: &&Container| one.service == service && !one.is_oneoff;
        for container in containers.iter().filter(of_service) {
            // What became of one that does not run is told anyway.
            if container.status != Status::Running {
                return Err(format!("{} does not run", container.name));
            }
            is_there = true;
            let call = self.calls.exec(&container.id, words, PROGRAM);
            ask::ask_well(self.runner, self.cwd, &call).map_err(|error| refused(words, &error))?;
        }
        if is_there {
            Ok(())
        } else {
            Err("it has no container".to_owned())
        }
    }
}

/// Why a program is no answer, in one line.
fn refused(words: &[String], error: &CallError) -> String {
    let program = text::shorten(&text::one_line(&join_words(words)), TOLD_CHARS);
    let (what, said) = match error {
        CallError::Refused { code, said, .. } => (format!("ended with exit code {code}"), said.as_str()),
        CallError::TimedOut { limit, said, .. } => {
            (format!("did not end within {} s", limit.as_secs()), said.as_str())
        }
        error => return error.to_string(),
    };
    match text::shorten(said, TOLD_CHARS) {
        said if said.is_empty() => format!("`{program}` {what}"),
        said => format!("`{program}` {what}: {said}"),
    }
}

/// Why nobody will ever be met at a web address, and what to do, where the compose file tells: a service does not publish the
/// port, or nobody has the name of the host. `is_known` says whether this machine knows a host by its name.
pub fn nobody_at(
    url: &http::Uri,
    rendered: &Rendered,
    is_known: impl FnOnce(&str) -> bool,
) -> Option<(String, String)> {
    let host = url.host()?;
    if let Some((name, service)) = rendered.active().find(|(name, _)| *name == host) {
        let port = super::address::port(url);
        let not = NotPublished {
            service: name.to_owned(),
            port,
        };
        return (!publishes(service, port)).then(|| (not.to_string(), not.hint()));
    }
    // No service has a dot in its name as others call it.
    if host.contains(['.', ':']) || host == "localhost" || is_known(host) {
        return None;
    }
    let there: Vec<&str> = rendered.active().map(|(name, _)| name).collect();
    let host = text::one_line(host);
    Some((
        format!("nobody has the name {host}, and no service of the compose file either"),
        format!("correct the address; there are: {}", there.join(", ")),
    ))
}

/// The port that a probe asks, where the compose file does not publish it for the service. No answer is ever to be had
/// there, so nobody has to wait for it.
pub fn unreachable(service: &Service, probe: &ReadinessProbe) -> Option<u16> {
    let http = probe.http.as_deref().and_then(ReadinessProbe::parse_http);
    let port = http.map(|(port, _)| port).or(probe.tcp)?;
    (!publishes(service, port)).then_some(port)
}

/// Whether a port of a service can be reached from outside of the containers.
fn publishes(service: &Service, port: u16) -> bool {
    let is_published = |target: &str| {
        let (first, last) = target.split_once('-').unwrap_or((target, target));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) => (first..=last).contains(&port),
            // What cannot be read may be that one.
            _ => true,
        }
    };
    service.host_network || service.ports.iter().any(|one| is_published(&one.target))
}

/// Whether this machine knows a host by its name.
pub fn is_known(host: &str) -> bool {
    (host, 0)
        .to_socket_addrs()
        .is_ok_and(|mut places| places.next().is_some())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::compose::flavour::Flavour;
    use crate::compose::project::Project;
    use crate::process::capture::Capture;
    use crate::process::{End, Error, Invocation, Outcome};

    fn http(said: &str) -> ReadinessProbe {
        ReadinessProbe {
            http: Some(said.to_owned()),
            ..ReadinessProbe::default()
        }
    }

    #[test]
    fn a_port_answers_that_takes_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut addresses = Addresses::default();
        addresses.add("db", 5432, listener.local_addr().unwrap().to_string());
        let tcp = |port| ReadinessProbe {
            tcp: Some(port),
            ..ReadinessProbe::default()
        };
        assert_eq!(ask("db", &tcp(5432), &addresses), Ok(()));
        let not_published = Err("its port 5433 is not published".to_owned());
        assert_eq!(ask("db", &tcp(5433), &addresses), not_published);
        assert!(ask("api", &tcp(5432), &addresses).is_err(), "another service");
        drop(listener);
        let nobody = ask("db", &tcp(5432), &addresses).unwrap_err();
        assert!(
            nobody.starts_with("port 5432: ") && nobody.contains("refused"),
            "{nobody}"
        );
    }

    #[test]
    fn a_page_answers_whose_status_is_none_of_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut addresses = Addresses::default();
        addresses.add("api", 8000, listener.local_addr().unwrap().to_string());
        let server = std::thread::spawn(move || {
            for answer in ["200 OK", "302 Found", "503 Service Unavailable"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 512];
                let length = stream.read(&mut request).unwrap();
                assert!(request[..length].starts_with(b"GET /health "));
                write!(
                    stream,
                    "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
                .unwrap();
            }
        });
        let health = || ask("api", &http("8000/health"), &addresses);
        assert_eq!((health(), health()), (Ok(()), Ok(())));
        assert_eq!(health().unwrap_err(), "the answer of /health at port 8000 is 503");
        let nobody = health().unwrap_err();
        assert!(nobody.contains("refused"), "{nobody}");
        server.join().unwrap();
    }

    /// An engine whose programs end with this exit code and say this.
    struct Engine(End, &'static str);

    impl Runner for Engine {
        fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
            let words = invocation.words()[1..].join(" ");
            assert!(words.starts_with("exec -i c1 ready now"), "{words}");
            Ok(Outcome {
                stdout: Capture::of(self.1.as_bytes()),
                ..Outcome::of(self.0)
            })
        }
    }

    /// What a program that ends so says of a container in this state.
    #[track_caller]
    fn check_program(engine: &Engine, state: &str, expect: Result<(), &str>) {
        let text = format!(
            r#"[{{"Id": "c1", "Name": "/p-db-1", "State": {{"Status": "{state}"}},
                "Config": {{"Labels": {{"com.docker.compose.service": "db"}}}}}}]"#
        );
        let containers = crate::compose::inspect::read(&text).unwrap();
        let flavour = Flavour::sample();
        let project = Project {
            name: "p".to_owned(),
            files: Vec::new(),
            env_file: None,
            profiles: Vec::new(),
        };
        let inside = Inside {
            runner: engine,
            cwd: Path::new("/"),
            calls: Calls {
                flavour: &flavour,
                project: &project,
            },
        };
        let words = ["ready", "now"].map(str::to_owned);
        let found = inside.ask("db", &words, &containers);
        assert_eq!(found, expect.map_err(str::to_owned));
        let other = inside.ask("web", &words, &containers);
        assert_eq!(other, Err("it has no container".to_owned()));
    }

    #[test]
    fn a_program_answers_that_ends_well() {
        check_program(&Engine(End::Code(0), "no matter"), "running", Ok(()));
        check_program(
            &Engine(End::Code(2), "db:5432 - no response\n"),
            "running",
            Err("`ready now` ended with exit code 2: db:5432 - no response"),
        );
        check_program(
            &Engine(End::Code(1), ""),
            "running",
            Err("`ready now` ended with exit code 1"),
        );
        check_program(
            &Engine(End::TimedOut, ""),
            "running",
            Err("`ready now` did not end within 10 s"),
        );
        check_program(&Engine(End::Code(0), ""), "exited", Err("p-db-1 does not run"));
    }

    #[track_caller]
    fn check_nobody(url: &str, expect: Option<(&str, &str)>) {
        let file =
            "services: {api: {image: x, ports: ['8000', '80']}, db: {image: y}, old: {image: y, scale: 0}}";
        let rendered = crate::compose::config::read(file).unwrap();
        let found = nobody_at(&url.parse().unwrap(), &rendered, |host| host == "neighbour");
        let found = found.as_ref().map(|(why, hint)| (why.as_str(), hint.as_str()));
        assert_eq!(found, expect, "{url}");
    }

    #[test]
    fn an_address_at_which_nobody_is_is_known_before() {
        for url in [
            "http://api:8000/users",
            "http://api/users",
            "http://localhost:9/",
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://example.org/",
            "http://neighbour/",
        ] {
            check_nobody(url, None);
        }
        let outside = "nothing outside of the containers reaches it";
        let publish = "in the compose file; the engine chooses the port of the machine";
        check_nobody(
            "https://api/users",
            Some((
                &format!("the service api does not publish its port 443: {outside}"),
                &format!("add `ports: [\"443\"]` to api {publish}"),
            )),
        );
        check_nobody(
            "http://db:5432/",
            Some((
                &format!("the service db does not publish its port 5432: {outside}"),
                &format!("add `ports: [\"5432\"]` to db {publish}"),
            )),
        );
        for host in ["apii", "old"] {
            check_nobody(
                &format!("http://{host}:8000/"),
                Some((
                    &format!("nobody has the name {host}, and no service of the compose file either"),
                    "correct the address; there are: api, db",
                )),
            );
        }
    }

    #[test]
    fn a_port_that_the_file_does_not_publish_is_known_before() {
        let service = |ports: &str| {
            let text = format!("services: {{db: {{image: x, ports: [{ports}]}}}}");
            let mut rendered = crate::compose::config::read(&text).unwrap();
            rendered.services.remove("db").unwrap()
        };
        let tcp = ReadinessProbe {
            tcp: Some(5433),
            ..ReadinessProbe::default()
        };
        assert_eq!(unreachable(&service("'5432'"), &tcp), Some(5433));
        assert_eq!(unreachable(&service(""), &http("80/x")), Some(80));
        for published in [
            "'5433'",
            "'127.0.0.1::5433'",
            "'5430-5440'",
            "{target: 5433, published: '1'}",
        ] {
            assert_eq!(unreachable(&service(published), &tcp), None, "{published}");
        }
        let on_the_host = Service {
            host_network: true,
            ..service("")
        };
        assert_eq!(unreachable(&on_the_host, &tcp), None);
    }
}
