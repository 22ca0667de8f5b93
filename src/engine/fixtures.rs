//! Loading test data into what is up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Job;
use super::services::Held;
use super::work::{chain, log_name};
use crate::compose::ask;
use crate::compose::config::Rendered;
use crate::compose::project::{Calls, Project, name};
use crate::compose::up::{Ending, Why};
use crate::gates::{FixtureWork, Loaded, NotLoaded, PartResult, Step};
use crate::integration::address::Addresses;
use crate::integration::fixture::{self, InService, Loader, Request};
use crate::integration::{probe, request};
use crate::model::config::FixtureSettings;
use crate::process::{End, Invocation};
use crate::project::files;
use crate::project::paths::{Place, resolve};
use crate::store;

/// A file of test data, and how it is loaded.
pub(super) struct Ready {
    /// Its path, relative to the project.
    path: String,
    /// The file, without links.
    file: PathBuf,
    loader: Loader,
    /// What loads it on this machine, where something does.
    program: Option<PathBuf>,
}

/// Whether services are there that test data may be loaded into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Services {
    /// They are up, or will be.
    There,
    /// The work item needs none.
    None,
}

/// The files of a step, as far as it can be said before anything is started that they can be loaded.
pub(super) fn ready(work: &FixtureWork, job: &Job<'_>, services: Services) -> Result<Vec<Ready>, NotLoaded> {
    let wanted = Wanted {
        root: &job.cx.project.root,
        settings: &job.cx.config.integration().fixtures,
        services,
    };
    wanted.files(work)
}

/// What files of test data are looked at by.
struct Wanted<'a> {
    /// The project's root.
    root: &'a Path,
    /// How fixtures are loaded that are not loaded by their kind.
    settings: &'a BTreeMap<String, FixtureSettings>,
    services: Services,
}

impl Wanted<'_> {
    fn files(&self, work: &FixtureWork) -> Result<Vec<Ready>, NotLoaded> {
        let root = self.root;
        let mut paths = vec![work.path.clone()];
        let is_there = matches!(resolve(root, &work.path), Ok(Place::At(_)));
        if fixture::is_glob(&work.path) && !is_there {
            let found = files::list(root, &work.path).map_err(|error| failed(chain(&error)))?;
            paths = found
                .iter()
                .map(|path| path.to_string_lossy().into_owned())
                .collect();
            paths.sort();
        }
        if paths.is_empty() {
            return Err(NotLoaded {
                hint: Some("make the files, or correct the spec".to_owned()),
                ..failed("no file matches it")
            });
        }
        paths
            .into_iter()
            .map(|path| {
                let said = |not: NotLoaded| match &path {
                    path if *path == work.path => not,
                    path => NotLoaded {
                        reason: format!("{path}: {}", not.reason),
                        ..not
                    },
                };
                self.one(work, &path).map_err(said)
            })
            .collect()
    }

    fn one(&self, work: &FixtureWork, path: &str) -> Result<Ready, NotLoaded> {
        let own = self.settings.get(path).or_else(|| self.settings.get(&work.path));
        let file = file(self.root, path)?;
        let loader = fixture::loader(path, own).map_err(|unknown| NotLoaded {
            hint: Some(unknown.hint(path)),
            ..failed(unknown.to_string())
        })?;
        let program = match &loader {
            Loader::Python => Some((&work.python, "python")),
            Loader::Shell => Some((&work.shell, "bash")),
            Loader::InService(_) if self.services == Services::None => {
                return Err(NotLoaded {
                    hint: Some("name the compose file and the services in the spec".to_owned()),
                    ..failed("there are no services to load it into")
                });
            }
            Loader::InService(_) | Loader::Request(_) => None,
        };
        if let Some((None, name)) = program {
            return Err(NotLoaded {
                ending: Ending::Error,
                hint: Some(format!("install {name}")),
                ..failed(fixture::not_installed(name, path))
            });
        }
        Ok(Ready {
            path: path.to_owned(),
            file,
            loader,
            program: program.and_then(|(program, _)| program.clone()),
        })
    }
}

/// What is to be said of a step whose test data cannot be loaded.
pub(super) fn told(work: &FixtureWork, job: &Job<'_>, not: NotLoaded) -> PartResult {
    PartResult::Fixture(Err(NotLoaded {
        reason: format!("{}: {}", work.path, job.redactor.text(&not.reason)),
        ..not
    }))
}

