//! Which properties or items of a value some schema has looked at: what `unevaluated…` is about.

/// Whether a part was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// It was not.
    #[default]
    No,
    /// That hangs on something that could not be decided.
    Maybe,
    /// It was.
    Yes,
}

/// A mark for each part of one value; none at all where nobody asks.
#[derive(Debug, Default)]
pub(super) struct Marks(Option<Vec<Mark>>);

impl Marks {
    /// For a value with so many parts.
    pub(super) fn wanted(parts: usize) -> Self {
        Self(Some(vec![Mark::No; parts]))
    }

    /// Whether anybody asks.
    pub(super) fn are_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// The mark of a part; where nobody asks, it counts as looked at.
    pub(super) fn of(&self, part: usize) -> Mark {
        let marks = self.0.as_ref();
        marks.map_or(Mark::Yes, |marks| marks.get(part).copied().unwrap_or_default())
    }

    /// A part was looked at.
    pub(super) fn set(&mut self, part: usize, mark: Mark) {
        if let Some(had) = self.0.as_mut().and_then(|marks| marks.get_mut(part)) {
            *had = mark.max(*had);
        }
    }

    /// The same of all parts.
    pub(super) fn set_all(&mut self, mark: Mark) {
        for had in self.0.iter_mut().flatten() {
            *had = mark.max(*had);
        }
    }

    /// Takes over what another schema has looked at, at most with this certainty.
    pub(super) fn join(&mut self, other: &Self, most: Mark) {
        let (Some(own), Some(others)) = (&mut self.0, &other.0) else {
            return;
        };
        for (had, other) in own.iter_mut().zip(others) {
            *had = (*other).min(most).max(*had);
        }
    }
}
