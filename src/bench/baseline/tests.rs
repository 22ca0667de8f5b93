//! Baselines kept, found and moved.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::entry::Fitness;
use super::file::{accept, find, remember, rounds};
use super::history::{MOST, Past, append, creep};
use super::key::{Limits, Machine, differing};
use super::stored::StoredRound;
use super::summary::Summary;
use super::*;
use crate::bench::engine::Identity;
use crate::bench::load::{Connection, Endpoint, Load, Pace, Target, Trust};
use crate::bench::round::Round;
use crate::bench::round::tests::round;
use crate::bench::statistics::drift::Creep;
use crate::store::{Overwrite, Store, layout};

const ITEM: &str = "integration_test_api";

/// An entry of the older program, as it writes it.
const OLD: &str = r#"{
  "integration_test_api": {
    "latency": {
      "p50": 42.50,
      "p75": 60.1,
      "p90": 80.0,
      "p99": 120.0
    },
    "throughput": {
      "requests_per_sec": 2279.82,
      "transfer_per_sec": "0.76MB"
    },
    "resource_usage": {
      "api": {
        "cpu_percent": "12.5",
        "memory_usage": "120MiB / 2GiB"
      },
      "db": {
        "error": "no such service: \u2713"
      }
    },
    "timestamp": "2025-10-15T10:05:00.123456",
    "session": 3
  },
  "other": {
    "latency": {
      "p50": 1.10
    },
    "mine": [
      1e3
    ]
  }
}
"#;

fn moment() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint {
        url: url.parse().unwrap(),
        method: http::Method::GET,
        headers: Vec::new(),
        body: Vec::new(),
        weight: 1,
    }
}

fn key_of(endpoints: Vec<Endpoint>, pace: Pace) -> Key {
    let target = Target {
        endpoints,
        trust: Trust::System,
        connection: Connection::Kept,
    };
    let load = Load {
        connections: 64,
        threads: 2,
        pace,
        timeout: Duration::from_secs(30),
    };
    let engine = Identity {
        name: "wrk",
        version: "4.1.0".to_owned(),
    };
    let machine = Machine {
        cpus: 2,
        arch: "x86_64".to_owned(),
        limits: BTreeMap::new(),
    };
    Key::of(&target, &load, &engine, "10x3s", machine)
}

fn key() -> Key {
    key_of(vec![endpoint("http://localhost:8080/api")], Pace::Closed)
}

/// A run of six rounds of about this latency.
fn run(micros: u64, fitness: Fitness) -> Finished {
    Finished {
        key: key(),
        at: moment(),
        commit: Some("0a1b2c3".to_owned()),
        session: 4,
        verdict: "none".to_owned(),
        fitness,
        environment: Environment::default(),
        engine: EngineUse::default(),
        rounds: (0..6).map(|at| round(2000, micros + at * 100)).collect(),
    }
}

fn fit(micros: u64) -> Finished {
    run(micros, Fitness::CleanAndPassed)
}

fn by_hand() -> Accepted {
    Accepted {
        by: "ann".to_owned(),
        at: moment(),
        commit: None,
        reason: "the index costs that much".to_owned(),
        rest: Map::new(),
    }
}

fn project(text: Option<&str>) -> (tempfile::TempDir, Store) {
    let root = tempfile::tempdir().unwrap();
    let store = Store::create(root.path()).unwrap();
    if let Some(text) = text {
        store
            .write(layout::BASELINES, text.as_bytes(), Overwrite::Replace)
            .unwrap();
    }
    (root, store)
}

fn text(store: &Store) -> String {
    fs::read_to_string(store.path(layout::BASELINES)).unwrap()
}

fn baseline(store: &Store) -> Baseline {
    match find(store, ITEM, &key()).unwrap() {
        Found::Baseline(one) => *one,
        Found::None(why) => panic!("{why}"),
    }
}

fn no_baseline(store: &Store, key: &Key) -> NoBaseline {
    match find(store, ITEM, key).unwrap() {
        Found::Baseline(_) => panic!("there is one"),
        Found::None(why) => why,
    }
}

