//! Documents for the tests of all formats.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::document::{
    Comparison, Curve, Document, EngineUsed, ErrorCounts, Host, Latency, LoadUsed, PastRun, Resource, Rounds,
    Throughput, decide,
};
use crate::bench::baseline::Difference;
use crate::bench::baseline::stored::StoredRound;
use crate::bench::histogram::Histogram;
use crate::bench::requirements::{
    Bound, Judged, Measured, Requirement, Services, Source, Subject, Weight, judge_all,
};
use crate::bench::round::{Noise, Round, ServiceCost};
use crate::bench::sample::{Errors, Sample};
use crate::bench::statistics::drift::{Creep, Drift};
use crate::bench::statistics::evidence::{Against, evidence};
use crate::bench::statistics::metric::Metric;
use crate::bench::statistics::verdict::{Rule, Stage, judge};

/// When everything happened.
pub(super) fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_632_800, 0).unwrap()
}

/// Latencies of a service: most around this many microseconds, one in a hundred far beyond.
fn latencies(requests: u64, micros: u64, tail: u64) -> Histogram {
    let mut seen = Histogram::new();
    for step in 0..100 {
        let value = match step {
            0..90 => micros * (60 + step) / 100,
            90..98 => micros * (150 + (step - 90) * 40) / 100,
            98 => micros * 6,
            _ => micros * tail,
        };
        seen.record(value, requests / 100);
    }
    seen
}

/// Round number so-and-so of a service that answers within about this many microseconds.
fn round(number: i64, requests: u64, micros: u64) -> Round {
    // Neighbours differ a little, the same way every time.
    let micros = micros + micros * u64::try_from(number % 3).unwrap() / 100;
    let raw = latencies(requests, micros, 8);
    let api = ServiceCost {
        cpu: Some(Duration::from_micros(requests * 120)),
        memory_peak_bytes: Some(92 << 20),
        disk_read_bytes: Some(0),
        disk_write_bytes: Some(300_000),
        throttled: None,
    };
    let sample = |requests: u64, corrected: Histogram, raw: Option<Histogram>| Sample {
        duration: Duration::from_secs(3),
        requests,
        bytes: requests * 1024,
        errors: Errors {
            by_status: BTreeMap::from([(200, requests)]),
            ..Errors::default()
        },
        raw,
        corrected,
        client_cpu: Some(Duration::from_millis(400)),
        per_second: vec![requests * 32 / 100, requests * 33 / 100, requests * 35 / 100],
    };
    Round {
        at: at() + TimeDelta::seconds(number * 4),
        target: sample(requests, latencies(requests, micros, 40), Some(raw)),
        reference: Some(sample(9000, latencies(9000, 300, 8), None)),
        services: BTreeMap::from([
            ("api".to_owned(), api),
            (
                "db".to_owned(),
                ServiceCost {
                    disk_read_bytes: None,
                    ..api
                },
            ),
        ]),
        reference_services: BTreeMap::new(),
        noise: Noise {
            steal: 0.001,
            foreign_cpu: 0.04,
            pressure: Some(0.1),
        },
        clean: true,
    }
}

/// Rounds of such a service.
pub(super) fn run(requests: u64, micros: u64) -> Vec<Round> {
    (0..6).map(|number| round(number, requests, micros)).collect()
}

fn required(subject: Subject, bound: Bound) -> Requirement {
    Requirement {
        subject,
        bound,
        source: Source::Spec,
        weight: Weight::Required,
    }
}

