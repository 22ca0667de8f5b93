//! From the settings of a project to its policy.

use super::{Enums, Policy, Suppression, globs};
use crate::contract::diff::Notice;
use crate::contract::report::FailOn;
use crate::contract::rules::{Fixed, Level, Rule};
use crate::contract::validate;
use crate::model::config::{Contract, ContractEnums, ContractFailOn, ContractLevel, JsonPath, nearest};
use crate::model::text;

/// Settings that nobody can go by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is no such rule.
    #[error("there is no rule {rule:?}{}", meant.as_ref().map_or_else(String::new, |meant| format!(", did you mean {meant}?")))]
    UnknownRule {
        /// Where it stands.
        at: JsonPath,
        /// The id as it is written.
        rule: String,
        /// The nearest that there is.
        meant: Option<String>,
    },
    /// Levels are said of single rules.
    #[error("levels take the ids of single rules, and {pattern:?} is a pattern: name each rule")]
    NoPattern {
        /// Where it stands.
        at: JsonPath,
        /// The pattern.
        pattern: String,
    },
    /// What could not be compared cannot be left out: it would be a pass that nobody checked.
    #[error("{rule} cannot be off, because what could not be compared is no pass: suppress it with a reason")]
    MustStay {
        /// Where it stands.
        at: JsonPath,
        /// The rule.
        rule: String,
    },
    /// No rule fits the pattern.
    #[error("no rule fits {pattern:?}")]
    NoRuleFits {
        /// Where it stands.
        at: JsonPath,
        /// The pattern.
        pattern: String,
    },
    /// A suppression does not say why.
    #[error("a suppression of {rule} needs a reason")]
    NoReason {
        /// Where it stands.
        at: JsonPath,
        /// The rule.
        rule: String,
    },
}

impl Unfit {
    /// Where it stands in the settings.
    pub fn at(&self) -> &JsonPath {
        match self {
            Self::UnknownRule { at, .. }
            | Self::NoPattern { at, .. }
            | Self::MustStay { at, .. }
            | Self::NoRuleFits { at, .. }
            | Self::NoReason { at, .. } => at,
        }
    }
}

impl Policy {
    /// The policy of a project.
    pub fn of(settings: &Contract) -> Result<Self, Vec<Unfit>> {
        let ids: Vec<String> = Rule::all()
            .map(Rule::id)
            .chain(validate::Rule::ALL.iter().map(|rule| rule.id().to_owned()))
            .collect();
        let is_known =
            |id: &str| Rule::parse(id).is_some() || validate::Rule::ALL.iter().any(|rule| rule.id() == id);
        let section = JsonPath::of("quality_gates.contract");
        let unknown = |at: JsonPath, id: &str| Unfit::UnknownRule {
            at,
            rule: text::one_line(id),
            meant: nearest(id, ids.iter().map(String::as_str)).map(str::to_owned),
        };
        let mut unfit = Vec::new();
        for id in settings.levels.keys().filter(|id| !is_known(id)) {
            let at = section.key("levels").key(id);
            unfit.push(if id.contains('*') {
                Unfit::NoPattern {
                    at,
                    pattern: text::one_line(id),
                }
            } else {
                unknown(at, id)
            });
        }
        let not_compared = Fixed::DocumentNotCompared.id();
        if settings.levels.get(not_compared) == Some(&ContractLevel::Off) {
            unfit.push(Unfit::MustStay {
                at: section.key("levels").key(not_compared),
                rule: not_compared.to_owned(),
            });
        }
        for (index, own) in settings.suppressions.iter().enumerate() {
            let at = |key: &str| section.key("suppressions").index(index).key(key);
            if own.reason.trim().is_empty() {
                unfit.push(Unfit::NoReason {
                    at: at("reason"),
                    rule: text::one_line(&own.rule),
                });
            }
            if !own.rule.contains('*') && !is_known(&own.rule) {
                unfit.push(unknown(at("rule"), &own.rule));
            } else if !ids.iter().any(|id| globs::matches(&own.rule, id)) {
                unfit.push(Unfit::NoRuleFits {
                    at: at("rule"),
                    pattern: text::one_line(&own.rule),
                });
            }
        }
        if !unfit.is_empty() {
            return Err(unfit);
        }
        let level = |level: &ContractLevel| match level {
            ContractLevel::Error => Some(Level::Error),
            ContractLevel::Warning => Some(Level::Warning),
            ContractLevel::Info => Some(Level::Info),
            ContractLevel::Off => None,
        };
        let suppression = |own: &crate::model::config::ContractSuppression| Suppression {
            rule: own.rule.clone(),
            operation: own.operation.clone(),
            reason: text::one_line(own.reason.trim()),
            expires: own.expires,
        };
        Ok(Self {
            levels: settings
                .levels
                .iter()
                .map(|(id, own)| (id.clone(), level(own)))
                .collect(),
            enums: match settings.enums {
                ContractEnums::Unknown => Enums::Unknown,
                ContractEnums::Closed => Enums::Closed,
                ContractEnums::Open => Enums::Open,
            },
            notice: Notice {
                beta: settings.sunset_notice.beta,
                stable: settings.sunset_notice.stable,
            },
            suppressions: settings.suppressions.iter().map(suppression).collect(),
        })
    }
}

impl From<ContractFailOn> for FailOn {
    fn from(own: ContractFailOn) -> Self {
        match own {
            ContractFailOn::Error => Self::Error,
            ContractFailOn::Warning => Self::Warning,
            ContractFailOn::None => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(&str, &str)]) {
        let settings: Contract = serde_json::from_str(text).unwrap();
        let found = Policy::of(&settings).err().unwrap_or_default();
        let found: Vec<(String, String)> = found
            .iter()
            .map(|unfit| (unfit.at().to_string(), unfit.to_string()))
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(at, what)| (&**at, &**what)).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn what_names_no_rule_or_no_reason_is_refused() {
        check("{}", &[]);
        check(r#"{"levels": {"server-removed": "off"}}"#, &[]);
        check(
            r#"{"levels": {"document-not-compared": "off"}}"#,
            &[(
                "quality_gates.contract.levels.document-not-compared",
                "document-not-compared cannot be off, because what could not be compared is no pass: suppress it with a reason",
            )],
        );
        check(
            r#"{"levels": {"server-remove": "error"}}"#,
            &[(
                "quality_gates.contract.levels.server-remove",
                "there is no rule \"server-remove\", did you mean server-removed?",
            )],
        );
        check(
            r#"{"levels": {"api-*": "error"}}"#,
            &[(
                "quality_gates.contract.levels[\"api-*\"]",
                "levels take the ids of single rules, and \"api-*\" is a pattern: name each rule",
            )],
        );
        check(r#"{"suppressions": [{"rule": "api-*", "reason": "a"}]}"#, &[]);
        check(
            r#"{"suppressions": [{"rule": "nothing-*", "reason": "a"}, {"rule": "server-removed", "reason": " "}]}"#,
            &[
                (
                    "quality_gates.contract.suppressions[0].rule",
                    "no rule fits \"nothing-*\"",
                ),
                (
                    "quality_gates.contract.suppressions[1].reason",
                    "a suppression of server-removed needs a reason",
                ),
            ],
        );
    }
}
