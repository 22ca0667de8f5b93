//! The benchmark gate: the service of the work item is as fast as its spec demands, and no slower than its baseline.

use std::time::Duration;

use super::parts::{Part, Result, Seen, Unmeasured, see};
use super::step::{BenchmarkWork, Item, Meaning, NotRun, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement, integration};
use crate::bench::aim::{self, Course, NoAddress, TIMEOUT, Wishes};
use crate::bench::engine::available::{Programs, Wanted};
use crate::bench::load::{Pace, Target};
use crate::bench::report::{Document, lines};
use crate::bench::requirements::{self, Judged, Requirement, Source, Weight};
use crate::bench::rounds::Counting;
use crate::bench::statistics::verdict::Change;
use crate::integration::Needs;
use crate::model::config::{BenchmarkEngine, OnMissingTool};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::session::ActiveWork;
use crate::model::spec::Benchmarks;
use crate::model::verdict::{RunVerdict, Verdict};
use crate::model::work_item::WorkItemType;
use crate::process::find::Found;

/// What the one step of the gate is called.
pub(super) const NAME: &str = "bench";

/// The service of the work item is fast enough.
pub struct Benchmark;

impl Gate for Benchmark {
    fn id(&self) -> GateId {
        GateId::Benchmark
    }

    fn about(&self) -> About {
        About {
            title: "Load test",
            question: "Is the service of the session's work item as fast under load as its spec demands, and no slower \
                       than its baseline?",
            remedy: "Make the service faster, or correct what the spec demands",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let Some(work) = cx.work else {
            return Some("no session is open, so there is nothing to measure".to_owned());
        };
        let must_have = work.item.kind == WorkItemType::IntegrationTest && cx.settings(self.id()).required;
        (!demands(work) && !must_have).then(|| format!("{} has no performance requirements", work.item.id))
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let Some(work) = cx.work else {
            return Vec::new();
        };
        let spec = benchmarks(work).cloned().unwrap_or_default();
        let required = requirements::of_spec(&spec);
        if let Some(limit) = spec.unread.first() {
            return vec![not(
                Meaning::Error,
                format!("line {} of the spec limits nothing: {}", limit.line, limit.value),
                format!(
                    "correct it; what else is odd: sdd work-item validate {}",
                    work.item.id
                ),
            )];
        }
        if !demands(work) {
            return vec![not(
                Meaning::Error,
                format!(
                    "{} has no performance requirements, and an integration test has some",
                    work.item.id
                ),
                "write them into the spec, below Performance Benchmarks: `- p95: < 500ms`; or let them decide nothing here: \
                 `quality_gates.integration_tests.performance_required: false` (the spec is to have that section all the same)",
            )];
        }
        let (method, url) = match aim::address(&spec) {
            Ok(found) => found,
            Err(why) => return vec![not(Meaning::Error, why.to_string(), how_to_name(&why))],
        };
        let settings = &cx.config.quality_gates.benchmark;
        let engine = Wanted::from(settings.engine);
        if let Some(missing) = missing(cx, engine) {
            return vec![missing];
        }
        let course = Course::of(
            &spec,
            &Wishes {
                connections: None,
                threads: None,
                pace: Pace::Closed,
                timeout: TIMEOUT,
                rounds: settings.rounds,
                duration: settings.duration(),
                time_scale: settings.time_scale,
            },
        );
        let target = Target::of(method, url);
        let programs = Programs {
            wrk: at(cx, "wrk"),
            locust: at(cx, "locust"),
        };
        let length = engine.length(&programs, &target, &course.load, course.length);
        let limit = Some(cx.timeout(self.id())).filter(|limit| !limit.is_zero());
        vec![Item::Run(Box::new(Step {
            id: "benchmark".to_owned(),
            gate: self.id(),
            unit: None,
            unit_path: ".".to_owned(),
            language: None,
            tool: StepTool::Own,
            phase: Phase::Measure,
            why: why(&target, &course, length, &required),
            work: Work::Benchmark(Box::new(BenchmarkWork {
                work_item: work.item.id.clone(),
                session: work.session,
                target,
                needs: served(cx),
                course,
                counting: if settings.allow_noise {
                    Counting::Every
                } else {
                    Counting::Quiet
                },
                requirements: required,
                threshold: cx.config.regression_threshold(),
                engine,
                programs,
                git: at(cx, "git"),
                limit: limit.unwrap_or_else(|| course.longest()),
            })),
            required: true,
            exclusive: None,
        }))]
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut measured = None;
        let steps = parts
            .iter()
            .map(|part| match &part.result {
                Result::Benchmark(Ok(document)) => {
                    measured = Some(document.as_ref());
                    judge(document, cx)
                }
                Result::Benchmark(Err(Unmeasured { reason, hint })) => {
                    let judgement = StepJudgement::error(reason.clone());
                    match hint {
                        Some(hint) => judgement.with_hint(hint.clone()),
                        None => judgement,
                    }
                }
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let mut judgement = Judgement::of(steps, "the work item has no performance requirements");
        if let Some(document) = measured {
            count(&mut judgement, document);
        }
        judgement
    }
}

impl From<BenchmarkEngine> for Wanted {
    fn from(engine: BenchmarkEngine) -> Self {
        match engine {
            BenchmarkEngine::Auto => Self::Auto,
            BenchmarkEngine::Wrk => Self::Wrk,
            BenchmarkEngine::Builtin => Self::Builtin,
            BenchmarkEngine::Locust => Self::Locust,
        }
    }
}

/// Whether the spec of some work says how fast a service must be.
pub(super) fn demands(work: &ActiveWork) -> bool {
    benchmarks(work).is_some_and(|spec| {
        let required = requirements::of_spec(spec);
        !spec.unread.is_empty() || required.iter().any(|one| one.weight == Weight::Required)
    })
}

fn benchmarks(work: &ActiveWork) -> Option<&Benchmarks> {
    work.spec.as_ref().map(|spec| &spec.integration.benchmarks)
}

fn not(meaning: Meaning, reason: String, hint: impl Into<String>) -> Item {
    Item::Not(NotRun {
        tool: NAME.to_owned(),
        unit: ".".to_owned(),
        language: None,
        program: None,
        meaning,
        reason,
        hint: Some(hint.into()),
    })
}

fn how_to_name(why: &NoAddress) -> &'static str {
    match why {
        NoAddress::Unsaid => {
            "name the address in the spec, below Performance Benchmarks: `Endpoint: http://localhost:8080/path`"
        }
        NoAddress::NoHost { .. } => {
            "write the whole address into the spec: `Endpoint: http://localhost:8080/path`"
        }
    }
}

/// Where a program is.
fn at(cx: &Context<'_>, program: &str) -> Option<std::path::PathBuf> {
    match cx.programs.get(None, program) {
        Found::At(path) => Some(path),
        _ => None,
    }
}

/// The engine that was asked for and cannot be had.
fn missing(cx: &Context<'_>, engine: Wanted) -> Option<Item> {
    let program = engine.program()?;
    let (reason, hint) = match cx.programs.get(None, program) {
        Found::At(_) => return None,
        Found::NotExecutable(path) => (
            format!("{} is not executable", path.display()),
            format!("make it executable: chmod +x {}", path.display()),
        ),
        found @ Found::Untrusted(..) => {
            let (why, hint) = found.distrust().unwrap_or_default();
            (format!("{program} {why}"), hint)
        }
        Found::Missing => (
            format!("{program} is not installed"),
            format!("install {program}, or let sdd choose: quality_gates.benchmark.engine: \"auto\""),
        ),
    };
    Some(Item::Not(NotRun {
        tool: program.to_owned(),
        unit: ".".to_owned(),
        language: None,
        program: Some(program.to_owned()),
        meaning: match cx.on_missing_tool(GateId::Benchmark) {
            OnMissingTool::Block => Meaning::Error,
            OnMissingTool::Skip => Meaning::Skip,
        },
        reason,
        hint: Some(hint),
    }))
}

/// What will be measured, in words; rounds are of this length.
fn why(target: &Target, course: &Course, length: Duration, required: &[Requirement]) -> String {
    let asked = target.named().join(", ");
    let limits: Vec<String> = required
        .iter()
        .filter(|one| one.weight == Weight::Required)
        .map(lines::demanded)
        .collect();
    let seconds = if length == course.length {
        ""
    } else {
        ", for wrk counts whole seconds"
    };
    format!(
        "{asked} over {} connections, {} rounds of {} s{seconds}: {}",
        course.load.connections,
        course.rounds,
        length.as_secs_f64(),
        limits.join(", ")
    )
}

/// What an integration test needs that has services of its own.
fn served(cx: &Context<'_>) -> Option<Needs> {
    integration::needs(cx)
}

/// The command that measures some work, and accepts what it measures: services that only a run brings up are measured by it.
pub(super) fn measuring(cx: &Context<'_>) -> String {
    let id = cx.work.map_or("ID", |work| work.item.id.as_str());
    match served(cx) {
        Some(_) => format!("sdd integration run {id}"),
        None => format!("sdd bench {id}"),
    }
}

fn judge(document: &Document, cx: &Context<'_>) -> StepJudgement {
    let work = cx.work;
    let judgement = match document.verdict {
        RunVerdict::Passed => {
            let met = lines::met(document).join(", ");
            StepJudgement::passed(format!("{met}; {}", document.decision))
        }
        RunVerdict::Failed => StepJudgement::failed(document.decision.clone()),
        RunVerdict::Error => StepJudgement::error(document.decision.clone()),
    };
    let place = Place::of(work);
    let unmet = document
        .requirements
        .iter()
        .filter(|one| one.weight == Weight::Required && one.verdict != Verdict::Passed)
        .map(|one| unmet(one, &place));
    let changed = document
        .regression
        .metrics
        .iter()
        .filter(|one| one.gated)
        .filter_map(|one| {
            let (rule, severity) = match one.verdict {
                Change::Regressed => ("regression", Severity::High),
                Change::Suspect | Change::Inconclusive => ("inconclusive", Severity::Low),
                Change::None | Change::Improved => return None,
            };
            let rule = format!("{rule}-{}", one.metric.name());
            Some(place.endpoint(Finding::new("sdd", rule, severity, lines::change(one))))
        });
    let findings: Vec<Finding> = unmet.chain(changed).collect();
    let warnings = document.notes.iter().cloned().chain(lines::creeping(document));
    let judgement = judgement
        .with_findings(findings)
        .with_warnings(warnings.collect());
    match hint(document, cx) {
        Some(hint) => judgement.with_hint(hint),
        None => judgement,
    }
}

/// What to do about a measurement that did not pass.
fn hint(document: &Document, cx: &Context<'_>) -> Option<String> {
    let command = measuring(cx);
    let id = cx.work.map_or("ID", |work| work.item.id.as_str());
    let shown = match served(cx) {
        Some(_) => "benchmark.json of the run has every metric".to_owned(),
        None => format!("{command} shows every metric"),
    };
    let is = |verdict: Verdict| {
        let of = move |one: &Judged| one.weight == Weight::Required && one.verdict == verdict;
        document.requirements.iter().any(of)
    };
    let is_worse = document.regression.verdict == Change::Regressed.as_str();
    Some(match document.verdict {
        RunVerdict::Passed => return None,
        RunVerdict::Failed if document.broken => match served(cx) {
            Some(_) => "mend what went away: the logs of services are in services/ of the run, below .session/runs".to_owned(),
            None => format!("start the service again, and see why it went away; {shown}"),
        },
        RunVerdict::Failed if is_worse && !is(Verdict::Failed) => format!(
            "{shown}; where the service may be slower: {command} --accept --reason 'why'"
        ),
        RunVerdict::Failed => {
            format!("make the service faster, or correct what the spec demands; {shown}")
        }
        RunVerdict::Error if is(Verdict::Error) && document.rounds.are_enough() => format!(
            "what a service uses is measured where it runs on this machine: name its process or container to see it, sdd bench \
             {id} --pid PID or --container NAME"
        ),
        RunVerdict::Error => "leave the machine alone while it measures, or measure for longer \
                              (quality_gates.benchmark.rounds, duration); where a busy machine is all there is, let every \
                              round count (quality_gates.benchmark.allow_noise)"
            .to_owned(),
    })
}

/// Where a requirement stands in the spec.
struct Place<'a> {
    file: Option<&'a str>,
    spec: Option<&'a Benchmarks>,
}

impl<'a> Place<'a> {
    fn of(work: Option<&'a ActiveWork>) -> Self {
        let spec = work.and_then(|work| work.spec.as_ref());
        Self {
            file: spec.map(|spec| spec.file.as_str()),
            spec: spec.map(|spec| &spec.integration.benchmarks),
        }
    }

