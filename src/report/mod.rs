//! One report model, many renderers: one file a format, one visible table, [`FORMATS`].
//!
//! A renderer reads the model and writes text; it knows nothing of how the report came to be.

mod agent;
mod human;
mod json;

use std::io;

use crate::model::report::Report;
use crate::model::verdict::Verdict;

/// How a report may look on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used.
    pub colour: Colour,
    /// How much is shown.
    pub detail: Detail,
}

/// Whether colours may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences for colours are written.
    Yes,
    /// None are.
    No,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The decision only.
    Brief,
    /// A line a gate, failures expanded.
    Normal,
    /// Every step of every gate.
    Full,
}

/// A form that a report can be written in.
pub trait Renderer: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;
    /// What it is for, in a few words.
    fn about(&self) -> &'static str;
    /// Writes the report.
    fn render(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()>;
}

/// Every format, in the order in which help lists them.
pub static FORMATS: &[&dyn Renderer] = &[&human::Human, &json::Json, &agent::Agent];

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Renderer> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// The sign of a verdict, for people; the five are told apart without colour.
pub fn sign(verdict: Verdict) -> &'static str {
    human::sign(verdict).0
}

/// A duration for people: `23 ms`, `0.3 s`, `12 s`, `2 min 5 s`.
pub fn seconds(duration_ms: u64) -> String {
    let whole = duration_ms / 1_000;
    if duration_ms < 100 {
        return format!("{duration_ms} ms");
    }
    match whole {
        0..10 => format!("{}.{} s", whole, duration_ms % 1_000 / 100),
        10..120 => format!("{whole} s"),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests;
