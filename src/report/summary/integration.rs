//! What the summary of an integration test says beside that of every session.
//!
//! The values come from the metrics of three gates: of `integration` what the test runners count, of `benchmark` the
//! latencies in milliseconds, the throughput, how many `requirements` there are and are met, and the number of
//! `regressions`; what is not met or became worse is a finding. Of `contract` how many `contracts` were
//! compared and the number of `breaking_changes`, each of which is a finding.

use super::code;
use super::results::{NOT_MEASURED, Results};
use crate::model::report::Report;

/// Breaking changes, and requirements that are not met, that are named.
const MAX_CHANGES: usize = 3;

/// The section.
pub(super) fn section(report: &Report) -> String {
    let of = |gate| Results::of(report, gate);
    text(of("integration"), of("benchmark"), of("contract"))
}

/// The section, from the results of the three gates.
pub(super) fn text(tests: Results<'_>, bench: Results<'_>, contract: Results<'_>) -> String {
    let mut section = format!(
        "\n## Integration Test Results\n\n**Integration Tests:** {}\n- Passed: {}\n- Failed: {}\n- Skipped: {}\n- Duration: {}\n",
        tests.verdict(),
        tests.said("tests_passed", ""),
        tests.said("tests_failed", ""),
        tests.said("tests_skipped", ""),
        tests.duration(),
    );
    section.push_str(&format!("\n**Performance Benchmarks:** {}\n", bench.verdict()));
    for (name, metric) in [
        ("p50 latency", "latency_p50_ms"),
        ("p95 latency", "latency_p95_ms"),
        ("p99 latency", "latency_p99_ms"),
    ] {
        section.push_str(&format!("- {name}: {}\n", bench.said(metric, " ms")));
    }
    section.push_str(&format!(
        "- Throughput: {}\n- Regression: {}\n",
        bench.said("requests_per_sec", " req/s"),
        match bench.count("regressions") {
            None => NOT_MEASURED.to_owned(),
            Some(0) => "✓ none".to_owned(),
            Some(_) => "⚠ performance regression detected".to_owned(),
        }
    ));
    if let Some(requirements) = bench.count("requirements") {
        let met = bench.said("requirements_met", "");
        section.push_str(&format!("- Requirements met: {met} of {requirements}\n"));
        for finding in bench.findings().iter().take(MAX_CHANGES) {
            section.push_str(&format!("  - {}\n", code(&finding.message)));
        }
    }
    section.push_str(&format!(
        "\n**API Contract Validation:** {}\n- Contracts validated: {}\n- Breaking changes: {}\n",
        contract.verdict(),
        contract.said("contracts", ""),
        match contract.count("breaking_changes") {
            None => NOT_MEASURED.to_owned(),
            Some(0) => "✓ none".to_owned(),
            Some(count) => format!("⚠ {count}"),
        }
    ));
    if contract.count("breaking_changes").is_some_and(|count| count > 0) {
        for change in contract.findings().iter().take(MAX_CHANGES) {
            section.push_str(&format!("  - {}\n", code(&change.message)));
        }
    }
    section
}
