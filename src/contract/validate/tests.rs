//! Every rule, made to appear by a small document, and gone once that is mended.

mod objects;
mod page;
mod robust;
mod schemas;
mod trees;

use std::collections::BTreeSet;

use super::{Finding, Rule, validate};
use crate::contract::arena::Limits;
use crate::contract::load::{Fetch, Fetched, World};
use crate::contract::refs::Broken;

/// Files beside the document.
struct Files<'a>(&'a [(&'a str, &'a str)]);

impl Fetch for Files<'_> {
    fn fetch(&self, _: &str, reference: &str) -> Result<Fetched, Broken> {
        if reference.starts_with("https://") {
            return Err(Broken::Remote);
        }
        let found = self.0.iter().find(|(name, _)| *name == reference);
        found.map_or(Err(Broken::Dangling), |(name, text)| {
            Ok(Fetched {
                name: (*name).to_owned(),
                text: (*text).to_owned(),
            })
        })
    }
}

/// What is wrong with a document, as `file:line:column rule: what`.
#[track_caller]
fn told_with(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let (world, found) = validated(text, files);
    let one = |finding: &Finding| {
        let at = finding.position(&world.arena);
        let file = finding.file(&world.arena);
        let rule = finding.rule.id();
        format!("{file}:{}:{} {rule}: {}", at.line, at.column, finding.says)
    };
    found.iter().map(one).collect()
}

#[track_caller]
fn validated(text: &str, files: &[(&str, &str)]) -> (World, Vec<Finding>) {
    let limits = Limits {
        depth: 1_000_000,
        ..Limits::default()
    };
    let mut world = World::new(limits);
    let document = match world.load("a.yaml", text.to_owned(), &Files(files)) {
        Ok(document) => document,
        Err(error) => panic!("{error}\n{text}"),
    };
    world.settle();
    let found = validate(&world, &document);
    assert_eq!(found, validate(&world, &document), "twice, and not the same");
    for finding in &found {
        assert!(
            !finding.says.is_empty() && !finding.says.contains('\n'),
            "{finding:?}"
        );
        finding.pointer(&world.arena);
    }
    (world, found)
}

#[track_caller]
fn ids(text: &str) -> BTreeSet<&'static str> {
    validated(text, &[])
        .1
        .iter()
        .map(|finding| finding.rule.id())
        .collect()
}

/// Where the lines of a table stand in a document.
#[derive(Clone, Copy)]
enum In {
    /// Beside `openapi` and `info`.
    Document,
    /// `paths`, as the fields of the only path item.
    Item,
    /// The only operation, which has responses already.
    Operation,
    /// Its only parameter.
    Parameter,
    /// Its only response, which has a description already.
    Response,
    /// A media type of its body.
    Media,
    /// The only schema.
    Schema,
    /// The only security scheme.
    Scheme,
}

/// A document with something in it.
fn document(version: &str, place: In, text: &str) -> String {
    let is_old = version == "2.0";
    let head = if is_old {
        "swagger: '2.0'\ninfo: {title: a, version: '1'}\n".to_owned()
    } else {
        format!("openapi: {version}\ninfo: {{title: a, version: '1'}}\n")
    };
    let body = match place {
        In::Document => text.to_owned(),
        In::Item => format!("paths:\n  /a: {text}"),
        In::Operation => {
            format!("paths:\n  /a:\n    put:\n      responses: {{'200': {{description: a}}}}\n      {text}")
        }
        In::Parameter => {
            format!(
                "paths:\n  /a:\n    put:\n      responses: {{'200': {{description: a}}}}\n      parameters: [{text}]"
            )
        }
        In::Response => format!(
            "paths:\n  /a:\n    put:\n      responses:\n        '200':\n          description: a\n          {text}"
        ),
        In::Media => format!(
            "paths:\n  /a:\n    put:\n      responses: {{'200': {{description: a}}}}\n      requestBody: {{content: {{application/json: {text}}}}}"
        ),
        In::Schema if is_old => format!("paths: {{}}\ndefinitions: {{A: {text}}}"),
        In::Schema => format!("paths: {{}}\ncomponents: {{schemas: {{A: {text}}}}}"),
        In::Scheme if is_old => format!("paths: {{}}\nsecurityDefinitions: {{A: {text}}}"),
        In::Scheme => format!("paths: {{}}\ncomponents: {{securitySchemes: {{A: {text}}}}}"),
    };
    head + &body + "\n"
}

/// A rule, where it is broken, by what, and what mends that.
type Case = (&'static str, &'static str, In, &'static str, &'static str);

/// The rules that a table makes appear.
#[track_caller]
fn seen(cases: &[Case]) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    for (rule, version, place, bad, good) in cases {
        let (bad, good) = (document(version, *place, bad), document(version, *place, good));
        let found = ids(&bad);
        assert!(
            found.contains(rule),
            "{rule} does not appear, but {found:?} in\n{bad}"
        );
        let mended = validated(&good, &[]).1;
        let left = mended.iter().find(|finding| finding.rule.id() == *rule);
        assert!(left.is_none(), "{rule} appears: {left:?} in\n{good}");
        all.extend(found);
    }
    all
}

#[test]
fn every_rule_is_made_to_appear() {
    let mut all = seen(objects::CASES);
    all.extend(seen(schemas::CASES));
    all.extend(trees::seen());
    let missing: Vec<&str> = Rule::ALL
        .iter()
        .map(|rule| rule.id())
        .filter(|id| !all.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "{} rules never appear: {missing:#?}",
        missing.len()
    );
}
