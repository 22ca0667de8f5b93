//! Names, addresses and connections.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};

use super::super::check::{Limit, Seen};

/// A host and a port as they are written: `db:5432`, `[::1]:80`.
pub(super) fn host_and_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let fits = match bare {
        Some(inner) => inner.contains(':'),
        // `::1` without brackets: which part is the port?
        None => !host.contains(':'),
    };
    let host = bare.unwrap_or(host);
    let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
    (fits && !host.is_empty() && !host.contains(char::is_whitespace)).then_some((host, port))
}

/// The addresses of a name, IPv6 first. The system's resolver knows no time-out: whoever calls waits on a thread that
/// can be left behind.
pub(super) fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, Seen> {
    let found = (host, port).to_socket_addrs().map_err(|error| {
        Seen::failed(format!("the name {host} has no address: {}", cause(&error)))
            .remedy(format!("look the name up: getent hosts {host}"))
    })?;
    let mut found: Vec<SocketAddr> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv4);
    found.dedup();
    if found.is_empty() {
        return Err(Seen::failed(format!("the name {host} has no address")));
    }
    Ok(found)
}

/// Connects to the first address that takes it; each gets a fair part of the time.
pub(super) fn connect(host: &str, port: u16, limit: Limit) -> Result<TcpStream, Seen> {
    let found = addresses(host, port)?;
    let mut refused = None;
    for (index, address) in found.iter().enumerate() {
        let others = u32::try_from(found.len() - index).unwrap_or(1);
        match TcpStream::connect_timeout(address, limit.left() / others) {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = Some((address, error)),
        }
    }
    let why = refused.map_or_else(String::new, |(address, error)| {
        format!("{address}: {}", cause(&error))
    });
    Err(Seen::failed(format!("no connection to {host}:{port}: {why}"))
        .remedy("is the service up, and does a firewall let this machine through?"))
}

/// The cause of a failure in words that do not change from system to system.
pub(super) fn cause(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "no answer in time".to_owned(),
        ErrorKind::ConnectionReset => "connection reset".to_owned(),
        ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        _ => error
            .to_string()
            .trim_start_matches("failed to lookup address information: ")
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port() {
        assert_eq!(host_and_port("db:5432"), Some(("db", 5432)));
        assert_eq!(host_and_port("[::1]:80"), Some(("::1", 80)));
        for wrong in [
            "db", "db:", ":80", "db:0", "db:70000", "::1:80", "a b:80", "[db]:80",
        ] {
            assert_eq!(host_and_port(wrong), None, "{wrong}");
        }
    }
}
