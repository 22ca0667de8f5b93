//! The registry on the loopback, as a process that ends with the test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::support::test_tools;

/// `tests/npm/registry.py`, running.
pub struct Registry {
    process: Child,
    port: u16,
}

impl Registry {
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm/registry.py");
        let python = test_tools().join("venv/bin/python");
        #[expect(clippy::disallowed_methods, reason = "the registry is no tool of sdd's")]
        let mut process = std::process::Command::new(python)
            .arg("-B")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, port }
    }

    /// What to configure as the registry.
    pub fn url(&self, mode: &str) -> String {
        format!("http://127.0.0.1:{}/{mode}/", self.port)
    }

    /// What to configure as the proxy of Yarn 1.
    pub fn proxy(&self, mode: &str) -> String {
        format!("http://{mode}:x@127.0.0.1:{}", self.port)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It also ends by itself when its standard input does.
        let _has_ended = self.process.kill();
        let _status = self.process.wait();
    }
}
