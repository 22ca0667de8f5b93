//! What is known of a service under load: what its spec demands, and what was measured.

use std::path::Path;

use crate::bench::baseline::{Baseline, BaselineError, file};
use crate::bench::report::lines;
use crate::bench::requirements::{self, Subject, Weight};
use crate::model::spec::Benchmarks;
use crate::report::briefing::BaselineBrief;
use crate::store::{Store, layout};

/// What services may use, as the spec demands it: `cpu < 80 %`.
pub(super) fn resources(spec: &Benchmarks) -> Vec<String> {
    requirements::of_spec(spec)
        .iter()
        .filter(|one| one.weight == Weight::Required)
        .filter(|one| {
            matches!(
                one.subject,
                Subject::Cpu(_) | Subject::Memory(_) | Subject::Disk(_)
            )
        })
        .map(lines::demanded)
        .collect()
}

/// What was measured of an item's service and is compared with.
pub(super) fn baselines(root: &Path, id: &str) -> Result<Vec<BaselineBrief>, BaselineError> {
    let Some(document) = Store::open(root)?.read(layout::BASELINES)? else {
        return Ok(Vec::new());
    };
    let all = file::read(&document, id)?.unwrap_or_default();
    Ok(all.iter().map(brief).collect())
}

fn brief(baseline: &Baseline) -> BaselineBrief {
    let (seen, accepted) = (&baseline.summary, &baseline.accepted);
    BaselineBrief {
        asked: format!("{} {}", baseline.key.method, baseline.key.endpoint),
        at: accepted.at.format("%Y-%m-%d %H:%M UTC").to_string(),
        commit: accepted.commit.clone(),
        reason: accepted.reason.clone(),
        p50_ms: seen.p50,
        p95_ms: seen.p95,
        p99_ms: seen.p99,
        requests_per_sec: seen.rps,
        runs: baseline.history.len(),
    }
}
