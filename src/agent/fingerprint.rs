//! What a run says is wrong, as one short text that stays the same as long as that does.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::model::report::{GateReport, StepReport};
use crate::model::verdict::Verdict;

/// Digits of a fingerprint: 64 bits.
const DIGITS: usize = 16;

/// The set of what is wrong with these gates: of each finding the gate, rule, path and normalised line, never its
/// number; of a gate without findings its verdict and reason. The order does not matter.
pub fn fingerprint(gates: &[&GateReport]) -> String {
    let mut wrong = BTreeSet::new();
    for gate in gates {
        let name = gate.gate.as_str();
        if gate.findings.is_empty() {
            wrong.insert(format!(
                "{name}\0{}\0{}",
                gate.verdict,
                without_digits(&gate.reason)
            ));
        }
        for finding in &gate.findings {
            let what = if finding.fingerprint.is_empty() {
                without_digits(&finding.message)
            } else {
                finding.fingerprint.clone()
            };
            let path = finding.path.as_deref().unwrap_or("");
            wrong.insert(format!("{name}\0{}\0{path}\0{what}", finding.rule));
        }
    }
    of(wrong.iter())
}

/// The fingerprint of some texts, in their order.
pub(super) fn of(parts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_ref().as_bytes());
        hash.update([0xff]);
    }
    let digest = hash.finalize();
    let digits = digest
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    digits[..DIGITS].to_owned()
}

/// Times and counts differ from run to run.
fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Whether the agent can do something about a run that did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// It can: something failed, or a tool broke on what is in the tree.
    Possible,
    /// It cannot: a tool is missing, or the time was over.
    Beyond,
}

/// Whether the agent can do something about these gates.
pub fn mending(gates: &[&GateReport]) -> Mending {
    let broke = |step: &StepReport| {
        step.verdict == Verdict::Error && !step.command.is_empty() && !step.timed_out && step.signal.is_none()
    };
    let can = |gate: &&GateReport| match gate.verdict {
        Verdict::Failed => true,
        Verdict::Error => gate.steps.iter().any(broke),
        Verdict::Passed | Verdict::Skipped | Verdict::NotRun => false,
    };
    if gates.iter().any(can) {
        Mending::Possible
    } else {
        Mending::Beyond
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, step};
    use super::*;
    use crate::model::finding::Finding;
    use crate::model::gate_id::GateId;

    fn gate(verdict: Verdict, reason: &str, findings: Vec<Finding>) -> GateReport {
        samples::gate(GateId::Linting, verdict, reason, findings)
    }

    fn finding(rule: &str, line: u32, fingerprint: &str) -> Finding {
        let mut finding = samples::finding(rule, "a.py", line, &format!("line {line}"));
        fingerprint.clone_into(&mut finding.fingerprint);
        finding
    }

    #[track_caller]
    fn check(one: &[GateReport], other: &[GateReport], same: bool) {
        let of = |gates: &[GateReport]| fingerprint(&gates.iter().collect::<Vec<_>>());
        assert_eq!(of(one) == of(other), same, "{} {}", of(one), of(other));
        assert_eq!(of(one).len(), DIGITS);
    }

    #[test]
    fn what_is_wrong_counts_and_not_where_it_moved() {
        let failed = |findings| [gate(Verdict::Failed, "n findings", findings)];
        let first = || finding("F401", 3, "aa");
        let second = || finding("E722", 9, "bb");
        check(
            &failed(vec![first()]),
            &failed(vec![finding("F401", 30, "aa")]),
            true,
        );
        check(
            &failed(vec![first()]),
            &failed(vec![finding("F401", 3, "ab")]),
            false,
        );
        check(&failed(vec![first()]), &failed(vec![first(), second()]), false);
        check(
            &failed(vec![first(), second()]),
            &failed(vec![second(), first()]),
            true,
        );
        check(
            &failed(vec![finding("F401", 3, "")]),
            &failed(vec![finding("F401", 5, "")]),
            true,
        );
    }

    #[test]
    fn gates_without_findings_are_told_apart_by_verdict_and_reason() {
        let error = |reason: &str| [gate(Verdict::Error, reason, Vec::new())];
        check(&error("timed out after 3 s"), &error("timed out after 4 s"), true);
        check(
            &error("pytest is not installed"),
            &error("ruff is not installed"),
            false,
        );
        check(&error("x"), &[gate(Verdict::Failed, "x", Vec::new())], false);
        check(&error("x"), &[], false);
    }

    #[test]
    fn an_agent_can_mend_what_failed_or_broke_and_not_what_is_missing_or_late() {
        let of = |verdict, step: StepReport| {
            let mut gate = gate(verdict, "r", Vec::new());
            gate.steps.push(step);
            mending(&[&gate])
        };
        let ran = ["/bin/pytest"];
        assert_eq!(
            of(Verdict::Failed, step(Verdict::Failed, &ran)),
            Mending::Possible
        );
        assert_eq!(of(Verdict::Error, step(Verdict::Error, &ran)), Mending::Possible);
        assert_eq!(of(Verdict::Error, step(Verdict::Error, &[])), Mending::Beyond);
        assert_eq!(of(Verdict::NotRun, step(Verdict::NotRun, &ran)), Mending::Beyond);
        let late = StepReport {
            timed_out: true,
            ..step(Verdict::Error, &ran)
        };
        assert_eq!(of(Verdict::Error, late), Mending::Beyond);
        let killed = StepReport {
            signal: Some("SIGKILL".to_owned()),
            ..step(Verdict::Error, &ran)
        };
        assert_eq!(of(Verdict::Error, killed), Mending::Beyond);
        assert_eq!(mending(&[]), Mending::Beyond);
    }
}
