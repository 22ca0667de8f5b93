//! Whether services of integration tests can be brought up: the engine and a Compose, where the project has such tests.

use super::checks::Check;
use crate::compose::flavour::{Flavour, FlavourError};
use crate::compose::journal::{Entry, Standing};
use crate::model::text;
use crate::model::verdict::Verdict;

/// What the check is called.
const NAME: &str = "compose";
/// What the check of what is left is called.
const LEFT: &str = "services";
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

/// What earlier runs left, by their journals: services of a run that was killed, or those that are kept; `None` where there is
/// nothing of both.
pub fn left(journals: &[(Entry, Standing)]) -> Option<Check> {
    let of = |wanted: &[Standing]| -> Vec<&Entry> {
        let all = journals.iter().filter(|(_, standing)| wanted.contains(standing));
        all.map(|(entry, _)| entry).collect()
    };
    let runs = |all: &[&Entry]| named(&all.iter().map(|entry| entry.run.clone()).collect::<Vec<_>>());
    let nobodys = of(&[Standing::Abandoned, Standing::Expired]);
    let kept = of(&[Standing::Kept]);
    if let Some(until) = kept
        .iter()
        .map(|entry| entry.expires)
        .max()
        .filter(|_| nobodys.is_empty())
    {
        let until = until.format("%Y-%m-%d %H:%M:%S UTC");
        let said = format!("services are kept until {until} of the run {}", runs(&kept));
        return Some(
            Check::of(LEFT, Verdict::Passed, said).remedy(Some("before that: sdd integration gc --all")),
        );
    }
    (!nobodys.is_empty()).then(|| {
        let said = format!(
            "services may be left of the run {}, which nobody is at any more",
            runs(&nobodys)
        );
        Check::of(LEFT, Verdict::Failed, said).remedy(Some("take them down: sdd integration gc"))
    })
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
    use crate::compose::flavour::{Kind, Silence};
    use crate::compose::project::Project;

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

    #[test]
    fn what_runs_left_is_told() {
        let entry = |run: &str, standing: Standing| {
            let project = Project {
                name: format!("sdd-0-{run}"),
                files: Vec::new(),
                env_file: None,
                profiles: Vec::new(),
            };
            let until = "2026-01-02T03:04:05Z".parse().unwrap();
            let entry = Entry::new(run, &project, Kind::Plugin, chrono::DateTime::UNIX_EPOCH, until);
            (entry, standing)
        };
        let check = |journals: &[(Entry, Standing)], expect: Option<(Verdict, &str, &str)>| {
            let found = left(journals);
            let told = found.as_ref().map(|check| {
                (
                    check.verdict,
                    check.reason.as_str(),
                    check.remedy.as_deref().unwrap(),
                )
            });
            assert_eq!(told, expect);
        };
        check(&[], None);
        check(&[entry("a", Standing::Owned)], None);
        let kept = "services are kept until 2026-01-02 03:04:05 UTC of the run b";
        check(
            &[entry("a", Standing::Owned), entry("b", Standing::Kept)],
            Some((Verdict::Passed, kept, "before that: sdd integration gc --all")),
        );
        let lost = "services may be left of the run c, d, which nobody is at any more";
        check(
            &[
                entry("b", Standing::Kept),
                entry("c", Standing::Abandoned),
                entry("d", Standing::Expired),
            ],
            Some((Verdict::Failed, lost, "take them down: sdd integration gc")),
        );
    }
}
