//! What the gate of deployments asks beside evidence: whether the deployment is written down, and whether it was done.

use std::collections::BTreeSet;

use super::checks::PreCheck;
use super::journal::PhaseOutcome;
use super::procedure::{Fault, Procedure};
use super::summary::Summary;
use crate::model::spec::{Section, Spec};
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::store::layout::SESSION;

/// The name of the check of the spec.
pub const DOCUMENTATION: &str = "documentation";
/// The name of the check of the environment.
pub const ENVIRONMENT: &str = "environment_validation";
/// The name of the check of what was done.
pub const EXECUTION: &str = "execution";

/// The name of the check of the commit.
pub const COMMIT: &str = "commit";

/// The sections that a deployment must have, each with something of somebody's own in it.
const SECTIONS: [&str; 4] = [
    "Deployment Procedure",
    "Rollback Procedure",
    "Smoke Tests",
    "Monitoring & Alerting",
];

/// Whether the deployment is written down: the sections are there and filled in, the procedure can be read, and the way back
/// says how long it takes.
pub fn documentation(spec: &Spec, procedure: &Result<Procedure, Vec<Fault>>) -> PreCheck {
    let mut missing = Vec::new();
    for wanted in SECTIONS {
        match section(&spec.sections, wanted) {
            None => missing.push(format!("the section \"{wanted}\" is missing")),
            Some(found) if !found.filled => {
                missing.push(format!(
                    "{}:{}: \"{wanted}\" is not filled in",
                    spec.file, found.line
                ));
            }
            Some(_) => {}
        }
    }
    match procedure {
        Ok(procedure) if procedure.rollback_time_ms.is_none() => {
            missing.push("the estimated rollback time is no time".to_owned());
        }
        Ok(_) => {}
        Err(faults) => missing.extend(
            faults
                .iter()
                .map(|fault| format!("{}:{}: {}", spec.file, fault.line, fault.message)),
        ),
    }
    let Some(first) = missing.first() else {
        return PreCheck::passed(
            DOCUMENTATION,
            format!("{} sections are filled in", SECTIONS.len()),
        );
    };
    let message = match missing.len() {
        1 => first.clone(),
        count => format!("{first} (and {} more)", count - 1),
    };
    let remedy = "write what is missing into the spec: sdd work-item validate shows all of it";
    PreCheck::not(DOCUMENTATION, Verdict::Failed, message, remedy)
}

/// A section by its title, whatever its case and the sign between its words.
fn section<'s>(sections: &'s [Section], wanted: &str) -> Option<&'s Section> {
    let plain = |title: &str| title.to_lowercase().replace('&', "and");
    sections
        .iter()
        .find(|section| plain(&section.title) == plain(wanted))
        .or_else(|| sections.iter().find_map(|one| section(&one.sections, wanted)))
}

/// Whether the environment is valid, as the deployment itself found it before its first step. `sdd` is how sdd is called in
/// what is to be typed next.
pub fn environment(last: Option<&Summary>, target: &str, sdd: &str) -> PreCheck {
    // A deployment that was told not to look has not looked, whatever the settings say now.
    let found = last.and_then(|last| {
        let mut checks = last.checks.iter();
        checks.find(|check| check.name == ENVIRONMENT && check.outcome != Verdict::Skipped)
    });
    found.cloned().unwrap_or_else(|| {
        PreCheck::not(
            ENVIRONMENT,
            Verdict::Error,
            format!("nobody has looked whether {target} is valid"),
            format!("{sdd} deploy run {target} looks before the first step"),
        )
    })
}

/// Whether the deployment was done and stayed. `last` is the newest one of the work item that was meant to stay.
pub fn execution(last: Option<&Summary>, environment: &str) -> PreCheck {
    let Some(last) = last else {
        let remedy = format!("sdd deploy run {environment}");
        let message = format!("nothing was deployed to {environment} for this work item");
        return PreCheck::not(EXECUTION, Verdict::Failed, message, remedy);
    };
    let outcome = match last.state {
        "succeeded" => {
            let message = format!(
                "deployed to {environment}: {} of {} steps",
                done(last),
                last.steps.len()
            );
            return PreCheck::passed(EXECUTION, message);
        }
        "failed" | "aborted" | "rolled_back" | "rollback_failed" => Verdict::Failed,
        // It goes on, waits, or nobody knows.
        _ => Verdict::Error,
    };
    let message = match &last.rollback {
        Some(rollback) => format!(
            "the deployment to {environment} {}; it was taken back because: {}",
            last.says, rollback.reason
        ),
        None => format!("the deployment to {environment} {}", last.says),
    };
    let remedy = last
        .next
        .first()
        .cloned()
        .unwrap_or_else(|| format!("sdd deploy status {environment}"));
    PreCheck::not(EXECUTION, outcome, message, remedy)
}

