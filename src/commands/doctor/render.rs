//! The diagnosis for people, for agents, and as JSON.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};

use crate::doctor::Diagnosis;
use crate::doctor::checks::Check;
use crate::doctor::tools::ToolReport;
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};
use crate::report::{self, Colour, Detail};
use crate::ui::Ui;

/// Problems that agents are told; the rest is counted. With the longest lines that is under 8,000 characters.
const MAX_TOLD: usize = 15;

/// The longest line that agents are told, in characters.
const MAX_LINE_CHARS: usize = 170;

/// The diagnosis in one of the formats `human`, `json`, `agent`. `sdd` is how sdd is called in what is to be typed.
pub(super) fn text(diagnosis: &Diagnosis, format: &str, sdd: &str, ui: &Ui) -> anyhow::Result<String> {
    Ok(match format {
        "json" => format!("{}\n", serde_json::to_string_pretty(diagnosis)?),
        "agent" => agent(diagnosis, sdd),
        _ => human(diagnosis, sdd, ui.colour(), ui.detail()),
    })
}

/// Something of a diagnosis in the form in which it is told.
struct Line<'a> {
    name: &'a str,
    verdict: Verdict,
    required: bool,
    unit: Option<&'a str>,
    said: String,
    remedy: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of_check(check: &'a Check) -> Self {
        Self {
            name: &check.check,
            verdict: check.verdict,
            required: check.required,
            unit: check.unit.as_deref(),
            said: check.reason.clone(),
            remedy: check.remedy.as_deref().into_iter().collect(),
        }
    }

    fn of_tool(tool: &'a ToolReport) -> Self {
        let said = match (tool.verdict, &tool.version, &tool.path) {
            (Verdict::Passed, Some(version), Some(path)) => format!("{version}  {path}"),
            (Verdict::Passed, Some(version), None) => version.clone(),
            (Verdict::Passed, None, Some(path)) => format!("{path}  ({})", tool.reason),
            (_, _, Some(path)) => format!("{path}: {}", tool.reason),
            _ => tool.reason.clone(),
        };
        let users = users(tool);
        Self {
            name: &tool.tool,
            verdict: tool.verdict,
            required: tool.required,
            unit: None,
            said: if users.is_empty() {
                said
            } else {
                format!("{said}  [{users}]")
            },
            remedy: tool.remedy.iter().map(String::as_str).collect(),
        }
    }

    fn is_problem(&self) -> bool {
        !matches!(self.verdict, Verdict::Passed | Verdict::Skipped)
    }

    /// What follows the sentence: whether it decides matters only where something is wrong.
    fn weight(&self) -> &'static str {
        match (self.verdict, self.required) {
            (Verdict::Passed, _) | (Verdict::Skipped, true) => "",
            (Verdict::Skipped, false) if self.remedy.is_empty() => "",
            (_, true) => " (required)",
            (_, false) => " (optional)",
        }
    }
}

