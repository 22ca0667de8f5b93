//! The journal of a deployment: a chain of records, JSON Lines, each with the hash of the line before.
//!
//! The first record's `prev` is the id of the plan, so that a journal belongs to one plan.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checks::PreCheck;
use super::order::Order;
use crate::process::identity::Identity;

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub n: u32,
    /// When it was written. Nothing is decided by it.
    pub at: DateTime<Utc>,
    /// The hash of the record before; of the first one the id of the plan.
    pub prev: String,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The deployment began to be.
    Planned {
        /// The id of its plan.
        plan: String,
        /// The environment.
        environment: String,
        /// The work item.
        work_item: String,
        /// The commit.
        commit: Option<String>,
        /// The hash of the way back.
        rollback_sha256: String,
        /// Why it is run.
        purpose: Purpose,
        /// The version of sdd.
        sdd_version: String,
        /// The deployment's number in its environment, from 1, given under the lock: the highest is the newest, whatever the
        /// clock said. 0 where the journal is of an sdd that gave none.
        #[serde(default, skip_serializing_if = "is_unnumbered")]
        sequence: u64,
        /// Whether the plan had to be approved, and by whose word; absent where the journal is of an sdd that did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval: Option<String>,
    },
    /// Somebody approved the plan.
    Approved {
        /// Who.
        approver: String,
        /// Until when.
        expires: DateTime<Utc>,
        /// The hash of the signature.
        signature_sha256: String,
    },
    /// The environment's lock was taken.
    Locked {
        /// By whom.
        owner: Identity,
        /// On which machine.
        host: String,
        /// By which command.
        command: String,
        /// Whose lock was taken over, and why.
        took_over: Option<String>,
        /// The run whose id its processes carry; empty where the journal is of an sdd that did not write it down.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        run: String,
    },
    /// The look before anything is run is over.
    Checked {
        /// What was looked at.
        checks: Vec<PreCheck>,
        /// Whether everything that must be well is.
        passed: bool,
    },
    /// Nothing was run, and nothing will be.
    Aborted {
        /// Why.
        reason: String,
    },
    /// A step, or a step of the way back, is about to be run.
    Started {
        /// Its id.
        step: String,
        /// Whether it belongs to the way back.
        back: bool,
        /// The hash of its code.
        sha256: String,
        /// Which try it is, from 1.
        attempt: u32,
    },
    /// It ended.
    Ended {
        /// Its id.
        step: String,
        /// Whether it belongs to the way back.
        back: bool,
        /// How.
        outcome: StepOutcome,
        /// Why it is no success, in one line.
        reason: Option<String>,
        /// The exit code, where it exited.
        exit: Option<i32>,
        /// The signal that killed it, where one did.
        signal: Option<String>,
        /// How long it ran, in milliseconds.
        duration_ms: u64,
        /// Where its output is.
        log: Option<String>,
        /// The hash of that file.
        log_sha256: Option<String>,
    },
    /// A manual step waits for a person.
    Waiting {
        /// Its id.
        step: String,
    },
    /// A person said that a manual step was done.
    Acknowledged {
        /// Its id.
        step: String,
        /// Whether it belongs to the way back.
        back: bool,
        /// Who.
        by: String,
        /// What the step says.
        text: String,
    },
    /// A person said what became of a step of which nobody knew.
    Assumed {
        /// Its id.
        step: String,
        /// Whether it was done.
        done: bool,
        /// Who.
        by: String,
    },
    /// The smoke tests begin.
    SmokeStarted,
    /// A smoke test ended.
    SmokeTested {
        /// Its name.
        test: String,
        /// Whether it passed.
        passed: bool,
        /// Every try.
        attempts: Vec<Attempt>,
    },
    /// The smoke tests are over.
    SmokeEnded {
        /// How.
        outcome: PhaseOutcome,
        /// In one line.
        reason: String,
    },
    /// The observation begins.
    ObserveStarted,
    /// A number was looked at.
    Measured {
        /// Which.
        metric: String,
        /// What it was; absent where there was none.
        value: Option<f64>,
        /// What came of it.
        outcome: LookOutcome,
        /// Why there was none.
        reason: Option<String>,
    },
    /// The observation is over.
    ObserveEnded {
        /// How.
        outcome: PhaseOutcome,
        /// In one line.
        reason: String,
    },
    /// The deployment ended without success, and nothing was taken back.
    Failed {
        /// Why.
        reason: String,
    },
    /// The deployment ended with success.
    Succeeded,
    /// The way back begins.
    RollbackStarted {
        /// Why.
        reason: String,
        /// Whether sdd decided it by itself.
        automatic: bool,
        /// Who asked; of an automatic one sdd.
        by: String,
        /// What is to be done, in this order.
        undo: Vec<String>,
        /// The steps of the deployment that were done and that nothing of it takes back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without_undo: Vec<String>,
    },
    /// Everything was taken back.
    RolledBack,
    /// Not everything was taken back.
    RollbackFailed {
        /// What was.
        undone: Vec<String>,
        /// What was not.
        not_undone: Vec<String>,
    },
    /// sdd was told to stop.
    Interrupted {
        /// By which signal.
        signal: String,
    },
    /// After a rehearsal the old version answered.
    Rehearsed {
        /// Whether the smoke tests ended as before the deployment.
        verified: bool,
        /// In one line.
        reason: String,
    },
    /// A person released the lock.
    Unlocked {
        /// Why.
        reason: String,
        /// Who.
        by: String,
    },
}

