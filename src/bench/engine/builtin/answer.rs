//! Reading answers of HTTP/1 as they come, without keeping them.
//!
//! Only what says where an answer ends and whether the connection may be used again is looked at. A body is counted by
//! the reader of the connection and passed over here.

use std::mem::MaybeUninit;

use super::chunks::Chunks;
use super::request::Answered;

/// The longest head that is taken, in bytes.
const LONGEST_HEAD: usize = 256 * 1024;

/// The most headers that are taken.
const MOST_HEADERS: usize = 128;

/// An answer that is being read.
#[derive(Debug)]
pub struct Answer {
    asked: Answered,
    /// The head so far, when it did not come at once.
    head: Vec<u8>,
    /// Of what is after the head; none before it is read.
    told: Option<Told>,
}

/// What the head has told.
#[derive(Debug)]
struct Told {
    end: End,
    rest: Rest,
}

#[derive(Debug)]
enum Rest {
    /// So many bytes.
    Bytes(u64),
    Chunks(Chunks),
    /// All that comes until the connection is closed.
    UntilClose,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Its status.
    pub status: u16,
    /// Whether the connection may be used again.
    pub after: After,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It may be used again.
    Open,
    /// It is of no more use.
    Closed,
}

/// Why what came is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an answer of HTTP/1")]
pub struct NoAnswer;

impl Answer {
    /// Of the next request.
    pub fn new() -> Self {
        Self {
            asked: Answered::Whole,
            head: Vec::new(),
            told: None,
        }
    }

    /// Forgets what was read: another request was sent.
    pub fn expect(&mut self, asked: Answered) {
        self.asked = asked;
        self.told = None;
        if !self.head.is_empty() {
            self.head = Vec::new();
        }
    }

    /// Reads on. Of an answer that has ended, what comes after it is told by [`After::Closed`].
    pub fn read(&mut self, mut bytes: &[u8]) -> Result<Option<End>, NoAnswer> {
        loop {
            if let Some(told) = &mut self.told {
                return told.pass(bytes);
            }
            if self.head.is_empty() {
                // Nearly always: the whole head is there at once.
                match Told::of(bytes, self.asked)? {
                    Head::Partial => {
                        self.head.extend_from_slice(bytes);
                        return Ok(None);
                    }
                    Head::Informing(length) => bytes = &bytes[length..],
                    Head::Final(length, told) => {
                        self.told = Some(told);
                        bytes = &bytes[length..];
                    }
                }
            } else {
                let before = self.head.len();
                self.head.extend_from_slice(bytes);
                match Told::of(&self.head, self.asked)? {
                    Head::Partial if self.head.len() > LONGEST_HEAD => return Err(NoAnswer),
                    Head::Partial => return Ok(None),
                    Head::Informing(length) => bytes = &bytes[length - before..],
                    Head::Final(length, told) => {
                        self.told = Some(told);
                        bytes = &bytes[length - before..];
                    }
                }
                self.head = Vec::new();
            }
            if self.told.is_none() && bytes.is_empty() {
                return Ok(None);
            }
        }
    }

    /// The connection was closed: an answer that had no other end is whole now.
    pub fn closed(&self) -> Option<End> {
        self.told
            .as_ref()
            .filter(|told| matches!(told.rest, Rest::UntilClose))
            .map(|told| told.end)
    }
}

enum Head {
    /// More of it has to come.
    Partial,
    /// One before the answer (status 1xx), of so many bytes.
    Informing(usize),
    /// That of the answer, of so many bytes.
    Final(usize, Told),
}

impl Told {
    /// Reads a head.
    fn of(bytes: &[u8], asked: Answered) -> Result<Head, NoAnswer> {
        let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut []);
        let parsed = httparse::ParserConfig::default()
            .parse_response_with_uninit_headers(&mut response, bytes, &mut headers)
            .map_err(|_| NoAnswer)?;
        let httparse::Status::Complete(length) = parsed else {
            return Ok(Head::Partial);
        };
        let status = response.code.ok_or(NoAnswer)?;
        match status {
            // Nobody asked for another protocol.
            101 => return Err(NoAnswer),
            100..200 => return Ok(Head::Informing(length)),
            _ => {}
        }
        let mut after = if response.version == Some(1) {
            After::Open
        } else {
            After::Closed
        };
        let mut size = None;
        let mut coding = None;
        for header in response.headers.iter() {
            let is = |name: &str| header.name.eq_ignore_ascii_case(name);
            match header.name.len() {
                10 if is("connection") => {
                    if names(header.value, "close") {
                        after = After::Closed;
                    } else if names(header.value, "keep-alive") {
                        after = After::Open;
                    }
                }
                14 if is("content-length") => {
                    let said = number(header.value)?;
                    if size.replace(said).is_some_and(|before| before != said) {
                        return Err(NoAnswer);
                    }
                }
                17 if is("transfer-encoding") => coding = Some(header.value),
                _ => {}
            }
        }
        let rest = match (coding, size) {
            _ if asked == Answered::HeadOnly || matches!(status, 204 | 304) => Rest::Bytes(0),
            (Some(coding), _) if ends_chunked(coding) => Rest::Chunks(Chunks::new()),
            (None, Some(size)) => Rest::Bytes(size),
            (Some(_), _) | (None, None) => {
                after = After::Closed;
                Rest::UntilClose
            }
        };
        let told = Self {
            end: End { status, after },
            rest,
        };
        Ok(Head::Final(length, told))
    }

    /// Passes over what belongs to the body.
    fn pass(&mut self, bytes: &[u8]) -> Result<Option<End>, NoAnswer> {
        let here = bytes.len() as u64;
        let surplus = match &mut self.rest {
            Rest::Bytes(left) if *left > here => {
                *left -= here;
                return Ok(None);
            }
            Rest::Bytes(left) => here > *left,
            Rest::Chunks(chunks) => match chunks.pass(bytes)? {
                None => return Ok(None),
                Some(passed) => passed < bytes.len(),
            },
            Rest::UntilClose => return Ok(None),
        };
        // Nobody asked for what follows: whose answer it would be is not known.
        if surplus {
            self.end.after = After::Closed;
        }
        Ok(Some(self.end))
    }
}

