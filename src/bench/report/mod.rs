//! What a measurement came to: the one document, and the formats that are written from it.

mod agent;
mod compare;
mod document;
mod html;
mod human;
mod junit;
pub mod lines;
mod markdown;
mod numbers;
mod past;
#[cfg(test)]
pub(crate) mod samples;
mod words;

pub use agent::agent;
pub use compare::SideBySide;
pub use document::{
    Comparison, Curve, Document, EngineUsed, ErrorCounts, Host, Latency, LoadUsed, PastRun, Phase, Resource,
    Rounds, Throughput, decide,
};
pub use html::html;
pub use human::{Tone, human};
pub use junit::junit;
pub use markdown::markdown;
pub use past::history;
