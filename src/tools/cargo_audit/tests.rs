use super::super::rust_recordings::{
    Recording, Silence, check_never_clean, facts_at, prepare, show, spoil_ends,
};
use super::*;

fn recordings(case: &str) -> impl Iterator<Item = Recording> {
    let versions = Recording::versions("cargo-audit");
    versions
        .into_iter()
        .map(move |version| Recording::load("cargo-audit", &version, case))
}

#[track_caller]
fn check(case: &str, expect: &str) {
    for run in recordings(case) {
        assert_eq!(show(&run.read(&CargoAudit)), expect, "{case}");
    }
}

const NOT_UPDATED: &str = "warning: the advisory database was not updated by this run: its age is unknown\n";
const COUNTS: &str = "answer\nadvisories_known: 6\ndependencies_audited";

#[test]
fn a_clean_audit_says_what_was_audited() {
    check("clean", &format!("{COUNTS}: 2\n{NOT_UPDATED}"));
}

#[test]
fn the_severity_is_that_of_the_vector_and_high_without_one() {
    check(
        "vulnerable",
        &format!(
            "{COUNTS}: 6\n\
             critical RUSTSEC-2020-9001 Cargo.lock \"badbytes 1.1.0: vulnerability: Trouble in badbytes (fixed in >=1.2.0)\"\n\
             low RUSTSEC-2020-9002 Cargo.lock \"badbytes 1.1.0: vulnerability: Trouble in badbytes (no version is fixed)\"\n\
             high RUSTSEC-2020-9003 Cargo.lock \"slowparse 0.3.0: vulnerability: Trouble in slowparse (fixed in >=0.3.1)\"\n\
             critical RUSTSEC-2020-9006 Cargo.lock \"modern 1.0.0: vulnerability: Trouble in modern (fixed in >=9.0.0)\"\n\
             info RUSTSEC-2020-9004 Cargo.lock \"oldcrate 0.1.0: unmaintained: Trouble in oldcrate (no version is fixed)\"\n\
             low RUSTSEC-2020-9005 Cargo.lock \"edgy 1.0.0: unsound: Trouble in edgy (fixed in >=2.0.0)\"\n{NOT_UPDATED}"
        ),
    );
    for mut run in recordings("vulnerable") {
        let text = String::from_utf8(run.stdout).unwrap();
        run.stdout = text
            .replace("CVSS:3.1/AV:N/AC:L", "CVSS:3.1/AV:?/AC:L")
            .into_bytes();
        assert!(show(&run.read(&CargoAudit)).contains("\nhigh RUSTSEC-2020-9001 "));
    }
}

#[test]
fn notes_are_findings_below_medium_unless_the_project_denies_them() {
    let expect = |unmaintained: &str, unsound: &str| {
        format!(
            "{COUNTS}: 3\n\
             {unmaintained} RUSTSEC-2020-9004 Cargo.lock \"oldcrate 0.1.0: unmaintained: Trouble in oldcrate (no version is fixed)\"\n\
             {unsound} RUSTSEC-2020-9005 Cargo.lock \"edgy 1.0.0: unsound: Trouble in edgy (fixed in >=2.0.0)\"\n{NOT_UPDATED}"
        )
    };
    check("warnings", &expect("info", "low"));
    check("warnings_denied", &expect("high", "high"));
    check(
        "yanked",
        &format!(
            "{COUNTS}: 2\nlow yanked:crossbeam-channel Cargo.lock \
             \"crossbeam-channel 0.4.3: yanked: this version was withdrawn by its authors\"\n{NOT_UPDATED}"
        ),
    );
}

#[test]
fn what_was_left_out_is_said() {
    check(
        "yanked_unchecked",
        &format!("{COUNTS}: 2\n{NOT_UPDATED}warning: not every package could be checked for being yanked\n"),
    );
    for mut run in recordings("clean") {
        let text = String::from_utf8(run.stdout).unwrap();
        run.stdout = text
            .replace("\"ignore\":[]", "\"ignore\":[\"RUSTSEC-2020-9001\"]")
            .replace("\"severity\":null", "\"severity\":\"high\"")
            .replace(
                "\"last-updated\":null",
                "\"last-updated\":\"2026-01-02T03:04:05Z\"",
            )
            .into_bytes();
        assert_eq!(
            show(&run.read(&CargoAudit)),
            format!(
                "{COUNTS}: 2\nwarning: ignored by configuration: RUSTSEC-2020-9001\n\
                 warning: advisories below severity high are left out by configuration\n"
            )
        );
    }
}

