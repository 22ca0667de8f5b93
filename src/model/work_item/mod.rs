//! Work items: what is to be done, and how far it is.
//!
//! The file is read as a view: what is not known here stays in the document and is never lost. The words are those
//! of `work_items.json`, which other programs read and write, too.

use serde::{Deserialize, Serialize};

use super::config::Rule;

/// Declares the words of one of a work item's fields.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
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
                let word = word.trim().to_lowercase().replace(['-', ' '], "_");
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What kind of work it is.
    WorkItemType {
        /// Something new.
        Feature = "feature",
        /// Something wrong is mended.
        Bug = "bug",
        /// The same, better built.
        Refactor = "refactor",
        /// A weakness is mended.
        Security = "security",
        /// Parts are tested together.
        IntegrationTest = "integration_test",
        /// Something is brought to where it runs.
        Deployment = "deployment",
    }
}

words! {
    /// How far it is.
    Status {
        /// Nobody has begun.
        NotStarted = "not_started",
        /// Somebody is at it.
        InProgress = "in_progress",
        /// It waits for something that is no work item.
        Blocked = "blocked",
        /// It is done.
        Completed = "completed",
    }
}

words! {
    /// How much it matters, the most first.
    Priority {
        /// Before everything else.
        Critical = "critical",
        /// Soon.
        High = "high",
        /// As usual.
        Medium = "medium",
        /// When there is time.
        Low = "low",
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
