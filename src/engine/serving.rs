//! The steps that need services, in their order, and the services around them.

use super::fixtures::{self, Services};
use super::{Bench, lock, services};
use crate::bench::rounds::Standing;
use crate::gates::{Item, Meaning, PartResult, Phase, Work};
use crate::model::gate_id::GateId;
use crate::model::verdict::Verdict;

/// Why nothing is started where test data cannot be loaded.
const NO_DATA: &str = "nothing is started, because test data cannot be loaded";
/// Why nothing is measured where the tests did not pass.
const NOT_PASSED: &str = "the integration tests did not pass";

impl Bench<'_> {
    /// Brings services up where some are needed, tests and measures them one after the other, and takes them down.
    pub(super) fn serve(&self) {
        let steps = self.steps(Phase::Serve);
        let services = steps
            .iter()
            .copied()
            .find_map(|(gate, item)| match &self.step(gate, item)?.work {
                Work::Services(work) => Some(((gate, item), work)),
                _ => None,
            });
        let needs = match services {
            Some(_) => Services::There,
            None => Services::None,
        };
        let Some((place, work)) = services else {
            if self.data(&steps, needs).is_none() {
                self.leave_data_and_tests(&steps);
                self.measure_without(&self.steps(Phase::Measure), NO_DATA);
                return;
            }
            let measured = self.steps(Phase::Measure);
            if self.one_by_one(&steps, None) && self.may_be_measured(&steps) {
                self.one_by_one(&measured, None);
            } else {
                self.measure_without(&measured, NOT_PASSED);
            }
            return;
        };
        let rest: Vec<(usize, usize)> = steps.into_iter().filter(|step| *step != place).collect();
        let measured = self.steps(Phase::Measure);
        let clear = self.steps(Phase::Clear);
        if let Some(why) = self.why_not_served(place.0) {
            for (gate, item) in std::iter::once(place).chain(rest).chain(clear) {
                self.leave_because(gate, item, &why);
            }
            self.measure_without(&measured, &why);
            return;
        }
        let Some(data) = self.data(&rest, needs) else {
            self.leave_because(place.0, place.1, NO_DATA);
            self.leave_data_and_tests(&rest);
            for (gate, item) in clear {
                self.leave_because(gate, item, NO_DATA);
            }
            self.measure_without(&measured, NO_DATA);
            return;
        };
        let began = self.begin(place.0, place.1);
        let (closed, cleared) = services::hold(
            work,
            self.job,
            self.asked.compose(self.job),
            &data,
            |at, result, mut held| {
                let is_up = held.is_some();
                self.end_at(place.0, place.1, (began, at), result);
                if !is_up {
                    let why = "the services are not up";
                    for (gate, item) in rest {
                        self.leave_because(gate, item, why);
                    }
                    self.measure_without(&measured, why);
                    return;
                }
                let passed = self.one_by_one(&rest, held.as_deref_mut());
                match held.filter(|_| passed).map(|held| (held.look(), held)) {
                    Some((Standing::Whole, held)) => {
                        self.one_by_one(&measured, Some(held));
                    }
                    Some((Standing::Fallen(why), _)) => self.measure_without(&measured, &why),
                    Some((Standing::Unknown(why), _)) => {
                        let why = format!("nobody can say whether the services are still up: {why}");
                        self.measure_without(&measured, &why);
                    }
                    None => self.measure_without(&measured, NOT_PASSED),
                }
            },
        );
        for (gate, item) in clear {
            self.begin(gate, item);
            let result = match &closed {
                PartResult::Teardown(answer) => PartResult::Teardown(answer.clone()),
                _ => PartResult::Nothing,
            };
            self.end_at(gate, item, cleared, result);
        }
    }

    /// Whether what no services were brought up for may be measured after these steps have passed. A baseline is accepted of
    /// what was tested alone: not where there are no integration tests, or some that cannot be run.
    fn may_be_measured(&self, steps: &[(usize, usize)]) -> bool {
        let tests = self
            .plan
            .gates
            .iter()
            .find(|gate| gate.gate == GateId::Integration);
        let untested = |item: &Item| matches!(item, Item::Not(not) if not.meaning == Meaning::Error);
        let is_tested = tests.is_none_or(|gate| !gate.items.iter().any(untested)) && !steps.is_empty();
        is_tested || self.job.accept.is_none()
    }

    /// The files of all test data; `None` where some of it cannot be loaded, which is said of each such step. Where the run
    /// ends the steps themselves say so.
    fn data(&self, steps: &[(usize, usize)], services: Services) -> Option<Vec<fixtures::Ready>> {
        let mut all = Vec::new();
        let mut is_fit = true;
        for (gate, item) in steps.iter().copied() {
            let Some(Work::Fixture(work)) = self.step(gate, item).map(|step| &step.work) else {
                continue;
            };
            if self.job.cancel.is_requested() {
                break;
            }
            match fixtures::ready(work, self.job, services) {
                Ok(files) => all.extend(files),
                Err(not) => {
                    is_fit = false;
                    let began = self.begin(gate, item);
                    self.end(gate, item, began, fixtures::told(work, self.job, not));
                }
            }
        }
        is_fit.then_some(all)
    }

    /// Leaves the steps that have no result yet.
    fn leave_data_and_tests(&self, steps: &[(usize, usize)]) {
        for (gate, item) in steps.iter().copied() {
            if !self.has_result(gate, item) {
                self.leave_because(gate, item, NO_DATA);
            }
        }
    }

    /// Why services of a gate are not brought up: what they need is not there, what they are for cannot be run, or the
    /// run ends.
    fn why_not_served(&self, gate: usize) -> Option<String> {
        if self.job.cancel.is_requested() {
            return Some(self.why_left().to_owned());
        }
        let items = self.plan.gates.get(gate).map_or(&[][..], |gate| &gate.items);
        let lost = items.iter().find_map(|item| match item {
            Item::Not(not) if not.meaning == Meaning::Error => Some(&not.reason),
            _ => None,
        });
        if let Some(reason) = lost {
            return Some(format!("nothing is brought up: {reason}"));
        }
        let environment = (self.plan.gates.iter()).position(|gate| gate.gate == GateId::Environment)?;
        let report = lock(self.reports.get(environment)?);
        let verdict = report.as_ref()?.verdict;
        matches!(verdict, Verdict::Failed | Verdict::Error)
            .then(|| "what the tests need is not there (see the gate environment)".to_owned())
    }

    /// Does steps in their order until one does not pass; whether all did. Those after it are left.
    fn one_by_one(&self, steps: &[(usize, usize)], mut held: Option<&mut services::Held<'_, '_>>) -> bool {
        let mut passed = true;
        for (gate, item) in steps.iter().copied() {
            let is_served = self
                .step(gate, item)
                .is_some_and(|step| step.phase == Phase::Serve);
            if self.job.cancel.is_requested() {
                self.leave(gate, item);
                passed = false;
            } else if is_served && !passed {
                self.leave_because(gate, item, "what comes before it did not pass");
            } else {
                passed &= self.perform_with(gate, item, held.as_deref_mut());
            }
        }
        passed
    }

    /// Leaves what measures services that are not there, and does the rest.
    fn measure_without(&self, steps: &[(usize, usize)], why: &str) {
        for (gate, item) in steps.iter().copied() {
            let is_load = self
                .step(gate, item)
                .is_some_and(|step| matches!(step.work, Work::Benchmark(_)));
            if self.job.cancel.is_requested() {
                self.leave(gate, item);
            } else if is_load {
                self.leave_because(gate, item, why);
            } else {
                self.perform(gate, item);
            }
        }
    }
}
