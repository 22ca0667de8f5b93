use std::sync::Arc;

use serde_json::{Value, json};

use super::super::sample::{Sample, shown};
use super::*;
use crate::model::language::Language;
use crate::model::verdict::Verdict;

fn only(settings: &Value) -> Value {
    json!({"quality_gates": {"documentation": settings}})
}

const OFF: &str = r#"{"check_changelog": false, "check_docstrings": false}"#;

fn off() -> Value {
    serde_json::from_str(OFF).unwrap()
}

#[track_caller]
fn check_plan(settings: &Value, item: Option<Value>, expect: &[&str]) {
    let mut sample = Sample::new(&only(settings))
        .unit(".", Language::Python)
        .unit("web", Language::Go);
    if let Some(item) = item {
        sample = sample.work(item);
    }
    assert_eq!(sample.with(|cx| shown(&Documentation.plan(cx))), expect);
}

const CHANGELOG: &str = "+ changelog (quality_gates.documentation asks for it)";
const RUFF: &str = "+ ruff-docstrings (ruff checks that what is public has a docstring)";
const GO: &str =
    "- -: sdd has no check of doc comments for go; quality_gates.documentation.commands.go can name one";

#[test]
fn the_settings_say_what_is_asked() {
    check_plan(&json!({}), None, &[CHANGELOG, RUFF, GO]);
    check_plan(&json!({"check_changelog": false}), None, &[RUFF, GO]);
    check_plan(&json!({"check_docstrings": false}), None, &[CHANGELOG]);
    check_plan(
        &json!({"check_readme": true, "check_docstrings": false}),
        None,
        &[CHANGELOG, "+ readme (quality_gates.documentation asks for it)"],
    );
}

#[test]
fn a_command_of_the_projects_own_checks_doc_comments() {
    check_plan(
        &json!({"check_changelog": false, "commands": {"go": "revive ./...", "python": "interrogate src"}}),
        None,
        &[
            "+ interrogate (configured: interrogate src)",
            "+ revive (configured: revive ./...)",
        ],
    );
}

#[test]
fn the_work_item_can_ask_for_more() {
    check_plan(
        &off(),
        Some(json!({"documentation": {"readme": true, "changelog": true, "files": ["docs/api.md"]}})),
        &[
            "+ changelog (the work item bug_x asks for it)",
            "+ readme (the work item bug_x asks for it)",
            "+ bug_x: docs/api.md (the work item bug_x asks for it)",
        ],
    );
    check_plan(
        &off(),
        Some(json!({"documentation": {"docstrings": true}})),
        &[RUFF, GO],
    );
    check_plan(
        &json!({"check_docstrings": false}),
        Some(json!({"documentation": {"changelog": false, "files": ["a[", ""]}})),
        &[
            "! bug_x: bug_x: documentation.changelog is false, and a work item can only ask for more",
            "! bug_x: bug_x: documentation.files holds something else than the name of a file",
            CHANGELOG,
            "! bug_x: bug_x: a[ is no glob: unclosed character class; missing ']'",
        ],
    );
}

#[test]
fn with_everything_turned_off_it_takes_no_part() {
    let absent = |sample: &mut Sample| sample.with(|cx| Documentation.absent(cx));
    assert_eq!(
        absent(&mut Sample::new(&only(&off()))).as_deref(),
        Some("each of its checks is turned off")
    );
    assert_eq!(absent(&mut Sample::new(&json!({}))), None);
    let mut asked = Sample::new(&only(&off())).work(json!({"documentation": ["a"]}));
    assert_eq!(absent(&mut asked), None);
}

#[test]
fn changes_count_since_the_session_began_or_since_the_default_branch() {
    let since = |mut sample: Sample| {
        sample.with(|cx| match Documentation.plan(cx).first() {
            Some(Item::Run(step)) => match &step.work {
                Work::Changes(work) => work.since.clone(),
                other => panic!("{other:?}"),
            },
            _ => panic!("nothing runs"),
        })
    };
    let sample = || Sample::new(&json!({}));
    assert_eq!(since(sample()), Since::DefaultBranch);
    let commit = "0123456789012345678901234567890123456789";
    assert_eq!(since(sample().work(json!({}))), Since::Commit(commit.to_owned()));
    let mut old = sample().work(json!({}));
    if let Some(work) = &mut old.work {
        work.base_commit = None;
    }
    assert_eq!(since(old), Since::DefaultBranch);
}

