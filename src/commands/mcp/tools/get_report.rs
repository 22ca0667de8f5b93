//! The tool `get_report`: a report of before, page by page.

use super::{Effect, PAGE, Tool, Work};
use crate::commands::mcp::arguments::{Arguments, Kind, Param};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "get_report",
    title: "A report of before",
    about: "The report of the last run of the gates, of a run, or of a session, in pages: verdicts, findings with \
            file and line, and what to do.",
    params: &[
        Param {
            name: "session",
            kind: Kind::Number,
            about: "the report of this session [default: that of the last run]",
        },
        Param {
            name: "run",
            kind: Kind::Text,
            about: "the report of the run with this id",
        },
        Param {
            name: "full",
            kind: Kind::Flag,
            about: "every step and every finding, instead of the short form [default: false]",
        },
        PAGE,
    ],
    effect: Effect::Reads,
    work: Work::Command(words),
};

fn words(arguments: &Arguments) -> Vec<String> {
    let mut words = vec!["report".to_owned()];
    words.extend(
        arguments
            .number("session")
            .map(|number| format!("--session={number}")),
    );
    words.extend(arguments.text("run").map(|id| format!("--run={id}")));
    if arguments.has("full") {
        words.extend(["--format=human", "--verbose"].map(str::to_owned));
    }
    words
}
