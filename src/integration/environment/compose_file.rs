//! The compose file is there, and Compose takes it.

use super::{Check, Found, Scene, Standing};
use crate::compose::up::{Ending, Why};
use crate::project::files;

/// The compose file is there and valid.
pub(super) struct ComposeFile;

impl Check for ComposeFile {
    fn id(&self) -> &'static str {
        "compose-file"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let file = &scene.needs.compose_file;
        let named = "name it in the spec, below Environment Requirements: `- Compose file: PATH`";
        let found = match (files::exists(scene.root, file), &scene.rendered) {
            (Err(error), _) => Found::new(self.id(), Standing::Failed, error.to_string()).remedy(named),
            (Ok(false), _) => {
                Found::new(self.id(), Standing::Failed, format!("{file} is missing")).remedy(named)
            }
            (Ok(true), Some(Err(why))) => Found::new(self.id(), standing(why), format!("{file}: {why}")),
            (Ok(true), Some(Ok(rendered))) => {
                let count = rendered.active().count();
                let services = if count == 1 { "service" } else { "services" };
                Found::new(self.id(), Standing::Fine, format!("{file}, {count} {services}"))
            }
            // The engine's check says why nobody can tell more.
            (Ok(true), None) => Found::new(self.id(), Standing::Fine, format!("{file} is there")),
        };
        vec![found]
    }
}

fn standing(why: &Why) -> Standing {
    match why.ending() {
        Ending::Failed => Standing::Failed,
        Ending::Error | Ending::Cancelled => Standing::Unknown,
    }
}
