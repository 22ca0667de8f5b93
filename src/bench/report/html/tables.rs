//! The tables of the page.

use serde_json::Value;

use super::super::document::{Comparison, Document, named};
use super::super::numbers::{bytes, change, digits, of_metric, time, trimmed, whole};
use super::super::words::{between, judged, label, outcome};
use super::escaped;
use super::history::short;
use super::ratios::tone;
use crate::bench::requirements::Weight;
use crate::bench::statistics::metric::Metric;
use crate::model::verdict::Verdict;

/// Rows that a table shows of a long history; the latest.
const LATEST: usize = 20;

/// A table of rows that are written already.
fn table(columns: &[&str], rows: &[String]) -> String {
    let head = columns.join("</th><th scope=\"col\">");
    format!(
        "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">{head}</th></tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
        rows.concat()
    )
}

/// A row; its first cell names it.
fn row(class: &str, name: &str, cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    let cells = cells.join("</td><td>");
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    format!(
        "<tr{class}><th scope=\"row\">{}</th><td>{cells}</td></tr>\n",
        escaped(name)
    )
}

/// A value of a condition.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn unknown(value: Option<String>) -> String {
    value.unwrap_or_else(|| "not measured".to_owned())
}

pub(super) fn requirements(document: &Document) -> String {
    let rows: Vec<String> = document
        .requirements
        .iter()
        .map(|one| {
            let (tone, word) = match (one.verdict, one.weight) {
                (Verdict::Passed, _) => ("good", "✓ met"),
                (_, Weight::Told) => ("faint", "not reached"),
                (Verdict::Failed, Weight::Required) => ("bad", "✗ not met"),
                (_, Weight::Required) => ("open", "! no answer"),
            };
            row(tone, &named(one), &[word.to_owned(), judged(one)])
        })
        .collect();
    table(&["requirement", "", "measured"], &rows)
}

pub(super) fn latency(document: &Document) -> String {
    let Some(seen) = &document.latency_ms else {
        return "<p>No answer, so no latency.</p>\n".to_owned();
    };
    let raw = document.latency_raw_ms.as_ref();
    let rows: Vec<String> = [
        ("least", seen.min, raw.map(|raw| raw.min)),
        ("mean", seen.mean, raw.map(|raw| raw.mean)),
        ("p50", seen.p50, raw.map(|raw| raw.p50)),
        ("p75", seen.p75, raw.map(|raw| raw.p75)),
        ("p90", seen.p90, raw.map(|raw| raw.p90)),
        ("p95", seen.p95, raw.map(|raw| raw.p95)),
        ("p99", seen.p99, raw.map(|raw| raw.p99)),
        ("p99.9", seen.p99_9, raw.map(|raw| raw.p99_9)),
        ("most", seen.max, raw.map(|raw| raw.max)),
    ]
    .into_iter()
    .map(|(name, seen, raw)| {
        let cells: Vec<String> = [Some(seen), raw].into_iter().flatten().map(time).collect();
        row("", name, &cells)
    })
    .collect();
    let columns: &[&str] = if raw.is_some() {
        &["", "latency", "as seen"]
    } else {
        &["", "latency"]
    };
    table(columns, &rows)
}

pub(super) fn throughput(document: &Document) -> String {
    let (rate, errors) = (&document.throughput, &document.errors);
    let mut rows = vec![
        row("", "answers", &[whole(document.requests)]),
        row(
            "",
            "in",
            &[format!("{} s", trimmed(&digits(document.duration_seconds)))],
        ),
        row("", "answers per second", &[digits(rate.requests_per_sec)]),
        row("", "bytes per second", &[bytes(rate.bytes_per_sec)]),
    ];
    for (name, count) in errors.kinds() {
        if count > 0 {
            rows.push(row("bad", name, &[whole(count)]));
        }
    }
    for (status, count) in &errors.by_status {
        let tone = if *status >= 400 { "bad" } else { "" };
        rows.push(row(tone, &format!("status {status}"), &[whole(*count)]));
    }
    if errors.total() == 0 {
        rows.push(row("good", "requests that went wrong", &["none".to_owned()]));
    }
    table(&["", ""], &rows)
}

