//! Requirements read, and held against rounds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::bench::round::tests::round;
use crate::bench::round::{Round, ServiceCost};
use crate::model::spec::At;
use crate::model::spec::LatencyLimit;
use crate::model::verdict::Verdict;

fn read(text: &str) -> Requirement {
    text.parse().unwrap()
}

#[track_caller]
fn check(text: &str, subject: Subject, bound: Bound) {
    let seen = read(text);
    assert_eq!((seen.subject, seen.bound), (subject, bound), "{text}");
    assert_eq!((seen.source, seen.weight), (Source::Asked, Weight::Required));
}

#[track_caller]
fn check_unreadable(text: &str, expect: &str) {
    let seen = text.parse::<Requirement>().unwrap_err().to_string();
    assert!(seen.contains(expect), "{text}: {seen}");
}

#[test]
fn requirements_are_read_as_they_are_written() {
    let together = Services::Together;
    check("p95=500ms", Subject::Latency(95.0), Bound::AtMost(500.0));
    check("p99.9 < 1s", Subject::Latency(99.9), Bound::Below(1000.0));
    check("P50≤250us", Subject::Latency(50.0), Bound::AtMost(0.25));
    check("max<2s", Subject::Latency(100.0), Bound::Below(2000.0));
    check("median<=1,000ms", Subject::Latency(50.0), Bound::AtMost(1000.0));
    check("rps>=100", Subject::Throughput, Bound::AtLeast(100.0));
    check("throughput=100", Subject::Throughput, Bound::AtLeast(100.0));
    check(
        "rps>6000 requests/minute",
        Subject::Throughput,
        Bound::Above(100.0),
    );
    check("rps=2k rps", Subject::Throughput, Bound::AtLeast(2000.0));
    check("errors=1%", Subject::Errors, Bound::AtMost(1.0));
    check("errors<=0%", Subject::Errors, Bound::AtMost(0.0));
    check("cpu<80%", Subject::Cpu(together), Bound::Below(80.0));
    check("cpu<2 cores", Subject::Cpu(together), Bound::Below(200.0));
    check("memory<2GB", Subject::Memory(together), Bound::Below(2e9));
    check(
        "memory=512MiB",
        Subject::Memory(together),
        Bound::AtMost(536_870_912.0),
    );
    check("disk<50MB/s", Subject::Disk(together), Bound::Below(5e7));
    check(
        "disk<60 MB per minute",
        Subject::Disk(together),
        Bound::Below(1e6),
    );
}

#[test]
fn what_is_wrong_with_one_is_said_with_what_is_known() {
    check_unreadable("p95", "compares nothing; write it like p95=500ms");
    check_unreadable("", "compares nothing");
    check_unreadable(
        "latency<5ms",
        "\"latency\" is not measured; what is: p95=500ms, p99.9<1s",
    );
    for name in ["p0", "p101", "p", "pinf", "p1e1", "p-5", "", "p9 5"] {
        check_unreadable(&format!("{name}<5ms"), "is not measured");
    }
    check_unreadable("p95=500", "has no unit; write it like p95=500ms");
    check_unreadable("p95=500MB", "has a unit that does not fit");
    check_unreadable("p95=", "has no number");
    check_unreadable("p95=-5ms", "has no number");
    check_unreadable("p95=NaNms", "has no number");
    check_unreadable("p95=<<5ms", "second sign");
    check_unreadable("p95=100-200ms", "is a range");
    check_unreadable("p95=5ms for most", "is followed by something else");
    check_unreadable("p95=0ms", "is nothing");
    check_unreadable("p95>5ms", "points the wrong way; write it like p95=500ms");
    check_unreadable("rps<100", "points the wrong way");
    check_unreadable("rps>=100ms", "unit that does not fit");
    check_unreadable("rps>=100/s (peak)", "is followed by something else");
    check_unreadable("errors=1", "has no unit; write it like errors<=1%");
    check_unreadable("errors=101%", "is more than all");
    check_unreadable("errors=1-2%", "is a range");
    check_unreadable(
        "memory<80%",
        "has a unit that does not fit; write it like memory<2GB",
    );
    check_unreadable("memory<2Gb", "unit that does not fit");
    check_unreadable("disk<50MB", "unit that does not fit");
    check_unreadable("cpu<2GHz", "unit that does not fit");
}

