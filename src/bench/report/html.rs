//! One self-contained page for a browser: it loads nothing and needs no script.
//!
//! Charts are drawings in the page, each with a table beside it that says the same. Every text is escaped, and the policy in
//! the page's head allows its own style and nothing else.

mod axis;
mod curve;
mod history;
mod ratios;
mod tables;
mod throughput;

use std::sync::LazyLock;

use self::curve::curve;
use self::history::history;
use self::ratios::ratios;
use self::throughput::throughput;
use super::document::Document;
use super::words::{crept, many};
use crate::model::format::html::{escaped, marked, policy};
use crate::model::verdict::RunVerdict;

const STYLE: &str = concat!(
    include_str!("../../../templates/page.css"),
    include_str!("../../../templates/bench/page.css")
);

/// What may be in the page.
static POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, None));

/// The page.
pub fn html(document: &Document) -> String {
    let mut out = head(document);
    out += "<main id=\"results\" tabindex=\"-1\">\n";
    out += &section("Requirements", "", &tables::requirements(document));
    out += &section(
        "Latency",
        &figure(
            curve(document),
            &legend(
                document.curve.raw_ms.is_empty(),
                [("seen", "latency"), ("raw", "as seen by a client that waits")],
            ),
        ),
        &tables::latency(document),
    );
    out += &section(
        "Throughput",
        &figure(throughput(document), ""),
        &tables::throughput(document),
    );
    if !document.resource_usage.is_empty() {
        out += &section("What it cost", "", &tables::usage(document));
    }
    out += &comparison(document);
    out += &past(document);
    if !document.samples.is_empty() {
        out += &section("Rounds", "", &tables::rounds(document));
    }
    if !document.notes.is_empty() {
        let notes: Vec<String> = document.notes.iter().map(|note| marked(note)).collect();
        let notes = notes.join("</li>\n<li>");
        out += &section("Notes", "", &format!("<ul>\n<li>{notes}</li>\n</ul>\n"));
    }
    out += "</main>\n<footer>";
    if !document.rerun.is_empty() {
        out += &format!("Again: <code>{}</code>", escaped(&document.rerun));
    }
    out + "</footer>\n</body>\n</html>\n"
}

fn head(document: &Document) -> String {
    let word = match document.verdict {
        RunVerdict::Passed => "passed",
        RunVerdict::Failed => "failed",
        RunVerdict::Error => "no verdict",
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Benchmark of {}: {word}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#results\">To the results</a>\n\
         <header class=\"{}\">\n<h1>Benchmark: {word}</h1>\n<p class=\"decision\">{}</p>\n",
        *POLICY,
        escaped(&document.url),
        document.verdict.as_str(),
        escaped(&document.decision),
    );
    for endpoint in &document.endpoints {
        out += &format!("<p class=\"asked\">{}</p>\n", escaped(endpoint));
    }
    let (load, rounds) = (&document.load, &document.rounds);
    let pace = load
        .rate
        .map_or_else(String::new, |rate| format!(" at {rate} requests/s"));
    let item = document
        .work_item
        .as_ref()
        .map_or_else(String::new, |item| format!("{}; ", escaped(item)));
    out += &format!(
        "<p class=\"how\">{item}{} {}, {}{pace}, {} of {} clean, {}</p>\n</header>\n",
        escaped(&document.engine.name),
        escaped(&document.engine.version),
        many(
            usize::try_from(load.connections).unwrap_or(usize::MAX),
            "connection"
        ),
        rounds.clean,
        many(rounds.made, "round"),
        document.started_at.format("%Y-%m-%d %H:%M UTC"),
    );
    out
}

/// A part of the page: a drawing, and beside it what it says in words and numbers.
fn section(title: &str, drawn: &str, told: &str) -> String {
    let kind = if drawn.is_empty() { "alone" } else { "pair" };
    format!(
        "<section>\n<h2>{title}</h2>\n<div class=\"{kind}\">\n{drawn}<div class=\"told\">\n{told}</div>\n</div>\n</section>\n"
    )
}

fn figure(drawing: Option<String>, legend: &str) -> String {
    drawing.map_or_else(String::new, |drawing| {
        format!("<figure>\n{drawing}{legend}</figure>\n")
    })
}

/// What the lines of a drawing are; none of a single one.
fn legend(single: bool, lines: [(&str, &str); 2]) -> String {
    if single {
        return String::new();
    }
    let named: Vec<String> = lines
        .iter()
        .map(|(class, name)| format!("<span class=\"key {class}\">{name}</span>"))
        .collect();
    format!("<figcaption>{}</figcaption>\n", named.join(" "))
}

fn comparison(document: &Document) -> String {
    let seen = &document.regression;
    let drawn = figure(ratios(&seen.metrics, seen.threshold), "");
    section("Against the baseline", &drawn, &tables::comparison(seen))
}

fn past(document: &Document) -> String {
    let charts = history(document);
    if charts.is_empty() {
        return String::new();
    }
    let charts: String = charts.into_iter().map(|chart| figure(Some(chart), "")).collect();
    let crept: Vec<String> = crept(&document.regression.drift)
        .map(|line| format!("<p class=\"bad\">{}</p>\n", escaped(&line)))
        .collect();
    let crept = crept.concat();
    format!(
        "<section>\n<h2>History</h2>\n{crept}<div class=\"charts\">\n{charts}</div>\n{}</section>\n",
        tables::history(document)
    )
}

#[cfg(test)]
mod tests;
