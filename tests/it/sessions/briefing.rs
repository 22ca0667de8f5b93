//! Briefings: what they say of the spec, the gates, the machine and its variables.

use serde_json::{Value, json};

use super::{WORK_ITEMS, one_rule};
use crate::support::Sandbox;

/// A project with one item of a type, and its spec.
fn with(kind: &str, spec: &str) -> Sandbox {
    let items = json!({"work_items": {"item_x": {"type": kind, "title": "X"}}});
    Sandbox::new()
        .file(WORK_ITEMS, items.to_string())
        .file(".session/specs/item_x.md", spec)
        .config(&one_rule())
}

/// The checks of a briefing: name, sight, and what is said.
fn checks(briefing: &Value, context: &str) -> Vec<(String, String, String)> {
    let text = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    briefing[context]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (text(check, "name"), text(check, "sight"), text(check, "said")))
        .collect()
}

#[test]
fn the_spec_is_shown_without_its_comments() {
    let sandbox = with(
        "feature",
        "# Feature: X\n<!-- fill this in -->\n\n## Overview\n\nIt works.\n\n```sh\n# a comment of the shell\n```\n",
    );
    let page = sandbox.sdd(["start"]).stdout;
    let expect = "### Feature: X\n\n#### Overview\n\nIt works.\n\n```sh\n# a comment of the shell\n```\n";
    assert!(page.contains(expect), "{page}");
    assert!(!page.contains("fill this in"), "{page}");
}

/// Words in brackets stand for values in templates.
#[test]
fn what_nobody_has_filled_in_is_left_out() {
    let placeholder = regex::Regex::new(r"\[[A-Za-z]|<[a-z]").unwrap();
    for kind in [
        "feature",
        "bug",
        "refactor",
        "security",
        "integration_test",
        "deployment",
    ] {
        let sandbox = Sandbox::new().file(WORK_ITEMS, "{}").config(&one_rule());
        sandbox
            .sdd(["work-item", "new", "--type", kind, "--title", "X"])
            .expect_code(0);
        let page = sandbox.sdd(["start"]).stdout;
        assert!(
            page.contains(" lines of the template that nobody has filled in are left out."),
            "{page}"
        );
        assert!(page.contains("the spec is not complete: "), "{page}");
        // Headings and labels say where something is to be written.
        let is_place = |line: &str| line.starts_with('#') || line.starts_with("**");
        let left: Vec<&str> = page
            .lines()
            .filter(|line| placeholder.is_match(line) && !is_place(line))
            .collect();
        assert!(left.is_empty(), "{kind}: {left:#?}");
    }
}

#[test]
fn an_agent_is_told_in_few_characters() {
    let long = "A line of the overview that says something.\n".repeat(2_000);
    let sandbox = with("feature", &format!("# Feature: X\n\n## Overview\n\n{long}")).env("CLAUDECODE", "1");
    let answer = sandbox.sdd(["start"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.chars().count() < 8_000,
        "{}",
        answer.stdout.chars().count()
    );
    assert!(answer.stdout.contains("more lines in `.session/specs/item_x.md`"));
    assert!(sandbox.read(".session/briefings/session_001_briefing.md").len() > 50_000);
}

#[test]
fn an_item_without_a_spec_or_with_one_outside_begins_and_says_so() {
    let sandbox = with("feature", "x");
    std::fs::remove_file(sandbox.path(".session/specs/item_x.md")).unwrap();
    let page = sandbox.sdd(["start"]).stdout;
    assert!(
        page.contains("Not given: `.session/specs/item_x.md`: there is no such file"),
        "{page}"
    );
    let secret = sandbox.beside("tmp").join("secret.md");
    sdd::store::atomic::write(&secret, b"# Feature: secret words").unwrap();
    std::os::unix::fs::symlink(&secret, sandbox.path(".session/specs/item_x.md")).unwrap();
    let page = sandbox.sdd(["start"]).stdout;
    assert!(
        page.contains("leads out of the project") && !page.contains("secret words"),
        "{page}"
    );
}

const INTEGRATION: &str = "# Integration Test: X

## Environment Requirements

- Docker Compose file: `compose.test.yml`
- Config files: `config/*.yaml`
";

#[test]
fn without_docker_an_integration_test_is_told_what_is_missing() {
    let briefing = with("integration_test", INTEGRATION)
        .sdd(["start", "--format", "json"])
        .json();
    let checks = checks(&briefing, "integration");
    assert_eq!(checks[0], ("Docker".into(), "missing".into(), "not found".into()));
    assert_eq!(
        checks[1],
        (
            "Docker Compose".into(),
            "missing".into(),
            "neither docker compose nor docker-compose is there".into()
        )
    );
}

/// A docker whose engine can or cannot be reached, with compose as its plugin or without.
fn docker(engine: &str, compose: &str) -> String {
    format!(
        "case \"$1\" in
           --version) echo 'Docker version 27.3.1, build ce12230';;
           info) {engine};;
           compose) {compose};;
         esac"
    )
}

#[track_caller]
fn check_docker(docker: &str, expect_docker: (&str, &str), expect_compose: (&str, &str), sandbox: Sandbox) {
    let sandbox = sandbox.fake("docker", docker);
    let briefing = sandbox.sdd(["start", "--format", "json"]).json();
    let checks = checks(&briefing, "integration");
    let seen = |index: usize| (checks[index].1.as_str(), checks[index].2.as_str());
    assert_eq!(seen(0), expect_docker);
    assert_eq!(seen(1), expect_compose);
    sandbox.assert_no_process_left();
}

#[test]
fn an_engine_that_answers_is_told_from_one_that_does_not() {
    let project = || with("integration_test", INTEGRATION);
    let old = "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1";
    check_docker(
        &docker("echo 27.3.1", "echo 2.29.7"),
        (
            "good",
            "Docker version 27.3.1, build ce12230; the engine answers (27.3.1)",
        ),
        ("good", "docker compose 2.29.7"),
        project(),
    );
    check_docker(
        &docker("echo 'Cannot connect to the Docker daemon' >&2; exit 1", old),
        (
            "missing",
            "Docker version 27.3.1, build ce12230; the engine cannot be reached: Cannot connect to the Docker daemon",
        ),
        ("good", "docker-compose 1.29.2"),
        project().fake("docker-compose", "echo 1.29.2"),
    );
    check_docker(
        // Some versions end well with an engine that is not there.
        &docker("echo 'Cannot connect' >&2; echo", old),
        (
            "missing",
            "Docker version 27.3.1, build ce12230; the engine cannot be reached: Cannot connect",
        ),
        ("missing", "neither docker compose nor docker-compose is there"),
        project(),
    );
    check_docker(
        &docker("sleep 300", "sleep 300"),
        (
            "unknown",
            "Docker version 27.3.1, build ce12230; of the engine there is no answer within 3 s",
        ),
        ("unknown", "docker compose: no answer within 3 s"),
        project(),
    );
}

#[test]
fn variables_of_a_deployment_are_named_and_never_shown() {
    let spec = "# Deployment: X

## Environment Configuration

```bash
API_TOKEN=<the token>
EMPTY_ONE=<something>
NOT_SET=<something>
```
";
    let sandbox = with("deployment", spec)
        .env("API_TOKEN", "hunter2hunter2")
        .env("EMPTY_ONE", "  ");
    let page = sandbox.sdd(["start"]);
    page.expect_code(0);
    assert!(page.stdout.contains("## Deployment Context"), "{}", page.stdout);
    let all = page.stdout.clone() + &sandbox.read(".session/briefings/session_001_briefing.md");
    assert!(!all.contains("hunter2"), "{all}");
}
