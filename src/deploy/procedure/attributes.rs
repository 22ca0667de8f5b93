//! What stands behind an opening fence: `bash sdd id=migrate timeout=5m idempotent undo=migrate-down env=A,B`.

use super::{Fault, STEP_TIMEOUT_MS, Script, Shell};
use crate::model::spec::Fence;
use crate::model::text;
use crate::parse::spec::{placeholder, quantity};

/// The longest time that a step may be given.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

/// Reads a fence that opted in: its id and its code.
pub(super) fn read(fence: &Fence, faults: &mut Vec<Fault>) -> Option<(String, Script)> {
    let before = faults.len();
    let mut words = fence.info.split_whitespace();
    let language = words.next().unwrap_or_default();
    let shell = match language {
        "bash" => Shell::Bash,
        "sh" => Shell::Sh,
        other => {
            faults.push(Fault::new(
                fence.line,
                "language",
                format!("fences of {:?} are not run", text::shorten(other, 40)),
                "write the step in bash or sh: ```bash sdd id=NAME",
            ));
            Shell::Bash
        }
    };
    let mut id = None;
    let mut script = Script {
        shell,
        body: fence.code.clone(),
        timeout_ms: STEP_TIMEOUT_MS,
        idempotent: false,
        undo: None,
        env: Vec::new(),
        cwd: None,
        expect_exit: vec![0],
    };
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        let (name, value) = word.split_once('=').map_or((word, None), |(n, v)| (n, Some(v)));
        if seen.contains(&name) {
            faults.push(Fault::new(
                fence.line,
                "attribute_twice",
                format!("the attribute `{}` is given twice", text::shorten(name, 40)),
                "keep one of them",
            ));
        }
        seen.push(name);
        if let Err((message, hint)) = attribute(name, value, &mut id, &mut script) {
            faults.push(Fault::new(fence.line, "attribute", message, hint));
        }
    }
    if id.is_none() && !seen.contains(&"id") {
        faults.push(Fault::new(
            fence.line,
            "no_id",
            "the fence has no id",
            "give it one: ```bash sdd id=NAME",
        ));
    }
    body(fence, faults);
    let id = id?;
    (faults.len() == before).then_some((id, script))
}

fn attribute(
    name: &str,
    value: Option<&str>,
    id: &mut Option<String>,
    script: &mut Script,
) -> Result<(), (String, &'static str)> {
    let known = "attributes are id, timeout, idempotent, undo, env, cwd, expect-exit";
    match (name, value) {
        ("sdd", None) => {}
        ("idempotent", None) => script.idempotent = true,
        ("id", Some(value)) if is_id(value) => *id = Some(value.to_owned()),
        ("undo", Some(value)) if is_id(value) => script.undo = Some(value.to_owned()),
        ("id" | "undo", _) => {
            let said = text::shorten(value.unwrap_or_default(), 40);
            return Err((
                format!("`{name}={said}` is no id"),
                "ids are small letters, digits and `-`, and begin with a letter",
            ));
        }
        ("timeout", Some(value)) => {
            let seconds = quantity::seconds(value).ok();
            let time = seconds.and_then(super::milliseconds);
            script.timeout_ms = time
                .filter(|time| (1..=LONGEST_MS).contains(time))
                .ok_or_else(|| {
                    (
                        format!("`timeout={}` is no time", text::shorten(value, 40)),
                        "write a time up to a day, such as 90s or 10m",
                    )
                })?;
        }
        ("env", Some(value)) => {
            script.env = value.split(',').map(str::to_owned).collect();
            if !script.env.iter().all(|name| is_variable(name)) {
                return Err((
                    format!("`env={}` does not name variables", text::shorten(value, 40)),
                    "name them with commas between: env=DATABASE_URL,API_KEY",
                ));
            }
        }
        ("cwd", Some(value)) => {
            let is_inside = !value.is_empty()
                && !value.starts_with('/')
                && value.split('/').all(|part| part != ".." && !part.contains('\\'));
            if !is_inside {
                return Err((
                    format!("`cwd={}` is not inside of the project", text::shorten(value, 40)),
                    "name a directory relative to the project",
                ));
            }
            script.cwd = Some(value.to_owned());
        }
        ("expect-exit", Some(value)) => {
            let codes: Result<Vec<u8>, _> = value.split(',').map(str::parse).collect();
            let codes = codes.map_err(|_| {
                (
                    format!("`expect-exit={}` are no exit codes", text::shorten(value, 40)),
                    "list numbers from 0 to 255: expect-exit=0,3",
                )
            })?;
            script.expect_exit = codes.into_iter().map(i32::from).collect();
        }
        _ => {
            let said = text::shorten(name, 40);
            return Err((
                format!("the attribute `{said}` is unknown, or written otherwise"),
                known,
            ));
        }
    }
    Ok(())
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 64
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What no code may have: nothing in it, what a template left, signs that show something else than what runs.
fn body(fence: &Fence, faults: &mut Vec<Fault>) {
    let says = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    };
    if !fence.code.lines().any(says) {
        faults.push(Fault::new(
            fence.line,
            "empty",
            "the fence has no code",
            "write what is to be done, or take the `sdd` away",
        ));
    }
    hidden(&fence.info, fence.line, faults);
    for (code, line) in fence.code.lines().zip(fence.line + 1..) {
        hidden(code, line, faults);
        if let Some(open) = left_open(code) {
            faults.push(Fault::new(
                line,
                "placeholder",
                format!("the placeholder {open:?} is still there"),
                "write what is meant",
            ));
        }
    }
}

/// Names the first character of a line that shows something else than what runs.
fn hidden(code: &str, line: u32, faults: &mut Vec<Fault>) {
    if let Some(sign) = code.chars().find(|c| is_deceiving(*c)) {
        faults.push(Fault::new(
            line,
            "hidden_character",
            format!(
                "the code has a character that hides what runs: U+{:04X}",
                u32::from(sign)
            ),
            "remove it: it is invisible, turns the direction of the text, or looks like a space and is none",
        ));
    }
}

/// What a template left open in a line of code. In code brackets are common: only words in them, or a word that stands by
/// itself, were left by somebody.
fn left_open(code: &str) -> Option<&str> {
    placeholder::find(code).into_iter().find_map(|range| {
        let (before, after) = (&code[..range.start], &code[range.end..]);
        let text = &code[range];
        let inside = &text[1..text.len() - 1];
        // `sort <in >out` redirects.
        let redirects = text.starts_with('<') && inside.ends_with(' ');
        let stands_free = (before.is_empty() || before.ends_with([' ', '\t', '=', '"', '\'', '/', ':', '@']))
            && (after.is_empty() || after.starts_with([' ', '"', '\'', '/', ':', ';', '.']));
        let is_word = inside
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            && !["0-9", "a-z", "A-Z"].iter().any(|class| inside.contains(class));
        let is_open = !redirects && (inside.contains(' ') || (stands_free && is_word));
        is_open.then_some(text)
    })
}

/// Whether a character is invisible, turns the direction of what follows, or looks like a space that a shell knows and is
/// none. The two selectors of pictures (U+FE0E, U+FE0F) are left: they stand behind many that are printed.
fn is_deceiving(c: char) -> bool {
    let is_invisible = matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0D}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    );
    // Spaces and ends of lines of other alphabets: NBSP and its kin.
    let is_no_space = c.is_whitespace() && !matches!(c, ' ' | '\t' | '\n' | '\r');
    let is_control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    is_invisible || is_no_space || is_control
}
