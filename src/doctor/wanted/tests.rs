use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::gates::{Fixing, Programs, Strictness};
use crate::model::config::load;
use crate::model::unit::Unit;
use crate::project::Project;

/// A project of one Python unit with these settings, in which these programs are found.
fn with(settings: &serde_json::Value, locks: &[&str], found: &[(&str, &str)], check: impl FnOnce(&Needs)) {
    let root = PathBuf::from("/project");
    let unit = Unit {
        path: ".".to_owned(),
        language: Language::Python,
        markers: vec!["pyproject.toml".to_owned()],
    };
    let mut facts = UnitFacts::bare(unit, root.clone(), root.clone());
    facts.locks = locks.iter().map(|lock| root.join(lock)).collect();
    let project = Project {
        root,
        units: vec![facts],
        warnings: Vec::new(),
        left_out: Vec::new(),
        has_integration: true,
        tracked: crate::project::Tracked::default(),
    };
    let config = load::parse("config.json", &settings.to_string()).unwrap().config;
    let mut programs: BTreeMap<crate::gates::Wanted, Found> = BTreeMap::new();
    for wanted in Programs::wanted(&config, &project, None) {
        let at = found.iter().find(|(name, _)| *name == wanted.program);
        let state = match at {
            Some((_, path)) if path.starts_with('!') => Found::NotExecutable(path[1..].into()),
            Some((_, path)) => Found::At(path.into()),
            None => Found::Missing,
        };
        programs.insert(wanted, state);
    }
    let programs = Programs::new(programs);
    let cx = Context {
        config: &config,
        project: &project,
        programs: &programs,
        out: Path::new("RUN"),
        fixing: Fixing::AsConfigured,
        workers: 1,
        demanded: &[],
        strictness: Strictness::Normal,
        work: None,
    };
    check(&needs(&cx, &Plan::make(&cx, &GateId::ALL)));
}

/// Settings in which only one gate takes part.
fn only(key: &str, mut gate: serde_json::Value) -> serde_json::Value {
    let mut gates = serde_json::Map::new();
    for id in GateId::ALL {
        gates.insert(id.config_key().to_owned(), serde_json::json!({"enabled": false}));
    }
    gate["enabled"] = true.into();
    gates.insert(key.to_owned(), gate);
    serde_json::json!({ "quality_gates": gates })
}

fn told(needs: &Needs) -> Vec<String> {
    needs
        .programs
        .iter()
        .map(|wanted| {
            let state = match &wanted.state {
                State::Here { path, ask } => {
                    let ask = match ask {
                        Ask::With(question) | Ask::Plugin(question) => {
                            format!("{} {}", question.program.display(), question.args.join(" "))
                        }
                        Ask::Unknown => "nobody knows how to ask".to_owned(),
                        Ask::Unsafe(_) => "not to be asked".to_owned(),
                    };
                    let path = path
                        .as_ref()
                        .map_or("somewhere".to_owned(), |path| path.display().to_string());
                    format!("at {path}: {ask}")
                }
                State::NotExecutable(path) => format!("not executable: {}", path.display()),
                State::Untrusted { path, .. } => format!("untrusted: {}", path.display()),
                State::Missing { program, .. } => format!("missing: {program}"),
            };
            let uses: Vec<String> = wanted
                .uses
                .iter()
                .map(|of| format!("{}{}", of.gate, if of.required { "!" } else { "" }))
                .collect();
            format!("{} {state} [{}]", wanted.name, uses.join(" "))
        })
        .collect()
}

#[track_caller]
fn check(settings: &serde_json::Value, locks: &[&str], found: &[(&str, &str)], expect: &[&str]) {
    with(settings, locks, found, |needs| assert_eq!(told(needs), expect));
}

#[test]
fn one_program_that_serves_two_gates_is_one() {
    let mut settings = only("linting", serde_json::json!({"required": true}));
    settings["quality_gates"]["formatting"] = serde_json::json!({"enabled": true, "required": false});
    check(
        &settings,
        &[],
        &[("ruff", "/project/.venv/bin/ruff")],
        &["ruff at /project/.venv/bin/ruff: /project/.venv/bin/ruff --version [formatting linting!]"],
    );
    check(
        &settings,
        &[],
        &[("ruff", "!/bin/ruff")],
        &["ruff not executable: /bin/ruff [formatting linting!]"],
    );
}

