//! What integration tests need, as their spec and the settings say it.

use crate::compose::images::Fetching;
use crate::model::config::{ComposeLint, IntegrationTests};
use crate::model::spec::EnvironmentNeeds;

/// What integration tests need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The compose file, relative to the project.
    pub compose_file: String,
    /// Services that must be in it, by name or image.
    pub services: Vec<String>,
    /// Configuration files that must be there, relative to the project.
    pub config_files: Vec<String>,
    /// What odd things in the compose file mean.
    pub lint: ComposeLint,
    /// What may be done about images that are not here.
    pub fetching: Fetching,
}

impl Needs {
    /// What a spec needs; `None` where it has neither services nor a compose file, and nothing is brought up.
    pub fn of(spec: &EnvironmentNeeds, settings: &IntegrationTests) -> Option<Self> {
        let file = spec.compose_file.as_ref().map(|file| file.value.clone());
        if file.is_none() && spec.services.is_empty() {
            return None;
        }
        let service = |service: &crate::model::spec::Service| match &service.tag {
            Some(tag) => format!("{}:{tag}", service.name),
            None => service.name.clone(),
        };
        Some(Self {
            compose_file: file.unwrap_or_else(|| settings.compose_file.clone()),
            services: spec.services.iter().map(|one| service(&one.value)).collect(),
            config_files: spec.config_files.iter().map(|file| file.value.clone()).collect(),
            lint: settings.compose_lint,
            fetching: if settings.allow_pull {
                Fetching::Allowed
            } else {
                Fetching::Forbidden
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{At, Service};

    #[test]
    fn a_spec_without_services_needs_nothing() {
        let settings = IntegrationTests::default();
        let mut spec = EnvironmentNeeds::default();
        spec.config_files.push(At::new("a.yaml".to_owned(), 1));
        assert_eq!(Needs::of(&spec, &settings), None);
        let service = |name: &str, tag: Option<&str>| Service {
            name: name.to_owned(),
            tag: tag.map(str::to_owned),
            ..Service::default()
        };
        spec.services.push(At::new(service("postgres", Some("14")), 2));
        spec.services.push(At::new(service("api", None), 3));
        let needs = Needs::of(&spec, &settings).unwrap();
        assert_eq!(needs.compose_file, "docker-compose.integration.yml");
        assert_eq!(needs.services, ["postgres:14", "api"]);
        assert_eq!(needs.config_files, ["a.yaml"]);
        spec.compose_file = Some(At::new("deploy/c.yml".to_owned(), 4));
        assert_eq!(Needs::of(&spec, &settings).unwrap().compose_file, "deploy/c.yml");
    }
}
