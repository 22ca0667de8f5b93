//! What the tests of engines that are programs share: small servers on the loopback, and a runner for one test.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use http::Method;

use crate::bench::load::{Connection, Endpoint, Load, Pace, Stretch, Target, Trust};
use crate::process::environment::Environment;
use crate::process::redact::Redactor;
use crate::process::{Cancel, System};

/// How a server treats who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Answers with this status.
    Status(u16),
    /// Never answers.
    Hung,
    /// Hangs up.
    Reset,
    /// Answers after this many milliseconds.
    Slow(u64),
}

pub(super) struct Server {
    pub(super) port: u16,
    answered: Arc<AtomicU64>,
    first: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    pub(super) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            answered: Arc::default(),
            first: Arc::default(),
        };
        let (answered, first) = (Arc::clone(&server.answered), Arc::clone(&server.first));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answered, first) = (Arc::clone(&answered), Arc::clone(&first));
                thread::spawn(move || serve(&stream, manner, &answered, &first));
            }
        });
        server
    }

    /// How many requests it has answered.
    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::SeqCst)
    }

    /// The first request, as it came.
    pub(super) fn first(&self) -> Vec<u8> {
        self.first.lock().unwrap().clone()
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/a%20b?c=%22", self.port)
    }
}

/// Requests come whole: they are small, and this is the loopback.
fn serve(mut stream: &TcpStream, manner: Manner, answered: &AtomicU64, first: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 4096];
    stream.set_nodelay(true).unwrap();
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        let mut first = first.lock().unwrap();
        if first.is_empty() {
            first.extend_from_slice(&bytes[..count]);
        }
        drop(first);
        let status = match manner {
            Manner::Hung => continue,
            Manner::Reset => return,
            Manner::Status(status) => status,
            Manner::Slow(millis) => {
                thread::sleep(Duration::from_millis(millis));
                200
            }
        };
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
        answered.fetch_add(1, Ordering::SeqCst);
    }
}

pub(super) struct Bench {
    pub(super) runner: System,
    pub(super) cancel: Cancel,
    pub(super) scratch: tempfile::TempDir,
}

impl Bench {
    pub(super) fn new() -> Self {
        let cancel = Cancel::new();
        let env = Environment::of_process().for_tools(&[], "bench");
        Self {
            runner: System::new(env, "bench", cancel.clone(), Arc::new(Redactor::default())),
            cancel,
            scratch: tempfile::tempdir().unwrap(),
        }
    }

    /// The processes that have something to do with this bench's directory.
    pub(super) fn processes(&self) -> Vec<String> {
        let scratch = self.scratch.path().to_string_lossy().into_owned();
        let line = |entry: std::fs::DirEntry| std::fs::read(entry.path().join("cmdline")).ok();
        std::fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(line)
            .map(|line| String::from_utf8_lossy(&line).into_owned())
            .filter(|line| line.contains(&scratch))
            .collect()
    }

    /// A program of that name which does what a shell script says.
    pub(super) fn fake(&self, name: &str, script: &str) -> PathBuf {
        let path = self.scratch.path().join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(format!("#!/bin/sh\n{script}\n").as_bytes())
            .unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o700))
            .unwrap();
        path
    }
}

pub(super) fn load(connections: u32, threads: u32) -> Load {
    Load {
        connections,
        threads,
        pace: Pace::Closed,
        timeout: Duration::from_secs(5),
    }
}

pub(super) fn target(url: &str) -> Target {
    Target {
        endpoints: vec![Endpoint {
            url: url.parse().unwrap(),
            method: Method::GET,
            headers: Vec::new(),
            body: Vec::new(),
            weight: 1,
        }],
        trust: Trust::System,
        connection: Connection::Kept,
    }
}

pub(super) fn second() -> Stretch {
    Stretch::steady(Duration::from_secs(1))
}
