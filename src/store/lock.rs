//! One writer at a time, among all processes: an advisory lock that dies with its holder.
//!
//! The lock file is never renamed or deleted, since that would give two holders two locks. What stands in it is
//! for people. Readers need no lock: they see whole files.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

use super::error::Error;
use super::platform;
use crate::model::text;

/// How long the lock is waited for.
pub const WAIT: Duration = Duration::from_secs(10);

/// After this time of waiting a person is told.
const PATIENCE: Duration = Duration::from_millis(300);

/// The time between two tries. Short, so that a waiter finds the gap between two changes of a busy holder:
/// the operating system keeps no queue.
const INTERVAL: Duration = Duration::from_millis(1);

/// The lock, held until this is dropped.
#[derive(Debug)]
pub struct Guard {
    file: File,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail harmlessly: the text is information, and closing the file gives the lock back as well.
        let _stale = self.file.set_len(0);
        let _closed = self.file.unlock();
    }
}

/// Takes the lock, waiting for at most `wait`. `who` is what others are told, such as `sdd complete`;
/// `on_wait` is called once, with the present holder, when it takes longer than a moment.
pub fn acquire(path: &Path, who: &str, wait: Duration, on_wait: &dyn Fn(&str)) -> Result<Guard, Error> {
    let mut file = platform::open_lock(path).map_err(Error::io(path, "open"))?;
    let begun = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(Error::io(path, "lock")(error)),
            Err(TryLockError::WouldBlock) => {
                let waited = begun.elapsed();
                if waited >= wait {
                    return Err(Error::Locked {
                        path: path.to_owned(),
                        holder: holder(&mut file),
                        waited,
                    });
                }
                if waited >= PATIENCE && !told {
                    told = true;
                    on_wait(&holder(&mut file));
                }
                std::thread::sleep(INTERVAL.min(wait.saturating_sub(waited)));
            }
        }
    }
    // Information only: a full disk must not keep anybody from trying.
    let _unsaid = sign(&mut file, who);
    Ok(Guard { file })
}

/// [`acquire`] of a lock that lies below a directory outside of the project; directories on the way are made where they are
/// missing, and no link leads out of it.
pub fn acquire_below(within: &Path, rel: &str, who: &str, wait: Duration) -> Result<Guard, Error> {
    let path = within.join(rel);
    if let Some(parent) = path.parent() {
        super::atomic::create_dirs(parent, Some(within))?;
        super::atomic::contained(&path, parent, Some(within))?;
    }
    acquire(&path, who, wait, &|_| {})
}

fn sign(file: &mut File, who: &str) -> io::Result<()> {
    let since = DateTime::<Utc>::from(SystemTime::now()).format("%H:%M:%S UTC");
    let line = format!("pid {} ({who}, since {since})\n", std::process::id());
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(line.as_bytes())
}

/// The holder in its own words, made safe to show.
fn holder(file: &mut File) -> String {
    let mut bytes = Vec::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.take(512).read_to_end(&mut bytes));
    let said = text::sanitise(&String::from_utf8_lossy(&bytes));
    match text::first_line(&said) {
        "" => "another process".to_owned(),
        _ if read.is_err() => "another process".to_owned(),
        line => text::shorten(line, 200),
    }
}
