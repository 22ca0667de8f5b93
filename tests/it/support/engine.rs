//! The Docker Engine that `tests/run` starts for tests.

use std::path::{Path, PathBuf};

/// The directory of an engine (see `tests/engine`), or `none`.
const ENGINE: &str = "SDD_TEST_ENGINE";
/// Set where an engine can be had: then there is no way around it.
const REQUIRED: &str = "SDD_TEST_ENGINE_REQUIRED";

/// The image that it has: busybox, with its applets in `/bin`.
pub const IMAGE: &str = "sdd-test/busybox:1";

/// An engine.
pub struct Engine {
    dir: PathBuf,
}

impl Engine {
    /// The engine for tests; `None`, with a word on stderr, on a machine that can have none.
    #[expect(clippy::disallowed_methods, reason = "the test is the edge")]
    pub fn find() -> Option<Self> {
        let dir = std::env::var_os(ENGINE).filter(|dir| !dir.is_empty() && dir != "none");
        let Some(dir) = dir else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set and {ENGINE} names no engine: run tests/run, it starts one"
            );
            #[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
            {
                eprintln!("NOT RUN: there is no Docker Engine for tests ({ENGINE})");
            }
            return None;
        };
        let engine = Self { dir: dir.into() };
        let socket = engine.dir.join("socket");
        assert!(socket.exists(), "{ENGINE}: there is no {}", socket.display());
        Some(engine)
    }

    /// Where the clients are: `docker` and `docker-compose`.
    pub fn bin(&self) -> PathBuf {
        self.dir.join("bin")
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("unix://{}", self.dir.join("socket").display())
    }

    /// What clients need in their environment, instead of what the machine has of the kind.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        let config = self.dir.join("config");
        [
            ("DOCKER_HOST", self.address()),
            ("DOCKER_CONFIG", config.display().to_string()),
        ]
    }

    /// What the client prints for these words; it must succeed.
    #[track_caller]
    pub fn docker<const N: usize>(&self, words: [&str; N]) -> String {
        self.docker_words(&words)
    }

    /// [`Engine::docker`] with as many words as there are.
    #[track_caller]
    pub fn docker_words(&self, words: &[&str]) -> String {
        let output = self.command("docker").args(words).output();
        let output = output.unwrap_or_else(|error| panic!("{ENGINE} is no engine: {error}"));
        assert!(
            output.status.success(),
            "docker {}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Everything that carries the label of a project of Compose's: containers, networks and volumes.
    #[track_caller]
    pub fn things_of(&self, project: &str) -> Vec<String> {
        let filter = format!("label=com.docker.compose.project={project}");
        [
            ("container", self.docker(["ps", "-aq", "--filter", &filter])),
            (
                "network",
                self.docker(["network", "ls", "-q", "--filter", &filter]),
            ),
            ("volume", self.docker(["volume", "ls", "-q", "--filter", &filter])),
        ]
        .iter()
        .flat_map(|(what, ids)| ids.lines().map(move |id| format!("{what} {id}")))
        .collect()
    }

    /// The names of all volumes.
    #[track_caller]
    pub fn volumes(&self) -> Vec<String> {
        self.docker(["volume", "ls", "-q"])
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[expect(clippy::disallowed_methods, reason = "a test asks by itself what it is told")]
    fn command(&self, program: &str) -> std::process::Command {
        let mut command = std::process::Command::new(self.bin().join(program));
        command
            .env_clear()
            .envs(self.variables())
            .current_dir(Path::new("/"))
            .stdin(std::process::Stdio::null());
        command
    }
}
