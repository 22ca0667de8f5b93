//! Secrets behind a name that says so: `api_key=…`, `_authToken=…`, `DB_PASSWORD: '…'`, `"token": "…"`.
//!
//! Names like these stand in ordinary code as well (`token: String`, `secret = get_secret()`), so what follows
//! decides: a value in quotes, or one that no name and no type looks like.

use std::borrow::Cow;

use super::rules::{Answer, Class, Hit, Place, Swallow};
use super::shapes::{alnum, connection_value, is_placeholder, no_or_more, run, to_quote_or_line_end, word};

/// The last words of names, in the spellings that programs have.
pub(super) const NAMES: &[&str] = &[
    "token",
    "Token",
    "TOKEN",
    "secret",
    "Secret",
    "SECRET",
    "password",
    "Password",
    "PASSWORD",
    "passwd",
    "Passwd",
    "PASSWD",
    "pwd",
    "Pwd",
    "PWD",
    "api_key",
    "api-key",
    "apikey",
    "apiKey",
    "ApiKey",
    "API_KEY",
    "APIKEY",
    "access_key",
    "access-key",
    "accessKey",
    "AccessKey",
    "ACCESS_KEY",
    "secret_key",
    "secret-key",
    "secretKey",
    "SecretKey",
    "SECRET_KEY",
    "private_key",
    "private-key",
    "privateKey",
    "PrivateKey",
    "PRIVATE_KEY",
    "credentials",
    "Credentials",
    "CREDENTIALS",
    "_auth",
    "_authToken",
    "_AUTH",
];

/// Values of fewer bytes are found in any text by chance.
const MIN: usize = 8;
/// So much of a value is looked at; the rest of a longer one goes the way that its beginning goes.
const MAX: usize = 1024;
/// Blanks on either side of a sign, as in aligned assignments.
const MAX_BLANKS: usize = 16;
/// Values that are settings or kinds of things.
const WORDS: [&str; 14] = [
    "disabled",
    "required",
    "optional",
    "password",
    "username",
    "undefined",
    "plaintext",
    "function",
    "identifier",
    "punctuation",
    "operator",
    "redacted",
    "REDACTED",
    "inherited",
];

/// `NAME=value`, `NAME = value`, `NAME: value`, and the same with quotes around either.
pub(super) fn named(at: Place<'_>) -> Answer {
    // The longest: of `secret` and `secret_key` the longer is the name.
    let Some(name) = (NAMES.iter().filter(|name| at.text.starts_with(name.as_bytes())))
        .map(|name| name.len())
        .max()
    else {
        return Answer::No;
    };
    let key = &at.text[..name];
    let is_password =
        key[0].eq_ignore_ascii_case(&b'p') && matches!(key.get(1), Some(b'a' | b'A' | b'w' | b'W'));
    let mut end = name;
    let quotes = run(&at.text[end..], is_quote).min(2);
    end += quotes;
    let blanks = run(&at.text[end..], is_blank).min(MAX_BLANKS);
    end += blanks;
    let sign = end;
    // `==` compares and `::` is a path; `=>` and `:=` assign.
    let colon = match (at.text.get(end), at.text.get(end + 1)) {
        (None, _) | (Some(b'=' | b':'), None) => return no_or_more(at, at.text.len()),
        (Some(b'='), Some(b'=')) | (Some(b':'), Some(b':')) => return Answer::No,
        // Connection strings have a rule of their own.
        (Some(b'='), _) if is_password && sign == name => return Answer::No,
        (Some(b'='), Some(b'>')) | (Some(b':'), Some(b'=')) => {
            end += 2;
            false
        }
        (Some(b'='), _) => {
            end += 1;
            false
        }
        (Some(b':'), _) => {
            end += 1;
            true
        }
        _ => return Answer::No,
    };
    let gap = run(&at.text[end..], is_blank).min(MAX_BLANKS);
    end += gap;
    let opening = run(&at.text[end..], is_quote).min(2);
    end += opening;
    let class: Class = if opening > 0 {
        to_quote_or_line_end
    } else {
        connection_value
    };
    let length = run(&at.text[end..], class);
    let seen = &at.text[end..end + length.min(MAX)];
    if seen.iter().any(|byte| is_blank(*byte) || b"([{".contains(byte)) {
        return Answer::No;
    }
    if length < MAX && end + length == at.text.len() && !at.last {
        return Answer::More;
    }
    let compound = quotes > 0
        || at
            .before
            .is_some_and(|byte| word(byte) || b"-.:/".contains(&byte));
    // `Unexpected token: "function"` is what parsers say.
    let plain = compound
        || !matches!(
            key,
            b"token" | b"Token" | b"secret" | b"Secret" | b"credentials" | b"Credentials"
        );
    // `API_KEY=…` is a line of an environment, `_auth=…` one of an .npmrc: no code looks like that.
    let setting =
        gap + blanks + quotes == 0 && (key[0] == b'_' || key.iter().all(|byte| !byte.is_ascii_lowercase()));
    let secret = seen.len() >= MIN
        && !is_harmless(seen)
        && if opening > 0 {
            plain || is_random(seen)
        } else if colon {
            // `x-api-key: …` is a header: what follows is the key, however it looks.
            let header = at.before == Some(b'-') && quotes == 0 && !seen.contains(&b'.');
            (gap > 0 || quotes > 0) && (is_random(seen) || (header && seen.iter().any(u8::is_ascii_digit)))
        } else {
            (setting && !at.before.is_some_and(|byte| byte.is_ascii_lowercase())) || is_random(seen)
        };
    if !secret {
        return Answer::No;
    }
    Answer::Yes(Hit {
        keep: end,
        end: end + length,
        name: Cow::Borrowed(if is_password { "password" } else { "secret" }),
        swallow: (end + length == at.text.len() && !at.last).then_some(Swallow::Run(class)),
    })
}

/// Whether the name of an option or a variable is that of a secret: `--api-key`, `DB_PASSWORD`.
pub(super) fn is_named(name: &str) -> bool {
    let bare = name.trim_start_matches('-');
    !bare.is_empty()
        && bare.bytes().all(|byte| word(byte) || b"-.".contains(&byte))
        && (bare == "auth" || NAMES.iter().any(|known| bare.ends_with(known)))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'\\' | b'"' | b'\'')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Placeholders, words of settings, paths and addresses.
fn is_harmless(value: &[u8]) -> bool {
    is_placeholder(value)
        || matches!(value[0], b'/' | b'~' | b'.' | b'%' | b'<' | b'*' | b'&' | b'|')
        || value.windows(3).any(|part| part == b"://" || part == b"...")
        || WORDS.iter().any(|known| known.as_bytes() == value)
}

/// Whether a value is none that a name, a type, a number or a path of attributes would be: `sha256`, `user_v2`,
/// `settings.TOKEN` and `0x7f12` are, `abcd1234efgh` is not.
fn is_random(value: &[u8]) -> bool {
    if value.contains(&b'.') || !value.iter().any(u8::is_ascii_digit) {
        return false;
    }
    value.split(|byte| !alnum(*byte)).any(|part| {
        let letters = run(part, |byte| byte.is_ascii_alphabetic());
        let digits = run(&part[letters..], |byte| byte.is_ascii_digit());
        let is_number = letters == 0 && (part.starts_with(b"0x") || digits == part.len());
        // The years of a product and the bits of an algorithm have few digits.
        !is_number && (letters + digits < part.len() || digits > 4)
    })
}
