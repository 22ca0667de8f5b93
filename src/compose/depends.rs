//! Which services of a compose file depend on which others, as the file says it before Compose has read it. Pure.
//!
//! Source: <https://docs.docker.com/reference/compose-file/services/#depends_on>. What is included or extended is not
//! followed.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

/// Each service with those that it depends on.
pub type Depends = BTreeMap<String, BTreeSet<String>>;

/// Adds what a compose file says; nothing where it is no YAML. Files that are laid over one another are added one after the
/// other, for Compose adds their dependencies up.
pub fn add(depends: &mut Depends, text: &str) {
    let Ok(file) = serde_yaml::from_str::<Value>(text) else {
        return;
    };
    let services = file.get("services").and_then(Value::as_mapping);
    for (name, service) in services.into_iter().flatten() {
        let Some(name) = name.as_str() else { continue };
        let others = match service.get("depends_on") {
            Some(Value::Sequence(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::Mapping(map)) => map.iter().filter_map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        };
        let known = depends.entry(name.to_owned()).or_default();
        known.extend(others.into_iter().map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_files_add_up() {
        let mut depends = Depends::new();
        add(
            &mut depends,
            "services:\n  db: {image: x}\n  api: {depends_on: {db: {condition: service_healthy}}}\n  web: {depends_on: [api]}\n",
        );
        add(
            &mut depends,
            "services:\n  web: {depends_on: [cache]}\n  cache: {}\n",
        );
        for none in ["", ": [", "services: [a]\n", "services: {1: {depends_on: 3}}\n"] {
            add(&mut depends, none);
        }
        let told: Vec<String> = depends
            .iter()
            .map(|(name, others)| format!("{name}: {}", others.iter().cloned().collect::<Vec<_>>().join(" ")))
            .collect();
        assert_eq!(told, ["api: db", "cache: ", "db: ", "web: api cache"]);
    }
}
