//! What is kept of a stream: its start and its end in memory, all of it (up to a cap) in a file.

/// Bytes of a stream's start that stay in memory.
pub const HEAD_BYTES: usize = 256 * 1024;
/// Bytes of a stream's end that stay in memory.
pub const TAIL_BYTES: usize = 256 * 1024;
/// Bytes of a report on stdout that stay in memory; what is longer is too long to be read.
pub const REPORT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a stream that go to its file; what comes later is counted and dropped.
pub const MAX_LOG_BYTES: u64 = 64 * 1024 * 1024;

/// The start and the end of a stream. Memory is bounded whatever is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    head: Vec<u8>,
    tail: Vec<u8>,
    total: u64,
    head_bytes: usize,
}

impl Default for Capture {
    fn default() -> Self {
        Self::with_head(HEAD_BYTES)
    }
}

impl Capture {
    /// A capture that keeps this much of the stream's start.
    pub fn with_head(head_bytes: usize) -> Self {
        Self {
            head: Vec::new(),
            tail: Vec::new(),
            total: 0,
            head_bytes,
        }
    }

    /// A capture of a short text, for tests and for streams that never were.
    pub fn of(bytes: &[u8]) -> Self {
        let mut capture = Self::default();
        capture.push(bytes);
        capture
    }

    /// Adds what came next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.head_bytes - self.head.len();
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(TAIL_BYTES)..];
        self.tail.extend_from_slice(rest);
        // Twice the bound before cutting, so that each byte is moved once and not once a read.
        if self.tail.len() > 2 * TAIL_BYTES {
            self.tail.drain(..self.tail.len() - TAIL_BYTES);
        }
    }

    /// How many bytes the stream had.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether the middle of the stream is missing here.
    pub fn truncated(&self) -> bool {
        self.total > (self.head.len() + self.kept_tail().len()) as u64
    }

    fn kept_tail(&self) -> &[u8] {
        &self.tail[self.tail.len().saturating_sub(TAIL_BYTES)..]
    }

    /// The bytes that were kept; where the middle is missing, a line says how much.
    pub fn bytes(&self) -> Vec<u8> {
        let tail = self.kept_tail();
        let mut out = self.head.clone();
        if self.truncated() {
            let dropped = self.total - (self.head.len() + tail.len()) as u64;
            out.extend_from_slice(format!("\n[… {dropped} bytes not shown …]\n").as_bytes());
        }
        out.extend_from_slice(tail);
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The numbers of a stream's bytes tell where they come from.
    fn stream(total: usize) -> Vec<u8> {
        (0u32..).flat_map(u32::to_le_bytes).take(total).collect()
    }

    #[track_caller]
    fn check(total: usize, pieces: &[usize]) {
        let text = stream(total);
        let mut capture = Capture::default();
        let mut at = 0;
        for piece in pieces.iter().cycle() {
            if at == total {
                break;
            }
            let end = total.min(at + piece);
            capture.push(&text[at..end]);
            assert!(capture.head.capacity() + capture.tail.capacity() <= 8 * (HEAD_BYTES + TAIL_BYTES));
            at = end;
        }
        assert_eq!(capture.total(), total as u64);
        let kept = capture.bytes();
        if total <= HEAD_BYTES + TAIL_BYTES {
            assert!(!capture.truncated());
            assert!(kept == text, "what fits is kept as it is");
        } else {
            let note = format!("\n[… {} bytes not shown …]\n", total - HEAD_BYTES - TAIL_BYTES);
            assert!(capture.truncated());
            assert!(kept[..HEAD_BYTES] == text[..HEAD_BYTES]);
            assert_eq!(&kept[HEAD_BYTES..HEAD_BYTES + note.len()], note.as_bytes());
            assert!(kept[HEAD_BYTES + note.len()..] == text[total - TAIL_BYTES..]);
        }
    }

    #[test]
    fn the_edges_of_head_and_tail() {
        const BOTH: usize = HEAD_BYTES + TAIL_BYTES;
        for total in [
            0,
            1,
            HEAD_BYTES - 1,
            HEAD_BYTES,
            HEAD_BYTES + 1,
            BOTH - 1,
            BOTH,
            BOTH + 1,
            4 * BOTH,
        ] {
            check(total, &[total.max(1)]);
            check(total, &[64 * 1024]);
            check(total, &[HEAD_BYTES]);
        }
    }

    #[test]
    fn more_of_the_start_is_kept_where_that_is_asked_for() {
        let text = stream(4 * (HEAD_BYTES + TAIL_BYTES));
        let mut capture = Capture::with_head(text.len());
        text.chunks(60_000).for_each(|piece| capture.push(piece));
        assert!(!capture.truncated() && capture.bytes() == text);
    }

    #[test]
    fn a_capture_of_a_text_is_that_text() {
        assert_eq!(Capture::of(b"text").bytes(), b"text");
        assert_eq!(Capture::default().bytes(), b"");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn start_and_end_are_kept_however_the_stream_is_cut(
            total in 0..3_000_000usize,
            pieces in prop::collection::vec(1_000..900_000usize, 1..8),
        ) {
            check(total, &pieces);
        }
    }
}
