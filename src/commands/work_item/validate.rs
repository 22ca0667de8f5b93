//! `sdd work-item validate`: everything that is missing or wrong, with its place.

use std::fmt::Write as _;

use serde_json::json;

use super::problems::{self, Inspector, Problem};
use super::state::{self, Loaded};
use super::{look, no_such_item};
use crate::commands::context::Cx;
use crate::commands::pipeline::called;
use crate::model::exit::Exit;
use crate::model::text;
use crate::model::work_item::graph::Graph;
use crate::model::work_item::{Unreadable, WorkItem, inspect};
use crate::store::layout;

/// Say what is missing or wrong about one work item, or about all of them.
///
/// Looked at are the fields of the item, what it depends on, and its spec: sections that are missing, empty or as the
/// template has them, and what cannot be understood in them. What a completed item lacks is a warning.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd work-item validate                       all work items
  sdd work-item validate feature_user_auth     one of them
  sdd work-item validate --format json         every problem with file, line and code, for a program

Exit codes:
  0  nothing is wrong; there may be warnings
  1  something is missing or wrong
  2  the file of the work items cannot be understood
  4  there is no such work item")]
pub struct Args {
    /// The work item [default: all]
    #[arg(value_name = "ID")]
    id: Option<String>,
}

/// Problems that agents are told; the rest is counted. With the longest lines that is under 8,000 characters.
const MAX_TOLD: usize = 25;
/// The longest line that agents are told, in characters.
const MAX_LINE_CHARS: usize = 145;

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let store = state::open(cx)?;
    let document = store.read(layout::WORK_ITEMS)?;
    let (items, unreadable) = document
        .as_ref()
        .map_or_else(Default::default, |document| inspect(&document.value));
    let loaded = Loaded { document, items };
    let graph = Graph::of(&loaded.items.items);
    let inspector = Inspector::new(&store, &loaded, &graph);
    let found = if unreadable.is_empty() {
        let (items, circles): (Vec<&WorkItem>, _) = match &args.id {
            None => (loaded.items.items.iter().collect(), graph.cycles()),
            Some(id) => {
                let ids = loaded.items.items.iter().map(|item| item.id.as_str());
                let item = graph.get(id).ok_or_else(|| no_such_item(cx, id, ids))?;
                (vec![item], inspector.circle_of(item).into_iter().collect())
            }
        };
        let of_each = items.iter().flat_map(|item| inspector.look(item, &circles).0);
        Found {
            checked: items.len(),
            problems: of_each.collect(),
            exit: Exit::Ok,
        }
    } else {
        let problem = |problem: &Unreadable| problems::unreadable(loaded.place(&problem.at.words()), problem);
        Found {
            checked: 0,
            problems: unreadable.iter().map(problem).collect(),
            exit: Exit::Usage,
        }
    };
    let found = found.decided();
    let text = match format {
        "json" => found.json()?,
        "agent" => found.agent(&called(cx)),
        _ => found.human(),
    };
    cx.emit(&text)?;
    Ok(found.exit)
}

/// What was found.
struct Found {
    /// Items that were looked at.
    checked: usize,
    problems: Vec<Problem>,
    exit: Exit,
}

impl Found {
    /// With the exit code that the problems lead to.
    fn decided(mut self) -> Self {
        if self.exit == Exit::Ok && self.problems.iter().any(Problem::is_error) {
            self.exit = Exit::Failed;
        }
        self
    }

    fn tally(&self) -> String {
        let counted = |count: usize, what: &str| match count {
            1 => format!("1 {what}"),
            count => format!("{count} {what}s"),
        };
        let (errors, warnings) = problems::count(&self.problems);
        match self.checked {
            0 if self.problems.is_empty() => "there are no work items, and nothing was checked".to_owned(),
            0 => format!(
                "the work items cannot be understood: {}",
                counted(errors, "error")
            ),
            checked => format!(
                "{}: {}, {}",
                counted(checked, "work item"),
                counted(errors, "error"),
                counted(warnings, "warning")
            ),
        }
    }

    fn human(&self) -> String {
        let mut page = String::new();
        for problem in &self.problems {
            let _ = writeln!(page, "{}", problem.line());
            if let Some(hint) = &problem.hint {
                let _ = writeln!(page, "  hint: {}", text::one_line(hint));
            }
        }
        let _ = writeln!(page, "{}", self.tally());
        page
    }

    fn agent(&self, sdd: &str) -> String {
        let mut page = format!("sdd work-item validate: {}\n", self.tally());
        let mut told: Vec<&Problem> = self.problems.iter().collect();
        told.sort_by_key(|problem| !problem.is_error());
        for problem in told.iter().take(MAX_TOLD) {
            let _ = writeln!(page, "{}", look::clipped(&problem.line(), MAX_LINE_CHARS));
            if let Some(hint) = &problem.hint {
                let _ = writeln!(page, "  {}", look::clipped(hint, MAX_LINE_CHARS));
            }
        }
        if told.len() > MAX_TOLD {
            let _ = writeln!(
                page,
                "and {} more: {sdd} work-item validate --format json",
                told.len() - MAX_TOLD
            );
        }
        page
    }

    fn json(&self) -> anyhow::Result<String> {
        let (errors, warnings) = problems::count(&self.problems);
        let verdict = match (self.exit, self.checked) {
            (Exit::Ok, 0) => "skipped",
            (Exit::Ok, _) => "passed",
            _ => "failed",
        };
        let problems: Vec<_> = self.problems.iter().map(Problem::json).collect();
        look::document(&json!({
            "schema_version": 1, "kind": "work_item_validation", "verdict": verdict, "file": layout::WORK_ITEMS,
            "summary": {"work_items": self.checked, "error": errors, "warning": warnings}, "problems": problems,
        }))
    }
}
