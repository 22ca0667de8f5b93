//! `sdd work-item show`: everything about one item.

use std::fmt::Write as _;

use anstyle::Style as Paint;
use serde_json::{Value, json};

use super::look::{self, Shown, clipped, painted};
use super::problems::{Inspector, Problem};
use super::spec::{self, SpecFile};
use super::state::{self, Loaded};
use super::{no_such_item, spec_path};
use crate::commands::context::Cx;
use crate::commands::pipeline::called;
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::graph::{Graph, Standing};
use crate::model::work_item::{Entry, WorkItem};
use crate::report::Colour;
use crate::store::Store;

/// Show everything about one work item.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item show feature_user_auth                  its fields, its spec, what it waits for, what waits for it
  sdd work-item show feature_user_auth --format json    the same as one JSON document, the item itself included")]
pub struct Args {
    /// The work item
    #[arg(value_name = "ID")]
    id: String,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let store = state::open(cx)?;
    let loaded = state::load(&store)?;
    let page = Page::of(&store, &loaded, &args.id).ok_or_else(|| {
        let ids = loaded.items.items.iter().map(|item| item.id.as_str());
        no_such_item(cx, &args.id, ids)
    })?;
    let text = match format {
        "json" => page.json()?,
        "agent" => page.text(&called(cx), Colour::No, &FOR_AGENTS),
        _ => page.text(&called(cx), cx.ui.colour(), &FOR_PEOPLE),
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// How much is told.
struct Limits {
    /// Lines of a list; the rest is counted.
    lines: usize,
    /// Characters of a line.
    chars: usize,
}

const FOR_PEOPLE: Limits = Limits {
    lines: 50,
    chars: 300,
};
/// With the longest lines of every list that is under 8,000 characters.
const FOR_AGENTS: Limits = Limits { lines: 6, chars: 120 };

/// Fields that have a line of their own, or no meaning for people.
const SHOWN: [&str; 16] = [
    "id",
    "type",
    "title",
    "status",
    "priority",
    "urgent",
    "dependencies",
    "milestone",
    "spec_file",
    "created_at",
    "updated_at",
    "sessions",
    "update_history",
    "metadata",
    "git",
    "validation_rules",
];

/// Another item, and where it stands.
type Other<'a> = (&'a WorkItem, Standing);

struct Page<'a> {
    item: &'a WorkItem,
    standing: Standing,
    entry: Entry,
    /// What it depends on, each with the item where there is one.
    dependencies: Vec<(&'a str, Option<Other<'a>>)>,
    dependents: Vec<Other<'a>>,
    problems: Vec<Problem>,
    spec: SpecFile,
    revision: u64,
}

impl<'a> Page<'a> {
    fn of(store: &Store, loaded: &'a Loaded, id: &str) -> Option<Self> {
        let items = &loaded.items.items;
        let graph = Graph::of(items);
        let item = graph.get(id)?;
        let inspector = Inspector::new(store, loaded, &graph);
        let circles: Vec<_> = inspector.circle_of(item).into_iter().collect();
        let (problems, spec) = inspector.look(item, &circles);
        let other = |item| (item, graph.standing(item));
        let dependencies = item
            .dependencies
            .iter()
            .map(|id| (id.as_str(), graph.get(id).map(other)));
        let dependents = graph.dependents(id).into_iter().filter(|other| other.id != id);
        Some(Self {
            item,
            standing: graph.standing(item),
            entry: Entry::from(item),
            dependencies: dependencies.collect(),
            dependents: dependents.map(other).collect(),
            problems,
            spec,
            revision: loaded.revision(),
        })
    }