#[test]
fn behind_a_launcher_that_installs_nothing_is_asked() {
    let tests = only(
        "test_execution",
        serde_json::json!({"commands": {"python": "uv run pytest -q"}}),
    );
    check(
        &tests,
        &["uv.lock"],
        &[("uv", "/bin/uv")],
        &[
            "uv at /bin/uv: /bin/uv --version [tests!]",
            "pytest at somewhere: not to be asked [tests!]",
        ],
    );
    // In the project's own place the launcher would find the same file.
    check(
        &tests,
        &["uv.lock"],
        &[("uv", "/bin/uv"), ("pytest", "/project/.venv/bin/pytest")],
        &[
            "uv at /bin/uv: /bin/uv --version [tests!]",
            "pytest-cov at somewhere: /project/.venv/bin/pytest --version --version --noconftest [tests!]",
            "pytest at /project/.venv/bin/pytest: /project/.venv/bin/pytest --version [tests!]",
        ],
    );
    let module = only(
        "test_execution",
        serde_json::json!({"commands": {"python": "python -m pytest -q"}}),
    );
    check(
        &module,
        &[],
        &[("python", "/bin/python")],
        &[
            "python at /bin/python: /bin/python --version [tests!]",
            "pytest-cov at somewhere: /bin/python -m pytest --version --version --noconftest [tests!]",
            "pytest at somewhere: /bin/python -m pytest --version [tests!]",
        ],
    );
}

#[test]
fn what_is_missing_is_the_program_that_the_plan_looked_for() {
    let tests = only("test_execution", serde_json::json!({"required": true}));
    check(&tests, &[], &[], &["pytest missing: pytest [tests!]"]);
    // Without the launcher of the lock file the project's own way is closed too.
    check(
        &tests,
        &["uv.lock"],
        &[],
        &["uv missing: uv [tests!]", "pytest missing: pytest [tests!]"],
    );
    check(
        &tests,
        &["uv.lock"],
        &[("uv", "/bin/uv")],
        &[
            "uv at /bin/uv: /bin/uv --version [tests!]",
            "pytest at somewhere: not to be asked [tests!]",
        ],
    );
    let own = only(
        "test_execution",
        serde_json::json!({"commands": {"python": "poetry run pytest"}}),
    );
    check(
        &own,
        &[],
        &[("pytest", "/bin/pytest")],
        &["poetry missing: poetry [tests!]"],
    );
    let own = only(
        "test_execution",
        serde_json::json!({"commands": {"python": ["./run tests", "-q"]}}),
    );
    check(&own, &[], &[], &["run tests missing: ./run tests [tests!]"]);
}

#[test]
fn an_own_command_is_found_and_asked_only_where_it_is_known_how() {
    let own = only(
        "linting",
        serde_json::json!({"commands": {"python": {"each": ["make lint", "task lint"]}}}),
    );
    check(
        &own,
        &[],
        &[("make", "/bin/make"), ("task", "/bin/task")],
        &[
            "make at /bin/make: /bin/make --version [linting]",
            "task at /bin/task: nobody knows how to ask [linting]",
        ],
    );
}

#[test]
fn rules_want_their_programs_and_say_whether_they_decide() {
    let rules = only(
        "custom_validations",
        serde_json::json!({"required": true, "rules": [
            {"type": "command", "name": "types", "command": "mypy src", "required": true},
            {"type": "command", "name": "spelling", "command": "codespell", "required": false},
            {"type": "file_exists", "path": "LICENSE", "required": true},
            {"type": "odd", "name": "odd", "required": true}
        ]}),
    );
    check(
        &rules,
        &[],
        &[],
        &[
            "mypy missing: mypy [custom!]",
            "codespell missing: codespell [custom]",
        ],
    );
    with(
        &rules,
        &[],
        &[("mypy", "/bin/mypy"), ("codespell", "/bin/codespell")],
        |needs| {
            assert_eq!(told(needs).len(), 2);
            let gaps: Vec<(&str, Meaning, bool)> = needs
                .gaps
                .iter()
                .map(|gap| (gap.of.tool.as_str(), gap.meaning, gap.of.required))
                .collect();
            assert_eq!(gaps, [("odd", Meaning::Error, true)]);
        },
    );
}

#[test]
fn a_tool_with_nothing_to_do_is_a_gap_and_not_missing() {
    let mut settings = only("security", serde_json::json!({"required": true}));
    settings["quality_gates"]["security"]["commands"] = serde_json::json!({});
    with(&settings, &[], &[("bandit", "/bin/bandit")], |needs| {
        for wanted in &needs.programs {
            assert!(!wanted.uses.is_empty(), "{wanted:?}");
        }
        for gap in &needs.gaps {
            assert!(gap.meaning == Meaning::Skip && !gap.of.required, "{gap:?}");
        }
    });
}
