//! Which files of a project changed since some commit: in commits, in the index and in the work tree.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::raw::{self, Entry};
use super::{Error, call, is_no_repository, is_own_write, refusal};
use crate::model::text;
use crate::process::{End, KeepRaw, Outcome, Runner};

/// Branches that are the default one where no remote says which it is, the likeliest first.
const USUAL: [&str; 4] = ["main", "master", "trunk", "develop"];

/// Since when changes count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Since {
    /// Since a commit, by its full name.
    Commit(String),
    /// Since what is checked out went its own way from the default branch.
    DefaultBranch,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// The project is in no repository, so nobody knows.
    NoRepository,
    /// These files, sorted by path; none of those that sdd itself writes.
    Of {
        /// Since when.
        base: Base,
        /// The files.
        files: Vec<Change>,
    },
}

/// Since when files changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A commit that was asked for.
    Commit(String),
    /// The last commit that is also one of a branch.
    Branch {
        /// The branch, such as `origin/main`.
        name: String,
        /// The commit.
        commit: String,
    },
    /// There is no commit yet: every file is new.
    Nothing,
}

/// A file that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The file, relative to the project with `/` between parts.
    pub path: String,
    /// What became of it.
    pub what: What,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// There is something in it that was not there before.
    Written,
    /// It stands elsewhere or may be executed, and what is in it is as it was.
    Moved,
    /// It is gone.
    Removed,
}

/// What git is asked, and how.
pub struct Asking<'a> {
    /// Starts git.
    pub runner: &'a dyn Runner,
    /// Git.
    pub program: &'a Path,
    /// The project's directory.
    pub root: &'a Path,
    /// The time that one call may take.
    pub timeout: Duration,
}

/// What changed in a project. Git can neither write nor run anything that the repository configures, as in
/// [`super::read`].
pub fn changes(asking: &Asking<'_>, since: &Since) -> Result<Changes, Error> {
    let head = match asking.commit("HEAD")? {
        Answer::NoRepository => return Ok(Changes::NoRepository),
        Answer::None => None,
        Answer::Said(head) => Some(head),
    };
    let base = match (since, head) {
        (Since::Commit(commit), _) => asking.known(commit)?,
        (Since::DefaultBranch, None) => Base::Nothing,
        (Since::DefaultBranch, Some(head)) => asking.branch_left(&head)?,
    };
    let mut files: Vec<Change> = match base.commit() {
        Some(commit) => {
            let mut files = settle(&raw::parse(&asking.list("diff", &diff(commit))?)?);
            files.extend(asking.untracked(&["--others"])?);
            files
        }
        None => asking.untracked(&["--cached", "--others"])?.collect(),
    };
    files.retain(|change| !is_own_write(&change.path, Some(".session/"), asking.root));
    files.sort();
    files.dedup();
    Ok(Changes::Of { base, files })
}

/// The default branch, by the full name of its reference; `None` where nothing says which it is, and outside of a
/// repository.
pub fn default_branch_of(asking: &Asking<'_>) -> Result<Option<String>, Error> {
    match asking.commit("HEAD")? {
        Answer::NoRepository | Answer::None => Ok(None),
        Answer::Said(_) => Ok(default_branch(&asking.refs()?)),
    }
}

/// What `git diff` is asked.
fn diff(commit: &str) -> Vec<&str> {
    vec![
        "--raw",
        "-z",
        "--no-abbrev",
        // To find renames the contents would be compared; the names of contents tell as much as is needed.
        "--no-renames",
        "--relative",
        "--no-ext-diff",
        "--no-textconv",
        // Git would look for the file that the configuration names.
        "-O/dev/null",
        // What is inside of a submodule is another project's.
        "--ignore-submodules=dirty",
        commit,
        "--",
    ]
}

