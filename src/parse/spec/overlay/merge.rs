//! A whole spec that is kept as text in the work item.

use crate::model::spec::{At, DeployStep, Section, SmokeTest, Spec};
use crate::parse::spec::outline::name;
use crate::parse::spec::variables;

/// What a text without a first heading must not be blamed for: the work item has title and type.
const OF_THE_TITLE: &[&str] = &["no_title", "unknown_type", "late_title"];

/// Reads the text as a spec and puts its parts over those of the file.
pub fn merge(spec: &mut Spec, text: &str) {
    let mut from = crate::parse::spec::read("", text.as_bytes());
    // An open value of a variable can be told from other placeholders only while lines are known.
    let mut oddities = std::mem::take(&mut from.oddities);
    oddities.retain(|oddity| oddity.value.code != "placeholder" || !variables::stands_on(&from, oddity.line));
    from.oddities = oddities;
    settle(&mut from);

    for section in from.sections {
        let wanted = name(&section.title);
        match spec
            .sections
            .iter_mut()
            .find(|known| name(&known.title) == wanted)
        {
            Some(known) if section.filled => *known = section,
            Some(_) => {}
            None => spec.sections.push(section),
        }
    }
    for oddity in from.oddities {
        if !OF_THE_TITLE.contains(&oddity.value.code) && !spec.oddities.contains(&oddity) {
            spec.oddities.push(oddity);
        }
    }
    instead(&mut spec.acceptance, from.acceptance);

    let (integration, theirs) = (&mut spec.integration, from.integration);
    instead(&mut integration.components, theirs.components);
    instead(&mut integration.integration_points, theirs.integration_points);
    instead(&mut integration.scenarios, theirs.scenarios);
    instead(&mut integration.contracts, theirs.contracts);
    instead(&mut integration.dependencies, theirs.dependencies);
    let (limits, their_limits) = (&mut integration.benchmarks, theirs.benchmarks);
    over(&mut limits.endpoint, their_limits.endpoint);
    instead(&mut limits.latency, their_limits.latency);
    over(&mut limits.minimum_throughput, their_limits.minimum_throughput);
    over(&mut limits.target_throughput, their_limits.target_throughput);
    instead(&mut limits.resources, their_limits.resources);
    over(&mut limits.ramp_up, their_limits.ramp_up);
    over(&mut limits.sustained, their_limits.sustained);
    over(&mut limits.ramp_down, their_limits.ramp_down);
    over(&mut limits.threads, their_limits.threads);
    over(&mut limits.connections, their_limits.connections);
    let (needs, their_needs) = (&mut integration.environment, theirs.environment);
    instead(&mut needs.services, their_needs.services);
    instead(&mut needs.compose_files, their_needs.compose_files);
    instead(&mut needs.config_files, their_needs.config_files);
    instead(&mut needs.test_data_fixtures, their_needs.test_data_fixtures);
    instead(&mut needs.variables, their_needs.variables);

    let (deployment, theirs) = (&mut spec.deployment, from.deployment);
    over(&mut deployment.application.name, theirs.application.name);
    over(&mut deployment.application.version, theirs.application.version);
    over(
        &mut deployment.application.repository,
        theirs.application.repository,
    );
    over(&mut deployment.application.branch, theirs.application.branch);
    over(&mut deployment.environment, theirs.environment);
    over(&mut deployment.pre_heading, theirs.pre_heading);
    instead(&mut deployment.pre, theirs.pre);
    over(&mut deployment.steps_heading, theirs.steps_heading);
    instead(&mut deployment.steps, theirs.steps);
    over(&mut deployment.post_heading, theirs.post_heading);
    instead(&mut deployment.post, theirs.post);
    instead(&mut deployment.variables, theirs.variables);
    over(&mut deployment.triggers_heading, theirs.triggers_heading);
    instead(&mut deployment.rollback_triggers, theirs.rollback_triggers);
    over(&mut deployment.rollback_heading, theirs.rollback_heading);
    instead(&mut deployment.rollback_steps, theirs.rollback_steps);
    over(&mut deployment.rollback_time, theirs.rollback_time);
    instead(&mut deployment.smoke_tests, theirs.smoke_tests);
    instead(&mut deployment.health_checks, theirs.health_checks);
}

