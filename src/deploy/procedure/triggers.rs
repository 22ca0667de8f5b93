//! When to go back, as far as anybody can tell by himself.

use serde::{Deserialize, Serialize};

use crate::model::spec::At;

/// A reason to go back, as the spec says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// In its words.
    pub text: String,
    /// Its line in the spec.
    pub line: u32,
    /// What watches for it.
    pub kind: TriggerKind,
}

/// What watches for a reason to go back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TriggerKind {
    /// The smoke tests.
    SmokeTests,
    /// The metric `error_rate`, with the limit in percent where the spec names one.
    ErrorRate {
        /// The limit.
        percent: Option<f64>,
    },
    /// A person, or nobody: it is not automated.
    Person,
}

/// Reads one trigger.
pub(super) fn read(said: &At<String>) -> Trigger {
    let lower = said.value.to_lowercase();
    let kind = if lower.contains("smoke test") {
        TriggerKind::SmokeTests
    } else if lower.contains("error rate") || lower.contains("error_rate") {
        TriggerKind::ErrorRate {
            percent: percent(&lower),
        }
    } else {
        TriggerKind::Person
    };
    Trigger {
        text: said.value.clone(),
        line: said.line,
        kind,
    }
}

/// The number before the first `%`.
fn percent(text: &str) -> Option<f64> {
    let before = text
        .split('%')
        .next()
        .filter(|before| before.len() < text.len())?;
    let before = before.trim_end();
    let start = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |at| at + 1);
    before[start..]
        .parse()
        .ok()
        .filter(|percent| (0.0..=100.0).contains(percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: TriggerKind) {
        assert_eq!(read(&At::new(text.to_owned(), 1)).kind, expect, "{text}");
    }

    #[test]
    fn triggers_of_real_specs() {
        check("Smoke tests fail", TriggerKind::SmokeTests);
        check(
            "Error rate exceeds 5%",
            TriggerKind::ErrorRate { percent: Some(5.0) },
        );
        check(
            "Error rate > 2.5 %",
            TriggerKind::ErrorRate { percent: Some(2.5) },
        );
        check("Error rate rises", TriggerKind::ErrorRate { percent: None });
        check("Error rate above 500%", TriggerKind::ErrorRate { percent: None });
        check("Performance degradation > 50%", TriggerKind::Person);
        check("Critical functionality broken", TriggerKind::Person);
    }
}
