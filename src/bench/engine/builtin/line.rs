//! A place for one connection, and what it is about.

use std::io;
use std::time::{Duration, Instant};

use super::answer::{Answer, End, NoAnswer};
use super::request::{Chance, Request};
use super::tally::Start;
use super::wire::{Reading, Wire};

/// The wait after the first failure; doubled with each that follows.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// The longest wait after a failure.
const LONGEST_WAIT: Duration = Duration::from_millis(320);

/// A place for one connection.
#[derive(Debug)]
pub struct Line {
    /// Which one it is of all in the run.
    pub number: u32,
    /// The connection, while there is one.
    pub wire: Option<Wire>,
    /// What it is about.
    pub phase: Phase,
    /// Whether it stands in the queue of those that can take a request.
    pub queued: bool,
    /// Where its requests' order comes from.
    pub chance: Chance,
    /// Which request it makes.
    request: usize,
    /// How much of it was sent.
    sent: usize,
    answer: Answer,
    /// The address that it is connected to.
    pub address: usize,
    /// How many addresses were tried in vain, in this attempt.
    pub tried: usize,
    /// Attempts to connect that failed at every address, one after another.
    pub refused: u32,
    /// Whether this connection has brought an answer.
    pub used: bool,
    failures: u32,
    again_at: Option<Instant>,
}

/// What a place is about.
#[derive(Clone, Copy, Debug)]
pub enum Phase {
    /// Nothing; there is no connection.
    Absent,
    /// It connects, since then, perhaps for a request that waits.
    Opening(Instant, Option<Start>),
    /// It could ask.
    Ready,
    /// It asks.
    Asking(Start),
}

/// What a reading has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// All that came was read.
    Nothing,
    /// More may be there.
    More,
    /// The answer is whole.
    Answer(End, Then),
    /// The answer broke off or was none.
    Broken,
    /// A connection that nobody asked anything of was closed.
    Gone,
}

/// What is there behind an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Perhaps more.
    More,
    /// Nothing so far.
    Nothing,
}

impl Line {
    /// An empty place.
    pub fn new(number: u32, seed: u64) -> Self {
        Self {
            number,
            wire: None,
            phase: Phase::Absent,
            queued: false,
            chance: Chance::new(seed, u64::from(number)),
            request: 0,
            sent: 0,
            answer: Answer::new(),
            address: 0,
            tried: 0,
            refused: 0,
            used: false,
            failures: 0,
            again_at: None,
        }
    }

    /// The number of the request that it makes.
    pub fn request(&self) -> usize {
        self.request
    }

    /// Takes a request.
    pub fn take(&mut self, number: usize, request: &Request) {
        self.request = number;
        self.sent = 0;
        self.answer.expect(request.answer);
    }

    /// Sends on.
    pub fn send(&mut self, request: &Request) -> io::Result<()> {
        let Some(wire) = &mut self.wire else {
            return Ok(());
        };
        if self.sent == request.bytes.len() {
            // Where that fails, reading tells.
            let _ = wire.flush();
            return Ok(());
        }
        while self.sent < request.bytes.len() {
            let sent = wire.send(&request.bytes[self.sent..])?;
            if sent == 0 {
                break;
            }
            self.sent += sent;
        }
        Ok(())
    }

    /// Whether the whole request was sent.
    pub fn has_sent(&self, request: &Request) -> bool {
        self.sent == request.bytes.len()
    }

    /// Reads on, and adds up the bytes that came.
    pub fn read(&mut self, buffer: &mut [u8], bytes: &mut u64) -> News {
        let Some(wire) = &mut self.wire else {
            return News::Nothing;
        };
        let asking = matches!(self.phase, Phase::Asking(_));
        let (read, then) = match wire.read(buffer) {
            Ok(Reading::Nothing) => return News::Nothing,
            Ok(Reading::Closed) | Err(_) if !asking => return News::Gone,
            Ok(Reading::Closed) => {
                return match self.answer.closed() {
                    Some(end) => News::Answer(end, Then::Nothing),
                    None => News::Broken,
                };
            }
            Ok(Reading::Some(read)) => (read, Then::More),
            Ok(Reading::Last(read)) => (read, Then::Nothing),
            Err(_) => return News::Broken,
        };
        *bytes += read as u64;
        if !asking {
            // It speaks without being asked, as servers do that are about to close.
            return News::Gone;
        }
        match (self.answer.read(&buffer[..read]), then) {
            (Ok(Some(end)), then) => News::Answer(end, then),
            (Ok(None), Then::More) => News::More,
            (Ok(None), Then::Nothing) => News::Nothing,
            (Err(NoAnswer), _) => News::Broken,
        }
    }

    /// Something went wrong: the place rests for a while, longer each time.
    pub fn failed(&mut self, now: Instant) {
        let wait = SHORTEST_WAIT * (1 << self.failures.min(5));
        self.failures += 1;
        self.again_at = Some(now + wait.min(LONGEST_WAIT));
    }

    /// All went well.
    pub fn succeeded(&mut self) {
        self.used = true;
        self.failures = 0;
        self.again_at = None;
    }

    /// Whether it rests after a failure.
    pub fn rests(&self, now: Instant) -> bool {
        self.again_at.is_some_and(|again| now < again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_rests_longer_after_each_failure_and_not_after_a_success() {
        let mut line = Line::new(0, 0);
        let now = Instant::now();
        let mut rests = Vec::new();
        for _ in 0..7 {
            line.failed(now);
            let rest = (0..1000)
                .find(|millis| !line.rests(now + Duration::from_millis(*millis)))
                .unwrap();
            rests.push(rest);
        }
        assert_eq!(rests, [10, 20, 40, 80, 160, 320, 320]);
        line.succeeded();
        assert!(!line.rests(now));
        line.failed(now);
        assert!(line.rests(now + Duration::from_millis(9)) && !line.rests(now + Duration::from_millis(10)));
    }
}