fn instead<T>(list: &mut Vec<T>, theirs: Vec<T>) {
    if !theirs.is_empty() {
        *list = theirs;
    }
}

fn over<T>(slot: &mut Option<T>, theirs: Option<T>) {
    if theirs.is_some() {
        *slot = theirs;
    }
}

/// Drops what does not count, and puts the rest on line 0: the lines of this text are no lines of the file.
fn settle(spec: &mut Spec) {
    let unfilled = std::mem::take(&mut spec.unfilled);
    let counts = |line: u32| unfilled.binary_search(&line).is_err();
    for oddity in &mut spec.oddities {
        oddity.line = 0;
    }
    spec.sections.iter_mut().for_each(zero);
    list(&mut spec.acceptance, &counts);

    let integration = &mut spec.integration;
    list(&mut integration.components, &counts);
    list(&mut integration.integration_points, &counts);
    for scenario in &mut integration.scenarios {
        list(&mut scenario.value.setup, &counts);
        list(&mut scenario.value.actions, &counts);
        list(&mut scenario.value.expected_results, &counts);
    }
    list(&mut integration.scenarios, &|_| true);
    list(&mut integration.contracts, &counts);
    let limits = &mut integration.benchmarks;
    one(&mut limits.endpoint, &counts);
    list(&mut limits.latency, &counts);
    one(&mut limits.minimum_throughput, &counts);
    one(&mut limits.target_throughput, &counts);
    list(&mut limits.resources, &counts);
    one(&mut limits.ramp_up, &counts);
    one(&mut limits.sustained, &counts);
    one(&mut limits.ramp_down, &counts);
    one(&mut limits.threads, &counts);
    one(&mut limits.connections, &counts);
    let needs = &mut integration.environment;
    list(&mut needs.services, &counts);
    list(&mut needs.compose_files, &counts);
    list(&mut needs.config_files, &counts);
    list(&mut needs.test_data_fixtures, &counts);
    list(&mut needs.variables, &counts);

    let deployment = &mut spec.deployment;
    one(&mut deployment.application.name, &counts);
    one(&mut deployment.application.version, &counts);
    one(&mut deployment.application.repository, &counts);
    one(&mut deployment.application.branch, &counts);
    one(&mut deployment.environment, &counts);
    for heading in [
        &mut deployment.pre_heading,
        &mut deployment.steps_heading,
        &mut deployment.post_heading,
        &mut deployment.triggers_heading,
        &mut deployment.rollback_heading,
    ] {
        *heading = heading.map(|_| 0);
    }
    for steps in [
        &mut deployment.pre,
        &mut deployment.steps,
        &mut deployment.post,
        &mut deployment.rollback_steps,
    ] {
        steps
            .iter_mut()
            .flat_map(|step: &mut At<DeployStep>| &mut step.value.fences)
            .for_each(|fence| fence.line = 0);
        list(steps, &counts);
    }
    list(&mut deployment.variables, &counts);
    list(&mut deployment.rollback_triggers, &counts);
    one(&mut deployment.rollback_time, &counts);
    let commands = deployment.smoke_tests.iter_mut();
    commands
        .filter_map(|test: &mut At<SmokeTest>| test.value.command.as_mut())
        .for_each(|fence| fence.line = 0);
    list(&mut deployment.smoke_tests, &counts);
    list(&mut deployment.health_checks, &counts);
}

fn zero(section: &mut Section) {
    section.line = 0;
    section.sections.iter_mut().for_each(zero);
}

fn list<T>(list: &mut Vec<At<T>>, counts: &dyn Fn(u32) -> bool) {
    list.retain(|one| counts(one.line));
    for one in list {
        one.line = 0;
    }
}

fn one<T>(slot: &mut Option<At<T>>, counts: &dyn Fn(u32) -> bool) {
    *slot = slot
        .take()
        .filter(|one| counts(one.line))
        .map(|one| At::new(one.value, 0));
}
