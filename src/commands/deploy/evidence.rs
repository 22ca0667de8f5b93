//! What is looked at before the first step: evidence of this commit, the environment, what the steps need.

use std::ffi::OsString;

use super::scene::Scene;
use crate::commands::context::Cx;
use crate::commands::env::{Question, in_one_line, inquire};
use crate::commands::pipeline;
use crate::deploy::checks::PreCheck;
use crate::deploy::evidence::earlier_gates;
use crate::deploy::metric;
use crate::deploy::plan::Plan;
use crate::deploy::procedure::Way;
use crate::deploy::readiness::ENVIRONMENT;
use crate::environment::{Asked, FILE, LoadError};
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::parse::spec::is_stand_in;
use crate::process::environment::Environment;

/// Looks at everything, in the order in which it is shown.
pub(super) fn checks(cx: &Cx, scene: &Scene, plan: &Plan) -> Vec<PreCheck> {
    let asked = &scene.opened.config.deployments().pre_deployment_checks;
    let sdd = pipeline::called(cx);
    let mut checks = earlier_gates(
        &scene.opened.store,
        asked,
        plan.commit.as_deref(),
        cx.clock.now(),
        &sdd,
    );
    checks.push(if asked.environment_validation {
        environment(cx, scene, plan)
    } else {
        PreCheck::skipped(ENVIRONMENT, "turned off in the settings")
    });
    checks.push(variables(&cx.environment, plan));
    checks.push(observation(scene, plan));
    checks.push(addresses(scene, plan));
    checks
}

/// Whether the environment is valid, by its checks: all of them are made now.
fn environment(cx: &Cx, scene: &Scene, plan: &Plan) -> PreCheck {
    const NAME: &str = ENVIRONMENT;
    let name = scene.target.name.as_str();
    let again = format!("{} env check {name}", pipeline::called(cx));
    let not = |outcome, message: String| PreCheck::not(NAME, outcome, message, again.clone());
    let question = Question {
        environment: name,
        asked: &Asked::default(),
        variables: &plan.variables,
        within: None,
    };
    match inquire(cx, &scene.opened, question) {
        Ok(report) => match in_one_line(&report) {
            (Verdict::Passed, message) => PreCheck::passed(NAME, message),
            (outcome, message) => not(outcome, message),
        },
        Err(LoadError::Unknown { .. }) => PreCheck::not(
            NAME,
            Verdict::Error,
            format!("no check is configured for {name}, so nobody can tell whether it is valid"),
            format!(
                "describe its checks in {FILE}, or turn it off: deployment.pre_deployment_checks.environment_validation"
            ),
        ),
        Err(error) => not(Verdict::Error, error.to_string()),
    }
}

/// The value of a variable; none where it is absent or empty.
pub(super) fn value(environment: &Environment, name: &str) -> Option<OsString> {
    environment
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// The variables that the plan names, with their values: whatever they are called, none of them is shown.
pub(super) fn values(environment: &Environment, plan: &Plan) -> Vec<(String, String)> {
    let of = |name: &String| Some((name.clone(), value(environment, name)?.into_string().ok()?));
    plan.variables.iter().filter_map(of).collect()
}

/// Whether every variable is set, and none to what only stands for a value. Values are never shown.
fn variables(environment: &Environment, plan: &Plan) -> PreCheck {
    const NAME: &str = "variables";
    let of = |name: &String| value(environment, name);
    let missing: Vec<&str> = plan
        .variables
        .iter()
        .filter(|name| of(name).is_none())
        .map(String::as_str)
        .collect();
    let open: Vec<&str> = plan
        .variables
        .iter()
        .filter(|name| of(name).is_some_and(|value| is_stand_in(&value.to_string_lossy())))
        .map(String::as_str)
        .collect();
    let remedy = "set them in the environment that sdd is started in";
    if !missing.is_empty() {
        let what = format!("not set, or empty: {}", missing.join(", "));
        return PreCheck::not(NAME, Verdict::Failed, what, remedy);
    }
    if !open.is_empty() {
        let what = format!("set to what only stands for a value: {}", open.join(", "));
        return PreCheck::not(NAME, Verdict::Failed, what, remedy);
    }
    PreCheck::passed(NAME, format!("{} set", plan.variables.len()))
}

/// Whether everything that is to be watched can be.
fn observation(scene: &Scene, plan: &Plan) -> PreCheck {
    const NAME: &str = "observation";
    let watch = metric::watch(scene.opened.config.deployments(), &plan.triggers);
    match watch.unwatched {
        Some(what) => PreCheck::not(
            NAME,
            Verdict::Error,
            what,
            "configure it at deployment.observation.metrics, or set deployment.rollback.on_error_threshold to false",
        ),
        None if watch.watched.is_empty() => {
            PreCheck::skipped(NAME, "no metric is configured, and none is asked for")
        }
        None => {
            let mut said = text::counted(watch.watched.len(), "metric");
            for warning in watch.warnings {
                said = format!("{said}; {warning}");
            }
            PreCheck::passed(NAME, said)
        }
    }
}

/// Whether the smoke tests know whom to ask.
fn addresses(scene: &Scene, plan: &Plan) -> PreCheck {
    const NAME: &str = "smoke_tests";
    if !scene.opened.config.deployments().smoke_tests.enabled {
        return PreCheck::skipped(NAME, "turned off in the settings");
    }
    if plan.smoke_tests.is_empty() {
        return PreCheck::not(NAME, Verdict::Failed, "there is none", "write one into the spec");
    }
    let needs = plan
        .smoke_tests
        .iter()
        .find(|test| matches!(&test.way, Way::Http(request) if request.url.starts_with('/')));
    match (needs, &scene.target.said.url) {
        (Some(test), None) => PreCheck::not(
            NAME,
            Verdict::Error,
            format!(
                "{:?} asks for a path, and nothing says of which address",
                test.name
            ),
            format!(
                "set deployment.environments.{}.url, such as https://staging.example.com",
                scene.target.name
            ),
        ),
        _ => PreCheck::passed(NAME, format!("{} defined", plan.smoke_tests.len())),
    }
}
