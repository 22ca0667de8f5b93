//! A variable is set. Its value is never shown, whatever it is.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::pattern::Pattern;
use crate::parse::spec::{is_stand_in, is_variable_name};

/// A variable is set, is not empty and is no placeholder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Env {
    /// Its name.
    name: String,
    /// Whether its value is secret. No value is ever shown; of a secret one not even its length.
    #[serde(default)]
    secret: bool,
    /// What the value must look like.
    matching: Option<Pattern>,
    /// What the value must not look like, besides the usual placeholders.
    not_matching: Option<Pattern>,
}

impl Env {
    fn judge(&self, value: Option<&str>) -> Seen {
        let name = &self.name;
        let set = format!("set {name} where sdd is started");
        let Some(value) = value else {
            return Seen::failed(format!("{name} is not set")).remedy(set);
        };
        if value.trim().is_empty() {
            return Seen::failed(format!("{name} is empty")).remedy(set);
        }
        if is_stand_in(value) {
            return Seen::failed(format!("{name} holds a placeholder")).remedy(set);
        }
        if self
            .not_matching
            .as_ref()
            .is_some_and(|pattern| pattern.0.is_match(value))
        {
            return Seen::failed(format!("{name} holds what it must not (`not_matching`)")).remedy(set);
        }
        if let Some(pattern) = self
            .matching
            .as_ref()
            .filter(|pattern| !pattern.0.is_match(value))
        {
            return Seen::failed(format!("{name} does not match {}", pattern.as_str())).remedy(set);
        }
        if self.secret {
            Seen::passed(format!("{name} is set"))
        } else {
            Seen::passed(format!("{name} is set, {} characters", value.chars().count()))
        }
    }
}

impl Settings for Env {
    fn wrong(&self) -> Option<(&'static str, String)> {
        (!is_variable_name(&self.name))
            .then(|| ("name", "expected the name of an environment variable".to_owned()))
    }
}

impl Check for Env {
    fn look(&self, scene: &Scene, _: Limit) -> Seen {
        let name = std::ffi::OsStr::new(&self.name);
        let found = scene.environment.iter().find(|(key, _)| *key == name);
        match found.map(|(_, value)| value.to_str()) {
            Some(None) => Seen::failed(format!("{} is not UTF-8", self.name)),
            Some(Some(value)) => self.judge(Some(value)),
            None => self.judge(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::environment::report::Outcome;

    #[track_caller]
    fn judged(value: Option<&str>) -> Seen {
        let settings =
            json!({"name": "API_KEY", "not_matching": "^test-", "matching": "^[a-z<>*.{}$A-Z0-9-]*$"});
        let check: Env = serde_json::from_value(settings).unwrap();
        let seen = check.judge(value);
        if let Some(value) = value.filter(|value| value.len() > 3) {
            assert!(!format!("{seen:?}").contains(value), "{seen:?}");
        }
        seen
    }

    #[test]
    fn what_is_missing_empty_or_a_placeholder_fails_and_is_not_shown() {
        let refused = [
            "",
            "   ",
            "changeme",
            "CHANGEME",
            "todo",
            "xxxx",
            "<api key>",
            "your-key",
            "[token]",
            "{{ key }}",
            "test-4242",
            "no match!",
            "***",
        ];
        for value in refused.map(Some).into_iter().chain([None]) {
            assert_eq!(judged(value).outcome, Outcome::Failed, "{value:?}");
        }
    }

    #[test]
    fn what_is_set_passes_and_is_not_shown() {
        let seen = judged(Some("a41f00c2d3e4"));
        assert_eq!(seen.message, "API_KEY is set, 12 characters");
        assert_eq!((seen.outcome, seen.observed), (Outcome::Passed, None));
        let secret: Env = serde_json::from_value(json!({"name": "API_KEY", "secret": true})).unwrap();
        assert_eq!(secret.judge(Some("a41f00c2d3e4")).message, "API_KEY is set");
    }
}
