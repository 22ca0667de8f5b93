//! The tools: one file each, and the table.

mod briefing;
mod get_report;
mod plan;
mod run_gates;
mod status;
mod work_items;

use rmcp::model::ToolAnnotations;

use super::arguments::{Arguments, Kind, Param, schema};
use crate::commands::context::Cx;
use crate::model::exit::Exit;

/// Every tool, in the order in which clients see them.
pub const TOOLS: [&Tool; 6] = [
    &status::TOOL,
    &plan::TOOL,
    &run_gates::TOOL,
    &get_report::TOOL,
    &work_items::TOOL,
    &briefing::TOOL,
];

/// A tool.
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The arguments that it takes.
    pub params: &'static [Param],
    /// What it does to the project.
    pub effect: Effect,
    /// How it is done.
    pub work: Work,
}

/// What a tool does to a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It looks.
    Reads,
    /// It runs the project's own commands and writes a report.
    Runs,
}

/// How a tool does its work.
#[derive(Clone, Copy)]
pub enum Work {
    /// By a command of sdd: the words of its command line.
    Command(fn(&Arguments) -> Vec<String>),
    /// By itself; what it prints is the answer.
    Own(fn(&Arguments, &mut Cx) -> anyhow::Result<Exit>),
}

/// The argument of tools whose answers may be long.
const PAGE: Param = Param {
    name: "page",
    kind: Kind::Number,
    about: "the page of a long answer [default: 1]",
};

impl Tool {
    /// The tool as clients see it.
    pub(super) fn published(&self) -> rmcp::model::Tool {
        let reads = self.effect == Effect::Reads;
        let annotations = ToolAnnotations::with_title(self.title)
            .read_only(reads)
            // The commands of a project may do anything.
            .destructive(!reads)
            .idempotent(reads)
            .open_world(!reads);
        rmcp::model::Tool::new(self.name, self.about, schema(self.params)).with_annotations(annotations)
    }

    /// How the next page is asked for. Nothing is run again for it.
    pub(super) fn next_page(&self, number: usize) -> String {
        let tool = match self.effect {
            Effect::Reads => self.name,
            Effect::Runs => get_report::TOOL.name,
        };
        format!("{tool} with page {number}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_tool_is_whole_and_only_a_run_does_more_than_look() {
        let mut names = BTreeSet::new();
        for tool in TOOLS {
            assert!(names.insert(tool.name), "{} is there twice", tool.name);
            assert!(tool.about.len() > 20 && !tool.title.is_empty(), "{}", tool.name);
            let published = tool.published();
            let hints = published.annotations.unwrap();
            let runs = tool.name == "run_gates";
            assert_eq!(hints.read_only_hint, Some(!runs), "{}", tool.name);
            assert_eq!(hints.destructive_hint, Some(runs), "{}", tool.name);
            assert_eq!(published.input_schema["additionalProperties"], false);
            let params: BTreeSet<&str> = tool.params.iter().map(|param| param.name).collect();
            assert_eq!(params.len(), tool.params.len(), "{}", tool.name);
            assert_eq!(params.contains("page"), !runs, "{}", tool.name);
        }
    }

    #[test]
    fn every_file_of_a_tool_is_in_the_table() {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/mcp/tools");
        let files = std::fs::read_dir(here).unwrap().filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem()?.to_str()?.to_owned();
            (name != "mod").then_some(name)
        });
        let files: BTreeSet<String> = files.collect();
        let names: BTreeSet<String> = TOOLS.iter().map(|tool| tool.name.to_owned()).collect();
        assert_eq!(files, names);
    }

    #[test]
    fn the_guide_has_every_tool() {
        let guide = include_str!("../../../../docs/mcp.md");
        for tool in TOOLS {
            let row = format!("| `{}` |", tool.name);
            let row = guide.lines().find(|line| line.starts_with(&row));
            let row = row.unwrap_or_else(|| panic!("docs/mcp.md has no row of {}", tool.name));
            for param in tool.params {
                assert!(row.contains(&format!("`{}`", param.name)), "{row}");
            }
        }
        let rows = guide.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, TOOLS.len());
    }
}
