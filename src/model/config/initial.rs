//! The settings that a new project begins with.

use serde_json::{Map, Value, json};

use super::Config;
use super::coverage::{CoverageThreshold, number};
use crate::model::language::Language;

/// The `.session/config.json` of a new project with these languages: short, with the settings that people
/// change most at their defaults. Commands are left out, so that the built-in ones (and their reports in a
/// form that can be read) are used.
pub fn initial(languages: &[Language]) -> Value {
    let gates = Config::default().quality_gates;
    json!({
        "$schema": "./config.schema.json",
        "quality_gates": {
            "test_execution": {
                "enabled": gates.test_execution.enabled,
                "required": gates.test_execution.required,
                "coverage_threshold": thresholds(languages),
            },
            "linting": {
                "enabled": gates.linting.enabled,
                "required": gates.linting.required,
                "auto_fix": gates.linting.auto_fix,
            },
            "formatting": {
                "enabled": gates.formatting.enabled,
                "required": gates.formatting.required,
                "auto_fix": gates.formatting.auto_fix,
            },
            "type_checking": {
                "enabled": gates.type_checking.enabled,
                "required": gates.type_checking.required,
            },
            "security": {
                "enabled": gates.security.enabled,
                "required": gates.security.required,
                "fail_on": gates.security.fail_on,
            },
            "documentation": {
                "enabled": gates.documentation.enabled,
                "required": gates.documentation.required,
                "check_changelog": gates.documentation.check_changelog,
                "check_docstrings": gates.documentation.check_docstrings,
                "check_readme": gates.documentation.check_readme,
            },
            "spec_completeness": {
                "enabled": gates.spec_completeness.enabled,
                "required": gates.spec_completeness.required,
            },
            "custom_validations": {
                "enabled": gates.custom_validations.enabled,
                "required": gates.custom_validations.required,
                "rules": [],
            },
        },
    })
}

/// One number where all languages share it, else each language's own.
fn thresholds(languages: &[Language]) -> Value {
    let default = |language: Language| CoverageThreshold::default_for(language).map_or(Value::Null, number);
    let mut present: Vec<Language> = languages.to_vec();
    present.sort_unstable();
    present.dedup();
    if present.contains(&Language::Rust) {
        let each: Map<String, Value> = present
            .into_iter()
            .map(|language| (language.as_str().to_owned(), default(language)))
            .collect();
        Value::Object(each)
    } else {
        default(Language::Python)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(languages: &[Language], expect: &Value) {
        let initial = initial(languages);
        assert_eq!(
            &initial["quality_gates"]["test_execution"]["coverage_threshold"],
            expect
        );
        let text = serde_json::to_string_pretty(&initial).unwrap();
        let loaded = crate::model::config::load::parse("config.json", &text).unwrap();
        assert_eq!(loaded.warnings, []);
        let mut effective = loaded.config.effective();
        let mut defaults = Config::default().effective();
        for language in languages {
            assert_eq!(
                loaded.config.coverage_threshold(*language),
                Config::default().coverage_threshold(*language)
            );
        }
        // One number for every language is not the default of a language that the project does not have.
        for settings in [&mut effective, &mut defaults] {
            settings["quality_gates"]["test_execution"]["coverage_threshold"] = Value::Null;
        }
        effective.as_object_mut().unwrap().shift_remove("$schema");
        assert_eq!(effective, defaults);
    }

    #[test]
    fn a_new_project_has_the_defaults_written_out() {
        check(&[], &json!(80));
        check(&[Language::Python, Language::Go], &json!(80));
        check(&[Language::Rust], &json!({"rust": null}));
        check(
            &[Language::Rust, Language::Python, Language::Rust],
            &json!({"python": 80, "rust": null}),
        );
    }
}
