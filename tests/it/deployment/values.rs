//! Variables and secrets: a step sees what its fence names, and their values reach no file.

use std::path::Path;

use super::refused::{run, with_first};
use super::{deploy, ten};

#[test]
fn secrets_reach_no_file() {
    const SECRET: &str = "tR4ns-p0rt-7f2e91";
    let sandbox = with_first(
        "idempotent\n   touch state/s02\n",
        "idempotent env=API_TOKEN\n   echo \"token $API_TOKEN\"; echo \"bad $API_TOKEN\" >&2; exit 3\n",
    )
    .env("API_TOKEN", SECRET)
    .env("OTHER_TOKEN", "0ther-s3cret-99");
    let answer = sandbox.sdd(["deploy", "run", "staging"]);
    answer.expect_code(1);
    assert!(
        answer.stdout.contains("bad [redacted:API_TOKEN]"),
        "{}",
        answer.stdout
    );
    assert!(!answer.stdout.contains(SECRET) && !answer.stderr.contains(SECRET));
    let mut command = sandbox.command(&sandbox.beside("bin").join("grep"));
    command.args(["-rlF", SECRET, "."]);
    assert_eq!(sandbox.start_command(command).wait().stdout, "");
}

/// A step that reads `.env` itself; nothing of it is in the environment of sdd.
#[test]
fn secrets_of_the_env_file_reach_no_file_either() {
    const SECRET: &str = "fr0m-th3-f1le-88c2d1";
    let sandbox = with_first(
        "idempotent\n   touch state/s02\n",
        "idempotent\n   . ./.env; echo \"token $API_TOKEN\"; echo \"bad $API_TOKEN\" >&2; exit 3\n",
    )
    .file(".env", format!("API_TOKEN={SECRET}\n"));
    let mut said = String::new();
    for (words, code) in [
        (&["run", "staging"][..], 1),
        (&["resume", "staging"], 0),
        (&["status", "staging", "--format", "json"], 0),
        (&["log", "staging"], 0),
        (
            &["rollback", "staging", "--reason", "it prints", "--format", "json"],
            0,
        ),
    ] {
        let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.arg("deploy").args(words);
        let answer = sandbox.start_command(command).wait();
        answer.expect_code(code);
        said += &(answer.stdout + &answer.stderr);
    }
    assert!(said.contains("bad [redacted:API_TOKEN]"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    let mut command = sandbox.command(&sandbox.beside("bin").join("grep"));
    command.args(["-rlF", SECRET, "."]);
    assert_eq!(sandbox.start_command(command).wait().stdout, "./.env\n");
}

#[test]
fn values_of_variables_reach_no_file_whatever_they_are_called() {
    const VALUE: &str = "pg-staging-7-mysecretconnstring";
    let sandbox = with_first(
        "idempotent\n   touch state/s02\n",
        "idempotent env=DATABASE_ADDRESS\n   echo \"at $DATABASE_ADDRESS\"; echo \"cannot reach $DATABASE_ADDRESS\" >&2; exit 3\n",
    )
    .env("DATABASE_ADDRESS", VALUE);
    let answer = deploy(&sandbox, ["run", "staging"]);
    answer.expect_code(1);
    let said = answer.stdout + &answer.stderr;
    assert!(
        said.contains("cannot reach [redacted:DATABASE_ADDRESS]"),
        "{said}"
    );
    assert!(!said.contains(VALUE), "{said}");
    let mut command = sandbox.command(&sandbox.beside("bin").join("grep"));
    command.args(["-rlF", VALUE, "."]);
    assert_eq!(sandbox.start_command(command).wait().stdout, "");
}

#[test]
fn a_step_sees_only_what_its_fence_names() {
    let sandbox = with_first(
        "touch state/s02\n",
        "test -z \"${OTHER_TOKEN:-}\"; touch state/s02\n",
    )
    .env("OTHER_TOKEN", "0ther-s3cret-99");
    run(&sandbox, 0);
}

#[test]
fn missing_empty_and_placeholder_variables_stop_it_before_anything_is_run() {
    let check = |value: Option<&str>, says: &str| {
        let mut sandbox = with_first("id=s02", "id=s02 env=API_URL");
        if let Some(value) = value {
            sandbox = sandbox.env("API_URL", value);
        }
        let summary = run(&sandbox, 1);
        assert_eq!(summary["state"], "aborted");
        assert!(summary["checks"].to_string().contains(says), "{summary:#}");
        assert_eq!(ten::left(&sandbox), [""; 0]);
    };
    check(None, "not set, or empty: API_URL");
    check(Some(""), "not set, or empty: API_URL");
    check(Some("<the address>"), "only stands for a value: API_URL");
}
