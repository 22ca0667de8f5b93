//! `biome format`: which files are not laid out as the formatter would.

use super::javascript::{BIOME, PRETTIER};
use super::{Applies, Ask, Prepared, Reading, Tool, ToolRun, biome};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// `biome format`.
pub struct BiomeFormat;

/// The rule of a file that would be reformatted.
const UNFORMATTED: &str = "unformatted";

/// The rule of a file that cannot be parsed.
const SYNTAX: &str = "syntax";

impl Tool for BiomeFormat {
    fn id(&self) -> &'static str {
        "biome-format"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Formatting, Language::Javascript),
            (GateId::Formatting, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["biome", "format"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        BIOME.chosen(&PRETTIER, facts).map_or(Applies::No, Applies::Yes)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        Some(biome::prepare(ask))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        biome::EXITS
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        biome::read(self.id(), run, |diagnostics, run| {
            let mut findings: Vec<Finding> = Vec::new();
            for one in diagnostics {
                let Some(severity) = one.severity() else {
                    continue;
                };
                let found = match one.category() {
                    "format" if one.message().starts_with("Formatter would have") => {
                        let mut finding = one.finding(self.id(), UNFORMATTED, Severity::Low, run).fixable();
                        "File would be reformatted".clone_into(&mut finding.message);
                        finding
                    }
                    // Says once more that the file cannot be parsed.
                    "format"
                        if findings
                            .iter()
                            .any(|known| known.rule == SYNTAX && same_file(known, one, run)) =>
                    {
                        continue;
                    }
                    "parse" | "format" => one.finding(self.id(), SYNTAX, Severity::High, run),
                    other => one.finding(self.id(), other, severity, run),
                };
                findings.push(found);
            }
            findings
        })
    }

    fn install(&self) -> &'static str {
        biome::INSTALL
    }
}

fn same_file(known: &Finding, one: &biome::Diagnostic, run: &ToolRun<'_>) -> bool {
    known.path == one.file().map(|file| run.project_path(&file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::lint_recordings::{self as recordings, javascript as facts};
    use crate::tools::python_recordings::{self, Recording};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(python_recordings::show_all(&BiomeFormat));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["1.9.4", "2.0.0", "2.6.8"] {
            python_recordings::check_never_clean(
                &BiomeFormat,
                &Recording::load("biome-format", version, "clean"),
            );
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        recordings::check_any_bytes(&BiomeFormat, "{\"summary\":{\"changed\":0,\"unchanged\":4,");
    }

    #[test]
    fn it_is_used_where_it_is_configured() {
        assert_eq!(BiomeFormat.applies(&facts(&[".prettierrc"])), Applies::No);
        assert!(matches!(
            BiomeFormat.applies(&facts(&["biome.jsonc"])),
            Applies::Yes(_)
        ));
    }
}
