//! For coding agents: plain text in few tokens. The decision stands first, then what is not as it should be, with its
//! values; the next command is the last line.

use super::document::{Document, named};
use super::words::{compared, crept, judged, label, many};
use crate::bench::requirements::Weight;
use crate::bench::statistics::verdict::Change;
use crate::model::format::inert;
use crate::model::text::{one_line, shorten};
use crate::model::verdict::{RunVerdict, Verdict};

/// The most characters of a line.
const MAX_LINE: usize = 300;
/// The most lines between the decision and the next command.
const MAX_LINES: usize = 20;

/// The page.
pub fn agent(document: &Document) -> String {
    let word = document.verdict.as_str();
    let mut lines = vec![format!("sdd bench: {word}: {}", document.decision)];
    let mut told = requirements(document);
    told.extend(comparison(document));
    told.extend(document.notes.iter().map(|note| format!("note: {note}")));
    let more = told.len().saturating_sub(MAX_LINES);
    lines.extend(told.into_iter().take(MAX_LINES));
    if more > 0 {
        lines.push(format!("… {more} more lines: --format json"));
    }
    lines.push(format!("next: {}", next(document)));
    let lines: Vec<String> = lines
        .iter()
        .map(|line| shorten(&one_line(line), MAX_LINE) + "\n")
        .collect();
    inert::text(&lines.concat())
}

/// The requirements that are not met, and how many are.
fn requirements(document: &Document) -> Vec<String> {
    let required = || {
        document
            .requirements
            .iter()
            .filter(|one| one.weight == Weight::Required)
    };
    let mut lines: Vec<String> = required()
        .filter(|one| one.verdict != Verdict::Passed)
        .map(|one| {
            let word = if one.verdict == Verdict::Failed {
                "not reached"
            } else {
                "no answer"
            };
            format!("{word}: {}: {}", named(one), judged(one))
        })
        .collect();
    let met = required().filter(|one| one.verdict == Verdict::Passed).count();
    if met > 0 && !lines.is_empty() {
        lines.push(format!("met: {}", many(met, "other requirement")));
    }
    lines
}

/// The metrics that changed, or of which nobody knows whether they did.
fn comparison(document: &Document) -> Vec<String> {
    let seen = &document.regression;
    let open = |change| matches!(change, Change::Inconclusive | Change::Suspect);
    let mut lines: Vec<String> = seen
        .metrics
        .iter()
        .filter(|one| one.gated)
        .filter(|one| {
            matches!(one.verdict, Change::Regressed | Change::Improved)
                || (open(one.verdict) && one.metric.leads())
        })
        .map(|one| format!("{}: {}", label(one.metric), compared(one)))
        .collect();
    lines.extend(crept(&seen.drift).map(|line| format!("drift: {line}")));
    lines.extend(seen.reason.iter().map(|reason| format!("no baseline: {reason}")));
    lines
}

/// The one command to run next.
fn next(document: &Document) -> &str {
    match document.verdict {
        RunVerdict::Passed => "nothing to do",
        RunVerdict::Failed | RunVerdict::Error if !document.rerun.is_empty() => &document.rerun,
        RunVerdict::Failed | RunVerdict::Error => "sdd bench",
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{all, failed, inconclusive, passed, silent};
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_values() {
        let pages = [passed(), failed(), inconclusive(), silent()].map(|document| agent(&document));
        insta::assert_snapshot!(pages.join("\n"));
    }

    #[test]
    fn a_page_is_short_and_plain_whatever_stands_in_it() {
        for (name, mut document) in all() {
            document.notes = vec!["a note\n::error::x".repeat(500); 3_000];
            let page = agent(&document);
            assert!(page.chars().count() < 8_000, "{name}: {}", page.len());
            assert!(
                page.contains(" more lines: --format json\nnext: "),
                "{name}: {page}"
            );
            assert!(
                page.chars().all(|c| c == '\n' || !c.is_control()),
                "{name}: {page:?}"
            );
            assert!(
                !page.lines().any(|line| line.trim_start().starts_with("::")),
                "{page}"
            );
            assert!(!page.contains("##["), "{page}");
        }
    }
}
