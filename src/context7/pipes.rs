//! The pipes of a child as the two halves of an asynchronous stream.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::model::text;
use crate::process::{Ear, Voice};

/// A server that says more than this is not listened to any longer.
const MAX_HEARD: usize = 64 * 1024 * 1024;

/// The longest line that is quoted, in characters.
const MAX_QUOTE: usize = 120;

/// What a child says.
pub(super) struct Heard {
    pieces: UnboundedReceiver<Vec<u8>>,
    rest: Vec<u8>,
    odd: Oddity,
}

/// The first line that is no JSON.
#[derive(Clone, Default)]
pub(super) struct Oddity {
    first: Arc<Mutex<Line>>,
}

#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Oddity {
    /// The line, where one was heard.
    pub(super) fn quote(&self) -> Option<String> {
        let line = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        line.is_whole
            .then(|| text::shorten(text::message(&line.bytes).trim(), MAX_QUOTE))
            .filter(|line| !line.is_empty())
    }

    fn look(&self, bytes: &[u8]) {
        let mut line = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in bytes {
            if line.is_whole {
                return;
            }
            if *byte != b'\n' {
                if line.bytes.len() < 4 * MAX_QUOTE {
                    line.bytes.push(*byte);
                }
                continue;
            }
            let is_odd =
                !line.bytes.trim_ascii().is_empty() && !line.bytes.trim_ascii_start().starts_with(b"{");
            if is_odd {
                line.is_whole = true;
            } else {
                line.bytes.clear();
            }
        }
    }
}

/// The ear that hears a child, and what it heard as a stream.
pub(super) fn ear() -> (Ear, Heard) {
    let (sender, pieces) = unbounded_channel();
    let mut sender: Option<UnboundedSender<Vec<u8>>> = Some(sender);
    let mut left = MAX_HEARD;
    let ear = Box::new(move |bytes: &[u8]| {
        left = left.saturating_sub(bytes.len());
        if left == 0 {
            // What ends here reads as the end of the server.
            sender = None;
        }
        if let Some(sender) = &sender {
            let _ = sender.send(bytes.to_vec());
        }
    });
    let heard = Heard {
        pieces,
        rest: Vec::new(),
        odd: Oddity::default(),
    };
    (ear, heard)
}

impl Heard {
    /// What is odd about what is heard, now and later.
    pub(super) fn oddity(&self) -> Oddity {
        self.odd.clone()
    }
}

impl AsyncRead for Heard {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            match this.pieces.poll_recv(cx) {
                Poll::Ready(Some(piece)) => {
                    this.odd.look(&piece);
                    this.rest = piece;
                }
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        let count = this.rest.len().min(buffer.remaining());
        buffer.put_slice(&this.rest[..count]);
        this.rest.drain(..count);
        Poll::Ready(Ok(()))
    }
}

/// What a child is told. A message is small, so that it is written at once.
pub(super) struct Said {
    voice: Option<Voice>,
}

impl Said {
    pub(super) fn new(voice: Voice) -> Self {
        Self { voice: Some(voice) }
    }
}

impl AsyncWrite for Said {
    fn poll_write(self: Pin<&mut Self>, _cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let said = match &mut self.get_mut().voice {
            Some(voice) => voice.say(bytes).map(|()| bytes.len()),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        Poll::Ready(said)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().voice = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&str], expect: Option<&str>) {
        let odd = Oddity::default();
        for piece in pieces {
            odd.look(piece.as_bytes());
        }
        assert_eq!(odd.quote().as_deref(), expect, "{pieces:?}");
    }

    #[test]
    fn the_first_line_that_is_no_json_is_remembered() {
        check(&["{\"a\": 1}\n{\"b\"", ": 2}\n"], None);
        check(&["\n  \n"], None);
        check(&["Welc", "ome!\nMore\n"], Some("Welcome!"));
        check(&["{}\n\u{1b}[31mred\u{1b}[0m\n{}\n"], Some("red"));
        // A line that has not come to its end may still be one.
        check(&["Welcome"], None);
    }
}
