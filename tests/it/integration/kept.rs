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
    let answer = sandbox.sdd(["integration", "gc"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("left alone (it is kept until "),
        "{}",
        answer.stdout
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
