use serde_json::{Value, json};

use super::super::sample::{Sample, shown};
use super::*;
use crate::bench::report::samples;
use crate::parse;

const WHOLE: &str = "# Integration Test: X\n\n## Performance Benchmarks\n\n**Endpoint:** http://127.0.0.1:8080/search\n\n\
                     **Response Time Requirements:**\n- p50: < 20ms\n- p95: < 50ms\n\n\
                     **Throughput Requirements:**\n- Minimum: 500 requests/second\n- Target: 5000 requests/second\n";

const NONE: &str = "# Integration Test: X\n\n## Scope\n\nNothing yet.\n";

/// A session on an item of a type with such a spec and such settings.
fn sample(kind: WorkItemType, spec: &str, settings: &Value) -> Sample {
    let mut sample = Sample::new(settings).work(json!({}));
    let work = sample.work.as_mut().unwrap();
    work.item.kind = kind;
    work.spec = Some(parse::spec::read("spec.md", spec.as_bytes()));
    sample
}

/// What is planned, or why nothing is asked.
#[track_caller]
fn check(mut sample: Sample, expect: &[&str]) {
    let found = sample.with(|cx| match Benchmark.absent(cx) {
        Some(why) => vec![format!("~ {why}")],
        None => shown(&Benchmark.plan(cx)),
    });
    assert_eq!(found, expect);
}

fn of_type(kind: WorkItemType, spec: &str) -> Sample {
    sample(kind, spec, &json!({}))
}

fn with(settings: &Value) -> Sample {
    let settings = json!({ "quality_gates": settings });
    sample(WorkItemType::IntegrationTest, WHOLE, &settings)
}

const TEST: WorkItemType = WorkItemType::IntegrationTest;

#[test]
fn it_says_what_will_be_measured() {
    check(
        of_type(TEST, WHOLE),
        &[
            "+ bench (GET http://127.0.0.1:8080/search over 16 connections, 10 rounds of 3 s: p50 < 20 ms, p95 < 50 ms, rps >= \
           500 requests/s)",
        ],
    );
    check(
        with(&json!({"benchmark": {"rounds": 4, "duration": 2}})),
        &[
            "+ bench (GET http://127.0.0.1:8080/search over 16 connections, 4 rounds of 1 s, for wrk counts whole seconds: p50 \
           < 20 ms, p95 < 50 ms, rps >= 500 requests/s)",
        ],
    );
    check(
        with(&json!({"benchmark": {"rounds": 4, "duration": 2, "engine": "builtin"}})),
        &[
            "+ bench (GET http://127.0.0.1:8080/search over 16 connections, 4 rounds of 0.5 s: p50 < 20 ms, p95 < 50 ms, rps >= \
           500 requests/s)",
        ],
    );
    check(
        of_type(
            WorkItemType::Feature,
            &WHOLE
                .replace("http:", "POST http:")
                .replace("- p50: < 20ms\n", ""),
        ),
        &[
            "+ bench (POST http://127.0.0.1:8080/search over 16 connections, 10 rounds of 3 s: p95 < 50 ms, rps >= 500 \
           requests/s)",
        ],
    );
}

#[test]
fn it_asks_nothing_where_nothing_is_demanded_and_nothing_has_to_be() {
    check(
        of_type(WorkItemType::Bug, NONE),
        &["~ bug_x has no performance requirements"],
    );
    let optional = json!({"quality_gates": {"integration_tests": {"performance_required": false}}});
    check(
        sample(TEST, NONE, &optional),
        &["~ bug_x has no performance requirements"],
    );
    check(
        Sample::new(&json!({})),
        &["~ no session is open, so there is nothing to measure"],
    );
}

#[test]
fn what_must_be_demanded_and_is_not_is_an_error() {
    let lacking = "! bench: bug_x has no performance requirements, and an integration test has some";
    check(of_type(TEST, NONE), &[lacking]);
    // A target that nothing fails by is no requirement.
    let target =
        "# X\n\n## Performance Benchmarks\n\n**Throughput Requirements:**\n- Target: 5000 requests/second\n";
    check(of_type(TEST, target), &[lacking]);
    // Nor is a limit that nobody understands, whatever else is limited.
    let line = WHOLE.lines().position(|line| line.contains("p50")).unwrap() + 1;
    check(
        of_type(TEST, &WHOLE.replace("< 20ms", "< 20 blinks")),
        &[&format!(
            "! bench: line {line} of the spec limits nothing: p50: \"< 20 blinks\" has a unit that is not known here"
        )],
    );
    let mut without = of_type(TEST, NONE);
    without.work.as_mut().unwrap().spec = None;
    check(without, &[lacking]);
}

