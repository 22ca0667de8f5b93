//! Which compose files and which of their services a run brings up, and what it says of them.

use serde_json::Value;

use super::{ID, example, gate, left};
use crate::support::{IMAGE, Sandbox};

/// A service of the example's image that stays.
fn service(name: &str, more: &str) -> String {
    format!("  {name}:\n    image: {IMAGE}\n    command: [sleep, \"600\"]\n{more}")
}

/// Runs the example with something changed; gives the report.
#[track_caller]
fn run(flavour: &str, change: impl FnOnce(Sandbox) -> Sandbox, code: i32) -> Option<Value> {
    let (engine, sandbox) = example(flavour)?;
    let sandbox = change(sandbox);
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(code);
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    Some(answer.json())
}

/// The check of a report.
#[track_caller]
fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let all = gate(report, "environment")["checks"].as_array().unwrap();
    let found = all.iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("there is no check {name} in {all:#?}"))
}

/// The example with a second compose file in its spec.
fn with_second(sandbox: Sandbox, text: Option<String>) -> Sandbox {
    let spec = format!(".session/specs/{ID}.md");
    let named = "`docker-compose.integration.yml`";
    let both = sandbox
        .read(&spec)
        .replace(named, &format!("{named}, `more.compose.yml`"));
    let sandbox = sandbox.file(&spec, both);
    match text {
        Some(text) => sandbox.file("more.compose.yml", text),
        None => sandbox,
    }
}

#[test]
fn every_compose_file_of_the_spec_is_used() {
    let second = format!("services:\n{}", service("mailer", ""));
    let Some(report) = run("docker compose", |sandbox| with_second(sandbox, Some(second)), 0) else {
        return;
    };
    assert_eq!(gate(&report, "integration")["metrics"]["services"], 4);
    let said = check(&report, "compose-file")["said"].as_str().unwrap();
    assert_eq!(
        said,
        "docker-compose.integration.yml with more.compose.yml, 4 services"
    );
    let warnings = gate(&report, "integration")["warnings"].to_string();
    assert!(
        warnings.contains("mailer runs, and has no health check"),
        "{warnings}"
    );
    for name in [
        "compose",
        "engine",
        "services",
        "config-files",
        "images",
        "ports",
        "networks",
        "space",
    ] {
        assert_eq!(check(&report, name)["status"], "passed", "{name}");
    }
}

#[test]
fn a_second_compose_file_that_is_missing_or_not_valid_is_told() {
    for (text, said, remedy) in [
        (None, "more.compose.yml is missing", "name it in the spec"),
        (
            Some("services: {db: {imige: x}}\n".to_owned()),
            "is not valid",
            "correct docker-compose.integration.yml with more.compose.yml",
        ),
    ] {
        let Some(report) = run("docker compose", |sandbox| with_second(sandbox, text), 1) else {
            return;
        };
        let found = check(&report, "compose-file");
        assert_eq!(found["status"], "failed", "{found:#}");
        assert!(found["said"].as_str().unwrap().contains(said), "{found:#}");
        assert!(found["remedy"].as_str().unwrap().starts_with(remedy), "{found:#}");
        let remediation = gate(&report, "environment")["remediation"].to_string();
        assert!(remediation.contains(remedy), "{remediation}");
    }
}

#[test]
fn a_service_of_a_profile_that_the_env_file_asks_for_is_waited_for() {
    for flavour in ["docker compose", "docker-compose"] {
        let change = |sandbox: Sandbox| {
            let compose = sandbox.read("docker-compose.integration.yml");
            let extra =
                service("extra", "    profiles: [more]\n") + &service("never", "    profiles: [other]\n");
            sandbox
                .file("docker-compose.integration.yml", compose + &extra)
                .file(".env", "COMPOSE_PROFILES=more\n")
        };
        let Some(report) = run(flavour, change, 0) else {
            return;
        };
        assert_eq!(
            gate(&report, "integration")["metrics"]["services"],
            4,
            "{flavour}"
        );
    }
}

#[test]
fn a_load_on_a_service_without_a_port_says_what_is_missing() {
    let change = |sandbox: Sandbox| {
        let compose = sandbox.read("docker-compose.integration.yml");
        let closed = compose.replace("    ports: [\"8080\"]\n", "");
        let spec = format!(".session/specs/{ID}.md");
        let text = sandbox.read(&spec);
        let text = text.replace("http://api:8000/health", "http://gateway:8080/");
        sandbox
            .file("docker-compose.integration.yml", closed)
            .file(&spec, text)
            .file(
                "tests/integration/test_orders.py",
                "def test_yes():\n    assert True\n",
            )
    };
    let Some(report) = run("docker compose", change, 3) else {
        return;
    };
    let benchmark = gate(&report, "benchmark");
    let reason = benchmark["reason"].as_str().unwrap();
    assert!(
        reason.contains("the service gateway does not publish its port 8080"),
        "{benchmark:#}"
    );
    let remediation = benchmark["remediation"].to_string();
    assert!(
        remediation.contains("add `ports: [\\\"8080\\\"]` to gateway"),
        "{remediation}"
    );
}

#[test]
fn limits_on_memory_are_those_of_the_containers() {
    let change = |sandbox: Sandbox| {
        let compose = sandbox.read("docker-compose.integration.yml");
        // What is in /dev/shm counts as the container's memory.
        let fat = "command: [sh, -c, \"dd if=/dev/zero of=/dev/shm/x bs=1M count=60; exec httpd -f -p 8000 -h /www\"]";
        let plain = "command: [httpd, -f, -p, \"8000\", -h, /www]";
        assert!(compose.contains(plain), "{compose}");
        let spec = format!(".session/specs/{ID}.md");
        let text = sandbox.read(&spec);
        let limited = text.replace(
            "- Minimum: 5 requests/second\n",
            "- Minimum: 5 requests/second\n\n**Resource Limits:**\n- Memory: < 40MB per service\n",
        );
        sandbox
            .file("docker-compose.integration.yml", compose.replace(plain, fat))
            .file(&spec, limited)
    };
    let Some(report) = run("docker compose", change, 1) else {
        return;
    };
    let benchmark = gate(&report, "benchmark");
    assert_eq!(benchmark["verdict"], "failed", "{benchmark:#}");
    let findings = benchmark["findings"].to_string();
    assert!(findings.contains("memory of api"), "{benchmark:#}");
    assert!(!findings.contains("memory of db"), "{benchmark:#}");
}
