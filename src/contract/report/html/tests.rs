//! What a page must never hold, and what it must.

use proptest::prelude::{prop, proptest};

use super::super::samples::{Sample, any_sample, check, everything, page};
use super::*;

/// The page without its style and its script, which are ours.
fn body(page: &str) -> String {
    let page = page.replace(STYLE, "").replace(SCRIPT, "");
    assert!(!page.contains("\"use strict\""));
    page
}

/// The tags of a page, each with its attributes; panics where one is not closed or a value is not quoted.
#[track_caller]
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part
            .split_once('>')
            .unwrap_or_else(|| panic!("a tag without end: {part}"));
        assert!(!text.contains('>'), "{part}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{part}");
        } else if !["!doctype", "meta", "input"].contains(&name) {
            open.push(name.to_owned());
        }
        tags.push(tag.to_owned());
    }
    assert_eq!(open, [""; 0]);
    tags
}

/// Holds for every page, whatever stands in its documents.
#[track_caller]
fn harmless(page: &str) {
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
    for tag in tags(&body(page)) {
        let name = tag.split(' ').next().unwrap_or_default();
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
        assert!(known.contains(&name.trim_start_matches('/')), "{tag}");
        let outside_of_quotes: String = tag.split('"').step_by(2).collect();
        for bad in [" on", "src=", "style="] {
            assert!(!outside_of_quotes.contains(bad), "{tag}");
        }
        if let Some(target) = tag.split_once("href=\"") {
            assert!(target.1.starts_with('#'), "{tag}");
        }
    }
    assert_eq!(body(page).matches("<script").count(), 2);
    for line in page.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
    assert!(!body(page).contains("##["));
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
fn what_stands_between_backticks_is_code() {
    for (text, expect) in [
        ("a", "a"),
        ("`a` b `<c>`", "<code>a</code> b <code>&lt;c&gt;</code>"),
        ("a ` b", "a ` b"),
        ("`a` ` b", "<code>a</code> ` b"),
    ] {
        assert_eq!(marked(text), expect);
    }
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
