//! The words of a shell command, for looking at them: nothing is expanded, and nothing is run.
//!
//! Grammar: "Shell Command Language" of POSIX with what bash adds to quoting. What cannot be understood is taken as it
//! stands; the answer is the best guess, never an error.

/// How deep commands may stand in each other.
const MAX_DEPTH: usize = 40;

/// What stands for the output of a command in a word.
const OUTPUT: &str = "$()";

/// Every simple command of a script, those inside of others too, each as its words: variables that are set for it
/// first, redirections left out.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let mut reader = Reader {
        chars: script.chars().collect(),
        at: 0,
        found: Vec::new(),
    };
    reader.script(End::Text, 0);
    reader.found
}

/// Where a script ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// At the end of the text.
    Text,
    /// At a closing parenthesis.
    Parenthesis,
    /// At a back quote.
    BackQuote,
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    found: Vec<Vec<String>>,
}

/// The command that is being read.
#[derive(Default)]
struct Command {
    words: Vec<String>,
    /// The present word; `None` between words.
    word: Option<String>,
    /// Whether the next word is the target of a redirection.
    target: bool,
}

impl Command {
    fn word(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            if self.target {
                self.target = false;
            } else {
                self.words.push(word);
            }
        }
    }

    /// The number before a redirection is no word.
    fn begin_redirection(&mut self) {
        if self
            .word
            .as_ref()
            .is_some_and(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()))
        {
            self.word = None;
        }
        self.end_word();
        self.target = true;
    }
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        Some(c)
    }

    fn end_command(&mut self, command: &mut Command) {
        command.end_word();
        let words = std::mem::take(command).words;
        if !words.is_empty() {
            self.found.push(words);
        }
    }

    /// Reads commands up to the end, and steps over it.
    fn script(&mut self, end: End, depth: usize) {
        if depth > MAX_DEPTH {
            self.at = self.chars.len();
            return;
        }
        let mut command = Command::default();
        let mut documents: Vec<(String, bool)> = Vec::new();
        while let Some(c) = self.next() {
            match c {
                ')' if end == End::Parenthesis => break,
                '`' if end == End::BackQuote => break,
                '\n' => {
                    self.end_command(&mut command);
                    for (delimiter, tabs) in documents.drain(..) {
                        self.skip_document(&delimiter, tabs);
                    }
                }
                ' ' | '\t' | '\r' => command.end_word(),
                '&' if self.peek(0) == Some('>') => {
                    command.end_word();
                    self.redirection(&mut command);
                }
                ';' | '&' | '|' | ')' => self.end_command(&mut command),
                '(' => {
                    self.end_command(&mut command);
                    self.script(End::Parenthesis, depth + 1);
                }
                '<' | '>' => {
                    self.at -= 1;
                    if let Some(document) = self.redirection_or_document(&mut command, depth) {
                        documents.push(document);
                    }
                }
                '#' if command.word.is_none() => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                '\\' => match self.next() {
                    Some('\n') => {}
                    Some(c) => command.word().push(c),
                    None => command.word().push('\\'),
                },
                '\'' => {
                    let text = self.until('\'');
                    command.word().push_str(&text);
                }
                '"' => {
                    let text = self.double_quoted(depth);
                    command.word().push_str(&text);
                }
                '`' => {
                    self.script(End::BackQuote, depth + 1);
                    command.word().push_str(OUTPUT);
                }
                '$' => {
                    let text = self.dollar(depth);
                    command.word().push_str(&text);
                }
                c => command.word().push(c),
            }
        }
        self.end_command(&mut command);
    }

    /// Steps over the signs of a redirection; its target is the next word.
    fn redirection(&mut self, command: &mut Command) {
        command.begin_redirection();
        while self.peek(0).is_some_and(|c| matches!(c, '<' | '>' | '&' | '|')) {
            self.at += 1;
        }
    }

    /// A redirection, a command in its place, or a document that follows on the next lines: its last line, and whether
    /// tabs before that are of no account.
    fn redirection_or_document(&mut self, command: &mut Command, depth: usize) -> Option<(String, bool)> {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (_, Some('('), _) => {
                self.at += 2;
                self.script(End::Parenthesis, depth + 1);
                command.word().push_str(OUTPUT);
                None
            }
            (Some('<'), Some('<'), Some('<')) | (Some('<'), Some('>' | '&'), _) => {
                self.redirection(command);
                None
            }
            (Some('<'), Some('<'), third) => {
                command.begin_redirection();
                command.target = false;
                let tabs = third == Some('-');
                self.at += if tabs { 3 } else { 2 };
                while self.peek(0).is_some_and(|c| c == ' ' || c == '\t') {
                    self.at += 1;
                }
                let delimiter = self.delimiter();
                (!delimiter.is_empty()).then_some((delimiter, tabs))
            }
            _ => {
                self.redirection(command);
                None
            }
        }
    }

    /// The word after `<<`, without its quotes.
    fn delimiter(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek(0) {
            match c {
                c if c.is_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')') => break,
                '\'' | '"' => {
                    self.at += 1;
                    word.push_str(&self.until(c));
                }
                '\\' => {
                    self.at += 1;
                    word.extend(self.next());
                }
                c => {
                    self.at += 1;
                    word.push(c);
                }
            }
        }
        word
    }

    /// Steps over a document: its text is no command.
    fn skip_document(&mut self, delimiter: &str, tabs: bool) {
        while self.at < self.chars.len() {
            let line: String = self.chars[self.at..].iter().take_while(|c| **c != '\n').collect();
            self.at += line.chars().count() + 1;
            let line = line.trim_end_matches('\r');
            let line = if tabs { line.trim_start_matches('\t') } else { line };
            if line == delimiter {
                break;
            }
        }
        self.at = self.at.min(self.chars.len());
    }

    /// The text up to a quote, which is stepped over.
    fn until(&mut self, quote: char) -> String {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if c == quote {
                break;
            }
            text.push(c);
        }
        text
    }

    fn double_quoted(&mut self, depth: usize) -> String {
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => match self.next() {
                    Some('\n') => {}
                    Some(c @ ('$' | '`' | '"' | '\\')) => text.push(c),
                    Some(c) => {
                        text.push('\\');
                        text.push(c);
                    }
                    None => text.push('\\'),
                },
                '`' => {
                    self.script(End::BackQuote, depth + 1);
                    text.push_str(OUTPUT);
                }
                '$' if self.peek(0) != Some('\'') && self.peek(0) != Some('"') => {
                    text.push_str(&self.dollar(depth));
                }
                c => text.push(c),
            }
        }
        text
    }

    /// What follows a `$`, as it stands in a word.
    fn dollar(&mut self, depth: usize) -> String {
        match self.peek(0) {
            Some('(') if self.peek(1) == Some('(') => {
                let from = self.at;
                self.skip_arithmetic();
                format!("${}", self.chars[from..self.at].iter().collect::<String>())
            }
            Some('(') => {
                self.at += 1;
                self.script(End::Parenthesis, depth + 1);
                OUTPUT.to_owned()
            }
            Some('{') => {
                let from = self.at;
                while self.next().is_some_and(|c| c != '}') {}
                format!("${}", self.chars[from..self.at].iter().collect::<String>())
            }
            Some('\'') => {
                self.at += 1;
                self.escaped()
            }
            Some('"') => {
                self.at += 1;
                self.double_quoted(depth)
            }
            _ => "$".to_owned(),
        }
    }

    /// Steps over `((…))`.
    fn skip_arithmetic(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.next() {
            match c {
                '(' => open += 1,
                ')' => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
    }

    /// The text of `$'…'`, with its escapes.
    fn escaped(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\'' => break,
                '\\' => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some('x') => text.extend(self.number(16, 2)),
                    Some('u') => text.extend(self.number(16, 4)),
                    Some('U') => text.extend(self.number(16, 8)),
                    Some(c) if c.is_digit(8) => {
                        self.at -= 1;
                        text.extend(self.number(8, 3));
                    }
                    Some(c) => text.push(c),
                    None => {}
                },
                c => text.push(c),
            }
        }
        text
    }

    /// A character by its number, in at most so many digits.
    fn number(&mut self, base: u32, most: usize) -> Option<char> {
        let mut value = 0_u32;
        for _ in 0..most {
            let Some(digit) = self.peek(0).and_then(|c| c.to_digit(base)) else {
                break;
            };
            value = value.checked_mul(base)?.checked_add(digit)?;
            self.at += 1;
        }
        char::from_u32(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, expect: &[&[&str]]) {
        assert_eq!(commands(script), expect, "{script}");
    }

    #[test]
    fn words_and_their_quotes() {
        check("git commit -m 'a b'", &[&["git", "commit", "-m", "a b"]]);
        check(
            r#"g"i"t  'com'mit\ x "a \" $b \d" \
               -n"#,
            &[&["git", "commit x", "a \" $b \\d", "-n"]],
        );
        check("a $'x\\'\\x41\\n\\101' $\"y\"", &[&["a", "x'A\nA", "y"]]);
        check("a '' \"\"", &[&["a", "", ""]]);
        check("", &[]);
        check("  # only a comment", &[]);
        check("a#b #c\nd", &[&["a#b"], &["d"]]);
    }

    #[test]
    fn operators_part_commands() {
        check(
            "a && b || c; d & e | f\ng",
            &[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"], &["g"]],
        );
        check("(a; b) && { c; }", &[&["a"], &["b"], &["{", "c"], &["}"]]);
        check("f() { a; }", &[&["f"], &["{", "a"], &["}"]]);
    }

    #[test]
    fn redirections_are_no_words() {
        check("a >b 2>&1 c", &[&["a", "c"]]);
        check("a &>b -n", &[&["a", "-n"]]);
        check("a 2> b <c >>d -n >|e", &[&["a", "-n"]]);
        check("a <<< 'b c' -n", &[&["a", "-n"]]);
    }

    #[test]
    fn commands_inside_of_words_are_found() {
        check("a $(b c) d", &[&["b", "c"], &["a", "$()", "d"]]);
        check(
            "a \"x $(b \"c d\") `e`\"",
            &[&["b", "c d"], &["e"], &["a", "x $() $()"]],
        );
        check(
            "a <(b) ${c} $((1 + 2)) $d",
            &[&["b"], &["a", "$()", "${c}", "$((1 + 2))", "$d"]],
        );
    }

    #[test]
    fn documents_are_no_commands() {
        check("cat <<'EOF' -x\ngit commit -n\nEOF\nb", &[&["cat", "-x"], &["b"]]);
        check("cat <<-E\n\tgit commit -n\n\tE\nb", &[&["cat"], &["b"]]);
        check(
            "git commit -m \"$(cat <<'EOF'\nIt doesn't (use) -n:\n\ngit commit -n\nEOF\n)\" && b",
            &[&["cat"], &["git", "commit", "-m", "$()"], &["b"]],
        );
        check("cat <<EOF\nno end", &[&["cat"]]);
    }

    proptest::proptest! {
        #[test]
        fn anything_is_read(script in "[a-z'\"$(){}`\\\\<>&|;# \n-]{0,80}") {
            commands(&script);
        }

        #[test]
        fn what_is_quoted_is_read_as_it_was(words in proptest::collection::vec("[^\0]{0,12}", 1..6)) {
            let quoted = shlex::try_join(words.iter().map(String::as_str)).unwrap();
            proptest::prop_assert_eq!(commands(&quoted), vec![words]);
        }
    }
}
