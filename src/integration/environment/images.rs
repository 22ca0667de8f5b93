//! The images of services are there, or may be pulled.

use super::{Check, Found, Scene, Standing, unanswered};
use crate::compose::ask;

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
        let mut images: Vec<&str> = rendered
            .active()
            .filter(|(_, service)| !service.is_built)
            .filter_map(|(_, service)| service.image.as_deref())
            .collect();
        images.sort_unstable();
        images.dedup();
        let mut missing = Vec::new();
        for image in &images {
            let call = calls.image(image);
            match ask::ask(scene.runner, scene.root, &call) {
                Ok(answer) if answer.code == 0 => {}
                Ok(_) => missing.push(*image),
                Err(error) => return vec![unanswered(self.id(), &error)],
            }
        }
        if missing.is_empty() {
            let said = match images.len() {
                0 => return Vec::new(),
                1 => "the image is here".to_owned(),
                count => format!("all {count} images are here"),
            };
            return vec![Found::new(self.id(), Standing::Fine, said)];
        }
        let list = missing.join(", ");
        if scene.needs.allow_pull {
            let said = format!("not here, and will be pulled: {list}");
            return vec![Found::new(self.id(), Standing::Fine, said)];
        }
        let said = format!("not here, and the settings allow no pulling: {list}");
        let remedy = format!(
            "pull them ({} pull {}), or set quality_gates.integration_tests.allow_pull",
            calls
                .flavour
                .engine
                .file_name()
                .unwrap_or_default()
                .to_string_lossy(),
            missing.first().unwrap_or(&"IMAGE")
        );
        vec![Found::new(self.id(), Standing::Failed, said).remedy(remedy)]
    }
}
