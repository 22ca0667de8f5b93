//! What a measurement came to: the one document, and the formats that are written from it.

mod compared;
mod document;
mod human;
mod junit;
mod markdown;
mod numbers;
mod past;

pub use compared::compared;
pub use document::{
    Comparison, Curve, Document, EngineUsed, ErrorCounts, Host, Latency, LoadUsed, Resource, Rounds,
    Throughput, decide,
};
pub use human::{Tone, human};
pub use junit::junit;
pub use markdown::markdown;
pub use past::history;
