//! `sdd deploy` for real: the example of `tests/fixtures/deployment`, whose service a test starts and sdd switches.
//!
//! What a deployment may meet, and where that is tried; names without a path are of this module's files:
//!
//! | it meets | test |
//! |---|---|
//! | fences without an end, one in another | `parse::spec::fences`, `refused::a_spec_that_cannot_be_run_is_told_line_by_line` |
//! | an id given twice, `undo` that leads nowhere | `deploy::procedure::tests::faults_of_attributes_have_their_line` |
//! | placeholders, characters that turn the text | `deploy::procedure::tests::faults_of_code_have_their_line` |
//! | a spec or a commit that changed after it was planned or approved | `refused::a_plan_that_is_not_true_any_more_is_refused_with_what_changed`, `approvals::an_approved_plan_runs_and_no_other` |
//! | an approval that expired | `approvals::an_approved_plan_runs_and_no_other`, `deploy::approval` |
//! | a second deployment, a lock of a dead process | `refused::a_second_deployment_at_once_is_refused`, `kills::a_lock_of_a_dead_process_is_taken_over_and_that_is_recorded` |
//! | steps that hang, leave processes, print secrets | `refused::a_step_that_hangs_is_ended_with_what_it_started`, `refused::a_step_that_leaves_processes_has_not_done_what_it_should`, `values::secrets_reach_no_file` |
//! | endpoints that redirect, hang, answer wrongly with 200; names without address; bad certificates | the modules at the end of `refused` |
//! | variables that are missing, empty or placeholders | `values::missing_empty_and_placeholder_variables_stop_it_before_anything_is_run` |
//! | keys that stand twice in YAML | `environment::document`, `environments::what_cannot_be_used_is_refused_before_anything_is_checked` |
//! | a kill after every record | `kills`, with `resume` and with `rollback` |
//! | a journal that was changed, cut off or taken away | `tampered`, `deploy::heads`, `deploy::order` |
//! | evidence that cannot be read | `deploy::evidence`, `deploy::checks::what_cannot_be_read_may_be_the_newest_evidence` |

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod approvals;
mod example;
mod gate;
mod hints;
mod kills;
mod page;
mod policy;
mod refused;
mod rollback;
mod settings;
mod tampered;
mod ten;
mod values;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, Running, Sandbox, test_tools};

/// The example with its service: version 1 is served, on a port of its own.
struct Shop {
    sandbox: Sandbox,
    port: u16,
    _service: Running,
}

impl Shop {
    /// Starts the service, and commits the project.
    fn open() -> Self {
        Self::open_with(|_| {})
    }

    /// The same with settings that are changed before.
    fn open_with(change: impl FnOnce(&mut Value)) -> Self {
        let sandbox = Sandbox::new().tree("tests/fixtures/deployment").git();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut settings: Value = serde_json::from_str(&sandbox.read(".session/config.json")).unwrap();
        settings["deployment"]["environments"]["staging"]["url"] = json!(format!("http://127.0.0.1:{port}"));
        change(&mut settings);
        let sandbox = sandbox.config(&settings);
        std::os::unix::fs::symlink("releases/v1", sandbox.path("current")).unwrap();
        sandbox.commit("the first version");
        let mut command = sandbox.command(&test_tools().join("venv/bin/python"));
        command.args(["service.py", &port.to_string()]);
        let mut service = sandbox.start_command(command);
        service.wait_for(&sandbox.path("run/serving"));
        Self {
            sandbox,
            port,
            _service: service,
        }
    }

    /// The version that is served.
    #[track_caller]
    fn served(&self) -> String {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .write_all(b"GET /version HTTP/1.0\r\nhost: h\r\n\r\n")
            .unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        let body = said.split("\r\n\r\n").nth(1).unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body["version"].as_str().unwrap().to_owned()
    }

    /// Changes a file, and commits that.
    fn change(&self, inside: &str, from: &str, to: &str) {
        change(&self.sandbox, inside, from, to);
        self.sandbox.commit("change");
    }
}

/// The spec of the example.
const SPEC: &str = ".session/specs/deployment_shop.md";

#[track_caller]
fn change(sandbox: &Sandbox, inside: &str, from: &str, to: &str) {
    let text = sandbox.read(inside);
    assert!(text.contains(from), "{from:?} is not in {inside}");
    sandbox.rewrite(inside, text.replacen(from, to, 1));
}

/// Runs `sdd deploy … --format json`.
#[track_caller]
fn deploy<const N: usize>(sandbox: &Sandbox, args: [&str; N]) -> Answer {
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.arg("deploy").args(args).args(["--format", "json"]);
    sandbox.start_command(command).wait()
}

/// The status of the last deployment to staging.
#[track_caller]
fn status(sandbox: &Sandbox) -> Value {
    deploy(sandbox, ["status", "staging"]).json()
}

/// Each step with what became of it.
fn steps(summary: &Value) -> Vec<String> {
    let line = |step: &Value| {
        format!(
            "{} {}",
            step["id"].as_str().unwrap(),
            step["status"].as_str().unwrap()
        )
    };
    let back = summary["rollback"]["steps"].as_array();
    summary["steps"]
        .as_array()
        .unwrap()
        .iter()
        .chain(back.into_iter().flatten())
        .map(line)
        .collect()
}
