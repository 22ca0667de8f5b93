//! The journal while a deployment runs: what is added is on the disk, and without secrets, before anything else happens.

use serde_json::Value;

use super::Error;
use crate::deploy::files;
use crate::deploy::journal::{Broken, Chain, Event, Record};
use crate::deploy::state::State;
use crate::model::text;
use crate::process::clock::Clock;
use crate::process::redact::Redactor;
use crate::store::{self, Appended, Store};

/// A journal that is open for more records.
pub struct Ledger<'a> {
    chain: Chain,
    file: Appended,
    clock: Clock,
    redactor: &'a Redactor,
    /// Told of each record, when it is on the disk.
    told: &'a dyn Fn(&Record),
}

/// Why a journal cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum CannotOpen {
    /// It cannot be read or made.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It cannot be believed.
    #[error("the journal {path} cannot be believed: {broken}")]
    Broken {
        /// Its path, relative to the project.
        path: String,
        /// Where and why.
        broken: Broken,
    },
}

impl<'a> Ledger<'a> {
    /// A new journal of a plan.
    pub fn begin(
        store: &Store,
        environment: &str,
        deployment: &str,
        plan: &str,
        clock: Clock,
        redactor: &'a Redactor,
        told: &'a dyn Fn(&Record),
    ) -> Result<Self, CannotOpen> {
        let file = store.begin_lines(&files::journal(environment, deployment))?;
        Ok(Self {
            chain: Chain::new(plan),
            file,
            clock,
            redactor,
            told,
        })
    }

    /// The journal of a deployment that goes on; tells whether a torn last line was set aside.
    pub fn go_on(
        store: &Store,
        environment: &str,
        deployment: &str,
        clock: Clock,
        redactor: &'a Redactor,
        told: &'a dyn Fn(&Record),
    ) -> Result<(Self, Torn), CannotOpen> {
        let path = files::journal(environment, deployment);
        let (file, lines) = store.more_lines(&path)?;
        let torn = if lines.torn.is_some() { Torn::Yes } else { Torn::No };
        let chain = Chain::read(&lines.text).map_err(|broken| CannotOpen::Broken { path, broken })?;
        let ledger = Self {
            chain,
            file,
            clock,
            redactor,
            told,
        };
        Ok((ledger, torn))
    }

    /// The records so far.
    pub fn records(&self) -> &[Record] {
        &self.chain.records
    }

    /// Where the deployment stands.
    pub fn state(&self) -> State {
        State::of(&self.chain.records)
    }

    /// Records what happened.
    pub fn add(&mut self, event: Event) -> Result<(), Error> {
        let line = self.chain.add(self.clock.now(), self.clean(event));
        self.file.add(&line).map_err(Error::Journal)?;
        if let Some(record) = self.chain.records.last() {
            (self.told)(record);
        }
        Ok(())
    }

    /// What happened, without secrets and in single lines.
    fn clean(&self, event: Event) -> Event {
        let Ok(mut value) = serde_json::to_value(&event) else {
            return event;
        };
        self.walk(&mut value);
        serde_json::from_value(value).unwrap_or(event)
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::String(said) => *said = text::one_line(&self.redactor.text(said)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.walk(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether the last line of a journal was torn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Torn {
    /// It was, and is set aside.
    Yes,
    /// It was not.
    No,
}
