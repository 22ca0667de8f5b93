use super::*;
use crate::tools::lint_recordings as recordings;
use crate::tools::python_recordings::{self, Args, Recording, facts};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(python_recordings::show_all(&Mypy));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in ["1.4.1", "2.4.1"] {
        for case in ["clean", "clean-one", "clean-notes"] {
            python_recordings::check_never_clean(&Mypy, &Recording::load("mypy", version, case));
        }
    }
}

#[test]
fn no_bytes_make_it_panic() {
    recordings::check_any_bytes(
        &Mypy,
        "a.py:1: error: x\nSuccess: no issues found in 0 source files\n",
    );
}

fn with(files: &[(&str, &str)]) -> UnitFacts {
    let mut facts = facts("");
    facts.python.mypy = files
        .iter()
        .map(|(name, text)| TextFile {
            name: (*name).to_owned(),
            text: Some((*text).to_owned()),
        })
        .collect();
    facts
}

#[track_caller]
fn check(files: &[(&str, &str)], args: Args<'_>, expect: &str) {
    let prepared = python_recordings::prepare(&Mypy, &with(files), Mode::Check, args, false);
    let reporting = REPORTING.join(" ");
    assert_eq!(prepared.args.join(" ").replace(&reporting, "REPORTING"), expect);
}

#[test]
fn what_is_checked_is_what_the_settings_say() {
    check(
        &[("mypy.ini", "[mypy]\nstrict = True\n")],
        Args::Default,
        "REPORTING .",
    );
    check(
        &[("mypy.ini", "[mypy]\nfiles = src\n")],
        Args::Default,
        "REPORTING",
    );
    check(
        &[
            ("pyproject.toml", "[project]\n"),
            ("setup.cfg", "[mypy]\npackages=a\n"),
        ],
        Args::Default,
        "REPORTING",
    );
    check(
        &[("../pyproject.toml", "[tool.mypy]\nfiles = ['x']\n")],
        Args::Default,
        "REPORTING --config-file=../pyproject.toml .",
    );
}

#[test]
fn the_projects_own_arguments_stay_and_the_report_is_ours() {
    check(
        &[],
        Args::Configured("--strict -v -p pkg --pretty --output json"),
        "--strict -p pkg REPORTING",
    );
    check(
        &[],
        Args::Configured("--no-error-summary -- src"),
        "REPORTING -- src",
    );
}

#[test]
fn packages_are_looked_for_in_the_projects_environment() {
    let mut facts = with(&[("mypy.ini", "[mypy]\n")]);
    facts.virtualenv = Some("/project/.venv".into());
    let prepared = python_recordings::prepare(&Mypy, &facts, Mode::Check, Args::Default, false);
    assert!(
        prepared
            .args
            .contains(&"--python-executable=/project/.venv/bin/python".to_owned())
    );
}

#[test]
fn units_inside_of_the_unit_are_left_to_themselves() {
    let args = |settings: &str| {
        let mut facts = with(&[("mypy.ini", settings)]);
        facts.nested = vec!["api".to_owned(), "libs/a.b".to_owned()];
        let prepared = python_recordings::prepare(&Mypy, &facts, Mode::Check, Args::Default, false);
        prepared.args[REPORTING.len()..].join(" ")
    };
    assert_eq!(args("[mypy]\n"), "--exclude=^(api|libs/a\\.b)/ .");
    assert_eq!(args("[mypy]\nexclude = x\n"), ".");
    assert_eq!(args("[mypy]\nfiles = a\n"), "");
}

#[test]
fn it_is_used_where_it_is_configured() {
    let applies = |files| Mypy.applies(&with(files));
    assert_eq!(applies(&[]), Applies::No);
    assert_eq!(
        applies(&[("pyproject.toml", "[tool.ruff]\n"), ("setup.cfg", "[metadata]\n")]),
        Applies::No
    );
    assert!(matches!(
        applies(&[("pyproject.toml", "[tool.mypy]\n")]),
        Applies::Yes(_)
    ));
    assert!(matches!(applies(&[("../.mypy.ini", "")]), Applies::Yes(_)));
}
