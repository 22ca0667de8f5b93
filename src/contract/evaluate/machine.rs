//! The stack on which schemas are evaluated, and how an answer goes into the one that asked for it.
//!
//! A frame is a schema or a choice that waits for answers; its steps lie on one common stack above `base`. When none is
//! left, the frame is done and its answer goes into the frame below.

use std::collections::HashMap;

use super::marks::{Mark, Marks};
use super::{Evaluator, Gap, Outcome, STEPS, Sent, TOLD, Violation, Why};
use crate::contract::arena::{Arena, NodeId, Value, Word};
use crate::contract::load::Version;
use crate::contract::view::Side;
use crate::contract::words as w;

/// The longest way over references that lead to references.
const MAX_HOPS: usize = 64;

/// A value that is looked at: a node, or the name under which one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    /// The node; of a name, the one that has it.
    pub(super) node: NodeId,
    /// The name, if it is one.
    pub(super) name: Option<Word>,
}

impl Subject {
    /// A node.
    pub(super) fn node(node: NodeId) -> Self {
        Self { node, name: None }
    }
}

/// Something to be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// All keywords of a schema, none of which may fail.
    Schema(NodeId),
    /// The same of a schema that a reference leads to.
    Referred(NodeId),
    /// `anyOf` or `oneOf`: the list.
    Choice(Word, NodeId),
    /// `not`: the schema.
    Not(NodeId),
    /// `if`: the condition.
    If(NodeId),
    /// `contains`: the schema.
    Contains(NodeId),
    /// `unevaluatedItems` or `unevaluatedProperties`: the schema.
    LeftOver(Word, NodeId),
}

/// What is to be evaluated next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) work: Work,
    pub(super) at: Subject,
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    Fails,
    Open,
}

/// An answer, and what it rests on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    /// What was left open, be it that the answer is clear without it.
    pub(super) gap: Option<Gap>,
    /// The lowest frame that was taken to hold while it was still asking.
    pub(super) assumes: usize,
}

/// No frame.
pub(super) const NOTHING: usize = usize::MAX;

impl Answer {
    /// It holds, and rests on nothing.
    pub(super) const HOLDS: Self = Self {
        verdict: Verdict::Holds,
        gap: None,
        assumes: NOTHING,
    };

    pub(super) fn fails() -> Self {
        Self {
            verdict: Verdict::Fails,
            ..Self::HOLDS
        }
    }

    pub(super) fn open(gap: Option<Gap>) -> Self {
        Self {
            verdict: Verdict::Open,
            gap,
            ..Self::HOLDS
        }
    }

    /// Whether both hold.
    pub(super) fn and(&mut self, other: Self) {
        self.gap = self.gap.or(other.gap);
        self.assumes = self.assumes.min(other.assumes);
        self.verdict = match (self.verdict, other.verdict) {
            (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
            (Verdict::Open, _) | (_, Verdict::Open) => Verdict::Open,
            (Verdict::Holds, Verdict::Holds) => Verdict::Holds,
        };
    }
}

/// Whether what a frame finds is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// Each violation is one of the value.
    Loud,
    /// Only the answer counts.
    Quiet,
}

/// Answers of branches, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) all: usize,
    pub(super) holds: usize,
    pub(super) open: usize,
    /// Of those that hold, the ones that rest on something.
    pub(super) assumed: usize,
}

/// How far a frame has come that asks in two rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// The branches, or the condition.
    First,
    /// `then` or `else`; or the branch whose violations are those of the choice.
    Second,
}

/// A schema or a choice that waits for answers.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) work: Work,
    /// The schema that has the keywords.
    pub(super) schema: NodeId,
    pub(super) at: Subject,
    /// Where its steps begin.
    base: usize,
    pub(super) voice: Voice,
    pub(super) answer: Answer,
    pub(super) tally: Tally,
    pub(super) round: Round,
    pub(super) marks: Marks,
    /// Whether it is among those that are open, where a circle would end.
    is_open: bool,
}

