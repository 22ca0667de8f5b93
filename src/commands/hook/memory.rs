//! What hooks remember from one event to the next, in `.session/runs/`: whom they blocked how often, and what they told.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::agent::Counters;
use crate::store::{self, Overwrite, Store, layout};

/// How long the state is waited for.
const WAIT: Duration = Duration::from_secs(2);

/// How many sessions of agents are remembered.
const MOST_SESSIONS: usize = 100;

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    schema_version: u32,
    /// Whom sdd blocked.
    pub(super) blocks: Counters,
    sessions: BTreeMap<String, Session>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            schema_version: 1,
            blocks: Counters::default(),
            sessions: BTreeMap::new(),
        }
    }
}

/// What is remembered of one session of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Session {
    /// The digest of the work tree that it began with.
    pub(super) tree: Option<String>,
    /// The policy files that its user was told of.
    pub(super) told: Vec<String>,
    at: DateTime<Utc>,
}

impl Memory {
    /// A session of an agent; `None` when nothing is remembered of it.
    pub(super) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    /// A session of an agent that something is to be remembered of.
    pub(super) fn session_mut(&mut self, id: &str, now: DateTime<Utc>) -> &mut Session {
        while self.sessions.len() >= MOST_SESSIONS && !self.sessions.contains_key(id) {
            let oldest = self.sessions.iter().min_by_key(|(_, session)| session.at);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
                break;
            };
            self.sessions.remove(&oldest);
        }
        let session = self.sessions.entry(id.to_owned()).or_default();
        session.at = now;
        session
    }
}

/// What is remembered; nothing when it cannot be read. It is only a memory: what broke is made anew.
pub(super) fn read(store: &Store) -> Memory {
    store::read_inside(store.root(), layout::HOOKS, store::LARGE)
        .ok()
        .flatten()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Changes what is remembered, under the lock of the state. `None` when it cannot be kept: then nothing that counts on
/// it may be done.
pub(super) fn change<T>(store: &Store, change: impl FnOnce(&mut Memory) -> T) -> Option<T> {
    let store = store.clone().wait_at_most(WAIT);
    let _held = store.lock("sdd hook").ok()?;
    let before = read(&store);
    let mut memory = before.clone();
    let answer = change(&mut memory);
    if memory != before {
        let mut text = serde_json::to_vec_pretty(&memory).ok()?;
        text.push(b'\n');
        store.write(layout::HOOKS, &text, Overwrite::Replace).ok()?;
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn project() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        (temp, store)
    }

    #[test]
    fn what_was_remembered_is_known_the_next_time() {
        let (_temp, store) = project();
        assert_eq!(read(&store), Memory::default());
        change(&store, |memory| {
            memory.session_mut("s", now()).tree = Some("t".to_owned());
        })
        .unwrap();
        assert_eq!(read(&store).session("s").unwrap().tree.as_deref(), Some("t"));
    }

    #[test]
    fn a_broken_memory_is_made_anew() {
        let (_temp, store) = project();
        for broken in [&b"{"[..], b"[]", b"\xff", b"{\"blocks\": 7}"] {
            store.write(layout::HOOKS, broken, Overwrite::Replace).unwrap();
            assert_eq!(read(&store), Memory::default());
            change(&store, |memory| {
                memory.session_mut("s", now()).told = vec!["x".to_owned()];
            })
            .unwrap();
            assert_eq!(read(&store).session("s").unwrap().told, ["x"]);
        }
    }

    #[test]
    fn what_cannot_be_kept_is_not_counted_on() {
        let (_temp, store) = project();
        store
            .write(&format!("{}/x", layout::HOOKS), b"", Overwrite::Replace)
            .unwrap();
        assert_eq!(
            change(&store, |memory| memory.session_mut("s", now()).told =
                vec!["x".to_owned()]),
            None
        );
    }

    #[test]
    fn few_sessions_are_remembered() {
        let mut memory = Memory::default();
        for number in 0..1_000 {
            memory.session_mut(&number.to_string(), now() + chrono::Duration::seconds(number));
        }
        assert_eq!(memory.sessions.len(), MOST_SESSIONS);
        assert!(memory.session("999").is_some() && memory.session("0").is_none());
    }
}
