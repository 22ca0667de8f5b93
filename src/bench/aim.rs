//! What the spec of a work item says of a measurement: who is asked, how hard, and for how long.
//!
//! The command line and the settings say it in the place of the spec, and where nobody says anything there are defaults.

use std::time::Duration;

use http::{Method, Uri};

use super::cost::{Processes, Service, listener};
use super::load::{Load, Pace, Target};
use super::rounds::Ramps;
use crate::model::spec::{At, Benchmarks};
use crate::model::text::one_line;

/// The length of a round when nobody says anything else, and the shortest that says something.
const ROUND: Duration = Duration::from_secs(3);
const SHORTEST: Duration = Duration::from_millis(200);
/// Connections when nobody says anything else.
const CONNECTIONS: u32 = 16;
/// The time that an answer may take when nobody says anything else.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Methods that a spec may name before the address.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// What is said besides a spec.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Connections at the same time.
    pub connections: Option<u32>,
    /// Threads of the generator.
    pub threads: Option<u32>,
    /// When requests start.
    pub pace: Pace,
    /// The time that an answer may take.
    pub timeout: Duration,
    /// The rounds that have to count.
    pub rounds: u32,
    /// The time of all rounds together.
    pub duration: Option<Duration>,
    /// The factor by which the phases of the spec are shortened.
    pub time_scale: f64,
}

/// The course of a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// How hard the service is pressed.
    pub load: Load,
    /// The phases before and after.
    pub ramps: Ramps,
    /// The rounds that have to count.
    pub rounds: usize,
    /// The length of a round.
    pub length: Duration,
}

/// Why nobody can be asked. Its `Display` is one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// The spec names none.
    #[error("nothing says what is to be measured")]
    Unsaid,
    /// What it names is no whole address.
    #[error("the spec's endpoint {endpoint:?} has no host")]
    NoHost {
        /// What it names.
        endpoint: String,
    },
}

impl Course {
    /// The time within which it is over, whatever comes: twice as many rounds as are wanted, and the same again where a change
    /// is suspected, each with its turn of the reference server.
    pub fn longest(&self) -> Duration {
        const WARM_UP: Duration = Duration::from_secs(120);
        let round = self.length + Duration::from_secs(2);
        let rounds = u32::try_from(self.rounds).unwrap_or(u32::MAX).saturating_mul(4);
        WARM_UP
            .saturating_add(self.ramps.up)
            .saturating_add(self.ramps.down)
            .saturating_add(round.saturating_mul(rounds))
    }

    /// What a spec says, where nothing else is wished.
    pub fn of(spec: &Benchmarks, wishes: &Wishes) -> Self {
        let said = |said: Option<&At<u32>>| said.map(|said| said.value);
        let connections = wishes
            .connections
            .or(said(spec.connections.as_ref()))
            .unwrap_or(CONNECTIONS)
            .max(1);
        let threads = wishes.threads.or(said(spec.threads.as_ref())).unwrap_or(1);
        let phase = |said: &Option<At<f64>>| {
            let seconds = said.as_ref()?.value.max(0.0) * wishes.time_scale;
            Duration::try_from_secs_f64(seconds).ok()
        };
        let rounds = wishes.rounds.max(1);
        let sustained = wishes.duration.or_else(|| phase(&spec.sustained));
        Self {
            load: Load {
                connections,
                threads: threads.clamp(1, connections),
                pace: wishes.pace,
                timeout: wishes.timeout,
            },
            ramps: Ramps {
                up: phase(&spec.ramp_up).unwrap_or_default(),
                down: phase(&spec.ramp_down).unwrap_or_default(),
            },
            rounds: usize::try_from(rounds).unwrap_or(usize::MAX),
            length: sustained.map_or(ROUND, |all| all / rounds).max(SHORTEST),
        }
    }
}

