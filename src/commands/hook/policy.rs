//! Changes of what gates ask, by whatever means they were made: the user is told of each once.

use super::sight::Sight;
use super::{Hook, memory};
use crate::agent::{self, Answer, Decision};
use crate::commands::pipeline;
use crate::model::text;
use crate::store::Store;

/// Files that one message names.
const MAX_FILES: usize = 8;
/// The longest name in it, in characters.
const MAX_NAME_CHARS: usize = 120;

/// The answer to a shell command: commits that skip their hooks are refused, and one that changes what gates ask is told.
pub(super) fn pre_commit(hook: &Hook<'_>) -> Answer {
    let Some(command) = hook.payload.command.as_deref() else {
        return Answer::default();
    };
    if let Some(bypass) = agent::bypass(command) {
        return Answer::of(Decision::Deny(bypass.reason().to_owned()));
    }
    if !agent::commits(command) {
        return Answer::default();
    }
    // What cannot be read is told at the stop.
    let Ok(opened) = pipeline::open(hook.cx) else {
        return Answer::default();
    };
    let sight = Sight::take(hook, &opened, None);
    let changed = sight.tree.iter().flat_map(|tree| &tree.changed);
    let said = told(
        hook,
        &opened.store,
        &agent::policies(changed),
        "what the gates ask was changed",
    );
    said.map_or_else(Answer::default, Answer::note)
}

/// What the user is told of changed policy files; `None` when there are none, or they were told of before.
pub(super) fn told(hook: &Hook<'_>, store: &Store, policies: &[String], what: &str) -> Option<String> {
    if policies.is_empty() {
        return None;
    }
    let session = hook.payload.session_id.as_deref()?;
    let now = hook.cx.clock.now();
    let is_new = memory::change(store, |memory| {
        let told = &mut memory.session_mut(session, now).told;
        let is_new = policies.iter().any(|policy| !told.contains(policy));
        if is_new {
            policies.clone_into(told);
        }
        is_new
    });
    let shown: Vec<String> = policies
        .iter()
        .take(MAX_FILES)
        .map(|path| text::shorten(path, MAX_NAME_CHARS))
        .collect();
    (is_new == Some(true)).then(|| format!("sdd: {what} in: {}", shown.join(", ")))
}
