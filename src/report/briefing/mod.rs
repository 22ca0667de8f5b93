//! The briefing of a session: what is to be done, on what it stands, and what decides over it.
//!
//! It is data first, for `--format json`, and markdown second, for people, agents and the file that is kept. What is not
//! known is said to be so: nothing stands for a value that nobody gave.

mod deployment;
mod integration;
mod performance;

use serde::Serialize;
use serde_json::Value;

pub use deployment::DeploymentContext;
pub use integration::IntegrationContext;
pub use performance::{BaselineBrief, Load};

use super::inert;
use super::markdown::code;
use crate::model::gate_id::GateId;
use crate::model::report::GitInfo;
use crate::model::text;
use crate::model::work_item::{Priority, Status, WorkItemType};

/// The longest line of what is not the spec, in characters.
const MAX_LINE: usize = 300;
/// Steps of a gate that are named.
const MAX_STEPS: usize = 12;
/// Dependencies that are named.
const MAX_DEPENDENCIES: usize = 30;

/// All that a session begins with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Briefing {
    /// The version of this document.
    pub schema_version: u32,
    /// Always `briefing`.
    pub kind: &'static str,
    /// The session's number.
    pub session: u32,
    /// Whether the session was open before and goes on.
    pub resumed: bool,
    /// When the session began.
    pub started_at: Option<String>,
    /// The item.
    pub work_item: Item,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// What its spec says.
    pub spec: SpecText,
    /// The state of the repository; absent outside of one.
    pub git: Option<GitInfo>,
    /// The gates that will decide, or not.
    pub gates: Vec<GateBrief>,
    /// What an integration test has to do with.
    pub integration: Option<IntegrationContext>,
    /// What a deployment has to do with.
    pub deployment: Option<DeploymentContext>,
    /// The commands of the session, each with what it is for.
    pub commands: Vec<CommandBrief>,
    /// What is odd.
    pub warnings: Vec<String>,
}

/// The work item of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub kind: WorkItemType,
    /// What it is called.
    pub title: String,
    /// How much it matters.
    pub priority: Priority,
    /// Whether it goes before others of its priority.
    pub urgent: bool,
    /// The milestone that it belongs to.
    pub milestone: Option<String>,
    /// The sessions that were spent on it before.
    pub earlier_sessions: Vec<u32>,
}

/// Something that an item depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// Its id.
    pub id: String,
    /// What it is called; absent when there is no such item.
    pub title: Option<String>,
    /// How far it is; absent when there is no such item.
    pub status: Option<Status>,
}

/// The spec as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpecText {
    /// The file, relative to the project.
    pub file: String,
    /// What it says, without comments and without what nobody has filled in; absent when it could not be read.
    pub text: Option<String>,
    /// How many lines nobody has filled in.
    pub unfilled: usize,
    /// Why it could not be read.
    pub missing: Option<String>,
}

/// What one gate will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GateBrief {
    /// The gate.
    pub gate: GateId,
    /// Whether it decides.
    pub required: bool,
    /// What will be run.
    pub runs: Vec<StepBrief>,
    /// What will not be run, and why.
    pub leaves_out: Vec<StepBrief>,
    /// Why the gate takes no part at all.
    pub absent: Option<String>,
}

/// Something that a gate runs, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepBrief {
    /// The tool or rule.
    pub tool: String,
    /// The unit's path.
    pub unit: String,
    /// Why it is run, or not.
    pub reason: String,
    /// What can be done about it, where it is not run and something can.
    pub hint: Option<String>,
    /// What it means for the gate.
    pub weight: Weight,
}

/// What it means for a gate that something is run, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Its answer is waited for.
    Runs,
    /// It is left out, and nothing comes of that.
    Skipped,
    /// It is needed and cannot be run: the gate will have no answer.
    Blocks,
}

/// A command and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommandBrief {
    /// The command.
    pub command: String,
    /// What it is for.
    pub purpose: String,
}

/// Something that was looked at before the work begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// What came of it.
    pub sight: Sight,
    /// What there is to say of it, in one line.
    pub said: String,
}

/// What came of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// It is there.
    Good,
    /// It is not.
    Missing,
    /// Nobody can tell.
    Unknown,
}

/// How much room a briefing has, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// As much as a file that people read may have.
    Page,
    /// As much as agents are told at once.
    Short,
}

impl Room {
    fn characters(self) -> usize {
        match self {
            Self::Page => 100_000,
            Self::Short => 7_900,
        }
    }
}

/// The least of a spec that is shown, however little room is left, in characters.
const LEAST_SPEC: usize = 1_500;

/// What stands around a spec, in characters.
const FRAME: usize = 200;

