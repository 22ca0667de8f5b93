//! Which gates work of each type needs.

use super::benchmark;
use crate::model::gate_id::GateId;
use crate::model::session::ActiveWork;
use crate::model::work_item::WorkItemType;

/// The gates that work of a type needs, in their order.
pub fn gates_for(kind: WorkItemType) -> Vec<GateId> {
    GateId::ALL
        .into_iter()
        .filter(|gate| needs(kind, *gate))
        .collect()
}

/// The gates that some work needs: those of its type, and those that its spec asks for.
pub fn gates_for_work(work: &ActiveWork) -> Vec<GateId> {
    let asked = |gate: GateId| gate == GateId::Benchmark && benchmark::demands(work);
    GateId::ALL
        .into_iter()
        .filter(|gate| needs(work.item.kind, *gate) || asked(*gate))
        .collect()
}

/// The gates that have something to ask where nothing is worked on: those that look at a work item have not.
pub fn gates_without_work() -> Vec<GateId> {
    GateId::ALL
        .into_iter()
        .filter(|gate| {
            !matches!(
                gate,
                GateId::SpecCompleteness
                    | GateId::Environment
                    | GateId::Integration
                    | GateId::Contract
                    | GateId::Benchmark
                    | GateId::IntegrationDocumentation
                    | GateId::Deployment
            )
        })
        .collect()
}

/// Whether work of a type needs a gate. A new gate has to say so here.
fn needs(kind: WorkItemType, gate: GateId) -> bool {
    match gate {
        // Whatever is worked on, the project must stay as good as it was.
        GateId::Formatting
        | GateId::Linting
        | GateId::TypeChecking
        | GateId::Tests
        | GateId::Security
        | GateId::Documentation
        | GateId::Context7
        | GateId::Custom => true,
        // Only these name interfaces that must hold.
        // What other work says of speed is asked of it as well ([`gates_for_work`]).
        GateId::Environment
        | GateId::Integration
        | GateId::Contract
        | GateId::Benchmark
        | GateId::IntegrationDocumentation => kind == WorkItemType::IntegrationTest,
        GateId::Deployment => kind == WorkItemType::Deployment,
        // Every type has a spec, and each its own parts.
        GateId::SpecCompleteness => WorkItemType::ALL.contains(&kind),
    }
}

#[cfg(test)]
mod tests {
    use super::super::GATES;
    use super::*;

    #[test]
    fn every_type_has_its_gates_and_every_gate_a_type() {
        for kind in WorkItemType::ALL {
            let gates = gates_for(*kind);
            for gate in [
                GateId::Tests,
                GateId::Security,
                GateId::Documentation,
                GateId::SpecCompleteness,
                GateId::Custom,
            ] {
                assert!(gates.contains(&gate), "{kind} has no {gate}");
            }
            for gate in &gates {
                assert!(
                    GATES.iter().any(|known| known.id() == *gate),
                    "{gate} is in no table"
                );
            }
        }
        for gate in GateId::ALL {
            assert!(
                WorkItemType::ALL
                    .iter()
                    .any(|kind| gates_for(*kind).contains(&gate)),
                "nothing asks for {gate}"
            );
        }
    }

    #[test]
    fn the_gates_of_the_table_are_those_that_have_names() {
        let table: Vec<GateId> = GATES.iter().map(|gate| gate.id()).collect();
        assert_eq!(table, GateId::ALL);
    }
}
