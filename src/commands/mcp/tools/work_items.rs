//! The tool `work_items`: a list of the work items, or everything about one.

use super::{Effect, PAGE, Tool, Work};
use crate::commands::mcp::arguments::{Arguments, Kind, Param};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "work_items",
    title: "Work items",
    about: "The work items, what comes next first; or, with an id, everything about one. Changes none.",
    params: &[
        Param {
            name: "id",
            kind: Kind::Text,
            about: "the item that is shown [default: all are listed]",
        },
        Param {
            name: "status",
            kind: Kind::Text,
            about: "list only items of this status: not_started, in_progress, blocked or completed",
        },
        Param {
            name: "type",
            kind: Kind::Text,
            about: "list only items of this type, such as feature or bug",
        },
        Param {
            name: "ready",
            kind: Kind::Flag,
            about: "list only items that can be begun [default: false]",
        },
        PAGE,
    ],
    effect: Effect::Reads,
    work: Work::Command(words),
};

fn words(arguments: &Arguments) -> Vec<String> {
    if let Some(id) = arguments.text("id") {
        return ["work-item", "show", "--", id].map(str::to_owned).to_vec();
    }
    let mut words = ["work-item", "list"].map(str::to_owned).to_vec();
    for name in ["status", "type"] {
        words.extend(arguments.text(name).map(|value| format!("--{name}={value}")));
    }
    if arguments.has("ready") {
        words.push("--ready".to_owned());
    }
    words
}
