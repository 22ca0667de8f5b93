//! Saying that something is being waited for.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{Live, Ui, Verbosity, say};

/// What takes less than this is not talked about.
const FIRST: Duration = Duration::from_secs(1);
/// How often it is said again.
const AGAIN: Duration = Duration::from_secs(5);

impl Ui {
    /// Does some work. While it goes on for longer than a second, `said` is said on stderr, now and then, unless
    /// progress is not wanted.
    pub fn waiting<T>(&self, said: &(dyn Fn() -> String + Sync), work: impl FnOnce() -> T) -> T {
        if self.looks.live == Live::Off || self.looks.verbosity == Verbosity::Quiet {
            return work();
        }
        let (done, ended) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut pause = FIRST;
                while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    say(&said());
                    pause = AGAIN;
                }
            });
            let answer = work();
            drop(done);
            answer
        })
    }
}
