//! A project of Compose's for one run, and every command line that is called for it.
//!
//! Only what all flavours know is used. The name, the files and the directory are on every call: without them Compose
//! takes the name of the directory, and `down` reaches the containers of somebody else.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::ask::Call;
use super::flavour::{Flavour, Way};
use crate::process::Daemons;

/// The longest name of a project: it becomes a part of the names of containers, which are host names.
pub const MAX_NAME: usize = 48;
/// The label by which everything of a project is found.
pub const PROJECT_LABEL: &str = "com.docker.compose.project";

/// How long a question to the engine may take.
const ASK: Duration = Duration::from_secs(20);
/// How long rendering may take: version 1 is slow.
const RENDER: Duration = Duration::from_secs(30);
/// How long a removal may take.
const REMOVE: Duration = Duration::from_secs(30);
/// The most that `down` gets beside the time that services have to end.
const DOWN: Duration = Duration::from_secs(80);
/// How many lines of a container's log are kept.
const LOG_LINES: &str = "2000";

/// A project of Compose's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its compose files, as absolute paths.
    pub files: Vec<PathBuf>,
    /// The file with values for its variables, as an absolute path.
    pub env_file: Option<PathBuf>,
    /// Profiles to be named on every call, for a Compose that takes none from its variables.
    pub profiles: Vec<String>,
}

/// The name of a run's project, which no other run and no other repository has: `sdd-`, eight digits of the
/// repository's path, and the run.
pub fn name(repository: &Path, run_id: &str) -> String {
    let place = hex(repository.as_os_str().as_encoded_bytes(), 4);
    let run: String = run_id
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
        .collect();
    let whole = format!("sdd-{place}-{run}");
    if whole.len() <= MAX_NAME {
        return whole;
    }
    format!("sdd-{place}-{}", hex(run_id.as_bytes(), 8))
}

fn hex(bytes: &[u8], count: usize) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes).iter().take(count) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The command lines for a project.
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a> {
    /// By which Compose.
    pub flavour: &'a Flavour,
    /// For which project.
    pub project: &'a Project,
}

