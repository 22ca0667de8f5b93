//! Stdin with an eye on its end: whoever has asked is gone then, and what runs is for nobody.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use super::calls::Calls;

/// A stream whose end asks every call to stop.
pub(super) struct Ending<R> {
    /// The stream.
    pub(super) inner: R,
    /// The calls.
    pub(super) calls: Arc<Calls>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Ending<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if read.is_ready() && buffer.filled().len() == before {
            self.calls.stop();
        }
        read
    }
}
