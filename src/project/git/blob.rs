//! A file as it is in a commit: `git cat-file blob REV:./PATH`.

use std::path::Path;

use super::{Error, call, refusal};
use crate::process::{End, KeepRaw, Runner};

/// The bytes of a file in a revision, with a path relative to `root`, or else to the top of the repository, as git itself
/// takes it; `None` when there is no such revision or file.
pub fn blob(
    runner: &dyn Runner,
    program: &Path,
    root: &Path,
    revision: &str,
    path: &str,
) -> Result<Option<Vec<u8>>, Error> {
    if revision.is_empty() || revision.starts_with('-') {
        return Ok(None);
    }
    match one(runner, program, root, &format!("{revision}:./{path}"))? {
        None if !path.starts_with('.') => one(runner, program, root, &format!("{revision}:{path}")),
        found => Ok(found),
    }
}

fn one(runner: &dyn Runner, program: &Path, root: &Path, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let mut invocation = call(program, root).args(["cat-file", "blob", name]);
    invocation.raw = KeepRaw::Report;
    let outcome = runner.run(&invocation)?;
    match outcome.end {
        End::Code(0) => {}
        End::Code(128) => return Ok(None),
        end => return Err(refusal("cat-file", end, &outcome)),
    }
    let stdout = outcome.read_stdout();
    if stdout.truncated() {
        return Err(Error::List {
            what: format!("{name} has {} bytes, too many to read", stdout.total()),
        });
    }
    Ok(Some(stdout.bytes()))
}
