//! The section of the context7 gate.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sections::NO_COMMANDS;
use super::values::MAX_SECONDS;
use super::{Command, GateSettings, OnMissingTool, values};

/// The context7 gate: the libraries in use are known to Context7, in the versions in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Context7 {
    /// Whether the gate takes part.
    pub enabled: bool,
    /// Whether the gate decides over the run; an optional gate only informs.
    pub required: bool,
    /// Seconds that the server may take for all libraries together.
    #[serde(deserialize_with = "values::seconds", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_SECONDS), extend("default" = Context7::DEFAULT_TIMEOUT))]
    pub timeout: Option<u64>,
    /// What it means that the server is not installed; absent: `block` when the gate is required, `skip` when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_missing_tool: Option<OnMissingTool>,
    /// The libraries that are looked up; empty: all of `.session/tracking/stack.txt`, or without that file all that the
    /// manifests ask for directly.
    pub important_libraries: Vec<String>,
    /// The Context7 server.
    #[serde(
        deserialize_with = "values::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub server: Option<McpServer>,
}

/// An MCP server: a command to start, or a URL to talk to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct McpServer {
    /// The command that starts a server which is talked to by its standard input and output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// Further words of the command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// The address of a server that is talked to by streamable HTTP, such as `https://mcp.context7.com/mcp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Context7 {
    /// Seconds that the server may take when the configuration does not say.
    pub const DEFAULT_TIMEOUT: u64 = 120;

    pub(super) fn settings(&self) -> GateSettings<'_> {
        GateSettings {
            enabled: self.enabled,
            required: self.required,
            timeout: Duration::from_secs(self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT)),
            on_missing_tool: self.on_missing_tool.unwrap_or(if self.required {
                OnMissingTool::Block
            } else {
                OnMissingTool::Skip
            }),
            commands: &NO_COMMANDS,
        }
    }
}

impl McpServer {
    /// The words of its command, the program first; `None` without a command.
    pub fn words(&self) -> Option<Vec<String>> {
        let mut words = match self.command.as_ref()? {
            Command::Words(words) => words.clone(),
            Command::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.clone()],
        };
        words.extend(self.args.iter().cloned());
        Some(words)
    }

    /// What is wrong with it: the key, and why.
    pub(super) fn wrong(&self) -> Option<(&'static str, String)> {
        let web = |url: &str| {
            let rest = ["http://", "https://"]
                .iter()
                .find_map(|scheme| url.strip_prefix(scheme));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
                && !url.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        match (&self.command, &self.url) {
            (Some(_), Some(_)) => Some(("url", "expected `command` or `url`, found both".to_owned())),
            (None, None) => Some(("", "expected `command` or `url`".to_owned())),
            (None, Some(url)) if !web(url) => Some((
                "url",
                "expected an address such as \"https://mcp.context7.com/mcp\"".to_owned(),
            )),
            (None, Some(_)) if !self.args.is_empty() => Some((
                "args",
                "a server with a `url` has no command to give words to".to_owned(),
            )),
            (Some(Command::Shell(_)), None) if !self.args.is_empty() => Some((
                "args",
                "text for a shell takes no further words: write them into the text".to_owned(),
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: Option<&[&str]>, wrong: Option<&str>) {
        let server: McpServer = serde_json::from_str(text).unwrap();
        let found = server.words();
        let found: Option<Vec<&str>> = found
            .as_ref()
            .map(|words| words.iter().map(String::as_str).collect());
        assert_eq!(found.as_deref(), words, "{text}");
        assert_eq!(server.wrong().map(|(key, _)| key), wrong, "{text}");
    }

    #[test]
    fn a_server_is_a_command_or_an_address() {
        let npx: &[&str] = &["npx", "-y", "@upstash/context7-mcp"];
        check(r#"{"command": "npx -y @upstash/context7-mcp"}"#, Some(npx), None);
        check(
            r#"{"command": "npx", "args": ["-y", "@upstash/context7-mcp"]}"#,
            Some(npx),
            None,
        );
        check(
            r#"{"command": {"shell": "a | b"}}"#,
            Some(&["sh", "-c", "a | b"]),
            None,
        );
        check(r#"{"url": "https://mcp.context7.com/mcp"}"#, None, None);
        check(r#"{"url": "http://127.0.0.1:3000/mcp"}"#, None, None);
        check("{}", None, Some(""));
        check(
            r#"{"command": "a", "url": "http://a"}"#,
            Some(&["a"]),
            Some("url"),
        );
        check(r#"{"url": "ftp://a"}"#, None, Some("url"));
        check(r#"{"url": "http:///a"}"#, None, Some("url"));
        check(r#"{"url": "http://a b"}"#, None, Some("url"));
        check(r#"{"url": "http://a", "args": ["b"]}"#, None, Some("args"));
        check(
            r#"{"command": {"shell": "a"}, "args": ["b"]}"#,
            Some(&["sh", "-c", "a", "b"]),
            Some("args"),
        );
    }
}
