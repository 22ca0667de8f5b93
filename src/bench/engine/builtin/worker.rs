//! One thread of the generator: its connections, and one loop that serves them.
//!
//! Nothing is allocated for a request, and the clock is read once for it: the moment of an answer is that at which the
//! next request is sent. What has to happen at a time (time-outs, reconnecting, connections that begin or cease to
//! ask, the end) is looked at once in a [`TICK`] for all connections together.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Token};

use super::alarm::{Alarm, RINGS};
use super::answer::{After, End};
use super::line::{Line, News, Phase, Then};
use super::pace::{Schedule, active};
use super::request::Requests;
use super::tally::{Correction, Start, Tally, thread_cpu};
use super::wire::{Dial, Opening, Wire};
use crate::bench::load::{Connection, Load, Pace, Stretch};
use crate::process::Cancel;

/// How often what depends on time is looked at.
const TICK: Duration = Duration::from_millis(10);

/// How often it is looked at where requests are given less time than that.
const SHORTEST_TICK: Duration = Duration::from_millis(1);

/// The buffer that all connections of a thread read into.
const BUFFER: usize = 64 * 1024;

/// How many readings one connection is given before the others have their turn.
const TURN: usize = 16;

/// How many requests that were not sent are looked at one by one at the end.
const MOST_UNSENT: u64 = 100_000;

/// The longest stretch that is waited for: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// When a thread is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When the stretch is over.
    End,
    /// When a request was answered or has failed, and when the stretch is over at the latest.
    Answer,
}

/// What all threads of a run share.
#[derive(Debug)]
pub struct Run<'a> {
    /// What is asked.
    pub requests: &'a Requests,
    /// Where.
    pub dial: &'a Dial,
    /// How hard.
    pub load: &'a Load,
    /// For how long.
    pub stretch: Stretch,
    /// Whether it ends before that.
    pub until: Until,
    /// Whether a connection is used again.
    pub connection: Connection,
    /// Whence random choices follow.
    pub seed: u64,
    /// When the stretch began.
    pub begin: Instant,
    /// The request to stop.
    pub cancel: &'a Cancel,
    /// Whether a connection was made, by any thread.
    pub reached: AtomicBool,
    /// Threads whose connections were all refused.
    pub refused: AtomicU32,
}

/// One thread's part of a run.
#[derive(Debug)]
pub struct Worker<'a> {
    run: &'a Run<'a>,
    alarm: Alarm,
    lines: Vec<Line>,
    /// Places that can take a request, in the open model.
    idle: VecDeque<usize>,
    /// Places whose turn was over before all was read.
    unread: VecDeque<usize>,
    /// Whether all its connections were refused.
    refused: bool,
    buffer: Vec<u8>,
    tally: Tally,
    /// The address that answered last.
    address: usize,
    schedule: Option<Schedule>,
    /// The next request of the schedule, of all threads' numbers, and when it is due.
    next: u64,
    due: Option<Instant>,
}

impl<'a> Worker<'a> {
    /// The thread of this number.
    pub fn new(run: &'a Run<'a>, index: u32) -> io::Result<Self> {
        let lines: Vec<Line> = (index..run.load.connections)
            .step_by(run.load.threads as usize)
            .map(|number| Line::new(number, run.seed))
            .collect();
        let schedule = match run.load.pace {
            Pace::Closed => None,
            Pace::PerSecond(rate) => Some(Schedule::new(rate, run.stretch)),
        };
        let mut worker = Self {
            run,
            alarm: Alarm::new()?,
            idle: VecDeque::with_capacity(lines.len()),
            unread: VecDeque::new(),
            refused: false,
            lines,
            buffer: vec![0; BUFFER],
            tally: Tally::new(run.stretch.length),
            address: 0,
            schedule,
            next: u64::from(index),
            due: None,
        };
        worker.due = worker.due();
        Ok(worker)
    }

