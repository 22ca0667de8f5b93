//! What goes wrong while services are up: said as it is, and nothing is left that sdd could remove.

use sdd::store::layout;

use super::{ID, NOT_TESTED, check, example, gate, left};
use crate::support::{IMAGE, Sandbox};

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
    let remediation = integration["remediation"].to_string();
    assert!(remediation.contains("sdd integration gc"), "{remediation}");
    assert!(!left(&engine, &stuck).is_empty());
    // With an engine that removes again, that command does it.
    let mended = stuck.fake("docker", &format!("exec {real} \"$@\""));
    mended.sdd(["integration", "gc"]).expect_code(0);
    assert_eq!(left(&engine, &mended), Vec::<String>::new());
}
