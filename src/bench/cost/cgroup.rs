//! What a control group used, of both layouts: version 2 (`cpu.stat`, `memory.current`, `io.stat`) and version 1 (`cpuacct`,
//! `memory`, `blkio`), as the kernel documents them (<https://docs.kernel.org/admin-guide/cgroup-v2.html>, `cgroup-v1/`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::process::number_after;
use super::{Counter, Reading, kernel_file};

/// Where a control group's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cgroup {
    /// One directory for all.
    V2(PathBuf),
    /// One directory for each controller; those that are not mounted are missing.
    V1 {
        cpu: Option<PathBuf>,
        cpuacct: Option<PathBuf>,
        memory: Option<PathBuf>,
        blkio: Option<PathBuf>,
    },
}

impl Cgroup {
    /// The group that a process is in. `None` when it is the one of the whole machine: that tells nothing of a service.
    pub(super) fn of(pid: i32) -> Option<Self> {
        let text = kernel_file(Path::new(&format!("/proc/{pid}/cgroup")))?;
        Self::parse(&text, Path::new("/sys/fs/cgroup"))
    }

    /// Reads `/proc/PID/cgroup` (`cgroups(7)`): lines of `number:controllers:path`.
    fn parse(text: &str, mounts: &Path) -> Option<Self> {
        let lines = || {
            text.lines().filter_map(|line| {
                let mut parts = line.splitn(3, ':');
                parts.next()?;
                Some((parts.next()?, parts.next()?.trim_start_matches('/')))
            })
        };
        let own = |path: &str| !path.is_empty() && !path.split('/').any(|part| part == "..");
        let unified = lines().find(|(controllers, path)| controllers.is_empty() && own(path));
        if let Some((_, path)) = unified {
            let dirs = [mounts.join(path), mounts.join("unified").join(path)];
            if let Some(dir) = dirs
                .into_iter()
                .find(|dir| dir.join("cpu.stat").exists() && dir.join("memory.current").exists())
            {
                return Some(Self::V2(dir));
            }
        }
        let controller = |name: &str| {
            let (controllers, path) = lines()
                .find(|(controllers, path)| controllers.split(',').any(|one| one == name) && own(path))?;
            [controllers, name]
                .into_iter()
                .map(|mount| mounts.join(mount).join(path))
                .find(|dir| dir.is_dir())
        };
        let (cpuacct, memory) = (controller("cpuacct"), controller("memory"));
        (cpuacct.is_some() || memory.is_some()).then(|| Self::V1 {
            cpu: controller("cpu"),
            cpuacct,
            memory,
            blkio: controller("blkio"),
        })
    }
}

impl Counter for Cgroup {
    fn read(&self) -> Option<Reading> {
        match self {
            Self::V2(dir) => v2(dir),
            Self::V1 {
                cpu,
                cpuacct,
                memory,
                blkio,
            } => v1(
                cpu.as_deref(),
                cpuacct.as_deref(),
                memory.as_deref(),
                blkio.as_deref(),
            ),
        }
    }
}

fn v2(dir: &Path) -> Option<Reading> {
    let cpu = kernel_file(&dir.join("cpu.stat"))?;
    let io = kernel_file(&dir.join("io.stat"));
    let memory = kernel_file(&dir.join("memory.current")).and_then(|text| text.trim().parse().ok());
    let reclaimable =
        kernel_file(&dir.join("memory.stat")).and_then(|text| number_after(&text, "inactive_file "));
    Some(Reading {
        cpu: number_after(&cpu, "usage_usec ").map(Duration::from_micros),
        memory: memory.map(|memory: u64| memory.saturating_sub(reclaimable.unwrap_or(0))),
        disk_read: io.as_deref().map(|io| summed(io, "rbytes=")),
        disk_written: io.as_deref().map(|io| summed(io, "wbytes=")),
        throttled: number_after(&cpu, "throttled_usec ").map(Duration::from_micros),
    })
}

