//! The plan of a run: every asked gate with its items.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::gates::{self, Context, Item, Programs, Wanted};
use crate::model::config::Config;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::session::ActiveWork;
use crate::process::find::{Finder, Found};
use crate::project::Project;

/// What will be run, and what not, gate by gate.
pub struct Plan {
    /// The gates, in their order.
    pub gates: Vec<GatePlan>,
}

/// The plan of one gate.
pub struct GatePlan {
    /// The gate.
    pub gate: GateId,
    /// Whether it decides over the run.
    pub required: bool,
    /// Why it does not take part at all; `None` when it does.
    pub disabled: Option<String>,
    /// Its items; empty when it does not take part.
    pub items: Vec<Item>,
}

impl Plan {
    /// Plans the asked gates, in the order of the table of gates.
    pub fn make(cx: &Context<'_>, asked: &[GateId]) -> Self {
        let plan_one = |gate: &&dyn gates::Gate| {
            let id = gate.id();
            let settings = cx.settings(id);
            let disabled = if settings.enabled {
                gate.absent(cx)
            } else {
                Some(format!("disabled by {} in config.json", cx.config.switch(id)))
            };
            let items = if disabled.is_some() {
                Vec::new()
            } else {
                gate.plan(cx)
            };
            GatePlan {
                gate: id,
                required: cx.decides(id),
                disabled,
                items,
            }
        };
        Self {
            gates: gates::GATES
                .iter()
                .filter(|gate| asked.contains(&gate.id()))
                .map(plan_one)
                .collect(),
        }
    }
}

/// Looks for every program that the gates could want: in the places of its unit first, then on PATH. Cargo finds
/// its subcommands in `cargo_bin` as well, whether that is on PATH or not.
pub fn find_programs(
    config: &Config,
    project: &Project,
    work: Option<&ActiveWork>,
    finder: &Finder,
    cargo_bin: Option<&Path>,
) -> Programs {
    let places: Vec<Vec<PathBuf>> = project
        .units
        .iter()
        .map(|facts| {
            let cargo = cargo_bin
                .filter(|_| facts.unit.language == Language::Rust)
                .map(Path::to_path_buf);
            facts.tool_places().into_iter().chain(cargo).collect()
        })
        .collect();
    let mut found: BTreeMap<Wanted, Found> = BTreeMap::new();
    for wanted in Programs::wanted(config, project, work) {
        let (places, base) = match wanted
            .unit
            .and_then(|index| Some((places.get(index)?, project.units.get(index)?)))
        {
            Some((places, facts)) => (places.as_slice(), facts.dir.as_path()),
            None => (
                places.first().map_or(&[][..], Vec::as_slice),
                project.root.as_path(),
            ),
        };
        let answer = finder.find(&wanted.program, places, base);
        found.insert(wanted, answer);
    }
    Programs::new(found)
}
