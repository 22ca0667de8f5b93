//! Files can still be opened.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};

/// This machine can still open files: what all processes have open is well below the system's limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fds {
    /// How many more must be possible at least.
    free: u64,
}

impl Settings for Fds {}

impl Check for Fds {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let text = match std::fs::read_to_string("/proc/sys/fs/file-nr") {
            Ok(text) => text,
            Err(error) => return Seen::error(format!("nobody can tell how many files are open: {error}")),
        };
        let Some(free) = free(&text) else {
            return Seen::error("the system does not tell how many files are open");
        };
        if free < self.free {
            Seen::failed(format!(
                "{free} more files can be opened, fewer than {}",
                self.free
            ))
        } else {
            Seen::passed(format!("{free} more files can be opened"))
        }
        .observed(free.to_string())
    }
}

/// The third number of `/proc/sys/fs/file-nr` without the first (proc(5)): the limit without those that are open.
fn free(text: &str) -> Option<u64> {
    let numbers: Option<Vec<u64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    match numbers?.as_slice() {
        [open, _, most] => Some(most.saturating_sub(*open)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_opened_is_read() {
        assert_eq!(free("1216\t0\t9223372\n"), Some(9_222_156));
        assert_eq!(free("1216\n"), None);
    }
}