    fn at(&self, finding: Finding, line: Option<u32>) -> Finding {
        match self.file {
            Some(file) => finding.at(file, line, None),
            None => finding,
        }
    }

    /// At the address that was asked.
    fn endpoint(&self, finding: Finding) -> Finding {
        let line = self.spec.and_then(|spec| Some(spec.endpoint.as_ref()?.line));
        self.at(finding, line)
    }

    /// The line of a requirement, by its metric.
    fn line(&self, metric: &str) -> Option<u32> {
        let spec = self.spec?;
        let resource = |of: &str| {
            let limit = spec.resources.iter().find(|limit| limit.value.metric == of)?;
            Some(limit.line)
        };
        match metric {
            "rps" => spec.minimum_throughput.as_ref().map(|said| said.line),
            "cpu" => resource("cpu_percent"),
            "memory" => resource("memory_bytes"),
            "disk" => resource("disk_bytes_per_sec"),
            _ => {
                let is_it = |percentile: f64| requirements::Subject::Latency(percentile).name() == metric;
                let limit = spec.latency.iter().find(|limit| is_it(limit.value.percentile))?;
                Some(limit.line)
            }
        }
    }
}

fn unmet(one: &Judged, place: &Place<'_>) -> Finding {
    let severity = if one.verdict == Verdict::Failed {
        Severity::High
    } else {
        Severity::Medium
    };
    let rule = format!("requirement-{}", one.metric);
    let finding = Finding::new("sdd", rule, severity, lines::requirement(one));
    if one.source == Source::Spec {
        place.at(finding, place.line(&one.metric))
    } else {
        place.endpoint(finding)
    }
}

/// The numbers of a measurement.
fn count(judgement: &mut Judgement, document: &Document) {
    let required = || {
        let of = |one: &&Judged| one.weight == Weight::Required;
        document.requirements.iter().filter(of)
    };
    judgement.metric("requirements", required().count());
    judgement.metric(
        "requirements_met",
        required().filter(|one| one.verdict == Verdict::Passed).count(),
    );
    judgement.metric("requests", document.requests);
    judgement.metric("request_errors", document.errors.total());
    if let Some(latency) = &document.latency_ms {
        judgement.metric_f64("latency_p50_ms", latency.p50);
        judgement.metric_f64("latency_p95_ms", latency.p95);
        judgement.metric_f64("latency_p99_ms", latency.p99);
        judgement.metric_f64("requests_per_sec", document.throughput.requests_per_sec);
    }
    if document.regression.verdict != "no_baseline" {
        let of =
            |one: &&crate::bench::statistics::verdict::Judged| one.gated && one.verdict == Change::Regressed;
        judgement.metric(
            "regressions",
            document.regression.metrics.iter().filter(of).count(),
        );
    }
}

#[cfg(test)]
mod tests;
