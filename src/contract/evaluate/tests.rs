//! Values and schemas, small and large, and what must hold for all of them.

mod dialects;
mod keywords;
mod laws;
mod robust;

use super::{Evaluator, Outcome, Sent, Why, violations};
use crate::contract::arena::{Arena, Limits, NodeId};
use crate::contract::load::{Document, Nowhere, World};
use crate::contract::view::Side;
use crate::contract::words as w;

/// A document with some schemas, the one called `S` among them, and one value.
struct Case {
    world: World,
    document: Document,
    schema: NodeId,
    instance: NodeId,
}

impl Case {
    /// Of a version, with schemas and a value as JSON.
    #[track_caller]
    fn new(version: &str, schemas: &str, instance: &str) -> Self {
        let (key, schemas) = match version {
            "2.0" => ("swagger", format!("\"definitions\":{schemas}")),
            _ => ("openapi", format!("\"components\":{{\"schemas\":{schemas}}}")),
        };
        let text = format!("{{\"{key}\":\"{version}\",{schemas},\"x-value\":{instance}}}");
        let mut world = World::new(Limits {
            depth: 1_000_000,
            ..Limits::default()
        });
        let document = match world.load("a.json", text, &Nowhere) {
            Ok(document) => document,
            Err(error) => panic!("{error}: {schemas} {instance}"),
        };
        world.settle();
        let arena = &world.arena;
        let get = |node, name: &str| arena.get(node, arena.word(name).unwrap()).unwrap();
        let root = document.root.node;
        let schemas = match version {
            "2.0" => get(root, "definitions"),
            _ => get(get(root, "components"), "schemas"),
        };
        let (schema, instance) = (get(schemas, "S"), get(root, "x-value"));
        Self {
            world,
            document,
            schema,
            instance,
        }
    }

    /// In version 3.1, with a single schema.
    #[track_caller]
    fn of(schema: &str, instance: &str) -> Self {
        Self::new("3.1.0", &format!("{{\"S\":{schema}}}"), instance)
    }

    fn side(&self) -> Side<'_> {
        Side {
            world: &self.world,
            document: &self.document,
        }
    }

    fn arena(&self) -> &Arena {
        &self.world.arena
    }

    fn outcome(&self) -> Outcome {
        self.sent(Sent::Either)
    }

    fn sent(&self, sent: Sent) -> Outcome {
        violations(self.side(), self.schema, self.instance, sent)
    }

    /// What is wrong, by keywords and places in the value.
    fn wrong(&self, outcome: &Outcome) -> Vec<String> {
        let told = outcome.violations.iter().map(|violation| {
            let place = self.arena().pointer(violation.instance);
            let place = place.strip_prefix("/x-value").unwrap_or(&place).to_owned();
            let keyword = match violation.keyword {
                w::NONE => "false",
                keyword => self.arena().text(keyword),
            };
            format!("{keyword} {place}").trim_end().to_owned()
        });
        told.collect()
    }
}

#[track_caller]
fn holds(schema: &str, instance: &str) {
    let case = Case::of(schema, instance);
    let outcome = case.outcome();
    assert!(outcome.holds(), "{instance} satisfies {schema}: {outcome:?}");
}

/// What is violated: keywords, each with the pointer to the part of the value.
#[track_caller]
fn fails(schema: &str, instance: &str, expect: &[&str]) {
    let case = Case::of(schema, instance);
    let outcome = case.outcome();
    assert_eq!(case.wrong(&outcome), expect, "{instance} {schema}: {outcome:?}");
}

#[track_caller]
fn open(schema: &str, instance: &str, why: Why) {
    let outcome = Case::of(schema, instance).outcome();
    assert!(outcome.violations.is_empty(), "{instance} {schema}: {outcome:?}");
    assert_eq!(outcome.gap.map(|gap| gap.why), Some(why), "{instance} {schema}");
}

