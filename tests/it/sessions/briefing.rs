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
    let engine = "the container engine does not answer: docker is not installed";
    assert_eq!(checks[0], ("Docker".into(), "missing".into(), engine.into()));
    assert_eq!(
        checks[1],
        (
            "Docker Compose".into(),
            "missing".into(),
            "there is no Docker Compose: docker is not installed; docker-compose is not installed; podman is not \
             installed; podman-compose is not installed"
                .into()
        )
    );
}

#[test]
fn the_compose_file_of_the_settings_counts_where_the_spec_names_none() {
    let spec = "# Integration Test: X\n\n## Environment Requirements\n\n- Services required: postgres:14\n";
    let mut settings = one_rule();
    settings["quality_gates"]["integration_tests"] = json!({"compose_file": "deploy/of-settings.yml"});
    let sandbox = with("integration_test", spec)
        .config(&settings)
        .file("deploy/of-settings.yml", "services: {}\n");
    let briefing = sandbox.sdd(["start", "--format", "json"]).json();
    let checks = checks(&briefing, "integration");
    let (_, sight, said) = (checks.iter())
        .find(|(name, ..)| name == "Compose file (deploy/of-settings.yml)")
        .unwrap_or_else(|| panic!("{checks:#?}"));
    assert_eq!(sight, "good");
    assert!(said.contains("the spec names none"), "{said}");
}

/// A docker whose engine can or cannot be reached, with compose as its plugin or without.
fn docker(engine: &str, compose: &str) -> String {
    format!("case \"$1\" in\nversion) {engine};;\ncompose) {compose};;\nesac")
}

/// The first two checks of an integration test: name, sight, and what is said.
#[track_caller]
fn check_compose(sandbox: &Sandbox, expect: [(&str, &str, &str); 2]) {
    let briefing = sandbox.sdd(["start", "--format", "json"]).json();
    let checks = checks(&briefing, "integration");
    let seen = |index: usize| {
        let (name, sight, said) = &checks[index];
        (name.as_str(), sight.as_str(), said.as_str())
    };
    assert_eq!([seen(0), seen(1)], expect);
    sandbox.assert_no_process_left();
}

const OLD: &str = "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1";

#[test]
fn an_engine_that_answers_is_told_from_one_that_does_not() {
    let project = |docker: &str| with("integration_test", INTEGRATION).fake("docker", docker);
    check_compose(
        &project(&docker("echo 27.3.1", "echo 2.29.7")),
        [
            ("Docker", "good", "the engine answers (27.3.1)"),
            ("Docker Compose", "good", "docker compose 2.29.7"),
        ],
    );
    check_compose(
        &project(&docker(
            "echo 'Cannot connect to the Docker daemon' >&2; exit 1",
            OLD,
        ))
        .fake("docker-compose", "echo 1.29.2"),
        [
            (
                "Docker",
                "missing",
                "the container engine does not answer: `docker version --format '{{.Server.Version}}'` ended with exit \
                 code 1: Cannot connect to the Docker daemon",
            ),
            ("Docker Compose", "good", "docker-compose 1.29.2"),
        ],
    );
    check_compose(
        // Some versions end well with an engine that is not there.
        &project(&docker("echo 'Cannot connect' >&2; echo", OLD)),
        [
            (
                "Docker",
                "missing",
                "the container engine does not answer: `docker version --format '{{.Server.Version}}'` prints no \
                 version: Cannot connect",
            ),
            (
                "Docker Compose",
                "missing",
                "there is no Docker Compose: `docker compose version --short` prints no version (exit code 1); \
                 docker-compose is not installed; podman is not installed; podman-compose is not installed",
            ),
        ],
    );
    check_compose(
        &project(&docker("sleep 300", "sleep 300")),
        [
            (
                "Docker",
                "unknown",
                "the container engine does not answer: `docker version --format '{{.Server.Version}}'` did not end \
                 within 3 s",
            ),
            (
                "Docker Compose",
                "unknown",
                "no Docker Compose answers: `docker compose version --short` did not end within 3 s; docker-compose is \
                 not installed; podman is not installed; podman-compose is not installed",
            ),
        ],
    );
}

