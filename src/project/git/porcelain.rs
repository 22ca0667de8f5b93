//! Reading `git status --porcelain=v2 --branch -z`.
//!
//! Format: "Porcelain Format Version 2" of git-status(1). With `-z` every line ends with NUL, paths are as they
//! are, relative to the repository's root, and a rename's second path follows as a line of its own.

use super::Error;

/// What git said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The commit that is checked out; `None` before the first.
    pub head: Option<String>,
    /// The branch; `None` with a detached head.
    pub branch: Option<String>,
    /// Every path that differs, both of a rename; an untracked directory has a `/` at its end and stands for what
    /// is in it.
    pub changed: Vec<String>,
    /// Whether the list is longer than what was kept of it.
    pub truncated: bool,
}

/// Reads a status. Of a truncated one the middle is missing, so that nothing behind the headers is read.
pub fn parse(bytes: &[u8], truncated: bool) -> Result<Status, Error> {
    let mut status = Status {
        truncated,
        ..Status::default()
    };
    let mut has_oid = false;
    let mut lines = bytes.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        let line = String::from_utf8_lossy(line);
        let fault = || Error::Output {
            what: crate::model::text::message(line.chars().take(200).collect::<String>().as_bytes()),
        };
        let (kind, rest) = line.split_once(' ').ok_or_else(fault)?;
        if kind != "#" && truncated {
            break;
        }
        // The fields before the path; see the format.
        let fields = match kind {
            "#" => {
                has_oid |= header(rest, &mut status);
                continue;
            }
            "?" | "!" => 0,
            "1" => 7,
            "2" => 8,
            "u" => 9,
            _ => return Err(fault()),
        };
        let path = rest.splitn(fields + 1, ' ').nth(fields).ok_or_else(fault)?;
        if kind == "!" {
            continue;
        }
        status.changed.push(path.to_owned());
        if kind == "2" {
            let original = lines.next().ok_or_else(fault)?;
            status
                .changed
                .push(String::from_utf8_lossy(original).into_owned());
        }
    }
    if has_oid {
        Ok(status)
    } else {
        Err(Error::Output {
            what: "the commit is missing".to_owned(),
        })
    }
}

/// Reads a header; whether it is the one that is always there. Unknown ones are to be ignored.
fn header(text: &str, status: &mut Status) -> bool {
    if let Some(oid) = text.strip_prefix("branch.oid ") {
        status.head = Some(oid.to_owned()).filter(|oid| oid != "(initial)");
        return true;
    }
    if let Some(name) = text.strip_prefix("branch.head ") {
        status.branch = Some(name.to_owned()).filter(|name| name != "(detached)");
    }
    false
}
