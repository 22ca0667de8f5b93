//! `sdd integration`, and the gates around it, against a real engine: the example of `tests/fixtures/integration`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bad;
mod baseline;
mod calls;
mod ends;
mod files;
mod kept;
mod needs;
mod page;
mod records;
mod secrets;
mod side_by_side;
mod usage;

use serde_json::Value;

use crate::support::{Answer, Engine, Sandbox};

/// The work item of the example.
const ID: &str = "integration_test_orders";

/// The example, on a machine with an engine and Python's tools; `None` where there is no engine. Its load is one round of a
/// second: most tests ask for other things, and a load keeps the processors from those beside.
fn example(flavour: &str) -> Option<(Engine, Sandbox)> {
    let (engine, sandbox) = example_as_it_is(flavour)?;
    let settings = sandbox.read(".session/config.json");
    let short = settings.replace("\"rounds\": 2, \"duration\": 2", "\"rounds\": 1, \"duration\": 1");
    assert_ne!(short, settings);
    let sandbox = sandbox.file(".session/config.json", short);
    sandbox.commit("a short load");
    Some((engine, sandbox))
}

/// The example with the load of its documentation.
fn example_as_it_is(flavour: &str) -> Option<(Engine, Sandbox)> {
    let engine = Engine::find()?;
    let mut sandbox = plain().venv();
    for name in ["docker", "docker-compose"] {
        std::os::unix::fs::symlink(engine.bin().join(name), sandbox.beside("bin").join(name)).unwrap();
    }
    for (name, value) in engine.variables() {
        sandbox = sandbox.env(name, value);
    }
    sandbox.commit("example");
    Some((engine, sandbox.env("SDD_COMPOSE", flavour)))
}

/// The example on a machine that has nothing else.
fn plain() -> Sandbox {
    Sandbox::new().tree("tests/fixtures/integration").git()
}

/// The gate of a report.
#[track_caller]
fn gate<'r>(report: &'r Value, name: &str) -> &'r Value {
    let all = report["gates"].as_array().unwrap();
    let found = all.iter().find(|gate| gate["gate"] == name);
    found.unwrap_or_else(|| panic!("there is no gate {name} in {report:#}"))
}

/// Each gate with its verdict.
fn verdicts(report: &Value) -> Vec<String> {
    let all = report["gates"].as_array().unwrap();
    all.iter()
        .map(|gate| {
            format!(
                "{} {}",
                gate["gate"].as_str().unwrap(),
                gate["verdict"].as_str().unwrap()
            )
        })
        .collect()
}

/// What carries the label of any project of this repository's runs.
fn left(engine: &Engine, sandbox: &Sandbox) -> Vec<String> {
    let root = std::fs::canonicalize(sandbox.project()).unwrap();
    let whole = sdd::compose::project::name(&root, "x");
    let start = whole.strip_suffix('x').unwrap();
    let format = "{{.Label \"com.docker.compose.project\"}}";
    let lists = [
        engine.docker(["ps", "-a", "--format", format]),
        engine.docker(["network", "ls", "--format", format]),
        engine.docker(["volume", "ls", "--format", format]),
    ];
    let all = lists.iter().flat_map(|list| list.lines());
    all.filter(|project| project.starts_with(start))
        .map(str::to_owned)
        .collect()
}

#[track_caller]
fn check_green(flavour: &str) {
    let Some((engine, sandbox)) = example_as_it_is(flavour) else {
        return;
    };
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(0);
    let report = answer.json();
    assert_eq!(
        verdicts(&report),
        [
            "environment passed",
            "integration passed",
            "contract passed",
            "benchmark passed",
            "integration_documentation failed"
        ]
    );
    let tests = gate(&report, "integration");
    assert_eq!(tests["metrics"]["tests_passed"], 2, "{tests:#}");
    assert_eq!(tests["metrics"]["services"], 3);
    assert_eq!(tests["metrics"]["service_logs"], 3);
    let steps: Vec<&str> = tests["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["tool"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["services", "fixtures/orders.psv", "pytest", "teardown"]);
    let documents = gate(&report, "integration_documentation");
    // A baseline is pinned by quiet rounds alone, and these are allowed to be noisy.
    assert_eq!(
        documents["reason"],
        "4/5 documentation requirements met; missing: performance baseline"
    );
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    sandbox.assert_no_process_left();
    check_evidence(&sandbox, &report);
}

/// The manifest of the evidence tells of this report, the commit and the program, and each of its members is there.
#[track_caller]
fn check_manifest(sandbox: &Sandbox, report: &Value) -> Value {
    let directory = format!(".session/evidence/{ID}");
    let text = sandbox.read(&format!("{directory}/integration-evidence-manifest.json"));
    let manifest: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["run_id"], report["run_id"]);
    assert_eq!(manifest["git"]["commit"], report["git"]["head"]);
    let tree = sandbox.git_run(["rev-parse", "HEAD^{tree}"]).stdout;
    assert_eq!(manifest["git"]["tree"], tree.trim());
    let program = std::fs::read(env!("CARGO_BIN_EXE_sdd")).unwrap();
    assert_eq!(
        manifest["sdd"]["binary_sha256"],
        sdd::report::evidence::sha256(&program)
    );
    assert_eq!(manifest["missing"], serde_json::json!([]));
    let members = manifest["members"].as_array().unwrap();
    for member in members {
        let path = member["path"].as_str().unwrap();
        let bytes = std::fs::read(sandbox.path(&format!("{directory}/{path}"))).unwrap();
        assert_eq!(member["sha256"], sdd::report::evidence::sha256(&bytes), "{path}");
    }
    let hash = sdd::report::evidence::sha256(text.as_bytes());
    assert_eq!(sandbox.read(".session/evidence/HEAD"), hash + "\n");
    manifest
}

