//! A deployment is killed after every record of its journal: what is known is said, and it ends right.
//!
//! The deployment runs in a process of this test's own, which ends itself by SIGKILL at the moment that it is told of a
//! record: sdd has no switch for that, which somebody else could use.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::process::Signal;
use sdd::deploy::checks::PreCheck;
use sdd::deploy::files;
use sdd::deploy::journal::{Event, Purpose, Record};
use sdd::deploy::lock;
use sdd::engine::deployment::{self, Begin, Decision, Ledger, Site};
use sdd::model::config::load;
use sdd::process::clock::Clock;
use sdd::process::environment::Environment;
use sdd::process::redact::Redactor;
use sdd::process::{Cancel, System};
use sdd::store::Store;
use serde_json::Value;

use super::{deploy, status, steps, ten};
use crate::support::Sandbox;

/// Records of the ten steps up to success: plan, lock, checks, two a step, three of the smoke tests, two of the observation,
/// and the end.
const RECORDS: u32 = 3 + 2 * 10 + 3 + 2 + 1;
/// Further records of a way back: its begin, two a step, and its end.
const BACK: u32 = 1 + 2 * 10 + 1;

/// The deployment itself, in a process of its own. It is no test.
#[test]
#[ignore = "it is started by the others"]
fn child() {
    let environment = Environment::of_process();
    let Some(root) = environment.get("SDD_TEST_PROJECT") else {
        return;
    };
    let kill_at: u32 = environment.get("SDD_TEST_KILL_AT").unwrap().parse().unwrap();
    let plan = environment.get("SDD_TEST_PLAN").unwrap();
    let store = Store::open(Path::new(root)).unwrap();
    let (id, plan) = files::read_plan(&store, "staging", plan).unwrap();
    let text = std::fs::read_to_string(store.path(".session/config.json")).unwrap();
    let config = load::parse("config.json", &text).unwrap().config;
    let run = store.new_run(Clock::System.now()).unwrap();
    let cancel = Cancel::new();
    let redactor = Arc::new(Redactor::default());
    let runner = System::new(
        environment.for_tools(&[], run.id()),
        run.id(),
        cancel.clone(),
        Arc::clone(&redactor),
    );
    let find = |program: &str| -> Option<PathBuf> {
        which::which_in(program, environment.get("PATH").map(OsStr::new), root).ok()
    };
    let told = |record: &Record| {
        if record.n == kill_at {
            rustix::process::kill_process(rustix::process::getpid(), Signal::KILL).unwrap();
        }
    };
    let target = config.deployments().target("staging").unwrap();
    let site = Site {
        store: &store,
        plan: &plan,
        settings: config.deployments(),
        target: &target,
        deployment: run.id(),
        run: run.id(),
        runner: &runner,
        cancel: &cancel,
        steady: &runner,
        insist: &cancel,
        redactor: &redactor,
        find: &find,
        value: &|_| None,
        scratch: run.path(),
        clock: Clock::System,
        checks: &|| vec![PreCheck::passed("test", "")],
        acknowledged: &[],
        by: "test",
    };
    // It dies with its lock.
    let held = lock::take(&store, "staging", "run", Clock::System, None).unwrap();
    let mut ledger =
        Ledger::begin(&store, "staging", run.id(), &id, Clock::System, &redactor, &told).unwrap();
    ledger
        .add(Event::Planned {
            plan: id,
            environment: "staging".to_owned(),
            work_item: plan.work_item.clone(),
            commit: plan.commit.clone(),
            rollback_sha256: plan.rollback_sha256.clone(),
            purpose: Purpose::Deployment,
            sdd_version: "test".to_owned(),
            sequence: 1,
            approval: None,
        })
        .unwrap();
    ledger
        .add(Event::Locked {
            owner: held.holder.owner.clone(),
            host: held.holder.host.clone(),
            command: "run".to_owned(),
            took_over: None,
            run: run.id().to_owned(),
        })
        .unwrap();
    deployment::forward(&site, &mut ledger, Begin::Fresh).unwrap();
    deployment::begin_rollback(&site, &mut ledger, "test", Decision::Asked).unwrap();
    deployment::backward(&site, &mut ledger).unwrap();
    panic!("nobody ended it");
}