#[test]
fn what_is_known_can_be_read() {
    for example in KNOWN {
        read(example);
    }
}

#[test]
fn a_spec_gives_its_limits() {
    let resource = |metric, per_service| {
        At::new(
            ResourceLimit {
                metric,
                limit: 10.0,
                per_service,
            },
            3,
        )
    };
    let limit = LatencyLimit {
        percentile: 95.0,
        milliseconds: 500.0,
    };
    let spec = Benchmarks {
        latency: vec![At::new(limit, 1)],
        minimum_throughput: Some(At::new(100.0, 2)),
        target_throughput: Some(At::new(500.0, 2)),
        resources: vec![resource("cpu_percent", true), resource("memory_bytes", false)],
        ..Benchmarks::default()
    };
    let seen: Vec<_> = of_spec(&spec)
        .into_iter()
        .map(|one| (one.subject, one.bound, one.weight))
        .collect();
    assert_eq!(
        seen,
        [
            (Subject::Latency(95.0), Bound::Below(500.0), Weight::Required),
            (Subject::Throughput, Bound::AtLeast(100.0), Weight::Required),
            (Subject::Throughput, Bound::AtLeast(500.0), Weight::Told),
            (Subject::Cpu(Services::Each), Bound::Below(10.0), Weight::Required),
            (
                Subject::Memory(Services::Together),
                Bound::Below(10.0),
                Weight::Required
            ),
        ]
    );
    assert_eq!(of_spec(&Benchmarks::default()), []);
}

/// The metrics with their verdicts.
fn verdicts(requirements: &[&str], rounds: &[Round]) -> Vec<(String, Verdict)> {
    let requirements: Vec<Requirement> = requirements.iter().map(|text| read(text)).collect();
    judge_all(&requirements, &Measured::of(rounds))
        .into_iter()
        .map(|one| {
            (
                one.service
                    .map_or(one.metric.clone(), |of| one.metric + "." + &of),
                one.verdict,
            )
        })
        .collect()
}

#[track_caller]
fn check_rounds(requirement: &str, rounds: &[Round], expect: Verdict) {
    let seen = verdicts(&[requirement], rounds);
    assert_eq!(seen.last().unwrap().1, expect, "{requirement}: {seen:?}");
}

#[test]
fn each_metric_is_held_against_its_limit() {
    // 2,000 requests a second of 20 ms each; the service takes 20 us for one, and 4 kB of disk.
    let rounds = vec![round(2000, 20_000); 3];
    for (good, bad) in [
        ("p95<=21ms", "p95<19ms"),
        ("max<21ms", "max<19ms"),
        ("rps>=2000", "rps>2000"),
        ("errors=0%", "p99.9<1ms"),
        ("cpu<=4.1%", "cpu<3.9%"),
        ("memory<=50MB", "memory<50MB"),
        ("disk<=4000 B/s", "disk<4000 B/s"),
    ] {
        check_rounds(good, &rounds, Verdict::Passed);
        check_rounds(bad, &rounds, Verdict::Failed);
    }
}

#[test]
fn what_was_not_measured_is_an_error() {
    let mut rounds = vec![round(2000, 20_000); 3];
    rounds[1].services.insert("db".to_owned(), ServiceCost::default());
    for requirement in ["cpu<80%", "memory<2GB", "disk<50MB/s"] {
        check_rounds(requirement, &rounds, Verdict::Error);
        check_rounds(requirement, &[], Verdict::Error);
    }
    for round in &mut rounds {
        round.services = BTreeMap::new();
    }
    check_rounds("cpu<80%", &rounds, Verdict::Error);
    check_rounds("p95<1s", &[], Verdict::Error);
    let seen = judge(&read("p95<1s"), Some(f64::NAN));
    assert_eq!(
        (seen.verdict, seen.actual, seen.margin),
        (Verdict::Error, None, None)
    );
}