    /// Makes its part of the load until the stretch is over or somebody asks to stop.
    pub fn work(mut self) -> io::Result<Tally> {
        let before = thread_cpu();
        let mut events = Events::with_capacity(1024);
        let end = self.run.begin + self.run.stretch.length.min(LONGEST);
        let mut next_tick = self.run.begin;
        let mut now = Instant::now();
        while now < end && !self.has_its_answer() {
            if now >= next_tick {
                if self.run.cancel.is_requested() || self.is_refused() {
                    break;
                }
                self.tick(now);
                next_tick = now + TICK.min(self.run.load.timeout.max(SHORTEST_TICK));
            }
            self.start_due(now);
            let at_most = if self.unread.is_empty() {
                next_tick.min(end).saturating_duration_since(now)
            } else {
                Duration::ZERO
            };
            match self.due.filter(|_| !self.idle.is_empty()) {
                Some(due) => {
                    self.alarm.wait_until(&mut events, now, due, at_most)?;
                }
                None => self.alarm.wait(&mut events, at_most)?,
            }
            for _ in 0..self.unread.len() {
                if let Some(place) = self.unread.pop_front() {
                    self.receive(place);
                }
            }
            for event in &events {
                if event.token() != RINGS {
                    self.serve(event);
                }
            }
            now = Instant::now();
        }
        self.finish(now);
        self.tally.cpu = thread_cpu()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before));
        Ok(self.tally)
    }

    /// Whether it has what it was to wait for.
    fn has_its_answer(&self) -> bool {
        self.run.until == Until::Answer && self.tally.has_news()
    }

    /// Whether nobody was ever there: all threads have tried in vain with every connection that has something to do.
    fn is_refused(&mut self) -> bool {
        if self.run.reached.load(Ordering::Relaxed) {
            return false;
        }
        let elapsed = self.run.begin.elapsed();
        let mut wanted = self.lines.iter().filter(|line| self.wants(line, elapsed));
        let in_vain = |line: &Line| line.refused > 0;
        let no_work = |line: &Line| line.queued && line.wire.is_none();
        if !self.refused
            && self.lines.iter().any(in_vain)
            && wanted.all(|line| in_vain(line) || no_work(line))
        {
            self.refused = true;
            self.run.refused.fetch_add(1, Ordering::SeqCst);
        }
        self.run.refused.load(Ordering::SeqCst) == self.run.load.threads
    }

    /// Whether this connection asks at this time of the stretch.
    fn wants(&self, line: &Line, elapsed: Duration) -> bool {
        self.schedule.is_some() || line.number < active(self.run.load.connections, self.run.stretch, elapsed)
    }

    fn wants_now(&self, place: usize, now: Instant) -> bool {
        let stretch = self.run.stretch;
        // Nothing to work out where the load does not change.
        (self.schedule.is_some() || (stretch.from >= 1.0 && stretch.to >= 1.0))
            || self.wants(&self.lines[place], now.saturating_duration_since(self.run.begin))
    }

    /// Looks at all that depends on time.
    fn tick(&mut self, now: Instant) {
        for place in 0..self.lines.len() {
            match self.lines[place].phase {
                Phase::Absent if self.lines[place].rests(now) => {}
                Phase::Absent | Phase::Ready => self.resume(place, now),
                Phase::Opening(_, Some(start)) | Phase::Asking(start) => {
                    if now.saturating_duration_since(start.sent) >= self.run.load.timeout {
                        self.time_out(place, start, now);
                    }
                }
                Phase::Opening(since, None) => {
                    // Every address has its part of the time.
                    let addresses = u32::try_from(self.run.dial.addresses.len()).unwrap_or(u32::MAX);
                    if now.saturating_duration_since(since) >= self.run.load.timeout / addresses {
                        let error =
                            io::Error::new(io::ErrorKind::TimedOut, "no answer to the attempt to connect");
                        self.not_reached(place, &error, now);
                    }
                }
            }
        }
    }

    /// Gives a place something to do, when it is wanted: a connection or a request.
    fn resume(&mut self, place: usize, now: Instant) {
        if !self.wants_now(place, now) {
            return;
        }
        let kept = self.run.connection == Connection::Kept;
        let line = &mut self.lines[place];
        if kept && line.wire.is_none() {
            self.open(place, None, now);
        } else if self.schedule.is_none() {
            self.take(place, Start { sent: now, due: now }, now);
        } else if !line.queued {
            line.queued = true;
            self.idle.push_back(place);
        }
    }

    /// Starts the requests of the schedule that are due, as long as there are places that can take one.
    fn start_due(&mut self, now: Instant) {
        while let Some(due) = self.due.filter(|due| *due <= now) {
            let Some(place) = self.idle.pop_front() else {
                return;
            };
            let line = &mut self.lines[place];
            line.queued = false;
            let can = match self.run.connection {
                Connection::Kept => matches!(line.phase, Phase::Ready),
                Connection::New => matches!(line.phase, Phase::Absent) && !line.rests(now),
            };
            if can {
                self.next += u64::from(self.run.load.threads);
                self.due = self.due();
                self.take(place, Start { sent: now, due }, now);
            }
        }
    }

    /// When the next request of the schedule is due.
    fn due(&self) -> Option<Instant> {
        let start = self.schedule.as_ref()?.start_of(self.next)?;
        self.run.begin.checked_add(start)
    }

    /// Begins to connect.
    fn open(&mut self, place: usize, start: Option<Start>, now: Instant) {
        let line = &mut self.lines[place];
        if line.tried == 0 {
            line.address = self.address;
        }
        line.phase = Phase::Opening(now, start);
        match Wire::dial(self.run.dial, line.address, self.alarm.registry(), Token(place)) {
            Ok(wire) => line.wire = Some(wire),
            Err(error) => self.not_reached(place, &error, now),
        }
    }

    /// Makes a request.
    fn take(&mut self, place: usize, start: Start, now: Instant) {
        let requests = self.run.requests;
        let line = &mut self.lines[place];
        let number = requests.choose(&mut line.chance);
        let request = requests.get(number);
        line.take(number, request);
        if line.wire.is_none() {
            self.open(place, Some(start), now);
            return;
        }
        line.phase = Phase::Asking(start);
        if line.send(request).is_err() {
            self.not_sent(place, now);
        }
    }

    /// Something has happened to a connection.
    fn serve(&mut self, event: &Event) {
        let place = event.token().0;
        if (event.is_read_closed() || event.is_error())
            && let Some(wire) = &mut self.lines[place].wire
        {
            wire.ends();
        }
        match self.lines[place].phase {
            Phase::Absent => {}
            Phase::Opening(_, start) => {
                let Some(wire) = &mut self.lines[place].wire else {
                    return;
                };
                match wire.open() {
                    Ok(Opening::Underway) => {}
                    Ok(Opening::Done) => {
                        self.reached(place, start);
                        // What came together with that is not told of again.
                        if event.is_readable() || self.run.dial.tls.is_some() {
                            self.receive(place);
                        }
                    }
                    Err(error) => self.not_reached(place, &error, Instant::now()),
                }
            }
            Phase::Asking(_) => {
                let line = &mut self.lines[place];
                let request = self.run.requests.get(line.request());
                let sent = line.send(request);
                // What it has said before is read first: it may have been an answer.
                self.receive(place);
                if sent.is_err() && matches!(self.lines[place].phase, Phase::Asking(_)) {
                    self.not_sent(place, Instant::now());
                }
            }
            Phase::Ready => self.receive(place),
        }
    }

    /// A connection was made.
    fn reached(&mut self, place: usize, start: Option<Start>) {
        if !self.run.reached.load(Ordering::Relaxed) {
            self.run.reached.store(true, Ordering::Relaxed);
        }
        let line = &mut self.lines[place];
        self.address = line.address;
        line.tried = 0;
        line.refused = 0;
        line.used = false;
        let now = Instant::now();
        match start {
            None => {
                line.phase = Phase::Ready;
                self.resume(place, now);
            }
            Some(start) => {
                line.phase = Phase::Asking(start);
                let request = self.run.requests.get(line.request());
                if line.send(request).is_err() {
                    self.not_sent(place, now);
                }
            }
        }
    }

    /// A connection was not made.
    fn not_reached(&mut self, place: usize, error: &io::Error, now: Instant) {
        let Phase::Opening(_, start) = self.lines[place].phase else {
            return;
        };
        self.hang_up(place);
        let line = &mut self.lines[place];
        line.tried += 1;
        if line.tried < self.run.dial.addresses.len() {
            line.address += 1;
            self.open(place, start, now);
            return;
        }
        line.tried = 0;
        line.refused += 1;
        line.failed(now);
        self.tally.errors.connect += 1;
        self.tally.cause = Some(error.to_string());
    }

    fn not_sent(&mut self, place: usize, now: Instant) {
        self.tally.errors.write += 1;
        self.lines[place].failed(now);
        self.hang_up(place);
    }

    fn time_out(&mut self, place: usize, start: Start, now: Instant) {
        self.tally.errors.timeout += 1;
        self.tally.unanswered(start, self.run.load.timeout);
        self.hang_up(place);
        self.lines[place].tried = 0;
        self.resume(place, now);
    }

    /// Ends a connection.
    fn hang_up(&mut self, place: usize) {
        let line = &mut self.lines[place];
        line.phase = Phase::Absent;
        if let Some(wire) = line.wire.take() {
            wire.close(self.alarm.registry());
        }
    }

    /// Reads what has come over a connection.
    fn receive(&mut self, place: usize) {
        for _ in 0..TURN {
            let news = self.lines[place].read(&mut self.buffer, &mut self.tally.bytes);
            match news {
                News::More => {}
                News::Nothing => return,
                News::Answer(end, then) => {
                    self.answered(place, end);
                    if then == Then::Nothing {
                        return;
                    }
                }
                News::Broken => {
                    self.tally.errors.read += 1;
                    self.lines[place].failed(Instant::now());
                    self.hang_up(place);
                    return;
                }
                News::Gone => {
                    let now = Instant::now();
                    self.hang_up(place);
                    if self.lines[place].used {
                        self.resume(place, now);
                    } else {
                        self.lines[place].failed(now);
                    }
                    return;
                }
            }
        }
        if !self.unread.contains(&place) {
            self.unread.push_back(place);
        }
    }

    /// An answer is whole.
    fn answered(&mut self, place: usize, end: End) {
        let now = Instant::now();
        let line = &mut self.lines[place];
        let Phase::Asking(start) = line.phase else {
            return;
        };
        let second = now.saturating_duration_since(self.run.begin).as_secs();
        self.tally
            .answer(end.status, start, now, second, correction(self.run.load.pace));
        line.succeeded();
        let sent = line.has_sent(self.run.requests.get(line.request()));
        let lasts = end.after == After::Open && line.wire.as_ref().is_some_and(Wire::lasts);
        if sent && lasts && self.run.connection == Connection::Kept {
            line.phase = Phase::Ready;
        } else {
            self.hang_up(place);
        }
        self.resume(place, now);
    }

    /// Counts what has no answer at the end, and ends all connections.
    fn finish(&mut self, now: Instant) {
        let usual = self.tally.usual();
        for place in 0..self.lines.len() {
            if let Phase::Opening(_, Some(start)) | Phase::Asking(start) = self.lines[place].phase {
                self.tally
                    .cut_off(start, now.saturating_duration_since(start.sent), usual);
            }
            self.hang_up(place);
        }
        let Some(schedule) = &self.schedule else { return };
        let elapsed = now.saturating_duration_since(self.run.begin);
        let threads = u64::from(self.run.load.threads);
        let mut left = schedule
            .due_by(elapsed)
            .saturating_sub(self.next)
            .div_ceil(threads);
        // One stands for its neighbours where there are very many.
        let alike = left / MOST_UNSENT + 1;
        while left > 0 {
            let times = alike.min(left);
            let start = schedule.start_of(self.next).unwrap_or(elapsed);
            self.tally.unsent(elapsed.saturating_sub(start), times);
            self.next += times * threads;
            left -= times;
        }
    }
}

/// Which latencies are the corrected ones under this pace.
pub fn correction(pace: Pace) -> Correction {
    match pace {
        Pace::Closed => Correction::Filled,
        Pace::PerSecond(_) => Correction::Intended,
    }
}
