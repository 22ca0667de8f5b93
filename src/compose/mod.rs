//! Services of a project, brought up by Compose for one run and taken down again, whatever happens in between.
//!
//! What is called is data (`project`), what comes back is read by pure functions (`config`, `inspect`), and whether
//! services are ready is decided by a state machine over what was seen (`readiness`). A journal is written before the
//! first container is made (`journal`), and only a teardown that was looked over removes it (`teardown`). `up` joins
//! these; every process goes through a [`crate::process::Runner`].

pub mod addresses;
pub mod ask;
pub mod config;
pub mod depends;
pub mod env_files;
pub mod flavour;
pub mod images;
pub mod inspect;
pub mod journal;
pub mod lint;
pub mod podman;
pub mod project;
pub mod readiness;
pub mod sweep;
pub mod teardown;
pub mod unset;
pub mod up;

pub use flavour::Flavour;
pub use project::{Calls, Project};
pub use up::Environment;
