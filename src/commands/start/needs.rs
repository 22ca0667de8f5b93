//! What an integration test or a deployment needs of the machine, looked at before the work begins.
//!
//! A look is short and changes nothing: what does not answer in time is said not to have answered. Of variables only the
//! names are told.

use std::path::Path;
use std::time::Duration;

use super::containers;
use super::machine::Machine;
use crate::commands::context::Cx;
use crate::commands::env::{Question, in_one_line, inquire};
use crate::commands::pipeline::Opened;
use crate::environment::report::{Outcome, Severity};
use crate::environment::{Asked, FILE, LoadError};
use crate::integration::{NamedBy, Needs};
use crate::model::spec::{Deployment, Spec};
use crate::model::verdict::Verdict;
use crate::model::work_item::WorkItemType;
use crate::parse::spec::is_stand_in;
use crate::project::files;
use crate::report::briefing::{Check, Sight};

/// How long all checks of an environment may take together.
const PATIENCE_WITH_ENVIRONMENT: Duration = Duration::from_secs(5);
/// Files and variables that are looked at.
const MAX_LOOKS: usize = 50;

/// The programs and files of an integration test.
pub(super) fn of_integration(cx: &Cx, opened: &Opened, machine: &Machine<'_>, spec: &Spec) -> Vec<Check> {
    let mut checks = Vec::new();
    match Needs::of(
        WorkItemType::IntegrationTest,
        Some(spec),
        opened.config.integration(),
    ) {
        Some(needs) => {
            checks.extend(containers::look(cx, machine));
            for file in needs.compose_files.iter().take(MAX_LOOKS) {
                let (sight, mut said) = at(&machine.root, file);
                if needs.named_by == NamedBy::Settings {
                    said.push_str("; the spec names none, and this is the one of the settings");
                }
                checks.push(check(&format!("Compose file ({file})"), (sight, said)));
            }
        }
        None => checks.push(check(
            "Compose file",
            no_answer("none is named, and compose_file of the settings is empty: the tests need no services"),
        )),
    }
    let needs = &spec.integration.environment;
    for (name, paths) in [
        ("Config file", &needs.config_files),
        ("Test data", &needs.test_data_fixtures),
    ] {
        for path in paths.iter().take(MAX_LOOKS) {
            checks.push(check(
                &format!("{name} ({})", path.value),
                at(&machine.root, &path.value),
            ));
        }
    }
    checks
}

/// The environment of a deployment, by its own checks, and the variables of the spec.
pub(super) fn of_deployment(cx: &Cx, opened: &Opened, spec: &Deployment) -> Vec<Check> {
    let mut checks = match &spec.environment {
        Some(named) => environment(cx, opened, &named.value.to_lowercase()),
        None => vec![check(
            "Environment",
            no_answer("the spec names none, so nothing was looked at"),
        )],
    };
    checks.extend(variables(cx, spec));
    checks
}

/// Makes the checks of an environment: what they came to in one line, and a line for each.
fn environment(cx: &Cx, opened: &Opened, name: &str) -> Vec<Check> {
    let question = Question {
        environment: name,
        asked: &Asked::default(),
        variables: &[],
        within: Some(PATIENCE_WITH_ENVIRONMENT),
    };
    let whole = |seen| vec![check(&format!("Environment {name}"), seen)];
    let report = match inquire(cx, opened, question) {
        Ok(report) => report,
        Err(LoadError::Unknown { .. }) => {
            return whole(no_answer(&format!(
                "not looked at: {FILE} describes no checks of it"
            )));
        }
        Err(LoadError::Invalid { problems }) => {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            return whole(no_answer(&format!("not looked at: {first}")));
        }
        Err(error @ LoadError::Unreadable { .. }) => {
            return whole(no_answer(&format!("not looked at: {error}")));
        }
    };
    let (verdict, said) = in_one_line(&report);
    let sight = match verdict {
        Verdict::Passed => Sight::Good,
        Verdict::Failed => Sight::Missing,
        Verdict::Error | Verdict::Skipped | Verdict::NotRun => Sight::Unknown,
    };
    let mut checks = whole((sight, said));
    for made in report.checks.iter().take(MAX_LOOKS) {
        let sight = match made.outcome {
            Outcome::Passed => Sight::Good,
            Outcome::Failed => Sight::Missing,
            Outcome::Error => Sight::Unknown,
        };
        let mild = match (made.outcome, made.severity) {
            (Outcome::Failed | Outcome::Error, Severity::Warn) => " (a warning)",
            _ => "",
        };
        let name = format!("{} {}", made.category.as_str(), made.id);
        checks.push(check(&name, (sight, format!("{}{mild}", made.message))));
    }
    if report.checks.len() > MAX_LOOKS {
        let more = report.checks.len() - MAX_LOOKS;
        checks.push(check(
            "More checks",
            no_answer(&format!("{more} are not shown here")),
        ));
    }
    checks
}

/// The variables of a deployment: whether they are set, never what they are set to.
fn variables(cx: &Cx, spec: &Deployment) -> Vec<Check> {
    let look = |name: &str, placeholder: bool| match cx.environment.get(name) {
        Some(value) if value.trim().is_empty() => (Sight::Missing, "set, and empty"),
        Some(value) if is_stand_in(value) => (Sight::Missing, "set to what only stands for a value"),
        Some(_) => (Sight::Good, "set"),
        None if placeholder => (Sight::Missing, "not set"),
        None => (Sight::Unknown, "not set here; the spec gives a value"),
    };
    spec.variables
        .iter()
        .take(MAX_LOOKS)
        .map(|variable| {
            let (sight, said) = look(&variable.value.name, variable.value.placeholder);
            check(
                &format!("Variable {}", variable.value.name),
                (sight, said.to_owned()),
            )
        })
        .collect()
}

fn check(name: &str, (sight, said): (Sight, String)) -> Check {
    Check {
        name: name.to_owned(),
        sight,
        said,
    }
}

fn no_answer(why: &str) -> (Sight, String) {
    (Sight::Unknown, why.to_owned())
}

/// Whether a file is there, or what a glob finds.
fn at(root: &Path, path: &str) -> (Sight, String) {
    match files::count(root, path) {
        Ok(0) => (Sight::Missing, "missing".to_owned()),
        Ok(1) => (Sight::Good, "found".to_owned()),
        Ok(count) => (Sight::Good, format!("{count} files found")),
        Err(error) => (Sight::Unknown, error.to_string()),
    }
}
