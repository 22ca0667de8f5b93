//! A runner for one test, and a look at what is left of what it started.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sdd::process::environment::Environment;
use sdd::process::find::{Finder, Found};
use sdd::process::redact::Redactor;
use sdd::process::{Cancel, Error, Invocation, Outcome, Runner, System};

/// Long enough to be "for ever" and short enough not to matter when a test is killed.
pub const AGES: Duration = Duration::from_secs(100);
/// What a loaded machine may add to any time.
pub const SLACK: Duration = Duration::from_secs(4);

pub struct Bench {
    pub run_id: String,
    pub cancel: Cancel,
    pub system: System,
    pub dir: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self::with(Redactor::default(), |system| system)
    }

    pub fn with(redactor: Redactor, change: impl FnOnce(System) -> System) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let run_id = format!("test-{}-{number}", std::process::id());
        let env = Environment::of_process().for_tools(&[], &run_id);
        let cancel = Cancel::new();
        Self {
            system: change(System::new(env, &run_id, cancel.clone(), Arc::new(redactor))),
            run_id,
            cancel,
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A shell script with a long deadline and a short grace.
    pub fn sh(&self, script: &str) -> Invocation {
        self.program(Path::new("/bin/sh")).args(["-c", script])
    }

    pub fn python(&self, script: &str) -> Invocation {
        self.program(&python()).args(["-c", script])
    }

    pub fn program(&self, program: &Path) -> Invocation {
        let mut invocation = Invocation::new(program, self.dir.path(), AGES);
        invocation.grace = Duration::from_millis(300);
        invocation
    }

    #[track_caller]
    pub fn run(&self, invocation: &Invocation) -> Outcome {
        let outcome = self.try_run(invocation).unwrap();
        assert_eq!(self.left(), Vec::<String>::new(), "left behind");
        outcome
    }

    pub fn try_run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        self.system.run(invocation)
    }

    /// The processes that carry this bench's tag.
    pub fn left(&self) -> Vec<String> {
        tagged(&self.run_id)
    }
}

/// The living processes whose `SDD_RUN_ID` names a run, with their command lines.
pub fn tagged(run_id: &str) -> Vec<String> {
    let is_tag = |variable: &[u8]| {
        let variable = String::from_utf8_lossy(variable);
        let value = variable.strip_prefix("SDD_RUN_ID=");
        value.is_some_and(|value| value.split(['.', '/']).any(|part| part == run_id))
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let dir = entry.ok()?.path();
            let environ = std::fs::read(dir.join("environ")).ok()?;
            environ.split(|byte| *byte == 0).any(is_tag).then(|| {
                let words = std::fs::read(dir.join("cmdline")).unwrap_or_default();
                format!("{} {}", dir.display(), String::from_utf8_lossy(&words))
            })
        })
        .collect()
}

/// Waits until something holds.
#[track_caller]
pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn python() -> PathBuf {
    let environment = Environment::of_process();
    let path = environment.get("PATH").map(std::ffi::OsStr::new);
    match Finder::new(path, Path::new("/nowhere"), None).find("python3", &[], Path::new("/")) {
        Found::At(python) => python,
        other => panic!("python3: {other:?}"),
    }
}
