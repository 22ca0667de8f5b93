use serde_json::{Value, json};

use super::super::sample::{Sample, shown};
use super::*;
use crate::context7::{Library, Verified};
use crate::model::verdict::Verdict;

fn sample(settings: &Value) -> Sample {
    Sample::new(&json!({"quality_gates": {"context7": settings}}))
}

#[track_caller]
fn check_plan(settings: &Value, missing: &[&'static str], expect: &str) {
    let mut sample = sample(settings);
    sample.missing = missing.to_vec();
    assert_eq!(sample.with(|cx| shown(&Context7.plan(cx))), [expect]);
}

#[test]
fn the_server_of_the_settings_is_asked() {
    check_plan(
        &json!({"enabled": true, "server": {"command": "npx", "args": ["-y", "@upstash/context7-mcp"]}}),
        &[],
        "+ context7 (asks a server that is started for each library of stack.txt, or else of the manifests)",
    );
    check_plan(
        &json!({"enabled": true, "server": {"url": "https://me:secret@mcp.context7.com/mcp?key=x"}, "important_libraries": ["fastapi", "redis"]}),
        &[],
        "+ context7 (asks mcp.context7.com/mcp for fastapi, redis of stack.txt, or else of the manifests)",
    );
}

#[test]
fn without_a_server_there_is_no_answer() {
    check_plan(
        &json!({"enabled": true}),
        &[],
        "- context7: no Context7 server is configured",
    );
    check_plan(
        &json!({"enabled": true, "required": true}),
        &[],
        "! context7: no Context7 server is configured",
    );
    check_plan(
        &json!({"enabled": true, "server": {"command": "npx a"}}),
        &["npx"],
        "- context7: npx is not installed",
    );
    check_plan(
        &json!({"enabled": true, "on_missing_tool": "block", "server": {"command": "npx a"}}),
        &["npx"],
        "! context7: npx is not installed",
    );
}

fn answer(name: &str, version: Option<&str>, state: State) -> Answer {
    Answer {
        library: Library {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            from: "stack.txt".to_owned(),
        },
        state,
        source: Source::Asked,
    }
}

fn verified(name: &str, version: Option<&str>) -> Answer {
    let state = State::Verified(Verified {
        id: format!("/x/{name}"),
        version: version.map(str::to_owned),
    });
    answer(name, version, state)
}

fn judged(result: std::result::Result<Vec<Answer>, String>, unused: &[&str]) -> Judgement {
    let mut sample = sample(&json!({"enabled": true, "server": {"command": "a"}}));
    sample.with(|cx| {
        let items = Context7.plan(cx);
        let answer = result.map(|libraries| LibrariesAnswer {
            from: "stack.txt".to_owned(),
            libraries,
            unused: unused.iter().map(|name| (*name).to_owned()).collect(),
        });
        let parts = [Part {
            item: &items[0],
            result: Result::Libraries(answer),
        }];
        Context7.judge(cx, &parts)
    })
}

#[track_caller]
fn check(libraries: Vec<Answer>, verdict: Verdict, reason: &str, findings: &[&str]) {
    let judgement = judged(Ok(libraries), &[]);
    assert_eq!((judgement.verdict(), judgement.reason()), (verdict, reason));
    let told: Vec<String> = judgement
        .findings()
        .iter()
        .map(|finding| format!("{} {} {}", finding.severity, finding.rule, finding.message))
        .collect();
    assert_eq!(told, findings);
}

#[test]
fn every_library_must_be_known_in_its_version() {
    check(
        vec![verified("fastapi", Some("0.115.6")), verified("redis", None)],
        Verdict::Passed,
        "all 2 libraries of stack.txt are known to Context7",
        &[
            "info verified fastapi 0.115.6: /x/fastapi has documentation of version 0.115.6",
            "info verified redis: /x/redis has documentation; no version is asked for",
        ],
    );
    let known = ["5.0", "4.2", "4.1", "4.0", "3.9", "3.8"]
        .map(str::to_owned)
        .to_vec();
    check(
        vec![
            verified("redis", None),
            answer(
                "django",
                Some("3.2"),
                State::VersionUnknown {
                    id: "/x/django".to_owned(),
                    known,
                },
            ),
            answer(
                "leftpad",
                None,
                State::NotFound {
                    why: "Context7 knows no library of this name".to_owned(),
                },
            ),
        ],
        Verdict::Failed,
        "at Context7 1 library is not found, 1 library is not known in the version in use",
        &[
            "info verified redis: /x/redis has documentation; no version is asked for",
            "medium version_unknown django 3.2: /x/django has documentation of 5.0, 4.2, 4.1, 4.0, 3.9 and 1 more only",
            "high not_found leftpad: Context7 knows no library of this name",
        ],
    );
}

#[test]
fn what_has_no_answer_is_never_passed() {
    check(
        vec![
            verified("redis", None),
            answer("fastapi", None, State::Unanswered("rate limited".to_owned())),
        ],
        Verdict::Error,
        "1 library has no answer: fastapi: rate limited",
        &[
            "info verified redis: /x/redis has documentation; no version is asked for",
            "medium no_answer fastapi: no answer: rate limited",
        ],
    );
    let judgement = judged(Err("the server ended with exit code 1".to_owned()), &[]);
    assert_eq!(
        (judgement.verdict(), judgement.reason()),
        (Verdict::Error, "the server ended with exit code 1")
    );
}

#[test]
fn no_libraries_are_never_a_pass() {
    check(
        Vec::new(),
        Verdict::Skipped,
        "neither stack.txt nor a manifest names a library",
        &[],
    );
    let judgement = judged(Ok(Vec::new()), &["celery"]);
    assert_eq!(
        (judgement.verdict(), judgement.reason()),
        (
            Verdict::Error,
            "important_libraries names celery, and stack.txt names none of them"
        )
    );
    let judgement = judged(Ok(vec![verified("redis", None)]), &["celery"]);
    assert_eq!(judgement.verdict(), Verdict::Passed);
    assert_eq!(
        judgement.warnings().collect::<Vec<_>>(),
        ["important_libraries names celery, and stack.txt does not"]
    );
}

#[test]
fn what_was_asked_before_is_told() {
    let mut libraries = vec![verified("fastapi", Some("1.0")), verified("redis", None)];
    libraries[0].source = Source::Remembered;
    let judgement = judged(Ok(libraries.clone()), &[]);
    assert_eq!(
        judgement.reason(),
        "all 2 libraries of stack.txt are known to Context7; 1 of them were asked less than a day ago, and not again"
    );
    assert_eq!(judgement.metrics()["libraries_remembered"], 1.into());
    libraries[1].source = Source::Remembered;
    let judgement = judged(Ok(libraries), &[]);
    assert_eq!(
        judgement.reason(),
        "all 2 libraries of stack.txt are known to Context7; asked less than a day ago, and not again"
    );
    assert!(
        judgement.findings()[0]
            .message
            .ends_with("as it was less than a day ago"),
        "{:?}",
        judgement.findings()
    );
}
