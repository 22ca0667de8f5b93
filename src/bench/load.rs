//! What is asked, how often and for how long: plain data, ready for every engine.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Uri};

/// The service that is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What is asked of it, at least one; all at the same scheme, host and port.
    pub endpoints: Vec<Endpoint>,
    /// Whom it has to prove itself to.
    pub trust: Trust,
    /// Whether a connection is used again.
    pub connection: Connection,
}

/// One request that is made over and over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its whole address: `http` or `https`.
    pub url: Uri,
    /// Its method.
    pub method: Method,
    /// Headers besides `host` and `content-length`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Its body.
    pub body: Vec<u8>,
    /// How often it is asked in relation to the others; at least 1.
    pub weight: u32,
}

impl Endpoint {
    /// Its address without what may be a secret of its user.
    pub fn address(&self) -> String {
        let text = self.url.to_string();
        let authority = self.url.authority().map_or("", |authority| authority.as_str());
        match authority.rsplit_once('@') {
            Some((_, host)) => text.replacen(authority, host, 1),
            None => text,
        }
    }
}

/// Whose certificates are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those that the system trusts.
    System,
    /// Those that the certificates of this PEM file vouch for.
    File(PathBuf),
    /// Every one, as the user asked for.
    Anything,
}

impl Target {
    /// One address that is asked with nothing special.
    pub fn of(method: Method, url: Uri) -> Self {
        Self {
            endpoints: vec![Endpoint {
                url,
                method,
                headers: Vec::new(),
                body: Vec::new(),
                weight: 1,
            }],
            trust: Trust::System,
            connection: Connection::Kept,
        }
    }

    /// What is asked, in words: `GET http://localhost/`, with its weight where there are several.
    pub fn named(&self) -> Vec<String> {
        let is_alone = self.endpoints.len() == 1;
        let word = |endpoint: &Endpoint| {
            let weight = if is_alone {
                String::new()
            } else {
                format!(" × {}", endpoint.weight)
            };
            format!("{} {}{weight}", endpoint.method, endpoint.address())
        };
        self.endpoints.iter().map(word).collect()
    }
}

/// Whether a connection is used for more than one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// It is kept (`keep-alive`).
    Kept,
    /// Each request opens its own.
    New,
}

/// How hard a service is pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Connections at the same time; at least 1.
    pub connections: u32,
    /// Threads of the generator; at least 1, at most as many as connections.
    pub threads: u32,
    /// When the next request starts.
    pub pace: Pace,
    /// The time that a request may take; afterwards it counts as a failure of this latency.
    pub timeout: Duration,
}

/// When requests start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// The closed model: a connection asks again as soon as it was answered.
    Closed,
    /// The open model: this many requests per second start, whether earlier ones were answered or not.
    PerSecond(f64),
}

/// A stretch of time under one load, or one that grows or falls evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// How long it is.
    pub length: Duration,
    /// The share of the whole load at its begin, 0 to 1: of the rate in the open model, else of the connections.
    pub from: f64,
    /// The share at its end.
    pub to: f64,
}

impl Stretch {
    /// A stretch under the whole load.
    pub fn steady(length: Duration) -> Self {
        Self {
            length,
            from: 1.0,
            to: 1.0,
        }
    }
}
