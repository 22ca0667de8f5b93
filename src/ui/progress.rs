//! Showing a run while it goes on: moving lines on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::{Event, Observer};
use crate::model::gate_id::GateId;
use crate::model::text::one_line;
use crate::report;

use super::say;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// A line a gate that moves, on a terminal.
    Moving,
    /// A line when a gate begins and when it ends.
    Plain,
    /// Not at all.
    Off,
}

impl Live {
    /// What suits stderr.
    pub fn for_stderr() -> Self {
        if io::stderr().is_terminal() {
            Self::Moving
        } else {
            Self::Plain
        }
    }
}

/// Shows a run while it goes on.
pub struct Progress {
    live: Live,
    observer: Option<Arc<dyn Observer + Send + Sync>>,
    bars: MultiProgress,
    running: Mutex<BTreeMap<GateId, Gate>>,
}

struct Gate {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(live: Live, observer: Option<Arc<dyn Observer + Send + Sync>>) -> Self {
        let target = match live {
            Live::Moving => ProgressDrawTarget::stderr_with_hz(10),
            Live::Plain | Live::Off => ProgressDrawTarget::hidden(),
        };
        Self {
            live,
            observer,
            bars: MultiProgress::with_draw_target(target),
            running: Mutex::new(BTreeMap::new()),
        }
    }

    /// Takes the moving lines away, so that what is printed next stands on a clean screen.
    pub fn clear(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for gate in std::mem::take(&mut *running).into_values() {
            if let Some(bar) = gate.bar {
                bar.finish_and_clear();
            }
        }
        let _ = self.bars.clear();
    }

    fn begin(&self, gate: GateId) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = (self.live == Live::Moving).then(|| {
            let bar = self.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:<11} {elapsed:>4}  {wide_msg}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(gate.as_str());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        running.insert(gate, Gate { bar });
        if self.live == Live::Plain {
            say(&format!("running {gate}"));
        }
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.event(event);
        }
        if self.live == Live::Off {
            return;
        }
        match event {
            Event::GateStarted(gate) => self.begin(*gate),
            Event::StepStarted(step) => {
                let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(bar) = running.get(&step.gate).and_then(|gate| gate.bar.as_ref()) {
                    bar.set_message(format!("{} in {}", step.tool_name(), one_line(&step.unit_path)));
                }
            }
            Event::StepSaid(step, said) => {
                let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(bar) = running.get(&step.gate).and_then(|gate| gate.bar.as_ref()) {
                    bar.set_message(format!("{}: {said}", step.tool_name()));
                }
            }
            Event::GateFinished(report) => {
                let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(gate) = running.get(&report.gate) else {
                    return;
                };
                // A gate that ended keeps its line until all have ended: who watches sees what is left.
                if let Some(bar) = &gate.bar {
                    if let Ok(style) = ProgressStyle::with_template("{msg} {prefix:<11} {elapsed:>4}") {
                        bar.set_style(style);
                    }
                    bar.finish_with_message(report::sign(report.verdict));
                }
                if self.live == Live::Plain {
                    let verdict = report.verdict.as_str().replace('_', " ");
                    say(&format!(
                        "{} {verdict} in {}",
                        report.gate,
                        report::seconds(report.duration_ms)
                    ));
                }
            }
        }
    }
}
