//! Gates that the configuration may name and that this version of sdd does not have.

use super::Config;
use crate::model::work_item::WorkItemType;

/// The work items that a gate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateScope {
    /// Deployments only.
    Deployments,
}

impl GateScope {
    /// Whether the gate says something about work of a type. Without a session there is no such work.
    pub fn concerns(self, kind: Option<WorkItemType>) -> bool {
        match self {
            Self::Deployments => kind == Some(WorkItemType::Deployment),
        }
    }
}

/// A gate that the configuration names and this version of sdd does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnavailableGate {
    /// The place of its settings, such as `deployment`.
    pub place: &'static str,
    /// Whether the configuration names it.
    pub named: bool,
    /// Whether it takes part.
    pub enabled: bool,
    /// Whether it decides over the run.
    pub required: bool,
    /// The work items that it is for.
    pub scope: GateScope,
}

/// A gate that is known by name: where its settings are, whether it is enabled and required when they do not say, the
/// work items it is for, and how to find its settings.
struct Known {
    place: &'static str,
    enabled: bool,
    required: bool,
    scope: GateScope,
    section: fn(&Config) -> Option<Asked>,
}

/// What the settings say of a gate.
#[derive(Clone, Copy, Default)]
struct Asked {
    enabled: Option<bool>,
    required: Option<bool>,
}

const KNOWN: [Known; 1] = [Known {
    place: "deployment",
    enabled: true,
    required: true,
    scope: GateScope::Deployments,
    section: |config| {
        let section = config.deployment.as_ref()?;
        Some(Asked {
            enabled: section.enabled,
            required: section.required,
        })
    },
}];

impl Config {
    /// The gates that this configuration names, or work of a type needs, and this version of sdd does not have, in a
    /// fixed order.
    pub fn unavailable_gates(&self, kind: Option<WorkItemType>) -> Vec<UnavailableGate> {
        KNOWN
            .iter()
            .filter_map(|known| {
                let section = (known.section)(self);
                let named = section.is_some();
                let asked = section.unwrap_or_default();
                (named || known.scope.concerns(kind)).then(|| UnavailableGate {
                    place: known.place,
                    named,
                    enabled: asked.enabled.unwrap_or(known.enabled),
                    required: asked.required.unwrap_or(known.required),
                    scope: known.scope,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: Option<WorkItemType>, expect: &[(&str, bool, bool)]) {
        let config: Config = serde_json::from_str(text).unwrap();
        let found: Vec<(&str, bool, bool)> = config
            .unavailable_gates(kind)
            .iter()
            .map(|gate| (gate.place, gate.enabled, gate.required))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn only_gates_that_are_named_or_needed_are_told_of() {
        check("{}", None, &[]);
        check("{}", Some(WorkItemType::Feature), &[]);
        check("{}", Some(WorkItemType::IntegrationTest), &[]);
        check(
            "{}",
            Some(WorkItemType::Deployment),
            &[("deployment", true, true)],
        );
        check(r#"{"deployment": {}}"#, None, &[("deployment", true, true)]);
        check(
            r#"{"deployment": {"enabled": false}}"#,
            Some(WorkItemType::Deployment),
            &[("deployment", false, true)],
        );
    }

    #[test]
    fn a_gate_concerns_work_of_its_own_type_only() {
        for kind in WorkItemType::ALL {
            let is = |of: WorkItemType| *kind == of;
            assert_eq!(
                GateScope::Deployments.concerns(Some(*kind)),
                is(WorkItemType::Deployment)
            );
        }
        assert!(!GateScope::Deployments.concerns(None));
    }
}