#[test]
fn the_first_clean_run_that_passes_is_pinned_and_no_later_one_moves_it() {
    let (_root, store) = project(None);
    assert_eq!(no_baseline(&store, &key()), NoBaseline::Nothing);
    let unfit = run(20_000, Fitness::Unfit);
    assert_eq!(
        remember(&store, ITEM, &unfit, "ann").unwrap(),
        Remembered::Nothing
    );
    let mut noisy = fit(20_000);
    noisy.rounds.iter_mut().for_each(|round| round.clean = false);
    assert_eq!(
        remember(&store, ITEM, &noisy, "ann").unwrap(),
        Remembered::Nothing
    );
    assert!(!store.path(layout::BASELINES).exists());

    assert_eq!(
        remember(&store, ITEM, &fit(20_000), "ann").unwrap(),
        Remembered::Pinned
    );
    let first = baseline(&store);
    assert_eq!(first.accepted.by, "ann");
    assert_eq!(first.accepted.reason, "the first clean run that passed");
    assert_eq!(rounds(&first).unwrap(), fit(20_000).rounds);
    assert_eq!(first.history.len(), 1);

    for micros in [21_000, 22_000, 10_000] {
        assert_eq!(
            remember(&store, ITEM, &fit(micros), "ann").unwrap(),
            Remembered::Added
        );
    }
    let later = baseline(&store);
    assert_eq!((&later.rounds, &later.accepted), (&first.rounds, &first.accepted));
    assert_eq!(later.history.len(), 4);
    assert_eq!(later.history[0], first.history[0]);
}

#[test]
fn accepting_moves_the_baseline_and_keeps_its_history() {
    let (_root, store) = project(None);
    remember(&store, ITEM, &fit(20_000), "ann").unwrap();
    accept(&store, ITEM, &run(30_000, Fitness::Unfit), &by_hand()).unwrap();
    let seen = baseline(&store);
    assert_eq!(seen.accepted, by_hand());
    assert_eq!(rounds(&seen).unwrap(), fit(30_000).rounds);
    assert_eq!(seen.history.len(), 2);
    let mut empty = fit(1);
    empty.rounds.clear();
    let before = text(&store);
    let refused = accept(&store, ITEM, &empty, &by_hand());
    assert!(matches!(refused, Err(BaselineError::NothingToAccept)));
    assert_eq!(text(&store), before);
}

#[test]
fn another_key_is_no_baseline_and_says_what_differs() {
    let (_root, store) = project(None);
    remember(&store, ITEM, &fit(20_000), "ann").unwrap();
    let other = Key {
        connections: 128,
        rate: Some(2000.0),
        ..key()
    };
    assert_eq!(
        no_baseline(&store, &other).to_string(),
        "the nearest baseline was measured under other conditions: connections: 128, not 64; rate: 2000.0, not none"
    );
    // Each key has its own.
    let mut run = fit(40_000);
    run.key = other;
    assert_eq!(remember(&store, ITEM, &run, "ann").unwrap(), Remembered::Pinned);
    assert_eq!(rounds(&baseline(&store)).unwrap(), fit(20_000).rounds);
}

#[test]
fn an_entry_of_the_older_program_is_kept_and_not_compared() {
    let (_root, store) = project(Some(OLD));
    assert_eq!(no_baseline(&store, &key()), NoBaseline::OldShape);
    let unfit = run(20_000, Fitness::Unfit);
    assert_eq!(
        remember(&store, ITEM, &unfit, "ann").unwrap(),
        Remembered::Nothing
    );
    assert_eq!(text(&store), OLD);

    remember(&store, ITEM, &fit(20_000), "ann").unwrap();
    let written = text(&store);
    // What is of another work item is as it was, to the byte.
    let other = &OLD[OLD.find("  \"other\"").unwrap()..];
    assert!(written.ends_with(other), "{written}");
    let value: Value = serde_json::from_str(&written).unwrap();
    let entry = &value[ITEM];
    let old: Value = serde_json::from_str(OLD).unwrap();
    assert_eq!(entry["before"], old[ITEM]);
    assert_eq!(entry["schema_version"], 1);
    // The five fields that older programs read.
    assert!((entry["latency"]["p95"].as_f64().unwrap() - 20.5).abs() < 0.1);
    assert_eq!(entry["throughput"]["requests_per_sec"], 2000.0);
    assert!(
        (entry["resource_usage"]["api"]["cpu_us_per_request"]
            .as_f64()
            .unwrap()
            - 20.0)
            .abs()
            < 1e-9
    );
    assert_eq!(entry["session"], 4);
    assert!(entry["timestamp"].is_string());
    assert_eq!(baseline(&store).history.len(), 1);
}

