//! Values beside their schemas, in all the places where descriptions have them.

use crate::contract::arena::Limits;
use crate::contract::load::{Nowhere, World};
use crate::contract::validate::{Rule, validate};

/// What is found by the rules about values, with the pointers.
#[track_caller]
fn found(text: &str) -> Vec<String> {
    let mut world = World::new(Limits::default());
    let document = match world.load("a.yaml", text.to_owned(), &Nowhere) {
        Ok(document) => document,
        Err(error) => panic!("{error}\n{text}"),
    };
    world.settle();
    let ours = [
        Rule::ExampleViolatesSchema,
        Rule::DefaultViolatesSchema,
        Rule::EnumValueViolatesSchema,
    ];
    validate(&world, &document)
        .iter()
        .filter(|finding| ours.contains(&finding.rule))
        .map(|finding| format!("{} {}", finding.rule.id(), finding.pointer(&world.arena)))
        .collect()
}

/// A schema `S` of a document of a version.
#[track_caller]
fn check_schema(version: &str, schema: &str, expect: &[&str]) {
    let text = match version {
        "2.0" => format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths: {{}}\ndefinitions: {{S: {schema}}}\n"
        ),
        _ => format!(
            "openapi: {version}\ninfo: {{title: t, version: '1'}}\npaths: {{}}\ncomponents: {{schemas: {{S: {schema}}}}}\n"
        ),
    };
    let way = if version == "2.0" {
        "/definitions/S"
    } else {
        "/components/schemas/S"
    };
    let expect: Vec<String> = expect
        .iter()
        .map(|expect| expect.replace(" /", &format!(" {way}/")))
        .collect();
    assert_eq!(found(&text), expect, "{version} {schema}");
}

#[test]
fn what_a_schema_says_of_itself() {
    for version in ["2.0", "3.0.3", "3.1.0", "3.2.0"] {
        check_schema(
            version,
            "{type: integer, default: 1, example: 2, enum: [1, 2]}",
            &[],
        );
        check_schema(
            version,
            "{type: integer, default: x}",
            &["default-violates-schema /default"],
        );
        check_schema(
            version,
            "{type: integer, example: x}",
            &["example-violates-schema /example"],
        );
        check_schema(
            version,
            "{type: integer, enum: [1, x, 2, 1.0]}",
            &["enum-value-violates-schema /enum/1"],
        );
        check_schema(
            version,
            "{type: object, properties: {a: {type: array, items: {type: string, minLength: 2, default: a}}}}",
            &["default-violates-schema /properties/a/items/default"],
        );
        check_schema(
            version,
            "{type: string, default: null, x-example: 1}",
            &["default-violates-schema /default"],
        );
    }
    check_schema(
        "3.0.3",
        "{type: string, nullable: true, enum: [a, null], default: null}",
        &[],
    );
    check_schema("3.0.3", "{type: string, examples: [1]}", &[]);
    check_schema(
        "3.1.0",
        "{type: string, examples: [a, 1]}",
        &["example-violates-schema /examples/1"],
    );
    check_schema(
        "3.1.0",
        "{type: string, const: 1}",
        &["enum-value-violates-schema /const"],
    );
    check_schema("3.1.0", "{enum: [a, b], const: c}", &[]);
    check_schema("3.0.3", "{type: string, const: 1}", &[]);
    check_schema("3.0.3", "{type: string, pattern: '(?=a)', default: b}", &[]);
    check_schema(
        "3.1.0",
        "{$ref: '#/components/schemas/S/$defs/T', default: 1, $defs: {T: {type: string}}}",
        &["default-violates-schema /default"],
    );
    check_schema(
        "3.0.3",
        "{required: [id, name], properties: {id: {readOnly: true}, name: {}}, example: {name: a}}",
        &[],
    );
    check_schema(
        "3.0.3",
        "{required: [id, name], properties: {id: {readOnly: true}, name: {}}, example: {id: a}}",
        &["example-violates-schema /example"],
    );
    check_schema("3.0.3", "{type: object, example: '{\"a\": 1}'}", &[]);
    check_schema(
        "3.0.3",
        "{type: array, example: '{\"a\": 1}'}",
        &["example-violates-schema /example"],
    );
}

/// An operation of a document of version 3.1.
#[track_caller]
fn check(operation: &str, expect: &[&str]) {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    post: {operation}\ncomponents:\n  examples:\n    Bad: {{value: {{a: x}}}}\n    Good: {{value: {{a: 1, id: 1, secret: s}}}}\n  schemas:\n    A:\n      required: [a, id, secret]\n      properties: {{a: {{type: integer}}, id: {{readOnly: true}}, secret: {{writeOnly: true}}}}\n"
    );
    let expect: Vec<String> = expect
        .iter()
        .map(|expect| expect.replace(" ./", " /paths/~1a/post/"))
        .map(|expect| format!("example-violates-schema {expect}").replace("  ", " "))
        .collect();
    assert_eq!(found(&text), expect, "{operation}");
}

