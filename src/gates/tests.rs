//! The tests gate: tests pass, and cover enough.

use std::collections::BTreeMap;

use super::formatting::broken_step;
use super::parts::{Part, Seen, see};
use super::step::{Item, Step, StepTool};
use super::toolplan::{self, Pick, scripts};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::parse::coverage::{self, Measured};
use crate::tools::{Answer, Broken, Coverage, Reading, TestCounts};

/// Tests pass and cover enough.
pub struct Tests;

/// Files with uncovered lines that are named when coverage is too low.
const MAX_GAPS: usize = 10;

/// What the units of a gate add up to.
#[derive(Default)]
struct Totals {
    counts: Option<TestCounts>,
    /// The counts of each unit.
    by_unit: BTreeMap<String, TestCounts>,
    /// Counts that one unit's run has of tests in another one's directory, by that directory.
    inside: Vec<(String, TestCounts)>,
    /// Unit, coverage and threshold, where there is one, of each that was measured.
    coverage: Vec<(String, Measured, Option<f64>)>,
    /// The reasons of the units whose tests failed.
    failures: Vec<String>,
}

impl Gate for Tests {
    fn id(&self) -> GateId {
        GateId::Tests
    }

    fn about(&self) -> About {
        About {
            title: "Tests",
            question: "Do all tests pass, and do they cover enough of the code?",
            remedy: "Mend the failing tests named above",
        }
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        toolplan::plan(cx, self.id(), Pick::First)
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut totals = Totals::default();
        let steps: Vec<StepJudgement> = parts
            .iter()
            .map(|part| judge_part(cx, part, &mut totals))
            .collect();
        totals.count_once();
        let mut judgement =
            Judgement::of(steps, "no unit with tests was found").passing_because(totals.sentence());
        if let Some(counts) = totals.counts {
            judgement = judgement.failing_because(&totals.failures, failing(counts));
        }
        if let Some(counts) = totals.counts {
            judgement.metric("tests_passed", counts.passed);
            judgement.metric("tests_failed", counts.failed);
            judgement.metric("tests_errors", counts.errors);
            judgement.metric("tests_skipped", counts.skipped);
            if counts.expected_failures > 0 {
                judgement.metric("tests_xfailed", counts.expected_failures);
            }
        }
        if let Some((percent, threshold)) = totals.worst() {
            judgement.metric_f64("coverage_percent", percent);
            if let Some(threshold) = threshold {
                judgement.metric_f64("coverage_threshold", threshold);
            }
        }
        if totals.coverage.len() > 1 {
            for (unit, found, _) in &totals.coverage {
                judgement.metric_f64(format!("coverage_percent[{unit}]"), found.percent);
            }
            if let Some(combined) = totals.combined() {
                judgement.metric_f64("coverage_percent_combined", combined.percent);
            }
        }
        judgement
    }
}

fn judge_part(cx: &Context<'_>, part: &Part<'_>, totals: &mut Totals) -> StepJudgement {
    let Item::Run(step) = part.item else {
        return match see(cx.project, part) {
            Seen::Settled(judgement) => judgement,
            _ => StepJudgement::error("a step that was not planned has a result"),
        };
    };
    match see(cx.project, part) {
        Seen::Settled(judgement) => judgement,
        Seen::Succeeded => own_command(cx, step),
        Seen::Failed(code) => StepJudgement::failed(format!("the command ended with exit code {code}")),
        Seen::Reading(Reading::Nothing(why)) => StepJudgement::skipped(why),
        Seen::Reading(Reading::Broken(broken)) => broken_step(broken),
        Seen::Reading(Reading::Answer(answer)) => judge_answer(cx, step, *answer, totals),
    }
}

/// Judges a command that measures coverage and counts no tests: its exit code says whether they passed.
fn uncounted(cx: &Context<'_>, step: &Step, answer: Answer, totals: &mut Totals) -> StepJudgement {
    let StepTool::Own = step.tool else {
        return StepJudgement::error("the test runner gave no counts");
    };
    let judgement = match (answer.findings.first(), threshold(cx, step), &answer.coverage) {
        (Some(finding), _, _) => StepJudgement::failed(text::first_line(&finding.message).to_owned()),
        (None, threshold, Some(Coverage::Measured(found))) => {
            totals.coverage.push((step.unit_path.clone(), *found, threshold));
            covering(found.percent, threshold, "the command ended with exit code 0")
        }
        // A report that is named must be there, whatever coverage is asked for.
        (None, _, Some(Coverage::Unavailable(broken))) => broken_step(broken.clone()),
        (None, None, None) => StepJudgement::passed("the command ended with exit code 0"),
        (None, Some(_), None) => own_command(cx, step),
    };
    judgement
        .with_findings(answer.findings)
        .with_warnings(answer.warnings)
}

