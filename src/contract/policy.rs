//! What a project says about rules: other levels, and changes that it accepts for a reason and for a time.
//!
//! Nothing is dropped in silence: what a suppression takes is listed apart with its reason, one whose time is over is told and
//! takes nothing, and one that takes nothing is told as well.

mod globs;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::arena::NodeId;
use super::diff::{Change, Comparison, Notice, Operation};
use super::rules::{Column, Direction, Fixed, Kind, Level, Rule};

pub use settings::Unfit;

/// What a project says about rules.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Levels of rules that are not their own, by the rule's id; `None` leaves the rule out.
    pub levels: BTreeMap<String, Option<Level>>,
    /// How new values in what is sent to clients are taken.
    pub enums: Enums,
    /// How long before its end something must be announced.
    pub notice: Notice,
    /// Changes that are accepted.
    pub suppressions: Vec<Suppression>,
}

/// How clients take values that a list of values did not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Enums {
    /// Nobody knows: a warning.
    #[default]
    Unknown,
    /// They break: an error.
    Closed,
    /// They were told that values may be added.
    Open,
}

/// A change that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The id of the rule; `*` stands for any letters.
    pub rule: String,
    /// The operations, such as `GET /users/*`: `*` stands for anything but `/`, `**` for anything; without a method, all
    /// methods of the path. `None` for every change of the rule.
    pub operation: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub expires: Option<NaiveDate>,
}

/// A comparison as the project wants it judged.
#[derive(Clone, Debug, Default)]
pub struct Ruled {
    /// The changes with their levels: errors first.
    pub changes: Vec<(Level, Change)>,
    /// Changes that are accepted, with the number of the suppression in [`Policy::suppressions`].
    pub suppressed: Vec<(usize, Level, Change)>,
    /// The operations of both documents.
    pub operations: Vec<Operation>,
    /// How many changes each suppression took.
    pub taken: Vec<usize>,
    /// The root of the revision.
    pub revision: Option<NodeId>,
}

impl Policy {
    /// The level of a rule; `None` where it is left out.
    pub fn level(&self, rule: Rule) -> Option<Level> {
        if !self.levels.is_empty()
            && let Some(level) = self.levels.get(&rule.id())
        {
            return *level;
        }
        let is_sent = |column: Column| column.direction() == Direction::Response;
        match (self.enums, rule) {
            (Enums::Closed, Rule::Kind(Kind::EnumValueAdded, column)) if is_sent(column) => {
                Some(Level::Error)
            }
            (Enums::Open, Rule::Kind(Kind::EnumValueAdded, column)) if is_sent(column) => Some(Level::Info),
            _ => Some(rule.level()),
        }
    }

    /// The level of a rule about one description, which has one of its own; `None` where it is left out.
    pub fn level_of(&self, rule: &str, own: Level) -> Option<Level> {
        self.levels.get(rule).copied().unwrap_or(Some(own))
    }

    /// The number of the suppression that accepts a finding about one description on a day, by its rule and the operation
    /// that it stands in.
    pub fn accepts(&self, rule: &str, call: Option<(&str, &str)>, today: NaiveDate) -> Option<usize> {
        self.suppressions.iter().position(|own| {
            !own.is_over(today)
                && globs::matches(&own.rule, rule)
                && own.operation.as_ref().is_none_or(|wanted| {
                    call.is_some_and(|(method, path)| globs::is_operation(wanted, method, path))
                })
        })
    }

