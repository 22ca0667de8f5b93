//! A project in a directory of its own, and a machine that has nothing but what the test gives it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::processes::{end_all, processes_with};
use super::run::{Answer, Running};

/// Plain commands that every machine has, and scripts of tests use.
const PLAIN: &[&str] = &[
    "sh", "bash", "cat", "chmod", "cp", "date", "dd", "dirname", "echo", "env", "false", "find", "grep",
    "head", "kill", "ln", "ls", "mkdir", "mv", "nohup", "printf", "readlink", "rm", "sed", "seq", "setsid",
    "sleep", "sort", "tail", "test", "touch", "tr", "true", "uname", "wc", "yes", "git",
];

/// The parts of a Rust toolchain.
const RUST: &[&str] = &[
    "cargo",
    "rustc",
    "rustdoc",
    "rustfmt",
    "cargo-fmt",
    "cargo-clippy",
    "clippy-driver",
    "cc",
    "ld",
];

/// A project and the machine around it. Every method that adds something does so at once.
#[must_use]
pub struct Sandbox {
    temp: tempfile::TempDir,
    project: PathBuf,
    env: BTreeMap<OsString, OsString>,
}

impl Sandbox {
    /// An empty project, not yet a repository.
    pub fn new() -> Self {
        Self::named("project")
    }

    /// An empty project whose directory has this name: with spaces, not ASCII, a leading dash.
    pub fn named(name: &str) -> Self {
        let temp = tempfile::Builder::new().prefix("sdd-it-").tempdir().unwrap();
        let at = |name: &str| {
            let path = temp.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let (project, home, scratch, bin) = (at(name), at("home"), at("tmp"), at("bin"));
        at("streams");
        let env = [
            ("PATH", bin.as_os_str()),
            ("HOME", home.as_os_str()),
            ("TMPDIR", scratch.as_os_str()),
            ("TZ", OsStr::new("UTC")),
            ("LANG", OsStr::new("C.UTF-8")),
            ("COLUMNS", OsStr::new("100")),
            ("GIT_CONFIG_NOSYSTEM", OsStr::new("1")),
        ];
        let env = env.map(|(name, value)| (OsString::from(name), value.to_owned()));
        let sandbox = Self {
            project,
            env: env.into_iter().collect(),
            temp,
        };
        sandbox.programs(PLAIN)
    }

    /// The project's directory.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// A path in the project.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.project.join(inside)
    }

    /// A path beside the project, such as `home`, `tmp` and `bin`.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file of the project, with the directories that it needs.
    pub fn file(self, inside: &str, text: impl AsRef<[u8]>) -> Self {
        write(&self.path(inside), text.as_ref());
        self
    }

    /// Changes a file of the project later on.
    pub fn rewrite(&self, inside: &str, text: impl AsRef<[u8]>) {
        write(&self.path(inside), text.as_ref());
    }

