//! The tool `status`: where the session stands.

use super::{Effect, PAGE, Tool, Work};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "status",
    title: "Where the session stands",
    about: "The open session, its work item, what the last run of the gates said, and what comes next.",
    params: &[PAGE],
    effect: Effect::Reads,
    work: Work::Command(|_| vec!["status".to_owned()]),
};
