//! `$dynamicRef` that leads to another schema by the resource that was entered first.

use super::loud;

/// A list whose items are what who takes it in says, and two who do.
fn document(asked: &str, numbers: &str, other: &str) -> String {
    let list = |name: &str, items: &str| {
        format!(
            "{name}: {{$id: 'https://x/{name}', $defs: {{T: {{$dynamicAnchor: T, {items}}}}}, $ref: 'https://x/List'}}"
        )
    };
    format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n\
         paths: {{/a: {{post: {{requestBody: {{content: {{a/b: {{schema: {{$ref: '{asked}'}}}}}}}}, \
         responses: {{'200': {{description: d}}}}}}}}}}\n\
         components: {{schemas: {{List: {{$id: 'https://x/List', $defs: {{T: {{$dynamicAnchor: T}}}}, type: array, \
         items: {{$dynamicRef: '#T'}}}}, {}, {}}}}}\n",
        list("Numbers", numbers),
        list("Others", other),
    )
}

/// The changes that are no infos, there and back.
#[track_caller]
fn check(base: &str, revision: &str, there: &[&str], back: &[&str]) {
    loud(base, revision, there);
    loud(revision, base, back);
}

const TYPE: &str = "request-property-type-changed";

#[test]
fn what_a_resource_puts_in_the_place_of_a_name_is_compared() {
    for numbers in ["https://x/Numbers", "#/components/schemas/Numbers"] {
        let base = document(numbers, "type: number", "type: string");
        check(
            &base,
            &document(numbers, "type: integer", "type: string"),
            &[TYPE],
            &[],
        );
        // Of another resource.
        check(
            &base,
            &document(numbers, "type: number", "type: boolean"),
            &[],
            &[],
        );
        check(
            &base,
            &document("https://x/Others", "type: number", "type: string"),
            &[TYPE],
            &[TYPE],
        );
        // The list alone leaves open what its items are.
        check(
            &document("https://x/List", "type: number", "type: string"),
            &base,
            &[TYPE],
            &[],
        );
        check(&base, &base, &[], &[]);
    }
}

#[test]
fn a_name_that_is_asked_for_on_one_side_only_cannot_be_compared() {
    let base = document("https://x/Numbers", "type: number", "type: string");
    let revision = base.replace("$dynamicRef", "$ref");
    let told = ["document-not-compared"];
    check(&base, &revision, &told, &told);
}
