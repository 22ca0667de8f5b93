//! Loop safety: who was blocked how often for the same thing. An agent that cannot mend something must not be kept at
//! it for ever, and its user must learn that the verdict stands.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::fingerprint::Mending;

/// How often an agent is blocked in a row for the same thing. The agent's own limit is 8, and it does not tell its
/// hooks when that is reached.
pub const MOST_BLOCKS: u32 = 3;

/// How many speakers are remembered.
const MOST_COUNTERS: usize = 200;

/// How long one is remembered.
const MEMORY: Duration = Duration::days(7);

/// Whether the agent goes on already because of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It has just been set to work by its user.
    First,
    /// It goes on because of a block.
    Again,
}

/// What to do about a run that did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Block, for the so-manieth time.
    Block(u32),
    /// Let the agent stop after so many blocks, and tell the user.
    GiveUp(u32),
}

/// How often somebody was blocked for one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// What was wrong.
    pub fingerprint: String,
    /// How often.
    pub blocks: u32,
    /// When the last time was.
    pub at: DateTime<Utc>,
}

/// The counters of all speakers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counters {
    by_speaker: BTreeMap<String, Counter>,
}

impl Counters {
    /// Counts a run that did not pass, and says what to do.
    ///
    /// What the agent can mend blocks it [`MOST_BLOCKS`] times in a row, and again when its user has set it to work
    /// anew. What it cannot mend blocks it once.
    pub fn count(
        &mut self,
        speaker: &str,
        fingerprint: &str,
        mending: Mending,
        turn: Turn,
        now: DateTime<Utc>,
    ) -> Step {
        let before = self
            .by_speaker
            .get(speaker)
            .filter(|counter| counter.fingerprint == fingerprint)
            .map_or(0, |counter| counter.blocks);
        let step = match (mending, turn) {
            (Mending::Possible, Turn::Again) if before >= MOST_BLOCKS => Step::GiveUp(before),
            (Mending::Possible, Turn::Again) => Step::Block(before + 1),
            (Mending::Beyond, _) if before > 0 => Step::GiveUp(before),
            (Mending::Possible, Turn::First) | (Mending::Beyond, _) => Step::Block(1),
        };
        let blocks = match step {
            Step::Block(blocks) | Step::GiveUp(blocks) => blocks,
        };
        let counter = Counter {
            fingerprint: fingerprint.to_owned(),
            blocks,
            at: now,
        };
        self.by_speaker.insert(speaker.to_owned(), counter);
        self.forget(now);
        step
    }

    /// Forgets what a speaker was blocked for: nothing is wrong any more.
    pub fn clear(&mut self, speaker: &str) {
        self.by_speaker.remove(speaker);
    }

    /// Whether anything is kept of a speaker.
    pub fn knows(&self, speaker: &str) -> bool {
        self.by_speaker.contains_key(speaker)
    }

    /// Keeps the list short.
    fn forget(&mut self, now: DateTime<Utc>) {
        self.by_speaker
            .retain(|_, counter| now.signed_duration_since(counter.at) < MEMORY);
        while self.by_speaker.len() > MOST_COUNTERS {
            let oldest = self
                .by_speaker
                .iter()
                .min_by_key(|(_, counter)| counter.at)
                .map(|(speaker, _)| speaker.clone());
            match oldest {
                Some(oldest) => self.by_speaker.remove(&oldest),
                None => return,
            };
        }
    }
}

/// What to do when nothing can be counted: one block a turn. A task has no turns, and no agent is kept at one for ever
/// by refusing that it is complete.
pub fn uncounted(turn: Turn, event: Event) -> Step {
    match (turn, event) {
        (Turn::First, _) | (_, Event::TaskCompleted) => Step::Block(1),
        (Turn::Again, _) => Step::GiveUp(1),
    }
}

#[cfg(test)]
mod tests {
    use super::Mending::{Beyond, Possible};
    use super::Step::{Block, GiveUp};
    use super::Turn::{Again, First};
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[track_caller]
    fn check(story: &[(&str, Mending, Turn, Step)]) {
        let mut counters = Counters::default();
        for (number, (fingerprint, mending, turn, expect)) in story.iter().enumerate() {
            let step = counters.count("s", fingerprint, *mending, *turn, now());
            assert_eq!(step, *expect, "step {number}");
        }
    }

    #[test]
    fn the_same_thing_blocks_three_times_in_a_row() {
        check(&[
            ("a", Possible, First, Block(1)),
            ("a", Possible, Again, Block(2)),
            ("a", Possible, Again, Block(3)),
            ("a", Possible, Again, GiveUp(3)),
            ("a", Possible, Again, GiveUp(3)),
        ]);
    }

    #[test]
    fn another_thing_and_another_turn_begin_anew() {
        check(&[
            ("a", Possible, First, Block(1)),
            ("a", Possible, Again, Block(2)),
            ("b", Possible, Again, Block(1)),
            ("a", Possible, Again, Block(1)),
            ("a", Possible, Again, Block(2)),
            ("a", Possible, First, Block(1)),
            ("a", Possible, Again, Block(2)),
        ]);
    }

    #[test]
    fn what_cannot_be_mended_blocks_once() {
        check(&[
            ("a", Beyond, First, Block(1)),
            ("a", Beyond, Again, GiveUp(1)),
            ("a", Beyond, First, GiveUp(1)),
            ("b", Beyond, First, Block(1)),
        ]);
    }

    #[test]
    fn without_a_count_there_is_one_block_a_turn() {
        assert_eq!(uncounted(First, Event::Stop), Block(1));
        assert_eq!(uncounted(Again, Event::Stop), GiveUp(1));
        assert_eq!(uncounted(Again, Event::TaskCompleted), Block(1));
    }

    #[test]
    fn speakers_do_not_count_for_each_other_and_are_forgotten() {
        let mut counters = Counters::default();
        for speaker in ["s", "s/a", "t"] {
            assert_eq!(counters.count(speaker, "a", Possible, Again, now()), Block(1));
        }
        counters.clear("s");
        assert!(!counters.knows("s") && counters.knows("s/a"));
        let later = now() + Duration::days(8);
        assert_eq!(counters.count("u", "a", Possible, Again, later), Block(1));
        assert!(!counters.knows("t"));
        for number in 0..1_000 {
            let at = later + Duration::seconds(number);
            counters.count(&number.to_string(), "a", Possible, First, at);
        }
        assert_eq!(counters.by_speaker.len(), MOST_COUNTERS);
        assert!(counters.knows("999") && !counters.knows("1"));
    }
}
