//! What must not run, does not; what runs and misbehaves, is ended and told of.

use serde_json::{Value, json};

use super::{change, deploy, status, steps, ten};
use crate::support::Sandbox;

const SPEC: &str = ".session/specs/deployment_ten.md";

/// The ten steps with something else in the first one.
pub(super) fn with_first(from: &str, to: &str) -> Sandbox {
    let sandbox = ten::project();
    change(&sandbox, SPEC, from, to);
    sandbox.commit("changed");
    sandbox
}

/// Runs it with retries and more turned off, and gives the summary.
#[track_caller]
pub(super) fn run(sandbox: &Sandbox, code: i32) -> Value {
    let answer = deploy(sandbox, ["run", "staging"]);
    answer.expect_code(code);
    answer.json()
}

#[test]
fn a_spec_that_cannot_be_run_is_told_line_by_line() {
    let sandbox = with_first("sdd id=s02", "sdd id=s01 retry=3");
    let answer = sandbox.sdd(["deploy", "run", "staging"]);
    answer.expect_code(2);
    assert!(
        answer.stderr.contains(
            "error: .session/specs/deployment_ten.md:17: the attribute `retry` is unknown, or written otherwise"
        ),
        "{}",
        answer.stderr
    );
    assert_eq!(ten::left(&sandbox), [""; 0]);
}

#[test]
fn a_directory_that_is_not_there_is_noticed_before_the_first_step() {
    let sandbox = with_first("sdd id=s09", "sdd cwd=nowhere id=s09");
    let plan = deploy(&sandbox, ["plan", "staging"]);
    let ran = deploy(&sandbox, ["run", "staging"]);
    let rehearsal = deploy(&sandbox, ["rehearse", "staging"]);
    for answer in [plan, ran, rehearsal] {
        answer.expect_code(2);
        let said = "deployment_ten.md:45: the step s09: cwd=nowhere: there is no such directory";
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
    }
    assert_eq!(ten::left(&sandbox), [""; 0]);
    std::fs::create_dir(sandbox.path("nowhere")).unwrap();
    change(&sandbox, SPEC, "touch state/s09", "touch ../state/s09");
    run(&sandbox, 0);
}

