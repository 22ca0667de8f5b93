//! Services of a project on a real engine: each test by each flavour of Compose, since their answers differ.
//!
//! `tests/run` starts the engine. On a machine that can have none these tests say so and do nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

/// Makes each of these functions a test by each flavour.
macro_rules! by_each_flavour {
    ($($name:ident),+ $(,)?) => {
        mod plugin {
            $(#[test]
            fn $name() {
                crate::compose::bench::with("docker compose", super::$name);
            })+
        }

        mod standalone {
            $(#[test]
            fn $name() {
                crate::compose::bench::with("docker-compose", super::$name);
            })+
        }
    };
}

mod bench;
mod ends;
mod files;
mod kinds;
mod neighbours;
