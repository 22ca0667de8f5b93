//! How packages get into a unit: with the manager whose lock file it has, into the environment that it has.

use std::path::{Path, PathBuf};

use super::UnitFacts;
use super::node::PackageManager;

/// The package manager that a Python unit is installed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PythonManager {
    /// uv, by its lock file.
    Uv,
    /// Poetry, by its lock file or its table in `pyproject.toml`.
    Poetry,
    /// PDM, by its lock file.
    Pdm,
    /// Pipenv, by its lock file.
    Pipenv,
    /// pip, without a lock file.
    Pip,
}

/// The package manager of a Python unit: the nearest lock file decides, and without one what the manifest is written for.
pub fn python_manager(facts: &UnitFacts) -> PythonManager {
    nearest_lock(facts, |name| match name {
        "uv.lock" => Some(PythonManager::Uv),
        "poetry.lock" => Some(PythonManager::Poetry),
        "pdm.lock" => Some(PythonManager::Pdm),
        "Pipfile.lock" => Some(PythonManager::Pipenv),
        _ => None,
    })
    .unwrap_or_else(|| {
        let manifest = facts.manifest.as_ref();
        let tool = |name: &str| manifest.and_then(|manifest| manifest.get("tool")?.get(name));
        // Beside `[project]` the table may hold settings alone; with dependencies it is Poetry's own.
        if tool("poetry").is_some_and(|poetry| poetry.get("dependencies").is_some()) {
            PythonManager::Poetry
        } else {
            PythonManager::Pip
        }
    })
}

/// What the nearest lock file that is known to the reader says.
pub fn nearest_lock<T>(facts: &UnitFacts, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    facts
        .locks
        .iter()
        .find_map(|lock| known(lock.file_name()?.to_str()?))
}

/// The nearest lock file of the package manager of a JavaScript unit.
pub fn node_lock(facts: &UnitFacts) -> Option<&Path> {
    let manager_of = |lock: &Path| PackageManager::of_lock(lock.file_name()?.to_str()?);
    let mut locks = facts.locks.iter().map(PathBuf::as_path);
    locks.find(|lock| manager_of(lock) == Some(facts.node.manager))
}

/// The command that installs what a JavaScript unit declares: by the lock file of its manager where there is one.
pub fn node_install(facts: &UnitFacts) -> String {
    let manager = facts.node.manager;
    match node_lock(facts) {
        Some(_) => manager.install().to_owned(),
        None => format!("{} install", manager.program()),
    }
}

/// The command that adds packages to a Python unit, without their names. `os` is as [`std::env::consts::OS`] has it.
pub fn python_add(facts: &UnitFacts, os: &str) -> String {
    match python_manager(facts) {
        PythonManager::Uv => "uv add --dev".to_owned(),
        PythonManager::Poetry => "poetry add --group dev".to_owned(),
        PythonManager::Pdm => "pdm add --dev".to_owned(),
        PythonManager::Pipenv => "pipenv install --dev".to_owned(),
        PythonManager::Pip => {
            let (make, python) = virtualenv(facts, os);
            format!("{make}{python} -m pip install")
        }
    }
}

/// The command that installs what a Python unit declares. `os` is as [`std::env::consts::OS`] has it.
pub fn python_install(facts: &UnitFacts, os: &str) -> String {
    match python_manager(facts) {
        PythonManager::Uv => "uv sync".to_owned(),
        PythonManager::Poetry => "poetry install".to_owned(),
        PythonManager::Pdm => "pdm install".to_owned(),
        PythonManager::Pipenv => "pipenv install --dev".to_owned(),
        PythonManager::Pip => {
            let (make, python) = virtualenv(facts, os);
            let what = if facts.requirements.is_some() {
                "-r requirements.txt"
            } else {
                "-e ."
            };
            format!("{make}{python} -m pip install {what}")
        }
    }
}

/// The same, into the project's own tree: Poetry and Pipenv keep environments elsewhere unless they are told.
pub fn python_install_inside(facts: &UnitFacts, os: &str) -> String {
    let install = python_install(facts, os);
    match python_manager(facts) {
        _ if facts.virtualenv.is_some() => install,
        PythonManager::Poetry => format!("poetry config --local virtualenvs.in-project true && {install}"),
        // Where it finds the directory, it takes it.
        PythonManager::Pipenv => format!("mkdir .venv && {install}"),
        PythonManager::Uv | PythonManager::Pdm | PythonManager::Pip => install,
    }
}

/// The command that makes the unit's virtual environment (with ` && ` behind it; empty when there is one), and its
/// Python. Without an environment pip refuses to work on many systems, and rightly.
pub fn virtualenv(facts: &UnitFacts, os: &str) -> (String, String) {
    let windows = os == "windows";
    let inside = if windows { r"Scripts\python" } else { "bin/python" };
    let separator = if windows { '\\' } else { '/' };
    if let Some(env) = &facts.virtualenv {
        let shown = env.strip_prefix(&facts.dir).unwrap_or(env).to_string_lossy();
        return (String::new(), quoted(&format!("{shown}{separator}{inside}")));
    }
    let python = if windows { "py" } else { "python3" };
    (
        format!("{python} -m venv .venv && "),
        format!(".venv{separator}{inside}"),
    )
}