/// Whether the services of the compose files are such that test data can be loaded into them.
pub(super) fn fit(files: &[Ready], rendered: &Rendered) -> Result<(), Why> {
    for ready in files {
        let useless = |reason: String, remedy| Why::Useless {
            reason: format!("{}: {reason}", ready.path),
            remedy,
        };
        match &ready.loader {
            Loader::InService(into) => {
                target(&ready.path, into, rendered)
                    .map_err(|not| useless(not.reason, not.hint.unwrap_or_default()))?;
            }
            Loader::Request(request) => {
                let url = request.url.parse().ok();
                let nobody = url.and_then(|url| probe::nobody_at(&url, rendered, probe::is_known));
                if let Some((reason, remedy)) = nobody {
                    return Err(useless(reason, remedy));
                }
            }
            Loader::Python | Loader::Shell => {}
        }
    }
    Ok(())
}

/// Loads test data.
pub(super) fn load(
    step: &Step,
    work: &FixtureWork,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
) -> PartResult {
    let services = match held {
        Some(_) => Services::There,
        None => Services::None,
    };
    let loaded = ready(work, job, services).and_then(|files| {
        let loads = files.iter().enumerate().map(|(number, ready)| {
            let began = Instant::now();
            let how = match &ready.loader {
                Loader::Python | Loader::Shell => by_program(&log(step, number), work, ready, job, held),
                Loader::InService(into) => in_service(work, ready, into, job, held),
                Loader::Request(request) => by_request(work, request, held, &ready.file),
            }
            .map_err(|not| match files.len() {
                1 => not,
                _ => NotLoaded {
                    reason: format!("{}: {}", ready.path, not.reason),
                    ..not
                },
            })?;
            Ok(format!(
                "{} {how} in {} ms",
                ready.path,
                began.elapsed().as_millis()
            ))
        });
        loads.collect::<Result<Vec<String>, NotLoaded>>()
    });
    match loaded {
        Ok(said) => PartResult::Fixture(Ok(Loaded {
            said: said.join("; "),
        })),
        Err(not) => told(work, job, not),
    }
}

/// The name of the file that what a program says goes to.
fn log(step: &Step, number: usize) -> String {
    match number {
        0 => log_name(step),
        number => format!("{}-{}.log", step.id, number + 1),
    }
}

fn failed(reason: impl Into<String>) -> NotLoaded {
    NotLoaded {
        ending: Ending::Failed,
        reason: reason.into(),
        hint: None,
    }
}

fn file(root: &Path, path: &str) -> Result<PathBuf, NotLoaded> {
    match resolve(root, path) {
        Ok(Place::At(file)) if file.is_file() => Ok(file),
        Ok(Place::At(_)) => Err(failed("it is no file")),
        Ok(Place::Missing) => Err(NotLoaded {
            hint: Some("make the file, or correct the spec".to_owned()),
            ..failed("it is missing")
        }),
        Err(error) => Err(failed(chain(&error))),
    }
}

fn by_program(
    log: &str,
    work: &FixtureWork,
    ready: &Ready,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
) -> Result<String, NotLoaded> {
    let Some(program) = &ready.program else {
        return Err(failed("nothing that loads it is installed"));
    };
    let mut invocation = Invocation::new(program, &job.cx.project.root, work.timeout).args([&ready.file]);
    invocation.env = held.iter().flat_map(|held| held.variables()).collect();
    invocation.log = Some(job.cx.out.join(log));
    let outcome = job.runner.run(&invocation).map_err(|error| NotLoaded {
        ending: Ending::Error,
        ..failed(chain(&error))
    })?;
    let said = || ask::last_lines(&[outcome.stderr.bytes(), outcome.stdout.bytes()].concat());
    let quoted = |what: String| match said() {
        said if said.is_empty() => what,
        said => format!("{what}: {said}"),
    };
    match outcome.end {
        End::Code(0) => Ok("was run".to_owned()),
        End::Code(code) => Err(failed(quoted(format!("it ended with exit code {code}")))),
        End::Signal(signal) => Err(failed(format!("it was killed by signal {signal}"))),
        End::TimedOut => Err(NotLoaded {
            ending: Ending::Error,
            hint: Some("raise quality_gates.integration_tests.fixture_timeout (seconds)".to_owned()),
            ..failed(quoted(format!(
                "it did not end within {} s",
                work.timeout.as_secs()
            )))
        }),
        End::Cancelled => Err(NotLoaded {
            ending: Ending::Cancelled,
            ..failed("stopped while it ran")
        }),
    }
}

