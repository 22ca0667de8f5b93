//! What the summary of a deployment says beside that of every session.
//!
//! The values are metrics of the gate `deployment`: the steps, the smoke tests, whether the environment was valid and whether
//! it was `rolled_back` and that is `rollback_done` or `rollback_failed` (0 or 1), and what was measured afterwards.

use super::line;
use super::results::{NOT_MEASURED, Results};
use crate::model::report::Report;
use crate::report::seconds;

/// The section.
pub(super) fn section(report: &Report) -> String {
    text(Results::of(report, "deployment"))
}

/// The section, from the results of the gate.
pub(super) fn text(deployment: Results<'_>) -> String {
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
        deployment
            .count("deployment_ms")
            .map_or_else(|| NOT_MEASURED.to_owned(), seconds)
    );
    section.push_str(&format!(
        "\n**Smoke Tests:**\n- Passed: {}\n- Failed: {}\n- Skipped: {}\n",
        deployment.said("smoke_tests_passed", ""),
        deployment.said("smoke_tests_failed", ""),
        deployment.said("smoke_tests_skipped", ""),
    ));
    section.push_str(&format!(
        "\n**Environment Validation:** {}\n",
        match deployment.count("environment_valid") {
            None => NOT_MEASURED,
            Some(0) => "✗ FAILED",
            Some(_) => "✓ PASSED",
        }
    ));
    section.push_str(&format!(
        "\n**Rollback:** {}\n",
        match deployment.count("rolled_back") {
            None => NOT_MEASURED,
            Some(0) => "not triggered",
            Some(_) => match (
                deployment.count("rollback_failed"),
                deployment.count("rollback_done"),
            ) {
                (Some(1), _) => "⚠ TRIGGERED, and it FAILED",
                (_, Some(1)) => "⚠ TRIGGERED, and it worked",
                (_, Some(_)) => "⚠ TRIGGERED, and not complete",
                (_, None) => "⚠ TRIGGERED, and nothing says whether it worked",
            },
        }
    ));
    for finding in deployment.findings() {
        section.push_str(&format!(
            "- {}: {}\n",
            line(&finding.rule),
            line(&finding.message)
        ));
    }
    section
        + &format!(
            "\n**Post-Deployment Metrics:**\n- Error rate: {}\n- Response time p99: {}\n- Active alerts: {}\n",
            deployment.said("error_rate_percent", " %"),
            deployment.said("latency_p99_ms", " ms"),
            deployment.said("active_alerts", ""),
        )
}