    fn text(&self, sdd: &str, colour: Colour, limits: &Limits) -> String {
        let mut page = Text {
            page: String::new(),
            colour,
            limits,
        };
        let id = text::one_line(&self.item.id);
        let bold = painted(Paint::new().bold(), &id, colour);
        let _ = writeln!(page.page, "{bold}  {}\n", clipped(&self.item.title, limits.chars));
        for (name, value) in self.fields(colour) {
            let name = painted(Paint::new().dimmed(), &format!("{name:<12}"), colour);
            let _ = writeln!(page.page, "  {name}  {value}");
        }
        let dependencies = self.dependencies.iter().map(|(id, item)| match item {
            Some(other) => related(*other, colour),
            None => format!("! {:<11}  {}", "not there", text::one_line(id)),
        });
        page.list("depends on", dependencies);
        page.list(
            "needed by",
            self.dependents.iter().map(|other| related(*other, colour)),
        );
        page.list("sessions", self.sessions());
        page.list("changes", self.changes());
        page.list("more fields", self.more());
        page.list("problems", self.problems.iter().map(Problem::line_of_item));
        let next = self.next(sdd);
        if !next.is_empty() {
            let _ = writeln!(page.page, "\nnext: {next}");
        }
        page.page
    }

    fn fields(&self, colour: Colour) -> Vec<(&'static str, String)> {
        let item = self.item;
        let (sign, paint) = look::sign(self.standing);
        let status = painted(paint, &format!("{sign} {}", look::word(self.standing)), colour);
        let urgent = if item.urgent { ", urgent" } else { "" };
        let raw = |key: &str| item.raw.get(key).and_then(Value::as_str).map(text::one_line);
        let nested = |key: &str, inner: &str| {
            let value = item.raw.get(key)?.get(inner)?.as_str()?;
            (!value.is_empty()).then(|| text::one_line(value))
        };
        let mut fields = vec![
            ("type", item.kind.to_string()),
            ("status", status),
            ("priority", format!("{}{urgent}", item.priority)),
        ];
        let mut optional = |name, value: Option<String>| fields.extend(value.map(|value| (name, value)));
        optional(
            "milestone",
            item.milestone
                .as_deref()
                .map(|name| clipped(name, 100).into_owned()),
        );
        optional("created", item.created_at.as_deref().map(text::one_line));
        optional("updated", raw("updated_at"));
        optional("completed", nested("metadata", "completed_at"));
        optional("branch", nested("git", "branch"));
        if !item.validation_rules.is_empty() {
            optional("rules", Some(item.validation_rules.len().to_string()));
        }
        let path = text::one_line(&spec_path(item));
        let about = match &self.spec {
            SpecFile::Read(spec, _) => {
                let (sections, filled) = spec::sections(spec);
                let counts = spec::counts(spec, item.kind);
                let counts = counts.iter().map(|(what, count)| format!(", {count} {what}"));
                format!(
                    "{filled} of {sections} sections filled in{}",
                    counts.collect::<String>()
                )
            }
            SpecFile::Missing => "there is none".to_owned(),
            SpecFile::Refused(_) => "cannot be read".to_owned(),
        };
        optional("spec", Some(format!("{path} ({about})")));
        fields
    }

    fn sessions(&self) -> impl Iterator<Item = String> {
        self.item.sessions.iter().map(|session| {
            let stamp =
                |stamp: &Option<String>| stamp.as_deref().map_or_else(|| "…".to_owned(), text::one_line);
            match (&session.started_at, &session.ended_at) {
                (None, None) => session.number.to_string(),
                (began, None) => format!("{}  {}", session.number, stamp(began)),
                (began, ended) => format!("{}  {} to {}", session.number, stamp(began), stamp(ended)),
            }
        })
    }

    /// What was changed, the last first.
    fn changes(&self) -> impl Iterator<Item = String> {
        let history = self.item.raw.get("update_history").and_then(Value::as_array);
        history.into_iter().flatten().rev().flat_map(|entry| {
            let stamp = entry.get("timestamp").and_then(Value::as_str).unwrap_or("…");
            let changes = entry.get("changes").and_then(Value::as_array);
            let told = changes.into_iter().flatten().filter_map(Value::as_str);
            told.map(|change| format!("{}  {}", text::one_line(stamp), text::one_line(change.trim())))
                .collect::<Vec<_>>()
        })
    }

