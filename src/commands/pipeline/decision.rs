//! The decision over a run, and what is to be said with it.

use super::{Recording, Request};
use crate::commands::context::Cx;
use crate::model::config::{Config, join_words};
use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, Report};
use crate::model::verdict::{RunVerdict, Verdict};

/// The decision over a run. What does not decide only informs, and a run in which nothing passed has shown nothing.
pub fn decide(gates: &[GateReport], incomplete: bool) -> RunVerdict {
    let deciding = |wanted: &[Verdict]| {
        gates
            .iter()
            .any(|gate| gate.required && wanted.contains(&gate.verdict))
    };
    if deciding(&[Verdict::Failed]) {
        RunVerdict::Failed
    } else if incomplete
        || deciding(&[Verdict::Error, Verdict::NotRun])
        || !gates.iter().any(|gate| gate.verdict == Verdict::Passed)
    {
        RunVerdict::Error
    } else {
        RunVerdict::Passed
    }
}

/// Says that a record of a run is not kept. Where it must be, what nobody can look up afterwards has not been shown: there is
/// no verdict. What failed stays failed.
pub(super) fn lost(report: &mut Report, recording: Recording, why: String) {
    report.warnings.push(why);
    if recording == Recording::Required && report.verdict == RunVerdict::Passed {
        report.verdict = RunVerdict::Error;
    }
}

/// Gates that were asked for by name and checked nothing: who names a gate wants its answer.
pub(super) fn unanswered(gates: &[GateReport], request: &Request<'_>, warnings: &mut Vec<String>) -> bool {
    let silent = |gate: &&GateReport| request.named.contains(&gate.gate) && gate.verdict == Verdict::Skipped;
    let before = warnings.len();
    warnings.extend(gates.iter().filter(silent).map(|gate| {
        format!(
            "{} was asked for by name and checked nothing: {}",
            gate.gate, gate.reason
        )
    }));
    warnings.len() > before
}

/// Gates that are required and disabled: one of the two was not meant.
pub(super) fn contradictions(config: &Config) -> impl Iterator<Item = String> {
    GateId::ALL.into_iter().filter_map(|gate| {
        let settings = config.gate(gate);
        (settings.required && !settings.enabled).then(|| {
            format!(
                "{0} is required and disabled: nothing checks it; say \"required\": false if that is meant",
                gate.config_place()
            )
        })
    })
}

/// Names of withheld variables that are told.
const MAX_NAMES: usize = 8;

/// A tool that broke may miss a variable that the allow-list keeps from it. One that has an answer does not, whatever
/// it says.
pub(super) fn withheld(cx: &Cx, config: &Config, gates: &[GateReport]) -> Option<String> {
    let names = cx.environment.withheld_names(&config.pass_env);
    let broke = |gate: &GateReport| {
        gate.verdict == Verdict::Error
            && (gate.steps.iter()).any(|step| step.verdict == Verdict::Error && !step.command.is_empty())
    };
    let troubled = gates.iter().any(broke);
    (troubled && !names.is_empty()).then(|| {
        let shown: Vec<&str> = names.iter().take(MAX_NAMES).map(String::as_str).collect();
        let more = names.len() - shown.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!(
            "tools did not get these environment variables: {}{more}; pass one on with \"pass_env\": [\"NAME\"] in config.json",
            shown.join(", ")
        )
    })
}

/// How sdd is called in what is to be typed next.
pub fn called(cx: &Cx) -> String {
    match &cx.global.chdir {
        Some(dir) => join_words(&["sdd", "-C", &dir.to_string_lossy()]),
        None => "sdd".to_owned(),
    }
}

pub(super) fn rerun(called: &str, request: &Request<'_>) -> String {
    let mut words = vec![called.to_owned(), request.command.to_owned()];
    words.extend(request.named.iter().map(ToString::to_string));
    words.extend(request.arguments.iter().cloned());
    if request.options.strict {
        words.push("--strict".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_record_that_must_be_there_there_is_no_verdict() {
        for (recording, before, after) in [
            (Recording::Required, RunVerdict::Passed, RunVerdict::Error),
            (Recording::Required, RunVerdict::Failed, RunVerdict::Failed),
            (Recording::Required, RunVerdict::Error, RunVerdict::Error),
            (Recording::Wanted, RunVerdict::Passed, RunVerdict::Passed),
        ] {
            let mut report = crate::report::tests::fixture_report();
            report.verdict = before;
            lost(&mut report, recording, "the evidence was not kept".to_owned());
            assert_eq!(report.verdict, after, "{recording:?}");
            assert_eq!(report.warnings.last().unwrap(), "the evidence was not kept");
        }
    }
}