#[test]
fn what_a_newer_version_wrote_survives() {
    let (_root, store) = project(None);
    remember(&store, ITEM, &fit(20_000), "ann").unwrap();
    let mut value: Value = serde_json::from_str(&text(&store)).unwrap();
    value[ITEM]["future"] = json!({"a": 1});
    let pinned = &mut value[ITEM]["baselines"][0];
    pinned["future"] = json!([1]);
    pinned["history"][0]["future"] = json!("x");
    pinned["rounds"][0]["future"] = json!(true);
    store
        .write(
            layout::BASELINES,
            crate::store::pretty(&value).as_bytes(),
            Overwrite::Replace,
        )
        .unwrap();
    assert_eq!(json!(baseline(&store)), value[ITEM]["baselines"][0]);
    remember(&store, ITEM, &fit(20_000), "ann").unwrap();
    let seen: Value = serde_json::from_str(&text(&store)).unwrap();
    let pinned = &seen[ITEM]["baselines"][0];
    assert_eq!(pinned["rounds"], value[ITEM]["baselines"][0]["rounds"]);
    assert_eq!(pinned["history"][0], value[ITEM]["baselines"][0]["history"][0]);
    accept(&store, ITEM, &fit(20_000), &by_hand()).unwrap();
    let seen: Value = serde_json::from_str(&text(&store)).unwrap();
    assert_eq!(seen[ITEM]["future"], json!({"a": 1}));
    assert_eq!(seen[ITEM]["baselines"][0]["future"], json!([1]));
}

#[track_caller]
fn check_broken(broken: &str, expect: &str) {
    let (_root, store) = project(Some(broken));
    let run = fit(20_000);
    for error in [
        find(&store, ITEM, &key()).unwrap_err(),
        remember(&store, ITEM, &run, "ann").unwrap_err(),
        accept(&store, ITEM, &run, &by_hand()).unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains(expect), "{error}");
        assert!(error.contains("performance_baselines.json:"), "{error}");
    }
    assert_eq!(text(&store), broken);
}

#[test]
fn a_broken_file_is_named_with_its_place_and_never_written() {
    check_broken("{\n  \"a\": 1,\n", ":3:1: ");
    check_broken("[]", ":1:1: expected an object");
    check_broken(
        "{\n  \"integration_test_api\": 7\n}\n",
        ":2:27: expected an object, found a number",
    );
    check_broken(
        "{\"integration_test_api\": {\"baselines\": {}}}",
        ":1:40: expected an array",
    );
    let field = "integration_test_api.baselines.0.key.connections";
    check_broken(
        "{\"integration_test_api\": {\"baselines\": [{\"key\": {\"endpoint\": \"\", \"method\": \"\", \"engine\": \"\", \
         \"connections\": \"64\"}}]}}",
        field,
    );
}

#[test]
fn a_histogram_that_cannot_be_read_is_an_error() {
    let (_root, store) = project(None);
    remember(&store, ITEM, &fit(20_000), "ann").unwrap();
    let mut seen = baseline(&store);
    seen.rounds[2].histogram = "HISTx".to_owned();
    assert!(rounds(&seen).is_err());
}

#[test]
fn a_history_keeps_its_first_run_and_the_latest() {
    let mut history = Vec::new();
    for at in 0..MOST + 50 {
        append(&mut history, json!(at));
    }
    assert_eq!(history.len(), MOST);
    assert_eq!((&history[0], &history[1]), (&json!(0), &json!(51)));
    assert_eq!(history.last(), Some(&json!(MOST + 49)));
}

