//! The handlers that `sdd init --claude` puts into the agent's settings.

use serde_json::{Map, Value, json};

use super::event::Event;

/// One handler: which event starts what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The event.
    pub event: Event,
    /// The tools that it is for; `None` for events that know no tools, and for all.
    pub matcher: Option<&'static str>,
    /// One rule of permission that a call must meet besides. Only events of tools know it: on others a handler with one
    /// never runs.
    pub condition: Option<&'static str>,
    /// The seconds in which sdd answers by itself.
    pub budget: Option<&'static str>,
    /// The seconds after which the agent ends it; then nothing is decided.
    pub timeout: u64,
    /// What the agent shows while it runs.
    pub status: Option<&'static str>,
}

/// Every handler.
///
/// `ConfigChange` is not among them: it would keep people from switching their own hooks off in a running session.
pub const HANDLERS: [Handler; 6] = [
    Handler {
        event: Event::Stop,
        matcher: None,
        condition: None,
        budget: Some("585"),
        timeout: 600,
        status: Some("sdd gates"),
    },
    Handler {
        event: Event::SubagentStop,
        matcher: None,
        condition: None,
        budget: Some("105"),
        timeout: 120,
        status: None,
    },
    Handler {
        event: Event::TaskCompleted,
        matcher: None,
        condition: None,
        budget: Some("585"),
        timeout: 600,
        status: None,
    },
    Handler {
        event: Event::PostEdit,
        matcher: Some("Edit|Write"),
        condition: None,
        budget: None,
        timeout: 20,
        status: None,
    },
    Handler {
        event: Event::PreCommit,
        matcher: Some("Bash"),
        condition: Some("Bash(git *)"),
        budget: None,
        timeout: 20,
        status: None,
    },
    Handler {
        event: Event::SessionStart,
        matcher: None,
        condition: None,
        budget: None,
        timeout: 10,
        status: None,
    },
];

/// The program that handlers start.
pub const PROGRAM: &str = "sdd";

impl Handler {
    /// The words behind the program.
    pub fn args(&self) -> Vec<&'static str> {
        let mut args = vec!["hook", self.event.as_str()];
        if let Some(budget) = self.budget {
            args.extend(["--budget", budget]);
        }
        args
    }

    /// The handler as it stands in the settings. With `args` no shell is between, so that nothing wants quoting.
    pub fn value(&self) -> Value {
        let mut handler = Map::new();
        handler.insert("type".to_owned(), json!("command"));
        if let Some(condition) = self.condition {
            handler.insert("if".to_owned(), json!(condition));
        }
        handler.insert("command".to_owned(), json!(PROGRAM));
        handler.insert("args".to_owned(), json!(self.args()));
        handler.insert("timeout".to_owned(), json!(self.timeout));
        if let Some(status) = self.status {
            handler.insert("statusMessage".to_owned(), json!(status));
        }
        Value::Object(handler)
    }

    /// The group that it stands in.
    pub fn group(&self) -> Value {
        let mut group = Map::new();
        if let Some(matcher) = self.matcher {
            group.insert("matcher".to_owned(), json!(matcher));
        }
        group.insert("hooks".to_owned(), json!([self.value()]));
        Value::Object(group)
    }

    /// Whether a handler of the settings starts sdd for this event, in whatever spelling.
    pub fn is(&self, handler: &Value) -> bool {
        starts(handler).is_some_and(|event| event == self.event.as_str())
    }
}

/// The words that a handler starts.
pub(super) fn words(handler: &Value) -> Option<Vec<String>> {
    let is_command = handler
        .get("type")
        .is_none_or(|kind| kind.as_str() == Some("command"));
    let command = handler.get("command")?.as_str().filter(|_| is_command)?;
    match handler.get("args").and_then(Value::as_array) {
        Some(args) => Some(
            std::iter::once(command)
                .chain(args.iter().filter_map(Value::as_str))
                .map(str::to_owned)
                .collect(),
        ),
        None => shlex::split(command),
    }
}

/// The event that a handler starts sdd for; `None` for every other handler.
fn starts(handler: &Value) -> Option<String> {
    let words = words(handler)?;
    let mut words = words.iter().skip_while(|word| !is_program(word));
    words.next()?;
    let mut words = words.skip_while(|word| *word != "hook");
    words.next()?;
    words.next().cloned()
}

/// Whether a word is sdd, wherever it stands.
fn is_program(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name) == PROGRAM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sdd_answers_before_the_agent_ends_it() {
        for handler in HANDLERS {
            let budget = match handler.budget {
                Some(budget) => budget.parse().unwrap(),
                None => handler.event.budget().as_secs(),
            };
            assert!(budget + 15 <= handler.timeout || budget <= 5, "{handler:?}");
            assert!(handler.is(&handler.value()));
        }
    }

    #[track_caller]
    fn check(handler: &Value, expect: Option<&str>) {
        assert_eq!(starts(handler).as_deref(), expect, "{handler}");
    }

    #[test]
    fn handlers_of_sdd_are_known_in_every_spelling() {
        check(
            &json!({"type": "command", "command": "sdd", "args": ["hook", "stop"]}),
            Some("stop"),
        );
        check(&json!({"command": "sdd hook stop --budget 60"}), Some("stop"));
        check(
            &json!({"type": "command", "command": "/opt/a b/sdd.exe", "args": ["-C", "x", "hook", "stop"]}),
            Some("stop"),
        );
        check(
            &json!({"type": "command", "command": "env A=b '/x/sdd' hook subagent-stop"}),
            Some("subagent-stop"),
        );
        check(&json!({"type": "prompt", "command": "sdd hook stop"}), None);
        check(
            &json!({"type": "command", "command": "sdd", "args": ["gate"]}),
            None,
        );
        check(&json!({"type": "command", "command": "sddx hook stop"}), None);
        check(&json!({"type": "command", "command": "sdd hook"}), None);
        check(&json!({"type": "command", "command": "sdd 'hook"}), None);
        check(&json!({"command": 7}), None);
        check(&json!("sdd hook stop"), None);
    }
}
