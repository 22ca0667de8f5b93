//! What a plain process used, with all that it has started: `/proc/PID/stat`, `status` and `io`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Counter, Reading, kernel_file};

/// The kernel counts processor time for `/proc` in hundredths of a second, whatever its own clock (`proc_pid_stat(5)`,
/// `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// A process and its descendants.
#[derive(Clone, Debug)]
pub struct Processes {
    proc: PathBuf,
    pid: i32,
    started: u64,
}

impl Processes {
    /// The process of this number; `None` when there is none that can be looked at.
    pub fn of(pid: i32) -> Option<Self> {
        Self::below(Path::new("/proc"), pid)
    }

    fn below(proc: &Path, pid: i32) -> Option<Self> {
        let started = Stat::read(proc, pid)?.started;
        Some(Self {
            proc: proc.to_owned(),
            pid,
            started,
        })
    }

    /// The numbers of the process and its descendants.
    pub fn pids(&self) -> Vec<i32> {
        self.stats()
            .map_or_else(Vec::new, |stats| stats.iter().map(|stat| stat.pid).collect())
    }

    /// The process first, then those below it; `None` once it has ended.
    fn stats(&self) -> Option<Vec<Stat>> {
        // A number is given again; with the time of its start it is one process for ever.
        let own = Stat::read(&self.proc, self.pid).filter(|own| own.started == self.started)?;
        let mut children: BTreeMap<i32, Vec<Stat>> = BTreeMap::new();
        for entry in std::fs::read_dir(&self.proc).ok()?.flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some(stat) = pid.and_then(|pid| Stat::read(&self.proc, pid)) {
                children.entry(stat.parent).or_default().push(stat);
            }
        }
        let mut all = vec![own];
        let mut at = 0;
        while let Some(parent) = all.get(at).map(|stat| stat.pid) {
            all.extend(children.remove(&parent).unwrap_or_default());
            at += 1;
        }
        Some(all)
    }
}

impl Counter for Processes {
    fn read(&self) -> Option<Reading> {
        let stats = self.stats()?;
        let ticks: u64 = stats.iter().map(|stat| stat.ticks).sum();
        let each = |read: &dyn Fn(i32) -> Option<u64>| {
            // One that ended since it was listed used nothing more.
            let alive = stats
                .iter()
                .filter(|stat| self.proc.join(stat.pid.to_string()).exists());
            alive.map(|stat| read(stat.pid)).sum::<Option<u64>>()
        };
        let field = |pid: i32, file: &str, name: &str| {
            let text = kernel_file(&self.proc.join(pid.to_string()).join(file))?;
            number_after(&text, name)
        };
        Some(Reading {
            cpu: Some(TICK * u32::try_from(ticks).unwrap_or(u32::MAX)),
            memory: each(&|pid| Some(field(pid, "status", "VmRSS:")? * 1024)),
            disk_read: each(&|pid| field(pid, "io", "read_bytes:")),
            disk_written: each(&|pid| field(pid, "io", "write_bytes:")),
            throttled: None,
        })
    }
}

/// The number in the line that begins with `name`.
pub(super) fn number_after(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// What is needed of `/proc/PID/stat`.
struct Stat {
    pid: i32,
    parent: i32,
    /// Processor time of it and of its children that it has waited for.
    ticks: u64,
    /// In clock ticks since boot.
    started: u64,
}

impl Stat {
    fn read(proc: &Path, pid: i32) -> Option<Self> {
        Self::parse(&kernel_file(&proc.join(pid.to_string()).join("stat"))?)
    }

    /// Reads a line of `proc_pid_stat(5)`. The name in brackets may hold anything, brackets too.
    fn parse(line: &str) -> Option<Self> {
        let pid = line.split(' ').next()?.parse().ok()?;
        let fields: Vec<&str> = line.get(line.rfind(')')? + 1..)?.split_whitespace().collect();
        // The field after the name is the third.
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            ticks: number(14)? + number(15)? + number(16)? + number(17)?,
            started: number(22)?,
        })
    }
}

