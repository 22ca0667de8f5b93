//! Files as they are in repositories today, of both earlier generations and by hand.

use sdd::model::config::{Command, CommandSet, Loaded, OnMissingTool, WarningKind, load};
use sdd::model::finding::Severity;
use sdd::model::gate_id::GateId;
use sdd::model::language::Language;

#[track_caller]
fn fixture(name: &str, warnings: &[(WarningKind, usize, &str)]) -> Loaded {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/session")
        .join(name);
    let bytes = std::fs::read(path).expect("the fixture is there");
    let loaded = load::parse_bytes(name, &bytes).expect("the fixture can be used");
    let found: Vec<(WarningKind, usize, String)> = loaded
        .warnings
        .iter()
        .map(|warning| (warning.kind, warning.position.line, warning.json_path.to_string()))
        .collect();
    let expect: Vec<(WarningKind, usize, String)> = warnings
        .iter()
        .map(|(kind, line, path)| (*kind, *line, (*path).to_owned()))
        .collect();
    assert_eq!(found, expect);
    loaded
}

fn only(commands: &CommandSet, language: Language) -> String {
    match commands.get(language) {
        Some([recipe]) if matches!(recipe.command, Command::Words(_)) => recipe.command.to_string(),
        other => panic!("one command, not {other:?}"),
    }
}

#[test]
fn the_early_generation() {
    let loaded = fixture("early-default.json", &[(WarningKind::NotUsed, 2, "curation")]);
    let config = &loaded.config;
    let documentation = &config.quality_gates.documentation;
    assert_eq!((documentation.enabled, documentation.required), (true, false));
    assert!(!config.quality_gates.context7.enabled);
    assert!(documentation.check_changelog && documentation.check_docstrings && !documentation.check_readme);
    assert_eq!(config.coverage_threshold(Language::Python), Some(80.0));
    assert_eq!(config.quality_gates.security.fail_on, Severity::High);
    assert_eq!(
        only(config.gate(GateId::Tests).commands, Language::Python),
        "pytest --cov --cov-report=json"
    );
    assert_eq!(config.gate(GateId::Linting).on_missing_tool, OnMissingTool::Skip);
    assert_eq!(config.gate(GateId::Tests).timeout.as_secs(), 300);
    assert_eq!(config.rules().count(), 0);
}

#[test]
fn the_late_generation() {
    let loaded = fixture(
        "late-default.json",
        &[
            (WarningKind::NotUsed, 4, "quality_gates.tier"),
            (WarningKind::NotUsed, 28, "learning"),
            (WarningKind::NotUsed, 29, "session"),
            (WarningKind::NotUsed, 30, "git_workflow"),
            (WarningKind::NotUsed, 38, "curation"),
        ],
    );
    let config = &loaded.config;
    assert_eq!(config.coverage_threshold(Language::Python), Some(60.0));
    assert_eq!(config.quality_gates.security.fail_on, Severity::Medium);
    let linting = config.gate(GateId::Linting);
    assert_eq!((linting.required, linting.timeout.as_secs()), (true, 90));
    assert_eq!(linting.on_missing_tool, OnMissingTool::Block);
    assert_eq!(only(linting.commands, Language::Typescript), "npm run lint");
    for gate in [GateId::Documentation, GateId::SpecCompleteness] {
        let settings = config.gate(gate);
        assert!(settings.enabled && settings.required, "{gate}");
    }
}

#[test]
fn a_task_runner_in_two_languages_and_no_other_sections() {
    let loaded = fixture("task-runner.json", &[]);
    let config = &loaded.config;
    let linting = config.gate(GateId::Linting);
    assert_eq!(only(linting.commands, Language::Python), "task lint:backend");
    assert_eq!(only(linting.commands, Language::Typescript), "task lint:frontend");
    // What the file does not name has its defaults.
    let security = config.gate(GateId::Security);
    assert!(security.enabled && security.required && security.commands.is_empty());
    assert!(!config.gate(GateId::TypeChecking).commands.is_empty());
}

#[test]
fn the_settings_of_somebody_else() {
    let loaded = fixture("foreign.json", &[(WarningKind::NoKnownSection, 1, "(top level)")]);
    assert_eq!(loaded.config, sdd::model::config::Config::default());
    fixture(
        "partial-git-workflow.json",
        &[(WarningKind::NotUsed, 2, "git_workflow")],
    );
}

#[test]
fn older_places_take_effect_at_the_present_ones() {
    let loaded = fixture("older-places.json", &[]);
    let config = &loaded.config;
    let custom = config.gate(GateId::Custom);
    assert_eq!((custom.required, custom.timeout.as_secs()), (false, 30));
    let labels: Vec<String> = config
        .rules()
        .enumerate()
        .map(|(at, rule)| rule.label(at))
        .collect();
    assert_eq!(labels, ["types", "rule 2 (file_exists)", "rule 3 (grep)"]);
    assert_eq!(config.quality_gates.security.fail_on, Severity::Critical);
    assert_eq!(config.coverage_threshold(Language::Go), Some(90.0));
}
