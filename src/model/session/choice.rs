//! Which item a session begins on, or why none begins. Pure.

use super::{SessionState, SessionStatus};
use crate::model::work_item::graph::{Graph, NoChoice, Standing};
use crate::model::work_item::{Status, WorkItem, WorkItems};

/// What `sdd start` is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice<'a> {
    /// The item.
    pub item: &'a WorkItem,
    /// The session.
    pub session: Which,
}

/// Which session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that is open, by its number: it goes on.
    Open(u32),
    /// A new one.
    New,
}

/// Whether an item is taken that should not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// It is.
    Yes,
    /// It is refused.
    No,
}

/// Why no session begins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no item of the id that was asked for.
    #[error("there is no work item {id:?}")]
    NotThere {
        /// The id.
        id: String,
    },
    /// There are no items at all.
    #[error("there are no work items yet")]
    NoItems,
    /// Every item is completed.
    #[error("nothing is left to do: every work item is completed")]
    AllCompleted,
    /// What is not completed waits for something.
    #[error("nothing can be begun: {}", waiting.join("; "))]
    AllWaiting {
        /// The first of those that wait, each with what it waits for.
        waiting: Vec<String>,
    },
    /// A session on another item is open.
    #[error("session {number} is open, on {item}")]
    OtherOpen {
        /// Its number.
        number: u32,
        /// Its item.
        item: String,
    },
    /// A session is open, and its item is completed already: its end was cut off, or somebody wrote it there.
    #[error("session {number} is open, and its item {item} is completed")]
    OpenOnCompleted {
        /// Its number.
        number: u32,
        /// Its item.
        item: String,
    },
    /// A session is open on an item that is gone, or on none.
    #[error("session {number} is open, and {}", gone(item.as_deref()))]
    OpenOnNothing {
        /// Its number.
        number: u32,
        /// Its item.
        item: Option<String>,
    },
    /// The item is completed.
    #[error("{id} is completed")]
    Completed {
        /// The item.
        id: String,
    },
    /// The item waits for something that is no work item.
    #[error("{id} is blocked")]
    Blocked {
        /// The item.
        id: String,
    },
    /// The item depends on what is not completed, or not there.
    #[error("{id} waits for {}", unmet.join(", "))]
    Unmet {
        /// The item.
        id: String,
        /// What it waits for, each with how far that is.
        unmet: Vec<String>,
    },
}

fn gone(item: Option<&str>) -> String {
    match item {
        Some(item) => format!("its item {item} is not there"),
        None => "names no work item".to_owned(),
    }
}

/// What is named of all that waits.
const MAX_WAITING: usize = 5;

/// Chooses the item: the one that is asked for, else that of the open session, else the one in progress, else the ready
/// one of highest priority.
///
/// Of two sessions only one can be open: nothing forces that.
pub fn choose<'a>(
    state: &SessionState,
    items: &'a WorkItems,
    asked: Option<&str>,
    force: Force,
) -> Result<Choice<'a>, Refusal> {
    let graph = Graph::of(&items.items);
    if state.status == SessionStatus::InProgress
        && let Some(number) = state.number
    {
        return go_on(&graph, state, number, asked, force);
    }
    let item = graph.choose(asked).map_err(|none| match none {
        NoChoice::NotThere(id) => Refusal::NotThere { id },
        NoChoice::Empty => Refusal::NoItems,
        NoChoice::AllCompleted => Refusal::AllCompleted,
        NoChoice::AllWaiting => Refusal::AllWaiting {
            waiting: waiting(&graph, items),
        },
    })?;
    if force == Force::No {
        match graph.standing(item) {
            Standing::InProgress | Standing::Ready => {}
            Standing::Completed => return Err(Refusal::Completed { id: item.id.clone() }),
            Standing::Blocked => return Err(Refusal::Blocked { id: item.id.clone() }),
            Standing::Waiting => {
                return Err(Refusal::Unmet {
                    id: item.id.clone(),
                    unmet: unmet(&graph, item),
                });
            }
        }
    }
    Ok(Choice {
        item,
        session: Which::New,
    })
}

/// The open session goes on, on its own item only.
fn go_on<'a>(
    graph: &Graph<'a, WorkItem>,
    state: &SessionState,
    number: u32,
    asked: Option<&str>,
    force: Force,
) -> Result<Choice<'a>, Refusal> {
    if let Some(id) = asked {
        if graph.get(id).is_none() {
            return Err(Refusal::NotThere { id: id.to_owned() });
        }
        if let Some(open) = state.work_item.as_ref().filter(|open| *open != id) {
            return Err(Refusal::OtherOpen {
                number,
                item: open.clone(),
            });
        }
    }
    match state.work_item.as_deref().and_then(|id| graph.get(id)) {
        None => Err(Refusal::OpenOnNothing {
            number,
            item: state.work_item.clone(),
        }),
        Some(item) if item.status == Status::Completed && force == Force::No => {
            Err(Refusal::OpenOnCompleted {
                number,
                item: item.id.clone(),
            })
        }
        Some(item) => Ok(Choice {
            item,
            session: Which::Open(number),
        }),
    }
}

/// What an item waits for, each with how far that is.
fn unmet<'a>(graph: &Graph<'a, WorkItem>, item: &'a WorkItem) -> Vec<String> {
    graph
        .unmet(item)
        .map(|unmet| match unmet.status {
            Some(status) => format!("{} ({status})", unmet.id),
            None => format!("{} (not there)", unmet.id),
        })
        .collect()
}

