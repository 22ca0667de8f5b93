//! Exit codes: documented, the same for every command.

use super::verdict::RunVerdict;

/// Why sdd ended, as the number that a shell sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every required gate passed or was skipped for a legitimate reason; the command did what it was asked.
    Ok,
    /// A required gate or requirement failed.
    Failed,
    /// Wrong usage or invalid configuration; nothing was run.
    Usage,
    /// No verdict: a required gate ended in `error`.
    NoVerdict,
    /// Not found: no `.session/`, no such work item, session, environment or plan.
    NotFound,
    /// A deployment's rollback failed: a person must look.
    RollbackFailed,
    /// A bug in sdd.
    Internal,
    /// Interrupted by Ctrl-C or SIGQUIT, after everything was cleaned up.
    Interrupted,
    /// Terminated by SIGTERM or SIGHUP, after everything was cleaned up.
    Terminated,
}

impl Exit {
    /// Every exit code, in numeric order.
    pub const ALL: [Self; 9] = [
        Self::Ok,
        Self::Failed,
        Self::Usage,
        Self::NoVerdict,
        Self::NotFound,
        Self::RollbackFailed,
        Self::Internal,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NoVerdict => 3,
            Self::NotFound => 4,
            Self::RollbackFailed => 5,
            Self::Internal => 70,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<RunVerdict> for Exit {
    fn from(verdict: RunVerdict) -> Self {
        match verdict {
            RunVerdict::Passed => Self::Ok,
            RunVerdict::Failed => Self::Failed,
            RunVerdict::Error => Self::NoVerdict,
        }
    }
}