fn v1(
    cpu: Option<&Path>,
    cpuacct: Option<&Path>,
    memory: Option<&Path>,
    blkio: Option<&Path>,
) -> Option<Reading> {
    let file = |dir: Option<&Path>, name: &str| kernel_file(&dir?.join(name));
    let number = |dir: Option<&Path>, name: &str| file(dir, name)?.trim().parse::<u64>().ok();
    let used = number(memory, "memory.usage_in_bytes");
    let reclaimable =
        file(memory, "memory.stat").and_then(|text| number_after(&text, "total_inactive_file "));
    let io = file(blkio, "blkio.throttle.io_service_bytes");
    let operation = |name: &str| {
        let lines = io.as_deref()?.lines();
        let values = lines.filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            (words.next()? == name).then(|| words.next()?.parse::<u64>().ok())?
        });
        Some(values.sum())
    };
    let read = Reading {
        cpu: number(cpuacct, "cpuacct.usage").map(Duration::from_nanos),
        memory: used.map(|used| used.saturating_sub(reclaimable.unwrap_or(0))),
        disk_read: operation("Read"),
        disk_written: operation("Write"),
        throttled: file(cpu, "cpu.stat")
            .and_then(|text| number_after(&text, "throttled_time "))
            .map(Duration::from_nanos),
    };
    (read.cpu.is_some() || read.memory.is_some()).then_some(read)
}

/// The sum of all `NAME=NUMBER` in a text.
fn summed(text: &str, name: &str) -> u64 {
    let words = text.split_whitespace().filter_map(|word| word.strip_prefix(name));
    words.filter_map(|number| number.parse::<u64>().ok()).sum()
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test writes what a kernel would show, which nobody reads at the same time"
)]
mod tests {
    use std::fs;

    use super::*;

    fn files(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn the_second_version_is_read() {
        let dir = tempfile::tempdir().unwrap();
        files(
            dir.path(),
            &[
                (
                    "system.slice/docker-ab.scope/cpu.stat",
                    "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 3\nnr_throttled 1\nthrottled_usec 2500\n",
                ),
                ("system.slice/docker-ab.scope/memory.current", "10000\n"),
                (
                    "system.slice/docker-ab.scope/memory.stat",
                    "anon 5000\ninactive_file 3000\n",
                ),
                (
                    "system.slice/docker-ab.scope/io.stat",
                    "8:0 rbytes=100 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n",
                ),
            ],
        );
        let group = Cgroup::parse("0::/system.slice/docker-ab.scope\n", dir.path()).unwrap();
        assert_eq!(
            group.read(),
            Some(Reading {
                cpu: Some(Duration::from_millis(1500)),
                memory: Some(7000),
                disk_read: Some(101),
                disk_written: Some(22),
                throttled: Some(Duration::from_micros(2500)),
            })
        );
    }

    #[test]
    fn the_first_version_is_read() {
        let dir = tempfile::tempdir().unwrap();
        files(
            dir.path(),
            &[
                ("cpu,cpuacct/docker/ab/cpuacct.usage", "1500000000\n"),
                (
                    "cpu,cpuacct/docker/ab/cpu.stat",
                    "nr_periods 0\nnr_throttled 0\nthrottled_time 4000\n",
                ),
                ("memory/docker/ab/memory.usage_in_bytes", "10000\n"),
                (
                    "memory/docker/ab/memory.stat",
                    "inactive_file 1\ntotal_inactive_file 4000\n",
                ),
                (
                    "blkio/docker/ab/blkio.throttle.io_service_bytes",
                    "8:0 Read 100\n8:0 Write 20\n8:0 Total 120\n8:16 Read 1\nTotal 121\n",
                ),
            ],
        );
        let text = "12:memory:/docker/ab\n5:cpu,cpuacct:/docker/ab\n4:blkio:/docker/ab\n1:name=systemd:/docker/ab\n0::/\n";
        let group = Cgroup::parse(text, dir.path()).unwrap();
        assert_eq!(
            group.read(),
            Some(Reading {
                cpu: Some(Duration::from_millis(1500)),
                memory: Some(6000),
                disk_read: Some(101),
                disk_written: Some(20),
                throttled: Some(Duration::from_micros(4)),
            })
        );
    }

    #[test]
    fn the_group_of_the_whole_machine_tells_nothing_of_a_service() {
        let dir = tempfile::tempdir().unwrap();
        files(
            dir.path(),
            &[("cpu.stat", "usage_usec 1\n"), ("memory.current", "1\n")],
        );
        assert_eq!(Cgroup::parse("0::/\n", dir.path()), None);
        // What lies outside of the namespace is shown with dots, and leads nowhere here.
        assert_eq!(Cgroup::parse("0::/../other\n", dir.path()), None);
        assert_eq!(Cgroup::parse("", dir.path()), None);
    }
}
