//! What every `sdd contract` command needs: files, settings, the day.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief};
use crate::commands::pipeline;
use crate::contract::files::{Files, Reach, Remote, Web};
use crate::contract::policy::Policy;
use crate::model::config::load::Loaded;
use crate::model::config::{self, Config, JsonPath};
use crate::process::System;
use crate::process::find::Found;
use crate::project::detect;
use crate::store::{Store, layout};

/// The variable that says which day it is.
const TODAY: &str = "SDD_TODAY";
/// Where the settings about contracts stand.
const SECTION: &str = "quality_gates.contract";

/// Whether other machines may be asked.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct RemoteArgs {
    /// Ask other machines for what a description refers to there
    #[arg(long)]
    allow_remote: bool,
}

impl RemoteArgs {
    /// The words on the command line.
    pub(super) fn words(self) -> Option<&'static str> {
        self.allow_remote.then_some("--allow-remote")
    }

    pub(super) fn remote(self) -> Remote {
        if self.allow_remote {
            Remote::Allowed(Web::new())
        } else {
            Remote::Refused
        }
    }
}

/// What starts git.
pub(super) struct Tools {
    runner: System,
    git: Option<PathBuf>,
}

impl Tools {
    pub(super) fn of(cx: &Cx) -> Self {
        let git = match pipeline::finder(cx, &cx.start).find("git", &[], &cx.start) {
            Found::At(program) => Some(program),
            _ => None,
        };
        Self {
            runner: pipeline::Tools::bare(cx, &Config::default(), "contract")
                .guarded()
                .runner,
            git,
        }
    }

    pub(super) fn files(&self, start: PathBuf, reach: Reach, remote: Remote) -> Files<'_> {
        Files {
            start,
            git: self.git.clone(),
            runner: &self.runner,
            reach,
            remote,
        }
    }
}

/// What the project says about contracts; the defaults where there is no project.
pub(super) fn settings(cx: &mut Cx) -> anyhow::Result<config::Contract> {
    let loaded = loaded(cx)?.unwrap_or_default();
    let section = JsonPath::of(SECTION).to_string();
    for odd in &loaded.warnings {
        // What nobody reads changes nothing, and who wrote it thinks that it does.
        if odd.json_path.to_string().starts_with(&section) {
            cx.ui.warning(&odd.to_string());
        }
    }
    Ok(loaded.config.quality_gates.contract)
}

fn loaded(cx: &Cx) -> anyhow::Result<Option<Loaded>> {
    let Some(root) = detect::find_root(&cx.start) else {
        return Ok(None);
    };
    Ok(Some(pipeline::read_config(&Store::open(&root)?)?))
}

/// The policy that settings make.
pub(super) fn policy(cx: &Cx, settings: &config::Contract) -> Result<Policy, CommandError> {
    Policy::of(settings).map_err(|unfit| {
        let loaded = loaded(cx).ok().flatten().unwrap_or_default();
        let place = |at| match loaded.given(at) {
            Some(place) => format!("{}:{}:{}", layout::CONFIG, place.line, place.column),
            None => layout::CONFIG.to_owned(),
        };
        let mut all = unfit
            .iter()
            .map(|one| format!("{}: {}: {one}", place(one.at()), one.at()));
        let error = CommandError::usage(all.next().unwrap_or_default());
        all.fold(error, |error, more| error.also(&more))
            .hint("all rules: sdd contract rules")
    })
}

/// The day that sunset dates and suppressions are compared with.
pub fn today(cx: &Cx) -> Result<NaiveDate, CommandError> {
    let Some(said) = cx.environment.get(TODAY) else {
        return Ok(cx.clock.now().date_naive());
    };
    NaiveDate::parse_from_str(said, "%Y-%m-%d").map_err(|_| {
        CommandError::usage(format!("{TODAY} is {:?}, and no day", brief(said)))
            .hint("write it as YYYY-MM-DD, or leave it out")
    })
}
