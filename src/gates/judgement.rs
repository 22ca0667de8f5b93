//! What a judge decides. The only way to a green gate leads through a step that passed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::finding::Finding;
use crate::model::report::{CheckReport, StepRole};
use crate::model::verdict::Verdict;

/// What became of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepJudgement {
    verdict: Verdict,
    reason: String,
    hint: Option<String>,
    findings: Vec<Finding>,
    warnings: Vec<String>,
    weight: Weight,
    role: Option<StepRole>,
}

/// How a step counts towards its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// Whatever it says.
    Full,
    /// Nothing but an error: it prepared the ground for another step.
    ErrorsOnly,
    /// A failure only informs.
    Informs,
}

impl StepJudgement {
    fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            hint: None,
            findings: Vec::new(),
            warnings: Vec::new(),
            weight: Weight::Full,
            role: None,
        }
    }

    /// It was checked and it holds; the reason says what was checked.
    pub fn passed(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Passed, reason)
    }

    /// It was checked and it does not hold.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Failed, reason)
    }

    /// No answer could be had.
    pub fn error(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Error, reason)
    }

    /// It does not apply, or is optional and cannot be had.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, reason)
    }

    /// It was not run.
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self::new(Verdict::NotRun, reason)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what was found.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }

    /// Adds what the reader should know although it decides nothing.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// Marks a step that prepared the ground for another: only its errors count.
    #[must_use]
    pub fn counting_errors_only(mut self) -> Self {
        self.weight = Weight::ErrorsOnly;
        self
    }

    /// Marks a step whose failure or missing answer only informs: an optional rule.
    #[must_use]
    pub fn informing_only(mut self) -> Self {
        self.weight = Weight::Informs;
        self
    }

    /// Says whose reason it is.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.reason = format!("{name}: {}", self.reason);
        self
    }

    /// Says what the step does for its gate.
    #[must_use]
    pub fn with_role(mut self, role: StepRole) -> Self {
        self.role = Some(role);
        self
    }

    /// What the step does for its gate, where that was said.
    pub fn role(&self) -> Option<StepRole> {
        self.role
    }

    /// How it ended.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether its gate cannot pass, whatever the other steps say.
    pub fn blocks(&self) -> bool {
        matches!(self.vote(), Some(Verdict::Failed | Verdict::Error))
    }

    /// What it says about its gate; `None` when it has no say.
    fn vote(&self) -> Option<Verdict> {
        match (self.weight, self.verdict) {
            (Weight::ErrorsOnly, Verdict::Error | Verdict::NotRun) => Some(self.verdict),
            (Weight::ErrorsOnly, _) => None,
            (Weight::Informs, Verdict::Failed | Verdict::Error) => Some(Verdict::Skipped),
            (Weight::Full | Weight::Informs, verdict) => Some(verdict),
        }
    }
}

/// What a gate decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    verdict: Verdict,
    reason: String,
    steps: Vec<StepJudgement>,
    checks: Vec<CheckReport>,
    metrics: BTreeMap<String, serde_json::Number>,
}

impl Judgement {
    /// Joins the judgements of a gate's steps, in the order of its plan. There is no other way to make one, so
    /// a gate is green only when a step that counts has passed and none that counts has failed.
    ///
    /// `nothing` is the reason given when there was nothing to check.
    pub fn of(steps: Vec<StepJudgement>, nothing: &str) -> Self {
        let verdict = Verdict::join(steps.iter().filter_map(StepJudgement::vote));
        let said = |wanted: Verdict| {
            let reasons: Vec<&str> = steps
                .iter()
                .filter(|step| step.vote() == Some(wanted))
                .map(StepJudgement::reason)
                .collect();
            summarise(&reasons)
        };
        let reason = if steps.is_empty() {
            nothing.to_owned()
        } else {
            said(verdict)
        };
        Self {
            verdict,
            reason,
            steps,
            checks: Vec::new(),
            metrics: BTreeMap::new(),
        }
    }

