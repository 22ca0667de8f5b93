//! There is memory to be had.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::super::units::Size;

/// There is memory to be had on this machine, without swapping.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    /// What must be available at least.
    available: Size,
}

impl Settings for Memory {}

impl Check for Memory {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let text = match std::fs::read_to_string("/proc/meminfo") {
            Ok(text) => text,
            Err(error) => return Seen::error(format!("nobody can tell what memory is available: {error}")),
        };
        let Some(found) = available(&text) else {
            return Seen::error("the system does not tell what memory is available");
        };
        let shown = found.to_string();
        if found < self.available {
            Seen::failed(format!(
                "{shown} of memory are available, less than {}",
                self.available
            ))
        } else {
            Seen::passed(format!("{shown} of memory are available"))
        }
        .observed(shown)
    }
}

/// `MemAvailable` of `/proc/meminfo` (proc(5)), in kibibytes there.
fn available(text: &str) -> Option<Size> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(Size(kibibytes.checked_mul(1024)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_available_is_read() {
        let text = "MemTotal:        8049312 kB\nMemFree:          201716 kB\nMemAvailable:    1048576 kB\n";
        assert_eq!(available(text), Some(Size(1 << 30)));
        assert_eq!(available("MemFree: 1 kB\n"), None);
    }
}
