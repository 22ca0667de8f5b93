//! The commands that a recipe comes down to, for one unit on one platform.

use super::platform::Platform;
use super::recipes::{Own, Recipe};
use crate::model::language::Language;
use crate::project::UnitFacts;
pub(super) use crate::project::installing::{PythonManager, python_manager, quoted, within};
use crate::project::installing::{node_install, python_add};

/// Where a program is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The platform.
    pub platform: &'a Platform,
    /// The unit that wants it; `None` for what the whole project wants.
    pub facts: Option<&'a UnitFacts>,
}

/// How to get a program, the best way first: in the project, with the project's own package manager; then with the
/// system's; then by reading the page of its makers. Each is a command to type, but for the last: `see https://…`.
pub fn ways(recipe: &Recipe, place: Place<'_>) -> Vec<String> {
    let own = own_way(recipe.own, place);
    let system = place.platform.package_manager.and_then(|manager| {
        let (_, packages) = recipe.packages.iter().find(|(of, _)| *of == manager)?;
        Some(manager.install(packages, place.platform.privilege))
    });
    // What stands beside projects is the system's first.
    let system_first = matches!(recipe.own, Own::PythonProgram(_) | Own::NpmProgram(_) | Own::None);
    let (first, second) = if system_first {
        (system, own)
    } else {
        (own, system)
    };
    let page = format!("see {}", recipe.page);
    first.into_iter().chain(second).chain([page]).collect()
}

fn own_way(own: Own, place: Place<'_>) -> Option<String> {
    let of = |languages: &[Language]| {
        place
            .facts
            .filter(|facts| languages.contains(&facts.unit.language))
    };
    Some(match own {
        Own::Python(packages) => match of(&[Language::Python]) {
            Some(facts) => within(
                facts,
                &format!("{} {packages}", python_add(facts, &place.platform.os)),
            ),
            None => format!("pipx install {}", packages.split(' ').next().unwrap_or(packages)),
        },
        Own::PythonProgram(package) => format!("pipx install {package}"),
        Own::Npm(packages) => match of(&[Language::Javascript, Language::Typescript]) {
            Some(facts) => within(facts, &npm_way(facts, packages)),
            None => format!("npm install --global {packages}"),
        },
        Own::NpmProgram(package) => format!("npm install --global {package}"),
        Own::Cargo(package) => format!("cargo install --locked {package}"),
        Own::Rustup(component) => format!("rustup component add {component}"),
        Own::Go(package) => format!("go install {package}@latest"),
        Own::None => return None,
    })
}

