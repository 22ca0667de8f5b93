//! The engine has networks left to give.

use super::{Check, Found, Scene, Standing, unanswered};
use crate::compose::ask;
use crate::model::text::counted;

/// With so many networks the engine has few addresses left for another: by default there are 31.
const MANY: usize = 28;

/// The engine has networks to give.
pub(super) struct Networks;

impl Check for Networks {
    fn id(&self) -> &'static str {
        "networks"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Some(calls) = scene.calls() else {
            return Vec::new();
        };
        let count = match ask::ask_well(scene.runner, scene.root, &calls.all_networks()) {
            Ok(answer) => answer
                .stdout
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count(),
            Err(error) => return vec![unanswered(self.id(), &error)],
        };
        if count < MANY {
            let said = counted(count, "network");
            return vec![Found::new(self.id(), Standing::Fine, said)];
        }
        let said = format!("the engine has {count} networks, and by default no more than 31");
        vec![
            Found::new(self.id(), Standing::Warning, said)
                .remedy("remove those that nobody uses: docker network prune"),
        ]
    }
}
