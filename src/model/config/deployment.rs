//! Settings of deployments: what is looked at before, what is tried and watched afterwards, and when to go back.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::command::Command;
use super::json_path::JsonPath;
use super::sections::NO_COMMANDS;
use super::{Config, GateSettings, OnMissingTool, values};

/// Settings of deployments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Deployment {
    /// Whether the gate of deployments takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether the gate of deployments decides over the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What must be well before anything is run.
    #[serde(deserialize_with = "values::object")]
    pub pre_deployment_checks: PreDeploymentChecks,
    /// How the smoke tests of the spec are tried.
    #[serde(deserialize_with = "values::object")]
    pub smoke_tests: SmokeTests,
    /// What is watched after the smoke tests.
    #[serde(deserialize_with = "values::object")]
    pub observation: Observation,
    /// When and how to go back.
    #[serde(deserialize_with = "values::object")]
    pub rollback: Rollback,
    /// The environments to deploy to, by name; `staging` and `production` are always there.
    pub environments: BTreeMap<String, Target>,
}

/// What must be well before anything is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PreDeploymentChecks {
    /// The integration tests passed for this commit.
    pub integration_tests: bool,
    /// The security gate passed for this commit.
    pub security_scans: bool,
    /// The environment is valid.
    pub environment_validation: bool,
    /// How old the evidence of a gate may be.
    pub max_evidence_age: Time,
}

impl Default for PreDeploymentChecks {
    fn default() -> Self {
        Self {
            integration_tests: true,
            security_scans: true,
            environment_validation: true,
            max_evidence_age: Time::seconds(24 * 60 * 60),
        }
    }
}

/// How smoke tests are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SmokeTests {
    /// Whether they are tried.
    pub enabled: bool,
    /// The time that one test may take with all its attempts.
    pub timeout: Time,
    /// How often a test that fails is tried again.
    #[schemars(range(max = 100))]
    pub retry_count: u32,
}

impl Default for SmokeTests {
    fn default() -> Self {
        Self {
            enabled: true,
            timeout: Time::seconds(300),
            retry_count: 3,
        }
    }
}

/// What is watched after the smoke tests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Observation {
    /// The numbers that are watched, all at the same time.
    pub metrics: Vec<Metric>,
}

/// A number that is watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// Its name; `error_rate` is the one that `error_threshold_percent` is about.
    pub name: String,
    /// The command that prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// The address that answers with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<MetricHttp>,
    /// What it must be: `< 5`, `<= 0.5`, `> 99`, `>= 1`, `== 0`. Of `error_rate` it may be absent: then it is
    /// `error_threshold_percent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
    /// How long is waited before the first look.
    #[serde(default)]
    pub initial_delay: Time,
    /// How long is waited between two looks.
    #[serde(default = "fifteen_seconds")]
    pub interval: Time,
    /// How often it is looked at.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10000))]
    pub count: u32,
    /// How many looks may fail.
    #[serde(default)]
    pub failure_limit: u32,
    /// How many looks may have no number.
    #[serde(default)]
    pub inconclusive_limit: u32,
    /// How many looks in a row may fail to be had at all.
    #[serde(default = "three")]
    pub consecutive_error_limit: u32,
}

fn fifteen_seconds() -> Time {
    Time::seconds(15)
}

fn one() -> u32 {
    1
}

fn three() -> u32 {
    3
}

/// An address that answers with a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MetricHttp {
    /// The address, or a path of the environment's.
    pub url: String,
    /// Where the number stands in the answer, as a JSON pointer; absent: the answer is the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
}

/// When and how to go back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rollback {
    /// Whether sdd goes back by itself when something fails.
    pub automatic: bool,
    /// Whether a smoke test that fails is a reason.
    pub on_smoke_test_failure: bool,
    /// Whether a metric that fails is a reason. Absent: where a metric is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_error_threshold: Option<bool>,
    /// The limit of the metric `error_rate`, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub error_threshold_percent: f64,
    /// How old the proof may be that the way back works.
    pub max_age: Time,
}

