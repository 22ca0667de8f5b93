//! How long phases really are: not every engine makes a stretch of any length.

use std::time::Duration;

use super::engine::Engine;
use super::rounds::Ramps;

/// How long the phases are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    /// The phases before and after.
    pub(super) ramps: Ramps,
    /// A round.
    pub(super) round: Duration,
}

impl Times {
    /// What an engine makes of the times that are asked for.
    pub(super) fn of(engine: &dyn Engine, ramps: Ramps, round: Duration) -> Self {
        let ramp = |asked: Duration| {
            if asked.is_zero() {
                asked
            } else {
                engine.length(asked)
            }
        };
        Self {
            ramps: Ramps {
                up: ramp(ramps.up),
                down: ramp(ramps.down),
            },
            round: engine.length(round),
        }
    }

    /// What is not as long as asked for: `a round is 1s long, not 200ms`.
    pub(super) fn differing(self, asked: Self) -> Option<String> {
        let all = [
            ("a round", self.round, asked.round),
            ("the ramp-up", self.ramps.up, asked.ramps.up),
            ("the ramp-down", self.ramps.down, asked.ramps.down),
        ];
        let told: Vec<String> = all
            .into_iter()
            .filter(|(_, made, asked)| made != asked)
            .map(|(what, made, asked)| format!("{what} is {made:?} long, not {asked:?}"))
            .collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::engine::{EngineError, Identity, Job};
    use crate::bench::load::{Load, Target};
    use crate::bench::sample::Sample;
    use crate::process::Cancel;

    /// An engine that counts whole seconds.
    struct Coarse(Identity);

    impl Engine for Coarse {
        fn identity(&self) -> &Identity {
            &self.0
        }

        fn supports(&self, _: &Target, _: &Load) -> Result<(), EngineError> {
            Ok(())
        }

        fn length(&self, asked: Duration) -> Duration {
            Duration::from_secs(asked.as_secs().max(1))
        }

        fn measure(&self, _: &Job<'_>, _: &Cancel) -> Result<Sample, EngineError> {
            Err(EngineError::Cancelled)
        }
    }

    #[track_caller]
    fn check(round: u64, up: u64, expect: Option<&str>) {
        let coarse = Coarse(Identity {
            name: "coarse",
            version: String::new(),
        });
        let millis = Duration::from_millis;
        let ramps = Ramps {
            up: millis(up),
            down: Duration::ZERO,
        };
        let asked = Times {
            ramps,
            round: millis(round),
        };
        let made = Times::of(&coarse, ramps, asked.round);
        assert_eq!(made.differing(asked).as_deref(), expect);
    }

    #[test]
    fn what_is_not_as_long_as_asked_for_is_told() {
        check(3000, 0, None);
        check(200, 0, Some("a round is 1s long, not 200ms"));
        check(
            2500,
            100,
            Some("a round is 2s long, not 2.5s, the ramp-up is 1s long, not 100ms"),
        );
    }
}
