//! Numbers that limit what is accepted.

use std::cmp::Ordering;

use super::Comparer;
use crate::contract::arena::Word;
use crate::contract::number;
use crate::contract::rules::Kind;
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
        for bound in &BOUNDS {
            self.compare_bound(bound);
        }
        self.compare_multiple();
    }

    fn compare_bound(&mut self, bound: &Bound) {
        let (old, new) = (self.base.bound(bound.key), self.revision.bound(bound.key));
        let zero = bound.from_zero == FromZero::Yes;
        let (kind, old, new) = match (old, new) {
            (None, None) => return,
            (Some((old, _)), Some((new, _))) => match number::compare(new, old) {
                Some(Ordering::Greater) => (bound.raised, Some(old), Some(new)),
                Some(Ordering::Less) => (bound.lowered, Some(old), Some(new)),
                Some(Ordering::Equal) | None => return,
            },
            (None, Some(("0", _))) | (Some(("0", _)), None) if zero => return,
            (None, Some((new, _))) if zero => (bound.raised, Some("0"), Some(new)),
            (None, Some((new, _))) => (bound.set, None, Some(new)),
            (Some((old, _)), None) => (bound.unset, Some(old), None),
        };
        let mut found = self.at(bound.key);
        found.from = old.map(number::shown);
        found.to = new.map(number::shown);
        self.kind(kind, found);
    }

    fn compare_multiple(&mut self) {
        let (old, new) = (
            self.base.number(w::MULTIPLE_OF),
            self.revision.number(w::MULTIPLE_OF),
        );
        let mut found = self.at(w::MULTIPLE_OF);
        found.from = old.map(|(old, _)| number::shown(old));
        found.to = new.map(|(new, _)| number::shown(new));
        let kind = match (old, new) {
            (None, Some(_)) => Kind::MultipleOfSet,
            (Some(_), None) => Kind::MultipleOfUnset,
            (Some((old, _)), Some((new, _))) if old != new => match (divides(old, new), divides(new, old)) {
                (true, _) => Kind::MultipleOfTightened,
                (_, true) => Kind::MultipleOfLoosened,
                _ => Kind::MultipleOfChanged,
            },
            _ => return,
        };
        self.kind(kind, found);
    }
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
