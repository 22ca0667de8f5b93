//! Redaction of bytes that come in pieces: a secret cut in two is found.

use std::sync::Arc;

use super::Tables;
use super::rules::{Answer, Place, Swallow};
use super::shapes::{pem_line, run};

/// How long a "perhaps" of a shape is waited for. What is longer than that is no token, and is let through.
const MAX_HOLD_BYTES: usize = 256 * 1024;
/// How much of a PEM block goes when its end line is missing.
const MAX_PEM_BYTES: usize = 64 * 1024;
/// How far behind `-----END ` its closing dashes are looked for.
const PEM_END_LINE: usize = 80;

/// A redactor in the middle of a stream of bytes.
pub struct Stream {
    rules: Arc<Tables>,
    /// What may be the beginning of a secret.
    pending: Vec<u8>,
    /// The byte before `pending`.
    before: Option<u8>,
    swallow: Option<Swallow>,
    swallowed: usize,
}

impl Stream {
    pub(super) fn new(rules: Arc<Tables>) -> Self {
        Self {
            rules,
            pending: Vec::new(),
            before: None,
            swallow: None,
            swallowed: 0,
        }
    }

    /// Takes what came next and gives to `out` what is certain, in pieces.
    pub fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        if self.pending.is_empty() {
            let done = self.pass(bytes, false, out);
            self.pending.extend_from_slice(&bytes[done..]);
        } else {
            let mut text = std::mem::take(&mut self.pending);
            text.extend_from_slice(bytes);
            let done = self.pass(&text, false, out);
            text.drain(..done);
            self.pending = text;
        }
        // A buffer that grew for one long "perhaps" is not kept for the rest of the stream.
        if self.pending.is_empty() && self.pending.capacity() > MAX_HOLD_BYTES {
            self.pending = Vec::new();
        }
    }

    /// Gives to `out` what was held back: nothing more will come.
    pub fn finish(&mut self, out: &mut dyn FnMut(&[u8])) {
        let text = std::mem::take(&mut self.pending);
        self.pass(&text, true, out);
    }

    /// Passes a text on as far as it is certain; returns how far that is.
    fn pass(&mut self, text: &[u8], last: bool, out: &mut dyn FnMut(&[u8])) -> usize {
        if !self.rules.usable() {
            return text.len();
        }
        let mut done = 0;
        let mut from = 0;
        let held = loop {
            if self.swallow.is_some() {
                done += self.swallow(&text[done..], last);
                from = done;
                if self.swallow.is_some() {
                    break done;
                }
            }
            let Some((start, head)) = self.rules.find(text, from) else {
                break if last {
                    text.len()
                } else {
                    self.rules.unfinished(text, from)
                };
            };
            let place = Place {
                before: start.checked_sub(1).map_or(self.before, |at| Some(text[at])),
                text: &text[start..],
                last,
            };
            match self.rules.look(head, place) {
                Answer::More if text.len() - start < MAX_HOLD_BYTES => break start,
                Answer::No | Answer::More => from = start + 1,
                Answer::Yes(hit) => {
                    emit(out, &text[done..start]);
                    self.keep(&text[start..start + hit.keep], out);
                    emit(out, format!("[redacted:{}]", hit.name).as_bytes());
                    done = start + hit.end;
                    from = done;
                    self.swallow = hit.swallow;
                    self.swallowed = 0;
                }
            }
        };
        emit(out, &text[done..held]);
        if let Some(at) = held.checked_sub(1) {
            self.before = Some(text[at]);
        }
        held
    }

    /// Passes on what stays of a hit, such as a URL's user name: it may be another secret.
    fn keep(&self, text: &[u8], out: &mut dyn FnMut(&[u8])) {
        if !text.is_empty() {
            Self::new(Arc::clone(&self.rules)).pass(text, true, out);
        }
    }

    /// Drops what belongs to the secret before; returns how much, and forgets the secret when its end was seen.
    fn swallow(&mut self, text: &[u8], last: bool) -> usize {
        match self.swallow {
            None => 0,
            Some(Swallow::Run(class)) => {
                let run = text.iter().take_while(|byte| class(**byte)).count();
                if run < text.len() || last {
                    self.swallow = None;
                }
                run
            }
            Some(Swallow::Pem) => {
                let (run, ended) = pem_body(text, last);
                self.swallowed += run;
                if ended || self.swallowed > MAX_PEM_BYTES {
                    self.swallow = None;
                }
                run
            }
        }
    }
}

fn emit(out: &mut dyn FnMut(&[u8]), bytes: &[u8]) {
    if !bytes.is_empty() {
        out(bytes);
    }
}

/// How many bytes belong to a PEM block whose first line is already gone, and whether its end was seen.
fn pem_body(text: &[u8], last: bool) -> (usize, bool) {
    const END: &[u8] = b"-----END ";
    let run = run(text, pem_line);
    let body = &text[..run];
    if let Some(at) = body.windows(END.len()).position(|window| window == END) {
        let line = &body[at + END.len()..];
        let line = &line[..line.len().min(PEM_END_LINE)];
        return match line.windows(5).position(|window| window == b"-----") {
            Some(close) => (at + END.len() + close + 5, true),
            None if run == text.len() && line.len() < PEM_END_LINE && !last => (at, false),
            None => (at + END.len(), true),
        };
    }
    // A slash before the quote that ends the text belongs to the quote.
    let slashes = body.iter().rev().take_while(|byte| **byte == b'\\').count();
    let before_slashes = run - slashes;
    if run < text.len() || last {
        let quoted = matches!(text.get(run), Some(b'"' | b'\''));
        return (if quoted { before_slashes } else { run }, true);
    }
    if slashes > 0 {
        return (before_slashes, false);
    }
    // The end line may be cut in two here.
    let dashes = body.len().saturating_sub(END.len() - 1);
    let held = (dashes..body.len())
        .find(|at| END.starts_with(&body[*at..]))
        .unwrap_or(body.len());
    (held, false)
}
