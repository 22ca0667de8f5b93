//! The generator against real servers on the loopback address. No test depends on how fast the machine is.

mod failing;
mod pacing;
mod servers;
mod talking;
mod trusting;

use std::net::TcpListener;
use std::time::Duration;

use http::Method;

use super::Builtin;
use crate::bench::engine::{Engine as _, EngineError, Job};
use crate::bench::histogram::Histogram;
use crate::bench::load::{Connection, Endpoint, Load, Pace, Stretch, Target, Trust};
use crate::bench::sample::Sample;
use crate::process::Cancel;

/// A plain question.
pub(super) fn endpoint(url: &str) -> Endpoint {
    Endpoint {
        url: url.parse().unwrap(),
        method: Method::GET,
        headers: Vec::new(),
        body: Vec::new(),
        weight: 1,
    }
}

/// What is measured: two connections of one thread, for 300 ms in the closed model, unless a test says otherwise.
struct Ask {
    target: Target,
    load: Load,
    stretch: Stretch,
}

impl Ask {
    fn of(url: &str) -> Self {
        Self {
            target: Target {
                endpoints: vec![endpoint(url)],
                trust: Trust::System,
                connection: Connection::Kept,
            },
            load: Load {
                connections: 2,
                threads: 1,
                pace: Pace::Closed,
                timeout: Duration::from_secs(30),
            },
            stretch: Stretch::steady(Duration::from_millis(300)),
        }
    }

    fn millis(mut self, millis: u64) -> Self {
        self.stretch.length = Duration::from_millis(millis);
        self
    }

    fn timeout(mut self, millis: u64) -> Self {
        self.load.timeout = Duration::from_millis(millis);
        self
    }

    fn rate(mut self, per_second: f64) -> Self {
        self.load.pace = Pace::PerSecond(per_second);
        self
    }

    fn connections(mut self, connections: u32, threads: u32) -> Self {
        self.load.connections = connections;
        self.load.threads = threads;
        self
    }

    fn ramp(mut self, from: f64, to: f64) -> Self {
        self.stretch.from = from;
        self.stretch.to = to;
        self
    }

    fn new_connections(mut self) -> Self {
        self.target.connection = Connection::New;
        self
    }

    fn trust(mut self, trust: Trust) -> Self {
        self.target.trust = trust;
        self
    }

    fn measure(&self, cancel: &Cancel) -> Result<Sample, EngineError> {
        let job = Job {
            target: &self.target,
            load: &self.load,
            stretch: self.stretch,
            seed: 7,
        };
        Builtin::new().measure(&job, cancel)
    }

    #[track_caller]
    fn sample(&self) -> Sample {
        let sample = self.measure(&Cancel::new()).unwrap();
        assert!(sample.client_cpu.is_some() || !cfg!(unix));
        assert!(sample.raw.is_some());
        sample
    }

    /// Why the service is out of reach.
    #[track_caller]
    fn out_of_reach(&self) -> String {
        match self.measure(&Cancel::new()) {
            Err(EngineError::Unreachable { cause, .. }) => cause,
            other => panic!("{other:?}"),
        }
    }
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// How many latencies were counted as they were.
fn counted(sample: &Sample) -> u64 {
    sample.raw.as_ref().map_or(0, Histogram::count)
}

#[test]
fn what_it_cannot_do_is_told() {
    let refused = |ask: &Ask| match Builtin::new().supports(&ask.target, &ask.load) {
        Ok(()) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    };
    let usual = || Ask::of("http://example.org/a");
    let with = |url: &str| {
        let mut ask = usual();
        ask.target.endpoints.push(endpoint(url));
        ask
    };
    let mut none = usual();
    none.target.endpoints.clear();
    for (ask, expect) in [
        (usual(), "nothing"),
        (usual().rate(0.5), "nothing"),
        (with("http://example.org/b"), "nothing"),
        (none, "builtin cannot ask nothing"),
        (
            Ask::of("ftp://example.org/"),
            "builtin cannot ask anything but http and https",
        ),
        (Ask::of("/path"), "builtin cannot ask anything but http and https"),
        (
            with("https://example.org/b"),
            "builtin cannot ask more than one host in one run",
        ),
        (
            with("http://example.org:81/b"),
            "builtin cannot ask more than one host in one run",
        ),
        (
            usual().connections(2, 3),
            "builtin cannot share out so few connections",
        ),
        (
            usual().connections(0, 0),
            "builtin cannot share out so few connections",
        ),
        (usual().rate(0.0), "builtin cannot send requests at such a rate"),
        (
            usual().rate(f64::NAN),
            "builtin cannot send requests at such a rate",
        ),
    ] {
        assert_eq!(refused(&ask), expect);
    }
}
