use super::*;
use crate::tools::lint_recordings::{self as recordings, unit};
use crate::tools::python_recordings::{self, Args, Recording};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(python_recordings::show_all(&Tsc));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in ["4.9.5", "5.9.3", "7.0.2"] {
        python_recordings::check_never_clean(&Tsc, &Recording::load("tsc", version, "clean"));
    }
}

#[test]
fn no_bytes_make_it_panic() {
    recordings::check_any_bytes(&Tsc, "/project/a.ts\nFiles: 1\n");
}

#[track_caller]
fn check(args: &str, expect: &str) {
    let facts = unit(Language::Typescript, &["tsconfig.json"]);
    let prepared = python_recordings::prepare(&Tsc, &facts, Mode::Check, Args::Configured(args), false);
    assert_eq!(prepared.args.join(" "), expect);
}

const ONCE: &str = "--pretty false --listFiles --diagnostics --noEmit --emitDeclarationOnly false --incremental --tsBuildInfoFile /out/tsbuildinfo";

#[test]
fn looking_writes_nothing_and_shows_what_was_looked_at() {
    check("", ONCE);
    check("-p web --strict", &format!("-p web --strict {ONCE}"));
    check(
        "--watch --Pretty true -p x --tsBuildInfoFile y --noCheck --showConfig -W",
        &format!("-p x {ONCE}"),
    );
    check(
        "--build --verbose web",
        "--build web --pretty false --listFiles --diagnostics --force",
    );
}

#[test]
fn nothing_is_rewritten() {
    let facts = unit(Language::Typescript, &[]);
    let ask = Ask {
        mode: Mode::Fix,
        args: &[],
        configured: false,
        facts: &facts,
        out: std::path::Path::new("/out"),
        coverage: false,
        wrappers: &[],
        workers: 1,
    };
    assert_eq!(Tsc.prepare(&ask), None);
}

#[test]
fn only_a_project_with_settings_is_checked() {
    let applies = |language, files: &[&str]| Tsc.applies(&unit(language, files));
    assert!(matches!(
        applies(Language::Typescript, &["tsconfig.json"]),
        Applies::Yes(_)
    ));
    assert!(matches!(
        applies(Language::Typescript, &["tsconfig.base.json"]),
        Applies::NothingToDo(_)
    ));
    assert!(matches!(
        applies(Language::Javascript, &["jsconfig.json"]),
        Applies::NothingToDo(_)
    ));
}

#[test]
fn statistics_must_agree_with_the_list() {
    let read = |stdout: &str| {
        let mut run = Recording::unread(&Tsc);
        run.stdout = stdout.as_bytes().to_vec();
        python_recordings::is_clean(&run.read(&Tsc))
    };
    let end = "Total time: 0.10s\n";
    assert!(read(&format!("/lib/lib.d.ts\n/project/a.ts\nFiles:   2\n{end}")));
    assert!(!read(&format!("/project/a.ts\nFiles:   2\n{end}")));
    assert!(!read(&format!(
        "/lib/lib.d.ts\n/project/node_modules/a.ts\nFiles:   2\n{end}"
    )));
    assert!(!read("/lib/lib.d.ts\n/project/a.ts\nFiles:   2\n"));
    assert!(!read(&format!("Files:   0\n{end}")));
}
