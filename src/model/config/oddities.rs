//! What is odd about settings that can be used: names that nobody knows, keys that decide nothing.

use super::json_path::{JsonPath, Step};
use super::load::File;
use super::rule::{self, RuleProblem};
use super::schema::{Names, nearest};
use super::warning::{ConfigWarning, WarningKind};
use super::{Config, SCHEMA_VERSION};
use crate::model::gate_id::GateId;
use crate::model::language::Language;

/// Keys of the tools that shared this file before, which decide nothing here, with what to know about them.
const NOT_USED: [(&str, &str); 6] = [
    ("curation", "not used by sdd: it keeps no learnings"),
    ("learning", "not used by sdd: it keeps no learnings"),
    ("learnings", "not used by sdd: it keeps no learnings"),
    ("session", "not used by sdd: sessions need no settings"),
    (
        "git_workflow",
        "not used by sdd: it never commits, pushes or opens pull requests",
    ),
    (
        "quality_gates.tier",
        "not used by sdd: the settings of each gate decide, whatever the tier",
    ),
];

/// The most unknown keys that are told of one by one.
const MAX_UNKNOWN: usize = 100;

/// The warnings for a file that was read, given the keys that nothing read.
pub(super) fn of(file: &File<'_>, config: &Config, ignored: &[JsonPath]) -> Vec<ConfigWarning> {
    let mut warnings = not_used(file, config);
    warnings.extend(newer_schema(file, config));
    let names = std::cell::OnceCell::new();
    let names = || names.get_or_init(Names::new);
    let unknown: Vec<&JsonPath> = ignored
        .iter()
        .filter(|path| !NOT_USED.iter().any(|(known, _)| JsonPath::of(known) == **path))
        .collect();
    if let Some(warning) = no_known_section(file, &unknown, names) {
        warnings.push(warning);
    } else {
        let told = unknown.iter().take(MAX_UNKNOWN);
        warnings.extend(told.map(|path| unknown_key(file, path, names())));
        if let Some(next) = unknown.get(MAX_UNKNOWN) {
            let message = format!("unknown keys from here on: {}", unknown.len() - MAX_UNKNOWN);
            warnings.push(warning(
                file,
                WarningKind::UnknownKey,
                (*next).clone(),
                message,
                None,
            ));
        }
    }
    warnings.extend(unknown_languages(file, config));
    warnings
}

fn warning(
    file: &File<'_>,
    kind: WarningKind,
    json_path: JsonPath,
    message: impl Into<String>,
    hint: Option<String>,
) -> ConfigWarning {
    ConfigWarning {
        kind,
        path: file.path.to_owned(),
        position: file.positions.key(&json_path),
        json_path,
        message: message.into(),
        hint,
    }
}

fn newer_schema(file: &File<'_>, config: &Config) -> Option<ConfigWarning> {
    let found = config.schema_version.filter(|found| *found > SCHEMA_VERSION)?;
    Some(warning(
        file,
        WarningKind::NewerSchema,
        JsonPath::of("schema_version"),
        format!("the file has schema version {found}, this sdd knows {SCHEMA_VERSION}"),
        Some("settings that came later are not read".to_owned()),
    ))
}

fn not_used(file: &File<'_>, config: &Config) -> Vec<ConfigWarning> {
    let mut warnings = Vec::new();
    let mut add = |path: JsonPath, why: String| {
        if file.positions.has(&path) {
            warnings.push(warning(file, WarningKind::NotUsed, path, why, None));
        }
    };
    for (path, why) in NOT_USED {
        add(JsonPath::of(path), why.to_owned());
    }
    let (older, present) = (
        JsonPath::of("custom_validations"),
        JsonPath::of("quality_gates.custom_validations"),
    );
    for section in [&older, &present] {
        add(
            section.key("commands"),
            "not used: the custom gate runs its rules; write a rule of the type `command`".to_owned(),
        );
    }
    if config.custom_validations.is_some() && file.positions.has(&present) {
        for key in ["enabled", "required", "timeout", "on_missing_tool"] {
            add(
                older.key(key),
                format!("not used: `{present}` is there too, and decides; the rules of both places apply"),
            );
        }
    }
    let (older, present) = ("integration_tests", "quality_gates.integration_tests");
    if file.positions.has(&JsonPath::of(present)) {
        add(
            JsonPath::of(older),
            format!("not used: `{present}` is there too, and decides"),
        );
    }
    let (fallback, present) = (
        "quality_gates.coverage_threshold",
        "quality_gates.test_execution.coverage_threshold",
    );
    if file.positions.has(&JsonPath::of(present)) {
        add(
            JsonPath::of(fallback),
            format!("not used: `{present}` is there too, and decides"),
        );
    }
    warnings
}

/// A file in which nothing is ours is most likely somebody else's: one warning says so.
fn no_known_section<'n>(
    file: &File<'_>,
    unknown: &[&JsonPath],
    names: impl Fn() -> &'n Names,
) -> Option<ConfigWarning> {
    let top = file.positions.keys().filter(|(path, _)| path.steps().len() == 1);
    let known = top.filter(|(path, _)| !unknown.contains(path)).count();
    if unknown.is_empty() || known > 0 {
        return None;
    }
    let meant = unknown.iter().find_map(|path| match path.steps() {
        [Step::Key(key)] => suggestion(path, key, names()).map(|hint| format!("at `{path}`: {hint}")),
        _ => None,
    });
    Some(warning(
        file,
        WarningKind::NoKnownSection,
        JsonPath::default(),
        "no known section: every setting has its default",
        meant,
    ))
}

