//! Streamable HTTP on a small blocking client: what is needed to call tools, and no more.
//!
//! Every request is a POST of its own on a thread that waits for it. A server may answer with JSON or with a stream of
//! events; of a stream everything up to the response is read. Nothing that a server says by itself is asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::stream::BoxStream;
use http::{HeaderName, HeaderValue};
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::Sse;
use ureq::http as ureq_http;

/// The longest answer to one request.
const MAX_BODY: u64 = 16 * 1024 * 1024;
/// How much of an answer that is none is quoted, in bytes.
const MAX_QUOTE: u64 = 300;
/// The header that carries the id of a session.
const SESSION: &str = "mcp-session-id";

/// Sends requests, each within what is left of the time.
#[derive(Clone)]
pub(super) struct Web {
    agent: ureq::Agent,
    until: Instant,
}

/// A request that could not be sent, or whose answer could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct WebError(String);

type Problem = StreamableHttpError<WebError>;

impl Web {
    /// A client that is done at a moment. A server on this machine is never asked through a proxy.
    pub(super) fn new(until: Instant, local: Reach) -> Self {
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("sdd/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        let config = match local {
            Reach::ThisMachine => config.proxy(None),
            Reach::Network => config,
        };
        Self {
            agent: config.build().new_agent(),
            until,
        }
    }
}

/// Where a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// On this machine.
    ThisMachine,
    /// Anywhere else.
    Network,
}

/// A request with all that it carries.
struct Post {
    uri: Arc<str>,
    body: Vec<u8>,
    headers: Vec<(String, String)>,
    /// The id that the response must have; `None` for what is not answered.
    awaited: Option<serde_json::Value>,
}

impl Post {
    fn new(
        uri: Arc<str>,
        message: &ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        bearer: Option<String>,
        more: &HashMap<HeaderName, HeaderValue>,
    ) -> Result<Self, Problem> {
        let value = serde_json::to_value(message)?;
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (
                "accept".to_owned(),
                "application/json, text/event-stream".to_owned(),
            ),
        ];
        headers.extend(session.map(|id| (SESSION.to_owned(), id.to_string())));
        headers.extend(bearer.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        for (name, value) in more {
            if let Ok(value) = value.to_str() {
                headers.push((name.as_str().to_owned(), value.to_owned()));
            }
        }
        let is_request = value.get("method").is_some();
        Ok(Self {
            uri,
            body: serde_json::to_vec(&value)?,
            headers,
            awaited: value.get("id").filter(|_| is_request).cloned(),
        })
    }

    fn send(&self, web: &Web) -> Result<StreamableHttpPostResponse, Problem> {
        let left = web.until.saturating_duration_since(Instant::now());
        let mut request = web
            .agent
            .post(&*self.uri)
            .config()
            .timeout_global(Some(left.max(Duration::from_millis(1))))
            .build();
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = request
            .send(&self.body[..])
            .map_err(|error| StreamableHttpError::Client(WebError(error.to_string())))?;
        let status = response.status();
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let session = header(SESSION);
        let kind = header("content-type").unwrap_or_default().to_lowercase();
        let Some(awaited) = &self.awaited else {
            return if status.is_success() {
                Ok(StreamableHttpPostResponse::Accepted)
            } else {
                Err(refused(status, response.body_mut()))
            };
        };
        if kind.starts_with("text/event-stream") && status.is_success() {
            let reader = response.body_mut().with_config().limit(MAX_BODY).reader();
            let message = of_events(BufReader::new(reader), awaited)?;
            return Ok(StreamableHttpPostResponse::Json(message, session));
        }
        if !kind.starts_with("application/json") {
            return Err(refused(status, response.body_mut()));
        }
        let body = response
            .body_mut()
            .with_config()
            .limit(MAX_BODY)
            .read_to_vec()
            .map_err(|error| StreamableHttpError::Client(WebError(error.to_string())))?;
        match serde_json::from_slice::<ServerJsonRpcMessage>(&body) {
            Ok(message) => Ok(StreamableHttpPostResponse::Json(message, session)),
            Err(_) => Err(unexpected(status, &body)),
        }
    }
}

