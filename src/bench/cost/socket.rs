//! One question to an engine of containers over its socket.
//!
//! HTTP/1.0 is spoken: its answers end with the connection and are not cut in chunks, so a head and a body is all there is.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The time that the engine may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer that is read; what is told of a container has some kilobytes, and of all of them that many times.
const MAX_BYTES: u64 = 8 << 20;

/// Where an engine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    path: PathBuf,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SocketError {
    /// Nobody is there, or one may not ask.
    #[error("{path}: {source}")]
    Io {
        /// The socket.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The engine answered with something else than success.
    #[error("{path} answered with {status}: {says}")]
    Refused {
        /// The socket.
        path: String,
        /// The status.
        status: u16,
        /// The begin of its words.
        says: String,
    },
    /// What it said is no HTTP with JSON in it.
    #[error("{path} gave no answer that can be read")]
    Unreadable {
        /// The socket.
        path: String,
    },
}

impl Socket {
    /// A socket at this path.
    pub(super) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Asks for `target`, such as `/containers/ab/json`.
    pub(super) fn get(&self, target: &str) -> Result<serde_json::Value, SocketError> {
        let path = || self.path.display().to_string();
        let answer = self
            .exchange(target)
            .map_err(|source| SocketError::Io { path: path(), source })?;
        let (status, body) = parse(&answer).ok_or_else(|| SocketError::Unreadable { path: path() })?;
        if status != 200 {
            let says = crate::model::text::first_line(&String::from_utf8_lossy(body)).to_owned();
            return Err(SocketError::Refused {
                path: path(),
                status,
                says,
            });
        }
        serde_json::from_slice(body).map_err(|_| SocketError::Unreadable { path: path() })
    }

    fn exchange(&self, target: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = UnixStream::connect(&self.path)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        // In one piece: an engine that answers and hangs up at once must not meet the rest of the question.
        let question =
            format!("GET {target} HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
        stream.write_all(question.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(MAX_BYTES).read_to_end(&mut answer)?;
        Ok(answer)
    }
}

/// The status and the body of an answer.
fn parse(answer: &[u8]) -> Option<(u16, &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.get(end + 4..)?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    /// What is made of this answer of an engine.
    fn asked(answer: &'static str) -> Result<serde_json::Value, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let engine = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(request).unwrap()
        });
        let seen = Socket::at(&path).get("/containers/ab/json");
        assert!(
            engine
                .join()
                .unwrap()
                .starts_with("GET /containers/ab/json HTTP/1.0\r\n")
        );
        let home = format!("{}/", dir.path().display());
        seen.map_err(|error| error.to_string().replace(&home, ""))
    }

    #[test]
    fn an_answer_is_its_json() {
        assert_eq!(
            asked("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\": 1}"),
            Ok(serde_json::json!({"a": 1}))
        );
    }

    #[test]
    fn every_other_answer_says_what_it_is() {
        assert_eq!(
            asked("HTTP/1.0 404 Not Found\r\n\r\n{\"message\":\"No such container: ab\"}"),
            Err("engine.sock answered with 404: {\"message\":\"No such container: ab\"}".to_owned())
        );
        for answer in ["", "SSH-2.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nno json"] {
            assert_eq!(
                asked(answer),
                Err("engine.sock gave no answer that can be read".to_owned())
            );
        }
        let nobody = Socket::at(Path::new("/nowhere/engine.sock")).get("/x");
        assert!(
            nobody
                .unwrap_err()
                .to_string()
                .starts_with("/nowhere/engine.sock: ")
        );
    }
}
