//! From judgements to the gates of a report.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::{GatePlan, Job, Plan, VersionCache, benchmarks, fingerprint, shown, versions, work};
use crate::gates::{
    self, Item, Judgement, Meaning, Part, PartResult, Phase, Step, StepJudgement, StepTool, Strictness, Work,
};
use crate::model::finding::Finding;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::report::{GateReport, StepReport};
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::process::redact::Redactor;
use crate::process::{End, Outcome, signals};
use crate::project::installing;

/// The most findings that a gate's report lists; the rest is counted.
const MAX_FINDINGS: usize = 1_000;
/// The lines of output that a step keeps in the report.
const TAIL_LINES: usize = 20;

/// Judges a gate and writes down what came of it.
pub(super) fn gate(
    planned: &GatePlan,
    parts: &[Part<'_>],
    times: &[Option<(Instant, Instant)>],
    job: &Job<'_>,
) -> GateReport {
    let judgement = judge(planned, parts, job);
    let mut findings: Vec<Finding> = judgement.findings().into_iter().cloned().collect();
    let findings_total = findings.len() as u64;
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            (
                finding.path.clone(),
                finding.line,
                finding.column,
                finding.rule.clone(),
                finding.message.clone(),
            )
        };
        b.severity.cmp(&a.severity).then_with(|| key(a).cmp(&key(b)))
    });
    findings.truncate(MAX_FINDINGS);
    fingerprint::fill(planned.gate, &job.cx.project.root, &mut findings);
    let steps = parts
        .iter()
        .zip(judgement.steps())
        .zip(times)
        .map(|((part, judged), times)| step(part, judged, *times, job))
        .collect();
    let (verdict, reason) = settle(planned, parts, &judgement, job.cx.strictness);
    let report = GateReport {
        gate: planned.gate,
        // An answer that --strict demands decides, even for a gate that is optional otherwise.
        required: planned.required || (verdict == Verdict::Error && job.cx.strictness == Strictness::Strict),
        verdict,
        reason,
        duration_ms: millis(busy(times)),
        steps,
        checks: judgement.checks().to_vec(),
        metrics: judgement.metrics().clone(),
        findings,
        findings_total,
        changed_files: Vec::new(),
        warnings: distinct(judgement.warnings().chain(parts.iter().filter_map(leftovers))),
        remediation: hints(&judgement, planned, job),
    };
    match shown::clean(&report, job.redactor) {
        Ok(mut clean) => {
            advise(&mut clean, planned, job);
            clean
        }
        Err(error) => internal(&format!(
            "a bug in sdd: the gate's report cannot be written: {error}"
        )),
    }
}

/// What a step left behind when it ended: a test that does not stop its server, a tool that goes on as a daemon.
fn leftovers(part: &Part<'_>) -> Option<String> {
    let (Item::Run(step), PartResult::Command(answer)) = (part.item, &part.result) else {
        return None;
    };
    let outcome = answer.outcome.as_ref().ok()?;
    if !matches!(outcome.end, End::Code(_) | End::Signal(_)) {
        return None;
    }
    let left = match outcome.left {
        0 if outcome.leaked => "something running that held its output; it was ended".to_owned(),
        0 => return None,
        1 => "1 process running; it was ended".to_owned(),
        count => format!("{count} processes running; they were ended"),
    };
    Some(format!("{} in {} left {left}", step.tool_name(), step.unit_path))
}

/// A gate that cannot even be named: only a bug leads here.
pub(super) fn internal(reason: &str) -> GateReport {
    GateReport {
        gate: GateId::Custom,
        required: true,
        verdict: Verdict::Error,
        reason: reason.to_owned(),
        duration_ms: 0,
        steps: Vec::new(),
        checks: Vec::new(),
        metrics: BTreeMap::new(),
        findings: Vec::new(),
        findings_total: 0,
        changed_files: Vec::new(),
        warnings: Vec::new(),
        remediation: Vec::new(),
    }
}

