//! The sections of integration tests: their gate with its environment, and their documentation.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json_path::JsonPath;
use super::sections::NO_COMMANDS;
use super::values::MAX_SECONDS;
use super::{CommandSet, Config, GateSettings, OnMissingTool, values};
use crate::model::gate_id::GateId;

/// The integration gate: services are brought up, tested and taken down again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct IntegrationTests {
    /// Whether integration tests are run, and their environment is looked at.
    pub enabled: bool,
    /// Whether they decide over the run; an optional gate only informs.
    pub required: bool,
    /// Seconds that the tests may take.
    #[serde(deserialize_with = "values::seconds", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_SECONDS), extend("default" = IntegrationTests::DEFAULT_TIMEOUT))]
    pub timeout: Option<u64>,
    /// What a missing test runner means; absent: `block` when the gate is required, `skip` when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_missing_tool: Option<OnMissingTool>,
    /// Whether the benchmark gate decides over the run, unless `quality_gates.benchmark.required` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_required: Option<bool>,
    /// Whether the contract gate decides over the run, unless `quality_gates.contract.required` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contracts_required: Option<bool>,
    /// Whether the environment is looked at before anything is started.
    pub environment_validation: bool,
    /// The compose file, relative to the project, of specs that name none. Empty: where the spec names no services either,
    /// its tests need none.
    #[serde(alias = "docker_compose_file")]
    pub compose_file: String,
    /// What odd things in the compose file mean: fixed names and ports, external volumes, the engine's socket.
    pub compose_lint: ComposeLint,
    /// Whether images that are not here may be pulled or built.
    pub allow_pull: bool,
    /// Seconds that bringing the services up may take.
    #[schemars(range(min = 1, max = MAX_SECONDS))]
    pub up_timeout: u64,
    /// Seconds that all services have to get ready, from the end of `up` on.
    #[schemars(range(min = 1, max = MAX_SECONDS))]
    pub health_check_timeout: u64,
    /// Seconds that a service gets to end.
    #[schemars(range(min = 0, max = MAX_SECONDS))]
    pub stop_grace: u64,
    /// How often a container may be started again before that is a crash loop.
    pub max_restarts: u64,
    /// Services that do their work and end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oneshot: Vec<String>,
    /// How services without a health check of their own are asked whether they are ready, by service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub probes: BTreeMap<String, ReadinessProbe>,
    /// Whether the test data of the spec is loaded.
    pub test_data_fixtures: bool,
    /// How fixtures are loaded that are not loaded by their kind, by path, or by the glob that the spec names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fixtures: BTreeMap<String, FixtureSettings>,
    /// Seconds that each fixture may take.
    #[schemars(range(min = 1, max = MAX_SECONDS))]
    pub fixture_timeout: u64,
    /// The directory of the integration tests, relative to the project and to each of its units.
    pub test_directory: String,
    /// Whether tests run side by side where their runner can; `false`: one worker.
    pub parallel_execution: bool,
    /// How many workers run the tests; absent: one, and with jest and vitest as many as they take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 256))]
    pub workers: Option<u32>,
    /// Commands by language, instead of the built-in ones.
    #[serde(skip_serializing_if = "CommandSet::is_empty")]
    pub commands: CommandSet,
    /// Settings of the benchmark gate at their older place; `quality_gates.benchmark` is the present one.
    #[schemars(extend("deprecated" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_benchmarks: Option<Value>,
    /// Settings of the contract gate at their older place; `quality_gates.contract` is the present one.
    #[schemars(extend("deprecated" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_contracts: Option<Value>,
    /// What must be documented, at its older place; `quality_gates.integration_documentation` is the present one.
    #[schemars(extend("deprecated" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation: Option<Value>,
}

/// What odd things in a compose file mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComposeLint {
    /// Nothing.
    Off,
    /// They are told.
    #[default]
    Warn,
    /// Nothing is started.
    Strict,
}

