//! What a service must reach, in absolute numbers, and whether it did.
//!
//! Requirements come from the spec of a work item and from the command line (`text`). They are judged by what the clean
//! rounds show together ([`measured`]). What was not measured is an error and never a pass; that the service answered at
//! all is asked of every run.

mod judge;
pub mod measured;
#[cfg(test)]
mod tests;
mod text;

use serde::Serialize;

use crate::model::spec::{Benchmarks, ResourceLimit};

pub use judge::{Judged, judge, judge_all, overall};
pub use measured::Measured;
pub use text::{KNOWN, Unreadable};

/// What a requirement is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Subject {
    /// A percentile of the latency, in milliseconds; 100 is the largest one.
    Latency(f64),
    /// Answers per second.
    Throughput,
    /// The share of requests that went wrong, in percent.
    Errors,
    /// Requests that were answered.
    Requests,
    /// Processor time, in percent of one core.
    Cpu(Services),
    /// The most memory, in bytes.
    Memory(Services),
    /// What was read from and written to disks, in bytes per second.
    Disk(Services),
}

/// Whose use of a resource is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Services {
    /// That of all services together.
    Together,
    /// That of each one by itself.
    Each,
}

/// The side of a limit that a value must be on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Below it.
    Below(f64),
    /// Not above it.
    AtMost(f64),
    /// Not below it.
    AtLeast(f64),
    /// Above it.
    Above(f64),
}

/// Where a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The spec of the work item.
    Spec,
    /// The command line or the settings.
    Asked,
    /// Every run.
    Always,
}

/// Whether missing a requirement matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It fails the run.
    Required,
    /// It is told: a target that is aimed at.
    Told,
}

/// One requirement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requirement {
    /// What it is about.
    pub subject: Subject,
    /// What must be reached.
    pub bound: Bound,
    /// Where it comes from.
    pub source: Source,
    /// Whether missing it matters.
    pub weight: Weight,
}

impl Subject {
    /// Its name in reports: `p99.9`, `rps`, `memory`.
    pub fn name(self) -> String {
        match self {
            Self::Latency(percentile) if percentile >= 100.0 => "max".to_owned(),
            Self::Latency(percentile) => format!("p{percentile}"),
            Self::Throughput => "rps".to_owned(),
            Self::Errors => "errors".to_owned(),
            Self::Requests => "requests".to_owned(),
            Self::Cpu(_) => "cpu".to_owned(),
            Self::Memory(_) => "memory".to_owned(),
            Self::Disk(_) => "disk".to_owned(),
        }
    }

    /// The unit of its limit and value.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Latency(_) => "ms",
            Self::Throughput => "requests/s",
            Self::Errors | Self::Cpu(_) => "%",
            Self::Requests => "requests",
            Self::Memory(_) => "bytes",
            Self::Disk(_) => "bytes/s",
        }
    }

    /// Whether less of it is worse.
    fn at_least(self) -> bool {
        matches!(self, Self::Throughput | Self::Requests)
    }
}

impl Bound {
    /// The number.
    pub fn limit(self) -> f64 {
        match self {
            Self::Below(limit) | Self::AtMost(limit) | Self::AtLeast(limit) | Self::Above(limit) => limit,
        }
    }

    /// Its sign: `<`, `<=`, `>=`, `>`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below(_) => "<",
            Self::AtMost(_) => "<=",
            Self::AtLeast(_) => ">=",
            Self::Above(_) => ">",
        }
    }

    /// Whether a value is where it must be.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Below(limit) => value < limit,
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Above(limit) => value > limit,
        }
    }
}

/// The requirements of a spec, in the order in which they are told: latency, throughput, resources.
pub fn of_spec(benchmarks: &Benchmarks) -> Vec<Requirement> {
    let required = |subject, bound| Requirement {
        subject,
        bound,
        source: Source::Spec,
        weight: Weight::Required,
    };
    let mut out: Vec<Requirement> = benchmarks
        .latency
        .iter()
        .map(|limit| {
            let subject = Subject::Latency(limit.value.percentile);
            required(subject, Bound::Below(limit.value.milliseconds))
        })
        .collect();
    let least = |rate: f64| required(Subject::Throughput, Bound::AtLeast(rate));
    out.extend(benchmarks.minimum_throughput.iter().map(|rate| least(rate.value)));
    out.extend(benchmarks.target_throughput.iter().map(|rate| Requirement {
        weight: Weight::Told,
        ..least(rate.value)
    }));
    out.extend(benchmarks.resources.iter().filter_map(|limit| {
        let subject = resource(&limit.value)?;
        Some(required(subject, Bound::Below(limit.value.limit)))
    }));
    out
}

/// What a limit of a resource is about.
fn resource(limit: &ResourceLimit) -> Option<Subject> {
    let services = if limit.per_service {
        Services::Each
    } else {
        Services::Together
    };
    Some(match limit.metric {
        "cpu_percent" => Subject::Cpu(services),
        "memory_bytes" => Subject::Memory(services),
        "disk_bytes_per_sec" => Subject::Disk(services),
        _ => return None,
    })
}