/// The address that a spec names, with its method: `POST http://localhost/orders`.
///
/// # Errors
///
/// [`NoAddress`] where it names none with a host.
pub fn address(spec: &Benchmarks) -> Result<(Method, Uri), NoAddress> {
    let said = spec.endpoint.as_ref().ok_or(NoAddress::Unsaid)?;
    let endpoint = one_line(&said.value);
    let words: Vec<&str> = endpoint.split_whitespace().collect();
    let method = |word: &&str| METHODS.iter().find(|known| known.as_str() == *word);
    let method = words.first().filter(|_| words.len() > 1).and_then(method);
    match words.last().copied().unwrap_or_default().parse::<Uri>() {
        Ok(url) if matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() => {
            Ok((method.cloned().unwrap_or(Method::GET), url))
        }
        _ => Err(NoAddress::NoHost { endpoint }),
    }
}

/// The process of this machine that listens at the target's address.
pub fn service_of_this_machine(target: &Target) -> Option<Service> {
    let url = &target.endpoints.first()?.url;
    let host = url.host()?.trim_matches(['[', ']']);
    let is_here = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    let usual = if url.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let pid = is_here
        .then(|| listener(url.port_u16().unwrap_or(usual)))
        .flatten()?;
    let process = Processes::of(pid)?;
    Some(Service {
        name: format!("pid {pid}"),
        parts: vec![Box::new(process)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(endpoint: &str) -> Benchmarks {
        Benchmarks {
            endpoint: Some(At::new(endpoint.to_owned(), 3)),
            ..Benchmarks::default()
        }
    }

    fn wishes() -> Wishes {
        Wishes {
            connections: None,
            threads: None,
            pace: Pace::Closed,
            timeout: TIMEOUT,
            rounds: 10,
            duration: None,
            time_scale: 1.0,
        }
    }

    #[track_caller]
    fn check(endpoint: &str, expect: Result<(&str, &str), &str>) {
        let found = address(&spec(endpoint)).map(|(method, url)| (method.to_string(), url.to_string()));
        let expect = expect.map(|(method, url)| (method.to_owned(), url.to_owned()));
        assert_eq!(
            found.map_err(|why| why.to_string()),
            expect.map_err(str::to_owned),
            "{endpoint}"
        );
    }

    #[test]
    fn an_address_may_have_a_method_before_it() {
        check("http://localhost:1/a", Ok(("GET", "http://localhost:1/a")));
        check(
            "POST https://localhost/a?b=c",
            Ok(("POST", "https://localhost/a?b=c")),
        );
        check("see http://localhost/", Ok(("GET", "http://localhost/")));
        check("GET", Err("the spec's endpoint \"GET\" has no host"));
        check(
            "GET /orders",
            Err("the spec's endpoint \"GET /orders\" has no host"),
        );
        check(
            "ftp://localhost/",
            Err("the spec's endpoint \"ftp://localhost/\" has no host"),
        );
        assert_eq!(address(&Benchmarks::default()), Err(NoAddress::Unsaid));
    }

    #[test]
    fn what_is_wished_stands_in_the_place_of_what_the_spec_says() {
        let seconds = |value: f64| Some(At::new(value, 1));
        let spec = Benchmarks {
            sustained: seconds(60.0),
            ramp_up: seconds(20.0),
            connections: Some(At::new(4, 1)),
            threads: Some(At::new(8, 1)),
            ..Benchmarks::default()
        };
        let course = Course::of(&spec, &wishes());
        assert_eq!((course.load.connections, course.load.threads), (4, 4));
        assert_eq!(course.ramps.up, Duration::from_secs(20));
        assert_eq!((course.rounds, course.length), (10, Duration::from_secs(6)));
        let course = Course::of(
            &spec,
            &Wishes {
                connections: Some(64),
                rounds: 4,
                duration: Some(Duration::from_secs(8)),
                time_scale: 0.1,
                ..wishes()
            },
        );
        assert_eq!((course.load.connections, course.load.threads), (64, 8));
        assert_eq!(course.ramps.up, Duration::from_secs(2));
        assert_eq!((course.rounds, course.length), (4, Duration::from_secs(2)));
    }

    #[test]
    fn a_round_is_never_too_short_to_say_something() {
        let plain = Course::of(&Benchmarks::default(), &wishes());
        assert_eq!((plain.load.connections, plain.length), (CONNECTIONS, ROUND));
        let brief = Wishes {
            duration: Some(Duration::from_millis(1)),
            ..wishes()
        };
        assert_eq!(Course::of(&Benchmarks::default(), &brief).length, SHORTEST);
    }
}
