//! The git state of a project and what changed in it, asked of git itself and never of files in `.git`.

mod blob;
mod changes;
mod hidden;
mod index;
mod log;
mod porcelain;
mod raw;
mod tree;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::report::GitInfo;
use crate::model::text;
use crate::process::{self, End, Invocation, Outcome, Runner};

pub use blob::blob;
pub use changes::{Asking, Base, Change, Changes, Since, What, changes, default_branch_of};
pub use hidden::hidden;
pub use index::{Index, Listed};
pub use log::history;
pub use porcelain::{Status, parse};
pub use tree::{Tree, changed_between, tree};

use super::detect::nearest_git;
use super::paths::display;

/// The time that one call of git may take. Without an answer the report goes without git's part, so a slow network
/// mount must not hold it up for long.
const TIMEOUT: Duration = Duration::from_secs(10);
/// It only reads, so there is nothing to clean up.
const GRACE: Duration = Duration::from_secs(1);

/// What sdd itself writes below `.session`. It never makes a work tree dirty; the configuration, the specs and
/// everything else there do.
pub const OWN_WRITES: [&str; 9] = [
    ".lock",
    "briefings",
    "deployments",
    "evidence",
    "history",
    "reports",
    "runs",
    "tracking",
    "config.schema.json",
];

/// Why the state of a repository, or what changed in it, is not known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Git could not be run.
    #[error("git could not be run")]
    Process {
        /// The cause.
        #[from]
        source: process::Error,
    },
    /// The repository belongs to somebody else, so git refuses to look at it.
    #[error(
        "git refuses to read {}, because it belongs to another user; if you trust it: \
         git config --global --add safe.directory {}",
        directory,
        quoted(directory)
    )]
    Unsafe {
        /// The repository.
        directory: String,
    },
    /// Git ended in another way than with an answer.
    #[error("git {call} {how}{}", said_after(said))]
    Failed {
        /// What git was asked, in a word.
        call: &'static str,
        /// How it ended.
        how: String,
        /// The first line of what it said; empty when it said nothing.
        said: String,
    },
    /// Git's answer is not in its documented format.
    #[error("git answered something else than was asked: {what}")]
    Output {
        /// The part that was not understood.
        what: String,
    },
    /// Git's list of what changed is not in its documented format, or longer than can be read.
    #[error("what git says has changed cannot be read: {what}")]
    List {
        /// The part that was not understood.
        what: String,
    },
    /// A commit that should be there is not.
    #[error(
        "the commit {commit} is not in this repository: its history was written anew, or this is another clone"
    )]
    UnknownCommit {
        /// The commit, made safe to show.
        commit: String,
    },
    /// Nothing says which branch is the default one.
    #[error(
        "the default branch is not known, so nothing says what is new; say it with: git remote set-head origin --auto"
    )]
    NoDefaultBranch,
    /// What is checked out has nothing to do with the default branch.
    #[error(
        "what is checked out and {branch} have no commit in common; in a shallow clone: git fetch --unshallow"
    )]
    Unrelated {
        /// The default branch.
        branch: String,
    },
}

/// The state of the repository that `root` lies in; `None` outside of one. Runs git once. `base` is left empty.
///
/// The call can neither write nor run anything that the repository configures, but for filter drivers of its
/// own `.git/config`: no hooks, no file system monitor, no pager, no `ext::` transport, no fetching of missing
/// objects. The list of its users that a repository may belong to (`safe.directory`) is git's own.
pub fn read(runner: &dyn Runner, git_program: &Path, root: &Path) -> Result<Option<GitInfo>, Error> {
    let outcome = runner.run(&invocation(git_program, root))?;
    match outcome.end {
        End::Code(0) => {}
        _ if is_no_repository(&outcome, root) => return Ok(None),
        end => return Err(refusal("status", end, &outcome)),
    }
    let status = parse(&outcome.stdout.bytes(), outcome.stdout.truncated())?;
    let prefix = prefix(root);
    let state = prefix.as_deref().map(state_directory);
    let dirty = status.truncated
        || status
            .changed
            .iter()
            .any(|path| !is_own_write(path, state.as_deref(), root));
    Ok(Some(GitInfo {
        head: status.head,
        branch: status.branch,
        base: None,
        dirty,
        prefix: prefix.filter(|prefix| prefix != "."),
    }))
}

