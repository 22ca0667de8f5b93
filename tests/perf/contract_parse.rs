//! How fast a text becomes an arena: `cargo bench --bench contract_parse -- FILE [MEGABYTES_A_SECOND]`.
//!
//! Each run reads the same text from memory. Exit codes: 0 the median is as fast as asked (60 MB/s), 1 it is not, 3 nothing was
//! measured.

use std::process::ExitCode;
use std::time::Instant;

use sdd::contract::arena::{Arena, Limits};
use sdd::contract::source::Source;
use sdd::contract::{json, yaml};

const RUNS: usize = 15;
const LIMIT: f64 = 60.0;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match measure(&arguments) {
        Ok((said, kept)) => {
            print(&said);
            ExitCode::from(u8::from(!kept))
        }
        Err(why) => {
            print(&format!("nothing was measured: {why}"));
            ExitCode::from(3)
        }
    }
}

#[allow(
    clippy::print_stdout,
    reason = "a benchmark's one answer; it has no terminal of sdd"
)]
fn print(said: &str) {
    println!("{said}");
}

fn measure(arguments: &[String]) -> Result<(String, bool), String> {
    let [file, rest @ ..] = arguments else {
        return Err("name a description".to_owned());
    };
    let limit = match rest {
        [] => LIMIT,
        [limit, ..] => limit.parse().map_err(|_| format!("`{limit}` is no number"))?,
    };
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let mut seconds = Vec::new();
    for _ in 0..RUNS {
        let mut arena = Arena::new();
        arena.add(Source::new(file, String::new()));
        let began = Instant::now();
        if file.to_ascii_lowercase().ends_with("json") {
            json::read(&mut arena, &text, Limits::default()).map_err(|error| error.to_string())?;
        } else {
            yaml::read(&mut arena, &text, Limits::default()).map_err(|error| error.to_string())?;
        }
        seconds.push(began.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let megabytes = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX)) / 1e6;
    let [slowest, median, fastest] =
        [seconds[RUNS - 1], seconds[RUNS / 2], seconds[0]].map(|took| megabytes / took);
    let kept = median >= limit;
    let said = format!(
        "{megabytes:.1} MB: {median:.0} MB/s (median of {RUNS}; {slowest:.0} to {fastest:.0}); limit {limit}: {}",
        if kept { "kept" } else { "NOT KEPT" }
    );
    Ok((said, kept))
}
