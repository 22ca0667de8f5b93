//! pip-audit: dependencies with known vulnerabilities, from its JSON report.
//!
//! Two traps: a dependency that the advisory service does not know is "skipped" and the run ends green, and so an
//! unreachable or wrong service can look like a clean result.

mod declared;
mod report;
mod target;
#[cfg(test)]
mod tests;

use super::python::Options;
use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use target::Target;

/// pip-audit.
pub struct PipAudit;

/// Options that decide the report, hide what was not audited, or change the environment.
const REPORT: Options = Options {
    alone: &["--dry-run", "-d", "--fix"],
    valued: &["--format", "-f", "--output", "-o", "--progress-spinner"],
    other_valued: "rs",
};

impl Tool for PipAudit {
    fn id(&self) -> &'static str {
        "pip-audit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Security, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["pip-audit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        match Target::of(facts) {
            Target::Nothing(why) => Applies::NothingToDo(why),
            target => Applies::Yes(target.why()),
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let report = ask.out.join("pip-audit.json");
        let mut args: Vec<String> = ["--progress-spinner", "off", "-f", "json", "-o"]
            .map(str::to_owned)
            .into();
        args.push(report.display().to_string());
        let mut inputs = Vec::new();
        if !ask.configured {
            let target = Target::of(ask.facts);
            args.extend(target.args(ask.out)?);
            inputs = target.inputs();
        }
        args.extend(REPORT.remove_from(ask.args));
        Some(Prepared {
            args,
            inputs,
            outputs: vec![OutputFile {
                key: "pip-audit",
                path: report,
            }],
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no known vulnerabilities"),
            (1, "vulnerabilities, or an error"),
            (2, "wrong arguments"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        report::read(run)
    }

    fn install(&self) -> &'static str {
        "python -m pip install pip-audit"
    }
}