/// From differences to what became of each file.
fn settle(entries: &[Entry]) -> Vec<Change> {
    let gone: BTreeSet<&String> = entries
        .iter()
        .filter(|entry| entry.status == 'D')
        .filter_map(|entry| entry.before.as_ref())
        .collect();
    entries
        .iter()
        .map(|entry| {
            let what = match (entry.status, &entry.now) {
                ('D', _) => What::Removed,
                ('A', Some(now)) if gone.contains(now) => What::Moved,
                ('M', Some(now)) if entry.before.as_ref() == Some(now) => What::Moved,
                _ => What::Written,
            };
            Change {
                path: entry.path.clone(),
                what,
            }
        })
        .collect()
}

/// What git said to a question that may have no answer.
enum Answer {
    NoRepository,
    None,
    Said(String),
}

impl Asking<'_> {
    fn run(&self, args: &[&str], raw: KeepRaw) -> Result<Outcome, Error> {
        let mut invocation = call(self.program, self.root).args(args);
        invocation.timeout = self.timeout;
        invocation.raw = raw;
        Ok(self.runner.run(&invocation)?)
    }

    /// The full name of a commit.
    fn commit(&self, name: &str) -> Result<Answer, Error> {
        let wanted = format!("{name}^{{commit}}");
        let outcome = self.run(&["rev-parse", "--verify", "--quiet", &wanted], KeepRaw::Nothing)?;
        match outcome.end {
            End::Code(0) => Ok(Answer::Said(line(&outcome))),
            End::Code(1) => Ok(Answer::None),
            End::Code(_) if is_no_repository(&outcome, self.root) => Ok(Answer::NoRepository),
            end => Err(refusal("rev-parse", end, &outcome)),
        }
    }

    /// A commit that must be there.
    fn known(&self, commit: &str) -> Result<Base, Error> {
        let unknown = || Error::UnknownCommit {
            commit: text::shorten(&text::one_line(commit), 80),
        };
        // It comes from a file: anything else could be an option.
        let is_name = (7..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_name {
            return Err(unknown());
        }
        match self.commit(commit)? {
            Answer::Said(commit) => Ok(Base::Commit(commit)),
            Answer::None | Answer::NoRepository => Err(unknown()),
        }
    }

    /// Where what is checked out went its own way from the default branch.
    fn branch_left(&self, head: &str) -> Result<Base, Error> {
        let branch = default_branch(&self.refs()?).ok_or(Error::NoDefaultBranch)?;
        let outcome = self.run(&["merge-base", head, &branch], KeepRaw::Nothing)?;
        let name = branch
            .trim_start_matches("refs/heads/")
            .trim_start_matches("refs/remotes/")
            .to_owned();
        match outcome.end {
            End::Code(0) => Ok(Base::Branch {
                name,
                commit: line(&outcome),
            }),
            End::Code(1) => Err(Error::Unrelated { branch: name }),
            end => Err(refusal("merge-base", end, &outcome)),
        }
    }

    /// The branches, as [`default_branch`] reads them.
    fn refs(&self) -> Result<Vec<u8>, Error> {
        let format = "--format=%(refname)%00%(symref)";
        self.list("for-each-ref", &[format, "refs/heads", "refs/remotes/*/*"])
    }

    fn untracked(&self, which: &[&str]) -> Result<impl Iterator<Item = Change> + use<>, Error> {
        let listed = self.list("ls-files", &[which, &["--exclude-standard", "-z"]].concat())?;
        let paths: Vec<String> = listed
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect();
        Ok(paths.into_iter().map(|path| Change {
            path,
            what: What::Written,
        }))
    }

    /// All of a list that git writes. A name may hold what looks like a secret, so that it is read as it came.
    pub(super) fn list(&self, call: &'static str, args: &[&str]) -> Result<Vec<u8>, Error> {
        let outcome = self.run(&[&[call], args].concat(), KeepRaw::Report)?;
        if outcome.end != End::Code(0) {
            return Err(refusal(call, outcome.end, &outcome));
        }
        let stdout = outcome.read_stdout();
        if stdout.truncated() {
            return Err(Error::List {
                what: format!("it has {} bytes, too many to read", stdout.total()),
            });
        }
        Ok(stdout.bytes())
    }
}

fn line(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.stdout.bytes()).trim().to_owned()
}

