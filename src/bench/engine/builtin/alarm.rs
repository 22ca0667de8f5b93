//! Waiting for the network until a moment, to the microsecond where the system can.
//!
//! A wait for the network ends at a whole millisecond. A request that starts so late would seem to take that much
//! longer, so the open model sets an alarm beside it.

use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

#[cfg(target_os = "linux")]
use std::os::fd::{AsRawFd as _, OwnedFd};

/// The network and an alarm.
#[derive(Debug)]
pub struct Alarm {
    poll: Poll,
    #[cfg(target_os = "linux")]
    timer: OwnedFd,
    /// What the alarm is set to.
    #[cfg(target_os = "linux")]
    set: Option<Instant>,
}

/// What an alarm's ringing bears; connections have other tokens.
pub const RINGS: Token = Token(usize::MAX - 1);

impl Alarm {
    /// One that does not ring.
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        #[cfg(target_os = "linux")]
        {
            use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
            let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            poll.registry().register(
                &mut mio::unix::SourceFd(&timer.as_raw_fd()),
                RINGS,
                mio::Interest::READABLE,
            )?;
            Ok(Self {
                poll,
                timer,
                set: None,
            })
        }
        #[cfg(not(target_os = "linux"))]
        Ok(Self { poll })
    }

    /// Where connections are made known.
    pub fn registry(&self) -> &mio::Registry {
        self.poll.registry()
    }

    /// Waits until something has happened, at most this long.
    pub fn wait(&mut self, events: &mut Events, at_most: Duration) -> io::Result<()> {
        match self.poll.poll(events, Some(at_most)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    /// Waits like [`Alarm::wait`], but also for a moment.
    pub fn wait_until(
        &mut self,
        events: &mut Events,
        now: Instant,
        moment: Instant,
        at_most: Duration,
    ) -> io::Result<()> {
        let away = moment.saturating_duration_since(now);
        if away >= at_most {
            return self.wait(events, at_most);
        }
        #[cfg(target_os = "linux")]
        {
            self.set(away, moment)?;
            self.wait(events, at_most)
        }
        #[cfg(not(target_os = "linux"))]
        self.wait(events, away)
    }

    #[cfg(target_os = "linux")]
    fn set(&mut self, away: Duration, moment: Instant) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        if self.set == Some(moment) {
            return Ok(());
        }
        let once = Itimerspec {
            it_interval: Timespec::default(),
            // Zero would be no alarm.
            it_value: Timespec::try_from(away.max(Duration::from_nanos(1))).map_err(io::Error::other)?,
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
        self.set = Some(moment);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rings_at_the_moment_and_not_later_than_the_longest_wait() {
        let mut alarm = Alarm::new().unwrap();
        let mut events = Events::with_capacity(8);
        for (away, at_most) in [(5, 10_000), (10_000, 5)] {
            let now = Instant::now();
            let moment = now + Duration::from_millis(away);
            alarm
                .wait_until(&mut events, now, moment, Duration::from_millis(at_most))
                .unwrap();
            let waited = now.elapsed();
            assert!(
                waited >= Duration::from_millis(5) && waited < Duration::from_secs(9),
                "{waited:?}"
            );
        }
    }
}
