//! What of the machine a beginning session looks at with: programs, and what keeps secrets out of what they say.

use std::path::PathBuf;
use std::sync::Arc;

use crate::commands::context::Cx;
use crate::commands::pipeline::Opened;
use crate::process::find::{Finder, Found};
use crate::process::redact::Redactor;
use crate::process::{System, guard};

/// What starts the programs that are asked.
pub(super) struct Machine<'a> {
    pub(super) runner: System,
    pub(super) redactor: Arc<Redactor>,
    pub(super) finder: &'a Finder,
    pub(super) root: PathBuf,
}

impl<'a> Machine<'a> {
    pub(super) fn new(cx: &Cx, opened: &Opened, finder: &'a Finder) -> Self {
        let redactor = Arc::new(Redactor::new(&cx.environment, &opened.config.redact_env));
        let env = cx.environment.for_tools(&opened.config.pass_env, "start");
        let mut runner = System::new(env, "start", cx.cancel.clone(), Arc::clone(&redactor));
        if let Ok(program) = guard::own_program() {
            runner = runner.with_guard(program);
        }
        Self {
            runner,
            redactor,
            finder,
            root: opened.store.root().to_owned(),
        }
    }

    /// A program of the machine; never one of the project.
    pub(super) fn find(&self, program: &str) -> Found {
        self.finder.find(program, &[], &self.root)
    }
}