#[test]
fn unknown_names_are_told() {
    let sandbox = ten::project();
    let answer = sandbox.sdd(["deploy", "run", "stagin"]);
    answer.expect_code(4);
    assert!(
        answer.stderr.contains("did you mean staging?"),
        "{}",
        answer.stderr
    );
    deploy(&sandbox, ["run", "staging", "--plan", "abcdef12"]).expect_code(4);
    deploy(&sandbox, ["run", "staging", "--item", "nothing"]).expect_code(4);
    deploy(&sandbox, ["run", "staging", "--ack", "nothing"]).expect_code(2);
    deploy(&sandbox, ["rollback", "staging", "--reason", "x"]).expect_code(4);
    deploy(&sandbox, ["plan", "production"]).expect_code(4);
    let answer = deploy(&sandbox, ["plan", "production", "--item", "deployment_ten"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("is for \"staging\""), "{}", answer.stderr);
    deploy(&sandbox, ["status", "staging"]).expect_code(0);
    deploy(&sandbox, ["log", "staging"]).expect_code(4);
}

#[test]
fn a_plan_that_is_not_true_any_more_is_refused_with_what_changed() {
    let sandbox = ten::project();
    let plan = deploy(&sandbox, ["plan", "staging"]).json();
    let id = plan["id"].as_str().unwrap();
    // Planned again it is the same plan.
    assert_eq!(deploy(&sandbox, ["plan", "staging"]).json()["id"], id);
    let refused = |why: &str| {
        let answer = deploy(&sandbox, ["run", "staging", "--plan", id]);
        answer.expect_code(2);
        assert!(answer.stderr.contains(why), "{}", answer.stderr);
    };
    change(&sandbox, SPEC, "touch state/s04", "touch state/s04 ");
    refused("the step s04");
    sandbox.commit("changed");
    refused("the commit");
    change(&sandbox, SPEC, "touch state/s04 ", "touch state/s04");
    sandbox.rewrite("new.txt", "x");
    sandbox.commit("more");
    refused("the commit");
    assert_eq!(ten::left(&sandbox), [""; 0]);
}

#[test]
fn a_second_deployment_at_once_is_refused() {
    let sandbox = with_first(
        "touch state/s01\n",
        "touch state/s01; until test -e state/go; do sleep 0.05; done; rm state/go\n",
    );
    let mut first = sandbox.start(["deploy", "run", "staging"]);
    first.wait_for(&sandbox.path("state/s01"));
    let answer = deploy(&sandbox, ["status", "staging"]);
    answer.expect_code(0);
    let summary = answer.json();
    assert_eq!(
        (&summary["state"], &summary["says"]),
        (&json!("running"), &json!("going on, at s01"))
    );
    for command in [
        &["run", "staging"][..],
        &["resume", "staging"],
        &["rollback", "staging", "--reason", "x"],
        &["unlock", "staging", "--reason", "x"],
    ] {
        let mut second = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        second.arg("deploy").args(command);
        let answer = sandbox.start_command(second).wait();
        answer.expect_code(3);
        assert!(
            answer.stderr.contains("is going on: pid"),
            "{command:?}: {}",
            answer.stderr
        );
    }
    sandbox.rewrite("state/go", "");
    first.wait().expect_code(0);
    let answer = deploy(&sandbox, ["unlock", "staging", "--reason", "x"]);
    assert_eq!(answer.json()["released"], Value::Null);
}

#[test]
fn a_second_deployment_from_another_work_tree_is_refused() {
    let sandbox = with_first(
        "touch state/s01\n",
        "touch state/s01; until test -e state/go; do sleep 0.05; done; rm state/go\n",
    );
    let tree = sandbox.beside("tree");
    sandbox.git_run([
        "worktree",
        "add",
        "--quiet",
        "--detach",
        tree.to_str().unwrap(),
        "HEAD",
    ]);
    std::fs::create_dir(tree.join("state")).unwrap();
    let there = |command: &[&str]| {
        let mut typed = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        typed.arg("deploy").args(command).current_dir(&tree);
        sandbox.start_command(typed).wait()
    };
    let mut first = sandbox.start(["deploy", "run", "staging"]);
    first.wait_for(&sandbox.path("state/s01"));
    for command in [
        &["run", "staging"][..],
        &["rehearse", "staging", "--item", "deployment_ten"],
        &["unlock", "staging", "--reason", "x"],
    ] {
        let answer = there(command);
        answer.expect_code(3);
        assert!(
            answer.stderr.contains("in another work tree of this repository"),
            "{command:?}: {}",
            answer.stderr
        );
    }
    let answer = there(&["status", "staging"]);
    answer.expect_code(0);
    assert!(
        answer
            .stdout
            .contains("is going on in another work tree of this repository: pid "),
        "{}",
        answer.stdout
    );
    sandbox.rewrite("state/go", "");
    first.wait().expect_code(0);
    // What one of the steps waits for is there at once.
    drop(std::fs::File::create(tree.join("state/go")).unwrap());
    there(&["run", "staging"]).expect_code(0);
}

#[test]
fn a_step_that_hangs_is_ended_with_what_it_started() {
    let sandbox = with_first("touch state/s02\n", "sleep 60 & sleep 60\n");
    change(&sandbox, SPEC, "id=s02 timeout=20s", "id=s02 timeout=300ms");
    sandbox.commit("hangs");
    let summary = run(&sandbox, 1);
    assert_eq!(summary["state"], "rolled_back");
    assert_eq!(summary["steps"][1]["status"], "failed");
    let reason = summary["steps"][1]["reason"].as_str().unwrap();
    assert!(reason.contains("more than 0.3 s"), "{reason}");
    assert_eq!(ten::left(&sandbox), [""; 0]);
    sandbox.assert_no_process_left();
}

#[test]
fn a_step_that_leaves_processes_has_not_done_what_it_should() {
    let sandbox = with_first(
        "touch state/s02\n",
        "setsid nohup sleep 60 >/dev/null 2>&1 & sleep 0.2\n",
    );
    let summary = run(&sandbox, 1);
    let reason = summary["steps"][1]["reason"].as_str().unwrap();
    assert!(reason.contains("belongs to a service manager"), "{reason}");
    sandbox.assert_no_process_left();
}

/// The first deployment gets the name that it would have had if the clock had run ahead then.
#[test]
fn a_clock_that_was_set_back_makes_no_older_deployment_the_newest() {
    let sandbox = ten::project();
    let first = run(&sandbox, 0)["deployment"].as_str().unwrap().to_owned();
    let ahead = first.replacen("20", "90", 1);
    let journal = |id: &str| format!(".session/deployments/staging/{id}.jsonl");
    sandbox.rewrite(&journal(&ahead), sandbox.read(&journal(&first)));
    std::fs::remove_file(sandbox.path(&journal(&first))).unwrap();
    let heads = ".session/deployments/staging/heads.json";
    sandbox.rewrite(heads, sandbox.read(heads).replace(&first, &ahead));
    assert_eq!(status(&sandbox)["deployment"], ahead.as_str());
    deploy(&sandbox, ["rollback", "staging", "--reason", "again"]).expect_code(0);

    let second = run(&sandbox, 0)["deployment"].clone();
    assert_eq!(status(&sandbox)["deployment"], second);
    let log = deploy(&sandbox, ["log", "staging"]).json();
    assert_eq!(log["deployment"], second);
    assert_eq!(log["records"][0]["event"]["sequence"], 2);
    let answer = deploy(&sandbox, ["rollback", "staging", "--reason", "x"]);
    answer.expect_code(0);
    let rolled_back = answer.json();
    assert_eq!(
        (&rolled_back["deployment"], &rolled_back["state"]),
        (&second, &json!("rolled_back"))
    );
}

#[test]
fn without_evidence_of_this_commit_nothing_is_run() {
    let sandbox = ten::project();
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["pre_deployment_checks"] = json!({"environment_validation": false});
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("checks");
    let summary = run(&sandbox, 3);
    assert_eq!(summary["state"], "aborted");
    let outcome = |name: &str| {
        let checks = summary["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["outcome"].clone()
    };
    for (name, expect) in [
        ("integration_tests", "error"),
        ("security_scans", "error"),
        ("environment_validation", "skipped"),
        ("variables", "passed"),
    ] {
        assert_eq!(outcome(name), expect, "{name}");
    }
    assert_eq!(ten::left(&sandbox), [""; 0]);
}

#[test]
fn a_manual_step_waits_and_goes_on_when_somebody_says_so() {
    let sandbox = with_first("2. Step\n", "2. Tell the team\n\n3. Step\n");
    let answer = sandbox.sdd(["deploy", "run", "staging"]);
    answer.expect_code(3);
    assert!(
        answer
            .stdout
            .contains("next: sdd deploy resume staging --ack step-2"),
        "{}",
        answer.stdout
    );
    assert_eq!(ten::left(&sandbox), ["s01"]);
    deploy(&sandbox, ["resume", "staging"]).expect_code(3);
    let answer = deploy(
        &sandbox,
        ["resume", "staging", "--ack", "step-2", "--ack-by", "alice"],
    );
    answer.expect_code(0);
    assert_eq!(steps(&answer.json())[1], "step-2 acknowledged");
    let log = deploy(&sandbox, ["log", "staging"]).json().to_string();
    assert!(
        log.contains("\"by\":\"alice\"") && log.contains("Tell the team"),
        "{log}"
    );
    // Said before, nothing waits.
    deploy(&sandbox, ["rollback", "staging", "--reason", "x"]).expect_code(0);
    deploy(&sandbox, ["run", "staging", "--ack", "step-2"]).expect_code(0);
}

#[test]
fn what_steps_made_does_not_keep_a_deployment_from_going_on() {
    let sandbox = with_first(
        "touch state/s02\n",
        "echo built > artifact; test -e state/mended; touch state/s02\n",
    );
    let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
    settings["deployment"]["rollback"] = json!({"automatic": false});
    sandbox.rewrite(".session/config.json", settings.to_string());
    sandbox.commit("by hand");
    run(&sandbox, 1);
    // Another commit is another thing, and so is another spec.
    change(&sandbox, SPEC, "touch state/s09", "touch state/s09 ");
    let answer = deploy(&sandbox, ["resume", "staging"]);
    answer.expect_code(2);
    assert!(answer.stderr.contains("the step s09"), "{}", answer.stderr);
    change(&sandbox, SPEC, "touch state/s09 ", "touch state/s09");
    sandbox.rewrite("state/mended", "");
    // The smoke test counts one file too many.
    let answer = deploy(&sandbox, ["resume", "staging"]);
    answer.expect_code(1);
    assert_eq!(answer.json()["steps"][9]["status"], "done");
    deploy(&sandbox, ["rollback", "staging", "--reason", "x"]).expect_code(0);
}

#[test]
fn where_the_journal_cannot_be_written_nothing_more_is_done() {
    let sandbox = ten::project();
    let plan = deploy(&sandbox, ["plan", "staging"]).json();
    let id = plan["id"].as_str().unwrap();
    let sdd = env!("CARGO_BIN_EXE_sdd");
    // Files may have 4 KiB: the journal is the only one that gets longer.
    let script = format!("trap '' XFSZ; ulimit -f 4; exec '{sdd}' deploy run staging --plan {id}");
    let mut command = sandbox.command(&sandbox.beside("bin").join("bash"));
    command.args(["-c", &script]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("the journal cannot be written"),
        "{}",
        answer.stderr
    );
    let summary = status(&sandbox);
    let state = summary["state"].as_str().unwrap().to_owned();
    assert!(["stopped", "unknown"].contains(&state.as_str()), "{summary:#}");
    let mut rest = vec!["rollback", "staging", "--reason", "full"];
    let all = steps(&summary);
    let lost = all.iter().find_map(|line| line.strip_suffix(" unknown"));
    if let Some(step) = lost {
        rest.extend(["--assume", "done", step]);
    }
    let mut command = sandbox.command(std::path::Path::new(sdd));
    command.arg("deploy").args(&rest);
    sandbox.start_command(command).wait().expect_code(0);
    assert_eq!(ten::left(&sandbox), [""; 0]);
}

#[test]
fn a_rollback_that_fails_is_loud_and_is_tried_again() {
    let sandbox = with_first("rm -f state/s02", "test -e state/mended && rm -f state/s02");
    run(&sandbox, 0);
    let answer = sandbox.sdd(["deploy", "rollback", "staging", "--reason", "x"]);
    answer.expect_code(5);
    for wanted in [
        "THE ROLLBACK FAILED",
        "NOT undone: u-s02, see .session/",
        "undone: u-s01",
    ] {
        assert!(answer.stdout.contains(wanted), "{wanted}\n{}", answer.stdout);
    }
    // One that failed did not stop the others.
    assert_eq!(ten::left(&sandbox), ["s02"]);
    assert_eq!(status(&sandbox)["state"], "rollback_failed");
    deploy(&sandbox, ["run", "staging"]).expect_code(3);
    sandbox.rewrite("state/mended", "");
    deploy(&sandbox, ["rollback", "staging", "--reason", "mended"]).expect_code(0);
    assert_eq!(ten::left(&sandbox), ["mended"]);
}

#[test]
fn what_a_person_undid_is_undone() {
    let sandbox = with_first("rm -f state/s02", "exit 1");
    run(&sandbox, 0);
    deploy(&sandbox, ["rollback", "staging", "--reason", "x"]).expect_code(5);
    let answer = deploy(
        &sandbox,
        ["rollback", "staging", "--reason", "by hand", "--ack", "u-s02"],
    );
    answer.expect_code(0);
    assert_eq!(answer.json()["state"], "rolled_back");
}

#[test]
fn the_first_interrupt_does_not_stop_a_rollback() {
    let sandbox = with_first(
        "rm -f state/s05\n",
        "rm -f state/s05; touch state/back; sleep 0.5\n",
    );
    run(&sandbox, 0);
    let mut running = sandbox.start(["deploy", "rollback", "staging", "--reason", "x"]);
    running.wait_for(&sandbox.path("state/back"));
    running.signal(rustix::process::Signal::INT);
    running.wait().expect_code(0);
    assert_eq!(ten::left(&sandbox), ["back"]);
    assert_eq!(status(&sandbox)["state"], "rolled_back");
}

#[test]
fn settings_that_nobody_can_go_by_are_refused() {
    let sandbox = ten::project();
    for (settings, place) in [
        (
            r#"{"deployment": {"smoke_tests": {"timeout": "soon"}}}"#,
            "deployment.smoke_tests.timeout",
        ),
        (
            r#"{"deployment": {"rollback": {"automatic": "yes"}}}"#,
            "deployment.rollback.automatic",
        ),
        (
            r#"{"deployment": {"rollback": {"automatic": true, "automatic": false}}}"#,
            "deployment.rollback.automatic",
        ),
    ] {
        sandbox.rewrite(".session/config.json", settings);
        let answer = sandbox.sdd(["deploy", "run", "staging"]);
        answer.expect_code(2);
        assert!(answer.stderr.contains(place), "{}", answer.stderr);
    }
    assert_eq!(ten::left(&sandbox), [""; 0]);
}

/// Smoke tests of addresses that answer badly, without a service.
mod web {
    use std::io::{Read as _, Write as _};

    use super::*;

    /// A server that gives every connection the same answer; none where it is to hang.
    fn server(answer: Option<&'static str>) -> u16 {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                if let Some(answer) = answer {
                    let mut request = [0; 1024];
                    let _ = stream.read(&mut request);
                    let _ = stream.write_all(answer.as_bytes());
                } else {
                    kept.push(stream);
                }
            }
        });
        port
    }

    #[track_caller]
    fn check(url: &str, expected: &str, says: &str) {
        let sandbox = with_first(
            "### Test 1: All are there\n",
            &format!("### Health Checks\n\n- GET {url} expect {expected}\n\n### Test 1: All are there\n"),
        );
        let summary = run(&sandbox, 1);
        assert_eq!(summary["state"], "rolled_back");
        let said = summary["smoke_tests"].to_string();
        assert!(said.contains(says), "{says}\n{summary:#}");
        assert_eq!(ten::left(&sandbox), [""; 0]);
    }

    fn local(port: u16) -> String {
        format!("http://127.0.0.1:{port}/health")
    }

    #[test]
    fn a_redirect_is_not_followed() {
        let port = server(Some(
            "HTTP/1.1 302 Found\r\nlocation: /ok\r\ncontent-length: 0\r\n\r\n",
        ));
        check(&local(port), "200", "status 302, expected 200");
    }

    #[test]
    fn one_that_hangs_is_not_waited_for() {
        check(&local(server(None)), "200 within 300ms", "no answer in time");
    }

    #[test]
    fn a_wrong_body_with_200_is_wrong() {
        let port = server(Some(
            "HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"status\": \"ill\"}",
        ));
        check(
            &local(port),
            "200, {\"status\": \"ok\"}",
            "the answer differs at /status",
        );
    }

    /// A server with the certificate of a name.
    fn secure(name: &str) -> u16 {
        use std::sync::Arc;

        use rustls::pki_types::pem::PemObject as _;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};
        use rustls::{ServerConfig, ServerConnection, StreamOwned};

        let at = |file: &str| format!("{}/tests/fixtures/tls/{file}", env!("CARGO_MANIFEST_DIR"));
        let chain = vec![CertificateDer::from_pem_file(at(name)).unwrap()];
        let key = PrivateKeyDer::from_pem_file(at("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(connection, stream.unwrap());
                let mut request = [0; 1024];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                let _ = stream.flush();
            }
        });
        port
    }

    #[track_caller]
    fn check_tls(certificate: &str, host: &str, trusted: Option<&str>, says: &str) {
        let port = secure(certificate);
        let mut sandbox = with_first(
            "### Test 1: All are there\n",
            &format!(
                "### Health Checks\n\n- GET https://{host}:{port}/ expect 200\n\n### Test 1: All are there\n"
            ),
        );
        if let Some(trusted) = trusted {
            let file = format!("{}/tests/fixtures/tls/{trusted}", env!("CARGO_MANIFEST_DIR"));
            sandbox = sandbox.env("SSL_CERT_FILE", file);
        }
        let code = i32::from(says != "status 200");
        let summary = run(&sandbox, code);
        let said = summary["smoke_tests"].to_string();
        assert!(said.contains(says), "{says}\n{summary:#}");
    }

    #[test]
    fn certificates_are_looked_at() {
        let own = Some("authority.pem");
        check_tls("leaf.pem", "localhost", own, "status 200");
        check_tls(
            "leaf.pem",
            "localhost",
            Some("certificate.pem"),
            "nobody who is trusted vouches for it",
        );
        check_tls("leaf.pem", "127.0.0.2", own, "it is for another name");
        check_tls("expired.pem", "localhost", own, "it has expired");
    }

    #[test]
    fn nobody_there_and_no_such_name() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        check(&local(port), "200", "the connection was refused");
        check("http://nowhere.invalid/", "200", "resolved");
    }

    #[test]
    fn a_path_without_an_address_is_told_before_anything_is_run() {
        let sandbox = with_first(
            "### Test 1: All are there\n",
            "### Health Checks\n\n- GET /health\n\n### Test 1: All are there\n",
        );
        let summary = run(&sandbox, 3);
        assert_eq!(summary["state"], "aborted");
        assert!(
            summary["checks"]
                .to_string()
                .contains("deployment.environments.staging.url")
        );
    }
}
