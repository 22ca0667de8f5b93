//! What a work tree is: its commit, what differs from that, and a digest of both.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{
    Error, call, is_no_repository, is_own_write, nearest_git, parse, prefix, refusal, state_directory,
};
use crate::model::report::GitInfo;
use crate::process::{End, Runner};
use crate::store;

/// The most bytes of changed files that are read for a digest.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// The most changed files that are read for a digest.
const MAX_FILES: usize = 5_000;

/// A work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The state of the repository; `base` is left empty.
    pub info: GitInfo,
    /// What differs from the commit: files of the project relative to it, others relative to the repository. What sdd
    /// itself keeps is not among them.
    pub changed: BTreeSet<String>,
    /// A digest of the commit and of the content of what differs. Two trees of the same digest are the same to every
    /// tool that looks at what git knows. `None` when something cannot be told by its content: a submodule that
    /// differs, too many files, too many bytes.
    pub digest: Option<String>,
}

/// The work tree of the repository that `root` lies in; `None` outside of one. Runs git once, and like [`super::read()`]
/// it neither writes nor runs anything that the repository configures.
pub fn tree(runner: &dyn Runner, git_program: &Path, root: &Path) -> Result<Option<Tree>, Error> {
    let invocation = call(git_program, root).args([
        "status",
        "--porcelain=v2",
        "--branch",
        "-z",
        "--no-ahead-behind",
        // Stated, so that no configuration hides a change; every file by its name, since each is to be read.
        "--untracked-files=all",
        "--ignore-submodules=none",
    ]);
    let outcome = runner.run(&invocation)?;
    match outcome.end {
        End::Code(0) => {}
        _ if is_no_repository(&outcome, root) => return Ok(None),
        end => return Err(refusal("status", end, &outcome)),
    }
    let status = parse(&outcome.stdout.bytes(), outcome.stdout.truncated())?;
    let prefix = prefix(root);
    let state = prefix.as_deref().map(state_directory);
    let changed: BTreeSet<String> = status
        .changed
        .into_iter()
        .filter(|path| !is_own_write(path, state.as_deref(), root))
        .collect();
    let top = root.canonicalize().ok().and_then(|root| nearest_git(&root));
    let digest = match top {
        Some(top) if !status.truncated => digest(status.head.as_deref(), &changed, &top),
        _ => None,
    };
    let inside = state
        .as_deref()
        .and_then(|state| state.strip_suffix(".session/"))
        .unwrap_or("");
    Ok(Some(Tree {
        info: GitInfo {
            head: status.head,
            branch: status.branch,
            base: None,
            dirty: status.truncated || !changed.is_empty(),
            prefix: prefix.filter(|prefix| prefix != "."),
        },
        changed: changed.into_iter().map(|path| relative(&path, inside)).collect(),
        digest,
    }))
}

/// The files that differ between two commits, named as those of [`Tree::changed`].
pub fn changed_between(
    runner: &dyn Runner,
    git_program: &Path,
    root: &Path,
    from: &str,
    to: &str,
) -> Result<BTreeSet<String>, Error> {
    let invocation = call(git_program, root).args([
        "diff",
        "--name-only",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=none",
        from,
        to,
        "--",
    ]);
    let outcome = runner.run(&invocation)?;
    match outcome.end {
        End::Code(0) => {}
        end => return Err(refusal("diff", end, &outcome)),
    }
    let state = prefix(root).as_deref().map(state_directory);
    let inside = state
        .as_deref()
        .and_then(|state| state.strip_suffix(".session/"))
        .unwrap_or("");
    // Of a list that is cut off the last names may be parts of names, and nobody is misled by them.
    Ok(outcome
        .stdout
        .bytes()
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty())
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .filter(|path| !is_own_write(path, state.as_deref(), root))
        .map(|path| relative(&path, inside))
        .collect())
}

fn relative(path: &str, inside: &str) -> String {
    path.strip_prefix(inside).unwrap_or(path).to_owned()
}

fn digest(head: Option<&str>, changed: &BTreeSet<String>, top: &Path) -> Option<String> {
    if changed.len() > MAX_FILES {
        return None;
    }
    let mut whole = Sha256::new();
    whole.update(head.unwrap_or("-"));
    let mut room = MAX_BYTES;
    for path in changed {
        whole.update([0]);
        whole.update(path);
        whole.update([0]);
        let file = top.join(path);
        let metadata = match file.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                whole.update("gone");
                continue;
            }
            Err(_) => return None,
        };
        if metadata.is_symlink() {
            whole.update("link");
            whole.update(fs::read_link(&file).ok()?.to_string_lossy().as_bytes());
        } else if metadata.is_file() {
            let bytes = store::read_regular(&file, room).ok()??;
            room = room.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            whole.update(if is_executable(&metadata) {
                "program"
            } else {
                "file"
            });
            whole.update(Sha256::digest(&bytes));
        } else {
            // A submodule, or a repository of its own: git does not say what is in it.
            return None;
        }
    }
    Some(hex(&whole.finalize()))
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    false
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
