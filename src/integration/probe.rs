//! Whether a service without a health check of its own answers.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::address::Addresses;
use super::request::{self, RequestError};
use crate::compose::config::Service;
use crate::model::config::ReadinessProbe;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

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

/// The port that a probe asks, where the compose file does not publish it for the service. No answer is ever to be had
/// there, so nobody has to wait for it.
pub fn unreachable(service: &Service, probe: &ReadinessProbe) -> Option<u16> {
    let http = probe.http.as_deref().and_then(ReadinessProbe::parse_http);
    let port = http.map(|(port, _)| port).or(probe.tcp)?;
    let is_published = |target: &str| {
        let (first, last) = target.split_once('-').unwrap_or((target, target));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) => (first..=last).contains(&port),
            // What cannot be read may be that one.
            _ => true,
        }
    };
    (!service.host_network && !service.ports.iter().any(|one| is_published(&one.target))).then_some(port)
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
