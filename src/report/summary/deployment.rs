//! What the summary of a deployment says beside that of every session.
//!
//! The values come from the metrics of two gates: of `deployment` the steps, the smoke tests, whether it was
//! `rolled_back` (0 or 1), and what was measured afterwards; of `environment` its verdict.

use super::results::{NOT_MEASURED, Results};
use crate::model::report::Report;

/// The section.
pub(super) fn section(report: &Report) -> String {
    text(
        Results::of(report, "deployment"),
        Results::of(report, "environment"),
    )
}

/// The section, from the results of the two gates.
pub(super) fn text(deployment: Results<'_>, environment: Results<'_>) -> String {
    let steps = match (
        deployment.number("steps_completed"),
        deployment.number("steps_total"),
    ) {
        (Some(completed), Some(total)) => format!("{completed} of {total}"),
        _ => NOT_MEASURED.to_owned(),
    };
    let mut section = format!(
        "\n## Deployment Results\n\n**Deployment Execution:** {}\n- Steps completed: {steps}\n- Duration: {}\n",
        deployment.verdict(),
        deployment.duration()
    );
    section.push_str(&format!(
        "\n**Smoke Tests:**\n- Passed: {}\n- Failed: {}\n- Skipped: {}\n",
        deployment.said("smoke_tests_passed", ""),
        deployment.said("smoke_tests_failed", ""),
        deployment.said("smoke_tests_skipped", ""),
    ));
    section.push_str(&format!(
        "\n**Environment Validation:** {}\n",
        environment.verdict()
    ));
    section.push_str(&format!(
        "\n**Rollback:** {}\n",
        match deployment.count("rolled_back") {
            None => NOT_MEASURED,
            Some(0) => "not triggered",
            Some(_) => "⚠ TRIGGERED",
        }
    ));
    section
        + &format!(
            "\n**Post-Deployment Metrics:**\n- Error rate: {}\n- Response time p99: {}\n- Active alerts: {}\n",
            deployment.said("error_rate_percent", " %"),
            deployment.said("latency_p99_ms", " ms"),
            deployment.said("active_alerts", ""),
        )
}
