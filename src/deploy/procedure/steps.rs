//! From the items of a spec's lists to steps: each fence that opted in is one, and prose without one is a manual step.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Script, Stage, Step, Work, attributes, by_line, form};
use crate::model::spec::{At, DeployStep, Fence};
use crate::model::text;
use crate::parse::spec::fences::{Marked, is_marked};

/// The longest text of a step, in characters.
const MAX_TEXT: usize = 200;

/// Reads steps, and remembers which fences it saw.
pub(super) struct Reader<'m> {
    marked: BTreeMap<u32, &'m Marked>,
    seen: BTreeSet<u32>,
}

impl<'m> Reader<'m> {
    pub(super) fn new(marked: &'m [Marked]) -> Self {
        Self {
            marked: by_line(marked),
            seen: BTreeSet::new(),
        }
    }

    /// The code of a fence that opted in; `None` for documentation, and for what is at fault.
    pub(super) fn fence(&mut self, fence: &Fence, faults: &mut Vec<Fault>) -> Option<(String, Script)> {
        if !is_marked(&fence.info) {
            return None;
        }
        // What the work item's JSON says has no lines, and no form that could be wrong.
        if let Some(marked) = self.marked.get(&fence.line) {
            self.seen.insert(fence.line);
            if let Some(fault) = form(marked) {
                faults.push(fault);
                return None;
            }
        }
        attributes::read(fence, faults)
    }

    /// The steps of one part of the procedure.
    pub(super) fn stage(
        &mut self,
        stage: Stage,
        list: &[At<DeployStep>],
        faults: &mut Vec<Fault>,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        for (number, item) in (1..).zip(list) {
            let asked: Vec<&Fence> = item
                .value
                .fences
                .iter()
                .filter(|fence| is_marked(&fence.info))
                .collect();
            let said = text::shorten(&text::one_line(&item.value.text), MAX_TEXT);
            if asked.is_empty() {
                steps.push(Step {
                    id: format!("{}-{number}", stage.word()),
                    stage,
                    text: said,
                    line: item.line,
                    work: Work::Manual,
                });
                continue;
            }
            for fence in asked {
                let Some((id, script)) = self.fence(fence, faults) else {
                    continue;
                };
                steps.push(Step {
                    text: if said.is_empty() { id.clone() } else { said.clone() },
                    id,
                    stage,
                    line: fence.line,
                    work: Work::Script(script),
                });
            }
        }
        steps
    }

    /// Names the fences that opted in and stand where nobody runs them.
    pub(super) fn rest(&self, faults: &mut Vec<Fault>) {
        for (line, fence) in &self.marked {
            if self.seen.contains(line) {
                continue;
            }
            faults.push(form(fence).unwrap_or_else(|| {
                Fault::new(
                    *line,
                    "stray_fence",
                    "the fence asks to be run, and stands in no part that is",
                    "move it below the steps, the rollback steps or the smoke tests, or take the `sdd` away",
                )
            }));
        }
    }
}

/// Names ids that are given twice.
pub(super) fn unique<'s>(steps: impl Iterator<Item = &'s Step>, faults: &mut Vec<Fault>) {
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    for step in steps {
        match first.get(step.id.as_str()) {
            Some(line) => faults.push(Fault::new(
                step.line,
                "duplicate_id",
                format!("the id {} is given twice, first on line {line}", step.id),
                "give each step an id of its own",
            )),
            None => {
                first.insert(&step.id, step.line);
            }
        }
    }
}

/// Names each `undo` that leads nowhere, and undos of undos.
pub(super) fn undo(steps: &[Step], rollback: &[Step], faults: &mut Vec<Fault>) {
    let known: BTreeSet<&str> = rollback.iter().map(|step| step.id.as_str()).collect();
    let asked = |step: &Step| match &step.work {
        Work::Script(script) => script.undo.clone(),
        Work::Manual => None,
    };
    for step in steps {
        let Some(undo) = asked(step) else { continue };
        if known.contains(undo.as_str()) {
            continue;
        }
        let is_step = steps.iter().any(|other| other.id == undo);
        let message = if is_step {
            format!("undo={undo} names a step of the procedure, and no rollback step")
        } else {
            format!("undo={undo} leads nowhere: there is no such rollback step")
        };
        faults.push(Fault::new(
            step.line,
            "undo",
            message,
            format!("write the way back below `### Rollback Steps`: ```bash sdd id={undo}"),
        ));
    }
    for step in rollback {
        if let Some(undo) = asked(step) {
            faults.push(Fault::new(
                step.line,
                "undo_of_undo",
                format!("the rollback step {} has an undo of its own, {undo}", step.id),
                "rollback steps are not taken back: remove the attribute",
            ));
        }
    }
}
