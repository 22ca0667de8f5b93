//! What is missing or wrong about work items: in the file, among the items, and in their specs.

use std::cell::Cell;

use serde_json::{Value, json};

use super::spec::{self, SpecFile};
use super::{Loaded, spec_path};
use crate::commands::config::ProblemSeverity;
use crate::commands::error::did_you_mean;
use crate::commands::pipeline::read_config;
use crate::model::text;
use crate::model::work_item::graph::Graph;
use crate::model::work_item::{Status, Unreadable, WorkItem, WorkItemType};
use crate::parse::spec as parse;
use crate::store::{self, Position, Store, layout};

/// One thing that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// Whether it makes the check fail.
    pub(super) severity: ProblemSeverity,
    /// Which kind, in a word that stays.
    pub(super) code: &'static str,
    /// The item that it is about.
    pub(super) item: Option<String>,
    /// The file, relative to the project.
    pub(super) file: String,
    /// The line, from 1, where it is on one.
    pub(super) line: Option<usize>,
    /// The column, from 1, where it is known.
    pub(super) column: Option<usize>,
    /// What is wrong, in one line.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl Problem {
    /// Whether it makes the check fail.
    pub(super) fn is_error(&self) -> bool {
        self.severity == ProblemSeverity::Error
    }

    /// What a person reads: place, weight, item, and what is wrong.
    pub(super) fn line(&self) -> String {
        match &self.item {
            Some(id) => self.said(&format!("{}: ", text::one_line(id))),
            None => self.said(""),
        }
    }

    /// [`Problem::line`] where the item is known.
    pub(super) fn line_of_item(&self) -> String {
        self.said("")
    }

    fn said(&self, item: &str) -> String {
        let mut place = text::one_line(&self.file);
        for number in [self.line, self.column].into_iter().flatten() {
            place.push_str(&format!(":{number}"));
        }
        let message = text::one_line(&self.message);
        format!("{place}: {}: {item}{message}", self.severity.as_str())
    }

    /// The same for a program.
    pub(super) fn json(&self) -> Value {
        json!({
            "severity": self.severity.as_str(), "code": self.code, "work_item": self.item,
            "location": {"file": self.file, "line": self.line, "column": self.column},
            "message": self.message, "hint": self.hint,
        })
    }
}

/// How many of them make the check fail, and how many do not.
pub(super) fn count(problems: &[Problem]) -> (usize, usize) {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    (errors, problems.len() - errors)
}

/// What cannot be understood in the file, as a problem. The path names the item.
pub(super) fn unreadable(place: Option<Position>, problem: &Unreadable) -> Problem {
    Problem {
        severity: ProblemSeverity::Error,
        code: "unreadable",
        item: None,
        file: layout::WORK_ITEMS.to_owned(),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: problem.to_string(),
        hint: problem.hint.clone(),
    }
}

/// A look at the items of a project.
pub(super) struct Inspector<'a> {
    store: &'a Store,
    loaded: &'a Loaded,
    graph: &'a Graph<'a, WorkItem>,
    /// How many more slips are compared with every id: that takes its time where there are many of both.
    patience: Cell<u8>,
}

/// The kind of problem that an integration test has which depends on nothing: of the item as well as of its spec.
const NO_DEPENDENCIES: &str = "no_dependencies";

/// Slips that are compared with every id.
const PATIENCE: u8 = 20;

impl<'a> Inspector<'a> {
    /// A look at these items.
    pub(super) fn new(store: &'a Store, loaded: &'a Loaded, graph: &'a Graph<'a, WorkItem>) -> Self {
        Self {
            store,
            loaded,
            graph,
            patience: Cell::new(PATIENCE),
        }
    }

    /// Everything about one item, and its spec. Each circle is told with the first of its items.
    pub(super) fn look(&self, item: &WorkItem, circles: &[Vec<&str>]) -> (Vec<Problem>, SpecFile) {
        let mut problems = self.of_the_file(item);
        let circle = circles
            .iter()
            .find(|circle| circle.first() == Some(&item.id.as_str()));
        if let Some(circle) = circle {
            problems.push(self.in_file(
                item,
                &["dependencies"],
                ("cycle", ProblemSeverity::Error),
                format!("these wait for each other: {}", circle.join(" → ")),
                None,
            ));
        }
        let (of_spec, spec) = self.of_the_spec(item);
        problems.extend(of_spec);
        (problems, spec)
    }

