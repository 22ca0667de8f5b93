//! What is put under a pull request.

use super::document::{Document, named};
use super::human::judged;
use super::numbers::{bytes, change, digits, of_metric, time};
use crate::model::format::inert;
use crate::model::format::markdown::escaped;
use crate::model::verdict::{RunVerdict, Verdict};

/// The page.
pub fn markdown(document: &Document) -> String {
    let word = match document.verdict {
        RunVerdict::Passed => "passed",
        RunVerdict::Failed => "failed",
        RunVerdict::Error => "no verdict",
    };
    let mut out = format!("## Benchmark: {word}\n\n{}\n\n", escaped(&document.decision));
    for endpoint in &document.endpoints {
        out += &format!("- {}\n", escaped(endpoint));
    }
    out += &format!(
        "- {} {}, {} connections, {} of {} rounds clean\n\n",
        document.engine.name,
        escaped(&document.engine.version),
        document.load.connections,
        document.rounds.clean,
        document.rounds.made
    );
    if let Some(seen) = &document.latency_ms {
        out += "| | p50 | p75 | p90 | p95 | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|---|\n";
        for (name, row) in [
            ("latency", Some(seen)),
            ("as seen", document.latency_raw_ms.as_ref()),
        ] {
            if let Some(row) = row {
                let cells = [row.p50, row.p75, row.p90, row.p95, row.p99, row.p99_9, row.max].map(time);
                out += &format!("| {name} | {} |\n", cells.join(" | "));
            }
        }
        out.push('\n');
    }
    out += &format!(
        "{}/s, {}/s, {} requests that went wrong\n\n",
        digits(document.throughput.requests_per_sec),
        bytes(document.throughput.bytes_per_sec),
        document.errors.total()
    );
    out += "| requirement | | |\n|---|---|---|\n";
    for one in &document.requirements {
        let mark = match one.verdict {
            Verdict::Passed => "✓",
            Verdict::Failed => "✗",
            _ => "no answer",
        };
        out += &format!(
            "| {} | {} | {mark} |\n",
            escaped(&named(one)),
            escaped(&judged(one))
        );
    }
    let seen = &document.regression;
    if let Some(reason) = &seen.reason {
        out += &format!("\nNo baseline: {}\n", escaped(reason));
    }
    if let Some(against) = &seen.against {
        out += &format!(
            "\nAgainst {}:\n\n| metric | before | now | change | 90 % | |\n|---|---|---|---|---|---|\n",
            escaped(against)
        );
        for one in &seen.metrics {
            let value =
                |value: Option<f64>| value.map_or_else(String::new, |value| of_metric(value, one.metric));
            let between = one.interval.as_ref().map_or_else(String::new, |interval| {
                format!("{} to {}", change(interval.low), change(interval.high))
            });
            out += &format!(
                "| {} | {} | {} | {} | {between} | {} |\n",
                one.metric.name(),
                value(one.baseline),
                value(one.now),
                one.ratio.map_or_else(String::new, change),
                if one.gated {
                    one.verdict.as_str()
                } else {
                    "not judged"
                },
            );
        }
    }
    for note in &document.notes {
        out += &format!("\n> {}\n", escaped(note));
    }
    inert::text(&out)
}
