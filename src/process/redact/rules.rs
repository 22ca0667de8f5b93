//! What the redactor looks for: one automaton over the first bytes of everything, and what to check behind them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::secrets::Literal;
use super::shapes::SHAPES;

/// The part of a literal that the automaton knows: long enough to be rare, short enough that a hundred private
/// keys do not make a table of megabytes.
const HEAD_BYTES: usize = 8;
/// Above this number of heads a complete transition table would be too large.
const MAX_TABLE_HEADS: usize = 2_000;

/// A class of bytes.
pub(super) type Class = fn(u8) -> bool;

/// What follows a secret's start and goes with it, when the secret's end has not been seen yet.
#[derive(Clone, Copy)]
pub(super) enum Swallow {
    /// All bytes of a class.
    Run(Class),
    /// The body of a PEM block, to its end line.
    Pem,
}

/// What a look at a place of the text found.
pub(super) enum Answer {
    /// Nothing.
    No,
    /// Perhaps: what was read so far does not tell.
    More,
    /// A secret.
    Yes(Hit),
}

/// A secret in a text, relative to the place where its start was found.
pub(super) struct Hit {
    /// The bytes that stay, such as a URL's user name.
    pub(super) keep: usize,
    /// The end of what goes.
    pub(super) end: usize,
    /// What it is called.
    pub(super) name: Cow<'static, str>,
    /// What goes with it afterwards.
    pub(super) swallow: Option<Swallow>,
}

/// Where a probe looks.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The byte before, if there is one.
    pub(super) before: Option<u8>,
    /// The text from the probe's first byte on.
    pub(super) text: &'a [u8],
    /// Whether nothing will follow.
    pub(super) last: bool,
}

/// Looks whether a secret begins here.
pub(super) type Look = fn(Place<'_>) -> Answer;

enum Probe {
    Literal(Literal),
    Shape(Look),
}

impl Probe {
    fn look(&self, place: Place<'_>) -> Answer {
        match self {
            Self::Shape(look) => look(place),
            Self::Literal(literal) => {
                let wanted = literal.bytes.as_slice();
                if place.text.starts_with(wanted) {
                    Answer::Yes(Hit {
                        keep: 0,
                        end: wanted.len(),
                        name: Cow::Owned(literal.name.clone()),
                        swallow: None,
                    })
                } else if !place.last && wanted.starts_with(place.text) {
                    Answer::More
                } else {
                    Answer::No
                }
            }
        }
    }
}

/// Everything that is looked for.
pub(super) struct Rules {
    /// `None` when it could not be built: then nothing may pass.
    automaton: Option<AhoCorasick>,
    /// By the automaton's pattern: what may begin there.
    at: Vec<Vec<usize>>,
    probes: Vec<Probe>,
    heads: Vec<Vec<u8>>,
    longest_head: usize,
}

impl Rules {
    pub(super) fn new(literals: Vec<Literal>) -> Self {
        let mut probes = Vec::new();
        let mut by_head: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (heads, look) in SHAPES {
            for head in *heads {
                by_head
                    .entry(head.as_bytes().to_vec())
                    .or_default()
                    .push(probes.len());
            }
            probes.push(Probe::Shape(*look));
        }
        for literal in literals {
            let head = literal.bytes[..literal.bytes.len().min(HEAD_BYTES)].to_vec();
            by_head.entry(head).or_default().push(probes.len());
            probes.push(Probe::Literal(literal));
        }
        let heads: Vec<Vec<u8>> = by_head.keys().cloned().collect();
        // The automaton reports the longest head at a place; the probes of the shorter ones belong there too.
        let at = heads
            .iter()
            .map(|head| {
                by_head
                    .iter()
                    .filter(|(other, _)| head.starts_with(other.as_slice()))
                    .flat_map(|(_, probes)| probes.iter().copied())
                    .collect()
            })
            .collect();
        let kind = (heads.len() <= MAX_TABLE_HEADS).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(kind)
            .build(&heads)
            .ok();
        Self {
            automaton,
            at,
            probes,
            longest_head: heads.iter().map(Vec::len).max().unwrap_or(0),
            heads,
        }
    }

    /// Whether the tables could be built.
    pub(super) fn usable(&self) -> bool {
        self.automaton.is_some()
    }

    /// The next place at or after `from` where something may begin, and which head was found there.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let found = self
            .automaton
            .as_ref()?
            .find(Input::new(text).span(from..text.len()))?;
        Some((found.start(), found.pattern().as_usize()))
    }

    /// What is at a place where a head was found. The longest secret wins, and one that may still become longer
    /// is waited for.
    pub(super) fn look(&self, head: usize, place: Place<'_>) -> Answer {
        if !place.last && self.may_begin(place.text) {
            return Answer::More;
        }
        let mut best: Option<Hit> = None;
        for probe in &self.at[head] {
            match self.probes[*probe].look(place) {
                Answer::No => {}
                Answer::More => return Answer::More,
                Answer::Yes(hit) => {
                    if best.as_ref().is_none_or(|best| hit.end > best.end) {
                        best = Some(hit);
                    }
                }
            }
        }
        best.map_or(Answer::No, |hit| self.whole(hit, place))
    }

    /// A value that was found by its name ends where a word does. Where it is the beginning of a known secret, which may be of
    /// several words, all of that goes.
    fn whole(&self, hit: Hit, place: Place<'_>) -> Answer {
        if hit.keep == 0 {
            return Answer::Yes(hit);
        }
        let value = Place {
            before: place.text.get(hit.keep - 1).copied(),
            text: &place.text[hit.keep..],
            last: place.last,
        };
        if !value.last && self.may_begin(value.text) {
            return Answer::More;
        }
        let Some((_, head)) = self.find(value.text, 0).filter(|(start, _)| *start == 0) else {
            return Answer::Yes(hit);
        };
        let mut whole = hit;
        for probe in &self.at[head] {
            if let literal @ Probe::Literal(_) = &self.probes[*probe] {
                match literal.look(value) {
                    Answer::More => return Answer::More,
                    Answer::Yes(known) if whole.keep + known.end > whole.end => {
                        whole = Hit {
                            keep: whole.keep,
                            end: whole.keep + known.end,
                            ..known
                        };
                    }
                    Answer::No | Answer::Yes(_) => {}
                }
            }
        }
        Answer::Yes(whole)
    }

    /// The first place at or after `from` where the text's end may be the beginning of a head.
    pub(super) fn unfinished(&self, text: &[u8], from: usize) -> usize {
        let start = from.max((text.len() + 1).saturating_sub(self.longest_head));
        (start..text.len())
            .find(|at| self.may_begin(&text[*at..]))
            .unwrap_or(text.len())
    }

    /// Whether a text is the beginning of a head and not all of it.
    fn may_begin(&self, text: &[u8]) -> bool {
        if text.len() >= self.longest_head {
            return false;
        }
        // Heads are sorted: those that begin with the text stand together, the text itself before them.
        let first = self.heads.partition_point(|head| head.as_slice() <= text);
        self.heads.get(first).is_some_and(|head| head.starts_with(text))
    }
}
