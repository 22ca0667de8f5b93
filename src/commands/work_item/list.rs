//! `sdd work-item list`: what there is to do, what comes next first.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use anstyle::Style as Paint;
use serde::Serialize;

use super::look::{self, STANDINGS, Shown, clipped, named, painted};
use super::{state, words};
use crate::commands::context::Cx;
use crate::commands::error::{CommandError, brief, did_you_mean};
use crate::commands::pipeline::called;
use crate::commands::suggest::{Suggest, priorities, statuses, work_item_types};
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::graph::{Graph, Standing};
use crate::model::work_item::{Entry, Glance, Priority, Status, WorkItemType, glance};
use crate::report::{Colour, Detail};
use crate::store::{self, Store, document, layout};

/// List work items, what comes next first.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item list                              every item
  sdd work-item list --ready                      what can be begun
  sdd work-item list --type bug,security --priority critical,high
  sdd work-item list --blocked --format json      what waits for something, for a program
  sdd work-item list --milestone v1 --quiet       the ids alone, one a line")]
pub struct Args {
    /// Only items of these types
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', value_parser = Suggest(work_item_types),
          hide_possible_values = true)]
    kinds: Vec<String>,
    /// Only items of these statuses
    #[arg(long = "status", value_name = "STATUS", value_delimiter = ',', value_parser = Suggest(statuses),
          hide_possible_values = true)]
    statuses: Vec<String>,
    /// Only items of these priorities
    #[arg(long = "priority", value_name = "PRIORITY", value_delimiter = ',', value_parser = Suggest(priorities),
          hide_possible_values = true)]
    priorities: Vec<String>,
    /// Only items of this milestone; may be repeated
    #[arg(long = "milestone", value_name = "NAME")]
    milestones: Vec<String>,
    /// Only items that can be begun: not started, and all dependencies completed
    #[arg(long, conflicts_with = "blocked")]
    ready: bool,
    /// Only items that wait: blocked, or with a dependency that is not completed or not there
    #[arg(long)]
    blocked: bool,
    /// Only urgent items
    #[arg(long)]
    urgent: bool,
    /// The most items that are listed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

/// Rows that agents are told; the rest is counted. With the longest lines that is under 8,000 characters.
const MAX_TOLD: usize = 50;
/// The longest line that agents are told, in characters.
const MAX_LINE_CHARS: usize = 145;
/// The longest title in the table, in characters.
const MAX_TITLE_CHARS: usize = 72;
/// Ids longer than this do not push the other columns away.
const MAX_ID_WIDTH: usize = 56;
/// What an item waits for that a row names; the rest is counted.
const MAX_NAMED: usize = 2;

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let filter = Filter::of(args)?;
    let store = state::open(cx)?;
    let seen = look_at(&store)?;
    filter.check_milestones(&seen)?;
    let graph = Graph::of(&seen.items);
    let standing = |item| Row {
        item,
        standing: graph.standing(item),
    };
    let all: Vec<Row<'_>> = seen.items.iter().map(standing).collect();
    let mut rows: Vec<Row<'_>> = all
        .iter()
        .copied()
        .filter(|row| filter.takes(&graph, row))
        .collect();
    rows.sort_by_key(|row| (row.standing, row.item.priority, !row.item.urgent));
    let list = List {
        graph: &graph,
        all: &all,
        matching: rows.len(),
        shown: &rows[..rows.len().min(filter.limit)],
        sdd: called(cx),
    };
    let text = match format {
        "json" => list.json(&seen)?,
        "agent" => list.agent(),
        _ => list.human(cx.ui.colour(), cx.ui.detail()),
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// Reads what a list shows, the short way where that goes.
fn look_at(store: &Store) -> anyhow::Result<Glance> {
    let bytes = store::read_regular(&store.path(layout::WORK_ITEMS), document::MAX_BYTES)?;
    let short = bytes
        .as_deref()
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .and_then(glance);
    if let Some(glance) = short {
        return Ok(glance);
    }
    let loaded = state::load(store)?;
    Ok(Glance {
        items: loaded.items.items.iter().map(Entry::from).collect(),
        milestones: loaded.items.milestones,
    })
}

/// Every milestone that is described or that an item has, in the order of the file.
fn milestones(seen: &Glance) -> Vec<&str> {
    let used = seen.items.iter().filter_map(|item| item.milestone.as_deref());
    let mut told = HashSet::new();
    let all = seen.milestones.iter().map(String::as_str).chain(used);
    all.filter(|name| told.insert(*name)).collect()
}

struct Filter<'a> {
    kinds: Vec<WorkItemType>,
    statuses: Vec<Status>,
    priorities: Vec<Priority>,
    args: &'a Args,
    limit: usize,
}

