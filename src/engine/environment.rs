//! What integration tests need, and the documents that they must have: looked at, and nothing changed.

use super::Job;
use super::services::{self, Containers};
use super::work::chain;
use crate::bench::baseline::file;
use crate::gates::{DocumentsWork, EnvironmentWork, PartResult};
use crate::integration::documents::{self, Sight};
use crate::integration::environment::{self, Engine};
use crate::project::files;
use crate::project::paths::{Place, resolve};
use crate::store::{self, Store, layout};

/// Looks at the environment.
pub(super) fn look(work: &EnvironmentWork, job: &Job<'_>) -> PartResult {
    let root = job.cx.project.root.as_path();
    let Containers { engine, .. } = job.containers;
    let flavour = services::flavour(job);
    let project = services::project(&work.needs, job).ok();
    let found = environment::look(
        root,
        &work.needs,
        job.runner,
        flavour.as_ref(),
        project.as_ref(),
        Engine::of(engine),
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
    let root = job.cx.project.root.as_path();
    let mut sight = Sight::default();
    for (place, path) in documents::ARCHITECTURE.iter().enumerate() {
        let Some(text) = text(job, path)? else { continue };
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        for link in documents::pictures(&text) {
            // A picture of another machine may be gone tomorrow.
            let link = link.split(['?', '#']).next().unwrap_or_default();
            let inside = link
                .strip_prefix('/')
                .map_or_else(|| normal(above, link), |path| Some(path.to_owned()));
            if let Some(inside) = inside
                && files::exists(root, &inside).is_ok_and(|is_there| is_there)
            {
                sight.linked.push(inside);
            }
        }
        sight.architecture.push((place, text));
    }
    for contract in &work.contracts {
        if files::exists(root, contract).map_err(|error| chain(&error))? {
            sight.contracts.push(contract.clone());
        }
    }
    let spec = work
        .spec_file
        .clone()
        .unwrap_or_else(|| layout::spec(&work.work_item));
    sight.spec = text(job, &spec)?.unwrap_or_default();
    sight.has_baseline = has_baseline(&work.work_item, job)?;
    Ok(sight)
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

fn has_baseline(work_item: &str, job: &Job<'_>) -> Result<bool, String> {
    let store = Store::open(&job.cx.project.root).map_err(|error| chain(&error))?;
    let Some(document) = store.read(layout::BASELINES).map_err(|error| chain(&error))? else {
        return Ok(false);
    };
    let all = file::read(&document, work_item).map_err(|error| chain(&error))?;
    // An entry of the Python implementation has none of ours, and is a baseline all the same.
    Ok(all.is_some_and(|all| !all.is_empty())
        || document
            .value
            .get(work_item)
            .and_then(|entry| entry.get("latency"))
            .is_some())
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
