//! Running a program under a hard time limit, and what came of it.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The time that any one run may take. What takes longer hangs.
pub(super) const LIMIT: Duration = Duration::from_secs(120);

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A program that was started and not yet waited for.
#[must_use = "a program that nobody waits for is ended when this is dropped"]
pub struct Running {
    child: Child,
    what: String,
    since: Instant,
    limit: Duration,
    stdout: PathBuf,
    stderr: PathBuf,
    marker: String,
    waited: bool,
}

impl Running {
    /// Starts a command with its streams going to files: no reader can hang on a pipe that somebody holds.
    pub(super) fn start(mut command: std::process::Command, streams: &Path, marker: &str) -> Self {
        let what = format!("{command:?}");
        let file = |name: &str| {
            let path = streams.join(name);
            (File::create(&path).unwrap(), path)
        };
        let number = std::fs::read_dir(streams).unwrap().count();
        let (out, stdout) = file(&format!("{number:04}.stdout"));
        let (err, stderr) = file(&format!("{number:04}.stderr"));
        let child = command
            .stdin(std::process::Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        Self {
            child,
            what,
            since: Instant::now(),
            limit: LIMIT,
            stdout,
            stderr,
            marker: marker.to_owned(),
            waited: false,
        }
    }

    /// The time that it may take, instead of the common limit.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends a signal to it alone, not to its group.
    pub fn signal(&self, signal: Signal) -> &Self {
        kill_process(self.pid(), signal).unwrap();
        self
    }

    /// Waits until a file exists that something it runs makes.
    #[track_caller]
    pub fn wait_for(&mut self, file: &Path) -> &mut Self {
        while !file.exists() {
            assert!(
                self.child.try_wait().unwrap().is_none(),
                "{} ended before {} was there\n{}",
                self.what,
                file.display(),
                self.said()
            );
            self.look_again();
        }
        self
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Answer {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            self.look_again();
        };
        self.waited = true;
        Answer {
            what: self.what.clone(),
            status,
            stdout: text(&self.stdout),
            stderr: text(&self.stderr),
            elapsed: self.since.elapsed(),
        }
    }

    #[track_caller]
    fn look_again(&self) {
        assert!(
            self.since.elapsed() < self.limit,
            "{} took more than {:?}\n{}",
            self.what,
            self.limit,
            self.said()
        );
        std::thread::sleep(LOOK);
    }

    fn said(&self) -> String {
        format!("stdout:\n{}\nstderr:\n{}", text(&self.stdout), text(&self.stderr))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.waited {
            let _ended_already = self.child.kill();
            let _nobody_asks = self.child.wait();
            super::processes::end_all(&self.marker);
        }
    }
}

fn text(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Answer {
    what: String,
    status: ExitStatus,
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
    /// How long it ran.
    pub elapsed: Duration,
}

impl Answer {
    /// The exit code; `None` after death by a signal.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that it died by.
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// Fails with everything that was said unless the exit code is this one.
    #[track_caller]
    pub fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(
            self.code(),
            Some(code),
            "{}: {}\nstdout:\n{}\nstderr:\n{}",
            self.what,
            self.status,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Stdout as the one JSON document that it must be.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "{}: stdout is not one JSON document: {error}\nstdout:\n{}\nstderr:\n{}",
                self.what, self.stdout, self.stderr
            )
        })
    }
}