/// The briefing as a JSON document.
///
/// # Errors
/// None that can be met: every field is plain data.
pub fn json(briefing: &Briefing) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(briefing)?;
    harmless(&mut value);
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// Takes out of every text what a terminal would do: a spec may be anybody's.
fn harmless(value: &mut Value) {
    match value {
        Value::String(said) => *said = text::sanitise(said),
        Value::Array(items) => items.iter_mut().for_each(harmless),
        Value::Object(fields) => fields.values_mut().for_each(harmless),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The briefing as markdown. What has no room is cut from the spec, and that is said. Nothing in it is a command to a
/// terminal or to a machine that reads logs, whatever a spec says.
pub fn markdown(briefing: &Briefing, room: Room) -> String {
    let mut head = head(briefing);
    head.push_str(&dependencies(&briefing.dependencies));
    let mut tail = String::new();
    if let Some(context) = &briefing.integration {
        tail.push_str(&context.markdown());
    }
    if let Some(context) = &briefing.deployment {
        tail.push_str(&context.markdown());
    }
    tail.push_str(&gates(&briefing.gates));
    tail.push_str(&warnings(&briefing.warnings));
    tail.push_str("\n## How to finish\n\n");
    for command in &briefing.commands {
        tail.push_str(&format!("- {}: {}\n", code(&command.command), command.purpose));
    }
    let used = head.chars().count() + tail.chars().count();
    let left = room.characters().saturating_sub(used + FRAME).max(LEAST_SPEC);
    inert::text(&text::sanitise(&(head + &spec(&briefing.spec, left) + &tail)))
}

fn head(briefing: &Briefing) -> String {
    let item = &briefing.work_item;
    let mut head = format!("# Session {}: {}\n\n", briefing.session, line(&item.title));
    let urgent = if item.urgent { ", urgent" } else { "" };
    head.push_str(&format!(
        "- Work item: {} ({}, priority {}{urgent})\n",
        code(&item.id),
        words(item.kind.as_str()),
        item.priority
    ));
    if let Some(milestone) = &item.milestone {
        head.push_str(&format!("- Milestone: {}\n", line(milestone)));
    }
    let began = match &briefing.started_at {
        Some(stamp) => format!("began {}", line(stamp)),
        None => "when it began is not given".to_owned(),
    };
    let goes_on = if briefing.resumed { ", and goes on" } else { "" };
    head.push_str(&format!("- Session {}: {began}{goes_on}\n", briefing.session));
    if !item.earlier_sessions.is_empty() {
        let numbers: Vec<String> = item.earlier_sessions.iter().map(u32::to_string).collect();
        head.push_str(&format!("- Earlier sessions on it: {}\n", numbers.join(", ")));
    }
    head.push_str(&git(briefing.git.as_ref()));
    head
}

fn git(git: Option<&GitInfo>) -> String {
    let Some(git) = git else {
        return "- Git: no repository, or its state is not known\n".to_owned();
    };
    let branch = match &git.branch {
        Some(branch) => format!("branch {}", code(branch)),
        None => "no branch".to_owned(),
    };
    let at = match &git.head {
        Some(head) => format!("at {}", code(short(head))),
        None => "without a commit".to_owned(),
    };
    let dirty = if git.dirty {
        "with changes that are not committed"
    } else {
        "nothing uncommitted"
    };
    let base = match &git.base {
        Some(base) => format!("{}: what the session does is compared with it", code(short(base))),
        None => "none".to_owned(),
    };
    format!("- Git: {branch} {at}, {dirty}\n- Base commit: {base}\n")
}

/// A commit's id as people read it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn dependencies(dependencies: &[Dependency]) -> String {
    if dependencies.is_empty() {
        return "\n## Dependencies\n\nNone.\n".to_owned();
    }
    let mut part = "\n## Dependencies\n\n".to_owned();
    for dependency in dependencies.iter().take(MAX_DEPENDENCIES) {
        let status = dependency.status.map_or("not there", Status::as_str);
        let status = words(status);
        let title = dependency
            .title
            .as_ref()
            .map_or_else(String::new, |title| format!(": {}", line(title)));
        part.push_str(&format!("- {} ({status}){title}\n", code(&dependency.id)));
    }
    part + &more(dependencies.len(), MAX_DEPENDENCIES)
}

fn spec(spec: &SpecText, room: usize) -> String {
    let file = code(&spec.file);
    let Some(text) = &spec.text else {
        let why = spec.missing.as_deref().unwrap_or("it could not be read");
        return format!("\n## Spec\n\nNot given: {file}: {}\n", line(why));
    };
    let text = text.trim_matches('\n');
    let unfilled = match spec.unfilled {
        0 => String::new(),
        1 => "\n(1 line of the template that nobody has filled in is left out.)\n".to_owned(),
        count => format!("\n({count} lines of the template that nobody has filled in are left out.)\n"),
    };
    if text.trim().is_empty() {
        return format!("\n## Spec\n\n{file} says nothing.\n{unfilled}");
    }
    let (shown, left) = cut(text, room);
    let left = match left {
        0 => String::new(),
        left => format!("\n… and {left} more lines in {file}\n"),
    };
    format!("\n## Spec\n\nFrom {file}:\n\n{shown}\n{left}{unfilled}")
}

/// As many whole lines as there is room for, and how many are left. A fence that the cut leaves open is closed.
fn cut(text: &str, room: usize) -> (String, usize) {
    let mut used = 0;
    let mut shown = Vec::new();
    let mut fence: Option<String> = None;
    let mut lines = text.lines();
    for line in lines.by_ref() {
        used += line.chars().count() + 1;
        if used > room {
            let left = 1 + lines.count();
            if let Some(fence) = fence {
                shown.push(fence);
            }
            return (shown.join("\n"), left);
        }
        let marks = fence_of(line);
        fence = match (fence, marks) {
            (None, Some(marks)) => Some(marks.to_owned()),
            (Some(open), Some(marks)) if marks.starts_with(&open) && line.trim() == marks => None,
            (fence, _) => fence,
        };
        shown.push(line.to_owned());
    }
    (shown.join("\n"), 0)
}

/// The marks of a line that begins or ends a block of code.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = &line[..line.len() - line.trim_start_matches(mark).len()];
    (marks.len() >= 3).then_some(marks)
}

