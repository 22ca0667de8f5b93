//! The containers of a compose service: found by the labels that compose gives them, which are the same in all its versions
//! (`com.docker.compose.project`, `.service`, `.oneoff`), and never by their names, which are not.

use std::path::Path;

use serde_json::Value;

use super::socket::Socket;
use super::{Container, ContainerError};

/// What is asked: containers that run and have the label of a service.
const ALL: &str = "/containers/json?filters=%7B%22label%22%3A%5B%22com.docker.compose.service%22%5D%7D";

/// A service as the command line names it: `SERVICE` or `PROJECT/SERVICE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeService {
    /// Its project, where it is named.
    pub project: Option<String>,
    /// Its name in the compose file.
    pub name: String,
}

/// Why the containers of a service are not known.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The engine does not tell.
    #[error("the containers of the service {service} cannot be looked for: {why}")]
    Engine {
        /// The service.
        service: String,
        /// The cause.
        why: String,
    },
    /// None runs.
    #[error("no container of the service {service} runs{}", others(known))]
    Nothing {
        /// The service.
        service: String,
        /// Services that have containers, as `PROJECT/SERVICE`.
        known: Vec<String>,
    },
    /// More than one project has such a service.
    #[error("several projects have a service {service}: name one of {}", projects.join(", "))]
    Ambiguous {
        /// The service.
        service: String,
        /// What could be meant, as `PROJECT/SERVICE`.
        projects: Vec<String>,
    },
    /// One of them cannot be looked at.
    #[error(transparent)]
    Container(#[from] ContainerError),
}

fn others(known: &[String]) -> String {
    if known.is_empty() {
        ", and none of any other compose service".to_owned()
    } else {
        format!(": there are {}", known.join(", "))
    }
}

impl std::str::FromStr for ComposeService {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (project, name) = match text.split_once('/') {
            Some((project, name)) => (Some(project), name),
            None => (None, text),
        };
        let is_name = |part: &str| !part.is_empty() && !part.contains(['/', ' ']);
        if !is_name(name) || project.is_some_and(|project| !is_name(project)) {
            return Err("write it as SERVICE or PROJECT/SERVICE".to_owned());
        }
        Ok(Self {
            project: project.map(str::to_owned),
            name: name.to_owned(),
        })
    }
}

impl std::fmt::Display for ComposeService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.project {
            Some(project) => write!(f, "{project}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl ComposeService {
    /// Its containers, at the engine that answers at this socket. `usual` is the project that is meant where none is named.
    ///
    /// # Errors
    ///
    /// [`ComposeError`].
    pub fn containers(&self, usual: Option<&str>, socket: &Path) -> Result<Vec<Container>, ComposeError> {
        let answer = Socket::at(socket).get(ALL).map_err(|why| ComposeError::Engine {
            service: self.to_string(),
            why: why.to_string(),
        })?;
        let ids = self.ids(usual, &answer)?;
        let all = ids.iter().map(|id| Container::of(id, socket));
        Ok(all.collect::<Result<_, _>>()?)
    }

    /// The ids of its containers, from what the engine says.
    fn ids(&self, usual: Option<&str>, answer: &Value) -> Result<Vec<String>, ComposeError> {
        let containers = answer.as_array().ok_or_else(|| ComposeError::Engine {
            service: self.to_string(),
            why: "the engine's answer is no list of containers".to_owned(),
        })?;
        let all: Vec<Labelled<'_>> = containers.iter().filter_map(Labelled::of).collect();
        let project = self.project.as_deref().or(usual);
        let fits = |one: &&Labelled<'_>| {
            one.service == self.name && project.is_none_or(|project| one.project == project)
        };
        let mine: Vec<&Labelled<'_>> = all.iter().filter(fits).collect();
        let places = places(mine.iter().copied());
        match places.len() {
            0 => Err(ComposeError::Nothing {
                service: self.to_string(),
                known: self::places(&all),
            }),
            1 => Ok(mine.into_iter().map(|one| one.id.to_owned()).collect()),
            _ => Err(ComposeError::Ambiguous {
                service: self.name.clone(),
                projects: places,
            }),
        }
    }
}