impl Default for Rollback {
    fn default() -> Self {
        Self {
            automatic: true,
            on_smoke_test_failure: true,
            on_error_threshold: None,
            error_threshold_percent: 5.0,
            max_age: Time::seconds(30 * 24 * 60 * 60),
        }
    }
}

/// An environment to deploy to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Target {
    /// Whether `sdd deploy run` may plan and run in one go. Absent: everywhere but in `production`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_deploy: Option<bool>,
    /// Whether a plan must be approved. Absent: in `production`, and nowhere else. What the base branch requires cannot be
    /// taken back by the work tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_approval: Option<bool>,
    /// The address that paths of smoke tests and metrics belong to, such as `https://staging.example.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What an observation without a clear answer means. Absent: `fail` where a plan must be approved, else `warn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_inconclusive: Option<OnInconclusive>,
    /// A command that takes a lock which other machines see; it must succeed before anything is run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_command: Option<Command>,
    /// The command that releases that lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlock_command: Option<Command>,
}

/// What an observation without a clear answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnInconclusive {
    /// The deployment has failed.
    Fail,
    /// A warning.
    Warn,
}

/// A time: a number of seconds, or a text such as `90s`, `500ms`, `10m`, `4h`, `30d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
pub struct Time(Duration);

impl Time {
    /// The longest time that settings take: a year.
    const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

    /// A number of seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A number of milliseconds.
    pub const fn from_ms(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }

    /// The time.
    pub const fn get(self) -> Duration {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number: u64 = number.parse().ok()?;
        let milliseconds: u64 = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        let time = Duration::from_millis(number.checked_mul(milliseconds)?);
        (time <= Self::LONGEST).then_some(Self(time))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
            if ms > 0 && ms.is_multiple_of(length) {
                return write!(f, "{}{unit}", ms / length);
            }
        }
        if ms == 0 {
            f.write_str("0s")
        } else {
            write!(f, "{ms}ms")
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        const EXPECTED: &str = "a number of seconds, or a time such as 90s, 10m or 24h";
        impl Visitor<'_> for Reader {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Time, E> {
                let time = Duration::from_secs(seconds);
                if time > Time::LONGEST {
                    return Err(E::custom(format!("expected {EXPECTED}, up to a year")));
                }
                Ok(Time(time))
            }

            fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Time, E> {
                match u64::try_from(seconds) {
                    Ok(seconds) => self.visit_u64(seconds),
                    Err(_) => Err(E::custom(format!("expected {EXPECTED}"))),
                }
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
                Time::parse(text).ok_or_else(|| E::custom(format!("expected {EXPECTED}")))
            }
        }
        deserializer.deserialize_any(Reader).map_err(D::Error::custom)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A time: a number of seconds, or a text such as 90s, 500ms, 10m, 4h, 30d.",
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^[0-9]+ ?(ms|s|m|min|h|d)$"},
            ],
        })
    }
}

/// An environment, with the defaults of its name.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedTarget {
    /// Its name.
    pub name: String,
    /// Whether a run may plan and run in one go.
    pub auto_deploy: bool,
    /// Whether a plan must be approved.
    pub require_approval: bool,
    /// The rest as it was said.
    pub said: Target,
}

/// Environments that are there without a word in the settings, and whether plans for them must be approved.
const USUAL: [(&str, bool); 2] = [("staging", false), ("production", true)];

impl Config {
    /// The settings of deployments.
    pub fn deployments(&self) -> &Deployment {
        static DEFAULT: std::sync::LazyLock<Deployment> = std::sync::LazyLock::new(Default::default);
        self.deployment.as_ref().unwrap_or(&DEFAULT)
    }

    /// The settings that every gate has, of the gate of deployments.
    pub(super) fn deployment_settings(&self) -> GateSettings<'_> {
        let section = self.deployments();
        let enabled = section.enabled.unwrap_or(true);
        GateSettings {
            enabled,
            // What the settings turn off they do not require.
            required: section.required.unwrap_or(enabled),
            // Nothing is started that needs time, and nothing can be missing.
            timeout: Duration::ZERO,
            on_missing_tool: OnMissingTool::Block,
            commands: &NO_COMMANDS,
        }
    }
}

