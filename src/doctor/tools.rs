//! What came of looking for the programs and asking their versions.

use std::path::Path;

use serde::Serialize;

use super::recipes;
use super::wanted::{Ask, State, Use, Wanted};
use super::ways::{self, Place};
use crate::engine::VersionAnswer;
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::project::Project;
use crate::tools;

/// A program and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolReport {
    /// What it is called.
    pub tool: String,
    /// Whether it is there and runs.
    pub verdict: Verdict,
    /// Whether some gate that decides cannot do without it.
    pub required: bool,
    /// Where it is, absolute; `None` when it is missing, and for what a launcher finds by itself.
    pub path: Option<String>,
    /// Its version, as it says itself.
    pub version: Option<String>,
    /// Why the verdict is what it is.
    pub reason: String,
    /// Who wants it.
    pub used_by: Vec<Use>,
    /// How to get it or mend it, the best way first; empty when nothing is to be done.
    pub remedy: Vec<String>,
}

/// Judges every program by what came of asking it. `answer` gives the answer to a question, `None` when nobody
/// asked. Those that are missing come first, then by name.
pub fn reports(
    wanted: &[Wanted],
    answer: &dyn Fn(&Ask) -> Option<VersionAnswer>,
    project: &Project,
    platform: &super::platform::Platform,
) -> Vec<ToolReport> {
    let mut reports: Vec<ToolReport> = Vec::new();
    for report in wanted
        .iter()
        .map(|wanted| report(wanted, answer, project, platform))
    {
        // Asked in several units, with one answer: nobody wants to read it twice.
        match reports.iter_mut().find(|other| says_the_same(other, &report)) {
            Some(other) => {
                other.required |= report.required;
                other.used_by.extend(report.used_by);
            }
            None => reports.push(report),
        }
    }
    reports.sort_by(|a, b| {
        let rank = |report: &ToolReport| {
            let needs_work = matches!(report.verdict, Verdict::Failed | Verdict::Error | Verdict::NotRun);
            (
                !(needs_work && report.required),
                !needs_work,
                report.verdict == Verdict::Passed,
            )
        };
        (rank(a), &a.tool, &a.path).cmp(&(rank(b), &b.tool, &b.path))
    });
    reports
}

/// Whether two reports differ in nothing but who wants the program.
fn says_the_same(one: &ToolReport, other: &ToolReport) -> bool {
    let said = |report: &ToolReport| {
        let ToolReport {
            tool,
            verdict,
            path,
            version,
            reason,
            remedy,
            ..
        } = report.clone();
        (tool, verdict, path, version, reason, remedy)
    };
    said(one) == said(other)
}

fn report(
    wanted: &Wanted,
    answer: &dyn Fn(&Ask) -> Option<VersionAnswer>,
    project: &Project,
    platform: &super::platform::Platform,
) -> ToolReport {
    let required = wanted.uses.iter().any(|of| of.required);
    let name = text::one_line(&wanted.name);
    let (verdict, version, reason, remedy) = match &wanted.state {
        State::Here { ask, .. } => {
            let (verdict, version, reason) = here(ask, answer(ask), &name);
            // What is plugged in is missing like a program is.
            let lacks_plugin = verdict == Verdict::Error && matches!(ask, Ask::Plugin(_));
            let verdict = if lacks_plugin && !required {
                Verdict::Skipped
            } else {
                verdict
            };
            let remedy = if verdict == Verdict::Error || lacks_plugin {
                advice(wanted, &wanted.name, None, project, platform)
            } else {
                Vec::new()
            };
            (verdict, version, reason, remedy)
        }
        State::NotExecutable(path) => (
            Verdict::Error,
            None,
            "it is there and may not be executed".to_owned(),
            vec![format!("chmod +x {}", ways::quoted(&path.to_string_lossy()))],
        ),
        State::Untrusted { why, hint, .. } => (
            if required {
                Verdict::Error
            } else {
                Verdict::Skipped
            },
            None,
            text::one_line(&format!("it {why}")),
            vec![text::one_line(hint)],
        ),
        State::Missing { program, hint } => (
            if required {
                Verdict::Error
            } else {
                Verdict::Skipped
            },
            None,
            format!("{} is not installed", text::one_line(program)),
            advice(wanted, program, hint.as_deref(), project, platform),
        ),
    };
    let path = match &wanted.state {
        State::Here { path, .. } => path.as_deref(),
        State::NotExecutable(path) | State::Untrusted { path, .. } => Some(path.as_path()),
        State::Missing { .. } => None,
    };
    ToolReport {
        tool: name,
        verdict,
        required,
        path: path.map(shown),
        version,
        reason,
        used_by: wanted.uses.clone(),
        remedy: remedy.iter().map(|line| text::one_line(line)).collect(),
    }
}

