//! Schemas behind a discriminator that stand in other files.

use std::collections::BTreeSet;

use super::ids;
use crate::contract::arena::Limits;
use crate::contract::diff::{Notice, Options, diff};
use crate::contract::load::{Fetch, Fetched, World};
use crate::contract::refs::Broken;

/// Files beside a document.
struct Files<'a> {
    folder: &'a str,
    files: &'a [(&'a str, String)],
}

impl Fetch for Files<'_> {
    fn fetch(&self, _: &str, reference: &str) -> Result<Fetched, Broken> {
        let name = reference.trim_start_matches("./");
        let file = self.files.iter().find(|(other, _)| *other == name);
        file.map_or(Err(Broken::Dangling), |(name, text)| {
            Ok(Fetched {
                name: format!("{}/{name}", self.folder),
                text: text.clone(),
            })
        })
    }
}

/// The changes where a cat's name may be 9, and then 8 letters long.
#[track_caller]
fn check(main: &str, files: &[(&str, &str)], expect: &[&str]) {
    let mut world = World::new(Limits::default());
    let mut load = |folder: &str, limit: &str| {
        let files: Vec<(&str, String)> = files
            .iter()
            .map(|(name, text)| (*name, text.replace("LIMIT", limit)))
            .collect();
        let fetch = Files {
            folder,
            files: &files,
        };
        // The document itself is one of the files that others refer to.
        world
            .load(
                &format!("{folder}/main.yaml"),
                main.replace("LIMIT", limit),
                &fetch,
            )
            .unwrap()
    };
    let (base, revision) = (load("base", "9"), load("revision", "8"));
    world.settle();
    assert!(world.refs.problems().is_empty(), "{:?}", world.refs.problems());
    let options = Options {
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        notice: Notice::default(),
    };
    let found = ids(&diff(&world, &base, &revision, options));
    let expect: BTreeSet<String> = expect.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(found, expect, "{main}\n{files:?}");
}

fn main_with(pet: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{post: {{requestBody: {{content: {{a/b: {{schema: {pet}}}}}}}, \
         responses: {{'200': {{description: d}}}}}}}}}}\ncomponents: {{schemas: {{{schemas}}}}}\n"
    )
}

const PET: &str = "{type: object, discriminator: {propertyName: kind}, required: [kind], properties: {kind: {type: string}}}";
const OWN_PET: &str = "{$ref: '#/components/schemas/Pet'}";

#[test]
fn a_mapping_may_name_a_file() {
    let mapped = |target: &str| {
        let mapping = format!("propertyName: kind, mapping: {{cat: '{target}'}}");
        main_with(
            OWN_PET,
            &format!("Pet: {}", PET.replace("propertyName: kind", &mapping)),
        )
    };
    let cat = "{type: object, properties: {name: {maxLength: LIMIT}}}";
    let narrowed = ["request-property-max-length-decreased", "api-version-not-bumped"];
    check(&mapped("./cat.yaml"), &[("cat.yaml", cat)], &narrowed[..1]);
    check(
        &mapped("./cats.yaml#/Cat"),
        &[("cats.yaml", &format!("Cat: {cat}"))],
        &narrowed[..1],
    );
}

#[test]
fn who_takes_a_discriminator_in_may_stand_in_another_file() {
    let cat = |pet: &str| {
        format!(
            "{{allOf: [{{$ref: '{pet}'}}, {{type: object, properties: {{name: {{maxLength: LIMIT}}}}}}]}}"
        )
    };
    // The parent in a file, too.
    check(
        &main_with("{$ref: './pets.yaml#/Pet'}", "Cat: {$ref: './pets.yaml#/Cat'}"),
        &[("pets.yaml", &format!("Pet: {PET}\nCat: {}", cat("#/Pet")))],
        &["request-property-max-length-decreased"],
    );
    check(
        &main_with(OWN_PET, "Pet: {$ref: './pet.yaml'}, Cat: {$ref: './cat.yaml'}"),
        &[("pet.yaml", PET), ("cat.yaml", &cat("./pet.yaml"))],
        &["request-property-max-length-decreased"],
    );
}

/// The changes where a choice names its one branch by these texts, whose files are beside both documents.
#[track_caller]
fn named(base: &str, revision: &str, expect: &[&str]) {
    let files: Vec<(&str, String)> = [
        ("a/cat.yaml", "{type: object, properties: {name: {maxLength: 9}}}"),
        ("b/cat.yaml", "{type: object, properties: {name: {maxLength: 8}}}"),
        (
            "cats.yaml",
            "Cat: {type: object, properties: {name: {maxLength: 9}}}",
        ),
    ]
    .map(|(name, text)| (name, text.to_owned()))
    .into();
    let mut world = World::new(Limits::default());
    let mut load = |folder: &str, target: &str| {
        let pet = format!(
            "{{discriminator: {{propertyName: kind, mapping: {{cat: '{target}'}}}}, \
             oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: './b/cat.yaml'}}]}}"
        );
        let cat = "Cat: {type: object, properties: {name: {maxLength: 9}}}";
        let fetch = Files {
            folder,
            files: &files,
        };
        let document = main_with(&pet, cat);
        world
            .load(&format!("{folder}/main.yaml"), document, &fetch)
            .unwrap()
    };
    let (base, revision) = (load("base", base), load("revision", revision));
    world.settle();
    let options = Options {
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        notice: Notice::default(),
    };
    let found = ids(&diff(&world, &base, &revision, options));
    let expect: BTreeSet<String> = expect.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(found, expect);
}

#[test]
fn a_mapping_names_what_stands_there_and_not_how_a_file_is_called() {
    let narrowed = [
        "request-body-discriminator-mapping-changed",
        "request-property-max-length-decreased",
    ];
    let widened = [
        "request-body-discriminator-mapping-changed",
        "request-property-max-length-increased",
    ];
    named("./a/cat.yaml", "./b/cat.yaml", &narrowed);
    named("./b/cat.yaml", "./a/cat.yaml", &widened);
    // One schema in three places.
    for one in [
        "./a/cat.yaml",
        "./cats.yaml#/Cat",
        "#/components/schemas/Cat",
        "Cat",
    ] {
        for other in [
            "./a/cat.yaml",
            "./cats.yaml#/Cat",
            "#/components/schemas/Cat",
            "Cat",
        ] {
            named(one, other, &[]);
        }
    }
    // What is nowhere cannot be compared, where it is known on the other side.
    named(
        "./a/cat.yaml",
        "./c/cat.yaml",
        &[
            "request-body-discriminator-mapping-changed",
            "document-not-compared",
        ],
    );
    named("./c/cat.yaml", "./c/cat.yaml", &[]);
}