#[test]
fn without_git_nobody_knows_what_changed() {
    let plan = |required: bool| {
        let mut sample = Sample::new(&only(&json!({"required": required, "check_docstrings": false})));
        sample.missing = vec!["git"];
        sample.with(|cx| shown(&Documentation.plan(cx)))
    };
    assert_eq!(
        plan(false),
        ["- changelog: git is not installed, so what changed is not known"]
    );
    assert_eq!(
        plan(true),
        ["! changelog: git is not installed, so what changed is not known"]
    );
}

/// What git says has changed since `main`: `+` written, `~` moved, `-` removed.
fn changed(files: &[&str]) -> Changes {
    let change = |file: &&str| Change {
        path: file[1..].to_owned(),
        what: match &file[..1] {
            "+" => What::Written,
            "~" => What::Moved,
            _ => What::Removed,
        },
    };
    Changes::Of {
        base: Base::Branch {
            name: "main".to_owned(),
            commit: "0123456789abcdef".to_owned(),
        },
        files: files.iter().map(change).collect(),
    }
}

fn judge(
    settings: &Value,
    item: &Value,
    answer: &std::result::Result<Changes, String>,
    present: &[&str],
) -> Judgement {
    let mut sample = Sample::new(&only(settings))
        .unit("api", Language::Python)
        .work(item.clone());
    sample.with(|cx| {
        let items = Documentation.plan(cx);
        let parts: Vec<Part<'_>> = items
            .iter()
            .map(|item| Part {
                item,
                result: match item {
                    Item::Run(_) => Result::Changes(answer.clone().map(|changes| ChangesAnswer {
                        changes: Arc::new(changes),
                        present: present.iter().map(|path| (*path).to_owned()).collect(),
                    })),
                    Item::Not(_) => Result::Nothing,
                },
            })
            .collect();
        Documentation.judge(cx, &parts)
    })
}

#[track_caller]
fn check_changelog(
    answer: &std::result::Result<Changes, String>,
    present: &[&str],
    verdict: Verdict,
    reason: &str,
) {
    let judgement = judge(&json!({"check_docstrings": false}), &json!({}), answer, present);
    assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
}

#[test]
fn a_changelog_must_have_been_changed_where_anything_was() {
    let check = |files: &[&str], verdict: Verdict, reason: &str| {
        check_changelog(&Ok(changed(files)), &["CHANGELOG.md", "a.py"], verdict, reason);
    };
    check(
        &["+a.py", "+CHANGELOG.md"],
        Verdict::Passed,
        "changelog: CHANGELOG.md was changed since main (0123456789)",
    );
    check(
        &["+a.py", "+api/CHANGES.rst"],
        Verdict::Passed,
        "changelog: api/CHANGES.rst was changed since main (0123456789)",
    );
    check(
        &["+a.py", "+b.py"],
        Verdict::Failed,
        "changelog: CHANGELOG.md was not changed since main (0123456789), and 2 files were",
    );
    // Moved, made executable or removed is not told.
    for touched in ["~CHANGELOG.md", "-CHANGELOG.md"] {
        check(
            &[touched],
            Verdict::Failed,
            "changelog: CHANGELOG.md was not changed since main (0123456789), and 1 file was",
        );
    }
    check(
        &["+src/CHANGELOG.md"],
        Verdict::Failed,
        "changelog: CHANGELOG.md was not changed since main (0123456789), and 1 file was",
    );
}

#[test]
fn where_nothing_changed_nothing_has_to_be_told() {
    for files in [&[][..], &["+.session/specs/bug_x.md", "+.session/config.json"]] {
        check_changelog(
            &Ok(changed(files)),
            &["CHANGELOG.md"],
            Verdict::Skipped,
            "changelog: nothing changed since main (0123456789)",
        );
    }
}

