//! The integration gate: services come up, test data is loaded, the tests pass, and nothing is left behind.

use super::formatting::broken_step;
use super::parts::{Loaded, Part, Result, Seen, ServicesAnswer, TeardownAnswer, see};
use super::step::{FixtureWork, Item, Meaning, NotRun, Phase, ServicesWork, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement, toolplan};
use crate::compose::up::Ending;
use crate::integration::Needs;
use crate::integration::fixture::{self, Loader};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::report::{CheckReport, CheckStatus, StepRole};
use crate::model::spec::EnvironmentNeeds;
use crate::model::text;
use crate::model::work_item::WorkItemType;
use crate::process::find::Found;
use crate::tools::{Answer, Broken, Reading, TestCounts};

/// The names of the steps around the tests.
pub(super) const SERVICES: &str = "services";
/// The step that takes down.
pub(super) const TEARDOWN: &str = "teardown";

/// What is said of a command of the settings that is no test runner that sdd knows.
const UNCOUNTED: &str =
    "nobody counted the tests of the command in the settings: that any ran is known by its exit code alone";

/// What the test runners of a gate count together.
#[derive(Default)]
struct Totals {
    /// `None` where none of them counted anything.
    counts: Option<TestCounts>,
    /// Tests that were collected and not selected, where a runner tells of them.
    deselected: u64,
}

/// The integration tests of the work item pass.
pub struct Integration;

impl Gate for Integration {
    fn id(&self) -> GateId {
        GateId::Integration
    }

    fn about(&self) -> About {
        About {
            title: "Integration tests",
            question: "Do the services of the session's work item come up, and do its integration tests pass against them?",
            remedy: "Mend the services or the tests named above; the logs of services are in services/ of the run, below .session/runs",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let Some(work) = cx.work else {
            return Some("no session is open, so there are no integration tests to run".to_owned());
        };
        (work.item.kind != WorkItemType::IntegrationTest)
            .then(|| format!("{} is no integration test", work.item.id))
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let mut items = Vec::new();
        let needs = needs(cx);
        let spec = spec(cx);
        if let Some(needs) = &needs {
            items.push(services(needs));
        }
        let fixtures = spec.map_or(&[][..], |spec| &spec.test_data_fixtures);
        for (index, path) in fixtures.iter().enumerate() {
            items.push(if cx.config.integration().test_data_fixtures {
                fixture(cx, index, &path.value)
            } else {
                let off =
                    "quality_gates.integration_tests.test_data_fixtures in config.json leaves test data out";
                not(
                    &path.value,
                    Meaning::LeftOut,
                    off.to_owned(),
                    "load it before the run",
                )
            });
        }
        items.extend(tests(cx));
        if needs.is_some() {
            items.push(teardown());
        }
        items
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut totals = Totals::default();
        let steps: Vec<StepJudgement> = parts
            .iter()
            .map(|part| judge_part(cx, part, &mut totals).with_role(role(cx, part.item)))
            .collect();
        let left = parts
            .iter()
            .position(|part| matches!(&part.result, Result::Teardown(down) if down.fault.is_some()));
        let mut judgement = Judgement::of(steps, "there are no integration tests");
        if let Some(step) = left {
            judgement = judgement.overruled_by(step);
        }
        if let Some(counts) = totals.counts {
            judgement.metric("tests_passed", counts.passed);
            judgement.metric("tests_failed", counts.failed);
            judgement.metric("tests_errors", counts.errors);
            judgement.metric("tests_skipped", counts.skipped);
            // Not every runner tells of them.
            if totals.deselected > 0 {
                judgement.metric("tests_deselected", totals.deselected);
            }
            let done: Vec<&str> = parts.iter().flat_map(|part| done(&part.result)).collect();
            let done = match done.as_slice() {
                [] => String::new(),
                done => format!("; one-shot services, done before: {}", done.join(", ")),
            };
            judgement = judgement.passing_because(sentence(counts, totals.deselected) + &done);
        }
        let up = parts.iter().find_map(|part| match &part.result {
            Result::Services(Ok(up)) => Some(up.services.len()),
            _ => None,
        });
        if let Some(count) = up {
            judgement.metric("services", count);
        }
        for part in parts {
            match &part.result {
                Result::Services(answer) => {
                    for check in checks(answer) {
                        judgement.check(check);
                    }
                }
                Result::Teardown(down) => {
                    judgement.metric("service_logs", down.logs);
                    if let (Some(_), Some(count)) = (&down.kept, up) {
                        judgement.metric("services_kept", count);
                    }
                }
                _ => {}
            }
        }
        judgement
    }
}

fn spec<'a>(cx: &Context<'a>) -> Option<&'a EnvironmentNeeds> {
    cx.work?.spec.as_ref().map(|spec| &spec.integration.environment)
}

