//! What can be said of the services of compose files before one of them is brought up.

use std::collections::BTreeMap;

use crate::compose::config::{Profiles, Rendered};
use crate::compose::up::Why;
use crate::integration::probe;
use crate::model::config::{IntegrationTests, ReadinessProbe};
use crate::model::text;

/// The section of the settings that names services.
const SECTION: &str = "quality_gates.integration_tests";

/// Fails where the settings name a service that is none, or where a service would never be ready.
pub(super) fn check(settings: &IntegrationTests, rendered: &Rendered) -> Result<(), Why> {
    known(settings, rendered)?;
    reachable(&settings.probes, rendered)
}

/// Fails where the settings name services that the file does not have: what they say of those would be said of nobody.
fn known(settings: &IntegrationTests, rendered: &Rendered) -> Result<(), Why> {
    let unknown = |key: &str, names: &mut dyn Iterator<Item = &String>| {
        let unknown: Vec<String> = names
            .filter(|name| !rendered.services.contains_key(*name))
            .map(|name| text::one_line(name))
            .collect();
        (!unknown.is_empty()).then(|| format!("{SECTION}.{key} names {}", unknown.join(", ")))
    };
    let said: Vec<String> = [
        unknown("oneshot", &mut settings.oneshot.iter()),
        unknown("probes", &mut settings.probes.keys()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if said.is_empty() {
        return Ok(());
    }
    let there: Vec<&str> = rendered.active().map(|(name, _)| name).collect();
    let asked_for = match rendered.profiles {
        Profiles::Rendered => "; those of a profile are there when it is asked for (COMPOSE_PROFILES)",
        Profiles::Named(_) => "",
    };
    Err(Why::Useless {
        reason: format!("{}: the compose file has no such service", said.join("; ")),
        remedy: format!("correct the name; there are: {}{asked_for}", there.join(", ")),
    })
}

/// Fails where a probe asks a port that the file does not publish.
fn reachable(probes: &BTreeMap<String, ReadinessProbe>, rendered: &Rendered) -> Result<(), Why> {
    let unreachable = rendered.active().find_map(|(name, service)| {
        let port = probe::unreachable(service, probes.get(name)?)?;
        Some((name, port))
    });
    let Some((name, port)) = unreachable else {
        return Ok(());
    };
    Err(Why::Useless {
        reason: format!(
            "{name} would never be ready: its probe asks port {port}, which the compose file does not publish"
        ),
        remedy: format!("publish it (`ports: [\"{port}\"]`), or correct {SECTION}.probes.{name}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::config;

    const FILE: &str = "services: {api: {image: x, ports: ['8000']}, db: {image: y, profiles: [big]}}";

    #[track_caller]
    fn check_settings(oneshot: &[&str], probes: &[(&str, u16)], expect: Option<(&str, &str)>) {
        let settings = IntegrationTests {
            oneshot: oneshot.iter().map(|name| (*name).to_owned()).collect(),
            probes: probes
                .iter()
                .map(|(name, port)| {
                    let probe = ReadinessProbe {
                        tcp: Some(*port),
                        ..ReadinessProbe::default()
                    };
                    ((*name).to_owned(), probe)
                })
                .collect(),
            ..IntegrationTests::default()
        };
        let found = check(&settings, &config::read(FILE).unwrap()).err();
        let found = found.map(|why| (why.to_string(), why.hint().unwrap()));
        let found = found.as_ref().map(|(why, hint)| (why.as_str(), hint.as_str()));
        assert_eq!(found, expect, "{oneshot:?} {probes:?}");
    }

    #[test]
    fn what_the_settings_name_is_a_service() {
        check_settings(&[], &[], None);
        // One that is not started is one nevertheless.
        check_settings(&["db"], &[("db", 5432), ("api", 8000)], None);
        let hint = "correct the name; there are: api";
        check_settings(
            &["api", "migrate", "se\ned"],
            &[("apii", 8000)],
            Some((
                "quality_gates.integration_tests.oneshot names migrate, se\\ned; quality_gates.integration_tests.probes \
                 names apii: the compose file has no such service",
                hint,
            )),
        );
    }

    #[test]
    fn a_port_that_is_asked_is_published() {
        check_settings(
            &[],
            &[("api", 8001)],
            Some((
                "api would never be ready: its probe asks port 8001, which the compose file does not publish",
                "publish it (`ports: [\"8001\"]`), or correct quality_gates.integration_tests.probes.api",
            )),
        );
    }
}
