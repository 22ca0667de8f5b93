//! What integration tests need, and the documents that they must have: looked at, and nothing changed.

use super::Job;
use super::services::{self, Containers};
use super::work::chain;
use crate::bench::baseline::{file, key};
use crate::compose::flavour::{Flavour, FlavourError};
use crate::gates::{DocumentsWork, EnvironmentWork, PartResult};
use crate::integration::diagram::{self, What};
use crate::integration::documents::{self, Page, Sight};
use crate::integration::environment::{self, Engine};
use crate::integration::picture::{self, Picture};
use crate::project::paths::{Place, resolve};
use crate::store::{self, Store, layout};

/// Looks at the environment.
pub(super) fn look(
    work: &EnvironmentWork,
    job: &Job<'_>,
    flavour: Result<&Flavour, &FlavourError>,
) -> PartResult {
    let root = job.cx.project.root.as_path();
    let Containers { engine, .. } = job.containers;
    let project = services::project(&work.needs, job).ok();
    let found = environment::look(
        root,
        &work.needs,
        job.runner,
        flavour,
        project.as_ref(),
        Engine::of(engine),
        &work.runners,
    );
    if job.cancel.is_requested() {
        return PartResult::NotStarted("stopped while it ran".to_owned());
    }
    PartResult::Environment(found)
}

/// Looks for documents.
pub(super) fn documents(work: &DocumentsWork, job: &Job<'_>) -> PartResult {
    PartResult::Documents(sight(work, job))
}

fn sight(work: &DocumentsWork, job: &Job<'_>) -> Result<Sight, String> {
    let mut sight = Sight::default();
    for path in documents::ARCHITECTURE {
        sight.architecture.extend(page(job, path)?);
    }
    for contract in &work.contracts {
        if is_written(job, contract)? {
            sight.contracts.push(contract.clone());
        }
    }
    let spec = work
        .spec_file
        .clone()
        .unwrap_or_else(|| layout::spec(&work.work_item));
    sight.spec = page(job, &spec)?.unwrap_or_else(|| Page {
        path: spec,
        ..Page::default()
    });
    sight.has_baseline = has_baseline(work, job)?;
    Ok(sight)
}

/// A text of the project, with the pictures that it links; `None` where there is none.
fn page(job: &Job<'_>, path: &str) -> Result<Option<Page>, String> {
    let Some(text) = text(job, path)? else {
        return Ok(None);
    };
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let pictures = diagram::find(&text)
        .diagrams
        .into_iter()
        .filter_map(|one| match one.what {
            What::Picture(link) => Some((look_at_picture(job, above, &link), link)),
            _ => None,
        });
    Ok(Some(Page {
        path: path.to_owned(),
        pictures: pictures.map(|(picture, link)| (link, picture)).collect(),
        text,
    }))
}

/// What a link shows of a text in a directory.
fn look_at_picture(job: &Job<'_>, above: &str, link: &str) -> Picture {
    let bare = link.split(['?', '#']).next().unwrap_or_default();
    let inside = bare
        .strip_prefix('/')
        .map_or_else(|| normal(above, bare), |path| Some(path.to_owned()));
    let Some(inside) = inside else {
        // A picture of another machine may be gone tomorrow.
        return Picture::Not("is not in the project".to_owned());
    };
    let found = match resolve(&job.cx.project.root, &inside) {
        Ok(Place::At(file)) => store::read_regular(&file, store::LARGE).map_err(|error| chain(&error)),
        Ok(Place::Missing) => Ok(None),
        Err(error) => Err(chain(&error)),
    };
    match found {
        Ok(Some(bytes)) => picture::look(&inside, &bytes),
        Ok(None) => Picture::Not("is not there".to_owned()),
        Err(why) => Picture::Not(format!("cannot be read: {why}")),
    }
}

/// A link of a text in a directory, relative to the project; `None` for one that leads out of it.
fn normal(above: &str, link: &str) -> Option<String> {
    if link.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = above.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The text of a file of the project; `None` where there is none.
fn text(job: &Job<'_>, path: &str) -> Result<Option<String>, String> {
    let root = job.cx.project.root.as_path();
    let Place::At(place) = resolve(root, path).map_err(|error| chain(&error))? else {
        return Ok(None);
    };
    let bytes = store::read_regular(&place, store::LARGE).map_err(|error| chain(&error))?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether there is a file with something in it.
fn is_written(job: &Job<'_>, path: &str) -> Result<bool, String> {
    let root = job.cx.project.root.as_path();
    let Place::At(place) = resolve(root, path).map_err(|error| chain(&error))? else {
        return Ok(false);
    };
    let metadata = place.metadata().map_err(|error| format!("{path}: {error}"))?;
    Ok(metadata.is_file() && metadata.len() > 0)
}

/// Whether there is a baseline of what the spec says is measured: one of another address is compared with nothing.
fn has_baseline(work: &DocumentsWork, job: &Job<'_>) -> Result<bool, String> {
    let work_item = work.work_item.as_str();
    let store = Store::open(&job.cx.project.root).map_err(|error| chain(&error))?;
    let Some(document) = store.read(layout::BASELINES).map_err(|error| chain(&error))? else {
        return Ok(false);
    };
    let all = file::read(&document, work_item).map_err(|error| chain(&error))?;
    let Some(all) = all else {
        // An entry of the Python implementation has none of ours, and is a baseline all the same.
        let entry = document.value.get(work_item);
        let latency = entry.and_then(|entry| entry.get("latency")?.as_object());
        return Ok(latency.is_some_and(|latency| !latency.is_empty()));
    };
    let Some((endpoint, method)) = work.target.as_ref().map(key::asked) else {
        return Ok(false);
    };
    let endpoint = job.redactor.text(&endpoint);
    Ok(all
        .iter()
        .any(|one| one.key.endpoint == endpoint && one.key.method == method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_inside_of_the_project_only() {
        for (above, link, expect) in [
            ("docs/architecture", "a.svg", Some("docs/architecture/a.svg")),
            ("docs/architecture", "../img/./a.svg", Some("docs/img/a.svg")),
            ("docs", "../../a.svg", None),
            ("docs", "https://example.org/a.svg", None),
        ] {
            assert_eq!(normal(above, link).as_deref(), expect, "{link}");
        }
    }
}
