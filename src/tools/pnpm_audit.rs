//! pnpm audit: dependencies with known vulnerabilities, from its JSON report.
//!
//! Three traps: `--audit-level` leaves milder advisories out of the report and not out of its counts, and nothing makes
//! it name those of severity `info`; `--ignore-registry-errors` ends with 0 when nothing was audited; and its errors
//! are JSON on the same stream.

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::node_audit::{Manager, PathReport};
use super::npm_audit::{Whole, checking};
use super::python::Options;
use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use crate::project::node::PackageManager;

/// pnpm audit.
pub struct PnpmAudit;

const PNPM: Manager = Manager {
    is: PackageManager::Pnpm,
    command: "pnpm audit",
    locks: &["pnpm-lock.yaml"],
    make_lock: "pnpm install --lockfile-only",
};

/// Options that decide the report, change files, or hide that nothing was audited.
const REPORT: Options = Options {
    alone: &["--json", "--no-json", "--fix", "--ignore-registry-errors"],
    valued: &["--audit-level"],
    other_valued: "C",
};

/// As settings, because older versions refuse options that their audit does not know.
const WHOLE: Whole = Whole {
    args: &[
        "--config.only=all",
        "--config.production=false",
        "--config.dev=false",
        "--config.optional=true",
    ],
    chosen_by: &[
        "--prod",
        "--production",
        "-P",
        "--dev",
        "-D",
        "--optional",
        "--no-optional",
        "--only",
    ],
};

impl Tool for PnpmAudit {
    fn id(&self) -> &'static str {
        "pnpm-audit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Security, Language::Javascript),
            (GateId::Security, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["pnpm", "audit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        PNPM.applies(facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        (ask.mode == Mode::Check).then(|| Prepared {
            args: checking(&REPORT, ask, &["--json", "--audit-level=low"], &WHOLE),
            reads: PNPM.to_read(ask.facts),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[(0, "no vulnerabilities"), (1, "vulnerabilities, or an error")]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let value: Value = match serde_json::from_slice(run.stdout) {
            Ok(value) => value,
            Err(error) => return PNPM.unreadable(&error.to_string(), run),
        };
        if let Some(refused) = PNPM.error_in(&value) {
            return refused;
        }
        let report: PathReport = match serde_json::from_value(value) {
            Ok(report) => report,
            Err(error) => return PNPM.unreadable(&error.to_string(), run),
        };
        if report.metadata.audited() == 0 {
            return PNPM.none_audited(run.facts);
        }
        if report.metadata.vulnerabilities.all() == 0 && !report.advisories.is_empty() {
            return Reading::broken("pnpm's report contradicts itself about the number of vulnerabilities");
        }
        let unnamed = report.unnamed();
        let mut answer = report.answer(self.id(), &PNPM, run);
        for (severity, count) in unnamed {
            let what = if count == 1 {
                "vulnerability"
            } else {
                "vulnerabilities"
            };
            if severity == Severity::Info {
                let message = format!("{count} {what} of severity info, which pnpm counts and does not name");
                let path = PNPM.lock_path(run.facts);
                answer
                    .findings
                    .push(Finding::new(self.id(), "unnamed", severity, message).at(path, None, None));
            } else {
                answer.warnings.push(format!(
                    "{count} {what} of severity {severity} left out by pnpm's settings"
                ));
            }
        }
        PNPM.held_to_lock(self.id(), run, Reading::Answer(Box::new(answer)))
    }

    fn install(&self) -> &'static str {
        "npm install --global pnpm"
    }
}
