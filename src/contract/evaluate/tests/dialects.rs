//! What differs between versions, and what depends on the way that a value goes.

use super::{Case, Evaluator, Sent, Why};
use crate::contract::words as w;

#[track_caller]
fn check(version: &str, schemas: &str, instance: &str, expect: &[&str]) {
    let case = Case::new(version, schemas, instance);
    let outcome = case.outcome();
    assert_eq!(outcome.gap, None, "{instance} {schemas}");
    assert_eq!(case.wrong(&outcome), expect, "{version} {instance} {schemas}");
}

#[test]
fn null_has_its_word_in_each_version() {
    let nullable = r#"{"S":{"type":"string","nullable":true,"enum":["a"]}}"#;
    check("3.0.3", nullable, "null", &[]);
    check("3.1.0", nullable, "null", &["type", "enum"]);
    check("2.0", nullable, "null", &["type", "enum"]);
    let extension = r#"{"S":{"type":"string","x-nullable":true}}"#;
    check("2.0", extension, "null", &[]);
    check("3.0.3", extension, "null", &["type"]);
    let wrapped =
        r##"{"S":{"nullable":true,"allOf":[{"$ref":"#/components/schemas/T"}]},"T":{"type":"object"}}"##;
    check("3.0.3", wrapped, "null", &[]);
    check("3.1.0", wrapped, "null", &["type"]);
    check("3.0.3", r#"{"S":{"enum":["a",null]}}"#, "null", &[]);
}

#[test]
fn bounds_are_exclusive_by_a_number_or_a_word() {
    let word = r#"{"S":{"maximum":5,"exclusiveMaximum":true,"minimum":1,"exclusiveMinimum":false}}"#;
    for version in ["2.0", "3.0.3"] {
        check(version, word, "5", &["maximum"]);
        check(version, word, "4", &[]);
        check(version, word, "1", &[]);
    }
    check(
        "3.1.0",
        r#"{"S":{"maximum":9,"exclusiveMaximum":5}}"#,
        "5",
        &["exclusiveMaximum"],
    );
}

#[test]
fn what_stands_beside_a_reference_counts_since_3_1() {
    let beside =
        r##"{"S":{"$ref":"#/components/schemas/T","maxLength":1},"T":{"type":"string","minLength":1}}"##;
    check("3.0.3", beside, r#""ab""#, &[]);
    check("3.1.0", beside, r#""ab""#, &["maxLength"]);
    check("3.1.0", beside, r#""""#, &["minLength"]);
    check("3.2.0", beside, r#""ab""#, &["maxLength"]);
}

#[test]
fn keywords_of_later_versions_say_nothing_in_earlier_ones() {
    let later = r#"{"S":{"const":1,"contains":false,"prefixItems":[false],"propertyNames":false,"if":true,"then":false,
        "dependentRequired":{"a":["b"]},"unevaluatedProperties":false}}"#;
    for instance in ["2", "[1]", r#"{"a":1}"#] {
        check("3.0.3", later, instance, &[]);
        check("2.0", later, instance, &[]);
    }
    check(
        "2.0",
        r#"{"S":{"oneOf":[false],"anyOf":[false],"not":true}}"#,
        "1",
        &[],
    );
    check("3.0.3", r#"{"S":{"not":{}}}"#, "1", &["not"]);
    check("2.0", r#"{"S":{"type":"file"}}"#, r#"{"any":"thing"}"#, &[]);
}

#[test]
fn what_is_only_read_may_miss_in_a_request() {
    #[track_caller]
    fn check(schemas: &str, ways: [bool; 3]) {
        for version in ["3.0.3", "3.1.0"] {
            let case = Case::new(version, schemas, "{}");
            let found = [Sent::Request, Sent::Response, Sent::Either].map(|sent| case.sent(sent).holds());
            assert_eq!(found, ways, "{version} {schemas}");
        }
    }
    let property = |says: &str| format!(r#"{{"S":{{"required":["a"],"properties":{{"a":{says}}}}}}}"#);
    check(&property(r#"{"readOnly":true}"#), [true, false, true]);
    check(&property(r#"{"writeOnly":true}"#), [false, true, true]);
    check(&property("{}"), [false, false, false]);
    check(r#"{"S":{"required":["a"]}}"#, [false, false, false]);
    // What it is may be said elsewhere than that it is needed.
    check(
        r##"{"S":{"allOf":[{"$ref":"#/components/schemas/T"},{"required":["a"]}]},"T":{"properties":{"a":{"readOnly":true}}}}"##,
        [true, false, true],
    );
    check(
        r##"{"S":{"required":["a"],"properties":{"a":{"$ref":"#/components/schemas/T"}}},"T":{"type":"string","readOnly":true}}"##,
        [true, false, true],
    );
}

#[test]
fn a_discriminator_says_which_alternative_is_meant() {
    let pets = |mapping: &str| {
        format!(
            r##"{{"S":{{"discriminator":{{"propertyName":"kind"{mapping}}},
            "oneOf":[{{"$ref":"#/components/schemas/Cat"}},{{"$ref":"#/components/schemas/Dog"}}]}},
            "Cat":{{"type":"object","properties":{{"claws":{{"type":"integer"}}}}}},
            "Dog":{{"type":"object","properties":{{"tail":{{"type":"integer"}}}}}}}}"##
        )
    };
    let mapped = pets(r##","mapping":{"c":"#/components/schemas/Cat","d":"Dog"}"##);
    let plain = pets("");
    for (schemas, cat, dog) in [(&mapped, "c", "d"), (&plain, "Cat", "Dog")] {
        for version in ["3.0.3", "3.1.0"] {
            let check = |instance: String, expect: &[&str]| check(version, schemas, &instance, expect);
            check(format!(r#"{{"kind":"{cat}"}}"#), &[]);
            check(format!(r#"{{"kind":"{dog}","tail":1,"claws":1}}"#), &[]);
            check(
                format!(r#"{{"kind":"{cat}","tail":"x","claws":"y"}}"#),
                &["type /claws"],
            );
            check(
                format!(r#"{{"kind":"{dog}","tail":"x","claws":"y"}}"#),
                &["type /tail"],
            );
            check(r#"{"kind":"cow"}"#.to_owned(), &["oneOf"]);
            check("{}".to_owned(), &["oneOf"]);
        }
    }
}

#[test]
fn a_dynamic_reference_is_followed_where_it_can_mean_one_schema_only() {
    let tree =
        r##"{"S":{"$dynamicAnchor":"node","type":"object","properties":{"next":{"$dynamicRef":"#node"}}}}"##;
    check("3.1.0", tree, r#"{"next":{"next":{}}}"#, &[]);
    check("3.1.0", tree, r#"{"next":{"next":1}}"#, &["type /next/next"]);
    let two = r##"{"S":{"$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"}}},"T":{"$dynamicAnchor":"node"}}"##;
    let outcome = Case::new("3.1.0", two, r#"{"next":1}"#).outcome();
    assert_eq!(outcome.gap.map(|gap| gap.why), Some(Why::Dynamic));
}

#[test]
fn a_keyword_can_be_passed_over() {
    let case = Case::of(
        r#"{"type":"string","enum":["a"],"properties":{"a":{"enum":["b"]}}}"#,
        "1",
    );
    let mut evaluator = Evaluator::new(case.side());
    let outcome = evaluator.violations_but(w::ENUM, case.schema, case.instance);
    assert_eq!(case.wrong(&outcome), ["type"]);
    let case = Case::of(
        r#"{"enum":["a"],"properties":{"a":{"enum":["b"]}}}"#,
        r#"{"a":1}"#,
    );
    let outcome = Evaluator::new(case.side()).violations_but(w::ENUM, case.schema, case.instance);
    assert_eq!(case.wrong(&outcome), ["enum /a"]);
}

#[test]
fn items_of_swagger_2_may_have_a_schema_for_each_place() {
    let tuple = r#"{"S":{"items":[{"type":"string"},{"type":"integer"}]}}"#;
    check("2.0", tuple, r#"["a", 1, false]"#, &[]);
    check("2.0", tuple, r#"["a"]"#, &[]);
    check("2.0", tuple, "[1, 1]", &["type /0"]);
}