    /// Judges a comparison on a day.
    pub fn apply(&self, compared: Comparison, today: NaiveDate) -> Ruled {
        let mut ruled = Ruled {
            operations: compared.operations,
            revision: compared.revision,
            taken: vec![0; self.suppressions.len()],
            ..Ruled::default()
        };
        let counting: Vec<(usize, Matcher<'_>)> = self
            .suppressions
            .iter()
            .enumerate()
            .filter(|(_, suppression)| !suppression.is_over(today))
            .map(|(at, suppression)| (at, Matcher { suppression }))
            .collect();
        for mut change in compared.changes {
            let Some(level) = self.level(change.rule) else {
                continue;
            };
            let mut is_left = true;
            for (at, matcher) in &counting {
                let Some(rest) = matcher.takes(&change, &ruled.operations) else {
                    continue;
                };
                ruled.taken[*at] += 1;
                let mut taken = change.clone();
                taken.operations = without(&taken.operations, &rest);
                ruled.suppressed.push((*at, level, taken));
                if rest.is_empty() {
                    is_left = false;
                    break;
                }
                change.operations = rest.into();
            }
            if is_left {
                ruled.changes.push((level, change));
            }
        }
        // Stable: within a level the comparison's order stays.
        ruled.changes.sort_by_key(|(level, _)| *level);
        ruled
    }

    /// What is to be said about the suppressions themselves, given how many changes each took in all comparisons.
    pub fn remarks(&self, taken: &[usize], today: NaiveDate) -> Vec<(Level, Change)> {
        let mut remarks = Vec::new();
        for (at, suppression) in self.suppressions.iter().enumerate() {
            let (rule, to) = match suppression.expires {
                Some(day) if suppression.is_over(today) => (
                    Fixed::SuppressionExpired,
                    format!("on {day}; its reason was: {}", suppression.reason),
                ),
                _ if taken.get(at).is_none_or(|count| *count == 0) => (
                    Fixed::SuppressionUnused,
                    format!("its reason is: {}", suppression.reason),
                ),
                _ => continue,
            };
            let Some(level) = self.level(Rule::Fixed(rule)) else {
                continue;
            };
            remarks.push((
                level,
                Change {
                    rule: Rule::Fixed(rule),
                    subject: suppression.named(),
                    from: None,
                    to: Some(to),
                    base: None,
                    revision: None,
                    operations: Arc::default(),
                },
            ));
        }
        remarks
    }
}

impl Suppression {
    /// What is said of what it takes: `suppressed until 2027-01-01: nobody calls it`.
    pub fn said(&self) -> String {
        let until = self
            .expires
            .map_or_else(String::new, |day| format!(" until {day}"));
        format!("suppressed{until}: {}", self.reason)
    }

    /// What it is for, in one line.
    pub fn named(&self) -> String {
        match &self.operation {
            Some(operation) => format!("{} in {operation}", self.rule),
            None => self.rule.clone(),
        }
    }

    fn is_over(&self, today: NaiveDate) -> bool {
        self.expires.is_some_and(|day| today > day)
    }
}

impl Ruled {
    /// Takes in what is to be said about suppressions.
    pub fn add(&mut self, remarks: Vec<(Level, Change)>) {
        self.changes.extend(remarks);
        self.changes.sort_by_key(|(level, _)| *level);
    }

    /// How many parts could not be compared, and are not accepted as such.
    pub fn gaps(&self) -> usize {
        let is_gap = |change: &Change| change.rule == Rule::Fixed(Fixed::DocumentNotCompared);
        self.changes.iter().filter(|(_, change)| is_gap(change)).count()
    }
}

/// The operations of a list that are not in another; both are in order.
fn without(all: &[u32], rest: &[u32]) -> Arc<[u32]> {
    let is_left = |one: &&u32| rest.binary_search(one).is_err();
    all.iter().filter(is_left).copied().collect()
}

struct Matcher<'a> {
    suppression: &'a Suppression,
}

