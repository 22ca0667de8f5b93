//! A deployment of ten steps that need nothing but a directory: each leaves a file, and takes it away again.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::Sandbox;

/// How many steps it has.
pub(super) const STEPS: usize = 10;

/// The project. The steps with even numbers may be run again after a crash.
pub(super) fn project() -> Sandbox {
    let sandbox = Sandbox::new()
        .git()
        .file(".gitignore", "/state/\n/.session/runs/\n/.session/.lock\n")
        .file(
            ".session/tracking/work_items.json",
            r#"{"work_items": {"deployment_ten": {"id": "deployment_ten", "type": "deployment", "title": "Ten",
                "status": "not_started", "priority": "high", "dependencies": [], "sessions": []}}}"#,
        )
        .file(".session/specs/deployment_ten.md", spec())
        .config(&json!({"deployment": {"pre_deployment_checks":
            {"integration_tests": false, "security_scans": false, "environment_validation": false},
            "smoke_tests": {"retry_count": 0}}}));
    std::fs::create_dir(sandbox.path("state")).unwrap();
    sandbox.commit("ten");
    sandbox
}

/// The id of a step.
pub(super) fn step(number: usize) -> String {
    format!("s{number:02}")
}

/// The spec. What a step does is done at once, or not at all.
fn spec() -> String {
    let (mut steps, mut back) = (String::new(), String::new());
    for number in 1..=STEPS {
        let id = step(number);
        let again = if number % 2 == 0 { " idempotent" } else { "" };
        let _ = write!(
            steps,
            "{number}. Step\n   ```bash sdd id={id} timeout=20s undo=u-{id}{again}\n   touch state/{id}\n   ```\n"
        );
        let _ = write!(
            back,
            "{number}. Undo\n   ```bash sdd id=u-{id} timeout=20s\n   rm -f state/{id}\n   ```\n"
        );
    }
    format!(
        "# Deployment: Ten\n\n## Deployment Scope\n\n**Target Environment:**\n- Environment: staging\n\n\
         ## Deployment Procedure\n\n### Deployment Steps\n\n{steps}\n\
         ## Environment Configuration\n\nNothing is needed.\n\n## Rollback Procedure\n\n### Rollback Triggers\n\n\
         - Smoke tests fail\n\n### Rollback Steps\n\n{back}\n**Estimated Rollback Time:** 1 minute\n\n## Smoke Tests\n\n### Test 1: All are there\n\n\
         ```bash sdd id=all timeout=5s\ntest \"$(ls state | wc -l)\" -eq {STEPS}\n```\n"
    )
}

/// The files that steps have left.
pub(super) fn left(sandbox: &Sandbox) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(sandbox.path("state"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// The files of all steps.
pub(super) fn all() -> Vec<String> {
    (1..=STEPS).map(step).collect()
}
