//! What a work item lacks: the sections of its type, and their parts.
//!
//! Each thing that is missing is a problem of its own, with its line. A spec that is still the template is one problem:
//! whoever has just made it need not read forty.

mod deployment;
mod integration;
mod leftovers;
mod sections;

use crate::model::spec::{At, Problem, Spec};
use crate::model::work_item::{WorkItem, WorkItemType};

use super::oddities::quoted;
use super::outline::name;
use super::overlay::overlay;

/// How many problems are told one by one.
const MOST: usize = 100;

/// How many acceptance criteria make a list that somebody thought about.
const FEWEST_CRITERIA: usize = 3;

/// Names everything that the work item lacks, in the order of the spec; nothing when it is complete. `spec` is the
/// file as read, or nothing where there is none; what the work item's own JSON says is counted in.
pub fn validate(spec: Option<&Spec>, item: &WorkItem) -> Vec<Problem> {
    let mut whole = spec.cloned().unwrap_or_default();
    overlay(&mut whole, item);
    let mut list = List::new(&whole);
    if spec.is_none() && whole == Spec::default() {
        list.about(
            "no_spec",
            format!(
                "the {} has no spec",
                super::title::heading(item.kind).to_lowercase()
            ),
            Some(match &item.spec_file {
                Some(file) => format!("write {file}"),
                None => "write one, and name it as the work item's `spec_file`".to_owned(),
            }),
        );
    } else {
        check(&mut list, item, spec.is_some());
    }
    if item.kind == WorkItemType::IntegrationTest && item.dependencies.is_empty() {
        list.about(
            "no_dependencies",
            "an integration test depends on the work items that build its components, and names none"
                .to_owned(),
            Some("name them as the work item's dependencies".to_owned()),
        );
    }
    list.finish()
}

/// Names everything that a deployment lacks of what is run, tried and taken back: what [`validate`] says of those sections,
/// and nothing of the title and the acceptance criteria. Whether there is something to do before and after is no question of
/// what can be run.
pub fn validate_procedure(spec: &Spec) -> Vec<Problem> {
    let mut list = List::new(spec);
    leftovers::oddities_of_sections(&mut list);
    if !is_unreadable(spec) {
        let titles = sections::required(WorkItemType::Deployment).iter();
        for title in titles.filter(|title| **title != sections::ACCEPTANCE) {
            if let Some(line) = sections::section(&mut list, title) {
                part(&mut list, title, line);
            }
        }
        leftovers::placeholders_of(&mut list, WorkItemType::Deployment);
    }
    list.problems
        .retain(|problem| !["no_pre_steps", "no_post_steps"].contains(&problem.code));
    list.finish()
}

/// Whether so little of a spec could be read that nothing can be said of its sections.
fn is_unreadable(spec: &Spec) -> bool {
    let mut codes = spec.oddities.iter().map(|oddity| oddity.value.code);
    codes.any(|code| ["too_large", "too_deep"].contains(&code))
}

fn check(list: &mut List<'_>, item: &WorkItem, has_file: bool) {
    let spec = list.spec;
    if is_unreadable(spec) {
        leftovers::oddities(list);
        return;
    }
    if let Some(kind) = spec.kind.as_ref().filter(|kind| kind.value != item.kind) {
        let (theirs, ours) = (
            super::title::heading(kind.value),
            super::title::heading(item.kind),
        );
        list.at(
            kind.line,
            "wrong_type",
            format!(
                "the first heading says {}, and the work item is of the type {}",
                quoted(&theirs),
                item.kind
            ),
            Some(format!("write `# {ours}: …`, or correct the work item's type")),
        );
    }
    leftovers::oddities(list);

    let filled = spec.sections.iter().any(|section| section.filled);
    if has_file && !filled && !spec.sections.is_empty() {
        list.at(
            spec.sections[0].line,
            "not_filled",
            "nothing is filled in yet: below the headings there is only the template's text".to_owned(),
            Some(format!("fill in {}", sections::listed(item.kind))),
        );
        sections::missing_only(list, item.kind);
        return;
    }
    for title in sections::required(item.kind) {
        if let Some(line) = sections::section(list, title) {
            part(list, title, line);
        }
    }
    leftovers::template(list, item.kind);
}

/// What a section of its name must hold.
fn part(list: &mut List<'_>, title: &str, line: u32) {
    match title {
        sections::ACCEPTANCE => acceptance(list, line),
        "Test Scenarios" => integration::scenarios(list, line),
        "Performance Benchmarks" => integration::benchmarks(list, line),
        "API Contracts" => integration::contracts(list, line),
        "Environment Requirements" => integration::environment(list, line),
        "Deployment Scope" => deployment::scope(list, line),
        "Deployment Procedure" => deployment::procedure(list, line),
        "Rollback Procedure" => deployment::rollback(list, line),
        "Smoke Tests" => deployment::smoke(list, line),
        _ => {}
    }
}

fn acceptance(list: &mut List<'_>, line: u32) {
    let count = list.counted(&list.spec.acceptance);
    if count < FEWEST_CRITERIA {
        let what = match count {
            0 => "there are no acceptance criteria".to_owned(),
            1 => "there is 1 acceptance criterion".to_owned(),
            count => format!("there are {count} acceptance criteria"),
        };
        list.at(
            line,
            "too_few_criteria",
            format!("{what}; at least {FEWEST_CRITERIA} are needed"),
            Some("write each as an item: `- [ ] What can be seen to hold`".to_owned()),
        );
    }
}

/// The problems so far.
struct List<'s> {
    spec: &'s Spec,
    /// The names of its sections, in their order, as they are compared.
    names: Vec<String>,
    problems: Vec<Problem>,
}

impl<'s> List<'s> {
    fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            names: spec.sections.iter().map(|section| name(&section.title)).collect(),
            problems: Vec::new(),
        }
    }

    /// Adds a problem with a line; line 0, of the JSON, is none.
    fn at(&mut self, line: u32, code: &'static str, message: String, hint: Option<String>) {
        self.problems.push(Problem {
            code,
            line: (line > 0).then_some(line),
            message,
            hint,
        });
    }

    /// Adds a problem that is about no line.
    fn about(&mut self, code: &'static str, message: String, hint: Option<String>) {
        self.at(0, code, message, hint);
    }

    /// How many of a list somebody has written.
    fn counted<T>(&self, list: &[At<T>]) -> usize {
        list.iter().filter(|one| self.spec.counts(one.line)).count()
    }

    /// Whether somebody has written it.
    fn given<T>(&self, one: Option<&At<T>>) -> bool {
        one.is_some_and(|one| self.spec.counts(one.line))
    }

    /// All of them, those about the whole first, then by line.
    fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line.unwrap_or(0));
        if self.problems.len() > MOST {
            let more = self.problems.split_off(MOST);
            self.about("more", format!("{} more problems", more.len()), None);
        }
        self.problems
    }
}
