//! For tests: units in which linters, formatters and type checkers run, and bytes that none of them prints.

use std::path::PathBuf;

use super::python_recordings::{Recording, is_clean};
use super::{FileState, Tool};
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;

/// A unit of a language at `/project` with these files in its directory.
pub(super) fn unit(language: Language, files: &[&str]) -> UnitFacts {
    let unit = Unit {
        path: ".".to_owned(),
        language,
        markers: Vec::new(),
    };
    let mut facts = UnitFacts::bare(unit, PathBuf::from("/project"), PathBuf::from("/project"));
    facts.entries.extend(files.iter().map(|name| (*name).to_owned()));
    facts
}

/// A JavaScript unit.
pub(super) fn javascript(files: &[&str]) -> UnitFacts {
    unit(Language::Javascript, files)
}

/// Reads arbitrary bytes as every output of a tool, alone and behind the words that its report begins with: nothing
/// of it may panic, and nothing may read as clean.
pub(super) fn check_any_bytes(tool: &'static dyn Tool, begins: &'static str) {
    use proptest::prelude::*;
    proptest!(ProptestConfig::with_cases(300), |(bytes in proptest::collection::vec(any::<u8>(), 0..200),
                                                 text in "\\PC{0,80}", exit in 0..5i32, behind in any::<bool>())| {
        let mut stdout = if behind { begins.as_bytes().to_vec() } else { Vec::new() };
        stdout.extend_from_slice(&bytes);
        stdout.extend_from_slice(text.as_bytes());
        let mut run = Recording::unread(tool);
        run.exit = exit;
        run.outputs.values_mut().for_each(|state| *state = FileState::Fresh(stdout.clone()));
        run.stderr = stdout.clone();
        run.stdout = stdout;
        prop_assert!(!is_clean(&run.read(tool)));
    });
}