/// The document of rounds.
fn document(rounds: &[Round], requirements: &[Requirement], regression: Comparison) -> Document {
    let measured = Measured::of(rounds);
    let sample = measured.sample.as_ref();
    let requirements: Vec<Judged> = judge_all(requirements, &measured);
    let counted = Rounds {
        clean: rounds.iter().filter(|round| round.clean).count(),
        made: rounds.len(),
        wanted: 6,
        seconds: 3.0,
    };
    let (verdict, decision) = decide(&requirements, &regression, counted);
    let usage = |(name, used): (&String, &crate::bench::requirements::measured::Used)| {
        let used = Resource {
            cpu_percent: used.cpu_percent,
            memory_peak_bytes: used.memory_peak_bytes,
            disk_bytes_per_sec: used.disk_bytes_per_sec,
            cpu_us_per_request: used.cpu_us_per_request,
        };
        (name.clone(), used)
    };
    Document {
        schema_version: 1,
        kind: "bench",
        verdict,
        decision,
        work_item: Some("feature_search".to_owned()),
        started_at: at(),
        engine: EngineUsed {
            name: "builtin".to_owned(),
            version: "1".to_owned(),
            passed_over: Vec::new(),
        },
        url: "http://127.0.0.1:8080/search".to_owned(),
        endpoints: vec!["GET http://127.0.0.1:8080/search?q=x".to_owned()],
        load: LoadUsed {
            model: "closed",
            rate: None,
            connections: 16,
            threads: 1,
            timeout_ms: 30_000,
        },
        rounds: counted,
        phases: Vec::new(),
        requests: sample.map_or(0, |sample| sample.requests),
        duration_seconds: sample.map_or(0.0, |sample| sample.duration.as_secs_f64()),
        latency_ms: sample.and_then(|sample| Latency::of(&sample.corrected)),
        latency_raw_ms: sample.and_then(|sample| Latency::of(sample.raw.as_ref()?)),
        throughput: Throughput::of(sample),
        errors: ErrorCounts::of(sample.map_or(&Errors::default(), |sample| &sample.errors)),
        resource_usage: measured.services.iter().map(usage).collect(),
        requirements,
        regression,
        host: Host::default(),
        notes: Vec::new(),
        curve: sample.map(Curve::of).unwrap_or_default(),
        per_second: rounds
            .iter()
            .map(|round| round.target.per_second.clone())
            .collect(),
        samples: rounds.iter().map(StoredRound::from).collect(),
        history: Vec::new(),
        rerun: "sdd bench http://127.0.0.1:8080/search --work-item feature_search".to_owned(),
        broken: false,
    }
}

fn against(before: &[Round], now: &[Round]) -> Comparison {
    let seen = judge(
        &evidence(now, Against::Stored(before)),
        &Rule::new(0.1, Stage::Last),
    );
    Comparison::made(seen, "the baseline of 2025-11-01 (first clean run)".to_owned())
}

/// All is well, and there is nothing to compare with.
pub(crate) fn passed() -> Document {
    let rounds = run(6000, 2000);
    let wanted = [
        required(Subject::Latency(50.0), Bound::Below(20.0)),
        required(Subject::Latency(95.0), Bound::Below(50.0)),
        required(Subject::Throughput, Bound::AtLeast(500.0)),
        Requirement {
            weight: Weight::Told,
            ..required(Subject::Throughput, Bound::AtLeast(5000.0))
        },
        required(Subject::Memory(Services::Each), Bound::Below(536_870_912.0)),
    ];
    let key = Difference {
        field: "connections".to_owned(),
        here: 16.into(),
        there: 64.into(),
    };
    let none = Comparison::none(
        0.1,
        "the nearest baseline was measured under other conditions: connections: 16, not 64".to_owned(),
        vec![key],
    );
    document(&rounds, &wanted, none)
}