/// The default branch among references, `NAME NUL TARGET` a line: the one that a remote calls so, `origin` first; else
/// the usual names, those of `origin` first; else the only branch there is.
fn default_branch(listed: &[u8]) -> Option<String> {
    let listed = String::from_utf8_lossy(listed).into_owned();
    let refs: Vec<(&str, &str)> = listed
        .lines()
        .map(|line| line.split_once('\0').unwrap_or((line, "")))
        .collect();
    let there = |name: &str| refs.iter().any(|(known, _)| *known == name);
    let mut heads: Vec<&(&str, &str)> = refs
        .iter()
        .filter(|(name, target)| {
            name.starts_with("refs/remotes/") && name.ends_with("/HEAD") && there(target)
        })
        .collect();
    heads.sort_by_key(|(name, _)| *name != "refs/remotes/origin/HEAD");
    if let Some((_, target)) = heads.first() {
        return Some((*target).to_owned());
    }
    let usual = ["refs/remotes/origin/", "refs/heads/"]
        .iter()
        .flat_map(|place| USUAL.iter().map(move |name| format!("{place}{name}")));
    if let Some(found) = usual.into_iter().find(|name| there(name)) {
        return Some(found);
    }
    let mut local = refs.iter().filter(|(name, _)| name.starts_with("refs/heads/"));
    match (local.next(), local.next()) {
        (Some((only, _)), None) => Some((*only).to_owned()),
        _ => None,
    }
}

impl Base {
    /// The commit; `None` where there is none yet.
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Commit(commit) | Self::Branch { commit, .. } => Some(commit),
            Self::Nothing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(refs: &[&str], expect: Option<&str>) {
        let listed: Vec<String> = refs.iter().map(|line| line.replace('>', "\0")).collect();
        assert_eq!(default_branch(listed.join("\n").as_bytes()).as_deref(), expect);
    }

    #[test]
    fn the_default_branch_is_the_one_that_a_remote_calls_so() {
        check(
            &[
                "refs/heads/main>",
                "refs/remotes/fork/HEAD>refs/remotes/fork/dev",
                "refs/remotes/fork/dev>",
                "refs/remotes/origin/HEAD>refs/remotes/origin/stable",
                "refs/remotes/origin/stable>",
            ],
            Some("refs/remotes/origin/stable"),
        );
        // What it leads to is gone.
        check(
            &[
                "refs/heads/main>",
                "refs/remotes/origin/HEAD>refs/remotes/origin/old",
            ],
            Some("refs/heads/main"),
        );
    }

    #[test]
    fn else_the_usual_names_are_looked_for() {
        check(
            &["refs/heads/main>", "refs/heads/x>", "refs/remotes/origin/master>"],
            Some("refs/remotes/origin/master"),
        );
        check(
            &["refs/heads/x>", "refs/heads/master>", "refs/heads/main>"],
            Some("refs/heads/main"),
        );
        check(&["refs/heads/only>"], Some("refs/heads/only"));
        check(&["refs/heads/a>", "refs/heads/b>"], None);
        check(&[""], None);
    }

    #[test]
    fn what_only_moved_is_told_from_what_was_written() {
        let entry = |status: char, before: &str, now: &str, path: &str| Entry {
            status,
            before: Some(before.to_owned()).filter(|name| !name.is_empty()),
            now: Some(now.to_owned()).filter(|name| !name.is_empty()),
            path: path.to_owned(),
        };
        let settled = settle(&[
            entry('D', "a", "", "old"),
            entry('A', "", "a", "new"),
            entry('A', "", "b", "other"),
            entry('A', "", "", "untold"),
            entry('M', "c", "c", "mode"),
            entry('M', "c", "d", "staged"),
            entry('M', "c", "", "changed"),
        ]);
        let shown: Vec<String> = settled
            .iter()
            .map(|change| format!("{:?} {}", change.what, change.path))
            .collect();
        assert_eq!(
            shown,
            [
                "Removed old",
                "Moved new",
                "Written other",
                "Written untold",
                "Moved mode",
                "Written staged",
                "Written changed",
            ]
        );
    }
}
