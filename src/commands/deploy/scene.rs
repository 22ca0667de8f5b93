//! What every `sdd deploy` works with: the project, the environment, what starts processes.

use std::path::PathBuf;

use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief, did_you_mean};
use crate::commands::pipeline::{self, Opened, Tools};
use crate::deploy::files;
use crate::deploy::journal::Chain;
use crate::deploy::lock::Meeting;
use crate::deploy::plan::Plan;
use crate::model::config::{ConfigWarning, ResolvedTarget, Step, WarningKind};
use crate::process::find::{Finder, Found};
use crate::process::identity::Identity;
use crate::project::git;

/// What the tags of processes begin with that only look.
const LOOKING: &str = "deploy";

/// The project and the environment.
pub(super) struct Scene {
    /// The project.
    pub(super) opened: Opened,
    /// The environment.
    pub(super) target: ResolvedTarget,
    /// Finds programs.
    pub(super) finder: Finder,
    /// Starts programs that only look.
    pub(super) tools: Tools,
}

impl Scene {
    /// Opens the project, and finds the environment.
    pub(super) fn open(cx: &mut Cx, environment: &str) -> anyhow::Result<Self> {
        let opened = pipeline::open(cx)?;
        for warning in &opened.warnings {
            cx.ui.warning(warning);
        }
        let settings = opened.config.deployments();
        let Some(target) = settings.target(environment) else {
            let names = settings.names();
            let what = format!("there is no environment {:?}", brief(environment));
            let known = format!("environments are: {}", names.join(", "));
            let hint = match did_you_mean(environment, names) {
                Some(meant) => format!("did you mean {meant}? {known}"),
                None => format!("{known}; others are named in the settings, at deployment.environments"),
            };
            return Err(CommandError::not_found(what).hint(hint).into());
        };
        let finder = pipeline::finder(cx, opened.store.root());
        // A guard ends all that has this tag, and takes its temporary files away: those of this sdd alone.
        let tag = format!("{LOOKING}-{}", Identity::own().pid);
        let tools = Tools::of_project(cx, &opened, &tag).guarded();
        for warning in &tools.unread {
            cx.ui.warning(warning);
        }
        Ok(Self {
            opened,
            target,
            finder,
            tools,
        })
    }

    /// Shows what a command came to, without secrets, wherever it has it from.
    pub(super) fn emit(&self, cx: &mut Cx, said: &str) -> anyhow::Result<()> {
        cx.emit(&self.tools.redactor.text(said))
    }

    /// A program of the machine; never one of the project.
    pub(super) fn find(&self, program: &str) -> Option<PathBuf> {
        match self.finder.find(program, &[], self.opened.store.root()) {
            Found::At(path) => Some(path),
            _ => None,
        }
    }

    /// Where all work trees of the repository meet; none outside of one. Where git cannot tell, that is said, since a rollback
    /// must not wait for it.
    pub(super) fn meeting(&self, cx: &Cx) -> Option<Meeting> {
        let program = self.find("git")?;
        match git::common(&self.tools.runner, &program, self.opened.store.root()) {
            Ok(found) => found.map(|common| Meeting {
                directory: common.directory,
                project: common.prefix,
            }),
            Err(error) => {
                cx.ui.sayer()(&format!(
                    "warning: the lock of {} holds for this work tree alone: {error}",
                    self.target.name
                ));
                None
            }
        }
    }

    /// The last deployment with its plan.
    pub(super) fn last(&self) -> anyhow::Result<Option<Last>> {
        let store = &self.opened.store;
        let Some((id, chain)) = files::last(store, &self.target.name).map_err(explained)? else {
            return Ok(None);
        };
        let plan = self.plan_of(&id, &chain)?;
        Ok(Some(Last { id, chain, plan }))
    }

    /// The plan that a deployment was run by.
    ///
    /// # Errors
    ///
    /// It is gone, or is not what it was: then nobody can go on with the deployment, whatever was run of it.
    pub(super) fn plan_of(&self, deployment: &str, chain: &Chain) -> anyhow::Result<Plan> {
        let name = &self.target.name;
        let asked = chain.plan().unwrap_or_default();
        let lost = |error: files::Error| -> anyhow::Error {
            match error {
                files::Error::NoPlan { .. }
                | files::Error::Ambiguous { .. }
                | files::Error::ChangedPlan { .. }
                | files::Error::UnreadablePlan { .. } => CommandError::no_verdict(format!(
                    "the plan of the last deployment to {name} cannot be had: {error}"
                ))
                .hint(format!(
                    "put back {} as it was; what was run stands in the journal: sdd deploy log {name}",
                    files::plan(name, asked)
                ))
                .into(),
                other => explained(other),
            }
        };
        files::plan_of(&self.opened.store, name, deployment, chain).map_err(lost)
    }

    /// Refuses settings of deployments with keys that nobody knows: what was meant by one, perhaps a protection, is not done.
    pub(super) fn known_keys(&self) -> anyhow::Result<()> {
        let loaded = pipeline::read_config(&self.opened.store)?;
        let unknown = unknown_keys(&loaded.warnings);
        let Some(first) = unknown.first() else {
            return Ok(());
        };
        let more = match unknown.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let hint = match &first.hint {
            Some(hint) => format!("{hint} Nothing is deployed by settings that are not understood"),
            None => "correct it, or take it out: nothing is deployed by settings that are not understood"
                .to_owned(),
        };
        let message = format!(
            "{}:{}:{}: {}: {}{more}",
            first.path, first.position.line, first.position.column, first.json_path, first.message
        );
        Err(CommandError::usage(message).hint(hint).into())
    }

    /// The last deployment, or the error that there is none.
    pub(super) fn wanted(&self, cx: &Cx) -> anyhow::Result<Last> {
        let none = || {
            let name = &self.target.name;
            CommandError::not_found(format!("nothing was deployed to {name}"))
                .hint(format!("{} deploy run {name}", pipeline::called(cx)))
        };
        Ok(self.last()?.ok_or_else(none)?)
    }
}

/// The keys below `deployment` that nobody knows.
pub(super) fn unknown_keys(warnings: &[ConfigWarning]) -> Vec<&ConfigWarning> {
    let is_below = |warning: &&ConfigWarning| {
        let first = warning.json_path.steps().first();
        warning.kind == WarningKind::UnknownKey
            && matches!(first, Some(Step::Key(key)) if key == "deployment")
    };
    warnings.iter().filter(is_below).collect()
}

/// A deployment, as it was recorded.
pub(super) struct Last {
    /// Its id.
    pub(super) id: String,
    /// Its records.
    pub(super) chain: Chain,
    /// What was run.
    pub(super) plan: Plan,
}

/// An error about the files of deployments, with the exit code that it leads to.
pub(super) fn explained(error: files::Error) -> anyhow::Error {
    let what = error.to_string();
    match error {
        files::Error::Store(error) => error.into(),
        files::Error::Unlisted { .. } => anyhow::Error::new(error).context(
            CommandError::no_verdict(what).hint("nobody knows what was deployed; nothing was changed"),
        ),
        files::Error::NoPlan { environment, .. } => CommandError::not_found(what)
            .hint(format!("make one: sdd deploy plan {environment}"))
            .into(),
        files::Error::Ambiguous { .. } => CommandError::usage(what).hint("give more of the id").into(),
        files::Error::ChangedPlan { .. } | files::Error::UnreadablePlan { .. } => CommandError::usage(what)
            .hint("plan again; nothing was run")
            .into(),
        files::Error::BrokenJournal { .. } => CommandError::no_verdict(what)
            .hint("nothing was changed; look at the file, and at the environment itself")
            .into(),
    }
}
