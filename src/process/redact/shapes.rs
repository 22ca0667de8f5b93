//! Secrets that look like what they are, and places where secrets stand.

use std::borrow::Cow;

use super::named::{NAMES, named};
use super::rules::{Answer, Class, Hit, Look, Place, Swallow};

/// By how they begin: what to look at. A new shape is one line.
pub(super) const SHAPES: &[(&[&str], Look)] = &[
    (&["AKIA", "ASIA"], |at| token(at, 4, upper, 16, "aws-access-key")),
    (&["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], |at| {
        token(at, 4, word, 16, "github-token")
    }),
    (&["github_pat_"], |at| token(at, 11, word, 16, "github-token")),
    (&["glpat-"], |at| token(at, 6, wide, 16, "gitlab-token")),
    (&["npm_"], |at| token(at, 4, alnum, 30, "npm-token")),
    (&["pypi-AgE"], |at| token(at, 8, wide, 16, "pypi-token")),
    (&["pypi-"], |at| token(at, 5, wide, 32, "pypi-token")),
    (&["hf_"], |at| token(at, 3, alnum, 16, "hugging-face-token")),
    (&["dop_v1_", "doo_v1_", "dor_v1_"], |at| {
        token(at, 7, alnum, 16, "digitalocean-token")
    }),
    (&["SG."], sendgrid),
    (&["AIza"], |at| token(at, 4, wide, 30, "google-api-key")),
    (&["sk_live_", "rk_live_", "sk_test_"], |at| {
        token(at, 8, word, 16, "stripe-key")
    }),
    (
        &["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"],
        |at| token(at, 5, wide, 10, "slack-token"),
    ),
    (&["sk-"], api_key),
    (&["eyJ"], jwt),
    (&["-----BEGIN "], pem),
    (&["uthorization", "UTHORIZATION"], authorization),
    (&["Bearer ", "bearer "], bearer),
    (&["://"], url),
    (&["assword=", "ASSWORD=", "asswd=", "ASSWD="], |at| {
        password(at, "password")
    }),
    (&["pwd=", "Pwd=", "PWD="], |at| password(at, "password")),
    (NAMES, named),
];

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

pub(super) fn alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

pub(super) fn word(byte: u8) -> bool {
    alnum(byte) || byte == b'_'
}

fn wide(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

fn wide_dot(byte: u8) -> bool {
    wide(byte) || byte == b'.'
}

pub(super) fn to_quote_or_line_end(byte: u8) -> bool {
    !matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'\\' | b'`' | b'<')
}

/// Brackets end a value: in `[password=abc]` and `f(password=abc)` they are the text's.
pub(super) fn connection_value(byte: u8) -> bool {
    byte > b' ' && !b";&\"'`,)}]<>\\".contains(&byte)
}

pub(super) fn run(text: &[u8], class: Class) -> usize {
    text.iter().take_while(|byte| class(**byte)).count()
}

/// A secret from `keep` to `end` that goes on as long as the class does.
fn yes(at: Place<'_>, keep: usize, end: usize, class: Class, name: &'static str) -> Answer {
    Answer::Yes(Hit {
        keep,
        end,
        name: Cow::Borrowed(name),
        swallow: (end == at.text.len() && !at.last).then_some(Swallow::Run(class)),
    })
}

/// No, unless what has been read ends where the answer would be.
pub(super) fn no_or_more(at: Place<'_>, read: usize) -> Answer {
    if read >= at.text.len() && !at.last {
        Answer::More
    } else {
        Answer::No
    }
}

/// `task-…` holds no `sk-…`: a token begins where a word does.
fn starts_word(at: Place<'_>) -> bool {
    !at.before.is_some_and(wide)
}

