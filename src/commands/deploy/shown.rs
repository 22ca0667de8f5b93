//! Plans and deployments as people read them.

use std::fmt::Write as _;

use crate::deploy::checks::PreCheck;
use crate::deploy::journal::{Event, PhaseOutcome, Record, StepOutcome};
use crate::deploy::plan::Plan;
use crate::deploy::procedure::{Stage, Step, TriggerKind, Way, Work};
use crate::deploy::summary::{Ended, StepLine, Summary};
use crate::model::config::Time;
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::report::{Colour, seconds, sign, signed};

/// A plan. `verb` is what is said of its steps: `would run`.
pub(super) fn plan(plan: &Plan, id: &str, verb: &str) -> String {
    let mut out = String::new();
    let commit = plan
        .commit
        .as_deref()
        .map_or("no commit", |commit| &commit[..commit.len().min(12)]);
    let dirty = if plan.dirty {
        ", with changes that are not committed"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "plan {} of {} for {}",
        &id[..id.len().min(12)],
        plan.work_item,
        plan.environment
    );
    let _ = writeln!(out, "commit: {commit}{dirty}");
    let _ = writeln!(out, "steps:");
    for step in &plan.steps {
        let _ = writeln!(out, "  {}", one_step(step, plan, verb));
    }
    let _ = writeln!(out, "rollback:");
    for step in &plan.rollback {
        let _ = writeln!(out, "  {}", one_step(step, plan, verb));
    }
    if let Some(ms) = plan.rollback_time_ms {
        let _ = writeln!(out, "  estimated time: {} s", ms / 1000);
    }
    let _ = writeln!(out, "smoke tests:");
    for test in &plan.smoke_tests {
        let how = match &test.way {
            Way::Http(request) => format!("{} {}", request.method, request.url),
            Way::Script(script) => format!("{} code", script.shell.program()),
        };
        let status = test
            .expected
            .status
            .map_or_else(String::new, |status| format!(", expects {status}"));
        let _ = writeln!(out, "  {} ({how}{status})", text::one_line(&test.name));
    }
    if !plan.triggers.is_empty() {
        let _ = writeln!(out, "rollback triggers:");
    }
    for trigger in &plan.triggers {
        let who = match trigger.kind {
            TriggerKind::SmokeTests => "watched by the smoke tests",
            TriggerKind::ErrorRate { .. } => "watched by the metric error_rate, where it is configured",
            TriggerKind::Person => "not automated: a person decides",
        };
        let _ = writeln!(out, "  {} ({who})", text::one_line(&trigger.text));
    }
    if !plan.variables.is_empty() {
        let _ = writeln!(out, "variables: {}", plan.variables.join(", "));
    }
    for note in &plan.notes {
        let _ = writeln!(out, "note: {}:{}: {}", plan.spec_file, note.line, note.message);
    }
    out
}

fn one_step(step: &Step, plan: &Plan, verb: &str) -> String {
    let place = if step.line == 0 {
        plan.spec_file.clone()
    } else {
        format!("{}:{}", plan.spec_file, step.line)
    };
    match &step.work {
        Work::Manual => format!("{}: a person: {} ({place})", step.id, step.text),
        Work::Script(script) => {
            let mut said = vec![format!("at most {}", Time::from_ms(script.timeout_ms))];
            if script.idempotent {
                said.push("idempotent".to_owned());
            }
            said.extend(way_back(step, plan, script.undo.as_deref()));
            if !script.env.is_empty() {
                said.push(format!("sees {}", script.env.join(", ")));
            }
            format!(
                "{}: {verb}: {} ({}; {place})",
                step.id,
                step.text,
                said.join("; ")
            )
        }
    }
}

/// What a plan says of a step and the way back, where that goes by steps.
fn way_back(step: &Step, plan: &Plan, undo: Option<&str>) -> Option<String> {
    match (step.stage, undo) {
        (_, Some(undo)) => Some(format!("undo {undo}")),
        _ if !plan.goes_by_step() => None,
        (Stage::Rollback, None) => plan.is_common(&step.id).then(|| "in every rollback".to_owned()),
        (_, None) => Some("no undo".to_owned()),
    }
}

