//! The machine that a measurement was made on, as a baseline keeps it.

use std::path::Path;

use super::baseline::Environment;
use super::baseline::key::Limits;

/// This machine, as far as its kernel tells.
pub fn environment() -> Environment {
    below(Path::new("/"))
}

fn below(root: &Path) -> Environment {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let line = |path: &str| {
        read(path)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let processors = read("proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let of = |line: &str| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        };
        processors.lines().find_map(of)
    };
    Environment {
        cpu_model: field("model name").or_else(|| field("Model")),
        cores: Some(cores()),
        governor: line("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        kernel: line("proc/sys/kernel/osrelease"),
        virtual_machine: field("flags").map(|flags| flags.split(' ').any(|flag| flag == "hypervisor")),
        memory_bytes: read("proc/meminfo").and_then(|text| {
            let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
            total
                .split_whitespace()
                .next()?
                .parse::<u64>()
                .ok()?
                .checked_mul(1024)
        }),
        limits: Limits {
            cpus: quota(&read("sys/fs/cgroup/cpu.max").unwrap_or_default()),
            memory_bytes: line("sys/fs/cgroup/memory.max").and_then(|text| text.parse().ok()),
        },
        ..Environment::default()
    }
}

/// The processors that this process may use.
pub fn cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores).unwrap_or(u32::MAX)
}

/// The processors of a quota: `QUOTA PERIOD`, where `max` is no quota.
fn quota(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
    (period > 0.0).then_some(quota / period)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test writes what a kernel would show, which nobody reads at the same time"
)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kernel_tells_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        file(
            "proc/cpuinfo",
            "processor\t: 0\nmodel name\t: A Processor\nflags\t\t: fpu hypervisor sse\n\nprocessor\t: 1\n",
        );
        file("proc/meminfo", "MemTotal:       2048 kB\nMemFree: 1 kB\n");
        file("proc/sys/kernel/osrelease", "6.1.0\n");
        file("sys/fs/cgroup/cpu.max", "150000 100000\n");
        file("sys/fs/cgroup/memory.max", "max\n");
        let seen = below(dir.path());
        assert_eq!(seen.cpu_model.as_deref(), Some("A Processor"));
        assert_eq!(
            (seen.virtual_machine, seen.memory_bytes),
            (Some(true), Some(2_097_152))
        );
        assert_eq!(seen.kernel.as_deref(), Some("6.1.0"));
        assert_eq!(
            seen.limits,
            Limits {
                cpus: Some(1.5),
                memory_bytes: None
            }
        );
        assert_eq!(seen.governor, None);
    }

    #[test]
    fn a_machine_that_tells_nothing_has_its_cores() {
        let dir = tempfile::tempdir().unwrap();
        let seen = below(dir.path());
        assert_eq!(
            (seen.cpu_model, seen.virtual_machine, seen.memory_bytes),
            (None, None, None)
        );
        assert!(seen.cores >= Some(1));
    }
}
