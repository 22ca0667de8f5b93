//! The locustfile of one run: the job as a text of JSON, and the part that never changes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde::Serialize;

use super::answer::SENTINEL;
use crate::bench::engine::Job;
use crate::bench::load::{Connection, Endpoint, Pace, Target, Trust};

/// What locust runs.
const LOCUSTFILE: &str = include_str!("locustfile.py");

/// The time that workers get to tell what they saw, besides that of a request.
pub(super) const PATIENCE: u64 = 30;

/// What the locustfile reads.
#[derive(Serialize)]
struct Document {
    seconds: f64,
    patience: f64,
    users: u32,
    workers: u32,
    rate: Option<f64>,
    from: f64,
    to: f64,
    timeout: f64,
    insecure: bool,
    /// As text: it may be larger than Python's JSON keeps exact elsewhere.
    seed: String,
    host: String,
    endpoints: Vec<Request>,
}

#[derive(Serialize)]
struct Request {
    url: String,
    method: String,
    /// Each name with all its values, of which one byte is one character.
    headers: IndexMap<String, Vec<String>>,
    /// In base64.
    body: String,
    weight: u32,
}

/// The locustfile for a job of this many workers.
pub(super) fn locustfile(job: &Job<'_>, workers: u32) -> Result<String, serde_json::Error> {
    let load = job.load;
    let timeout = load.timeout.as_secs_f64();
    let document = Document {
        seconds: job.stretch.length.as_secs_f64(),
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        patience: timeout + PATIENCE as f64,
        users: load.connections,
        workers,
        rate: match load.pace {
            Pace::Closed => None,
            Pace::PerSecond(rate) => Some(rate),
        },
        from: job.stretch.from,
        to: job.stretch.to,
        timeout,
        insecure: job.target.trust == Trust::Anything,
        seed: job.seed.to_string(),
        host: job.target.endpoints.first().map(origin).unwrap_or_default(),
        endpoints: job
            .target
            .endpoints
            .iter()
            .map(|endpoint| request(job.target, endpoint))
            .collect(),
    };
    // A string of JSON is one of Python as well.
    let quoted = |text: &str| serde_json::to_string(text);
    let text = quoted(&serde_json::to_string(&document)?)?;
    Ok(format!(
        "SENTINEL = {}\nJOB = {text}\n{LOCUSTFILE}",
        quoted(SENTINEL)?
    ))
}

/// The scheme, the host and the port.
fn origin(endpoint: &Endpoint) -> String {
    let url = &endpoint.url;
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    format!(
        "{}://{}{port}",
        url.scheme_str().unwrap_or("http"),
        url.host().unwrap_or_default()
    )
}

fn request(target: &Target, endpoint: &Endpoint) -> Request {
    let mut headers: IndexMap<String, Vec<String>> = IndexMap::new();
    for (name, value) in &endpoint.headers {
        let value = value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        headers.entry(name.as_str().to_owned()).or_default().push(value);
    }
    if target.connection == Connection::New {
        headers.insert("connection".to_owned(), vec!["close".to_owned()]);
    }
    // The client would ask for compressed answers, and unpacking them costs it more than asking.
    headers
        .entry("accept-encoding".to_owned())
        .or_insert_with(|| vec!["identity".to_owned()]);
    let path = endpoint.url.path_and_query().map_or("/", |path| path.as_str());
    Request {
        url: format!("{}{path}", origin(endpoint)),
        method: endpoint.method.as_str().to_owned(),
        headers,
        body: STANDARD.encode(&endpoint.body),
        weight: endpoint.weight.max(1),
    }
}