/// A deployment: a line for each check, step and test, behind the sign of its verdict.
pub(super) fn deployment(summary: &Summary, colour: Colour) -> String {
    let mut out = String::new();
    let head = format!(
        "deployment {} of {} to {}: {}",
        summary.deployment, summary.work_item, summary.environment, summary.says
    );
    let _ = writeln!(out, "{}", signed(stands(summary), &head, colour));
    if let Some(holder) = &summary.running {
        let _ = writeln!(out, "  held by {holder}");
    }
    for check in &summary.checks {
        out.push_str("  ");
        out.push_str(&self::check(check, colour));
        if let (Some(remedy), false) = (&check.remedy, check.allows()) {
            let _ = writeln!(out, "      {remedy}");
        }
    }
    for step in &summary.steps {
        let _ = writeln!(out, "  {}", step_line(step, colour));
    }
    for test in &summary.smoke_tests {
        let (how, verdict) = match (test.passed, test.flaky) {
            (true, true) => ("passed (flaky)", Verdict::Passed),
            (true, false) => ("passed", Verdict::Passed),
            (false, _) => ("failed", Verdict::Failed),
        };
        let last = test.attempts.last().map_or("", |last| last.said.as_str());
        let name = format!("smoke test {}", text::one_line(&test.name));
        let name = signed(verdict, &name, colour);
        let tries = test.attempts.len();
        let _ = writeln!(out, "  {name}: {how} at attempt {tries}: {last}");
    }
    ended(&mut out, "smoke tests", summary.smoke.as_ref(), colour);
    ended(&mut out, "observation", summary.observation.as_ref(), colour);
    for metric in &summary.metrics {
        let looks = text::counted(usize::try_from(metric.looks).unwrap_or(usize::MAX), "look");
        let last = metric
            .last
            .map_or_else(|| "not recorded".to_owned(), |last| last.to_string());
        let _ = writeln!(
            out,
            "      metric {}: {}, {} failed, {} without a number; last {last}",
            metric.name, looks, metric.failures, metric.without
        );
    }
    if let Some(rollback) = &summary.rollback {
        let who = if rollback.automatic {
            "automatic"
        } else {
            rollback.by.as_str()
        };
        let verdict = match summary.state {
            "rolled_back" if !rollback.not_undone.is_empty() => Verdict::Skipped,
            "rolled_back" => Verdict::Passed,
            "rollback_failed" => Verdict::Failed,
            _ => Verdict::NotRun,
        };
        let name = signed(verdict, &format!("rollback ({who})"), colour);
        let _ = writeln!(out, "  {name}: {}", rollback.reason);
        if rollback.steps.is_empty() {
            let _ = writeln!(out, "      nothing had been done that could be taken back");
        }
        for step in &rollback.steps {
            let _ = writeln!(out, "    {}", step_line(step, colour));
        }
        for id in &rollback.not_undone {
            let said = format!("step {id}");
            let _ = writeln!(
                out,
                "    {}: not undone: it was done, and has no undo",
                signed(Verdict::Skipped, &said, colour)
            );
        }
    }
    match summary.rehearsal_verified {
        Some(true) => {
            let said = signed(
                Verdict::Passed,
                "after the rollback the version before answers",
                colour,
            );
            let _ = writeln!(out, "  {said}");
        }
        Some(false) => {
            let said = "after the rollback the version before does not answer as it should";
            let _ = writeln!(out, "  {}", signed(Verdict::Failed, said, colour));
        }
        None => {}
    }
    for warning in &summary.warnings {
        let _ = writeln!(out, "  warning: {warning}");
    }
    if summary.state == "rollback_failed" {
        out.push_str(&loud(summary, colour));
    }
    for next in &summary.next {
        let _ = writeln!(out, "next: {next}");
    }
    out
}

/// A line for a check.
pub(super) fn check(check: &PreCheck, colour: Colour) -> String {
    let name = signed(check.outcome, &format!("check {}", check.name), colour);
    let outcome = check.outcome.as_str().replace('_', " ");
    format!("{name}: {outcome}: {}\n", check.message)
}

/// How a deployment stands, as a verdict: only one that succeeded, or whose way back was rehearsed, is green. One that
/// went back by itself has failed; one that a person took back is neither.
fn stands(summary: &Summary) -> Verdict {
    if summary.running.is_some() {
        return Verdict::NotRun;
    }
    let by_itself = summary.rollback.as_ref().is_some_and(|way| way.automatic);
    match summary.state {
        "succeeded" => Verdict::Passed,
        "rolled_back" if summary.rehearsal_verified == Some(true) => Verdict::Passed,
        "rolled_back" if by_itself => Verdict::Failed,
        "failed" | "rollback_failed" => Verdict::Failed,
        "aborted" | "unknown" => Verdict::Error,
        "rolled_back" | "stopped" | "waiting" | "unverified" | "rolling_back" => Verdict::Skipped,
        _ => Verdict::NotRun,
    }
}

