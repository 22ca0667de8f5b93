//! What is put under a pull request.

use super::document::{Document, named};
use super::numbers::{bytes, change, digits, of_metric, time, whole};
use super::words::{between, crept, judged, label, many, outcome};
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
        "- {} {}, {}, {} of {} clean\n\n",
        escaped(&document.engine.name),
        escaped(&document.engine.version),
        many(
            usize::try_from(document.load.connections).unwrap_or(usize::MAX),
            "connection"
        ),
        document.rounds.clean,
        many(document.rounds.made, "round")
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
        "{} answers, {}/s, {}/s; errors: {}\n\n",
        whole(document.requests),
        digits(document.throughput.requests_per_sec),
        bytes(document.throughput.bytes_per_sec),
        whole(document.errors.total())
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
            let between = between(one).unwrap_or_default();
            out += &format!(
                "| {} | {} | {} | {} | {between} | {} |\n",
                label(one.metric),
                value(one.baseline),
                value(one.now),
                one.ratio.map_or_else(String::new, change),
                outcome(one),
            );
        }
    }
    for line in crept(&seen.drift) {
        out += &format!("\n**Drift:** {}\n", escaped(&line));
    }
    for note in &document.notes {
        out += &format!("\n> {}\n", escaped(note));
    }
    inert::text(&out)
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::super::samples::{all, failed};
    use super::*;

    #[test]
    fn tables_tell_everything() {
        insta::assert_snapshot!(markdown(&failed()));
    }

    #[test]
    fn no_text_is_markup() {
        for (name, document) in all() {
            let page = markdown(&document);
            for event in Parser::new_ext(&page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
                let live = matches!(
                    event,
                    Event::Html(_)
                        | Event::InlineHtml(_)
                        | Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::Emphasis)
                );
                assert!(!live, "{name}: {event:?}");
            }
            // A bar in a text would be one more column.
            for row in page.lines().filter(|line| line.starts_with("| ")) {
                let cells = row.replace("\\|", "").matches('|').count();
                assert!([4, 7, 9].contains(&cells), "{name}: {row}");
            }
            assert!(
                !page.contains("##[") && !page.contains('\u{1b}'),
                "{name}: {page}"
            );
            assert!(
                !page.lines().any(|line| line.trim_start().starts_with("::")),
                "{page}"
            );
        }
    }
}