/// Why a deployment is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To stay.
    Deployment,
    /// To try the way back.
    Rehearsal,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// As it should.
    Done,
    /// Otherwise.
    Failed,
}

/// How smoke tests or an observation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseOutcome {
    /// Well.
    Passed,
    /// Not well.
    Failed,
    /// Nobody can say.
    Inconclusive,
    /// It is turned off, or there is nothing to watch.
    Skipped,
}

/// What came of a look at a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookOutcome {
    /// It is as it should be.
    Success,
    /// It is not.
    Failure,
    /// There was an answer without a number.
    Inconclusive,
    /// There was no answer.
    Error,
}

/// One try of a smoke test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Whether it passed.
    pub passed: bool,
    /// What came, or why nothing did, in one line.
    pub said: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// Whether a deployment has no number.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_unnumbered(sequence: &u64) -> bool {
    *sequence == 0
}

impl Event {
    /// What it is, in a few words.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Started { step, .. } => format!("the step {step} began"),
            Self::Ended { step, .. } => format!("the step {step} ended"),
            Self::Waiting { step } => format!("the step {step} waits"),
            Self::Acknowledged { step, .. } => format!("the step {step} was acknowledged"),
            Self::Assumed { step, .. } => format!("something was assumed of the step {step}"),
            other => {
                let value = serde_json::to_value(other).unwrap_or_default();
                let kind = value.get("kind").and_then(serde_json::Value::as_str);
                format!("\"{}\"", kind.unwrap_or_default().replace('_', " "))
            }
        }
    }
}

/// Why a journal cannot be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Broken {
    /// The line, from 1.
    pub line: usize,
    /// What does not hold there.
    pub why: String,
}

/// The records of a journal and what the next one must carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// The records.
    pub records: Vec<Record>,
    /// How many bytes stand behind the last whole line, where somebody did not finish writing.
    pub torn: Option<usize>,
    /// The hash of the last line.
    head: String,
}

impl Chain {
    /// A chain without a record, for a plan.
    pub fn new(plan: &str) -> Self {
        Self {
            records: Vec::new(),
            torn: None,
            head: plan.to_owned(),
        }
    }

    /// Reads a journal, whose lines are whole, and verifies it.
    ///
    /// # Errors
    ///
    /// The first line that does not hold.
    pub fn read(text: &str) -> Result<Self, Broken> {
        let mut chain: Option<Self> = None;
        let mut order = Order::default();
        for (number, line) in (1..).zip(text.lines()) {
            let broken = |why: String| Broken { line: number, why };
            let record: Record =
                serde_json::from_str(line).map_err(|error| broken(format!("no record: {error}")))?;
            let so_far = if let Some(so_far) = &mut chain {
                so_far
            } else if let Event::Planned { plan, .. } = &record.event {
                chain.insert(Self::new(plan))
            } else {
                return Err(broken("the journal does not begin with a plan".to_owned()));
            };
            if record.prev != so_far.head {
                return Err(broken(
                    "its hash of the line before does not fit: a record was changed, added or taken out"
                        .to_owned(),
                ));
            }
            if usize::try_from(record.n).ok() != Some(so_far.records.len() + 1) {
                return Err(broken(format!("its number is {}", record.n)));
            }
            order.take(&record.event).map_err(broken)?;
            so_far.head = super::sha256(line.as_bytes());
            so_far.records.push(record);
        }
        chain.ok_or(Broken {
            line: 1,
            why: "the journal has no record".to_owned(),
        })
    }

    /// Adds what happened; gives the line that must be on the disk before anything else happens.
    pub fn add(&mut self, at: DateTime<Utc>, event: Event) -> String {
        let record = Record {
            n: u32::try_from(self.records.len() + 1).unwrap_or(u32::MAX),
            at,
            prev: self.head.clone(),
            event,
        };
        let line = serde_json::to_string(&record).unwrap_or_default();
        self.head = super::sha256(line.as_bytes());
        self.records.push(record);
        line
    }

    /// The hash of the last line; without one the id of the plan.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The plan that it belongs to.
    pub fn plan(&self) -> Option<&str> {
        match &self.records.first()?.event {
            Event::Planned { plan, .. } => Some(plan),
            _ => None,
        }
    }

