//! Patterns of rules and operations. Braces are no alternatives here: paths are full of them.

/// Whether a text fits a pattern in which `*` stands for any letters.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    fits(pattern, text, Reach::Everything)
}

/// Whether an operation fits a pattern such as `GET /users/*`, `/users/**` or `*`.
pub(super) fn is_operation(pattern: &str, method: &str, path: &str) -> bool {
    let pattern = pattern.trim();
    if pattern == "*" {
        return true;
    }
    match pattern.split_once(char::is_whitespace) {
        Some((of_method, of_path)) => {
            fits(
                &of_method.to_uppercase(),
                &method.to_uppercase(),
                Reach::Everything,
            ) && fits(of_path.trim_start(), path, Reach::Segment)
        }
        None => fits(pattern, path, Reach::Segment),
    }
}

/// What a single `*` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Everything,
    /// Letters up to the next `/`.
    Segment,
}

/// Takes time in proportion to the product of both lengths, whatever the pattern.
fn fits(pattern: &str, text: &str, reach: Reach) -> bool {
    let pattern = tokens(pattern, reach);
    let text: Vec<char> = text.chars().collect();
    // Which places of the text can be reached with the tokens so far.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for token in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match token {
                Token::Letter(letter) => at > 0 && reached[at - 1] && text[at - 1] == letter,
                Token::Any => reached[at] || (at > 0 && next[at - 1]),
                Token::Within => reached[at] || (at > 0 && next[at - 1] && text[at - 1] != '/'),
            };
        }
        reached = next;
    }
    reached[text.len()]
}

#[derive(Clone, Copy)]
enum Token {
    Letter(char),
    Any,
    Within,
}

fn tokens(pattern: &str, reach: Reach) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '*' {
            found.push(Token::Letter(letter));
            continue;
        }
        let is_double = rest.next_if_eq(&'*').is_some();
        while rest.next_if_eq(&'*').is_some() {}
        found.push(if is_double || reach == Reach::Everything {
            Token::Any
        } else {
            Token::Within
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_fit_by_letters() {
        for (pattern, text, expect) in [
            ("api-removed", "api-removed", true),
            ("api-*", "api-removed", true),
            ("*-removed", "api-path-removed", true),
            ("*", "anything", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-c-d", false),
            ("api", "api-removed", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expect, "{pattern} {text}");
        }
        assert!(!matches(&"a*".repeat(2_000), &"a".repeat(1_999)));
    }

    #[test]
    fn operations_fit_by_method_and_path() {
        for (pattern, method, path, expect) in [
            ("GET /users/{id}", "GET", "/users/{id}", true),
            ("get /users/{id}", "GET", "/users/{id}", true),
            ("GET /users/*", "GET", "/users/{id}", true),
            ("GET /users/*", "POST", "/users/{id}", false),
            ("* /users/*", "POST", "/users/{id}", true),
            ("/users/*", "POST", "/users/{id}", true),
            ("/users/*", "POST", "/users/{id}/toys", false),
            ("/users/**", "POST", "/users/{id}/toys", true),
            ("/users", "GET", "/users/", false),
            ("*", "GET", "/users/1", true),
            ("GET  webhook:*", "GET", "webhook:new", true),
        ] {
            assert_eq!(
                is_operation(pattern, method, path),
                expect,
                "{pattern} {method} {path}"
            );
        }
    }
}
