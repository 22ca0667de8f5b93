//! From the bytes of a file to text that markdown can be read from, line for line.
//!
//! Specs come from every editor and shell: with a byte order mark, in UTF-16 (a redirect of Windows PowerShell), with
//! bytes that are no UTF-8, encoded twice. None of this is a reason not to read them; what was mended is said.

use super::oddities::Oddities;

/// The largest spec that is read.
pub const MAX_BYTES: usize = 8 << 20;

/// The most work that nesting may make: for each line markdown asks every list and quotation that is open.
const MAX_NESTING_WORK: usize = 100_000_000;

/// The text of a file. Its lines are those of the file.
pub fn decode(bytes: &[u8], oddities: &mut Oddities) -> String {
    if bytes.len() > MAX_BYTES {
        oddities.add(
            1,
            "too_large",
            format!(
                "the spec has {} bytes; at most {MAX_BYTES} are read, so nothing of it is",
                bytes.len()
            ),
            Some("keep logs and data in files of their own and name them here"),
        );
        return String::new();
    }
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes, oddities),
    };
    let text = undo_double_encoding(text, oddities);
    let text = match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    };
    if let Some(line) = too_deep(&text) {
        oddities.add(
            line,
            "too_deep",
            "the spec has too many lines for how deep they are nested, so nothing of it is read".to_owned(),
            Some("nest lists and quotations less deep"),
        );
        return String::new();
    }
    without_front_matter(text)
}

/// The line that is nested deepest, when the file is made to keep a reader busy for hours.
fn too_deep(text: &str) -> Option<u32> {
    let mut deepest = (0, 0);
    let mut lines = 0_usize;
    for line in text.split(['\n', '\r']) {
        lines += 1;
        // Where the words begin, behind indentation and the marks of lists and quotations.
        let is_mark = |byte: &u8| b" \t>-+*.)0123456789".contains(byte);
        let depth = line.bytes().take_while(|byte| is_mark(byte)).count();
        if depth > deepest.0 {
            deepest = (depth, lines);
        }
    }
    let work = deepest.0.saturating_mul(lines);
    (work > MAX_NESTING_WORK).then(|| u32::try_from(deepest.1).unwrap_or(u32::MAX))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn utf8(bytes: &[u8], oddities: &mut Oddities) -> String {
    if let Err(error) = std::str::from_utf8(bytes) {
        oddities.add(
            line_of(bytes, error.valid_up_to()),
            "not_utf8",
            "the file is not UTF-8 from here on; what cannot be read is taken as \u{fffd}".to_owned(),
            Some("save the file as UTF-8"),
        );
    }
    String::from_utf8_lossy(bytes).into_owned()
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    let lines = bytes[..at].split(|byte| *byte == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// Undoes what an editor does that takes UTF-8 for Windows-1252 and saves that as UTF-8: `→` had become `â†’`.
fn undo_double_encoding(text: String, oddities: &mut Oddities) -> String {
    if text.is_ascii() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut first = None;
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some((decoded, length)) = twice_encoded(rest) {
            first.get_or_insert(text.len() - rest.len());
            out.push(decoded);
            rest = &rest[length..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if let Some(at) = first {
        oddities.add(
            line_of(text.as_bytes(), at),
            "double_encoding",
            "the file was encoded twice, from here on; it is read as it was meant".to_owned(),
            Some("save the file as UTF-8 once more, from an editor that shows it well"),
        );
        return out;
    }
    text
}

/// The character that the text begins with when its bytes were taken for Windows-1252, and how long that is.
fn twice_encoded(text: &str) -> Option<(char, usize)> {
    let mut bytes = [0; 4];
    let mut length = 0;
    let mut filled = 0;
    let mut wanted = 4;
    for c in text.chars() {
        let byte = windows_1252(c)?;
        if filled == 0 {
            wanted = match byte {
                0xC2..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xF4 => 4,
                _ => return None,
            };
        } else if !(0x80..=0xBF).contains(&byte) {
            return None;
        }
        bytes[filled] = byte;
        filled += 1;
        length += c.len_utf8();
        if filled == wanted {
            break;
        }
    }
    let decoded = std::str::from_utf8(bytes.get(..filled)?).ok()?;
    // A control character is no sign of a second encoding.
    let decoded = decoded.chars().next().filter(|c| !c.is_control())?;
    (filled == wanted).then_some((decoded, length))
}

/// The byte that Windows-1252 shows as a character, where that is not ASCII. The five bytes that it leaves open are
/// shown as the control characters of their number.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u32::from(c) {
        code @ 0xA0..=0xFF => u8::try_from(code).ok(),
        0..=0x7F => None,
        _ => {
            let at = HIGH.iter().position(|high| *high == c)?;
            u8::try_from(0x80 + at).ok()
        }
    }
}

/// Blanks a block of settings between two lines of `---` at the start, which markdown would take for a heading.
fn without_front_matter(text: String) -> String {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else {
        return text;
    };
    let mut end = first.len();
    for line in lines {
        end += line.len();
        let line = line.trim_end();
        if line == "---" {
            let blank: String = text[..end].chars().filter(|c| *c == '\n').collect();
            return blank + &text[end..];
        }
        let setting = line.is_empty() || line.starts_with([' ', '\t', '#', '-']) || line.contains(':');
        if !setting || line.starts_with("# ") || line.starts_with("##") {
            break;
        }
    }
    text
}
