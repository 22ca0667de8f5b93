//! Where a session stands: the view of `status_update.json`.

use super::spec::Spec;
use super::work_item::WorkItem;

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
}

impl SessionState {
    /// The session's number, when it is open.
    pub fn open(&self) -> Option<u32> {
        self.number.filter(|_| self.status == SessionStatus::InProgress)
    }
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