/// Plans, and runs the deployment until it is killed after a record.
fn killed_at(sandbox: &Sandbox, record: u32) {
    let plan = deploy(sandbox, ["plan", "staging"]).json();
    let mut command = sandbox.command(&std::env::current_exe().unwrap());
    command
        .args(["deployment::kills::child", "--exact", "--ignored"])
        .env("SDD_TEST_PROJECT", sandbox.project())
        .env("SDD_TEST_KILL_AT", record.to_string())
        .env("SDD_TEST_PLAN", plan["id"].as_str().unwrap());
    let answer = sandbox.start_command(command).wait();
    assert_eq!(answer.signal(), Some(9), "{record}: {}", answer.stdout);
}

/// What `status` must say after a record of the way forward.
fn expected(record: u32) -> String {
    match record {
        1 => "not_started".to_owned(),
        2 => "checking".to_owned(),

        // A step begins with an even record and ends with an odd one.
        4..=23 if record.is_multiple_of(2) => "unknown".to_owned(),
        3 | 5..=23 => "stopped".to_owned(),
        24..=28 => "unverified".to_owned(),
        RECORDS => "succeeded".to_owned(),
        _ if record == RECORDS + BACK => "rolled_back".to_owned(),
        _ => "rolling_back".to_owned(),
    }
}

/// The step that nobody knows of, when there is one.
fn unknown(summary: &Value) -> Option<String> {
    let all = steps(summary);
    let found = all.iter().find_map(|line| line.strip_suffix(" unknown"));
    found.map(str::to_owned)
}

/// Runs a command that ends a deployment, and says of a step that nobody knows of that it was not done, where it must be
/// said: the process died before it began.
#[track_caller]
fn ended<const N: usize>(sandbox: &Sandbox, command: [&str; N], unknown: Option<&str>) -> Value {
    let first = deploy(sandbox, command);
    let Some(step) = unknown.filter(|_| first.code() == Some(3)) else {
        first.expect_code(0);
        return first.json();
    };
    assert!(first.stderr.contains("--assume not-done"), "{}", first.stderr);
    let mut command_line = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
    command_line
        .arg("deploy")
        .args(command)
        .args(["--assume", "not-done", step, "--format", "json"]);
    let second = sandbox.start_command(command_line).wait();
    second.expect_code(0);
    second.json()
}

/// What was killed goes on in one copy of the project, and is taken back in another.
#[track_caller]
fn check(record: u32) {
    let sandbox = ten::project();
    killed_at(&sandbox, record);
    let summary = status(&sandbox);
    assert_eq!(
        summary["state"],
        expected(record),
        "after record {record}: {summary:#}"
    );
    let lost = unknown(&summary).filter(|_| record < RECORDS);
    let copy = Sandbox::new().tree(sandbox.project().to_str().unwrap());
    goes_on(&sandbox, record, lost.as_deref());
    is_taken_back(&copy, record, lost.as_deref());
    for sandbox in [&sandbox, &copy] {
        deploy(sandbox, ["log", "staging"]).expect_code(0);
    }
}

#[track_caller]
fn goes_on(sandbox: &Sandbox, record: u32, lost: Option<&str>) {
    let before = ten::left(sandbox);
    if record == 1 || (RECORDS + 1..RECORDS + BACK).contains(&record) {
        deploy(sandbox, ["resume", "staging"]).expect_code(2);
        assert_eq!(ten::left(sandbox), before, "after record {record}");
    } else {
        let summary = ended(sandbox, ["resume", "staging"], lost);
        let (state, left) = if record == RECORDS + BACK {
            ("rolled_back", vec![])
        } else {
            ("succeeded", ten::all())
        };
        assert_eq!(summary["state"], state, "after record {record}: {summary:#}");
        assert_eq!(ten::left(sandbox), left, "after record {record}");
    }
    if record == 1 {
        // Nothing was begun: a new one may.
        deploy(sandbox, ["run", "staging"]).expect_code(0);
        assert_eq!(ten::left(sandbox), ten::all());
    }
}

#[track_caller]
fn is_taken_back(sandbox: &Sandbox, record: u32, lost: Option<&str>) {
    let summary = ended(sandbox, ["rollback", "staging", "--reason", "killed"], lost);
    let state = match record {
        // Before the first step there is nothing to take back.
        1..=2 => expected(record),
        _ => "rolled_back".to_owned(),
    };
    assert_eq!(summary["state"], state, "after record {record}: {summary:#}");
    assert_eq!(ten::left(sandbox), [""; 0], "after record {record}");
}

