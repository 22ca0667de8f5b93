//! Errors of the Rust compiler and of rustfmt in the form that people read.
//!
//! Where a tool can be asked for JSON, [`super::cargo_json`] is the better reader.

use super::libtest::place_of;

/// One error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The code, such as `E0308`.
    pub code: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The place as printed: file, line, column.
    pub place: Option<(String, u32, u32)>,
}

/// Every error in a text, each once. An error's place is the arrow in the lines below it.
pub fn errors(text: &str) -> Vec<TextError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<TextError> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((code, message)) = headline(line) else {
            continue;
        };
        let place = lines[index + 1..]
            .iter()
            .take(3)
            .take_while(|line| headline(line).is_none())
            .find_map(|line| place_of(line.trim_start().strip_prefix("--> ")?));
        let error = TextError { code, message, place };
        if !out.contains(&error) {
            out.push(error);
        }
    }
    out
}

/// `error: message` or `error[E0308]: message`.
fn headline(line: &str) -> Option<(Option<String>, String)> {
    let rest = line.strip_prefix("error")?;
    if let Some(message) = rest.strip_prefix(": ") {
        return Some((None, message.trim_end().to_owned()));
    }
    let (code, message) = rest.strip_prefix('[')?.split_once("]: ")?;
    Some((Some(code.to_owned()), message.trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let shown: Vec<String> = errors(text)
            .into_iter()
            .map(|error| {
                let place = error.place.map_or_else(String::new, |(file, line, column)| {
                    format!(" @{file}:{line}:{column}")
                });
                format!("{}|{}{place}", error.code.unwrap_or_default(), error.message)
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn errors_carry_their_code_and_place() {
        check(
            "error[E0308]: mismatched types\n --> src/lib.rs:4:5\n  |\nerror: could not compile `x`\n",
            &["E0308|mismatched types @src/lib.rs:4:5", "|could not compile `x`"],
        );
        check(
            "error: unclosed\n  --> /project/src/a b.rs:12:3\n",
            &["|unclosed @/project/src/a b.rs:12:3"],
        );
    }

    #[test]
    fn the_place_of_the_next_error_is_not_taken() {
        check(
            "error: one\nerror: two\n --> a.rs:1:2\n",
            &["|one", "|two @a.rs:1:2"],
        );
    }

    #[test]
    fn an_error_printed_for_two_targets_is_one() {
        check(
            "error: one\n --> a.rs:1:2\nerror: one\n --> a.rs:1:2\n",
            &["|one @a.rs:1:2"],
        );
    }

    #[test]
    fn other_lines_are_none() {
        check("errors: 3\nwarning: x\n error: y\nerror[E1: x\n", &[]);
    }
}
