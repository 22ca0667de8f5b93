//! Whole documents of three versions, damaged in one place or more: nothing is the end of the program, what is equal has no
//! changes, and the same two documents are told the same every time.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Nowhere, Options, diff};
use crate::contract::arena::Limits;
use crate::contract::diff::Notice;
use crate::contract::load::World;
use crate::contract::validate::validate;

const DOCUMENTS: [&str; 3] = [
    include_str!("../../../../tests/fixtures/contracts/library.yaml"),
    include_str!("../../../../tests/fixtures/contracts/parcels.json"),
    include_str!("../../../../tests/fixtures/contracts/bookings.yaml"),
];

/// What happens to a value, or to its document.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Delete,
    Replace,
    /// Its holder gets it once more, under another name or at the end.
    Duplicate,
    /// It becomes what another value of the document is.
    Swap,
    /// A number becomes greater or smaller, a truth value its opposite, a text another one.
    Change,
}

/// What is told of two documents.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    /// Their changes, in both directions.
    changes: Vec<String>,
    /// What is wrong with each.
    findings: Vec<String>,
}

/// What is told of two documents; `None` when one cannot be read.
fn told(base: &str, revision: &str) -> Option<Told> {
    let mut world = World::new(Limits::default());
    let base = world.load("base", base.to_owned(), &Nowhere).ok()?;
    let revision = world.load("revision", revision.to_owned(), &Nowhere).ok()?;
    world.settle();
    let options = Options {
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20)?,
        notice: Notice::default(),
    };
    let mut told = Told::default();
    for (one, other) in [(&base, &revision), (&revision, &base)] {
        let found = diff(&world, one, other, options);
        told.changes.extend(found.changes.iter().map(|change| {
            let pointer = |node: Option<_>| node.map(|node| world.arena.pointer(node));
            let places = (pointer(change.base), pointer(change.revision));
            let values = (&change.subject, &change.from, &change.to);
            format!(
                "{} {values:?} {places:?} {:?}",
                change.rule.id(),
                change.operations
            )
        }));
    }
    for document in [&base, &revision] {
        let found = validate(&world, document);
        let lines = found
            .iter()
            .map(|finding| format!("{:?} {}", finding.rule, finding.says));
        told.findings.extend(lines);
    }
    Some(told)
}

/// The ways to all values, the root left out.
fn pointers(document: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while at < found.len() {
        let pointer = found[at].clone();
        match document.pointer(&pointer) {
            Some(Value::Object(map)) => found.extend(
                map.keys()
                    .map(|key| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))),
            ),
            Some(Value::Array(list)) => {
                found.extend((0..list.len()).map(|index| format!("{pointer}/{index}")));
            }
            _ => {}
        }
        at += 1;
    }
    found.split_off(1)
}

fn changed(value: &Value, seed: usize) -> Value {
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            [json!(number + 1.0), json!(-number), json!(0), json!(1e300)][seed % 4].clone()
        }
        Value::Bool(value) => json!(!value),
        Value::String(text) => {
            let words = ["null", "file", "#/", "2XX", "default", "integer"];
            [json!(format!("{text}x")), json!(words[seed % words.len()])][seed % 2].clone()
        }
        other => other.clone(),
    }
}

fn damage(document: &mut Value, damage: Damage, at: usize, seed: usize) {
    let all = pointers(document);
    if all.is_empty() {
        return;
    }
    let pointer = &all[at % all.len()];
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let value = document.pointer(pointer).cloned().unwrap();
    let next = match damage {
        Damage::Replace => {
            let values = [
                json!(null),
                json!(7),
                json!("x"),
                json!([[]]),
                json!({"x": []}),
                json!(true),
            ];
            values[seed % values.len()].clone()
        }
        Damage::Swap => document.pointer(&all[seed % all.len()]).cloned().unwrap(),
        Damage::Change => changed(&value, seed),
        Damage::Delete | Damage::Duplicate => value,
    };
    match (document.pointer_mut(holder).unwrap(), damage) {
        (Value::Object(map), Damage::Delete) => drop(map.remove(&key)),
        (Value::Array(list), Damage::Delete) => drop(list.remove(key.parse().unwrap())),
        (Value::Object(map), Damage::Duplicate) => drop(map.insert(format!("{key}2"), next)),
        (Value::Array(list), Damage::Duplicate) => list.push(next),
        (Value::Object(map), _) => drop(map.insert(key, next)),
        (Value::Array(list), _) => list[key.parse::<usize>().unwrap()] = next,
        _ => {}
    }
}

#[track_caller]
fn check(document: &str, broken: &str) {
    let first = told(document, broken);
    assert_eq!(first, told(document, broken), "told in two ways");
    let mut own = told(broken, broken).unwrap_or_default();
    // What is wrong in a document is told of it whatever it is compared with.
    own.changes.retain(|line| !line.starts_with("document-"));
    assert_eq!(own.changes, [""; 0], "it differs from itself");
}

#[test]
fn whole_documents_are_read_and_have_no_errors() {
    for document in DOCUMENTS {
        let plain: Value = serde_yaml::from_str(document).unwrap();
        assert!(pointers(&plain).len() > 400);
        let mut world = World::new(Limits::default());
        let read = world.load("a.yaml", document.to_owned(), &Nowhere).unwrap();
        world.settle();
        let errors: Vec<String> = validate(&world, &read)
            .iter()
            .filter(|finding| finding.rule.level() == crate::contract::rules::Level::Error)
            .map(|finding| finding.says.clone())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let again = told(document, &plain.to_string()).unwrap();
        assert_eq!(again.changes, [""; 0], "it differs from itself as JSON");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn damaged_documents_are_compared_to_their_end(
        document in 0..DOCUMENTS.len(),
        steps in prop::collection::vec(
            (
                prop_oneof![
                    Just(Damage::Delete),
                    Just(Damage::Replace),
                    Just(Damage::Duplicate),
                    Just(Damage::Swap),
                    Just(Damage::Change),
                ],
                any::<usize>(),
                any::<usize>(),
            ),
            1..6,
        ),
    ) {
        let mut broken: Value = serde_yaml::from_str(DOCUMENTS[document]).unwrap();
        for (kind, at, seed) in steps {
            damage(&mut broken, kind, at, seed);
        }
        check(DOCUMENTS[document], &broken.to_string());
    }

    #[test]
    fn documents_with_a_hole_are_too(document in 0..DOCUMENTS.len(), at in any::<usize>(), length in 1_usize..60) {
        let text = DOCUMENTS[document];
        let at = at % text.len();
        let end = (at + length).min(text.len());
        prop_assume!(text.is_char_boundary(at) && text.is_char_boundary(end));
        check(text, &format!("{}{}", &text[..at], &text[end..]));
    }
}