#[test]
fn creep_is_found_although_each_step_was_accepted() {
    let (_root, store) = project(None);
    let steps = [20_000, 20_000, 20_000, 21_600, 23_328, 25_194, 27_210, 29_387];
    for micros in steps {
        let run = Finished {
            rounds: (0..6).map(|at| round(2000, micros + at * 100)).collect(),
            ..fit(micros)
        };
        accept(&store, ITEM, &run, &by_hand()).unwrap();
    }
    let seen = creep(&baseline(&store).history, 0.1);
    let of = |name: &str| seen.iter().find(|one| one.metric.name() == name).unwrap().verdict;
    assert_eq!((of("p50"), of("rps")), (Creep::Drifted, Creep::Steady));
    assert_eq!(creep(&[Past::default()], 0.1), []);
}

#[test]
fn a_run_without_reference_is_passed_over_where_the_others_have_one() {
    let past = |micros, reference| {
        let mut run = fit(micros);
        run.rounds
            .iter_mut()
            .for_each(|round| round.reference = round.reference.take().filter(|_| reference));
        Past::of(&run)
    };
    let mut history: Vec<Past> = (0..8).map(|_| past(20_000, true)).collect();
    history.extend((0..3).map(|_| past(90_000, false)));
    let seen = creep(&history, 0.1);
    let median = seen.iter().find(|one| one.metric.name() == "p50").unwrap();
    assert_eq!((median.runs, median.verdict), (8, Creep::Steady));
}

#[test]
fn a_service_that_is_faster_than_the_reference_creeps_too() {
    let past = |steps: i32| {
        let mut run = Past::of(&fit(20_000));
        run.summary
            .relative
            .insert("p50".to_owned(), 0.5 * 1.08_f64.powi(steps));
        run
    };
    let history: Vec<Past> = [0, 0, 0, 1, 2, 3, 4, 5].into_iter().map(past).collect();
    let seen = creep(&history, 0.1);
    let median = seen.iter().find(|one| one.metric.name() == "p50").unwrap();
    assert_eq!(median.verdict, Creep::Drifted);
    assert!(
        (median.ratio.unwrap() - 1.08_f64.powi(4)).abs() < 1e-6,
        "{median:?}"
    );
}

#[test]
fn what_is_no_number_leaves_a_file_that_can_be_read() {
    let (_root, store) = project(None);
    let mut run = fit(20_000);
    run.rounds[0].noise.steal = f64::NAN;
    run.rounds[0].noise.pressure = Some(f64::INFINITY);
    run.rounds.push(round(0, 1));
    remember(&store, ITEM, &run, "ann").unwrap();
    let seen = rounds(&baseline(&store)).unwrap();
    assert_eq!((seen[0].noise.steal, seen[0].noise.pressure), (0.0, None));
}

#[test]
fn a_key_says_what_was_asked_and_no_secret() {
    let seen = key_of(
        vec![endpoint("http://ann:pw@localhost:8080/a?b=c")],
        Pace::PerSecond(50.0),
    );
    assert_eq!(seen.endpoint, "http://localhost:8080/a?b=c");
    assert_eq!(
        (&*seen.method, seen.body.as_deref(), &*seen.engine, seen.rate),
        ("GET", None, "wrk 4.1.0", Some(50.0))
    );
    let mut post = endpoint("http://localhost/b");
    post.method = http::Method::POST;
    post.weight = 3;
    post.body = b"{}".to_vec();
    let seen = key_of(vec![endpoint("http://localhost/a"), post], Pace::Closed);
    assert_eq!(
        seen.endpoint,
        "GET http://localhost/a x1, POST http://localhost/b x3"
    );
    assert_eq!(seen.method, "GET, POST");
    assert!(seen.body.unwrap().starts_with("sha256:"));
}

#[test]
fn a_condition_that_a_newer_version_knows_counts() {
    let mut newer = key();
    newer.rest.insert("tls".to_owned(), json!("1.3"));
    let seen = differing(&key(), &newer);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].to_string(), "tls: none, not 1.3");
    assert_ne!(key(), newer);
    let limited = Key {
        limits: BTreeMap::from([("api".to_owned(), Limits::default())]),
        ..key()
    };
    assert_eq!(differing(&limited, &key())[0].field, "limits");
}

