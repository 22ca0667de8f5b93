//! The event on stdin: bounded in size and time, since nobody knows who is at the other end.

use std::io::{self, IsTerminal as _, Read as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::deadline::Deadline;
use crate::agent::{self, Payload};

/// The most bytes that are read.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// How long the end of the event is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The event, and what was odd about it.
pub(super) fn read(deadline: &Deadline) -> (Payload, Option<String>) {
    if io::stdin().is_terminal() {
        return agent::read(b"");
    }
    let (send, receive) = mpsc::channel();
    let reader = move || {
        let mut stdin = io::stdin().lock().take(MAX_BYTES);
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match stdin.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => {
                    if send
                        .send(chunk.get(..count).unwrap_or_default().to_vec())
                        .is_err()
                    {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    };
    if thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(reader)
        .is_err()
    {
        return agent::read(b"");
    }
    // Whoever leaves the pipe open has said everything by then.
    let patience = PATIENCE.min(deadline.left());
    let mut bytes: Vec<u8> = Vec::new();
    while let Ok(chunk) = receive.recv_timeout(patience) {
        bytes.extend(chunk);
    }
    agent::read(&bytes)
}