/// A unit whose tests passed, by what they cover.
fn covering(percent: f64, threshold: Option<f64>, passing: &str) -> StepJudgement {
    match threshold {
        Some(threshold) if percent < threshold => StepJudgement::failed(format!(
            "coverage {} % is below {} %",
            percent_text(percent, threshold),
            plain(threshold)
        )),
        _ => StepJudgement::passed(format!("{passing}, coverage {percent:.1} %")),
    }
}

/// The coverage that the step's unit must reach.
fn threshold(cx: &Context<'_>, step: &Step) -> Option<f64> {
    let facts = cx.project.units.get(step.unit?)?;
    cx.config.for_unit(&facts.unit).coverage_threshold()
}

/// A command that sdd cannot look into: its exit code answers for the tests, nothing answers for coverage.
fn own_command(cx: &Context<'_>, step: &Step) -> StepJudgement {
    let threshold = threshold(cx, step);
    match (threshold, step.language) {
        (Some(percent), Some(language)) => StepJudgement::error(format!(
            "the command succeeded, but coverage of {percent} % is asked for and sdd cannot measure it through {}",
            step.tool_name()
        ))
        .with_hint(format!(
            "configure the test runner itself as quality_gates.test_execution.commands.{language}, or ask for no coverage: \"coverage_threshold\": {{\"{language}\": null}}{}",
            beside_members(cx, step)
        )),
        _ => StepJudgement::passed("the command ended with exit code 0"),
    }
}

/// What else can be done where the command is that of a workspace's root whose members are asked themselves, as the
/// end of a sentence.
fn beside_members(cx: &Context<'_>, step: &Step) -> String {
    let root = step.unit.and_then(|index| cx.project.units.get(index));
    match root.and_then(|facts| Some((facts, scripts::asked_members(cx, facts)?))) {
        Some((facts, _)) => format!(
            "; the members of the workspace are asked themselves, so that its root can be left out: \
             \"units\": [{{\"path\": \"{}\", \"commands\": {{\"tests\": null}}}}]",
            facts.unit.path
        ),
        None => String::new(),
    }
}

fn judge_answer(cx: &Context<'_>, step: &Step, answer: Answer, totals: &mut Totals) -> StepJudgement {
    let Some(counts) = answer.tests else {
        return uncounted(cx, step, answer, totals);
    };
    let sum = totals.counts.get_or_insert_default();
    sum.add(counts);
    totals
        .by_unit
        .entry(step.unit_path.clone())
        .or_default()
        .add(counts);
    totals.inside.extend(answer.tests_inside.clone());
    let threshold = threshold(cx, step);
    let mut measured = None;
    // Without a threshold, a known tool was asked for no coverage; a report that the configuration names is shown.
    let is_named = matches!(step.tool, StepTool::Own);
    if let Some(Coverage::Measured(found)) = &answer.coverage
        && (threshold.is_some() || is_named)
    {
        let unit = step.unit_path.clone();
        totals.coverage.push((unit, *found, threshold));
        measured = Some((found.percent, threshold));
    }
    let broken = counts.failed + counts.errors;
    let judgement = if broken > 0 {
        totals.failures.push(failing(counts));
        StepJudgement::failed(failing(counts))
    } else if let Some(finding) = answer.findings.first() {
        StepJudgement::failed(text::first_line(&finding.message).to_owned())
    } else if counts.ran() == 0 {
        // There are tests, and not one of them looked at anything.
        match counts.skipped {
            0 => StepJudgement::skipped("no tests were found"),
            count => broken_step(Broken::all_skipped(count)),
        }
    } else {
        let judgement = match &answer.coverage {
            Some(Coverage::Unavailable(broken)) if is_named => broken_step(broken.clone()),
            _ => judge_coverage(&answer, threshold, measured, counts),
        };
        if measured.is_some() && judgement.verdict() == Verdict::Failed {
            let findings = gaps(cx, step, &answer);
            return judgement
                .with_findings(findings)
                .with_warnings(answer.warnings)
                .with_hint(
                    "add tests for the lines named above, or lower the threshold on purpose: \
                 quality_gates.test_execution.coverage_threshold",
                );
        }
        judgement
    };
    judgement
        .with_findings(answer.findings)
        .with_warnings(answer.warnings)
}

