//! What tests ask of every page for a browser.

/// The tags of a page, each with its attributes.
///
/// # Panics
///
/// Where one is not closed or a value is not quoted.
#[track_caller]
pub fn tags(page: &str) -> Vec<String> {
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
        } else if !["!doctype", "meta", "input"].contains(&name) && !tag.ends_with('/') {
            open.push(name.to_owned());
        }
        tags.push(tag.to_owned());
    }
    assert_eq!(open, [""; 0]);
    tags
}

/// Holds for every page, whatever stands in its texts: it is well formed of these tags, nothing in it runs or loads, and no
/// line of it is a command to a CI system. The page is given without its style and script, which are ours.
///
/// # Panics
///
/// Where that is not so.
#[track_caller]
pub fn harmless(page: &str, known: &[&str]) {
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "{page:?}");
    for tag in tags(page) {
        let name = tag.split(' ').next().unwrap_or_default();
        assert!(
            known.contains(&name.trim_start_matches('/').trim_end_matches('/')),
            "{tag}"
        );
        let outside_of_quotes: String = tag.split('"').step_by(2).collect();
        for bad in [" on", "src=", "style="] {
            assert!(!outside_of_quotes.contains(bad), "{tag}");
        }
        if let Some(target) = tag.split_once("href=\"") {
            assert!(target.1.starts_with('#'), "{tag}");
        }
    }
    for line in page.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
    assert!(!page.contains("##["));
}
