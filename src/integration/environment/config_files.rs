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
            .filter_map(|path| {
                let why = wrong(scene, path)?;
                let why = format!("{} {why}", one_line(path));
                Some(
                    Found::new(self.id(), Standing::Failed, why).remedy("make the file, or correct the spec"),
                )
            })
            .collect();
        if found.is_empty() && !named.is_empty() {
            found.push(Found::new(self.id(), Standing::Fine, named.join(", ")));
        }
        found
    }
}

fn wrong(scene: &Scene<'_>, path: &str) -> Option<String> {
    // A pattern must have a file.
    if path.contains(['*', '?', '[']) {
        return match files::count(scene.root, path) {
            Ok(0) => Some("matches no file".to_owned()),
            Ok(_) => None,
            Err(error) => Some(format!("cannot be looked for: {error}")),
        };
    }
    match resolve(scene.root, path) {
        Err(error) => Some(format!("cannot be looked at: {error}")),
        Ok(Place::At(place)) => match std::fs::metadata(&place) {
            Err(error) => Some(format!("cannot be looked at: {error}")),
            Ok(meta) if meta.is_file() && meta.len() == 0 => Some("is empty".to_owned()),
            Ok(_) => None,
        },
        Ok(_) => Some("is missing".to_owned()),
    }
}
