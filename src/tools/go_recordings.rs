//! For tests: recorded runs of Go's tools.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::rust_recordings::{Recording, is_clean, show};
use super::{Coverage, FileState, Mode, Reading, Tool};
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;
use crate::project::facts::GoFacts;

/// A Go module at `/project`.
pub(super) fn facts() -> UnitFacts {
    let unit = Unit {
        path: ".".to_owned(),
        language: Language::Go,
        markers: vec!["go.mod".to_owned()],
    };
    UnitFacts {
        go: GoFacts {
            module: Some("example.com/sample".to_owned()),
            version: Some((1, 19)),
            sources: vec!["sub/x.go".to_owned(), "two.go".to_owned()],
        },
        ..UnitFacts::bare(unit, PathBuf::from("/project"), PathBuf::from("/project"))
    }
}

/// `tests/tool-output/TOOL/VERSION/CASE.*`. Coverage was asked for in cases that say so in their name; cases of
/// fixing begin with `fix` or end with it.
pub(super) fn load(tool: &str, version: &str, case: &str) -> Recording {
    let profile = base(tool).join(version).join(format!("{case}.cover.out"));
    let profile = std::fs::read(profile).map_or(FileState::Missing, FileState::Fresh);
    let fix = case.starts_with("fix") || case.ends_with("_fix");
    Recording {
        outputs: BTreeMap::from([("coverage", profile)]),
        facts: facts(),
        mode: if fix { Mode::Fix } else { Mode::Check },
        coverage: case.contains("coverage"),
        ..Recording::load(tool, version, case)
    }
}

fn base(tool: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tool-output")
        .join(tool)
}

/// Every recorded run of a tool by case and version.
pub(super) fn all(tool: &str) -> BTreeMap<String, BTreeMap<String, Recording>> {
    let mut out: BTreeMap<String, BTreeMap<String, Recording>> = BTreeMap::new();
    for version in Recording::versions(tool) {
        for entry in std::fs::read_dir(base(tool).join(&version)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(case) = name.strip_suffix(".exit") {
                let recording = load(tool, &version, case);
                out.entry(case.to_owned())
                    .or_default()
                    .insert(version.clone(), recording);
            }
        }
    }
    out
}

/// What every recorded run reads as; versions that agree stand together.
pub(super) fn show_all(tool: &dyn Tool) -> String {
    let mut out = String::new();
    for (case, versions) in all(tool.id()) {
        let mut readings: Vec<(String, Vec<String>)> = Vec::new();
        for (version, recording) in versions {
            let shown = show_with_coverage(&recording.read(tool));
            match readings.iter_mut().find(|(known, _)| *known == shown) {
                Some((_, versions)) => versions.push(version),
                None => readings.push((shown, vec![version])),
            }
        }
        for (shown, versions) in readings {
            let _ = write!(out, "== {case} ({})\n{shown}\n", versions.join(", "));
        }
    }
    out
}

fn show_with_coverage(reading: &Reading) -> String {
    let mut shown = show(reading);
    if let Reading::Answer(answer) = reading {
        match &answer.coverage {
            None => {}
            Some(Coverage::Measured(measured)) => {
                let _ = writeln!(shown, "coverage: {}/{}", measured.covered, measured.total);
            }
            Some(Coverage::Unavailable(broken)) => {
                let _ = writeln!(shown, "no coverage: {}", broken.reason);
            }
        }
        for gap in &answer.gaps {
            let _ = writeln!(shown, "gap: {} {}", gap.path, gap.ranges(9));
        }
    }
    shown
}

/// Cuts what a tool printed, on each stream by itself, at every length, for every recorded run that reads as clean,
/// and demands that nothing shorter is clean but where `allowed` says so.
#[track_caller]
pub(super) fn check_cuts(tool: &dyn Tool, allowed: fn(&Recording) -> bool) {
    let mut clean = 0;
    for (case, versions) in all(tool.id()) {
        for (version, whole) in versions {
            if !is_clean(&whole.read(tool)) {
                continue;
            }
            clean += 1;
            for at in 0..whole.stdout.len() {
                let mut cut = whole.clone();
                cut.stdout.truncate(at);
                check_cut(
                    tool,
                    &cut,
                    allowed,
                    &format!("{case} {version}: stdout cut at {at}"),
                );
            }
            for at in 0..whole.stderr.len() {
                let mut cut = whole.clone();
                cut.stderr.truncate(at);
                check_cut(
                    tool,
                    &cut,
                    allowed,
                    &format!("{case} {version}: stderr cut at {at}"),
                );
            }
        }
    }
    assert!(clean > 0, "no clean recording");
}

#[track_caller]
fn check_cut(tool: &dyn Tool, cut: &Recording, allowed: fn(&Recording) -> bool, what: &str) {
    let reading = cut.read(tool);
    assert!(!is_clean(&reading) || allowed(cut), "{what}: {}", show(&reading));
}
