//! Where a child's output goes: redacted, into bounded memory and capped files.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::capture::{Capture, HEAD_BYTES, MAX_LOG_BYTES, REPORT_BYTES};
use super::redact::{Redactor, Stream};
use super::{Ear, Error, Invocation, KeepRaw, Raw};

/// One of a child's two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Stdout,
    Stderr,
}

/// A file and how it is called in an error.
struct Target {
    file: File,
    path: PathBuf,
    failure: Option<io::Error>,
}

/// What became of one stream.
struct Sink {
    stream: Stream,
    capture: Capture,
    raw: Option<Capture>,
    stored: u64,
    dropped: u64,
}

/// What is kept of a child's streams in memory.
pub(super) struct Kept {
    pub(super) stdout: Capture,
    pub(super) stderr: Capture,
    pub(super) raw: Option<Raw>,
}

/// Both streams of a child.
pub(super) struct Outputs {
    stdout: Sink,
    stderr: Sink,
    log: Option<Target>,
    stdout_file: Option<Target>,
    ear: Option<Ear>,
    max_log_bytes: u64,
}

impl Outputs {
    /// Opens the files that an invocation asks for.
    pub(super) fn open(invocation: &Invocation, redactor: &Redactor) -> Result<Self, Error> {
        let open = |path: &Option<PathBuf>| path.as_deref().map(Target::open).transpose();
        let sink = |raw: Option<usize>| Sink {
            stream: redactor.stream(),
            capture: Capture::default(),
            raw: raw.map(Capture::with_head),
            stored: 0,
            dropped: 0,
        };
        let (stdout, stderr) = match invocation.raw {
            KeepRaw::Nothing => (None, None),
            KeepRaw::Ends => (Some(HEAD_BYTES), Some(HEAD_BYTES)),
            KeepRaw::Report => (Some(REPORT_BYTES), Some(HEAD_BYTES)),
        };
        Ok(Self {
            stdout: sink(stdout),
            stderr: sink(stderr),
            log: open(&invocation.log)?,
            stdout_file: open(&invocation.stdout_file)?,
            ear: None,
            max_log_bytes: MAX_LOG_BYTES,
        })
    }

    /// Lets somebody hear stdout as it comes, secrets included.
    pub(super) fn listen(&mut self, ear: Ear) {
        self.ear = Some(ear);
    }

    /// A stream has come to its end.
    pub(super) fn hang_up(&mut self, channel: Channel) {
        if channel == Channel::Stdout {
            self.ear = None;
        }
    }

    /// Takes what a stream gave.
    pub(super) fn push(&mut self, channel: Channel, bytes: &[u8]) {
        if let (Channel::Stdout, Some(ear)) = (channel, &mut self.ear) {
            ear(bytes);
        }
        let (sink, target, max) = self.parts(channel);
        let Sink {
            stream,
            capture,
            raw,
            stored,
            dropped,
        } = sink;
        if let Some(raw) = raw {
            raw.push(bytes);
        }
        let mut target = target;
        stream.push(bytes, &mut |bytes| {
            capture.push(bytes);
            keep(bytes, stored, dropped, max, target.as_deref_mut());
        });
    }

    /// Closes both streams: what was held back is written, and what was not is said.
    pub(super) fn finish(mut self) -> Result<Kept, Error> {
        for (channel, name) in [(Channel::Stdout, "stdout"), (Channel::Stderr, "stderr")] {
            let (sink, mut target, max) = self.parts(channel);
            let Sink {
                stream,
                capture,
                stored,
                dropped,
                ..
            } = sink;
            stream.finish(&mut |bytes| {
                capture.push(bytes);
                keep(bytes, stored, dropped, max, target.as_deref_mut());
            });
            if let (1.., Some(target)) = (*dropped, target) {
                target.write(format!("\n[sdd: {dropped} more bytes of {name} are not kept]\n").as_bytes());
            }
        }
        for target in [self.log, self.stdout_file].into_iter().flatten() {
            if let Some(source) = target.failure {
                return Err(Error::Cut {
                    path: target.path,
                    source,
                });
            }
        }
        let raw = self.stdout.raw.zip(self.stderr.raw);
        Ok(Kept {
            stdout: self.stdout.capture,
            stderr: self.stderr.capture,
            raw: raw.map(|(stdout, stderr)| Raw { stdout, stderr }),
        })
    }

    fn parts(&mut self, channel: Channel) -> (&mut Sink, Option<&mut Target>, u64) {
        let max = self.max_log_bytes;
        match channel {
            Channel::Stdout => {
                let target = self.stdout_file.as_mut().or(self.log.as_mut());
                (&mut self.stdout, target, max)
            }
            Channel::Stderr => (&mut self.stderr, self.log.as_mut(), max),
        }
    }
}

/// Writes what the limit allows and counts the rest.
fn keep(bytes: &[u8], stored: &mut u64, dropped: &mut u64, max: u64, target: Option<&mut Target>) {
    let room = usize::try_from(max - *stored).unwrap_or(usize::MAX);
    let (kept, rest) = bytes.split_at(room.min(bytes.len()));
    *stored += kept.len() as u64;
    *dropped += rest.len() as u64;
    if let Some(target) = target {
        target.write(kept);
    }
}

