//! What Linux says about processes.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, getpid, kill_process, pidfd_open, pidfd_send_signal};

use super::environment::RUN_ID;

/// One process, as `/proc/PID/stat` shows it (`proc_pid_stat(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) parent: i32,
    pub(super) group: i32,
    pub(super) session: i32,
    /// In clock ticks since boot. With the pid it names a process for ever.
    pub(super) started: u64,
    state: u8,
    threads: u32,
}

impl Process {
    /// A process by its number, if there is one.
    pub(super) fn read(pid: i32) -> Option<Self> {
        read_stat(Path::new(&format!("/proc/{pid}/stat")))
    }

    /// This process. `None` without a `/proc` that counts processes as this process does.
    pub(super) fn own() -> Option<Self> {
        let own = read_stat(Path::new("/proc/self/stat"))?;
        (own.pid == getpid().as_raw_pid()).then_some(own)
    }

    /// The session that sdd is in, as `/proc` shows it: 0 when its leader is outside of this PID namespace, as is usual
    /// in a container. (`getsid` of rustix takes 0 for impossible.)
    pub(super) fn own_session() -> i32 {
        Self::own().map_or(0, |own| own.session)
    }

    /// Every process that can be seen. Empty without a `/proc`, or with that of another PID namespace, whose numbers
    /// would name the wrong processes.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::own()
            .and_then(|_| fs::read_dir("/proc").ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(Self::read)
    }

    /// A living one that was never started, for tests.
    #[cfg(test)]
    pub(super) fn alive(pid: i32, parent: i32, group: i32, session: i32, started: u64) -> Self {
        Self {
            pid,
            parent,
            group,
            session,
            started,
            state: b'S',
            threads: 1,
        }
    }

    /// Whether it is dead and only waits for its parent to notice. A dead first thread with others alive is not.
    pub(super) fn is_dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x') && self.threads <= 1
    }

    /// Whether its environment, as it was when its program started, fits.
    pub(super) fn has_variable(&self, fits: impl Fn(&[u8]) -> bool) -> bool {
        self.environment()
            .is_some_and(|environ| environ.split(|byte| *byte == 0).any(fits))
    }

    /// Its environment as it was when its program started: variables with a zero byte after each. `None` when it
    /// may not be read.
    pub(super) fn environment(&self) -> Option<Vec<u8>> {
        let mut file = File::open(format!("/proc/{}/environ", self.pid)).ok()?;
        // The size that the file has is 0, and growing from there costs a call for each step.
        let mut environ = Vec::with_capacity(ENVIRON_BYTES);
        file.read_to_end(&mut environ).ok()?;
        Some(environ)
    }

    /// Whether this is its name, or that of the file that it runs. The name is cut off after 15 bytes, and a program that
    /// starts itself again through `/proc` is called `exe`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let own = fs::read_to_string(format!("/proc/{}/comm", self.pid));
        if own.is_ok_and(|own| own.trim_end() == name) {
            return true;
        }
        let file = fs::read_link(format!("/proc/{}/exe", self.pid));
        file.is_ok_and(|file| file.file_name().is_some_and(|file| file == name))
    }

    /// Sends a signal to this process, and never to another that got its number since.
    pub(super) fn signal(&self, signal: Signal) {
        let Some(pid) = Pid::from_raw(self.pid) else {
            return;
        };
        let handle = pidfd_open(pid, PidfdFlags::empty());
        if Self::read(self.pid).is_none_or(|now| now.started != self.started) {
            return;
        }
        // A failure means that it is gone, or that it belongs to somebody else.
        let _ = match handle {
            Ok(handle) => pidfd_send_signal(handle, signal),
            Err(_) => kill_process(pid, signal),
        };
    }
}

/// What most environments fit in.
const ENVIRON_BYTES: usize = 16 * 1024;

/// A line of `/proc/PID/stat` has 52 numbers and a name of at most 64 bytes.
const STAT_BYTES: usize = 2 * 1024;

/// Reads it with one call: it is made for that, and walks through `/proc` read hundreds.
fn read_stat(path: &Path) -> Option<Process> {
    let mut line = [0; STAT_BYTES];
    let count = File::open(path).ok()?.read(&mut line).ok()?;
    parse(line.get(..count)?)
}

/// The processor time of a process that is not reaped yet, with that of its threads, dead ones included, and of the
/// children that it has waited for.
pub(super) fn cpu_time(pid: i32) -> Option<Duration> {
    let mut line = [0; STAT_BYTES];
    let count = File::open(format!("/proc/{pid}/stat"))
        .ok()?
        .read(&mut line)
        .ok()?;
    let ticks = cpu_ticks(line.get(..count)?)?;
    let micros = ticks.checked_mul(1_000_000)?;
    Some(Duration::from_micros(
        micros.checked_div(rustix::param::clock_ticks_per_second())?,
    ))
}

/// The four counts after the name that are processor time: of the process in user mode and in the kernel, and of its
/// children.
fn cpu_ticks(stat: &[u8]) -> Option<u64> {
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(&stat[name_end + 1..]).ok()?;
    let ticks: Vec<u64> = rest
        .split_ascii_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse().ok())
        .collect();
    (ticks.len() == 4).then(|| ticks.iter().sum())
}

