//! What goes wrong while services are up: said as it is, and nothing is left that sdd could remove.

use sdd::store::layout;

use super::{ID, NOT_TESTED, check, example, gate, left};
use crate::support::{Answer, IMAGE, Sandbox};

/// No verdict on the tests, and none on what comes after them.
const NO_VERDICT: [&str; 4] = [
    "environment passed",
    "integration error",
    "contract passed",
    "benchmark not_run",
];

/// The example with further settings of its integration tests, as JSON with a comma behind it.
fn with(sandbox: Sandbox, settings: &str) -> Sandbox {
    let text = sandbox.read(".session/config.json");
    let text = text.replace("\"stop_grace\": 1", &format!("{settings} \"stop_grace\": 1"));
    sandbox.file(".session/config.json", text)
}

/// The example with another file of test data, which is loaded after its own.
fn with_data(sandbox: Sandbox, path: &str, text: &str) -> Sandbox {
    let spec = format!(".session/specs/{ID}.md");
    let named = "- `fixtures/orders.psv`\n";
    let listed = sandbox
        .read(&spec)
        .replace(named, &format!("{named}- `{path}`\n"));
    sandbox.file(&spec, listed).file(path, text)
}

#[test]
fn tests_that_hang_are_ended_and_there_is_no_verdict() {
    let hangs = "import time\n\n\ndef test_hangs():\n    time.sleep(600)\n";
    check(
        |sandbox| with(sandbox, "\"timeout\": 4,").file("tests/integration/test_hangs.py", hangs),
        3,
        &NO_VERDICT,
        "4 s",
    );
}

#[test]
fn a_directory_without_tests_is_no_verdict() {
    check(
        |sandbox| sandbox.file("tests/integration/test_orders.py", "X = 1\n"),
        3,
        &NO_VERDICT,
        "no tests",
    );
}

#[test]
fn a_report_of_an_earlier_run_is_not_read() {
    // Neither a report that lies in the project, nor one that the tests themselves put in the place of their own.
    let old = "<testsuites><testsuite name=\"old\" tests=\"9\" failures=\"0\" errors=\"0\" skipped=\"0\"/></testsuites>";
    let ends = "import os\n\n\ndef test_ends():\n    os._exit(0)\n";
    check(
        |sandbox| {
            sandbox
                .file("junit.xml", old)
                .file("tests/integration/junit.xml", old)
                .file("tests/integration/test_orders.py", ends)
        },
        3,
        &NO_VERDICT,
        "left no report that can be read: it was not written",
    );
}

/// A stand-in for the client of a database, in the service that keeps the orders.
const PSQL: &str = "#!/bin/sh\nread -r line\ncase $line in\nINSERT*) ;;\n*) echo \"ERROR: syntax error\" >&2; exit 3 ;;\nesac\n\
                    echo \"1|tea\" >/data/orders\necho \"2|coffee\" >>/data/orders\n";

/// The example with a database in the name of its image, and statements as test data.
fn with_database(sandbox: Sandbox, image: &str, statements: &str) -> Sandbox {
    let compose = sandbox.read("docker-compose.integration.yml").replacen(
        IMAGE,
        &format!("{image}\n    volumes: [\"./services/db/psql:/bin/psql:ro\"]"),
        1,
    );
    let spec = format!(".session/specs/{ID}.md");
    let listed = sandbox
        .read(&spec)
        .replace("fixtures/orders.psv", "fixtures/orders.sql");
    let sandbox = sandbox
        .file("docker-compose.integration.yml", compose)
        .file(&spec, listed)
        .file("fixtures/orders.sql", statements)
        .file("services/db/psql", PSQL);
    let psql = sandbox.path("services/db/psql");
    std::fs::set_permissions(psql, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    sandbox
}

#[test]
fn statements_go_to_the_client_of_the_database() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let image = "sdd-test/postgres:1";
    engine.docker(["tag", IMAGE, image]);
    let good = with_database(
        sandbox,
        image,
        "INSERT INTO orders VALUES (1, 'tea'), (2, 'coffee');\n",
    );
    let answer = good.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(gate(&answer.json(), "integration")["metrics"]["tests_passed"], 2);
    let bad = good.file("fixtures/orders.sql", "INSRT\n");
    let answer = bad.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(1);
    let report = answer.json();
    let reason = gate(&report, "integration")["reason"].as_str().unwrap();
    assert!(reason.contains("ERROR: syntax error"), "{reason}");
    assert_eq!(left(&engine, &bad), Vec::<String>::new());
}