    /// The deployment's number in its environment; 0 where it was given none.
    pub fn sequence(&self) -> u64 {
        match self.records.first().map(|first| &first.event) {
            Some(Event::Planned { sequence, .. }) => *sequence,
            _ => 0,
        }
    }
}

#[cfg(test)]
pub mod testing {
    //! Chains for tests.

    use super::*;

    /// The first record of a journal.
    pub fn planned() -> Event {
        Event::Planned {
            plan: "p".to_owned(),
            environment: "staging".to_owned(),
            work_item: "deployment_a".to_owned(),
            commit: None,
            rollback_sha256: "r".to_owned(),
            purpose: Purpose::Deployment,
            sdd_version: "0".to_owned(),
            sequence: 0,
            approval: None,
        }
    }

    /// The same of the deployment with a number.
    pub fn numbered(number: u64) -> Event {
        let mut event = planned();
        if let Event::Planned { sequence, .. } = &mut event {
            *sequence = number;
        }
        event
    }

    /// A step begins.
    pub fn started(step: &str, back: bool) -> Event {
        Event::Started {
            step: step.to_owned(),
            back,
            sha256: "s".to_owned(),
            attempt: 1,
        }
    }

    /// A step ends.
    pub fn ended(step: &str, back: bool, outcome: StepOutcome) -> Event {
        Event::Ended {
            step: step.to_owned(),
            back,
            outcome,
            reason: None,
            exit: Some(0),
            signal: None,
            duration_ms: 1,
            log: None,
            log_sha256: None,
        }
    }

    /// The lock is taken.
    pub fn locked() -> Event {
        Event::Locked {
            owner: Identity::own(),
            host: "h".to_owned(),
            command: "run".to_owned(),
            took_over: None,
            run: String::new(),
        }
    }

    /// The smoke tests and the observation, both well.
    pub fn passed() -> Vec<Event> {
        let (outcome, reason) = (PhaseOutcome::Passed, String::new());
        vec![
            Event::SmokeStarted,
            Event::SmokeEnded {
                outcome,
                reason: reason.clone(),
            },
            Event::ObserveStarted,
            Event::ObserveEnded { outcome, reason },
        ]
    }

    /// A deployment of some steps up to success.
    pub fn succeeded(steps: &[&str]) -> Vec<Event> {
        let mut events = vec![
            planned(),
            locked(),
            Event::Checked {
                checks: Vec::new(),
                passed: true,
            },
        ];
        for step in steps {
            events.extend([started(step, false), ended(step, false, StepOutcome::Done)]);
        }
        events.extend(passed());
        events.push(Event::Succeeded);
        events
    }

    /// A chain of events.
    pub fn chain(events: Vec<Event>) -> Chain {
        let mut chain = Chain::new("p");
        for event in events {
            chain.add(DateTime::UNIX_EPOCH, event);
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::testing::succeeded;
    use super::*;

    fn lines() -> Vec<String> {
        let mut chain = Chain::new("p");
        succeeded(&["a"])
            .into_iter()
            .map(|event| chain.add(DateTime::UNIX_EPOCH, event))
            .collect()
    }

    #[test]
    fn a_chain_comes_back_as_it_was_written() {
        let lines = lines();
        let chain = Chain::read(&lines.join("\n")).unwrap();
        assert_eq!(chain.records.len(), lines.len());
        assert_eq!(chain.plan(), Some("p"));
        let mut again = chain.clone();
        let line = again.add(DateTime::UNIX_EPOCH, testing::locked());
        assert_eq!(
            Chain::read(&format!("{}\n{line}\n", lines.join("\n"))).unwrap(),
            again
        );
    }

    #[test]
    fn what_was_changed_added_or_taken_out_is_found() {
        let lines = lines();
        for at in 0..lines.len() - 1 {
            let mut less = lines.clone();
            less.remove(at);
            assert!(Chain::read(&less.join("\n")).is_err(), "{at} taken out");
            let mut more = lines.clone();
            more.insert(at, lines[at].clone());
            assert!(Chain::read(&more.join("\n")).is_err(), "{at} twice");
            let mut other = lines.clone();
            other[at] = other[at].replace("1970", "1971");
            let broken = Chain::read(&other.join("\n")).unwrap_err();
            assert_eq!(broken.line, at + 2);
        }
        let mut chain = Chain::new("p");
        let lines =
            [testing::planned(), Event::Succeeded].map(|event| chain.add(DateTime::UNIX_EPOCH, event));
        let broken = Chain::read(&lines.join("\n")).unwrap_err();
        assert_eq!(
            (broken.line, broken.why.as_str()),
            (2, "nobody had taken the lock")
        );
        assert!(Chain::read("").is_err());
        assert!(Chain::read("{}").is_err());
        assert!(Chain::read(&lines[1]).is_err());
    }
}
