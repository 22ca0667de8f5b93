//! What people read in a terminal.

use super::document::{Document, Latency, named};
use super::numbers::{bytes, change, digits, of_metric, of_unit, time};
use crate::bench::requirements::{Judged, Weight};
use crate::bench::statistics::verdict::{Change, Judged as Compared};
use crate::model::text::one_line;
use crate::model::verdict::{RunVerdict, Verdict};

/// How a word is set off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is as it should be.
    Good,
    /// It is not.
    Bad,
    /// Nobody knows.
    Open,
    /// It matters less.
    Faint,
    /// It matters more.
    Strong,
}

/// The steps of a bar.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The page. `paint` sets words off, or leaves them as they are.
pub fn human(document: &Document, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let mut out = head(document);
    out += &latencies(document);
    out += &usage(document);
    out += &requirements(document, paint);
    out += &comparison(document, paint);
    for note in &document.notes {
        out += &format!("{} {}\n", paint(Tone::Faint, "note:"), one_line(note));
    }
    let (tone, word) = match document.verdict {
        RunVerdict::Passed => (Tone::Good, "PASSED"),
        RunVerdict::Failed => (Tone::Bad, "FAILED"),
        RunVerdict::Error => (Tone::Open, "NO VERDICT"),
    };
    out += &format!("\n{}  {}\n", paint(tone, word), one_line(&document.decision));
    if !document.rerun.is_empty() && document.verdict != RunVerdict::Passed {
        out += &format!("rerun: {}\n", document.rerun);
    }
    out
}

fn head(document: &Document) -> String {
    let mut out = String::new();
    for endpoint in &document.endpoints {
        out += &format!("{}\n", one_line(endpoint));
    }
    let load = &document.load;
    let pace = load.rate.map_or_else(
        || "closed model".to_owned(),
        |rate| format!("{} requests/s", digits(rate)),
    );
    let rounds = &document.rounds;
    out += &format!(
        "{} {}, {} connection{}, {pace}; {} of {} rounds of {} s were clean\n",
        document.engine.name,
        one_line(&document.engine.version),
        load.connections,
        if load.connections == 1 { "" } else { "s" },
        rounds.clean,
        rounds.made,
        digits(rounds.seconds),
    );
    out
}