/// Evaluates one value.
pub(super) struct Machine<'e, 'a> {
    pub(super) evaluator: &'e mut Evaluator<'a>,
    pub(super) side: Side<'a>,
    pub(super) sent: Sent,
    /// A keyword of a schema that does not count.
    pub(super) passed_over: Option<(NodeId, Word)>,
    steps: u64,
    pub(super) todo: Vec<Step>,
    pub(super) frames: Vec<Frame>,
    /// The frames whose schemas were reached over a reference.
    open: HashMap<(NodeId, Subject), usize>,
    known: HashMap<(NodeId, Subject), Verdict>,
    pub(super) violations: Vec<Violation>,
    answer: Answer,
}

impl<'e, 'a> Machine<'e, 'a> {
    pub(super) fn new(
        evaluator: &'e mut Evaluator<'a>,
        sent: Sent,
        passed_over: Option<(NodeId, Word)>,
    ) -> Self {
        Self {
            side: evaluator.side,
            steps: STEPS.min(evaluator.left),
            evaluator,
            sent,
            passed_over,
            todo: Vec::new(),
            frames: Vec::new(),
            open: HashMap::new(),
            known: HashMap::new(),
            violations: Vec::new(),
            answer: Answer::HOLDS,
        }
    }

    /// Evaluates a value.
    pub(super) fn run(mut self, schema: NodeId, instance: NodeId) -> Outcome {
        let had = self.steps;
        self.begin(Step {
            work: Work::Schema(schema),
            at: Subject::node(instance),
        });
        while let Some(frame) = self.frames.last() {
            let step = if self.todo.len() > frame.base {
                self.todo.pop()
            } else {
                None
            };
            match step {
                Some(step) => self.begin(step),
                None => self.finish(),
            }
        }
        self.evaluator.left = self.evaluator.left.saturating_sub(had - self.steps);
        Outcome {
            violations: self.violations,
            gap: self.answer.gap,
        }
    }

