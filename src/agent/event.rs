//! The events that `sdd hook` answers.

use std::time::Duration;

/// An event of a coding agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The agent wants to stop.
    Stop,
    /// A subagent wants to stop.
    SubagentStop,
    /// A task is to be marked complete.
    TaskCompleted,
    /// A file was edited.
    PostEdit,
    /// A shell command is about to run, which may be a commit.
    PreCommit,
    /// A session of the agent begins.
    SessionStart,
    /// The agent's settings changed.
    ConfigChange,
}

impl Event {
    /// Every event, in the order in which help lists them.
    pub const ALL: [Self; 7] = [
        Self::Stop,
        Self::SubagentStop,
        Self::TaskCompleted,
        Self::PostEdit,
        Self::PreCommit,
        Self::SessionStart,
        Self::ConfigChange,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::SubagentStop => "subagent-stop",
            Self::TaskCompleted => "task-completed",
            Self::PostEdit => "post-edit",
            Self::PreCommit => "pre-commit",
            Self::SessionStart => "session-start",
            Self::ConfigChange => "config-change",
        }
    }

    /// What it is for, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Stop => "the agent wants to stop: required gates decide",
            Self::SubagentStop => "a subagent wants to stop: required formatting, linting and types decide",
            Self::TaskCompleted => "a task is to be marked complete: required gates decide",
            Self::PostEdit => "a file was edited: says what its formatter and its linter find in it",
            Self::PreCommit => "a shell command is about to run: refuses commits that skip hooks",
            Self::SessionStart => "a session begins: says where the work stands",
            Self::ConfigChange => "settings changed: refuses those of the project that drop these hooks",
        }
    }

    /// The agent's own name of it.
    pub fn hook_name(self) -> &'static str {
        match self {
            Self::Stop => "Stop",
            Self::SubagentStop => "SubagentStop",
            Self::TaskCompleted => "TaskCompleted",
            Self::PostEdit => "PostToolUse",
            Self::PreCommit => "PreToolUse",
            Self::SessionStart => "SessionStart",
            Self::ConfigChange => "ConfigChange",
        }
    }

    /// The event of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// The time that an answer may take when nobody says: 15 s less than the agent gives a hook, since a hook that it
    /// has to end renders no decision. What comes between an edit and the next one must be fast.
    pub fn budget(self) -> Duration {
        Duration::from_secs(match self {
            Self::Stop | Self::TaskCompleted => 585,
            Self::SubagentStop => 105,
            Self::PostEdit => 2,
            Self::PreCommit | Self::SessionStart | Self::ConfigChange => 5,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_by_their_names() {
        for event in Event::ALL {
            assert_eq!(Event::named(event.as_str()), Some(event));
        }
        assert_eq!(Event::named("Stop"), None);
        assert_eq!(Event::named(""), None);
    }
}
