//! HTML in markdown: comments are nothing, tags of HTML are marks, and every other `<…>` is text.

/// Tags that mark text. What is in angle brackets and not among them is a placeholder, or a type of some language.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "s",
    "samp",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// What a tag in a line leaves: nothing of HTML's own and of comments, else its text.
pub fn kept_tag(tag: &str) -> Option<&str> {
    let inside = tag.strip_prefix('<').unwrap_or(tag);
    if inside.starts_with(['!', '?']) || is_html(inside) {
        None
    } else {
        Some(tag)
    }
}

fn is_html(inside: &str) -> bool {
    let name: String = inside
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    // `<a name with more words>` is nobody's tag: attributes have values.
    let rest = inside
        .trim_start_matches('/')
        .get(name.len()..)
        .unwrap_or_default();
    let bare = rest.trim_matches(['/', '>', ' ', '\t', '\n']);
    TAGS.contains(&name.as_str())
        && rest.starts_with(['>', '/', ' ', '\t', '\n'])
        && (bare.is_empty() || bare.contains('=') || ["open", "controls", "disabled"].contains(&bare))
}

/// The text of a block of HTML, without comments and tags.
pub fn text_of(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (end, kept) = if rest.starts_with("<!--") {
            (rest.find("-->").map(|end| end + 3), false)
        } else {
            let end = rest.find('>').map(|end| end + 1);
            let tag = &rest[..end.unwrap_or(rest.len())];
            (end, kept_tag(tag).is_some())
        };
        let end = end.unwrap_or(rest.len());
        if kept {
            out.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// Whether a comment says that the file is a template: older ones ask to be deleted.
pub fn is_instructions(html: &str) -> bool {
    html.trim_start()
        .strip_prefix("<!--")
        .is_some_and(|comment| comment.trim_start().starts_with("TEMPLATE INSTRUCTIONS"))
}
