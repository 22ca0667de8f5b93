//! A report of an environment for people. Pure.

use std::fmt::Write as _;

use crate::environment::report::{CategoryReport, CheckReport, Outcome, Report, Severity, Standing, Verdict};

/// The whole report: a paragraph for each category, and the decision at the end.
pub(super) fn page(report: &Report) -> String {
    let mut out = String::new();
    for category in &report.categories {
        // What the caller left out is no news to him.
        if category.standing == Standing::NotSelected {
            continue;
        }
        let _ = writeln!(out, "{:<14} {}", category.category.as_str(), standing(category));
        for check in report
            .checks
            .iter()
            .filter(|check| check.category == category.category)
        {
            tell(&mut out, check);
        }
    }
    let warned = report
        .categories
        .iter()
        .any(|one| one.standing == Standing::Warned);
    let left_out = report
        .categories
        .iter()
        .any(|one| one.standing == Standing::NotSelected);
    let verdict = match report.verdict {
        // Of what nobody looked at nobody knows.
        Verdict::Passed if left_out && warned => {
            "holds what was looked at, with warnings; the rest was left out"
        }
        Verdict::Passed if left_out => "holds what was looked at; the rest was left out",
        Verdict::Passed if warned => "is ready, with warnings",
        Verdict::Passed => "is ready",
        Verdict::Failed => "is not ready",
        Verdict::Error if report.checks.is_empty() => "was not checked: it has no checks here",
        // Nothing blocks, and nothing passed.
        Verdict::Error if warned => "is not known to be ready: no check that decides passed",
        Verdict::Error => "could not be checked",
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time in milliseconds is shown with two digits"
    )]
    let seconds = report.duration_ms as f64 / 1000.0;
    let _ = writeln!(
        out,
        "\n{} {verdict} ({} checks, {seconds:.2} s)",
        report.environment,
        report.checks.len()
    );
    out
}

fn standing(category: &CategoryReport) -> String {
    let required = if category.required {
        ", and it is required"
    } else {
        ""
    };
    let checks = category.passed + category.failed + category.errors;
    match category.standing {
        Standing::Passed => format!("passed ({} of {checks})", category.passed),
        Standing::Warned => format!("warnings ({} of {checks} passed)", category.passed),
        Standing::Failed if checks == 0 => format!("FAILED: not configured{required}"),
        Standing::Failed if category.failed == 0 => format!("FAILED: no check that blocks{required}"),
        Standing::Failed => format!("FAILED ({} of {checks} failed)", category.failed),
        Standing::Error => format!("ERROR ({} of {checks} could not be made)", category.errors),
        Standing::NotConfigured => "not configured".to_owned(),
        Standing::NotSelected => "not selected".to_owned(),
    }
}

fn tell(out: &mut String, check: &CheckReport) {
    let word = match (check.outcome, check.severity) {
        (Outcome::Passed, _) => "ok",
        (Outcome::Failed, Severity::Block) => "FAIL",
        (Outcome::Failed, Severity::Warn) => "warn",
        (Outcome::Error, _) => "ERROR",
    };
    let tries = if check.attempts > 1 {
        format!(" (attempt {})", check.attempts)
    } else {
        String::new()
    };
    let _ = writeln!(
        out,
        "  {word:<5} {} · {}: {}{tries}",
        check.id, check.kind, check.message
    );
    if let Some(remedy) = &check.remedy {
        let _ = writeln!(out, "        → {remedy}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{Asked, Category};

    fn check(category: Category, severity: Severity, outcome: Outcome) -> CheckReport {
        CheckReport {
            id: format!("{severity:?}").to_lowercase(),
            kind: "disk".to_owned(),
            category,
            severity,
            outcome,
            message: "1 GiB free".to_owned(),
            observed: None,
            remedy: None,
            attempts: 1,
            duration_ms: 3,
        }
    }

    #[test]
    fn what_is_only_a_warning_is_no_pass_and_no_failure() {
        use Outcome::{Error, Failed, Passed};
        use Severity::{Block, Warn};
        let asked = Asked {
            only: vec![Category::Capacity, Category::Health],
            ..Asked::default()
        };
        let mut out = String::new();
        for (capacity, health) in [
            (vec![(Warn, Failed)], vec![(Block, Passed)]),
            (vec![(Block, Passed), (Warn, Error)], vec![]),
            (vec![(Warn, Failed)], vec![]),
            (vec![(Warn, Error)], vec![(Block, Passed)]),
        ] {
            let of = |category, checks: &[(Severity, Outcome)]| {
                let made = checks
                    .iter()
                    .map(|(severity, outcome)| check(category, *severity, *outcome));
                made.collect::<Vec<_>>()
            };
            let checks = [of(Category::Capacity, &capacity), of(Category::Health, &health)].concat();
            let report = Report::of("staging", checks, &asked, 12);
            let _ = writeln!(out, "{:?}\n{}", report.verdict, page(&report));
        }
        insta::assert_snapshot!("warnings", out);
    }
}
