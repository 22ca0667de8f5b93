//! Where a session stands: the view of `status_update.json`, and the changes of it.
//!
//! The file says whether a session is open, and the work item follows it. So a session that begins is written here
//! first and a session that ends is written here last: whatever was killed in between, the file says "open" for as long
//! as something is left to do, and doing the same once more does it.

pub mod change;
pub mod choice;
mod read;

use super::spec::Spec;
use super::work_item::WorkItem;

pub use read::read;

/// The session that is open, or the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionState {
    /// Its number; absent before the first one.
    pub number: Option<u32>,
    /// The work item that it is about.
    pub work_item: Option<String>,
    /// When it began, as written.
    pub started_at: Option<String>,
    /// `idle`, `in_progress` or `completed`.
    pub status: SessionStatus,
    /// When it ended, as written.
    pub completed_at: Option<String>,
    /// The commit that it began on.
    pub base_commit: Option<String>,
    /// What there was when it began; absent in files that other programs wrote.
    pub snapshot: Option<Snapshot>,
}

impl SessionState {
    /// The session's number, when it is open.
    pub fn open(&self) -> Option<u32> {
        self.number.filter(|_| self.status == SessionStatus::InProgress)
    }
}

/// What there was when a session began, to be compared with what there is when it ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit that was checked out; absent outside of a repository and before its first commit.
    pub commit: Option<String>,
    /// The hash of the settings; absent when there was no file of them.
    pub config_sha256: Option<String>,
}

/// Whether a session is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionStatus {
    /// There is none, or the file says something that nobody knows.
    #[default]
    Idle,
    /// It is open.
    InProgress,
    /// It has ended.
    Completed,
}

/// What becomes of the item when a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is completed.
    Completed,
    /// It stays in progress.
    Incomplete,
}

/// Whether the gates of a session's last run passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gates {
    /// They did.
    Passed,
    /// They did not, or gave no answer.
    NotPassed,
}

/// The work that a run is about: the open session's item with what its spec says.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveWork {
    /// The item.
    pub item: WorkItem,
    /// What its spec says, with what the item's own JSON says on top; absent when there is no spec file.
    pub spec: Option<Spec>,
    /// The session's number.
    pub session: u32,
    /// The commit that the session began on.
    pub base_commit: Option<String>,
}
