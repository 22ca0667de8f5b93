//! The section of the benchmark gate, which `sdd bench` goes by as well.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json_path::JsonPath;
use super::sections::NO_COMMANDS;
use super::values::MAX_SECONDS;
use super::{Config, GateSettings, OnMissingTool, values};

/// The benchmark gate: the service of the work item is as fast as its spec demands, and no slower than its baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Benchmark {
    /// Whether the gate takes part.
    pub enabled: bool,
    /// Whether the gate decides over the run; absent: as `quality_gates.integration_tests.performance_required` says, or
    /// else it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Seconds that the measurement may take; absent: as many as its phases and rounds need.
    #[serde(deserialize_with = "values::seconds", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_SECONDS))]
    pub timeout: Option<u64>,
    /// What it means that the engine is not installed; absent: `block` when the gate is required, `skip` when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_missing_tool: Option<OnMissingTool>,
    /// What makes the load.
    pub engine: BenchmarkEngine,
    /// The rounds that have to count.
    #[schemars(range(min = 1, max = Benchmark::MOST_ROUNDS))]
    pub rounds: u32,
    /// Seconds of all rounds together; absent: those of the spec, else 3 a round.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.001, max = Benchmark::LONGEST))]
    pub duration: Option<f64>,
    /// The factor by which the phases of the spec are shortened.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub time_scale: f64,
    /// The change against the baseline that matters, as a share; absent: as
    /// `integration_tests.performance_benchmarks.regression_threshold` says, or else 0.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = Benchmark::LARGEST_CHANGE))]
    pub regression_threshold: Option<f64>,
    /// Whether rounds count however busy the machine is with something else.
    pub allow_noise: bool,
}

/// What makes the load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BenchmarkEngine {
    /// wrk where it is installed and can make the load, else sdd's own generator.
    #[default]
    Auto,
    /// wrk.
    Wrk,
    /// sdd's own generator.
    Builtin,
    /// locust, with workers on this machine.
    Locust,
}

impl Default for Benchmark {
    fn default() -> Self {
        Self {
            enabled: true,
            required: None,
            timeout: None,
            on_missing_tool: None,
            engine: BenchmarkEngine::default(),
            rounds: 10,
            duration: None,
            time_scale: 1.0,
            regression_threshold: None,
            allow_noise: false,
        }
    }
}

impl Benchmark {
    /// The most rounds.
    pub const MOST_ROUNDS: u32 = 1000;
    /// The longest that all rounds may take, in seconds: a day.
    pub const LONGEST: f64 = 86_400.0;
    /// The largest change that may matter, as a share.
    pub const LARGEST_CHANGE: f64 = 10.0;

    /// The time of all rounds together, where it is said.
    pub fn duration(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.duration?).ok()
    }

    /// What of it nobody can go by: the place, and what belongs there.
    pub(super) fn wrong(&self) -> Vec<(JsonPath, String, Option<String>)> {
        let within = |value: f64, most: f64| value > 0.0 && value <= most;
        let rounds = (1..=Self::MOST_ROUNDS).contains(&self.rounds);
        let numbers = [
            ("rounds", rounds, "a whole number from 1 to 1000"),
            (
                "duration",
                self.duration
                    .is_none_or(|value| (0.001..=Self::LONGEST).contains(&value)),
                "seconds from 0.001 to 86400",
            ),
            (
                "time_scale",
                within(self.time_scale, 1.0),
                "a number above 0 and up to 1",
            ),
            (
                "regression_threshold",
                self.regression_threshold
                    .is_none_or(|value| within(value, Self::LARGEST_CHANGE)),
                "a share above 0 and up to 10, such as 0.1 for 10 %",
            ),
        ];
        let place = JsonPath::of("quality_gates.benchmark");
        numbers
            .into_iter()
            .filter(|(_, fits, _)| !fits)
            .map(|(key, _, wanted)| (place.key(key), format!("expected {wanted}"), None))
            .collect()
    }
}