/// The response of a stream of events; notifications before it are passed over.
fn of_events(reader: impl BufRead, awaited: &serde_json::Value) -> Result<ServerJsonRpcMessage, Problem> {
    let mut data = String::new();
    for line in reader.lines() {
        let line = line?;
        if let Some(more) = line.strip_prefix("data:") {
            if !data.is_empty() {
                data.push('\n');
            }
            data.push_str(more.strip_prefix(' ').unwrap_or(more));
            continue;
        }
        if !line.is_empty() || data.trim().is_empty() {
            continue;
        }
        let text = std::mem::take(&mut data);
        let value: serde_json::Value = serde_json::from_str(&text)?;
        let answers = value.get("result").is_some() || value.get("error").is_some();
        if answers && value.get("id").is_none_or(|id| id == awaited || id.is_null()) {
            return Ok(serde_json::from_value(value)?);
        }
    }
    Err(StreamableHttpError::UnexpectedEndOfStream)
}

fn refused(status: ureq_http::StatusCode, body: &mut ureq::Body) -> Problem {
    let mut said = Vec::new();
    // What cannot be read is not quoted.
    let _ = body.as_reader().take(MAX_QUOTE).read_to_end(&mut said);
    unexpected(status, &said)
}

fn unexpected(status: ureq_http::StatusCode, said: &[u8]) -> Problem {
    let said = &said[..said.len().min(usize::try_from(MAX_QUOTE).unwrap_or(usize::MAX))];
    let said = crate::model::text::message(said);
    let said = crate::model::text::first_line(&said);
    StreamableHttpError::UnexpectedServerResponse(Cow::Owned(format!("HTTP {status}: {said}")))
}

impl StreamableHttpClient for Web {
    type Error = WebError;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Problem> {
        let post = Post::new(uri, &message, session_id, auth_header, &custom_headers)?;
        let web = self.clone();
        tokio::task::spawn_blocking(move || post.send(&web)).await?
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        _session_id: Arc<str>,
        _auth_header: Option<String>,
        _custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Problem> {
        // It ends by itself, and nobody waits for that.
        Err(StreamableHttpError::ServerDoesNotSupportDeleteSession)
    }

    async fn get_stream(
        &self,
        _uri: Arc<str>,
        _session_id: Option<Arc<str>>,
        _last_event_id: Option<String>,
        _auth_header: Option<String>,
        _custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Problem> {
        Err(StreamableHttpError::ServerDoesNotSupportSse)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(events: &str, expect: Option<&str>) {
        let found = of_events(events.as_bytes(), &json!(1)).ok();
        let found = found.map(|message| serde_json::to_value(message).unwrap());
        let id = found.map(|message| message["result"]["x"].as_str().unwrap_or("error").to_owned());
        assert_eq!(id.as_deref(), expect, "{events}");
    }

    #[test]
    fn the_response_of_a_stream_is_found() {
        let response = r#"{"jsonrpc": "2.0", "id": 1, "result": {"x": "yes"}}"#;
        check(&format!("event: message\ndata: {response}\n\n"), Some("yes"));
        check(&format!("data:{response}\r\n\r\n"), Some("yes"));
        let note = r#"{"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": 1}}"#;
        check(
            &format!(": comment\ndata: {note}\n\nid: 7\ndata: {response}\n\n"),
            Some("yes"),
        );
        let parts = response.replace(", \"result\"", ",\ndata: \"result\"");
        check(&format!("data: {parts}\n\n"), Some("yes"));
        let other = response.replace("\"id\": 1", "\"id\": 2");
        check(&format!("data: {other}\n\n"), None);
        check("data: garbage\n\n", None);
        check(&format!("data: {response}"), None);
        check("", None);
    }
}