/// Whether what was deployed is what is checked out. `changed` are the files that differ between the two commits, or why nobody
/// can tell; what lies in `.session/` is about the work, and none of it.
pub fn commit(last: &Summary, head: Option<&str>, changed: &Result<BTreeSet<String>, String>) -> PreCheck {
    let environment = &last.environment;
    let short = |commit: &str| commit.chars().take(12).collect::<String>();
    let remedy = format!("sdd deploy run {environment}");
    let (deployed, head) = match (last.commit.as_deref(), head) {
        (Some(deployed), Some(head)) => (deployed, head),
        (None, None) => return PreCheck::skipped(COMMIT, "there is no commit"),
        (Some(deployed), None) => {
            let what = format!("deployed commit {}, and nothing is checked out", short(deployed));
            return PreCheck::not(COMMIT, Verdict::Error, what, remedy);
        }
        (None, Some(head)) => {
            let what = format!("deployed without a commit, HEAD is {}", short(head));
            return PreCheck::not(COMMIT, Verdict::Failed, what, remedy);
        }
    };
    if deployed == head {
        return PreCheck::passed(COMMIT, format!("{} is deployed", short(head)));
    }
    let both = format!("deployed commit {}, HEAD is {}", short(deployed), short(head));
    let changed = match changed {
        Ok(changed) => changed
            .iter()
            .filter(|path| !path.starts_with(".session/"))
            .collect::<Vec<_>>(),
        Err(why) => {
            let what = format!("{both}: nobody can tell what changed since: {why}");
            return PreCheck::not(COMMIT, Verdict::Error, what, remedy);
        }
    };
    let Some(first) = changed.first() else {
        return PreCheck::passed(COMMIT, format!("{both}: the same but for {SESSION}"));
    };
    let count = text::counted(changed.len(), "file");
    let what = format!("{both}: {count} changed since, such as {first}");
    PreCheck::not(COMMIT, Verdict::Failed, what, remedy)
}

/// What a deployment that succeeded leaves open, since its settings and its spec allow that: smoke tests that were not made,
/// what was not checked in them, an observation without a result.
pub fn unseen(last: &Summary) -> Vec<PreCheck> {
    let smoke = last.smoke.as_ref();
    let smoke = smoke.filter(|ended| ended.outcome == PhaseOutcome::Skipped && last.smoke_tests_total > 0);
    let smoke = smoke.map(|ended| PreCheck::skipped("smoke_tests", &ended.reason));
    let warned = last.warnings.iter();
    smoke
        .into_iter()
        .chain(warned.map(|warning| PreCheck::skipped(EXECUTION, warning)))
        .collect()
}

