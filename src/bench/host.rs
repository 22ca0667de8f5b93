//! What a machine does besides a measurement: a round in which somebody else used its processors says little.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::round::Noise;

/// Cores that may be busy with something else in a round that counts.
const FOREIGN_CORES: f64 = 0.15;
/// The share of the processor time that a hypervisor may keep in a round that counts.
const STEAL: f64 = 0.02;

/// The moment at which a stretch began.
#[derive(Clone, Debug)]
pub struct Watch {
    proc: PathBuf,
    began: Instant,
    times: Option<Times>,
    waited: Option<Duration>,
}

/// Processor times of all cores together, in ticks of a hundredth of a second (`proc_stat(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    busy: u64,
    idle: u64,
    steal: u64,
}

impl Watch {
    /// Begins to watch this machine.
    pub fn start() -> Self {
        Self::below(Path::new("/proc"))
    }

    fn below(proc: &Path) -> Self {
        Self {
            times: times(proc),
            waited: waited(proc),
            proc: proc.to_owned(),
            began: Instant::now(),
        }
    }

    /// What else the machine did since then, if the measurement itself used this much processor time: generator, service and
    /// what they are compared with. `None` where the kernel does not tell.
    pub fn finish(&self, own: Duration) -> Option<Noise> {
        noise(
            self.times?,
            times(&self.proc)?,
            own,
            self.waited.zip(waited(&self.proc)),
            self.began.elapsed(),
        )
    }
}

/// Whether a round with this noise counts.
pub fn is_quiet(noise: &Noise) -> bool {
    noise.steal <= STEAL && noise.foreign_cpu <= FOREIGN_CORES
}

#[expect(clippy::cast_precision_loss, reason = "ticks of a run are far below 2^52")]
fn noise(
    before: Times,
    after: Times,
    own: Duration,
    waited: Option<(Duration, Duration)>,
    wall: Duration,
) -> Option<Noise> {
    let since = |before: u64, after: u64| after.saturating_sub(before) as f64 / 100.0;
    let (busy, steal) = (since(before.busy, after.busy), since(before.steal, after.steal));
    let all = busy + steal + since(before.idle, after.idle);
    let seconds = wall.as_secs_f64();
    if all <= 0.0 || seconds <= 0.0 {
        return None;
    }
    Some(Noise {
        steal: steal / all,
        foreign_cpu: ((busy - own.as_secs_f64()) / seconds).max(0.0),
        pressure: waited
            .map(|(before, after)| (after.saturating_sub(before).as_secs_f64() / seconds).min(1.0)),
    })
}

fn times(proc: &Path) -> Option<Times> {
    let text = std::fs::read_to_string(proc.join("stat")).ok()?;
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    // user nice system idle iowait irq softirq steal; what follows is counted in user and nice already.
    let [user, nice, system, idle, wait, irq, soft, steal, ..] = ticks[..] else {
        return None;
    };
    Some(Times {
        busy: user + nice + system + irq + soft,
        idle: idle + wait,
        steal,
    })
}

/// The time for which something waited for a processor (`/proc/pressure/cpu`); not every kernel tells.
fn waited(proc: &Path) -> Option<Duration> {
    let text = std::fs::read_to_string(proc.join("pressure/cpu")).ok()?;
    let line = text.lines().find(|line| line.starts_with("some "))?;
    let total = line
        .split_whitespace()
        .find_map(|word| word.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test writes what a kernel would show, which nobody reads at the same time"
)]
mod tests {
    use super::*;

    fn near(seen: f64, expect: f64) -> bool {
        (seen - expect).abs() < 1e-9
    }

    #[test]
    fn what_the_measurement_did_not_use_is_foreign() {
        let before = Times {
            busy: 1000,
            idle: 1000,
            steal: 0,
        };
        let after = Times {
            busy: 1250,
            idle: 1130,
            steal: 20,
        };
        let waits = Some((Duration::from_secs(1), Duration::from_millis(1500)));
        let seen = noise(
            before,
            after,
            Duration::from_millis(2200),
            waits,
            Duration::from_secs(2),
        )
        .unwrap();
        assert!(near(seen.steal, 0.05), "{seen:?}");
        assert!(near(seen.foreign_cpu, 0.15), "{seen:?}");
        assert!(seen.pressure.is_some_and(|share| near(share, 0.25)), "{seen:?}");
        assert!(!is_quiet(&seen), "a hypervisor kept 5 %");
        assert!(is_quiet(&Noise { steal: 0.0, ..seen }));
        assert!(!is_quiet(&Noise {
            steal: 0.0,
            foreign_cpu: 0.2,
            ..seen
        }));
    }

    #[test]
    fn clocks_that_do_not_agree_leave_nothing_foreign() {
        let before = Times {
            busy: 0,
            idle: 0,
            steal: 0,
        };
        let after = Times {
            busy: 100,
            idle: 100,
            steal: 0,
        };
        let seen = noise(
            before,
            after,
            Duration::from_millis(1010),
            None,
            Duration::from_secs(1),
        )
        .unwrap();
        assert_eq!((seen.foreign_cpu, seen.pressure), (0.0, None));
        assert_eq!(
            noise(after, after, Duration::ZERO, None, Duration::from_secs(1)),
            None
        );
    }

    #[test]
    fn the_files_of_a_kernel_are_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("stat"),
            "cpu  10 1 20 300 4 5 6 7 8 9\ncpu0 1 1 1\n",
        )
        .unwrap();
        assert_eq!(
            times(dir.path()),
            Some(Times {
                busy: 42,
                idle: 304,
                steal: 7
            })
        );
        assert_eq!(waited(dir.path()), None);
        std::fs::create_dir(dir.path().join("pressure")).unwrap();
        let text = "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
        std::fs::write(dir.path().join("pressure/cpu"), text).unwrap();
        assert_eq!(waited(dir.path()), Some(Duration::from_micros(1500)));
        std::fs::write(dir.path().join("stat"), "cpu  10 1 20\n").unwrap();
        assert_eq!(times(dir.path()), None);
    }
}
