//! The services that the spec asks for are in the compose file, and tests can tell them apart.

use super::{Check, Found, Scene, Standing};
use crate::compose::addresses;
use crate::compose::config::Rendered;
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
                scene.needs.compose()
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
                let file = scene.needs.compose();
                let other = rendered.before_version(wanted);
                let why = match other.and_then(|(name, service)| Some((name, service.image.as_deref()?))) {
                    Some((name, image)) => format!(
                        "{} is asked for, and {file} has {name} as {}",
                        one_line(wanted),
                        one_line(image)
                    ),
                    None => format!("{file} has no service {}", one_line(wanted)),
                };
                Found::new(self.id(), Standing::Failed, why).remedy(format!(
                    "add it, correct the spec, or ask for its profile (COMPOSE_PROFILES in `.env` beside the file) where it \
                     has one; without profiles there are: {}",
                    there.join(", ")
                ))
            })
            .collect();
        found.extend(
            addresses::clashes(rendered).iter().map(|clash| {
                Found::new(self.id(), Standing::Failed, clash.to_string()).remedy(clash.remedy())
            }),
        );
        if found.is_empty() {
            found.push(Found::new(self.id(), Standing::Fine, there.join(", ")));
        }
        found.extend(
            scene
                .needs
                .services
                .iter()
                .filter_map(|wanted| self.unseen(rendered, wanted)),
        );
        found
    }
}

impl Services {
    /// A service that is there, and of which nothing tells the version that is asked for.
    fn unseen(&self, rendered: &Rendered, wanted: &str) -> Option<Found> {
        let (name, service) = rendered.versioned(wanted)?;
        if rendered.named(wanted) != [name] {
            return None;
        }
        let version = wanted.rsplit(':').next().unwrap_or_default();
        let image = match &service.image {
            Some(image) if !service.is_built => format!("its image {}", one_line(image)),
            _ => "its image, which is built here".to_owned(),
        };
        let said = format!(
            "{name}: nobody can tell from {image} whether it is version {}",
            one_line(version)
        );
        Some(
            Found::new(self.id(), Standing::Warning, said)
                .remedy("name it in the spec without a version, or by its image"),
        )
    }
}
