//! A process runs.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};

/// A process runs on this machine. That it does is not yet that it works.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    /// The name of its program, without directories.
    name: String,
    /// How many must run at least.
    #[serde(default = "one")]
    at_least: u32,
}

fn one() -> u32 {
    1
}

impl Settings for Process {
    fn wrong(&self) -> Option<(&'static str, String)> {
        if self.name.is_empty() || self.name.contains('/') {
            return Some((
                "name",
                "expected the name of a program, without directories".to_owned(),
            ));
        }
        (self.at_least == 0).then(|| ("at_least", "expected a number above zero".to_owned()))
    }
}

impl Check for Process {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let name = &self.name;
        let count = match count(name) {
            Ok(count) => count,
            Err(error) => return Seen::error(format!("nobody can tell which processes run: {error}")),
        };
        let seen = match count {
            0 => Seen::failed(format!("no process {name} runs")),
            count if count < self.at_least => Seen::failed(format!(
                "{count} processes {name} run, fewer than {}",
                self.at_least
            )),
            1 => Seen::passed(format!("a process {name} runs")),
            count => Seen::passed(format!("{count} processes {name} run")),
        };
        seen.observed(count.to_string())
    }
}

/// How many processes have a program of this name. Those that end while they are looked at do not count.
fn count(name: &str) -> std::io::Result<u32> {
    let mut count = 0;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let is_process = entry
            .file_name()
            .to_string_lossy()
            .bytes()
            .all(|byte| byte.is_ascii_digit());
        if is_process && std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| is_of(&line, name)) {
            count += 1;
        }
    }
    Ok(count)
}

/// Whether the program of a command line (proc(5), words that end with NUL) has this name.
fn is_of(line: &[u8], name: &str) -> bool {
    let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
    let program = String::from_utf8_lossy(program);
    // Servers that rename themselves write `nginx: master process …`.
    let word = program.split([' ', ':']).next().unwrap_or_default();
    [&*program, word]
        .iter()
        .any(|program| Path::new(program).file_name().is_some_and(|own| own == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_name() {
        assert!(is_of(b"/usr/sbin/nginx\0-g\0", "nginx"));
        assert!(is_of(b"nginx: master process /usr/sbin/nginx\0", "nginx"));
        assert!(!is_of(b"/usr/bin/tail\0nginx\0", "nginx"));
        assert!(!is_of(b"", "nginx"));
    }
}
