//! Services of a project on a real engine, by each flavour of Compose, since their answers differ.
//!
//! `tests/run` starts the engine. On a machine that can have none these tests say so and do nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

/// Makes functions tests: by each flavour those that its answers matter to, and the others by one.
macro_rules! tests_by_flavour {
    (each: [$($each:ident),+ $(,)?], one: [$($one:ident),* $(,)?] $(,)?) => {
        mod plugin {
            tests_by_flavour!(@ "docker compose": $($each)+ $($one)*);
        }

        mod standalone {
            tests_by_flavour!(@ "docker-compose": $($each)+);
        }
    };
    (@ $flavour:literal: $($name:ident)+) => {
        $(#[test]
        fn $name() {
            crate::compose::bench::with($flavour, super::$name);
        })+
    };
}

mod bench;
mod ends;
mod files;
mod kinds;
mod neighbours;
