//! What was written anew and means the same, and what really changed in it.

use super::schemas::document;
use super::{compared, ids, loud};
use crate::contract::rules::{Column, Level};

const COLUMNS: [Column; 4] = [
    Column::RequestBody,
    Column::ResponseBody,
    Column::RequestProperty,
    Column::ResponseProperty,
];

/// Two schemas that mean the same, in both directions.
#[track_caller]
fn same(one: &str, other: &str) {
    for column in COLUMNS {
        for (base, revision) in [(one, other), (other, one)] {
            let compared = compared(&document(column, base), &document(column, revision));
            let found = ids(&compared);
            assert!(found.is_empty(), "{base}\n{revision}\n{column:?}\n{found:?}");
        }
    }
}

/// The changes that are no infos from one schema to another, in a request body and in a response body.
#[track_caller]
fn check(base: &str, revision: &str, request: &[&str], response: &[&str]) {
    for (column, expect) in [(Column::RequestBody, request), (Column::ResponseBody, response)] {
        loud(&document(column, base), &document(column, revision), expect);
    }
}

const CAT: &str = "type: object, required: [purrs], properties: {purrs: {type: boolean}, name: {type: string, maxLength: 5}}";
const LOUD_CAT: &str = "type: object, required: [purrs], properties: {purrs: {type: boolean}, name: {type: string, maxLength: 3}}";

/// Ways to say what some keywords say by a single branch.
fn in_one_branch(keywords: &str) -> Vec<String> {
    let rest = keywords.strip_prefix("type: object, ").unwrap();
    let mut found = Vec::new();
    for key in ["allOf", "anyOf", "oneOf"] {
        found.push(format!("{{{key}: [{{{keywords}}}]}}"));
        found.push(format!("{{type: object, {key}: [{{{keywords}}}]}}"));
        found.push(format!("{{type: object, {key}: [{{{rest}}}]}}"));
        found.push(format!("{{{keywords}, {key}: [{{{keywords}}}]}}"));
        found.push(format!(
            "{{type: object, {key}: [{{allOf: [{{{rest}}}, {{properties: {{purrs: {{}}}}}}]}}]}}"
        ));
    }
    found
}

#[test]
fn a_single_branch_beside_keywords_is_what_both_say() {
    let plain = format!("{{{CAT}}}");
    for other in in_one_branch(CAT) {
        same(&plain, &other);
    }
    let (narrowed, widened) = (
        ["request-property-max-length-decreased"],
        ["response-property-max-length-increased"],
    );
    let loud_cat = format!("{{{LOUD_CAT}}}");
    for other in in_one_branch(LOUD_CAT) {
        check(&plain, &other, &narrowed, &[]);
        check(&other, &plain, &[], &widened);
    }
    for other in in_one_branch(CAT) {
        check(&other, &loud_cat, &narrowed, &[]);
        check(&loud_cat, &other, &[], &widened);
    }
}

#[test]
fn a_single_branch_that_says_more_is_what_it_says() {
    let branch = |key: &str| format!("{{{CAT}, {key}: [{{required: [name]}}]}}");
    for key in ["anyOf", "oneOf"] {
        check(
            &format!("{{{CAT}}}"),
            &branch(key),
            &["request-property-became-required"],
            &[],
        );
        check(
            &branch(key),
            &format!("{{{CAT}}}"),
            &[],
            &["response-property-became-optional"],
        );
    }
}

#[test]
fn branches_of_a_choice_written_as_parts_are_the_same_branches() {
    let cat = format!("{{{CAT}}}");
    let cat_of_parts = "{type: object, allOf: [{required: [purrs], properties: {purrs: {type: boolean}}}, {properties: {name: {type: string, maxLength: 5}}}]}";
    let dog = "{type: object, required: [barks], properties: {barks: {type: boolean}, age: {type: integer}}}";
    let dog_of_parts = "{allOf: [{type: object, required: [barks], properties: {barks: {type: boolean}}}, {type: object, properties: {age: {type: integer}}}]}";
    for key in ["oneOf", "anyOf"] {
        same(
            &format!("{{{key}: [{cat}, {dog}]}}"),
            &format!("{{{key}: [{cat_of_parts}, {dog_of_parts}]}}"),
        );
        same(
            &format!("{{{key}: [{cat}, {dog}]}}"),
            &format!("{{{key}: [{dog_of_parts}, {cat_of_parts}]}}"),
        );
        check(
            &format!("{{{key}: [{{{LOUD_CAT}}}, {dog}]}}"),
            &format!("{{{key}: [{dog_of_parts}, {cat_of_parts}]}}"),
            &[],
            &["response-property-max-length-increased"],
        );
    }
}

#[test]
fn a_limit_in_an_inner_part_is_told_as_that_limit() {
    let limited = |limit: usize| {
        format!(
            "{{type: object, properties: {{a: {{type: string}}}}, allOf: [{{properties: {{a: {{maxLength: {limit}}}}}}}]}}"
        )
    };
    let plain = "{type: object, properties: {a: {type: string, maxLength: 5}}}";
    same(plain, &limited(5));
    check(
        plain,
        &limited(3),
        &["request-property-max-length-decreased"],
        &[],
    );
    check(
        plain,
        &limited(9),
        &[],
        &["response-property-max-length-increased"],
    );
    check(
        "{type: object, properties: {a: {type: string}}}",
        &limited(3),
        &["request-property-max-length-set"],
        &[],
    );
    check(
        &limited(3),
        "{type: object, properties: {a: {type: string}}}",
        &[],
        &["response-property-max-length-unset"],
    );
}