/// The evidence is that of a run in which everything was done.
#[track_caller]
fn check_evidence(sandbox: &Sandbox, report: &Value) {
    let manifest = check_manifest(sandbox, report);
    let members = manifest["members"].as_array().unwrap();
    let named = |start: &str| {
        members
            .iter()
            .filter(|member| member["path"].as_str().unwrap().starts_with(start))
            .count()
    };
    assert_eq!(
        (named("logs/"), named("reports/integration-")),
        (3, 1),
        "{manifest:#}"
    );
    for service in ["api", "db", "gateway"] {
        assert_eq!(named(&format!("logs/{service}")), 1, "{manifest:#}");
    }
    for document in [
        "integration-scope-matrix",
        "environment-validation-report",
        "test-execution-report",
        "contract-validation-results",
        "performance-report",
        "benchmark.json",
    ] {
        assert_eq!(named(document), 1, "{document}");
    }
}

#[test]
fn the_example_is_green_by_the_plugin() {
    check_green("docker compose");
}

#[test]
fn the_example_is_green_by_version_1() {
    check_green("docker-compose");
}

/// The example with something changed: the verdict of each gate of the run, and what the integration gate says.
#[track_caller]
fn check(change: impl FnOnce(Sandbox) -> Sandbox, code: i32, expect: &[&str], reason: &str) -> Answer {
    let Some((engine, sandbox)) = example("docker compose") else {
        return plain().sdd(["--version"]);
    };
    let sandbox = change(sandbox);
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(code);
    let report = answer.json();
    let integration = gate(&report, "integration");
    let said = integration["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{integration:#}");
    assert_eq!(verdicts(&report)[..4], *expect, "{integration:#}");
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    answer
}

const NOT_TESTED: [&str; 4] = [
    "environment passed",
    "integration failed",
    "contract passed",
    "benchmark not_run",
];

#[test]
fn what_fails_keeps_only_what_comes_after_it_from_being_done() {
    let test = "def test_no():\n    assert False\n";
    check(
        |sandbox| sandbox.file("tests/integration/test_no.py", test),
        1,
        &NOT_TESTED,
        "integration tests: 2 passed, 1 failed",
    );
}

#[test]
fn without_a_test_that_runs_there_is_no_verdict() {
    let skipped = "import pytest\n\n\n@pytest.mark.skip\ndef test_no():\n    pass\n";
    check(
        |sandbox| sandbox.file("tests/integration/test_orders.py", skipped),
        3,
        &[
            "environment passed",
            "integration error",
            "contract passed",
            "benchmark not_run",
        ],
        "the only test was skipped",
    );
}

#[test]
fn test_data_that_is_missing_fails() {
    check(
        |sandbox| {
            std::fs::remove_file(sandbox.path("fixtures/orders.psv")).unwrap();
            sandbox
        },
        1,
        &NOT_TESTED,
        "fixtures/orders.psv: it is missing",
    );
}

#[test]
fn a_service_that_ends_is_named_with_its_exit_code_and_its_last_words() {
    let answer = check(
        |sandbox| {
            let compose = sandbox.read("docker-compose.integration.yml");
            // What nobody has set is no reason to stop for Compose.
            let exit = "echo no room $NOBODY_SETS_THIS; exit 7";
            let compose = compose.replace("exec nc -ll -p 5432 -e cat /data/orders", exit);
            assert!(compose.contains(exit));
            sandbox.file("docker-compose.integration.yml", compose)
        },
        1,
        &NOT_TESTED,
        "ended with exit code 7",
    );
    if answer.code() == Some(1) {
        let report = answer.json();
        let integration = gate(&report, "integration").to_string();
        assert!(integration.contains("db wrote last: "), "{integration}");
        let steps = gate(&report, "integration")["steps"].as_array().unwrap();
        let time = |step: &Value| step["duration_ms"].as_u64().unwrap();
        // Services that did not come up are taken down like others: containers do not go in no time.
        let (first, last) = (&steps[0], &steps[steps.len() - 1]);
        assert_eq!(
            (&first["role"], &last["role"]),
            (&"services".into(), &"teardown".into())
        );
        assert!(time(first) > 0 && time(last) > 200, "{steps:#?}");
        assert!(integration.contains(" no room (.session/runs/"), "{integration}");
        let environment = gate(&report, "environment").to_string();
        let unset = "the variable NOBODY_SETS_THIS is not set: services get nothing in its place";
        assert!(environment.contains(unset), "{environment}");
    }
}