/// The percentiles in columns, and a curve of them.
fn latencies(document: &Document) -> String {
    let mut rows = Vec::new();
    if let Some(seen) = &document.latency_ms {
        rows.push(("latency", seen));
    }
    // Where both say the same one is enough.
    let raw = document
        .latency_raw_ms
        .as_ref()
        .filter(|raw| Some(*raw) != document.latency_ms.as_ref());
    if let Some(raw) = raw {
        rows.push(("as seen", raw));
    }
    if rows.is_empty() {
        return "\nno answer, so no latency\n".to_owned();
    }
    let names = ["min", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"];
    let mut out = format!("\n{:9}", "");
    for name in names {
        out += &format!("{name:>10}");
    }
    out.push('\n');
    for (name, row) in rows {
        out += &format!("{name:9}");
        for value in columns(row) {
            out += &format!("{:>10}", time(value));
        }
        out.push('\n');
    }
    let bars = bars(&document.curve.corrected_ms);
    if !bars.is_empty() {
        out += &format!(
            "{:9}{:>10}  {bars}  p100, on a scale of tenfold steps\n",
            "", "p0"
        );
    }
    out
}

fn columns(row: &Latency) -> [f64; 8] {
    [
        row.min, row.p50, row.p75, row.p90, row.p95, row.p99, row.p99_9, row.max,
    ]
}

/// Values as bars whose height is their logarithm between the least and the most.
fn bars(values: &[f64]) -> String {
    let logs: Vec<f64> = values.iter().map(|value| value.max(1e-6).ln()).collect();
    let least = logs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if logs.len() < 2 || most - least <= 0.0 {
        return String::new();
    }
    let bar = |log: &f64| {
        let share = (log - least) / (most - least) * 7.0;
        // As many comparisons as there are steps: no conversion that could go wrong.
        let step = (1..BARS.len())
            .rev()
            .find(|step| share >= step_height(*step))
            .unwrap_or(0);
        BARS[step]
    };
    logs.iter().map(bar).collect()
}

fn step_height(step: usize) -> f64 {
    u32::try_from(step).map_or(0.0, f64::from) - 0.5
}

fn usage(document: &Document) -> String {
    let errors = &document.errors;
    let kinds = [
        ("connect", errors.connect),
        ("read", errors.read),
        ("write", errors.write),
        ("time-out", errors.timeout),
        ("status 400 or more", errors.status),
    ];
    let said: Vec<String> = kinds
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let said = if said.is_empty() {
        "none".to_owned()
    } else {
        said.join(", ")
    };
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    let requests = document.requests as f64;
    let mut out = format!(
        "requests  {} in {} s: {}/s, {}/s; errors: {said}\n",
        digits(requests.round()),
        digits(document.duration_seconds),
        digits(document.throughput.requests_per_sec),
        bytes(document.throughput.bytes_per_sec),
    );
    for (name, used) in &document.resource_usage {
        let or = |value: Option<String>| value.unwrap_or_else(|| "not measured".to_owned());
        out += &format!(
            "{}: processor {} of a core, {} a request; memory at most {}; disk {}\n",
            one_line(name),
            or(used.cpu_percent.map(|cpu| format!("{} %", digits(cpu)))),
            or(used.cpu_us_per_request.map(|cost| format!("{} µs", digits(cost)))),
            or(used.memory_peak_bytes.map(bytes)),
            or(used.disk_bytes_per_sec.map(|disk| format!("{}/s", bytes(disk)))),
        );
    }
    out
}

fn requirements(document: &Document, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let width = document
        .requirements
        .iter()
        .map(|one| named(one).chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for one in &document.requirements {
        let (tone, mark) = match (one.verdict, one.weight) {
            (Verdict::Passed, _) => (Tone::Good, "✓"),
            (_, Weight::Told) => (Tone::Faint, "-"),
            (Verdict::Failed, Weight::Required) => (Tone::Bad, "✗"),
            (_, Weight::Required) => (Tone::Open, "!"),
        };
        out += &format!(
            "{} {:width$}  {}\n",
            paint(tone, mark),
            one_line(&named(one)),
            judged(one)
        );
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// One requirement in words: `41.2 ms, wanted < 500 ms`.
pub(super) fn judged(one: &Judged) -> String {
    let limit = of_unit(one.limit, one.unit);
    let actual = one.actual.map_or_else(
        || one.reason.unwrap_or("not measured").to_owned(),
        |actual| of_unit(actual, one.unit),
    );
    let weight = match one.weight {
        Weight::Required => "",
        Weight::Told => " (a target, not required)",
    };
    let margin = match one.margin {
        Some(margin) if one.verdict == Verdict::Passed => format!(", {} % to spare", digits(margin * 100.0)),
        Some(margin) if one.verdict == Verdict::Failed => format!(", off by {} %", digits(-margin * 100.0)),
        _ => String::new(),
    };
    format!("{actual}, wanted {} {limit}{margin}{weight}", one.bound)
}

fn comparison(document: &Document, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let seen = &document.regression;
    let mut out = String::new();
    if let Some(reason) = &seen.reason {
        out += &format!("\nbaseline: none: {}\n", one_line(reason));
    }
    if let Some(against) = &seen.against {
        out += &format!("\nagainst {}\n", one_line(against));
    }
    out += &metrics(&seen.metrics, paint);
    for drift in seen
        .drift
        .iter()
        .filter(|drift| drift.verdict == crate::bench::statistics::drift::Creep::Drifted)
    {
        let ratio = drift
            .ratio
            .map_or_else(String::new, |ratio| format!(": {}", change(ratio)));
        out += &format!(
            "  {} {} creeps over {} runs{ratio} against the first\n",
            paint(Tone::Bad, "drift:"),
            drift.metric.name(),
            drift.runs
        );
    }
    out
}

/// Metrics with what they were and are, their ratio and the interval around it.
pub(super) fn metrics(metrics: &[Compared], paint: &dyn Fn(Tone, &str) -> String) -> String {
    let mut out = String::new();
    for one in metrics {
        let tone = match one.verdict {
            _ if !one.gated => Tone::Faint,
            Change::Regressed => Tone::Bad,
            Change::Suspect | Change::Inconclusive => Tone::Open,
            Change::Improved | Change::None => Tone::Good,
        };
        let word = if one.gated {
            one.verdict.as_str()
        } else {
            "not judged"
        };
        let values = one.baseline.zip(one.now).map_or_else(String::new, |(was, is)| {
            format!("{} → {}", of_metric(was, one.metric), of_metric(is, one.metric))
        });
        let ratio = one.ratio.map_or_else(String::new, change);
        let between = one.interval.as_ref().map_or_else(String::new, |interval| {
            format!("({} to {})", change(interval.low), change(interval.high))
        });
        let effect = one.smallest_effect.map_or_else(String::new, |effect| {
            format!("; would have seen {}", change(1.0 + effect))
        });
        let reason = one
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {reason}"));
        out += &format!(
            "  {:18} {values:>24}  {ratio:>8} {between:<22} {}{effect}{reason}\n",
            one.metric.name(),
            paint(tone, word),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_rise_with_the_logarithm() {
        assert_eq!(bars(&[1.0, 10.0, 100.0, 1000.0]), "▁▃▆█");
        assert_eq!(bars(&[5.0, 5.0]), "");
        assert_eq!(bars(&[5.0]), "");
        assert_eq!(bars(&[]), "");
    }
}
