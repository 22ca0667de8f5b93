//! `ruff check` for doc comments: the rules of pydocstyle, from its JSON report on stdout.
//!
//! A project that selects rules of pydocstyle in ruff's settings is asked by these. Any other one is asked whether what
//! is public has a docstring at all, its tests and the code of others left out.

use super::ruff_check::{self, Shown};
use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, python, ruff};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// `ruff check` for doc comments.
pub struct RuffDocstrings;

/// The rules that ask whether there is a docstring, without those about magic methods and `__init__`, whose class says
/// what they do.
const PRESENCE: [&str; 6] = ["D100", "D101", "D102", "D103", "D104", "D106"];

/// What is left out where the project has no rules of its own: tests, and code of others that is kept in the tree.
/// Ruff itself leaves out virtual environments and what git ignores.
const LEFT_OUT: [&str; 10] = [
    "test",
    "tests",
    "test_*.py",
    "*_test.py",
    "conftest.py",
    "vendor",
    "_vendor",
    "vendored",
    "third_party",
    "extern",
];

/// The option that says that the project's own rules are asked, and keeps other findings out of the exit code.
const OWN: &str = "--exit-zero";

/// What ruff's settings say of pydocstyle.
#[derive(Debug, Default, PartialEq, Eq)]
struct Settings {
    /// Whether rules of it are selected.
    selected: bool,
    /// Whether there are settings of it.
    set: bool,
    /// Its rules that are ignored: `D`, `D1`, `D100`.
    ignored: Vec<String>,
}

impl Settings {
    /// The nearest settings of ruff.
    fn of(facts: &UnitFacts) -> Self {
        facts
            .python
            .ruff
            .iter()
            .find_map(|file| {
                let table: toml::Table = file.text.as_deref()?.parse().ok()?;
                if !file.name.ends_with("pyproject.toml") {
                    return Some(Self::read(&table));
                }
                table.get("tool")?.get("ruff")?.as_table().map(Self::read)
            })
            .unwrap_or_default()
    }

    fn read(ruff: &toml::Table) -> Self {
        // Before ruff 0.2 the settings of lint rules stood one level higher, and ruff still reads them there.
        let places = [Some(ruff), ruff.get("lint").and_then(toml::Value::as_table)];
        let places = || places.iter().copied().flatten();
        let list = |keys: &'static [&'static str]| {
            let lists =
                places().flat_map(move |place| keys.iter().filter_map(|key| place.get(*key)?.as_array()));
            lists.flatten().filter_map(toml::Value::as_str)
        };
        Self {
            selected: list(&["select", "extend-select"]).any(|rule| rule == "ALL" || is_docstring_rule(rule)),
            set: places().any(|place| place.contains_key("pydocstyle")),
            ignored: list(&["ignore", "extend-ignore"])
                .filter(|rule| is_docstring_rule(rule))
                .map(str::to_owned)
                .collect(),
        }
    }

    fn ignores(&self, rule: &str) -> bool {
        self.ignored
            .iter()
            .any(|ignored| rule.starts_with(ignored.as_str()))
    }

    /// The rules that are asked where the project has none of its own.
    fn presence(&self) -> Vec<&'static str> {
        PRESENCE.into_iter().filter(|rule| !self.ignores(rule)).collect()
    }
}

