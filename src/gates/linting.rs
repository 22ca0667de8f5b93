//! The linting gate.

use super::formatting::judge_findings;
use super::parts::Part;
use super::step::Item;
use super::toolplan::{self, Pick};
use super::{About, Context, Gate, Judgement};
use crate::model::gate_id::GateId;

/// No lint findings.
pub struct Linting;

impl Gate for Linting {
    fn id(&self) -> GateId {
        GateId::Linting
    }

    fn about(&self) -> About {
        About {
            title: "Linting",
            question: "Does the linter find nothing?",
            remedy: "Mend the findings above; what is marked fixable is mended by: sdd gate linting --fix",
        }
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        toolplan::plan(cx, self.id(), Pick::First)
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        judge_findings(cx, parts, "finding", "findings", "no findings")
    }
}