#[test]
fn without_a_whole_address_there_is_no_answer() {
    let without = WHOLE.replace("**Endpoint:** http://127.0.0.1:8080/search\n\n", "");
    check(
        of_type(TEST, &without),
        &["! bench: nothing says what is to be measured"],
    );
    let path = WHOLE.replace("http://127.0.0.1:8080", "");
    check(
        of_type(TEST, &path),
        &["! bench: the spec's endpoint \"/search\" has no host"],
    );
}

#[test]
fn an_engine_that_was_asked_for_must_be_there() {
    let without = |settings: Value| {
        let mut sample = with(&settings);
        sample.missing = vec!["wrk", "locust"];
        sample
    };
    check(
        without(json!({"benchmark": {"engine": "wrk"}})),
        &["! wrk: wrk is not installed"],
    );
    check(
        without(json!({"benchmark": {"engine": "locust", "on_missing_tool": "skip"}})),
        &["- locust: locust is not installed"],
    );
    check(
        without(json!({"benchmark": {"engine": "wrk", "required": false}})),
        &["- wrk: wrk is not installed"],
    );
    for engine in ["auto", "builtin"] {
        let mut sample = without(json!({"benchmark": {"engine": engine}}));
        let runs = sample.with(|cx| matches!(Benchmark.plan(cx).as_slice(), [Item::Run(_)]));
        assert!(runs, "{engine}");
    }
}

#[test]
fn it_runs_last_and_alone_and_takes_what_the_settings_give_it() {
    let mut sample =
        with(&json!({"benchmark": {"timeout": 7, "regression_threshold": 0.2, "allow_noise": true}}));
    sample.with(|cx| {
        let items = Benchmark.plan(cx);
        let [Item::Run(step)] = items.as_slice() else {
            panic!("one step")
        };
        let Work::Benchmark(work) = &step.work else {
            panic!("a measurement")
        };
        assert_eq!(step.phase, Phase::Measure);
        assert_eq!(work.limit.as_secs(), 7);
        assert!((work.threshold - 0.2).abs() < 1e-9);
        assert_eq!(work.counting, Counting::Every);
        assert_eq!(
            work.programs.wrk.as_deref(),
            Some(std::path::Path::new("/bin/wrk"))
        );
        assert_eq!(work.requirements.len(), 4);
    });
}

/// Judges an answer: verdict, reason, findings as `rule severity line: message`, hints.
fn judged(result: Result) -> (Verdict, String, Vec<String>, Vec<String>, Judgement) {
    with(&json!({"integration_tests": {"compose_file": ""}})).with(|cx| {
        let items = Benchmark.plan(cx);
        let parts = [Part {
            item: &items[0],
            result,
        }];
        let judgement = Benchmark.judge(cx, &parts);
        let findings = judgement.findings().into_iter().map(|one| {
            let line = one.line.map_or_else(|| "-".to_owned(), |line| line.to_string());
            format!("{} {} {line}: {}", one.rule, one.severity, one.message)
        });
        (
            judgement.verdict(),
            judgement.reason().to_owned(),
            findings.collect(),
            judgement.hints().map(|(_, hint)| hint.to_owned()).collect(),
            judgement.clone(),
        )
    })
}

fn answered(document: Document) -> Result {
    Result::Benchmark(Ok(Box::new(document)))
}

#[test]
fn what_is_met_is_told_with_its_values() {
    let (verdict, reason, findings, hints, judgement) = judged(answered(samples::passed()));
    assert_eq!((verdict, findings.len(), hints.len()), (Verdict::Passed, 0, 0));
    assert!(reason.contains("p95 ") && reason.contains(" < 50 ms"), "{reason}");
    assert!(
        reason.ends_with("requirements are met; no baseline to compare with"),
        "{reason}"
    );
    let metrics = judgement.metrics();
    assert_eq!(metrics["requirements"], metrics["requirements_met"]);
    assert!(metrics["latency_p95_ms"].as_f64().unwrap() > 0.0);
    assert!(metrics["requests_per_sec"].as_f64().unwrap() > 500.0);
    assert_eq!(metrics.get("regressions"), None, "nothing was compared");
}