    /// All values.
    pub(super) fn arena(&self) -> &'a Arena {
        self.side.arena()
    }

    /// What a subject is.
    pub(super) fn value(&self, at: Subject) -> Value {
        at.name.map_or_else(|| self.arena().value(at.node), Value::Text)
    }

    /// Takes steps from the budget; whether there were enough.
    pub(super) fn pay(&mut self, steps: usize) -> bool {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let enough = steps <= self.steps;
        self.steps = self.steps.saturating_sub(steps);
        enough
    }

    /// What is left open at the frame that is asking.
    pub(super) fn gap(&self, why: Why, at: Subject) -> Answer {
        let schema = self.frames.last().map_or(at.node, |frame| frame.schema);
        Answer::open(Some(Gap {
            why,
            schema,
            instance: at.node,
        }))
    }

    /// A keyword of the schema that is asking could not be decided.
    pub(super) fn leave_open(&mut self, why: Why, at: Subject) {
        let gap = self.gap(why, at);
        if let Some(frame) = self.frames.last_mut() {
            frame.answer.and(gap);
            if frame.at == at {
                // It may be one that looks at parts.
                frame.marks.set_all(Mark::Maybe);
            }
        }
    }

    /// A keyword of the schema that is asking is violated.
    pub(super) fn violate(&mut self, keyword: Word, at: Subject, says: impl FnOnce(&Self) -> String) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.answer.and(Answer::fails());
        let (schema, voice) = (frame.schema, frame.voice);
        if voice == Voice::Loud {
            self.tell(schema, keyword, at, says);
        }
    }

    fn tell(&mut self, schema: NodeId, keyword: Word, at: Subject, says: impl FnOnce(&Self) -> String) {
        let is_known = |known: &Violation| {
            (known.instance, known.schema, known.keyword) == (at.node, schema, keyword)
                && !matches!(keyword, w::REQUIRED | w::DEPENDENT_REQUIRED)
        };
        if self.violations.len() >= TOLD || self.violations.iter().any(is_known) {
            return;
        }
        let violation = Violation {
            instance: at.node,
            schema,
            keyword,
            says: says(self),
        };
        if !self.violations.contains(&violation) {
            self.violations.push(violation);
        }
    }

    /// Puts a step before those of the frame that wait; so the last one that is put is the first one that is taken.
    pub(super) fn push(&mut self, work: Work, at: Subject) {
        self.todo.push(Step { work, at });
    }

    /// How loud the next answer's question is.
    fn voice(&self) -> Voice {
        let Some(asking) = self.frames.last() else {
            return Voice::Loud;
        };
        match (asking.work, asking.round) {
            (Work::Schema(_), _) | (Work::If(_) | Work::Choice(..), Round::Second) => asking.voice,
            _ => Voice::Quiet,
        }
    }

    /// Evaluates a step, as far as that goes without other answers.
    fn begin(&mut self, step: Step) {
        let at = step.at;
        if !self.pay(1) {
            let answer = self.gap(Why::Budget, at);
            return self.take(answer, at, None);
        }
        let asking = self.frames.last().map_or(at.node, |frame| frame.schema);
        match step.work {
            Work::Schema(written) => self.begin_schema(written, at, false),
            Work::Referred(written) => self.begin_schema(written, at, true),
            Work::LeftOver(keyword, schema) => self.left_over(keyword, schema),
            Work::Choice(_, list) => {
                self.open_frame(step.work, asking, at);
                self.branches(list, at);
            }
            Work::Not(inner) | Work::If(inner) => {
                self.open_frame(step.work, asking, at);
                self.push(Work::Schema(inner), at);
            }
            Work::Contains(inner) => {
                self.open_frame(step.work, asking, at);
                self.members(inner, at);
            }
        }
    }

    fn begin_schema(&mut self, written: NodeId, at: Subject, referred: bool) {
        let Some(schema) = self.behind(written) else {
            let answer = self.gap(Why::Reference, at);
            return self.take(answer, at, None);
        };
        match self.arena().value(schema) {
            Value::Bool(true) => return self.take(Answer::HOLDS, at, None),
            Value::Bool(false) => return self.refuse(schema, at),
            Value::Map(_) => {}
            _ => {
                let answer = self.gap(Why::Keyword, at);
                return self.take(answer, at, None);
            }
        }
        let is_open = referred || schema != written;
        if let Some(frame) = self.open.get(&(schema, at)).filter(|_| is_open) {
            return self.take_circle(*frame, at);
        }
        let depth = self.frames.len();
        let voice = self.voice();
        let frame = self.open_frame(Work::Schema(schema), schema, at);
        frame.is_open = is_open;
        if !frame.marks.are_wanted() {
            let known = match self.known.get(&(schema, at)) {
                Some(Verdict::Holds) => Some(Answer::HOLDS),
                Some(Verdict::Fails) if voice == Voice::Quiet => Some(Answer::fails()),
                _ => None,
            };
            if let Some(answer) = known {
                self.frames.pop();
                return self.take(answer, at, None);
            }
        }
        if is_open {
            self.open.insert((schema, at), depth);
        }
        self.keywords(schema, at);
    }

    fn open_frame(&mut self, work: Work, schema: NodeId, at: Subject) -> &mut Frame {
        let frame = Frame {
            work,
            schema,
            at,
            base: self.todo.len(),
            voice: self.voice(),
            answer: Answer::HOLDS,
            tally: Tally::default(),
            round: Round::First,
            marks: self.marks(work, schema, at),
            is_open: false,
        };
        self.frames.push(frame);
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The schema that a reference without more beside it leads to.
    fn behind(&self, node: NodeId) -> Option<NodeId> {
        let is_more = |node: NodeId| {
            let fields = self.arena().fields(node);
            fields.len() > 1 || fields.first().is_some_and(|field| field.key == w::DYNAMIC_REF)
        };
        let refs = &self.side.world.refs;
        let mut node = node;
        for _ in 0..MAX_HOPS {
            if self.side.version() >= Version::V31 && is_more(node) {
                return Some(node);
            }
            match refs.target(node) {
                Some(target) => node = target,
                None if refs.is_reference(self.arena(), node) => return None,
                None => return Some(node),
            }
        }
        None
    }

    /// `false` accepts nothing.
    fn refuse(&mut self, schema: NodeId, at: Subject) {
        if self.voice() == Voice::Loud {
            self.tell(schema, w::NONE, at, |machine| {
                format!("{} is not allowed here", machine.shown(at))
            });
        }
        self.take(Answer::fails(), at, None);
    }

    /// What a frame must know about the parts of its value.
    fn marks(&self, work: Work, schema: NodeId, at: Subject) -> Marks {
        let is_asked = self
            .frames
            .last()
            .is_some_and(|frame| frame.marks.are_wanted() && frame.at == at);
        let asks = || {
            let has = |key| self.arena().get(schema, key).is_some();
            matches!(work, Work::Schema(_))
                && self.side.version() >= Version::V31
                && (has(w::UNEVALUATED_ITEMS) || has(w::UNEVALUATED_PROPERTIES))
        };
        if at.name.is_none() && (is_asked || asks()) {
            return Marks::wanted(self.arena().entries(at.node).len());
        }
        Marks::default()
    }

    /// A schema asks whether it holds: it is taken to, which is the greatest solution of what it says.
    fn take_circle(&mut self, frame: usize, at: Subject) {
        let answer = Answer {
            assumes: frame,
            ..Answer::HOLDS
        };
        if let Some(asking) = self.frames.last_mut().filter(|asking| asking.at == at) {
            asking.marks.set_all(Mark::Maybe);
        }
        self.take(answer, at, None);
    }

    /// A frame has all answers.
    fn finish(&mut self) {
        if !self.is_complete() {
            return;
        }
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        if frame.answer.assumes >= self.frames.len() {
            frame.answer.assumes = NOTHING;
        }
        if frame.is_open {
            self.open.remove(&(frame.schema, frame.at));
        }
        let is_schema = matches!(frame.work, Work::Schema(_));
        if is_schema && frame.answer.assumes == NOTHING && frame.answer.verdict != Verdict::Open {
            self.known.insert((frame.schema, frame.at), frame.answer.verdict);
        }
        self.take(frame.answer, frame.at, Some(frame.marks));
    }

    /// Gives an answer about a value to the frame that is asking.
    fn take(&mut self, answer: Answer, at: Subject, marks: Option<Marks>) {
        let Some(asking) = self.frames.last_mut() else {
            self.answer = answer;
            return;
        };
        let certain = match answer.verdict {
            Verdict::Holds => Mark::Yes,
            Verdict::Open => Mark::Maybe,
            Verdict::Fails => Mark::No,
        };
        if asking.at == at && !matches!(asking.work, Work::Not(_)) {
            match marks {
                Some(marks) => asking.marks.join(&marks, certain),
                // Nothing was looked at, and anything might have been.
                None if certain == Mark::Maybe => asking.marks.set_all(certain),
                None => {}
            }
        }
        let is_enough = match asking.work {
            Work::Schema(_) | Work::Referred(_) | Work::LeftOver(..) => {
                asking.answer.and(answer);
                asking.voice == Voice::Quiet && asking.answer.verdict == Verdict::Fails
            }
            Work::Choice(..) | Work::Not(_) | Work::If(_) | Work::Contains(_) => {
                asking.take_in_turn(answer, certain)
            }
        };
        if is_enough && let Some(asking) = self.frames.last() {
            self.todo.truncate(asking.base);
        }
    }
}
