//! Services that are left running on purpose.

use super::{ID, example, left};

#[test]
fn services_are_kept_until_they_are_taken_down() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let answer = sandbox.sdd(["integration", "run", ID, "--keep=2h"]);
    answer.expect_code(0);
    assert!(
        answer
            .stdout
            .contains("services are left running: docker compose -p sdd-"),
        "{}",
        answer.stdout
    );
    assert!(!left(&engine, &sandbox).is_empty());
    let doctor = sandbox.sdd(["doctor"]).stdout;
    assert!(doctor.contains("services are kept until "), "{doctor}");
    let answer = sandbox.sdd(["integration", "gc"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("left alone (it is kept until "),
        "{}",
        answer.stdout
    );
    let answer = sandbox.sdd(["integration", "gc", "another"]);
    answer.expect_code(4);
    assert!(
        answer.stderr.contains("no services are known of run `another`"),
        "{}",
        answer.stderr
    );
    let answer = sandbox.sdd(["integration", "gc", "--all"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("taken down (it was kept)"),
        "{}",
        answer.stdout
    );
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    assert_eq!(
        sandbox.sdd(["integration", "gc"]).stdout,
        "nothing is left of any run\n"
    );
}

#[test]
fn what_was_kept_is_taken_down_by_hand_or_by_its_name() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let keep = || sandbox.sdd(["integration", "run", ID, "--keep=2h"]);
    let told = keep();
    told.expect_code(0);
    let (_, command) = told.stdout.split_once("left running: ").unwrap();
    let words = shlex::split(command.lines().next().unwrap()).unwrap();
    assert_eq!(words[0], "docker");
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    engine.docker_words(&words);
    let answer = sandbox.sdd(["integration", "gc"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.ends_with(": it was kept, and is gone already\n"),
        "{}",
        answer.stdout
    );
    assert_eq!(
        sandbox.sdd(["integration", "gc"]).stdout,
        "nothing is left of any run\n"
    );

    keep().expect_code(0);
    let answer = sandbox.sdd(["integration", "gc"]);
    let (_, advice) = answer
        .stdout
        .split_once("before that: sdd integration gc ")
        .unwrap();
    let run = advice.lines().next().unwrap().trim_end_matches(')');
    let answer = sandbox.sdd(["integration", "gc", run]);
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("taken down (it was kept)"),
        "{}",
        answer.stdout
    );
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}
