//! `sdd report merge`: the reports of several CI jobs as one. Nothing gets better by it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::load;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::output::Outputs;
use crate::commands::pipeline::decide;
use crate::model::exit::Exit;
use crate::model::finding::Finding;
use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, GitInfo, ProjectInfo, Report, Summary};
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};
use crate::report::rooted;

/// Reads the files, merges what is in them, and says how it went as the run would have.
pub(super) fn run(files: &[PathBuf], cx: &mut Cx) -> anyhow::Result<Exit> {
    let mut parts = Vec::new();
    let mut paths = Vec::new();
    for file in files {
        let path = cx.start.join(file);
        let report = load(&path)?.ok_or_else(|| {
            CommandError::not_found(format!("there is no report {}", file.display()))
                .hint("a job that left no report has no verdict: nothing was merged")
        })?;
        parts.push(report);
        paths.push(path);
    }
    let merged = merge(parts)?;
    Outputs::open_beside(cx, &paths)?.show(cx, &merged)?;
    Ok(merged.verdict.into())
}

/// The reports as one: units, gates, steps and findings together, the worst verdict of all.
///
/// Refused are the same run twice, and reports of different commits: together those say nothing of either.
pub(super) fn merge(parts: Vec<Report>) -> Result<Report, CommandError> {
    let mut known = BTreeSet::new();
    for part in &parts {
        if !part.run_id.is_empty() && !known.insert(part.run_id.clone()) {
            let what = format!("run {} was given twice", text::shorten(&part.run_id, 100));
            return Err(CommandError::usage(what).hint("name each report once"));
        }
    }
    let heads: BTreeSet<&str> = parts
        .iter()
        .filter_map(|part| part.git.as_ref()?.head.as_deref())
        .map(|head| head.get(..12).unwrap_or(head))
        .collect();
    if heads.len() > 1 {
        let heads: Vec<&str> = heads.into_iter().collect();
        let what = format!("the reports are of different commits: {}", heads.join(", "));
        return Err(CommandError::usage(what).hint("merge reports of one commit"));
    }
    let prefixes: BTreeSet<Option<&str>> = parts
        .iter()
        .map(|part| part.git.as_ref().and_then(|git| git.prefix.as_deref()))
        .collect();
    // Reports of several projects of one repository have only its paths in common.
    let parts: Vec<Report> = if prefixes.len() > 1 {
        parts.iter().map(|part| rooted(part).into_owned()).collect()
    } else {
        parts
    };
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Err(CommandError::usage("there is nothing to merge").hint("name the reports"));
    };
    let mut merged = Report {
        command: "report merge".to_owned(),
        rerun: rerun(&first),
        ..first.clone()
    };
    let mut gates: BTreeMap<GateId, Vec<GateReport>> = BTreeMap::new();
    for gate in std::mem::take(&mut merged.gates) {
        gates.entry(gate.gate).or_default().push(gate);
    }
    for mut part in parts {
        for gate in std::mem::take(&mut part.gates) {
            gates.entry(gate.gate).or_default().push(gate);
        }
        add(&mut merged, part);
    }
    merged.project.units.sort();
    merged.project.units.dedup();
    merged.gates = GateId::ALL
        .into_iter()
        .filter_map(|id| gates.remove(&id))
        .filter_map(join)
        .collect();
    merged.summary = Summary::of(&merged.gates);
    merged.verdict = worst(merged.verdict, decide(&merged.gates, false));
    Ok(merged)
}

/// Adds everything but the gates.
fn add(merged: &mut Report, part: Report) {
    let rerun = rerun(&part);
    let same_git = |a: &Option<GitInfo>, b: &Option<GitInfo>| a.is_some() == b.is_some();
    if !same_git(&merged.git, &part.git) {
        let note = "only some of the reports say which commit they are of".to_owned();
        if !merged.warnings.contains(&note) {
            merged.warnings.push(note);
        }
    }
    merged.git = match (merged.git.take(), part.git) {
        (Some(git), Some(other)) => Some(GitInfo {
            dirty: git.dirty || other.dirty,
            head: git.head.or(other.head),
            ..git
        }),
        (git, other) => git.or(other),
    };
    merged.run_id = format!("{}+{}", merged.run_id, part.run_id);
    merged.session = merged.session.filter(|n| part.session == Some(*n));
    merged.work_item = merged
        .work_item
        .take()
        .filter(|id| part.work_item.as_ref() == Some(id));
    merged.project = ProjectInfo {
        units: [std::mem::take(&mut merged.project.units), part.project.units].concat(),
    };
    merged.started_at = merged.started_at.min(part.started_at);
    merged.finished_at = merged.finished_at.max(part.finished_at);
    // The clocks of two machines cannot be compared; the time that was worked can be added.
    merged.duration_ms = merged.duration_ms.saturating_add(part.duration_ms);
    merged.verdict = worst(merged.verdict, part.verdict);
    merged.cancelled_by = merged.cancelled_by.take().or(part.cancelled_by);
    for warning in part.warnings {
        if !merged.warnings.contains(&warning) {
            merged.warnings.push(warning);
        }
    }
    if !rerun.is_empty() && !merged.rerun.split(" && ").any(|known| known == rerun) {
        merged.rerun = if merged.rerun.is_empty() {
            rerun
        } else {
            format!("{} && {rerun}", merged.rerun)
        };
    }
}