/// The service that a file is loaded into, and the words of the program there that reads it.
fn target(path: &str, into: &InService, rendered: &Rendered) -> Result<(String, Vec<String>), NotLoaded> {
    let because = |reason: String| NotLoaded {
        hint: Some(format!(
            "say it in the settings: quality_gates.integration_tests.fixtures.\"{path}\": {{\"service\": \"NAME\"}}"
        )),
        ..failed(reason)
    };
    let image = |service: &str| rendered.services.get(service).and_then(|one| one.image.clone());
    let databases: Vec<&str> = rendered
        .active()
        .filter(|(name, _)| image(name).is_some_and(|image| fixture::database(&image).is_some()))
        .map(|(name, _)| name)
        .collect();
    let service = match (&into.service, databases.as_slice()) {
        (Some(service), _) if rendered.active().any(|(name, _)| name == service) => service.as_str(),
        (Some(service), _) => return Err(because(format!("there is no service {service}"))),
        (None, [one]) => one,
        (None, []) => return Err(because("no service has the image of a known database".to_owned())),
        (None, many) => return Err(because(format!("it could be for any of {}", many.join(", ")))),
    };
    let words = match &into.command {
        Some(words) => words.clone(),
        None => match image(service).and_then(|image| fixture::database(&image)) {
            Some(database) => ["sh", "-c", database.script].map(str::to_owned).to_vec(),
            None => return Err(because(format!("nothing is known that loads it into {service}"))),
        },
    };
    Ok((service.to_owned(), words))
}

fn in_service(
    work: &FixtureWork,
    ready: &Ready,
    into: &InService,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
) -> Result<String, NotLoaded> {
    let Some(held) = held else {
        return Err(failed("there are no services to load it into"));
    };
    let (service, words) = target(&ready.path, into, held.environment.rendered())?;
    let mut containers = held.environment.containers().iter();
    let Some(container) = containers.find(|one| one.service == service && !one.is_oneoff) else {
        return Err(failed(format!("{service} has no container")));
    };
    let project = project_of(job);
    let calls = Calls {
        flavour: held.flavour,
        project: &project,
    };
    let call = calls.exec(&container.id, &words, work.timeout);
    match ask::feed(job.runner, &job.cx.project.root, &call, &ready.file) {
        Ok(()) => Ok(format!("was read by {service}")),
        Err(error) => Err(NotLoaded {
            ending: match error {
                ask::CallError::Refused { .. } => Ending::Failed,
                ask::CallError::Cancelled { .. } => Ending::Cancelled,
                _ => Ending::Error,
            },
            ..failed(error.to_string())
        }),
    }
}

/// For calls that name a container and no project.
fn project_of(job: &Job<'_>) -> Project {
    Project {
        name: name(&job.cx.project.root, job.containers.run),
        files: Vec::new(),
        env_file: None,
        profiles: Vec::new(),
    }
}

