//! Making text of unknown origin safe to show and to store.

use std::borrow::Cow;

/// The longest message that a report keeps, in characters.
pub const MAX_MESSAGE_CHARS: usize = 4_000;

/// Makes captured text harmless: escape sequences and control characters go, a bare carriage return becomes a
/// line break, and characters that reorder or hide text are spelled out as `<U+202E>`.
///
/// Source of the list: the sequences that terminals and readers are deceived with (CSI, OSC with its links
/// and clipboard, DCS, APC, PM, SOS, C0 but tab and newline, C1, bidi controls, zero-width characters).
pub fn sanitise(text: &str) -> String {
    let lines = normalise_newlines(text);
    let stripped = if lines.contains('\u{1b}') {
        lines.split_inclusive('\n').fold(String::new(), without_sequences)
    } else {
        lines
    };
    let mut out = String::with_capacity(stripped.len());
    for c in stripped.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{061c}'
            | '\u{180e}' => {
                out.push_str(&format!("<U+{:04X}>", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// Adds a line without its escape sequences to a text. One that is never ended takes no more than its own line with it.
fn without_sequences(mut text: String, line: &str) -> String {
    if line.contains('\u{1b}') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let mut kept = Kept(text);
        <vte::Parser>::new().advance(&mut kept, bare.as_bytes());
        text = kept.0;
        text.push_str(&line[bare.len()..]);
    } else {
        text.push_str(line);
    }
    text
}

/// What a terminal would show of a line.
struct Kept(String);

impl vte::Perform for Kept {
    fn print(&mut self, c: char) {
        self.0.push(c);
    }

    fn execute(&mut self, byte: u8) {
        if byte == b'\t' {
            self.0.push('\t');
        }
    }
}

fn normalise_newlines(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// [`sanitise`] of bytes (invalid UTF-8 becomes U+FFFD), cut at [`MAX_MESSAGE_CHARS`] with a note of the cut.
pub fn message(bytes: &[u8]) -> String {
    shorten(
        sanitise(&String::from_utf8_lossy(bytes)).trim(),
        MAX_MESSAGE_CHARS,
    )
}

/// [`sanitise`] for what must stay in one line, such as a file's name: line breaks and tabs are spelled out, so that
/// nothing can pass for a line of ours.
pub fn one_line(text: &str) -> String {
    as_one_line(text).into_owned()
}

/// [`one_line`], without a copy where there is nothing to be changed.
pub fn as_one_line(text: &str) -> Cow<'_, str> {
    // Most names are of this kind, and there may be many of them: all bytes are looked at, several at once.
    let is_plain = text
        .bytes()
        .fold(true, |plain, byte| plain & (b' '..=b'~').contains(&byte));
    if is_plain {
        return Cow::Borrowed(text);
    }
    Cow::Owned(sanitise(text).replace('\n', "\\n").replace('\t', "\\t"))
}

/// Cuts a text to a number of characters; what was cut is said.
pub fn shorten(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((at, _)) => {
            let left = text[at..].chars().count();
            format!("{}… ({left} more characters)", &text[..at])
        }
    }
}

/// Splits a text behind each note of a cut that [`shorten`] left: what stands before the note, and the note. The rest
/// has an empty one.
pub fn cut_pieces(text: &str) -> Vec<(&str, &str)> {
    const OPENING: &str = "… (";
    const CLOSING: &str = " more characters)";
    let mut pieces = Vec::new();
    let (mut from, mut look) = (0, 0);
    while let Some(at) = text[look..].find(OPENING).map(|at| look + at) {
        let number = &text[at + OPENING.len()..];
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        look = at + OPENING.len() + digits;
        if digits > 0 && text[look..].starts_with(CLOSING) {
            look += CLOSING.len();
            pieces.push((&text[from..at], &text[at..look]));
            from = look;
        }
    }
    pieces.push((&text[from..], ""));
    pieces
}

/// A number with what is counted: `1 step`, `3 steps`.
pub fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// A duration for people: `23 ms`, `0.3 s`, `12 s`, `2 min 5 s`.
pub fn seconds(duration_ms: u64) -> String {
    let whole = duration_ms / 1_000;
    if duration_ms < 100 {
        return format!("{duration_ms} ms");
    }
    match whole {
        0..10 => format!("{}.{} s", whole, duration_ms % 1_000 / 100),
        10..120 => format!("{whole} s"),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// The first line of a text, for places with room for one.
pub fn first_line(text: &str) -> &str {
    text.trim_start().lines().next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expect: &str) {
        assert_eq!(sanitise(input), expect);
    }

    #[test]
    fn escape_sequences_are_removed_and_text_is_kept() {
        check("\u{1b}[31mred\u{1b}[0m", "red");
        check("a\t\u{1b}[1mb\tc\u{1b}[0m\n\td", "a\tb\tc\n\td");
        check("\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}", "link");
        check("\u{1b}]52;c;aGk=\u{7}after", "after");
        check("a\u{9b}31mb", "a31mb");
        check("\u{1b}]0;never ended\nafter\n", "\nafter\n");
        check("naïve — ✓\ttab\n", "naïve — ✓\ttab\n");
    }

    #[test]
    fn carriage_returns_become_line_breaks() {
        check("10%\r20%\r\ndone", "10%\n20%\ndone");
    }

    #[test]
    fn characters_that_hide_text_are_spelled_out() {
        check("a\u{202e}b", "a<U+202E>b");
        check("zero\u{200b}width", "zero<U+200B>width");
    }

    #[test]
    fn a_name_stays_in_one_line() {
        assert_eq!(one_line("a\nPASSED\r\tb"), "a\\nPASSED\\n\\tb");
        assert_eq!(one_line("src/a b~.py"), "src/a b~.py");
        assert_eq!(one_line("a\u{7f}\u{e9}"), "a\u{e9}");
    }

    #[test]
    fn a_cut_is_said() {
        assert_eq!(shorten("abcdef", 3), "abc… (3 more characters)");
        assert_eq!(shorten("äöü", 3), "äöü");
    }

    #[test]
    fn a_cut_is_found_again() {
        let cut = format!("a … (b): {}; {}", shorten("äöüß", 2), shorten("xyz", 1));
        assert_eq!(
            cut_pieces(&cut),
            [
                ("a … (b): äö", "… (2 more characters)"),
                ("; x", "… (2 more characters)"),
                ("", "")
            ]
        );
        assert_eq!(cut_pieces("plain … (3"), [("plain … (3", "")]);
    }

    proptest::proptest! {
        #[test]
        fn no_control_character_survives(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let out = message(&bytes);
            proptest::prop_assert!(out.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
        }
    }
}