#[test]
fn test_data_is_sent_as_the_body_of_a_request() {
    let sent = |sandbox: Sandbox, page: &str| {
        let settings = format!(
            "\"fixtures\": {{\"fixtures/orders.psv\": {{\"service\": \"db\", \"command\": [\"sh\", \"-c\", \"cat > /data/orders\"]}}, \"fixtures/more.json\": {{\"http\": \"POST http://api:8000/cgi-bin/{page}\"}}}},"
        );
        let text = sandbox.read(".session/config.json");
        let from = text.find("\"fixtures\"").unwrap();
        let to = text.find("\"stop_grace\"").unwrap();
        let text = format!("{}{settings}\n      {}", &text[..from], &text[to..]);
        let sandbox = sandbox.file(".session/config.json", text);
        with_data(sandbox, "fixtures/more.json", "[{\"id\": 3}]\n")
    };
    check(
        |sandbox| sent(sandbox, "orders"),
        0,
        &[
            "environment passed",
            "integration passed",
            "contract passed",
            "benchmark passed",
        ],
        "2 passed",
    );
    check(
        |sandbox| sent(sandbox, "nowhere"),
        1,
        &NOT_TESTED,
        "fixtures/more.json",
    );
}

/// Whether a run of the example brought anything up: the logs of its containers are there.
fn was_up(answer: &Answer) -> bool {
    let report = answer.json();
    let logs = gate(&report, "integration")["metrics"]["service_logs"].as_u64();
    logs.is_some_and(|count| count > 0)
}

