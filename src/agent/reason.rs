//! Why an agent is blocked: facts in few characters, what decides first, findings grouped by rule.
//!
//! What a tool printed is quoted and never spoken: text that reads like a command can trip an agent's defences, and
//! must not be one.

use std::collections::{BTreeMap, BTreeSet};

use super::wanted::Judged;
use crate::model::config::join_words;
use crate::model::finding::Finding;
use crate::model::report::{GateReport, StepReport};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// The most characters of a reason. The agent keeps 10,000 of a hook's text and puts the rest into a file.
pub const MAX_CHARS: usize = 8_000;

/// Rules that one gate shows.
const MAX_RULES: usize = 10;
/// Further places that one rule shows.
const MAX_PLACES: usize = 6;
/// Last lines of output that a step without findings shows.
const MAX_TAIL: usize = 8;
/// Policy files that are named.
const MAX_POLICIES: usize = 8;

/// Everything that a reason is made of.
#[derive(Clone, Debug)]
pub struct Blocked<'a> {
    /// The decision, and the gates that stand against it. Their text is clean.
    pub judged: Judged<'a>,
    /// How many gates were asked for.
    pub gates: usize,
    /// Whether the verdict is that of an earlier run on the same input.
    pub run: Run,
    /// The files that differ from the commit that the work began on; `None` when that is not known.
    pub changed: Option<&'a BTreeSet<String>>,
    /// What is odd about the run as a whole.
    pub warnings: &'a [String],
    /// Files among the changed ones that say what gates ask.
    pub policies: &'a [String],
    /// Where the report is.
    pub report: &'a str,
    /// How sdd is called in what is to be typed next: `sdd`, or `sdd -C DIR`.
    pub sdd: &'a str,
}

/// Which run a verdict is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// One that was made for this event.
    New,
    /// An earlier one on the same input.
    Earlier,
}

/// The reason, at most [`MAX_CHARS`] characters.
pub fn reason(blocked: &Blocked<'_>) -> String {
    let against = &blocked.judged.against;
    let names: Vec<&str> = against.iter().map(|gate| gate.gate.as_str()).collect();
    let word = match blocked.judged.verdict {
        RunVerdict::Passed => "PASSED",
        RunVerdict::Failed => "FAILED",
        RunVerdict::Error => "NO VERDICT",
    };
    let earlier = match blocked.run {
        Run::New => "",
        Run::Earlier => " (the verdict of an earlier run on the same tree)",
    };
    let head = if names.is_empty() {
        format!("sdd: {word}{earlier}: none of the required gates checked anything\n")
    } else {
        let of = format!("{} of {} required gates did not pass", names.len(), blocked.gates);
        format!("sdd: {word}{earlier}: {of}: {}\n", names.join(", "))
    };
    let mut foot = String::new();
    for warning in blocked.warnings.iter().take(3) {
        foot.push_str(&format!(
            "note: {}\n",
            text::shorten(text::first_line(warning), 300)
        ));
    }
    if !blocked.policies.is_empty() {
        let more = more(blocked.policies.len(), MAX_POLICIES);
        let policies = blocked.policies.iter().take(MAX_POLICIES);
        let shown: Vec<String> = policies.map(|path| text::shorten(path, 120)).collect();
        foot.push_str(&format!(
            "The policy of the gates was changed in: {}{more}\n",
            shown.join(" ")
        ));
    }
    let fixable: Vec<&str> = against
        .iter()
        .filter(|gate| gate.findings.iter().any(|finding| finding.fixable))
        .map(|gate| gate.gate.as_str())
        .collect();
    if !fixable.is_empty() {
        foot.push_str(&format!(
            "Mends what is fixable: {}\n",
            command(blocked.sdd, &fixable, "--fix")
        ));
    }
    if !names.is_empty() {
        foot.push_str(&format!(
            "Runs only what did not pass: {}\n",
            command(blocked.sdd, &names, "")
        ));
    }
    foot.push_str(&format!("Report: {}\n", blocked.report));
    let blocks = against.iter().flat_map(|gate| gate_blocks(gate, blocked.changed));
    fitted(&head, blocks, &foot)
}

/// What formatter and linter find in one file that was just edited; `None` when they find nothing.
pub fn feedback(sdd: &str, path: &str, gates: &[GateReport]) -> Option<String> {
    let against: Vec<GateReport> = gates
        .iter()
        .filter(|gate| gate.verdict == Verdict::Failed)
        .map(|gate| GateReport {
            findings: gate
                .findings
                .iter()
                .filter(|finding| finding.path.as_deref() == Some(path))
                .cloned()
                .collect(),
            ..gate.clone()
        })
        .filter(|gate| !gate.findings.is_empty())
        .collect();
    if against.is_empty() {
        return None;
    }
    let names: Vec<&str> = against.iter().map(|gate| gate.gate.as_str()).collect();
    let head = format!("sdd: {path}: {} found something\n", names.join(" and "));
    let fixable: Vec<&str> = against
        .iter()
        .filter(|gate| gate.findings.iter().any(|finding| finding.fixable))
        .map(|gate| gate.gate.as_str())
        .collect();
    let foot = if fixable.is_empty() {
        String::new()
    } else {
        format!("Mends what is fixable: {}\n", command(sdd, &fixable, "--fix"))
    };
    let blocks = against.iter().flat_map(rules);
    Some(fitted(&head, blocks, &foot))
}

