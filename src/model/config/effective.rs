//! The settings as they take effect: every default filled in.

use serde_json::{Map, Value, json};

use super::coverage::number;
use super::{Config, GateSettings};
use crate::model::gate_id::GateId;
use crate::model::language::Language;

impl Config {
    /// The settings as they take effect, with every default filled in: again a configuration, and with the
    /// same effect. The built-in commands of a gate are not settings and are not in it.
    pub fn effective(&self) -> Value {
        let mut top = match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            // A configuration is plain data with string keys, which always has a JSON form.
            _ => Map::new(),
        };
        top.shift_remove("custom_validations");
        let mut gates = match top.shift_remove("quality_gates") {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        gates.shift_remove("coverage_threshold");
        let mut filled = Map::new();
        for gate in [
            GateId::Tests,
            GateId::Linting,
            GateId::Formatting,
            GateId::TypeChecking,
            GateId::Security,
            GateId::Documentation,
            GateId::SpecCompleteness,
            GateId::Context7,
            GateId::Integration,
            GateId::Contract,
            GateId::Benchmark,
            GateId::IntegrationDocumentation,
            GateId::Custom,
        ] {
            filled.insert(gate.config_key().to_owned(), self.section(gate));
        }
        gates.retain(|key, _| !filled.contains_key(key));
        filled.append(&mut gates);

        let mut ordered = Map::new();
        if let Some(schema) = top.shift_remove("$schema") {
            ordered.insert("$schema".to_owned(), schema);
        }
        ordered.insert("quality_gates".to_owned(), Value::Object(filled));
        for key in ["units", "languages"] {
            if let Some(value) = top.shift_remove(key) {
                ordered.insert(key.to_owned(), value);
            }
        }
        for key in ["exclude", "pass_env", "redact_env"] {
            let list = top.shift_remove(key).unwrap_or_else(|| json!([]));
            ordered.insert(key.to_owned(), list);
        }
        ordered.append(&mut top);
        Value::Object(ordered)
    }

    fn section(&self, gate: GateId) -> Value {
        let settings = self.gate(gate);
        let mut section = common(gate, settings);
        let mut set = |key: &str, value: Value| section.insert(key.to_owned(), value);
        match gate {
            GateId::Tests => {
                let thresholds: Map<String, Value> = Language::ALL
                    .iter()
                    .map(|language| {
                        let threshold = self.coverage_threshold(*language);
                        (
                            language.as_str().to_owned(),
                            threshold.map_or(Value::Null, number),
                        )
                    })
                    .collect();
                set("coverage_threshold", Value::Object(thresholds));
            }
            GateId::Linting | GateId::Formatting => {
                set("auto_fix", self.auto_fix(gate).into());
            }
            // The environment of integration tests has no section of its own, and that of deployments stands elsewhere.
            GateId::TypeChecking | GateId::SpecCompleteness | GateId::Environment | GateId::Deployment => {}
            GateId::Security => {
                set("fail_on", json!(self.quality_gates.security.fail_on));
            }
            GateId::Documentation => {
                let own = &self.quality_gates.documentation;
                set("check_changelog", own.check_changelog.into());
                set("check_docstrings", own.check_docstrings.into());
                set("check_readme", own.check_readme.into());
            }
            GateId::Context7 => {
                let own = &self.quality_gates.context7;
                set("important_libraries", json!(own.important_libraries));
                if let Some(server) = &own.server {
                    set("server", json!(server));
                }
            }
            GateId::Contract => {
                let own = &self.quality_gates.contract;
                set("fail_on", json!(own.fail_on));
                set("enums", json!(own.enums));
                set("levels", json!(own.levels));
                set("sunset_notice", json!(own.sunset_notice));
                set("suppressions", json!(own.suppressions));
            }
            GateId::Benchmark => {
                let own = &self.quality_gates.benchmark;
                set("engine", json!(own.engine));
                set("rounds", own.rounds.into());
                if let Some(seconds) = own.duration {
                    set("duration", number(seconds));
                }
                set("time_scale", number(own.time_scale));
                set("regression_threshold", number(self.regression_threshold()));
                set("allow_noise", own.allow_noise.into());
            }
            GateId::Integration => {
                let own = json!(self.integration());
                for (key, value) in own.as_object().into_iter().flatten() {
                    // The two gates that these are of say them in their own sections.
                    if ![
                        "enabled",
                        "required",
                        "timeout",
                        "commands",
                        "performance_benchmarks",
                        "api_contracts",
                        "documentation",
                    ]
                    .contains(&key.as_str())
                    {
                        set(key, value.clone());
                    }
                }
            }
            GateId::IntegrationDocumentation => {
                let own = json!(self.integration_documents());
                for (key, value) in own.as_object().into_iter().flatten() {
                    set(key, value.clone());
                }
            }
            GateId::Custom => {
                set("rules", json!(self.rules().collect::<Vec<_>>()));
            }
        }
        if !settings.commands.is_empty() {
            set("commands", json!(settings.commands));
        }
        Value::Object(section)
    }
}

