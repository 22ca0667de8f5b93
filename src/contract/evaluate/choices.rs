//! Schemas of which not all must hold: `anyOf`, `oneOf`, `not`, `if`, `contains`.

use std::cmp::Ordering;

use super::machine::{Answer, Frame, Machine, NOTHING, Round, Subject, Verdict, Voice, Work};
use super::marks::Mark;
use super::{Gap, Why};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::number;
use crate::contract::view::schema::Schema;
use crate::contract::words as w;

impl Frame {
    /// Counts an answer; whether no other is needed.
    pub(super) fn take_in_turn(&mut self, answer: Answer, certain: Mark) -> bool {
        if self.round == Round::Second {
            self.answer.and(answer);
            return false;
        }
        let tally = &mut self.tally;
        if matches!(self.work, Work::Contains(_)) {
            self.marks.set(tally.all, certain);
        }
        tally.all += 1;
        self.answer.assumes = self.answer.assumes.min(answer.assumes);
        match answer.verdict {
            Verdict::Fails => {}
            Verdict::Open => {
                tally.open += 1;
                self.answer.gap = self.answer.gap.or(answer.gap);
            }
            Verdict::Holds => {
                tally.holds += 1;
                tally.assumed += usize::from(answer.assumes != NOTHING);
            }
        }
        match self.work {
            Work::Choice(w::ONE_OF, _) => tally.holds - tally.assumed > 1,
            Work::Choice(..) => tally.holds > 0 && !self.marks.are_wanted(),
            _ => false,
        }
    }
}

impl Machine<'_, '_> {
    /// Asks the branches of a choice.
    pub(super) fn branches(&mut self, list: NodeId, at: Subject) {
        let branches = match self.arena().value(list) {
            Value::List(_) => self.arena().entries(list),
            _ => &[],
        };
        if branches.is_empty() {
            self.leave_open(Why::Keyword, at);
        } else if self.pay(branches.len()) {
            for branch in branches.iter().rev() {
                self.push(Work::Schema(branch.value), at);
            }
        } else {
            self.leave_open(Why::Budget, at);
        }
    }

    /// Asks the items of a list that may be contained.
    pub(super) fn members(&mut self, schema: NodeId, at: Subject) {
        let items = self.arena().entries(at.node);
        if self.pay(items.len()) {
            for item in items.iter().rev() {
                self.push(Work::Schema(schema), Subject::node(item.value));
            }
        } else {
            self.leave_open(Why::Budget, at);
        }
    }

    /// Draws the answer of the frame that has all answers; whether it needs no other.
    pub(super) fn is_complete(&mut self) -> bool {
        let Some(frame) = self.frames.last() else {
            return true;
        };
        let (work, at) = (frame.work, frame.at);
        if frame.answer.verdict == Verdict::Open && frame.tally.all == 0 {
            return true;
        }
        match work {
            Work::Schema(_) | Work::Referred(_) | Work::LeftOver(..) => true,
            Work::Choice(keyword, list) => self.is_chosen(keyword, list, at),
            Work::Not(_) => {
                self.deny(at);
                true
            }
            Work::If(_) => self.is_branched(at),
            Work::Contains(_) => {
                self.count(at);
                true
            }
        }
    }

    /// The answer of the frame is clear.
    fn settle(&mut self, verdict: Verdict) {
        if let Some(frame) = self.frames.last_mut() {
            frame.answer.verdict = verdict;
            if verdict != Verdict::Open {
                frame.answer.gap = None;
            }
        }
    }

    /// The answer of the frame hangs on the schema's own.
    fn settle_circle(&mut self, at: Subject) {
        let gap = self.gap(Why::Circle, at);
        if let Some(frame) = self.frames.last_mut() {
            frame.answer.verdict = Verdict::Open;
            frame.answer.gap = frame.answer.gap.or(gap.gap);
        }
    }

    fn is_chosen(&mut self, keyword: Word, list: NodeId, at: Subject) -> bool {
        let Some(frame) = self.frames.last() else {
            return true;
        };
        let (tally, voice, round) = (frame.tally, frame.voice, frame.round);
        let is_told = frame.answer.verdict == Verdict::Fails;
        if round == Round::Second && is_told {
            self.settle(Verdict::Fails);
            return true;
        }
        let one = keyword == w::ONE_OF;
        if one && tally.holds > 1 && self.meant(list, at).is_some() {
            // Read strictly, what fits two fits none; but a discriminator is there to say which one is meant.
            self.settle(Verdict::Holds);
        } else if one && tally.holds - tally.assumed > 1 {
            self.settle(Verdict::Holds);
            self.violate(keyword, at, |machine| {
                format!(
                    "{} fits several alternatives of `oneOf`, and only one may fit",
                    machine.shown(at)
                )
            });
        } else if one && tally.holds > 1 {
            self.settle_circle(at);
        } else if tally.holds > 0 && (!one || tally.open == 0) {
            self.settle(Verdict::Holds);
        } else if tally.open > 0 {
            self.settle(Verdict::Open);
        } else {
            let candidate = match round {
                Round::First => self.only_candidate(list, at),
                Round::Second => None,
            };
            if let (Voice::Loud, Some(branch)) = (voice, candidate) {
                if let Some(frame) = self.frames.last_mut() {
                    frame.round = Round::Second;
                }
                self.push(Work::Schema(branch), at);
                return false;
            }
            self.settle(Verdict::Holds);
            self.violate(keyword, at, |machine| {
                let branches = machine.arena().entries(list).len();
                let shown = machine.shown(at);
                let name = machine.side.text(keyword);
                format!("{shown} fits none of the {branches} alternatives of `{name}`")
            });
        }
        true
    }

