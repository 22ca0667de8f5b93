//! The images that services are made of.

use std::path::Path;

use super::ask::{self, CallError};
use super::config::Rendered;
use super::project::Calls;
use crate::process::Runner;

/// What may be done about images that are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetching {
    /// Compose pulls and builds them.
    Allowed,
    /// Nothing: what needs them is not brought up.
    Forbidden,
}

/// What there is of the images of those services that would run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// How many there are, without those that are built.
    pub count: usize,
    /// Those that would have to be pulled.
    pub absent: Vec<String>,
    /// The services whose image would have to be built: theirs is named after the project, which is new in each run, or is
    /// not here.
    pub unbuilt: Vec<String>,
}

impl Images {
    /// What is not here, each in words.
    pub fn missing(&self) -> Vec<String> {
        let built = self
            .unbuilt
            .iter()
            .map(|service| format!("the image of {service}, which is built"));
        self.absent.iter().cloned().chain(built).collect()
    }
}

/// Asks the engine for the images of services.
pub fn look(
    runner: &dyn Runner,
    cwd: &Path,
    calls: &Calls<'_>,
    rendered: &Rendered,
) -> Result<Images, CallError> {
    let is_here = |image: &str| ask::ask(runner, cwd, &calls.image(image)).map(|answer| answer.code == 0);
    let mut names: Vec<&str> = rendered
        .active()
        .filter(|(_, service)| !service.is_built)
        .filter_map(|(_, service)| service.image.as_deref())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut images = Images {
        count: names.len(),
        ..Images::default()
    };
    for name in names {
        if !is_here(name)? {
            images.absent.push(name.to_owned());
        }
    }
    // An engine that does not answer has no image either, and says it by the same exit code.
    if !images.absent.is_empty() {
        ask::ask_well(runner, cwd, &calls.containers())?;
    }
    for (name, service) in rendered.active().filter(|(_, service)| service.is_built) {
        let built = match &service.image {
            Some(image) => is_here(image)?,
            None => false,
        };
        if !built {
            images.unbuilt.push(name.to_owned());
        }
    }
    Ok(images)
}

/// What to do about images that `up` did not get.
pub fn by_hand(calls: &Calls<'_>, absent: &[String]) -> String {
    let engine = calls.flavour.engine.file_name().unwrap_or_default();
    let engine = engine.to_string_lossy();
    let names = absent.join(" ");
    format!(
        "see what this says: {engine} pull {}; correct the name in the compose file, log in ({engine} login), or build or \
         import it before: {names}",
        absent.first().map_or("IMAGE", String::as_str)
    )
}

/// What to do about images that are missing and may not be fetched.
pub fn remedy(calls: &Calls<'_>, images: &Images) -> String {
    let engine = calls.flavour.engine.file_name().unwrap_or_default();
    let pull = match images.absent.first() {
        Some(image) => format!("pull them ({} pull {image}), or set", engine.to_string_lossy()),
        None => "name images that are built already with `image`, or set".to_owned(),
    };
    format!("{pull} quality_gates.integration_tests.allow_pull")
}