impl<'a> Filter<'a> {
    fn of(args: &'a Args) -> Result<Self, CommandError> {
        Ok(Self {
            kinds: words::all(&args.kinds)?,
            statuses: words::all(&args.statuses)?,
            priorities: words::all(&args.priorities)?,
            args,
            limit: args
                .limit
                .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        })
    }

    /// A milestone that no item has and nobody described is a slip.
    fn check_milestones(&self, seen: &Glance) -> Result<(), CommandError> {
        let known: BTreeSet<&str> = milestones(seen).into_iter().collect();
        for name in &self.args.milestones {
            if !known.contains(name.as_str()) {
                let hint = match did_you_mean(name, known.iter().copied()) {
                    Some(meant) => format!("did you mean {}?", text::one_line(meant)),
                    None if known.is_empty() => "there are none yet".to_owned(),
                    None => format!("milestones are: {}", named(known.iter().copied(), 20)),
                };
                return Err(
                    CommandError::not_found(format!("there is no milestone {:?}", brief(name))).hint(hint),
                );
            }
        }
        Ok(())
    }

    fn takes(&self, graph: &Graph<'_, Entry>, row: &Row<'_>) -> bool {
        fn among<T: PartialEq>(wanted: &[T], has: &T) -> bool {
            wanted.is_empty() || wanted.contains(has)
        }
        let item = row.item;
        let of_milestone = || {
            let milestones = &self.args.milestones;
            milestones.is_empty()
                || item
                    .milestone
                    .as_ref()
                    .is_some_and(|name| milestones.contains(name))
        };
        let waits = || match row.standing {
            Standing::Blocked | Standing::Waiting => true,
            Standing::InProgress => graph_waits(graph, item),
            Standing::Ready | Standing::Completed => false,
        };
        among(&self.kinds, &item.kind)
            && among(&self.statuses, &item.status)
            && among(&self.priorities, &item.priority)
            && of_milestone()
            && (!self.args.ready || row.standing == Standing::Ready)
            && (!self.args.blocked || waits())
            && (!self.args.urgent || item.urgent)
    }
}

fn graph_waits<'a>(graph: &Graph<'a, Entry>, item: &'a Entry) -> bool {
    graph.unmet(item).next().is_some()
}

/// An item, and where it stands.
#[derive(Clone, Copy)]
struct Row<'a> {
    item: &'a Entry,
    standing: Standing,
}

struct List<'a> {
    graph: &'a Graph<'a, Entry>,
    all: &'a [Row<'a>],
    matching: usize,
    shown: &'a [Row<'a>],
    sdd: String,
}

