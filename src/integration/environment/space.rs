//! There is space on the disk.

use super::{Check, Found, Scene, Standing};
use crate::store::space;

/// Less free space than this is told of: one gibibyte.
const LITTLE: u64 = 1 << 30;

/// There is space on the disk of the project.
pub(super) struct Space;

impl Check for Space {
    fn id(&self) -> &'static str {
        "space"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        match space::free(scene.root) {
            Some(free) if free < LITTLE => {
                let said = format!("{} MiB are free on the disk of the project", free >> 20);
                vec![
                    Found::new(self.id(), Standing::Warning, said)
                        .remedy("make room: images, logs and databases need it"),
                ]
            }
            Some(free) => {
                let said = format!("{} GiB of the disk are free", free >> 30);
                vec![Found::new(self.id(), Standing::Fine, said)]
            }
            None => Vec::new(),
        }
    }
}
