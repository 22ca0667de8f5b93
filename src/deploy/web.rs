//! One HTTP question, within a time, without a proxy and without following anybody elsewhere.

use std::io::Read as _;
use std::time::{Duration, Instant};

use ureq::http as ureq_http;

use super::procedure::Request;

/// The most of a body that is looked at.
pub const MAX_BODY: u64 = 1024 * 1024;

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, up to [`MAX_BYTES`](MAX_BODY).
    pub body: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// The whole address of a request: a path belongs to the environment's address.
///
/// # Errors
///
/// Where a path has nothing to belong to.
pub fn address(url: &str, base: Option<&str>) -> Result<String, NoAnswer> {
    if !url.starts_with('/') {
        return Ok(url.to_owned());
    }
    match base {
        Some(base) => Ok(format!("{}{url}", base.trim_end_matches('/'))),
        None => Err(NoAnswer(format!(
            "{url} is a path, and the environment has no `url` in the settings"
        ))),
    }
}

/// Asks once.
///
/// # Errors
///
/// With the cause: refused, DNS, TLS, time-out.
pub fn ask(request: &Request, url: &str, within: Duration) -> Result<Answer, NoAnswer> {
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::PlatformVerifier)
        .build();
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .allow_non_standard_methods(true)
        .user_agent(concat!("sdd/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(within.max(Duration::from_millis(1))))
        .tls_config(tls)
        .build()
        .new_agent();
    let begun = Instant::now();
    let mut builder = ureq_http::Request::builder()
        .method(request.method.as_str())
        .uri(url);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let no_answer = |error: ureq::Error| NoAnswer(words(&error));
    let invalid = |error: ureq_http::Error| NoAnswer(format!("no request: {error}"));
    let mut response = match &request.body {
        Some(body) => agent.run(builder.body(body.as_bytes()).map_err(invalid)?),
        None => agent.run(builder.body(()).map_err(invalid)?),
    }
    .map_err(no_answer)?;
    let mut body = Vec::new();
    let status = response.status().as_u16();
    response
        .body_mut()
        .as_reader()
        .take(MAX_BODY)
        .read_to_end(&mut body)
        .map_err(|error| NoAnswer(format!("the answer broke off: {error}")))?;
    Ok(Answer {
        status,
        body,
        elapsed: begun.elapsed(),
    })
}

/// Why TLS did not come about, in words: those of the library are names of its types.
fn of_tls(error: &rustls::Error) -> String {
    use rustls::{CertificateError as Certificate, Error};
    let refused = |why: &str| format!("its certificate is refused: {why}");
    match error {
        Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            refused("nobody who is trusted vouches for it")
        }
        Error::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            refused("it has expired")
        }
        Error::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => refused("it is for another name"),
        Error::InvalidMessage(_) => "it speaks no TLS; did you mean http://?".to_owned(),
        other => other.to_string(),
    }
}

fn words(error: &ureq::Error) -> String {
    let io = match error {
        ureq::Error::Io(error) => error.get_ref(),
        _ => None,
    };
    if let Some(tls) = io.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return of_tls(tls);
    }
    match error {
        ureq::Error::HostNotFound => "the name of the host cannot be resolved".to_owned(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "the connection was refused".to_owned()
        }
        // The system's resolver says it in its own kind of error, which has no name.
        ureq::Error::Io(error) if error.to_string().contains("failed to lookup address") => {
            format!("the name of the host cannot be resolved: {error}")
        }
        other => {
            let mut said = other.to_string();
            let mut cause = std::error::Error::source(other);
            while let Some(inner) = cause {
                let more = inner.to_string();
                if !said.contains(&more) {
                    said = format!("{said}: {more}");
                }
                cause = inner.source();
            }
            said
        }
    }
}
