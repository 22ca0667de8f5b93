//! What the briefing of an integration test says beside that of every item.

use serde::Serialize;

use super::performance::{self, BaselineBrief, Load};
use super::{Check, checks, line, list, more};
use crate::model::spec::{Contract, Integration, Service};

/// Scenarios that are named; the rest is counted.
const MAX_SCENARIOS: usize = 5;
/// Entries of any other list that are named.
const MAX_LISTED: usize = 20;

/// The context of an integration test: what its spec says, and what of it is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IntegrationContext {
    /// What is put together.
    pub components: Vec<ComponentBrief>,
    /// Where it meets.
    pub integration_points: Vec<String>,
    /// The services that must be up.
    pub services: Vec<String>,
    /// What is tried, by name.
    pub scenarios: Vec<String>,
    /// What is asked under load, as the spec names it.
    pub endpoint: Option<String>,
    /// Limits of the response time.
    pub response_time: Vec<Limit>,
    /// The least throughput, in requests per second.
    pub minimum_throughput: Option<f64>,
    /// The throughput that is aimed at, in requests per second.
    pub target_throughput: Option<f64>,
    /// What services may use under load.
    pub resources: Vec<String>,
    /// What was measured before, and is compared with.
    pub baselines: Vec<BaselineBrief>,
    /// The interfaces that must hold.
    pub contracts: Vec<ContractBrief>,
    /// What was looked at before the work begins.
    pub checks: Vec<Check>,
}

/// A part of the system under test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentBrief {
    /// Its name.
    pub name: String,
    /// Its version, where one is given.
    pub version: Option<String>,
}

/// A limit of the response time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// The percentile.
    pub percentile: f64,
    /// The time that it must stay below.
    pub milliseconds: f64,
}

/// An interface that must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractBrief {
    /// What it is about, where that is given.
    pub between: Option<String>,
    /// Its file, where one is given.
    pub file: Option<String>,
    /// Its version, where one is given.
    pub version: Option<String>,
}

impl IntegrationContext {
    /// What a spec says, what was measured before, and what was found of what it needs.
    pub fn of(spec: &Integration, load: Load, checks: Vec<Check>) -> Self {
        let benchmarks = &spec.benchmarks;
        Self {
            components: (spec.components.iter())
                .map(|component| ComponentBrief {
                    name: component.value.name.clone(),
                    version: component.value.version.clone(),
                })
                .collect(),
            integration_points: spec
                .integration_points
                .iter()
                .map(|point| point.value.clone())
                .collect(),
            services: spec
                .environment
                .services
                .iter()
                .map(|service| service_of(&service.value))
                .collect(),
            scenarios: (spec.scenarios.iter())
                .map(|scenario| scenario.value.description.clone())
                .collect(),
            endpoint: benchmarks.endpoint.as_ref().map(|said| said.value.clone()),
            response_time: (benchmarks.latency.iter())
                .map(|limit| Limit {
                    percentile: limit.value.percentile,
                    milliseconds: limit.value.milliseconds,
                })
                .collect(),
            minimum_throughput: benchmarks
                .minimum_throughput
                .as_ref()
                .map(|minimum| minimum.value),
            target_throughput: benchmarks.target_throughput.as_ref().map(|target| target.value),
            resources: load.resources,
            baselines: load.baselines,
            contracts: spec
                .contracts
                .iter()
                .map(|contract| contract_of(&contract.value))
                .collect(),
            checks,
        }
    }

