//! The machine is not overloaded.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};

/// The machine is not overloaded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Load {
    /// The most processes that run or wait for a processor, on average over five minutes, for each processor.
    most: f64,
}

impl Settings for Load {
    fn wrong(&self) -> Option<(&'static str, String)> {
        let fits = self.most.is_finite() && self.most > 0.0;
        (!fits).then(|| ("most", "expected a number above zero".to_owned()))
    }
}

impl Check for Load {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let text = match std::fs::read_to_string("/proc/loadavg") {
            Ok(text) => text,
            Err(error) => return Seen::error(format!("nobody can tell how loaded the machine is: {error}")),
        };
        let processors = std::thread::available_parallelism();
        let (Some(load), Ok(processors)) = (over_five_minutes(&text), processors) else {
            return Seen::error("the system does not tell how loaded the machine is");
        };
        #[expect(clippy::cast_precision_loss, reason = "no machine has that many processors")]
        let found = load / processors.get() as f64;
        let shown = format!("{found:.2} for each processor");
        if found > self.most {
            Seen::failed(format!("the load is {shown}, more than {}", self.most))
        } else {
            Seen::passed(format!("the load is {shown}"))
        }
        .observed(shown)
    }
}

/// The second number of `/proc/loadavg` (proc(5)).
fn over_five_minutes(text: &str) -> Option<f64> {
    text.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_over_five_minutes_is_read() {
        assert_eq!(over_five_minutes("0.20 1.18 2.12 1/80 11206\n"), Some(1.18));
        assert_eq!(over_five_minutes(""), None);
    }
}
