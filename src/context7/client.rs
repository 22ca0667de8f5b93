//! The conversation with a server, whatever it is carried by.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use futures::future::{Either, select};
use rmcp::model::{CallToolRequestParams, CallToolResult, ClientConfig, Implementation};
use rmcp::service::{RunningService, ServiceError};
use rmcp::transport::IntoTransport;
use rmcp::{RoleClient, ServiceExt as _};

use super::answers::{self, Documents, Found};
use super::ask::Fault;
use super::libraries::Library;
use super::tools::{Described, Form, Tools};
use super::versions::{Fit, fit};
use super::{State, Verified};
use crate::model::text;

/// How many libraries are asked about at the same time.
const AT_ONCE: usize = 4;

/// How often the request to stop is looked at.
const TICK: Duration = Duration::from_millis(50);

/// What is asked for of every library.
const TOPIC: &str = "getting started";

/// The longest text of an error, in characters.
const MAX_ERROR: usize = 300;

/// The answers so far, in the order of the libraries.
pub(super) type Answers = Mutex<Vec<Option<State>>>;

/// A question about some libraries, and what bounds it.
pub(super) struct Question<'a> {
    pub(super) libraries: &'a [Library],
    pub(super) answers: &'a Answers,
    pub(super) until: Instant,
    pub(super) stopped: &'a (dyn Fn() -> bool + Sync),
}

/// Talks with a server until every library has its answer. What was answered before a fault stays answered.
pub(super) fn converse<T, E, A>(question: &Question<'_>, transport: impl FnOnce() -> T) -> Result<(), Fault>
where
    T: IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| Fault::Broken {
            said: error.to_string(),
        })?;
    let outcome = runtime.block_on(async {
        let session = std::pin::pin!(session(question, transport()));
        let limits = std::pin::pin!(limits(question));
        match select(session, limits).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((fault, _)) => Err(fault),
        }
    });
    // A request that still waits for its answer must not hold anybody up.
    runtime.shutdown_background();
    outcome
}

/// Ends when there is no more time, or sdd was told to stop.
async fn limits(question: &Question<'_>) -> Fault {
    loop {
        if (question.stopped)() {
            return Fault::Stopped;
        }
        let left = question.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Fault::NoTime;
        }
        tokio::time::sleep(left.min(TICK)).await;
    }
}

async fn session<T, E, A>(question: &Question<'_>, transport: T) -> Result<(), Fault>
where
    T: IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let mut info = ClientConfig::default();
    info.client_info = Implementation::new("sdd", env!("CARGO_PKG_VERSION"));
    let mut server = info
        .serve(transport)
        .await
        .map_err(|error| Fault::Broken { said: chain(&error) })?;
    let tools = tools(&server).await?;
    futures::stream::iter(question.libraries.iter().enumerate().map(Ok))
        .try_for_each_concurrent(AT_ONCE, |(index, library)| {
            let (server, tools) = (&server, &tools);
            async move {
                let state = look_up(server, tools, library).await?;
                let mut answers = question.answers.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(cell) = answers.get_mut(index) {
                    *cell = Some(state);
                }
                Ok(())
            }
        })
        .await?;
    // Everything is answered: how the talk ends changes nothing.
    let _ended = server.close_with_timeout(Duration::from_secs(1)).await;
    Ok(())
}

async fn tools(server: &RunningService<RoleClient, ClientConfig>) -> Result<Tools, Fault> {
    let listed = server
        .list_all_tools()
        .await
        .map_err(|error| Fault::Broken { said: chain(&error) })?;
    let described: Vec<Described> = listed
        .into_iter()
        .map(|tool| Described {
            name: tool.name.into_owned(),
            schema: tool.input_schema.as_ref().clone(),
        })
        .collect();
    Tools::of(&described)
}

