//! What can happen to a description: one table, from which checks, levels, explanations and documentation come.
//!
//! Most rules are one in each place where a schema can stand: `request-body-max-decreased`,
//! `response-property-max-decreased` and so on. Their ids are a column's prefix and a kind's suffix. The others are one of a
//! kind. Ids that stand in capital letters in the table are known to other tools by the same names.

mod fixed;
mod fixed_rules;
mod kind;
mod kinds;
#[cfg(test)]
mod page;
mod texts;

pub use fixed::Fixed;
pub use kinds::Kind;

/// How bad a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A client that kept to the contract breaks.
    Error,
    /// Whether a client breaks is not in the document.
    Warning,
    /// No client breaks.
    Info,
}

/// Who sends what a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client: what it may send must stay accepted.
    Request,
    /// The provider: nothing new may arrive.
    Response,
    /// Neither, or both.
    None,
}

/// A place where a schema stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The whole body of a request.
    RequestBody,
    /// Something inside of it.
    RequestProperty,
    /// The whole body of a response.
    ResponseBody,
    /// Something inside of it.
    ResponseProperty,
    /// A parameter.
    Parameter,
    /// Something inside of one.
    ParameterProperty,
    /// A header of a response.
    Header,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A kind of change in a place.
    Kind(Kind, Column),
    /// One of a kind.
    Fixed(Fixed),
}

impl Column {
    /// All of them, in the order of the table's letters.
    pub const ALL: [Self; 7] = [
        Self::RequestBody,
        Self::RequestProperty,
        Self::ResponseBody,
        Self::ResponseProperty,
        Self::Parameter,
        Self::ParameterProperty,
        Self::Header,
    ];

    /// How ids of rules in this place begin.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::RequestBody => "request-body-",
            Self::RequestProperty => "request-property-",
            Self::ResponseBody => "response-body-",
            Self::ResponseProperty => "response-property-",
            Self::Parameter => "request-parameter-",
            Self::ParameterProperty => "request-parameter-property-",
            Self::Header => "response-header-",
        }
    }

    /// The place in words.
    pub fn noun(self) -> &'static str {
        match self {
            Self::RequestBody => "request body",
            Self::RequestProperty => "request property",
            Self::ResponseBody => "response body",
            Self::ResponseProperty => "response property",
            Self::Parameter => "parameter",
            Self::ParameterProperty => "property of a parameter",
            Self::Header => "response header",
        }
    }

    /// Who sends what stands there.
    pub fn direction(self) -> Direction {
        match self {
            Self::RequestBody | Self::RequestProperty | Self::Parameter | Self::ParameterProperty => {
                Direction::Request
            }
            Self::ResponseBody | Self::ResponseProperty | Self::Header => Direction::Response,
        }
    }
}

impl Level {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Rule {
    /// All rules, in the order of the tables.
    pub fn all() -> impl Iterator<Item = Self> {
        let kinds = Kind::ALL.iter().flat_map(|kind| {
            let columns = Column::ALL
                .into_iter()
                .filter(|column| kind.level(*column).is_some());
            columns.map(|column| Self::Kind(*kind, column))
        });
        kinds.chain(Fixed::ALL.iter().map(|rule| Self::Fixed(*rule)))
    }

    /// The rule of an id.
    pub fn parse(id: &str) -> Option<Self> {
        let of_kind = Column::ALL.into_iter().find_map(|column| {
            let suffix = id.strip_prefix(column.prefix())?;
            let kind = Kind::ALL.iter().find(|kind| kind.suffix() == suffix)?;
            kind.level(column).map(|_| Self::Kind(*kind, column))
        });
        of_kind.or_else(|| {
            Fixed::ALL
                .iter()
                .find(|rule| rule.id() == id)
                .map(|rule| Self::Fixed(*rule))
        })
    }

    /// What it is called.
    pub fn id(self) -> String {
        match self {
            Self::Kind(kind, column) => format!("{}{}", column.prefix(), kind.suffix()),
            Self::Fixed(rule) => rule.id().to_owned(),
        }
    }

