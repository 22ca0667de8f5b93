//! The engine and a Compose that speaks with it.

use super::{Check, Found, Scene, Standing};

/// The engine answers, and there is a Compose.
pub(super) struct EngineAnswers;

impl Check for EngineAnswers {
    fn id(&self) -> &'static str {
        "engine"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let found = match scene.flavour {
            Ok(flavour) => Found::new(self.id(), Standing::Fine, flavour.shown()),
            Err(error) => {
                let found = Found::new(self.id(), Standing::Unknown, error.to_string());
                match error.hint() {
                    Some(hint) => found.remedy(hint),
                    None => found,
                }
            }
        };
        vec![found]
    }
}
