//! The answer to an event: an exit code of 0 or 2, one JSON object on stdout or nothing, and stderr only with 2.
//!
//! Only 2 blocks by its number. Every other one is an error that the agent passes over, so there is none.

use serde_json::{Map, Value, json};

use super::event::Event;
use crate::model::text;

/// The most characters of what is said to the agent's user.
const MAX_MESSAGE_CHARS: usize = 1_500;

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// What the user is told, beside it.
    pub message: Option<String>,
}

/// The decision over an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// It goes on, and nothing is said.
    #[default]
    Allow,
    /// The agent goes on with its work, for a reason.
    Block(String),
    /// The task is not complete, for a reason.
    Refuse(String),
    /// The tool is not called, for a reason.
    Deny(String),
    /// The agent is told something.
    Tell(String),
    /// Plain text that becomes context.
    Plain(String),
}

/// What the process leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// 0 or 2.
    pub code: u8,
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
    /// What stderr says, with code 2, when stdout cannot be written: an answer that gets lost must not let anything
    /// through.
    pub instead: Option<String>,
}

impl Answer {
    /// A decision alone.
    pub fn of(decision: Decision) -> Self {
        Self {
            decision,
            message: None,
        }
    }

    /// The event goes on, and the user is told something.
    pub fn note(message: impl Into<String>) -> Self {
        Self::default().with(message)
    }

    /// Tells the user something more.
    #[must_use]
    pub fn with(mut self, message: impl Into<String>) -> Self {
        let message = message.into();
        self.message = Some(match self.message {
            Some(before) => format!("{before}\n{message}"),
            None => message,
        });
        self
    }

    /// The answer in the shape that the event has for it.
    pub fn write(&self, event: Event) -> Written {
        let message = self
            .message
            .as_ref()
            .map(|message| text::shorten(text::sanitise(message).trim(), MAX_MESSAGE_CHARS));
        if let Decision::Refuse(reason) = &self.decision {
            // Such an event has no decision in JSON: the code blocks, and stderr is the reason.
            let message = message.map_or_else(String::new, |message| format!("{message}\n"));
            return Written {
                code: 2,
                stdout: String::new(),
                stderr: format!("{}\n{message}", text::sanitise(reason).trim_end()),
                instead: None,
            };
        }
        let stdout = match (&self.decision, &message) {
            (Decision::Plain(text), message) => {
                let message = message.as_ref().map(|message| format!("\n{message}"));
                let text = format!("{}{}", text.trim(), message.unwrap_or_default());
                // What begins with a brace would be read as JSON.
                let text = text::sanitise(text.trim().trim_start_matches('{'));
                if text.is_empty() { text } else { text + "\n" }
            }
            _ => self.object(event, message),
        };
        Written {
            code: 0,
            stdout,
            stderr: String::new(),
            instead: match &self.decision {
                Decision::Block(reason) | Decision::Deny(reason) => Some(text::sanitise(reason)),
                Decision::Allow | Decision::Refuse(_) | Decision::Tell(_) | Decision::Plain(_) => None,
            },
        }
    }

    fn object(&self, event: Event, message: Option<String>) -> String {
        let mut object = Map::new();
        match &self.decision {
            Decision::Block(reason) => {
                object.insert("decision".to_owned(), json!("block"));
                object.insert("reason".to_owned(), json!(text::sanitise(reason)));
            }
            Decision::Deny(reason) => {
                let specific = json!({"hookEventName": event.hook_name(), "permissionDecision": "deny",
                    "permissionDecisionReason": text::sanitise(reason)});
                object.insert("hookSpecificOutput".to_owned(), specific);
            }
            Decision::Tell(text) => {
                let specific =
                    json!({"hookEventName": event.hook_name(), "additionalContext": text::sanitise(text)});
                object.insert("hookSpecificOutput".to_owned(), specific);
            }
            Decision::Allow | Decision::Refuse(_) | Decision::Plain(_) => {}
        }
        if let Some(message) = message {
            object.insert("systemMessage".to_owned(), json!(message));
        }
        if object.is_empty() {
            String::new()
        } else {
            format!("{}\n", Value::Object(object))
        }
    }
}

/// What the process leaves when all that is to be said is a word to the user: without a known event, too.
pub fn message_only(message: &str) -> Written {
    Answer::note(message).write(Event::Stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &Answer, event: Event, expect: (u8, &str, &str)) {
        let written = answer.write(event);
        assert_eq!(
            (written.code, written.stdout.as_str(), written.stderr.as_str()),
            expect
        );
    }

    #[test]
    fn each_decision_has_the_shape_of_its_event() {
        let text = || "why".to_owned();
        check(&Answer::default(), Event::Stop, (0, "", ""));
        check(
            &Answer::note("told"),
            Event::Stop,
            (0, "{\"systemMessage\":\"told\"}\n", ""),
        );
        check(
            &Answer::of(Decision::Block(text())),
            Event::Stop,
            (0, "{\"decision\":\"block\",\"reason\":\"why\"}\n", ""),
        );
        check(
            &Answer::of(Decision::Block(text())).with("a").with("b"),
            Event::PostEdit,
            (
                0,
                "{\"decision\":\"block\",\"reason\":\"why\",\"systemMessage\":\"a\\nb\"}\n",
                "",
            ),
        );
        check(
            &Answer::of(Decision::Refuse(text())),
            Event::TaskCompleted,
            (2, "", "why\n"),
        );
        check(
            &Answer::of(Decision::Deny(text())),
            Event::PreCommit,
            (
                0,
                "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\",\
                 \"permissionDecisionReason\":\"why\"}}\n",
                "",
            ),
        );
        check(
            &Answer::of(Decision::Tell(text())),
            Event::PostEdit,
            (
                0,
                "{\"hookSpecificOutput\":{\"hookEventName\":\"PostToolUse\",\"additionalContext\":\"why\"}}\n",
                "",
            ),
        );
        check(
            &Answer::of(Decision::Plain("{a\nb\n".to_owned())),
            Event::SessionStart,
            (0, "a\nb\n", ""),
        );
        check(
            &Answer::of(Decision::Plain(String::new())),
            Event::SessionStart,
            (0, "", ""),
        );
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_out_and_messages_are_bounded() {
        let written = Answer::of(Decision::Refuse("\u{1b}[31mred\u{202e}".to_owned()))
            .with("m".repeat(9_000))
            .write(Event::TaskCompleted);
        assert!(
            written.stderr.starts_with("red<U+202E>\nmmm"),
            "{}",
            written.stderr
        );
        assert!(written.stderr.chars().count() < 1_600);
    }
}
