//! `ruff check`: lint findings from its JSON report on stdout.

use super::python::{self, Options};
use super::ruff::Looked;
use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, ruff};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// `ruff check`.
pub struct RuffCheck;

/// Options that would change the report or the meaning of the exit code.
const REPORT: Options = Options {
    alone: &[
        "--diff",
        "--watch",
        "-w",
        "--exit-zero",
        "-e",
        "--exit-non-zero-on-fix",
        "--fix-only",
        "--no-fix-only",
        "--show-files",
        "--show-settings",
        "--statistics",
        "--show-fixes",
        "--show-source",
        "--add-noqa",
        "--quiet",
        "-q",
        "--silent",
        "-s",
        // Ours, and ruff takes them only once.
        "--verbose",
        "-v",
        "--no-cache",
        "-n",
    ],
    valued: &["--output-format", "--output-file", "-o", "--format"],
    other_valued: "",
};

/// What makes the report one that can be read. Only `--verbose` tells at which files ruff looked, and it leaves out
/// those whose result comes from the cache.
const REPORTING: [&str; 4] = ["--output-format=json", "--verbose", "--no-cache", "--no-fix-only"];

/// Options that let files change.
const CHANGE: Options = Options {
    alone: &["--fix", "--unsafe-fixes"],
    valued: &[],
    other_valued: "",
};

/// What each exit code of `ruff check` means.
pub(super) const EXITS: &[(i32, &str)] = &[
    (0, "no findings are left"),
    (1, "findings"),
    (2, "it gave up: arguments, configuration or an internal error"),
];

/// Which findings count.
#[derive(Clone, Copy)]
pub(super) enum Shown {
    /// All.
    All,
    /// Those whose rule this says yes to.
    Only(fn(&str) -> bool),
}

/// The arguments of a call of `ruff check` whose report can be read; the project's own, or the tool's default ones,
/// stand at the end.
pub(super) fn looking(ask: &Ask<'_>) -> Vec<String> {
    let mut own = REPORT.remove_from(ask.args);
    let mut args = REPORTING.map(str::to_owned).to_vec();
    match ask.mode {
        // `--no-fix` also overrules `fix = true` in the project's configuration.
        Mode::Check => {
            own = CHANGE.remove_from(&own);
            args.push("--no-fix".to_owned());
        }
        Mode::Fix if python::has_option(&own, "--no-fix") => {}
        Mode::Fix => args.push("--fix".to_owned()),
    }
    if !ask.configured {
        // `./` makes it one directory; a bare name would be left out wherever it stands.
        let units = ask.facts.nested.iter();
        args.extend(units.map(|dir| format!("--extend-exclude=./{}", python::glob_escaped(dir))));
    }
    args.extend(ruff::unmet(ask));
    args.extend(own);
    args
}

/// Reads what `ruff check` answered.
pub(super) fn read(tool: &str, run: &ToolRun<'_>, shown: Shown) -> Reading {
    if run.exit == 2 {
        return ruff::abnormal("ruff", run);
    }
    let said = ruff::without_log(run.stderr);
    let silent = ToolRun {
        stderr: &said,
        ..*run
    };
    let diagnostics = match ruff::parse(run.stdout) {
        Ok(diagnostics) => diagnostics,
        Err(error) => {
            return python::no_answer(&format!("ruff's report cannot be read ({error})"), &silent);
        }
    };
    if diagnostics.is_empty() && run.exit == 0 {
        match ruff::looked(&python::plain(run.stderr)) {
            Looked::AtFiles => {}
            Looked::AtNothing => return Reading::Nothing(ruff::NOTHING.to_owned()),
            Looked::Unsaid => {
                return python::no_answer("ruff did not say which files it looked at", &silent);
            }
        }
    }
    let findings = diagnostics.iter().map(|found| found.finding(tool, run));
    Reading::findings(match shown {
        Shown::All => findings.collect(),
        Shown::Only(counts) => findings.filter(|found| counts(&found.rule)).collect(),
    })
}

impl Tool for RuffCheck {
    fn id(&self) -> &'static str {
        "ruff"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Linting, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["ruff", "check"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("ruff check is the linter for Python".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        Some(Prepared {
            args: looking(ask),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        EXITS
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read(self.id(), run, Shown::All)
    }

    fn is_chatter(&self, line: &str) -> bool {
        ruff::is_log(line.as_bytes())
    }

    fn install(&self) -> &'static str {
        "python -m pip install ruff"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings::{self as recordings, Args, Recording};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(recordings::show_all(&RuffCheck));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        recordings::check_never_clean(&RuffCheck, &Recording::load("ruff", "0.17.5", "clean"));
    }

    #[track_caller]
    fn check(mode: Mode, args: &str, expect: &str) {
        let facts = recordings::facts("");
        let prepared = recordings::prepare(&RuffCheck, &facts, mode, Args::Configured(args), false);
        assert_eq!(prepared.args.join(" "), expect);
        assert!(prepared.reads_stdout);
    }

    #[test]
    fn looking_never_lets_a_file_change() {
        for args in [
            "src",
            "--fix src",
            "--unsafe-fixes --fix-only src",
            "--add-noqa src",
            "--no-fix-only src",
        ] {
            check(
                Mode::Check,
                args,
                "--output-format=json --verbose --no-cache --no-fix-only --no-fix src",
            );
        }
    }

    #[test]
    fn fixing_leaves_the_projects_own_wish() {
        check(
            Mode::Fix,
            ".",
            "--output-format=json --verbose --no-cache --no-fix-only --fix .",
        );
        check(
            Mode::Fix,
            "--unsafe-fixes .",
            "--output-format=json --verbose --no-cache --no-fix-only --fix --unsafe-fixes .",
        );
        check(
            Mode::Fix,
            "--no-fix .",
            "--output-format=json --verbose --no-cache --no-fix-only --no-fix .",
        );
    }

    #[test]
    fn options_that_hide_findings_or_move_the_report_go() {
        check(
            Mode::Check,
            "-qevn -o out.txt --output-format github --exit-zero --select E,F --statistics --verbose --no-cache a b",
            "--output-format=json --verbose --no-cache --no-fix-only --no-fix --select E,F a b",
        );
    }

    #[test]
    fn units_inside_of_the_unit_are_left_to_themselves() {
        let mut facts = recordings::facts("");
        facts.nested = vec!["api".to_owned(), "a,b".to_owned()];
        let prepared = recordings::prepare(&RuffCheck, &facts, Mode::Check, Args::Default, false);
        assert_eq!(
            prepared.args.join(" "),
            "--output-format=json --verbose --no-cache --no-fix-only --no-fix --extend-exclude=./api --extend-exclude=./a?b ."
        );
        let prepared = recordings::prepare(&RuffCheck, &facts, Mode::Check, Args::Configured("."), false);
        assert_eq!(
            prepared.args.join(" "),
            "--output-format=json --verbose --no-cache --no-fix-only --no-fix ."
        );
    }
}
