//! What the sections of a deployment must hold.

use crate::model::spec::{At, DeployStep};

use super::List;
use crate::parse::spec::oddities::quoted;
use crate::parse::spec::quantity;

/// One target environment.
pub fn scope(list: &mut List<'_>, line: u32) {
    let spec = list.spec;
    if list.given(spec.deployment.environment.as_ref()) {
        return;
    }
    let choice = spec
        .oddities
        .iter()
        .find(|oddity| oddity.value.code == "open_choice");
    let (line, message) = match choice {
        Some(choice) => (choice.line, "the target environment is still a choice"),
        None => (line, "no target environment is named"),
    };
    list.at(
        line,
        "no_environment",
        message.to_owned(),
        Some("write one below `**Target Environment:**`: `- Environment: staging`".to_owned()),
    );
}

/// Steps before, steps, and steps after, each below a heading of its own.
pub fn procedure(list: &mut List<'_>, line: u32) {
    let deployment = &list.spec.deployment;
    let (pre, steps, post) = (&deployment.pre, &deployment.steps, &deployment.post);
    let place = |heading: Option<u32>| (heading, line);
    steps_below(
        list,
        "no_pre_steps",
        "Pre-Deployment Steps",
        place(deployment.pre_heading),
        pre,
    );
    steps_below(
        list,
        "no_steps",
        "Deployment Steps",
        place(deployment.steps_heading),
        steps,
    );
    steps_below(
        list,
        "no_post_steps",
        "Post-Deployment Steps",
        place(deployment.post_heading),
        post,
    );
}

/// Triggers and steps.
pub fn rollback(list: &mut List<'_>, line: u32) {
    let deployment = &list.spec.deployment;
    let triggers = list.counted(&deployment.rollback_triggers);
    match deployment.triggers_heading {
        Some(heading) if triggers == 0 => {
            list.at(
                heading,
                "no_triggers",
                "no rollback trigger is filled in".to_owned(),
                Some("list what makes you go back: `- Smoke tests fail`".to_owned()),
            );
        }
        Some(_) => {}
        None => list.at(
            line,
            "no_triggers",
            "the heading \"Rollback Triggers\" is missing".to_owned(),
            Some("add `### Rollback Triggers` with a list of what makes you go back".to_owned()),
        ),
    }
    steps_below(
        list,
        "no_rollback_steps",
        "Rollback Steps",
        (deployment.rollback_heading, line),
        &deployment.rollback_steps,
    );
    rollback_time(list, line);
}

/// How long the way back takes.
fn rollback_time(list: &mut List<'_>, line: u32) {
    let said = list.spec.deployment.rollback_time.as_ref();
    let (line, message) = match said.filter(|said| list.spec.counts(said.line)) {
        None => (line, "nothing says how long the way back takes".to_owned()),
        Some(said) if quantity::seconds(&said.value).is_err() => {
            let message = format!("the estimated rollback time is no time: {}", quoted(&said.value));
            (said.line, message)
        }
        Some(_) => return,
    };
    list.at(
        line,
        "no_rollback_time",
        message,
        Some("write it below the rollback steps: `**Estimated Rollback Time:** 10 minutes`".to_owned()),
    );
}

/// Steps that are written below their heading. `place` is the heading's line and the section's.
fn steps_below(
    list: &mut List<'_>,
    code: &'static str,
    title: &str,
    place: (Option<u32>, u32),
    steps: &[At<DeployStep>],
) {
    let counted = list.counted(steps);
    match place {
        (Some(heading), _) if counted == 0 => list.at(
            heading,
            code,
            format!("no step is filled in below \"{title}\""),
            Some("write the steps as a numbered list".to_owned()),
        ),
        (Some(_), _) => {}
        (None, line) => {
            let message = if counted == 0 {
                format!("the heading \"{title}\" is missing")
            } else {
                format!("the steps have no heading \"{title}\" of their own")
            };
            list.at(
                line,
                code,
                message,
                Some(format!("add `### {title}` with a numbered list")),
            );
        }
    }
}

/// At least one test or health check.
pub fn smoke(list: &mut List<'_>, line: u32) {
    let deployment = &list.spec.deployment;
    if list.counted(&deployment.smoke_tests) + list.counted(&deployment.health_checks) == 0 {
        list.at(
            line,
            "no_smoke_tests",
            "there is no smoke test and no health check".to_owned(),
            Some(
                "write `### Test 1: …` with a command in a fence, or items with `Endpoint:` and `Expected:`"
                    .to_owned(),
            ),
        );
    }
}
