//! What the summary of an integration test says beside that of every session.
//!
//! The values come from five gates. Of `environment` its checks; of `integration` what the test runners count, its services
//! (each is a check) and its steps, which say what they do (`role`) and how long that took; of `benchmark` the latencies in
//! milliseconds, the throughput, how many `requirements` there are and are met, and the number of `regressions`; what is not
//! met or became worse is a finding. Of `contract` how many `contracts` were compared and the number of `breaking_changes`,
//! each of which is a finding; of `integration_documentation` how many requirements there are and are met, and each that is
//! not is a finding.

use super::code;
use super::results::{NOT_MEASURED, Results, verdict};
use crate::model::report::{CheckReport, CheckStatus, Report, StepReport, StepRole};
use crate::model::verdict::Verdict;
use crate::report::seconds;

/// Breaking changes, requirements that are not met, and whatever else may be many, of each kind.
const MAX_NAMED: usize = 3;
/// Services that are named: they are what the work item is about.
const MAX_SERVICES: usize = 20;
/// Warnings that are told.
const MAX_WARNINGS: usize = 5;

/// The results of the gates that are about integration.
#[derive(Clone, Copy)]
pub(super) struct Gates<'a> {
    pub(super) environment: Results<'a>,
    pub(super) tests: Results<'a>,
    pub(super) bench: Results<'a>,
    pub(super) contract: Results<'a>,
    pub(super) documents: Results<'a>,
}

/// The section.
pub(super) fn section(report: &Report) -> String {
    let of = |gate| Results::of(report, gate);
    text(Gates {
        environment: of("environment"),
        tests: of("integration"),
        bench: of("benchmark"),
        contract: of("contract"),
        documents: of("integration_documentation"),
    })
}

/// The section, from the results of the gates.
pub(super) fn text(gates: Gates<'_>) -> String {
    let parts = [
        environment(gates.environment),
        services(gates.tests),
        data(gates.tests),
        tests(gates.tests),
        benchmarks(gates.bench),
        contracts(gates.contract),
        documents(gates.documents),
        teardown(gates.tests),
        warnings(gates),
    ];
    format!("\n## Integration Test Results\n{}", parts.concat())
}

/// Lines, and how many more there are, each as an entry of a list below another.
fn listed(lines: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = lines.len().saturating_sub(most);
    let mut list = String::new();
    for line in lines.take(most) {
        list.push_str(&format!("  - {line}\n"));
    }
    if more > 0 {
        list.push_str(&format!("  - … and {more} more in the report\n"));
    }
    list
}

fn environment(gate: Results<'_>) -> String {
    let mut part = format!("\n**Environment:** {}\n", gate.verdict());
    let of = |status| gate.checks().iter().filter(move |one| one.status == status);
    let skipped = of(CheckStatus::Skipped).count();
    let looked_at = gate.checks().len() - skipped;
    if looked_at == 0 {
        return part + &format!("- Checks: {NOT_MEASURED}\n");
    }
    let passed = of(CheckStatus::Passed).count();
    let skipped = match skipped {
        0 => String::new(),
        count => format!(" ({count} not looked at)"),
    };
    part.push_str(&format!("- Checks: {passed} of {looked_at} passed{skipped}\n"));
    for (status, word) in [
        (CheckStatus::Failed, "failed"),
        (CheckStatus::Error, "could not be checked"),
        (CheckStatus::Warning, "warning"),
    ] {
        let told: Vec<String> = of(status)
            .map(|one| format!("{word}: {}", check(&one.check, one)))
            .collect();
        part.push_str(&listed(told.into_iter(), MAX_NAMED));
    }
    part
}

/// What a check of this name saw, and what to do about it.
fn check(name: &str, check: &CheckReport) -> String {
    let remedy = match &check.remedy {
        Some(remedy) => format!("; {}", code(remedy)),
        None => String::new(),
    };
    format!("{}: {}{remedy}", code(name), code(&check.said))
}

