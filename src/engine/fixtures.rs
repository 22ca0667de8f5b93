//! Loading test data into what is up.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Job;
use super::services::Held;
use super::work::{chain, log_name};
use crate::compose::project::{Calls, Project, name};
use crate::compose::{ask, up::Ending};
use crate::gates::{FixtureWork, Loaded, NotLoaded, PartResult, Step};
use crate::integration::address::Addresses;
use crate::integration::fixture::{self, InService, Loader, Request};
use crate::integration::request;
use crate::process::{End, Invocation};
use crate::project::paths::{Place, resolve};
use crate::store;

/// Loads test data.
pub(super) fn load(
    step: &Step,
    work: &FixtureWork,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
) -> PartResult {
    let answer = file(work, job).and_then(|file| {
        let began = Instant::now();
        let how = match &work.loader {
            Loader::Python | Loader::Shell => by_program(step, work, job, held, &file),
            Loader::InService(into) => in_service(work, into, job, held, &file),
            Loader::Request(request) => by_request(work, request, held, &file),
        }?;
        Ok(Loaded {
            said: format!("{} {how} in {} ms", work.path, began.elapsed().as_millis()),
        })
    });
    PartResult::Fixture(answer.map_err(|not| NotLoaded {
        reason: format!("{}: {}", work.path, job.redactor.text(&not.reason)),
        ..not
    }))
}

fn failed(reason: impl Into<String>) -> NotLoaded {
    NotLoaded {
        ending: Ending::Failed,
        reason: reason.into(),
        hint: None,
    }
}

fn file(work: &FixtureWork, job: &Job<'_>) -> Result<PathBuf, NotLoaded> {
    match resolve(&job.cx.project.root, &work.path) {
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
    step: &Step,
    work: &FixtureWork,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
    file: &Path,
) -> Result<String, NotLoaded> {
    let Some(program) = &work.program else {
        return Err(failed("nothing that loads it is installed"));
    };
    let mut invocation = Invocation::new(program, &job.cx.project.root, work.timeout).args([file]);
    invocation.env = held.iter().flat_map(|held| held.variables()).collect();
    invocation.log = Some(job.cx.out.join(log_name(step)));
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

fn in_service(
    work: &FixtureWork,
    into: &InService,
    job: &Job<'_>,
    held: Option<&Held<'_, '_>>,
    file: &Path,
) -> Result<String, NotLoaded> {
    let Some(held) = held else {
        return Err(NotLoaded {
            hint: Some("name the compose file and the services in the spec".to_owned()),
            ..failed("there are no services to load it into")
        });
    };
    let hint = format!(
        "say it in the settings: quality_gates.integration_tests.fixtures.\"{}\": {{\"service\": \"NAME\"}}",
        work.path
    );
    let because = |reason: String| NotLoaded {
        hint: Some(hint.clone()),
        ..failed(reason)
    };
    let rendered = held.environment.rendered();
    let image = |service: &str| rendered.services.get(service).and_then(|one| one.image.clone());
    let databases: Vec<&str> = rendered
        .active()
        .filter(|(name, _)| image(name).is_some_and(|image| fixture::database(&image).is_some()))
        .map(|(name, _)| name)
        .collect();
    let service = match (&into.service, databases.as_slice()) {
        (Some(service), _) => service.as_str(),
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
    let containers = held.environment.containers().map_err(|error| NotLoaded {
        ending: Ending::Error,
        ..failed(error.to_string())
    })?;
    let Some(container) = containers
        .iter()
        .find(|one| one.service == service && !one.is_oneoff)
    else {
        return Err(because(format!("there is no service {service}")));
    };
    let project = project_of(job);
    let calls = Calls {
        flavour: held.flavour,
        project: &project,
    };
    let call = calls.exec(&container.id, &words, work.timeout);
    match ask::feed(job.runner, &job.cx.project.root, &call, file) {
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
        .map_err(|error| failed(chain(&error)))
}
