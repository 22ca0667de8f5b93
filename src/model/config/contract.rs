//! The section of the contract gate, which `sdd contract` goes by as well.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::sections::NO_COMMANDS;
use super::{Config, GateSettings, OnMissingTool, values};

/// The contract gate: the interface descriptions of the work item are valid and break no client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Contract {
    /// Whether the gate takes part.
    pub enabled: bool,
    /// Whether the gate decides over the run; absent: as `quality_gates.integration_tests.contracts_required` says, or
    /// else it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// The mildest level of a change or finding that fails.
    pub fail_on: ContractFailOn,
    /// Levels of rules that are not their own, by the rule's id (`sdd contract rules`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, ContractLevel>,
    /// Whether clients were told that lists of values may grow.
    pub enums: ContractEnums,
    /// How many days before its `x-sunset` something must be announced.
    #[serde(deserialize_with = "values::object")]
    pub sunset_notice: SunsetNotice,
    /// Changes that are accepted, each for a reason.
    #[serde(deserialize_with = "values::objects", skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<ContractSuppression>,
}

/// The mildest level that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractFailOn {
    /// What breaks clients.
    #[default]
    Error,
    /// What may break clients, too.
    Warning,
    /// Nothing: what was found is told.
    None,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractLevel {
    /// It breaks clients.
    Error,
    /// It may break clients.
    Warning,
    /// It breaks nobody.
    Info,
    /// It is not told.
    Off,
}

/// How clients take a value that is new in a list of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractEnums {
    /// Nobody knows: a value that is added to a response is a warning.
    #[default]
    Unknown,
    /// They break: it is an error.
    Closed,
    /// They were told that values may be added: it is an info.
    Open,
}

/// Days between the announcement of a sunset and the sunset; 0 demands none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SunsetNotice {
    /// Of operations in beta.
    pub beta: u32,
    /// Of stable operations.
    pub stable: u32,
}

/// A change that is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContractSuppression {
    /// The rule's id; `*` stands for any letters.
    pub rule: String,
    /// The operations, such as `GET /users/*`: `*` stands for anything but `/`, `**` for anything; absent: every change of
    /// the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it counts, such as `2027-01-31`; afterwards it is reported as expired.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expires: Option<NaiveDate>,
}

/// A day, with words for who wrote another thing.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(said) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    match NaiveDate::parse_from_str(&said, "%Y-%m-%d") {
        Ok(day) => Ok(Some(day)),
        Err(_) => Err(D::Error::custom(format!(
            "{said:?} is no day: write it as YYYY-MM-DD, such as 2027-01-31"
        ))),
    }
}

impl Default for Contract {
    fn default() -> Self {
        Self {
            enabled: true,
            required: None,
            fail_on: ContractFailOn::default(),
            levels: BTreeMap::new(),
            enums: ContractEnums::default(),
            sunset_notice: SunsetNotice::default(),
            suppressions: Vec::new(),
        }
    }
}

impl Config {
    /// The settings that every gate has, of the contract gate. Older files say in the section of integration tests
    /// whether it is there and decides.
    pub(super) fn contract_settings(&self) -> GateSettings<'_> {
        let own = &self.quality_gates.contract;
        let section = self.integration();
        let older = |key: &str| section.api_contracts.as_ref()?.get(key)?.as_bool();
        let required = own.required.or(section.contracts_required);
        GateSettings {
            enabled: own.enabled && older("enabled").unwrap_or(true),
            required: required.or_else(|| older("required")).unwrap_or(true),
            // Nothing is started that needs time, and nothing can be missing.
            timeout: Duration::ZERO,
            on_missing_tool: OnMissingTool::Block,
            commands: &NO_COMMANDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gate_id::GateId;

    #[track_caller]
    fn check(text: &str, enabled: bool, required: bool) {
        let config: Config = serde_json::from_str(text).unwrap();
        let settings = config.gate(GateId::Contract);
        assert_eq!(
            (settings.enabled, settings.required),
            (enabled, required),
            "{text}"
        );
    }

    #[test]
    fn it_is_required_unless_the_settings_say_otherwise_at_any_of_their_places() {
        check("{}", true, true);
        check(
            r#"{"quality_gates": {"contract": {"enabled": false}}}"#,
            false,
            true,
        );
        check(
            r#"{"quality_gates": {"contract": {"required": false}}}"#,
            true,
            false,
        );
        check(
            r#"{"quality_gates": {"integration_tests": {"contracts_required": false}}}"#,
            true,
            false,
        );
        check(
            r#"{"quality_gates": {"integration_tests": {"contracts_required": false}, "contract": {"required": true}}}"#,
            true,
            true,
        );
        check(
            r#"{"integration_tests": {"api_contracts": {"enabled": false, "required": false}}}"#,
            false,
            false,
        );
    }

    #[test]
    fn a_suppression_has_a_rule_a_reason_and_perhaps_an_end() {
        let read = |text: &str| serde_json::from_str::<ContractSuppression>(text);
        let whole = r#"{"rule": "a", "operation": "GET /b", "reason": "c", "expires": "2027-01-31"}"#;
        let found = read(whole).unwrap();
        assert_eq!(found.expires, NaiveDate::from_ymd_opt(2027, 1, 31));
        assert!(read(r#"{"rule": "a"}"#).is_err());
        assert!(read(r#"{"reason": "a"}"#).is_err());
        let error = read(r#"{"rule": "a", "reason": "b", "expires": "soon"}"#).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("\"soon\" is no day: write it as YYYY-MM-DD"),
            "{error}"
        );
        assert!(read(r#"{"rule": "a", "reason": "b"}"#).is_ok());
    }
}
