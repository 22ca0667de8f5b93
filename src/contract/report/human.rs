//! For people at a terminal: errors and warnings in full, the rest as counts.

use std::collections::BTreeMap;

use super::{Place, Report, Told};
use crate::contract::rules::Level;

/// Operations that are named of one change.
const MAX_CALLS: usize = 4;
/// The longest line that is quoted, in characters.
const MAX_EXCERPT: usize = 100;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// The decision.
    Little,
    /// What breaks clients or may, and counts of the rest.
    Usual,
    /// Everything.
    All,
}

/// The page; `paint` colours a word by its level.
pub fn human(report: &Report, amount: Amount, paint: &dyn Fn(Level, &str) -> String) -> String {
    let mut page = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for told in &report.changes {
        match (amount, told.level) {
            (Amount::Little, _) => {}
            (Amount::Usual, Level::Info) => *counts.entry(&told.rule).or_default() += 1,
            _ => change(&mut page, told, paint),
        }
    }
    if !counts.is_empty() {
        page.push_str("no client breaks by these; --verbose shows them\n");
        for (rule, count) in counts {
            page.push_str(&format!("  {count:>5}  {rule}\n"));
        }
        page.push('\n');
    }
    page.push_str(&decision(report));
    page.push('\n');
    page
}

/// What it comes to, in one line.
pub(super) fn decision(report: &Report) -> String {
    let many =
        |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let summary = report.summary;
    let counts = format!(
        "{}, {}, {}",
        many(summary.error, "error", "errors"),
        many(summary.warning, "warning", "warnings"),
        many(summary.info, "info", "infos"),
    );
    if report.is_unknown() {
        let parts = many(report.not_compared, "part", "parts");
        return format!("no verdict: {parts} could not be compared ({counts})");
    }
    match (report.failed(), summary.error) {
        (true, 0) => format!("failed: clients may break ({counts})"),
        (true, _) => format!("failed: clients break ({counts})"),
        (false, 0) => format!("passed: no client breaks ({counts})"),
        (false, _) => format!("passed, although clients break ({counts})"),
    }
}

fn change(page: &mut String, told: &Told, paint: &dyn Fn(Level, &str) -> String) {
    page.push_str(&format!(
        "{}  {}\n",
        paint(told.level, told.level.as_str()),
        told.rule
    ));
    page.push_str(&format!("  {}\n", told.message));
    if let Some(calls) = calls(told).filter(|calls| !told.message.starts_with(calls.as_str())) {
        page.push_str(&format!("  in {calls}\n"));
    }
    for (name, place) in [("base", &told.base), ("revision", &told.revision)] {
        if let Some(place) = place {
            page.push_str(&format!("  {name:<8}  {}\n", quoted(place)));
        }
    }
    page.push_str(&format!("  {}\n", told.why));
    if told.level != Level::Info {
        page.push_str(&format!("  {}\n", told.safe));
    }
    page.push('\n');
}

/// The operations of a change, the first few by name.
pub(super) fn calls(told: &Told) -> Option<String> {
    let shown: Vec<String> = told
        .operations
        .iter()
        .take(MAX_CALLS)
        .map(|call| format!("{} {}", call.method, crate::model::text::one_line(&call.path)))
        .collect();
    let more = told.operations.len().saturating_sub(MAX_CALLS);
    match (shown.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(shown.join(", ")),
        (false, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

fn quoted(place: &Place) -> String {
    let excerpt = crate::model::text::shorten(&crate::model::text::one_line(&place.excerpt), MAX_EXCERPT);
    format!(
        "{}:{}:{}  {excerpt}",
        crate::model::text::one_line(&place.file),
        place.line,
        place.column
    )
}
