//! Schemas that hold themselves, that lie deep, or that are made to take long.

use std::fmt::Write as _;

use super::super::TOLD;
use super::{Case, Evaluator, Sent, Why};

#[track_caller]
fn check(schemas: &str, instance: &str, expect: &[&str], why: Option<Why>) {
    for version in ["3.0.3", "3.1.0"] {
        let case = Case::new(version, schemas, instance);
        let outcome = case.outcome();
        assert_eq!(case.wrong(&outcome), expect, "{version} {schemas}");
        assert_eq!(outcome.gap.map(|gap| gap.why), why, "{version} {schemas}");
    }
}

#[test]
fn schemas_that_ask_themselves_come_to_an_end() {
    let r = |name: &str| format!(r##"{{"$ref":"#/components/schemas/{name}"}}"##);
    let own = format!(r#"{{"S":{{"allOf":[{},{{"type":"string"}}]}}}}"#, r("S"));
    check(&own, r#""a""#, &[], None);
    check(&own, "1", &["type"], None);
    // What holds a discriminator names the schemas that are built on it.
    let pets = format!(
        r#"{{"S":{{"type":"object","required":["kind"],"oneOf":[{},{}]}},
            "Cat":{{"allOf":[{},{{"properties":{{"kind":{{"enum":["cat"]}}}}}}]}},
            "Dog":{{"allOf":[{},{{"properties":{{"kind":{{"enum":["dog"]}}}}}}]}}}}"#,
        r("Cat"),
        r("Dog"),
        r("S"),
        r("S")
    );
    check(&pets, r#"{"kind":"dog"}"#, &[], None);
    check(&pets, r#"{"kind":"cow"}"#, &["oneOf"], None);
    check(&pets, "{}", &["required", "oneOf"], None);
    check(
        &format!(r#"{{"S":{{"not":{}}}}}"#, r("S")),
        "1",
        &[],
        Some(Why::Circle),
    );
    let pair = format!(r#"{{"S":{{"anyOf":[{}]}},"T":{{"allOf":[{}]}}}}"#, r("T"), r("S"));
    check(&pair, "1", &[], None);
    check(&format!(r#"{{"S":{}}}"#, r("S")), "1", &[], Some(Why::Reference));
    let list = format!(
        r#"{{"S":{{"type":"object","properties":{{"next":{}}}}}}}"#,
        r("S")
    );
    check(
        &list,
        r#"{"next":{"next":{"next":1}}}"#,
        &["type /next/next/next"],
        None,
    );
    let own = format!(r#"{{"S":{{"oneOf":[{},{{"type":"string"}}]}}}}"#, r("S"));
    check(&own, r#""a""#, &[], Some(Why::Circle));
    let condition = Case::of(&format!(r#"{{"if":{},"then":false}}"#, r("S")), "1").outcome();
    assert_eq!(condition.gap.map(|gap| gap.why), Some(Why::Circle));
}

#[test]
fn depth_is_no_danger() {
    // A value.
    let deep = 20_000;
    let value = format!("{}1{}", "[".repeat(deep), "]".repeat(deep));
    let list = r##"{"S":{"anyOf":[{"type":"integer"},{"type":"array","items":{"$ref":"#/components/schemas/S"}}]}}"##;
    let outcome = Case::new("3.1.0", list, &value).outcome();
    assert!(outcome.holds(), "{outcome:?}");
    // A schema.
    let inner = format!(
        "{}{}{}",
        r#"{"not":"#.repeat(deep),
        r#"{"type":"string"}"#,
        "}".repeat(deep)
    );
    let case = Case::of(&inner, "1");
    assert_eq!(case.wrong(&case.outcome()), ["not"]);
    // A chain of references.
    let mut chain = String::from(r##"{"S":{"allOf":[{"$ref":"#/components/schemas/N0"}]}"##);
    for at in 0..deep {
        let next = at + 1;
        let _ = write!(
            chain,
            r##","N{at}":{{"allOf":[{{"$ref":"#/components/schemas/N{next}"}}]}}"##
        );
    }
    let _ = write!(chain, r#","N{deep}":{{"type":"string"}}}}"#);
    let case = Case::new("3.1.0", &chain, "1");
    assert_eq!(case.wrong(&case.outcome()), ["type"]);
}

#[test]
fn ways_that_multiply_are_gone_once() {
    // Each alternative asks both of the next level, of which no two are the same.
    let mut schemas = String::from("{");
    for level in 0..40 {
        let next = level + 1;
        let branch = |name: &str| {
            format!(r##"{{"properties":{{"a":{{"$ref":"#/components/schemas/{name}{next}"}}}}}}"##)
        };
        for name in ["S", "T"] {
            let at = if level == 0 {
                String::new()
            } else {
                level.to_string()
            };
            let _ = write!(
                schemas,
                r#""{name}{at}":{{"oneOf":[{},{},{{"const":"{name}"}}]}},"#,
                branch("S"),
                branch("T")
            );
        }
    }
    schemas += r#""S40":{"type":"string"},"T40":{"type":"string"}}"#;
    let value = format!("{}1{}", r#"{"a":"#.repeat(60), "}".repeat(60));
    let outcome = Case::new("3.1.0", &schemas, &value).outcome();
    // What was asked once is known, so that the many ways to ask it cost nothing.
    assert_eq!(outcome.gap, None);
    assert!(outcome.fails());
}

#[test]
fn what_would_take_too_long_is_left_open() {
    // Who asks what is left over must ask each alternative on each way to it.
    let mut schemas =
        String::from(r##"{"S":{"$ref":"#/components/schemas/N0","unevaluatedProperties":false}"##);
    for level in 0..40 {
        let next = format!(r##"{{"$ref":"#/components/schemas/N{}"}}"##, level + 1);
        let branches = format!(r#"{next},{{"allOf":[{next},{{"maxProperties":0}}]}}"#);
        let _ = write!(schemas, r#","N{level}":{{"oneOf":[{branches}]}}"#);
    }
    schemas += r#","N40":{"properties":{"a":true}}}"#;
    let case = Case::new("3.1.0", &schemas, r#"{"a":1}"#);
    let mut evaluator = Evaluator::new(case.side());
    evaluator.left = 100_000;
    let outcome = evaluator.violations(case.schema, case.instance, Sent::Either);
    assert!(!outcome.fails(), "{outcome:?}");
    assert_eq!(outcome.gap.map(|gap| gap.why), Some(Why::Budget));
}

#[test]
fn an_evaluator_gets_tired_and_says_so() {
    let case = Case::of(r#"{"items":{"type":"integer"}}"#, "[1,2,3,4,5]");
    let mut evaluator = Evaluator::new(case.side());
    evaluator.left = 100;
    let mut ask = || evaluator.violations(case.schema, case.instance, Sent::Either);
    assert!(ask().holds());
    let last = (0..100).map(|_| ask()).find(|outcome| !outcome.holds()).unwrap();
    assert!(!last.fails());
    assert_eq!(last.gap.map(|gap| gap.why), Some(Why::Budget));
}

#[test]
fn of_many_violations_some_are_told() {
    let many = vec![r#""a""#; 1_000].join(",");
    let outcome = Case::of(r#"{"items":{"type":"integer"}}"#, &format!("[{many}]")).outcome();
    assert_eq!(outcome.violations.len(), TOLD);
}

#[test]
fn a_list_of_many_is_held_unique_in_reasonable_time() {
    let many: Vec<String> = (0..100_000).map(|at| format!(r#"{{"a":{at}}}"#)).collect();
    let outcome = Case::of(r#"{"uniqueItems":true}"#, &format!("[{}]", many.join(","))).outcome();
    assert!(outcome.holds(), "{:?}", outcome.gap);
}
