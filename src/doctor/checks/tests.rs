use std::path::PathBuf;

use super::super::platform::Machine;
use super::*;
use crate::model::unit::Unit;
use crate::project::node::PackageManager;

fn unit(path: &str, language: Language) -> UnitFacts {
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
    UnitFacts::bare(unit, root, dir)
}

#[track_caller]
fn check(facts: &UnitFacts, sight: UnitSight, expect: Option<(Verdict, &str, Option<&str>)>) {
    let platform = Platform::of(&Machine {
        os: "linux",
        ..Machine::default()
    });
    let found = installed(facts, sight, &platform);
    let found = found.as_ref().map(|check| {
        assert_eq!(check.unit.as_deref(), Some(facts.unit.path.as_str()));
        assert!(!check.required, "it informs: a missing tool decides by itself");
        (check.verdict, check.reason.as_str(), check.remedy.as_deref())
    });
    assert_eq!(found, expect);
}

const NOTHING: UnitSight = UnitSight {
    node_modules: Presence::Absent,
    plug_and_play: Presence::Absent,
    interpreter: Presence::Absent,
    active_environment: Presence::Absent,
};

#[test]
fn a_lock_file_without_node_modules_says_what_to_run() {
    let mut facts = unit("web", Language::Typescript);
    let none = "package.json declares no dependencies";
    check(&facts, NOTHING, Some((Verdict::Skipped, none, None)));
    facts.package = Some(serde_json::json!({"devDependencies": {"jest": "1"}}));
    let bare = "package.json declares dependencies, and there is no node_modules";
    let install = Some("cd web && npm install");
    check(&facts, NOTHING, Some((Verdict::Failed, bare, install)));
    for (lock, manager, install) in [
        ("package-lock.json", "npm", "cd web && npm ci"),
        (
            "pnpm-lock.yaml",
            "pnpm",
            "cd web && pnpm install --frozen-lockfile",
        ),
        ("yarn.lock", "yarn", "cd web && yarn install --frozen-lockfile"),
        ("bun.lock", "bun", "cd web && bun install --frozen-lockfile"),
    ] {
        facts.locks = vec![facts.dir.join(lock)];
        facts.node.manager = PackageManager::named(manager).unwrap();
        let why = format!("there is a lock file of {manager}, and no node_modules");
        check(&facts, NOTHING, Some((Verdict::Failed, &why, Some(install))));
    }
    let there = UnitSight {
        node_modules: Presence::There,
        ..NOTHING
    };
    check(
        &facts,
        there,
        Some((Verdict::Passed, "node_modules is there", None)),
    );
    let pnp = UnitSight {
        plug_and_play: Presence::There,
        ..NOTHING
    };
    let why = ".pnp.cjs is there, in the place of node_modules";
    check(&facts, pnp, Some((Verdict::Passed, why, None)));
}

#[test]
fn a_python_unit_wants_an_environment_once_it_declares_something() {
    let mut facts = unit(".", Language::Python);
    let none = "there is no virtual environment, and no dependencies are declared";
    check(&facts, NOTHING, Some((Verdict::Skipped, none, None)));
    facts.requirements = Some("flask\n".to_owned());
    let declared = "dependencies are declared, and there is no virtual environment that they could be in";
    let pip = "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt";
    check(&facts, NOTHING, Some((Verdict::Failed, declared, Some(pip))));
    let active = UnitSight {
        active_environment: Presence::There,
        ..NOTHING
    };
    let why = "the environment that is active in this shell is used";
    check(&facts, active, Some((Verdict::Passed, why, None)));
    facts.locks = vec!["/project/uv.lock".into()];
    check(
        &facts,
        NOTHING,
        Some((Verdict::Failed, declared, Some("uv sync"))),
    );
    facts.locks = vec!["/project/poetry.lock".into()];
    let elsewhere = "there is none in the project; poetry and pipenv may keep it elsewhere";
    check(
        &facts,
        NOTHING,
        Some((Verdict::Skipped, elsewhere, Some("poetry install"))),
    );
}

#[test]
fn an_environment_whose_python_is_gone_is_made_anew() {
    let mut facts = unit("services/api", Language::Python);
    facts.virtualenv = Some("/project/services/api/.venv".into());
    facts.requirements = Some("flask\n".to_owned());
    let there = UnitSight {
        interpreter: Presence::There,
        ..NOTHING
    };
    let why = "a virtual environment is in services/api/.venv";
    check(&facts, there, Some((Verdict::Passed, why, None)));
    let why = "the virtual environment in services/api/.venv has no Python that can be started";
    let again = "cd services/api && rm -r .venv && python3 -m venv .venv && \
                 .venv/bin/python -m pip install -r requirements.txt";
    check(&facts, NOTHING, Some((Verdict::Failed, why, Some(again))));
}

#[test]
fn other_languages_bring_their_dependencies_by_themselves() {
    check(&unit(".", Language::Rust), NOTHING, None);
    check(&unit(".", Language::Go), NOTHING, None);
}

#[test]
fn git_that_gave_no_answer_is_not_a_repository_without_changes() {
    let info = |branch: Option<&str>, head: Option<&str>, dirty| {
        git(&GitSight::State(GitInfo {
            head: head.map(str::to_owned),
            branch: branch.map(str::to_owned),
            base: None,
            dirty,
            prefix: None,
        }))
    };
    let said = |check: Check| (check.verdict, check.reason);
    let of = |verdict, text: &str| (verdict, text.to_owned());
    let clean = info(Some("main"), Some("0123456789abcdef"), false);
    assert_eq!(said(clean), of(Verdict::Passed, "a repository, on main, clean"));
    let detached = info(None, Some("0123456789abcdef"), true);
    let text = "a repository, on no branch, at 0123456789ab, with changes";
    assert_eq!(said(detached), of(Verdict::Passed, text));
    let empty = info(Some("main"), None, false);
    assert_eq!(
        said(empty),
        of(Verdict::Passed, "a repository, without a commit, clean")
    );
    assert_eq!(git(&GitSight::NoRepository).verdict, Verdict::Skipped);
    assert_eq!(git(&GitSight::NoGit).verdict, Verdict::Skipped);
    let text = "the git state is unknown: no";
    assert_eq!(
        said(git(&GitSight::NoAnswer("no".to_owned()))),
        of(Verdict::Error, text)
    );
}

#[test]
fn many_units_are_counted() {
    let mut project = Project {
        root: "/project".into(),
        units: Vec::new(),
        warnings: Vec::new(),
        left_out: Vec::new(),
        has_integration: true,
        tracked: crate::project::Tracked::default(),
    };
    assert_eq!(units(&project).verdict, Verdict::Skipped);
    project.units = (0..10).map(|n| unit(&format!("u{n}"), Language::Go)).collect();
    let check = units(&project);
    assert!(
        check.reason.starts_with("10 units: u0 (go), u1 (go)"),
        "{}",
        check.reason
    );
    assert!(check.reason.ends_with("u7 (go) and 2 more"), "{}", check.reason);
}