/// A container of a service. Those that `compose run` made for one command are none.
struct Labelled<'a> {
    id: &'a str,
    project: &'a str,
    service: &'a str,
}

impl<'a> Labelled<'a> {
    fn of(container: &'a Value) -> Option<Self> {
        let label = |name: &str| container["Labels"][format!("com.docker.compose.{name}")].as_str();
        let is_one_off = label("oneoff").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        (!is_one_off).then_some(Self {
            id: container["Id"].as_str()?,
            project: label("project")?,
            service: label("service")?,
        })
    }
}

/// The services of containers as `PROJECT/SERVICE`, each once.
fn places<'c, 'a: 'c>(containers: impl IntoIterator<Item = &'c Labelled<'a>>) -> Vec<String> {
    let named = containers
        .into_iter()
        .map(|one| format!("{}/{}", one.project, one.service));
    let all: std::collections::BTreeSet<String> = named.collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an engine has really answered: see the file beside it.
    const RECORDED: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/docker/containers.json"
    ));

    #[track_caller]
    fn check(named: &str, usual: Option<&str>, expect: Result<&[&str], &str>) {
        let answer: Value = serde_json::from_str(RECORDED).unwrap();
        check_in(&answer, named, usual, expect);
    }

    #[track_caller]
    fn check_in(answer: &Value, named: &str, usual: Option<&str>, expect: Result<&[&str], &str>) {
        let service: ComposeService = named.parse().unwrap();
        let seen = service.ids(usual, answer).map_err(|error| error.to_string());
        // The begin of an id is as good as all of it.
        let seen = seen.map(|ids| {
            let mut ids: Vec<String> = ids.iter().map(|id| id[..12].to_owned()).collect();
            ids.sort();
            ids
        });
        let mut ids: Vec<String> = expect
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        ids.sort();
        assert_eq!(seen, expect.map(|_| ids).map_err(str::to_owned));
    }

    #[test]
    fn containers_are_found_by_their_labels() {
        check("db", None, Ok(&["93bd36cd521a"]));
        check("worker", None, Ok(&["1f8b3d6409af", "ef3ec99e31b0"]));
        check("shop/api", None, Ok(&["e8607063ac15"]));
        check("other/api", Some("shop"), Ok(&["5c74c150a9ab"]));
        check("api", Some("shop"), Ok(&["e8607063ac15"]));
    }

    #[test]
    fn what_cannot_be_told_is_asked_back() {
        check(
            "api",
            None,
            Err("several projects have a service api: name one of other/api, shop/api"),
        );
        let there = "there are other/api, shop/api, shop/db, shop/worker";
        for (named, usual) in [("mail", None), ("db", Some("other")), ("shop/ap", None)] {
            let expect = format!("no container of the service {named} runs: {there}");
            check(named, usual, Err(&expect));
        }
        check_in(
            &serde_json::json!([]),
            "db",
            None,
            Err("no container of the service db runs, and none of any other compose service"),
        );
        // That is no word about containers.
        check_in(
            &serde_json::json!({"message": "page not found"}),
            "db",
            None,
            Err(
                "the containers of the service db cannot be looked for: the engine's answer is no list of containers",
            ),
        );
    }

    #[test]
    fn a_container_of_one_command_is_no_part_of_its_service() {
        let answer = serde_json::json!([
            {"Id": "0123456789abcd", "Labels": {"com.docker.compose.project": "p", "com.docker.compose.service": "api",
                "com.docker.compose.oneoff": "True"}},
            {"Id": "fedcba9876543210", "Labels": {"com.docker.compose.project": "p", "com.docker.compose.service": "api"}},
            {"Id": "aaaaaaaaaaaaaaaa", "Labels": null},
            {"Id": "bbbbbbbbbbbbbbbb", "Labels": {"com.docker.compose.service": "api"}},
        ]);
        check_in(&answer, "api", None, Ok(&["fedcba987654"]));
    }

    #[test]
    fn a_name_has_one_or_two_parts() {
        for text in ["", "/", "a/", "/a", "a/b/c", "a b"] {
            assert!(text.parse::<ComposeService>().is_err(), "{text:?}");
        }
        let service: ComposeService = "shop/api".parse().unwrap();
        assert_eq!(service.to_string(), "shop/api");
    }
}
