//! Which values of the environment are secrets, and in which disguises tools print them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::process::environment::{Environment, matches_name};

/// Shorter values are found in any text by chance.
const MIN_BYTES: usize = 6;
/// A shorter line of a longer value says nothing.
const MIN_LINE_BYTES: usize = 8;
/// A variable whose name holds one of these is a secret.
const NAMES: [&str; 8] = [
    "TOKEN",
    "SECRET",
    "KEY",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "AUTH",
];
/// Names that hold one of [`NAMES`] by chance.
const INNOCENT: [&str; 7] = [
    "AUTHOR",
    "KEYBOARD",
    "KEYCLOAK",
    "KEYMAP",
    "KEYSPACE",
    "MONKEY",
    "TOKENIZERS",
];
/// Values that are settings, or words that every report is made of.
const WORDS: &[&str] = &[
    "always",
    "basic",
    "bearer",
    "blocked",
    "client",
    "command",
    "commands",
    "coverage",
    "custom",
    "database",
    "default",
    "development",
    "disable",
    "disabled",
    "docker",
    "duration",
    "enable",
    "enabled",
    "errors",
    "example",
    "failed",
    "failure",
    "failures",
    "filename",
    "filenames",
    "finding",
    "findings",
    "formatting",
    "function",
    "github",
    "gitlab",
    "header",
    "inherit",
    "javascript",
    "keychain",
    "keyring",
    "linting",
    "local",
    "localhost",
    "location",
    "locations",
    "memory",
    "message",
    "messages",
    "metrics",
    "module",
    "mongodb",
    "nobody",
    "normal",
    "not_run",
    "oauth",
    "oauth2",
    "optional",
    "package",
    "packages",
    "passed",
    "password",
    "plaintext",
    "postgres",
    "postgresql",
    "prefer",
    "private",
    "production",
    "public",
    "python",
    "rabbitmq",
    "reason",
    "region",
    "remediation",
    "required",
    "result",
    "results",
    "secret",
    "security",
    "server",
    "severity",
    "skipped",
    "staging",
    "strict",
    "system",
    "testcase",
    "testcases",
    "testing",
    "testsuite",
    "testsuites",
    "timeout",
    "type-checking",
    "type_checking",
    "typescript",
    "username",
    "verdict",
    "verify",
    "version",
    "vulnerabilities",
    "warning",
    "warnings",
];

/// A byte string that must not be seen, and the variable that it comes from.
pub(super) struct Literal {
    pub(super) bytes: Vec<u8>,
    pub(super) name: String,
}

/// Every form of every secret.
pub(super) fn literals(
    environment: &Environment,
    redact_env: &[String],
    more: &[(String, String)],
) -> Vec<Literal> {
    let mut found = BTreeMap::new();
    for (name, value) in environment.iter() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        let asked = redact_env.iter().any(|pattern| matches_name(pattern, &name));
        if value.len() >= MIN_BYTES && (asked || (is_secret_name(&name) && !is_setting(&value))) {
            add(&mut found, &name, &value);
        }
        for password in passwords(&value).filter(|password| is_secret(password)) {
            add(&mut found, &name, &password);
        }
    }
    for (name, value) in more {
        if is_secret(value) {
            add(&mut found, name, value);
        }
    }
    found
        .into_iter()
        .map(|(bytes, name)| Literal { bytes, name })
        .collect()
}

/// Whether the value of a variable of this name is one: by its name, or because it was asked for.
pub(super) fn is_secret_variable(name: &str, redact_env: &[String]) -> bool {
    is_secret_name(name) || redact_env.iter().any(|pattern| matches_name(pattern, name))
}

fn is_secret(value: &str) -> bool {
    value.len() >= MIN_BYTES && !is_setting(value)
}

/// Those of the variables that are written in a file whose names say that they are secrets. A mere word that is no secret
/// elsewhere in the file, such as the name of a database, says nothing to anybody.
pub(super) fn written(variables: &[(String, String)], redact_env: &[String]) -> Vec<(String, String)> {
    let (named, others): (Vec<_>, Vec<_>) = variables
        .iter()
        .partition(|(name, _)| is_secret_variable(name, redact_env));
    let is_word = |value: &str| {
        value
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte))
    };
    let is_known = |value: &str| others.iter().any(|(_, other)| other == value);
    named
        .into_iter()
        .filter(|(_, value)| !(is_word(value) && is_known(value)))
        .cloned()
        .collect()
}

/// The passwords in the addresses of a value, as they are written and as they are meant: `postgres://app:PASSWORD@db/orders`.
pub(super) fn passwords(value: &str) -> impl Iterator<Item = String> + '_ {
    value.match_indices("://").flat_map(|(at, sign)| {
        let rest = &value[at + sign.len()..];
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'".contains(c));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let pair = authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'));
        // A password that is the name of the user, or of the database, is a word of every text.
        let path = rest[authority.len()..].trim_start_matches('/');
        let database = path.split(['?', '#', '/']).next().unwrap_or_default();
        let secret = pair.filter(|(user, password)| user != password && *password != database);
        let written = secret.map(|(_, password)| password.to_owned());
        let meant = written
            .as_deref()
            .map(decoded)
            .filter(|meant| Some(meant) != written.as_ref());
        written.into_iter().chain(meant)
    })
}

