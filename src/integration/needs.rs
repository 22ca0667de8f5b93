//! What integration tests need, as their spec, the work item's own JSON and the settings say it: the one place that
//! briefings, gates and runs ask.

use crate::compose::images::Fetching;
use crate::model::config::{ComposeLint, IntegrationTests};
use crate::model::spec::{Service, Spec};
use crate::model::work_item::WorkItemType;

/// Who names the compose files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// The spec of the work item, or its own JSON.
    Work,
    /// The settings, for want of a word about it.
    Settings,
}

/// What integration tests need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The compose files, relative to the project: the first, and those that are laid over it.
    pub compose_files: Vec<String>,
    /// Who names them.
    pub named_by: NamedBy,
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
    /// What a work item of a type needs. `spec` is what is said of it, its own JSON included; what that leaves open the settings say.
    /// `None` where nothing is brought up: for what is no integration test, and where nobody names services or a compose
    /// file and the settings say that none is meant (an empty `compose_file`).
    pub fn of(kind: WorkItemType, spec: Option<&Spec>, settings: &IntegrationTests) -> Option<Self> {
        if kind != WorkItemType::IntegrationTest {
            return None;
        }
        let none = Spec::default();
        let spec = &spec.unwrap_or(&none).integration.environment;
        let mut files: Vec<String> = spec.compose_files.iter().map(|file| file.value.clone()).collect();
        let mut named_by = NamedBy::Work;
        if files.is_empty() {
            let file = match settings.compose_file.trim() {
                "" if spec.services.is_empty() => return None,
                // Services that are asked for stand in some file.
                "" => IntegrationTests::COMPOSE_FILE,
                file => file,
            };
            files.push(file.to_owned());
            named_by = NamedBy::Settings;
        }
        let service = |service: &Service| match &service.tag {
            Some(tag) => format!("{}:{tag}", service.name),
            None => service.name.clone(),
        };
        Some(Self {
            compose_files: files,
            named_by,
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

    /// What to do where nobody is found at a host that is one of the services, or may be one: `run` brings them up. `is_known`
    /// says whether the machine knows a host by its name.
    pub fn bring_up(&self, host: &str, run: &str, is_known: impl FnOnce(&str) -> bool) -> Option<String> {
        let compose = self.compose();
        let names = self.services.iter().map(|service| service.split(':').next());
        if names.into_iter().any(|name| name == Some(host)) {
            return Some(format!(
                "{host} is a service of {compose}, which only a run brings up: {run}"
            ));
        }
        // A compose file may have more services than the spec names, and none of them has a dot in its name.
        let may_be_one = !host.contains(['.', ':']) && host != "localhost" && !is_known(host);
        may_be_one.then(|| {
            format!(
                "nobody here knows the name {host}; a service of {compose} has its name in a run only: {run}"
            )
        })
    }

    /// Where the compose files are to be named, as what to do about one that is not there.
    pub fn how_to_name(&self) -> &'static str {
        match self.named_by {
            NamedBy::Work => "name it in the spec, below Environment Requirements: `- Compose file: PATH`",
            NamedBy::Settings => {
                "name it in the spec, below Environment Requirements: `- Compose file: PATH`; or for all work items in the \
                 settings: quality_gates.integration_tests.compose_file (empty, where their tests need no services)"
            }
        }
    }

    /// The compose files as they are called in a sentence.
    pub fn compose(&self) -> String {
        self.compose_files.join(" with ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::At;

    #[test]
    fn who_finds_nobody_at_a_service_is_told_what_brings_it_up() {
        let needs = Needs {
            compose_files: vec!["c.yml".to_owned()],
            named_by: NamedBy::Work,
            services: vec!["api".to_owned(), "postgres:14".to_owned()],
            config_files: Vec::new(),
            lint: ComposeLint::default(),
            fetching: Fetching::Forbidden,
        };
        let said = |host: &str, is_known: bool| needs.bring_up(host, "sdd RUN", |_| is_known);
        let service = |name: &str| {
            Some(format!(
                "{name} is a service of c.yml, which only a run brings up: sdd RUN"
            ))
        };
        assert_eq!(said("api", false), service("api"));
        assert_eq!(said("postgres", true), service("postgres"));
        let guess = "nobody here knows the name web; a service of c.yml has its name in a run only: sdd RUN";
        assert_eq!(said("web", false).as_deref(), Some(guess));
        for (host, is_known) in [
            ("web", true),
            ("localhost", false),
            ("example.org", false),
            ("127.0.0.1", false),
            ("[::1]", false),
        ] {
            assert_eq!(said(host, is_known), None, "{host}");
        }
    }

    #[test]
    fn what_nobody_says_of_services_the_settings_do() {
        let settings = IntegrationTests::default();
        let test = WorkItemType::IntegrationTest;
        let mut whole = Spec::default();
        let of = |spec: &Spec, settings: &IntegrationTests| Needs::of(test, Some(spec), settings);
        // Without a word the usual file is looked for: what cannot be brought up is not tested.
        let usual = Needs::of(test, None, &settings).unwrap();
        assert_eq!(usual.compose_files, [IntegrationTests::COMPOSE_FILE]);
        assert_eq!((usual.named_by, usual.services.len()), (NamedBy::Settings, 0));
        assert_eq!(of(&whole, &settings), Some(usual));
        assert_eq!(Needs::of(WorkItemType::Feature, Some(&whole), &settings), None);

        let of_settings = |file: &str| IntegrationTests {
            compose_file: file.to_owned(),
            ..IntegrationTests::default()
        };
        assert_eq!(
            of(&whole, &of_settings("c.yml")).unwrap().compose_files,
            ["c.yml"]
        );
        assert_eq!(of(&whole, &of_settings("")), None);

        let service = |name: &str, tag: Option<&str>| Service {
            name: name.to_owned(),
            tag: tag.map(str::to_owned),
            ..Service::default()
        };
        let spec = &mut whole.integration.environment;
        spec.config_files.push(At::new("a.yaml".to_owned(), 1));
        spec.services.push(At::new(service("postgres", Some("14")), 2));
        spec.services.push(At::new(service("api", None), 3));
        let needs = of(&whole, &of_settings(" ")).unwrap();
        assert_eq!(needs.compose_files, [IntegrationTests::COMPOSE_FILE]);
        assert_eq!(needs.services, ["postgres:14", "api"]);
        assert_eq!(needs.config_files, ["a.yaml"]);
        for (line, file) in [(4, "deploy/c.yml"), (5, "deploy/more.yml")] {
            let files = &mut whole.integration.environment.compose_files;
            files.push(At::new(file.to_owned(), line));
        }
        let needs = of(&whole, &settings).unwrap();
        assert_eq!(needs.compose_files, ["deploy/c.yml", "deploy/more.yml"]);
        assert_eq!(needs.named_by, NamedBy::Work);
        assert_eq!(needs.compose(), "deploy/c.yml with deploy/more.yml");
    }
}
