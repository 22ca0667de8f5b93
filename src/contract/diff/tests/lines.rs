//! Where changes are told: at the keyword that changed.

use super::{Nowhere, ids};
use crate::contract::arena::{Limits, NodeId};
use crate::contract::diff::{Notice, Options, diff};
use crate::contract::load::World;

/// The lines that a rule is told at, in the base and in the revision. A parameter begins in line 8, and what is given of it
/// in line 10.
#[track_caller]
fn check(base: &str, revision: &str, rule: &str, lines: [u32; 2]) {
    let document = |fields: &str| {
        let fields = fields.replace("; ", "\n          ");
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      responses: {{'200': {{description: d}}}}\n\
             \x20     parameters:\n        - name: q\n          in: query\n          {fields}\n"
        )
    };
    let mut world = World::new(Limits::default());
    let mut load = |name: &str, fields: &str| world.load(name, document(fields), &Nowhere).unwrap();
    let (base, revision) = (load("a.yaml", base), load("b.yaml", revision));
    world.settle();
    let options = Options {
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        notice: Notice::default(),
    };
    let found = diff(&world, &base, &revision, options);
    let change = found.changes.iter().find(|change| change.rule.id() == rule);
    let change = change.unwrap_or_else(|| panic!("{rule}: {:?}", ids(&found)));
    let line = |node: Option<NodeId>| world.arena.place(node.unwrap()).line;
    assert_eq!([line(change.base), line(change.revision)], lines, "{rule}");
}

#[test]
fn the_end_of_a_parameter_is_told_at_the_keyword_that_says_it() {
    let plain = "schema: {type: string}";
    let deprecated = "schema: {type: string}; deprecated: true";
    let dated = "schema: {type: string}; deprecated: true; x-sunset: '2030-01-01'";
    check(plain, deprecated, "request-parameter-deprecated", [8, 11]);
    check(plain, dated, "request-parameter-deprecated", [8, 12]);
    check(deprecated, plain, "request-parameter-reactivated", [11, 8]);
    check(dated, deprecated, "request-parameter-sunset-deleted", [12, 8]);
    check(
        dated,
        &dated.replace("2030", "2029"),
        "request-parameter-sunset-date-changed-too-small",
        [12, 12],
    );
    check(
        plain,
        &dated.replace("2030", "the year 2030"),
        "request-parameter-sunset-parse",
        [8, 12],
    );
}

#[test]
fn a_parameter_that_must_be_there_is_told_where_it_says_so() {
    check(
        "schema: {}; required: false",
        "schema: {}; required: true",
        "request-parameter-became-required",
        [11, 11],
    );
    check(
        "schema: {}; required: true",
        "schema: {}",
        "request-parameter-became-optional",
        [11, 8],
    );
}