    /// The context as a section of the briefing.
    pub(super) fn markdown(&self) -> String {
        let components: Vec<String> = self
            .components
            .iter()
            .map(|part| {
                let version = part.version.as_deref().unwrap_or("not given");
                format!("{} (version: {version})", part.name)
            })
            .collect();
        let contracts: Vec<String> = self.contracts.iter().map(contract_line).collect();
        let mut section = "\n## Integration Test Context\n\n".to_owned();
        section.push_str(&list("Components Under Test", components.iter(), MAX_LISTED));
        section.push_str(&list(
            "Integration Points",
            self.integration_points.iter(),
            MAX_LISTED,
        ));
        section.push_str(&list("Required Services", self.services.iter(), MAX_LISTED));
        section.push_str(&self.scenarios());
        section.push_str(&self.performance());
        let title = match contracts.len() {
            0 => "API Contracts".to_owned(),
            count => format!("API Contracts ({count})"),
        };
        section.push_str(&list(&title, contracts.iter(), MAX_LISTED));
        section + &checks("Pre-Session Checks", &self.checks)
    }

    fn scenarios(&self) -> String {
        let count = self.scenarios.len();
        if count == 0 {
            return "**Test Scenarios:** not given\n\n".to_owned();
        }
        let mut part = format!("**Test Scenarios ({count} total):**\n");
        for (index, scenario) in self.scenarios.iter().take(MAX_SCENARIOS).enumerate() {
            part.push_str(&format!("{}. {}\n", index + 1, line(scenario)));
        }
        match count.saturating_sub(MAX_SCENARIOS) {
            0 => {}
            1 => part.push_str("... and 1 more scenario\n"),
            more => part.push_str(&format!("... and {more} more scenarios\n")),
        }
        part + "\n"
    }

    fn performance(&self) -> String {
        let mut lines: Vec<String> = self
            .response_time
            .iter()
            .take(MAX_LISTED)
            .map(|limit| {
                format!(
                    "- Response time: p{} < {} ms\n",
                    limit.percentile, limit.milliseconds
                )
            })
            .collect();
        let throughput = match (self.minimum_throughput, self.target_throughput) {
            (Some(minimum), Some(target)) => format!("at least {minimum} req/s, aimed at {target}"),
            (Some(minimum), None) => format!("at least {minimum} req/s"),
            (None, Some(target)) => format!("aimed at {target} req/s, no minimum is given"),
            (None, None) => "not given".to_owned(),
        };
        let says_nothing = lines.is_empty() && throughput == "not given" && self.resources.is_empty();
        if says_nothing && self.baselines.is_empty() {
            return "**Performance Requirements:** not given\n\n".to_owned();
        }
        if lines.is_empty() {
            lines.push("- Response time: not given\n".to_owned());
        }
        let endpoint = self.endpoint.as_deref().map_or_else(
            || "- Endpoint: not given\n".to_owned(),
            |endpoint| format!("- Endpoint: {}\n", line(endpoint)),
        );
        let resources = match self.resources.as_slice() {
            [] => String::new(),
            limits => format!("- Resources: {}\n", line(&limits.join(", "))),
        };
        format!(
            "**Performance Requirements:**\n{endpoint}{}{}- Throughput: {throughput}\n{resources}\n{}",
            lines.concat(),
            more(self.response_time.len(), MAX_LISTED),
            performance::baselines(&self.baselines)
        )
    }
}

fn service_of(service: &Service) -> String {
    let mut said = service.name.clone();
    if let Some(tag) = &service.tag {
        said.push_str(&format!(":{tag}"));
    }
    match service.ports.as_slice() {
        [] => {}
        [port] => said.push_str(&format!(" (port {port})")),
        ports => {
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            said.push_str(&format!(" (ports {})", ports.join(", ")));
        }
    }
    if let Some(note) = &service.note {
        said.push_str(&format!(": {note}"));
    }
    said
}

fn contract_of(contract: &Contract) -> ContractBrief {
    ContractBrief {
        between: contract.between.clone(),
        file: contract.contract_file.clone(),
        version: contract.version.clone(),
    }
}

fn contract_line(contract: &ContractBrief) -> String {
    let file = contract.file.as_deref().unwrap_or("file not given");
    let version = contract.version.as_deref().unwrap_or("not given");
    let between = contract
        .between
        .as_ref()
        .map_or_else(String::new, |between| format!(", {between}"));
    format!("{file} (version: {version}){between}")
}