impl Calls<'_> {
    /// The files as they take effect. What it prints has secrets of the environment in it.
    pub fn config(&self) -> Call {
        self.compose(["config"], RENDER)
    }

    /// Makes and starts everything. It waits for no service: `--wait` fails where a service is done with its work, and
    /// version 1 does not know it.
    pub fn up(&self, timeout: Duration) -> Call {
        self.compose(["up", "-d"], timeout)
    }

    /// Stops and removes everything, images too that were built for this run alone. `stop` is what a service gets to end.
    pub fn down(&self, stop: Duration) -> Call {
        let seconds = stop.as_secs().to_string();
        // podman-compose does not know it in every version.
        let images: &[&str] = if self.is_podman() {
            &[]
        } else {
            &["--rmi", "local"]
        };
        let words = ["down", "-v", "--remove-orphans"].iter().chain(images);
        self.compose(words.copied().chain(["-t", &seconds]), DOWN.saturating_add(stop))
    }

    /// The ids of all containers, stopped ones too.
    pub fn containers(&self) -> Call {
        self.listed(&["ps", "-aq", "--no-trunc"])
    }

    /// The ids of all networks.
    pub fn networks(&self) -> Call {
        self.listed(&["network", "ls", "-q", "--no-trunc"])
    }

    /// The names of all volumes of the project.
    pub fn volumes(&self) -> Call {
        self.listed(&["volume", "ls", "-q"])
    }

    /// The names of all volumes of the engine.
    pub fn all_volumes(&self) -> Call {
        self.engine(["volume", "ls", "-q"], ASK)
    }

    /// The names of the containers that publish a port of the machine.
    pub fn publishing(&self, port: u16) -> Call {
        let filter = format!("publish={port}");
        self.engine(["ps", "--filter", &filter, "--format", "{{.Names}}"], ASK)
    }

    /// Whether an image is here: exit code 0.
    pub fn image(&self, image: &str) -> Call {
        self.engine(["image", "inspect", "--format", "{{.Id}}", image], ASK)
    }

    /// The names of all networks of the engine.
    pub fn names_of_networks(&self) -> Call {
        self.engine(["network", "ls", "--format", "{{.Name}}"], ASK)
    }

    /// The ids of all networks of the engine.
    pub fn all_networks(&self) -> Call {
        self.engine(["network", "ls", "-q"], ASK)
    }

    /// The ids of the pod of the project; `None` where the engine knows no pods. podman-compose gives it no label but the
    /// name alone (seen with its version 1.5.0), and that is of this project.
    pub fn pods(&self) -> Option<Call> {
        let filter = format!("name=^pod_{}$", self.project.name);
        self.is_podman()
            .then(|| self.engine(["pod", "ps", "-q", "--no-trunc", "--filter", &filter], ASK))
    }

    /// The names of all images of the engine, where images that were built are removed by their names: podman-compose has
    /// `down --rmi local` since its version 1.5.0 alone.
    pub fn built_images(&self) -> Option<Call> {
        let words = ["images", "--format", "{{.Repository}}:{{.Tag}}"];
        self.flavour.is_podman_compose().then(|| self.engine(words, ASK))
    }

    /// Whether an image, by its name as podman lists it, was built for this project alone: `localhost/PROJECT_SERVICE:latest`.
    pub fn is_built_for(&self, image: &str) -> bool {
        image
            .strip_prefix("localhost/")
            .and_then(|image| image.strip_prefix(&self.project.name))
            .is_some_and(|rest| rest.starts_with('_'))
    }

    /// Removes names of images; those that have another one stay under that.
    pub fn remove_images(&self, names: &[String]) -> Call {
        self.removal(&["rmi"], names)
    }

    /// Runs the health check of a container, and counts what comes of it.
    pub fn check_health(&self, id: &str, timeout: Duration) -> Call {
        self.engine(["healthcheck", "run", id], timeout)
    }

    /// Removes pods with what is in them.
    pub fn remove_pods(&self, ids: &[String]) -> Call {
        self.removal(&["pod", "rm", "-f"], ids)
    }

    fn daemons(&self) -> Daemons {
        Way::of(self.flavour.kind).daemons
    }

    fn is_podman(&self) -> bool {
        self.flavour.is_podman()
    }

    /// Runs a program in a container, with our stdin.
    pub fn exec(&self, id: &str, words: &[String], timeout: Duration) -> Call {
        let lead = ["exec", "-i", id].into_iter();
        self.engine(lead.chain(words.iter().map(String::as_str)), timeout)
    }

    /// All about containers.
    pub fn inspect(&self, ids: &[String]) -> Call {
        self.engine(
            std::iter::once("inspect").chain(ids.iter().map(String::as_str)),
            ASK,
        )
    }

    /// What a container wrote last.
    pub fn logs(&self, id: &str) -> Call {
        self.engine(["logs", "--timestamps", "--tail", LOG_LINES, id], ASK)
    }

    /// Removes containers with their anonymous volumes, running ones too.
    pub fn remove_containers(&self, ids: &[String]) -> Call {
        self.removal(&["rm", "-fv"], ids)
    }

    /// Ends containers, all at the same time.
    pub fn stop(&self, ids: &[String], time: Duration) -> Call {
        let seconds = time.as_secs().to_string();
        let lead = ["stop", "-t", &seconds].into_iter();
        self.engine(
            lead.chain(ids.iter().map(String::as_str)),
            REMOVE.saturating_add(time),
        )
    }

    /// Removes networks.
    pub fn remove_networks(&self, ids: &[String]) -> Call {
        self.removal(&["network", "rm"], ids)
    }

    /// Removes volumes.
    pub fn remove_volumes(&self, names: &[String]) -> Call {
        self.removal(&["volume", "rm"], names)
    }

    fn compose<'w>(&self, words: impl IntoIterator<Item = &'w str>, timeout: Duration) -> Call {
        let mut args: Vec<OsString> = Way::of(self.flavour.kind).lead.iter().map(Into::into).collect();
        args.extend(["-p".into(), self.project.name.clone().into()]);
        for file in &self.project.files {
            args.extend(["-f".into(), file.clone().into_os_string()]);
        }
        // podman-compose knows no such option, and goes to the directory of the first file by itself.
        let directory = self.project.files.first().and_then(|file| file.parent());
        if let Some(directory) = directory.filter(|_| !self.is_podman()) {
            args.extend(["--project-directory".into(), directory.as_os_str().to_owned()]);
        }
        for profile in &self.project.profiles {
            args.extend(["--profile".into(), profile.into()]);
        }
        if let Some(file) = &self.project.env_file {
            args.extend(["--env-file".into(), file.clone().into_os_string()]);
        }
        args.extend(words.into_iter().map(Into::into));
        Call::new(&self.flavour.program, args, timeout).with_daemons(self.daemons())
    }

    fn engine<'w>(&self, words: impl IntoIterator<Item = &'w str>, timeout: Duration) -> Call {
        Call::new(&self.flavour.engine, words, timeout).with_daemons(self.daemons())
    }

    fn listed(&self, words: &[&str]) -> Call {
        let filter = format!("label={PROJECT_LABEL}={}", self.project.name);
        self.engine(words.iter().copied().chain(["--filter", &filter]), ASK)
    }

    fn removal(&self, words: &[&str], what: &[String]) -> Call {
        self.engine(
            words.iter().copied().chain(what.iter().map(String::as_str)),
            REMOVE,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::flavour::{Kind, Version};

    fn flavour(kind: Kind, program: &str, engine: &str) -> Flavour {
        Flavour {
            kind,
            program: program.into(),
            version: Version {
                major: 2,
                minor: 26,
                patch: 1,
            },
            engine: engine.into(),
            engine_version: "20.10.24".to_owned(),
        }
    }

    fn project() -> Project {
        Project {
            name: "sdd-0-1".to_owned(),
            files: vec!["/p q/a.yml".into(), "/p q/sub/b.yml".into()],
            env_file: None,
            profiles: Vec::new(),
        }
    }

    #[test]
    fn every_call_names_the_project() {
        let flavour = flavour(Kind::Plugin, "/bin/docker", "/bin/docker");
        let project = project();
        let calls = Calls {
            flavour: &flavour,
            project: &project,
        };
        let ids = ["a1".to_owned(), "b2".to_owned()];
        let start =
            "docker compose -p sdd-0-1 -f '/p q/a.yml' -f '/p q/sub/b.yml' --project-directory '/p q'";
        let filter = "--filter 'label=com.docker.compose.project=sdd-0-1'";
        let table = [
            (calls.config(), format!("{start} config")),
            (calls.up(Duration::from_secs(180)), format!("{start} up -d")),
            (
                calls.down(Duration::from_secs(10)),
                format!("{start} down -v --remove-orphans --rmi local -t 10"),
            ),
            (calls.containers(), format!("docker ps -aq --no-trunc {filter}")),
            (
                calls.networks(),
                format!("docker network ls -q --no-trunc {filter}"),
            ),
            (calls.volumes(), format!("docker volume ls -q {filter}")),
            (calls.all_volumes(), "docker volume ls -q".to_owned()),
            (calls.inspect(&ids), "docker inspect a1 b2".to_owned()),
            (
                calls.logs("a1"),
                "docker logs --timestamps --tail 2000 a1".to_owned(),
            ),
            (calls.remove_containers(&ids), "docker rm -fv a1 b2".to_owned()),
            (calls.remove_networks(&ids), "docker network rm a1 b2".to_owned()),
            (calls.remove_volumes(&ids), "docker volume rm a1 b2".to_owned()),
        ];
        for (call, expect) in table {
            assert_eq!(call.shown(), expect);
        }
    }

    #[test]
    fn flavours_differ_in_their_first_words_and_podman_has_pods() {
        let project = Project {
            env_file: Some("/p q/.env.test".into()),
            ..project()
        };
        let shown = |kind, program, engine| {
            let flavour = flavour(kind, program, engine);
            let calls = Calls {
                flavour: &flavour,
                project: &project,
            };
            let pods = calls.pods();
            let pods = pods.map_or_else(|| "no pods".to_owned(), |call| call.shown());
            [calls.config().shown(), calls.containers().shown(), pods]
        };
        let files = "-p sdd-0-1 -f '/p q/a.yml' -f '/p q/sub/b.yml'";
        let end = "--env-file '/p q/.env.test' config";
        let rest = format!("{files} --project-directory '/p q' {end}");
        let pods = "podman pod ps -q --no-trunc --filter 'name=''^pod_sdd-0-1$'";
        let ps = "ps -aq --no-trunc --filter 'label=com.docker.compose.project=sdd-0-1'";
        assert_eq!(
            shown(Kind::Standalone, "/bin/docker-compose", "/bin/docker"),
            [
                format!("docker-compose {rest}"),
                format!("docker {ps}"),
                "no pods".to_owned()
            ]
        );
        assert_eq!(
            shown(Kind::Podman, "/bin/podman", "/bin/podman"),
            [
                format!("podman compose {files} {end}"),
                format!("podman {ps}"),
                pods.to_owned()
            ]
        );
        assert_eq!(
            shown(Kind::PodmanCompose, "/bin/podman-compose", "/bin/podman"),
            [
                format!("podman-compose {files} {end}"),
                format!("podman {ps}"),
                pods.to_owned()
            ]
        );
    }

    #[test]
    fn what_keeps_containers_outlives_each_call_of_podmans_alone() {
        let (project, ids) = (project(), ["a1".to_owned()]);
        let stay = |kind| {
            let flavour = flavour(kind, "/bin/compose", "/bin/engine");
            let calls = Calls {
                flavour: &flavour,
                project: &project,
            };
            let of = |call: Call| call.invocation(Path::new("/")).daemons;
            let all = [
                of(calls.up(Duration::from_secs(1))),
                of(calls.config()),
                of(calls.containers()),
                of(calls.exec("a1", &ids, Duration::from_secs(1))),
                of(calls.down(Duration::from_secs(1))),
            ];
            all.map(|daemons| matches!(daemons, Daemons::Stay(names) if names.contains(&"conmon")))
        };
        assert_eq!(stay(Kind::Plugin), [false; 5]);
        assert_eq!(stay(Kind::Standalone), [false; 5]);
        assert_eq!(stay(Kind::Podman), [true; 5]);
        assert_eq!(stay(Kind::PodmanCompose), [true; 5]);
    }

    #[test]
    fn profiles_are_named_where_no_variable_tells_of_them() {
        let flavour = flavour(Kind::PodmanCompose, "/bin/podman-compose", "/bin/podman");
        let project = Project {
            profiles: vec!["dev".to_owned(), "ops".to_owned()],
            ..project()
        };
        let calls = Calls {
            flavour: &flavour,
            project: &project,
        };
        let start =
            "podman-compose -p sdd-0-1 -f '/p q/a.yml' -f '/p q/sub/b.yml' --profile dev --profile ops";
        assert_eq!(calls.config().shown(), format!("{start} config"));
        assert_eq!(calls.up(ASK).shown(), format!("{start} up -d"));
    }

    #[test]
    fn images_are_known_as_built_by_their_names() {
        let flavour = flavour(Kind::PodmanCompose, "/bin/podman-compose", "/bin/podman");
        let project = project();
        let calls = Calls {
            flavour: &flavour,
            project: &project,
        };
        assert!(calls.is_built_for("localhost/sdd-0-1_web:latest"));
        for other in [
            "localhost/sdd-0-12_web:latest",
            "localhost/mine:2",
            "docker.io/sdd-0-1_web:latest",
            "<none>:<none>",
        ] {
            assert!(!calls.is_built_for(other), "{other}");
        }
    }

    #[test]
    fn down_ends_after_the_services_had_their_time() {
        let flavour = flavour(Kind::Plugin, "/bin/docker", "/bin/docker");
        let project = project();
        let calls = Calls {
            flavour: &flavour,
            project: &project,
        };
        assert_eq!(
            calls.down(Duration::from_secs(10)).timeout,
            Duration::from_secs(90)
        );
    }

    #[test]
    fn names_are_short_plain_and_of_one_run() {
        let of = |path: &str, run: &str| name(Path::new(path), run);
        let one = of("/repo", "20261120T133512.123Z-x1Y2z3");
        assert_eq!(one, "sdd-816fc349-20261120t133512123z-x1y2z3");
        assert_ne!(one, of("/repö", "20261120T133512.123Z-x1Y2z3"));
        assert_ne!(one, of("/repo", "20261120T133512.123Z-x1Y2z4"));
        for run in ["", "RUN/../ü 1", &"long".repeat(40)] {
            let name = of("/repo", run);
            assert!(name.len() <= MAX_NAME, "{name}");
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
        }
        assert_ne!(of("/repo", &"a".repeat(60)), of("/repo", &"a".repeat(61)));
    }
}