/// How a service is asked whether it is ready: exactly one of the ways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ReadinessProbe {
    /// The port in the container that must take connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<u16>,
    /// The port in the container and the path that must answer with a status below 400, such as `8000/health`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// The program in the containers of the service, as words, that must end with exit code 0, such as `["pg_isready"]`. No
    /// shell reads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
}

/// How a fixture is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FixtureSettings {
    /// The service that it is loaded into; absent: the one whose image is a known database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The program in the service that reads the file, as words; absent: the client of the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// The request that it is the body of, such as `POST http://api:8000/users`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
}

impl Default for IntegrationTests {
    fn default() -> Self {
        Self {
            enabled: true,
            required: true,
            timeout: None,
            on_missing_tool: None,
            performance_required: None,
            contracts_required: None,
            environment_validation: true,
            compose_file: Self::COMPOSE_FILE.to_owned(),
            compose_lint: ComposeLint::default(),
            allow_pull: true,
            up_timeout: 180,
            health_check_timeout: 60,
            stop_grace: 10,
            max_restarts: 2,
            oneshot: Vec::new(),
            probes: BTreeMap::new(),
            test_data_fixtures: true,
            fixtures: BTreeMap::new(),
            fixture_timeout: 30,
            test_directory: "tests/integration".to_owned(),
            parallel_execution: true,
            workers: None,
            commands: CommandSet::default(),
            performance_benchmarks: None,
            api_contracts: None,
            documentation: None,
        }
    }
}

impl IntegrationTests {
    /// Seconds that the tests may take when the configuration does not say.
    pub const DEFAULT_TIMEOUT: u64 = 600;
    /// The compose file where nobody names one.
    pub const COMPOSE_FILE: &str = "docker-compose.integration.yml";

    /// How many workers run the tests, where the settings say.
    pub fn workers(&self) -> Option<u32> {
        if self.parallel_execution {
            self.workers
        } else {
            Some(1)
        }
    }

    fn settings(&self) -> GateSettings<'_> {
        GateSettings {
            enabled: self.enabled,
            required: self.required,
            timeout: Duration::from_secs(self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT)),
            on_missing_tool: self.on_missing_tool.unwrap_or(if self.required {
                OnMissingTool::Block
            } else {
                OnMissingTool::Skip
            }),
            commands: &self.commands,
        }
    }

    /// What of it nobody can go by: the place, and what belongs there.
    pub(super) fn wrong(&self) -> Vec<(JsonPath, String, Option<String>)> {
        let place = JsonPath::of("quality_gates.integration_tests");
        let probe = |(service, probe): (&String, &ReadinessProbe)| {
            let why = match (&probe.tcp, &probe.http, &probe.command) {
                (Some(_), None, None) => return None,
                (None, Some(http), None) if ReadinessProbe::parse_http(http).is_some() => return None,
                (None, Some(_), None) => "expected a port and a path, such as 8000/health",
                (None, None, Some(words)) if words.first().is_some_and(|word| !word.trim().is_empty()) => {
                    return None;
                }
                (None, None, Some(_)) => "expected the words of a program, such as [\"pg_isready\"]",
                _ => "expected one of `tcp`, `http` and `command`",
            };
            Some((place.key("probes").key(service), why.to_owned(), None))
        };
        let data = |(path, settings): (&String, &FixtureSettings)| {
            let place = place.key("fixtures").key(path);
            let is_empty = |words: &Vec<String>| words.first().is_none_or(|word| word.trim().is_empty());
            let (key, why) = match settings {
                FixtureSettings { http: Some(http), .. } if FixtureSettings::parse_http(http).is_none() => {
                    let methods = METHODS.join(", ");
                    let why = format!(
                        "expected a method and an address, such as `POST http://api:8000/users`; methods are {methods}"
                    );
                    ("http", why)
                }
                FixtureSettings {
                    command: Some(words), ..
                } if is_empty(words) => (
                    "command",
                    "expected the words of a program, such as [\"load\"]".to_owned(),
                ),
                _ => return None,
            };
            Some((place.key(key), why, None))
        };
        let is_outside = |path: &str| {
            let path = path.trim();
            path.starts_with('/') || path.split(['/', '\\']).any(|part| part == "..")
        };
        let compose_file = is_outside(&self.compose_file).then(|| {
            let why = "expected a file inside of the project, relative to it".to_owned();
            (place.key("compose_file"), why, None)
        });
        let tests = self.test_directory.as_str();
        let test_directory = (tests.trim().is_empty() || is_outside(tests)).then(|| {
            let why =
                "expected a directory inside of the project, relative to it; `.` is all of it".to_owned();
            (place.key("test_directory"), why, None)
        });
        let probes = self.probes.iter().filter_map(probe);
        let fixtures = self.fixtures.iter().filter_map(data);
        let places = compose_file.into_iter().chain(test_directory);
        places.chain(probes).chain(fixtures).collect()
    }
}