#[test]
fn the_compose_that_complete_would_use_is_told() {
    let project = || with("integration_test", INTEGRATION);
    let docker = docker("echo 27.3.1", "echo 2.29.7");
    let podman = "case \"$1\" in\ninfo) echo 4.3.1;;\n*) exit 125;;\nesac";
    let podman_compose = "echo 'podman-compose version: 1.0.6'";
    // The one that is asked for, although the plugin answers.
    check_compose(
        &project()
            .fake("docker", &docker)
            .fake("docker-compose", "echo 1.29.2")
            .env("SDD_COMPOSE", "docker-compose"),
        [
            ("Docker", "good", "the engine answers (27.3.1)"),
            ("Docker Compose", "good", "docker-compose 1.29.2 (by SDD_COMPOSE)"),
        ],
    );
    // Where there is nothing else, podman's.
    check_compose(
        &project()
            .fake("podman", podman)
            .fake("podman-compose", podman_compose),
        [
            ("Podman", "good", "the engine answers (4.3.1)"),
            ("Docker Compose", "good", "podman-compose 1.0.6"),
        ],
    );
    check_compose(
        &project()
            .fake("podman", podman)
            .fake("podman-compose", "echo 'podman-composer version  1.0.3'"),
        [
            ("Podman", "good", "the engine answers (4.3.1)"),
            (
                "Docker Compose",
                "missing",
                "podman-compose 1.0.3 is too old: sdd needs 1.0.6 or newer",
            ),
        ],
    );
    // Docker without a Compose of its own is not what counts then.
    check_compose(
        &project()
            .fake("docker", &self::docker("echo 27.3.1", OLD))
            .fake("podman", podman)
            .fake("podman-compose", podman_compose),
        [
            ("Podman", "good", "the engine answers (4.3.1)"),
            ("Docker Compose", "good", "podman-compose 1.0.6"),
        ],
    );
    check_compose(
        &project()
            .fake("docker", &docker)
            .env("SDD_COMPOSE", "nerdctl compose"),
        [
            ("Docker", "good", "the engine answers (27.3.1)"),
            (
                "Docker Compose",
                "missing",
                "SDD_COMPOSE is `nerdctl compose`, and that is none of: docker compose, docker-compose, podman compose, \
                 podman-compose",
            ),
        ],
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

/// A deployment to an environment with these checks, and the checks of its briefing by name.
#[track_caller]
fn checks_of_environment(settings: &Value) -> Vec<(String, String, String)> {
    let spec = "# Deployment: X\n\n## Deployment Scope\n\n**Target Environment:**\n- Environment: Staging\n";
    let mut config = one_rule();
    config["environments"] = settings.clone();
    let sandbox = with("deployment", spec).config(&config);
    let answer = sandbox.sdd(["start", "--format", "json"]);
    answer.expect_code(0);
    let seen = checks(&answer.json(), "deployment");
    let page = sandbox.read(".session/briefings/session_001_briefing.md");
    for (name, sight, said) in &seen {
        let mark = match sight.as_str() {
            "good" => "✓",
            "missing" => "✗",
            _ => "?",
        };
        let line = format!("- {name}: {mark} {said}\n");
        assert!(page.contains(&line), "{line:?} is not in\n{page}");
    }
    sandbox.assert_no_process_left();
    seen
}

#[track_caller]
fn check_environment(settings: &Value, expect: &[(&str, &str, &str)]) {
    let seen = checks_of_environment(settings);
    let seen: Vec<(&str, &str, &str)> = seen
        .iter()
        .map(|(name, sight, said)| (name.as_str(), sight.as_str(), said.as_str()))
        .collect();
    assert_eq!(seen, expect);
}

#[test]
fn the_environment_of_a_deployment_is_looked_at_for_real() {
    let open = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = open.local_addr().unwrap().port();
    let holds = json!({"id": "db", "kind": "tcp", "addr": format!("127.0.0.1:{port}")});
    let there = format!("127.0.0.1:{port} takes connections");
    check_environment(
        &json!({"staging": {"checks": [holds, {"id": "settings", "kind": "file", "path": ".session/config.json"}]}}),
        &[
            ("Environment staging", "good", "2 checks hold"),
            ("connectivity db", "good", &there),
            (
                "configuration settings",
                "good",
                ".session/config.json is as it must be",
            ),
        ],
    );
    check_environment(
        &json!({"staging": {"require": ["health"], "checks": [
            holds,
            {"id": "key", "kind": "file", "path": "no-such.key"},
            {"id": "log", "kind": "file", "path": "no-such.log", "severity": "warn"},
        ]}}),
        &[
            (
                "Environment staging",
                "missing",
                "key: no-such.key does not exist (and 1 more)",
            ),
            ("connectivity db", "good", &there),
            ("configuration key", "missing", "no-such.key does not exist"),
            (
                "configuration log",
                "missing",
                "no-such.log does not exist (a warning)",
            ),
        ],
    );
}

/// That nobody has looked is told as that, and is no pass.
#[test]
fn an_environment_without_checks_is_not_looked_at() {
    check_environment(
        &json!({}),
        &[(
            "Environment staging",
            "unknown",
            "not looked at: .session/environments.yaml describes no checks of it",
        )],
    );
    check_environment(
        &json!({"staging": {"checks": []}}),
        &[("Environment staging", "unknown", "nothing was looked at")],
    );
    check_environment(
        &json!({"staging": {"require": ["health"], "checks": []}}),
        &[("Environment staging", "missing", "health is required")],
    );
}

/// The checks hang for a minute, each; a briefing waits five seconds for all of them.
#[test]
fn a_briefing_does_not_wait_for_an_environment_that_hangs() {
    let hangs = |id: &str| json!({"id": id, "kind": "command", "category": "dependencies", "command": "sleep 300", "timeout": "60s"});
    let began = std::time::Instant::now();
    let seen = checks_of_environment(&json!({"staging": {"checks": [
        hangs("one"), hangs("other"), {"id": "settings", "kind": "file", "path": ".session/config.json"},
    ]}}));
    let took = began.elapsed();
    assert!(took < std::time::Duration::from_secs(40), "{took:?}");
    let sights: Vec<(&str, &str)> = seen
        .iter()
        .map(|(name, sight, _)| (name.as_str(), sight.as_str()))
        .collect();
    assert_eq!(
        sights,
        [
            ("Environment staging", "unknown"),
            ("dependencies one", "unknown"),
            ("dependencies other", "unknown"),
            ("configuration settings", "good"),
        ]
    );
    assert_eq!(seen[1].2, "not made: the time for all checks was over");
}