/// Processor time that this process, and every child of it that has ended, has used.
pub fn own_cpu() -> Option<Duration> {
    let stat = Stat::parse(&kernel_file(Path::new("/proc/self/stat"))?)?;
    Some(TICK * u32::try_from(stat.ticks).unwrap_or(u32::MAX))
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test writes what a kernel would show, which nobody reads at the same time"
)]
mod tests {
    use std::fs;

    use super::*;

    /// Makes a directory as `/proc` is, with processes of (number, parent, ticks, start).
    fn proc(processes: &[(i32, i32, u64, u64)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (pid, parent, ticks, started) in processes {
            let own = dir.path().join(pid.to_string());
            fs::create_dir(&own).unwrap();
            let stat = format!(
                "{pid} (a (b) c) S {parent} 1 1 0 -1 4194560 10 0 0 0 {ticks} 1 2 3 20 0 1 0 {started} 8192 100 0\n"
            );
            fs::write(own.join("stat"), stat).unwrap();
            fs::write(
                own.join("status"),
                "Name:\ta\nVmHWM:\t 900 kB\nVmRSS:\t    100 kB\n",
            )
            .unwrap();
            fs::write(own.join("io"), "rchar: 1\nread_bytes: 4096\nwrite_bytes: 512\n").unwrap();
        }
        dir
    }

    #[test]
    fn a_process_counts_with_all_that_it_has_started() {
        let dir = proc(&[(10, 1, 100, 5), (11, 10, 20, 6), (12, 11, 3, 7), (13, 1, 5000, 8)]);
        let seen = Processes::below(dir.path(), 10).unwrap().read().unwrap();
        assert_eq!(
            seen,
            Reading {
                // 6 ticks of each are those of the kernel and of ended children.
                cpu: Some(Duration::from_millis(10 * (123 + 3 * 6))),
                memory: Some(3 * 102_400),
                disk_read: Some(3 * 4096),
                disk_written: Some(3 * 512),
                throttled: None,
            }
        );
    }

    #[test]
    fn what_may_not_be_read_is_not_measured() {
        let dir = proc(&[(10, 1, 100, 5)]);
        fs::remove_file(dir.path().join("10/io")).unwrap();
        let seen = Processes::below(dir.path(), 10).unwrap().read().unwrap();
        assert_eq!((seen.disk_read, seen.disk_written), (None, None));
        assert!(seen.cpu.is_some() && seen.memory.is_some());
    }

    #[test]
    fn another_process_of_the_same_number_is_not_taken_for_it() {
        let dir = proc(&[(10, 1, 100, 5)]);
        let process = Processes::below(dir.path(), 10).unwrap();
        fs::remove_dir_all(dir.path().join("10")).unwrap();
        assert_eq!(process.read(), None);
        let line = "10 (new) S 1 1 1 0 -1 0 10 0 0 0 1 1 2 3 20 0 1 0 999 8192 100 0\n";
        fs::create_dir(dir.path().join("10")).unwrap();
        fs::write(dir.path().join("10/stat"), line).unwrap();
        assert_eq!(process.read(), None);
        assert!(Processes::below(dir.path(), 11).is_none());
    }

    #[test]
    fn a_real_process_uses_what_it_uses() {
        let own = Processes::of(i32::try_from(std::process::id()).unwrap()).unwrap();
        let before = own.read().unwrap();
        let mut sum = 0_u64;
        // However little of a processor there is, it comes to a tick in the end.
        let after = loop {
            for _ in 0..1_000_000 {
                sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(1));
            }
            let after = own.read().unwrap();
            if after.cpu > before.cpu {
                break after;
            }
        };
        assert!(after.memory > Some(100_000));
        assert!(own_cpu().is_some());
    }
}
