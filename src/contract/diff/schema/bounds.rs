//! Numbers that limit what is accepted.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Comparer;
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::number;
use crate::contract::rules::Kind;
use crate::contract::view::Side;
use crate::contract::view::schema::{Schema, Types};
use crate::contract::words as w;

/// A keyword that is a limit, and what its changes are called.
struct Bound {
    key: Word,
    raised: Kind,
    lowered: Kind,
    set: Kind,
    unset: Kind,
    /// Whether it counts from 0 where it is not written.
    from_zero: FromZero,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FromZero {
    Yes,
    No,
}

#[rustfmt::skip]
const BOUNDS: [Bound; 12] = [
    bound(w::MAXIMUM, Kind::MaxIncreased, Kind::MaxDecreased, Kind::MaxSet, Kind::MaxUnset, FromZero::No),
    bound(w::MINIMUM, Kind::MinIncreased, Kind::MinDecreased, Kind::MinSet, Kind::MinUnset, FromZero::No),
    bound(w::EXCLUSIVE_MAXIMUM, Kind::ExclusiveMaxIncreased, Kind::ExclusiveMaxDecreased, Kind::ExclusiveMaxSet, Kind::ExclusiveMaxUnset, FromZero::No),
    bound(w::EXCLUSIVE_MINIMUM, Kind::ExclusiveMinIncreased, Kind::ExclusiveMinDecreased, Kind::ExclusiveMinSet, Kind::ExclusiveMinUnset, FromZero::No),
    bound(w::MAX_LENGTH, Kind::MaxLengthIncreased, Kind::MaxLengthDecreased, Kind::MaxLengthSet, Kind::MaxLengthUnset, FromZero::No),
    bound(w::MIN_LENGTH, Kind::MinLengthIncreased, Kind::MinLengthDecreased, Kind::MinLengthIncreased, Kind::MinLengthUnset, FromZero::Yes),
    bound(w::MAX_ITEMS, Kind::MaxItemsIncreased, Kind::MaxItemsDecreased, Kind::MaxItemsSet, Kind::MaxItemsUnset, FromZero::No),
    bound(w::MIN_ITEMS, Kind::MinItemsIncreased, Kind::MinItemsDecreased, Kind::MinItemsSet, Kind::MinItemsUnset, FromZero::Yes),
    bound(w::MAX_PROPERTIES, Kind::MaxPropertiesIncreased, Kind::MaxPropertiesDecreased, Kind::MaxPropertiesSet, Kind::MaxPropertiesUnset, FromZero::No),
    bound(w::MIN_PROPERTIES, Kind::MinPropertiesIncreased, Kind::MinPropertiesDecreased, Kind::MinPropertiesSet, Kind::MinPropertiesUnset, FromZero::No),
    bound(w::MAX_CONTAINS, Kind::MaxContainsIncreased, Kind::MaxContainsDecreased, Kind::MaxContainsDecreased, Kind::MaxContainsIncreased, FromZero::No),
    bound(w::MIN_CONTAINS, Kind::MinContainsIncreased, Kind::MinContainsDecreased, Kind::MinContainsIncreased, Kind::MinContainsDecreased, FromZero::No),
];

const fn bound(key: Word, raised: Kind, lowered: Kind, set: Kind, unset: Kind, from_zero: FromZero) -> Bound {
    Bound {
        key,
        raised,
        lowered,
        set,
        unset,
        from_zero,
    }
}

impl Comparer<'_, '_> {
    pub(super) fn compare_bounds(&mut self) {
        let edges = [
            (w::MAXIMUM, w::EXCLUSIVE_MAXIMUM, Ordering::Greater),
            (w::MINIMUM, w::EXCLUSIVE_MINIMUM, Ordering::Less),
        ];
        let is_mixed = edges.map(|(inclusive, exclusive, wider)| {
            if self.is_listed_inside(inclusive) && self.is_listed_inside(exclusive) {
                return Mixed::Yes;
            }
            self.compare_edges(inclusive, exclusive, wider)
        });
        for bound in &BOUNDS {
            if self.is_listed_inside(bound.key) {
                continue;
            }
            let is_told = match bound.key {
                w::MAXIMUM | w::EXCLUSIVE_MAXIMUM => is_mixed[0] == Mixed::Yes,
                w::MINIMUM | w::EXCLUSIVE_MINIMUM => is_mixed[1] == Mixed::Yes,
                _ => false,
            };
            if !is_told {
                self.compare_bound(bound);
            }
        }
        self.compare_multiple();
    }

