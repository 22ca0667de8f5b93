//! Deployments: the procedure of a spec, run step by step, with a journal that survives a kill at any point.
//!
//! Everything here that can be data is data, and what decides is pure:
//!
//! ```text
//! spec.md ─ procedure ─▶ Procedure      steps, way back, smoke tests, triggers; faults with their lines
//!                            │ plan
//!                            ▼
//!                          Plan         what would run, from which commit; its id is the hash of what it says
//!                            │
//! ID.jsonl ─ journal ─▶ [Record] ─ state::State::of ─▶ State ─ next::forward | next::backward ─▶ Action
//!                            ▲                                                                      │
//!                            └───────────── a record before and after each thing that is done ◀──────┘
//! ```
//!
//! - [`procedure`] reads only fences that opt in (`sdd` behind the opening fence); what is prose is a manual step.
//! - [`plan`] pins all of it. A plan whose spec, commit or settings changed is stale, and nothing of it runs.
//! - [`journal`] is a chain of records, each with the hash of the one before. A record is on the disk before what it
//!   announces begins, and after it ended: whatever kills sdd, the last record says what is known and what is not.
//!   [`heads`] keeps where each chain ends, and `order` knows which records may follow which.
//! - [`state`] folds records into where the deployment stands; [`next`] says what follows, and what a command may do in
//!   that state. Neither guesses: a step that began and has no end is `unknown` until somebody says.
//! - [`checks`], [`expectation`] and [`metric`] judge evidence, answers and series of numbers.
//! - [`evidence`] finds what earlier runs have left, and [`readiness`] judges for the gate whether a deployment is written down
//!   and done.
//! - [`files`] and [`lock`] are the places on disk; [`web`] asks one HTTP question. The loop that does what [`next`] says
//!   is the engine's, the floor that joins decisions and processes.

pub mod approval;
pub mod checks;
pub mod evidence;
pub mod expectation;
pub mod files;
pub mod heads;
pub mod journal;
pub mod lock;
pub mod metric;
pub mod next;
mod order;
pub mod plan;
pub mod procedure;
pub mod readiness;
pub mod state;
pub mod summary;
pub mod web;

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The hash of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
