//! How the table of rules that are one of a kind is read.

macro_rules! fixed {
    (
        Standard { $($name:ident $id:literal $level:ident $direction:ident $what:literal $why:literal $safe:ident)* }
        Ours { $($own:ident $own_id:literal $own_level:ident $own_direction:ident $own_what:literal $own_why:literal $own_safe:ident)* }
    ) => {
        /// A rule that is one of a kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fixed {
            $(
                #[doc = concat!("`", $id, "`: it ", $what, ".")]
                $name,
            )*
            $(
                #[doc = concat!("`", $own_id, "`: it ", $own_what, ".")]
                $own,
            )*
        }

        impl Fixed {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)* $(Self::$own,)*];

            /// What it is called.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* $(Self::$own => $own_id,)* }
            }

            /// How bad it is.
            pub fn level(self) -> super::Level {
                match self {
                    $(Self::$name => super::Level::$level,)*
                    $(Self::$own => super::Level::$own_level,)*
                }
            }

            /// Who sends what it is about.
            pub fn direction(self) -> super::Direction {
                match self {
                    $(Self::$name => super::Direction::$direction,)*
                    $(Self::$own => super::Direction::$own_direction,)*
                }
            }

            /// What happened, as words that follow what it happened to.
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what,)* $(Self::$own => $own_what,)* }
            }

            /// Why a client breaks, or why none does.
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => $why,)* $(Self::$own => $own_why,)* }
            }

            /// How the change is made safely.
            pub fn safe(self) -> &'static str {
                match self {
                    $(Self::$name => super::texts::$safe,)*
                    $(Self::$own => super::texts::$own_safe,)*
                }
            }

            /// Whether other tools know it by the same name.
            pub fn is_standard(self) -> bool {
                match self { $(Self::$name => true,)* $(Self::$own => false,)* }
            }
        }
    };
}

pub(super) use fixed;