/// The methods of requests that bring data: <https://www.rfc-editor.org/rfc/rfc9110#name-methods> and PATCH of RFC 5789.
const METHODS: [&str; 7] = ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS"];

impl FixtureSettings {
    /// The method and the address of what `http` says.
    pub fn parse_http(said: &str) -> Option<(&str, &str)> {
        let (method, url) = said.trim().split_once(char::is_whitespace)?;
        let url = url.trim();
        let host = url
            .strip_prefix("http://")
            .or_else(|| url.strip_prefix("https://"))?;
        let has_host = host.starts_with(|c: char| c.is_alphanumeric() || c == '[' || c == '_');
        (METHODS.contains(&method) && has_host).then_some((method, url))
    }
}

impl ReadinessProbe {
    /// The port and the path of what `http` says.
    pub fn parse_http(said: &str) -> Option<(u16, String)> {
        let (port, path) = said.split_once('/').unwrap_or((said, ""));
        Some((port.parse().ok().filter(|port| *port > 0)?, format!("/{path}")))
    }
}

/// The gate for the documentation of integration tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct IntegrationDocumentation {
    /// Whether the gate takes part.
    pub enabled: bool,
    /// Whether the gate decides over the run; an optional gate only informs.
    pub required: bool,
    /// Whether there must be a diagram of the architecture.
    pub require_architecture_diagram: bool,
    /// Whether the scenarios must have sequence diagrams.
    pub require_sequence_diagrams: bool,
    /// Whether the files of the contracts must be there.
    pub require_api_contracts: bool,
    /// Whether there must be a baseline of the performance, where performance is required.
    pub require_performance_baseline: bool,
    /// Whether the spec must name the integration points.
    pub require_integration_points: bool,
}

impl Default for IntegrationDocumentation {
    fn default() -> Self {
        Self {
            enabled: true,
            required: false,
            require_architecture_diagram: true,
            require_sequence_diagrams: true,
            require_api_contracts: true,
            require_performance_baseline: true,
            require_integration_points: true,
        }
    }
}

impl Config {
    /// The section of integration tests, at either place.
    pub fn integration(&self) -> &IntegrationTests {
        static USUAL: std::sync::LazyLock<IntegrationTests> = std::sync::LazyLock::new(Default::default);
        let present = self.quality_gates.integration_tests.as_ref();
        present.or(self.integration_tests.as_ref()).unwrap_or(&USUAL)
    }

    /// The setting that says whether a gate takes part; of those that turn it off the first.
    pub fn switch(&self, gate: GateId) -> String {
        // What stands at the older place is read as if it stood here.
        let place = "quality_gates.integration_tests";
        let own = match gate {
            GateId::Environment if self.integration().enabled => "environment_validation",
            GateId::Environment | GateId::Integration => "enabled",
            GateId::Benchmark if self.quality_gates.benchmark.enabled && !self.gate(gate).enabled => {
                "performance_benchmarks.enabled"
            }
            GateId::Contract if self.quality_gates.contract.enabled && !self.gate(gate).enabled => {
                "api_contracts.enabled"
            }
            other => return format!("{}.enabled", other.config_place()),
        };
        format!("{place}.{own}")
    }