/// The numbers of this process's children, by the list that the kernel keeps for each thread (`proc_pid_task(5)`).
/// `None` when it keeps none. Complete as long as no child is reaped meanwhile.
pub(super) fn own_children() -> Option<Vec<i32>> {
    Process::own()?;
    let mut threads: Vec<PathBuf> = fs::read_dir("/proc/self/task")
        .ok()?
        .flatten()
        .map(|thread| thread.path())
        .collect();
    // The children of a thread that ends are handed to the first one, which stands first: it is read last.
    threads.reverse();
    let mut pids = Vec::new();
    let mut kept = false;
    for thread in threads {
        if let Ok(list) = fs::read_to_string(thread.join("children")) {
            kept = true;
            pids.extend(numbers(&list));
        }
    }
    kept.then_some(pids)
}

fn numbers(list: &str) -> impl Iterator<Item = i32> {
    list.split_ascii_whitespace()
        .filter_map(|number| number.parse().ok())
}

/// What a tag looks like in an environment.
pub(super) fn tag_variable(tag: &str) -> Vec<u8> {
    format!("{RUN_ID}={tag}").into_bytes()
}

/// Whether a variable is this tag, or that of a run inside the tagged one.
pub(super) fn is_tag(variable: &[u8], tag: &[u8]) -> bool {
    variable
        .strip_prefix(tag)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Signals that this process was told to ignore, as a bit set (bit 0 is signal 1).
pub(super) fn ignored_signals() -> u64 {
    fs::read_to_string(PathBuf::from("/proc/self/status"))
        .ok()
        .and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
            u64::from_str_radix(line.trim(), 16).ok()
        })
        .unwrap_or(0)
}

/// Whether a stopped sdd would be continued: somebody of its session, but of another group, watches over its group
/// (it is not "orphaned", as POSIX calls that).
pub(super) fn has_job_control() -> bool {
    let everybody: Vec<Process> = Process::all().collect();
    let Some(me) = Process::read(getpid().as_raw_pid()) else {
        return false;
    };
    let watches = |process: &Process| process.session == me.session && process.group != me.group;
    everybody
        .iter()
        .filter(|member| member.group == me.group)
        .any(|member| {
            everybody
                .iter()
                .any(|process| process.pid == member.parent && watches(process))
        })
}

fn parse(stat: &[u8]) -> Option<Process> {
    // The name stands in parentheses and may hold anything, parentheses and line ends included.
    let open = stat.iter().position(|byte| *byte == b'(')?;
    let close = stat.iter().rposition(|byte| *byte == b')')?;
    let pid = std::str::from_utf8(&stat[..open]).ok()?.trim().parse().ok()?;
    let rest = std::str::from_utf8(&stat[close + 1..]).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().take(20).collect();
    let number = |index: usize| fields.get(index)?.parse::<i32>().ok();
    Some(Process {
        pid,
        state: *fields.first()?.as_bytes().first()?,
        parent: number(1)?,
        group: number(2)?,
        session: number(3)?,
        threads: fields.get(17)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = b"42 (a) R (b\n) S 7 42 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 98765 1 2\n";
        assert_eq!(
            parse(stat),
            Some(Process {
                pid: 42,
                parent: 7,
                group: 42,
                session: 9,
                started: 98765,
                state: b'S',
                threads: 3,
            })
        );
    }

    #[test]
    fn a_dead_first_thread_is_not_the_process() {
        let dead = parse(b"1 (a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5").unwrap();
        let alive = parse(b"1 (a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 4 0 5").unwrap();
        assert!(dead.is_dead());
        assert!(!alive.is_dead());
    }

    #[test]
    fn processor_time_is_that_of_the_process_and_of_its_children() {
        let stat = b"42 (a) b) S 7 42 9 0 -1 4194560 1 2 3 4 500 60 7 8 20 0 3 0 98765 1 2\n";
        assert_eq!(cpu_ticks(stat), Some(575));
        assert_eq!(cpu_ticks(b"42 (a) S 7 42 9 0 -1 4194560 1 2 3 4 500 60 7"), None);
        assert_eq!(cpu_ticks(b""), None);
        assert!(cpu_time(getpid().as_raw_pid()).is_some());
        assert_eq!(cpu_time(-1), None);
    }

    #[test]
    fn what_is_cut_off_is_no_process() {
        assert_eq!(parse(b"42 (a) S 7 42"), None);
        assert_eq!(parse(b""), None);
    }

    #[test]
    fn the_list_of_children_is_numbers_with_spaces() {
        assert_eq!(numbers("41 42 \n").collect::<Vec<_>>(), [41, 42]);
        assert_eq!(numbers("").count(), 0);
    }

    #[test]
    fn this_process_is_among_all() {
        let me = i32::try_from(std::process::id()).unwrap();
        assert!(Process::all().any(|process| process.pid == me && !process.is_dead()));
    }

    #[test]
    fn tags_of_inner_runs_belong_to_the_outer() {
        let tag = tag_variable("r.1");
        assert!(is_tag(b"SDD_RUN_ID=r.1", &tag));
        assert!(is_tag(b"SDD_RUN_ID=r.1/inner.2", &tag));
        assert!(!is_tag(b"SDD_RUN_ID=r.12", &tag));
        assert!(!is_tag(b"SDD_RUN_ID=r", &tag));
    }
}