    /// Adds one thing that was looked at.
    pub fn check(&mut self, check: CheckReport) {
        self.checks.push(check);
    }

    /// What was looked at, each by itself, where the gate looks at many things.
    pub fn checks(&self) -> &[CheckReport] {
        &self.checks
    }

    /// Replaces the reason of a gate that passed.
    #[must_use]
    pub fn passing_because(mut self, reason: impl Into<String>) -> Self {
        if self.verdict == Verdict::Passed {
            self.reason = reason.into();
        }
        self
    }

    /// Replaces the reason of a gate that failed, when all the steps that failed gave one of these: equal reasons
    /// are told once, so two units with one finding each would read as one finding.
    #[must_use]
    pub fn failing_because(mut self, counted: &[String], reason: impl Into<String>) -> Self {
        let mut failed = self
            .steps
            .iter()
            .filter(|step| step.vote() == Some(Verdict::Failed));
        if self.verdict == Verdict::Failed && failed.all(|step| counted.contains(&step.reason)) {
            self.reason = reason.into();
        }
        self
    }

    /// Lets a step without an answer decide over steps that failed, whose reasons are told behind its own: what is left
    /// behind has to be removed before anything is mended. `step` is its number in the order of the plan.
    #[must_use]
    pub fn overruled_by(mut self, step: usize) -> Self {
        let ruling = self
            .steps
            .get(step)
            .filter(|step| step.vote() == Some(Verdict::Error));
        if let Some(ruling) = ruling
            && self.verdict == Verdict::Failed
        {
            self.reason = format!("{}; {}", ruling.reason, self.reason);
            self.verdict = Verdict::Error;
        }
        self
    }

    /// Adds a number.
    pub fn metric(&mut self, name: impl Into<String>, value: impl Into<serde_json::Number>) {
        self.metrics.insert(name.into(), value.into());
    }

    /// Adds a number that may not be finite; such a number is left out.
    pub fn metric_f64(&mut self, name: impl Into<String>, value: f64) {
        if let Some(number) = serde_json::Number::from_f64(value) {
            self.metrics.insert(name.into(), number);
        }
    }

    /// How the gate ended.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why, in one line.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Its steps, in the order of the plan.
    pub fn steps(&self) -> &[StepJudgement] {
        &self.steps
    }

    /// Its numbers.
    pub fn metrics(&self) -> &BTreeMap<String, serde_json::Number> {
        &self.metrics
    }

    /// Everything that was found, in the order of the steps, each once.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut distinct = Distinct::default();
        let steps = self.steps.iter();
        steps
            .flat_map(|step| distinct.new_ones(step.findings()))
            .collect()
    }

    /// What the reader should know although it decides nothing.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.steps.iter().flat_map(|step| {
            let informing = (step.weight == Weight::Informs
                && matches!(step.verdict, Verdict::Failed | Verdict::Error))
            .then(|| format!("optional: {}", step.reason));
            step.warnings.iter().cloned().chain(informing)
        })
    }

    /// What to do, where a step knows more than its gate: the step's number among [`Self::steps`], and what it says.
    pub fn hints(&self) -> impl Iterator<Item = (usize, &str)> {
        let speaks = |verdict| matches!(verdict, Verdict::Failed | Verdict::Error | Verdict::Skipped);
        (self.steps.iter().enumerate())
            .filter(move |(_, step)| speaks(step.verdict))
            .filter_map(|(number, step)| Some((number, step.hint.as_deref()?)))
    }
}

/// Tells each finding once: a unit that lies in another one's directory is looked at with both.
#[derive(Default)]
pub(super) struct Distinct {
    told: BTreeSet<Told>,
}

/// What makes two findings of different steps the same: tool, rule, path, line, column, message.
type Told = (String, String, String, Option<u32>, Option<u32>, String);

