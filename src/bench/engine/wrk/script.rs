//! The Lua script of one run: the request, which never changes, and the function that tells what wrk saw.
//!
//! It defines neither `request` nor `response`: wrk would call them for every request, and they would slow it down.

use http::Method;
use sha2::{Digest, Sha256};

use super::answer::SENTINEL;
use crate::bench::load::{Connection, Endpoint, Target};

/// The function that wrk calls at the end.
const DONE: &str = include_str!("done.lua");

/// The script for one endpoint of a target.
pub(super) fn script(target: &Target, endpoint: &Endpoint) -> Vec<u8> {
    let mut out = Vec::new();
    let mut set = |name: &str, value: &[u8]| {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b" = ");
        out.extend_from_slice(&quoted(value));
        out.push(b'\n');
    };
    set("wrk.method", endpoint.method.as_str().as_bytes());
    let path = endpoint.url.path_and_query();
    set("wrk.path", path.map_or("/", |path| path.as_str()).as_bytes());
    if !endpoint.body.is_empty() || has_length_anyway(&endpoint.method) {
        set("wrk.body", &endpoint.body);
    }
    for (name, value) in headers(target, endpoint) {
        let key = quoted(name.as_bytes());
        set(&format!("wrk.headers[{}]", String::from_utf8_lossy(&key)), &value);
    }
    set("SENTINEL", SENTINEL.as_bytes());
    out.extend_from_slice(DONE.as_bytes());
    out
}

/// What a report says of a script, which may hold secrets: its SHA-256.
pub(super) fn digest(script: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = "sha256:".to_owned();
    for byte in Sha256::digest(script) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Whether a request of this method says how long its body is even when it has none (RFC 9110, 8.6).
fn has_length_anyway(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

/// The headers by name. wrk keeps them in a table with one value a name, and writes values as they are, so further ones
/// stand as lines of their own in the value of the first.
fn headers(target: &Target, endpoint: &Endpoint) -> Vec<(String, Vec<u8>)> {
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, value) in &endpoint.headers {
        let name = name.as_str();
        if let Some((_, lines)) = out.iter_mut().find(|(known, _)| known == name) {
            lines.extend_from_slice(format!("\r\n{name}: ").as_bytes());
            lines.extend_from_slice(value.as_bytes());
        } else {
            out.push((name.to_owned(), value.as_bytes().to_vec()));
        }
    }
    if target.connection == Connection::New {
        out.retain(|(name, _)| name != "connection");
        out.push(("connection".to_owned(), b"close".to_vec()));
    }
    out
}

/// Bytes as a string of Lua.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 2);
    out.push(b'"');
    for byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b' '..=b'~' => out.push(*byte),
            // Always three digits: a digit that follows must not be taken for one more.
            _ => out.extend_from_slice(format!("\\{byte:03}").as_bytes()),
        }
    }
    out.push(b'"');
    out
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue, Uri};
    use proptest::prelude::*;

    use super::*;
    use crate::bench::load::Trust;

    fn target(endpoint: Endpoint, connection: Connection) -> Target {
        Target {
            endpoints: vec![endpoint],
            trust: Trust::System,
            connection,
        }
    }

    fn endpoint(method: Method, headers: &[(&'static str, &[u8])], body: &[u8]) -> Endpoint {
        let header = |(name, value): &(&'static str, &[u8])| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value).unwrap(),
            )
        };
        Endpoint {
            url: Uri::from_static("http://127.0.0.1:1/a?b=%22"),
            method,
            headers: headers.iter().map(header).collect(),
            body: body.to_vec(),
            weight: 1,
        }
    }

    /// The lines before the part that never changes.
    #[track_caller]
    fn check(endpoint: Endpoint, connection: Connection, expect: &str) {
        let target = target(endpoint, connection);
        let script = script(&target, &target.endpoints[0]);
        let head = script.strip_suffix(DONE.as_bytes()).unwrap();
        assert_eq!(
            std::str::from_utf8(head).unwrap(),
            format!("{expect}SENTINEL = \"{SENTINEL}\"\n")
        );
    }

    #[test]
    fn a_request_is_set_by_its_parts() {
        check(
            endpoint(Method::GET, &[], b""),
            Connection::Kept,
            "wrk.method = \"GET\"\nwrk.path = \"/a?b=%22\"\n",
        );
        check(
            endpoint(
                Method::POST,
                &[("x-a", b"say \"\xe4\""), ("x-b", b"1"), ("x-a", b"2")],
                b"{\"a\":\n0}\x00001",
            ),
            Connection::New,
            "wrk.method = \"POST\"\nwrk.path = \"/a?b=%22\"\nwrk.body = \"{\\\"a\\\":\\0100}\\000001\"\n\
             wrk.headers[\"x-a\"] = \"say \\\"\\228\\\"\\013\\010x-a: 2\"\nwrk.headers[\"x-b\"] = \"1\"\n\
             wrk.headers[\"connection\"] = \"close\"\n",
        );
        check(
            endpoint(Method::PUT, &[], b""),
            Connection::Kept,
            "wrk.method = \"PUT\"\nwrk.path = \"/a?b=%22\"\nwrk.body = \"\"\n",
        );
    }

    #[test]
    fn scripts_are_told_apart_by_their_digest() {
        assert_eq!(
            digest(b""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    proptest! {
        #[test]
        fn a_string_ends_where_its_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let text = quoted(&bytes);
            prop_assert!(text.iter().all(|byte| (b' '..=b'~').contains(byte)));
            let inner = &text[1..text.len() - 1];
            let mut read = Vec::new();
            let mut at = 0;
            while at < inner.len() {
                prop_assert_ne!(inner[at], b'"');
                if inner[at] != b'\\' {
                    read.push(inner[at]);
                    at += 1;
                } else if inner[at + 1].is_ascii_digit() {
                    let digits = std::str::from_utf8(&inner[at + 1..at + 4]).unwrap();
                    read.push(digits.parse().unwrap());
                    at += 4;
                } else {
                    read.push(inner[at + 1]);
                    at += 2;
                }
            }
            prop_assert_eq!(read, bytes);
        }
    }
}