/// Who wants a tool: `tests, linting`, with the units where it is not the project's root.
fn users(tool: &ToolReport) -> String {
    let mut names: Vec<String> = Vec::new();
    for of in &tool.used_by {
        let name = if of.unit == "." {
            of.gate.to_string()
        } else {
            format!("{} in {}", of.gate, text::one_line(&of.unit))
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(MAX_USERS);
    names.truncate(MAX_USERS);
    let shown = names.join(", ");
    if more > 0 {
        format!("{shown} and {more} more")
    } else {
        shown
    }
}

/// Users that a line names; the rest is counted.
const MAX_USERS: usize = 4;

fn human(diagnosis: &Diagnosis, sdd: &str, colour: Colour, detail: Detail) -> String {
    let mut page = String::new();
    if detail > Detail::Brief {
        let platform = &diagnosis.platform;
        let packages = match platform.package_manager {
            Some(manager) => format!("packages with {}", manager.program()),
            None => "no package manager that sdd knows".to_owned(),
        };
        let _ = writeln!(page, "{}, {}, {packages}", platform.name, platform.architecture);
        let checks: Vec<Line<'_>> = diagnosis.checks.iter().map(Line::of_check).collect();
        section(&mut page, "project", &checks, colour);
        let tools: Vec<Line<'_>> = diagnosis.tools.iter().map(Line::of_tool).collect();
        section(&mut page, "tools", &tools, colour);
        if !diagnosis.warnings.is_empty() {
            let _ = writeln!(page);
        }
        for warning in &diagnosis.warnings {
            let _ = writeln!(page, "warning: {}", text::one_line(warning));
        }
        let _ = writeln!(page);
    }
    let (word, paint) = match diagnosis.verdict {
        RunVerdict::Passed => ("READY", paint(Verdict::Passed)),
        RunVerdict::Failed | RunVerdict::Error => ("NOT READY", paint(Verdict::Error)),
    };
    let _ = writeln!(page, "{}  {}", painted(paint, word, colour), tally(diagnosis));
    if let Some(next) = next(diagnosis, sdd) {
        let _ = writeln!(page, "next: {next}");
    }
    page
}

fn section(page: &mut String, title: &str, lines: &[Line<'_>], colour: Colour) {
    let width = lines
        .iter()
        .map(|line| line.name.chars().count())
        .max()
        .unwrap_or(0);
    let _ = writeln!(page, "\n{title}");
    for line in lines {
        let head = format!("{} {:<width$}", report::sign(line.verdict), line.name);
        let unit = line
            .unit
            .filter(|unit| *unit != ".")
            .map_or_else(String::new, |unit| format!("{}: ", text::one_line(unit)));
        let head = painted(paint(line.verdict), &head, colour);
        let _ = writeln!(page, "  {head}  {unit}{}{}", line.said, line.weight());
        for (index, remedy) in line.remedy.iter().enumerate() {
            let lead = if index == 0 { "→" } else { " " };
            let _ = writeln!(page, "      {lead} {remedy}");
        }
    }
}

fn agent(diagnosis: &Diagnosis, sdd: &str) -> String {
    let brief = |text: &str| text::shorten(text, MAX_LINE_CHARS);
    let checks = diagnosis.checks.iter().map(Line::of_check);
    let lines: Vec<Line<'_>> = checks.chain(diagnosis.tools.iter().map(Line::of_tool)).collect();
    let ready = match diagnosis.verdict {
        RunVerdict::Passed => "ready",
        RunVerdict::Failed | RunVerdict::Error => "not ready",
    };
    let mut page = format!("sdd doctor: {ready}, {}\n", tally(diagnosis));
    let mut told: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| line.verdict != Verdict::Passed)
        .collect();
    told.sort_by_key(|line| (!(line.is_problem() && line.required), !line.is_problem()));
    for line in told.iter().take(MAX_TOLD) {
        let unit = line
            .unit
            .map_or_else(String::new, |unit| format!(" in {}", text::one_line(unit)));
        let said = format!("{}{unit}: {}{}", line.name, line.said, line.weight());
        let _ = writeln!(page, "{} {}", line.verdict, brief(&said));
        if let Some(remedy) = line.remedy.first() {
            let _ = writeln!(page, "  do: {}", brief(remedy));
        }
    }
    if told.len() > MAX_TOLD {
        let _ = writeln!(
            page,
            "and {} more: {sdd} doctor --format json",
            told.len() - MAX_TOLD
        );
    }
    let there: Vec<String> = diagnosis
        .tools
        .iter()
        .filter(|tool| tool.verdict == Verdict::Passed)
        .take(MAX_TOLD)
        .map(|tool| match &tool.version {
            Some(version) => format!("{} {version}", tool.tool),
            None => tool.tool.clone(),
        })
        .collect();
    if !there.is_empty() {
        let _ = writeln!(
            page,
            "there: {}",
            text::shorten(&there.join(", "), 4 * MAX_LINE_CHARS)
        );
    }
    if let Some(next) = next(diagnosis, sdd) {
        let _ = writeln!(page, "next: {}", brief(&next));
    }
    page
}

/// How much of what there is, and what is missing by name.
fn tally(diagnosis: &Diagnosis) -> String {
    let summary = diagnosis.summary;
    let counts = [
        (summary.passed, "passed"),
        (summary.failed, "failed"),
        (summary.error, "error"),
        (summary.skipped, "skipped"),
        (summary.not_run, "not run"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let wanting: Vec<&str> = required_problems(diagnosis)
        .map(|(name, _)| name)
        .take(MAX_TOLD)
        .collect();
    let wanting = if wanting.is_empty() {
        String::new()
    } else {
        format!(
            "; needed: {}",
            text::shorten(&wanting.join(", "), 2 * MAX_LINE_CHARS)
        )
    };
    format!("{}{wanting}", counts.join(", "))
}

/// What to do next: the first command that mends a problem; where there is none, the first advice, or what is to be
/// installed. Nothing where nothing of it is known.
fn next(diagnosis: &Diagnosis, sdd: &str) -> Option<String> {
    if diagnosis.verdict == RunVerdict::Passed {
        return Some(format!("{sdd} gate"));
    }
    let is_command = |remedy: &&str| !remedy.starts_with("see ");
    let command = required_problems(diagnosis)
        .filter_map(|(_, remedy)| remedy)
        .find(is_command);
    let advice = || {
        let checks = diagnosis.checks.iter().map(Line::of_check);
        let mut lines = checks.chain(diagnosis.tools.iter().map(Line::of_tool));
        lines.find_map(|line| {
            let remedy = line.remedy.first()?;
            (line.required && line.is_problem()).then(|| format!("{}: {remedy}", line.name))
        })
    };
    let missing = || {
        let is_missing =
            |tool: &&ToolReport| tool.required && tool.verdict == Verdict::Error && tool.path.is_none();
        let tool = diagnosis.tools.iter().find(is_missing)?;
        Some(format!("install {}", tool.tool))
    };
    command.map(str::to_owned).or_else(advice).or_else(missing)
}

/// What keeps the project from being ready, with the command that mends it. Of checks, and of programs that sdd has
/// no recipe for, the remedy is a sentence.
fn required_problems(diagnosis: &Diagnosis) -> impl Iterator<Item = (&str, Option<&str>)> {
    let bad =
        |verdict: Verdict, required: bool| required && !matches!(verdict, Verdict::Passed | Verdict::Skipped);
    let checks = diagnosis
        .checks
        .iter()
        .filter(move |check| bad(check.verdict, check.required))
        .map(|check| (check.check.as_str(), None));
    let tools = diagnosis
        .tools
        .iter()
        .filter(move |tool| bad(tool.verdict, tool.required))
        .map(|tool| {
            let is_recipe = tool.remedy.last().is_some_and(|last| last.starts_with("see "));
            let first = tool.remedy.first().map(String::as_str);
            (
                tool.tool.as_str(),
                first.filter(|first| is_recipe || first.starts_with("chmod ")),
            )
        });
    checks.chain(tools)
}

fn paint(verdict: Verdict) -> Paint {
    let of = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into()));
    match verdict {
        Verdict::Passed => of(AnsiColor::Green),
        Verdict::Failed => of(AnsiColor::Red).bold(),
        Verdict::Error => of(AnsiColor::Magenta).bold(),
        Verdict::Skipped => of(AnsiColor::Yellow),
        Verdict::NotRun => Paint::new().dimmed(),
    }
}

fn painted(paint: Paint, text: &str, colour: Colour) -> String {
    match colour {
        Colour::Yes => format!("{paint}{text}{paint:#}"),
        Colour::No => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