    /// The branch that the value names by the property of the discriminator.
    fn meant(&self, list: NodeId, at: Subject) -> Option<NodeId> {
        let arena = self.arena();
        let discriminator = arena.get(self.frames.last()?.schema, w::DISCRIMINATOR)?;
        let property = arena.get_text(discriminator, w::PROPERTY_NAME)?;
        let value = arena.get_text(at.node, property)?;
        let mapped = arena
            .get(discriminator, w::MAPPING)
            .and_then(|mapping| arena.get_text(mapping, value));
        let name = arena.text(mapped.unwrap_or(value));
        let is_named = |branch: &NodeId| {
            let reference = arena.get_text(*branch, w::REF).map(|word| arena.text(word));
            reference.is_some_and(|reference| reference == name || reference.rsplit('/').next() == Some(name))
        };
        arena.items(list).find(is_named)
    }

    /// The one branch that a value can have been meant for, by its discriminator or else by its type: what it violates says
    /// more than the choice does.
    fn only_candidate(&mut self, list: NodeId, at: Subject) -> Option<NodeId> {
        const MANY: usize = 64;
        let arena = self.arena();
        let branches = arena.entries(list);
        if branches.len() > MANY || !self.pay(branches.len()) {
            return None;
        }
        if let Some(meant) = self.meant(list, at) {
            return Some(meant);
        }
        let kind = self.kind(at)?;
        let mut candidates = branches.iter().map(|branch| branch.value).filter(|branch| {
            Schema::of(self.side, *branch)
                .is_some_and(|schema| schema.trivial().is_none() && schema.types().holds(kind))
        });
        candidates.next().filter(|_| candidates.next().is_none())
    }

    fn deny(&mut self, at: Subject) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        if frame.tally.open > 0 {
            self.settle(Verdict::Open);
        } else if frame.answer.assumes != NOTHING {
            self.settle_circle(at);
        } else if frame.tally.holds > 0 {
            self.violate(w::NOT, at, |machine| {
                format!(
                    "{} fits the schema of `not`, which nothing may fit",
                    machine.shown(at)
                )
            });
        }
    }

    fn is_branched(&mut self, at: Subject) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            return true;
        };
        if frame.round == Round::Second {
            return true;
        }
        if frame.tally.open > 0 {
            frame.marks.set_all(Mark::Maybe);
            self.settle(Verdict::Open);
            return true;
        }
        if frame.answer.assumes != NOTHING {
            self.settle_circle(at);
            return true;
        }
        let key = if frame.tally.holds > 0 { w::THEN } else { w::ELSE };
        frame.round = Round::Second;
        let schema = frame.schema;
        match self.arena().get(schema, key) {
            Some(branch) => {
                self.push(Work::Schema(branch), at);
                false
            }
            None => true,
        }
    }

    fn count(&mut self, at: Subject) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let (tally, schema) = (frame.tally, frame.schema);
        let limit = |key: Word| {
            let node = self.arena().get(schema, key)?;
            match self.arena().value(node) {
                Value::Number(word) => Some(Ok(self.side.text(word))),
                _ => Some(Err(Why::Keyword)),
            }
        };
        let (least, most) = match (
            limit(w::MIN_CONTAINS).transpose(),
            limit(w::MAX_CONTAINS).transpose(),
        ) {
            (Ok(least), Ok(most)) => (least.unwrap_or("1e0"), most),
            (Err(why), _) | (_, Err(why)) => {
                let gap: Option<Gap> = self.gap(why, at).gap;
                self.settle(Verdict::Open);
                if let Some(frame) = self.frames.last_mut() {
                    frame.answer.gap = gap;
                }
                return;
            }
        };
        let below = |count, limit| number::compare_count(count, limit) == Some(Ordering::Less);
        let above = |count, limit: Option<&str>| {
            limit.is_some_and(|limit| number::compare_count(count, limit) == Some(Ordering::Greater))
        };
        let possible = tally.holds + tally.open;
        if below(possible, least) {
            let written = self.arena().get(schema, w::MIN_CONTAINS);
            let keyword = written.map_or(w::CONTAINS, |_| w::MIN_CONTAINS);
            self.settle(Verdict::Holds);
            self.violate(keyword, at, |_| {
                let least = number::shown(least);
                format!("{possible} items fit the schema of `contains`, fewer than {least}")
            });
        } else if above(tally.holds, most) {
            self.settle(Verdict::Holds);
            self.violate(w::MAX_CONTAINS, at, |_| {
                let most = number::shown(most.unwrap_or_default());
                format!(
                    "{} items fit the schema of `contains`, more than {most}",
                    tally.holds
                )
            });
        } else if below(tally.holds, least) || above(possible, most) {
            self.settle(Verdict::Open);
        } else {
            self.settle(Verdict::Holds);
        }
    }
}