/// A prefix and at least `min` bytes of a class.
fn token(at: Place<'_>, prefix: usize, class: Class, min: usize, name: &'static str) -> Answer {
    if !starts_word(at) {
        return Answer::No;
    }
    let end = prefix + run(&at.text[prefix..], class);
    if end - prefix >= min {
        yes(at, 0, end, class, name)
    } else {
        no_or_more(at, end)
    }
}

/// `sk-…`: at least 20 bytes that no name in kebab case would have.
fn api_key(at: Place<'_>) -> Answer {
    const PREFIX: usize = 3;
    if !starts_word(at) {
        return Answer::No;
    }
    let end = PREFIX + run(&at.text[PREFIX..], wide);
    let body = &at.text[PREFIX..end];
    let random =
        body.iter().any(u8::is_ascii_digit) || body.split(|byte| !alnum(*byte)).any(|part| part.len() >= 16);
    if body.len() >= 20 && random {
        yes(at, 0, end, wide, "api-key")
    } else if body.len() > 100 {
        Answer::No
    } else {
        no_or_more(at, end)
    }
}

/// `SG.`, an identifier and a key, with a point between.
fn sendgrid(at: Place<'_>) -> Answer {
    const PREFIX: usize = 3;
    const MIN: usize = 16;
    const MAX: usize = 128;
    if !starts_word(at) {
        return Answer::No;
    }
    let point = PREFIX + run(&at.text[PREFIX..], wide);
    if point > MAX {
        return Answer::No;
    }
    match at.text.get(point) {
        None => return no_or_more(at, point),
        Some(b'.') if point >= PREFIX + MIN => {}
        Some(_) => return Answer::No,
    }
    let end = point + 1 + run(&at.text[point + 1..], wide);
    if end - point > MIN {
        yes(at, 0, end, wide, "sendgrid-key")
    } else {
        no_or_more(at, end)
    }
}

/// Two JSON objects in base64 and a signature, with points between.
fn jwt(at: Place<'_>) -> Answer {
    const MIN: usize = 10;
    const MAX_HEADER: usize = 16 * 1024;
    if !starts_word(at) {
        return Answer::No;
    }
    let header = run(at.text, wide);
    if header > MAX_HEADER {
        return Answer::No;
    }
    let Some(b'.') = at.text.get(header) else {
        return no_or_more(at, header);
    };
    let payload = &at.text[header + 1..];
    if !payload.starts_with(&b"eyJ"[..payload.len().min(3)]) || header < MIN {
        return Answer::No;
    }
    let read = run(payload, wide);
    if read < MIN {
        return no_or_more(at, header + 1 + read);
    }
    let end = header + 1 + run(payload, wide_dot);
    yes(at, 0, end, wide_dot, "jwt")
}

/// A PEM block with a private key. Certificates and public keys stay, and so does a first line with nothing behind it:
/// code that looks for keys is full of those.
fn pem(at: Place<'_>) -> Answer {
    const PREFIX: usize = 11;
    const MAX_LABEL: usize = 64;
    let label = run(&at.text[PREFIX..], |byte| upper(byte) || byte == b' ');
    let end = PREFIX + label;
    let dashes = run(&at.text[end..], |byte| byte == b'-').min(5);
    if label > MAX_LABEL {
        return Answer::No;
    }
    if dashes < 5 {
        return no_or_more(at, end + dashes);
    }
    let words = &at.text[PREFIX..end];
    if !(words.ends_with(b"PRIVATE KEY") || words.ends_with(b"PRIVATE KEY BLOCK")) {
        return Answer::No;
    }
    match has_material(&at.text[end + dashes..], at.last) {
        Some(true) => Answer::Yes(Hit {
            keep: 0,
            end: end + dashes,
            name: Cow::Borrowed("private-key"),
            swallow: Some(Swallow::Pem),
        }),
        Some(false) => Answer::No,
        None => Answer::More,
    }
}

/// Bytes of the lines of a PEM block, also as they stand in a JSON string.
pub(super) fn pem_line(byte: u8) -> bool {
    alnum(byte) || b"+/=-:, \t\r\n\\".contains(&byte)
}

