//! A Compose, and the engine that it speaks with.

use super::{Check, Found, Scene, Standing};
use crate::compose::flavour::{Flavour, FlavourError, Way};

/// There is a Compose.
pub(super) struct ComposeAnswers;

impl Check for ComposeAnswers {
    fn id(&self) -> &'static str {
        "compose"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        vec![match scene.flavour {
            Ok(flavour) => {
                let Flavour { kind, version, .. } = flavour;
                let said = format!("{} {version}", Way::of(*kind).words());
                Found::new(self.id(), Standing::Fine, said)
            }
            Err(FlavourError::Engine { .. }) => Found::new(self.id(), Standing::Fine, "there is one"),
            Err(error) => unknown(self.id(), error),
        }]
    }
}

/// The engine answers.
pub(super) struct EngineAnswers;

impl Check for EngineAnswers {
    fn id(&self) -> &'static str {
        "engine"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        match scene.flavour {
            Ok(flavour) => {
                let said = format!("engine {}", flavour.engine_version);
                vec![Found::new(self.id(), Standing::Fine, said)]
            }
            Err(error @ FlavourError::Engine { .. }) => vec![unknown(self.id(), error)],
            // Which engine is to be asked, Compose decides.
            Err(_) => Vec::new(),
        }
    }
}

fn unknown(id: &'static str, error: &FlavourError) -> Found {
    let found = Found::new(id, Standing::Unknown, error.to_string());
    match error.hint() {
        Some(hint) => found.remedy(hint),
        None => found,
    }
}
