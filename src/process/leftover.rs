//! What is left of a run whose sdd was killed: its guard ends that, and needs a moment.

/// A process of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its number.
    pub pid: u32,
    /// The name of its program, as far as the system keeps it.
    pub name: String,
}

/// The living processes of a run by its id: those that carry its tag, and its guard, which goes when it has ended all. This
/// process is never among them. Empty where the system tells nothing of other processes.
pub fn of_run(run: &str) -> Vec<Leftover> {
    if run.is_empty() {
        return Vec::new();
    }
    #[cfg(target_os = "linux")]
    let found = linux::of_run(run);
    #[cfg(not(target_os = "linux"))]
    let found = Vec::new();
    found
}

/// Whether a tag is that of a run: `RUN`, `RUN.….…`, or one with runs outside and inside of it, behind and before a `/`.
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "nobody looks where nothing is told")
)]
fn is_of(tag: &[u8], run: &str) -> bool {
    tag.split(|byte| *byte == b'/').any(|part| {
        part.strip_prefix(run.as_bytes())
            .is_some_and(|rest| matches!(rest.first(), None | Some(b'.')))
    })
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::getpid;

    use super::{Leftover, is_of};
    use crate::process::guard::SUBCOMMAND;
    use crate::process::procfs::{Process, tag_variable};

    pub(super) fn of_run(run: &str) -> Vec<Leftover> {
        let me = getpid().as_raw_pid();
        let tag = tag_variable("");
        Process::all()
            .filter(|process| process.pid != me && !process.is_dead())
            .filter(|process| {
                let is_tagged =
                    |variable: &[u8]| variable.strip_prefix(&tag[..]).is_some_and(|tag| is_of(tag, run));
                process.has_variable(is_tagged) || is_guard(process.pid, run)
            })
            .filter_map(|process| {
                let name = std::fs::read_to_string(format!("/proc/{}/comm", process.pid));
                Some(Leftover {
                    pid: u32::try_from(process.pid).ok()?,
                    name: name.unwrap_or_default().trim().to_owned(),
                })
            })
            .collect()
    }

    fn is_guard(pid: i32, run: &str) -> bool {
        let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else {
            return false;
        };
        let mut words = line.split(|byte| *byte == 0).skip(1);
        words.next() == Some(SUBCOMMAND.as_bytes()) && words.next().is_some_and(|tag| is_of(tag, run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_of_the_run_belong_to_it() {
        for tag in ["r1", "r1.0a.3", "outer.1.2/r1.0a.3", "r1.0a.3/inner.1"] {
            assert!(is_of(tag.as_bytes(), "r1"), "{tag}");
        }
        for tag in ["", "r12", "r12.0a.3", "xr1", "outer/r12.1"] {
            assert!(!is_of(tag.as_bytes(), "r1"), "{tag}");
        }
        assert_eq!(of_run(""), []);
        assert_eq!(of_run("no-run-has-this-id"), []);
    }
}
