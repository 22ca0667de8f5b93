//! Which gates an event asks for, and what a report says of them.

use super::event::Event;
use crate::gates::{gates_for, gates_without_work};
use crate::model::config::Config;
use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, Report};
use crate::model::verdict::{RunVerdict, Verdict};
use crate::model::work_item::WorkItemType;

/// Gates that cost little: a subagent is held to these, and the rest belongs to the stop of the agent itself.
pub const CHEAP: [GateId; 3] = [GateId::Formatting, GateId::Linting, GateId::TypeChecking];

/// The gates that decide over an event: required ones, of those that work of this type needs. What is optional informs,
/// and an agent that stops asks for no information.
pub fn wanted(config: &Config, event: Event, kind: Option<WorkItemType>) -> Vec<GateId> {
    kind.map_or_else(gates_without_work, gates_for)
        .into_iter()
        .filter(|gate| {
            let settings = config.gate(*gate);
            settings.enabled && settings.required
        })
        .filter(|gate| event != Event::SubagentStop || CHEAP.contains(gate))
        .collect()
}

/// What a report says of the gates that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged<'a> {
    /// The decision.
    pub verdict: RunVerdict,
    /// The gates that stand against it.
    pub against: Vec<&'a GateReport>,
}

/// The decision of a run that was made for these gates.
pub fn of_run<'a>(report: &'a Report, gates: &[GateId]) -> Judged<'a> {
    let against = report
        .gates
        .iter()
        .filter(|gate| gates.contains(&gate.gate) && !is_fine(gate.verdict))
        .collect();
    Judged {
        verdict: report.verdict,
        against,
    }
}

/// The decision of an earlier run over these gates, made with the same input; `None` when it has no answer for each of
/// them. A run that ended in error is no answer.
pub fn of_earlier<'a>(report: &'a Report, gates: &[GateId]) -> Option<Judged<'a>> {
    if report.verdict == RunVerdict::Error || report.cancelled_by.is_some() {
        return None;
    }
    let mut against = Vec::new();
    let mut passed = 0;
    for wanted in gates {
        let gate = report.gates.iter().find(|gate| gate.gate == *wanted)?;
        match gate.verdict {
            Verdict::Passed => passed += 1,
            Verdict::Skipped => {}
            Verdict::Failed => against.push(gate),
            Verdict::Error | Verdict::NotRun => return None,
        }
    }
    let verdict = match (against.is_empty(), passed) {
        (false, _) => RunVerdict::Failed,
        // Nothing was checked: that is no answer either.
        (true, 0) => return None,
        (true, _) => RunVerdict::Passed,
    };
    Some(Judged { verdict, against })
}

fn is_fine(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Passed | Verdict::Skipped)
}

#[cfg(test)]
mod tests;
