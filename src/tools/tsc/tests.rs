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

/// Reads a clean run that looked at these files, in a project with these settings.
#[track_caller]
fn looked_at(files: &[&str], settings: &[(&str, &str)], info: &str, args: &str, expect: Option<&str>) {
    let mut run = Recording::unread(&Tsc);
    run.facts = unit(Language::Typescript, &["tsconfig.json"]);
    run.facts.node.tsconfigs = settings
        .iter()
        .map(|(name, text)| crate::project::facts::TextFile {
            name: (*name).to_owned(),
            text: Some((*text).to_owned()),
        })
        .collect();
    let listed: String = files.iter().flat_map(|file| ["/project/", file, "\n"]).collect();
    let stdout = format!("{listed}Files:   {}\nTotal time: 0.10s\n", files.len());
    run.outputs
        .insert(settings::INFO, crate::tools::FileState::Fresh(info.into()));
    let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
    let reading = crate::tools::read(
        &Tsc,
        &ToolRun {
            exit: 0,
            stdout: stdout.as_bytes(),
            stderr: b"",
            outputs: &run.outputs,
            facts: &run.facts,
            coverage: false,
            mode: Mode::Check,
            args: &args,
        },
    );
    match (reading, expect) {
        (Reading::Answer(_), None) => {}
        (Reading::Broken(broken), Some(expect)) if broken.reason.contains(expect) => {}
        (reading, _) => panic!("{reading:?}"),
    }
}

#[test]
fn settings_that_check_no_types_are_no_pass() {
    let none = Some("tsc checked no types");
    let text = "{ // all of it\n \"compilerOptions\": { \"noCheck\": true, } }";
    let settings = [("tsconfig.json", text)];
    looked_at(&["a.ts"], &settings, "{}", "", none);
    looked_at(&["a.ts"], &settings, "", "-b", none);
    looked_at(&["a.ts"], &settings, "{}", "--noCheck false", None);
    looked_at(&["a.ts"], &settings, "{}", "-p tsconfig.app.json", None);
    looked_at(&["a.ts"], &settings, "{}", "--strict a.ts", None);
    looked_at(&["a.ts"], &[], "{\"checkPending\":true,\"options\":{}}", "", none);
    looked_at(&["a.ts"], &[], "{\"options\":{\"strict\":true}}", "", None);
    check("--noCheck false", &format!("--noCheck false {ONCE}"));
    check("--noCheck true", ONCE);
}

#[test]
fn files_that_are_only_read_are_not_checked() {
    let none = Some("tsc checked the types of no file");
    looked_at(
        &["a.js", "b.json"],
        &[],
        "{\"options\":{\"allowJs\":true}}",
        "",
        none,
    );
    looked_at(&["a.js"], &[], "{\"options\":{\"checkJs\":true}}", "", None);
    looked_at(&["a.js"], &[], "{}", "--checkJs", None);
    looked_at(&["a.js"], &[], "{}", "--checkJs false", none);
    let settings = [("tsconfig.json", "{\"compilerOptions\":{\"checkJs\":true}}")];
    looked_at(&["a.js"], &settings, "{\"program\":{\"options\":{}}}", "", None);
    looked_at(&["a.js", "b.ts"], &[], "{}", "", None);
    looked_at(
        &["a.d.ts"],
        &[],
        "{\"options\":{\"skipLibCheck\":true}}",
        "",
        none,
    );
    looked_at(
        &["a.d.mts"],
        &[],
        "{\"program\":{\"options\":{\"skipLibCheck\":true}}}",
        "",
        none,
    );
    looked_at(&["a.d.ts"], &[], "{\"options\":{}}", "", None);
    looked_at(&["a.d.ts"], &[], "", "", none);
}

#[test]
fn projects_that_are_referred_to_and_not_looked_at_are_no_pass() {
    let settings = [(
        "tsconfig.json",
        "{\"files\":[\"a.ts\"],\"references\":[{\"path\":\"./sub\"}]}",
    )];
    looked_at(
        &["a.ts"],
        &settings,
        "{}",
        "",
        Some("tsc did not look at the projects"),
    );
    looked_at(&["a.ts"], &settings, "", "-b", None);
    looked_at(&["a.ts"], &settings, "{}", "-p ./tsconfig.json", None);
    looked_at(
        &["a.ts"],
        &[("tsconfig.json", "{\"references\":[]}")],
        "{}",
        "",
        None,
    );
}
