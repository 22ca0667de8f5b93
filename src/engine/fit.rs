//! What can be said of the services of compose files before one of them is brought up.

use std::collections::BTreeMap;

use crate::compose::config::{Profiles, Rendered};
use crate::compose::up::Why;
use crate::integration::probe;
use crate::model::config::{IntegrationTests, ReadinessProbe};
use crate::model::text;

/// The section of the settings that names services.
const SECTION: &str = "quality_gates.integration_tests";

/// What the settings say of services that the file does not have, with those that it has. It is no error: work items have
/// compose files of their own, and the settings are for all of them.
pub(super) fn unknown(settings: &IntegrationTests, rendered: &Rendered) -> Option<String> {
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
        return None;
    }
    let there: Vec<&str> = rendered.active().map(|(name, _)| name).collect();
    let asked_for = match rendered.profiles {
        Profiles::Rendered => "; those of a profile are there when it is asked for (COMPOSE_PROFILES)",
        Profiles::Named(_) => "",
    };
    Some(format!(
        "{}: this compose file has no such service; there are: {}{asked_for}",
        said.join("; "),
        there.join(", ")
    ))
}

/// Fails where a probe asks a port that the file does not publish.
pub(super) fn reachable(probes: &BTreeMap<String, ReadinessProbe>, rendered: &Rendered) -> Result<(), Why> {
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

    fn settings(oneshot: &[&str], probes: &[(&str, u16)]) -> IntegrationTests {
        IntegrationTests {
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
        }
    }

    #[track_caller]
    fn check_unknown(oneshot: &[&str], probes: &[(&str, u16)], expect: Option<&str>) {
        let found = unknown(&settings(oneshot, probes), &config::read(FILE).unwrap());
        assert_eq!(found.as_deref(), expect, "{oneshot:?} {probes:?}");
    }

    #[test]
    fn what_the_settings_name_is_a_service() {
        check_unknown(&[], &[], None);
        // One that is not started is one nevertheless.
        check_unknown(&["db"], &[("db", 5432), ("api", 8000)], None);
        check_unknown(
            &["api", "migrate", "se\ned"],
            &[("apii", 8000)],
            Some(
                "quality_gates.integration_tests.oneshot names migrate, se\\ned; quality_gates.integration_tests.probes \
                 names apii: this compose file has no such service; there are: api",
            ),
        );
    }

    #[test]
    fn a_port_that_is_asked_is_published() {
        let rendered = config::read(FILE).unwrap();
        let of = |port: u16| reachable(&settings(&[], &[("api", port), ("apii", 1)]).probes, &rendered);
        of(8000).unwrap();
        let why = of(8001).unwrap_err();
        assert_eq!(
            (why.to_string().as_str(), why.hint().unwrap().as_str()),
            (
                "api would never be ready: its probe asks port 8001, which the compose file does not publish",
                "publish it (`ports: [\"8001\"]`), or correct quality_gates.integration_tests.probes.api",
            ),
        );
    }
}
