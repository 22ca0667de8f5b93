//! The journal while a deployment runs: what is added is on the disk, and without secrets, before anything else happens.

use serde_json::Value;

use super::Error;
use crate::deploy::files;
use crate::deploy::heads::Heads;
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
    /// Where the journals of the environment end, which is kept beside them.
    heads: Heads,
    place: Place<'a>,
    clock: Clock,
    redactor: &'a Redactor,
    /// Told of each record, when it is on the disk.
    told: &'a dyn Fn(&Record),
}

/// Whose journal it is.
#[derive(Clone, Copy)]
struct Place<'a> {
    store: &'a Store,
    environment: &'a str,
    deployment: &'a str,
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
    /// It cannot be believed by what is known of its end.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// It does not end where it did.
    #[error("the journal {path} cannot be believed: {why}")]
    Changed {
        /// Its path, relative to the project.
        path: String,
        /// What differs.
        why: String,
    },
}

impl<'a> Ledger<'a> {
    /// A new journal of a plan.
    pub fn begin(
        store: &'a Store,
        environment: &'a str,
        deployment: &'a str,
        plan: &str,
        clock: Clock,
        redactor: &'a Redactor,
        told: &'a dyn Fn(&Record),
    ) -> Result<Self, CannotOpen> {
        let heads = files::read_heads(store, environment)?;
        let file = store.begin_lines(&files::journal(environment, deployment))?;
        Ok(Self {
            chain: Chain::new(plan),
            file,
            heads,
            place: Place {
                store,
                environment,
                deployment,
            },
            clock,
            redactor,
            told,
        })
    }

    /// The journal of a deployment that goes on; tells whether a torn last line was set aside.
    pub fn go_on(
        store: &'a Store,
        environment: &'a str,
        deployment: &'a str,
        clock: Clock,
        redactor: &'a Redactor,
        told: &'a dyn Fn(&Record),
    ) -> Result<(Self, Torn), CannotOpen> {
        let path = files::journal(environment, deployment);
        let (file, lines) = store.more_lines(&path)?;
        let torn = if lines.torn.is_some() { Torn::Yes } else { Torn::No };
        let chain = Chain::read(&lines.text).map_err(|broken| CannotOpen::Broken {
            path: path.clone(),
            broken,
        })?;
        let heads = files::read_heads(store, environment)?;
        heads
            .check(deployment, &chain)
            .map_err(|why| CannotOpen::Changed {
                path,
                why: format!("{}: {why}", files::heads(environment)),
            })?;
        let ledger = Self {
            chain,
            file,
            heads,
            place: Place {
                store,
                environment,
                deployment,
            },
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
        let mut longer = self.chain.clone();
        let line = longer.add(self.clock.now(), self.clean(event));
        let deployment = self.place.deployment;
        self.heads.announce(deployment, &self.chain, longer.head());
        self.keep_heads()?;
        self.file.add(&line).map_err(Error::Journal)?;
        self.heads.settle(deployment, &longer);
        self.chain = longer;
        self.keep_heads()?;
        if let Some(record) = self.chain.records.last() {
            (self.told)(record);
        }
        Ok(())
    }

    fn keep_heads(&self) -> Result<(), Error> {
        files::write_heads(self.place.store, self.place.environment, &self.heads).map_err(Error::Journal)
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
