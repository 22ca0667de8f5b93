//! Who has a port of this machine, as far as the system tells.

/// The protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP, on which somebody listens.
    Tcp,
    /// UDP.
    Udp,
}

/// A process that has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// Its command in one line, without what looks like a secret in it.
    pub command: String,
}

/// A process that has a port; `None` where nobody can tell: the process is somebody else's, or the system has no such table.
pub fn holder(protocol: Protocol, port: u16) -> Option<Holder> {
    platform::holder(protocol, port)
}

/// Whether the system tells of somebody at a port, at whatever address; `false` too where it has no such table.
pub fn is_known(protocol: Protocol, port: u16) -> bool {
    platform::is_known(protocol, port)
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::{Holder, Protocol};

    pub(super) fn holder(_protocol: Protocol, _port: u16) -> Option<Holder> {
        None
    }

    pub(super) fn is_known(_protocol: Protocol, _port: u16) -> bool {
        false
    }
}

/// By the tables of sockets (`proc_pid_net(5)`), and the open files of each process that may be looked at.
#[cfg(target_os = "linux")]
mod platform {
    use std::fs;
    use std::path::Path;

    use super::{Holder, Protocol};
    use crate::model::text;
    use crate::process::redact::Redactor;

    /// The state of a socket that listens.
    const LISTENS: &str = "0A";
    /// The longest command that is told, in characters.
    const COMMAND_CHARS: usize = 100;

    pub(super) fn is_known(protocol: Protocol, port: u16) -> bool {
        !at(protocol, port).is_empty()
    }

    /// The links of sockets at a port.
    fn at(protocol: Protocol, port: u16) -> Vec<String> {
        let tables = match protocol {
            Protocol::Tcp => ["tcp", "tcp6"],
            Protocol::Udp => ["udp", "udp6"],
        };
        tables
            .iter()
            .filter_map(|table| fs::read_to_string(format!("/proc/net/{table}")).ok())
            .flat_map(|table| sockets(&table, protocol, port))
            .collect()
    }

    pub(super) fn holder(protocol: Protocol, port: u16) -> Option<Holder> {
        let sockets = at(protocol, port);
        if sockets.is_empty() {
            return None;
        }
        let processes = fs::read_dir("/proc").ok()?.flatten();
        processes
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
            .find(|(_, place)| has_one_of(place, &sockets))
            .map(|(pid, place)| Holder {
                pid,
                command: command(&place),
            })
    }

    /// The links of sockets at a port, as a process's open files have them.
    pub(super) fn sockets(table: &str, protocol: Protocol, port: u16) -> Vec<String> {
        let lines = table.lines().skip(1);
        lines
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                let (_, local) = words.nth(1)?.rsplit_once(':')?;
                let state = words.nth(1)?;
                let inode = words.nth(5)?;
                let is_meant = u16::from_str_radix(local, 16) == Ok(port)
                    && (protocol == Protocol::Udp || state == LISTENS);
                is_meant.then(|| format!("socket:[{inode}]"))
            })
            .collect()
    }

    fn has_one_of(process: &Path, sockets: &[String]) -> bool {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        files
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str()))
    }

    fn command(process: &Path) -> String {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        let words: Vec<String> = line.split_terminator('\0').map(str::to_owned).collect();
        let words = Redactor::default().words(&words).join(" ");
        match text::shorten(&text::one_line(words.trim()), COMMAND_CHARS) {
            // One of the kernel has none.
            said if said.is_empty() => fs::read_to_string(process.join("comm"))
                .map_or_else(|_| "a program".to_owned(), |name| text::one_line(name.trim())),
            said => said,
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
        0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n   \
        1: 0100007F:1F90 0100007F:A001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n   \
        2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 4713 1\n";

    #[test]
    fn a_table_tells_the_sockets_of_a_port() {
        let tcp = |port| platform::sockets(TABLE, Protocol::Tcp, port);
        assert_eq!(tcp(8080), ["socket:[4711]"]);
        assert_eq!(tcp(80), ["socket:[4713]"]);
        assert!(tcp(81).is_empty());
        let udp = platform::sockets(TABLE, Protocol::Udp, 8080);
        assert_eq!(udp, ["socket:[4711]", "socket:[4712]"]);
        assert!(platform::sockets("header\nbad line\n", Protocol::Tcp, 1).is_empty());
    }

    #[test]
    fn this_process_has_its_ports() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        for (protocol, port) in [
            (Protocol::Tcp, tcp.local_addr().unwrap().port()),
            (Protocol::Udp, udp.local_addr().unwrap().port()),
        ] {
            let found = holder(protocol, port).unwrap();
            assert_eq!(found.pid, std::process::id());
            assert!(!found.command.is_empty());
            assert!(is_known(protocol, port));
        }
        let port = tcp.local_addr().unwrap().port();
        drop(tcp);
        assert_eq!(holder(Protocol::Tcp, port), None);
        assert!(!is_known(Protocol::Tcp, port));
    }
}
