//! The one way in which what was found in descriptions is written.

use anstyle::{AnsiColor, Style as Paint};
use serde::Serialize;

use crate::commands::context::Cx;
use crate::contract::report::{self, Amount, Page, Tone};
use crate::contract::rules::Level;
use crate::report::{Colour, Detail};

/// The formats of documents about descriptions.
pub(super) const FORMATS: &[&str] = &[
    "human", "json", "agent", "markdown", "junit", "sarif", "github", "html",
];

/// Writes a document in one of [`FORMATS`]; all but `json` show its page.
pub(super) fn emit<T: Serialize>(cx: &mut Cx, format: &str, document: &T, page: &Page) -> anyhow::Result<()> {
    let text = match format {
        "json" => serde_json::to_string_pretty(document)? + "\n",
        "agent" => report::agent(page),
        "markdown" => report::markdown(page),
        "junit" => report::junit(page, cx.clock.now()),
        "sarif" => report::sarif(page, env!("CARGO_PKG_VERSION"))?,
        "github" => report::github(page),
        "html" => report::html(page),
        _ => human(cx, page),
    };
    cx.emit(&text)
}

/// The words of a command that asks again.
pub(super) fn rerun<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "))
}

fn human(cx: &Cx, page: &Page) -> String {
    let amount = match cx.ui.detail() {
        Detail::Brief => Amount::Little,
        Detail::Normal => Amount::Usual,
        Detail::Full => Amount::All,
    };
    let colour = cx.ui.colour();
    report::human(page, amount, &|tone, word| match colour {
        Colour::Yes => format!("{0}{word}{0:#}", paint(tone)),
        Colour::No => word.to_owned(),
    })
}

fn paint(tone: Tone) -> Paint {
    let of = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into())).bold();
    match tone {
        Tone::Level(Level::Error) => of(AnsiColor::Red),
        Tone::Level(Level::Warning) => of(AnsiColor::Yellow),
        Tone::Level(Level::Info) | Tone::Faint => Paint::new().dimmed(),
        Tone::Strong => Paint::new().bold(),
    }
}

#[cfg(test)]
mod tests {
    use super::rerun;

    #[test]
    fn a_command_can_be_copied() {
        assert_eq!(
            rerun(["sdd", "contract", "diff", "a b.yaml", "main:c.yaml"]),
            "sdd contract diff 'a b.yaml' main:c.yaml"
        );
    }
}