/// Whether a rule, or what a selection begins with, is one of pydocstyle: `D`, `D1`, `D103`; not `DTZ`.
fn is_docstring_rule(rule: &str) -> bool {
    rule.strip_prefix('D')
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Tool for RuffDocstrings {
    fn id(&self) -> &'static str {
        "ruff-docstrings"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Documentation, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["ruff", "check"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        let settings = Settings::of(facts);
        if settings.ignores("D") || (!settings.selected && !settings.set && settings.presence().is_empty()) {
            return Applies::NothingToDo("ruff's settings ignore every rule about docstrings".to_owned());
        }
        Applies::Yes(
            if settings.selected || settings.set {
                "docstrings are checked by the rules of ruff's settings"
            } else {
                "ruff checks that what is public has a docstring"
            }
            .to_owned(),
        )
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut args = ruff_check::looking(ask);
        if !ask.configured {
            let settings = Settings::of(ask.facts);
            let own = if settings.selected || settings.set {
                // Settings of pydocstyle alone select none of its rules.
                let select = (!settings.selected).then(|| "--extend-select=D".to_owned());
                let ignore = settings.ignored.join(",");
                let ignore = (!settings.selected && !ignore.is_empty()).then(|| format!("--ignore={ignore}"));
                [Some(OWN.to_owned()), select, ignore]
                    .into_iter()
                    .flatten()
                    .collect()
            } else {
                let left_out = LEFT_OUT.map(|what| format!("--extend-exclude={what}"));
                let select = format!("--select={}", settings.presence().join(","));
                [vec![select], left_out.to_vec()].concat()
            };
            let path = args.len().saturating_sub(ask.args.len());
            args.splice(path..path, own);
        }
        Some(Prepared {
            args,
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        ruff_check::EXITS
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let own = run.args.iter().any(|arg| arg == OWN);
        let shown = if own {
            Shown::Only(|rule| is_docstring_rule(rule) || ruff::is_unreadable(rule))
        } else {
            Shown::All
        };
        let reading = ruff_check::read(self.id(), run, shown);
        match &reading {
            // Before ruff 0.5 a file that cannot be parsed was a finding of a rule that is not asked here.
            Reading::Answer(answer)
                if !answer
                    .findings
                    .iter()
                    .any(|found| ruff::is_unreadable(&found.rule)) =>
            {
                let said = python::plain(&ruff::without_log(run.stderr));
                match said.lines().find(|line| line.contains("Failed to parse ")) {
                    Some(line) => Reading::broken(line.trim_start_matches("error: ")),
                    None => reading,
                }
            }
            _ => reading,
        }
    }

    fn install(&self) -> &'static str {
        "python -m pip install ruff"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::facts::TextFile;
    use crate::tools::python_recordings::{self as recordings, Args, Recording};

    fn with(name: &str, text: &str) -> UnitFacts {
        let mut facts = recordings::facts("");
        facts.python.ruff = vec![TextFile {
            name: name.to_owned(),
            text: Some(text.to_owned()),
        }];
        facts
    }

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(recordings::show_all(&RuffDocstrings));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        recordings::check_never_clean(
            &RuffDocstrings,
            &Recording::load("ruff-docstrings", "0.17.5", "clean"),
        );
    }

    #[track_caller]
    fn check(facts: &UnitFacts, expect: &str) {
        let prepared = recordings::prepare(&RuffDocstrings, facts, Mode::Check, Args::Default, false);
        let args = prepared.args.join(" ");
        let common = "--output-format=json --verbose --no-cache --no-fix-only --no-fix";
        assert_eq!(args.strip_prefix(common).unwrap_or(&args).trim(), expect);
    }

    const EXCLUDED: &str = "--extend-exclude=test --extend-exclude=tests --extend-exclude=test_*.py \
        --extend-exclude=*_test.py --extend-exclude=conftest.py --extend-exclude=vendor --extend-exclude=_vendor \
        --extend-exclude=vendored --extend-exclude=third_party --extend-exclude=extern .";

    #[test]
    fn without_rules_of_its_own_a_project_is_asked_for_docstrings_only() {
        check(
            &recordings::facts(""),
            &format!("--select=D100,D101,D102,D103,D104,D106 {EXCLUDED}"),
        );
        check(
            &with(
                "pyproject.toml",
                "[tool.ruff.lint]\nselect = ['E', 'DTZ']\nignore = ['D100', 'D104']",
            ),
            &format!("--select=D101,D102,D103,D106 {EXCLUDED}"),
        );
        // Settings of other tools are none of ruff's.
        check(
            &with("pyproject.toml", "[tool.black]\nselect = ['D']"),
            &format!("--select=D100,D101,D102,D103,D104,D106 {EXCLUDED}"),
        );
    }

    #[test]
    fn the_projects_own_rules_are_asked_where_there_are_some() {
        check(
            &with("pyproject.toml", "[tool.ruff]\nselect = ['D2']"),
            "--exit-zero .",
        );
        check(&with("ruff.toml", "lint.select = ['ALL']"), "--exit-zero .");
        check(
            &with(
                "../.ruff.toml",
                "[lint]\nignore = ['D107', 'E']\n[lint.pydocstyle]\nconvention = 'google'",
            ),
            "--exit-zero --extend-select=D --ignore=D107 .",
        );
    }

    #[test]
    fn a_project_that_ignores_all_of_it_is_asked_nothing() {
        for text in [
            "lint.ignore = ['D']",
            "lint.ignore = ['D1']",
            "lint.select = ['ALL']\nlint.ignore = ['D']",
        ] {
            let facts = with("ruff.toml", text);
            assert!(
                matches!(RuffDocstrings.applies(&facts), Applies::NothingToDo(_)),
                "{text}"
            );
        }
        let facts = with("ruff.toml", "lint.select = ['D']\nlint.ignore = ['D1']");
        assert!(matches!(RuffDocstrings.applies(&facts), Applies::Yes(_)));
    }

    #[test]
    fn it_rewrites_nothing() {
        let facts = recordings::facts("");
        let ask = Ask {
            leave_out: &[],
            root: std::path::Path::new("/project"),
            mode: Mode::Fix,
            args: &[],
            configured: false,
            facts: &facts,
            out: std::path::Path::new("/out"),
            coverage: false,
            wrappers: &[],
            workers: 1,
        };
        assert!(RuffDocstrings.prepare(&ask).is_none());
    }

    #[test]
    fn of_the_projects_own_rules_only_those_about_docstrings_count() {
        let mut run = Recording::load("ruff-docstrings", "0.17.5", "own-rules");
        let with = |run: &Recording, args: &[&str]| {
            let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
            let run = ToolRun {
                exit: run.exit,
                stdout: &run.stdout,
                stderr: &run.stderr,
                outputs: &run.outputs,
                facts: &run.facts,
                coverage: false,
                mode: Mode::Check,
                args: &args,
            };
            recordings::show(&crate::tools::read(&RuffDocstrings, &run))
        };
        let shown = with(&run, &[OWN]);
        assert!(shown.contains("D103") && !shown.contains("F401"), "{shown}");
        // With findings of other rules only, it looked and found none of these.
        run = Recording::load("ruff-docstrings", "0.17.5", "own-rules-kept");
        assert_eq!(with(&run, &[OWN]), "answer\n");
        assert!(with(&run, &[]).contains("F401"));
    }
}