    /// Compares what two keywords say of one end of the numbers, where both count or another one counts now.
    fn compare_edges(&mut self, inclusive: Word, exclusive: Word, wider: Ordering) -> Mixed {
        let written = |schema: &Schema<'_>| [inclusive, exclusive].map(|key| schema.bound(key).is_some());
        let (was, is) = (written(&self.base), written(&self.revision));
        let plain = was == is && was != [true, true];
        if plain || was == [false, false] || is == [false, false] {
            return Mixed::No;
        }
        let edge = |schema: &Schema<'_>| {
            let at = |key, is_exclusive| {
                let (number, _) = schema.bound(key)?;
                Some(Edge::of(schema, number, is_exclusive, wider))
            };
            match (at(inclusive, false), at(exclusive, true)) {
                (Some(one), Some(other)) => {
                    let ordering = one.compare(&other, wider)?;
                    Some(if ordering == wider { other } else { one })
                }
                (one, other) => one.or(other),
            }
        };
        let (Some(old), Some(new)) = (edge(&self.base), edge(&self.revision)) else {
            return Mixed::No;
        };
        let mut found = self.here().from(old.shown()).to(new.shown());
        found.base = self
            .base
            .get(inclusive)
            .or(self.base.get(exclusive))
            .or(found.base);
        found.revision = self
            .revision
            .get(exclusive)
            .or(self.revision.get(inclusive))
            .or(found.revision);
        let kind = match (new.compare(&old, wider), wider) {
            (None, _) => return Mixed::No,
            (Some(Ordering::Equal), _) => return Mixed::Yes,
            // Both moved the same way, and each says so itself.
            (Some(way), _)
                if was == is
                    && [inclusive, exclusive]
                        .iter()
                        .all(|key| self.moved(*key) == Some(way)) =>
            {
                return Mixed::No;
            }
            (Some(Ordering::Less), Ordering::Greater) => Kind::MaxDecreased,
            (Some(Ordering::Greater), Ordering::Greater) => Kind::MaxIncreased,
            (Some(Ordering::Greater), _) => Kind::MinIncreased,
            (Some(Ordering::Less), _) => Kind::MinDecreased,
        };
        self.kind(kind, found);
        Mixed::Yes
    }

    /// Which way a limit that is written on both sides moved.
    fn moved(&self, key: Word) -> Option<Ordering> {
        number::compare(self.revision.bound(key)?.0, self.base.bound(key)?.0)
    }

    fn compare_bound(&mut self, bound: &Bound) {
        let (old, new) = (self.base.bound(bound.key), self.revision.bound(bound.key));
        let zero = bound.from_zero == FromZero::Yes;
        let (old, new) = if bound.key == w::MIN_CONTAINS {
            (one_item(&self.base, old), one_item(&self.revision, new))
        } else {
            (old, new)
        };
        let (kind, old, new) = match (old, new) {
            (None, None) => return,
            (Some((old, _)), Some((new, _))) => match number::compare(new, old) {
                Some(Ordering::Greater) => (bound.raised, Some(old), Some(new)),
                Some(Ordering::Less) => (bound.lowered, Some(old), Some(new)),
                // `.inf` and `.nan` of YAML are no limits, which is told of the document.
                Some(Ordering::Equal) | None => return,
            },
            (None, Some(("0", _))) | (Some(("0", _)), None)
                if zero || matches!(bound.key, w::MIN_CONTAINS | w::MIN_PROPERTIES) =>
            {
                return;
            }
            (None, Some((new, _))) if zero => (bound.raised, Some("0"), Some(new)),
            (None, Some((new, _))) => (bound.set, None, Some(new)),
            (Some((old, _)), None) => (bound.unset, Some(old), None),
        };
        let mut found = self.at(bound.key);
        found.from = old.map(number::shown);
        found.to = new.map(number::shown);
        self.kind(kind, found);
    }

