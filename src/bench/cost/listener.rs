//! Which process of this machine answers at a port: what a service costs can be measured without being told its number.

use std::collections::BTreeSet;
use std::path::Path;

use super::kernel_file;

/// The state of a socket that waits for connections (`include/net/tcp_states.h`).
const LISTENS: &str = "0A";

/// What listens for a container and hands everything on: what it costs says nothing of the service.
const FORWARDERS: [&str; 6] = [
    "docker-proxy",
    "rootlesskit",
    "rootlessport",
    "slirp4netns",
    "pasta",
    "pasta.avx2",
];

/// The process that listens on a TCP port of this machine: of several that share the socket the one that started the
/// others. `None` when there is none, none that may be looked at, or one that only hands on to a container.
pub fn listener(port: u16) -> Option<i32> {
    let proc = Path::new("/proc");
    let sockets: BTreeSet<String> = ["net/tcp", "net/tcp6"]
        .into_iter()
        .filter_map(|file| kernel_file(&proc.join(file)))
        .flat_map(|table| sockets(&table, port))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let holders: BTreeSet<i32> = std::fs::read_dir(proc)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| holds(*pid, &sockets))
        .collect();
    // A server's workers hold what its first process has opened.
    let first = holders.iter().copied().find(|pid| !has_ancestor(*pid, &holders));
    first.filter(|pid| !forwards(*pid))
}

fn forwards(pid: i32) -> bool {
    kernel_file(Path::new(&format!("/proc/{pid}/comm")))
        .is_some_and(|name| FORWARDERS.contains(&name.trim_end()))
}

/// The inodes of the sockets that listen on a port, from a table as `/proc/net/tcp` is (`proc_pid_net(5)`).
fn sockets(table: &str, port: u16) -> Vec<String> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (_, at) = words.nth(1)?.rsplit_once(':')?;
        let is_it = u16::from_str_radix(at, 16) == Ok(port) && words.nth(1)? == LISTENS;
        is_it
            .then(|| words.nth(5))
            .flatten()
            .map(|inode| format!("socket:[{inode}]"))
    };
    table.lines().skip(1).filter_map(line).collect()
}

fn holds(pid: i32, sockets: &BTreeSet<String>) -> bool {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .any(|link| link.to_str().is_some_and(|link| sockets.contains(link)))
}

fn has_ancestor(pid: i32, among: &BTreeSet<i32>) -> bool {
    let parent = |pid: i32| {
        let stat = kernel_file(Path::new(&format!("/proc/{pid}/stat")))?;
        stat.get(stat.rfind(')')? + 1..)?
            .split_whitespace()
            .nth(1)?
            .parse::<i32>()
            .ok()
    };
    // Processes come and go, so a chain might be read as a circle.
    let mut at = pid;
    for _ in 0..64 {
        match parent(at) {
            Some(up) if up > 1 => at = up,
            _ => return false,
        }
        if among.contains(&at) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_socket_that_listens_is_found_in_the_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0000 100 0 0 10 0
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000 100 0 0 10 0\n";
        assert_eq!(sockets(table, 8080), ["socket:[12345]"]);
        assert_eq!(sockets(table, 22), ["socket:[777]"]);
        assert_eq!(sockets(table, 23), [""; 0]);
        assert_eq!(sockets("", 22), [""; 0]);
    }

    /// Gives this process another name, and gives back the one that it had.
    fn rename(name: &str) -> String {
        let path = "/proc/self/comm";
        let before = std::fs::read_to_string(path).unwrap();
        let mut file = std::fs::File::options().write(true).open(path).unwrap();
        file.write_all(name.trim_end().as_bytes()).unwrap();
        before
    }

    #[test]
    fn a_process_that_listens_is_found_by_its_port() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let own = i32::try_from(std::process::id()).ok();
        assert_eq!(listener(port), own);
        // One that stands before a container is not the service.
        let before = rename("docker-proxy");
        assert_eq!(listener(port), None);
        rename(&before);
        assert_eq!(listener(port), own);
        // At the other end of a connection nobody listens, and as long as it is open nobody else can.
        let caller = TcpStream::connect(("127.0.0.1", port)).unwrap();
        assert_eq!(listener(caller.local_addr().unwrap().port()), None);
    }
}