fn gates(gates: &[GateBrief]) -> String {
    let mut part = "\n## Quality gates\n\n".to_owned();
    for gate in gates {
        let optional = if gate.required { "" } else { " (optional)" };
        if let Some(why) = &gate.absent {
            part.push_str(&format!(
                "- {}{optional}: will not run: {}\n",
                gate.gate,
                line(why)
            ));
            continue;
        }
        if gate.runs.is_empty() && gate.leaves_out.is_empty() {
            part.push_str(&format!("- {}{optional}: nothing to run\n", gate.gate));
            continue;
        }
        let runs = if gate.runs.is_empty() {
            "will not run".to_owned()
        } else {
            let named = gate
                .runs
                .iter()
                .take(MAX_STEPS)
                .map(named)
                .collect::<Vec<_>>()
                .join(", ");
            let more = match gate.runs.len().saturating_sub(MAX_STEPS) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{named}{more}")
        };
        part.push_str(&format!("- {}{optional}: {runs}\n", gate.gate));
        for step in gate.leaves_out.iter().take(MAX_STEPS) {
            let what = match step.weight {
                Weight::Runs | Weight::Skipped => "not",
                Weight::Blocks => "✗ cannot run",
            };
            part.push_str(&format!("  - {what} {}: {}\n", named(step), line(&step.reason)));
            if let Some(hint) = &step.hint {
                part.push_str(&format!("    → {}\n", line(hint)));
            }
        }
        if gate.leaves_out.len() > MAX_STEPS {
            part.push_str(&format!("  {}", more(gate.leaves_out.len(), MAX_STEPS)));
        }
    }
    part
}

fn named(step: &StepBrief) -> String {
    match (step.tool.as_str(), step.unit.as_str()) {
        ("-", unit) => format!("in {}", line(unit)),
        (tool, ".") => line(tool),
        (tool, unit) => format!("{} in {}", line(tool), line(unit)),
    }
}

fn warnings(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    format!("\n## Warnings\n\n{}", bullets(warnings.iter()))
}

/// A list of texts, or that there are none.
fn list<'a>(title: &str, texts: impl ExactSizeIterator<Item = &'a String>, most: usize) -> String {
    let count = texts.len();
    if count == 0 {
        return format!("**{title}:** not given\n\n");
    }
    format!(
        "**{title}:**\n{}{}\n",
        bullets(texts.take(most)),
        more(count, most)
    )
}

fn bullets<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    texts.fold(String::new(), |lines, text| lines + "- " + &line(text) + "\n")
}

/// What was looked at before the work begins.
fn checks(title: &str, checks: &[Check]) -> String {
    if checks.is_empty() {
        return format!("**{title}:** not configured\n");
    }
    let mut part = format!("**{title}:**\n");
    for check in checks {
        let sign = match check.sight {
            Sight::Good => "✓",
            Sight::Missing => "✗",
            Sight::Unknown => "?",
        };
        part.push_str(&format!(
            "- {}: {sign} {}\n",
            line(&check.name),
            line(&check.said)
        ));
    }
    part
}

fn more(count: usize, most: usize) -> String {
    match count.saturating_sub(most) {
        0 => String::new(),
        more => format!("- … and {more} more\n"),
    }
}

/// A word of a file as people read it.
fn words(word: &str) -> String {
    word.replace('_', " ")
}

/// A text as one line of bounded length.
fn line(text: &str) -> String {
    text::shorten(text::one_line(text.trim()).trim(), MAX_LINE)
}

#[cfg(test)]
mod tests;
