//! Which processes carry a marker: in their command line, their environment, or as their directory.

use std::path::Path;

/// A process that carries a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub command: String,
}

/// The living processes that carry a marker, this one left out. Zombies carry nothing.
pub fn processes_with(marker: &str) -> Vec<Process> {
    assert!(marker.len() >= 8, "a marker must be unmistakable: {marker:?}");
    let own = i32::try_from(std::process::id()).unwrap();
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<i32>().ok()?, entry.path())))
        .filter(|(pid, dir)| *pid != own && carries(dir, marker))
        .map(|(pid, dir)| Process {
            pid,
            command: command_line(&dir),
        })
        .collect()
}

fn carries(dir: &Path, marker: &str) -> bool {
    let in_file = |name: &str| {
        std::fs::read(dir.join(name)).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(marker))
    };
    in_file("cmdline")
        || in_file("environ")
        || std::fs::read_link(dir.join("cwd")).is_ok_and(|cwd| cwd.to_string_lossy().contains(marker))
}

fn command_line(dir: &Path) -> String {
    let bytes = std::fs::read(dir.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes)
        .replace('\0', " ")
        .trim_end()
        .to_owned()
}

/// Ends every process that carries a marker, for tests that went wrong.
pub(super) fn end_all(marker: &str) {
    for _ in 0..10 {
        let left = processes_with(marker);
        if left.is_empty() {
            return;
        }
        for process in left {
            if let Some(pid) = rustix::process::Pid::from_raw(process.pid) {
                let _gone_already = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