/// Whether something of a key stands behind the first line of its block; `None` when that is not seen yet.
fn has_material(text: &[u8], last: bool) -> Option<bool> {
    /// Headers inside of a block are shorter.
    const LOOK: usize = 512;
    /// Longer than words are.
    const MIN: usize = 16;
    const MIN_LINE: usize = 4;
    let body = &text[..run(text, pem_line).min(LOOK)];
    let end = body.windows(8).position(|window| window == b"-----END");
    let inner = &body[..end.unwrap_or(body.len())];
    let digit = |byte: u8| alnum(byte) || b"+/=".contains(&byte);
    if inner.split(|byte| !digit(*byte)).any(|word| word.len() >= MIN) {
        return Some(true);
    }
    if end.is_none() && body.len() == text.len() && body.len() < LOOK && !last {
        return None;
    }
    let gap = line_breaks(inner);
    if end.is_some() {
        return Some(gap < inner.len());
    }
    // Cut off in its first line: that line has nothing else.
    let is_broken = inner[..gap].iter().any(|byte| b"\n\r\\".contains(byte));
    let line = run(&inner[gap..], digit);
    Some(is_broken && line >= MIN_LINE && gap + line == text.len())
}

/// The length of the line breaks and blanks that a text begins with, also when they are spelled out.
fn line_breaks(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += run(&text[at..], |byte| byte.is_ascii_whitespace());
        let slashes = run(&text[at..], |byte| byte == b'\\');
        match text.get(at + slashes) {
            Some(b'n' | b'r') if slashes > 0 => at += slashes + 1,
            _ => return at,
        }
    }
}

/// `Authorization: SCHEME value`, also as it stands in a JSON or Python dump of headers.
fn authorization(at: Place<'_>) -> Answer {
    const WORD: usize = 12;
    const SCHEMES: [&str; 9] = [
        "bearer",
        "basic",
        "token",
        "digest",
        "apikey",
        "negotiate",
        "ntlm",
        "hawk",
        "aws4-hmac-sha256",
    ];
    let mut end = WORD;
    end += run(&at.text[end..], |byte| matches!(byte, b'\\' | b'"' | b'\'')).min(2);
    end += run(&at.text[end..], |byte| byte == b' ').min(2);
    match at.text.get(end) {
        None => return no_or_more(at, end),
        Some(b':' | b'=') => end += 1,
        Some(_) => return Answer::No,
    }
    end += run(&at.text[end..], |byte| byte == b' ').min(8);
    end += run(&at.text[end..], |byte| matches!(byte, b'\\' | b'"' | b'\'')).min(2);
    let value = &at.text[end..];
    let first = run(value, |byte| byte > b' ' && to_quote_or_line_end(byte));
    let scheme = String::from_utf8_lossy(&value[..first]).to_ascii_lowercase();
    if value.get(first) == Some(&b' ') && SCHEMES.contains(&scheme.as_str()) {
        let secret = end + first + 1;
        if value.len() == first + 1 {
            return no_or_more(at, secret);
        }
        if let Some(answer) = already(at, secret) {
            return answer;
        }
        let stop = secret + run(&at.text[secret..], to_quote_or_line_end);
        return if stop == secret {
            Answer::No
        } else {
            yes(at, secret, stop, to_quote_or_line_end, "authorization")
        };
    }
    if let Some(answer) = already(at, end) {
        return answer;
    }
    // Without a scheme only what is one long word: prose about authorization stays.
    if first >= 16 && value.get(first) != Some(&b' ') {
        return yes(at, end, end + first, to_quote_or_line_end, "authorization");
    }
    no_or_more(at, end + first)
}