    /// A circle that an item is in, as a path.
    pub(super) fn circle_of(&self, item: &'a WorkItem) -> Option<Vec<&'a str>> {
        let back = |id: &'a String| self.graph.path(id, &item.id);
        let way = item.dependencies.iter().find_map(back)?;
        Some(std::iter::once(item.id.as_str()).chain(way).collect())
    }

    fn of_the_file(&self, item: &WorkItem) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(own) = item.raw.get("id").filter(|own| own.as_str() != Some(&item.id)) {
            problems.push(self.in_file(
                item,
                &["id"],
                ("other_id", ProblemSeverity::Warning),
                format!("the item calls itself {own}; its key counts"),
                None,
            ));
        }
        for (index, id) in item.dependencies.iter().enumerate() {
            if self.graph.get(id).is_none() {
                problems.push(self.in_file(
                    item,
                    &["dependencies", &index.to_string()],
                    ("unknown_dependency", ProblemSeverity::Error),
                    format!("it depends on {id:?}, which is not there"),
                    self.meant(id, item),
                ));
            }
        }
        if item.kind == WorkItemType::IntegrationTest && item.dependencies.is_empty() {
            problems.push(self.in_file(
                item,
                &["dependencies"],
                (NO_DEPENDENCIES, weight(item)),
                "an integration test depends on the items that make what it tests, and this one on nothing".to_owned(),
                Some(format!("sdd work-item update {} --add-dependency ID", item.id)),
            ));
        }
        if let Some(milestone) = &item.milestone
            && !self.loaded.items.milestones.contains(milestone)
        {
            let described = self.loaded.items.milestones.iter().map(String::as_str);
            problems.push(self.in_file(
                item,
                &["milestone"],
                ("unknown_milestone", ProblemSeverity::Warning),
                format!("the milestone {milestone:?} is not among the milestones of the file"),
                did_you_mean(milestone, described).map(|meant| format!("did you mean {meant}?")),
            ));
        }
        for (index, rule) in item.validation_rules.iter().enumerate() {
            for problem in rule.problems() {
                problems.push(self.in_file(
                    item,
                    &[
                        "validation_rules",
                        &index.to_string(),
                        problem.key().unwrap_or_default(),
                    ],
                    ("bad_rule", weight(item)),
                    problem.to_string(),
                    problem.hint(),
                ));
            }
        }
        problems
    }

    /// The id that was probably meant.
    fn meant(&self, id: &str, item: &WorkItem) -> Option<String> {
        self.patience.set(self.patience.get().checked_sub(1)?);
        let others = self.loaded.items.items.iter().map(|item| item.id.as_str());
        let meant = did_you_mean(id, others.filter(|other| *other != item.id))?;
        Some(format!("did you mean {meant}?"))
    }

    /// What is wrong about the spec, with the spec where it could be read.
    fn of_the_spec(&self, item: &WorkItem) -> (Vec<Problem>, SpecFile) {
        let read = spec::read(self.store, item);
        let problems = match &read {
            SpecFile::Missing => without_spec(item),
            SpecFile::Refused(error @ store::Error::Outside { .. }) => vec![self.in_file(
                item,
                &["spec_file"],
                ("spec_outside", ProblemSeverity::Error),
                format!("the spec is outside of the project: {error}"),
                Some("a spec is a file of the project, named relative to it".to_owned()),
            )],
            SpecFile::Refused(error) => vec![Problem {
                severity: weight(item),
                code: "spec_unreadable",
                item: Some(item.id.clone()),
                file: spec_path(item),
                line: None,
                column: None,
                message: error.to_string(),
                hint: error.hint(),
            }],
            SpecFile::Read(spec, bytes) => {
                let targets = self.targets();
                let targets: Option<Vec<&str>> = targets
                    .as_ref()
                    .map(|targets| targets.iter().map(String::as_str).collect());
                let mut problems = spec::problems(spec, bytes, item, targets.as_deref());
                // That is told already, with its place in the file of the items.
                problems.retain(|problem| problem.code != NO_DEPENDENCIES);
                problems
            }
        };
        (problems, read)
    }

    /// The environments that the settings know; nothing where those cannot be read, which other commands tell.
    fn targets(&self) -> Option<Vec<String>> {
        let settings = read_config(self.store).ok()?;
        let names = settings.config.deployments().names();
        Some(names.into_iter().map(ToOwned::to_owned).collect())
    }

    /// A problem in the file of the items, at a field of an item.
    fn in_file(
        &self,
        item: &WorkItem,
        inside: &[&str],
        (code, severity): (&'static str, ProblemSeverity),
        message: String,
        hint: Option<String>,
    ) -> Problem {
        let path: Vec<String> = ["work_items", &item.id]
            .iter()
            .chain(inside)
            .map(|step| (*step).to_owned())
            .collect();
        let place = self.loaded.place(&path);
        Problem {
            severity,
            code,
            item: Some(item.id.clone()),
            file: layout::WORK_ITEMS.to_owned(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            message,
            hint,
        }
    }
}

/// An integration test without a spec may say by its own fields what would stand there.
fn without_spec(item: &WorkItem) -> Vec<Problem> {
    let said =
        parse::of_item(layout::WORK_ITEMS, item).filter(|_| item.kind == WorkItemType::IntegrationTest);
    let (severity, message) = match &said {
        Some(_) => (
            ProblemSeverity::Warning,
            "there is no spec, and what the item's own fields say counts",
        ),
        None => (weight(item), "there is no spec"),
    };
    let missing = Problem {
        severity,
        code: "no_spec",
        item: Some(item.id.clone()),
        file: spec_path(item),
        line: None,
        column: None,
        message: message.to_owned(),
        hint: Some("what is to be done stands in this file, in markdown".to_owned()),
    };
    let lacking = said.iter().flat_map(|said| spec::problems(said, &[], item, None));
    std::iter::once(missing)
        .chain(lacking.filter(|problem| problem.code != NO_DEPENDENCIES))
        .collect()
}

/// What a completed item lacks keeps nobody from anything.
pub(super) fn weight(item: &WorkItem) -> ProblemSeverity {
    match item.status {
        Status::Completed => ProblemSeverity::Warning,
        Status::NotStarted | Status::InProgress | Status::Blocked => ProblemSeverity::Error,
    }
}