/// The commit that is checked out in the repository that `root` lies in; `None` outside of one, and before the first commit.
///
/// [`read`] tells it, too, but only after a look at every file.
pub fn head(runner: &dyn Runner, git_program: &Path, root: &Path) -> Result<Option<String>, Error> {
    let asked = call(git_program, root).args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
    let outcome = runner.run(&asked)?;
    match outcome.end {
        End::Code(0) => id(&outcome.stdout.bytes()).map(Some),
        // With nothing said: there is no such commit.
        End::Code(1) if outcome.stderr.total() == 0 => Ok(None),
        _ if is_no_repository(&outcome, root) => Ok(None),
        end => Err(refusal("rev-parse", end, &outcome)),
    }
}

/// Where all work trees of a repository meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// The directory that git keeps for all of them.
    pub directory: PathBuf,
    /// The project's directory relative to the top of its work tree; `.` where they are the same.
    pub prefix: String,
}

/// The directory that all work trees of the repository of `root` have in common; `None` outside of one.
pub fn common(runner: &dyn Runner, git_program: &Path, root: &Path) -> Result<Option<Common>, Error> {
    let outcome = runner.run(&call(git_program, root).args(["rev-parse", "--git-common-dir"]))?;
    match outcome.end {
        End::Code(0) => {}
        _ if is_no_repository(&outcome, root) => return Ok(None),
        end => return Err(refusal("rev-parse", end, &outcome)),
    }
    let said = outcome.stdout.bytes();
    let said = String::from_utf8_lossy(said.strip_suffix(b"\n").unwrap_or(&said)).into_owned();
    // Git names it relative to the directory that it was asked in.
    match root.join(&said).canonicalize() {
        Ok(directory) if directory.join("HEAD").exists() => Ok(Some(Common {
            directory,
            prefix: prefix(root).unwrap_or_else(|| ".".to_owned()),
        })),
        _ => Err(Error::Output { what: said }),
    }
}

/// Git's name of the tree of a commit that is there.
pub fn tree_of(runner: &dyn Runner, git_program: &Path, root: &Path, commit: &str) -> Result<String, Error> {
    let wanted = format!("{commit}^{{tree}}");
    let outcome = runner.run(&call(git_program, root).args(["rev-parse", "--verify", "--quiet", &wanted]))?;
    match outcome.end {
        End::Code(0) => id(&outcome.stdout.bytes()),
        end => Err(refusal("rev-parse", end, &outcome)),
    }
}

/// The commit that a name stands for; `None` where there is no such commit.
pub fn commit_of(
    runner: &dyn Runner,
    git_program: &Path,
    root: &Path,
    name: &str,
) -> Result<Option<String>, Error> {
    let wanted = format!("{name}^{{commit}}");
    let outcome = runner.run(&call(git_program, root).args(["rev-parse", "--verify", "--quiet", &wanted]))?;
    match outcome.end {
        End::Code(0) => id(&outcome.stdout.bytes()).map(Some),
        End::Code(1) => Ok(None),
        end => Err(refusal("rev-parse", end, &outcome)),
    }
}

/// The name of an object, and nothing else.
fn id(said: &[u8]) -> Result<String, Error> {
    let said = String::from_utf8_lossy(said);
    let name = said.trim();
    if name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(name.to_owned())
    } else {
        Err(Error::Output {
            what: text::first_line(&said).to_owned(),
        })
    }
}