#[test]
fn what_is_kept_by_the_names_of_the_notes_is_read() {
    let stored: StoredRound = serde_json::from_value(json!({
        "at": "2026-01-01T00:00:00Z", "duration_us": 3_000_000, "requests": 100, "bytes": 1,
        "errors": {"connect": 0, "read": 0, "write": 0, "timeout": 1, "status": {"5xx": 2, "200": 97, "503": 1}},
        "histogram": round(100, 50).target.corrected.encoded(),
        "reference_histogram": round(100, 50).target.corrected.encoded(), "rps": 33, "reference_rps": 200,
        "client_cpu_us": 5, "services": {"api": {"cpu_us": 7}}, "steal": 0, "foreign_cpu": 0, "pressure": 0, "clean": true
    }))
    .unwrap();
    let seen = stored.round().unwrap();
    assert_eq!((seen.target.errors.status, seen.target.errors.timeout), (3, 1));
    assert_eq!(seen.services["api"].cpu, Some(Duration::from_micros(7)));
    assert_eq!(seen.services["api"].memory_peak_bytes, None);
    let reference = seen.reference.unwrap();
    assert_eq!(
        (reference.requests, reference.duration),
        (100, Duration::from_millis(500))
    );
}

#[test]
fn a_summary_is_in_milliseconds_and_has_intervals_of_enough_rounds() {
    let seen = Summary::of(&fit(20_000).rounds);
    assert!((seen.p50.unwrap() - 20.25).abs() < 0.05, "{seen:?}");
    assert_eq!(seen.rps, Some(2000.0));
    let interval = seen.interval["p50"];
    assert!(interval.low <= seen.p50.unwrap() && seen.p50.unwrap() <= interval.high);
    assert!((seen.relative["p50"] - 40.5).abs() < 0.2);
    let seen = Summary::of(&fit(20_000).rounds[..2]);
    assert!(seen.interval.is_empty() && seen.p50.is_some());
    assert_eq!(Summary::of(&[]).p50, None);
}

prop_compose! {
    fn any_round()(
        requests in 0..5000_u64,
        micros in 1..10_000_000_u64,
        failed in prop::collection::btree_map(100..600_u16, 1..1000_u64, 0..4),
        cpu in prop::option::of(0..10_000_000_u64),
        steal in 0.0..1.0_f64,
        pressure in prop::option::of(0.0..1.0_f64),
        clean in any::<bool>(),
        paired in any::<bool>(),
    ) -> Round {
        let mut out = round(requests, micros);
        out.target.errors.status = failed.iter().filter(|(status, _)| **status >= 400).map(|(_, count)| count).sum();
        out.target.errors.by_status = failed;
        out.target.raw = clean.then(|| out.target.corrected.clone());
        out.target.client_cpu = cpu.map(Duration::from_micros);
        let api = out.services.get_mut("api").unwrap();
        api.cpu = cpu.map(Duration::from_micros);
        out.noise.steal = steal;
        out.noise.pressure = pressure;
        out.clean = clean;
        out.reference = out.reference.filter(|_| paired);
        out
    }
}

prop_compose! {
    fn any_key()(
        connections in 1..4_u32,
        rate in prop::option::of(prop::sample::select(vec![1.0, 2000.0, 0.5])),
        phases in "[ab]{0,1}",
        cpus in 1..3_u32,
    ) -> Key {
        Key { connections, rate, phases, cpus, ..key() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_round_that_is_kept_is_the_same_round(seen in any_round()) {
        let text = serde_json::to_string(&StoredRound::from(&seen)).unwrap();
        let stored: StoredRound = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&stored).unwrap(), text);
        prop_assert_eq!(stored.round(), Ok(seen));
    }

    #[test]
    fn keys_are_equal_when_nothing_differs(here in any_key(), there in any_key()) {
        prop_assert_eq!(here == there, differing(&here, &there).is_empty());
        prop_assert_eq!(differing(&here, &there).len(), differing(&there, &here).len());
        let text = serde_json::to_string(&here).unwrap();
        prop_assert_eq!(serde_json::from_str::<Key>(&text).unwrap(), here);
    }
}
