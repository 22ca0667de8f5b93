//! What of the machine a beginning session looks at with: programs, and what keeps secrets out of what they say.

use std::path::PathBuf;
use std::sync::Arc;

use crate::commands::context::Cx;
use crate::commands::pipeline::{Opened, Tools};
use crate::process::System;
use crate::process::find::{Finder, Found};
use crate::process::redact::Redactor;

/// What the processes of a beginning session are tagged with.
const RUN_ID: &str = "start";

/// What starts the programs that are asked.
pub(super) struct Machine<'a> {
    pub(super) runner: System,
    pub(super) redactor: Arc<Redactor>,
    pub(super) finder: &'a Finder,
    pub(super) root: PathBuf,
}

impl<'a> Machine<'a> {
    pub(super) fn new(cx: &Cx, opened: &Opened, finder: &'a Finder) -> Self {
        let Tools { runner, redactor, .. } = Tools::of_project(cx, opened, RUN_ID).guarded();
        Self {
            runner,
            redactor,
            finder,
            root: opened.store.root().to_owned(),
        }
    }

    /// What starts git, which ends by itself: without a guard.
    pub(super) fn looker(&self, cx: &Cx, opened: &Opened) -> System {
        let env = cx.environment.for_tools(&opened.config.pass_env, RUN_ID);
        System::new(env, RUN_ID, cx.cancel.clone(), Arc::clone(&self.redactor))
    }

    /// A program of the machine; never one of the project.
    pub(super) fn find(&self, program: &str) -> Found {
        self.finder.find(program, &[], &self.root)
    }
}
