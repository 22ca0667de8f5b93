//! Changes that git was told not to look for: `git update-index --assume-unchanged` and `--skip-worktree`.
//!
//! Git names such files when it is asked with `ls-files -v`, in small letters or with an `S`; whether they differ from what is
//! committed is told by their hashes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::changes::Asking;
use super::{Error, call, nearest_git, refusal};
use crate::process::End;

/// How many files are hashed by one call.
const AT_ONCE: usize = 100;
/// How many files are hashed at all; where git was told to look away from more, all of them count as changed.
const MAX_FILES: usize = 2_000;

/// The files of the repository that differ from what git has of them, and that git was told not to look at; relative to the
/// top of the repository. Files that are not there are left out of a sparse checkout, and are none of them.
pub fn hidden(asking: &Asking<'_>) -> Result<BTreeSet<String>, Error> {
    let listed = asking.list("ls-files", &["-v", "-z", "--full-name", "--", ":/"])?;
    let flagged = flagged(&listed);
    let Some(top) = asking
        .root
        .canonicalize()
        .ok()
        .and_then(|root| nearest_git(&root))
    else {
        return Ok(BTreeSet::new());
    };
    let mut hidden = BTreeSet::new();
    let mut asked = Vec::new();
    for (path, is_sparse) in flagged {
        match top.join(&path).symlink_metadata() {
            Ok(metadata) if metadata.is_file() => asked.push(path),
            Err(_) if is_sparse => {}
            // A link has no hash of its own here, and nobody has a reason to hide one.
            Ok(_) | Err(_) => {
                hidden.insert(path);
            }
        }
    }
    if asked.len() > MAX_FILES {
        hidden.extend(asked);
        return Ok(hidden);
    }
    for paths in asked.chunks(AT_ONCE) {
        let kept = kept(asking, paths)?;
        let now = now(asking, &top, paths)?;
        let differs = paths
            .iter()
            .zip(&now)
            .filter(|(path, now)| kept.get(*path) != Some(*now));
        hidden.extend(differs.map(|(path, _)| path.clone()));
    }
    Ok(hidden)
}

/// The files with a flag, and whether a sparse checkout may have left each out.
fn flagged(listed: &[u8]) -> Vec<(String, bool)> {
    listed
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let (tag, path) = (*entry.first()?, entry.get(2..)?);
            let is_sparse = tag.eq_ignore_ascii_case(&b'S');
            let is_flagged = is_sparse || tag.is_ascii_lowercase();
            is_flagged.then(|| (String::from_utf8_lossy(path).into_owned(), is_sparse))
        })
        .collect()
}

/// The hashes that git has: `MODE HASH STAGE TAB PATH`.
fn kept(asking: &Asking<'_>, paths: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let literal: Vec<String> = paths.iter().map(|path| format!(":(top,literal){path}")).collect();
    let mut args = vec!["-s", "-z", "--full-name", "--"];
    args.extend(literal.iter().map(String::as_str));
    let listed = asking.list("ls-files", &args)?;
    Ok(listed
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let entry = String::from_utf8_lossy(entry).into_owned();
            let (about, path) = entry.split_once('\t')?;
            Some((path.to_owned(), about.split(' ').nth(1)?.to_owned()))
        })
        .collect())
}

/// The hashes of what is there, in the order of the paths.
fn now(asking: &Asking<'_>, top: &Path, paths: &[String]) -> Result<Vec<String>, Error> {
    let mut invocation = call(asking.program, top).args(["hash-object", "--"]).args(paths);
    invocation.timeout = asking.timeout;
    let outcome = asking.runner.run(&invocation)?;
    if outcome.end != End::Code(0) {
        return Err(refusal("hash-object", outcome.end, &outcome));
    }
    let said = String::from_utf8_lossy(&outcome.stdout.bytes()).into_owned();
    let hashes: Vec<String> = said.lines().map(str::to_owned).collect();
    if hashes.len() == paths.len() {
        Ok(hashes)
    } else {
        Err(Error::Output {
            what: "as many hashes as files".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_git_writes_them() {
        let listed = b"H a\0h b c\0S d\0s e\0? f\0M g\0";
        let found = flagged(listed);
        let expect =
            [("b c", false), ("d", true), ("e", true)].map(|(path, sparse)| (path.to_owned(), sparse));
        assert_eq!(found, expect);
    }
}
