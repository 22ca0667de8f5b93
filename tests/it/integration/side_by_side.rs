//! Parts of a run that do not decide, and runs of one compose file at once, on a real engine.

use serde_json::{Value, json};

use super::{ID, example, gate, left, verdicts};

#[test]
fn a_contract_that_does_not_decide_is_told_and_keeps_nothing_from_being_done() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let place = ".session/config.json";
    let mut settings: Value = serde_json::from_str(&sandbox.read(place)).unwrap();
    settings["quality_gates"]["integration_tests"]["contracts_required"] = json!(false);
    let contract = sandbox.read("contracts/orders.yaml");
    let other = contract.replace("version: 1.1.0", "version: 3.0.0");
    assert_ne!(contract, other);
    let sandbox = sandbox
        .file("contracts/orders.yaml", other)
        .file(place, settings.to_string());
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(0);
    let report = answer.json();
    assert_eq!(report["verdict"], "passed");
    assert_eq!(
        verdicts(&report)[..4],
        [
            "environment passed",
            "integration passed",
            "contract failed",
            "benchmark passed"
        ]
    );
    assert_eq!(gate(&report, "contract")["required"], false);
    assert_eq!(gate(&report, "integration")["metrics"]["services"], 3);
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}

/// Both runs are up at once; one ends and is taken down, and the services of the other one are still there.
const TOGETHER: &str = r#"
import os
import time
from pathlib import Path
from urllib.request import urlopen

API = os.environ["SDD_SERVICE_API_8000"]
MEETING = Path("meeting")


def answers(address):
    try:
        with urlopen(f"http://{address}/health", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait(what):
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_runs_do_not_meet():
    MEETING.mkdir(exist_ok=True)
    (MEETING / API.replace(":", "_")).touch()
    wait(lambda: len(list(MEETING.iterdir())) == 2)
    both = sorted(path.name.replace("_", ":") for path in MEETING.iterdir())
    assert answers(API)
    if API == both[1]:
        wait(lambda: not answers(both[0]))
        assert answers(API)
"#;

#[track_caller]
fn check_at_once(flavour: &str) {
    let Some((engine, sandbox)) = example(flavour) else {
        return;
    };
    let sandbox = sandbox.file("tests/integration/test_together.py", TOGETHER);
    let start = || sandbox.start(["integration", "run", ID, "--format", "json"]);
    let (first, second) = (start(), start());
    let reports = [first.wait(), second.wait()].map(|answer| {
        answer.expect_code(0);
        answer.json()
    });
    for report in &reports {
        let tests = gate(report, "integration");
        assert_eq!(tests["metrics"]["tests_passed"], 3, "{tests:#}");
        assert_eq!(tests["metrics"]["service_logs"], 3, "{tests:#}");
        assert_eq!(gate(report, "benchmark")["verdict"], "passed", "{report:#}");
    }
    let [first, second] = &reports;
    assert_ne!(first["run_id"], second["run_id"]);
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
    sandbox.assert_no_process_left();
}

#[test]
fn two_runs_at_once_do_not_touch_each_other_by_the_plugin() {
    check_at_once("docker compose");
}

#[test]
fn two_runs_at_once_do_not_touch_each_other_by_version_1() {
    check_at_once("docker-compose");
}
