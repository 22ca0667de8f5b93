//! What the work item's own JSON says wins over the spec: whoever has only the JSON, or puts one number into it, is
//! heard. It stands on line 0.

mod benchmarks;
mod fields;
mod merge;

use serde_json::{Map, Value};

use crate::model::spec::{At, Component, Contract, Oddity, Scenario, Service, Spec};
use crate::model::work_item::WorkItem;

use self::fields::Fields;
use super::placeholder::says_nothing;

/// Puts what the work item says over what the spec says, part by part; what it does not mention stays. Doing it twice
/// is doing it once.
pub fn overlay(spec: &mut Spec, item: &WorkItem) {
    let Some(raw) = item.raw.as_object() else { return };
    match raw.get("specification") {
        // Some keep the whole spec as text in the work item.
        Some(Value::String(text)) if !text.trim().is_empty() => merge::merge(spec, text),
        Some(Value::Object(specification)) => structured(spec, specification),
        _ => {}
    }
    structured(spec, raw);
}

fn structured(spec: &mut Spec, raw: &Map<String, Value>) {
    let mut fields = Fields::new(raw);
    if let Some(scope) = fields.object("scope") {
        let mut scope = fields.below("scope", scope);
        replace(
            &mut spec.integration.components,
            scope.list(&["components"], component),
        );
        replace(
            &mut spec.integration.integration_points,
            scope
                .list(&["integration_points"], fields::text)
                .into_iter()
                .filter(|point| !says_nothing(point))
                .collect(),
        );
        fields.take(scope);
    }
    replace(
        &mut spec.integration.scenarios,
        fields.list(&["test_scenarios"], scenario),
    );
    replace(
        &mut spec.integration.contracts,
        fields.list(&["api_contracts"], contract),
    );
    replace(
        &mut spec.acceptance,
        fields.list(&["acceptance_criteria"], fields::text),
    );
    if let Some(limits) = fields.object("performance_benchmarks") {
        let mut limits = fields.below("performance_benchmarks", limits);
        benchmarks::benchmarks(&mut limits, &mut spec.integration.benchmarks);
        fields.take(limits);
    }
    if let Some(needs) = fields.object("environment_requirements") {
        let mut needs = fields.below("environment_requirements", needs);
        let environment = &mut spec.integration.environment;
        replace(
            &mut environment.services,
            needs.list(&["services_required", "services"], service),
        );
        replace(&mut environment.config_files, needs.list(&["config_files"], file));
        replace(
            &mut environment.test_data_fixtures,
            needs.list(&["test_data_fixtures", "fixtures"], file),
        );
        replace(
            &mut environment.compose_files,
            needs.list(&["compose_file", "compose_files", "docker_compose_file"], file),
        );
        fields.take(needs);
    }
    for problem in fields.wrong {
        let oddity = Oddity {
            code: "bad_field",
            message: format!("the work item's `{problem}` is not of a form that is known"),
            hint: Some("correct it in work_items.json, or remove it and say it in the spec".to_owned()),
        };
        if spec.oddities.iter().all(|known| known.value != oddity) {
            spec.oddities.push(At::new(oddity, 0));
        }
    }
}

/// An empty list says nothing.
fn replace<T>(list: &mut Vec<At<T>>, with: Vec<T>) {
    if !with.is_empty() {
        *list = with.into_iter().map(|value| At::new(value, 0)).collect();
    }
}

fn file(value: &Value) -> Option<String> {
    fields::text(value).map(|path| super::words::path(&path))
}

fn component(value: &Value) -> Option<Component> {
    match value {
        Value::Object(map) => Some(Component {
            name: fields::text(map.get("name")?)?,
            version: map.get("version").and_then(fields::text),
        }),
        _ => fields::text(value).map(|name| Component { name, version: None }),
    }
}

fn scenario(value: &Value) -> Option<Scenario> {
    let Value::Object(map) = value else {
        return fields::text(value).map(|description| Scenario {
            description,
            ..Scenario::default()
        });
    };
    let mut scenario = Scenario {
        description: ["description", "name", "title"]
            .iter()
            .find_map(|key| map.get(*key).and_then(fields::text))
            .unwrap_or_default(),
        ..Scenario::default()
    };
    for (key, list) in [
        ("setup", &mut scenario.setup),
        ("actions", &mut scenario.actions),
        ("expected_results", &mut scenario.expected_results),
    ] {
        let lines = map.get(key).map(fields::texts).unwrap_or_default();
        *list = lines.into_iter().map(|line| At::new(line, 0)).collect();
    }
    Some(scenario)
}

fn contract(value: &Value) -> Option<Contract> {
    let Value::Object(map) = value else {
        return file(value).map(|path| Contract {
            contract_file: Some(path),
            ..Contract::default()
        });
    };
    Some(Contract {
        between: ["between", "name", "title"]
            .iter()
            .find_map(|key| map.get(*key).and_then(fields::text)),
        contract_file: map.get("contract_file").and_then(file),
        version: map.get("version").and_then(fields::text),
        previous_version: map.get("previous_version").and_then(fields::text),
        previous_unclear: None,
        allow_breaking_changes: map
            .get("allow_breaking_changes")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        breaking_changes: map.get("breaking_changes").and_then(fields::text),
    })
}

fn service(value: &Value) -> Option<Service> {
    let Value::Object(map) = value else {
        return fields::text(value).map(|text| super::integration::service_of(&text));
    };
    let name = ["image", "name", "service"]
        .iter()
        .find_map(|key| map.get(*key).and_then(fields::text))?;
    let mut service = super::integration::service_of(&name);
    if let Some(tag) = ["tag", "version"]
        .iter()
        .find_map(|key| map.get(*key).and_then(fields::text))
    {
        service.tag = Some(tag);
    }
    for key in ["port", "ports"] {
        let ports = match map.get(key) {
            Some(Value::Array(ports)) => ports.iter().collect(),
            Some(port) => vec![port],
            None => continue,
        };
        let ports = ports
            .into_iter()
            .filter_map(fields::text)
            .filter_map(|port| port.parse::<u16>().ok());
        service.ports.extend(ports);
    }
    Some(service)
}