impl Deployment {
    /// An environment by its name; `None` of one that nobody named.
    pub fn target(&self, name: &str) -> Option<ResolvedTarget> {
        let usual = USUAL.iter().find(|(usual, _)| *usual == name);
        let said = self.environments.get(name);
        if usual.is_none() && said.is_none() {
            return None;
        }
        let said = said.cloned().unwrap_or_default();
        let is_production = usual.is_some_and(|(_, approval)| *approval);
        Some(ResolvedTarget {
            name: name.to_owned(),
            auto_deploy: said.auto_deploy.unwrap_or(!is_production),
            require_approval: said.require_approval.unwrap_or(is_production),
            said,
        })
    }

    /// The names of all environments.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = USUAL.iter().map(|(name, _)| *name).collect();
        names.extend(self.environments.keys().map(String::as_str));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What of it nobody can go by: the place, and what belongs there.
    pub(super) fn wrong(&self) -> Vec<(JsonPath, String, Option<String>)> {
        let place = JsonPath::of("deployment");
        let mut wrong = Vec::new();
        let mut say = |place: JsonPath, why: &str| wrong.push((place, why.to_owned(), None));
        let percent = self.rollback.error_threshold_percent;
        if !(0.0..=100.0).contains(&percent) {
            let at = place.key("rollback").key("error_threshold_percent");
            say(at, "expected a percentage from 0 to 100");
        }
        if self.smoke_tests.retry_count > 100 {
            say(
                place.key("smoke_tests").key("retry_count"),
                "expected at most 100",
            );
        }
        if self.smoke_tests.timeout.get().is_zero() {
            say(
                place.key("smoke_tests").key("timeout"),
                "expected more than no time",
            );
        }
        for (index, metric) in self.observation.metrics.iter().enumerate() {
            let at = place.key("observation").key("metrics").index(index);
            if metric.command.is_some() == metric.http.is_some() {
                say(at.clone(), "expected one of `command` and `http`");
            }
            match &metric.success {
                None if metric.name != "error_rate" => {
                    say(at.clone(), "expected `success`, such as \"< 5\"");
                }
                Some(said) if Condition::parse(said).is_none() => {
                    say(
                        at.key("success"),
                        "expected a comparison with a number, such as \"< 5\"",
                    );
                }
                _ => {}
            }
            if !(1..=10_000).contains(&metric.count) {
                say(at.key("count"), "expected a number from 1 to 10000");
            }
        }
        for (name, target) in &self.environments {
            let at = place.key("environments").key(name);
            if !is_name(name) {
                say(
                    at.clone(),
                    "expected a name of small letters, digits, `-`, `_` and `.`",
                );
            }
            if let Some(url) = &target.url
                && !(url.starts_with("http://") || url.starts_with("https://"))
            {
                say(
                    at.key("url"),
                    "expected an address that begins with http:// or https://",
                );
            }
        }
        wrong
    }
}

/// Whether a name can be one of an environment: it becomes the name of a directory.
fn is_name(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let all = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    first && name.len() <= 64 && name.chars().all(all)
}

/// A comparison with a number: `< 5`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub limit: f64,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
}