/// What the tests of the session's work item need; `None` where nothing is brought up for them.
pub(super) fn needs(cx: &Context<'_>) -> Option<Needs> {
    let work = cx.work?;
    Needs::of(work.item.kind, work.spec.as_ref(), cx.config.integration())
}

/// A step of the gate that belongs to no unit.
fn step(id: String, phase: Phase, work: Work, why: String) -> Item {
    Item::Run(Box::new(Step {
        id,
        gate: GateId::Integration,
        unit: None,
        unit_path: ".".to_owned(),
        language: None,
        tool: StepTool::Own,
        phase,
        work,
        required: true,
        exclusive: None,
        why,
    }))
}

fn services(needs: &Needs) -> Item {
    let work = ServicesWork { needs: needs.clone() };
    let why = format!("the services of {}", needs.compose());
    step(
        "integration-services".to_owned(),
        Phase::Serve,
        Work::Services(Box::new(work)),
        why,
    )
}

fn teardown() -> Item {
    let why = "nothing is left behind".to_owned();
    step(
        "integration-teardown".to_owned(),
        Phase::Clear,
        Work::Teardown,
        why,
    )
}

fn not(tool: &str, meaning: Meaning, reason: String, hint: impl Into<String>) -> Item {
    Item::Not(NotRun {
        tool: tool.to_owned(),
        unit: ".".to_owned(),
        language: None,
        program: None,
        meaning,
        reason,
        hint: Some(hint.into()),
    })
}

/// Loads a fixture, or those that a glob stands for. What is wrong with the files is seen before anything is started.
fn fixture(cx: &Context<'_>, index: usize, path: &str) -> Item {
    let settings = cx.config.integration();
    let program = |names: &[&str]| {
        names.iter().find_map(|name| match interpreter(cx, name) {
            Found::At(path) => Some(path),
            _ => None,
        })
    };
    let (python, shell) = (program(&["python", "python3"]), program(&["bash", "sh"]));
    let lacks = match fixture::loader(path, settings.fixtures.get(path)) {
        Ok(Loader::Python) if python.is_none() => Some("python"),
        Ok(Loader::Shell) if shell.is_none() => Some("bash"),
        _ => None,
    };
    if let Some(name) = lacks {
        let reason = fixture::not_installed(name, path);
        return not(path, Meaning::Error, reason, format!("install {name}"));
    }
    let work = FixtureWork {
        path: path.to_owned(),
        python,
        shell,
        timeout: std::time::Duration::from_secs(settings.fixture_timeout),
    };
    step(
        format!("integration-fixture-{:02}", index + 1),
        Phase::Serve,
        Work::Fixture(Box::new(work)),
        "test data of the spec".to_owned(),
    )
}

/// A program of the first unit that has one, or of the machine.
fn interpreter(cx: &Context<'_>, name: &str) -> Found {
    let units = (0..cx.project.units.len()).map(Some).chain([None]);
    let mut found = Found::Missing;
    for unit in units {
        found = cx.programs.get(unit, name);
        if let Found::At(_) = found {
            break;
        }
    }
    found
}

/// Runs the tests: those of the unit that they stand in, and those that other units have in a directory of that name.
fn tests(cx: &Context<'_>) -> Vec<Item> {
    let directory = &cx.config.integration().test_directory;
    let places = toolplan::integration(cx, directory);
    let hint = "name the directory of the integration tests: quality_gates.integration_tests.test_directory";
    if places.iter().all(Vec::is_empty) {
        let reason = format!("no unit of a language that sdd knows has {directory} in it");
        return vec![not("tests", Meaning::Error, reason, hint)];
    }
    let any_of = |items: &[Item]| items.iter().any(|item| matches!(item, Item::Run(_)));
    let any_runs = places.iter().any(|items| any_of(items));
    let serve = |item, any_here: bool| match item {
        Item::Run(mut step) => {
            step.phase = Phase::Serve;
            Item::Run(step)
        }
        Item::Not(not) => {
            let is_fault = match not.meaning {
                Meaning::Error => true,
                // Of two languages in one directory the tests may be of the other. Tests that nobody runs are no pass,
                // whatever is to happen where a tool is missing.
                Meaning::Skip => !any_here || not.program.is_some(),
                // Services that nobody tests prove nothing.
                Meaning::LeftOut => !any_runs,
            };
            let meaning = if is_fault { Meaning::Error } else { not.meaning };
            Item::Not(NotRun { meaning, ..not })
        }
    };
    let of_place = |items: Vec<Item>| {
        let any_here = any_of(&items);
        items.into_iter().map(move |item| serve(item, any_here))
    };
    places.into_iter().flat_map(of_place).collect()
}