    /// What sdd has no line for.
    fn more(&self) -> impl Iterator<Item = String> {
        let members = self.item.raw.as_object();
        let others = members.into_iter().flatten().filter(|(key, value)| {
            let empty = match value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(elements) => elements.is_empty(),
                Value::Object(members) => members.is_empty(),
                Value::Bool(_) | Value::Number(_) => false,
            };
            !empty && !SHOWN.contains(&key.as_str())
        });
        others.map(|(key, value)| {
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{}: {}", text::one_line(key), text::one_line(&said))
        })
    }

    /// What to do about this item.
    fn next(&self, sdd: &str) -> String {
        let id = text::one_line(&self.item.id);
        let wanting = self.problems.iter().any(Problem::is_error);
        match self.standing {
            Standing::Completed | Standing::Waiting | Standing::Blocked => String::new(),
            _ if wanting => format!("mend what is wrong, then {sdd} work-item validate {id}"),
            Standing::Ready | Standing::InProgress => format!("{sdd} start {id}"),
        }
    }

    fn json(&self) -> anyhow::Result<String> {
        let sessions: Vec<Value> = self
            .item
            .sessions
            .iter()
            .map(|session| {
                json!({"number": session.number, "started_at": session.started_at, "ended_at": session.ended_at})
            })
            .collect();
        let dependents: Vec<Value> = self
            .dependents
            .iter()
            .map(|(item, _)| json!({"id": item.id, "status": item.status}))
            .collect();
        let mut counts = serde_json::Map::new();
        if let SpecFile::Read(spec, _) = &self.spec {
            let (sections, filled) = spec::sections(spec);
            let all = [("sections", sections), ("sections filled", filled)];
            for (what, count) in all.into_iter().chain(spec::counts(spec, self.item.kind)) {
                counts.insert(what.replace(' ', "_"), count.into());
            }
        }
        let status_of = |id: &str| {
            let dependency = self.dependencies.iter().find(|(other, _)| *other == id)?;
            dependency.1.map(|(item, _)| item.status)
        };
        let mut item = serde_json::to_value(Shown::of(&self.entry, self.standing, status_of))?;
        item["sessions"] = sessions.into();
        item["dependents"] = dependents.into();
        item["spec"] = json!({
            "file": spec_path(self.item), "exists": !matches!(self.spec, SpecFile::Missing), "counts": counts,
        });
        item["problems"] = self.problems.iter().map(Problem::json).collect();
        item["raw"] = self.item.raw.clone();
        look::document(&json!({
            "schema_version": 1, "kind": "work_item", "revision": self.revision, "work_item": item,
        }))
    }
}

/// Another item, with how far it is.
fn related((item, standing): Other<'_>, colour: Colour) -> String {
    let (sign, paint) = look::sign(standing);
    let head = painted(paint, &format!("{sign} {:<11}", look::word(standing)), colour);
    format!(
        "{head}  {}  {}",
        text::one_line(&item.id),
        text::one_line(&item.title)
    )
}

struct Text<'a> {
    page: String,
    colour: Colour,
    limits: &'a Limits,
}

impl Text<'_> {
    /// A heading and lines; nothing when there are no lines.
    fn list(&mut self, title: &str, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            return;
        }
        let title = painted(Paint::new().bold(), title, self.colour);
        let _ = writeln!(self.page, "\n{title}");
        for line in lines.iter().take(self.limits.lines) {
            let _ = writeln!(self.page, "  {}", self.cut(line));
        }
        if lines.len() > self.limits.lines {
            let _ = writeln!(self.page, "  … and {} more", lines.len() - self.limits.lines);
        }
    }

    /// Lines were made harmless where they were made, and the colours in them are ours.
    fn cut(&self, line: &str) -> String {
        match line.char_indices().nth(self.limits.chars) {
            None => line.to_owned(),
            Some((at, _)) => format!(
                "{}…{}",
                &line[..at],
                if self.colour == Colour::Yes {
                    "\u{1b}[0m"
                } else {
                    ""
                }
            ),
        }
    }
}