/// Whether one part of a gate that decides keeps the gate from passing.
pub(super) fn loses(planned: &GatePlan, parts: &[Part<'_>], item: usize, job: &Job<'_>) -> bool {
    let decides = planned.required || job.cx.strictness == Strictness::Strict;
    decides
        && judge(planned, parts, job)
            .steps()
            .get(item)
            .is_some_and(StepJudgement::blocks)
}

/// Whether what came of a step, looked at alone, lets those after it go on; and what came of it.
pub(super) fn passes(
    planned: Option<&GatePlan>,
    item: usize,
    result: PartResult,
    job: &Job<'_>,
) -> (bool, PartResult) {
    let Some((planned, item)) = planned.and_then(|planned| Some((planned, planned.items.get(item)?))) else {
        return (false, result);
    };
    let parts = [Part { item, result }];
    let passed = judge(planned, &parts, job)
        .steps()
        .iter()
        .all(|step| step.verdict() == Verdict::Passed);
    let [part] = parts;
    (passed, part.result)
}

fn judge(planned: &GatePlan, parts: &[Part<'_>], job: &Job<'_>) -> Judgement {
    if let Some(reason) = &planned.disabled {
        return Judgement::of(Vec::new(), reason);
    }
    let Some(gate) = gates::by_id(planned.gate) else {
        return Judgement::of(
            vec![StepJudgement::error("this gate is not in the table of gates")],
            "",
        );
    };
    let judgement = catch_unwind(AssertUnwindSafe(|| gate.judge(&job.cx, parts))).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Judgement::of(
            vec![StepJudgement::error(format!(
                "a bug in sdd: the judge panicked: {said}"
            ))],
            "",
        )
    });
    // A judge that loses a part, or invents one, has not judged what was run.
    if !accounts_for(&judgement, parts.len()) {
        let reason = format!(
            "a bug in sdd: {} parts, {} judged",
            parts.len(),
            judgement.steps().len()
        );
        // Never none at all: that would read as skipped.
        let errors = vec![StepJudgement::error(reason); parts.len().max(1)];
        return Judgement::of(errors, "");
    }
    judgement
}

/// Whether a judgement has a step for each part. Where nothing was planned there may be one that says why there is
/// no answer, but never one that makes the gate green.
fn accounts_for(judgement: &Judgement, parts: usize) -> bool {
    let steps = judgement.steps().len();
    steps == parts || (parts == 0 && judgement.verdict() != Verdict::Passed)
}

/// The gate's verdict and reason, with what must be said of the parts that were skipped: under `--strict` a skip of
/// an enabled gate, or of the gate for one unit, is an error; else it stands beside what passed.
fn settle(
    planned: &GatePlan,
    parts: &[Part<'_>],
    judgement: &Judgement,
    strictness: Strictness,
) -> (Verdict, String) {
    let (verdict, reason) = (judgement.verdict(), judgement.reason());
    let strict = strictness == Strictness::Strict && planned.disabled.is_none();
    match verdict {
        Verdict::Skipped if strict => (
            Verdict::Error,
            format!("skipped, which --strict does not allow: {reason}"),
        ),
        Verdict::Passed => {
            let checks: Vec<Check<'_>> = checks(parts, judgement);
            if strict
                && let Some(lost) = checks
                    .iter()
                    .find(|check| !checks.iter().any(|other| other.covers(check)))
            {
                let why = format!("{} in {}: {}", lost.tool, lost.unit, lost.reason);
                return (
                    Verdict::Error,
                    format!("skipped, which --strict does not allow: {why}"),
                );
            }
            (verdict, format!("{reason}{}{}", beside(&checks), left_out(parts)))
        }
        _ => (verdict, reason.to_owned()),
    }
}

/// One part of a gate that checks something.
struct Check<'a> {
    tool: String,
    unit: &'a str,
    language: Option<Language>,
    verdict: Verdict,
    reason: &'a str,
}

impl Check<'_> {
    /// Whether this part answers for the unit of another one.
    fn covers(&self, other: &Check<'_>) -> bool {
        self.verdict == Verdict::Passed && (self.unit, self.language) == (other.unit, other.language)
    }
}

fn checks<'a>(parts: &'a [Part<'_>], judgement: &'a Judgement) -> Vec<Check<'a>> {
    let each = parts.iter().zip(judgement.steps());
    each.filter_map(|(part, judged)| {
        let (tool, unit, language) = match part.item {
            Item::Run(step) if step.phase == Phase::Rewrite => return None,
            Item::Not(not) if not.meaning == Meaning::LeftOut => return None,
            Item::Run(step) => (step.tool_name(), step.unit_path.as_str(), step.language),
            Item::Not(not) => (not.tool.clone(), not.unit.as_str(), not.language),
        };
        Some(Check {
            tool,
            unit,
            language,
            verdict: judged.verdict(),
            reason: judged.reason(),
        })
    })
    .collect()
}

/// What was skipped beside what passed, as the end of a sentence.
fn beside(checks: &[Check<'_>]) -> String {
    let skipped: Vec<String> = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Skipped)
        .map(|check| format!("{} in {} ({})", check.tool, check.unit, check.reason))
        .collect();
    match skipped.as_slice() {
        [] => String::new(),
        [one] => format!("; skipped: {one}"),
        [first, rest @ ..] => format!("; skipped: {first}, and {} more", rest.len()),
    }
}

