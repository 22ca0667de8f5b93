//! What happened in a repository since a commit.

use std::path::Path;

use super::{Error, OWN_WRITES, call, refusal};
use crate::model::history::{Change, Commit, History};
use crate::model::text;
use crate::process::{Capture, End, Runner};

/// The most commits that are looked at. Whoever has more of them knows without being told.
const MAX_COMMITS: usize = 200;

/// The longest subject of a commit that is kept, in characters.
const MAX_SUBJECT_CHARS: usize = 200;

/// What happened in a project since a commit. Commits count wherever in the repository they changed something, files
/// only in the project's directory, and none that sdd itself keeps there.
///
/// Like [`super::read()`] it neither writes nor runs anything that the repository configures.
pub fn history(runner: &dyn Runner, git_program: &Path, root: &Path, base: &str) -> Result<History, Error> {
    let ask = |command: &'static str, args: &[String]| {
        let outcome = runner.run(&call(git_program, root).args(args))?;
        match outcome.end {
            End::Code(0) => Ok(outcome.stdout),
            end => Err(refusal(command, end, &outcome)),
        }
    };
    let log = ask("log", &log_args(base))?;
    let (commits, more) = commits(&log)?;
    let diff = ask("diff", &diff_args(base))?;
    let others = ask("ls-files", &others_args())?;
    Ok(History {
        commits,
        more,
        change: change(&diff)?,
        untracked: others
            .bytes()
            .iter()
            .fold(0, |count, byte| count + u64::from(*byte == 0)),
    })
}

fn log_args(base: &str) -> Vec<String> {
    [
        // Signatures are looked at by a program that the configuration names.
        "-c",
        "log.showSignature=false",
        "log",
        "-z",
        "--no-color",
        "--no-show-signature",
        "--no-notes",
        "--format=%h%x00%s",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        format!("--max-count={}", MAX_COMMITS + 1),
        format!("{base}..HEAD"),
        "--".to_owned(),
    ])
    .collect()
}

fn diff_args(base: &str) -> Vec<String> {
    // Both run what the repository's attributes name.
    let fixed = [
        "diff",
        "--shortstat",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
    ];
    fixed
        .map(str::to_owned)
        .into_iter()
        .chain([base.to_owned()])
        .chain(of_the_project())
        .collect()
}

fn others_args() -> Vec<String> {
    ["ls-files", "--others", "--exclude-standard", "-z"]
        .map(str::to_owned)
        .into_iter()
        .chain(of_the_project())
        .collect()
}

/// The project's own files, without those that sdd keeps.
fn of_the_project() -> impl Iterator<Item = String> {
    let own = OWN_WRITES.map(|name| format!(":(exclude).session/{name}"));
    ["--".to_owned(), ".".to_owned()].into_iter().chain(own)
}

/// Reads ids and subjects in turn, each with a NUL behind it but the last.
fn commits(log: &Capture) -> Result<(Vec<Commit>, bool), Error> {
    let bytes = log.bytes();
    if log.truncated() {
        return Err(strange("more than is kept of it"));
    }
    if bytes.is_empty() {
        return Ok((Vec::new(), false));
    }
    let fields: Vec<String> = bytes
        .strip_suffix(b"\0")
        .unwrap_or(&bytes)
        .split(|byte| *byte == 0)
        .map(|field| text::one_line(&String::from_utf8_lossy(field)))
        .collect();
    let pairs = fields.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(strange("a commit without a subject"));
    }
    let mut commits: Vec<Commit> = pairs
        .map(|pair| Commit {
            id: pair[0].trim().to_owned(),
            subject: text::shorten(pair[1].trim(), MAX_SUBJECT_CHARS),
        })
        .collect();
    let more = commits.len() > MAX_COMMITS;
    commits.truncate(MAX_COMMITS);
    Ok((commits, more))
}

/// Reads `3 files changed, 10 insertions(+), 2 deletions(-)`, in which each part may be missing; nothing at all when
/// nothing differs.
fn change(diff: &Capture) -> Result<Change, Error> {
    let bytes = diff.bytes();
    let line = String::from_utf8_lossy(&bytes);
    let mut change = Change::default();
    for part in line.trim().split(", ").filter(|part| !part.is_empty()) {
        let (count, what) = part.split_once(' ').ok_or_else(|| strange(part))?;
        let count = count.parse().map_err(|_| strange(part))?;
        let what = what.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        match what {
            "file changed" | "files changed" => change.files = count,
            "insertion" | "insertions" => change.insertions = count,
            "deletion" | "deletions" => change.deletions = count,
            _ => return Err(strange(part)),
        }
    }
    Ok(change)
}

fn strange(what: &str) -> Error {
    Error::List {
        what: text::shorten(&text::one_line(what), 200),
    }
}

#[cfg(test)]
mod tests {
    //! On output of git 2.47.3.

    use super::*;

    #[track_caller]
    fn check_commits(recorded: &str, expect: &[(&str, &str)]) {
        let (found, more) = commits(&Capture::of(recorded.replace('~', "\0").as_bytes())).unwrap();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|commit| (commit.id.as_str(), commit.subject.as_str()))
            .collect();
        assert_eq!(found, expect);
        assert!(!more);
    }

    #[test]
    fn commits_are_read_with_any_subject() {
        check_commits("", &[]);
        check_commits(
            "1f0c2d3~Add a, b; and \"c\"~0a0b0c0~~",
            &[("1f0c2d3", "Add a, b; and \"c\""), ("0a0b0c0", "")],
        );
        check_commits("1f0c2d3~\u{1b}[31mred\u{1b}[0m x~", &[("1f0c2d3", "red x")]);
    }

    #[test]
    fn of_many_commits_the_newest_are_kept() {
        let log: String = (0..=MAX_COMMITS).fold(String::new(), |log, n| log + &format!("{n:07x}\0s\0"));
        let (found, more) = commits(&Capture::of(log.as_bytes())).unwrap();
        assert!(more);
        assert_eq!((found.len(), found[0].id.as_str()), (MAX_COMMITS, "0000000"));
    }

    #[track_caller]
    fn check_change(recorded: &str, expect: Option<(u64, u64, u64)>) {
        let found = change(&Capture::of(recorded.as_bytes())).ok();
        let found = found.map(|change| (change.files, change.insertions, change.deletions));
        assert_eq!(found, expect, "{recorded:?}");
    }

    #[test]
    fn the_short_statistics_are_read_with_any_part_missing() {
        check_change("", Some((0, 0, 0)));
        check_change(" 1 file changed, 1 insertion(+)\n", Some((1, 1, 0)));
        check_change(
            " 12 files changed, 340 insertions(+), 20 deletions(-)\n",
            Some((12, 340, 20)),
        );
        check_change(" 1 file changed, 1 deletion(-)\n", Some((1, 0, 1)));
        check_change(
            " 1 file changed, 0 insertions(+), 0 deletions(-)\n",
            Some((1, 0, 0)),
        );
        check_change("warning: x", None);
        check_change("x files changed", None);
    }
}
