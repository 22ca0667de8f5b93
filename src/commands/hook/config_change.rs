//! Settings changed: those of the project must not lose the hooks that `sdd init --claude` put into them.

use super::Hook;
use crate::agent::{self, Answer, Decision};
use crate::commands::claude;
use crate::store::Store;

/// The answer. The agent does not apply a change that is blocked to the running session; the file stays as it is.
pub(super) fn answer(hook: &Hook<'_>) -> Answer {
    let of_project = hook
        .payload
        .source
        .as_deref()
        .is_none_or(|source| source.contains("project"));
    let is_settings = hook
        .payload
        .file_path
        .as_deref()
        .is_none_or(|path| path.ends_with(claude::SETTINGS));
    let Ok(store) = Store::open(hook.root) else {
        return Answer::default();
    };
    // What was taken out with `sdd init --claude --remove` was meant to go, and so was what was never put in.
    if !of_project || !is_settings || claude::read_manifest(&store).is_none() {
        return Answer::default();
    }
    let why = match claude::settings(hook.root) {
        Err(error) => format!("it cannot be read: {error}"),
        Ok((None, _)) => "the file is gone".to_owned(),
        Ok((Some(_), value)) if agent::disables_hooks(&value) => "disableAllHooks is true".to_owned(),
        Ok((Some(_), value)) => match agent::missing(&value).as_slice() {
            [] => return Answer::default(),
            missing => format!(
                "these hooks of sdd are not there any more: {}",
                missing.join(", ")
            ),
        },
    };
    Answer::of(Decision::Block(format!(
        "sdd: {} would switch the gates off: {why}. The hooks are put in by sdd init --claude, and taken out by \
         sdd init --claude --remove.",
        claude::SETTINGS
    )))
    .with(format!("sdd: a change of {} was not applied: {why}", claude::SETTINGS))
}
