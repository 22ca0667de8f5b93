//! Whether services of integration tests can be brought up: the engine and a Compose, where the project has such tests.

use super::checks::Check;
use crate::compose::flavour::{Flavour, FlavourError};
use crate::model::text;
use crate::model::verdict::Verdict;

/// What the check is called.
const NAME: &str = "compose";
/// Work items that a line names; the rest is counted.
const MAX_NAMED: usize = 3;

/// Who wants services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanting {
    /// The ids of work items that are not done and have services brought up for them.
    pub items: Vec<String>,
    /// Whether the next verdict is on one of them: the open session's.
    pub weight: Weight,
}

/// What it means when no services can be brought up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// There is no verdict on the open session's work.
    Decides,
    /// It is told.
    #[default]
    Informs,
}

/// The engine and the Compose that answers, or what to do about it.
pub fn check(wanting: &Wanting, found: &Result<Flavour, FlavourError>) -> Check {
    let check = match found {
        Ok(flavour) => Check::of(NAME, Verdict::Passed, flavour.shown()),
        Err(error) => {
            let verdict = if *error == FlavourError::Cancelled {
                Verdict::NotRun
            } else {
                Verdict::Error
            };
            let who = named(&wanting.items);
            Check::of(NAME, verdict, format!("{error}; wanted by {who}")).remedy(error.hint())
        }
    };
    match wanting.weight {
        Weight::Decides => check.required(),
        Weight::Informs => check,
    }
}

fn named(items: &[String]) -> String {
    let first: Vec<String> = items
        .iter()
        .take(MAX_NAMED)
        .map(|id| text::one_line(id))
        .collect();
    match items.len().saturating_sub(MAX_NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::flavour::Silence;

    fn wanting(count: usize, weight: Weight) -> Wanting {
        let items = (1..=count).map(|n| format!("integration_test_{n}")).collect();
        Wanting { items, weight }
    }

    #[test]
    fn what_answers_is_named_with_its_version() {
        let found = check(&wanting(1, Weight::Decides), &Ok(Flavour::sample()));
        assert_eq!((found.verdict, found.required), (Verdict::Passed, true));
        assert_eq!(found.reason, "docker compose 2.26.1, engine 20.10.24");
        assert_eq!(found.remedy, None);
    }

    #[test]
    fn what_does_not_answer_is_named_with_what_to_do_and_who_wants_it() {
        let silent = FlavourError::Engine {
            program: "docker".to_owned(),
            why: "it is off".to_owned(),
            silence: Silence::Refused,
        };
        let found = check(&wanting(5, Weight::Informs), &Err(silent.clone()));
        assert_eq!((found.verdict, found.required), (Verdict::Error, false));
        assert_eq!(
            found.reason,
            "the container engine does not answer: it is off; wanted by integration_test_1, integration_test_2, \
             integration_test_3 and 2 more"
        );
        assert_eq!(found.remedy, silent.hint());
        let stopped = check(&wanting(1, Weight::Decides), &Err(FlavourError::Cancelled));
        assert_eq!(stopped.verdict, Verdict::NotRun);
    }
}
