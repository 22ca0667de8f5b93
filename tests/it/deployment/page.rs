//! `docs/deployment.md` is run: its commands on the example, its spec and its settings as they stand there.

use super::{SPEC, Shop, approvals, change};
use crate::support::page::{check, transcripts};
use crate::support::{Answer, Sandbox};

const PAGE: &str = include_str!("../../../docs/deployment.md");

fn typed(sandbox: &Sandbox, words: &[String]) -> Answer {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(words);
    sandbox.start_command(command).wait()
}

#[test]
fn the_page_shows_what_a_deployment_prints() {
    let shop = Shop::open();
    let blocks = transcripts(PAGE);
    let commands: Vec<&str> = blocks[0]
        .iter()
        .map(|(typed, _)| typed.split(' ').nth(1).unwrap())
        .collect();
    assert_eq!(commands, ["plan", "run", "run", "status", "rollback"]);
    for (line, lines) in &blocks[0] {
        let answer = typed(&shop.sandbox, &shlex::split(line).unwrap());
        answer.expect_code(0);
        check(lines, &answer.stdout);
        let is_deployed = line.ends_with("run staging") || line.contains("status");
        assert_eq!(shop.served(), if is_deployed { "v2" } else { "v1" }, "{line}");
    }
}

#[test]
fn the_page_approves_what_it_runs() {
    let Some(sandbox) = approvals::project() else {
        return;
    };
    let blocks = transcripts(PAGE);
    let plan = approvals::planned(&sandbox);
    let key = sandbox.beside("home").join("key");
    let [(planned, _), (approve, _), (run, _)] = &blocks[1][..] else {
        panic!("{:?}", blocks[1])
    };
    for (line, begin) in [
        (planned, "deploy plan"),
        (approve, "deploy approve"),
        (run, "deploy run"),
    ] {
        assert!(line.starts_with(begin), "{line}");
        let words = line
            .replace("4f1c02ab", &plan[..8])
            .replace("~/.ssh/id_ed25519", key.to_str().unwrap());
        typed(&sandbox, &shlex::split(&words).unwrap()).expect_code(0);
    }
}

/// The text between two others, the first time that they stand there.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = text
        .split_once(begin)
        .unwrap_or_else(|| panic!("{begin:?} is missing"))
        .1;
    rest.split_once(end)
        .unwrap_or_else(|| panic!("{end:?} is missing"))
        .0
}

#[test]
fn the_page_shows_a_spec_that_can_be_run() {
    let shop = Shop::open();
    let procedure = between(PAGE, "````markdown\n", "````\n");
    let smoke = between(PAGE, "\n```markdown\n", "```\n");
    let (steps, back) = procedure.split_once("### Rollback Steps\n").unwrap();
    let spec = shop.sandbox.read(SPEC);
    for (begin, end, shown) in [
        (
            "### Deployment Steps\n",
            "### Post-Deployment Steps",
            steps.trim_start_matches("### Deployment Steps\n"),
        ),
        ("### Rollback Steps\n", "**Estimated", back),
        ("## Smoke Tests\n", "## Monitoring", &format!("\n{smoke}\n")),
    ] {
        let old = between(&spec, begin, end);
        change(&shop.sandbox, SPEC, old, shown);
    }
    shop.sandbox.commit("as the page says");
    let answer = shop.sandbox.sdd(["deploy", "plan", "staging"]);
    answer.expect_code(0);
    check(
        &[
            "  migrate: would run: Run the migrations …undo migrate-down…",
            "  …Tell the team that the window opens…",
            "  migrate-down: would run: Take the migration back …",
            "  Login (POST /api/login…",
            "  Application (GET /health…",
        ],
        &answer.stdout,
    );
}

#[test]
fn the_page_shows_settings_that_are_valid() {
    let settings = between(PAGE, "```json\n", "```\n");
    let sandbox = Sandbox::new().file(".session/config.json", settings);
    let answer = sandbox.sdd(["config", "check"]);
    answer.expect_code(0);
    assert!(!answer.stdout.contains("warning:"), "{}", answer.stdout);
}
