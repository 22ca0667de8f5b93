//! Work items: what is to be done, and how far it is.
//!
//! The file is read as a view: what is not known here stays in the document and is never lost. The words are those
//! of `work_items.json`, which other programs read and write, too.
//!
//! [`read()`] takes a view of the whole file, [`glance()`] what a list needs of it, [`places()`] what the beginning of a
//! session changes, [`graph`] says what waits for what,
//! and [`change`] makes the changes, in place.

pub mod change;
mod glance;
pub mod graph;
pub mod id;
mod places;
mod read;

use serde::{Deserialize, Serialize};

use super::config::{Rule, nearest};

pub use glance::{Entry, Glance, glance};
pub use places::{Places, places};
pub use read::{Unreadable, inspect, outline, read};

/// Declares the words of one of a work item's fields, each with the words that others use for the same.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal like [$($like:literal),* $(,)?]),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in files and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word; upper and lower case are the same, and so are `-` and `_`.
            pub fn named(word: &str) -> Option<Self> {
                // Nearly every word is spelled as it is in files, and there may be many of them.
                let exact = Self::ALL.iter().copied().find(|one| one.as_str() == word);
                exact.or_else(|| {
                    let word = plain(word);
                    Self::ALL.iter().copied().find(|one| one.as_str() == word)
                })
            }

            /// What was probably meant by a word that is none of them.
            pub fn meant(word: &str) -> Option<Self> {
                let word = plain(word);
                match word.as_str() {
                    $($word $(| $like)* => Some(Self::$variant),)+
                    other => nearest(other, Self::ALL.iter().map(|one| one.as_str())).and_then(Self::named),
                }
            }

            /// All the words, for messages.
            pub fn list() -> String {
                Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

/// A word without what does not tell words apart.
fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', ' '], "_")
}

words! {
    /// What kind of work it is.
    WorkItemType {
        /// Something new.
        Feature = "feature" like ["feat", "story", "task", "enhancement"],
        /// Something wrong is mended.
        Bug = "bug" like ["fix", "bugfix", "defect", "hotfix"],
        /// The same, better built.
        Refactor = "refactor" like ["refactoring", "cleanup", "chore"],
        /// A weakness is mended.
        Security = "security" like ["security_task", "vulnerability"],
        /// Parts are tested together.
        IntegrationTest = "integration_test" like ["integration", "test", "e2e"],
        /// Something is brought to where it runs.
        Deployment = "deployment" like ["deploy", "release"],
    }
}

words! {
    /// How far it is.
    Status {
        /// Nobody has begun.
        NotStarted = "not_started" like ["pending", "todo", "to_do", "open", "new", "planned", "backlog", "ready"],
        /// Somebody is at it.
        InProgress = "in_progress" like ["started", "active", "doing", "wip", "ongoing", "in_review"],
        /// It waits for something that is no work item.
        Blocked = "blocked" like ["waiting", "on_hold", "paused"],
        /// It is done.
        Completed = "completed" like ["done", "closed", "finished", "complete", "resolved", "merged"],
    }
}

words! {
    /// How much it matters, the most first.
    Priority {
        /// Before everything else.
        Critical = "critical" like ["p0", "0", "urgent", "highest", "blocker"],
        /// Soon.
        High = "high" like ["p1", "1", "major"],
        /// As usual.
        Medium = "medium" like ["p2", "2", "normal", "moderate"],
        /// When there is time.
        Low = "low" like ["p3", "p4", "3", "minor", "lowest", "trivial"],
    }
}

/// The work items of a project, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkItems {
    /// The items.
    pub items: Vec<WorkItem>,
    /// The names of milestones that are described.
    pub milestones: Vec<String>,
}

impl WorkItems {
    /// The item of an id.
    pub fn get(&self, id: &str) -> Option<&WorkItem> {
        self.items.iter().find(|item| item.id == id)
    }
}

/// One work item.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkItem {
    /// Its id: a name that is never taken apart.
    pub id: String,
    /// What kind of work it is.
    pub kind: WorkItemType,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub status: Status,
    /// How much it matters.
    pub priority: Priority,
    /// Whether it goes before others of its priority.
    pub urgent: bool,
    /// The ids of what must be completed before.
    pub dependencies: Vec<String>,
    /// The milestone that it belongs to.
    pub milestone: Option<String>,
    /// Its spec, relative to the project with `/` between parts; absent where the file names none.
    pub spec_file: Option<String>,
    /// When it was made, as written.
    pub created_at: Option<String>,
    /// The sessions that were spent on it.
    pub sessions: Vec<SessionEntry>,
    /// Its own rules for the custom gate.
    pub validation_rules: Vec<Rule>,
    /// All that the file says of it.
    pub raw: serde_json::Value,
}

/// A session that was spent on an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    /// Its number.
    pub number: u32,
    /// When it began, as written.
    pub started_at: Option<String>,
    /// When it ended, as written.
    pub ended_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_with_any_hyphen() {
        for status in Status::ALL {
            let spoken = status.as_str().replace('_', "-").to_uppercase();
            assert_eq!(Status::named(&spoken), Some(*status));
        }
        assert_eq!(
            WorkItemType::named(" Integration Test "),
            Some(WorkItemType::IntegrationTest)
        );
        assert_eq!(Status::named("done"), None);
    }

    #[test]
    fn the_words_of_others_are_understood_but_not_taken() {
        #[track_caller]
        fn check<T: Copy + PartialEq + std::fmt::Debug>(meant: Option<T>, expect: Option<T>) {
            assert_eq!(meant, expect);
        }
        check(Status::meant("done"), Some(Status::Completed));
        check(Status::meant("PENDING"), Some(Status::NotStarted));
        check(Status::meant("in_progres"), Some(Status::InProgress));
        check(Status::meant("xyz"), None);
        check(Priority::meant("P0"), Some(Priority::Critical));
        check(Priority::meant("P2"), Some(Priority::Medium));
        check(WorkItemType::meant("feat"), Some(WorkItemType::Feature));
        check(
            WorkItemType::meant("intergration_test"),
            Some(WorkItemType::IntegrationTest),
        );
    }
}
