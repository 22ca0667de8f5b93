//! Keyword by keyword, in the words of 2020-12.

use super::{Why, fails, holds, open};

#[test]
fn types() {
    for (kind, value) in [
        ("null", "null"),
        ("boolean", "false"),
        ("object", "{}"),
        ("array", "[]"),
        ("string", r#""""#),
        ("integer", "3"),
        ("integer", "3.0"),
        ("integer", "1e300"),
        ("number", "0.5"),
        ("number", "3"),
    ] {
        holds(&format!(r#"{{"type":"{kind}"}}"#), value);
        holds(&format!(r#"{{"type":["{kind}"]}}"#), value);
        holds(&format!(r#"{{"not":{{"not":{{"type":"{kind}"}}}}}}"#), value);
        fails(&format!(r#"{{"not":{{"type":"{kind}"}}}}"#), value, &["not"]);
    }
    fails(r#"{"type":"integer"}"#, "0.5", &["type"]);
    fails(r#"{"type":"object"}"#, "[]", &["type"]);
    fails(r#"{"type":["string","null"]}"#, "0", &["type"]);
    open(r#"{"type":"any"}"#, "1", Why::Keyword);
    open(r#"{"type":["integer","any"]}"#, r#""x""#, Why::Keyword);
    holds(r#"{"type":["integer","any"]}"#, "1");
    open(r#"{"type":7}"#, "1", Why::Keyword);
    open(r#"{"type":[]}"#, "1", Why::Keyword);
}

#[test]
fn values_are_compared_by_what_they_mean() {
    holds(
        r#"{"enum":[1,{"a":[1,2],"b":null}]}"#,
        r#"{"b":null,"a":[1.0,2]}"#,
    );
    holds(r#"{"const":0}"#, "-0.0");
    fails(r#"{"const":1}"#, "true", &["const"]);
    fails(r#"{"const":[1,2]}"#, "[2,1]", &["const"]);
    fails(r#"{"const":9007199254740993}"#, "9007199254740992", &["const"]);
    fails(r#"{"enum":[]}"#, "1", &["enum"]);
    open(r#"{"enum":7}"#, "1", Why::Keyword);
}

#[test]
fn numbers_are_exact() {
    holds(r#"{"maximum":3,"minimum":3}"#, "3.0");
    holds(r#"{"maximum":18446744073709551616}"#, "18446744073709551615");
    fails(
        r#"{"maximum":18446744073709551615}"#,
        "18446744073709551616",
        &["maximum"],
    );
    fails(
        r#"{"exclusiveMinimum":0.1,"exclusiveMaximum":0.1}"#,
        "0.1",
        &["exclusiveMinimum", "exclusiveMaximum"],
    );
    holds(r#"{"multipleOf":0.01}"#, "4.02");
    fails(r#"{"multipleOf":0.01}"#, "4.021", &["multipleOf"]);
    open(r#"{"multipleOf":0}"#, "4", Why::Number);
    open(r#"{"maximum":"5"}"#, "4", Why::Keyword);
    holds(r#"{"maximum":"5"}"#, r#""not a number""#);
    fails(r#"{"format":"int32"}"#, "2147483648", &["format"]);
    holds(r#"{"format":"int32"}"#, r#""2147483648""#);
}

#[test]
fn texts() {
    holds(r#"{"minLength":2,"maxLength":2}"#, r#""💩é""#);
    fails(r#"{"minLength":2}"#, r#""💩""#, &["minLength"]);
    holds(r#"{"maxLength":2.0}"#, r#""ab""#);
    holds(r#"{"pattern":"a.c"}"#, r#""xabcx""#);
    open(r#"{"pattern":"(?=a)"}"#, r#""a""#, Why::Pattern);
    open(r#"{"pattern":7}"#, r#""a""#, Why::Keyword);
    fails(r#"{"pattern":"(?=a)","maxLength":0}"#, r#""a""#, &["maxLength"]);
    holds(r#"{"format":"no-such-format"}"#, r#""a""#);
}

#[test]
fn lists() {
    holds(
        r#"{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}"#,
        r#"[1,"a","b"]"#,
    );
    fails(
        r#"{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}"#,
        r#"["a",1,"b",2]"#,
        &["type /0", "type /1", "type /3"],
    );
    fails(r#"{"items":false}"#, "[1]", &["false /0"]);
    holds(r#"{"items":false,"prefixItems":[true]}"#, "[1]");
    open(r#"{"items":[{}]}"#, "[1]", Why::Keyword);
    holds(
        r#"{"uniqueItems":true}"#,
        r#"[1,true,"1",[1],{"a":1},null,0,false]"#,
    );
    fails(
        r#"{"uniqueItems":true}"#,
        r#"[{"a":1,"b":[2]},{"b":[2.0],"a":1}]"#,
        &["uniqueItems"],
    );
    holds(r#"{"uniqueItems":false}"#, "[1,1]");
    fails(
        r#"{"minItems":3,"maxItems":1}"#,
        "[1,2]",
        &["minItems", "maxItems"],
    );
}

#[test]
fn what_a_list_contains_is_counted() {
    let two = r#"{"contains":{"type":"integer"},"minContains":2,"maxContains":3}"#;
    holds(two, r#"[1,"a",2]"#);
    holds(two, "[1,2,3]");
    fails(two, r#"[1,"a"]"#, &["minContains"]);
    fails(two, "[1,2,3,4]", &["maxContains"]);
    fails(r#"{"contains":{"type":"integer"}}"#, "[]", &["contains"]);
    holds(r#"{"contains":{"type":"integer"},"minContains":0}"#, "[]");
    holds(r#"{"minContains":5}"#, "[]");
    let unclear = r##"{"contains":{"$ref":"#/nowhere"}}"##;
    open(unclear, "[1]", Why::Reference);
    fails(unclear, "[]", &["contains"]);
    fails(
        r##"{"contains":{"anyOf":[{"const":1},{"$ref":"#/nowhere"}]},"maxContains":1}"##,
        "[1,1]",
        &["maxContains"],
    );
    open(
        r##"{"contains":{"anyOf":[{"const":1},{"$ref":"#/nowhere"}]},"maxContains":1}"##,
        "[1,2]",
        Why::Reference,
    );
}

#[test]
fn maps() {
    let closed = r#"{"properties":{"a":{"type":"integer"}},"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false}"#;
    holds(closed, r#"{"a":1,"xy":"z"}"#);
    fails(
        closed,
        r#"{"a":"1","xy":2,"b":3}"#,
        &["additionalProperties /b", "type /a", "type /xy"],
    );
    fails(
        r#"{"additionalProperties":{"type":"string"}}"#,
        r#"{"b":3}"#,
        &["type /b"],
    );
    open(
        r#"{"patternProperties":{"(?=a)":false},"additionalProperties":false}"#,
        r#"{"b":3}"#,
        Why::Pattern,
    );
    fails(
        r#"{"propertyNames":{"maxLength":1}}"#,
        r#"{"a":1,"bc":2}"#,
        &["maxLength /bc"],
    );
    fails(r#"{"propertyNames":false}"#, r#"{"a":1}"#, &["false /a"]);
    fails(
        r#"{"required":["a","b","c"]}"#,
        r#"{"b":null}"#,
        &["required", "required"],
    );
    fails(r#"{"minProperties":2}"#, r#"{"b":null}"#, &["minProperties"]);
    fails(
        r#"{"dependentRequired":{"a":["b","c"],"d":["e"]}}"#,
        r#"{"a":1,"b":1}"#,
        &["dependentRequired"],
    );
    fails(
        r#"{"dependentSchemas":{"a":{"required":["b"]},"c":false}}"#,
        r#"{"a":1}"#,
        &["required"],
    );
    open(r#"{"properties":[]}"#, r#"{"a":1}"#, Why::Keyword);
    open(r#"{"properties":{"a":null}}"#, r#"{"a":1}"#, Why::Keyword);
    holds(r#"{"required":true}"#, "{}");
}

#[test]
fn choices() {
    let one = r#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#;
    holds(one, "1");
    holds(one, "2.5");
    fails(one, "3", &["oneOf"]);
    fails(one, r#""a""#, &[]);
    fails(
        r#"{"anyOf":[{"type":"integer"},{"type":"boolean"}]}"#,
        "1.5",
        &["anyOf"],
    );
    fails(
        r#"{"allOf":[{"type":"integer"},{"minimum":2}]}"#,
        "1.5",
        &["type", "minimum"],
    );
    open(r#"{"anyOf":[]}"#, "1", Why::Keyword);
    open(r#"{"oneOf":{}}"#, "1", Why::Keyword);
    // The one alternative of the type is what was meant.
    fails(one, "1.5", &["minimum"]);
    let kinds = r#"{"oneOf":[{"type":"object","required":["a"],"properties":{"b":{"type":"string"}}},{"type":"string"}]}"#;
    fails(kinds, r#"{"b":1}"#, &["required", "type /b"]);
    fails(
        r#"{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"string"}]}"#,
        "[1]",
        &["type /0"],
    );
}

#[test]
fn a_choice_is_left_open_where_it_hangs_on_what_is() {
    holds(r##"{"anyOf":[{"$ref":"#/nowhere"},true]}"##, "1");
    open(r##"{"anyOf":[{"$ref":"#/nowhere"},false]}"##, "1", Why::Reference);
    open(r##"{"oneOf":[{"$ref":"#/nowhere"},true]}"##, "1", Why::Reference);
    fails(r##"{"oneOf":[{"$ref":"#/nowhere"},true,true]}"##, "1", &["oneOf"]);
    open(r##"{"not":{"$ref":"#/nowhere"}}"##, "1", Why::Reference);
    holds(r##"{"not":{"allOf":[{"$ref":"#/nowhere"},false]}}"##, "1");
    open(
        r##"{"if":{"$ref":"#/nowhere"},"then":true,"else":true}"##,
        "1",
        Why::Reference,
    );
    fails(r##"{"allOf":[{"$ref":"#/nowhere"},false]}"##, "1", &["false"]);
}

#[test]
fn conditions() {
    let even = r#"{"if":{"multipleOf":2},"then":{"maximum":10},"else":{"maximum":5}}"#;
    holds(even, "10");
    fails(even, "12", &["maximum"]);
    fails(even, "7", &["maximum"]);
    holds(r#"{"if":{"multipleOf":2}}"#, "3");
    holds(r#"{"then":false,"else":false}"#, "3");
    holds(r#"{"if":false,"then":false}"#, "3");
}

#[test]
fn what_is_left_over() {
    let inherited = r##"{"allOf":[{"properties":{"a":true}},{"$ref":"#/components/schemas/S/$defs/b"}],
        "anyOf":[{"properties":{"c":{"const":1}},"required":["c"]},{"properties":{"d":true},"required":["d"]}],
        "if":{"required":["e"],"properties":{"e":true}},"unevaluatedProperties":false,"$defs":{"b":{"properties":{"b":true}}}}"##;
    holds(inherited, r#"{"a":1,"b":1,"c":1,"d":1,"e":1}"#);
    fails(
        inherited,
        r#"{"a":1,"c":2,"d":1,"f":1}"#,
        &["unevaluatedProperties /c", "unevaluatedProperties /f"],
    );
    holds(
        r#"{"allOf":[{"unevaluatedProperties":true}],"unevaluatedProperties":false}"#,
        r#"{"a":1}"#,
    );
    fails(
        r#"{"not":{"not":{"properties":{"a":true}}},"unevaluatedProperties":false}"#,
        r#"{"a":1}"#,
        &["unevaluatedProperties /a"],
    );
    fails(
        r#"{"unevaluatedProperties":{"type":"string"}}"#,
        r#"{"a":1}"#,
        &["type /a"],
    );
    let items = r#"{"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":false}"#;
    holds(items, r#"[1,"a","b"]"#);
    fails(items, r#"[1,"a",2]"#, &["unevaluatedItems /2"]);
    // A property is not seen by the schema of the object that it stands in.
    fails(
        r#"{"properties":{"a":{"properties":{"b":true}}},"unevaluatedProperties":false}"#,
        r#"{"a":{"b":1},"b":1}"#,
        &["unevaluatedProperties /b"],
    );
    open(
        r##"{"anyOf":[true,{"$ref":"#/nowhere"}],"unevaluatedProperties":false}"##,
        r#"{"a":1}"#,
        Why::LeftOver,
    );
}