#[test]
fn a_changelog_that_does_not_exist_is_a_failure_with_a_way_out() {
    let judgement = judge(
        &json!({"check_docstrings": false}),
        &json!({}),
        &Ok(changed(&["+a.py"])),
        &["a.py", "history.py"],
    );
    assert_eq!(judgement.verdict(), Verdict::Failed);
    assert_eq!(
        judgement.reason(),
        "changelog: there is no changelog, and 1 file was changed since main (0123456789)"
    );
    let hints: Vec<&str> = judgement.hints().map(|(_, hint)| hint).collect();
    assert!(
        hints[0].contains("CHANGELOG.md") && hints[0].contains("check_changelog"),
        "{hints:?}"
    );
    assert_eq!(judgement.findings().len(), 1);
}

#[test]
fn outside_of_git_it_is_skipped_and_without_an_answer_it_is_an_error() {
    check_changelog(
        &Ok(Changes::NoRepository),
        &["CHANGELOG.md"],
        Verdict::Skipped,
        "changelog: the project is in no git repository, so what changed is not known",
    );
    check_changelog(
        &Err("the commit 0123 is not in this repository".to_owned()),
        &["CHANGELOG.md"],
        Verdict::Error,
        "changelog: the commit 0123 is not in this repository",
    );
}

#[track_caller]
fn check_readme(
    answer: &std::result::Result<Changes, String>,
    present: &[&str],
    verdict: Verdict,
    reason: &str,
) {
    let item = json!({"documentation": {"readme": true}});
    let judgement = judge(&off(), &item, answer, present);
    assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
}

#[test]
fn a_readme_must_be_there_and_changed() {
    let there = &["README.md"][..];
    check_readme(
        &Ok(changed(&["+a.py", "+README.md"])),
        there,
        Verdict::Passed,
        "readme: README.md was changed since main (0123456789)",
    );
    check_readme(
        &Ok(changed(&["+a.py"])),
        there,
        Verdict::Failed,
        "readme: README.md was not changed since main (0123456789), and 1 file was",
    );
    check_readme(
        &Ok(changed(&[])),
        there,
        Verdict::Skipped,
        "readme: nothing changed since main (0123456789)",
    );
    for answer in [changed(&[]), changed(&["+a.py"]), Changes::NoRepository] {
        check_readme(
            &Ok(answer),
            &["a.py"],
            Verdict::Failed,
            "readme: there is no README",
        );
    }
}

#[test]
fn files_of_the_work_item_must_have_been_changed() {
    let check = |wanted: &str, files: &[&str], verdict: Verdict| {
        let item = json!({"documentation": {"files": [wanted]}});
        let judgement = judge(&off(), &item, &Ok(changed(files)), &[]);
        assert_eq!(
            judgement.verdict(),
            verdict,
            "{wanted} {files:?}: {}",
            judgement.reason()
        );
    };
    check("docs/api.md", &["+docs/api.md"], Verdict::Passed);
    check("./docs/api.md", &["+docs/api.md"], Verdict::Passed);
    check("docs/", &["+docs/deep/api.md"], Verdict::Passed);
    check("docs/*.md", &["+docs/api.md"], Verdict::Passed);
    check("docs/*.md", &["+docs/deep/api.md"], Verdict::Failed);
    check("docs/api.md", &["+docs/api.md.bak"], Verdict::Failed);
    check("docs/api.md", &["-docs/api.md"], Verdict::Failed);
}

#[test]
fn what_the_work_item_asks_for_and_nobody_can_read_is_an_error() {
    let judgement = judge(
        &off(),
        &json!({"documentation": {"reedme": true}}),
        &Ok(changed(&[])),
        &[],
    );
    assert_eq!(judgement.verdict(), Verdict::Error);
    assert_eq!(
        judgement.reason(),
        "bug_x: documentation has the unknown key \"reedme\""
    );
}
