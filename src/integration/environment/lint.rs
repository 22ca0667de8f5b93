//! What is odd about the compose file.

use super::{Check, Found, Scene, Standing};
use crate::compose::lint;
use crate::model::config::ComposeLint;

/// The compose file keeps runs apart.
pub(super) struct Lint;

impl Check for Lint {
    fn id(&self) -> &'static str {
        "compose-lint"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let standing = match scene.needs.lint {
            ComposeLint::Off => return Vec::new(),
            ComposeLint::Warn => Standing::Warning,
            ComposeLint::Strict => Standing::Failed,
        };
        let Some(rendered) = scene.rendered() else {
            return Vec::new();
        };
        let odd = lint::lint(rendered, scene.root);
        if odd.is_empty() {
            return vec![Found::new(self.id(), Standing::Fine, "nothing is odd")];
        }
        odd.into_iter()
            .map(|odd| Found::new(odd.rule.id(), standing, odd.message).remedy(odd.rule.remedy()))
            .collect()
    }
}
