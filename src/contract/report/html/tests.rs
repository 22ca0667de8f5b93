//! What a page must never hold, and what it must.

use proptest::prelude::{prop, proptest};

use super::super::samples::{Sample, any_sample, check, everything, page};
use super::*;
use crate::model::format::html::testing;

/// The page without its style and its script, which are ours.
fn body(page: &str) -> String {
    let page = page.replace(STYLE, "").replace(SCRIPT, "");
    assert!(!page.contains("\"use strict\""));
    page
}

/// Holds for every page, whatever stands in its documents.
#[track_caller]
fn harmless(page: &str) {
    let known = [
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
        "h3",
        "p",
        "div",
        "label",
        "span",
        "input",
        "fieldset",
        "legend",
        "b",
        "button",
        "output",
        "main",
        "nav",
        "ul",
        "li",
        "section",
        "details",
        "summary",
        "code",
        "strong",
        "article",
        "figure",
        "figcaption",
        "pre",
        "mark",
        "i",
        "footer",
        "script",
    ];
    testing::harmless(&body(page), &known);
    assert_eq!(body(page).matches("<script").count(), 2);
}

#[test]
fn a_page_shows_all_that_there_is() {
    let samples = everything();
    let page = html(&check(&samples));
    harmless(&page);
    // The hashes are of the style and the script.
    insta::assert_snapshot!(body(&page).replace(&*POLICY, "POLICY"));
}

#[test]
fn nothing_is_loaded() {
    for text in [STYLE, SCRIPT] {
        for bad in [
            "http:",
            "https:",
            "//",
            "@import",
            "url(",
            "fetch(",
            "import(",
            "XMLHttp",
            "innerHTML",
            "eval(",
        ] {
            assert!(!text.contains(bad), "{bad}");
        }
        // It would end the block that it stands in.
        assert!(!text.contains("</"));
        assert!(text.ends_with('\n') && !text.contains("<!--"));
    }
    let page = html(&page(&[]));
    harmless(&page);
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "{page}");
}

#[test]
fn no_field_is_markup() {
    let bad = "</script></style><img src=x onerror=alert(1)>\"'&\u{0}\u{1b}[31m\u{202e}\n::error::##[x]`<b>`";
    let mut sample = Sample::new(bad, Level::Error).message(bad);
    for field in [&mut sample.why, &mut sample.safe, &mut sample.pointer] {
        bad.clone_into(field);
    }
    let call = super::super::Call {
        method: bad.to_owned(),
        path: bad.to_owned(),
    };
    sample.calls = vec![call.into()];
    for place in [&mut sample.base, &mut sample.revision].into_iter().flatten() {
        bad.clone_into(&mut place.file);
        bad.clone_into(&mut place.excerpt);
        place.around = Some(super::super::Around {
            first: 1,
            lines: vec![bad.to_owned(); 3],
        });
    }
    sample.standing = super::super::Standing::Noted(bad.to_owned());
    let samples = [sample];
    let mut shown = page(&samples);
    shown.sections[0].title = bad.to_owned();
    shown.sections[0].gaps = vec![bad.to_owned()];
    shown.rerun = bad.to_owned();
    shown.decision = bad.to_owned();
    let page = html(&shown);
    harmless(&page);
    assert!(!page.contains("<img"), "{page}");
    assert!(
        page.contains("&lt;/script&gt;&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"),
        "{page}"
    );
}

#[test]
fn what_is_beyond_the_limit_is_counted() {
    let samples: Vec<Sample> = (0..MAX_ENTRIES + 5)
        .map(|_| Sample::new("a", Level::Error))
        .collect();
    let page = html(&page(&samples));
    assert_eq!(page.matches("<article ").count(), MAX_ENTRIES);
    assert!(page.contains("5 more of 20005 are not on this page"));
}

proptest! {
    #[test]
    fn any_text_is_harmless(samples in prop::collection::vec(any_sample(), 0..5)) {
        let written = html(&page(&samples));
        harmless(&written);
        assert_eq!(written.matches("<article ").count(), samples.len());
    }
}