#[test]
fn after_every_record_of_the_first_steps() {
    (1..=12).for_each(check);
}

#[test]
fn after_every_record_of_the_last_steps() {
    (13..=23).for_each(check);
}

#[test]
fn after_every_record_of_what_follows_the_steps() {
    (24..=RECORDS).for_each(check);
}

#[test]
fn after_every_record_of_the_way_back() {
    (RECORDS + 1..=RECORDS + BACK).for_each(check);
}

#[test]
fn a_lock_of_a_dead_process_is_taken_over_and_that_is_recorded() {
    let sandbox = ten::project();
    killed_at(&sandbox, 3);
    assert!(sandbox.path(".session/deployments/staging/lock.json").exists());
    let summary = deploy(&sandbox, ["resume", "staging"]).json();
    assert!(
        summary["warnings"].to_string().contains("a lock was taken over"),
        "{summary:#}"
    );
    assert!(!sandbox.path(".session/deployments/staging/lock.json").exists());
}

#[test]
fn a_torn_last_line_was_never_said_and_a_broken_one_is_told() {
    let sandbox = ten::project();
    killed_at(&sandbox, 5);
    let directory = sandbox.path(".session/deployments/staging");
    let journal = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension() == Some(OsStr::new("jsonl")))
        .unwrap();
    let name = journal
        .strip_prefix(sandbox.project())
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let whole = sandbox.read(&name);
    sandbox.rewrite(&name, format!("{whole}{{\"n\":6,\"half"));
    let summary = status(&sandbox);
    assert_eq!(summary["state"], "stopped");
    let told = "the last line of the journal is not whole (12 bytes)";
    assert!(summary["warnings"].to_string().contains(told), "{summary:#}");
    let log = sandbox.sdd(["deploy", "log", "staging"]);
    log.expect_code(0);
    assert!(log.stdout.contains(told), "{}", log.stdout);
    sandbox.rewrite(&name, whole.replacen("\"s01\"", "\"s02\"", 1));
    let answer = deploy(&sandbox, ["status", "staging"]);
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("cannot be believed: line 5"),
        "{}",
        answer.stderr
    );
    let answer = deploy(&sandbox, ["rollback", "staging", "--reason", "x"]);
    answer.expect_code(3);
    sandbox.rewrite(&name, format!("{whole}{{\"n\":6,\"half"));
    deploy(&sandbox, ["resume", "staging"]).expect_code(0);
    assert_eq!(ten::left(&sandbox), ten::all());
    assert!(sandbox.path(&format!("{name}.torn")).exists());
}

/// The real sdd, killed while a step runs: its guard ends the step, and nobody knows how far it came.
#[test]
fn sdd_itself_killed_in_a_step() {
    let sandbox = ten::project();
    let spec = ".session/specs/deployment_ten.md";
    super::change(&sandbox, spec, "touch state/s03\n", "touch state/s03; sleep 60\n");
    sandbox.commit("slow");
    let mut running = sandbox.start(["deploy", "run", "staging"]);
    running.wait_for(&sandbox.path("state/s03"));
    running.signal(Signal::KILL);
    running.wait();
    let answer = deploy(&sandbox, ["status", "staging"]);
    answer.expect_code(3);
    assert_eq!(answer.json()["state"], "unknown");
    deploy(&sandbox, ["run", "staging"]).expect_code(3);
    deploy(&sandbox, ["rollback", "staging", "--reason", "x"]).expect_code(3);
    let answer = deploy(
        &sandbox,
        ["rollback", "staging", "--reason", "x", "--assume", "done", "s03"],
    );
    answer.expect_code(0);
    assert_eq!(answer.json()["state"], "rolled_back");
    assert_eq!(ten::left(&sandbox), [""; 0]);
    sandbox.assert_no_process_left();
}

