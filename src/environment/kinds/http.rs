//! An address answers with the right status, headers and body.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use ureq::tls::{PemItem, RootCerts, TlsConfig};

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::super::units::Span;
use super::answer::{Answer, Expect};
use super::network;
use super::tls_words;

/// The longest body that is read.
pub(super) const MAX_BODY: u64 = 1024 * 1024;
/// The largest status line with its headers, in bytes; common servers send no more than 16 KiB.
const MAX_HEAD: usize = 32 << 10;
/// What is read at once, in bytes: more than a head, since ureq takes a full buffer for the end of the connection. Each
/// check that is made beside others has one, so it says what a report costs: ureq's own default is 128 KiB.
const INPUT: usize = MAX_HEAD + (4 << 10);
/// What is written at once, in bytes.
const OUTPUT: usize = 8 << 10;
/// The most samples for a percentile.
const MAX_SAMPLES: u32 = 1000;

/// An address answers. Redirects are not followed, and no proxy is asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    /// The address: `https://api.example.com/health`.
    url: String,
    /// The method.
    #[serde(default)]
    method: Method,
    /// Headers to send.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A body to send, with POST and PUT.
    body: Option<String>,
    /// A file with the certificates of the authorities that are trusted, in place of the system's, relative to the
    /// project.
    ca: Option<String>,
    /// What the answer must be; a status from 200 to 299 where nothing is said.
    #[serde(default)]
    expect: Expect,
    /// The time within which 95 of 100 answers must come.
    p95: Option<Span>,
    /// How many answers are timed for `p95`.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = MAX_SAMPLES))]
    samples: u32,
}

fn twenty() -> u32 {
    20
}

/// What is asked with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Options,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Options => "OPTIONS",
        }
    }
}

impl Http {
    /// The address without what may be secret in it: user, password and query.
    fn shown(&self) -> String {
        let Ok(uri) = self.url.parse::<http::Uri>() else {
            return "the address".to_owned();
        };
        let authority = uri.authority().map_or("", http::uri::Authority::as_str);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        format!("{}://{host}{}", uri.scheme_str().unwrap_or_default(), uri.path())
    }

    fn agent(&self, root: &Path) -> Result<ureq::Agent, Seen> {
        let roots = match &self.ca {
            None => RootCerts::PlatformVerifier,
            Some(ca) => RootCerts::Specific(Arc::new(certificates(&root.join(ca), ca)?)),
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("sdd/", env!("CARGO_PKG_VERSION")))
            .max_response_header_size(MAX_HEAD)
            .input_buffer_size(INPUT)
            .output_buffer_size(OUTPUT)
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        Ok(config.build().new_agent())
    }

    fn ask(&self, agent: &ureq::Agent, limit: Limit) -> Result<Answer, Seen> {
        let failed = |error: ureq::Error| {
            let remedy = tls_error(&error).map_or(
                "is the service up, and can this machine reach it?",
                tls_words::remedy,
            );
            Seen::failed(format!("{} does not answer: {}", self.shown(), why(&error))).remedy(remedy)
        };
        let unusable = |error: http::Error| Seen::error(format!("the request cannot be made: {error}"));
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(self.body.clone().unwrap_or_default())
            .map_err(unusable)?;
        let request = agent
            .configure_request(request)
            .timeout_global(Some(limit.left()))
            .allow_non_standard_methods(true)
            .build();
        let mut response = agent.run(request).map_err(failed)?;
        let body = response.body_mut().with_config().limit(MAX_BODY).read_to_vec();
        let body = match body {
            Ok(body) => body,
            Err(ureq::Error::BodyExceedsLimit(_)) => {
                return Err(Seen::failed(format!(
                    "{} answers with more than 1 MiB",
                    self.shown()
                )));
            }
            Err(error) => return Err(failed(error)),
        };
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        Ok(Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body,
        })
    }

    /// Times answers, one after the other.
    fn percentile(&self, agent: &ureq::Agent, limit: Limit, most: Duration) -> Seen {
        let mut times = Vec::new();
        for _ in 0..self.samples {
            let start = Instant::now();
            let answer = match self.ask(agent, limit) {
                Ok(answer) => answer,
                Err(seen) => return seen,
            };
            times.push(start.elapsed());
            if let Some(why) = self.expect.differs(&answer) {
                return Seen::failed(format!("{} {why}", self.shown()));
            }
        }
        times.sort_unstable();
        // The nearest rank: the smallest time that 95 of 100 do not exceed.
        let rank = (times.len() * 95).div_ceil(100).max(1) - 1;
        let Some(found) = times.get(rank) else {
            return Seen::error("no answer was timed");
        };
        let shown = format!("p95 {} ms of {} answers", found.as_millis(), times.len());
        if *found > most {
            Seen::failed(format!(
                "{}: {shown}, more than {} ms",
                self.shown(),
                most.as_millis()
            ))
        } else {
            Seen::passed(format!("{}: {shown}", self.shown()))
        }
        .observed(format!("{} ms", found.as_millis()))
    }
}

fn certificates(path: &Path, shown: &str) -> Result<Vec<ureq::tls::Certificate<'static>>, Seen> {
    let pem = std::fs::read(path).map_err(|error| Seen::error(format!("{shown} cannot be read: {error}")))?;
    let found: Vec<_> = ureq::tls::parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(Seen::error(format!("{shown} holds no certificate")));
    }
    Ok(found)
}

/// Why there is no answer, in words.
fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "its name has no address".to_owned(),
        ureq::Error::LargeResponseHeader(..) => {
            format!("its headers are larger than {} KiB", MAX_HEAD >> 10)
        }
        ureq::Error::Io(io) => tls_error(error).map_or_else(|| network::cause(io), tls_words::words),
        other => tls_error(other).map_or_else(|| other.to_string(), tls_words::words),
    }
}

/// What TLS has against it.
fn tls_error(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>()),
        _ => None,
    }
}

impl Settings for Http {
    fn wrong(&self) -> Option<(&'static str, String)> {
        let uri = self.url.parse::<http::Uri>().ok();
        let whole = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        });
        if !whole {
            return Some((
                "url",
                "expected a whole address, such as https://api.example.com/health".to_owned(),
            ));
        }
        if self.body.is_some() && !matches!(self.method, Method::Post | Method::Put) {
            return Some(("body", "a body goes with POST and PUT".to_owned()));
        }
        if !(1..=MAX_SAMPLES).contains(&self.samples) {
            return Some(("samples", format!("expected a number from 1 to {MAX_SAMPLES}")));
        }
        self.expect.wrong().map(|why| ("expect", why))
    }
}

impl Check for Http {
    fn look(&self, scene: &Scene, limit: Limit) -> Seen {
        let agent = match self.agent(&scene.root) {
            Ok(agent) => agent,
            Err(seen) => return seen,
        };
        if let Some(most) = self.p95 {
            return self.percentile(&agent, limit, most.0);
        }
        let answer = match self.ask(&agent, limit) {
            Ok(answer) => answer,
            Err(seen) => return seen,
        };
        let status = format!("status {}", answer.status);
        match self.expect.differs(&answer) {
            Some(why) => Seen::failed(format!("{} {why}", self.shown())),
            None => Seen::passed(format!("{} answers as it must", self.shown())),
        }
        .observed(status)
    }
}

/// A JSON value as it is quoted.
pub(super) fn brief(value: &Value) -> String {
    crate::model::text::shorten(&crate::model::text::one_line(&value.to_string()), 80)
}
