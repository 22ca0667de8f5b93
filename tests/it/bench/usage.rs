//! Words that make no sense are told before anything is measured.

use crate::support::Sandbox;

#[track_caller]
fn check(words: &[&str], code: i32, said: &str) {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.arg("bench").args(words);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(code);
    assert!(
        answer.stderr.contains(said),
        "{said:?} is not in\n{}",
        answer.stderr
    );
}

#[test]
fn wrong_words_are_usage_errors() {
    const URL: &str = "http://127.0.0.1:9/";
    check(&[], 2, "nothing says what is to be measured");
    check(&["--url", "localhost"], 2, "write it whole");
    check(&["--url", URL, "--require", "p95=5parsecs"], 2, "p95=5parsecs");
    check(&["--url", URL, "--require", "speed=5"], 2, "is not measured");
    check(&["--url", URL, "--require", "p95"], 2, "compares nothing");
    check(&["--url", URL, "--rate", "0"], 2, "a rate is a number");
    check(&["--url", URL, "--duration", "soon"], 2, "write it like");
    for time in ["--duration", "--timeout"] {
        check(
            &["--url", URL, time, "-1s"],
            2,
            "a time lies between 1ms and a day",
        );
    }
    check(&["--url", URL, "--rate", "-1"], 2, "a rate is a number");
    check(&["--url", URL, "--rounds", "-1"], 2, "-1 is not in 1..=1000");
    check(
        &["--url", URL, "--require", "memory=2%"],
        2,
        "has a unit that does not fit",
    );
    check(&["--url", URL, "--header", "X-A"], 2, "NAME: VALUE");
    check(
        &["--url", URL, "--body", "nothing.json"],
        2,
        "nothing.json is not there: it was to be sent as the body",
    );
    check(
        &["--url", URL, "--url", "http://127.0.0.2:9/"],
        2,
        "one run measures one",
    );
    check(
        &["--url", URL, "--accept"],
        2,
        "a baseline belongs to a work item",
    );
    check(&["--url", URL, "--engine", "wrk"], 2, "wrk is not installed");
    check(
        &["--url", URL, "--engine", "locust"],
        2,
        "locust is not installed",
    );
    check(&["--url", URL, "--cacert", "ca.pem"], 2, "has no certificate");
    for engine in ["auto", "builtin", "wrk"] {
        check(
            &["--url", URL, "--workers", "2", "--engine", engine],
            2,
            "--engine locust",
        );
    }
    for said in ["there is no process 999999999", "leave --pid out"] {
        check(&["--url", URL, "--pid", "999999999"], 4, said);
    }
    check(&["compare", "a.json", "b.json"], 4, "a.json is not there");
    check(&["some_item"], 4, "");
}
