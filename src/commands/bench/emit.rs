//! The one way in which a measurement is written.

use anstyle::{AnsiColor, Style as Paint};

use crate::bench::report::{self, Document, Tone};
use crate::commands::context::Cx;
use crate::report::Colour;

/// The formats of a measurement.
pub(super) const FORMATS: &[&str] = &["human", "json", "agent", "markdown", "junit", "html"];

/// Writes a document in one of [`FORMATS`].
pub(super) fn emit(cx: &mut Cx, format: &str, document: &Document) -> anyhow::Result<()> {
    let text = match format {
        "json" => serde_json::to_string_pretty(document)? + "\n",
        "agent" => report::agent(document),
        "markdown" => report::markdown(document),
        "html" => report::html(document),
        "junit" => report::junit(document, cx.clock.now()),
        _ => human(cx, document),
    };
    cx.emit(&text)
}

fn human(cx: &Cx, document: &Document) -> String {
    let colour = cx.ui.colour();
    report::human(document, &|tone, word| match colour {
        Colour::Yes => format!("{0}{word}{0:#}", paint(tone)),
        Colour::No => word.to_owned(),
    })
}

pub(super) fn paint(tone: Tone) -> Paint {
    let of = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into())).bold();
    match tone {
        Tone::Good => of(AnsiColor::Green),
        Tone::Bad => of(AnsiColor::Red),
        Tone::Open => of(AnsiColor::Yellow),
        Tone::Faint => Paint::new().dimmed(),
        Tone::Strong => Paint::new().bold(),
    }
}
