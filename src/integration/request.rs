//! One request to a service, and whether its answer is a yes.

use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;

/// Why a request was of no use.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// There is no answer.
    #[error("{method} {url}: {source}")]
    NoAnswer {
        /// The method.
        method: String,
        /// The address.
        url: String,
        /// The cause.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The method or the address is none.
    #[error("{method} {url}: {source}")]
    Malformed {
        /// The method.
        method: String,
        /// The address.
        url: String,
        /// The cause.
        #[source]
        source: http::Error,
    },
    /// The answer is a no.
    #[error("{method} {url}: the answer is {status}{}", begin(said))]
    Refused {
        /// The method.
        method: String,
        /// The address.
        url: String,
        /// The status.
        status: u16,
        /// The begin of what it said.
        said: String,
    },
}

fn begin(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    }
}

/// The most of an answer that is quoted, in bytes.
const QUOTED: u64 = 400;

/// Makes a request; what is not in `wanted` is a no. Redirections are not followed, and proxies are not asked.
pub fn ask(
    method: &str,
    url: &http::Uri,
    body: Vec<u8>,
    timeout: Duration,
    wanted: std::ops::Range<u16>,
) -> Result<u16, RequestError> {
    let config: Config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .allow_non_standard_methods(true)
        .build();
    let shown = || (method.to_owned(), url.to_string());
    let mut request = http::Request::builder().method(method).uri(url.clone());
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    let request = request.body(body).map_err(|source| {
        let (method, url) = shown();
        RequestError::Malformed { method, url, source }
    })?;
    let mut answer = config.new_agent().run(request).map_err(|source| {
        let (method, url) = shown();
        RequestError::NoAnswer {
            method,
            url,
            source: Box::new(source),
        }
    })?;
    let status = answer.status().as_u16();
    if wanted.contains(&status) {
        return Ok(status);
    }
    let read = answer
        .body_mut()
        .with_config()
        .limit(QUOTED)
        .lossy_utf8(true)
        .read_to_string();
    let (method, url) = shown();
    Err(RequestError::Refused {
        method,
        url,
        status,
        said: crate::model::text::one_line(read.unwrap_or_default().trim()),
    })
}