/// What a part does for the gate.
fn role(cx: &Context<'_>, item: &Item) -> StepRole {
    let is_data = |tool: &str| {
        let mut fixtures = spec(cx).into_iter().flat_map(|spec| &spec.test_data_fixtures);
        fixtures.any(|fixture| fixture.value == tool)
    };
    match item {
        Item::Run(step) => match step.work {
            Work::Services(_) => StepRole::Services,
            Work::Fixture(_) => StepRole::TestData,
            Work::Teardown => StepRole::Teardown,
            _ => StepRole::Tests,
        },
        Item::Not(not) if not.language.is_none() && is_data(&not.tool) => StepRole::TestData,
        Item::Not(_) => StepRole::Tests,
    }
}

/// The services that have done their work.
fn done(result: &Result) -> impl Iterator<Item = &str> {
    let services = match result {
        Result::Services(Ok(up)) => up.services.as_slice(),
        _ => &[],
    };
    let done = services.iter().filter(|service| service.is_done);
    done.map(|service| service.name.as_str())
}

/// Each service that is up, and else those that keep the others down.
fn checks(answer: &ServicesAnswer) -> Vec<CheckReport> {
    let check = |name: &str, status, said: String, remedy| CheckReport {
        check: format!("service {name}"),
        status,
        said,
        remedy,
    };
    match answer {
        Ok(up) => up
            .services
            .iter()
            .map(|service| {
                let status = match service.doubt {
                    Some(_) => CheckStatus::Warning,
                    None => CheckStatus::Passed,
                };
                let after = service.after.map_or_else(String::new, |after| {
                    let after = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                    format!(" after {}", text::seconds(after))
                });
                let said = format!("{}{after}", service.how);
                check(&service.name, status, said, service.doubt.clone())
            })
            .collect(),
        Err(down) => down
            .faults
            .iter()
            .map(|(name, fault)| check(name, CheckStatus::Failed, fault.clone(), None))
            .collect(),
    }
}

fn judge_part(cx: &Context<'_>, part: &Part<'_>, totals: &mut Totals) -> StepJudgement {
    match &part.result {
        Result::Services(answer) => return judge_services(answer),
        Result::Fixture(answer) => return judge_fixture(answer),
        Result::Teardown(answer) => return judge_teardown(answer),
        _ => {}
    }
    match see(cx.project, part) {
        // The tests of one unit are no word on those of another.
        Seen::Settled(judgement) if matches!(part.item, Item::Not(not) if not.meaning == Meaning::Skip) => {
            let untested = format!("not tested: {}", judgement.reason());
            judgement.with_warnings(vec![untested])
        }
        Seen::Settled(judgement) => judgement,
        Seen::Succeeded => StepJudgement::passed("the command ended with exit code 0, and counted nothing")
            .with_warnings(vec![UNCOUNTED.to_owned()]),
        Seen::Failed(code) => StepJudgement::failed(format!("the command ended with exit code {code}")),
        // An integration test without tests proves nothing.
        Seen::Reading(Reading::Nothing(why)) => StepJudgement::error(why).with_hint(
            "write integration tests, name their directory (quality_gates.integration_tests.test_directory), or let the \
             settings of the test runner select them",
        ),
        Seen::Reading(Reading::Broken(broken)) => broken_step(broken),
        Seen::Reading(Reading::Answer(answer)) => judge_tests(*answer, totals),
    }
}

fn judge_tests(answer: Answer, totals: &mut Totals) -> StepJudgement {
    let Some(found) = answer.tests else {
        return StepJudgement::error("the test runner gave no counts");
    };
    totals.counts.get_or_insert_default().add(found);
    let deselected = answer
        .metrics
        .get("tests_deselected")
        .copied()
        .unwrap_or_default();
    totals.deselected += deselected;
    let judgement = if found.failed + found.errors > 0 {
        StepJudgement::failed(sentence(found, deselected))
    } else if let Some(finding) = answer.findings.first() {
        StepJudgement::failed(text::first_line(&finding.message).to_owned())
    } else if found.passed > 0 {
        StepJudgement::passed(sentence(found, deselected))
    } else if found.ran() > 0 {
        // They ran, and not one of them shows that anything works.
        StepJudgement::error(format!(
            "{}, so that nothing was shown to work",
            sentence(found, deselected)
        ))
        .with_hint("mend what one of the tests expects to fail, or add a test that passes")
    } else {
        match found.skipped {
            0 => StepJudgement::error("no integration tests were found"),
            count => broken_step(Broken {
                hint: Some("let one of the integration tests run here".to_owned()),
                ..Broken::all_skipped(count)
            }),
        }
    };
    judgement
        .with_findings(answer.findings)
        .with_warnings(answer.warnings)
}

