//! cargo-test: being written.

use super::{Applies, Ask, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// cargo-test.
pub struct CargoTest;

impl Tool for CargoTest {
    fn id(&self) -> &'static str {
        "cargo-test"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Tests, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "test"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("default".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        Some(Prepared {
            args: ask.args.to_vec(),
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[]
    }

    fn read(&self, _run: &ToolRun<'_>) -> Reading {
        Reading::broken("being written")
    }

    fn install(&self) -> &'static str {
        ""
    }
}