#[track_caller]
fn check(schema: &str, instance: &str, expect: &str) {
    let outcome = Case::of(schema, instance).outcome();
    assert_eq!(outcome.violations.first().map(|first| &*first.says), Some(expect));
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    check(
        r#"{"type":"integer"}"#,
        r#""a""#,
        r#""a" is of type string, not integer"#,
    );
    check(
        r#"{"type":["integer","null"]}"#,
        "[1]",
        "it is of type array, not integer or null",
    );
    check(
        r#"{"type":"integer"}"#,
        "1.5",
        "1.5 is of type number, not integer",
    );
    check(
        r#"{"enum":["a","b"]}"#,
        "3",
        "3 is none of the 2 values of `enum`",
    );
    check(
        r#"{"enum":["a"]}"#,
        "{}",
        "the object is not the one value of `enum`",
    );
    check(r#"{"const":"a"}"#, "null", r#"`null` is not the constant "a""#);
    check(r#"{"maximum":5}"#, "6", "6 is more than 5");
    check(r#"{"exclusiveMaximum":5}"#, "5", "5 is not less than 5");
    check(r#"{"minimum":5}"#, "4.5", "4.5 is less than 5");
    check(r#"{"exclusiveMinimum":5}"#, "5", "5 is not more than 5");
    check(r#"{"multipleOf":0.1}"#, "0.15", "0.15 is not a multiple of 0.1");
    check(
        r#"{"maxLength":1}"#,
        r#""ab""#,
        "it has 2 characters, more than 1",
    );
    check(r#"{"minItems":2}"#, "[1]", "it has 1 item, fewer than 2");
    check(
        r#"{"maxProperties":0}"#,
        r#"{"a":1}"#,
        "it has 1 property, more than 0",
    );
    check(
        r#"{"pattern":"^b"}"#,
        r#""ab""#,
        r#""ab" does not match the pattern `^b`"#,
    );
    check(r#"{"format":"date"}"#, r#""x""#, r#""x" is not of format `date`"#);
    check(
        r#"{"required":["a"]}"#,
        "{}",
        "the required property `a` is missing",
    );
}

#[test]
fn what_is_wrong_with_parts_and_choices_is_said_in_one_line() {
    check(
        r#"{"dependentRequired":{"a":["b"]}}"#,
        r#"{"a":1}"#,
        "the property `b` is missing, which `a` needs",
    );
    check(
        r#"{"additionalProperties":false}"#,
        r#"{"a":1}"#,
        "the property `a` is not one that the schema has",
    );
    check(
        r#"{"unevaluatedProperties":false}"#,
        r#"{"a":1}"#,
        "no schema is for the property `a`",
    );
    check(
        r#"{"unevaluatedItems":false}"#,
        "[1]",
        "no schema is for this item",
    );
    check(
        r#"{"uniqueItems":true}"#,
        "[1,2,1.0]",
        "items 0 and 2 are the same: 1",
    );
    check("false", "[]", "the list is not allowed here");
    check(
        r#"{"not":{}}"#,
        "true",
        "`true` fits the schema of `not`, which nothing may fit",
    );
    check(
        r#"{"oneOf":[{"type":"string"},{"type":"integer"}]}"#,
        "true",
        "`true` fits none of the 2 alternatives of `oneOf`",
    );
    check(
        r#"{"oneOf":[{},{}]}"#,
        "true",
        "`true` fits several alternatives of `oneOf`, and only one may fit",
    );
    check(
        r#"{"contains":{"const":1}}"#,
        "[2]",
        "0 items fit the schema of `contains`, fewer than 1",
    );
    check(
        r#"{"contains":{},"maxContains":1}"#,
        "[2,3]",
        "2 items fit the schema of `contains`, more than 1",
    );
    check(
        r#"{"type":"integer"}"#,
        &format!("{:?}", "x".repeat(100)),
        &format!(
            "{:?} is of type string, not integer",
            format!("{}…", "x".repeat(40))
        ),
    );
}