#[test]
fn a_limit_and_a_list_of_values_inside_of_it() {
    for (limited, listed, outside) in [
        (
            "{type: integer, maximum: 10}",
            "{type: integer, enum: [1, 10]}",
            "{type: integer, enum: [1, 11]}",
        ),
        (
            "{type: integer, exclusiveMaximum: 10}",
            "{type: integer, enum: [1, 9]}",
            "{type: integer, enum: [1, 10]}",
        ),
        (
            "{type: integer, minimum: 1, maximum: 3}",
            "{type: integer, const: 2}",
            "{type: integer, const: 4}",
        ),
        (
            "{type: number, multipleOf: 0.5}",
            "{type: number, enum: [1, 2.5]}",
            "{type: number, enum: [1, 0.7]}",
        ),
        (
            "{type: string, minLength: 2}",
            "{type: string, enum: [ab, abc]}",
            "{type: string, enum: [ab, a]}",
        ),
        (
            "{type: string, maxLength: 2}",
            "{type: string, enum: [ab, äö]}",
            "{type: string, enum: [ab, abc]}",
        ),
        (
            "{type: array, maxItems: 1}",
            "{type: array, enum: [[], [1]]}",
            "{type: array, enum: [[], [1, 2]]}",
        ),
    ] {
        let found = |column, base: &str, revision: &str| {
            let mut compared = compared(&document(column, base), &document(column, revision));
            compared
                .changes
                .retain(|change| change.rule.level() != Level::Info);
            ids(&compared).into_iter().collect::<Vec<_>>()
        };
        let is_of_limit = |ids: &[String]| ids.iter().any(|id| !id.contains("enum") && !id.contains("const"));
        for column in [Column::RequestBody, Column::ResponseBody] {
            for (base, revision) in [(limited, listed), (listed, limited)] {
                let told = found(column, base, revision);
                assert!(!is_of_limit(&told), "{base}\n{revision}\n{column:?} {told:?}");
            }
        }
        assert_eq!(found(Column::ResponseBody, limited, listed), Vec::<String>::new());
        assert_eq!(found(Column::RequestBody, listed, limited), Vec::<String>::new());
        // What lies outside was not promised, or is refused now.
        let told = found(Column::ResponseBody, limited, outside);
        assert!(is_of_limit(&told), "{limited}\n{outside} {told:?}");
        let told = found(Column::RequestBody, outside, limited);
        assert!(is_of_limit(&told), "{outside}\n{limited} {told:?}");
    }
}

#[test]
fn a_pattern_and_a_list_of_values_that_match_it() {
    let pattern = "{type: string, pattern: '^[ab]$'}";
    let (inside, outside) = ("{type: string, enum: [a, b]}", "{type: string, enum: [a, c]}");
    check(pattern, inside, &["request-body-became-enum"], &[]);
    check(inside, pattern, &[], &["response-body-enum-removed"]);
    check(
        outside,
        pattern,
        &["request-body-pattern-added"],
        &["response-body-enum-removed"],
    );
    // What no engine here can run is told as it was.
    check(
        inside,
        "{type: string, pattern: '(?<=a)b'}",
        &["request-body-pattern-added"],
        &["response-body-enum-removed"],
    );
}

#[test]
fn values_that_came_or_went_are_told_and_a_limit_that_goes_with_them_is_not() {
    for (few, more, one_more) in [
        (
            "enum: [1, 2], maximum: 2",
            "enum: [1, 2, 3], maximum: 3",
            "enum: [1, 2, 3], maximum: 1",
        ),
        (
            "enum: [1], exclusiveMaximum: 2",
            "enum: [1, 2], exclusiveMaximum: 3",
            "enum: [1, 2], exclusiveMaximum: 1",
        ),
        (
            "enum: [a], maxLength: 1",
            "enum: [a, bb]",
            "enum: [a, bb], maxLength: 0",
        ),
        (
            "enum: [a, bb], minLength: 1",
            "enum: [a, bb, '']",
            "enum: [a, bb, ccc], minLength: 3",
        ),
        (
            "enum: [a], pattern: '^a$'",
            "enum: [a, b], pattern: '^[ab]$'",
            "enum: [a, b], pattern: '^b$'",
        ),
        (
            "enum: [4], multipleOf: 4",
            "enum: [2, 4], multipleOf: 2",
            "enum: [2, 4], multipleOf: 8",
        ),
    ] {
        let [few, more, one_more] = [few, more, one_more].map(|fields| format!("{{{fields}}}"));
        check(&few, &more, &[], &["response-body-enum-value-added"]);
        check(&more, &few, &["request-body-enum-value-removed"], &[]);
        // A value that stays and is refused now is refused, whatever is listed.
        let (base, revision) = (
            document(Column::RequestBody, &few),
            document(Column::RequestBody, &one_more),
        );
        let compared = compared(&base, &revision);
        let is_loud = |level: Level| level != Level::Info;
        assert!(
            compared.changes.iter().any(|change| is_loud(change.rule.level())),
            "{few}\n{one_more}"
        );
    }
    // Where the list is the same, the limit is what was changed.
    check(
        "{enum: [a, bb], maxLength: 5}",
        "{enum: [a, bb], maxLength: 4}",
        &["request-body-max-length-decreased"],
        &[],
    );
}

/// What matches several branches may come besides, and each of them is known; the other way round it is refused.
#[test]
fn one_of_several_became_any_of_them() {
    let cat = "{type: object, required: [purrs], properties: {purrs: {type: boolean}}}";
    let dog = "{type: object, required: [barks], properties: {barks: {type: boolean}}}";
    let with = |key: &str| format!("{{{key}: [{cat}, {dog}]}}");
    let (one, any) = (with("oneOf"), with("anyOf"));
    check(&one, &any, &[], &[]);
    check(&any, &one, &["request-body-any-of-removed"], &[]);
}