/// What is to be repeated of a report: nothing of one that passed.
fn rerun(part: &Report) -> String {
    match part.verdict {
        RunVerdict::Passed => String::new(),
        RunVerdict::Failed | RunVerdict::Error => part.rerun.clone(),
    }
}

/// A definite "no" is worse than no answer, as for one run.
fn worst(one: RunVerdict, other: RunVerdict) -> RunVerdict {
    let rank = |verdict: RunVerdict| match verdict {
        RunVerdict::Passed => 0,
        RunVerdict::Error => 1,
        RunVerdict::Failed => 2,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// One gate of several reports. It decides when it does so in one of them.
fn join(parts: Vec<GateReport>) -> Option<GateReport> {
    let verdict = Verdict::join(parts.iter().map(|part| part.verdict));
    let reason = reason(&parts, verdict);
    let mut parts = parts.into_iter();
    let mut joined = parts.next()?;
    for part in parts {
        joined.required |= part.required;
        joined.duration_ms = joined.duration_ms.saturating_add(part.duration_ms);
        let hidden = hidden(&joined) + hidden(&part);
        joined.steps.extend(part.steps);
        for check in part.checks {
            if !joined.checks.contains(&check) {
                joined.checks.push(check);
            }
        }
        for (name, value) in part.metrics {
            let both = match joined.metrics.get(&name) {
                Some(present) => metric(&name, present, &value),
                None => value,
            };
            joined.metrics.insert(name, both);
        }
        let mut seen: BTreeSet<_> = joined.findings.iter().map(identity).collect();
        let new: Vec<Finding> = part
            .findings
            .into_iter()
            .filter(|finding| seen.insert(identity(finding)))
            .collect();
        joined.findings.extend(new);
        joined.findings_total = hidden + u64::try_from(joined.findings.len()).unwrap_or(u64::MAX);
        append(&mut joined.changed_files, part.changed_files);
        append(&mut joined.warnings, part.warnings);
        append(&mut joined.remediation, part.remediation);
    }
    joined
        .findings
        .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    joined.verdict = verdict;
    joined.reason = reason;
    Some(joined)
}

/// Findings that are counted and not listed.
fn hidden(gate: &GateReport) -> u64 {
    gate.findings_total
        .saturating_sub(u64::try_from(gate.findings.len()).unwrap_or(u64::MAX))
}

/// The same finding of two jobs is one.
fn identity(finding: &Finding) -> (String, String, Option<String>, Option<u32>, Option<u32>, String) {
    (
        finding.tool.clone(),
        finding.rule.clone(),
        finding.path.clone(),
        finding.line,
        finding.column,
        finding.message.clone(),
    )
}

/// The reasons of those parts that made the verdict, each once, and of those that stand beside a pass.
fn reason(parts: &[GateReport], verdict: Verdict) -> String {
    let mut said: Vec<String> = Vec::new();
    for part in parts {
        let told = if part.verdict == verdict {
            part.reason.clone()
        } else if verdict == Verdict::Passed {
            format!("{} elsewhere: {}", part.verdict, part.reason)
        } else {
            continue;
        };
        if !said.contains(&told) {
            said.push(told);
        }
    }
    said.join("; ")
}

/// Counts are added; of shares the lowest is told, of limits the highest.
fn metric(name: &str, one: &serde_json::Number, other: &serde_json::Number) -> serde_json::Number {
    if let (Some(a), Some(b), false) = (one.as_u64(), other.as_u64(), is_share(name)) {
        return a.saturating_add(b).into();
    }
    let (Some(a), Some(b)) = (one.as_f64(), other.as_f64()) else {
        return one.clone();
    };
    let take_other = if name.ends_with("_threshold") {
        b > a
    } else {
        b < a
    };
    if take_other { other.clone() } else { one.clone() }
}

fn is_share(name: &str) -> bool {
    name.ends_with("_percent") || name.ends_with("_threshold")
}

fn append(all: &mut Vec<String>, more: Vec<String>) {
    for text in more {
        if !all.contains(&text) {
            all.push(text);
        }
    }
}

#[cfg(test)]
mod tests;
