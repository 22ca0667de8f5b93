//! What a page must never hold, and what it must.

use super::super::samples::{all, failed, passed, silent};
use super::*;
use crate::model::format::html::testing;

/// The page without its style, which is ours.
fn body(page: &str) -> String {
    page.replace(STYLE, "")
}

const KNOWN: [&str; 42] = [
    "!doctype",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "p",
    "div",
    "span",
    "main",
    "ul",
    "li",
    "section",
    "details",
    "summary",
    "code",
    "figure",
    "figcaption",
    "footer",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "svg",
    "desc",
    "g",
    "line",
    "path",
    "rect",
    "circle",
    "text",
    "polygon",
    "b",
    "i",
    "strong",
];

#[test]
fn a_page_shows_all_that_there_is() {
    let page = html(&failed());
    insta::assert_snapshot!(body(&page).replace(&*POLICY, "POLICY"));
}

#[test]
fn no_text_is_live_in_any_page() {
    for (name, document) in all() {
        let page = html(&document);
        testing::harmless(&body(&page), &KNOWN);
        assert!(!body(&page).contains("<script"), "{name}");
        assert!(
            !page.contains("NaN") && !page.contains("inf ") && !page.contains("\"inf\""),
            "{name}"
        );
    }
}

#[test]
fn the_style_loads_nothing_and_does_not_end_early() {
    for bad in ["url(", "@import", "</", "<!--", "expression("] {
        assert!(!STYLE.contains(bad), "{bad}");
    }
    assert!(POLICY.starts_with("default-src 'none'; style-src 'sha256-") && !POLICY.contains("script-src"));
}

#[test]
fn ids_are_there_once() {
    for (_, document) in all() {
        let page = html(&document);
        let mut ids: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{ids:?}");
    }
}

#[test]
fn what_was_not_measured_is_not_drawn() {
    let page = html(&silent());
    assert!(!page.contains("id=\"curve-title\""), "{page}");
    assert!(page.contains("No answer, so no latency."), "{page}");
    assert!(!page.contains("<h2>History</h2>") && !page.contains("<h2>What it cost</h2>"));
    let page = html(&passed());
    assert!(page.contains("id=\"curve-title\"") && !page.contains("id=\"ratios-title\""));
    assert!(page.contains("<th scope=\"row\">connections</th><td>64</td><td>16</td>"));
}

#[test]
fn a_drawing_lies_within_its_frame() {
    for (_, document) in all() {
        let page = html(&document);
        for mark in [" x1=\"", " x2=\"", " cx=\"", " x=\""] {
            for rest in page.split(mark).skip(1) {
                let at: f64 = rest.split('"').next().unwrap().parse().unwrap();
                assert!((0.0..=axis::WIDTH).contains(&at), "{mark}{at}");
            }
        }
    }
}
