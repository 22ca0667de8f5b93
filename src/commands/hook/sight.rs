//! What is to be seen of the repository.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Hook;
use crate::commands::pipeline::{self, Opened};
use crate::model::config::Config;
use crate::process::System;
use crate::process::find::Found;
use crate::process::redact::Redactor;
use crate::project::git::{self, Tree};

/// The work tree, and what differs from the commit that the work began on.
pub(super) struct Sight {
    /// The work tree; `None` outside of a repository, and when git has no answer.
    pub(super) tree: Option<Tree>,
    /// What differs from the base; `None` when there is no base, or that is not known.
    pub(super) changed: Option<BTreeSet<String>>,
}

impl Sight {
    /// Looks.
    pub(super) fn take(hook: &Hook<'_>, opened: &Opened, base: Option<&str>) -> Self {
        let nothing = Self {
            tree: None,
            changed: None,
        };
        let finder = pipeline::finder(hook.cx, hook.root);
        let Found::At(program) = finder.find("git", &[], hook.root) else {
            return nothing;
        };
        let runner = runner(hook, &opened.config);
        let Ok(Some(tree)) = git::tree(&runner, &program, hook.root) else {
            return nothing;
        };
        let changed = match (base, &tree.info.head) {
            (Some(base), Some(head)) if base == head => Some(BTreeSet::new()),
            (Some(base), Some(head)) => git::changed_between(&runner, &program, hook.root, base, head).ok(),
            _ => None,
        };
        Self {
            changed: changed.map(|committed| committed.union(&tree.changed).cloned().collect()),
            tree: Some(tree),
        }
    }

    /// Whether nothing differs from the base. What is not known differs.
    pub(super) fn is_unchanged(&self) -> bool {
        let clean = self.tree.as_ref().is_some_and(|tree| !tree.info.dirty);
        clean && self.changed.as_ref().is_some_and(BTreeSet::is_empty)
    }

    /// The digest of the work tree.
    pub(super) fn digest(&self) -> Option<&str> {
        self.tree.as_ref()?.digest.as_deref()
    }
}

/// What starts processes for a hook. Only git and tools that look are started, and none outlives the deadline.
pub(super) fn runner(hook: &Hook<'_>, config: &Config) -> System {
    let redactor = Arc::new(Redactor::new(&hook.cx.environment, &config.redact_env));
    let env = hook.cx.environment.for_tools(&config.pass_env, "hook");
    System::new(env, "hook", hook.cx.cancel.clone(), redactor)
}
