//! What an agent says on stdin. The product moves weekly, so nothing here is demanded: what is missing, new or of
//! another type is passed over.

use std::path::PathBuf;

use serde_json::Value;

use crate::model::text;

/// What is read of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The agent's own name of the event.
    pub hook_event_name: Option<String>,
    /// The agent's session.
    pub session_id: Option<String>,
    /// The subagent, inside of one.
    pub agent_id: Option<String>,
    /// Where the agent works; it follows the agent into a worktree.
    pub cwd: Option<PathBuf>,
    /// Whether the agent goes on already because of a hook on its stop.
    pub stop_hook_active: bool,
    /// What runs in the background.
    pub background_tasks: Vec<Task>,
    /// The task that is to be marked complete.
    pub task_id: Option<String>,
    /// The command of a shell tool.
    pub command: Option<String>,
    /// The file of an editing tool, or the settings that changed.
    pub file_path: Option<PathBuf>,
    /// Why a session begins, or which settings changed.
    pub source: Option<String>,
}

/// Something that runs in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// `subagent`, `workflow`, `shell`, `monitor`, or what there may be some day.
    pub kind: String,
    /// How it is doing.
    pub status: Option<String>,
}

impl Task {
    /// Whether the agent waits for it: it works itself, and has not ended.
    fn is_work(&self) -> bool {
        const ENDED: [&str; 7] = [
            "completed",
            "complete",
            "done",
            "failed",
            "killed",
            "stopped",
            "cancelled",
        ];
        let ended = self
            .status
            .as_deref()
            .is_some_and(|status| ENDED.contains(&status));
        matches!(self.kind.as_str(), "subagent" | "workflow") && !ended
    }
}

impl Payload {
    /// Whether somebody else works for the agent, so that it only waits and will stop again. Shells and monitors do not
    /// count: one `tail -f` would switch the gate off.
    pub fn waits(&self) -> bool {
        self.background_tasks.iter().any(Task::is_work)
    }

    /// Who speaks: the session, and the subagent inside of it.
    pub fn speaker(&self) -> String {
        let session = self.session_id.as_deref().unwrap_or("-");
        match &self.agent_id {
            Some(agent) => format!("{}/{}", short(session), short(agent)),
            None => short(session),
        }
    }
}

/// An id as it is kept: it may be of any length and hold anything.
fn short(id: &str) -> String {
    text::one_line(id).chars().take(100).collect()
}

/// Reads an event; beside it what was odd, for a person. What cannot be read is an empty payload.
pub fn read(bytes: &[u8]) -> (Payload, Option<String>) {
    if bytes.trim_ascii().is_empty() {
        return (
            Payload::default(),
            Some("the hook got no input and worked from its directory".to_owned()),
        );
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_str(&String::from_utf8_lossy(bytes)) {
        Ok(value @ Value::Object(_)) => (of(&value), None),
        Ok(_) => (
            Payload::default(),
            Some("the hook's input is no JSON object; it worked from its directory".to_owned()),
        ),
        Err(error) => (
            Payload::default(),
            Some(format!(
                "the hook's input is not JSON ({error}); it worked from its directory"
            )),
        ),
    }
}

fn of(value: &Value) -> Payload {
    let string = |value: &Value, key: &str| {
        let text = value.get(key)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let input = value.get("tool_input").unwrap_or(&Value::Null);
    let tasks = value.get("background_tasks").and_then(Value::as_array);
    let task = |task: &Value| {
        Some(Task {
            kind: string(task, "type")?,
            status: string(task, "status"),
        })
    };
    Payload {
        hook_event_name: string(value, "hook_event_name"),
        session_id: string(value, "session_id"),
        agent_id: string(value, "agent_id"),
        cwd: string(value, "cwd").map(PathBuf::from),
        stop_hook_active: value.get("stop_hook_active").and_then(Value::as_bool) == Some(true),
        background_tasks: tasks.into_iter().flatten().filter_map(task).collect(),
        task_id: string(value, "task_id"),
        command: string(input, "command"),
        file_path: string(input, "file_path")
            .or_else(|| string(value, "file_path"))
            .map(PathBuf::from),
        source: string(value, "source"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expect: &Payload) {
        let (payload, note) = read(value.to_string().as_bytes());
        assert_eq!(payload, *expect);
        assert_eq!(note, None);
    }

    #[test]
    fn what_is_there_is_read_and_what_is_new_is_passed_over() {
        check(
            &json!({"session_id": "s1", "cwd": "/p", "hook_event_name": "Stop", "stop_hook_active": true,
                    "background_tasks": [{"id": "1", "type": "shell", "command": "tail -f x"}, 7, {"id": 2}],
                    "effort": {"level": "high"}, "some_day": [1]}),
            &Payload {
                hook_event_name: Some("Stop".to_owned()),
                session_id: Some("s1".to_owned()),
                cwd: Some("/p".into()),
                stop_hook_active: true,
                background_tasks: vec![Task {
                    kind: "shell".to_owned(),
                    status: None,
                }],
                ..Payload::default()
            },
        );
        check(
            &json!({"tool_name": "Edit", "tool_input": {"file_path": "/p/a.py", "old_string": ""}}),
            &Payload {
                file_path: Some("/p/a.py".into()),
                ..Payload::default()
            },
        );
    }

    #[test]
    fn what_has_another_type_is_as_if_it_were_not_there() {
        check(
            &json!({"session_id": 7, "cwd": null, "stop_hook_active": "yes", "background_tasks": {},
                    "tool_input": "rm", "file_path": "", "source": ["x"]}),
            &Payload::default(),
        );
    }

    #[test]
    fn what_is_no_payload_is_said() {
        for (bytes, said) in [
            (&b""[..], "no input"),
            (b" \n", "no input"),
            (b"[1]", "no JSON object"),
            (b"{\"cwd\": ", "not JSON"),
            (b"\xff\xfe{", "not JSON"),
        ] {
            let (payload, note) = read(bytes);
            assert_eq!(payload, Payload::default());
            assert!(note.is_some_and(|note| note.contains(said)), "{said}");
        }
        let odd = b"\xef\xbb\xbf{\"session_id\": \"caf\xe9\"}";
        assert_eq!(read(odd).0.session_id.as_deref(), Some("caf\u{fffd}"));
    }

    #[track_caller]
    fn check_waits(task: &Value, expect: bool) {
        let value = json!({"background_tasks": [{"type": "shell", "status": "running"}, task]});
        assert_eq!(read(value.to_string().as_bytes()).0.waits(), expect, "{task}");
    }

    #[test]
    fn only_work_of_others_is_waited_for() {
        check_waits(&json!({"type": "subagent", "status": "running"}), true);
        check_waits(&json!({"type": "workflow"}), true);
        check_waits(&json!({"type": "subagent", "status": "completed"}), false);
        check_waits(&json!({"type": "shell", "status": "running"}), false);
        check_waits(&json!({"type": "monitor"}), false);
        check_waits(&json!({"type": "dream"}), false);
    }

    #[test]
    fn speakers_are_told_apart_and_bounded() {
        let speaker = |session: Option<&str>, agent: Option<&str>| {
            Payload {
                session_id: session.map(str::to_owned),
                agent_id: agent.map(str::to_owned),
                ..Payload::default()
            }
            .speaker()
        };
        assert_eq!(speaker(Some("s"), None), "s");
        assert_eq!(speaker(Some("s"), Some("a")), "s/a");
        assert_eq!(speaker(None, None), "-");
        assert_eq!(speaker(Some("s\n1"), None), "s\\n1");
        assert_eq!(speaker(Some(&"x".repeat(9_000)), None).len(), 100);
    }
}
