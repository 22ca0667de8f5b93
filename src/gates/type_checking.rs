//! The type checking gate.

use super::formatting::judge_findings;
use super::parts::Part;
use super::step::Item;
use super::toolplan::{self, Pick};
use super::{About, Context, Gate, Judgement};
use crate::model::gate_id::GateId;
use crate::project::UnitFacts;
use crate::tools::{self, Applies};

/// No type errors.
pub struct TypeChecking;

impl Gate for TypeChecking {
    fn id(&self) -> GateId {
        GateId::TypeChecking
    }

    fn about(&self) -> About {
        About {
            title: "Type checking",
            question: "Does the type checker find nothing?",
            remedy: "Mend the types named above",
        }
    }

    /// A project that uses no type checker has nothing that could be missing.
    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        let applies = |facts: &UnitFacts| {
            let configured = cx.config.for_unit(&facts.unit).recipes(self.id());
            facts.node.problem.is_some()
                || toolplan::scripts::named(facts, self.id())
                || configured.is_some_and(|(_, recipes)| !recipes.is_empty())
                || tools::serving(self.id(), facts.unit.language)
                    .any(|tool| matches!(tool.applies(facts), Applies::Yes(_)))
        };
        let used = cx.project.units.iter().any(applies);
        (!used).then(|| "no type checker is configured".to_owned())
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        toolplan::plan(cx, self.id(), Pick::Configured)
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        judge_findings(cx, parts, "type error", "type errors", "no type errors")
    }
}