#[test]
fn a_service_that_answers_nothing_fails_whatever_is_asked() {
    let dead = vec![round(0, 1); 3];
    assert_eq!(
        verdicts(&["p95<1s"], &dead),
        [
            ("requests".to_owned(), Verdict::Failed),
            ("errors".to_owned(), Verdict::Failed),
            ("p95".to_owned(), Verdict::Error),
        ]
    );
    let mut noisy = dead;
    for round in &mut noisy {
        round.clean = false;
    }
    assert_eq!(verdicts(&[], &noisy)[0].1, Verdict::Failed);
    assert_eq!(overall(&judge_all(&[], &Measured::of(&noisy))), Verdict::Failed);
    assert_eq!(overall(&judge_all(&[], &Measured::of(&[]))), Verdict::Error);
}

#[test]
fn a_service_that_answers_with_many_errors_fails_unasked() {
    let mut rounds = vec![round(2000, 1000); 2];
    for (errors, expect) in [
        (2000, Verdict::Failed),
        (1000, Verdict::Failed),
        (21, Verdict::Failed),
        (20, Verdict::Passed),
    ] {
        for round in &mut rounds {
            round.target.errors.status = errors;
        }
        assert_eq!(
            overall(&judge_all(&[], &Measured::of(&rounds))),
            expect,
            "{errors} of 2000"
        );
    }
    check_rounds("errors<=0.5%", &rounds, Verdict::Failed);
    check_rounds("errors<=99%", &rounds, Verdict::Passed);
    // One's own limit stands in place of the usual one.
    assert_eq!(verdicts(&["errors<=1%"], &rounds).len(), 2);
}

#[test]
fn rounds_that_are_not_clean_do_not_count() {
    let mut rounds = vec![round(2000, 20_000), round(2000, 900_000)];
    rounds[1].clean = false;
    check_rounds("p99<30ms", &rounds, Verdict::Passed);
    rounds[1].clean = true;
    check_rounds("p99<30ms", &rounds, Verdict::Failed);
}

#[test]
fn services_are_judged_together_or_each() {
    let mut rounds = vec![round(2000, 20_000); 2];
    for round in &mut rounds {
        let more = ServiceCost {
            memory_peak_bytes: Some(80_000_000),
            ..round.services["api"]
        };
        round.services.insert("db".to_owned(), more);
    }
    check_rounds("memory<100MB", &rounds, Verdict::Failed);
    let each = Requirement {
        subject: Subject::Memory(Services::Each),
        ..read("memory<60MB")
    };
    let seen: Vec<_> = judge_all(&[each], &Measured::of(&rounds))
        .into_iter()
        .filter_map(|one| Some((one.service?, one.verdict)))
        .collect();
    assert_eq!(
        seen,
        [
            ("api".to_owned(), Verdict::Passed),
            ("db".to_owned(), Verdict::Failed)
        ]
    );
}

#[test]
fn a_target_is_told_and_fails_nothing() {
    let target = Requirement {
        weight: Weight::Told,
        ..read("rps>=9000")
    };
    let seen = judge_all(&[target], &Measured::of(&[round(2000, 1000)]));
    assert_eq!(seen.last().unwrap().verdict, Verdict::Failed);
    assert_eq!(overall(&seen), Verdict::Passed);
}

#[test]
fn what_is_told_has_the_shape_of_the_report() {
    let seen = serde_json::to_value(judge(&read("p95=500ms"), Some(41.2))).unwrap();
    assert_eq!(seen["metric"], "p95");
    assert_eq!(seen["limit"], 500.0);
    assert_eq!(seen["actual"], 41.2);
    assert_eq!(seen["verdict"], "passed");
    assert!((seen["margin"].as_f64().unwrap() - 0.9176).abs() < 1e-9);
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[a-z0-9.]{0,8}[<>=≤ ]{0,3}[0-9.,_kmMG%/sB ()-]{0,12}") {
        if let Ok(seen) = text.parse::<Requirement>() {
            prop_assert!(seen.bound.limit().is_finite());
        }
    }

    #[test]
    fn passed_is_only_what_holds(limit in 0.001..1e9_f64, value in prop::num::f64::ANY) {
        let requirement = Requirement { bound: Bound::AtMost(limit), ..read("p95=500ms") };
        let seen = judge(&requirement, Some(value));
        prop_assert_eq!(seen.verdict == Verdict::Passed, value.is_finite() && value <= limit);
        prop_assert!(seen.margin.is_none_or(f64::is_finite));
    }
}