/// Whether a list of words has this one.
fn names(list: &[u8], word: &str) -> bool {
    list.split(|byte| *byte == b',')
        .any(|entry| entry.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}

fn ends_chunked(codings: &[u8]) -> bool {
    codings
        .rsplit(|byte| *byte == b',')
        .next()
        .is_some_and(|last| last.trim_ascii().eq_ignore_ascii_case(b"chunked"))
}

fn number(digits: &[u8]) -> Result<u64, NoAnswer> {
    let digits = digits.trim_ascii();
    if digits.is_empty() {
        return Err(NoAnswer);
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'));
        digit
            .and_then(|digit| sum.checked_mul(10)?.checked_add(digit))
            .ok_or(NoAnswer)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPEN: After = After::Open;
    const CLOSED: After = After::Closed;

    /// Reads the text in pieces of this length.
    fn read(text: &str, piece: usize, asked: Answered) -> Result<Option<End>, NoAnswer> {
        let mut answer = Answer::new();
        answer.expect(asked);
        for bytes in text.as_bytes().chunks(piece) {
            if let Some(end) = answer.read(bytes)? {
                return Ok(Some(end));
            }
        }
        Ok(answer.closed())
    }

    #[track_caller]
    fn check(text: &str, expect: Result<Option<(u16, After)>, NoAnswer>) {
        let expect = expect.map(|end| end.map(|(status, after)| End { status, after }));
        for piece in [1, 2, 3, 7, text.len()] {
            assert_eq!(
                read(text, piece, Answered::Whole),
                expect,
                "{text:?} in pieces of {piece}"
            );
        }
    }

    #[test]
    fn an_answer_ends_where_its_head_says() {
        check(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            Ok(Some((200, OPEN))),
        );
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", Ok(None));
        check(
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            Ok(Some((500, OPEN))),
        );
        check("HTTP/1.1 204 OK\r\n\r\n", Ok(Some((204, OPEN))));
        check(
            "HTTP/1.1 304 OK\r\ncontent-length: 9\r\n\r\n",
            Ok(Some((304, OPEN))),
        );
        check("HTTP/1.1 200 OK\r\n\r\nabc", Ok(Some((200, CLOSED))));
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nabc",
            Ok(Some((200, CLOSED))),
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            Ok(Some((200, OPEN))),
        );
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
            Ok(None),
        );
    }

    #[test]
    fn the_head_says_whether_the_connection_stays() {
        check(
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: x, Close\r\n\r\n",
            Ok(Some((200, CLOSED))),
        );
        check(
            "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
            Ok(Some((200, CLOSED))),
        );
        check(
            "HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n",
            Ok(Some((200, OPEN))),
        );
    }

    #[test]
    fn what_comes_before_the_answer_is_passed_over() {
        check(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 OK\r\ncontent-length: 1\r\n\r\na",
            Ok(Some((201, OPEN))),
        );
        check("HTTP/1.1 100 Continue\r\n\r\n", Ok(None));
        check("HTTP/1.1 101 Switching\r\n\r\n", Err(NoAnswer));
    }

    #[test]
    fn what_is_no_http_is_told() {
        check("SSH-2.0-OpenSSH_9.2\r\n", Err(NoAnswer));
        check("HTTP/1.1 200 OK\r\ncontent-length: 1x\r\n\r\n", Err(NoAnswer));
        check("HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n", Err(NoAnswer));
        check(
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
            Err(NoAnswer),
        );
        check(
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            Err(NoAnswer),
        );
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
            Err(NoAnswer),
        );
    }

    #[test]
    fn a_head_without_end_is_none() {
        let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(2 * LONGEST_HEAD));
        assert_eq!(read(&endless, 4096, Answered::Whole), Err(NoAnswer));
    }

    #[test]
    fn more_than_was_asked_for_ends_the_connection() {
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nabc";
        assert_eq!(
            read(text, text.len(), Answered::Whole),
            Ok(Some(End {
                status: 200,
                after: CLOSED
            }))
        );
    }

    #[test]
    fn the_answer_to_head_has_no_body() {
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
        assert_eq!(
            read(text, text.len(), Answered::HeadOnly),
            Ok(Some(End {
                status: 200,
                after: OPEN
            }))
        );
    }

    /// Text that is nearly an answer.
    fn nearly() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.0 404 No\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "content-length: 5\r\n",
            "Transfer-Encoding: chunked\r\n",
            "connection: close\r\n",
            "\r\n",
            "5\r\nabcde\r\n",
            "ffffffffffffffff\r\n",
            "0\r\n\r\n",
            "abcde",
            ":",
            "\0",
        ]);
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_an_answer_comes(text in nearly(), piece in 1..9_usize) {
            let status = |piece| read(&text, piece, Answered::Whole).map(|end| end.map(|end| end.status));
            prop_assert_eq!(status(piece), status(text.len().max(1)));
        }
    }
}
