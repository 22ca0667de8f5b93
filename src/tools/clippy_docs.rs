//! clippy for doc comments, where the project turns `missing_docs` on.
//!
//! It is asked as in the linting gate, so that cargo answers the second time from what it remembers, and of what it says
//! only what is about missing doc comments is read.

use super::clippy::Clippy;
use super::{Answer, Applies, Ask, Broken, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// clippy for doc comments.
pub struct ClippyDocs;

/// The lints of rustc, rustdoc and clippy that say that a doc comment, or a part that it must have, is missing.
const LINTS: [&str; 6] = [
    "missing_docs",
    "rustdoc::missing_crate_level_docs",
    "clippy::missing_docs_in_private_items",
    "clippy::missing_errors_doc",
    "clippy::missing_panics_doc",
    "clippy::missing_safety_doc",
];

impl Tool for ClippyDocs {
    fn id(&self) -> &'static str {
        "clippy-docs"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Documentation, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        Clippy.words()
    }

    fn default_args(&self) -> &'static [&'static str] {
        Clippy.default_args()
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        match &facts.rust.missing_docs {
            Some(place) => Applies::Yes(format!("missing_docs is turned on in {place}")),
            None => Applies::NothingToDo(
                "missing_docs is turned on neither in [lints.rust] of Cargo.toml nor in src/lib.rs"
                    .to_owned(),
            ),
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        Clippy.prepare(ask)
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        Clippy.exits()
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let Reading::Answer(answer) = Clippy.read(run) else {
            return Clippy.read(run);
        };
        let (mut findings, others): (Vec<_>, Vec<_>) = answer
            .findings
            .into_iter()
            .partition(|finding| LINTS.contains(&finding.rule.as_str()));
        for finding in &mut findings {
            self.id().clone_into(&mut finding.tool);
        }
        if run.exit != 0 && findings.is_empty() {
            return Reading::Broken(Broken {
                reason: format!(
                    "clippy gave up before every doc comment was looked at, over {} other findings",
                    others.len()
                ),
                hint: Some("mend them first: sdd gate linting".to_owned()),
            });
        }
        Reading::Answer(Box::new(Answer {
            findings,
            warnings: answer.warnings,
            ..Answer::default()
        }))
    }

    fn version_args(&self) -> &'static [&'static str] {
        Clippy.version_args()
    }

    fn needs(&self) -> Option<&'static str> {
        Clippy.needs()
    }

    fn install(&self) -> &'static str {
        Clippy.install()
    }

    fn exclusive(&self) -> Option<&'static str> {
        Clippy.exclusive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::rust_recordings::{Recording, facts_at, prepare, show};
    use super::*;

    #[track_caller]
    fn check(tool: &str, case: &str, expect: &str) {
        for version in Recording::versions(tool) {
            let run = Recording::load(tool, &version, case);
            assert_eq!(show(&run.read(&ClippyDocs)), expect, "{case} of {version}");
        }
    }

    #[test]
    fn only_what_is_missing_in_doc_comments_counts() {
        check("clippy-docs", "clean", "answer\n");
        check(
            "clippy-docs",
            "failing",
            "answer\n\
             medium missing_docs src/lib.rs:1:1 \"missing documentation for a function\"\n\
             medium missing_docs src/lib.rs:1:1 \"missing documentation for the crate\"\n",
        );
        check("clippy", "warnings", "answer\n");
    }

    #[test]
    fn a_build_that_breaks_off_over_something_else_is_no_answer() {
        check(
            "clippy",
            "denied",
            "broken: clippy gave up before every doc comment was looked at, over 4 other findings\n\
             hint: mend them first: sdd gate linting\n",
        );
        for version in Recording::versions("clippy-docs") {
            let broken = Recording::load("clippy-docs", &version, "broken_manifest").read(&ClippyDocs);
            assert!(matches!(broken, Reading::Broken(_)));
        }
    }

    #[test]
    fn it_is_asked_as_the_linter_is() {
        let facts = facts_at(".");
        assert_eq!(
            prepare(&ClippyDocs, &facts, "--all-targets", false, Mode::Check),
            prepare(&Clippy, &facts, "--all-targets", false, Mode::Check)
        );
    }

    #[test]
    fn it_applies_where_the_lint_is_turned_on() {
        let mut facts = facts_at(".");
        assert!(matches!(ClippyDocs.applies(&facts), Applies::NothingToDo(_)));
        facts.rust.missing_docs = Some("Cargo.toml".to_owned());
        assert_eq!(
            ClippyDocs.applies(&facts),
            Applies::Yes("missing_docs is turned on in Cargo.toml".to_owned())
        );
    }
}