/// What the sections of all gates have in common.
fn common(gate: GateId, settings: GateSettings<'_>) -> Map<String, Value> {
    let mut section = Map::new();
    let mut set = |key: &str, value: Value| section.insert(key.to_owned(), value);
    set("enabled", settings.enabled.into());
    set("required", settings.required.into());
    // These start nothing that could be missing.
    let starts_nothing = matches!(
        gate,
        GateId::SpecCompleteness | GateId::Contract | GateId::IntegrationDocumentation | GateId::Deployment
    );
    if !starts_nothing {
        if !settings.timeout.is_zero() {
            set("timeout", settings.timeout.as_secs().into());
        }
        set("on_missing_tool", json!(settings.on_missing_tool));
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_documented_ones() {
        assert_eq!(
            Config::default().effective(),
            json!({
                "quality_gates": {
                    "test_execution": {
                        "enabled": true, "required": true, "timeout": 300, "on_missing_tool": "block",
                        "coverage_threshold": {"python": 80, "javascript": 80, "typescript": 80, "rust": null, "go": 80}
                    },
                    "linting": {
                        "enabled": true, "required": false, "timeout": 120, "on_missing_tool": "skip", "auto_fix": true
                    },
                    "formatting": {
                        "enabled": true, "required": false, "timeout": 120, "on_missing_tool": "skip", "auto_fix": true
                    },
                    "type_checking": {
                        "enabled": true, "required": false, "timeout": 300, "on_missing_tool": "skip"
                    },
                    "security": {
                        "enabled": true, "required": true, "timeout": 60, "on_missing_tool": "block", "fail_on": "high"
                    },
                    "documentation": {
                        "enabled": true, "required": false, "timeout": 120, "on_missing_tool": "skip",
                        "check_changelog": true, "check_docstrings": true, "check_readme": false
                    },
                    "spec_completeness": {"enabled": true, "required": true},
                    "context7": {
                        "enabled": false, "required": false, "timeout": 120, "on_missing_tool": "skip",
                        "important_libraries": []
                    },
                    "integration_tests": {
                        "enabled": true, "required": true, "timeout": 600, "on_missing_tool": "block",
                        "environment_validation": true, "compose_file": "docker-compose.integration.yml", "compose_lint": "warn", "allow_pull": true, "up_timeout": 180,
                        "health_check_timeout": 60, "stop_grace": 10, "max_restarts": 2, "test_data_fixtures": true, "fixture_timeout": 30,
                        "test_directory": "tests/integration", "parallel_execution": true
                    },
                    "contract": {
                        "enabled": true, "required": true, "fail_on": "error", "enums": "unknown", "levels": {},
                        "sunset_notice": {"beta": 0, "stable": 0}, "suppressions": []
                    },
                    "benchmark": {
                        "enabled": true, "required": true, "on_missing_tool": "block", "engine": "auto", "rounds": 10,
                        "time_scale": 1, "regression_threshold": 0.1, "allow_noise": false
                    },
                    "integration_documentation": {
                        "enabled": true, "required": false, "require_architecture_diagram": true,
                        "require_sequence_diagrams": true, "require_api_contracts": true,
                        "require_performance_baseline": true, "require_integration_points": true
                    },
                    "custom_validations": {
                        "enabled": true, "required": true, "timeout": 120, "on_missing_tool": "block", "rules": []
                    }
                },
                "exclude": [], "pass_env": [], "redact_env": []
            })
        );
    }

    #[track_caller]
    fn check(text: &str) {
        let config: Config = serde_json::from_str(text).unwrap();
        let effective = config.effective();
        let again: Config = serde_json::from_value(effective.clone()).unwrap();
        assert_eq!(again.effective(), effective);
    }

    #[test]
    fn effective_settings_are_settings_of_the_same_effect() {
        check("{}");
        check(r#"{"quality_gates": {"coverage_threshold": 60.5, "integration_tests": {"enabled": true}}}"#);
        check(r#"{"quality_gates": {"documentation": {"check_readme": true, "commands": {"go": "a"}}}}"#);
        check(r#"{"quality_gates": {"spec_completeness": {"required": false}}}"#);
        check(
            r#"{"quality_gates": {"context7": {"enabled": true, "server": {"command": "a -b"}, "important_libraries": ["x"]}}}"#,
        );
        check(r#"{"quality_gates": {"linting": {"required": true, "commands": {"python": "a -k 'b c'"}}}}"#);
        check(
            r#"{"custom_validations": {"rules": [{"type": "grep", "pattern": "x", "files": "."}]}, "curation": 1}"#,
        );
    }

    #[test]
    fn null_is_no_threshold_and_no_key_is_the_default() {
        #[track_caller]
        fn check(text: &str, expect: Option<f64>) {
            let config: Config = serde_json::from_str(text).unwrap();
            assert_eq!(config.coverage_threshold(Language::Python), expect, "{text}");
        }
        check("{}", Some(80.0));
        check(
            r#"{"quality_gates": {"test_execution": {"coverage_threshold": null}}}"#,
            None,
        );
        check(r#"{"quality_gates": {"coverage_threshold": 60}}"#, Some(60.0));
        check(r#"{"quality_gates": {"coverage_threshold": null}}"#, Some(80.0));
        check(
            r#"{"quality_gates": {"coverage_threshold": 60, "test_execution": {"coverage_threshold": {"rust": 5}}}}"#,
            Some(80.0),
        );
    }
}
