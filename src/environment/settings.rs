//! From a document to the checks of one environment: unknown keys, unknown kinds and unset variables are refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::check::Check;
use super::document::{Document, Problem};
use super::kinds;
use super::report::{Category, Severity};
use super::units::Span;
use crate::model::config::{JsonPath, nearest};

/// The time that one attempt may take, where nobody says anything.
pub const TIMEOUT: Duration = Duration::from_secs(2);
/// The most checks of an environment.
const MAX_CHECKS: usize = 10_000;

/// The checks of one environment.
pub struct Settings {
    /// Categories that must have checks.
    pub require: Vec<Category>,
    /// The checks, in their order.
    pub checks: Vec<Planned>,
}

impl Settings {
    /// Adds a check for each variable that must be set, where no check of the file looks at it already by that name.
    pub fn add_variables(&mut self, names: &[String]) {
        let Some(kind) = kinds::named("env") else { return };
        for name in names {
            let id = format!("spec:{name}");
            let known = self.checks.iter().any(|planned| planned.id == id);
            // A name that is none was refused where the spec was read.
            let Ok(check) = (kind.read)(serde_json::json!({ "name": name, "secret": true })) else {
                continue;
            };
            if !known {
                self.checks.push(Planned {
                    id,
                    kind: kind.name,
                    category: kind.category,
                    severity: Severity::Block,
                    timeout: TIMEOUT,
                    retry: None,
                    check,
                });
            }
        }
    }
}

/// One check with when and how often it is made.
#[derive(Clone)]
pub struct Planned {
    /// Its name, unique in the environment.
    pub id: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it is about.
    pub category: Category,
    /// What its failure means.
    pub severity: Severity,
    /// The time that one attempt may take.
    pub timeout: Duration,
    /// For how long, and how often, it is made again.
    pub retry: Option<Retry>,
    /// How it looks.
    pub check: Arc<dyn Check>,
}

/// For how long a check that did not pass is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The time after which no attempt begins, from the start of the first.
    #[serde(rename = "for")]
    pub lasting: Span,
    /// The time between two attempts.
    #[serde(default = "second")]
    pub every: Span,
}

fn second() -> Span {
    Span(Duration::from_secs(1))
}

/// The keys that every check has.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Common {
    /// Its name, unique in the environment.
    pub(super) id: String,
    /// Its kind.
    pub(super) kind: String,
    /// What it is about; by its kind where nothing is said.
    pub(super) category: Option<Category>,
    /// What its failure means.
    #[serde(default)]
    pub(super) severity: Severity,
    /// The time that one attempt may take, name resolution included; two seconds where nothing is said.
    pub(super) timeout: Option<Span>,
    /// For how long a check that did not pass is made again.
    pub(super) retry: Option<Retry>,
}

/// The keys that every check has.
pub(super) const COMMON: [&str; 6] = ["id", "kind", "category", "severity", "timeout", "retry"];
/// The keys of an environment.
const KEYS: [&str; 2] = ["require", "checks"];

/// The value of a variable; `None` where it is not set.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the settings of the environment at a place.
///
/// # Errors
///
/// Everything that is wrong, in the order of the file.
pub fn read(
    document: &Document,
    at: &JsonPath,
    value: &Value,
    variables: Variables<'_>,
) -> Result<Settings, Vec<Problem>> {
    let one = |at: &JsonPath, why: String| vec![document.problem(at, why)];
    let Value::Object(map) = value else {
        return Err(one(at, "expected an environment: a map with `checks`".to_owned()));
    };
    let mut problems = unknown(document, at, map, &KEYS);
    let require = match map.get("require") {
        None => Vec::new(),
        Some(value) => typed(document, &at.key("require"), value.clone()).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        }),
    };
    let empty = Vec::new();
    let listed = match map.get("checks") {
        None => &empty,
        Some(Value::Array(listed)) if listed.len() <= MAX_CHECKS => listed,
        Some(Value::Array(_)) => {
            return Err(one(&at.key("checks"), format!("more than {MAX_CHECKS} checks")));
        }
        Some(_) => return Err(one(&at.key("checks"), "expected a list of checks".to_owned())),
    };
    let mut checks = Vec::new();
    let mut ids = BTreeMap::new();
    for (index, value) in listed.iter().enumerate() {
        let place = at.key("checks").index(index);
        match check(document, &place, value, variables) {
            Ok(planned) => {
                if let Some(first) = ids.insert(planned.id.clone(), index) {
                    let why = format!("the id {:?} is also that of check {}", planned.id, first + 1);
                    problems.push(document.problem(&place.key("id"), why));
                }
                checks.push(planned);
            }
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() {
        Ok(Settings { require, checks })
    } else {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(problems)
    }
}

fn check(
    document: &Document,
    at: &JsonPath,
    value: &Value,
    variables: Variables<'_>,
) -> Result<Planned, Vec<Problem>> {
    let one = |at: &JsonPath, why: String| vec![document.problem(at, why)];
    let mut value = value.clone();
    let mut problems = Vec::new();
    expand(document, at, &mut value, variables, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let Value::Object(map) = value else {
        return Err(one(at, "expected a check: a map with `id` and `kind`".to_owned()));
    };
    let (common, own): (Map<_, _>, Map<_, _>) = map
        .into_iter()
        .partition(|(key, _)| COMMON.contains(&key.as_str()));
    let common: Common = typed(document, at, Value::Object(common)).map_err(|problem| vec![problem])?;
    if !is_id(&common.id) {
        let why = "expected a name of letters, digits, `.`, `_` and `-`".to_owned();
        return Err(one(&at.key("id"), why));
    }
    let Some(kind) = kinds::named(&common.kind) else {
        let names = || kinds::KINDS.iter().map(|kind| kind.name);
        let hint = match nearest(&common.kind, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the kinds are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return Err(one(
            &at.key("kind"),
            format!("there is no kind {:?}: {hint}", common.kind),
        ));
    };
    let check = (kind.read)(Value::Object(own)).map_err(|wrong| {
        let place = wrong.at.iter().fold(at.clone(), |place, key| place.key(key));
        one(
            &place,
            format!("{} ({} check {:?})", wrong.why, kind.name, common.id),
        )
    })?;
    Ok(Planned {
        id: common.id,
        kind: kind.name,
        category: common.category.unwrap_or(kind.category),
        severity: common.severity,
        timeout: common.timeout.map_or(TIMEOUT, |span| span.0),
        retry: common.retry,
        check,
    })
}

/// Whether a word can be the name of a check.
pub(super) fn is_id(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.len() <= 100
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c))
}

fn unknown(
    document: &Document,
    at: &JsonPath,
    map: &Map<String, Value>,
    known: &[&'static str],
) -> Vec<Problem> {
    let strange = map.keys().filter(|key| !known.contains(&key.as_str()));
    strange
        .map(|key| {
            let hint = match nearest(key, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the keys are {}", known.join(", ")),
            };
            document.problem(&at.key(key), format!("unknown key {key:?}: {hint}"))
        })
        .collect()
}

fn typed<T: DeserializeOwned>(document: &Document, at: &JsonPath, value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let steps = error.path().iter().map(ToString::to_string);
        let place = steps
            .filter(|step| step != "?")
            .fold(at.clone(), |place, step| place.key(&step));
        document.problem(&place, error.into_inner().to_string())
    })
}