/// The units and the test data that the configuration leaves out of a gate, as the end of a sentence: chosen, so never an error, but what
/// passed says nothing of them.
fn left_out(parts: &[Part<'_>]) -> String {
    let units: Vec<String> = parts
        .iter()
        .filter_map(|part| match part.item {
            Item::Not(not) if not.meaning == Meaning::LeftOut => Some(match not.language {
                Some(language) => format!("{} ({language})", not.unit),
                // Of no unit: what is left out is something that all of them need.
                None => not.tool.clone(),
            }),
            _ => None,
        })
        .collect();
    match units.as_slice() {
        [] => String::new(),
        [one] => format!("; left out: {one}"),
        [first, rest @ ..] => format!("; left out: {first}, and {} more", rest.len()),
    }
}

fn step(
    part: &Part<'_>,
    judged: &StepJudgement,
    times: Option<(Instant, Instant)>,
    job: &Job<'_>,
) -> StepReport {
    let mut report = match part.item {
        Item::Not(not) => StepReport {
            tool: not.tool.clone(),
            unit: not.unit.clone(),
            language: not.language,
            ..blank(judged.verdict())
        },
        Item::Run(step) => StepReport {
            tool: step.tool_name(),
            unit: step.unit_path.clone(),
            language: step.language,
            ..blank(judged.verdict())
        },
    };
    judged.reason().clone_into(&mut report.reason);
    report.role = judged.role();
    report.duration_ms = millis(times.map_or(Duration::ZERO, |(from, to)| to - from));
    if let (Item::Run(step), PartResult::Libraries(_)) = (part.item, &part.result) {
        report.command = step.command_words();
        let name = work::log_name(step);
        // A server that was not started has said nothing.
        let said = job.cx.out.join(&name).is_file();
        report.log = said.then(|| format!("{}/{name}", job.out_shown));
    }
    if let (Item::Run(step), PartResult::Benchmark(answer)) = (part.item, &part.result) {
        let name = benchmarks::evidence_name(step);
        report.log = answer.is_ok().then(|| format!("{}/{name}", job.out_shown));
        report.tool_version = answer
            .as_ref()
            .ok()
            .map(|document| format!("{} {}", document.engine.name, document.engine.version));
    }
    if let (Item::Run(step), PartResult::Command(answer)) = (part.item, &part.result) {
        report.command = step.command_words();
        if let Ok(outcome) = &answer.outcome {
            describe(&mut report, outcome, step, judged, job);
        }
    }
    report
}

fn blank(verdict: Verdict) -> StepReport {
    StepReport {
        tool: String::new(),
        role: None,
        tool_version: None,
        unit: String::new(),
        language: None,
        verdict,
        reason: String::new(),
        command: Vec::new(),
        exit_code: None,
        signal: None,
        timed_out: false,
        duration_ms: 0,
        log: None,
        output_tail: Vec::new(),
    }
}

fn describe(report: &mut StepReport, outcome: &Outcome, step: &Step, judged: &StepJudgement, job: &Job<'_>) {
    match outcome.end {
        End::Code(code) => report.exit_code = Some(code),
        End::Signal(signal) => report.signal = Some(signals::name(signal)),
        End::TimedOut => report.timed_out = true,
        End::Cancelled => {}
    }
    report.log = Some(format!("{}/{}", job.out_shown, work::log_name(step)));
    let unexplained = match judged.verdict() {
        Verdict::Error => true,
        Verdict::Failed => judged.findings().is_empty(),
        Verdict::Passed | Verdict::Skipped | Verdict::NotRun => false,
    };
    if unexplained {
        report.output_tail = tail(outcome, step);
    }
}

/// The last lines that a tool printed: to stderr, or to stdout when stderr is empty.
fn tail(outcome: &Outcome, step: &Step) -> Vec<String> {
    let stream = if outcome.stderr.total() > 0 {
        &outcome.stderr
    } else {
        &outcome.stdout
    };
    let bytes = stream.bytes();
    let text = text::sanitise(&String::from_utf8_lossy(&bytes));
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    let is_chatter = |line: &&&str| matches!(step.tool, StepTool::Known(tool) if tool.is_chatter(line));
    // What was asked for is told where there is nothing else.
    let said: Vec<&str> = lines.iter().filter(|line| !is_chatter(line)).copied().collect();
    let lines = if said.is_empty() { lines } else { said };
    lines
        .iter()
        .skip(lines.len().saturating_sub(TAIL_LINES))
        .map(|line| (*line).to_owned())
        .collect()
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}

/// What the steps know to do next, each in the words of its unit.
fn hints(judgement: &Judgement, planned: &GatePlan, job: &Job<'_>) -> Vec<String> {
    distinct(judgement.hints().map(|(number, hint)| {
        let unit = match planned.items.get(number) {
            Some(Item::Run(step)) => step.unit.and_then(|unit| job.cx.project.units.get(unit)),
            _ => None,
        };
        unit.map_or_else(|| hint.to_owned(), |facts| installing::as_here(facts, hint))
    }))
}

/// Adds what sdd itself knows to do next.
fn advise(report: &mut GateReport, planned: &GatePlan, job: &Job<'_>) {
    let verdict = report.verdict;
    let lines = &mut report.remediation;
    // A step that failed and knows what to do knows better than its gate.
    if verdict == Verdict::Failed
        && lines.is_empty()
        && let Some(gate) = gates::by_id(planned.gate)
    {
        lines.push(gate.about().remedy.to_owned());
    }
    if matches!(verdict, Verdict::Failed | Verdict::Error | Verdict::NotRun) {
        let strict = if job.cx.strictness == Strictness::Strict {
            " --strict"
        } else {
            ""
        };
        lines.push(match job.again {
            Some(again) => format!("rerun: {again}"),
            None => format!("rerun: {} gate {}{strict}", job.sdd, planned.gate),
        });
    }
}

/// The time in which at least one of the steps ran; the time that they waited for each other does not count.
fn busy(times: &[Option<(Instant, Instant)>]) -> Duration {
    let mut spans: Vec<(Instant, Instant)> = times.iter().copied().flatten().collect();
    spans.sort();
    let mut total = Duration::ZERO;
    let mut reached: Option<Instant> = None;
    for (from, to) in spans {
        let from = reached.map_or(from, |reached| from.max(reached));
        total += to.saturating_duration_since(from);
        reached = Some(reached.map_or(to, |reached| reached.max(to)));
    }
    total
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Writes the versions that became known into the steps.
pub(super) fn add_versions(gates: &mut [GateReport], plan: &Plan, known: &VersionCache) {
    for (report, planned) in gates.iter_mut().zip(&plan.gates) {
        for (step, item) in report.steps.iter_mut().zip(&planned.items) {
            if let Item::Run(run) = item
                && let (StepTool::Known(tool), Work::Command(work)) = (run.tool, &run.work)
            {
                step.tool_version =
                    versions::key(tool, &work.program).and_then(|key| known.get(&key).cloned());
            }
        }
    }
}

/// Writes the files that automatic fixes changed into their gates.
pub(super) fn add_changes(
    gates: &mut [GateReport],
    plan: &Plan,
    changed: &BTreeMap<GateId, Vec<String>>,
    redactor: &Redactor,
) {
    for (report, planned) in gates.iter_mut().zip(&plan.gates) {
        if let Some(files) = changed.get(&planned.gate) {
            report.changed_files = files.iter().map(|file| shown::path(file, redactor)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spans: &[(u64, u64)], expect: u64) {
        let zero = Instant::now();
        let at = |ms: u64| zero + Duration::from_millis(ms);
        let mut times: Vec<_> = spans
            .iter()
            .map(|(from, to)| Some((at(*from), at(*to))))
            .collect();
        times.push(None);
        assert_eq!(millis(busy(&times)), expect);
    }

    #[test]
    fn a_judge_that_invents_or_loses_a_part_is_not_believed() {
        let of = |steps: &[StepJudgement]| Judgement::of(steps.to_vec(), "nothing");
        let (passed, error) = (StepJudgement::passed("a"), StepJudgement::error("b"));
        assert!(accounts_for(&of(&[]), 0));
        assert!(accounts_for(&of(std::slice::from_ref(&error)), 0));
        assert!(accounts_for(&of(&[passed.clone(), error]), 2));
        assert!(!accounts_for(&of(std::slice::from_ref(&passed)), 0));
        assert!(!accounts_for(&of(std::slice::from_ref(&passed)), 2));
        assert!(!accounts_for(&of(&[]), 1));
    }

    #[test]
    fn waiting_is_not_work_and_nothing_counts_twice() {
        check(&[], 0);
        check(&[(0, 20), (1_000, 1_020)], 40);
        check(&[(10, 50), (0, 100), (90, 120)], 120);
        check(&[(5, 10), (0, 3)], 8);
    }
}