fn shown(path: &Path) -> String {
    text::one_line(&path.to_string_lossy())
}

/// What an answer means for a program that was found.
fn here(ask: &Ask, answer: Option<VersionAnswer>, name: &str) -> (Verdict, Option<String>, String) {
    match (ask, answer) {
        (Ask::Unknown, _) => {
            let reason = "it is there; sdd does not know how to ask it for its version";
            (Verdict::Passed, None, reason.to_owned())
        }
        (Ask::Unsafe(why), _) => (Verdict::Skipped, None, why.clone()),
        (Ask::With(_) | Ask::Plugin(_), Some(VersionAnswer::Version(version))) => {
            (Verdict::Passed, Some(version), "it is there and runs".to_owned())
        }
        (Ask::With(question), Some(VersionAnswer::Unrecognised(said))) => {
            let reason = if question.args.is_empty() {
                "it is there; nothing makes it say its version".to_owned()
            } else if said.is_empty() {
                "it runs, and said nothing when asked for its version".to_owned()
            } else {
                format!("it runs, and said no version: {}", text::one_line(&said))
            };
            (Verdict::Passed, None, reason)
        }
        (Ask::With(question), Some(VersionAnswer::Broken(how))) => {
            let program = question.program.to_string_lossy();
            let asked = question.args.join(" ");
            (
                Verdict::Error,
                None,
                format!(
                    "it is there and does not run: {} {asked} {}",
                    text::one_line(super::wanted::stem(&program)),
                    text::one_line(&how)
                ),
            )
        }
        (Ask::Plugin(_), Some(VersionAnswer::Unrecognised(_))) => {
            let reason = format!("{name} is not installed, and without it no coverage can be measured");
            (Verdict::Error, None, reason)
        }
        (Ask::Plugin(_), Some(VersionAnswer::Broken(_))) => (
            Verdict::NotRun,
            None,
            "the tool that it is for does not run".to_owned(),
        ),
        (Ask::With(_) | Ask::Plugin(_), Some(VersionAnswer::Stopped) | None) => (
            Verdict::NotRun,
            None,
            "sdd was told to stop before it was asked".to_owned(),
        ),
    }
}

/// How to get a program, as seen from the first unit that wants it.
fn advice(
    wanted: &Wanted,
    program: &str,
    hint: Option<&str>,
    project: &Project,
    platform: &super::platform::Platform,
) -> Vec<String> {
    let first = wanted.uses.first();
    let facts = first.and_then(|of| {
        project
            .units
            .iter()
            .find(|facts| facts.unit.path == of.unit && Some(facts.unit.language) == of.language)
    });
    let tool = first.and_then(|of| tools::by_id(&of.tool));
    let own = tool.filter(|tool| {
        tool.id() == wanted.name || tool.needs() == Some(program) || tool.words().first() == Some(&program)
    });
    let recipe = match own {
        Some(tool) => recipes::for_tool(tool, program),
        None => recipes::by_name(super::wanted::stem(program)),
    };
    match (recipe, hint) {
        (Some(recipe), _) => ways::ways(recipe, Place { platform, facts }),
        (None, Some(hint)) => vec![text::one_line(hint)],
        (None, None) => Vec::new(),
    }
}
