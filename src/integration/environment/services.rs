//! The services that the spec asks for are in the compose file.

use super::{Check, Found, Scene, Standing};
use crate::model::text::one_line;

/// The services of the spec are there.
pub(super) struct Services;

impl Check for Services {
    fn id(&self) -> &'static str {
        "services"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Some(rendered) = scene.rendered() else {
            return Vec::new();
        };
        if rendered.active().next().is_none() {
            let why = format!(
                "{} has no service that runs without being asked for",
                scene.needs.compose_file
            );
            return vec![Found::new(self.id(), Standing::Failed, why)];
        }
        let there: Vec<&str> = rendered.active().map(|(name, _)| name).collect();
        let missing = scene
            .needs
            .services
            .iter()
            .filter(|wanted| rendered.named(wanted).is_empty());
        let mut found: Vec<Found> = missing
            .map(|wanted| {
                let why = format!("{} has no service {}", scene.needs.compose_file, one_line(wanted));
                Found::new(self.id(), Standing::Failed, why).remedy(format!(
                    "add it, or correct the spec; there are: {}",
                    there.join(", ")
                ))
            })
            .collect();
        if found.is_empty() {
            found.push(Found::new(self.id(), Standing::Fine, there.join(", ")));
        }
        found
    }
}