impl List<'_> {
    fn human(&self, colour: Colour, detail: Detail) -> String {
        let mut page = String::with_capacity(self.shown.len() * 128 + 256);
        if detail == Detail::Brief {
            for row in self.shown {
                let _ = writeln!(page, "{}", text::one_line(&row.item.id));
            }
            return page;
        }
        let ids: Vec<Cow<'_, str>> = self
            .shown
            .iter()
            .map(|row| text::as_one_line(&row.item.id))
            .collect();
        let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let id_width = width(&mut ids.iter().map(|id| id.chars().count())).min(MAX_ID_WIDTH);
        let kind_width = width(&mut self.shown.iter().map(|row| row.item.kind.as_str().len())).max(4);
        if !self.shown.is_empty() {
            let head = format!(
                "  {:<11}  {:<9}  {:<kind_width$}  {:<id_width$}  TITLE",
                "STATUS", "PRIORITY", "TYPE", "ID"
            );
            let _ = writeln!(page, "{}", painted(Paint::new().dimmed(), &head, colour));
        }
        let standings = STANDINGS.map(|standing| {
            let (sign, paint) = look::sign(standing);
            let text = format!("{sign} {:<11}", look::word(standing));
            (standing, painted(paint, &text, colour))
        });
        // There may be very many of them: nothing is formatted here.
        for (row, id) in self.shown.iter().zip(&ids) {
            let item = row.item;
            let standing = standings.iter().find(|(standing, _)| *standing == row.standing);
            page.push_str(standing.map_or("", |(_, text)| text));
            page.push_str("  ");
            let priority = item.priority.as_str();
            page.push_str(priority);
            look::pad(
                &mut page,
                if item.urgent { "!" } else { "" },
                9 - priority.len().min(9),
            );
            page.push_str("  ");
            look::pad(&mut page, item.kind.as_str(), kind_width);
            page.push_str("  ");
            look::pad(&mut page, id, id_width);
            page.push_str("  ");
            page.push_str(&clipped(&item.title, MAX_TITLE_CHARS));
            let about = self.about(row);
            match colour {
                Colour::No => page.push_str(&about),
                Colour::Yes => page.push_str(&painted(Paint::new().dimmed(), &about, colour)),
            }
            page.push('\n');
        }
        if self.shown.len() < self.matching {
            let more = self.matching - self.shown.len();
            let _ = writeln!(page, "… and {more} more: --limit {}", self.matching);
        }
        let _ = write!(
            page,
            "{}{}\n{}",
            if page.is_empty() { "" } else { "\n" },
            self.tally(),
            self.next()
        );
        page
    }

    /// What stands behind the title: milestone, and what is waited for.
    fn about(&self, row: &Row<'_>) -> String {
        let mut about = String::new();
        if let Some(milestone) = &row.item.milestone {
            about.push_str("  [");
            about.push_str(&clipped(milestone, 30));
            about.push(']');
        }
        if matches!(row.standing, Standing::Completed | Standing::Ready) {
            return about;
        }
        let mut unmet = self.graph.unmet(row.item).map(|unmet| unmet.id).peekable();
        if unmet.peek().is_some() {
            about.push_str("  waits for ");
            about.push_str(&named(unmet, MAX_NAMED));
        }
        about
    }

    fn agent(&self) -> String {
        let mut page = format!("sdd work-item list: {}\n", self.tally());
        for row in self.shown.iter().take(MAX_TOLD) {
            let item = row.item;
            let urgent = if item.urgent { " urgent" } else { "" };
            let line = format!(
                "{} {} ({} {}{urgent}): {}{}",
                look::word(row.standing),
                item.id,
                item.priority,
                item.kind,
                clipped(&item.title, MAX_TITLE_CHARS),
                self.about(row),
            );
            let _ = writeln!(page, "{}", clipped(&line, MAX_LINE_CHARS));
        }
        let told = self.shown.len().min(MAX_TOLD);
        if told < self.matching {
            let _ = writeln!(
                page,
                "and {} more: {} work-item list --format json",
                self.matching - told,
                self.sdd
            );
        }
        page + &self.next()
    }

    /// How many there are of a standing, of all items.
    fn count(&self, standing: Standing) -> usize {
        self.all.iter().filter(|row| row.standing == standing).count()
    }

    /// How many there are, of all items.
    fn tally(&self) -> String {
        let counts: Vec<String> = STANDINGS
            .into_iter()
            .map(|standing| (self.count(standing), look::word(standing)))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let items = match self.all.len() {
            0 => return "no work items yet".to_owned(),
            1 => "1 work item".to_owned(),
            all => format!("{all} work items"),
        };
        let of = if self.matching < self.all.len() {
            format!("{} of ", self.matching)
        } else {
            String::new()
        };
        format!("{of}{items}: {}", counts.join(", "))
    }

    fn next(&self) -> String {
        let sdd = &self.sdd;
        if self.all.is_empty() {
            return format!("next: {sdd} work-item new --type feature --title \"…\"\n");
        }
        match self.graph.choose(None) {
            Ok(item) => format!("next: {sdd} start {}\n", text::one_line(&item.id)),
            Err(_) => String::new(),
        }
    }

    fn json(&self, seen: &Glance) -> anyhow::Result<String> {
        let status_of = |id: &str| self.graph.get(id).map(|other| other.status);
        let shown = self
            .shown
            .iter()
            .map(|row| Shown::of(row.item, row.standing, status_of));
        let summary = STANDINGS.map(|standing| {
            (
                look::word(standing).replace(' ', "_"),
                self.count(standing).into(),
            )
        });
        look::document(&Document {
            schema_version: 1,
            kind: "work_item_list",
            total: self.all.len(),
            matching: self.matching,
            summary: summary.into_iter().collect(),
            next: self.graph.choose(None).ok().map(|item| item.id.as_str()),
            milestones: milestones(seen),
            work_items: shown.collect(),
        })
    }
}

/// The list in JSON.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u8,
    kind: &'static str,
    total: usize,
    matching: usize,
    summary: serde_json::Map<String, serde_json::Value>,
    next: Option<&'a str>,
    milestones: Vec<&'a str>,
    work_items: Vec<Shown<'a>>,
}
