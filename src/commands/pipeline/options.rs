//! The options that `sdd gate` and `sdd complete` share.

use crate::commands::context::Cx;
use crate::engine::Acceptance;
use crate::gates::Fixing;
use crate::model::gate_id::GateId;

/// The options that decide how gates run.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, and is read once"
)]
pub struct RunOptions {
    /// How many steps run side by side [default: the number of cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Print what would run and why, and what would not and why; run nothing
    #[arg(long)]
    pub plan: bool,
    /// Stop everything once a gate that decides cannot pass any more
    #[arg(long)]
    pub fail_fast: bool,
    /// Turn every skip of an enabled gate into an error
    #[arg(long)]
    pub strict: bool,
    /// Let gates rewrite files, whatever the configuration says
    #[arg(long, conflicts_with = "no_fix")]
    pub fix: bool,
    /// Change no file, whatever the configuration says
    #[arg(long)]
    pub no_fix: bool,
    /// The gates that take part; empty means all. Unlike gates that are named they need not have an answer.
    #[arg(skip)]
    pub only: Vec<GateId>,
    /// Whether what is measured becomes the baseline.
    #[arg(skip)]
    pub accept: Option<Acceptance>,
}

impl RunOptions {
    /// Whether gates may rewrite files: the command line decides, then `CI`, then each gate's configuration.
    pub(super) fn fixing(&self, cx: &Cx) -> Fixing {
        match (self.fix, self.no_fix) {
            (true, _) => Fixing::On,
            (_, true) => Fixing::Off,
            _ if cx.environment.is_ci() => Fixing::Off,
            _ => Fixing::AsConfigured,
        }
    }

    pub(super) fn jobs(&self) -> usize {
        match self.jobs {
            Some(jobs) => usize::from(jobs),
            None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }
}