#[test]
fn what_can_be_known_before_keeps_everything_down() {
    let data = |sandbox: Sandbox, url: &str| {
        let loader = format!(r#""fixtures": {{"fixtures/more.json": {{"http": "POST {url}"}},"#);
        let text = sandbox
            .read(".session/config.json")
            .replace("\"fixtures\": {", &loader);
        let sandbox = sandbox.file(".session/config.json", text);
        with_data(sandbox, "fixtures/more.json", "[]\n")
    };
    let cases: [(&dyn Fn(Sandbox) -> Sandbox, &str); 2] = [
        (
            &|sandbox| data(sandbox, "http://db:5432/orders"),
            "fixtures/more.json: the service db does not publish its port 5432",
        ),
        (
            &|sandbox| data(sandbox, "http://apii:8000/orders"),
            "fixtures/more.json: nobody has the name apii, and no service of the compose file either",
        ),
    ];
    for (change, reason) in cases {
        let answer = check(change, 1, &NOT_TESTED, reason);
        assert!(answer.code() != Some(1) || !was_up(&answer), "{reason}");
    }
}

/// The environment is not fit, and nothing is brought up.
const NOT_FIT: [&str; 4] = [
    "environment failed",
    "integration not_run",
    "contract passed",
    "benchmark not_run",
];

/// A run of the example with something changed, in which the gate `environment` keeps everything down: its check of a name.
#[track_caller]
fn check_unfit(
    change: impl FnOnce(Sandbox) -> Sandbox,
    (code, verdict): (i32, &str),
    check_of: &str,
    said: &str,
) -> Option<serde_json::Value> {
    let expect = NOT_FIT.map(|gate| if gate == NOT_FIT[0] { verdict } else { gate });
    let answer = check(change, code, &expect, "what the tests need is not there");
    if answer.code() != Some(code) {
        return None;
    }
    assert!(!was_up(&answer));
    let report = answer.json();
    let checks = gate(&report, "environment")["checks"].as_array().unwrap();
    let of_name = checks
        .iter()
        .find(|one| one["check"] == check_of && one["status"] != "passed");
    let of_name = of_name.unwrap_or_else(|| panic!("{checks:#?}"));
    assert!(of_name["said"].as_str().unwrap().starts_with(said), "{of_name:#}");
    Some(of_name.clone())
}

/// The example with the port of the API on the machine.
fn with_port(sandbox: Sandbox, port: &str) -> Sandbox {
    let compose = sandbox.read("docker-compose.integration.yml");
    let fixed = compose.replace("ports: [\"8000\"]", &format!("ports: [\"{port}\"]"));
    assert_ne!(fixed, compose);
    sandbox.file("docker-compose.integration.yml", fixed)
}

/// A port that this process has, and the next one, which nobody has. Both lie below those that the kernel and engines
/// deal out: one of theirs is soon another test's.
fn taken() -> (std::net::TcpListener, u16) {
    let dealt_out = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let end: u16 = dealt_out.split_whitespace().next().unwrap().parse().unwrap();
    let first = 10_000;
    let pairs = u32::from((end - first) / 2);
    let listen = |port| std::net::TcpListener::bind(("0.0.0.0", port));
    for attempt in 0..100 {
        let pair = std::process::id().wrapping_add(attempt) % pairs;
        let port = first + 2 * u16::try_from(pair).unwrap();
        if let (Ok(taken), Ok(_)) = (listen(port), listen(port + 1)) {
            return (taken, port);
        }
    }
    panic!("no two ports are free");
}

#[test]
fn a_port_that_a_process_has_keeps_everything_down() {
    let (_taken, port) = taken();
    let who = format!("is taken by the process {}: ", std::process::id());
    let found = check_unfit(
        |sandbox| with_port(sandbox, &format!("{port}:8000")),
        (1, NOT_FIT[0]),
        "ports",
        &format!("port {port}, which api wants, {who}"),
    );
    if let Some(found) = found {
        let remedy = found["remedy"].as_str().unwrap();
        let end = format!(
            "end it (kill {}), or publish the port of the container alone: ",
            std::process::id()
        );
        assert!(remedy.starts_with(&end), "{remedy}");
    }
    // Of a range each: one that is free is enough, and it is told that there are others.
    let (both, next) = (format!("{port}-{}", port + 1), port + 1);
    let Some((_engine, sandbox)) = example("docker compose") else {
        return;
    };
    let sandbox = with_port(sandbox, &format!("{both}:8000"));
    sandbox.sdd(["start", ID]).expect_code(0);
    let report = sandbox.sdd(["gate", "environment", "--format", "json"]).json();
    let environment = gate(&report, "environment");
    assert_eq!(environment["verdict"], "passed", "{environment:#}");
    let warning = format!("ports {both}, of which api wants one: {port} {who}");
    let warnings = environment["warnings"].to_string();
    assert!(warnings.contains(&warning), "{warnings}");
    let next = std::net::TcpListener::bind(("0.0.0.0", next)).unwrap();
    check_unfit(
        |sandbox| with_port(sandbox, &format!("{both}:8000")),
        (1, NOT_FIT[0]),
        "ports",
        &format!("ports {both}, of which api wants one: none is free; {port} {who}"),
    );
    drop(next);
}

#[test]
fn a_range_of_ports_is_published_by_both_versions() {
    let (first, port) = taken();
    drop(first);
    for flavour in ["docker compose", "docker-compose"] {
        let Some((engine, sandbox)) = example(flavour) else {
            return;
        };
        let sandbox = with_port(sandbox, &format!("{port}-{}:8000", port + 1));
        sandbox.sdd(["start", ID]).expect_code(0);
        let answer = sandbox.sdd(["gate", "environment", "integration", "--format", "json"]);
        answer.expect_code(0);
        let report = answer.json();
        let checks = gate(&report, "environment")["checks"].to_string();
        assert!(checks.contains(&format!("free: {port}-{}", port + 1)), "{checks}");
        assert_eq!(gate(&report, "integration")["metrics"]["tests_passed"], 2);
        assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    }
}

#[test]
fn a_port_that_sdd_may_not_try_is_not_called_free() {
    let Some((_engine, sandbox)) = example("docker compose") else {
        return;
    };
    // Of root all are, but for one without this capability.
    let sandbox = with_port(sandbox.programs(&["setpriv"]), "1:8000");
    sandbox.sdd(["start", ID]).expect_code(0);
    let mut command = sandbox.command(&sandbox.beside("bin").join("setpriv"));
    command.args(["--bounding-set=-net_bind_service", env!("CARGO_BIN_EXE_sdd")]);
    command.args(["gate", "environment", "--format", "json"]);
    let report = sandbox.start_command(command).wait().json();
    let environment = gate(&report, "environment");
    assert_eq!(environment["verdict"], "passed", "{environment:#}");
    let checks = environment["checks"].as_array().unwrap();
    let ports: Vec<_> = checks.iter().filter(|one| one["check"] == "ports").collect();
    assert_eq!(ports.len(), 1, "{ports:#?}");
    assert_eq!(ports[0]["status"], "warning");
    assert_eq!(
        ports[0]["said"],
        "port 1, which api wants, could not be looked at: sdd may not take it, and the engine may (Permission denied (os \
         error 13))"
    );
}

#[test]
fn tests_that_nobody_could_run_keep_everything_down() {
    let answer = check(
        |sandbox| {
            std::fs::remove_dir_all(sandbox.path("tests/integration")).unwrap();
            sandbox
        },
        3,
        &NO_VERDICT,
        "there is no tests/integration, where integration tests are to be",
    );
    assert!(answer.code() != Some(3) || !was_up(&answer));
    let found = check_unfit(
        |sandbox| with(sandbox, "\"workers\": 3,"),
        (3, "environment error"),
        "test-runner",
        "pytest-xdist is not installed, without which pytest takes no workers",
    );
    if let Some(found) = found {
        let remedy = found["remedy"].as_str().unwrap();
        assert!(
            remedy.ends_with(" pip install pytest-xdist, or leave `workers` out"),
            "{remedy}"
        );
    }
}

#[test]
fn services_that_tests_cannot_tell_apart_keep_everything_down() {
    let both = |sandbox: Sandbox| {
        let compose = sandbox.read("docker-compose.integration.yml");
        let other = "  API:\n    image: sdd-test/busybox:1\n    ports: [\"8000\"]\n";
        sandbox.file("docker-compose.integration.yml", format!("{compose}{other}"))
    };
    let said = "API and api would have the same variable, SDD_SERVICE_API_8000: ";
    check_unfit(both, (1, NOT_FIT[0]), "services", said);
    let answer = check(
        |sandbox| with(both(sandbox), "\"environment_validation\": false,"),
        1,
        &[
            "environment skipped",
            "integration failed",
            "contract passed",
            "benchmark not_run",
        ],
        said,
    );
    assert!(answer.code() != Some(1) || !was_up(&answer));
}

#[test]
fn what_a_health_check_says_that_never_passes_is_told() {
    check(
        |sandbox| {
            let compose = sandbox.read("docker-compose.integration.yml");
            let check = "wget -q -O - http://127.0.0.1:8000/health\"], interval: 1s, retries: 20";
            let sick = "echo starting; echo no room for orders; exit 3\"], interval: 1s, retries: 100";
            let changed = compose.replace(check, sick);
            assert_ne!(changed, compose);
            with(sandbox, "\"health_check_timeout\": 4,").file("docker-compose.integration.yml", changed)
        },
        1,
        &NOT_TESTED,
        "api: not ready within 4 s: running, and its health check has not passed yet: exit code 3: starting · no room for \
         orders",
    );
}

#[test]
fn services_that_the_settings_name_and_nobody_has_are_told() {
    let Some((_engine, sandbox)) = example("docker compose") else {
        return;
    };
    let settings = r#""probes": {"gatewy": {"tcp": 8080}}, "oneshot": ["migrate"],"#;
    let answer = with(sandbox, settings).sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(0);
    let report = answer.json();
    let warnings = gate(&report, "integration")["warnings"].to_string();
    let told = "quality_gates.integration_tests.oneshot names migrate; quality_gates.integration_tests.probes names \
                gatewy: this compose file has no such service; there are: api, db, gateway";
    assert!(warnings.contains(told), "{warnings}");
}

#[test]
fn a_service_can_be_asked_by_a_program_in_it() {
    let asked = |program: &str| {
        let settings =
            format!(r#""probes": {{"gateway": {{"command": {program}}}}}, "health_check_timeout": 4,"#);
        move |sandbox| with(sandbox, &settings)
    };
    let answer = check(
        asked(r#"["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/upstream"]"#),
        0,
        &[
            "environment passed",
            "integration passed",
            "contract passed",
            "benchmark passed",
        ],
        "2 passed",
    );
    if answer.stdout.starts_with('{') {
        let report = answer.json();
        let services = &gate(&report, "integration")["checks"];
        let said = services[2]["said"].as_str().unwrap();
        assert!(said.starts_with("answers after "), "{services:#}");
    }
    check(
        asked(r#"["sh", "-c", "echo not yet; exit 3"]"#),
        1,
        &NOT_TESTED,
        "gateway: not ready within 4 s: running, and does not answer: `sh -c 'echo not yet; exit 3'` ended with exit code \
         3: not yet",
    );
    check(
        asked(r#"["pg_isready"]"#),
        1,
        &NOT_TESTED,
        "does not answer: `pg_isready` ended with exit code 12",
    );
}

#[test]
fn tests_that_are_not_selected_are_told() {
    let answer = check(
        |sandbox| {
            let text = sandbox.read("pyproject.toml");
            let settings = "[tool.pytest.ini_options]\naddopts = \"-k 'not unselected'\"\n";
            let more = "def test_unselected():\n    assert False\n";
            sandbox
                .file("pyproject.toml", format!("{text}\n{settings}"))
                .file("tests/integration/test_more.py", more)
        },
        0,
        &[
            "environment passed",
            "integration passed",
            "contract passed",
            "benchmark passed",
        ],
        "integration tests: 2 passed, 1 deselected",
    );
    if answer.stdout.starts_with('{') {
        let report = answer.json();
        let metrics = &gate(&report, "integration")["metrics"];
        assert_eq!(metrics["tests_deselected"], 1, "{metrics}");
    }
}

#[test]
fn on_a_full_disk_nothing_is_brought_up_that_no_journal_tells_of() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    // Engines for tests are root's, and root may mount in a namespace of its own.
    let sandbox = sandbox.programs(&["unshare", "mount", "dd", "sh"]);
    let place = sandbox.path(layout::ENVIRONMENTS);
    std::fs::create_dir_all(&place).unwrap();
    let place = place.display();
    let script = format!(
        "mount -t tmpfs -o size=4k tmpfs '{place}' && dd if=/dev/zero of='{place}/full' bs=4096 count=1 2>/dev/null && \
         exec '{}' integration run {ID} --format json",
        env!("CARGO_BIN_EXE_sdd")
    );
    let mut command = sandbox.command(&sandbox.beside("bin").join("unshare"));
    command.args(["--mount", "sh", "-c", &script]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(3);
    let report = answer.json();
    let integration = gate(&report, "integration");
    let reason = integration["reason"].as_str().unwrap();
    for part in [
        "the journal of the environment cannot be written: ",
        layout::ENVIRONMENTS,
        "No space left on device",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    let remediation = integration["remediation"].to_string();
    assert!(
        remediation.contains("free some space on that disk"),
        "{remediation}"
    );
    assert_eq!(integration["verdict"], "error");
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}

#[test]
fn what_cannot_be_taken_down_is_named_with_what_removes_it() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let docker = engine.bin().join("docker");
    let real = docker.display();
    // An engine that removes nothing any more.
    let script = format!(
        "case \" $* \" in\n*\" down \"* | *\" rm \"*) echo 'the disk is read-only' >&2; exit 1 ;;\nesac\nexec {real} \"$@\""
    );
    let stuck = sandbox.fake("docker", &script);
    let answer = stuck.sdd(["integration", "run", ID, "--format", "json"]);
    let report = answer.json();
    answer.expect_code(3);
    let integration = gate(&report, "integration");
    assert_eq!(integration["verdict"], "error");
    let reason = integration["reason"].as_str().unwrap();
    assert!(
        reason.contains("not everything could be taken down: "),
        "{reason}"
    );
    assert!(reason.contains("container"), "{reason}");
    let undone = "; down ended with exit code 1: the disk is read-only; rm ended with exit code 1: the disk is read-only; \
                  network rm ended with exit code 1: the disk is read-only";
    assert!(reason.contains(undone), "{reason}");
    let remediation = integration["remediation"].to_string();
    assert!(remediation.contains("sdd integration gc"), "{remediation}");
    assert!(!left(&engine, &stuck).is_empty());
    // Tests that fail besides do not hide it.
    let no = "def test_no():\n    assert False\n";
    let stuck = stuck.file("tests/integration/test_no.py", no);
    let answer = stuck.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(3);
    let report = answer.json();
    let integration = gate(&report, "integration");
    assert_eq!(integration["verdict"], "error", "{integration:#}");
    let reason = integration["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("not everything could be taken down: "),
        "{reason}"
    );
    assert!(
        reason.contains("integration tests: 2 passed, 1 failed"),
        "{reason}"
    );
    // With an engine that removes again, that command does it.
    let mended = stuck.fake("docker", &format!("exec {real} \"$@\""));
    mended.sdd(["integration", "gc"]).expect_code(0);
    assert_eq!(left(&engine, &mended), Vec::<String>::new());
}