impl Config {
    /// The settings that every gate has, of the benchmark gate. Older files say in the section of integration tests
    /// whether it is there and decides.
    pub(super) fn benchmark_settings(&self) -> GateSettings<'_> {
        let own = &self.quality_gates.benchmark;
        let flag = |key: &str| self.older_benchmark(key).and_then(serde_json::Value::as_bool);
        let said = self.integration().performance_required;
        let required = own.required.or(said).or_else(|| flag("required")).unwrap_or(true);
        GateSettings {
            enabled: own.enabled && flag("enabled").unwrap_or(true),
            required,
            // As long as its phases need, where nobody says.
            timeout: Duration::from_secs(own.timeout.unwrap_or_default()),
            on_missing_tool: own.on_missing_tool.unwrap_or(if required {
                OnMissingTool::Block
            } else {
                OnMissingTool::Skip
            }),
            commands: &NO_COMMANDS,
        }
    }

    /// The change against the baseline that matters, as a share.
    pub fn regression_threshold(&self) -> f64 {
        const USUAL: f64 = 0.1;
        let older = || self.older_benchmark("regression_threshold")?.as_f64();
        let own = self.quality_gates.benchmark.regression_threshold;
        let said = own.or_else(older);
        said.filter(|share| *share > 0.0 && *share <= Benchmark::LARGEST_CHANGE)
            .unwrap_or(USUAL)
    }

    /// What the older section of the gate says: `integration_tests.performance_benchmarks`.
    fn older_benchmark(&self, key: &str) -> Option<&serde_json::Value> {
        self.integration().performance_benchmarks.as_ref()?.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;
    use crate::model::gate_id::GateId;

    #[track_caller]
    fn check(text: &str, enabled: bool, required: bool, threshold: f64) {
        let config: Config = serde_json::from_str(text).unwrap();
        let settings = config.gate(GateId::Benchmark);
        assert_eq!(
            (settings.enabled, settings.required),
            (enabled, required),
            "{text}"
        );
        assert!((config.regression_threshold() - threshold).abs() < 1e-9, "{text}");
    }

    #[test]
    fn it_is_required_unless_the_settings_say_otherwise_at_any_of_their_places() {
        check("{}", true, true, 0.1);
        check(
            r#"{"quality_gates": {"benchmark": {"enabled": false, "regression_threshold": 0.2}}}"#,
            false,
            true,
            0.2,
        );
        check(
            r#"{"quality_gates": {"integration_tests": {"performance_required": false}}}"#,
            true,
            false,
            0.1,
        );
        check(
            r#"{"quality_gates": {"integration_tests": {"performance_required": false}, "benchmark": {"required": true}}}"#,
            true,
            true,
            0.1,
        );
        check(
            r#"{"integration_tests": {"performance_benchmarks": {"enabled": false, "required": false, "regression_threshold": 0.25}}}"#,
            false,
            false,
            0.25,
        );
        check(
            r#"{"integration_tests": {"performance_benchmarks": {"required": "yes", "regression_threshold": -1}}}"#,
            true,
            true,
            0.1,
        );
    }

    #[test]
    fn numbers_have_their_bounds() {
        let wrong = |key: &str, value: &str| {
            let text = format!("{{\"quality_gates\": {{\"benchmark\": {{\"{key}\": {value}}}}}}}");
            load::parse("config.json", &text).map_err(|error| error.to_string())
        };
        for (key, value) in [
            ("rounds", "0"),
            ("rounds", "1001"),
            ("duration", "0"),
            ("time_scale", "0"),
            ("time_scale", "1.5"),
            ("regression_threshold", "0"),
            ("regression_threshold", "11"),
        ] {
            let error = wrong(key, value).unwrap_err();
            assert!(
                error.contains(&format!("quality_gates.benchmark.{key}")) && error.contains("expected"),
                "{key}: {error}"
            );
        }
        assert!(wrong("rounds", "1").is_ok() && wrong("duration", "0.5").is_ok());
        assert!(wrong("engine", "\"ab\"").is_err() && wrong("engine", "\"wrk\"").is_ok());
    }
}