/// `12 passed, 1 failed, 2 skipped`.
fn sentence(counts: TestCounts, deselected: u64) -> String {
    let mut parts = vec![format!("{} passed", counts.passed)];
    for (count, what) in [
        (counts.failed, "failed"),
        (counts.errors, "broke"),
        (counts.skipped, "skipped"),
        (counts.expected_failures, "failed as expected"),
        (deselected, "deselected"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("integration tests: {}", parts.join(", "))
}

fn judge_services(answer: &ServicesAnswer) -> StepJudgement {
    match answer {
        Ok(up) => {
            let said: Vec<String> = up
                .services
                .iter()
                .map(|service| format!("{} {}", service.name, service.how))
                .collect();
            let doubts = up.services.iter().filter_map(|service| {
                let doubt = service.doubt.as_deref()?;
                Some(format!("{} {}: {doubt}", service.name, service.how))
            });
            let judgement = StepJudgement::passed(format!("{} by {}", said.join(", "), up.flavour));
            judgement.with_warnings(doubts.chain(up.remarks.iter().cloned()).collect())
        }
        Err(down) => {
            let judgement = match down.ending {
                Ending::Failed => StepJudgement::failed(down.reason.clone()),
                Ending::Error => StepJudgement::error(down.reason.clone()),
                Ending::Cancelled => StepJudgement::not_run("stopped while services were brought up"),
            };
            let findings = down.faults.iter().map(|(service, fault)| {
                Finding::new(SERVICES, service.clone(), Severity::High, fault.clone())
            });
            let judgement = judgement.with_findings(findings.collect());
            match &down.hint {
                Some(hint) => judgement.with_hint(hint.clone()),
                None => judgement,
            }
        }
    }
}

fn judge_fixture(answer: &std::result::Result<Loaded, super::parts::NotLoaded>) -> StepJudgement {
    match answer {
        Ok(Loaded { said }) => StepJudgement::passed(said.clone()),
        Err(why) => {
            let judgement = match why.ending {
                Ending::Failed => StepJudgement::failed(why.reason.clone()),
                Ending::Error => StepJudgement::error(why.reason.clone()),
                Ending::Cancelled => StepJudgement::not_run("stopped while it was loaded"),
            };
            match &why.hint {
                Some(hint) => judgement.with_hint(hint.clone()),
                None => judgement,
            }
        }
    }
}

fn judge_teardown(answer: &TeardownAnswer) -> StepJudgement {
    let left_running = answer.kept.iter().flat_map(|kept| {
        let until = kept.until.format("%Y-%m-%d %H:%M:%S UTC");
        [
            format!("services are left running: {}", kept.command),
            format!(
                "the first run after {until} takes them down; before that: sdd integration gc {}",
                kept.project
            ),
        ]
    });
    if let (Some(kept), [], None) = (&answer.kept, answer.fallen.as_slice(), &answer.unseen) {
        let until = format!(
            "the services were left running on purpose; take them down: {}",
            kept.command
        );
        return StepJudgement::passed(until).with_warnings(left_running.collect());
    }
    let findings: Vec<Finding> = answer
        .fallen
        .iter()
        .map(|one| Finding::new(SERVICES, one.service.clone(), Severity::High, one.why.clone()))
        .collect();
    let judgement = match (&answer.fault, answer.fallen.first()) {
        (Some(fault), _) => {
            StepJudgement::error(fault.clone()).with_hint("remove what is left: sdd integration gc")
        }
        (None, Some(fallen)) => StepJudgement::failed(fallen.to_string()),
        (None, None) if answer.unseen.is_some() => StepJudgement::error(format!(
            "nobody can say whether the services lived as long as they were needed: {}",
            answer.unseen.as_deref().unwrap_or_default()
        )),
        (None, None) if answer.forced => {
            StepJudgement::passed("nothing is left, some of it removed by force")
        }
        (None, None) => StepJudgement::passed("nothing is left"),
    };
    judgement
        .with_findings(findings)
        .with_warnings(answer.complaints.iter().cloned().chain(left_running).collect())
}

#[cfg(test)]
mod tests;
