//! A temporary tree to detect things in.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sdd::process::{Capture, End, Error, Invocation, Outcome, Runner};
use sdd::project::{Project, detect};
use tempfile::TempDir;

/// A temporary directory with files in it.
pub struct Tree {
    dir: TempDir,
}

impl Tree {
    /// A tree of these files, each with its content.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let tree = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for (path, content) in files {
            tree.write(path, content);
        }
        tree
    }

    /// A tree of empty files; a name with `/` at its end is a directory.
    pub fn with(files: &[&str]) -> Self {
        let files: Vec<_> = files.iter().map(|path| (*path, "")).collect();
        Self::of(&files)
    }

    /// The root, without links.
    pub fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "a test's own files are no state")]
    pub fn write(&self, path: &str, content: &str) {
        let full = self.dir.path().join(path);
        if path.ends_with('/') {
            std::fs::create_dir_all(full).unwrap();
        } else {
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, content).unwrap();
        }
    }

    #[cfg(unix)]
    pub fn link(&self, target: impl AsRef<Path>, path: &str) {
        let full = self.dir.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, full).unwrap();
    }

    pub fn project(&self) -> Project {
        self.project_without(&[])
    }

    pub fn project_without(&self, exclude: &[&str]) -> Project {
        let exclude: Vec<String> = exclude.iter().map(|&glob| glob.to_owned()).collect();
        detect::project(self.dir.path(), &exclude, None).unwrap()
    }

    /// Runs git in the tree; panics when it fails.
    pub fn git(&self, args: &[&str]) {
        git_in(self.dir.path(), args);
    }

    /// A repository with everything committed.
    pub fn commit_all(&self) {
        self.git(&["init", "-q", "-b", "main"]);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "one"]);
    }
}

/// The units of a project, each as `path language`.
pub fn units(project: &Project) -> Vec<String> {
    project
        .units
        .iter()
        .map(|unit| format!("{} {}", unit.unit.path, unit.unit.language))
        .collect()
}

/// Checks the units of a tree; where `expect` is empty there are none.
#[track_caller]
pub fn check(files: &[(&str, &str)], expect: &[&str]) {
    let tree = Tree::of(files);
    assert_eq!(units(&tree.project()), expect);
}

pub fn git_in(dir: &Path, args: &[&str]) {
    let mut command = git_command(Path::new("git"), dir);
    let output = command.args(args).output().unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests run git themselves to make repositories"
)]
fn git_command(program: &Path, dir: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_CONFIG_PARAMETERS",
    ] {
        command.env_remove(name);
    }
    command
        .current_dir(dir)
        .stdin(Stdio::null())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "a")
        .env("GIT_AUTHOR_EMAIL", "a@example.org")
        .env("GIT_COMMITTER_NAME", "a")
        .env("GIT_COMMITTER_EMAIL", "a@example.org");
    command
}

/// Runs git for the code under test, without any of the real runner's supervision.
pub struct Plain;

impl Runner for Plain {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        let output = git_command(&invocation.program, &invocation.cwd)
            .args(&invocation.args)
            .envs(invocation.env.iter().cloned())
            .output()
            .map_err(|_| Error::NotFound {
                program: invocation.program.clone(),
            })?;
        Ok(Outcome {
            stdout: Capture::of(&output.stdout),
            stderr: Capture::of(&output.stderr),
            ..Outcome::of(End::Code(output.status.code().unwrap()))
        })
    }
}