    /// What must be documented: as its own section says, and not what the older place leaves out.
    pub fn integration_documents(&self) -> IntegrationDocumentation {
        let own = self.quality_gates.integration_documentation.clone();
        let older = self.integration().documentation.as_ref();
        let asked = |key: &str| older.and_then(|older| older.get(key)?.as_bool()).unwrap_or(true);
        IntegrationDocumentation {
            require_architecture_diagram: own.require_architecture_diagram && asked("architecture_diagrams"),
            require_sequence_diagrams: own.require_sequence_diagrams && asked("sequence_diagrams"),
            require_api_contracts: own.require_api_contracts && asked("contract_documentation"),
            require_performance_baseline: own.require_performance_baseline
                && asked("performance_baseline_docs"),
            ..own
        }
    }

    /// The settings that every gate has, of the integration gate.
    pub(super) fn integration_settings(&self) -> GateSettings<'_> {
        self.integration().settings()
    }

    /// The settings that every gate has, of the gate that looks at the environment of integration tests. It has no
    /// section of its own.
    pub(super) fn environment_settings(&self) -> GateSettings<'_> {
        let section = self.integration();
        let enabled = section.enabled && section.environment_validation;
        GateSettings {
            enabled,
            // What the settings turn off they do not require; of the tests themselves the integration gate says so.
            required: section.required && enabled,
            timeout: Duration::ZERO,
            commands: &NO_COMMANDS,
            ..section.settings()
        }
    }

    /// The settings that every gate has, of the gate for the documentation of integration tests.
    pub(super) fn integration_documentation_settings(&self) -> GateSettings<'_> {
        let section = &self.quality_gates.integration_documentation;
        GateSettings {
            enabled: section.enabled,
            required: section.required,
            // Nothing is started that needs time, and nothing can be missing.
            timeout: Duration::ZERO,
            on_missing_tool: OnMissingTool::Block,
            commands: &NO_COMMANDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    fn config(text: &str) -> Config {
        load::parse("config.json", text).unwrap().config
    }

    #[test]
    fn the_older_place_counts_with_its_older_names() {
        let config = config(
            r#"{"integration_tests": {"docker_compose_file": "c.yml", "health_check_timeout": 300, "parallel_execution": false,
                "workers": 4, "documentation": {"sequence_diagrams": false}}}"#,
        );
        let section = config.integration();
        assert_eq!(section.compose_file, "c.yml");
        assert_eq!(section.health_check_timeout, 300);
        assert_eq!(section.workers(), Some(1));
        let documents = config.integration_documents();
        assert!(documents.require_architecture_diagram && !documents.require_sequence_diagrams);
    }

    #[test]
    fn what_turns_a_gate_off_is_named() {
        #[track_caller]
        fn check(text: &str, gate: GateId, expect: &str) {
            let config = config(text);
            assert!(!config.gate(gate).enabled, "{text}");
            assert_eq!(config.switch(gate), expect, "{text}");
        }
        let off = |key: &str| format!(r#"{{"quality_gates": {{"integration_tests": {{"{key}": false}}}}}}"#);
        let place = "quality_gates.integration_tests";
        check(
            &off("environment_validation"),
            GateId::Environment,
            &format!("{place}.environment_validation"),
        );
        check(&off("enabled"), GateId::Environment, &format!("{place}.enabled"));
        check(&off("enabled"), GateId::Integration, &format!("{place}.enabled"));
        check(
            r#"{"integration_tests": {"environment_validation": false}}"#,
            GateId::Environment,
            &format!("{place}.environment_validation"),
        );
        let older = r#"{"quality_gates": {"integration_tests": {
            "performance_benchmarks": {"enabled": false}, "api_contracts": {"enabled": false}}}}"#;
        check(
            older,
            GateId::Benchmark,
            &format!("{place}.performance_benchmarks.enabled"),
        );
        check(older, GateId::Contract, &format!("{place}.api_contracts.enabled"));
        check(
            r#"{"quality_gates": {"contract": {"enabled": false}}}"#,
            GateId::Contract,
            "quality_gates.contract.enabled",
        );
        check(
            r#"{"quality_gates": {"linting": {"enabled": false}}}"#,
            GateId::Linting,
            "quality_gates.linting.enabled",
        );
    }

    #[test]
    fn the_environment_goes_with_the_tests() {
        let of = |text: &str| {
            let config = config(text);
            let settings = config.gate(GateId::Environment);
            (settings.enabled, settings.required)
        };
        assert_eq!(of("{}"), (true, true));
        for off in ["enabled", "environment_validation"] {
            let text = format!(r#"{{"quality_gates": {{"integration_tests": {{"{off}": false}}}}}}"#);
            assert_eq!(of(&text), (false, false), "{off}");
        }
        assert_eq!(
            of(r#"{"quality_gates": {"integration_tests": {"required": false}}}"#),
            (true, false)
        );
    }

    #[test]
    fn what_nobody_can_go_by_is_told() {
        let fits = |settings: &str| {
            let text = format!(r#"{{"quality_gates": {{"integration_tests": {settings}}}}}"#);
            load::parse("config.json", &text).is_ok()
        };
        for (settings, expect) in [
            (r#"{"compose_file": "deploy/c.yml"}"#, true),
            (r#"{"compose_file": ""}"#, true),
            (r#"{"compose_file": "/deploy/c.yml"}"#, false),
            (r#"{"compose_file": "../c.yml"}"#, false),
            (r#"{"test_directory": "it/all"}"#, true),
            (r#"{"test_directory": "."}"#, true),
            (r#"{"test_directory": ""}"#, false),
            (r#"{"test_directory": "/tmp"}"#, false),
            (r#"{"test_directory": "it/../.."}"#, false),
            (
                r#"{"fixtures": {"a.json": {"http": "POST http://api:8000/users"}}}"#,
                true,
            ),
            (
                r#"{"fixtures": {"a.json": {"http": "FOO http://api:8000/users"}}}"#,
                false,
            ),
            (r#"{"fixtures": {"a.json": {"http": "FOO"}}}"#, false),
            (r#"{"fixtures": {"a.json": {"http": "POST /users"}}}"#, false),
            (
                r#"{"fixtures": {"a.json": {"http": "POST http:///users"}}}"#,
                false,
            ),
            (
                r#"{"fixtures": {"a.psv": {"service": "db", "command": []}}}"#,
                false,
            ),
            (r#"{"health_check_timeout": 0}"#, false),
            (r#"{"workers": 0}"#, false),
            (r#"{"workers": 100000}"#, false),
            (r#"{"stop_grace": 1000000}"#, false),
        ] {
            assert_eq!(fits(settings), expect, "{settings}");
        }
    }

    #[test]
    fn a_probe_asks_in_exactly_one_way() {
        for (probe, fits) in [
            (r#"{"tcp": 5432}"#, true),
            (r#"{"http": "8000/health"}"#, true),
            (r#"{"http": "8000"}"#, true),
            (r#"{"http": "/health"}"#, false),
            (r#"{"http": "0/health"}"#, false),
            (r#"{"tcp": 1, "http": "1/"}"#, false),
            (r#"{"command": ["pg_isready", "-q"]}"#, true),
            (r#"{"command": []}"#, false),
            (r#"{"command": [" "]}"#, false),
            (r#"{"command": "pg_isready"}"#, false),
            (r#"{"command": ["pg_isready"], "tcp": 5432}"#, false),
            ("{}", false),
        ] {
            let text =
                format!(r#"{{"quality_gates": {{"integration_tests": {{"probes": {{"db": {probe}}}}}}}}}"#);
            assert_eq!(load::parse("config.json", &text).is_ok(), fits, "{probe}");
        }
    }
}