impl Distinct {
    /// Those that no earlier step has told. One step may well tell the same twice, and then there are two; and
    /// what has no place in the tree is never taken for the same.
    pub(super) fn new_ones<'f>(&mut self, findings: &'f [Finding]) -> Vec<&'f Finding> {
        let key = |finding: &Finding| {
            let path = finding.path.clone()?;
            let (tool, rule) = (finding.tool.clone(), finding.rule.clone());
            Some((
                tool,
                rule,
                path,
                finding.line,
                finding.column,
                finding.message.clone(),
            ))
        };
        let new: Vec<&Finding> = findings
            .iter()
            .filter(|finding| key(finding).is_none_or(|key| !self.told.contains(&key)))
            .collect();
        self.told.extend(new.iter().filter_map(|finding| key(finding)));
        new
    }
}

/// More reasons than this are not told one by one: each of them stands with its step.
const MAX_REASONS: usize = 5;

/// The reasons of several steps in one line.
fn summarise(reasons: &[&str]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for reason in reasons {
        if !distinct.contains(reason) {
            distinct.push(reason);
        }
    }
    let more = distinct.len().saturating_sub(MAX_REASONS);
    let mut told = distinct
        .iter()
        .take(MAX_REASONS)
        .copied()
        .collect::<Vec<_>>()
        .join("; ");
    if more > 0 {
        told.push_str(&format!("; and {more} more"));
    }
    if told.is_empty() {
        told.push_str("no reason was recorded");
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(steps: Vec<StepJudgement>, verdict: Verdict, reason: &str) {
        let judgement = Judgement::of(steps, "nothing to check");
        assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
    }

    #[test]
    fn no_steps_are_never_a_pass() {
        check(vec![], Verdict::Skipped, "nothing to check");
    }

    #[test]
    fn a_failure_wins_over_everything() {
        let steps = || {
            vec![
                StepJudgement::passed("a"),
                StepJudgement::error("b"),
                StepJudgement::failed("c"),
            ]
        };
        check(steps(), Verdict::Failed, "c");
    }

    #[test]
    fn steps_that_only_rewrite_files_never_make_a_gate_green() {
        check(
            vec![StepJudgement::passed("fixed").counting_errors_only()],
            Verdict::Skipped,
            "no reason was recorded",
        );
        check(
            vec![StepJudgement::error("crashed").counting_errors_only()],
            Verdict::Error,
            "crashed",
        );
    }

    #[test]
    fn optional_rules_inform_and_do_not_decide() {
        let optional = StepJudgement::failed("no LICENSE").informing_only();
        let judgement = Judgement::of(vec![optional.clone(), StepJudgement::passed("a")], "");
        assert_eq!(judgement.verdict(), Verdict::Passed);
        assert_eq!(judgement.warnings().collect::<Vec<_>>(), ["optional: no LICENSE"]);
        check(vec![optional], Verdict::Skipped, "no LICENSE");
    }

    #[track_caller]
    fn check_counted(steps: &[StepJudgement; 2], expect: &str) {
        let judgement =
            Judgement::of(steps.to_vec(), "").failing_because(&["1 finding".to_owned()], "2 findings");
        assert_eq!(judgement.reason(), expect);
    }

    #[test]
    fn what_is_counted_is_added_up() {
        let one = || StepJudgement::failed("1 finding");
        check_counted(&[one(), one()], "2 findings");
        check_counted(&[one(), StepJudgement::passed("clean")], "2 findings");
        check_counted(
            &[one(), StepJudgement::failed("exit code 1")],
            "1 finding; exit code 1",
        );
        check_counted(
            &[StepJudgement::error("none"), StepJudgement::passed("clean")],
            "none",
        );
    }

    #[test]
    fn many_reasons_are_one_line() {
        let steps = ["a", "b", "c", "b", "d"].map(StepJudgement::failed).to_vec();
        check(steps, Verdict::Failed, "a; b; c; d");
        let steps = ["a", "b", "c", "d", "e", "f", "g"]
            .map(StepJudgement::error)
            .to_vec();
        check(steps, Verdict::Error, "a; b; c; d; e; and 2 more");
    }
}
