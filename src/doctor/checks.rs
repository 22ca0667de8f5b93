//! What is no program: settings, state, git, units, and dependencies that are not installed.

use serde::Serialize;

use super::platform::Platform;
use super::wanted::Gap;
use super::ways::{self, PythonManager};
use crate::gates::Meaning;
use crate::model::language::Language;
use crate::model::report::GitInfo;
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::project::installing::{node_install, node_lock, python_install};
use crate::project::{Project, UnitFacts};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `configuration`, `state`, `session`, `git`, `units`, `dependencies`, `environment`,
    /// `compose`, `services`, or the gate that has a gap.
    pub check: String,
    /// The unit's path; `None` for the whole project.
    pub unit: Option<String>,
    /// How it ended.
    pub verdict: Verdict,
    /// Whether no verdict can be had while this is not mended.
    pub required: bool,
    /// Why the verdict is what it is.
    pub reason: String,
    /// What to do; `None` when nothing is to be done.
    pub remedy: Option<String>,
}

impl Check {
    /// A check of the whole project.
    pub fn of(check: &str, verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            unit: None,
            verdict,
            required: false,
            reason: text::one_line(&reason.into()),
            remedy: None,
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: Option<impl Into<String>>) -> Self {
        self.remedy = remedy.map(|remedy| text::one_line(&remedy.into()));
        self
    }

    /// Without it there is no verdict.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn in_unit(mut self, facts: &UnitFacts) -> Self {
        self.unit = Some(facts.unit.path.clone());
        self
    }
}

/// The settings: they are valid, or nothing of this is reached.
pub fn configuration(exists: bool, warnings: usize, path: &str) -> Check {
    match (exists, warnings) {
        (false, _) => Check::of(
            "configuration",
            Verdict::Passed,
            format!("there is no {path}: every setting has its default"),
        )
        .remedy(Some("sdd init writes one")),
        (true, 0) => Check::of("configuration", Verdict::Passed, format!("{path} is valid")),
        (true, warnings) => Check::of(
            "configuration",
            Verdict::Passed,
            format!("{path} is valid, with {}", text::counted(warnings, "warning")),
        )
        .remedy(Some("sdd config check")),
    }
}

/// The units that were found.
pub fn units(project: &Project) -> Check {
    let labels: Vec<String> = project.units.iter().map(|facts| facts.unit.label()).collect();
    match labels.len() {
        0 => Check::of(
            "units",
            Verdict::Skipped,
            "no unit of a known language was found; gates can still run commands and rules of your own",
        ),
        count => Check::of(
            "units",
            Verdict::Passed,
            format!("{}: {}", text::counted(count, "unit"), shown(&labels)),
        ),
    }
}

/// Units that a line names; the rest is counted.
const MAX_UNITS: usize = 8;

fn shown(labels: &[String]) -> String {
    let more = labels.len().saturating_sub(MAX_UNITS);
    let first = labels
        .iter()
        .take(MAX_UNITS)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if more > 0 {
        format!("{first} and {more} more")
    } else {
        first
    }
}

/// What git said of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitSight {
    /// The state of the repository.
    State(GitInfo),
    /// The project is in no repository.
    NoRepository,
    /// Git is not installed; it has a line of its own among the tools.
    NoGit,
    /// Git gave no answer: why.
    NoAnswer(String),
}

/// The repository. Without one reports tell no commit, and nothing else is lost.
pub fn git(sight: &GitSight) -> Check {
    match sight {
        GitSight::State(info) => {
            let place = match (&info.branch, &info.head) {
                (Some(branch), Some(_)) => format!("on {branch}"),
                (None, Some(head)) => {
                    format!("on no branch, at {}", head.chars().take(12).collect::<String>())
                }
                (_, None) => "without a commit".to_owned(),
            };
            let state = if info.dirty { "with changes" } else { "clean" };
            Check::of("git", Verdict::Passed, format!("a repository, {place}, {state}"))
        }
        GitSight::NoRepository => Check::of(
            "git",
            Verdict::Skipped,
            "not a git repository: reports name no commit",
        )
        .remedy(Some("git init")),
        GitSight::NoGit => Check::of(
            "git",
            Verdict::Skipped,
            "git is not installed: reports name no commit",
        ),
        GitSight::NoAnswer(why) => {
            Check::of("git", Verdict::Error, format!("the git state is unknown: {why}"))
        }
    }
}

/// What the edge has seen of a unit beside its facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitSight {
    /// Whether `node_modules` stands in the unit's directory or in one above it up to the root.
    pub node_modules: Presence,
    /// Whether Yarn's `.pnp.cjs` stands there: it is in the place of `node_modules`.
    pub plug_and_play: Presence,
    /// Whether the Python of the virtual environment can be started.
    pub interpreter: Presence,
    /// Whether an environment is active in the shell that started sdd.
    pub active_environment: Presence,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    There,
    /// It is not.
    #[default]
    Absent,
}

