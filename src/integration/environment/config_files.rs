//! The configuration files that the spec names are there, and there is something in them.

use super::{Check, Found, Scene, Standing};
use crate::model::text::one_line;
use crate::project::files;
use crate::project::paths::{Place, resolve};

/// Configuration files are there.
pub(super) struct ConfigFiles;

impl Check for ConfigFiles {
    fn id(&self) -> &'static str {
        "config-files"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let named = &scene.needs.config_files;
        let mut found: Vec<Found> = named
            .iter()
            .flat_map(|path| wrong(scene, path))
            .map(|why| {
                Found::new(self.id(), Standing::Failed, why).remedy("make the file, or correct the spec")
            })
            .collect();
        if found.is_empty() && !named.is_empty() {
            found.push(Found::new(self.id(), Standing::Fine, named.join(", ")));
        }
        found
    }
}

/// What is wrong with a file, or with each that a pattern stands for.
fn wrong(scene: &Scene<'_>, path: &str) -> Vec<String> {
    if !path.contains(['*', '?', '[']) {
        return wrong_with(scene, path).into_iter().collect();
    }
    match files::list(scene.root, path) {
        Ok(found) if found.is_empty() => vec![format!("{} matches no file", one_line(path))],
        Ok(found) => found
            .iter()
            .filter_map(|file| wrong_with(scene, &file.to_string_lossy()))
            .collect(),
        Err(error) => vec![format!("{} cannot be looked for: {error}", one_line(path))],
    }
}

fn wrong_with(scene: &Scene<'_>, path: &str) -> Option<String> {
    let why = match resolve(scene.root, path) {
        Err(error) => format!("cannot be looked at: {error}"),
        Ok(Place::At(place)) => match std::fs::metadata(&place) {
            Err(error) => format!("cannot be looked at: {error}"),
            Ok(meta) if meta.is_file() && meta.len() == 0 => "is empty".to_owned(),
            Ok(_) => return None,
        },
        Ok(_) => "is missing".to_owned(),
    };
    Some(format!("{} {why}", one_line(path)))
}
