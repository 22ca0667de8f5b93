//! What an integration test or a deployment needs of the machine, looked at before the work begins.
//!
//! A look is short and changes nothing: what does not answer in time is said not to have answered, and "not installed" is
//! told from "installed, and its engine does not answer". Of variables only the names are told.

use std::path::Path;
use std::time::Duration;

use super::machine::Machine;
use crate::commands::context::Cx;
use crate::commands::env::{Question, in_one_line, inquire};
use crate::commands::pipeline::Opened;
use crate::environment::report::{Outcome, Severity};
use crate::environment::{Asked, FILE, LoadError};
use crate::model::spec::{Deployment, Integration};
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::parse::spec::is_stand_in;
use crate::process::find::Found;
use crate::process::{End, Invocation, Runner};
use crate::project::files;
use crate::report::briefing::{Check, Sight};

/// How long a program may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long all checks of an environment may take together.
const PATIENCE_WITH_ENVIRONMENT: Duration = Duration::from_secs(5);
/// It only answers, so there is nothing to clean up.
const GRACE: Duration = Duration::from_secs(1);
/// The compose file of those who name none.
const COMPOSE_FILE: &str = "docker-compose.integration.yml";
/// Files and variables that are looked at.
const MAX_LOOKS: usize = 50;
/// The longest line that is quoted of what a program said, in characters.
const MAX_SAID_CHARS: usize = 160;

/// The programs and files of an integration test.
pub(super) fn of_integration(machine: &Machine<'_>, spec: &Integration) -> Vec<Check> {
    let mut checks = std::thread::scope(|scope| {
        let compose = scope.spawn(|| compose(machine));
        let docker = docker(machine);
        let compose = compose
            .join()
            .unwrap_or_else(|_| no_answer("looking for it panicked"));
        vec![check("Docker", docker), check("Docker Compose", compose)]
    });
    let needs = &spec.environment;
    let named = needs.compose_file.as_ref().map(|file| file.value.as_str());
    let file = named.unwrap_or(COMPOSE_FILE);
    let (sight, mut said) = at(&machine.root, file);
    if named.is_none() {
        said.push_str("; the spec names none, and this is the usual one");
    }
    checks.push(check(&format!("Compose file ({file})"), (sight, said)));
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

/// What a program answered: its first line, or why there is none.
enum Answer {
    Said(String),
    Refused(String),
    Silent(String),
}

fn ask(machine: &Machine<'_>, program: &Path, args: &[&str]) -> Answer {
    let mut invocation = Invocation::new(program, &machine.root, PATIENCE).args(args);
    invocation.grace = GRACE;
    let outcome = match machine.runner.run(&invocation) {
        Ok(outcome) => outcome,
        Err(error) => return Answer::Silent(error.to_string()),
    };
    let line = |bytes: &[u8]| text::shorten(text::first_line(&text::message(bytes)), MAX_SAID_CHARS);
    let said = line(&outcome.stdout.bytes());
    match outcome.end {
        End::Code(0) if !said.is_empty() => Answer::Said(said),
        // Some versions say what is wrong and end well.
        End::Code(code) => Answer::Refused(match line(&outcome.stderr.bytes()) {
            complaint if complaint.is_empty() => format!("exit code {code}, and nothing said"),
            complaint => complaint,
        }),
        End::TimedOut => Answer::Silent(format!("no answer within {} s", PATIENCE.as_secs())),
        End::Signal(_) | End::Cancelled => Answer::Silent("it was ended before it answered".to_owned()),
    }
}

/// Docker, and whether its engine answers.
fn docker(machine: &Machine<'_>) -> (Sight, String) {
    let program = match machine.find("docker") {
        Found::At(program) => program,
        Found::NotExecutable(path) => {
            return (Sight::Missing, format!("{} may not be executed", path.display()));
        }
        found @ Found::Untrusted(..) => {
            let why = found.distrust().map_or_else(String::new, |(why, _)| why);
            return (Sight::Missing, why);
        }
        Found::Missing => {
            let beside = match machine.find("podman") {
                Found::At(_) => "; podman is there",
                Found::NotExecutable(_) | Found::Untrusted(..) | Found::Missing => "",
            };
            return (Sight::Missing, format!("not found{beside}"));
        }
    };
    let (client, engine) = std::thread::scope(|scope| {
        let engine = scope.spawn(|| ask(machine, &program, &["info", "--format", "{{.ServerVersion}}"]));
        let client = ask(machine, &program, &["--version"]);
        (
            client,
            engine
                .join()
                .unwrap_or_else(|_| Answer::Silent("asking panicked".to_owned())),
        )
    });
    let client = match client {
        Answer::Said(version) => version,
        Answer::Refused(why) | Answer::Silent(why) => format!("it does not say its version: {why}"),
    };
    match engine {
        Answer::Said(version) => (Sight::Good, format!("{client}; the engine answers ({version})")),
        Answer::Refused(why) => (
            Sight::Missing,
            format!("{client}; the engine cannot be reached: {why}"),
        ),
        Answer::Silent(why) => (Sight::Unknown, format!("{client}; of the engine there is {why}")),
    }
}

/// Compose: as a plugin of docker, or as a program of its own.
fn compose(machine: &Machine<'_>) -> (Sight, String) {
    let ways: [(&str, &[&str], &str); 2] = [
        ("docker", &["compose", "version", "--short"], "docker compose"),
        ("docker-compose", &["version", "--short"], "docker-compose"),
    ];
    let mut silent = None;
    for (program, args, shown) in ways {
        let Found::At(path) = machine.find(program) else {
            continue;
        };
        match ask(machine, &path, args) {
            Answer::Said(version) => return (Sight::Good, format!("{shown} {version}")),
            Answer::Refused(_) => {}
            Answer::Silent(why) => silent = silent.or(Some(format!("{shown}: {why}"))),
        }
    }
    match silent {
        Some(why) => (Sight::Unknown, why),
        None => (
            Sight::Missing,
            "neither docker compose nor docker-compose is there".to_owned(),
        ),
    }
}
