//! Where each journal of an environment ends: how many records it has, and the hash of the last one.
//!
//! A chain of hashes tells when something before its last record was changed, and nothing of the last one itself. So its end is
//! kept in a file of its own, `heads.json`. It is written before a record, with the hash that this record will have, and after
//! it: a kill between the two leaves exactly one record in question, and nothing else is believed.
//!
//! Whoever can write both files can forge both. Against that only copies elsewhere help, such as commits that were pushed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::journal::Chain;

/// The version of the form.
const SCHEMA_VERSION: u32 = 1;
/// The kind of the document.
const KIND: &str = "deployment_heads";

/// The ends of the journals of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heads {
    schema_version: u32,
    kind: String,
    /// By the ids of the deployments.
    deployments: BTreeMap<String, Head>,
}

/// Where a journal ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many records it has.
    records: u32,
    /// The hash of the last one; without a record the id of the plan.
    sha256: String,
    /// The hash of one more record, which is being written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Default for Heads {
    fn default() -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            kind: KIND.to_owned(),
            deployments: BTreeMap::new(),
        }
    }
}

impl Heads {
    /// Reads what was written.
    ///
    /// # Errors
    ///
    /// Why it cannot be.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let heads: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if heads.kind != KIND || heads.schema_version != SCHEMA_VERSION {
            return Err("it is of another form".to_owned());
        }
        Ok(heads)
    }

    /// Notes that a record with this hash is about to be written behind a chain.
    pub fn announce(&mut self, deployment: &str, chain: &Chain, next: &str) {
        let head = Head {
            next: Some(next.to_owned()),
            ..Head::of(chain)
        };
        self.deployments.insert(deployment.to_owned(), head);
    }

    /// Notes where a chain ends.
    pub fn settle(&mut self, deployment: &str, chain: &Chain) {
        self.deployments.insert(deployment.to_owned(), Head::of(chain));
    }

    /// The deployments of which something was recorded.
    pub fn recorded(&self) -> impl Iterator<Item = &str> {
        self.deployments
            .iter()
            .filter(|(_, head)| head.records > 0)
            .map(|(id, _)| id.as_str())
    }

    /// Whether a journal ends where it did.
    ///
    /// # Errors
    ///
    /// What differs.
    pub fn check(&self, deployment: &str, chain: &Chain) -> Result<(), String> {
        let Some(head) = self.deployments.get(deployment) else {
            return Err("it does not know this journal".to_owned());
        };
        let found = Head::of(chain);
        let is_whole = (found.records, &found.sha256) == (head.records, &head.sha256);
        let has_one_more =
            found.records == head.records.saturating_add(1) && Some(&found.sha256) == head.next.as_ref();
        if is_whole || has_one_more {
            return Ok(());
        }
        Err(if found.records == head.records {
            format!("record {} is not the one that was written last", head.records)
        } else {
            format!(
                "{} records were written, and the journal has {}",
                head.records, found.records
            )
        })
    }
}

impl Head {
    fn of(chain: &Chain) -> Self {
        Self {
            records: u32::try_from(chain.records.len()).unwrap_or(u32::MAX),
            sha256: chain.head().to_owned(),
            next: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::journal::testing::{chain, succeeded};

    #[test]
    fn the_end_of_a_journal_is_known() {
        let events = succeeded(&["a"]);
        let of = |count: usize| chain(events[..count].to_vec());
        let (whole, less) = (of(events.len()), of(events.len() - 1));
        let mut heads = Heads::default();
        assert!(heads.check("d", &whole).is_err());
        heads.settle("d", &whole);
        let text = serde_json::to_vec(&heads).unwrap();
        assert_eq!(Heads::read(&text), Ok(heads.clone()));
        assert_eq!(heads.check("d", &whole), Ok(()));
        assert!(heads.check("other", &whole).is_err());
        let why = heads.check("d", &less).unwrap_err();
        assert_eq!(
            why,
            format!(
                "{} records were written, and the journal has {}",
                events.len(),
                events.len() - 1
            )
        );
        let mut other = less.clone();
        other.add(
            chrono::DateTime::UNIX_EPOCH,
            crate::deploy::journal::Event::SmokeStarted,
        );
        assert!(
            heads
                .check("d", &other)
                .is_err_and(|why| why.contains("is not the one that was written last"))
        );
    }

    #[test]
    fn a_record_that_was_being_written_may_be_there_or_not() {
        let events = succeeded(&["a"]);
        let of = |count: usize| chain(events[..count].to_vec());
        let mut heads = Heads::default();
        heads.announce("d", &of(3), of(4).head());
        assert_eq!(heads.check("d", &of(3)), Ok(()));
        assert_eq!(heads.check("d", &of(4)), Ok(()));
        for count in [1, 2, 5] {
            assert!(heads.check("d", &of(count)).is_err(), "{count}");
        }
        let mut other = of(3);
        other.add(
            chrono::DateTime::UNIX_EPOCH,
            crate::deploy::journal::Event::SmokeStarted,
        );
        assert!(heads.check("d", &other).is_err());
        assert_eq!(heads.recorded().collect::<Vec<_>>(), ["d"]);
        heads.announce("d", &Chain::new("p"), of(1).head());
        assert_eq!(heads.recorded().count(), 0);
        for text in ["", "{}", r#"{"schema_version":1,"kind":"x","deployments":{}}"#] {
            assert!(Heads::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