fn command(sdd: &str, gates: &[&str], option: &str) -> String {
    let words: Vec<&str> = std::iter::once(&"gate")
        .chain(gates)
        .chain([&option].into_iter().filter(|option| !option.is_empty()))
        .copied()
        .collect();
    format!("{sdd} {}", join_words(&words))
}

/// Head and foot, and as many of the blocks between as there is room for.
fn fitted(head: &str, blocks: impl Iterator<Item = String>, foot: &str) -> String {
    const LEFT_OUT: &str = "(more in the report)\n";
    let size = |text: &str| text.chars().count();
    let mut room = MAX_CHARS.saturating_sub(size(head) + size(foot) + size(LEFT_OUT));
    let mut body = String::new();
    for block in blocks {
        let wanted = size(&block);
        if wanted > room {
            body.push_str(LEFT_OUT);
            break;
        }
        room -= wanted;
        body.push_str(&block);
    }
    format!("{head}{body}{foot}")
}

/// What is said of one gate, in pieces that can be left out.
fn gate_blocks(gate: &GateReport, changed: Option<&BTreeSet<String>>) -> Vec<String> {
    let mut head = format!(
        "\n{}: {} - {}\n",
        gate.gate,
        gate.verdict,
        text::shorten(text::first_line(&gate.reason), 300)
    );
    if let Some(changed) = changed
        && !gate.findings.is_empty()
    {
        let in_changed =
            |finding: &&Finding| finding.path.as_ref().is_some_and(|path| changed.contains(path));
        let count = gate.findings.iter().filter(in_changed).count();
        head.push_str(&format!(
            "{count} of {} findings are in files that differ from the base\n",
            gate.findings.len()
        ));
    }
    if let Some(log) = gate
        .steps
        .iter()
        .filter(|step| is_wrong(step))
        .find_map(|step| step.log.as_ref())
    {
        head.push_str(&format!("log: {log}\n"));
    }
    let mut blocks = vec![head];
    blocks.extend(rules(gate));
    let silent = gate.findings.is_empty();
    for step in gate
        .steps
        .iter()
        .filter(|step| is_wrong(step) && (silent || step.verdict == Verdict::Error))
    {
        blocks.push(step_block(step));
    }
    blocks
}

fn is_wrong(step: &StepReport) -> bool {
    !matches!(step.verdict, Verdict::Passed | Verdict::Skipped)
}

fn step_block(step: &StepReport) -> String {
    let mut block = format!(
        "{} in {}: {}\n",
        step.tool,
        step.unit,
        text::shorten(&step.reason, 300)
    );
    let skip = step.output_tail.len().saturating_sub(MAX_TAIL);
    for line in step.output_tail.iter().skip(skip) {
        block.push_str(&format!("  | {}\n", text::shorten(line, 200)));
    }
    block
}

/// The findings of a gate, one piece a rule: the first with its message, the places of the others.
fn rules(gate: &GateReport) -> Vec<String> {
    let mut order: Vec<(&str, &str)> = Vec::new();
    let mut by_rule: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &gate.findings {
        let key = (finding.tool.as_str(), finding.rule.as_str());
        let group = by_rule.entry(key).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(finding);
    }
    let mut pieces: Vec<String> = order
        .iter()
        .take(MAX_RULES)
        .filter_map(|key| by_rule.get(key))
        .map(|group| rule(group))
        .collect();
    if order.len() > MAX_RULES {
        pieces.push(format!(
            "  … and {} more rules or tests\n",
            order.len() - MAX_RULES
        ));
    }
    pieces
}

fn rule(group: &[&Finding]) -> String {
    let Some((first, others)) = group.split_first() else {
        return String::new();
    };
    let place = place(first).map_or_else(String::new, |place| format!("{place} "));
    let fixable = group.iter().filter(|finding| finding.fixable).count();
    let fixable = if fixable > 0 {
        format!(", {fixable} fixable")
    } else {
        String::new()
    };
    let message = text::shorten(&one_line(&first.message), 300);
    let mut piece = format!(
        "  {place}{} {message} ({}{fixable})\n",
        text::shorten(&one_line(&first.rule), 160),
        first.severity
    );
    if !others.is_empty() {
        let places: Vec<String> = others
            .iter()
            .take(MAX_PLACES)
            .filter_map(|finding| self::place(finding))
            .collect();
        let more = more(others.len(), MAX_PLACES);
        let at = if places.is_empty() {
            String::new()
        } else {
            format!(" at {}{more}", places.join(" "))
        };
        piece.push_str(&format!("    and {} more{at}\n", others.len()));
    }
    piece
}

fn place(finding: &Finding) -> Option<String> {
    let path = text::shorten(finding.path.as_ref()?, 120);
    Some(finding.line.map_or(path.clone(), |line| format!("{path}:{line}")))
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn more(total: usize, shown: usize) -> String {
    if total > shown {
        format!(" (+{})", total - shown)
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests;