impl From<bool> for Presence {
    fn from(there: bool) -> Self {
        if there { Self::There } else { Self::Absent }
    }
}

/// Whether the dependencies of a unit are installed; nothing for languages that bring theirs by themselves.
pub fn installed(facts: &UnitFacts, sight: UnitSight, platform: &Platform) -> Option<Check> {
    match facts.unit.language {
        Language::Javascript | Language::Typescript => Some(node_modules(facts, sight).in_unit(facts)),
        Language::Python => Some(environment(facts, sight, platform).in_unit(facts)),
        _ => None,
    }
}

fn node_modules(facts: &UnitFacts, sight: UnitSight) -> Check {
    const NAME: &str = "dependencies";
    let declares = facts.package.as_ref().is_some_and(|package| {
        ["dependencies", "devDependencies"].iter().any(|group| {
            package
                .get(group)
                .and_then(serde_json::Value::as_object)
                .is_some_and(|names| !names.is_empty())
        })
    });
    if sight.node_modules == Presence::There {
        return Check::of(NAME, Verdict::Passed, "node_modules is there");
    }
    if sight.plug_and_play == Presence::There {
        return Check::of(
            NAME,
            Verdict::Passed,
            ".pnp.cjs is there, in the place of node_modules",
        );
    }
    if !declares {
        return Check::of(NAME, Verdict::Skipped, "package.json declares no dependencies");
    }
    let why = if node_lock(facts).is_some() {
        format!(
            "there is a lock file of {}, and no node_modules",
            facts.node.manager.program()
        )
    } else {
        "package.json declares dependencies, and there is no node_modules".to_owned()
    };
    Check::of(NAME, Verdict::Failed, why).remedy(Some(ways::within(facts, &node_install(facts))))
}

fn environment(facts: &UnitFacts, sight: UnitSight, platform: &Platform) -> Check {
    const NAME: &str = "environment";
    let remedy = Some(ways::within(facts, &make_environment(facts, platform)));
    if let Some(env) = &facts.virtualenv {
        let shown = env.strip_prefix(&facts.root).unwrap_or(env).display();
        return if sight.interpreter == Presence::There {
            Check::of(
                NAME,
                Verdict::Passed,
                format!("a virtual environment is in {shown}"),
            )
        } else {
            let why = format!("the virtual environment in {shown} has no Python that can be started");
            let here = env.strip_prefix(&facts.dir).unwrap_or(env).to_string_lossy();
            let again = format!(
                "rm -r {} && {}",
                ways::quoted(&here),
                make_environment(facts, platform)
            );
            let again = ways::within(facts, &again);
            Check::of(NAME, Verdict::Failed, why).remedy(Some(again))
        };
    }
    let manager = ways::python_manager(facts);
    if sight.active_environment == Presence::There {
        return Check::of(
            NAME,
            Verdict::Passed,
            "the environment that is active in this shell is used",
        );
    }
    if matches!(manager, PythonManager::Poetry | PythonManager::Pipenv) {
        let why = "there is none in the project; poetry and pipenv may keep it elsewhere";
        return Check::of(NAME, Verdict::Skipped, why).remedy(remedy);
    }
    let declares = manager != PythonManager::Pip
        || facts.requirements.is_some()
        || facts.declared_dependencies().is_some_and(|count| count > 0);
    if declares {
        let why = "dependencies are declared, and there is no virtual environment that they could be in";
        Check::of(NAME, Verdict::Failed, why).remedy(remedy)
    } else {
        let why = "there is no virtual environment, and no dependencies are declared";
        Check::of(NAME, Verdict::Skipped, why)
    }
}

/// The command that makes the environment of a unit with its dependencies in it.
fn make_environment(facts: &UnitFacts, platform: &Platform) -> String {
    let bare = UnitFacts {
        virtualenv: None,
        ..facts.clone()
    };
    python_install(&bare, &platform.os)
}

/// What keeps a gate from asking, although no program is missing.
pub fn gap(gap: &Gap) -> Check {
    let verdict = match gap.meaning {
        Meaning::Error => Verdict::Error,
        Meaning::Skip | Meaning::LeftOut => Verdict::Skipped,
    };
    Check {
        check: gap.of.gate.to_string(),
        unit: Some(gap.of.unit.clone()),
        verdict,
        required: gap.of.required,
        reason: text::one_line(&gap.reason),
        remedy: gap.hint.as_deref().map(text::one_line),
    }
}

#[cfg(test)]
mod tests;
