//! What the spec of an integration test says.

use super::At;

/// Scope, scenarios, limits, contracts and environment of an integration test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Integration {
    /// What is put together.
    pub components: Vec<At<Component>>,
    /// Where it meets.
    pub integration_points: Vec<At<String>>,
    /// What is tried.
    pub scenarios: Vec<At<Scenario>>,
    /// How fast it must be.
    pub benchmarks: Benchmarks,
    /// The interfaces that must hold.
    pub contracts: Vec<At<Contract>>,
    /// What must be there to run it.
    pub environment: EnvironmentNeeds,
    /// Which parts need which others.
    pub dependencies: Vec<At<Dependency>>,
}

/// A part that needs another one, in the words of the spec: `api depends on db`, `gateway → api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Who needs it.
    pub from: String,
    /// What is needed.
    pub on: String,
}

/// A part of the system under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its version, where one is given.
    pub version: Option<String>,
}

/// One scenario: `### Scenario 1: …`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// Its heading, without the number.
    pub description: String,
    /// What must be so before.
    pub setup: Vec<At<String>>,
    /// What is done.
    pub actions: Vec<At<String>>,
    /// What must be so after.
    pub expected_results: Vec<At<String>>,
}

/// The limits of a load test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Benchmarks {
    /// What is asked: a URL or a path.
    pub endpoint: Option<At<String>>,
    /// Limits of the response time, in the order of the spec.
    pub latency: Vec<At<LatencyLimit>>,
    /// The least throughput, in requests per second.
    pub minimum_throughput: Option<At<f64>>,
    /// The throughput that is aimed at, in requests per second.
    pub target_throughput: Option<At<f64>>,
    /// Limits of what services may use.
    pub resources: Vec<At<ResourceLimit>>,
    /// Seconds in which the load grows.
    pub ramp_up: Option<At<f64>>,
    /// Seconds under full load.
    pub sustained: Option<At<f64>>,
    /// Seconds in which the load falls.
    pub ramp_down: Option<At<f64>>,
    /// Threads of the load generator.
    pub threads: Option<At<u32>>,
    /// Connections of the load generator.
    pub connections: Option<At<u32>>,
    /// What is written as a limit and could not be understood, each in one line: who goes by the rest has not checked it.
    pub unread: Vec<At<String>>,
}

impl Benchmarks {
    /// The limit of a percentile such as 95, in milliseconds.
    pub fn limit(&self, percentile: f64) -> Option<f64> {
        let same = |limit: &&At<LatencyLimit>| (limit.value.percentile - percentile).abs() < 1e-9;
        self.latency
            .iter()
            .find(same)
            .map(|limit| limit.value.milliseconds)
    }

    /// Whether nothing is said at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A limit of the response time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatencyLimit {
    /// The percentile: 50, 95, 99.9.
    pub percentile: f64,
    /// The time in milliseconds that it must stay below.
    pub milliseconds: f64,
}

/// A limit of what a service may use.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceLimit {
    /// `cpu_percent`, `memory_bytes` or `disk_bytes_per_sec`.
    pub metric: &'static str,
    /// The value that it must stay below, in the metric's unit.
    pub limit: f64,
    /// Whether it holds for each service by itself.
    pub per_service: bool,
}

/// An interface description that must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    /// What it is about: `Service A → Service B`.
    pub between: Option<String>,
    /// The file, relative to the project; absent where the spec names none.
    pub contract_file: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The version or file before, to compare with.
    pub previous_version: Option<String>,
    /// Why nobody knows which one that is, where the spec has a place for it and names none there.
    pub previous_unclear: Option<String>,
    /// Whether breaking changes are allowed.
    pub allow_breaking_changes: bool,
    /// What the spec says about breaking changes, in its words.
    pub breaking_changes: Option<String>,
}

/// What must be there to run the test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentNeeds {
    /// The services that must be up.
    pub services: Vec<At<Service>>,
    /// The Docker Compose files, relative to the project, in the order in which they are laid over one another.
    pub compose_files: Vec<At<String>>,
    /// Files and globs of configuration, relative to the project.
    pub config_files: Vec<At<String>>,
    /// Test data, relative to the project.
    pub test_data_fixtures: Vec<At<String>>,
    /// Variables of fenced `KEY=value` blocks.
    pub variables: Vec<At<(String, String)>>,
}

/// A service: `postgres:14.2 (port 5432) - for tests`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name or image.
    pub name: String,
    /// The image's tag.
    pub tag: Option<String>,
    /// Its ports.
    pub ports: Vec<u16>,
    /// What else is said.
    pub note: Option<String>,
}