impl Condition {
    /// Reads `< 5`, with or without `%` behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let signs = [
            ("<=", Operator::AtMost),
            (">=", Operator::AtLeast),
            ("==", Operator::Equal),
            ("<", Operator::Below),
            (">", Operator::Above),
        ];
        let (sign, operator) = signs.into_iter().find(|(sign, _)| text.starts_with(sign))?;
        let number = text[sign.len()..].trim().trim_end_matches('%').trim_end();
        let limit: f64 = number.parse().ok()?;
        limit.is_finite().then_some(Self { operator, limit })
    }

    /// Whether a number fulfils it.
    pub fn holds(self, number: f64) -> bool {
        match self.operator {
            Operator::Below => number < self.limit,
            Operator::AtMost => number <= self.limit,
            Operator::Above => number > self.limit,
            Operator::AtLeast => number >= self.limit,
            #[expect(clippy::float_cmp, reason = "it is what was asked for")]
            Operator::Equal => number == self.limit,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.operator {
            Operator::Below => "<",
            Operator::AtMost => "<=",
            Operator::Above => ">",
            Operator::AtLeast => ">=",
            Operator::Equal => "==",
        };
        write!(f, "{sign} {}", self.limit)
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
    fn a_partial_section_keeps_the_defaults_of_the_rest() {
        let config = config(
            r#"{"deployment": {"smoke_tests": {"timeout": "90s"}, "environments": {"production": {"auto_deploy": true},
                "qa": {}}}}"#,
        );
        let deployment = config.deployments();
        assert_eq!(deployment.smoke_tests.timeout.get(), Duration::from_secs(90));
        assert_eq!(deployment.smoke_tests.retry_count, 3);
        let target = |name: &str| {
            let target = deployment.target(name)?;
            Some((target.auto_deploy, target.require_approval))
        };
        assert_eq!(target("production"), Some((true, true)));
        assert_eq!(target("staging"), Some((true, false)));
        assert_eq!(target("qa"), Some((true, false)));
        assert_eq!(target("qb"), None);
        assert_eq!(deployment.names(), ["production", "qa", "staging"]);
    }

    #[test]
    fn what_nobody_can_go_by_is_refused() {
        for section in [
            r#"{"rollback": {"error_threshold_percent": 101}}"#,
            r#"{"smoke_tests": {"timeout": "soon"}}"#,
            r#"{"smoke_tests": {"timeout": -1}}"#,
            r#"{"smoke_tests": {"timeout": 0}}"#,
            r#"{"environments": {"../x": {}}}"#,
            r#"{"environments": {"qa": {"url": "ftp://x"}}}"#,
            r#"{"observation": {"metrics": [{"name": "a", "success": "< 5"}]}}"#,
            r#"{"observation": {"metrics": [{"name": "a", "command": "x"}]}}"#,
            r#"{"observation": {"metrics": [{"name": "a", "command": "x", "success": "fine"}]}}"#,
            r#"{"observation": {"metrics": [{"name": "a", "command": "x", "success": "< 1", "count": 0}]}}"#,
            r#"{"observation": {"metrics": [{"command": "x", "success": "< 1"}]}}"#,
        ] {
            let text = format!("{{\"deployment\": {section}}}");
            assert!(load::parse("config.json", &text).is_err(), "{section}");
        }
        config(r#"{"deployment": {"observation": {"metrics": [{"name": "error_rate", "command": "x"}]}}}"#);
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        for (said, shown) in [
            ("\"90s\"", "90s"),
            ("60", "1m"),
            ("\"500ms\"", "500ms"),
            ("0", "0s"),
            ("\"24h\"", "1d"),
        ] {
            let time: Time = serde_json::from_str(said).unwrap();
            assert_eq!(time.to_string(), shown);
            assert_eq!(Time::parse(shown), Some(time));
        }
        for said in [
            "\"\"",
            "\"5\"",
            "\"-5s\"",
            "1.5",
            "null",
            "\"99999999d\"",
            "99999999999",
        ] {
            assert!(serde_json::from_str::<Time>(said).is_err(), "{said}");
        }
    }

    #[test]
    fn conditions_compare() {
        for (text, number, expect) in [
            ("< 5", 4.9, true),
            ("< 5%", 5.0, false),
            ("<=5", 5.0, true),
            ("> 99", 99.0, false),
            (">= 99", 99.0, true),
            ("== 0", 0.0, true),
            ("< 5", f64::NAN, false),
        ] {
            assert_eq!(
                Condition::parse(text).map(|one| one.holds(number)),
                Some(expect),
                "{text}"
            );
        }
        for text in ["5", "< x", "", "< inf", "!= 3"] {
            assert_eq!(Condition::parse(text), None, "{text}");
        }
    }
}