    /// Whether what a limit says is said by the values of the side that lists them: where that side lost the limit or has
    /// it now, and all of its values lie inside of the limit of the other one, nothing came or went by it.
    fn is_listed_inside(&self, key: Word) -> bool {
        if matches!(key, w::MAX_CONTAINS | w::MIN_CONTAINS) {
            return false;
        }
        let has = |schema: &Schema<'_>| schema.bound(key).is_some();
        self.is_listed(has, |schema, side, value| is_within(schema, key, side, value))
    }

    /// Whether values that are listed say all that a keyword says, given which side has the keyword and which values of a
    /// side it lets through: where one side lists values and the other one has the keyword, or where values came or went and those
    /// that stay are let through by both sides.
    pub(super) fn is_listed(
        &self,
        has: impl Fn(&Schema<'_>) -> bool,
        is_let_through: impl Fn(&Schema<'_>, Side<'_>, NodeId) -> bool,
    ) -> bool {
        let (old, new) = (&self.base, &self.revision);
        let all_pass = |values: &[NodeId], listing: &Schema<'_>, other: &Schema<'_>| {
            !values.is_empty()
                && values
                    .iter()
                    .all(|value| is_let_through(other, listing.side(), *value))
        };
        match (old.choices(), new.choices()) {
            (None, None) => false,
            (Some(values), None) => !has(old) && all_pass(&values, old, new),
            (None, Some(values)) => !has(new) && all_pass(&values, new, old),
            (Some(before), Some(after)) => {
                let number = |side: Side<'_>, value: &NodeId| side.world.hashes.of(*value);
                let was: HashSet<u64> = before.iter().map(|value| number(old.side(), value)).collect();
                let is: HashSet<u64> = after.iter().map(|value| number(new.side(), value)).collect();
                let mut kept = before
                    .iter()
                    .filter(|value| is.contains(&number(old.side(), value)));
                // Of equal lists the limit is all that was changed.
                was != is
                    && kept.all(|value| {
                        [old, new]
                            .iter()
                            .all(|limited| is_let_through(limited, old.side(), *value))
                    })
            }
        }
    }

    fn compare_multiple(&mut self) {
        // Whole numbers are multiples of 1 anyhow, and of what 1 is a multiple of.
        let number = |schema: &Schema<'_>| {
            let is_whole = !schema.types().holds(Types::FRACTION);
            let (number, _) = schema.multiple()?;
            (!is_whole || !divides(&number, "1e0")).then_some(number)
        };
        let (old, new) = (number(&self.base), number(&self.revision));
        if self.is_listed_inside(w::MULTIPLE_OF) {
            return;
        }
        let mut found = self.at(w::MULTIPLE_OF);
        found.from = old.as_deref().map(number::shown);
        found.to = new.as_deref().map(number::shown);
        let kind = match (old, new) {
            (None, Some(_)) => Kind::MultipleOfSet,
            (Some(_), None) => Kind::MultipleOfUnset,
            (Some(old), Some(new)) if old != new => match (divides(&old, &new), divides(&new, &old)) {
                (true, _) => Kind::MultipleOfTightened,
                (_, true) => Kind::MultipleOfLoosened,
                _ => Kind::MultipleOfChanged,
            },
            _ => return,
        };
        self.kind(kind, found);
    }
}

