//! The requests, written out once: what is sent is the same bytes every time.

use http::{Method, Uri, header};

use super::NAME;
use crate::bench::load::{Connection, Endpoint, Target};

/// Every request that can be made, and how often each is.
#[derive(Debug)]
pub struct Requests {
    all: Vec<Request>,
    /// For each request the sum of the weights up to it.
    sums: Vec<u64>,
}

/// One request as it is sent.
#[derive(Debug)]
pub struct Request {
    /// Head and body.
    pub bytes: Vec<u8>,
    /// Whether its answer has a body.
    pub answer: Answered,
}

/// What the method says of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It has the body that its head tells of.
    Whole,
    /// It has none, whatever its head says.
    HeadOnly,
}

impl Requests {
    /// Those of a target.
    pub fn new(target: &Target) -> Self {
        let mut sum = 0;
        let sums = target
            .endpoints
            .iter()
            .map(|endpoint| {
                sum += u64::from(endpoint.weight.max(1));
                sum
            })
            .collect();
        let all = target
            .endpoints
            .iter()
            .map(|endpoint| Request::new(endpoint, target.connection))
            .collect();
        Self { all, sums }
    }

    /// The request of this number.
    pub fn get(&self, number: usize) -> &Request {
        &self.all[number]
    }

    /// Which one is next.
    pub fn choose(&self, chance: &mut Chance) -> usize {
        let Some((sum, [_, _, ..])) = self.sums.last().zip(Some(self.sums.as_slice())) else {
            return 0;
        };
        let drawn = chance.next() % sum;
        self.sums.partition_point(|sum| *sum <= drawn)
    }
}

impl Request {
    fn new(endpoint: &Endpoint, connection: Connection) -> Self {
        let path = endpoint.url.path_and_query().map_or("/", |path| path.as_str());
        let mut bytes = format!(
            "{} {path} HTTP/1.1\r\nhost: {}\r\n",
            endpoint.method,
            authority(&endpoint.url)
        )
        .into_bytes();
        let names = |name: &header::HeaderName| endpoint.headers.iter().any(|(given, _)| given == name);
        if !names(&header::USER_AGENT) {
            let version = env!("CARGO_PKG_VERSION");
            bytes.extend_from_slice(format!("user-agent: sdd-{NAME}/{version}\r\n").as_bytes());
        }
        if connection == Connection::New && !names(&header::CONNECTION) {
            bytes.extend_from_slice(b"connection: close\r\n");
        }
        let expected = [Method::POST, Method::PUT, Method::PATCH].contains(&endpoint.method);
        if expected || !endpoint.body.is_empty() {
            bytes.extend_from_slice(format!("content-length: {}\r\n", endpoint.body.len()).as_bytes());
        }
        for (name, value) in &endpoint.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&endpoint.body);
        let answer = if endpoint.method == Method::HEAD {
            Answered::HeadOnly
        } else {
            Answered::Whole
        };
        Self { bytes, answer }
    }
}

/// Host and port as the `host` header says them: without who asks, and without a port that goes without saying.
fn authority(url: &Uri) -> String {
    let host = url.host().unwrap_or_default();
    match (url.port_u16(), url.scheme_str()) {
        (None, _) | (Some(80), Some("http")) | (Some(443), Some("https")) => host.to_owned(),
        (Some(port), _) => format!("{host}:{port}"),
    }
}

/// Numbers that look random and follow from a seed (`SplitMix64`).
#[derive(Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// Those of one connection in a run.
    pub fn new(seed: u64, connection: u64) -> Self {
        let mut own = Self {
            state: seed ^ connection.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        };
        Self { state: own.next() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::endpoint;
    use super::*;
    use crate::bench::load::Trust;

    fn requests(endpoints: Vec<Endpoint>, connection: Connection) -> Requests {
        Requests::new(&Target {
            endpoints,
            trust: Trust::System,
            connection,
        })
    }

    #[track_caller]
    fn check(endpoint: Endpoint, connection: Connection, expect: &[&str]) {
        let requests = requests(vec![endpoint], connection);
        let text = String::from_utf8(requests.get(0).bytes.clone()).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
        let expect: Vec<String> = expect
            .iter()
            .map(|line| line.replace("VERSION", version))
            .collect();
        assert_eq!(lines, expect);
    }

    #[test]
    fn a_request_is_written_out() {
        check(
            endpoint("http://user@example.org:8080/a/b?c=d"),
            Connection::Kept,
            &[
                "GET /a/b?c=d HTTP/1.1",
                "host: example.org:8080",
                "user-agent: sdd-builtin/VERSION",
                "",
                "",
            ],
        );
        let post = Endpoint {
            method: Method::POST,
            headers: vec![
                (header::USER_AGENT, "me".parse().unwrap()),
                (header::CONTENT_TYPE, "text/plain".parse().unwrap()),
            ],
            body: b"hello".to_vec(),
            ..endpoint("https://[::1]:443")
        };
        check(
            post,
            Connection::New,
            &[
                "POST / HTTP/1.1",
                "host: [::1]",
                "connection: close",
                "content-length: 5",
                "user-agent: me",
                "content-type: text/plain",
                "",
                "hello",
            ],
        );
    }

    #[test]
    fn weights_are_kept_and_a_seed_gives_the_same_order() {
        let weighted = |weight| Endpoint {
            weight,
            ..endpoint("http://example.org/")
        };
        let requests = requests(vec![weighted(1), weighted(7), weighted(2)], Connection::Kept);
        let drawn = |seed| -> Vec<usize> {
            let mut chance = Chance::new(seed, 3);
            (0..10_000).map(|_| requests.choose(&mut chance)).collect()
        };
        let (first, other) = (drawn(1), drawn(2));
        assert_eq!(first, drawn(1));
        assert_ne!(first, other);
        let count = |number| first.iter().filter(|drawn| **drawn == number).count();
        assert!(
            count(0).abs_diff(1000) < 200 && count(1).abs_diff(7000) < 200 && count(2).abs_diff(2000) < 200
        );
    }

    #[test]
    fn one_endpoint_needs_no_chance() {
        let requests = requests(vec![endpoint("http://example.org/")], Connection::Kept);
        let mut chance = Chance::new(0, 0);
        assert_eq!((0..5).map(|_| requests.choose(&mut chance)).sum::<usize>(), 0);
    }
}