fn unknown_key(file: &File<'_>, path: &JsonPath, names: &Names) -> ConfigWarning {
    let (kind, message) = if path.parent() == Some(JsonPath::of("quality_gates")) {
        (
            WarningKind::UnknownGate,
            "unknown gate: these settings are ignored",
        )
    } else if rule_key(path).is_some() {
        (WarningKind::UnknownKey, "unknown key: the rule cannot be checked")
    } else {
        (WarningKind::UnknownKey, "unknown key")
    };
    let hint = match path.last() {
        Some(Step::Key(key)) => suggestion(path, key, names),
        _ => None,
    };
    warning(file, kind, path.clone(), message, hint)
}

/// What was most likely meant: the same key at another place, or a sibling with a similar name.
fn suggestion(path: &JsonPath, key: &str, names: &Names) -> Option<String> {
    if rule_key(path).is_some() {
        return rule::meant(key).map(|meant| format!("did you mean `{meant}`?"));
    }
    if let Some(hint) = misplaced(path) {
        return Some(hint.to_owned());
    }
    let parent = path.parent().unwrap_or_default();
    let elsewhere = match names.places_of(key).as_slice() {
        [only] => Some(format!("it belongs at `{only}`")),
        [one, other] => Some(format!("it belongs at `{one}` or `{other}`")),
        _ => None,
    };
    elsewhere.or_else(|| {
        names
            .nearest(&parent, key)
            .map(|meant| format!("did you mean `{meant}`?"))
    })
}

/// Keys that other sections have, where units and described languages say the same in another word.
fn misplaced(path: &JsonPath) -> Option<&'static str> {
    let [Step::Key(section), _, Step::Key(key)] = path.steps() else {
        return None;
    };
    match (section.as_str(), key.as_str()) {
        ("languages", "commands") => Some("did you mean `gates`?"),
        ("languages" | "units", "threshold" | "thresholds" | "coverage") => {
            Some("did you mean `coverage_threshold`?")
        }
        ("units", "enabled" | "required") => Some("`gates` names the gates that run for a unit"),
        _ => None,
    }
}

fn unknown_languages(file: &File<'_>, config: &Config) -> Vec<ConfigWarning> {
    let languages = || {
        let known = Language::ALL.iter().map(|language| language.as_str());
        known.chain(config.languages.keys().map(String::as_str))
    };
    let mut warnings = Vec::new();
    for gate in GateId::ALL {
        if !gate.is_of_units() {
            continue;
        }
        let commands = JsonPath::of("quality_gates")
            .key(gate.config_key())
            .key("commands");
        for name in config.gate(gate).commands.0.keys() {
            if languages().any(|language| language == name) {
                continue;
            }
            let hint = match nearest(name, languages()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the languages are {}", languages().collect::<Vec<_>>().join(", ")),
            };
            warnings.push(warning(
                file,
                WarningKind::UnknownLanguage,
                commands.key(name),
                "unknown language: the command is never run",
                Some(hint),
            ));
        }
    }
    warnings
}

/// The places that rules may stand at: the present one and the older one.
const RULES: [&str; 2] = [
    "quality_gates.custom_validations.rules",
    "custom_validations.rules",
];

/// Which rule a path is a key of: the place of the rules, the rule's number from 0, and the key.
fn rule_key(path: &JsonPath) -> Option<(&'static str, usize, &str)> {
    let [above @ .., Step::Index(index), Step::Key(key)] = path.steps() else {
        return None;
    };
    let place = RULES
        .into_iter()
        .find(|place| JsonPath::of(place).steps() == above)?;
    Some((place, *index, key))
}

/// Notes at each rule the keys that nothing read.
pub(super) fn note_unknown_keys(config: &mut Config, ignored: &[JsonPath]) {
    for (place, index, key) in ignored.iter().filter_map(rule_key) {
        let rules = if place == RULES[0] {
            Some(&mut config.quality_gates.custom_validations.rules)
        } else {
            config
                .custom_validations
                .as_mut()
                .map(|section| &mut section.rules)
        };
        if let Some(rule) = rules.and_then(|rules| rules.get_mut(index)) {
            rule.unknown_keys.push(key.to_owned());
        }
    }
}

/// Rules of the custom gate that nobody can check.
pub(super) fn bad_rules(file: &File<'_>, config: &Config) -> Vec<ConfigWarning> {
    let older = config.custom_validations.iter().flat_map(|section| {
        let place = JsonPath::of("custom_validations.rules");
        section
            .rules
            .iter()
            .enumerate()
            .map(move |(index, rule)| (place.index(index), rule))
    });
    let place = JsonPath::of("quality_gates.custom_validations.rules");
    let present = config
        .quality_gates
        .custom_validations
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (place.index(index), rule));
    present
        .chain(older)
        .flat_map(|(place, rule)| {
            // Unknown keys are among the warnings already.
            let problems = rule
                .problems()
                .into_iter()
                .filter(|problem| !matches!(problem, RuleProblem::UnknownKey { .. }));
            problems.map(move |problem| {
                let at = match problem.key() {
                    Some(key) if file.positions.has(&place.key(key)) => place.key(key),
                    _ => place.clone(),
                };
                let message = super::wording::one_line(&problem.to_string());
                warning(file, WarningKind::BadRule, at, message, problem.hint())
            })
        })
        .collect()
}
