//! What deployments have: scope, procedure, configuration, the way back, smoke tests.

mod rows;
mod scope;
mod smoke;
mod steps;

use std::collections::HashSet;

use crate::model::spec::{At, DeployStep, Deployment, Oddity, Variable};

use super::document::Block;
use super::oddities::{Oddities, quoted};
use super::outline::Node;
use super::parts::{self, Part};
use super::variables;
use super::words;

use steps::Prose;

/// Reads the parts of a deployment.
pub fn deployment(blocks: &[Block], sections: &[Node], oddities: &mut Oddities) -> Deployment {
    let mut out = Deployment::default();
    for section in sections {
        let parts = || -> Vec<Part<'_>> { parts::parts(blocks, section.all.clone()) };
        match section.name.as_str() {
            "deployment scope" => scope::scope(&parts(), &mut out, oddities),
            "target environment" => scope::environment_section(&parts(), &mut out, oddities),
            "deployment procedure" => procedure(&parts(), &mut out, oddities),
            "environment configuration" => configuration(&parts(), &mut out, oddities),
            "rollback procedure" => rollback(&parts(), &mut out, oddities),
            "smoke tests" => smoke::smoke(blocks, section, &mut out),
            name => {
                // Some give a stage a section of its own.
                if let Some(stage) = stage(name) {
                    enter(stage, section.line, &mut out);
                    put(stage, steps::steps(&parts(), Prose::Tells, oddities), &mut out);
                }
            }
        }
    }
    out
}

/// A stage of the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Steps,
    After,
}

/// The stage that a heading begins. "Pre-deployment steps" are no deployment steps, whatever words they share.
fn stage(name: &str) -> Option<Stage> {
    let name = name.replace('-', " ");
    let kinds = [
        "",
        "steps",
        "step",
        "checklist",
        "checks",
        "tasks",
        "verification",
        "commands",
    ];
    let is = |begin: &str| {
        name.strip_prefix(begin)
            .is_some_and(|kind| kinds.contains(&kind.trim()) && (kind.is_empty() || kind.starts_with(' ')))
    };
    if is("pre deployment") || is("predeployment") || is("before deployment") {
        Some(Stage::Before)
    } else if is("post deployment") || is("postdeployment") || is("after deployment") {
        Some(Stage::After)
    } else if is("deployment") || is("deploy") {
        Some(Stage::Steps)
    } else {
        None
    }
}

fn procedure(parts: &[Part<'_>], out: &mut Deployment, oddities: &mut Oddities) {
    let runs = runs(parts, stage);
    for (stage, run) in runs {
        match stage {
            Some(stage) => {
                enter(stage, run[0].line, out);
                put(stage, steps::steps(run, Prose::Tells, oddities), out);
            }
            // Steps without a heading of their own are still steps.
            None => put(Stage::Steps, steps::steps(run, Prose::Explains, oddities), out),
        }
    }
}

/// Cuts parts into runs: each begins with a part of a name that is looked for, the first run with what is before.
/// The same name again on a lower level, `**Pre-Deployment Commands:**`, begins none.
fn runs<'p, 'd, R: Copy + PartialEq>(
    parts: &'p [Part<'d>],
    known: impl Fn(&str) -> Option<R>,
) -> Vec<(Option<R>, &'p [Part<'d>])> {
    let mut begins: Vec<(usize, Option<R>, u8)> = vec![(0, None, 0)];
    for (at, part) in parts.iter().enumerate() {
        let Some(role) = known(&part.name) else { continue };
        let inside = begins
            .last()
            .is_some_and(|(_, last, rank)| *last == Some(role) && *rank < part.rank);
        if !inside {
            begins.push((at, Some(role), part.rank));
        }
    }
    let ends: Vec<usize> = begins
        .iter()
        .skip(1)
        .map(|(at, _, _)| *at)
        .chain([parts.len()])
        .collect();
    begins
        .into_iter()
        .zip(ends)
        .filter(|((begin, _, _), end)| begin < end)
        .map(|((begin, role, _), end)| (role, &parts[begin..end]))
        .collect()
}

fn enter(stage: Stage, line: u32, out: &mut Deployment) {
    let heading = match stage {
        Stage::Before => &mut out.pre_heading,
        Stage::Steps => &mut out.steps_heading,
        Stage::After => &mut out.post_heading,
    };
    heading.get_or_insert(line);
}

fn put(stage: Stage, steps: Vec<At<DeployStep>>, out: &mut Deployment) {
    match stage {
        Stage::Before => out.pre.extend(steps),
        Stage::Steps => out.steps.extend(steps),
        Stage::After => out.post.extend(steps),
    }
}

