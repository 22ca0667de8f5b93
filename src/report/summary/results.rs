//! Measured values of gates, by name.

use super::rounded;
use crate::model::finding::Finding;
use crate::model::report::{CheckReport, GateReport, Report, StepReport, StepRole};
use crate::model::verdict::Verdict;
use crate::report::sign;

/// What stands where nothing was measured.
pub(super) const NOT_MEASURED: &str = "not measured";

/// How something ended, in words.
pub(super) fn verdict(verdict: Verdict) -> String {
    let word = verdict.as_str().replace('_', " ").to_uppercase();
    format!("{} {word}", sign(verdict))
}

/// The results of one gate, or of none when it was not part of the run.
#[derive(Clone, Copy)]
pub(super) struct Results<'a>(Option<&'a GateReport>);

impl<'a> Results<'a> {
    /// Those of a gate by its name.
    pub(super) fn of(report: &'a Report, gate: &str) -> Self {
        Self(report.gates.iter().find(|found| found.gate.as_str() == gate))
    }

    /// Those of this gate.
    #[cfg(test)]
    pub(super) fn from(gate: &'a GateReport) -> Self {
        Self(Some(gate))
    }

    /// How the gate ended, in words, and whether that decides nothing.
    pub(super) fn verdict(self) -> String {
        match self.0 {
            Some(gate) if gate.required => verdict(gate.verdict),
            Some(gate) => format!("{} (optional)", verdict(gate.verdict)),
            None => NOT_MEASURED.to_owned(),
        }
    }

    /// A value by its name.
    pub(super) fn number(self, name: &str) -> Option<&'a serde_json::Number> {
        self.0?.metrics.get(name)
    }

    /// A whole number by its name.
    pub(super) fn count(self, name: &str) -> Option<u64> {
        self.number(name)?.as_u64()
    }

    /// A value with its unit, or that there is none.
    pub(super) fn said(self, name: &str, unit: &str) -> String {
        self.number(name).map_or_else(
            || NOT_MEASURED.to_owned(),
            |number| format!("{}{unit}", rounded(number)),
        )
    }

    /// The version of what did the work of the gate, with its name; `None` where nobody says it.
    pub(super) fn tool(self) -> Option<&'a str> {
        let steps = self.0.map_or(&[][..], |gate| gate.steps.as_slice());
        steps.iter().find_map(|step| step.tool_version.as_deref())
    }

    /// The steps of the gate that do this.
    pub(super) fn steps(self, role: StepRole) -> impl Iterator<Item = &'a StepReport> {
        let steps = self.0.map_or(&[][..], |gate| gate.steps.as_slice());
        steps.iter().filter(move |step| step.role == Some(role))
    }

    /// How long the steps took that do this, in milliseconds; `None` where none was run.
    pub(super) fn time(self, role: StepRole) -> Option<u64> {
        let times = self.steps(role).map(|step| step.duration_ms);
        times.filter(|time| *time > 0).reduce(u64::saturating_add)
    }

    /// What the gate looked at, each by itself.
    pub(super) fn checks(self) -> &'a [CheckReport] {
        self.0.map_or(&[], |gate| gate.checks.as_slice())
    }

    /// What the gate knows to do, but for running it again.
    pub(super) fn advice(self) -> impl Iterator<Item = &'a str> {
        let all = self.0.map_or(&[][..], |gate| gate.remediation.as_slice());
        all.iter()
            .map(String::as_str)
            .filter(|one| !one.starts_with("rerun: "))
    }

    /// What the gate warns of.
    pub(super) fn warnings(self) -> &'a [String] {
        self.0.map_or(&[], |gate| gate.warnings.as_slice())
    }

    /// What the gate found.
    pub(super) fn findings(self) -> &'a [Finding] {
        self.0.map_or(&[], |gate| gate.findings.as_slice())
    }
}