#[test]
fn an_audit_that_could_not_be_made_is_no_answer() {
    let reachable = "hint: the advisory database must be reachable; behind a proxy set HTTPS_PROXY, or fetch the \
        database beforehand and configure `cargo audit --db DIR --no-fetch`\n";
    check(
        "unreachable",
        &format!(
            "broken: cargo-audit gave no report: error: couldn't fetch advisory database: git operation failed: \
             An IO error occurred when talking to the server: -> An IO error occurred when talking to the server\n{reachable}"
        ),
    );
    check(
        "empty_database",
        "broken: the advisory database is empty\n\
         hint: remove the directory that is given with --db, or let cargo-audit fetch the database\n",
    );
    check(
        "no_lock_file",
        "broken: cargo-audit gave no report: error: not found: Couldn't load Cargo.lock: \
         -> I/O operation failed: I/O operation failed: entity not found\n\
         hint: Cargo.lock is missing or not readable; `cargo generate-lockfile` writes one\n",
    );
    check(
        "not_installed",
        "broken: cargo-audit gave no report: error: no such command: `audit`\n\
         hint: install it: cargo install cargo-audit --locked\n",
    );
    check(
        "bad_flag",
        "broken: cargo-audit gave no report: error: unexpected argument '--no-such-flag' found\n",
    );
    check(
        "human",
        "broken: cargo-audit's report is not readable: expected value at line 1 column 1\n",
    );
    for case in ["no_database", "broken_lock_file"] {
        for run in recordings(case) {
            assert!(show(&run.read(&CargoAudit)).starts_with("broken: "), "{case}");
        }
    }
}

#[test]
fn a_report_that_contradicts_itself_is_no_answer() {
    for run in recordings("vulnerable") {
        let text = String::from_utf8(run.stdout.clone()).unwrap();
        for (from, to) in [
            ("\"count\":4", "\"count\":5"),
            ("\"found\":true", "\"found\":false"),
        ] {
            let mut spoiled = run.clone();
            spoiled.stdout = text.replace(from, to).into_bytes();
            assert_eq!(
                show(&spoiled.read(&CargoAudit)),
                "broken: cargo-audit's report contradicts itself about the number of vulnerabilities\n"
            );
        }
    }
}

#[test]
fn spoiled_output_is_never_clean() {
    for run in recordings("clean") {
        check_never_clean(&CargoAudit, &run, Silence::NoAnswer);
        spoil_ends(&CargoAudit, &run, "}");
    }
}

#[track_caller]
fn check_applies(lock: bool, manifest: &str, expect: &str) {
    let mut facts = facts_at(".");
    if !lock {
        facts.entries.remove("Cargo.lock");
    }
    facts.manifest = Some(toml::from_str(manifest).unwrap());
    let shown = match CargoAudit.applies(&facts) {
        Applies::Yes(why) => format!("yes: {why}"),
        Applies::NothingToDo(why) => format!("nothing: {why}"),
        Applies::No => "no".to_owned(),
    };
    assert_eq!(shown, expect);
}

#[test]
fn declared_dependencies_decide_and_a_lock_file_that_a_build_makes_does_not() {
    let none = "[package]\nname = \"a\"\n[dependencies]\n";
    check_applies(true, none, "nothing: Cargo.toml declares no dependencies");
    check_applies(false, none, "nothing: Cargo.toml declares no dependencies");
    check_applies(
        true,
        "[dependencies]\nserde = \"1\"\n",
        "yes: Cargo.lock is audited",
    );
    let unpinned = "yes: there are dependencies, and no Cargo.lock to audit them by";
    check_applies(false, "[dependencies]\nserde = \"1\"\n", unpinned);
    check_applies(
        false,
        "[target.'cfg(unix)'.build-dependencies]\ncc = \"1\"\n",
        unpinned,
    );
    check_applies(false, "[workspace]\nmembers = [\"a\"]\n", unpinned);
}

#[track_caller]
fn check_args(args: &str, expect: Option<&str>, mode: Mode) {
    let prepared = prepare(&CargoAudit, &facts_at("."), args, true, mode);
    assert_eq!(
        prepared.map(|prepared| prepared.args.join(" ")).as_deref(),
        expect
    );
}

#[test]
fn the_audit_is_told_its_file_so_that_it_writes_none() {
    check_args("", Some("--file Cargo.lock --json"), Mode::Check);
    check_args(
        "--db x -n --json",
        Some("--db x -n --file Cargo.lock --json"),
        Mode::Check,
    );
    check_args("-f other.lock", Some("-f other.lock --json"), Mode::Check);
    check_args("--file=o --format sarif", Some("--file=o --json"), Mode::Check);
    check_args("", None, Mode::Fix);
}