fn by_request(
    work: &FixtureWork,
    wanted: &Request,
    held: Option<&Held<'_, '_>>,
    file: &Path,
) -> Result<String, NotLoaded> {
    let none = Addresses::default();
    let addresses = held.map_or(&none, |held| held.addresses());
    let url: http::Uri = wanted.url.parse().map_err(|_| failed("the address is none"))?;
    let url = addresses.resolve(&url).map_err(|error| NotLoaded {
        hint: Some(error.hint()),
        ..failed(error.to_string())
    })?;
    let body = store::read_regular(file, store::LARGE)
        .map_err(|error| failed(chain(&error)))?
        .unwrap_or_default();
    request::ask(&wanted.method, &url, body, work.timeout, 200..300)
        .map(|status| format!("was answered by {status}"))
        // It says its cause itself.
        .map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::compose::config;
    use crate::store::atomic::write;

    fn work(path: &str) -> FixtureWork {
        FixtureWork {
            path: path.to_owned(),
            python: Some(PathBuf::from("/bin/python")),
            shell: None,
            timeout: Duration::from_secs(1),
        }
    }

    /// What is known before anything is started of a fixture in a project with files: the paths, or the ending and why.
    fn known(path: &str, services: Services) -> Result<Vec<String>, (Ending, String)> {
        let outside = tempfile::tempdir().unwrap();
        let project = tempfile::tempdir().unwrap();
        let root = project.path().canonicalize().unwrap();
        for file in [
            "data/b.py",
            "data/a.py",
            "mixed/a.py",
            "mixed/b.csv",
            "s.sh",
            "t.sql",
            "my data/u.sql",
        ] {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            write(&file, b"x").unwrap();
        }
        write(&outside.path().join("o.py"), b"x").unwrap();
        std::os::unix::fs::symlink(outside.path().join("o.py"), root.join("link.py")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("o.py"), root.join("data/link.txt")).unwrap();
        let settings = BTreeMap::from([(
            "data/*.txt".to_owned(),
            FixtureSettings {
                service: Some("db".to_owned()),
                ..FixtureSettings::default()
            },
        )]);
        let wanted = Wanted {
            root: &root,
            settings: &settings,
            services,
        };
        match wanted.files(&work(path)) {
            Ok(files) => Ok(files.into_iter().map(|ready| ready.path).collect()),
            Err(not) => Err((not.ending, not.reason)),
        }
    }

    #[track_caller]
    fn check(path: &str, expect: Result<&[&str], &str>) {
        let expect = match expect {
            Ok(paths) => Ok(paths.iter().map(|path| (*path).to_owned()).collect()),
            Err(why) => Err((Ending::Failed, why.to_owned())),
        };
        assert_eq!(known(path, Services::There), expect, "{path}");
    }

    #[test]
    fn what_cannot_be_loaded_is_known_before() {
        check("data/a.py", Ok(&["data/a.py"]));
        check("data/*.py", Ok(&["data/a.py", "data/b.py"]));
        check("my data/u.sql", Ok(&["my data/u.sql"]));
        check("data/none.py", Err("it is missing"));
        check("data/none*.py", Err("no file matches it"));
        check("data", Err("it is no file"));
        let unknown = "nothing is known that loads such a file: fixtures are .py, .sh, .sql and .json";
        check("mixed/b.csv", Err(unknown));
        check("mixed/*", Err(&format!("mixed/b.csv: {unknown}")));
        for (path, said) in [
            ("link.py", "link.py"),
            ("data/*.txt", "data/link.txt: "),
            ("../x.py", ".."),
        ] {
            let (ending, why) = known(path, Services::There).unwrap_err();
            assert_eq!(ending, Ending::Failed, "{path}");
            assert!(why.contains(said), "{path}: {why}");
        }
        let no_shell = (
            Ending::Error,
            "bash is not installed, which loads s.sh".to_owned(),
        );
        assert_eq!(known("s.sh", Services::There), Err(no_shell));
        let nowhere = (Ending::Failed, "there are no services to load it into".to_owned());
        assert_eq!(known("t.sql", Services::None), Err(nowhere));
        assert!(known("t.sql", Services::There).is_ok());
    }

    #[test]
    fn statements_need_a_database_among_the_services() {
        #[track_caller]
        fn check(services: &str, ready: Ready, expect: Result<(), &str>) {
            let rendered = config::read(&format!("{{\"services\": {{{services}}}}}")).unwrap();
            let found = fit(&[ready], &rendered).map_err(|why| why.to_string());
            assert_eq!(found, expect.map_err(|why| format!("t.sql: {why}")));
        }

        let ready = |service: Option<&str>| Ready {
            path: "t.sql".to_owned(),
            file: PathBuf::from("/t.sql"),
            loader: Loader::InService(InService {
                service: service.map(str::to_owned),
                command: None,
            }),
            program: None,
        };
        let (db, cache, shop) = (
            "\"db\": {\"image\": \"postgres:14\"}",
            "\"cache\": {\"image\": \"redis:7\"}",
            "\"shop\": {\"image\": \"mariadb\"}",
        );
        check(&format!("{db}, {cache}"), ready(None), Ok(()));
        check(
            cache,
            ready(None),
            Err("no service has the image of a known database"),
        );
        check(
            &format!("{db}, {shop}"),
            ready(None),
            Err("it could be for any of db, shop"),
        );
        check(&format!("{db}, {shop}"), ready(Some("shop")), Ok(()));
        check(db, ready(Some("store")), Err("there is no service store"));
        check(
            cache,
            ready(Some("cache")),
            Err("nothing is known that loads it into cache"),
        );
    }
}
