//! What is deprecated, when it goes, and how stable it is.

use chrono::NaiveDate;

use super::operations::Both;
use super::{Differ, Found};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::rules::Fixed;
use crate::contract::view::Side;
use crate::contract::words as w;

/// What is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// The path with all of its methods.
    Path,
    /// One method.
    Method,
}

/// A sunset date as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sunset {
    None,
    Date(NaiveDate),
    Unreadable(String),
}

/// The sunset date of something.
pub(super) fn sunset(side: Side<'_>, node: NodeId) -> Sunset {
    let Some(node) = side.arena().get(node, w::SUNSET) else {
        return Sunset::None;
    };
    let Value::Text(word) = side.arena().value(node) else {
        return Sunset::Unreadable("no text".to_owned());
    };
    let text = side.text(word);
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let date = date.or_else(|| {
        let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
        Some(moment.date_naive())
    });
    date.map_or_else(|| Sunset::Unreadable(text.to_owned()), Sunset::Date)
}

/// Whether a day was moved so that who planned for it is late. After it, nobody plans for it any more.
pub(super) fn is_hurried(old: NaiveDate, new: NaiveDate, today: NaiveDate) -> bool {
    new < old && old > today
}

/// Whether something is deprecated.
pub(super) fn is_deprecated(side: Side<'_>, node: NodeId) -> bool {
    side.arena().get_bool(node, w::DEPRECATED) == Some(true)
}

/// How stable an operation says it is, from 0, draft, to 3, stable; `None` for a word that nobody knows.
pub(super) fn stability(side: Side<'_>, node: NodeId) -> Option<u8> {
    let Some(said) = side.arena().get(node, w::STABILITY) else {
        return Some(3);
    };
    match side.arena().as_text(said).map(|word| side.text(word)) {
        Some("draft") => Some(0),
        Some("alpha") => Some(1),
        Some("beta") => Some(2),
        Some("stable") => Some(3),
        _ => None,
    }
}

/// Whether an operation promises nothing yet.
pub(super) fn is_draft(side: Side<'_>, node: NodeId) -> bool {
    stability(side, node).is_some_and(|level| level < 2)
}

/// What it means that an operation is gone; `None` when its day had come.
pub(super) fn of_operation(side: Side<'_>, node: NodeId, today: NaiveDate, gone: Gone) -> Option<Fixed> {
    let by = |path, method| match gone {
        Gone::Path => path,
        Gone::Method => method,
    };
    if !is_deprecated(side, node) {
        return Some(by(
            Fixed::ApiPathRemovedWithoutDeprecation,
            Fixed::ApiRemovedWithoutDeprecation,
        ));
    }
    match sunset(side, node) {
        Sunset::None => Some(by(
            Fixed::ApiPathRemovedWithDeprecation,
            Fixed::ApiRemovedWithDeprecation,
        )),
        Sunset::Date(date) if today >= date => None,
        Sunset::Date(_) => Some(by(
            Fixed::ApiPathRemovedBeforeSunset,
            Fixed::ApiRemovedBeforeSunset,
        )),
        Sunset::Unreadable(_) => Some(Fixed::ApiPathSunsetParse),
    }
}

impl Differ<'_> {
    /// Compares how stable an operation says it is; whether it is to be compared at all comes back.
    pub(super) fn compare_stability(&mut self, both: Both) -> bool {
        let (old, new) = (
            stability(self.base, both.base),
            stability(self.revision, both.revision),
        );
        let arena = self.base.arena();
        let found = || Found::at_field(arena, both.base, both.revision, w::STABILITY);
        match (old, new) {
            (None, None) if self.says_the_same(both, w::STABILITY) => {}
            (None, _) | (_, None) => {
                self.fixed(Fixed::ApiInvalidStabilityLevel, Some(both.number), found());
                return false;
            }
            (Some(old), Some(new)) if new < old && old >= 2 => {
                self.fixed(Fixed::ApiStabilityDecreased, Some(both.number), found());
            }
            (Some(old), Some(new)) if new > old => {
                self.fixed(Fixed::ApiStabilityIncreased, Some(both.number), found());
            }
            _ => {}
        }
        true
    }

    /// Whether both sides say the same under a key.
    fn says_the_same(&self, both: Both, key: Word) -> bool {
        let arena = self.base.arena();
        match (arena.get(both.base, key), arena.get(both.revision, key)) {
            (Some(old), Some(new)) => arena.same(old, new),
            (old, new) => old.is_none() && new.is_none(),
        }
    }

    pub(super) fn compare_deprecation(&mut self, both: Both) {
        let (was, is) = (
            is_deprecated(self.base, both.base),
            is_deprecated(self.revision, both.revision),
        );
        let number = Some(both.number);
        let arena = self.base.arena();
        let at = |key| Found::at_field(arena, both.base, both.revision, key);
        let (found, sunset_at) = (|| at(w::DEPRECATED), || at(w::SUNSET));
        let (old, new) = (sunset(self.base, both.base), sunset(self.revision, both.revision));
        let notice = self.notice(both.revision);
        let near = |date: NaiveDate| (date - self.options.today).num_days() < i64::from(notice);
        match (was, is) {
            (true, false) => self.fixed(Fixed::EndpointReactivated, number, found()),
            (false, true) => match new {
                Sunset::None if notice > 0 => self.fixed(Fixed::ApiDeprecatedSunsetMissing, number, found()),
                Sunset::None => self.fixed(Fixed::EndpointDeprecated, number, found()),
                Sunset::Unreadable(text) => {
                    self.fixed(Fixed::ApiDeprecatedSunsetParse, number, sunset_at().to(text));
                }
                Sunset::Date(date) if near(date) => {
                    self.fixed(
                        Fixed::ApiSunsetDateTooSmall,
                        number,
                        sunset_at().to(date.to_string()),
                    );
                }
                Sunset::Date(date) => {
                    self.fixed(
                        Fixed::EndpointDeprecatedWithSunset,
                        number,
                        sunset_at().to(date.to_string()),
                    );
                }
            },
            (true, true) => match (old, new) {
                (Sunset::Date(old), Sunset::None) => {
                    self.fixed(Fixed::SunsetDeleted, number, sunset_at().from(old.to_string()));
                }
                (Sunset::Date(old), Sunset::Date(new)) if is_hurried(old, new, self.options.today) => {
                    let found = sunset_at().from(old.to_string()).to(new.to_string());
                    self.fixed(Fixed::ApiSunsetDateChangedTooSmall, number, found);
                }
                // As unreadable as it was.
                (Sunset::Unreadable(old), Sunset::Unreadable(new)) if old == new => {}
                (Sunset::Date(_) | Sunset::None, Sunset::Unreadable(text))
                | (Sunset::Unreadable(text), Sunset::Date(_) | Sunset::Unreadable(_)) => {
                    self.fixed(Fixed::ApiPathSunsetParse, number, sunset_at().to(text));
                }
                _ => {}
            },
            (false, false) => {}
        }
    }

    /// The notice that an operation must give.
    pub(super) fn notice(&self, node: NodeId) -> u32 {
        match stability(self.revision, node) {
            Some(2) => self.options.notice.beta,
            _ => self.options.notice.stable,
        }
    }
}