#[test]
fn what_is_missed_and_what_became_worse_are_findings_at_their_lines() {
    let (verdict, reason, findings, hints, judgement) = judged(answered(samples::failed()));
    assert_eq!(verdict, Verdict::Failed);
    assert!(reason.starts_with("not reached: p95"), "{reason}");
    assert!(reason.contains("worse than the baseline"), "{reason}");
    let missed = findings
        .iter()
        .find(|one| one.starts_with("requirement-p95 "))
        .unwrap();
    assert!(
        missed.starts_with("requirement-p95 high 9: p95: ") && missed.contains("wanted < 5 ms, off by "),
        "{missed}"
    );
    let worse = findings
        .iter()
        .find(|one| one.starts_with("regression-p50 "))
        .unwrap();
    assert!(
        worse.starts_with("regression-p50 high 5: p50 regressed: +") && worse.contains(" to "),
        "{worse}"
    );
    assert!(hints[0].starts_with("make the service faster"), "{hints:?}");
    assert!(judgement.metrics()["regressions"].as_u64().unwrap() > 0);
    let warnings: Vec<String> = judgement.warnings().collect();
    assert!(
        warnings.iter().any(|one| one.starts_with("p50 creeps:")),
        "{warnings:?}"
    );
}

#[test]
fn a_service_that_only_became_slower_may_have_to() {
    let mut document = samples::failed();
    document.requirements.clear();
    let (verdict, _, _, hints, _) = judged(answered(document));
    assert_eq!(verdict, Verdict::Failed);
    assert!(
        hints[0].contains("sdd bench bug_x --accept --reason"),
        "{hints:?}"
    );
}

#[test]
fn noise_is_no_pass_and_no_failure() {
    let (verdict, reason, findings, hints, _) = judged(answered(samples::inconclusive()));
    assert_eq!(verdict, Verdict::Error);
    assert!(reason.contains("inconclusive"), "{reason}");
    assert!(
        findings.iter().all(|one| one.starts_with("inconclusive-")),
        "{findings:?}"
    );
    assert!(
        hints[0].contains("quality_gates.benchmark.allow_noise"),
        "{hints:?}"
    );
    // Without a round that counts nothing was measured at all, and the cost of the service is not what is missing.
    let mut document = samples::inconclusive();
    document.rounds.clean = 0;
    document.requirements[0].verdict = Verdict::Error;
    let (.., hints, _) = judged(answered(document));
    assert!(hints[0].starts_with("leave the machine alone"), "{hints:?}");
}

#[test]
fn a_service_that_does_not_answer_fails() {
    let (verdict, reason, findings, ..) = judged(answered(samples::silent()));
    assert_eq!(verdict, Verdict::Failed);
    assert!(reason.contains("requests"), "{reason}");
    assert!(
        findings
            .iter()
            .any(|one| one.starts_with("requirement-requests high 5:")),
        "{findings:?}"
    );
    assert!(
        findings
            .iter()
            .any(|one| one.starts_with("requirement-cpu medium")),
        "{findings:?}"
    );
}

#[test]
fn what_could_not_be_measured_is_an_error_with_its_hint() {
    let result = Result::Benchmark(Err(Unmeasured {
        reason: "nobody is there".to_owned(),
        hint: Some("start it".to_owned()),
    }));
    let (verdict, reason, _, hints, _) = judged(result);
    assert_eq!(
        (verdict, reason.as_str(), hints),
        (Verdict::Error, "nobody is there", vec!["start it".to_owned()])
    );
    let (verdict, reason, ..) = judged(Result::NotStarted("stopped while it ran".to_owned()));
    assert_eq!(
        (verdict, reason.as_str()),
        (Verdict::NotRun, "stopped while it ran")
    );
    let (verdict, ..) = judged(Result::AtHand);
    assert_eq!(verdict, Verdict::Error);
}