    /// How bad it is, unless somebody says otherwise.
    pub fn level(self) -> Level {
        match self {
            Self::Kind(kind, column) => kind.level(column).unwrap_or(Level::Info),
            Self::Fixed(rule) => rule.level(),
        }
    }

    /// Who sends what it is about.
    pub fn direction(self) -> Direction {
        match self {
            Self::Kind(_, column) => column.direction(),
            Self::Fixed(rule) => rule.direction(),
        }
    }

    /// What happened, as words that follow what it happened to.
    pub fn what(self) -> &'static str {
        match self {
            Self::Kind(kind, _) => kind.what(),
            Self::Fixed(rule) => rule.what(),
        }
    }

    /// Why a client breaks, or why none does: a sentence.
    pub fn why(self) -> String {
        match self {
            Self::Kind(kind, column) => texts::why(kind, column),
            Self::Fixed(rule) => rule.why().to_owned(),
        }
    }

    /// How the change is made safely: a sentence.
    pub fn safe(self) -> String {
        match self {
            Self::Kind(kind, column) => texts::safe(kind, column).to_owned(),
            Self::Fixed(rule) => rule.safe().to_owned(),
        }
    }

    /// Whether other tools know it by the same name.
    pub fn is_standard(self) -> bool {
        match self {
            Self::Kind(kind, column) => kind.is_standard(column),
            Self::Fixed(rule) => rule.is_standard(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_id_is_one_rule_and_leads_back_to_it() {
        let mut seen = HashSet::new();
        for rule in Rule::all() {
            let id = rule.id();
            assert!(seen.insert(id.clone()), "{id} is there twice");
            assert_eq!(Rule::parse(&id), Some(rule), "{id}");
            assert!(
                id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{id}"
            );
        }
        assert_eq!(Rule::all().filter(|rule| rule.is_standard()).count(), 509);
        assert_eq!(seen.len(), 1118);
        assert_eq!(
            (
                Rule::parse(""),
                Rule::parse("request-body-"),
                Rule::parse("no-such-rule")
            ),
            (None, None, None)
        );
    }

    #[test]
    fn every_rule_says_in_sentences_why_and_what_to_do() {
        for rule in Rule::all() {
            for text in [rule.why(), rule.safe()] {
                assert!(
                    text.ends_with('.') && text.starts_with(char::is_uppercase),
                    "{}: {text}",
                    rule.id()
                );
                assert!(!text.contains("  ") && text.len() > 20, "{}: {text}", rule.id());
                assert!(
                    !text.contains(". "),
                    "{} says more than a sentence: {text}",
                    rule.id()
                );
            }
            assert!(
                rule.level() == Level::Info || rule.safe() != texts::NOTHING,
                "{} is no info and says that nothing has to be done",
                rule.id()
            );
            assert!(
                !rule.what().is_empty() && !rule.what().ends_with('.'),
                "{}",
                rule.id()
            );
        }
    }

    #[test]
    fn levels_are_those_of_the_side_that_breaks() {
        let level = |id: &str| Rule::parse(id).map(Rule::level);
        for (id, expect) in [
            ("request-body-const-added", Level::Error),
            ("response-body-const-added", Level::Info),
            ("request-property-enum-value-removed", Level::Error),
            ("response-property-enum-value-added", Level::Warning),
            ("request-parameter-property-type-changed", Level::Warning),
            ("response-header-became-optional", Level::Error),
            ("response-optional-property-removed", Level::Warning),
            ("api-removed-without-deprecation", Level::Error),
            ("request-body-additional-properties-closed", Level::Error),
            ("response-body-any-of-added", Level::Info),
            ("response-body-any-of-widened", Level::Error),
            ("api-security-tightened", Level::Error),
        ] {
            assert_eq!(level(id), Some(expect), "{id}");
        }
    }
}