pub(super) fn usage(document: &Document) -> String {
    let rows: Vec<String> = document
        .resource_usage
        .iter()
        .map(|(name, used)| {
            let cells = [
                used.cpu_percent.map(|cpu| format!("{} %", digits(cpu))),
                used.cpu_us_per_request.map(|cost| format!("{} µs", digits(cost))),
                used.memory_peak_bytes.map(bytes),
                used.disk_bytes_per_sec.map(|disk| format!("{}/s", bytes(disk))),
            ];
            row("", name, &cells.map(unknown))
        })
        .collect();
    table(
        &[
            "service",
            "CPU, of one core",
            "CPU a request",
            "memory at most",
            "disk",
        ],
        &rows,
    )
}

pub(super) fn comparison(seen: &Comparison) -> String {
    let mut out = String::new();
    if let Some(reason) = &seen.reason {
        out += &format!("<p>Nothing to compare with: {}.</p>\n", escaped(reason));
    }
    if !seen.differing.is_empty() {
        let rows: Vec<String> = seen
            .differing
            .iter()
            .map(|one| row("", &one.field, &[plain(&one.there), plain(&one.here)]))
            .collect();
        out += &table(&["what differs", "then", "now"], &rows);
    }
    if let Some(against) = &seen.against {
        out += &format!("<p>Against {}.</p>\n", escaped(against));
        let rows: Vec<String> = seen
            .metrics
            .iter()
            .map(|one| {
                let value = |value: Option<f64>| {
                    value.map_or_else(|| "–".to_owned(), |value| of_metric(value, one.metric))
                };
                let said = match &one.reason {
                    Some(reason) => format!("{}: {reason}", outcome(one)),
                    None => outcome(one).to_owned(),
                };
                let ratio = one.ratio.map_or_else(|| "–".to_owned(), change);
                let between = between(one).unwrap_or_else(|| "–".to_owned());
                let cells = [value(one.baseline), value(one.now), ratio, between, said];
                row(tone(one), label(one.metric), &cells)
            })
            .collect();
        out += &table(&["metric", "before", "now", "change", "90 % interval", ""], &rows);
    }
    out
}

pub(super) fn history(document: &Document) -> String {
    let rows: Vec<String> = document
        .history
        .iter()
        .rev()
        .take(LATEST)
        .map(|run| {
            let of = |metric| {
                run.value(metric)
                    .map_or_else(|| "–".to_owned(), |value| of_metric(value, metric))
            };
            let cells = [
                run.commit.as_deref().map(short).unwrap_or_default(),
                of(Metric::P50),
                of(Metric::P95),
                of(Metric::Rps),
                of(Metric::CpuPerRequest),
                run.verdict.replace('_', " "),
            ];
            row("", &run.at.format("%Y-%m-%d %H:%M").to_string(), &cells)
        })
        .collect();
    let older = document.history.len().saturating_sub(LATEST);
    let more = if older > 0 {
        format!("<p>{older} older ones are in the drawings only.</p>\n")
    } else {
        String::new()
    };
    let columns = ["run", "commit", "p50", "p95", "answers/s", "CPU a request", ""];
    format!(
        "<details><summary>The runs as a table</summary>\n{}{more}</details>\n",
        table(&columns, &rows)
    )
}

pub(super) fn rounds(document: &Document) -> String {
    let share = |share: f64| format!("{} %", digits(share * 100.0));
    let rows: Vec<String> = (1_u32..)
        .zip(&document.samples)
        .map(|(number, round)| {
            let lost = &round.errors;
            let failed: u64 = lost
                .status
                .iter()
                .filter(|(status, _)| !matches!(status.as_bytes().first(), Some(b'1'..=b'3')))
                .map(|(_, count)| count)
                .sum();
            let wrong = lost.connect + lost.read + lost.write + lost.timeout + failed;
            let cells = [
                whole(round.requests),
                digits(round.rps),
                round.reference_rps.map_or_else(|| "–".to_owned(), digits),
                whole(wrong),
                digits(round.foreign_cpu),
                share(round.steal),
                if round.clean { "counts" } else { "does not count" }.to_owned(),
            ];
            row(
                if round.clean { "" } else { "faint" },
                &number.to_string(),
                &cells,
            )
        })
        .collect();
    let columns = [
        "round",
        "answers",
        "per second",
        "reference, per second",
        "went wrong",
        "cores used by others",
        "stolen",
        "",
    ];
    format!(
        "<details><summary>{} of {} count</summary>\n{}</details>\n",
        document.rounds.clean,
        super::many(document.rounds.made, "round"),
        table(&columns, &rows)
    )
}