/// A limit is missed, and the service became slower, which shows in its history too.
pub(crate) fn failed() -> Document {
    let before = run(6000, 2000);
    let mut now = run(4200, 3000);
    now[4].clean = false;
    let spare = now[1].clone();
    now.push(spare);
    for (status, count) in [(200, 4100), (503, 100)] {
        now[0].target.errors.by_status.insert(status, count);
    }
    now[0].target.errors.status = 100;
    now[0].target.errors.timeout = 7;
    let wanted = [
        required(Subject::Latency(95.0), Bound::Below(5.0)),
        required(Subject::Latency(99.0), Bound::Below(500.0)),
        required(Subject::Throughput, Bound::AtLeast(1000.0)),
        required(Subject::Errors, Bound::Below(1.0)),
        required(Subject::Disk(Services::Together), Bound::Below(5e7)),
    ];
    let mut regression = against(&before, &now);
    regression.drift = vec![
        Drift {
            metric: Metric::P50,
            verdict: Creep::Drifted,
            runs: 9,
            ratio: Some(1.6),
            since: Some(5),
            chance: Some(0.01),
        },
        Drift {
            metric: Metric::Rps,
            verdict: Creep::Steady,
            runs: 9,
            ratio: Some(0.97),
            since: Some(3),
            chance: Some(0.4),
        },
    ];
    let mut failed = document(&now, &wanted, regression);
    failed.load.rate = Some(1400.0);
    failed.load.model = "open";
    failed.notes = vec!["1 of 7 rounds does not count: the machine was busy with something else".to_owned()];
    failed.history = (0..10_u8)
        .map(|run| {
            let slower = 1.0 + 0.08 * f64::from(run.saturating_sub(4));
            PastRun {
                at: at() - TimeDelta::days(2 * i64::from(9 - run)),
                commit: (run > 0).then(|| format!("{run}0ab1cd2ef3456789")),
                verdict: match run {
                    0 => "no_baseline",
                    6 => "inconclusive",
                    9 => "regressed",
                    _ => "none",
                }
                .to_owned(),
                p50_ms: Some(2.1 * slower),
                p95_ms: (run != 3).then_some(7.3 * slower),
                rps: Some(1990.0 / slower.sqrt()),
                cpu_us_per_request: None,
            }
        })
        .collect();
    failed
}

/// The machine was too restless for an answer.
pub(crate) fn inconclusive() -> Document {
    let before = run(6000, 2000);
    let now: Vec<Round> = (0..6)
        .map(|number| round(number, 6000, if number % 2 == 0 { 1500 } else { 3200 }))
        .collect();
    let mut regression = against(&before, &now);
    regression.drift = Vec::new();
    let wanted = [required(Subject::Latency(95.0), Bound::Below(50.0))];
    document(&now, &wanted, regression)
}

/// Nothing was answered.
pub(crate) fn silent() -> Document {
    let mut only = round(0, 0, 1);
    only.target.corrected = Histogram::new();
    only.target.raw = None;
    only.target.per_second = Vec::new();
    only.target.errors = Errors {
        timeout: 16,
        ..Errors::default()
    };
    only.services = BTreeMap::new();
    let wanted = [
        required(Subject::Latency(95.0), Bound::Below(50.0)),
        required(Subject::Cpu(Services::Together), Bound::Below(80.0)),
    ];
    let why = "no work item is named, so that nothing is kept".to_owned();
    let mut silent = document(&[only], &wanted, Comparison::none(0.1, why, Vec::new()));
    silent.work_item = None;
    silent.load.connections = 1;
    silent
}

/// Texts that somebody else wrote, at their worst.
pub(super) fn hostile() -> Document {
    let bad = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&|`*_x_*`\u{0}\u{1b}[31m\u{202e}\r\n::error::x\n##[error]y ##vso[z]";
    let mut hostile = failed();
    for field in [
        &mut hostile.url,
        &mut hostile.rerun,
        &mut hostile.decision,
        &mut hostile.engine.name,
        &mut hostile.engine.version,
    ] {
        bad.clone_into(field);
    }
    hostile.endpoints = vec![bad.to_owned(); 2];
    hostile.notes = vec![bad.to_owned(), "::error::x".to_owned()];
    hostile.work_item = Some(bad.to_owned());
    hostile.engine.passed_over = vec![bad.to_owned()];
    hostile.regression.against = Some(bad.to_owned());
    hostile.regression.reason = Some(bad.to_owned());
    hostile.regression.differing = vec![Difference {
        field: bad.to_owned(),
        here: bad.into(),
        there: bad.into(),
    }];
    let used = hostile.resource_usage.values().next().copied().unwrap();
    hostile.resource_usage.insert(bad.to_owned(), used);
    for one in &mut hostile.requirements {
        one.service = Some(bad.to_owned());
    }
    for run in &mut hostile.history {
        run.commit = Some(bad.to_owned());
        bad.clone_into(&mut run.verdict);
    }
    hostile
}

/// All of them by name.
pub(super) fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("passed", passed()),
        ("failed", failed()),
        ("inconclusive", inconclusive()),
        ("silent", silent()),
        ("hostile", hostile()),
    ]
}
