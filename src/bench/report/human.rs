//! What people read in a terminal.

use super::document::{Document, Latency, named};
use super::numbers::{bytes, change, digits, of_metric, time, trimmed, whole};
use super::words::{between, crept, judged, label, many, outcome};
use crate::bench::requirements::Weight;
use crate::bench::statistics::verdict::{Change, Judged as Compared};
use crate::model::format::inert;
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

/// The width of the names at the left.
const NAMES: usize = 10;

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
        out += &format!("rerun: {}\n", one_line(&document.rerun));
    }
    inert::text(&out)
}

fn head(document: &Document) -> String {
    let mut out = String::new();
    for endpoint in &document.endpoints {
        out += &format!("{}\n", one_line(endpoint));
    }
    let load = &document.load;
    let pace = load.rate.map_or_else(
        || "as fast as they are answered".to_owned(),
        |rate| format!("{} requests/s", trimmed(&digits(rate))),
    );
    let rounds = &document.rounds;
    out += &format!(
        "{} {}, {}, {pace}; {} of {} of {} s clean\n",
        one_line(&document.engine.name),
        one_line(&document.engine.version),
        many(
            usize::try_from(load.connections).unwrap_or(usize::MAX),
            "connection"
        ),
        rounds.clean,
        many(rounds.made, "round"),
        trimmed(&digits(rounds.seconds)),
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
    let mut out = format!("\n{:NAMES$}", "");
    for name in names {
        out += &format!("{name:>10}");
    }
    out.push('\n');
    for (name, row) in rows {
        out += &format!("{name:NAMES$}");
        for value in columns(row) {
            out += &format!("{:>10}", time(value));
        }
        out.push('\n');
    }
    let bars = bars(&document.curve.corrected_ms);
    if !bars.is_empty() {
        out += &format!(
            "{:NAMES$}{:>10}  {bars}  p100, on a logarithmic scale\n",
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
    let said: Vec<String> = document
        .errors
        .kinds()
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{} {name}", whole(*count)))
        .collect();
    let said = if said.is_empty() && document.requests > 0 {
        "no errors".to_owned()
    } else if said.is_empty() {
        "nothing came back".to_owned()
    } else {
        said.join(", ")
    };
    let mut out = format!(
        "{:NAMES$}{} in {} s: {}/s, {}/s; {said}\n",
        "answers",
        whole(document.requests),
        trimmed(&digits(document.duration_seconds)),
        digits(document.throughput.requests_per_sec),
        bytes(document.throughput.bytes_per_sec),
    );
    for phase in &document.phases {
        let latency = phase.latency_ms.map_or_else(String::new, |seen| {
            format!(", p95 {}, at most {}", time(seen.p95), time(seen.max))
        });
        out += &format!(
            "{:NAMES$}{} in {} s{latency}, {} errors; not judged\n",
            phase.name.replace('_', "-"),
            whole(phase.requests),
            trimmed(&digits(phase.seconds)),
            whole(phase.errors.total()),
        );
    }
    for (name, used) in &document.resource_usage {
        let known = [
            used.cpu_percent
                .map(|cpu| format!("CPU {} % of a core", digits(cpu))),
            used.cpu_us_per_request
                .map(|cost| format!("{} µs a request", digits(cost))),
            used.memory_peak_bytes
                .map(|memory| format!("memory at most {}", bytes(memory))),
            used.disk_bytes_per_sec
                .map(|disk| format!("disk {}/s", bytes(disk))),
        ];
        let names = ["CPU", "CPU a request", "memory", "disk"];
        let missing: Vec<&str> = names
            .into_iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|(name, _)| name)
            .collect();
        let mut said: Vec<String> = known.into_iter().flatten().collect();
        if !missing.is_empty() {
            said.push(format!("not measured: {}", missing.join(", ")));
        }
        out += &format!("{:NAMES$}{}\n", format!("{} ", one_line(name)), said.join(", "));
    }
    out
}

fn requirements(document: &Document, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let width = document
        .requirements
        .iter()
        .map(|one| one_line(&named(one)).chars().count())
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

fn comparison(document: &Document, paint: &dyn Fn(Tone, &str) -> String) -> String {
    let seen = &document.regression;
    let mut out = String::new();
    if let Some(reason) = &seen.reason {
        out += &format!("\nno baseline: {}\n", one_line(reason));
    }
    if let Some(against) = &seen.against {
        out += &format!("\nagainst {}\n", one_line(against));
    }
    let rows: Vec<[String; 4]> = seen.metrics.iter().map(cells).collect();
    // Wide characters are not used in them, so that characters are columns.
    let wide = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let [names, values, ratios, intervals] = [wide(0), wide(1), wide(2), wide(3)];
    for (one, [name, value, ratio, between]) in seen.metrics.iter().zip(&rows) {
        let tone = match one.verdict {
            _ if !one.gated => Tone::Faint,
            Change::Regressed => Tone::Bad,
            Change::Suspect | Change::Inconclusive => Tone::Open,
            Change::Improved | Change::None => Tone::Good,
        };
        let effect = match one.verdict {
            Change::Inconclusive | Change::None => one.smallest_effect,
            _ => None,
        };
        let effect = effect.map_or_else(String::new, |effect| {
            format!("; {} would have shown", trimmed(&change(1.0 + effect)))
        });
        let reason = one
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {}", one_line(reason)));
        out += &format!(
            "  {name:names$}  {value:values$}  {ratio:>ratios$}  {between:intervals$}  {}{effect}{reason}\n",
            paint(tone, outcome(one)),
        );
    }
    for line in crept(&seen.drift) {
        out += &format!("  {} {line}\n", paint(Tone::Bad, "drift:"));
    }
    out
}

/// What is told of a metric, in columns: its name, both values, the change, and its interval.
fn cells(one: &Compared) -> [String; 4] {
    let values = one.baseline.zip(one.now).map_or_else(String::new, |(was, is)| {
        format!("{} → {}", of_metric(was, one.metric), of_metric(is, one.metric))
    });
    [
        label(one.metric).to_owned(),
        values,
        one.ratio.map_or_else(String::new, change),
        between(one).map_or_else(String::new, |between| format!("({between})")),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{all, failed, inconclusive, passed, silent};
    use super::*;

    fn plain(document: &Document) -> String {
        human(document, &|_, text| text.to_owned())
    }

    #[test]
    fn everything_is_told_in_columns() {
        let pages = [passed(), failed(), inconclusive(), silent()].map(|document| plain(&document));
        insta::assert_snapshot!(pages.join("\n────────\n\n"));
    }

    #[test]
    fn no_text_moves_the_terminal_or_begins_a_line() {
        for (_, document) in all() {
            let page = plain(&document);
            assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
            assert!(
                !page.lines().any(|line| line.trim_start().starts_with("::")),
                "{page}"
            );
            assert!(!page.contains("##["), "{page}");
        }
    }

    #[test]
    fn bars_rise_with_the_logarithm() {
        assert_eq!(bars(&[1.0, 10.0, 100.0, 1000.0]), "▁▃▆█");
        assert_eq!(bars(&[5.0, 5.0]), "");
        assert_eq!(bars(&[5.0]), "");
        assert_eq!(bars(&[]), "");
    }
}
