//! `sdd bench` against servers of the test.
//!
//! Where each promise is tested; `perf` is `tests/perf/bench.py`, whose rows are run by hand on an idle machine:
//!
//! | promise | test |
//! |---|---|
//! | the same percentiles of every engine, p95 among them, with engine and version | `dead::a_service_that_answers_passes_and_everything_is_told`, `dead::wrk_makes_the_load_where_it_can` |
//! | hung, dripping, refused, resetting, dying services and errors alone are no pass, with the cause in words and the right exit code | `dead`, with both engines |
//! | a stall of the service is in the percentiles | `bench::engine::builtin::tests::pacing` |
//! | the generator costs little time and memory | `perf`: `cost`, `memory` |
//! | few false alarms, a quarter more is found, 5 % more is none | `bench::statistics::tests` (simulated), `perf`: `same`, `slower`, `slightly` |
//! | the baseline moves by a word alone, and creep is told | `baseline::only_a_word_moves_what_is_pinned`, `baseline::creep_is_told_that_no_step_shows` (a history that was written), `perf`: `creep` (real runs) |
//! | phases as given, the sustained one alone judged, `--time-scale` | `load::phases_are_executed_and_the_sustained_one_alone_is_judged` |
//! | processor time, memory and disk of the service during the load | `dead::a_service_that_answers_passes_and_everything_is_told`, `bench::cost` (recorded answers of an engine of containers) |
//! | exit codes | `dead`, `usage`, `baseline` |
//! | two runs compared, and every format | `baseline::only_a_word_moves_what_is_pinned`, `bench::compare`, `bench::report` |
//! | an interrupted run leaves nothing | `baseline::an_interrupted_run_leaves_nothing`, with both engines |
//!
//! What a measurement may meet; `wrk`, `builtin` and `locust` are `bench::engine`'s tests of them with the real programs:
//!
//! | it meets | test |
//! |---|---|
//! | refused, a name without address | `dead::a_service_that_is_not_there_leaves_no_verdict`, `wrk` and `locust::who_is_not_there_cannot_be_reached`, `builtin::failing` |
//! | hung, a byte at a time, reset | `dead::a_service_that_hangs_fails`, `dead::a_service_that_answers_a_byte_at_a_time_fails`, `dead::a_service_that_breaks_off_fails` |
//! | errors alone, redirects, empty bodies | `dead::errors_alone_are_a_failure`, `dead::redirects_are_not_counted_silently`, `dead::answers_without_a_body_are_answers` |
//! | a certificate that nobody vouches for | `dead::a_certificate_has_to_be_vouched_for` |
//! | a server that dies in the middle | `dead::a_service_that_dies_under_the_load_fails`, `builtin::failing::a_service_that_dies_is_a_sample_with_errors` |
//! | no wrk, another program of its name | `bench::engine::choose`, `dead::somebody_elses_wrk_is_not_taken`, `wrk::what_only_bears_the_name_is_a_stranger` |
//! | every unit that wrk prints, `-nan%`, `1000.00m`, no samples | `bench::engine::wrk::text` |
//! | a broken baseline, one of the older program | `baseline::a_file_that_is_broken_is_left_as_it_is`, `baseline::an_entry_of_the_older_program_is_kept_and_not_compared` |
//! | requirements with wrong units | `usage::wrong_words_are_usage_errors`, `bench::requirements::tests` |
//! | an interrupt in a round | `baseline::an_interrupted_run_leaves_nothing`, `gate::its_time_is_bounded_and_an_interrupt_leaves_nothing` |

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

mod baseline;
mod dead;
mod gate;
mod load;
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

/// Measures in one round of a second, with these words.
fn one_round(sandbox: &Sandbox, words: &[&str]) -> Answer {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command
        .args([
            "bench",
            "--rounds",
            "1",
            "--duration",
            "1s",
            "--connections",
            "2",
            "--allow-noise",
        ])
        .args(words);
    sandbox.start_command(command).wait()
}

/// The work item of a project.
const ID: &str = "integration_test_orders";
/// What is kept of runs.
const BASELINES: &str = ".session/tracking/performance_baselines.json";

/// A project with a work item whose spec has these benchmarks.
fn project(benchmarks: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sdd(["init"]).expect_code(0);
    let words = [
        "work-item",
        "new",
        "--type",
        "integration_test",
        "--title",
        "Orders",
    ];
    sandbox.sdd(words).expect_code(0);
    let spec = format!("# Integration Test: Orders\n\n## Performance Benchmarks\n\n{benchmarks}");
    sandbox.rewrite(&format!(".session/specs/{ID}.md"), spec);
    sandbox
}

/// What a project keeps of runs.
fn kept(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read(BASELINES)).unwrap()
}

/// The document of an answer.
#[track_caller]
fn document(answer: &Answer) -> Value {
    serde_json::from_str(&answer.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", answer.stdout, answer.stderr))
}
