//! What Go's compiler, `go vet` and gofmt say in text: `path.go:line:column: message`.
//!
//! Format: the lines of `go help build` and `go help vet` as the tools print them on stderr, and as the
//! `build-output` events of `go test -json` repeat them. A line `# package` names what follows, a line that begins
//! with a tab goes on with the message above it, and `go vet` sets `vet: ` before errors of the type checker.

/// One complaint with a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoError {
    /// The file as the tool names it: absolute, or relative to the directory that the tool ran in.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 when the tool names none.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// Whether `go vet` says that the type checker found it.
    pub by_type_checker: bool,
}

/// The complaints of a text, in its order.
pub fn errors(text: &str) -> Vec<GoError> {
    let mut out: Vec<GoError> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some(more) = line.strip_prefix('\t') {
            if let (true, Some(last)) = (open, out.last_mut()) {
                last.message.push('\n');
                last.message.push_str(more.trim_end());
            }
            continue;
        }
        let found = error(line);
        open = found.is_some();
        out.extend(found);
    }
    out
}

/// The complaint that a line is, if it is one.
fn error(line: &str) -> Option<GoError> {
    let (by_type_checker, line) = match line.strip_prefix("vet: ") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (file, line, column, message) = place(line)?;
    (!message.is_empty()).then(|| GoError {
        file: file.to_owned(),
        line,
        column,
        message: message.to_owned(),
        by_type_checker,
    })
}

/// `path.go:line[:column]: rest` taken apart; the column is 0 without one.
pub fn place(line: &str) -> Option<(&str, u32, u32, &str)> {
    let mut from = 0;
    let end = loop {
        let at = from + line[from..].find(".go:")?;
        if line[at + 4..].starts_with(|c: char| c.is_ascii_digit()) {
            break at + 3;
        }
        from = at + 4;
    };
    let file = &line[..end];
    // A message that quotes a place is none: names of files have no spaces around them.
    if file.is_empty() || file.starts_with(char::is_whitespace) || file.contains(": ") {
        return None;
    }
    let (row, rest) = number(&line[end + 1..])?;
    let rest = rest.strip_prefix(':')?;
    match number(rest) {
        Some((column, behind)) if behind.starts_with(':') => Some((file, row, column, behind[1..].trim())),
        _ => Some((file, row, 0, rest.trim())),
    }
}

/// The number at the start of a text, and what follows it.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let shown: Vec<String> = errors(text)
            .into_iter()
            .map(|error| {
                let vet = if error.by_type_checker { "T " } else { "" };
                let GoError {
                    file,
                    line,
                    column,
                    message,
                    ..
                } = error;
                format!("{vet}{file} {line} {column} {message}")
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn places_are_read_with_and_without_a_column() {
        check(
            "# example.com/sample\n./a.go:7:2: x declared and not used\nb/b.go:9: old\n",
            &["./a.go 7 2 x declared and not used", "b/b.go 9 0 old"],
        );
        check(
            "vet: sub/s.go:3:23: undefined: y\n",
            &["T sub/s.go 3 23 undefined: y"],
        );
        check("/abs/with space/a.go:1:2: m\n", &["/abs/with space/a.go 1 2 m"]);
        check("x.go.go:1:2: m", &["x.go.go 1 2 m"]);
    }

    #[test]
    fn an_indented_line_goes_on_with_the_message() {
        check(
            "a.go:1:2: wrong\n\thave (int)\n\twant (string)\n# other\n\tlost\n",
            &["a.go 1 2 wrong\nhave (int)\nwant (string)"],
        );
    }

    #[test]
    fn other_lines_are_no_complaints() {
        check("", &[]);
        check("\ta.go:1:2: m\n", &[]);
        check("FAIL\texample.com/sample [build failed]\n", &[]);
        check("go: errors parsing go.mod:\ngo.mod:1: unknown directive\n", &[]);
        check("note: see a.go:1:2: m\n", &[]);
        check(
            "a.go:99999999999:2: m\na.go:1\na.go:1:2:\n.go:1:2: m\n",
            &[".go 1 2 m"],
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(text in "[ -~\\n\\t.go:0-9äé]{0,200}") {
            let _parsed = errors(&text);
        }
    }
}