/// A call of git in a directory that only reads.
fn invocation(git_program: &Path, root: &Path) -> Invocation {
    call(git_program, root).args([
        "status",
        "--porcelain=v2",
        "--branch",
        "-z",
        "--no-ahead-behind",
        // Stated, so that no configuration hides a change.
        "--untracked-files=normal",
        "--ignore-submodules=none",
    ])
}

/// A call of git about a project; what is asked is added.
fn call(git_program: &Path, root: &Path) -> Invocation {
    let mut invocation = Invocation::new(git_program, root, TIMEOUT)
        .args([
            "--no-pager",
            "--no-optional-locks",
            // What `git replace` puts in the place of a commit is not what was committed.
            "--no-replace-objects",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "protocol.ext.allow=never",
            "-C",
        ])
        .args([root.as_os_str()]);
    invocation.grace = GRACE;
    invocation.env = [
        // Messages are matched below.
        ("LC_ALL", "C"),
        ("LANGUAGE", ""),
        // A partial clone would fetch, with a command that its own configuration names.
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into();
    invocation
}

/// Whether git says that there is no repository.
fn is_no_repository(outcome: &Outcome, root: &Path) -> bool {
    let stderr = text::message(&outcome.stderr.bytes());
    // The whole phrase: a `.git` file that leads nowhere is "not a git repository: PATH" and a fault. A broken
    // repository gets the phrase, too, and is not the same as none.
    let has_head = || nearest_git(root).is_some_and(|top| top.join(".git").join("HEAD").exists());
    stderr.contains("not a git repository (or any") && !has_head()
}

fn refusal(call: &'static str, end: End, outcome: &Outcome) -> Error {
    let stderr = text::message(&outcome.stderr.bytes());
    if let Some((_, rest)) = stderr.split_once("detected dubious ownership in repository at '") {
        let directory = rest.split_once("'\n").map_or(rest, |(directory, _)| directory);
        return Error::Unsafe {
            directory: directory.trim_end_matches('\'').to_owned(),
        };
    }
    Error::Failed {
        call,
        how: match end {
            End::Code(code) => format!("ended with exit code {code}"),
            End::Signal(signal) => format!("was killed by signal {signal}"),
            End::TimedOut => format!("had no answer within {} s", TIMEOUT.as_secs()),
            End::Cancelled => "was cancelled".to_owned(),
        },
        said: text::first_line(&stderr).to_owned(),
    }
}

/// The project's directory relative to the top of its repository, as git writes it; `.` where they are the same.
fn prefix(root: &Path) -> Option<String> {
    let root = root.canonicalize().ok()?;
    let top = nearest_git(&root)?;
    Some(display(root.strip_prefix(&top).ok()?))
}

/// The project's `.session` relative to the top of the repository, with a `/` at its end.
fn state_directory(prefix: &str) -> String {
    if prefix == "." {
        ".session/".to_owned()
    } else {
        format!("{prefix}/.session/")
    }
}

fn is_own_write(path: &str, state: Option<&str>, root: &Path) -> bool {
    let Some(below) = state.and_then(|state| path.strip_prefix(state)) else {
        return false;
    };
    if below.is_empty() {
        // Git names an untracked directory and not what is in it.
        return names_in(&root.join(".session")).is_some_and(|names| {
            names
                .iter()
                .all(|name| name.to_str().is_some_and(|name| OWN_WRITES.contains(&name)))
        });
    }
    let first = below.split('/').next().unwrap_or(below);
    OWN_WRITES.contains(&first)
}

fn names_in(dir: &Path) -> Option<BTreeSet<PathBuf>> {
    let entries = std::fs::read_dir(dir).ok()?;
    entries
        .map(|entry| entry.ok().map(|entry| PathBuf::from(entry.file_name())))
        .collect()
}

fn said_after(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    }
}

/// A path as a word of a shell command.
fn quoted(path: &str) -> String {
    shlex::try_quote(path).map_or_else(|_| path.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests;
