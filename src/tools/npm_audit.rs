//! npm audit: dependencies with known vulnerabilities, from its JSON report (npm 7 and later, and npm 6).
//!
//! Three traps: `NODE_ENV=production` and settings leave out what is needed for development, without a word; asked not
//! to use the network, npm says that it found nothing and ends with 0; and its errors are JSON on the same stream as its
//! reports, with the exit code of findings.

mod report;
#[cfg(test)]
mod tests;

use super::node_audit::Manager;
use super::python::Options;
use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use crate::project::node::PackageManager;

/// npm audit.
pub struct NpmAudit;

const NPM: Manager = Manager {
    is: PackageManager::Npm,
    command: "npm audit",
    locks: &["package-lock.json", "npm-shrinkwrap.json"],
    make_lock: "npm install --package-lock-only",
};

/// Options that decide the report, change files, or let npm answer without asking.
const REPORT: Options = Options {
    alone: &[
        "--json",
        "--no-json",
        "--offline",
        "--no-offline",
        "--prefer-offline",
        "--force",
        "-f",
        "--fix",
        "--dry-run",
    ],
    valued: &[],
    other_valued: "wC",
};

/// On the command line, what is included wins over what `omit`, `production`, `only` and `NODE_ENV` leave out.
const WHOLE: Whole = Whole {
    args: &["--include=dev", "--include=optional", "--include=peer"],
    chosen_by: &["--omit", "--production", "--prod", "--only", "--no-optional"],
};

impl Tool for NpmAudit {
    fn id(&self) -> &'static str {
        "npm-audit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Security, Language::Javascript),
            (GateId::Security, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["npm", "audit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        if facts.node.manager == PackageManager::Bun {
            // Nobody here reads what Bun locks: without a command of the project's own, that is no answer.
            return Applies::No;
        }
        NPM.applies(facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        (ask.mode == Mode::Check).then(|| Prepared {
            // On the command line this wins over .npmrc and over the environment.
            args: checking(&REPORT, ask, &["--json", "--offline=false"], &WHOLE),
            reads: NPM.to_read(ask.facts),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no vulnerabilities of the level that npm is told to fail at"),
            (1, "vulnerabilities, or an error"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        NPM.held_to_lock(self.id(), run, report::read(self.id(), &NPM, run))
    }

    fn install(&self) -> &'static str {
        "install Node.js, which brings npm: https://nodejs.org"
    }
}

/// What makes a package manager audit dependencies of every kind, whatever its settings and the environment leave out.
pub(super) struct Whole {
    /// The arguments.
    pub(super) args: &'static [&'static str],
    /// Options by which a command of the project's own chooses kinds itself, which then holds.
    pub(super) chosen_by: &'static [&'static str],
}

impl Whole {
    /// The arguments, where a command does not choose itself.
    fn beside(&self, args: &[String]) -> &'static [&'static str] {
        let chooses = args.iter().any(|arg| {
            let name = arg.split_once('=').map_or(arg.as_str(), |(name, _)| name);
            self.chosen_by.contains(&name)
        });
        if chooses { &[] } else { self.args }
    }
}

/// A project's own arguments without those of `options` and without the word that makes an audit rewrite files, behind
/// the arguments of sdd.
pub(super) fn checking(options: &Options, ask: &Ask<'_>, own: &[&str], whole: &Whole) -> Vec<String> {
    let own = own.iter().chain(whole.beside(ask.args));
    let mut args: Vec<String> = own.map(|arg| (*arg).to_owned()).collect();
    args.extend(
        options
            .remove_from(ask.args)
            .into_iter()
            .filter(|arg| arg != "fix"),
    );
    args
}