impl Matcher<'_> {
    /// The operations of a change that are left; `None` when it takes none of them.
    fn takes(&self, change: &Change, operations: &[Operation]) -> Option<Vec<u32>> {
        if !globs::matches(&self.suppression.rule, &change.rule.id()) {
            return None;
        }
        let Some(wanted) = &self.suppression.operation else {
            return Some(Vec::new());
        };
        let rest: Vec<u32> = change
            .operations
            .iter()
            .copied()
            .filter(|number| {
                let operation = operations.get(*number as usize);
                !operation.is_some_and(|one| globs::is_operation(wanted, &one.method, &one.path))
            })
            .collect();
        (rest.len() < change.operations.len()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(id: &str) -> Rule {
        Rule::parse(id).unwrap()
    }

    fn compared(changes: &[(&str, &[u32])]) -> Comparison {
        let operation = |method: &str, path: &str| Operation {
            path: path.to_owned(),
            method: method.to_owned(),
            id: None,
        };
        Comparison {
            changes: changes
                .iter()
                .map(|(id, operations)| Change {
                    rule: rule(id),
                    subject: String::new(),
                    from: None,
                    to: None,
                    base: None,
                    revision: None,
                    operations: (*operations).into(),
                })
                .collect(),
            operations: vec![
                operation("GET", "/users/{id}"),
                operation("POST", "/users"),
                operation("GET", "/a/b/c"),
            ],
            revision: None,
        }
    }

    fn accepted(rule: &str, operation: Option<&str>, expires: Option<&str>) -> Suppression {
        Suppression {
            rule: rule.to_owned(),
            operation: operation.map(str::to_owned),
            reason: "agreed".to_owned(),
            expires: expires.map(day),
        }
    }

    #[track_caller]
    fn check(suppressions: &[Suppression], left: &[(&str, &[u32])], suppressed: usize, remarks: &[&str]) {
        let policy = Policy {
            suppressions: suppressions.to_vec(),
            ..Policy::default()
        };
        let today = day("2026-11-20");
        let mut all = compared(&[
            ("api-removed-without-deprecation", &[0]),
            ("request-property-type-changed", &[0, 1, 2]),
            ("api-schema-removed", &[]),
        ]);
        all.changes.reverse();
        let ruled = policy.apply(all, today);
        let found: Vec<(String, Vec<u32>)> = ruled
            .changes
            .iter()
            .map(|(_, change)| (change.rule.id(), change.operations.to_vec()))
            .collect();
        let expect: Vec<(String, Vec<u32>)> = left
            .iter()
            .map(|(id, operations)| ((*id).to_owned(), operations.to_vec()))
            .collect();
        assert_eq!((found, ruled.suppressed.len()), (expect, suppressed));
        let said: Vec<String> = policy
            .remarks(&ruled.taken, today)
            .iter()
            .map(|(_, change)| change.rule.id())
            .collect();
        assert_eq!(said, remarks);
    }

    #[test]
    fn a_suppression_takes_its_operations_and_leaves_the_others() {
        const TYPE: &str = "request-property-type-changed";
        const GONE: &str = "api-removed-without-deprecation";
        const SCHEMA: &str = "api-schema-removed";
        check(&[], &[(TYPE, &[0, 1, 2]), (GONE, &[0]), (SCHEMA, &[])], 0, &[]);
        check(
            &[accepted(GONE, None, None)],
            &[(TYPE, &[0, 1, 2]), (SCHEMA, &[])],
            1,
            &[],
        );
        check(
            &[accepted(TYPE, Some("GET /users/*"), None)],
            &[(TYPE, &[1, 2]), (GONE, &[0]), (SCHEMA, &[])],
            1,
            &[],
        );
        check(
            &[accepted("*", Some("/users/{id}"), None)],
            &[(TYPE, &[1, 2]), (SCHEMA, &[])],
            2,
            &[],
        );
        check(
            &[accepted("*", Some("GET /**"), None)],
            &[(TYPE, &[1]), (SCHEMA, &[])],
            2,
            &[],
        );
        check(
            &[
                accepted(TYPE, Some("GET /**"), None),
                accepted(TYPE, Some("POST /users"), None),
            ],
            &[(GONE, &[0]), (SCHEMA, &[])],
            2,
            &[],
        );
        check(&[accepted("*", None, Some("2026-11-20"))], &[], 3, &[]);
        check(
            &[accepted("*", None, Some("2026-11-19"))],
            &[(TYPE, &[0, 1, 2]), (GONE, &[0]), (SCHEMA, &[])],
            0,
            &["suppression-expired"],
        );
        check(
            &[accepted(TYPE, Some("PUT /users"), Some("2027-01-01"))],
            &[(TYPE, &[0, 1, 2]), (GONE, &[0]), (SCHEMA, &[])],
            0,
            &["suppression-unused"],
        );
    }

    #[test]
    fn levels_are_what_the_project_says() {
        let (added, removed) = (
            rule("response-property-enum-value-added"),
            rule("api-schema-removed"),
        );
        let with = |enums| Policy {
            enums,
            ..Policy::default()
        };
        assert_eq!(with(Enums::Unknown).level(added), Some(Level::Warning));
        assert_eq!(with(Enums::Closed).level(added), Some(Level::Error));
        assert_eq!(with(Enums::Open).level(added), Some(Level::Info));
        let request = rule("request-property-enum-value-added");
        assert_eq!(with(Enums::Closed).level(request), Some(Level::Info));
        let mut policy = with(Enums::Closed);
        policy.levels.insert(added.id(), None);
        policy.levels.insert(removed.id(), Some(Level::Error));
        assert_eq!(
            (policy.level(added), policy.level(removed)),
            (None, Some(Level::Error))
        );
        let ruled = policy.apply(
            compared(&[
                ("response-property-enum-value-added", &[0]),
                ("request-property-enum-value-added", &[0]),
                ("api-schema-removed", &[]),
            ]),
            day("2026-11-20"),
        );
        let order: Vec<(Level, Rule)> = ruled
            .changes
            .iter()
            .map(|(level, change)| (*level, change.rule))
            .collect();
        assert_eq!(order, [(Level::Error, removed), (Level::Info, request)]);
    }
}
