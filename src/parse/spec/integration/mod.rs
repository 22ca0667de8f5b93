//! What integration tests have: scope, scenarios, limits, contracts, environment.

mod benchmarks;
mod contracts;
mod dependencies;
mod environment;
mod scenarios;
mod scope;

pub use environment::service_of;

use crate::model::spec::Integration;

use super::document::Block;
use super::oddities::Oddities;
use super::outline::Node;
use super::parts::{self, Part};

/// Reads the parts of an integration test.
pub fn integration(blocks: &[Block], sections: &[Node], oddities: &mut Oddities) -> Integration {
    let mut out = Integration::default();
    for section in sections {
        let parts = || -> Vec<Part<'_>> { parts::parts(blocks, section.all.clone()) };
        match section.name.as_str() {
            "scope" => scope::scope(&parts(), &mut out),
            "test scenarios" => out.scenarios.extend(scenarios::scenarios(blocks, section)),
            "performance benchmarks" => benchmarks::benchmarks(&parts(), &mut out.benchmarks, oddities),
            "api contracts" => out.contracts.extend(contracts::contracts(&parts(), oddities)),
            "environment requirements" => environment::environment(&parts(), &mut out.environment, oddities),
            "dependencies" => out.dependencies.extend(dependencies::dependencies(&parts())),
            _ => {}
        }
    }
    out
}