    /// The text of a file of the project.
    #[track_caller]
    pub fn read(&self, inside: &str) -> String {
        let path = self.path(inside);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The settings, `.session/config.json`.
    pub fn config(self, settings: &serde_json::Value) -> Self {
        let text = serde_json::to_string_pretty(settings).unwrap();
        self.file(".session/config.json", text + "\n")
    }

    /// Copies a directory of the repository over the project: `templates/demo`.
    pub fn tree(self, in_repository: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(in_repository);
        copy_tree(&from, &self.project);
        self
    }

    /// Makes the project a git repository on `main` without commits.
    pub fn git(self) -> Self {
        self.git_run(["init", "--quiet", "--initial-branch=main"]);
        for (key, value) in [
            ("user.name", "Test"),
            ("user.email", "test@example.org"),
            ("gc.auto", "0"),
        ] {
            self.git_run(["config", key, value]);
        }
        self
    }

    /// Commits everything, always at the same moment, so that the same content has the same commit.
    pub fn commit(&self, message: &str) -> String {
        self.git_run(["add", "--all"]);
        self.git_run(["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git_run(["rev-parse", "HEAD"]).stdout.trim().to_owned()
    }

    /// Runs git in the project; it must succeed.
    #[track_caller]
    pub fn git_run<const N: usize>(&self, args: [&str; N]) -> Answer {
        let moment = "2026-01-02T03:04:05Z";
        let mut command = self.command(&self.beside("bin").join("git"));
        command
            .args(args)
            .env("GIT_AUTHOR_DATE", moment)
            .env("GIT_COMMITTER_DATE", moment);
        let answer = self.start_command(command).wait();
        answer.expect_code(0);
        answer
    }

    /// Sets a variable of the machine.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Gives the machine variables of the real one, where it has them: proxies, certificates.
    #[expect(clippy::disallowed_methods, reason = "the test is the edge")]
    pub fn env_of_machine(mut self, names: &[&str]) -> Self {
        for name in names {
            if let Some(value) = std::env::var_os(name) {
                self.env.insert(name.into(), value);
            }
        }
        self
    }

    /// Puts real programs of the machine on the PATH. A plain one that the machine lacks is left out.
    pub fn programs(self, names: &[&str]) -> Self {
        for name in names {
            let link = self.beside("bin").join(name);
            if let (Ok(program), false) = (which::which(name), link.exists()) {
                symlink(program, link).unwrap();
            }
        }
        self
    }

    /// Puts the Rust toolchain on the PATH, with the caches that it works from.
    #[expect(clippy::disallowed_methods, reason = "the test is the edge")]
    pub fn rust(self) -> Self {
        let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let place =
            |name: &str, usual: &str| std::env::var_os(name).unwrap_or_else(|| home.join(usual).into());
        let (cargo, rustup) = (place("CARGO_HOME", ".cargo"), place("RUSTUP_HOME", ".rustup"));
        self.programs(RUST)
            .programs(&["cargo-nextest"])
            .test_cargo_tools()
            .env("CARGO_HOME", cargo)
            .env("RUSTUP_HOME", rustup)
    }

    /// Puts Go, gofmt and govulncheck on the PATH as `tests/run` installed them, with the build cache that all tests
    /// share and no way to fetch modules. There is no C compiler.
    #[track_caller]
    pub fn go(self) -> Self {
        let tools = test_tools();
        for name in ["go", "gofmt", "govulncheck"] {
            let tool = tools.join("go/bin").join(name);
            assert!(
                tool.is_file(),
                "{} is missing: run tests/run once, it installs what tests need",
                tool.display()
            );
            symlink(tool, self.beside("bin").join(name)).unwrap();
        }
        self.env("GOCACHE", tools.join("go-cache"))
            .env("GOPROXY", "off")
            .env("GOTOOLCHAIN", "local")
            .env("CGO_ENABLED", "0")
    }

    /// Puts the cargo tools that `tests/run` built on the PATH.
    fn test_cargo_tools(self) -> Self {
        let tools = std::fs::read_dir(test_tools().join("cargo/bin"))
            .into_iter()
            .flatten();
        for tool in tools.filter_map(Result::ok) {
            let link = self.beside("bin").join(tool.file_name());
            if !link.exists() {
                symlink(tool.path(), link).unwrap();
            }
        }
        self
    }

    /// Gives the project a virtual environment with the pinned tools: `.venv` is a link to them.
    pub fn venv(self) -> Self {
        symlink(test_venv(), self.path(".venv")).unwrap();
        self.hide(".venv")
    }

    /// The same without some of the tools.
    pub fn venv_without(self, missing: &[&str]) -> Self {
        let (from, to) = (test_venv(), self.path(".venv"));
        std::fs::create_dir_all(to.join("bin")).unwrap();
        for name in ["pyvenv.cfg", "lib"] {
            symlink(from.join(name), to.join(name)).unwrap();
        }
        for tool in std::fs::read_dir(from.join("bin"))
            .unwrap()
            .filter_map(Result::ok)
        {
            if !missing.iter().any(|name| tool.file_name() == *name) {
                symlink(tool.path(), to.join("bin").join(tool.file_name())).unwrap();
            }
        }
        self.hide(".venv")
    }

    /// Keeps a path out of the repository without a file in the project that says so.
    fn hide(self, path: &str) -> Self {
        let exclude = self.path(".git/info/exclude");
        if exclude.exists() {
            let text = std::fs::read_to_string(&exclude).unwrap();
            write(&exclude, format!("{text}{path}\n").as_bytes());
        }
        self
    }

    /// Puts a shell script on the PATH under the name of a tool. `$SANDBOX` is the directory around the project.
    pub fn fake(self, tool: &str, script: &str) -> Self {
        let path = self.beside("bin").join(tool);
        // In the place of a link, not through it.
        let _was_none = std::fs::remove_file(&path);
        let sandbox = self.temp.path().to_str().unwrap();
        let shell = self.beside("bin").join("sh");
        let text = format!("#!{}\nSANDBOX='{sandbox}'\n{script}\n", shell.display());
        write(&path, text.as_bytes());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Takes a command off the PATH.
    pub fn without(self, program: &str) -> Self {
        let _was_none = std::fs::remove_file(self.beside("bin").join(program));
        self
    }

    /// Runs sdd in the project to its end.
    #[track_caller]
    pub fn sdd<const N: usize>(&self, args: [&str; N]) -> Answer {
        self.start(args).wait()
    }

    /// Starts sdd in the project.
    #[track_caller]
    pub fn start<const N: usize>(&self, args: [&str; N]) -> Running {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(args);
        self.start_command(command)
    }

    /// Starts any command that [`Sandbox::command`] made.
    #[track_caller]
    pub fn start_command(&self, command: std::process::Command) -> Running {
        Running::start(command, &self.beside("streams"), self.marker())
    }

    /// A command in the project, with the sandbox's environment and no other.
    #[expect(clippy::disallowed_methods, reason = "a test starts what it tests")]
    pub fn command(&self, program: &Path) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.current_dir(&self.project).env_clear().envs(&self.env);
        // In a group of its own, so that a signal to it is no signal to the test.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }

    /// What every process of this sandbox carries: its directory, in `HOME`, `PATH` and as working directory.
    pub fn marker(&self) -> &str {
        self.temp.path().to_str().unwrap()
    }

    /// Fails when a process of this sandbox is alive.
    #[track_caller]
    pub fn assert_no_process_left(&self) {
        let left = processes_with(self.marker());
        assert!(left.is_empty(), "processes were left behind: {left:#?}");
    }

    /// Whether no process is alive, and nothing lies in the temporary directory.
    pub fn is_nothing_left(&self) -> bool {
        let has_files =
            || std::fs::read_dir(self.beside("tmp")).is_ok_and(|mut files| files.next().is_some());
        processes_with(self.marker()).is_empty() && !has_files()
    }

    /// Fails when a process is alive, or anything lies in the temporary directory.
    #[track_caller]
    pub fn assert_nothing_left(&self) {
        self.assert_no_process_left();
        let files: Vec<PathBuf> = std::fs::read_dir(self.beside("tmp"))
            .unwrap()
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .collect();
        assert!(files.is_empty(), "temporary files were left behind: {files:#?}");
    }

    /// A text without what differs from run to run, for snapshots.
    pub fn redact(&self, text: &str) -> String {
        super::redact_text(&self.without_paths(text))
    }

    /// The JSON document on an answer's stdout without what differs from run to run, for snapshots.
    #[track_caller]
    pub fn redact_json(&self, answer: &Answer) -> serde_json::Value {
        let whole = answer.json().to_string();
        super::redact_json(&serde_json::from_str(&self.without_paths(&whole)).unwrap())
    }

    fn without_paths(&self, text: &str) -> String {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        [
            (real(&self.project), "[PROJECT]"),
            (self.project.clone(), "[PROJECT]"),
            (real(self.temp.path()), "[SANDBOX]"),
            (self.temp.path().to_path_buf(), "[SANDBOX]"),
            (test_tools(), "[TOOLS]"),
        ]
        .iter()
        .fold(text.to_owned(), |text, (path, name)| {
            text.replace(&*path.to_string_lossy(), name)
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        end_all(self.marker());
    }
}

/// Where `tests/run` put the tools.
#[expect(clippy::disallowed_methods, reason = "the test is the edge")]
pub fn test_tools() -> PathBuf {
    match std::env::var_os("SDD_TEST_TOOLS") {
        Some(dir) => dir.into(),
        None => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/sdd-test-tools"),
    }
}

#[track_caller]
fn test_venv() -> PathBuf {
    let venv = test_tools().join("venv");
    assert!(
        venv.join("stamp").is_file(),
        "the tools for tests are not in {}: run tests/run once, it installs them",
        venv.display()
    );
    venv
}

#[expect(clippy::disallowed_methods, reason = "a test's own files are no state")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Copies a directory without what running it left there.
fn copy_tree(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != "__pycache__" {
                std::fs::create_dir_all(&target).unwrap();
                copy_tree(&entry.path(), &target);
            }
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
