//! The engine `auto`: the first of those preferred that is there and can make the load.

use super::{Engine, EngineError};
use crate::bench::load::{Load, Target};

/// An engine, and why those before it were not taken.
pub struct Chosen<'e> {
    /// The engine.
    pub engine: &'e dyn Engine,
    /// One reason for each that was preferred.
    pub passed_over: Vec<EngineError>,
}

/// No engine can make the load.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no engine can make this load{}", listed(why))]
pub struct NoEngine {
    /// One reason for each.
    pub why: Vec<EngineError>,
}

/// Takes the first engine that can make the load. An engine that could not even be had stands there as the reason.
///
/// # Errors
///
/// [`NoEngine`] with the reason of each, when none can.
pub fn choose<'e>(
    preferred: impl IntoIterator<Item = Result<&'e dyn Engine, EngineError>>,
    target: &Target,
    load: &Load,
) -> Result<Chosen<'e>, NoEngine> {
    let mut passed_over = Vec::new();
    for candidate in preferred {
        match candidate.and_then(|engine| engine.supports(target, load).map(|()| engine)) {
            Ok(engine) => return Ok(Chosen { engine, passed_over }),
            Err(why) => passed_over.push(why),
        }
    }
    Err(NoEngine { why: passed_over })
}

fn listed(why: &[EngineError]) -> String {
    let words: Vec<String> = why.iter().map(ToString::to_string).collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(": {}", words.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::engine::{Identity, Job};
    use crate::bench::load::{Connection, Pace, Trust};
    use crate::bench::sample::Sample;
    use crate::process::Cancel;

    /// An engine that can do what it is told to.
    struct Able(Identity, bool);

    impl Able {
        fn new(name: &'static str, keeps_rates: bool) -> Self {
            let version = String::new();
            Self(Identity { name, version }, keeps_rates)
        }
    }

    impl Engine for Able {
        fn identity(&self) -> &Identity {
            &self.0
        }

        fn supports(&self, _: &Target, load: &Load) -> Result<(), EngineError> {
            match load.pace {
                Pace::PerSecond(_) if !self.1 => Err(EngineError::Unsupported {
                    engine: self.0.name,
                    what: "keep a rate".to_owned(),
                }),
                _ => Ok(()),
            }
        }

        fn measure(&self, _: &Job<'_>, _: &Cancel) -> Result<Sample, EngineError> {
            Err(EngineError::Cancelled)
        }
    }

    #[track_caller]
    fn check(
        preferred: Vec<Result<&dyn Engine, EngineError>>,
        pace: Pace,
        expect: Result<(&str, &[&str]), &str>,
    ) {
        let target = Target {
            endpoints: Vec::new(),
            trust: Trust::System,
            connection: Connection::Kept,
        };
        let load = Load {
            connections: 1,
            threads: 1,
            pace,
            timeout: Duration::from_secs(1),
        };
        match (choose(preferred, &target, &load), expect) {
            (Ok(chosen), Ok((name, reasons))) => {
                let told: Vec<String> = chosen.passed_over.iter().map(ToString::to_string).collect();
                assert_eq!((chosen.engine.identity().name, told), (name, words(reasons)));
            }
            (Err(none), Err(expect)) => assert_eq!(none.to_string(), expect),
            (found, _) => panic!("{:?}", found.map(|chosen| chosen.engine.identity().clone())),
        }
    }

    fn words(reasons: &[&str]) -> Vec<String> {
        reasons.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_first_that_can_is_taken_and_the_others_say_why_not() {
        let (wrk, builtin) = (Able::new("wrk", false), Able::new("builtin", true));
        let absent = || Err(EngineError::Absent { engine: "wrk" });
        check(vec![Ok(&wrk), Ok(&builtin)], Pace::Closed, Ok(("wrk", &[])));
        check(
            vec![Ok(&wrk), Ok(&builtin)],
            Pace::PerSecond(1.0),
            Ok(("builtin", &["wrk cannot keep a rate"])),
        );
        check(
            vec![absent(), Ok(&builtin)],
            Pace::Closed,
            Ok(("builtin", &["wrk is not installed"])),
        );
        check(
            vec![absent(), Ok(&wrk)],
            Pace::PerSecond(1.0),
            Err("no engine can make this load: wrk is not installed; wrk cannot keep a rate"),
        );
        check(Vec::new(), Pace::Closed, Err("no engine can make this load"));
    }
}