#[test]
fn an_environment_that_is_not_fit_starts_nothing() {
    check(
        |sandbox| {
            std::fs::remove_file(sandbox.path("services/gateway/upstream")).unwrap();
            sandbox
        },
        1,
        &[
            "environment failed",
            "integration not_run",
            "contract passed",
            "benchmark not_run",
        ],
        "what the tests need is not there",
    );
}

#[test]
fn an_image_that_may_not_be_pulled_keeps_everything_down() {
    check(
        |sandbox| {
            let compose = sandbox.read("docker-compose.integration.yml");
            let compose = compose.replacen("sdd-test/busybox:1", "127.0.0.1:1/none:1", 1);
            let settings = sandbox.read(".session/config.json");
            let off = "\"environment_validation\": false, \"allow_pull\": false, \"stop_grace\": 1";
            let settings = settings.replace("\"stop_grace\": 1", off);
            sandbox
                .file("docker-compose.integration.yml", compose)
                .file(".session/config.json", settings)
        },
        1,
        &[
            "environment skipped",
            "integration failed",
            "contract passed",
            "benchmark not_run",
        ],
        "not here, and the settings allow no pulling: 127.0.0.1:1/none:1",
    );
}

/// What a summary says of the services, of times and of the environment is what the report has.
#[track_caller]
fn check_summary(summary: &str, report: &Value) {
    let list = |gate: &Value, key: &str| gate[key].as_array().cloned().unwrap_or_default();
    let tests = gate(report, "integration");
    let services = list(tests, "checks");
    let names: Vec<&str> = services.iter().filter_map(|one| one["check"].as_str()).collect();
    assert_eq!(names, ["service api", "service db", "service gateway"]);
    for (service, (mark, how)) in services.iter().zip([
        ("✓", "healthy after "),
        ("✓", "healthy after "),
        ("⚠", "runs, and has no health check (weak readiness) after "),
    ]) {
        let name = service["check"].as_str().unwrap().trim_start_matches("service ");
        let said = service["said"].as_str().unwrap();
        assert!(said.starts_with(how), "{said}");
        let line = format!("\n- {mark} `{name}`: `{said}`\n");
        assert!(summary.contains(&line), "{line}: {summary}");
    }
    let time = |role: &str| {
        let steps = list(tests, "steps");
        let of_role = steps.iter().find(|step| step["role"] == role);
        let time =
            of_role.unwrap_or_else(|| panic!("no step is for {role}: {tests:#}"))["duration_ms"].as_u64();
        let time = time.unwrap();
        assert!(time > 0, "{role}");
        sdd::report::seconds(time)
    };
    let (up, data, alone, down) = (
        time("services"),
        time("test_data"),
        time("tests"),
        time("teardown"),
    );
    let environment = list(gate(report, "environment"), "checks");
    let count = |status: &str| environment.iter().filter(|one| one["status"] == status).count();
    let (passed, skipped) = (count("passed"), count("skipped"));
    let looked_at = environment.len() - skipped;
    assert!(passed > 5, "{environment:#?}");
    for line in [
        format!("- Duration: {alone} (beside the tests: services {up}, test data {data}, teardown {down})\n"),
        format!("\n**Services:** ✓ PASSED in {up}\n"),
        format!("\n**Teardown:** ✓ PASSED in {down}\n"),
        format!("\n**Environment:** ✓ PASSED\n- Checks: {passed} of {looked_at} passed"),
    ] {
        assert!(summary.contains(&line), "{line}: {summary}");
    }
}

#[test]
fn a_session_on_the_example_can_be_completed() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    // Where wrk is installed it makes the load.
    let sandbox = sandbox.programs(&["wrk"]);
    let has_wrk = sandbox.beside("bin").join("wrk").exists();
    sandbox.sdd(["start", ID]).expect_code(0);
    let answer = sandbox.sdd(["complete", "--format", "markdown"]);
    answer.expect_code(0);
    for wanted in ["integration tests: 2 passed", "p95", "contracts/orders.yaml"] {
        assert!(answer.stdout.contains(wanted), "{wanted}: {}", answer.stdout);
    }
    let report: Value = serde_json::from_str(&sandbox.read(".session/reports/latest.json")).unwrap();
    let version = gate(&report, "benchmark")["steps"][0]["tool_version"]
        .as_str()
        .unwrap();
    assert_eq!(version.starts_with("wrk "), has_wrk, "{version}");
    let summary = sandbox.read(".session/history/session_001_summary.md");
    for wanted in [
        "\n- Passed: 2\n- Failed: 0\n- Skipped: 0\n",
        "\n- p95 latency: ",
        "- Contracts validated: 1\n- Breaking changes: ✓ none",
        "\n**Test Data:** 1 of 1 loaded\n",
        "\n**Documentation:** ✗ FAILED (optional)\n- 4/5 documentation requirements met\n  - `there is no baseline of the performance; ",
        "\n- `nothing is left`\n- Logs of services saved: 3\n",
        "\n**Warnings:** ",
        "(weak readiness)",
    ] {
        assert!(summary.contains(wanted), "{wanted}: {summary}");
    }
    check_summary(&summary, &report);
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}