/// Whether a value is accepted by a limit of a schema; `true` of values that the limit is not about.
fn is_within(schema: &Schema<'_>, key: Word, side: Side<'_>, value: NodeId) -> bool {
    let arena = side.arena();
    if key == w::MULTIPLE_OF {
        return match (schema.multiple(), arena.value(value)) {
            (Some((divisor, _)), Value::Number(word)) => {
                number::is_multiple(arena.text(word), &divisor) == Some(true)
            }
            _ => true,
        };
    }
    let Some((limit, _)) = schema.bound(key) else {
        return true;
    };
    let order = match (key, arena.value(value)) {
        (w::MAXIMUM | w::MINIMUM | w::EXCLUSIVE_MAXIMUM | w::EXCLUSIVE_MINIMUM, Value::Number(word)) => {
            number::compare(arena.text(word), limit)
        }
        (w::MAX_LENGTH | w::MIN_LENGTH, Value::Text(word)) => {
            number::compare_count(arena.text(word).chars().count(), limit)
        }
        (w::MAX_ITEMS | w::MIN_ITEMS, Value::List(_)) => {
            number::compare_count(arena.items(value).len(), limit)
        }
        (w::MAX_PROPERTIES | w::MIN_PROPERTIES, Value::Map(_)) => {
            number::compare_count(arena.fields(value).len(), limit)
        }
        _ => return true,
    };
    match key {
        w::EXCLUSIVE_MAXIMUM => order == Some(Ordering::Less),
        w::EXCLUSIVE_MINIMUM => order == Some(Ordering::Greater),
        w::MINIMUM | w::MIN_LENGTH | w::MIN_ITEMS | w::MIN_PROPERTIES => {
            order.is_some_and(|order| order != Ordering::Less)
        }
        _ => order.is_some_and(|order| order != Ordering::Greater),
    }
}

/// Whether two keywords have been compared as one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mixed {
    Yes,
    No,
}

/// Where numbers end, and whether the last one is refused.
struct Edge {
    number: String,
    is_exclusive: bool,
}

impl Edge {
    /// The edge of a schema. Whole numbers before an exclusive limit end with the one beside it.
    fn of(schema: &Schema<'_>, number: &str, is_exclusive: bool, wider: Ordering) -> Self {
        let is_whole = Types::INTEGER.with(Types::NULL).holds(schema.types());
        let beside = || {
            let number = number::shown(number).parse::<i64>().ok()?;
            let beside = if wider == Ordering::Greater {
                number.checked_sub(1)?
            } else {
                number.checked_add(1)?
            };
            number::canonical(&beside.to_string())
        };
        match beside().filter(|_| is_exclusive && is_whole) {
            Some(number) => Self {
                number,
                is_exclusive: false,
            },
            None => Self {
                number: number.to_owned(),
                is_exclusive,
            },
        }
    }

    /// Which of two ends is farther to the right.
    fn compare(&self, other: &Self, wider: Ordering) -> Option<Ordering> {
        let with_it = if wider == Ordering::Greater {
            other.is_exclusive.cmp(&self.is_exclusive)
        } else {
            self.is_exclusive.cmp(&other.is_exclusive)
        };
        Some(number::compare(&self.number, &other.number)?.then(with_it))
    }

    fn shown(&self) -> String {
        let number = number::shown(&self.number);
        if self.is_exclusive {
            format!("{number} (exclusive)")
        } else {
            number
        }
    }
}

/// How many items must match `contains`: one, unless something else is written.
fn one_item<'a>(schema: &Schema<'a>, written: Option<(&'a str, NodeId)>) -> Option<(&'a str, NodeId)> {
    written.or_else(|| schema.get(w::CONTAINS).map(|node| ("1e0", node)))
}

/// Whether a number is a multiple of another, both in their canonical spelling; `false` when they are too long to say.
fn divides(divisor: &str, number: &str) -> bool {
    let parts = |text: &str| {
        let (digits, exponent) = text.split_once('e')?;
        Some((digits.parse::<i128>().ok()?, exponent.parse::<i32>().ok()?))
    };
    let (Some((one, low)), Some((other, high))) = (parts(divisor), parts(number)) else {
        return false;
    };
    let least = low.min(high);
    let scaled = |digits: i128, exponent: i32| {
        let power = u32::try_from(exponent.checked_sub(least)?)
            .ok()
            .filter(|power| *power < 30)?;
        digits.checked_mul(10_i128.pow(power))
    };
    match (scaled(one, low), scaled(other, high)) {
        (Some(divisor), Some(number)) => divisor != 0 && number % divisor == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_told_from_other_numbers() {
        let check = |divisor: &str, of: &str| {
            let canonical = |text| number::canonical(text).unwrap();
            divides(&canonical(divisor), &canonical(of))
        };
        assert!(check("2", "10") && check("0.5", "2") && check("0.01", "0.25") && check("5", "5"));
        assert!(!check("10", "2") && !check("3", "10") && !check("0.3", "1") && !check("1e-40", "1"));
    }
}
