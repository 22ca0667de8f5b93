//! How the table of kinds is read.

use super::{Column, Level};

/// What a kind of change does to what is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Less is accepted.
    Narrows,
    /// More is accepted.
    Widens,
    /// Something else is accepted.
    Changes,
    /// The same is accepted.
    Annotates,
    /// Something else happens to who leaves it out.
    Default,
    /// It must be there.
    Demands,
    /// It need not be there.
    Excuses,
    /// Something is there, or is not there any more.
    Offers,
    /// Something is said about its future.
    Announces,
    /// Something is said about its future, too late or too unclearly.
    Hurries,
}

/// The level that a letter of the table stands for.
pub(super) fn level(letters: &str, column: Column) -> Option<Level> {
    match letters.as_bytes().get(column as usize)?.to_ascii_uppercase() {
        b'E' => Some(Level::Error),
        b'W' => Some(Level::Warning),
        b'I' => Some(Level::Info),
        _ => None,
    }
}

macro_rules! kinds {
    ($($name:ident $suffix:literal $letters:literal $effect:ident $what:literal $values:literal)*) => {
        /// A kind of change to a schema, wherever it stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(
                #[doc = concat!("`", $suffix, "`: it ", $what, ".")]
                $name
            ),*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How ids of its rules end.
            pub fn suffix(self) -> &'static str {
                match self { $(Self::$name => $suffix),* }
            }

            /// How bad it is in a place; `None` where it cannot happen.
            pub fn level(self, column: super::Column) -> Option<super::Level> {
                super::kind::level(self.letters(), column)
            }

            /// Whether its rule in a place is known to other tools by the same name.
            pub fn is_standard(self, column: super::Column) -> bool {
                self.letters().as_bytes().get(column as usize).is_some_and(u8::is_ascii_uppercase)
            }

            /// What happened, as words that follow what it happened to.
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }

            pub(super) fn effect(self) -> super::kind::Effect {
                match self { $(Self::$name => super::kind::Effect::$effect),* }
            }

            /// The values that are not accepted any more, or that are new.
            pub(super) fn values(self) -> &'static str {
                match self { $(Self::$name => $values),* }
            }

            fn letters(self) -> &'static str {
                match self { $(Self::$name => $letters),* }
            }
        }
    };
}

pub(super) use kinds;
