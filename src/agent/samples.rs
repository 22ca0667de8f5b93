//! Reports that tests are made of.

use std::collections::BTreeMap;

use chrono::DateTime;

use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, ProjectInfo, Report, SCHEMA_VERSION, StepReport, Summary};
use crate::model::verdict::{RunVerdict, Verdict};

/// A gate.
pub(super) fn gate(gate: GateId, verdict: Verdict, reason: &str, findings: Vec<Finding>) -> GateReport {
    GateReport {
        gate,
        required: true,
        verdict,
        reason: reason.to_owned(),
        duration_ms: 1,
        steps: Vec::new(),
        checks: Vec::new(),
        metrics: BTreeMap::new(),
        findings_total: findings.len() as u64,
        findings,
        changed_files: Vec::new(),
        warnings: Vec::new(),
        remediation: Vec::new(),
    }
}

/// A finding of ruff.
pub(super) fn finding(rule: &str, path: &str, line: u32, message: &str) -> Finding {
    Finding::new("ruff", rule, Severity::Low, message).at(path, Some(line), None)
}

/// A step.
pub(super) fn step(verdict: Verdict, command: &[&str]) -> StepReport {
    StepReport {
        tool: "pytest".to_owned(),
        role: None,
        tool_version: None,
        unit: ".".to_owned(),
        language: None,
        verdict,
        reason: "why".to_owned(),
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        exit_code: None,
        signal: None,
        timed_out: false,
        duration_ms: 1,
        log: Some(".session/runs/R/pytest.log".to_owned()),
        output_tail: Vec::new(),
    }
}

/// The report of a run.
pub(super) fn report(verdict: RunVerdict, gates: Vec<GateReport>) -> Report {
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Report {
        schema_version: SCHEMA_VERSION,
        kind: "gate_report".to_owned(),
        sdd_version: "0".to_owned(),
        run_id: "R".to_owned(),
        command: "gate".to_owned(),
        session: None,
        work_item: None,
        project: ProjectInfo::default(),
        git: None,
        started_at: now,
        finished_at: now,
        duration_ms: 1,
        verdict,
        cancelled_by: None,
        summary: Summary::of(&gates),
        warnings: Vec::new(),
        gates,
        rerun: "sdd gate".to_owned(),
    }
}