impl Target {
    fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Log {
            path: path.to_owned(),
            source,
        };
        let file = open_own(path).map_err(failed)?;
        let kind = file.metadata().map_err(failed)?.file_type();
        if !kind.is_file() {
            return Err(failed(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is not a regular file",
            )));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            failure: None,
        })
    }

    /// A full disk must not stop the draining of the pipe: the first failure is kept for the end.
    fn write(&mut self, bytes: &[u8]) {
        if self.failure.is_none() && !bytes.is_empty() {
            self.failure = self.file.write_all(bytes).err();
        }
    }
}

/// Opens a file for its owner only, and neither through a link nor by waiting for somebody behind a FIFO.
fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn outputs(log: Option<&Path>, stdout_file: Option<&Path>) -> Result<Outputs, Error> {
        let mut invocation = Invocation::new("/bin/true", "/", Duration::ZERO);
        invocation.log = log.map(Path::to_owned);
        invocation.stdout_file = stdout_file.map(Path::to_owned);
        Outputs::open(&invocation, &Redactor::default())
    }

    #[test]
    fn the_log_has_both_streams_in_order_of_arrival() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut outputs = outputs(Some(&log), None).unwrap();
        outputs.push(Channel::Stdout, b"one\n");
        outputs.push(Channel::Stderr, b"two\n");
        outputs.push(Channel::Stdout, b"three\n");
        let Kept { stdout, stderr, .. } = outputs.finish().unwrap();
        assert_eq!(stdout.bytes(), b"one\nthree\n");
        assert_eq!(stderr.bytes(), b"two\n");
        assert_eq!(std::fs::read(&log).unwrap(), b"one\ntwo\nthree\n");
    }

    #[test]
    fn a_report_on_stdout_has_a_file_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let (log, report) = (dir.path().join("log"), dir.path().join("report"));
        let mut outputs = outputs(Some(&log), Some(&report)).unwrap();
        outputs.push(Channel::Stdout, b"{}");
        outputs.push(Channel::Stderr, b"warning");
        outputs.finish().unwrap();
        assert_eq!(std::fs::read(&log).unwrap(), b"warning");
        assert_eq!(std::fs::read(&report).unwrap(), b"{}");
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut outputs = outputs(Some(&log), None).unwrap();
        outputs.max_log_bytes = 10;
        outputs.push(Channel::Stdout, b"01234567");
        outputs.push(Channel::Stdout, b"89abcd\n");
        outputs.push(Channel::Stderr, b"short\n");
        let Kept { stdout, .. } = outputs.finish().unwrap();
        assert_eq!(stdout.total(), 15);
        assert_eq!(
            std::fs::read_to_string(&log).unwrap(),
            "0123456789short\n\n[sdd: 5 more bytes of stdout are not kept]\n"
        );
    }

    #[test]
    fn secrets_reach_neither_file_nor_memory() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut outputs = outputs(Some(&log), None).unwrap();
        outputs.push(Channel::Stdout, b"ghp_0123456789");
        outputs.push(Channel::Stdout, b"abcdefghij\n");
        let Kept { stdout, .. } = outputs.finish().unwrap();
        assert_eq!(stdout.bytes(), b"[redacted:github-token]\n");
        assert_eq!(std::fs::read(&log).unwrap(), stdout.bytes());
    }

    #[test]
    fn what_is_to_be_read_is_kept_as_it_came_beside() {
        const LINE: &[u8] = b"ghp_0123456789abcdefghij\n";
        let check = |raw: KeepRaw, lines: usize, whole: Option<bool>| {
            let dir = tempfile::tempdir().unwrap();
            let log = dir.path().join("log");
            let mut invocation = Invocation::new("/bin/true", "/", Duration::ZERO);
            (invocation.log, invocation.raw) = (Some(log.clone()), raw);
            let mut outputs = Outputs::open(&invocation, &Redactor::default()).unwrap();
            let text = LINE.repeat(lines);
            outputs.push(Channel::Stdout, &text);
            let kept = outputs.finish().unwrap();
            let found = kept.raw.map(|raw| raw.stdout.bytes() == text);
            assert_eq!(found, whole);
            for clean in [kept.stdout.bytes(), std::fs::read(&log).unwrap()] {
                assert!(clean.starts_with(b"[redacted:github-token]\n"));
                assert!(!clean.windows(4).any(|part| part == b"ghp_"));
            }
        };
        check(KeepRaw::Nothing, 10, None);
        check(KeepRaw::Ends, 10, Some(true));
        check(KeepRaw::Ends, 40_000, Some(false));
        check(KeepRaw::Report, 40_000, Some(true));
    }

    #[test]
    fn who_ended_and_could_not_be_recorded_is_told_from_who_was_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut full = outputs(Some(&dir.path().join("log")), None).unwrap();
        full.log.as_mut().unwrap().failure = Some(io::ErrorKind::StorageFull.into());
        assert!(matches!(full.finish(), Err(Error::Cut { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_their_owner_and_never_behind_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        outputs(Some(&log), None).unwrap().finish().unwrap();
        assert_eq!(
            std::fs::metadata(&log).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&log, &link).unwrap();
        assert!(matches!(outputs(Some(&link), None), Err(Error::Log { .. })));
        assert!(matches!(outputs(Some(dir.path()), None), Err(Error::Log { .. })));
        assert!(matches!(
            outputs(Some(Path::new("/dev/null")), None),
            Err(Error::Log { .. })
        ));
    }
}
