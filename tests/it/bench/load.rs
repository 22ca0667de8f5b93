//! The load as it is asked for: phases, and several endpoints.

use super::server::{Manner, Server};
use super::{ID, bench, document, project};
use crate::support::Sandbox;

#[test]
fn phases_are_executed_and_the_sustained_one_alone_is_judged() {
    let server = Server::that_answers(Manner::OnlyToMany(4));
    // 25 minutes, which take nine seconds.
    let sandbox = project(&format!(
        "**Endpoint:** {}\n\n**Response Time Requirements:**\n- Maximum: < 1.5 s\n\n**Load Test Duration:**\n- Ramp-up: 10 \
         minutes\n- Sustained load: 5 minutes\n- Ramp-down: 10 minutes\n- Connections: 4\n",
        server.url()
    ));
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(["bench", ID, "--time-scale", "0.006", "--rounds", "2"]);
    command.args(["--allow-noise", "--format", "json"]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(0);
    let seen = document(&answer);
    let names: Vec<&str> = seen["phases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phase| phase["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ramp_up", "ramp_down"]);
    let long = |place: &str| seen.pointer(place).and_then(serde_json::Value::as_f64).unwrap();
    for phase in ["/phases/0/seconds", "/phases/1/seconds"] {
        assert!((3.6..300.0).contains(&long(phase)), "{seen}");
    }
    assert!((0.9 - long("/rounds/seconds")).abs() < 1e-9);
    // While the load grew the first connection was not answered before the last one came, which is slower than is allowed, and
    // nobody minds.
    assert!(long("/phases/0/latency_ms/max") > 1500.0, "{seen}");
    let required = seen["requirements"].as_array().unwrap();
    let most = required.iter().find(|one| one["metric"] == "max").unwrap();
    assert_eq!(most["verdict"], "passed");
    assert!(answer.elapsed.as_secs() < 600, "{:?}", answer.elapsed);
}

#[test]
fn each_endpoint_has_its_method_and_its_body() {
    let server = Server::that_answers(Manner::Choosily);
    let sandbox = Sandbox::new().file("order.json", "{\"a\":1}");
    let order = format!("3=POST {} @order.json", server.at("/orders"));
    let health = server.at("/health");
    let answer = bench(&sandbox, &order, &["--url", &health, "--format", "json"]);
    answer.expect_code(0);
    let seen = document(&answer);
    assert_eq!(seen["errors"]["status"], 0, "{}", seen["errors"]);
    let named: Vec<&str> = seen["endpoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect();
    assert_eq!(
        named,
        [
            format!("POST {} × 3", server.at("/orders")),
            format!("GET {health} × 1")
        ]
    );
}

#[test]
fn the_method_of_a_spec_is_used() {
    let server = Server::that_answers(Manner::Choosily);
    let sandbox =
        project(&format!("**Endpoint:** POST {}\n", server.at("/orders"))).file("order.json", "{\"a\":1}");
    let answer = super::measure(&sandbox, &[ID, "--body", "order.json"], &["--format", "json"]);
    answer.expect_code(0);
    assert_eq!(document(&answer)["errors"]["status"], 0);
}
