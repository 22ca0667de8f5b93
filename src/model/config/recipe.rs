//! A configured step: a command, and the reports that it writes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::command::{Command, CommandError, CommandVisitor, shell_text};

/// A command of the configuration, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The command.
    pub command: Command,
    /// The command that rewrites files, run first where files may be rewritten.
    pub fix: Option<Command>,
    /// The reports that the command writes.
    pub reports: Reports,
}

/// Reports in common formats that a command writes, each a path relative to the unit, in which `{out}` stands for a
/// private directory of this run; `-` is stdout. Without any, the exit code alone is the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// A `JUnit` report: test counts and failures.
    pub junit: Option<String>,
    /// A coverage report in any format that sdd reads.
    pub coverage: Option<String>,
    /// A SARIF report: findings.
    pub sarif: Option<String>,
}

impl Reports {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<Command> for Recipe {
    fn from(command: Command) -> Self {
        Self {
            command,
            fix: None,
            reports: Reports::default(),
        }
    }
}

/// One recipe, or several that run one after the other; none where `null` says that there is nothing to run.
pub(super) struct OneOrEach(pub(super) Vec<Recipe>);

const KEYS: &[&str] = &["shell", "command", "each", "fix", "junit", "coverage", "sarif"];

#[derive(Default)]
struct Parts {
    command: Option<Command>,
    each: Option<Vec<Recipe>>,
    fix: Option<Command>,
    reports: Reports,
}

impl Parts {
    fn read<'de, A: MapAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        let mut parts = Self::default();
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is given twice")));
            }
            match key.as_str() {
                "shell" | "command" if parts.command.is_some() => {
                    return Err(A::Error::custom(
                        "it has a `shell` and a `command`, and can run only one",
                    ));
                }
                "shell" => {
                    parts.command = Some(shell_text(access.next_value()?).map_err(A::Error::custom)?);
                }
                "command" => parts.command = Some(access.next_value()?),
                "each" => parts.each = Some(access.next_value()?),
                "fix" => parts.fix = Some(access.next_value()?),
                "junit" => parts.reports.junit = Some(report(access.next_value()?)?),
                "coverage" => parts.reports.coverage = Some(report(access.next_value()?)?),
                "sarif" => parts.reports.sarif = Some(report(access.next_value()?)?),
                other => return Err(A::Error::unknown_field(other, KEYS)),
            }
            seen.push(key);
        }
        Ok(parts)
    }

    fn one<E: Error>(self) -> Result<Recipe, E> {
        let stdout = [&self.reports.junit, &self.reports.coverage, &self.reports.sarif];
        if stdout.iter().filter(|path| path.as_deref() == Some("-")).count() > 1 {
            return Err(E::custom("only one report can be stdout (`-`)"));
        }
        match (self.command, self.each) {
            (Some(command), None) => Ok(Recipe {
                command,
                fix: self.fix,
                reports: self.reports,
            }),
            (_, Some(_)) => Err(E::custom(
                "a command is either {\"shell\": \"…\"}, {\"command\": …} or {\"each\": [command, …]}, and `each` has nothing beside it",
            )),
            (None, None) => Err(E::custom(CommandError::Empty)),
        }
    }
}

/// The path of a report: inside of the unit or of the run's own directory.
fn report<E: Error>(path: String) -> Result<String, E> {
    let inside = path.strip_prefix("{out}/").unwrap_or(&path);
    let leaves = inside.split(['/', '\\']).any(|part| part == "..");
    if inside.is_empty() || inside.starts_with('/') || leaves || inside.contains('\0') {
        return Err(E::custom(format!(
            "{path:?} is not the path of a report: it is relative to the unit, without `..`, or begins with {{out}}/"
        )));
    }
    Ok(path)
}

struct RecipeVisitor;

impl<'de> Visitor<'de> for RecipeVisitor {
    type Value = Recipe;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a command: a string, an array of words, {\"shell\": \"…\"} or {\"command\": …}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        CommandVisitor.visit_str(text).map(Recipe::from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        CommandVisitor.visit_seq(access).map(Recipe::from)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        Parts::read(access)?.one()
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RecipeVisitor)
    }
}

struct OneOrEachVisitor;

impl<'de> Visitor<'de> for OneOrEachVisitor {
    type Value = OneOrEach;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "a command: a string, an array of words, {\"shell\": \"…\"}, {\"command\": …} or {\"each\": [command, …]}",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        RecipeVisitor
            .visit_str(text)
            .map(|recipe| OneOrEach(vec![recipe]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        RecipeVisitor
            .visit_seq(access)
            .map(|recipe| OneOrEach(vec![recipe]))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts::read(access)?;
        let alone = parts.command.is_none() && parts.fix.is_none() && parts.reports.is_empty();
        match parts.each.take() {
            Some(each) if each.is_empty() => Err(A::Error::custom(CommandError::Empty)),
            Some(each) if alone => Ok(OneOrEach(each)),
            each => {
                parts.each = each;
                parts.one().map(|recipe| OneOrEach(vec![recipe]))
            }
        }
    }
}

impl<'de> Deserialize<'de> for OneOrEach {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrEachVisitor)
    }
}

impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.fix.is_none() && self.reports.is_empty() {
            return self.command.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("command", &self.command)?;
        if let Some(fix) = &self.fix {
            map.serialize_entry("fix", fix)?;
        }
        let reports = &self.reports;
        for (key, path) in [
            ("junit", &reports.junit),
            ("coverage", &reports.coverage),
            ("sarif", &reports.sarif),
        ] {
            if let Some(path) = path {
                map.serialize_entry(key, path)?;
            }
        }
        map.end()
    }
}

/// How [`OneOrEach`] is written.
pub(super) struct Recipes<'a>(pub(super) &'a [Recipe]);

impl Serialize for Recipes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [] => serializer.serialize_none(),
            [one] => one.serialize(serializer),
            several => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("each", several)?;
                map.end()
            }
        }
    }
}

impl JsonSchema for Recipe {
    fn schema_name() -> Cow<'static, str> {
        "Recipe".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let command = generator.subschema_for::<Command>();
        let path = |what: &str| {
            json_schema!({
                "type": "string",
                "description": format!(
                    "Where the command writes {what}: a path relative to the unit, in which {{out}} stands for a private directory of this run; `-` is stdout."
                )
            })
        };
        json_schema!({
            "anyOf": [
                command,
                {
                    "description": "A command and the reports that it writes.",
                    "type": "object",
                    "properties": {
                        "command": command,
                        "shell": {"description": "Text for `sh -c`, instead of `command`.", "type": "string"},
                        "fix": {"description": "The command that rewrites files; run first where files may be rewritten.", "anyOf": [command]},
                        "junit": path("a JUnit report"),
                        "coverage": path("a coverage report (coverage.py, coverage-summary, lcov, Cobertura, Go, llvm-cov)"),
                        "sarif": path("a SARIF 2.1.0 report"),
                    },
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// The schema of one recipe or several.
pub(super) fn schema(generator: &mut SchemaGenerator, description: &str) -> Schema {
    let recipe = generator.subschema_for::<Recipe>();
    json_schema!({
        "description": description,
        "anyOf": [
            recipe,
            {
                "description": "Several commands, run one after the other.",
                "type": "object",
                "properties": {"each": {
                    "description": "The commands, in their order.",
                    "type": "array", "items": recipe, "minItems": 1
                }},
                "required": ["each"],
                "additionalProperties": false
            }
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<usize, &str>) {
        match (serde_json::from_str::<OneOrEach>(text), expect) {
            (Ok(found), Ok(count)) => {
                assert_eq!(found.0.len(), count, "{text}");
                let written = serde_json::to_string(&Recipes(&found.0)).unwrap();
                let again: OneOrEach = serde_json::from_str(&written).unwrap();
                assert_eq!(again.0, found.0, "{text}");
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{text}: {error}"),
            (found, _) => panic!("{text}: {:?}", found.map(|found| found.0)),
        }
    }

    #[test]
    fn a_recipe_is_a_command_and_its_reports() {
        check(r#""mix test""#, Ok(1));
        check(
            r#"{"command": ["a", "b"], "junit": "{out}/junit.xml", "coverage": "cover/lcov.info"}"#,
            Ok(1),
        );
        check(r#"{"shell": "a && b", "sarif": "-", "fix": "a --fix"}"#, Ok(1));
        check(r#"{"each": ["a", {"command": "b", "sarif": "-"}]}"#, Ok(2));
    }

    #[test]
    fn what_is_no_recipe_is_said() {
        check(r#"{"command": "a", "shell": "b"}"#, Err("can run only one"));
        check(r#"{"command": "a", "each": ["b"]}"#, Err("nothing beside it"));
        check(r#"{"each": ["b"], "junit": "x"}"#, Err("nothing beside it"));
        check(r#"{"junit": "a.xml"}"#, Err("empty"));
        check(r#"{"command": "a", "jnuit": "a.xml"}"#, Err("unknown field"));
        check(r#"{"command": "a", "junit": "../a.xml"}"#, Err("without `..`"));
        check(
            r#"{"command": "a", "junit": "/tmp/a.xml"}"#,
            Err("relative to the unit"),
        );
        check(
            r#"{"command": "a", "junit": "-", "sarif": "-"}"#,
            Err("only one report"),
        );
        check(r#"{"command": "a", "command": "b"}"#, Err("twice"));
        check(r#"{"command": "a", "fix": "b", "fix": "c"}"#, Err("twice"));
    }
}
