//! `biome lint`: lint findings from its report in JSON.

use super::javascript::{BIOME, ESLINT};
use super::{Applies, Ask, Prepared, Reading, Tool, ToolRun, biome};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// `biome lint`.
pub struct BiomeLint;

impl Tool for BiomeLint {
    fn id(&self) -> &'static str {
        "biome-lint"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Linting, Language::Javascript),
            (GateId::Linting, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["biome", "lint"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        BIOME.chosen(&ESLINT, facts).map_or(Applies::No, Applies::Yes)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        Some(biome::prepare(ask))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        biome::EXITS
    }

    /// An error is serious, a warning moderate, and a file that cannot be parsed or read is serious, because nothing
    /// in it was looked at.
    fn read(&self, run: &ToolRun<'_>) -> Reading {
        biome::read(self.id(), run, |diagnostics, run| {
            diagnostics
                .iter()
                .filter_map(|one| {
                    let rule = match one.category() {
                        "parse" => "syntax",
                        other => other,
                    };
                    let finding = one.finding(self.id(), rule, one.severity()?, run);
                    Some(if one.is_fixable() {
                        finding.fixable()
                    } else {
                        finding
                    })
                })
                .collect()
        })
    }

    fn install(&self) -> &'static str {
        biome::INSTALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Mode;
    use crate::tools::lint_recordings::{self as recordings, javascript as facts};
    use crate::tools::python_recordings::{self, Args, Recording};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(python_recordings::show_all(&BiomeLint));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["1.9.4", "2.0.0", "2.6.8"] {
            python_recordings::check_never_clean(
                &BiomeLint,
                &Recording::load("biome-lint", version, "clean"),
            );
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        recordings::check_any_bytes(&BiomeLint, "{\"summary\":{\"changed\":0,\"unchanged\":4,");
    }

    #[track_caller]
    fn check(mode: Mode, args: &str, expect: &str) {
        let prepared =
            python_recordings::prepare(&BiomeLint, &facts(&[]), mode, Args::Configured(args), false);
        assert_eq!(prepared.args.join(" "), expect);
    }

    #[test]
    fn looking_never_lets_a_file_change() {
        for args in [
            "src",
            "--write src",
            "--fix src",
            "--reporter=github src --max-diagnostics 5",
            "--diagnostic-level=error src --stdin-file-path a.js",
        ] {
            check(
                Mode::Check,
                args,
                "src --reporter=json --colors=off --max-diagnostics=none",
            );
            check(
                Mode::Fix,
                args,
                "src --reporter=json --colors=off --max-diagnostics=none --write",
            );
        }
        check(
            Mode::Fix,
            "--unsafe --error-on-warnings src",
            "--unsafe --error-on-warnings src --reporter=json --colors=off --max-diagnostics=none --write",
        );
    }

    #[test]
    fn what_sdd_writes_is_left_out() {
        let facts = facts(&[".session", ".git", "node_modules", "src", "-a.js", "biome.json"]);
        let check = |args: Args<'_>, expect: &str| {
            let prepared = python_recordings::prepare(&BiomeLint, &facts, Mode::Check, args, false);
            assert_eq!(
                prepared.args.join(" "),
                format!("{expect} --reporter=json --colors=off --max-diagnostics=none")
            );
        };
        check(Args::Default, "./-a.js src");
        check(Args::Configured("."), ".");
    }

    #[test]
    fn it_is_used_where_it_is_configured() {
        assert_eq!(BiomeLint.applies(&facts(&["eslint.config.js"])), Applies::No);
        assert!(matches!(
            BiomeLint.applies(&facts(&["biome.json"])),
            Applies::Yes(_)
        ));
    }
}
