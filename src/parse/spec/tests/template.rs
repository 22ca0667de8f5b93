//! The templates: they are read into all their parts, are not filled in, and are valid once they are.

use super::super::{filled, heading, template, validate};
use super::*;

#[test]
fn nothing_of_a_template_is_lost() {
    let out: Vec<String> = WorkItemType::ALL
        .iter()
        .flat_map(|kind| {
            outline(&read("s", template(*kind).as_bytes()))
                .into_iter()
                .chain([String::new()])
        })
        .collect();
    insta::assert_snapshot!(out.join("\n"));
}

#[test]
fn a_template_is_not_filled_in_yet() {
    for kind in WorkItemType::ALL {
        for text in [template(*kind).to_owned(), filled(*kind, "A title")] {
            let spec = read("s", text.as_bytes());
            assert_eq!(spec.kind.as_ref().map(|kind| kind.value), Some(*kind));
            let problems = validate(Some(&spec), &item(*kind, &json!({})));
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            assert_eq!(codes, ["not_filled"], "{kind}: {problems:#?}");
            assert!(spec.sections.iter().all(|section| !section.filled), "{kind}");
        }
    }
}

#[test]
fn a_template_that_is_filled_in_is_valid() {
    for text in [
        fixture!("feature"),
        fixture!("bug"),
        fixture!("refactor"),
        fixture!("security"),
        fixture!("integration_test"),
        fixture!("deployment"),
    ] {
        let spec = read("s", text.as_bytes());
        let kind = spec.kind.as_ref().unwrap().value;
        assert_eq!(validate(Some(&spec), &item(kind, &json!({}))), [], "{kind}");
    }
}

/// Fills in every placeholder of a template, and nothing else.
#[test]
fn filling_in_the_placeholders_is_enough() {
    for kind in WorkItemType::ALL {
        let text = template(*kind)
            .replace("[path of the OpenAPI document]", "`contracts/a.yaml`")
            .replace("[staging | production]", "staging")
            .replace("[how long, such as 10 minutes]", "10 minutes")
            .replace("[ ]", "( )");
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('[') {
            let (_, after) = after.split_once(']').unwrap();
            out.push_str(before);
            out.push_str("17 words");
            rest = after;
        }
        out.push_str(rest);
        let spec = read("s", out.replace("( )", "[ ]").as_bytes());
        assert_eq!(
            validate(Some(&spec), &item(*kind, &json!({}))),
            [],
            "{kind}:\n{out}"
        );
    }
}

#[test]
fn a_title_replaces_the_title_only() {
    for kind in WorkItemType::ALL {
        let text = filled(*kind, "Share it");
        let (first, rest) = text.split_once('\n').unwrap();
        assert_eq!(first, format!("# {}: Share it", heading(*kind)));
        assert_eq!(rest, template(*kind).split_once('\n').unwrap().1);
    }
}

#[test]
fn a_title_stays_a_title_whatever_it_holds() {
    for title in [
        "a\n\n## Overview\n\nfilled",
        "a # b #",
        "## a",
        "<!-- a",
        "a --> b",
        "[Title]",
        "`a` and `b",
        "**a** _b_ ~~c~~",
        "[a](b) ![c](d)",
        "[a]: b",
        "a | b",
        "<script>a</script>",
        "&amp; a &#35;",
        "a\\",
        "1. a",
        "a\r\n- b",
        "Title: with, commas and `file.py`",
        "https://example.com/a_b*c*",
        "\u{1b}[31ma\u{7}",
    ] {
        for kind in WorkItemType::ALL {
            let spec = read("s", filled(*kind, title).as_bytes());
            let plain = read("s", template(*kind).as_bytes());
            assert_eq!(spec.kind, plain.kind, "{title}");
            assert_eq!(spec.sections, plain.sections, "{title}");
            assert_eq!(spec.unfilled, plain.unfilled, "{title}");
            let words: Vec<&str> = title.split_whitespace().collect();
            let expect = words.join(" ");
            if !title.contains('\u{1b}') {
                assert_eq!(spec.title.unwrap().value, expect, "{title}");
            }
        }
    }
}

#[test]
fn a_title_may_be_empty_or_very_long() {
    for title in ["", "   \n", &"a".repeat(100_000)] {
        let text = filled(WorkItemType::Bug, title);
        assert!(text.len() < template(WorkItemType::Bug).len() + 300);
        assert_eq!(read("s", text.as_bytes()).kind.unwrap().value, WorkItemType::Bug);
    }
}
