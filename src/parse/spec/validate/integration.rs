//! What the sections of an integration test must hold.

use crate::model::spec::{At, Scenario};

use crate::parse::spec::oddities::quoted;

use super::List;

/// At least one scenario, each with setup, actions and expected results.
pub fn scenarios(list: &mut List<'_>, line: u32) {
    let spec = list.spec;
    if spec.integration.scenarios.is_empty() {
        list.at(
            line,
            "no_scenarios",
            "there is no test scenario".to_owned(),
            Some("give each a heading: `### Scenario 1: …`".to_owned()),
        );
    }
    for (at, scenario) in spec.integration.scenarios.iter().enumerate() {
        one(list, at + 1, scenario);
    }
}

fn one(list: &mut List<'_>, number: usize, scenario: &At<Scenario>) {
    let parts: [(&'static str, &str, usize); 3] = [
        ("no_setup", "Setup", list.counted(&scenario.value.setup)),
        ("no_actions", "Actions", list.counted(&scenario.value.actions)),
        (
            "no_expected_results",
            "Expected Results",
            list.counted(&scenario.value.expected_results),
        ),
    ];
    let called = match scenario.value.description.as_str() {
        "" => format!("scenario {number}"),
        description => format!("the scenario {}", quoted(description)),
    };
    if parts.iter().all(|(_, _, count)| *count == 0) {
        list.at(
            scenario.line,
            "empty_scenario",
            format!("{called} has no setup, no actions and no expected results"),
            Some(
                "write them as lists below `**Setup:**`, `**Actions:**` and `**Expected Results:**`"
                    .to_owned(),
            ),
        );
        return;
    }
    for (code, part, count) in parts {
        if count == 0 {
            list.at(
                scenario.line,
                code,
                format!("{called} has no {}", part.to_lowercase()),
                Some(format!("write a list below `**{part}:**`")),
            );
        }
    }
}

/// What is measured, a limit of the response time, and a throughput.
pub fn benchmarks(list: &mut List<'_>, line: u32) {
    let limits = &list.spec.integration.benchmarks;
    if !list.given(limits.endpoint.as_ref()) {
        let hint = endpoint(list);
        list.at(
            line,
            "no_endpoint",
            "the performance benchmarks do not say what is measured".to_owned(),
            Some(hint),
        );
    }
    if list.counted(&limits.latency) == 0 {
        list.at(
            line,
            "no_response_time",
            "the performance benchmarks limit no response time".to_owned(),
            Some("write one, such as `- p95: < 500ms`".to_owned()),
        );
    }
    if !list.given(limits.minimum_throughput.as_ref()) && !list.given(limits.target_throughput.as_ref()) {
        list.at(
            line,
            "no_throughput",
            "the performance benchmarks ask for no throughput".to_owned(),
            Some(
                "write it below `**Throughput Requirements:**`: `- Minimum: 100 requests/second`".to_owned(),
            ),
        );
    }
}

/// How to name what is measured: by one of the services, where some are named.
fn endpoint(list: &List<'_>) -> String {
    let services = &list.spec.integration.environment.services;
    let mut written = services.iter().filter(|service| list.spec.counts(service.line));
    let address = written.next().map(|service| {
        // An image may stand in the place of the name.
        let name = service.value.name.rsplit('/').next().unwrap_or_default();
        let port = service.value.ports.first();
        let port = port.map_or_else(|| "PORT".to_owned(), ToString::to_string);
        format!("http://{name}:{port}/PATH")
    });
    match address {
        Some(address) => format!("name the address of one of the services: `**Endpoint:** {address}`"),
        None => "name the address: `**Endpoint:** http://localhost:8080/PATH`".to_owned(),
    }
}

/// At least one contract, each with file and version.
pub fn contracts(list: &mut List<'_>, line: u32) {
    let spec = list.spec;
    if spec.integration.contracts.is_empty() {
        list.at(
            line,
            "no_contracts",
            "there is no API contract".to_owned(),
            Some(
                "write `- Contract file: contracts/….yaml` and `- Version: …` for each interface".to_owned(),
            ),
        );
    }
    for (at, contract) in spec.integration.contracts.iter().enumerate() {
        let called = match &contract.value.between {
            Some(between) => format!("the contract {}", quoted(between)),
            None => format!("contract {}", at + 1),
        };
        if contract.value.contract_file.is_none() {
            list.at(
                contract.line,
                "no_contract_file",
                format!("{called} names no file"),
                Some("write `- Contract file: contracts/….yaml`".to_owned()),
            );
        }
        if contract.value.version.is_none() {
            list.at(
                contract.line,
                "no_contract_version",
                format!("{called} names no version"),
                Some("write `- Version: 1.0.0`".to_owned()),
            );
        }
    }
}

/// At least one service.
pub fn environment(list: &mut List<'_>, line: u32) {
    if list.counted(&list.spec.integration.environment.services) == 0 {
        list.at(
            line,
            "no_services",
            "no service is named that the test needs".to_owned(),
            Some("list them below `**Services Required:**`: `- postgres:16 (port 5432)`".to_owned()),
        );
    }
}
