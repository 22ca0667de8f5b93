//! A child's standard input, written to without ever waiting for long.

use std::io::{self, ErrorKind, Write as _};
use std::process::ChildStdin;
use std::time::{Duration, Instant};

/// The time that a child gets to read when its pipe is full.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a full pipe is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// The standard input of a child that is talked to. Dropping it closes the pipe.
#[derive(Debug)]
pub struct Voice {
    pipe: ChildStdin,
}

impl Voice {
    pub(super) fn new(pipe: ChildStdin) -> io::Result<Self> {
        #[cfg(unix)]
        {
            use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
            // Only this end: the child's is another open file.
            fcntl_setfl(&pipe, fcntl_getfl(&pipe)? | OFlags::NONBLOCK)?;
        }
        Ok(Self { pipe })
    }

    /// Says all of it. A child that does not read what it is told is an error.
    pub fn say(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let until = Instant::now() + PATIENCE;
        while !bytes.is_empty() {
            match self.pipe.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if Instant::now() >= until {
                        return Err(io::Error::new(
                            ErrorKind::TimedOut,
                            "it does not read what it is told",
                        ));
                    }
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
