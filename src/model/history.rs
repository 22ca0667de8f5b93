//! What happened in a repository since a commit, as data.

/// What happened since a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The commits, the newest first.
    pub commits: Vec<Commit>,
    /// Whether there are more than were looked at.
    pub more: bool,
    /// What differs from then, in commits or only in the work tree; files that git does not know are not in it.
    pub change: Change,
    /// Files that git does not know; at least so many, when there are very many of them.
    pub untracked: u64,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id, shortened.
    pub id: String,
    /// The first line of its message, made safe to show.
    pub subject: String,
}

/// How much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Files.
    pub files: u64,
    /// Lines that were added.
    pub insertions: u64,
    /// Lines that were removed.
    pub deletions: u64,
}