fn services(gate: Results<'_>) -> String {
    let Some(step) = gate.steps(StepRole::Services).next() else {
        return format!("\n**Services:** {NOT_MEASURED}\n");
    };
    let mut part = format!("\n**Services:** {}{}\n", verdict(step.verdict), took(step));
    // The services at fault say it shorter.
    if step.verdict != Verdict::Passed && gate.checks().is_empty() {
        part.push_str(&format!("- {}\n", code(&step.reason)));
    }
    let more = gate.checks().len().saturating_sub(MAX_SERVICES);
    for one in gate.checks().iter().take(MAX_SERVICES) {
        let name = one.check.strip_prefix("service ").unwrap_or(&one.check);
        let mark = match one.status {
            CheckStatus::Passed => "✓",
            CheckStatus::Warning => "⚠",
            CheckStatus::Failed => "✗",
            CheckStatus::Error | CheckStatus::Skipped => "!",
        };
        // What to do is told with the warnings.
        part.push_str(&format!("- {mark} {}: {}\n", code(name), code(&one.said)));
    }
    if more > 0 {
        part.push_str(&format!("- … and {more} more in the report\n"));
    }
    if step.verdict == Verdict::Failed {
        let advice: Vec<String> = gate
            .advice()
            .map(|advice| format!("to do: {}", code(advice)))
            .collect();
        part.push_str(&listed(advice.into_iter(), MAX_NAMED));
    }
    part
}

/// How long a step took; nothing where it was not run.
fn took(step: &StepReport) -> String {
    match step.duration_ms {
        0 => String::new(),
        time => format!(" in {}", seconds(time)),
    }
}

fn data(gate: Results<'_>) -> String {
    let of = |wanted: Verdict| {
        gate.steps(StepRole::TestData)
            .filter(move |step| step.verdict == wanted)
    };
    let left_out = of(Verdict::Skipped).count();
    let all = gate.steps(StepRole::TestData).count();
    if all == 0 {
        // Without the gate nobody knows whether there would have been any.
        return match gate.steps(StepRole::Tests).next() {
            Some(_) => "\n**Test Data:** none\n".to_owned(),
            None => format!("\n**Test Data:** {NOT_MEASURED}\n"),
        };
    }
    let loaded = of(Verdict::Passed).count();
    let mut part = format!("\n**Test Data:** {loaded} of {all} loaded\n");
    for (wanted, word) in [
        (Verdict::Failed, "failed"),
        (Verdict::Error, "could not be loaded"),
        (Verdict::NotRun, "not loaded"),
    ] {
        let told: Vec<String> = of(wanted)
            .map(|step| format!("{word}: {}: {}", code(&step.tool), code(&step.reason)))
            .collect();
        part.push_str(&listed(told.into_iter(), MAX_NAMED));
    }
    if left_out > 0 {
        part.push_str(&format!("  - left out by the settings: {left_out}\n"));
    }
    part
}

fn tests(gate: Results<'_>) -> String {
    let mut part = format!(
        "\n**Integration Tests:** {}\n- Passed: {}\n- Failed: {}\n- Skipped: {}\n",
        gate.verdict(),
        gate.said("tests_passed", ""),
        gate.said("tests_failed", ""),
        gate.said("tests_skipped", ""),
    );
    for (name, metric) in [("Broken", "tests_errors"), ("Deselected", "tests_deselected")] {
        if let Some(count) = gate.count(metric).filter(|count| *count > 0) {
            part.push_str(&format!("- {name}: {count}\n"));
        }
    }
    let time = |role| gate.time(role).map(seconds);
    let beside: Vec<String> = [
        ("services", StepRole::Services),
        ("test data", StepRole::TestData),
        ("teardown", StepRole::Teardown),
    ]
    .into_iter()
    .filter_map(|(what, role)| Some(format!("{what} {}", time(role)?)))
    .collect();
    let beside = match beside.as_slice() {
        [] => String::new(),
        times => format!(" (beside the tests: {})", times.join(", ")),
    };
    let alone = time(StepRole::Tests).unwrap_or_else(|| NOT_MEASURED.to_owned());
    part + &format!("- Duration: {alone}{beside}\n")
}

