//! The order of a measurement, with an engine that answers what it is told.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::bench::cost::{Counter, Reading};
use crate::bench::engine::Identity;
use crate::bench::load::{Connection, Endpoint, Pace, Trust};
use crate::bench::round::tests::sample;

/// Gives these samples to the target, the last of them for ever, and notes what it was asked.
struct Script {
    identity: Identity,
    warm_up: WarmUp,
    answers: Mutex<VecDeque<Result<Sample, EngineError>>>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    fn of(answers: Vec<Result<Sample, EngineError>>) -> Self {
        Self {
            identity: Identity {
                name: "script",
                version: "1".to_owned(),
            },
            warm_up: WarmUp::UntilSteady,
            answers: Mutex::new(answers.into()),
            asked: Mutex::default(),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Engine for Script {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn supports(&self, _target: &Target, _load: &Load) -> Result<(), EngineError> {
        Ok(())
    }

    fn warm_up(&self) -> WarmUp {
        self.warm_up
    }

    fn measure(&self, job: &Job<'_>, _cancel: &Cancel) -> Result<Sample, EngineError> {
        let host = job.target.endpoints[0].url.host().unwrap_or_default().to_owned();
        let Stretch { length, from, to } = job.stretch;
        self.asked
            .lock()
            .unwrap()
            .push(format!("{host} {} ms {from} to {to}", length.as_millis()));
        if host == "reference" {
            return Ok(sample(5000, 500));
        }
        let mut answers = self.answers.lock().unwrap();
        match answers.pop_front() {
            Some(Ok(answer)) => {
                if answers.is_empty() {
                    answers.push_back(Ok(answer.clone()));
                }
                Ok(answer)
            }
            Some(Err(error)) => Err(error),
            None => Err(EngineError::Cancelled),
        }
    }
}

fn target(host: &str) -> Target {
    Target {
        endpoints: vec![Endpoint {
            url: format!("http://{host}/").parse().unwrap(),
            method: http::Method::GET,
            headers: Vec::new(),
            body: Vec::new(),
            weight: 1,
        }],
        trust: Trust::System,
        connection: Connection::Kept,
    }
}

/// A service that used no processor time at all: what others use is foreign then.
struct Still;

impl Counter for Still {
    fn read(&self) -> Option<Reading> {
        Some(Reading {
            cpu: Some(Duration::ZERO),
            memory: Some(1),
            ..Reading::default()
        })
    }
}

const LOAD: Load = Load {
    connections: 4,
    threads: 1,
    pace: Pace::Closed,
    timeout: Duration::from_secs(1),
};

#[track_caller]
fn measured(engine: &Script, ramps: Ramps) -> Result<(Run, Vec<String>), EngineError> {
    let (service, reference) = (target("service"), target("reference"));
    let setup = Setup {
        engine,
        load: LOAD,
        target: Side {
            target: &service,
            bearer: Bearer::Services(Arc::from([])),
        },
        other: Some(Other {
            side: Side {
                target: &reference,
                bearer: Bearer::Own,
            },
            length: Duration::from_millis(200),
        }),
        ramps,
        rounds: 3,
        length: Duration::from_secs(1),
        counting: Counting::Quiet,
        seed: 7,
        now: &|| DateTime::UNIX_EPOCH,
    };
    let told = Mutex::new(Vec::new());
    let tell = |step: Step<'_>| {
        told.lock().unwrap().push(match step {
            Step::Seen(round) => format!("seen {}", round.target.requests),
            step => format!("{step:?}"),
        });
    };
    let run = measure(&setup, &Cancel::new(), &tell)?;
    Ok((run, told.into_inner().unwrap()))
}

#[test]
fn phases_come_in_their_order_and_each_round_is_a_pair() {
    let engine = Script::of(vec![Ok(sample(1000, 2000))]);
    let ramps = Ramps {
        up: Duration::from_secs(5),
        down: Duration::from_secs(2),
    };
    let (run, told) = measured(&engine, ramps).unwrap();
    let asked = engine.asked();
    let warm = [
        "service 500 ms 1 to 1",
        "reference 500 ms 1 to 1",
        "service 500 ms 1 to 1",
        "service 500 ms 1 to 1",
    ];
    assert_eq!(asked[..4], warm, "three windows that agree are enough");
    assert_eq!(asked[4], "service 5000 ms 0 to 1");
    assert_eq!(asked.last().unwrap(), "service 2000 ms 1 to 0");
    let rounds = &asked[5..asked.len() - 1];
    for pair in rounds.chunks(2) {
        let mut pair = pair.to_vec();
        pair.sort();
        assert_eq!(pair, ["reference 200 ms 1 to 1", "service 1000 ms 1 to 1"]);
    }
    assert_eq!(run.rounds.len(), rounds.len() / 2);
    assert!(run.ramp_up.is_some() && run.ramp_down.is_some());
    // Nothing is known of the service's own use, so only a hypervisor can spoil a round.
    assert_ne!(run.host, Host::Watched);
    assert!(told.starts_with(&["WarmUp(1)".to_owned()]), "{told:?}");
    assert!(
        told.contains(&"Round { number: 1, clean: 0, wanted: 3 }".to_owned()),
        "{told:?}"
    );
    assert_eq!(told.last().unwrap(), "RampDown");
}

#[test]
fn an_engine_that_is_slow_to_start_warms_up_once() {
    let engine = Script {
        warm_up: WarmUp::Once(Duration::from_secs(3)),
        ..Script::of(vec![Ok(sample(1000, 2000))])
    };
    measured(&engine, Ramps::default()).unwrap();
    let asked = engine.asked();
    assert_eq!(asked[..2], ["service 3000 ms 1 to 1", "reference 3000 ms 1 to 1"]);
    assert!(
        asked[2..].iter().all(|one| !one.contains(" 3000 ms ")),
        "{asked:?}"
    );
}

#[test]
fn what_is_judged_are_the_rounds_that_count() {
    let mut run = Run::default();
    for (requests, clean) in [(100, true), (900, false), (200, true)] {
        let round = crate::bench::round::tests::round(requests, 1000);
        run.rounds.push(Round { clean, ..round });
    }
    let all = run.sustained().unwrap();
    assert_eq!(
        (all.requests, all.corrected.count(), all.duration),
        (300, 300, Duration::from_secs(2))
    );
    assert_eq!(Run::default().sustained(), None);
}

#[test]
fn a_service_that_answers_nothing_is_not_waited_for_in_each_round() {
    let engine = Script::of(vec![Ok(sample(0, 1))]);
    let (run, _) = measured(&engine, Ramps::default()).unwrap();
    assert_eq!(run.rounds.len(), 1);
    assert_eq!(run.rounds[0].target.requests, 0);
}

#[test]
fn an_error_of_the_engine_ends_the_measurement() {
    let gone = || EngineError::Unreachable {
        url: "http://service/".to_owned(),
        cause: "refused".to_owned(),
    };
    let engine = Script::of(vec![Err(gone())]);
    assert_eq!(measured(&engine, Ramps::default()).unwrap_err(), gone());
    let good = || Ok(sample(1000, 2000));
    let engine = Script::of(vec![good(), good(), good(), good(), Err(EngineError::Cancelled)]);
    assert_eq!(
        measured(&engine, Ramps::default()).unwrap_err(),
        EngineError::Cancelled
    );
    // One that had answered is not simply out of reach.
    let engine = Script::of(vec![good(), good(), good(), good(), Err(gone())]);
    let (run, _) = measured(&engine, Ramps::default()).unwrap();
    assert_eq!((run.rounds.len(), run.gone.as_deref()), (1, Some("refused")));
}

#[test]
fn windows_agree_when_their_medians_are_close() {
    assert!(!agree(&[]));
    assert!(!agree(&[100.0, 100.0]));
    assert!(agree(&[900.0, 100.0, 103.0, 104.0]));
    assert!(!agree(&[100.0, 103.0, 110.0]));
}

#[test]
fn a_generator_without_time_left_is_said_to_limit() {
    let mut run = Run::default();
    let mut round = crate::bench::round::tests::round(100, 1000);
    round.target.client_cpu = Some(Duration::from_millis(900));
    run.rounds.push(round);
    assert!(run.is_limited_by_generator(1));
    assert!(!run.is_limited_by_generator(2));
}

#[test]
fn rounds_that_the_host_has_spoilt_are_repeated_up_to_twice_as_many() {
    let services: Arc<[Service]> = Arc::from([Service {
        name: "api".to_owned(),
        parts: vec![Box::new(Still) as Box<dyn Counter>],
    }]);
    let service = target("service");
    let engine = Script::of(vec![Ok(sample(1000, 2000))]);
    let setup = Setup {
        engine: &engine,
        load: LOAD,
        target: Side {
            target: &service,
            bearer: Bearer::Services(services),
        },
        other: None,
        ramps: Ramps::default(),
        rounds: 2,
        length: Duration::from_millis(10),
        counting: Counting::Quiet,
        seed: 1,
        now: &|| DateTime::UNIX_EPOCH,
    };
    let mut run = Run::default();
    more(&setup, &mut run, &Cancel::new(), &|_| {}).unwrap();
    assert!((2..=4).contains(&run.rounds.len()), "{}", run.rounds.len());
    assert_eq!(run.clean(), run.rounds.iter().filter(|round| round.clean).count());
    assert!(run.clean() >= 2 || run.rounds.len() == 4);
}
