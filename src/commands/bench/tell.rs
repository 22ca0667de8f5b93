//! What is said while a measurement goes on.

use std::sync::Mutex;

use crate::bench::rounds::Step;

/// The step that is being done, for whoever asks.
#[derive(Default)]
pub(super) struct Now {
    said: Mutex<String>,
}

impl Now {
    /// Notes a step.
    pub(super) fn note(&self, step: Step<'_>) {
        let Some(said) = step.said() else { return };
        if let Ok(mut now) = self.said.lock() {
            *now = said;
        }
    }

    /// What is being done.
    pub(super) fn said(&self) -> String {
        let said = self.said.lock().map(|now| now.clone()).unwrap_or_default();
        if said.is_empty() {
            "measuring".to_owned()
        } else {
            format!("measuring: {said}")
        }
    }
}
