//! A process of sdd's own that outlives it: it waits at the end of a pipe until sdd is gone, and then does what is left.
//!
//! As the guard it has a process group of its own, carries no tag of a run and is started through the file that this
//! program is. The end of the pipe is closed in every other child, so that the pipe ends with sdd.

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// What sdd says when nothing is left to do.
const FAREWELL: &[u8] = b"done\n";
/// The time that a companion gets to go after the farewell.
const LEAVE: Duration = Duration::from_millis(500);

/// A companion that waits. Dropping it without a farewell makes it do its work.
#[derive(Debug)]
pub struct Companion {
    child: Child,
}

/// Whether sdd said that nothing is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// It did.
    Said,
    /// It is gone without a word.
    Missing,
}

impl Companion {
    /// Starts a companion, with these variables and no others. It has no streams but the pipe.
    #[expect(
        clippy::disallowed_methods,
        reason = "a companion must not end with what it waits for"
    )]
    pub fn start(
        program: &Path,
        args: &[OsString],
        env: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> io::Result<Self> {
        let mut command = std::process::Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(env)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        #[cfg(target_os = "linux")]
        command.env(super::family::HELPER_MARK, "1");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self {
            child: command.spawn()?,
        })
    }

    /// Says that nothing is left to do, and waits a moment for the companion to go.
    pub fn dismiss(mut self) {
        if let Some(mut pipe) = self.child.stdin.take() {
            let _ = pipe.write_all(FAREWELL);
        }
        let until = Instant::now() + LEAVE;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// In the companion: waits until sdd is gone, or says that nothing is left to do.
pub fn wait(pipe: &mut dyn Read) -> Farewell {
    let mut said = Vec::new();
    let mut buffer = [0; 64];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        if said.len() > FAREWELL.len() {
            break;
        }
    }
    if said == FAREWELL {
        Farewell::Said
    } else {
        Farewell::Missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_farewell_is_one() {
        assert_eq!(wait(&mut &b"done\n"[..]), Farewell::Said);
        for said in [&b""[..], b"done", b"done\ndone\n", &[b'x'; 5000]] {
            assert_eq!(wait(&mut &*said), Farewell::Missing, "{said:?}");
        }
    }
}
