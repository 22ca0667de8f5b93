//! The spec of an item: read with what the item's own JSON says on top.

use super::problems::{Problem, weight};
use super::spec_path;
use crate::commands::config::ProblemSeverity;
use crate::deploy::procedure::{self, Fault};
use crate::model::spec::{At, Spec};
use crate::model::text;
use crate::model::work_item::{WorkItem, WorkItemType};
use crate::parse::spec as parse;
use crate::store::{self, Store};

/// The most bytes of a spec that are read; the parser takes no more either.
const MAX_BYTES: u64 = parse::MAX_BYTES as u64;

/// What came of looking for a spec.
pub(super) enum SpecFile {
    /// What it says, and its bytes.
    Read(Box<Spec>, Vec<u8>),
    /// There is none where the item says, or where sdd would have put it.
    Missing,
    /// It cannot be read, or is outside of the project.
    Refused(store::Error),
}

/// Reads the spec of an item. One outside of the project, by its name or by a link, is refused.
pub(super) fn read(store: &Store, item: &WorkItem) -> SpecFile {
    let path = spec_path(item);
    match store::read_inside(store.root(), &path, MAX_BYTES) {
        Ok(Some(bytes)) => {
            let mut read = parse::read(&path, &bytes);
            parse::overlay(&mut read, item);
            SpecFile::Read(Box::new(read), bytes)
        }
        Ok(None) => SpecFile::Missing,
        Err(error) => SpecFile::Refused(error),
    }
}

/// What is wrong about a spec: what the item lacks decides, what is only odd does not.
///
/// Of a deployment it is told as well what `sdd deploy` could not run. `targets` are the environments that the settings know;
/// nothing where those cannot be read.
pub(super) fn problems(spec: &Spec, bytes: &[u8], item: &WorkItem, targets: Option<&[&str]>) -> Vec<Problem> {
    let problem = |severity, code, line: Option<u32>, message: &str, hint: Option<&String>| Problem {
        severity,
        code,
        item: Some(item.id.clone()),
        file: spec.file.clone(),
        line: line.and_then(|line| usize::try_from(line).ok()),
        column: None,
        message: message.to_owned(),
        hint: hint.cloned(),
    };
    let lacking = parse::validate(Some(spec), item);
    // What decides already is not told a second time as odd, and what nobody would run is told as a fault.
    let is_told = |code: &str, line: u32| {
        let same = |lack: &crate::model::spec::Problem| lack.code == code && lack.line == Some(line);
        lacking.iter().any(same)
    };
    let odd = spec
        .oddities
        .iter()
        .filter(|odd| !is_told(odd.value.code, odd.line));
    // What is nowhere is missing below the title: a place to go to. A finding of the gate has none, since the text of its
    // line would be taken for its identity.
    let title = spec
        .title
        .as_ref()
        .map(|title| title.line)
        .filter(|line| *line > 0);
    let lacking = lacking.iter().map(|lack| {
        problem(
            weight(item),
            lack.code,
            lack.line.or(title.filter(|_| lack.code == "missing_section")),
            &lack.message,
            lack.hint.as_ref(),
        )
    });
    let odd = odd.map(|At { value, line }| {
        let line = Some(*line).filter(|line| *line > 0);
        problem(
            ProblemSeverity::Warning,
            value.code,
            line,
            &value.message,
            value.hint.as_ref(),
        )
    });
    let mut problems: Vec<Problem> = lacking.chain(odd).collect();
    problems.extend(unrunnable(spec, bytes, item, targets));
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// What a deployment could not run, but for what is told of its spec already. A spec that nobody has begun is told once.
fn unrunnable(spec: &Spec, bytes: &[u8], item: &WorkItem, targets: Option<&[&str]>) -> Vec<Problem> {
    if item.kind != WorkItemType::Deployment {
        return Vec::new();
    }
    let lacking = parse::validate(Some(spec), item);
    if lacking
        .iter()
        .any(|lack| ["not_filled", "too_large", "too_deep"].contains(&lack.code))
    {
        return Vec::new();
    }
    let known: Vec<(&str, u32)> = lacking
        .iter()
        .map(|lack| (lack.code, lack.line.unwrap_or(0)))
        .collect();
    let mut faults = procedure::faults_beside(spec, bytes, &known);
    let named = spec.deployment.environment.as_ref();
    if let (Some(named), Some(targets)) = (named, targets)
        && !targets
            .iter()
            .any(|target| target.eq_ignore_ascii_case(&named.value))
    {
        faults.push(Fault {
            line: named.line,
            code: "unknown_environment",
            message: format!(
                "there is no environment {:?} to deploy to",
                text::shorten(&named.value, 80)
            ),
            hint: format!(
                "environments are: {}; others are named in the settings, at deployment.environments",
                targets.join(", ")
            ),
        });
    }
    faults
        .into_iter()
        .map(|fault| Problem {
            severity: weight(item),
            code: fault.code,
            item: Some(item.id.clone()),
            file: spec.file.clone(),
            line: usize::try_from(fault.line).ok().filter(|line| *line > 0),
            column: None,
            message: fault.message,
            hint: Some(fault.hint),
        })
        .collect()
}

/// How many sections a spec has, and how many of them are filled in.
pub(super) fn sections(spec: &Spec) -> (usize, usize) {
    let filled = spec.sections.iter().filter(|section| section.filled);
    (spec.sections.len(), filled.count())
}

/// How much a spec has of what belongs into one of its type, by name. Text of the template does not count.
pub(super) fn counts(spec: &Spec, kind: WorkItemType) -> Vec<(&'static str, usize)> {
    fn written<T>(spec: &Spec, parts: &[At<T>]) -> usize {
        parts.iter().filter(|part| spec.counts(part.line)).count()
    }
    let mut counts = vec![("acceptance criteria", written(spec, &spec.acceptance))];
    match kind {
        WorkItemType::IntegrationTest => {
            let integration = &spec.integration;
            counts.extend([
                ("components", written(spec, &integration.components)),
                (
                    "integration points",
                    written(spec, &integration.integration_points),
                ),
                ("scenarios", written(spec, &integration.scenarios)),
                ("latency limits", written(spec, &integration.benchmarks.latency)),
                ("contracts", written(spec, &integration.contracts)),
                ("services", written(spec, &integration.environment.services)),
            ]);
        }
        WorkItemType::Deployment => {
            let deployment = &spec.deployment;
            counts.extend([
                ("steps before", written(spec, &deployment.pre)),
                ("steps", written(spec, &deployment.steps)),
                ("steps after", written(spec, &deployment.post)),
                ("rollback triggers", written(spec, &deployment.rollback_triggers)),
                ("rollback steps", written(spec, &deployment.rollback_steps)),
                ("smoke tests", written(spec, &deployment.smoke_tests)),
            ]);
        }
        WorkItemType::Feature | WorkItemType::Bug | WorkItemType::Refactor | WorkItemType::Security => {}
    }
    counts
}
