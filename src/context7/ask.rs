//! Asking a server about some libraries, within a time.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;

use super::State;
use super::client::{Answers, Question, converse};
use super::http::{Reach, Web};
use super::libraries::Library;
use super::pipes::{self, Said};
use crate::model::text;
use crate::process::{End, Invocation, Runner, signals};

/// The variable that holds the key of an account at Context7. It reaches a server only where `pass_env` names it.
pub const API_KEY: &str = "CONTEXT7_API_KEY";

/// The time between the request to end and the end by force: a server that is asked only reads.
const GRACE: Duration = Duration::from_secs(1);

/// The longest line that is quoted of what a server said, in characters.
const MAX_SAID: usize = 200;

/// A Context7 server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// One that is started, and talked to by its standard input and output.
    Command {
        /// The program, absolute.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
    },
    /// One that is talked to by streamable HTTP.
    Url(String),
}

impl Server {
    /// What makes it the same server.
    pub fn identity(&self) -> String {
        match self {
            Self::Command { program, args } => format!("{}\0{}", program.display(), args.join("\0")),
            Self::Url(url) => url.clone(),
        }
    }
}

/// What is asked, and what bounds it.
pub struct Asked<'a> {
    /// The server.
    pub server: &'a Server,
    /// The libraries.
    pub libraries: &'a [Library],
    /// The time that it may take for all of them.
    pub timeout: Duration,
    /// The directory that a server is started in.
    pub cwd: PathBuf,
    /// The file that a server's output goes to.
    pub log: PathBuf,
    /// Starts a server.
    pub runner: &'a dyn Runner,
    /// Whether sdd was told to stop.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
}

/// Why libraries have no answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The server could not be started, or ended, or said something else than it should.
    #[error("{said}")]
    Broken {
        /// What happened.
        said: String,
    },
    /// The server lacks a tool.
    #[error("the server has no tool {wanted}; it has {found}")]
    NoTool {
        /// The names that the tool has had.
        wanted: String,
        /// The tools that it has.
        found: String,
    },
    /// A tool takes other arguments than those that are known.
    #[error(
        "the tool {tool} of the server does not take what sdd gives it: the argument {argument} is unknown"
    )]
    UnknownArgument {
        /// The tool.
        tool: String,
        /// The argument.
        argument: String,
    },
    /// A secret would have travelled in the open.
    #[error("{API_KEY} is not sent to {url} without encryption; use https")]
    Open {
        /// The server.
        url: String,
    },
    /// The time is up.
    #[error("the server gave no answer in time")]
    NoTime,
    /// sdd was told to stop.
    #[error("stopped")]
    Stopped,
}

/// Asks a server about libraries. Each has its state, in their order; those that a fault left without an answer are
/// `Unanswered` with it. [`Fault::Stopped`] is told apart, since nobody is to blame for that.
pub fn ask(asked: &Asked<'_>) -> Result<Vec<State>, Fault> {
    let answers: Answers = Mutex::new(vec![None; asked.libraries.len()]);
    let question = Question {
        libraries: asked.libraries,
        answers: &answers,
        until: Instant::now() + asked.timeout,
        stopped: asked.stopped,
    };
    let outcome = match asked.server {
        Server::Url(url) => by_http(asked, &question, url),
        Server::Command { program, args } => by_pipes(asked, &question, program, args),
    };
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    match outcome {
        Ok(()) => Ok(filled(answers, "the server was not asked")),
        // Whoever is told to stop ends the server as well, and then it is no fault of the server.
        Err(_) if (asked.stopped)() => Err(Fault::Stopped),
        // What is known already is not lost.
        Err(fault) if answers.iter().any(Option::is_some) => Ok(filled(answers, &fault.to_string())),
        Err(fault) => Err(fault),
    }
}

fn filled(answers: Vec<Option<State>>, why: &str) -> Vec<State> {
    let fill = |state: Option<State>| state.unwrap_or_else(|| State::Unanswered(why.to_owned()));
    answers.into_iter().map(fill).collect()
}

fn by_http(asked: &Asked<'_>, question: &Question<'_>, url: &str) -> Result<(), Fault> {
    let local = if is_local(url) {
        Reach::ThisMachine
    } else {
        Reach::Network
    };
    let key = asked.runner.variable(API_KEY);
    if key.is_some() && local == Reach::Network && !url.starts_with("https://") {
        return Err(Fault::Open {
            url: shown(url).to_owned(),
        });
    }
    let mut config = StreamableHttpClientTransportConfig::with_uri(url);
    config.auth_header = key;
    converse(question, || {
        StreamableHttpClientTransport::with_client(Web::new(question.until, local), config)
    })
}