/// A step that leaves no room on the disk: it ran to its end, and nobody could write that down.
#[test]
fn on_a_full_disk_nobody_knows_how_a_step_ended() {
    if !rustix::process::geteuid().is_root() {
        #[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
        {
            eprintln!("skipped: only root may mount a small disk");
        }
        return;
    }
    let sandbox = ten::project().programs(&["unshare", "mount", "dd", "sh"]);
    super::change(
        &sandbox,
        ".session/specs/deployment_ten.md",
        "touch state/s03\n",
        "touch state/s03; dd if=/dev/zero of=.session/deployments/full bs=512 2>/dev/null || true\n",
    );
    sandbox.commit("fills the disk");
    let place = sandbox.path(".session/deployments");
    std::fs::create_dir_all(&place).unwrap();
    let said = sandbox.beside("home");
    let script = format!(
        "mount -t tmpfs -o size=512k tmpfs '{place}'
         told() {{ name=$1; shift; '{sdd}' deploy \"$@\" --format json >'{said}'/$name.out 2>'{said}'/$name.err
                  echo \"$name $?\"; }}
         told run run staging; rm '{place}/full'; told status status staging
         told back rollback staging --reason x --assume done s03; told log log staging",
        place = place.display(),
        sdd = env!("CARGO_BIN_EXE_sdd"),
        said = said.display(),
    );
    let mut command = sandbox.command(&sandbox.beside("bin").join("unshare"));
    command.args(["--mount", "sh", "-c", &script]);
    let answer = sandbox.start_command(command).wait();
    let read = |name: &str| std::fs::read_to_string(said.join(name)).unwrap();
    assert_eq!(
        answer.stdout,
        "run 3\nstatus 3\nback 0\nlog 0\n",
        "{}",
        read("run.err")
    );
    assert!(
        read("run.err").contains("the journal cannot be written"),
        "{}",
        read("run.err")
    );
    let status: Value = serde_json::from_str(&read("status.out")).unwrap();
    assert_eq!(status["state"], "unknown", "{status:#}");
    assert_eq!(unknown(&status).as_deref(), Some("s03"));
    assert_eq!(ten::left(&sandbox), [""; 0]);
}

/// A step that does not go at once when it is told to: the way back begins when it is gone.
#[test]
fn nothing_runs_beside_a_step_of_an_sdd_that_was_killed() {
    let sandbox = ten::project();
    let spec = ".session/specs/deployment_ten.md";
    super::change(
        &sandbox,
        spec,
        "touch state/s03\n",
        "trap '' TERM; echo 0 > beat; touch state/s03; while :; do echo $RANDOM$RANDOM > beat; sleep 0.05; done\n",
    );
    super::change(
        &sandbox,
        spec,
        "rm -f state/s03\n",
        "rm -f state/s03; read -r a < beat; sleep 0.5; read -r b < beat; test \"$a\" = \"$b\" || touch state/beside\n",
    );
    sandbox.commit("does not go");
    let mut running = sandbox.start(["deploy", "run", "staging"]);
    running.wait_for(&sandbox.path("state/s03"));
    running.signal(Signal::KILL);
    running.wait();
    let answer = deploy(
        &sandbox,
        ["rollback", "staging", "--reason", "x", "--assume", "done", "s03"],
    );
    answer.expect_code(0);
    assert!(
        answer
            .stderr
            .contains("waiting until what an sdd that was killed"),
        "{}",
        answer.stderr
    );
    assert_eq!(ten::left(&sandbox), [""; 0]);
    sandbox.assert_nothing_left();
}

#[test]
fn a_signal_ends_the_step_and_rolls_nothing_back() {
    let sandbox = ten::project();
    let spec = ".session/specs/deployment_ten.md";
    super::change(&sandbox, spec, "touch state/s03\n", "touch state/s03; sleep 60\n");
    sandbox.commit("slow");
    let mut running = sandbox.start(["deploy", "run", "staging", "--format", "json"]);
    running.wait_for(&sandbox.path("state/s03"));
    running.signal(Signal::INT);
    let answer = running.wait();
    answer.expect_code(130);
    let summary = answer.json();
    assert_eq!(summary["state"], "failed", "{summary:#}");
    assert_eq!(summary["rollback"], Value::Null);
    assert_eq!(ten::left(&sandbox), ["s01", "s02", "s03"]);
    deploy(
        &sandbox,
        ["rollback", "staging", "--reason", "x", "--assume", "done", "s03"],
    )
    .expect_code(0);
    assert_eq!(ten::left(&sandbox), [""; 0]);
}
