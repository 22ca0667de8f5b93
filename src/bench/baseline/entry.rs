//! What is kept of a pinned run.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::history::Past;
use super::key::{Key, Limits};
use super::stored::StoredRound;
use super::summary::Summary;
use crate::bench::round::Round;

/// The version of the entries that are written.
pub const SCHEMA_VERSION: u64 = 1;

/// A pinned run and what came after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The conditions that it holds for.
    pub key: Key,
    /// Who pinned it.
    #[serde(default)]
    pub accepted: Accepted,
    /// The machine.
    #[serde(default)]
    pub environment: Environment,
    /// The engine, with what it was started with.
    #[serde(default)]
    pub engine: EngineUse,
    /// The rounds.
    #[serde(default)]
    pub rounds: Vec<StoredRound>,
    /// What the rounds show together.
    #[serde(default)]
    pub summary: Summary,
    /// The runs under this key, the oldest first.
    #[serde(default)]
    pub history: Vec<Past>,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Who made a run the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The name of a person or program.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default)]
    pub at: DateTime<Utc>,
    /// The commit that was measured; `None` outside of a repository.
    #[serde(default)]
    pub commit: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// The machine of a run: told, not compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// The processor's model.
    pub cpu_model: Option<String>,
    /// Its cores.
    pub cores: Option<u32>,
    /// How its frequency is governed.
    pub governor: Option<String>,
    /// The kernel's version.
    pub kernel: Option<String>,
    /// Whether it is a virtual machine.
    #[serde(rename = "virtual")]
    pub virtual_machine: Option<bool>,
    /// Its memory.
    pub memory_bytes: Option<u64>,
    /// What the measurement itself may use of it.
    pub limits: Limits,
    /// The images of the services.
    pub image_digests: BTreeMap<String, String>,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// An engine and how it was started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineUse {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its arguments; empty of the built-in one.
    pub args: Vec<String>,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Its conditions.
    pub key: Key,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The commit that was measured.
    pub commit: Option<String>,
    /// The number of the session; 0 outside of one.
    pub session: u32,
    /// The verdict of the comparison: `none`, `regressed`, `no_baseline`.
    pub verdict: String,
    /// Whether it may become the first baseline.
    pub fitness: Fitness,
    /// The machine.
    pub environment: Environment,
    /// The engine.
    pub engine: EngineUse,
    /// The rounds of its sustained stretch.
    pub rounds: Vec<Round>,
}

/// Whether a run may become the first baseline of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// Enough of its rounds were clean and it reached what is required.
    CleanAndPassed,
    /// Not so.
    Unfit,
}