/// How many steps were done.
pub fn done(summary: &Summary) -> usize {
    let is_done = |status: &str| matches!(status, "done" | "acknowledged" | "assumed");
    summary.steps.iter().filter(|step| is_done(step.status)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::procedure;
    use crate::parse::spec as specs;

    const SPEC: &str = "# Deployment: Shop

## Deployment Scope

**Target Environment:**
- Environment: staging

## Deployment Procedure

### Pre-Deployment Steps

1. Look
   ```bash sdd id=look
   true
   ```

### Deployment Steps

1. Switch
   ```bash sdd id=switch undo=back
   true
   ```

### Post-Deployment Steps

1. Say so
   ```bash sdd id=say
   true
   ```

## Rollback Procedure

### Rollback Triggers

- Smoke tests fail

### Rollback Steps

1. Back
   ```bash sdd id=back
   true
   ```

**Estimated Rollback Time:** 5 minutes

## Smoke Tests

### Alive

- Endpoint: GET /health
- Expected: 200 OK

## Monitoring & Alerting

Errors are counted.
";

    #[track_caller]
    fn check(text: &str, expect: Verdict, part: &str) {
        let spec = specs::read("s.md", text.as_bytes());
        let read = procedure::read(&spec, text.as_bytes());
        let found = documentation(&spec, &read);
        assert_eq!(found.outcome, expect, "{found:?}");
        assert!(found.message.contains(part), "{found:?}");
    }

    #[test]
    fn what_must_be_written_down_is_looked_for() {
        check(SPEC, Verdict::Passed, "4 sections");
        check(
            &SPEC.replace("Monitoring & Alerting", "Monitoring and Alerting"),
            Verdict::Passed,
            "4 sections",
        );
        check(
            &SPEC.replace("## Monitoring & Alerting", "## Notes"),
            Verdict::Failed,
            "\"Monitoring & Alerting\" is missing",
        );
        check(
            &SPEC.replace("Errors are counted.", ""),
            Verdict::Failed,
            "not filled in",
        );
        check(
            &SPEC.replace("5 minutes", "soon"),
            Verdict::Failed,
            "rollback time is no time",
        );
        check(
            &SPEC.replace("undo=back", "undo=nowhere"),
            Verdict::Failed,
            "s.md:",
        );
        check("# Deployment: Shop\n", Verdict::Failed, "more)");
    }

    #[test]
    fn an_environment_that_the_deployment_did_not_look_at_is_not_known() {
        use crate::deploy::journal::Event;
        use crate::deploy::journal::testing::{chain, planned};
        use crate::deploy::plan::testing::{plan, script};
        let looked = |checks: Vec<PreCheck>| {
            let passed = crate::deploy::checks::allow(&checks);
            let records = chain(vec![planned(), Event::Checked { checks, passed }]);
            let plan = plan(vec![script("a", None)], vec![]);
            environment(Some(&Summary::new("d", &plan, &records, "sdd")), "staging", "sdd")
        };
        let nobody = [
            environment(None, "staging", "sdd"),
            looked(vec![]),
            looked(vec![PreCheck::passed("variables", "")]),
            looked(vec![PreCheck::skipped(ENVIRONMENT, "turned off in the settings")]),
        ];
        for found in nobody {
            assert_eq!(found.outcome, Verdict::Error, "{found:?}");
            assert_eq!(found.message, "nobody has looked whether staging is valid");
        }
        for outcome in [Verdict::Failed, Verdict::Error] {
            let found = looked(vec![PreCheck::not(ENVIRONMENT, outcome, "db: refused", "")]);
            assert_eq!((found.outcome, found.message.as_str()), (outcome, "db: refused"));
        }
        let found = looked(vec![PreCheck::passed(ENVIRONMENT, "2 checks hold")]);
        assert_eq!(found.outcome, Verdict::Passed);
    }

    #[test]
    fn what_nobody_looked_at_is_told() {
        use crate::deploy::journal::testing::{chain, planned};
        use crate::deploy::plan::testing::{plan, script};
        use crate::deploy::summary::Ended;
        let plan = plan(vec![script("a", None)], vec![]);
        let mut last = Summary::new("d", &plan, &chain(vec![planned()]), "sdd");
        last.smoke_tests_total = 2;
        let mut check = |smoke: PhaseOutcome, warnings: &[&str], expect: &[(&str, &str)]| {
            last.smoke = Some(Ended {
                outcome: smoke,
                reason: "turned off".to_owned(),
            });
            last.warnings = warnings.iter().map(|&warning| warning.to_owned()).collect();
            let found = unseen(&last);
            assert!(found.iter().all(|check| check.outcome == Verdict::Skipped));
            let told: Vec<(&str, &str)> = found
                .iter()
                .map(|check| (check.name.as_str(), check.message.as_str()))
                .collect();
            assert_eq!(told, expect);
        };
        check(PhaseOutcome::Passed, &[], &[]);
        check(PhaseOutcome::Skipped, &[], &[("smoke_tests", "turned off")]);
        let warning = "s.md:3: \"soon\" is not checked";
        check(PhaseOutcome::Passed, &[warning], &[(EXECUTION, warning)]);
    }

    #[test]
    fn what_was_deployed_is_compared_with_what_is_checked_out() {
        use crate::deploy::journal::testing::{chain, planned};
        use crate::deploy::plan::testing::{plan, script};
        let plan = plan(vec![script("a", None)], vec![]);
        let mut last = Summary::new("d", &plan, &chain(vec![planned()]), "sdd");
        let (here, there) = ("a".repeat(40), "b".repeat(40));
        let files = |paths: &[&str]| Ok(paths.iter().map(|&path| path.to_owned()).collect());
        let mut check = |deployed: Option<&String>,
                         head: Option<&String>,
                         changed: Result<BTreeSet<String>, String>,
                         expect: (Verdict, &str)| {
            last.commit = deployed.cloned();
            let found = commit(&last, head.map(String::as_str), &changed);
            assert_eq!((found.outcome, found.message.as_str()), expect);
        };
        let (one, other) = (Some(&here), Some(&there));
        check(
            one,
            one,
            Err(String::new()),
            (Verdict::Passed, "aaaaaaaaaaaa is deployed"),
        );
        let both = "deployed commit aaaaaaaaaaaa, HEAD is bbbbbbbbbbbb:";
        check(
            one,
            other,
            files(&[".session/specs/d.md", "src/a", "src/b"]),
            (
                Verdict::Failed,
                &format!("{both} 2 files changed since, such as src/a"),
            ),
        );
        check(
            one,
            other,
            files(&[".session/specs/d.md"]),
            (Verdict::Passed, &format!("{both} the same but for .session")),
        );
        check(
            one,
            other,
            Err("no git".to_owned()),
            (
                Verdict::Error,
                &format!("{both} nobody can tell what changed since: no git"),
            ),
        );
        check(
            None,
            one,
            files(&[]),
            (Verdict::Failed, "deployed without a commit, HEAD is aaaaaaaaaaaa"),
        );
        check(
            one,
            None,
            files(&[]),
            (
                Verdict::Error,
                "deployed commit aaaaaaaaaaaa, and nothing is checked out",
            ),
        );
        check(None, None, files(&[]), (Verdict::Skipped, "there is no commit"));
    }

    #[test]
    fn a_deployment_that_nobody_did_is_no_pass() {
        let found = execution(None, "staging");
        assert_eq!(found.outcome, Verdict::Failed);
        assert_eq!(found.remedy.as_deref(), Some("sdd deploy run staging"));
    }
}
