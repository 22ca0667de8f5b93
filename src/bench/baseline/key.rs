//! What a baseline belongs to: the same work under other conditions has another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::bench::engine::Identity;
use crate::bench::load::{Endpoint, Load, Pace, Target};

/// The conditions of a measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// What is asked: its address without name and password, several in their order with their weights.
    pub endpoint: String,
    /// With which method.
    pub method: String,
    /// The hash of the body; `None` without one.
    #[serde(default)]
    pub body: Option<String>,
    /// The engine and its version: `wrk 4.1.0`.
    pub engine: String,
    /// Connections at the same time.
    pub connections: u32,
    /// Requests per second of the open model; `None` of the closed one.
    #[serde(default)]
    pub rate: Option<f64>,
    /// The stretches of the run.
    #[serde(default)]
    pub phases: String,
    /// Processors of the machine.
    pub cpus: u32,
    /// Its architecture.
    pub arch: String,
    /// What the services may use, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Limits>,
    /// Conditions that a newer version told apart. They count too.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a container may use; `None` is "without limit".
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Processors.
    #[serde(default)]
    pub cpus: Option<f64>,
    /// Memory in bytes.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
}

/// The machine, as far as a key tells it apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Processors.
    pub cpus: u32,
    /// The architecture: `x86_64`.
    pub arch: String,
    /// What the services may use.
    pub limits: BTreeMap<String, Limits>,
}

/// A condition that two keys have differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// What the first has; null where it has nothing.
    pub here: Value,
    /// What the second has.
    pub there: Value,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |value: &Value| match value {
            Value::Null => "none".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        write!(
            f,
            "{}: {}, not {}",
            self.field,
            word(&self.here),
            word(&self.there)
        )
    }
}

impl Key {
    /// The key of a measurement. `phases` says the stretches of the run, in one form for each.
    pub fn of(target: &Target, load: &Load, engine: &Identity, phases: &str, machine: Machine) -> Self {
        let (endpoint, method) = asked(target);
        Self {
            endpoint,
            method,
            body: hash(&target.endpoints),
            engine: format!("{} {}", engine.name, engine.version),
            connections: load.connections,
            rate: match load.pace {
                Pace::Closed => None,
                Pace::PerSecond(rate) => Some(rate),
            },
            phases: phases.to_owned(),
            cpus: machine.cpus,
            arch: machine.arch,
            limits: machine.limits,
            rest: Map::new(),
        }
    }
}

/// What is asked, and with which method, as a key says it.
pub fn asked(target: &Target) -> (String, String) {
    let words = |word: &dyn Fn(&Endpoint) -> String| {
        let all: Vec<String> = target.endpoints.iter().map(word).collect();
        all.join(", ")
    };
    let alone = target.endpoints.len() == 1;
    let address = |endpoint: &Endpoint| match (alone, endpoint.address()) {
        (true, address) => address,
        (false, address) => format!("{} {address} x{}", endpoint.method, endpoint.weight),
    };
    let same_method = target
        .endpoints
        .windows(2)
        .all(|two| two[0].method == two[1].method);
    let method = |endpoint: &Endpoint| endpoint.method.to_string();
    let methods = match target.endpoints.first() {
        Some(first) if same_method => method(first),
        _ => words(&method),
    };
    (words(&address), methods)
}

/// The hash of all bodies, each with its length before it; `None` without a body.
fn hash(endpoints: &[Endpoint]) -> Option<String> {
    if endpoints.iter().all(|endpoint| endpoint.body.is_empty()) {
        return None;
    }
    let mut hash = Sha256::new();
    for endpoint in endpoints {
        hash.update(endpoint.body.len().to_le_bytes());
        hash.update(&endpoint.body);
    }
    let hex: Vec<String> = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("sha256:{}", hex.concat()))
}

/// The conditions that two keys have differently; none of equal keys.
pub fn differing(here: &Key, there: &Key) -> Vec<Difference> {
    let fields = |key: &Key| match serde_json::to_value(key) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (here, there) = (fields(here), fields(there));
    let more = there.keys().filter(|field| !here.contains_key(*field));
    here.keys()
        .chain(more)
        .filter_map(|field| {
            let of = |fields: &Map<String, Value>| fields.get(field).cloned().unwrap_or(Value::Null);
            let (here, there) = (of(&here), of(&there));
            (here != there).then(|| Difference {
                field: field.clone(),
                here,
                there,
            })
        })
        .collect()
}