/// How a phase ended, where it did.
fn ended(out: &mut String, name: &str, ended: Option<&Ended>, colour: Colour) {
    let Some(ended) = ended else { return };
    let verdict = match ended.outcome {
        PhaseOutcome::Passed => Verdict::Passed,
        PhaseOutcome::Failed => Verdict::Failed,
        PhaseOutcome::Inconclusive => Verdict::Error,
        PhaseOutcome::Skipped => Verdict::Skipped,
    };
    let _ = writeln!(out, "  {}: {}", signed(verdict, name, colour), ended.reason);
}

/// What nobody may overlook.
fn loud(summary: &Summary, colour: Colour) -> String {
    let head = "THE ROLLBACK FAILED: a person must look";
    let mut out = format!("\n{}\n", signed(Verdict::Failed, head, colour));
    for step in summary.rollback.iter().flat_map(|rollback| &rollback.steps) {
        let is_undone = matches!(step.status, "done" | "acknowledged");
        let (head, verdict) = if is_undone {
            ("undone", Verdict::Passed)
        } else {
            ("NOT undone", Verdict::Failed)
        };
        let _ = write!(out, "  {}: {}", signed(verdict, head, colour), step.id);
        if let Some(log) = step.log.as_ref().filter(|_| !is_undone) {
            let _ = write!(out, ", see {log}");
        }
        out.push('\n');
    }
    out.push('\n');
    out
}

fn step_line(step: &StepLine, colour: Colour) -> String {
    let verdict = match step.status {
        "done" | "acknowledged" => Verdict::Passed,
        "failed" => Verdict::Failed,
        "unknown" => Verdict::Error,
        // What somebody said of it is no proof, and neither is it green.
        "assumed" | "waiting" => Verdict::Skipped,
        _ => Verdict::NotRun,
    };
    let name = signed(verdict, &format!("step {}", step.id), colour);
    let mut said = format!("{name}: {}", step.status.replace('_', " "));
    if step.attempts > 1 {
        let _ = write!(said, " at attempt {}", step.attempts);
    }
    if let Some(ms) = step.duration_ms {
        let _ = write!(said, " ({})", seconds(ms));
    }
    if let Some(reason) = &step.reason {
        let _ = write!(said, ": {reason}");
    }
    if let (Some(log), "failed") = (&step.log, step.status) {
        let _ = write!(said, " [{log}]");
    }
    said
}

/// What is said on stderr of a record while a deployment goes on; nothing of what is said at the end.
pub(super) fn progress(record: &Record) -> Option<String> {
    Some(match &record.event {
        Event::Checked { checks, passed } => {
            let bad = checks.iter().filter(|check| !check.allows()).count();
            let skipped = checks
                .iter()
                .filter(|check| check.outcome == Verdict::Skipped)
                .count();
            match passed {
                true => format!("checks: {} passed, {skipped} skipped", checks.len() - skipped),
                false => format!("checks: {bad} of {} do not hold; nothing is run", checks.len()),
            }
        }
        Event::Started {
            step, back, attempt, ..
        } => {
            let what = if *back { "undo" } else { "step" };
            let again = if *attempt > 1 {
                format!(" (attempt {attempt})")
            } else {
                String::new()
            };
            format!("{what} {step} …{again}")
        }
        Event::Ended {
            step,
            outcome,
            reason,
            duration_ms,
            ..
        } => {
            let (how, verdict) = match outcome {
                StepOutcome::Done => ("done", Verdict::Passed),
                StepOutcome::Failed => ("failed", Verdict::Failed),
            };
            let time = seconds(*duration_ms);
            let why = reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("  {} {step} {how} ({time}){why}", sign(verdict))
        }
        Event::Waiting { step } => format!("step {step} is for a person, and waits"),
        Event::Acknowledged { step, by, .. } => format!("step {step} acknowledged by {by}"),
        Event::SmokeStarted => "smoke tests …".to_owned(),
        Event::SmokeTested {
            test,
            passed,
            attempts,
        } => {
            let (how, verdict) = match passed {
                true => ("passed", Verdict::Passed),
                false => ("failed", Verdict::Failed),
            };
            format!("  {} {test} {how} (attempt {})", sign(verdict), attempts.len())
        }
        Event::ObserveStarted => "observation …".to_owned(),
        Event::Measured {
            metric,
            value,
            reason,
            ..
        } => {
            let said = value.map_or_else(|| reason.clone().unwrap_or_default(), |value| value.to_string());
            format!("  {metric}: {said}")
        }
        Event::RollbackStarted { reason, .. } => {
            format!("rolling back: {reason} (a first interrupt does not stop it)")
        }
        Event::Interrupted { signal } => format!("stopped by {signal}; nothing is rolled back by itself"),
        _ => return None,
    })
}