/// A command of a unit, to be typed at the project's root.
pub fn within(facts: &UnitFacts, command: &str) -> String {
    if facts.unit.path == "." {
        command.to_owned()
    } else {
        format!("cd {} && {command}", quoted(&facts.unit.path))
    }
}

/// A path as a word of a shell command.
pub fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}

/// How tools, which know no project, say that packages are added.
const PLAIN: [&str; 2] = ["python -m pip install ", "npm install --save-dev "];

/// How tools say that what a Python project declares is installed.
pub const PLAIN_PROJECT: &str = "python -m pip install -e .";

/// Advice of a tool, with the commands that install something as they are typed for this unit.
pub fn as_here(facts: &UnitFacts, advice: &str) -> String {
    let parts: Vec<String> = advice
        .split(PLAIN_PROJECT)
        .map(|part| additions_as_here(facts, part))
        .collect();
    parts.join(&within(
        facts,
        &python_install_inside(facts, std::env::consts::OS),
    ))
}

fn additions_as_here(facts: &UnitFacts, advice: &str) -> String {
    let [python, node] = PLAIN;
    let mut said = advice.to_owned();
    if said.contains(python) {
        let here = within(facts, &python_add(facts, std::env::consts::OS));
        said = said.replace(python, &format!("{here} "));
    }
    if said.contains(node) {
        let here = within(facts, facts.node.manager.add());
        said = said.replace(node, &format!("{here} "));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::language::Language;
    use crate::model::unit::Unit;

    fn unit(path: &str, lock: Option<&str>, env: Option<&str>) -> UnitFacts {
        let root = PathBuf::from("/project");
        let dir = root.join(path);
        let unit = Unit {
            path: path.to_owned(),
            language: Language::Python,
            markers: Vec::new(),
        };
        let mut facts = UnitFacts::bare(unit, root, dir.clone());
        facts.locks = lock.iter().map(|lock| dir.join(lock)).collect();
        facts.virtualenv = env.map(|env| dir.join(env));
        facts
    }

    #[track_caller]
    fn check(facts: &UnitFacts, advice: &str, expect: &str) {
        assert_eq!(as_here(facts, advice), expect);
    }

    #[track_caller]
    fn check_inside(lock: Option<&str>, env: Option<&str>, manifest: &str, expect: &str) {
        let mut facts = unit(".", lock, env);
        facts.manifest = Some(manifest.parse().unwrap());
        assert_eq!(python_install_inside(&facts, "linux"), expect);
    }

    #[test]
    fn an_environment_is_made_where_it_is_looked_for() {
        let poetry = "poetry config --local virtualenvs.in-project true && poetry install";
        check_inside(Some("poetry.lock"), None, "", poetry);
        check_inside(None, None, "[tool.poetry.dependencies]\na = '1'", poetry);
        check_inside(Some("poetry.lock"), Some(".venv"), "", "poetry install");
        check_inside(
            Some("Pipfile.lock"),
            None,
            "",
            "mkdir .venv && pipenv install --dev",
        );
        check_inside(
            Some("uv.lock"),
            None,
            "[tool.poetry.dependencies]\na = '1'",
            "uv sync",
        );
        let pip = "python3 -m venv .venv && .venv/bin/python -m pip install -e .";
        check_inside(None, None, "[tool.poetry]\npackages = []", pip);
        check_inside(None, Some("env"), "", "env/bin/python -m pip install -e .");
    }

    #[test]
    #[cfg(unix)]
    fn advice_names_the_environment_and_the_manager_of_the_unit() {
        let advice = "install it: python -m pip install ruff";
        let bare = "install it: python3 -m venv .venv && .venv/bin/python -m pip install ruff";
        check(&unit(".", None, None), advice, bare);
        check(
            &unit(".", None, Some("venv")),
            "-n needs pytest-xdist: python -m pip install pytest-xdist, or remove it",
            "-n needs pytest-xdist: venv/bin/python -m pip install pytest-xdist, or remove it",
        );
        check(
            &unit("api", Some("uv.lock"), Some(".venv")),
            advice,
            "install it: cd api && uv add --dev ruff",
        );
        check(
            &unit(".", Some("poetry.lock"), None),
            advice,
            "install it: poetry add --group dev ruff",
        );
        check(&unit(".", None, None), "rerun the scan", "rerun the scan");
        check(
            &unit("api", None, Some(".venv")),
            "python -m pip install -e . (or: python -m pip install x)",
            "cd api && .venv/bin/python -m pip install -e . (or: cd api && .venv/bin/python -m pip install x)",
        );
        check(
            &unit("web", None, None),
            "install one: npm install --save-dev c8; and look",
            "install one: cd web && npm install --save-dev c8; and look",
        );
    }
}
