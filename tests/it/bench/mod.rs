//! `sdd bench` against servers of the test.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod baseline;
mod dead;
mod gate;
mod server;
mod usage;

use serde_json::Value;

use crate::support::{Answer, Sandbox};

/// Words that make a measurement short, and independent of what else the machine does. No other engine than sdd's own is on the
/// path of a sandbox.
const SHORT: [&str; 4] = ["--quick", "--duration", "1s", "--allow-noise"];

/// Measures an address with more words.
fn bench(sandbox: &Sandbox, url: &str, more: &[&str]) -> Answer {
    measure(sandbox, &["--url", url], more)
}

fn measure(sandbox: &Sandbox, words: &[&str], more: &[&str]) -> Answer {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.arg("bench").args(words).args(SHORT).args(more);
    sandbox.start_command(command).wait()
}

/// The document of an answer.
#[track_caller]
fn document(answer: &Answer) -> Value {
    serde_json::from_str(&answer.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", answer.stdout, answer.stderr))
}
