//! What is looked at before the first step: evidence of this commit, the environment, what the steps need.

use std::ffi::OsString;
use std::sync::Arc;

use super::scene::Scene;
use crate::commands::context::Cx;
use crate::commands::pipeline::{self, Tools};
use crate::deploy::checks::{PreCheck, Wanted, judge};
use crate::deploy::evidence::gather;
use crate::deploy::metric;
use crate::deploy::plan::Plan;
use crate::deploy::procedure::Way;
use crate::environment::{self, Asked, FILE, Inquiry, LoadError, Sources};
use crate::model::gate_id::GateId;
use crate::model::verdict::Verdict;
use crate::process::environment::Environment;

/// Looks at everything, in the order in which it is shown.
pub(super) fn checks(cx: &Cx, scene: &Scene, plan: &Plan) -> Vec<PreCheck> {
    let settings = scene.opened.config.deployments();
    let asked = &settings.pre_deployment_checks;
    let sdd = pipeline::called(cx);
    let wanted = |name: &'static str, remedy: String| (name, remedy);
    let gates = [
        (
            wanted("integration_tests", format!("{sdd} integration run")),
            asked.integration_tests,
            GateId::Integration,
        ),
        (
            wanted("security_scans", format!("{sdd} gate security")),
            asked.security_scans,
            GateId::Security,
        ),
    ];
    let mut checks = Vec::new();
    for ((name, remedy), is_asked, gate) in gates {
        checks.push(if is_asked {
            let found = gather(&scene.opened.store, gate);
            let wanted = Wanted {
                name,
                remedy: &remedy,
                commit: plan.commit.as_deref(),
                now: cx.clock.now(),
                max_age: asked.max_evidence_age.get(),
            };
            judge(&wanted, &found)
        } else {
            PreCheck::skipped(name, "turned off in the settings")
        });
    }
    checks.push(if asked.environment_validation {
        environment(cx, scene, plan)
    } else {
        PreCheck::skipped("environment_validation", "turned off in the settings")
    });
    checks.push(variables(&cx.environment, plan));
    checks.push(observation(scene, plan));
    checks.push(addresses(scene, plan));
    checks
}

/// Whether the environment is valid, by its checks: all of them are made now.
fn environment(cx: &Cx, scene: &Scene, plan: &Plan) -> PreCheck {
    const NAME: &str = "environment_validation";
    let (store, config) = (&scene.opened.store, &scene.opened.config);
    let name = scene.target.name.as_str();
    let again = format!("{} env check {name}", pipeline::called(cx));
    let not = |outcome, message: String| PreCheck::not(NAME, outcome, message, again.clone());
    let sources = match Sources::of_project(store, config) {
        Ok(sources) => sources,
        Err(error) => return not(Verdict::Error, error.to_string()),
    };
    let Tools { runner, redactor } = Tools::bare(cx, config, "env").guarded();
    let inquiry = Inquiry {
        sources: &sources,
        scene: Arc::new(environment::Scene {
            finder: pipeline::finder(cx, store.root()),
            root: store.root().to_owned(),
            environment: cx.environment.clone(),
            runner: Arc::new(runner),
        }),
        redactor: &redactor,
        cancel: &cx.cancel,
    };
    match inquiry.check(name, &Asked::default(), &plan.variables) {
        Ok(report) => {
            let (outcome, message) = validity(&report);
            match outcome {
                Verdict::Passed => PreCheck::passed(NAME, message),
                outcome => not(outcome, message),
            }
        }
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

/// What a report says in one line.
fn validity(report: &environment::Report) -> (Verdict, String) {
    use environment::report::{Outcome, Severity};
    let wrong: Vec<String> = report
        .checks
        .iter()
        .filter(|check| check.outcome != Outcome::Passed && check.severity == Severity::Block)
        .map(|check| format!("{}: {}", check.id, check.message))
        .collect();
    let unchecked = report
        .categories
        .iter()
        .filter(|one| one.required && one.standing == environment::report::Standing::Failed)
        .map(|one| format!("{} is required", one.category.as_str()));
    let wrong: Vec<String> = wrong.into_iter().chain(unchecked).collect();
    let outcome = match report.verdict {
        environment::report::Verdict::Passed => Verdict::Passed,
        environment::report::Verdict::Failed => Verdict::Failed,
        environment::report::Verdict::Error => Verdict::Error,
    };
    let message = match (outcome, wrong.as_slice()) {
        (Verdict::Passed, _) => format!("{} checks hold", report.checks.len()),
        (_, []) => "nothing was looked at".to_owned(),
        (_, [one]) => one.clone(),
        (_, [one, more @ ..]) => format!("{one} (and {} more)", more.len()),
    };
    (outcome, message)
}

/// The value of a variable; none where it is absent or empty.
pub(super) fn value(environment: &Environment, name: &str) -> Option<OsString> {
    environment
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
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
        .filter(|name| of(name).is_some_and(|value| stands_for_a_value(&value.to_string_lossy())))
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

/// Whether a value is one that a template or an example left.
fn stands_for_a_value(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    let words = [
        "changeme",
        "change_me",
        "change-me",
        "todo",
        "tbd",
        "fixme",
        "placeholder",
        "your-key-here",
        "replace_me",
    ];
    let is_framed =
        (value.starts_with('<') && value.ends_with('>')) || (value.starts_with('[') && value.ends_with(']'));
    let is_crossed = value.len() >= 3 && value.chars().all(|c| c == 'x');
    value.is_empty() || words.contains(&value.as_str()) || is_framed || is_crossed
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
            let mut said = format!("{} metrics", watch.watched.len());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_stands_for_a_value_is_known() {
        for value in ["changeme", " TODO ", "<api key>", "[version]", "xxx", "", "  "] {
            assert!(stands_for_a_value(value), "{value:?}");
        }
        for value in ["info", "xx", "x1x", "postgres://h/db", "todo-app"] {
            assert!(!stands_for_a_value(value), "{value:?}");
        }
    }
}
