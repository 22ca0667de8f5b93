//! One turn of one side: the load, and what it cost.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Bearer, Side};
use crate::bench::cost::Sampler;
use crate::bench::engine::EngineError;
use crate::bench::round::ServiceCost;
use crate::bench::sample::Sample;

/// What was seen in a turn.
pub(super) struct Seat {
    pub(super) sample: Sample,
    pub(super) cost: BTreeMap<String, ServiceCost>,
    /// The processor time of all its services beside that of this process; `None` where one of them does not tell, and
    /// where none are known.
    pub(super) cpu: Option<Duration>,
}

impl Seat {
    /// Makes the load while the services' counters are read.
    pub(super) fn take(
        side: &Side<'_>,
        load: impl FnOnce() -> Result<Sample, EngineError>,
    ) -> Result<Self, EngineError> {
        let Bearer::Services(services) = &side.bearer else {
            return Ok(Self {
                sample: load()?,
                cost: BTreeMap::new(),
                cpu: Some(Duration::ZERO),
            });
        };
        let sampler = Sampler::start(services);
        let sample = load();
        let cost = sampler.finish();
        let cpu = if cost.is_empty() {
            None
        } else {
            cost.values().map(|cost| cost.cpu).sum()
        };
        Ok(Self {
            sample: sample?,
            cost,
            cpu,
        })
    }
}
