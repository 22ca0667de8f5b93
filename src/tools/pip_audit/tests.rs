use super::*;
use crate::project::installing;
use crate::tools::python_recordings::{self as recordings, Args, Recording};
use crate::tools::{FileState, Mode};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&PipAudit));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in ["2.7.3", "2.10.1"] {
        recordings::check_never_clean(&PipAudit, &Recording::load("pip-audit", version, "clean"));
    }
}

#[track_caller]
fn check_read(exit: i32, report: &str, requirements: &str, expect: &str) {
    let mut run = Recording::load("pip-audit", "2.10.1", "clean");
    run.exit = exit;
    run.stderr.clear();
    run.facts.requirements = Some(requirements.to_owned());
    run.outputs
        .insert("pip-audit", FileState::Fresh(report.as_bytes().to_vec()));
    assert_eq!(recordings::show(&run.read(&PipAudit)), expect);
}

#[test]
fn an_advisory_is_told_once_and_the_manifest_is_named() {
    check_read(
        1,
        r#"[{"name":"a","version":"1","vulns":[{"id":"X-1","fix_versions":[]},{"id":"X-1","fix_versions":["2"]}]}]"#,
        "a==1",
        "answer\ndependencies_audited: 1\ndependencies_skipped: 0\n\
         high X-1 requirements.txt \"a 1: no fixed version is known.\"\n",
    );
}

#[test]
fn an_empty_report_is_believed_only_where_nothing_is_declared() {
    let empty = r#"{"dependencies":[],"fixes":[]}"#;
    check_read(0, empty, "# none", "nothing: no dependencies to audit\n");
    check_read(
        0,
        empty,
        "a==1 ; python_version < '3'",
        "broken: pip-audit audited no dependency although some are declared\n",
    );
}

#[track_caller]
fn check(requirements: Option<&str>, args: Args<'_>, expect: &str) {
    let mut facts = recordings::facts("[project]\nname = 'x'\ndependencies = ['a']");
    facts.requirements = requirements.map(str::to_owned);
    let prepared = recordings::prepare(&PipAudit, &facts, Mode::Check, args, false);
    assert_eq!(
        prepared.args.join(" "),
        format!("--progress-spinner off -f json -o /out/pip-audit.json {expect}")
    );
}

#[test]
fn the_target_follows_from_the_files() {
    check(
        Some("a==1"),
        Args::Default,
        "--no-deps --disable-pip -r requirements.txt",
    );
    check(Some("a"), Args::Default, "-r requirements.txt");
    check(None, Args::Default, ".");
}

#[test]
fn a_projects_own_command_keeps_its_target() {
    check(
        Some("a==1"),
        Args::Configured("-f columns -o x.txt --dry-run --fix --ignore-vuln X -r dev.txt"),
        "--ignore-vuln X -r dev.txt",
    );
}

#[test]
fn without_dependencies_it_does_not_run() {
    let facts = recordings::facts("[project]\nname = 'x'");
    assert_eq!(
        PipAudit.applies(&facts),
        Applies::NothingToDo("pyproject.toml declares no dependencies".to_owned())
    );
}

#[test]
#[cfg(unix)]
fn what_cannot_be_read_from_the_manifest_is_audited_where_it_is_installed() {
    let check = |manifest: &str, expect: Option<&str>| {
        let mut run = Recording::load("pip-audit", "2.10.1", "clean");
        run.facts = recordings::facts(manifest);
        run.exit = 1;
        run.stderr =
            b"ERROR:pip_audit._cli:pyproject file pyproject.toml does not contain `project` section".to_vec();
        run.outputs.insert("pip-audit", FileState::Missing);
        let Reading::Broken(broken) = run.read(&PipAudit) else {
            panic!("{manifest}");
        };
        let hint = installing::as_here(&run.facts, &broken.hint.unwrap_or_default());
        assert!(hint.ends_with(expect.unwrap_or_default()), "{hint}");
        assert_eq!(hint.is_empty(), expect.is_none(), "{hint}");
    };
    check(
        "[tool.poetry.dependencies]\na = '1'",
        Some(
            ": poetry config --local virtualenvs.in-project true && poetry install (an environment that Poetry keeps \
             elsewhere goes with poetry env remove --all first)",
        ),
    );
    check(
        "[project]\nname = 'x'\ndependencies = ['a']",
        Some(": python3 -m venv .venv && .venv/bin/python -m pip install -e ."),
    );
    check("[project]\nname = 'x'", None);
}

#[test]
fn an_environment_without_what_is_declared_is_no_audit_of_it() {
    let mut run = Recording::load("pip-audit", "2.10.1", "clean");
    run.facts = recordings::facts("[project]\nname = 'x'\ndependencies = ['A_b', 'c']");
    run.facts.virtualenv = Some("/project/.venv".into());
    run.facts.site_packages = Some("/project/.venv/lib/python3/site-packages".into());
    let mut check = |report: &str, expect: &str| {
        run.exit = i32::from(report.contains("X-1"));
        run.outputs
            .insert("pip-audit", FileState::Fresh(report.as_bytes().to_vec()));
        let shown = recordings::show(&run.read(&PipAudit));
        assert!(shown.contains(expect), "{shown}");
    };
    check(
        r#"[{"name":"pip","version":"1","vulns":[]},{"name":"C","version":"1","vulns":[]}]"#,
        "broken: declared and not installed in .venv, so not audited: a-b\n",
    );
    check(
        r#"[{"name":"a.b","skip_reason":"no"},{"name":"C","version":"1","vulns":[]}]"#,
        "broken: declared and not audited: a-b (no)\n",
    );
    check(
        r#"[{"name":"c","version":"1","vulns":[{"id":"X-1"}]}]"#,
        "critical not-audited - \"declared and not installed in .venv, so not audited: a-b\"",
    );
    check(
        r#"[{"name":"a.b","version":"1","vulns":[]},{"name":"C","version":"1","vulns":[]}]"#,
        "dependencies_audited: 2",
    );
}
