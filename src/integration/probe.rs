//! Whether a service without a health check of its own answers.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::address::Addresses;
use super::request;
use crate::model::config::ReadinessProbe;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a service in the way that the settings name. A port that is not published answers nobody.
pub fn answers(service: &str, probe: &ReadinessProbe, addresses: &Addresses) -> bool {
    if let Some((port, path)) = probe.http.as_deref().and_then(ReadinessProbe::parse_http) {
        let Some(address) = addresses.of(service, port) else {
            return false;
        };
        let Ok(url) = format!("http://{address}{path}").parse() else {
            return false;
        };
        return request::ask("GET", &url, Vec::new(), PATIENCE, 200..400).is_ok();
    }
    let Some(address) = probe.tcp.and_then(|port| addresses.of(service, port)) else {
        return false;
    };
    let Ok(mut places) = address.to_socket_addrs() else {
        return false;
    };
    places.any(|place| TcpStream::connect_timeout(&place, PATIENCE).is_ok())
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
        assert!(answers("db", &tcp(5432), &addresses));
        assert!(!answers("db", &tcp(5433), &addresses), "not published");
        assert!(!answers("api", &tcp(5432), &addresses), "another service");
        drop(listener);
        assert!(!answers("db", &tcp(5432), &addresses), "nobody listens");
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
        assert!(answers("api", &http("8000/health"), &addresses));
        assert!(answers("api", &http("8000/health"), &addresses));
        assert!(!answers("api", &http("8000/health"), &addresses));
        assert!(
            !answers("api", &http("8000/health"), &addresses),
            "nobody listens any more"
        );
        server.join().unwrap();
    }
}