/// Puts values in the place of `${NAME}`, in every text.
fn expand(
    document: &Document,
    at: &JsonPath,
    value: &mut Value,
    variables: Variables<'_>,
    problems: &mut Vec<Problem>,
) {
    match value {
        Value::String(text) => match expanded(text, variables) {
            Ok(new) => *text = new,
            Err(name) => problems.push(document.problem(
                at,
                format!("the variable {name} of ${{{name}}} is not set or empty"),
            )),
        },
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                expand(document, &at.index(index), item, variables, problems);
            }
        }
        Value::Object(map) => {
            for (key, below) in map {
                expand(document, &at.key(key), below, variables, problems);
            }
        }
        _ => {}
    }
}

/// A text with values, or the first variable that is not set. `$${` stands for `${`.
fn expanded(text: &str, variables: Variables<'_>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &from[2..];
            continue;
        }
        out.push_str(before);
        let inner = &from[2..];
        let name = inner.split_once('}');
        if let Some((name, after)) = name.filter(|(name, _)| crate::parse::spec::is_variable_name(name)) {
            let value = variables(name).filter(|value| !value.trim().is_empty());
            out.push_str(&value.ok_or_else(|| name.to_owned())?);
            rest = after;
        } else {
            // No variable: a regular expression may well hold this.
            out.push_str("${");
            rest = inner;
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Option<String> {
        match name {
            "HOST" => Some("db".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_put_in_place() {
        let check = |text: &str| expanded(text, &variables);
        assert_eq!(check("${HOST}:1 ${HOST}"), Ok("db:1 db".to_owned()));
        assert_eq!(
            check("a$ $HOST $${HOST} ${1} ^x{2}$"),
            Ok("a$ $HOST ${HOST} ${1} ^x{2}$".to_owned())
        );
        assert_eq!(check("${UNSET}"), Err("UNSET".to_owned()));
        assert_eq!(check("${EMPTY}"), Err("EMPTY".to_owned()));
        assert_eq!(check("${"), Ok("${".to_owned()));
    }

    #[track_caller]
    fn problems(checks: &str) -> Vec<String> {
        let document = Document::yaml("e.yaml", checks).unwrap();
        match read(&document, &JsonPath::default(), &document.value, &variables) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn good_settings_are_taken() {
        let good = "require: [health]\nchecks:\n  - {id: a, kind: tcp, addr: \"${HOST}:5432\", timeout: 500ms, \
                    retry: {for: 30s}, severity: warn, category: health}\n";
        assert_eq!(problems(good), Vec::<String>::new());
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        let bad = "requires: []\nrequire: [helth]\nchecks:\n\
                   - {id: a, kind: tpc, addr: \"db:1\"}\n\
                   - {id: b, kind: tcp, adr: \"db:1\"}\n\
                   - {id: c, kind: tcp, addr: \"db\"}\n\
                   - {id: d, kind: tcp, addr: \"${UNSET}:1\"}\n\
                   - {id: e, kind: tcp, addr: \"db:1\", timeout: soon}\n\
                   - {id: e f, kind: env, name: A}\n\
                   - {id: g, kind: env, name: A}\n\
                   - {id: g, kind: env, name: B}\n\
                   - {kind: env, name: B}\n";
        insta::assert_snapshot!(problems(bad).join("\n"));
    }
}