fn benchmarks(bench: Results<'_>) -> String {
    let mut part = format!("\n**Performance Benchmarks:** {}\n", bench.verdict());
    for (name, metric) in [
        ("p50 latency", "latency_p50_ms"),
        ("p95 latency", "latency_p95_ms"),
        ("p99 latency", "latency_p99_ms"),
    ] {
        part.push_str(&format!("- {name}: {}\n", bench.said(metric, " ms")));
    }
    part.push_str(&format!(
        "- Throughput: {}\n- Regression: {}\n",
        bench.said("requests_per_sec", " req/s"),
        match bench.count("regressions") {
            None => NOT_MEASURED.to_owned(),
            Some(0) => "✓ none".to_owned(),
            Some(_) => "⚠ performance regression detected".to_owned(),
        }
    ));
    if let Some(tool) = bench.tool() {
        part.push_str(&format!("- Measured by: {}\n", code(tool)));
    }
    if let Some(requirements) = bench.count("requirements") {
        let met = bench.said("requirements_met", "");
        part.push_str(&format!("- Requirements met: {met} of {requirements}\n"));
        part.push_str(&findings(bench));
    }
    part
}

/// The first findings of a gate.
fn findings(gate: Results<'_>) -> String {
    let found = gate.findings().iter();
    listed(found.map(|finding| code(&finding.message)), MAX_NAMED)
}

fn contracts(contract: Results<'_>) -> String {
    let mut part = format!(
        "\n**API Contract Validation:** {}\n- Contracts validated: {}\n- Breaking changes: {}\n",
        contract.verdict(),
        contract.said("contracts", ""),
        match contract.count("breaking_changes") {
            None => NOT_MEASURED.to_owned(),
            Some(0) => "✓ none".to_owned(),
            Some(count) => format!("⚠ {count}"),
        }
    );
    if contract.count("breaking_changes").is_some_and(|count| count > 0) {
        part.push_str(&findings(contract));
    }
    part
}

fn documents(gate: Results<'_>) -> String {
    let met = match (
        gate.count("documentation_requirements_met"),
        gate.count("documentation_requirements"),
    ) {
        (Some(met), Some(all)) => format!("{met}/{all} documentation requirements met"),
        _ => format!("Documentation requirements: {NOT_MEASURED}"),
    };
    format!(
        "\n**Documentation:** {}\n- {met}\n{}",
        gate.verdict(),
        findings(gate)
    )
}

fn teardown(gate: Results<'_>) -> String {
    let Some(step) = gate.steps(StepRole::Teardown).next() else {
        return format!("\n**Teardown:** {NOT_MEASURED}\n");
    };
    let how = match (step.verdict, gate.count("services_kept")) {
        // Nothing was torn down, and that is what was wanted.
        (Verdict::Passed, Some(1..)) => "⚠ NOT DONE".to_owned(),
        (of, _) => format!("{}{}", verdict(of), took(step)),
    };
    let logs = match gate.count("service_logs") {
        Some(count) if step.verdict != Verdict::NotRun => format!("- Logs of services saved: {count}\n"),
        _ => String::new(),
    };
    format!("\n**Teardown:** {how}\n- {}\n{logs}", code(&step.reason))
}

/// The warnings of the gates, but for those of the environment, whose checks say them.
fn warnings(gates: Gates<'_>) -> String {
    let all: Vec<&String> = [gates.tests, gates.bench, gates.contract, gates.documents]
        .into_iter()
        .flat_map(Results::warnings)
        .collect();
    if all.is_empty() {
        return String::new();
    }
    let told = listed(all.iter().map(|warning| code(warning)), MAX_WARNINGS);
    format!("\n**Warnings:** {}\n{told}", all.len())
}
