//! The tool `plan`: what the gates would run.

use super::{Effect, PAGE, Tool, Work};
use crate::commands::mcp::arguments::{Arguments, Kind, Param};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "plan",
    title: "What the gates would run",
    about: "What a run of the gates would start and why, and what it would leave out and why. Runs nothing.",
    params: &[
        Param {
            name: "gates",
            kind: Kind::Texts,
            about: "the gates, such as tests or linting [default: every gate]",
        },
        PAGE,
    ],
    effect: Effect::Reads,
    work: Work::Command(words),
};

fn words(arguments: &Arguments) -> Vec<String> {
    let options = ["gate", "--plan", "--"].map(str::to_owned);
    let gates = arguments.texts("gates").map(str::to_owned);
    options.into_iter().chain(gates).collect()
}