/// A text with `%40` and the like as what they stand for.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = behind
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if *first == b'%' => {
                out.push(byte);
                rest = &behind[2..];
            }
            _ => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn is_secret_name(name: &str) -> bool {
    let mut name = name.to_ascii_uppercase().replace("AUTHORIZ", "SECRET");
    for word in INNOCENT {
        name = name.replace(word, "");
    }
    let is_short = |part: &str| part == "PASS" || (part == "PWD" && name.len() > part.len());
    NAMES.iter().any(|word| name.contains(word)) || name.split(['_', '-', '.']).any(is_short)
}

/// Words, ports, paths and bare addresses stand in every text.
fn is_setting(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    WORDS.contains(&lower.as_str())
        || (value.len() < 8 && value.bytes().all(|byte| byte.is_ascii_digit()))
        || is_path(value)
        || is_bare_url(value)
}

/// `SSH_AUTH_SOCK=/tmp/…`. A random value may begin with `/` too, so it must look like a path that could be here.
fn is_path(value: &str) -> bool {
    const ROOTS: [&str; 22] = [
        "Applications",
        "Library",
        "Users",
        "builds",
        "data",
        "dev",
        "etc",
        "home",
        "mnt",
        "nix",
        "opt",
        "private",
        "proc",
        "root",
        "run",
        "srv",
        "sys",
        "tmp",
        "usr",
        "var",
        "work",
        "workspace",
    ];
    let Some(rest) = value.strip_prefix('/') else {
        return value.starts_with("~/") || value.starts_with("./") || value.starts_with("../");
    };
    let root = rest.split('/').next().unwrap_or_default();
    let plain = value
        .chars()
        .all(|letter| letter.is_alphanumeric() || "/._-+@~ ".contains(letter));
    (plain && rest.len() > root.len() && ROOTS.contains(&root)) || Path::new(value).exists()
}

/// A scheme and a host and nothing that could be secret.
fn is_bare_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !rest.contains(['@', '?', '#'])
            && !rest.trim_end_matches('/').contains('/')
    })
}

fn add(found: &mut BTreeMap<Vec<u8>, String>, name: &str, value: &str) {
    let mut forms = forms(value);
    let lines: Vec<&str> = value.split(['\n', '\r']).map(str::trim).collect();
    if lines.len() > 1 {
        for line in lines {
            if line.len() >= MIN_LINE_BYTES && !line.starts_with("-----") && !is_setting(line) {
                forms.push(line.as_bytes().to_vec());
            }
        }
    }
    let trimmed = value.trim();
    if trimmed.len() >= MIN_BYTES && trimmed.len() < value.len() {
        forms.push(trimmed.as_bytes().to_vec());
    }
    for form in forms.into_iter().filter(|form| form.len() >= MIN_BYTES) {
        found.entry(form).or_insert_with(|| name.to_owned());
    }
}

/// A value as it is and as tools encode it.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![value.as_bytes().to_vec()];
    for alphabet in [BASE64, BASE64_URL] {
        for offset in 0..3 {
            forms.push(base64_core(value.as_bytes(), offset, alphabet));
        }
    }
    forms.push(hex(value, "0123456789abcdef"));
    forms.push(hex(value, "0123456789ABCDEF"));
    for digits in ["0123456789ABCDEF", "0123456789abcdef"] {
        forms.push(percent(value, digits, "%20"));
        forms.push(percent(value, digits, "+"));
    }
    let json = json(value, |_| false);
    forms.push(self::json(&json, |_| false).into_bytes());
    forms.push(json.into_bytes());
    forms.push(self::json(value, |letter| !letter.is_ascii()).into_bytes());
    forms.push(xml(value).into_bytes());
    forms
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The base64 digits that a value fixes when `offset` bytes (0 to 2) stand before it in the encoded text: those
/// that share bits with a neighbour are left out.
fn base64_core(value: &[u8], offset: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bit = |index: usize| {
        let byte = value[index / 8 - offset];
        usize::from(byte >> (7 - index % 8) & 1)
    };
    let first = (offset * 8).div_ceil(6);
    let end = (offset + value.len()) * 8 / 6;
    (first..end)
        .map(|digit| alphabet[(0..6).fold(0, |sum, at| sum << 1 | bit(digit * 6 + at))])
        .collect()
}

fn digit(digits: &str, value: u8) -> char {
    char::from(digits.as_bytes()[usize::from(value & 15)])
}

fn hex(value: &str, digits: &str) -> Vec<u8> {
    let text: String = value
        .bytes()
        .flat_map(|byte| [digit(digits, byte >> 4), digit(digits, byte)])
        .collect();
    text.into_bytes()
}

fn percent(value: &str, digits: &str, space: &str) -> Vec<u8> {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b' ' => out.push_str(space),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
            _ => out.extend(['%', digit(digits, byte >> 4), digit(digits, byte)]),
        }
    }
    out.into_bytes()
}

/// The inside of a JSON string, with `\u` for control characters and for what `escaped` names.
fn json(value: &str, escaped: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for letter in value.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if letter < ' ' || escaped(letter) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(letter),
        }
    }
    out
}

fn xml(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