#[test]
fn examples_of_parameters_and_headers() {
    check(
        "{parameters: [{name: a, in: query, schema: {type: integer}, example: 1, examples: {e: {value: 2}}}]}",
        &[],
    );
    check(
        "{parameters: [{name: a, in: query, schema: {type: integer}, example: x}]}",
        &[" ./parameters/0/example"],
    );
    check(
        "{parameters: [{name: a, in: query, schema: {type: integer}, examples: {e: {value: x}, f: {externalValue: y}, g: {}}}]}",
        &[" ./parameters/0/examples/e/value"],
    );
    // A text may be how the value is written in the address.
    check(
        "{parameters: [{name: a, in: query, schema: {type: array, items: {type: integer}}, example: '1,2'}]}",
        &[],
    );
    check(
        "{parameters: [{name: a, in: query, schema: {type: array, items: {type: integer}}, example: {x: 1}}]}",
        &[" ./parameters/0/example"],
    );
    check(
        "{parameters: [{name: a, in: query, content: {application/json: {schema: {type: integer}, example: x}}}]}",
        &[" ./parameters/0/content/application~1json/example"],
    );
    check(
        "{responses: {'200': {headers: {X-A: {schema: {type: integer}, example: x}}}}}",
        &[" ./responses/200/headers/X-A/example"],
    );
}

#[test]
fn examples_of_bodies() {
    let a = "schema: {$ref: '#/components/schemas/A'}";
    let body =
        |media: &str, says: &str| format!("{{requestBody: {{content: {{'{media}': {{{a}, {says}}}}}}}}}");
    let response =
        |says: &str| format!("{{responses: {{'200': {{content: {{application/json: {{{a}, {says}}}}}}}}}}}");
    let at = |place: &str, rest: &str| format!(" ./{place}/{rest}");
    check(&body("application/json", "example: {a: 1, secret: s}"), &[]);
    check(&response("example: {a: 1, id: 1}"), &[]);
    check(
        &response("example: {a: 1}"),
        &[&at("responses/200/content/application~1json", "example")],
    );
    let place = "requestBody/content/application~1json";
    check(
        &body("application/json", "example: {a: x, secret: s}"),
        &[&at(place, "example/a")],
    );
    check(
        &body(
            "application/json",
            "examples: {e: {$ref: '#/components/examples/Good'}}",
        ),
        &[],
    );
    check(
        &body(
            "application/json",
            "examples: {e: {$ref: '#/components/examples/Bad'}}",
        ),
        &[" /components/examples/Bad/value"],
    );
    check(
        &body(
            "application/json",
            "examples: {e: {$ref: '#/components/examples/None'}}",
        ),
        &[],
    );
    // The JSON of an object, as a text; and a text that is none.
    check(&body("application/json", "example: '{\"a\": 1}'"), &[]);
    check(
        "{requestBody: {content: {application/json: {schema: {type: object}, example: 'a: 1'}}}}",
        &[&at(place, "example")],
    );
    for media in [
        "application/problem+json",
        "application/json; charset=utf-8",
        "*/*",
        "Application/JSON",
    ] {
        let place = format!("requestBody/content/{}", media.replace('/', "~1"));
        check(
            &body(media, "example: {a: x, secret: s}"),
            &[&at(&place, "example/a")],
        );
    }
    for media in [
        "application/xml",
        "text/plain",
        "application/octet-stream",
        "application/jsonl",
    ] {
        check(&body(media, "example: {a: x, secret: s}"), &[]);
    }
}

#[test]
fn examples_of_forms() {
    let form = |says: &str| {
        format!(
            "{{requestBody: {{content: {{multipart/form-data: {{schema: {{type: object, required: [a], properties: {{a: {{type: integer}}, b: {{type: array, items: {{type: string}}}}}}}}, example: {says}}}}}}}}}"
        )
    };
    check(&form("{a: 1, b: [x]}"), &[]);
    check(&form("{a: '1', b: x}"), &[]);
    check(&form("'a=1&b=x'"), &[]);
    check(
        &form("{a: x}"),
        &[" ./requestBody/content/multipart~1form-data/example/a"],
    );
    check(
        &form("{b: [x]}"),
        &[" ./requestBody/content/multipart~1form-data/example"],
    );
}

#[test]
fn values_of_swagger() {
    let text = "swagger: '2.0'
info: {title: t, version: '1'}
produces: [application/json]
paths:
  /a:
    get:
      parameters:
      - {name: a, in: query, type: integer, default: x, enum: [1, 1]}
      - {name: b, in: query, type: array, items: {type: integer, default: x}}
      - {name: c, in: body, schema: {type: object, example: 1}}
      responses:
        '200':
          description: d
          schema: {type: object, required: [a]}
          examples: {application/json: {b: 1}, application/xml: x, text/plain: y}
          headers: {X-A: {type: integer, default: x}}
";
    let mut found = found(text);
    found.sort();
    assert_eq!(
        found,
        [
            "default-violates-schema /paths/~1a/get/parameters/0/default",
            "default-violates-schema /paths/~1a/get/parameters/1/items/default",
            "default-violates-schema /paths/~1a/get/responses/200/headers/X-A/default",
            "example-violates-schema /paths/~1a/get/parameters/2/schema/example",
            "example-violates-schema /paths/~1a/get/responses/200/examples/application~1json",
        ]
    );
}

#[test]
fn a_finding_says_what_by_which_keyword_and_how_much_more() {
    let text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents: {schemas: {S: {properties: {a: {type: integer}, b: {maxLength: 1}}, default: {a: x, b: xy}}}}\n";
    let mut world = World::new(Limits::default());
    let document = world.load("a.yaml", text.to_owned(), &Nowhere).unwrap();
    world.settle();
    let findings = validate(&world, &document);
    let finding = findings
        .iter()
        .find(|finding| finding.rule == Rule::DefaultViolatesSchema)
        .unwrap();
    assert_eq!(
        finding.says,
        "\"x\" is of type string, not integer, by `/components/schemas/S/properties/a/type`; and 1 more"
    );
}