/// The files that miss most, as findings: a number alone tells nobody what to test.
fn gaps(cx: &Context<'_>, step: &Step, answer: &Answer) -> Vec<Finding> {
    let mut gaps: Vec<_> = answer.gaps.iter().collect();
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.lines.len()), &gap.path));
    let facts = step.unit.and_then(|index| cx.project.units.get(index));
    gaps.into_iter()
        .take(MAX_GAPS)
        .map(|gap| {
            let path = facts.map_or_else(|| gap.path.clone(), |facts| facts.project_path(&gap.path));
            let lines = match gap.lines.len() {
                1 => "1 line is".to_owned(),
                count => format!("{count} lines are"),
            };
            let message = format!("{lines} not covered: {}", gap.ranges(12));
            let line = gap.lines.first().copied();
            Finding::new(&step.tool_name(), "coverage", Severity::Medium, message).at(path, line, None)
        })
        .collect()
}

fn judge_coverage(
    answer: &Answer,
    threshold: Option<f64>,
    measured: Option<(f64, Option<f64>)>,
    counts: TestCounts,
) -> StepJudgement {
    match (threshold, &answer.coverage, measured) {
        (_, _, Some((percent, threshold))) => covering(percent, threshold, &passing(counts)),
        (None, _, None) => StepJudgement::passed(passing(counts)),
        (Some(_), Some(Coverage::Unavailable(broken)), None) => broken_step(broken.clone()),
        (Some(percent), _, None) => StepJudgement::error(format!(
            "coverage of {} % is asked for and was not measured",
            plain(percent)
        )),
    }
}

fn tests(count: u64) -> String {
    if count == 1 {
        "1 test".to_owned()
    } else {
        format!("{count} tests")
    }
}

/// `30 tests passed, 1 skipped, 1 xfailed`.
fn passing(counts: TestCounts) -> String {
    let mut sentence = format!("{} passed", tests(counts.passed));
    for (count, what) in [(counts.skipped, "skipped"), (counts.expected_failures, "xfailed")] {
        if count > 0 {
            sentence.push_str(&format!(", {count} {what}"));
        }
    }
    sentence
}

fn failing(counts: TestCounts) -> String {
    match (counts.failed, counts.errors) {
        (failed, 0) => format!("{} failed", tests(failed)),
        (0, errors) => format!("{} ended in an error", tests(errors)),
        (failed, errors) => format!("{} failed and {errors} ended in an error", tests(failed)),
    }
}

/// Enough digits that a value below the threshold never reads as if it had reached it.
fn percent_text(percent: f64, threshold: f64) -> String {
    (1..=6)
        .map(|digits| format!("{percent:.digits$}"))
        .find(|text| text.parse::<f64>().is_ok_and(|shown| shown < threshold))
        .unwrap_or_else(|| percent.to_string())
}

fn plain(number: f64) -> String {
    format!("{number}")
}

impl Totals {
    /// Takes out what is counted twice: tests that the runner of a workspace's root ran as well as that of the member
    /// that they are in. All of them decide, wherever they ran.
    fn count_once(&mut self) {
        let Some(counts) = &mut self.counts else {
            return;
        };
        for (unit, inside) in &self.inside {
            if let Some(own) = self.by_unit.get(unit) {
                *counts = counts.without(*inside, *own);
            }
        }
    }

    /// The unit that is closest to, or furthest below, its threshold; where none has one, the least covered.
    fn worst(&self) -> Option<(f64, Option<f64>)> {
        let percents = self
            .coverage
            .iter()
            .map(|(_, found, threshold)| (found.percent, *threshold));
        percents.min_by(|a, b| {
            let room = |(percent, threshold): &(f64, Option<f64>)| percent - threshold.unwrap_or(0.0);
            (a.1.is_none(), room(a))
                .partial_cmp(&(b.1.is_none(), room(b)))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    }

    /// The coverage of all units together.
    fn combined(&self) -> Option<Measured> {
        let parts: Vec<Measured> = self.coverage.iter().map(|(_, found, _)| *found).collect();
        coverage::combine(&parts)
    }

    fn sentence(&self) -> String {
        let mut sentence = match self.counts {
            Some(counts) => passing(counts),
            None => "the test command succeeded".to_owned(),
        };
        if let Some((percent, threshold)) = self.worst() {
            let lowest = if self.coverage.len() > 1 {
                "lowest coverage"
            } else {
                "coverage"
            };
            let of = threshold.map_or_else(String::new, |threshold| format!(" of {} %", plain(threshold)));
            sentence.push_str(&format!(", {lowest} {percent:.1} %{of}"));
            if let (true, Some(combined)) = (self.coverage.len() > 1, self.combined()) {
                sentence.push_str(&format!(", {:.1} % combined", combined.percent));
            }
        }
        sentence
    }
}
