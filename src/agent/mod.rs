//! What a coding agent's hooks say and what they are told. Pure: payloads in, decisions out.
//!
//! `commands/hook` does the work between: it reads the project and runs gates. The shapes are those of Claude Code,
//! where a wrong one fails silently: the gate is then off and nobody is told.

mod answer;
mod blocks;
mod commit;
mod event;
mod fingerprint;
mod handlers;
mod install;
mod one_file;
mod payload;
mod policy;
mod reason;
#[cfg(test)]
mod samples;
mod settings;
mod shell;
mod templates;
mod wanted;

pub use answer::{Answer, Decision, Written, message_only};
pub use blocks::{Counters, MOST_BLOCKS, Step, Turn, uncounted};
pub use commit::{Bypass, bypass, commits};
pub use event::Event;
pub use fingerprint::{Mending, fingerprint, mending};
pub use handlers::{HANDLERS, Handler, PROGRAM};
pub use install::Manifest;
pub use one_file::{Arg, Reach, narrow, reach};
pub use payload::{Payload, read};
pub use policy::{is_policy, policies};
pub use reason::{Blocked, MAX_CHARS, Run, feedback, reason};
pub use settings::{Additions, Change, Misshapen, command, disables_hooks, merge, missing, remove};
pub use templates::{COMMANDS, Origin, PREFIX, SKILLS, TEMPLATES, Template, origin};
pub use wanted::{CHEAP, Judged, of_earlier, of_run, wanted};