fn waiting(graph: &Graph<'_, WorkItem>, items: &WorkItems) -> Vec<String> {
    let open = items.items.iter().filter(|item| item.status != Status::Completed);
    open.take(MAX_WAITING)
        .map(|item| match unmet(graph, item) {
            _ if item.status == Status::Blocked => format!("{} is blocked", item.id),
            unmet => format!("{} waits for {}", item.id, unmet.join(", ")),
        })
        .collect()
}

/// The number of a new session: one more than any that has left something, in the state, with an item, or among the
/// files, of which `files` is the highest.
pub fn next_number(state: &SessionState, items: &WorkItems, files: u32) -> u32 {
    let listed = items
        .items
        .iter()
        .flat_map(|item| &item.sessions)
        .map(|entry| entry.number);
    listed
        .chain(state.number)
        .chain([files])
        .max()
        .unwrap_or(0)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::work_item::read;

    fn items(all: &Value) -> WorkItems {
        read(&json!({"work_items": all})).unwrap()
    }

    fn open(item: Option<&str>) -> SessionState {
        SessionState {
            number: Some(3),
            work_item: item.map(str::to_owned),
            status: SessionStatus::InProgress,
            ..SessionState::default()
        }
    }

    fn some() -> WorkItems {
        items(&json!({
            "done": {"type": "feature", "status": "completed", "sessions": [{"session_num": 9}]},
            "low": {"type": "feature", "priority": "low"},
            "high": {"type": "bug", "priority": "high", "dependencies": ["done"]},
            "waits": {"type": "bug", "priority": "critical", "dependencies": ["low", "gone"]},
            "stuck": {"type": "bug", "priority": "critical", "status": "blocked"},
        }))
    }

    #[track_caller]
    fn check(state: &SessionState, asked: Option<&str>, force: Force, expect: Result<(&str, Which), &str>) {
        let items = some();
        let chosen = choose(state, &items, asked, force);
        let chosen = chosen.map(|choice| (choice.item.id.as_str(), choice.session));
        assert_eq!(
            chosen.map_err(|refusal| refusal.to_string()),
            expect.map_err(str::to_owned)
        );
    }

    #[test]
    fn what_is_ready_and_matters_most_is_taken_unless_another_is_asked_for() {
        let idle = SessionState::default();
        check(&idle, None, Force::No, Ok(("high", Which::New)));
        check(&idle, Some("low"), Force::No, Ok(("low", Which::New)));
    }

    #[test]
    fn what_cannot_be_begun_is_refused_with_the_reason_unless_it_is_forced() {
        let idle = SessionState::default();
        check(
            &idle,
            Some("nope"),
            Force::Yes,
            Err("there is no work item \"nope\""),
        );
        check(&idle, Some("done"), Force::No, Err("done is completed"));
        check(&idle, Some("stuck"), Force::No, Err("stuck is blocked"));
        check(
            &idle,
            Some("waits"),
            Force::No,
            Err("waits waits for low (not_started), gone (not there)"),
        );
        for id in ["done", "stuck", "waits"] {
            check(&idle, Some(id), Force::Yes, Ok((id, Which::New)));
        }
    }

    #[test]
    fn an_open_session_goes_on_and_no_other_begins() {
        check(&open(Some("low")), None, Force::No, Ok(("low", Which::Open(3))));
        check(
            &open(Some("low")),
            Some("low"),
            Force::No,
            Ok(("low", Which::Open(3))),
        );
        for force in [Force::No, Force::Yes] {
            check(
                &open(Some("low")),
                Some("high"),
                force,
                Err("session 3 is open, on low"),
            );
        }
        check(
            &open(Some("low")),
            Some("nope"),
            Force::No,
            Err("there is no work item \"nope\""),
        );
        check(
            &open(Some("gone")),
            None,
            Force::Yes,
            Err("session 3 is open, and its item gone is not there"),
        );
        check(
            &open(None),
            None,
            Force::No,
            Err("session 3 is open, and names no work item"),
        );
        check(
            &open(Some("done")),
            None,
            Force::No,
            Err("session 3 is open, and its item done is completed"),
        );
        check(
            &open(Some("done")),
            None,
            Force::Yes,
            Ok(("done", Which::Open(3))),
        );
    }

    #[test]
    fn without_anything_to_do_it_is_said_why() {
        let idle = SessionState::default();
        let refusal = |all: &Value| {
            choose(&idle, &items(all), None, Force::No)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(refusal(&json!({})), "there are no work items yet");
        assert_eq!(
            refusal(&json!({"a": {"type": "bug", "status": "completed"}})),
            "nothing is left to do: every work item is completed"
        );
        assert_eq!(
            refusal(&json!({
                "a": {"type": "bug", "dependencies": ["b"]}, "b": {"type": "bug", "dependencies": ["a"]},
                "c": {"type": "bug", "status": "blocked"}, "d": {"type": "bug", "status": "completed"},
            })),
            "nothing can be begun: a waits for b (not_started); b waits for a (not_started); c is blocked"
        );
    }

    #[test]
    fn a_new_session_has_the_number_behind_all_that_left_something() {
        let state = SessionState {
            number: Some(4),
            ..SessionState::default()
        };
        assert_eq!(next_number(&SessionState::default(), &WorkItems::default(), 0), 1);
        assert_eq!(next_number(&state, &WorkItems::default(), 2), 5);
        assert_eq!(next_number(&state, &some(), 2), 10);
        assert_eq!(next_number(&state, &some(), 12), 13);
    }
}
