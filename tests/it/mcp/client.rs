//! What a real client sees.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmcp::model::{CallToolRequestParams, ClientRequest, ProgressNotificationParam, Request, ServerResult};
use rmcp::service::{NotificationContext, PeerRequestOptions, RoleClient, RunningService};
use rmcp::{ClientHandler, ServiceExt as _};
use serde_json::{Value, json};

use super::{serve, text, with};
use crate::support::Sandbox;

/// A client that keeps what it is told of the progress.
#[derive(Clone, Default)]
pub(super) struct Client(Arc<Mutex<Vec<String>>>);

impl ClientHandler for Client {
    async fn on_progress(&self, note: ProgressNotificationParam, _context: NotificationContext<RoleClient>) {
        self.0.lock().unwrap().push(note.message.unwrap_or_default());
    }
}

pub(super) type Service = RunningService<RoleClient, Client>;

/// Runs a conversation, and sees that the server ends with 0 and leaves nothing.
pub(super) fn converse<F: Future<Output = Service>>(
    sandbox: &Sandbox,
    client: &Client,
    talk: impl FnOnce(Service) -> F,
) {
    let mut child = serve(sandbox);
    let pipe = |fd: OwnedFd| tokio::fs::File::from_std(File::from(fd));
    let stdout = pipe(child.stdout.take().unwrap().into());
    let stdin = pipe(child.stdin.take().unwrap().into());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let service = client.clone().serve((stdout, stdin)).await.unwrap();
        let service = tokio::time::timeout(Duration::from_secs(120), talk(service))
            .await
            .expect("the conversation comes to an end");
        service.cancel().await.unwrap();
    });
    drop(runtime);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    sandbox.assert_nothing_left();
}

fn asked(tool: &'static str, arguments: &Value) -> CallToolRequestParams {
    CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone())
}

pub(super) async fn call(service: &Service, tool: &'static str, arguments: Value) -> Value {
    let result = service.call_tool(asked(tool, &arguments)).await.unwrap();
    serde_json::to_value(result).unwrap()
}

#[test]
fn a_client_sees_the_tools_and_runs_gates_with_progress() {
    let sandbox = with("echo chatty; echo chatty >&2; exit 1");
    let client = Client::default();
    converse(&sandbox, &client, |service| async {
        let tools = service.list_all_tools().await.unwrap();
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        let table = sdd::commands::mcp::TOOLS.map(|tool| tool.name);
        assert_eq!(names, table);

        let request =
            ClientRequest::CallToolRequest(Request::new(asked("run_gates", &json!({"gates": ["custom"]}))));
        let handle = service
            .send_cancellable_request(request, PeerRequestOptions::no_options())
            .await
            .unwrap();
        let ServerResult::CallToolResult(result) = handle.await_response().await.unwrap() else {
            panic!("a call has the result of a call");
        };
        let result = serde_json::to_value(result).unwrap();
        assert_eq!(result["isError"], false, "a red verdict is an answer");
        assert!(text(&result).contains("sdd gate: failed"), "{result}");

        let report = call(&service, "get_report", json!({"full": true})).await;
        assert!(text(&report).contains("rule"), "{report}");
        let status = call(&service, "status", json!({})).await;
        assert!(text(&status).to_lowercase().contains("failed"), "{status}");
        let plan = call(&service, "plan", json!({"gates": ["custom"]})).await;
        assert!(text(&plan).contains("custom"), "{plan}");
        let refused = call(&service, "briefing", json!({})).await;
        assert_eq!(refused["isError"], true);
        assert!(text(&refused).contains("sdd start"), "{refused}");
        service
    });
    let told = client.0.lock().unwrap();
    assert!(told.iter().any(|said| said == "running custom"), "{told:?}");
    assert!(
        told.iter().any(|said| said.starts_with("custom failed")),
        "{told:?}"
    );
}

#[test]
fn a_run_that_is_cancelled_ends_its_processes_and_others_go_on() {
    let sandbox = with("touch began; sleep 300 & sleep 300");
    converse(&sandbox, &Client::default(), |service| async {
        let request = ClientRequest::CallToolRequest(Request::new(asked("run_gates", &json!({}))));
        let handle = service
            .send_cancellable_request(request, PeerRequestOptions::no_options())
            .await
            .unwrap();
        while !sandbox.path("began").exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A second call is answered while the first goes on.
        let status = call(&service, "status", json!({})).await;
        assert_eq!(status["isError"], false, "{status}");
        handle.cancel(Some("no longer wanted".to_owned())).await.unwrap();
        // The lock of runs is free again only when everything of the first has ended.
        sandbox.rewrite(
            ".session/config.json",
            r#"{"quality_gates": {"custom_validations": {"rules": [
            {"type": "command", "name": "rule", "required": true, "command": {"shell": "true"}}]}}}"#,
        );
        let result = call(&service, "run_gates", json!({"gates": ["custom"]})).await;
        assert!(text(&result).contains("sdd gate: passed"), "{result}");
        service
    });
}

#[test]
fn a_client_that_leaves_ends_what_runs() {
    let sandbox = with("touch began; sleep 300 & sleep 300");
    converse(&sandbox, &Client::default(), |service| async {
        let request = ClientRequest::CallToolRequest(Request::new(asked("run_gates", &json!({}))));
        let _never_answered = service
            .send_cancellable_request(request, PeerRequestOptions::no_options())
            .await
            .unwrap();
        while !sandbox.path("began").exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        service
    });
}