/// Everything about one library. Trouble with it is its answer, and no trouble of the others; only a server that has gone is.
async fn look_up(
    server: &RunningService<RoleClient, ClientConfig>,
    tools: &Tools,
    library: &Library,
) -> Result<State, Fault> {
    let found = match call(server, &tools.resolve, &library.name).await? {
        Ok(said) => id_of(tools, library, &said),
        Err(why) => Err(State::Unanswered(why)),
    };
    let (chosen, version) = match found {
        Ok(found) => found,
        Err(state) => return Ok(state),
    };
    let id = match &version {
        Some(version) => format!("{chosen}/{version}"),
        None => chosen.clone(),
    };
    Ok(match call(server, &tools.documents, &id).await? {
        Err(why) => State::Unanswered(why),
        Ok(said) => match answers::documents(&said) {
            Documents::Given => State::Verified(Verified { id: chosen, version }),
            Documents::None => State::NotFound {
                why: format!("Context7 has no documentation of {id}"),
            },
            Documents::Unclear(said) => {
                State::Unanswered(format!("{} answered: {said}", tools.documents.name))
            }
        },
    })
}

/// The id of a library and its version at Context7 by what a search said; else what is known of it by that.
fn id_of(tools: &Tools, library: &Library, said: &str) -> Result<(String, Option<String>), State> {
    let candidates = match answers::found(said) {
        Found::Candidates(candidates) => candidates,
        Found::None => {
            return Err(State::NotFound {
                why: "Context7 knows no library of this name".to_owned(),
            });
        }
        Found::Unclear(said) => {
            return Err(State::Unanswered(format!(
                "{} answered: {said}",
                tools.resolve.name
            )));
        }
    };
    let Some(chosen) = answers::choose(library, &candidates) else {
        let nearest = candidates.first().map_or("", |candidate| candidate.id.as_str());
        return Err(State::NotFound {
            why: format!("Context7 knows no library of this name; the nearest is {nearest}"),
        });
    };
    match fit(library.version.as_deref(), &chosen.versions) {
        Fit::Known(version) => Ok((chosen.id.clone(), Some(version))),
        Fit::NotComparable => Ok((chosen.id.clone(), None)),
        Fit::Unknown => Err(State::VersionUnknown {
            id: chosen.id.clone(),
            known: chosen.versions.clone(),
        }),
    }
}

/// Calls a tool; gives its text, or why there is none.
async fn call(
    server: &RunningService<RoleClient, ClientConfig>,
    form: &Form,
    subject: &str,
) -> Result<Result<String, String>, Fault> {
    let arguments = form.arguments(subject, TOPIC);
    let parameters = CallToolRequestParams::new(form.name.clone()).with_arguments(arguments);
    let result = match server.call_tool(parameters).await {
        Ok(result) => result,
        Err(error) if is_closed(&error) => {
            return Err(Fault::Broken {
                said: "the server closed the connection".to_owned(),
            });
        }
        Err(error) => return Ok(Err(format!("{}: {}", form.name, chain(&error)))),
    };
    let said = texts(&result);
    if result.is_error == Some(true) {
        let quoted = text::shorten(text::first_line(&text::sanitise(&said)), MAX_ERROR);
        return Ok(Err(format!("{} failed: {quoted}", form.name)));
    }
    Ok(Ok(said))
}

/// Whether nobody is there any more. Who ends between two answers is noticed by what is read, or first by what is sent.
fn is_closed(error: &ServiceError) -> bool {
    match error {
        ServiceError::TransportClosed => true,
        ServiceError::TransportSend(sent) => sent
            .error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe),
        _ => false,
    }
}

fn texts(result: &CallToolResult) -> String {
    let texts: Vec<&str> = result
        .content
        .iter()
        .filter_map(|block| block.as_text())
        .map(|block| block.text.as_str())
        .collect();
    texts.join("\n")
}

/// An error with its causes, in one line of bounded length.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !said.contains(&more) {
            said.push_str(": ");
            said.push_str(&more);
        }
        source = cause.source();
    }
    text::shorten(&text::one_line(&said), MAX_ERROR)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use rmcp::transport::DynamicTransportError;

    use super::{ServiceError, is_closed};

    #[test]
    fn a_pipe_that_nobody_reads_is_a_closed_connection() {
        let sent = |kind: ErrorKind| {
            let error = Box::new(Error::from(kind));
            ServiceError::TransportSend(DynamicTransportError::from_parts(
                "pipes",
                std::any::TypeId::of::<()>(),
                error,
            ))
        };
        assert!(is_closed(&sent(ErrorKind::BrokenPipe)) && is_closed(&ServiceError::TransportClosed));
        assert!(!is_closed(&sent(ErrorKind::TimedOut)) && !is_closed(&ServiceError::UnexpectedResponse));
    }
}