/// Reads the variables: of fences, and of items that begin with a name.
fn configuration(parts: &[Part<'_>], out: &mut Deployment, oddities: &mut Oddities) {
    let mut known: HashSet<String> = HashSet::new();
    let mut add = |name: String, placeholder: bool, line: u32| {
        if known.insert(name.clone()) {
            out.variables.push(At::new(Variable { name, placeholder }, line));
        }
    };
    for part in parts {
        for fence in part.code() {
            for (setting, line) in variables::settings(fence, oddities) {
                let open = variables::is_open(&setting.value);
                add(setting.name, open, line);
            }
        }
        if !part.name.contains("variable") {
            continue;
        }
        for item in part.outer_items() {
            let Some(line) = item.lines.first() else { continue };
            let text = match line.code.first() {
                Some(code) => &line.text[code.clone()],
                None => line.text.trim(),
            };
            if let Some(setting) = variables::setting(text) {
                let open = variables::is_open(&setting.value);
                add(setting.name, open, item.line);
            } else {
                let name = text.split([':', ' ', ',']).next().unwrap_or_default();
                if variables::is_name(name) && !name.contains(|c: char| c.is_ascii_lowercase()) {
                    add(name.to_owned(), true, item.line);
                }
            }
        }
    }
}

/// What a part of the way back is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Triggers,
    Steps,
    Time,
}

fn back(name: &str) -> Option<Back> {
    if name.contains("rollback time") || name == "estimated time" || name == "time estimate" {
        Some(Back::Time)
    } else if name == "triggers" || name == "rollback triggers" || name == "rollback trigger" {
        Some(Back::Triggers)
    } else if [
        "rollback steps",
        "steps",
        "rollback commands",
        "rollback checklist",
    ]
    .contains(&name)
    {
        Some(Back::Steps)
    } else {
        None
    }
}

fn rollback(parts: &[Part<'_>], out: &mut Deployment, oddities: &mut Oddities) {
    for (role, run) in runs(parts, back) {
        match role {
            Some(Back::Triggers) => {
                out.triggers_heading.get_or_insert(run[0].line);
                let items = run.iter().flat_map(Part::outer_items);
                let triggers = items.map(|item| At::new(item.text(), item.line));
                out.rollback_triggers
                    .extend(triggers.filter(|trigger| !trigger.value.is_empty()));
                for part in run {
                    for (line, row) in rows::rows(part) {
                        if let rows::Row::Cells(cells) = row {
                            out.rollback_triggers.push(At::new(cells, line));
                        }
                    }
                }
            }
            Some(Back::Steps) => {
                out.rollback_heading.get_or_insert(run[0].line);
                out.rollback_steps
                    .extend(steps::steps(run, Prose::Tells, oddities));
            }
            Some(Back::Time) => {
                out.rollback_time = out.rollback_time.take().or_else(|| time(&run[0]));
                let behind = run.iter().skip(1).position(|part| ends_time(&run[0], part));
                let (about, behind) = run.split_at(behind.map_or(run.len(), |at| at + 1));
                lost(
                    about,
                    out.rollback_time.as_ref(),
                    "the estimated rollback time",
                    oddities,
                );
                out.rollback_steps
                    .extend(steps::steps(behind, Prose::Explains, oddities));
            }
            None => out
                .rollback_steps
                .extend(steps::steps(run, Prose::Explains, oddities)),
        }
    }
}

/// Whether a part behind the time of the way back is not about it any more.
fn ends_time(time: &Part<'_>, part: &Part<'_>) -> bool {
    let has_more = part.items().next().is_some() || part.code().next().is_some();
    part.rank <= time.rank && (part.rank < parts::LABEL || has_more)
}

/// Tells what looks like a step and stands where no steps are read. Items with a label say something of the time itself.
fn lost(parts: &[Part<'_>], time: Option<&At<String>>, place: &str, oddities: &mut Oddities) {
    let is_time = |line: u32| time.is_some_and(|time| time.line == line);
    let items = parts
        .iter()
        .flat_map(Part::outer_items)
        .filter(|item| words::label_of(item).is_none() && !is_time(item.line))
        .map(|item| (item.line, item.text()));
    for (line, text) in items {
        oddities.add(
            line,
            Oddity::LOST_STEP,
            format!("{} stands below {place}: nobody would do it", quoted(&text)),
            Some("steps of the way back stand below `### Rollback Steps`"),
        );
    }
}

/// How long the way back takes: what stands behind the label, else the sum below it, else the first that is said.
fn time(part: &Part<'_>) -> Option<At<String>> {
    let pairs = part.pairs();
    let total = pairs.iter().find(|pair| pair.name.contains("total"));
    if let Some(pair) = pairs
        .iter()
        .find(|pair| back(&pair.name) == Some(Back::Time))
        .or(total)
        .or(pairs.first())
    {
        return pair.meant().map(|value| At::new(value.to_owned(), pair.line()));
    }
    let item = part.items().next()?;
    Some(At::new(item.text(), item.line))
}