/// `Bearer …` without the header's name before it, as clients print it: a word that is too long and too mixed for prose.
fn bearer(at: Place<'_>) -> Answer {
    const PREFIX: usize = 7;
    const MIN: usize = 16;
    if !starts_word(at) {
        return Answer::No;
    }
    if let Some(answer) = already(at, PREFIX) {
        return answer;
    }
    let credentials: Class = |byte| wide_dot(byte) || b"~+/=".contains(&byte);
    let end = PREFIX + run(&at.text[PREFIX..], credentials);
    let body = &at.text[PREFIX..end];
    let mixed = body.iter().any(u8::is_ascii_digit) && body.iter().any(u8::is_ascii_alphabetic);
    if body.len() >= MIN && mixed {
        yes(at, PREFIX, end, credentials, "bearer-token")
    } else {
        no_or_more(at, end)
    }
}

/// `scheme://user:password@host`, and a lone user name that is as long as a token.
fn url(at: Place<'_>) -> Answer {
    const PREFIX: usize = 3;
    const MAX: usize = 1024;
    const TOKEN: usize = 20;
    if !at.before.is_some_and(alnum) {
        return Answer::No;
    }
    let authority = run(&at.text[PREFIX..], |byte| {
        byte > b' ' && !b"/?#\"'`<>\\".contains(&byte)
    });
    let text = &at.text[PREFIX..PREFIX + authority];
    if PREFIX + authority == at.text.len() && !at.last && authority < MAX {
        return Answer::More;
    }
    let Some(user_info) = text.iter().rposition(|byte| *byte == b'@') else {
        return Answer::No;
    };
    let keep = match text[..user_info].iter().position(|byte| *byte == b':') {
        Some(colon) => colon + 1,
        None if user_info >= TOKEN => 0,
        None => return Answer::No,
    };
    let secret = &text[keep..user_info];
    if secret.is_empty() || is_placeholder(secret) {
        return Answer::No;
    }
    Answer::Yes(Hit {
        keep: PREFIX + keep,
        end: PREFIX + user_info,
        name: Cow::Borrowed("url-password"),
        swallow: None,
    })
}

/// `password=…` in connection strings and query strings.
fn password(at: Place<'_>, name: &'static str) -> Answer {
    let Some(equals) = at.text.iter().position(|byte| *byte == b'=') else {
        return Answer::No;
    };
    let mut start = equals + 1;
    start += run(&at.text[start..], |byte| matches!(byte, b'\\' | b'"' | b'\'')).min(2);
    let quoted = start > equals + 1;
    let class = if quoted {
        to_quote_or_line_end
    } else {
        connection_value
    };
    let end = start + run(&at.text[start..], class);
    let value = &at.text[start..end];
    if value.is_empty() {
        return no_or_more(at, end);
    }
    if let Some(answer) = already(at, start) {
        return answer;
    }
    // `PWD=/home/me` is the working directory.
    let directory = at.text[..equals].eq_ignore_ascii_case(b"pwd") && value.starts_with(b"/");
    if directory || is_placeholder(value) {
        return Answer::No;
    }
    yes(at, start, end, class, name)
}

/// `${DB_PASSWORD}`, `$PASS`, `***` and what a redactor left are no secrets.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let redacted =
        value.starts_with(REDACTED) && run(value, in_marker) + 1 == value.len() && value.ends_with(b"]");
    redacted || value.starts_with(b"$") || value.iter().all(|byte| *byte == b'*')
}

const REDACTED: &[u8] = b"[redacted:";

fn in_marker(byte: u8) -> bool {
    byte > b' ' && byte != b']'
}

/// The answer when `[redacted:NAME]` stands at `start` already, or may: reports are made of redacted logs.
fn already(at: Place<'_>, start: usize) -> Option<Answer> {
    let text = &at.text[start..];
    let known = text.len().min(REDACTED.len());
    if text[..known] != REDACTED[..known] {
        return None;
    }
    match text.get(run(text, in_marker)) {
        Some(b']') => Some(Answer::No),
        None if !at.last => Some(Answer::More),
        _ => None,
    }
}
