//! The images of services are there, or may be pulled.

use super::{Check, Found, Scene, Standing, unanswered};
use crate::compose::images::{self, Fetching};

/// Images are there.
pub(super) struct Images;

impl Check for Images {
    fn id(&self) -> &'static str {
        "images"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let (Some(rendered), Some(calls)) = (scene.rendered(), scene.calls()) else {
            return Vec::new();
        };
        let images = match images::look(scene.runner, scene.root, &calls, rendered) {
            Ok(images) => images,
            Err(error) => return vec![unanswered(self.id(), &error)],
        };
        if scene.needs.fetching == Fetching::Forbidden {
            let missing = images.missing();
            if !missing.is_empty() {
                let said = format!(
                    "not here, and the settings allow no pulling: {}",
                    missing.join(", ")
                );
                let remedy = images::remedy(&calls, &images);
                return vec![Found::new(self.id(), Standing::Failed, said).remedy(remedy)];
            }
        }
        let said = match (images.absent.as_slice(), images.count) {
            ([], 0) => "all are built".to_owned(),
            ([], 1) => "the image is here".to_owned(),
            ([], count) => format!("all {count} images are here"),
            (absent, _) => format!("not here, and will be pulled: {}", absent.join(", ")),
        };
        vec![Found::new(self.id(), Standing::Fine, said)]
    }
}