/// The host of a URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split(':').next().unwrap_or(host),
    }
}

fn is_local(url: &str) -> bool {
    let host = host(url);
    host == "localhost" || host == "::1" || host.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

/// A URL as it is shown: without a name and password, and without a query.
pub fn shown(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    match url.split_once("://") {
        Some((_, rest))
            if rest
                .split('/')
                .next()
                .is_some_and(|authority| authority.contains('@')) =>
        {
            rest.split_once('@').map_or(url, |(_, rest)| rest)
        }
        _ => url,
    }
}

fn by_pipes(
    asked: &Asked<'_>,
    question: &Question<'_>,
    program: &std::path::Path,
    args: &[String],
) -> Result<(), Fault> {
    // The talk ends first, so that a server which only hangs is told from one that is ended.
    let timeout = asked.timeout.saturating_add(Duration::from_secs(5));
    let mut invocation = Invocation::new(program, &asked.cwd, timeout).args(args);
    invocation.grace = GRACE;
    invocation.log = Some(asked.log.clone());
    let (ear, heard) = pipes::ear();
    let odd = heard.oddity();
    let mut heard = Some(heard);
    let mut outcome = None;
    let talked = asked.runner.talk(&invocation, ear, &mut |voice| {
        if let Some(heard) = heard.take() {
            outcome = Some(converse(question, || (heard, Said::new(voice))));
        }
    });
    let talked = talked.map_err(|error| Fault::Broken {
        said: match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    })?;
    match outcome {
        None => Err(Fault::Broken {
            said: "the server could not be talked to".to_owned(),
        }),
        Some(Ok(())) => Ok(()),
        Some(Err(Fault::Broken { said })) => Err(Fault::Broken {
            said: explained(&said, talked.end, &talked.stderr.bytes(), odd.quote()),
        }),
        Some(Err(Fault::NoTime)) => Err(match odd.quote() {
            Some(line) => Fault::Broken {
                said: format!("the server gave no answer in time, and says what is no MCP: {line}"),
            },
            None => Fault::NoTime,
        }),
        Some(Err(fault)) => Err(fault),
    }
}

/// What went wrong with a server that was started: how it ended says more than that nobody answers.
fn explained(said: &str, end: Option<End>, stderr: &[u8], odd: Option<String>) -> String {
    let how = match end {
        Some(End::Code(code)) => format!("the server ended with exit code {code}"),
        Some(End::Signal(signal)) => format!("the server was killed by {}", signals::name(signal)),
        Some(End::TimedOut) => "the server gave no answer in time".to_owned(),
        Some(End::Cancelled) | None => said.to_owned(),
    };
    let stderr = text::message(stderr);
    let last = stderr.lines().rfind(|line| !line.trim().is_empty());
    match (last, odd) {
        (_, Some(line)) => format!("{how}; it says what is no MCP: {line}"),
        (Some(line), None) if end.is_some() => format!("{how}: {}", text::shorten(line.trim(), MAX_SAID)),
        _ => how,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_this_machine_is_known_by_its_host() {
        for url in [
            "http://127.0.0.1:3000/mcp",
            "http://localhost/mcp",
            "http://[::1]:3000/mcp",
            "http://user:pass@127.8.0.1/mcp",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "https://mcp.context7.com/mcp",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://example.com/?127.0.0.1",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }

    #[test]
    fn a_url_is_shown_without_secrets() {
        assert_eq!(
            shown("https://mcp.context7.com/mcp"),
            "https://mcp.context7.com/mcp"
        );
        assert_eq!(shown("https://a.example/mcp?key=x#y"), "https://a.example/mcp");
        assert_eq!(shown("https://me:secret@a.example/mcp"), "a.example/mcp");
        assert_eq!(shown("https://a.example/@scope"), "https://a.example/@scope");
    }

    #[test]
    fn how_a_server_ended_is_told_with_what_it_said() {
        let told = |end, stderr: &str, odd: Option<&str>| {
            explained(
                "connection closed",
                end,
                stderr.as_bytes(),
                odd.map(str::to_owned),
            )
        };
        assert_eq!(
            told(Some(End::Code(1)), "a\nnpm error 404\n\n", None),
            "the server ended with exit code 1: npm error 404"
        );
        assert_eq!(
            told(Some(End::Signal(11)), "", None),
            "the server was killed by SIGSEGV"
        );
        assert_eq!(told(None, "noise", None), "connection closed");
        assert_eq!(
            told(Some(End::Code(0)), "x", Some("Usage: a")),
            "the server ended with exit code 0; it says what is no MCP: Usage: a"
        );
    }
}