/// What the project names already is installed, anything else is added.
fn npm_way(facts: &UnitFacts, packages: &str) -> String {
    let declared = |name: &str| {
        let package = facts.package.as_ref();
        ["dependencies", "devDependencies"].iter().any(|group| {
            package
                .and_then(|package| package.get(group)?.get(name))
                .is_some()
        })
    };
    let first = packages.split(' ').next().unwrap_or(packages);
    if declared(first) {
        node_install(facts)
    } else {
        format!("{} {packages}", facts.node.manager.add())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::platform::{Machine, Manager, Privilege};
    use super::super::recipes::by_name;
    use super::*;
    use crate::model::unit::Unit;
    use crate::project::node::PackageManager;

    fn platform(manager: Manager) -> Platform {
        let mut platform = Platform::of(&Machine {
            os: if manager == Manager::Winget {
                "windows"
            } else {
                "linux"
            },
            privilege: Privilege::User,
            ..Machine::default()
        });
        platform.package_manager = Some(manager);
        platform
    }

    fn unit(path: &str, language: Language, locks: &[&str]) -> UnitFacts {
        let root = PathBuf::from("/project");
        let dir = if path == "." {
            root.clone()
        } else {
            root.join(path)
        };
        let unit = Unit {
            path: path.to_owned(),
            language,
            markers: Vec::new(),
        };
        let mut facts = UnitFacts::bare(unit, root.clone(), dir.clone());
        facts.locks = locks.iter().map(|lock| dir.join(lock)).collect();
        facts.node.manager = locks
            .iter()
            .find_map(|lock| PackageManager::of_lock(lock))
            .unwrap_or_default();
        facts
    }

    #[track_caller]
    fn check(program: &str, manager: Manager, facts: Option<&UnitFacts>, expect: &[&str]) {
        let platform = platform(manager);
        let mut ways = ways(
            by_name(program).unwrap(),
            Place {
                platform: &platform,
                facts,
            },
        );
        assert!(ways.pop().unwrap().starts_with("see https://"));
        assert_eq!(ways, expect, "{program}");
    }

    #[test]
    fn a_python_tool_goes_where_the_project_keeps_its_own() {
        let apt = "sudo apt-get install python3-pytest python3-pytest-cov";
        let of = |locks: &[&str]| unit(".", Language::Python, locks);
        let add = "uv add --dev pytest pytest-cov";
        check("pytest", Manager::Apt, Some(&of(&["uv.lock"])), &[add, apt]);
        let add = "poetry add --group dev pytest pytest-cov";
        check("pytest", Manager::Apt, Some(&of(&["poetry.lock"])), &[add, apt]);
        let add = "pdm add --dev pytest pytest-cov";
        check("pytest", Manager::Apt, Some(&of(&["pdm.lock"])), &[add, apt]);
        let add = "pipenv install --dev pytest pytest-cov";
        check("pytest", Manager::Apt, Some(&of(&["Pipfile.lock"])), &[add, apt]);
        // A lock file of JavaScript's beside says nothing.
        let make = "python3 -m venv .venv && .venv/bin/python -m pip install pytest pytest-cov";
        check("pytest", Manager::Apt, Some(&of(&["yarn.lock"])), &[make, apt]);
        let mut facts = of(&[]);
        facts.virtualenv = Some("/project/venv".into());
        let install = "venv/bin/python -m pip install pytest pytest-cov";
        check("pytest", Manager::Apt, Some(&facts), &[install, apt]);
        let make = r"py -m venv .venv && .venv\Scripts\python -m pip install ruff";
        check(
            "ruff",
            Manager::Winget,
            Some(&of(&[])),
            &[make, "winget install --exact --id astral-sh.ruff"],
        );
    }

    #[test]
    fn a_command_of_a_unit_says_where_it_is_typed() {
        let mut facts = unit("services/my api", Language::Python, &[]);
        facts.virtualenv = Some("/project/.venv".into());
        let install = "cd 'services/my api' && /project/.venv/bin/python -m pip install bandit";
        check(
            "bandit",
            Manager::Brew,
            Some(&facts),
            &[install, "brew install bandit"],
        );
        let facts = unit("web", Language::Typescript, &["pnpm-lock.yaml"]);
        check(
            "vitest",
            Manager::Apt,
            Some(&facts),
            &["cd web && pnpm add --save-dev vitest @vitest/coverage-v8"],
        );
    }

    #[test]
    fn an_npm_tool_is_added_with_the_projects_package_manager_or_installed_when_it_is_declared() {
        let mut facts = unit(".", Language::Javascript, &["package-lock.json"]);
        check(
            "jest",
            Manager::Apt,
            Some(&facts),
            &["npm install --save-dev jest"],
        );
        facts.package = Some(serde_json::json!({"devDependencies": {"jest": "^30"}}));
        check("jest", Manager::Apt, Some(&facts), &["npm ci"]);
        facts.locks = vec!["/project/yarn.lock".into()];
        facts.node.manager = PackageManager::Yarn;
        check(
            "jest",
            Manager::Apt,
            Some(&facts),
            &["yarn install --frozen-lockfile"],
        );
        // package.json may name the manager without a lock file that says the same.
        facts.locks = Vec::new();
        check("jest", Manager::Apt, Some(&facts), &["yarn install"]);
        facts.node.manager = PackageManager::Npm;
        check("jest", Manager::Apt, Some(&facts), &["npm install"]);
        facts.package = Some(serde_json::json!({"devDependencies": ["jest"]}));
        check(
            "jest",
            Manager::Apt,
            Some(&facts),
            &["npm install --save-dev jest"],
        );
    }

    #[test]
    fn a_tool_of_another_language_is_installed_beside_the_project() {
        let rust = unit(".", Language::Rust, &["Cargo.lock"]);
        check("ruff", Manager::Apt, Some(&rust), &["pipx install ruff"]);
        check("prettier", Manager::Apt, None, &["npm install --global prettier"]);
        check(
            "cargo-nextest",
            Manager::Pacman,
            Some(&rust),
            &[
                "cargo install --locked cargo-nextest",
                "sudo pacman -S cargo-nextest",
            ],
        );
        check(
            "clippy",
            Manager::Apt,
            Some(&rust),
            &["rustup component add clippy", "sudo apt-get install rust-clippy"],
        );
        check(
            "govulncheck",
            Manager::Apt,
            None,
            &["go install golang.org/x/vuln/cmd/govulncheck@latest"],
        );
    }

    #[test]
    fn what_stands_beside_projects_is_the_systems() {
        check("uv", Manager::Brew, None, &["brew install uv", "pipx install uv"]);
        check("uv", Manager::Apt, None, &["pipx install uv"]);
        check("node", Manager::Apk, None, &["sudo apk add nodejs npm"]);
        check("cargo", Manager::Apt, None, &[]);
    }
}
