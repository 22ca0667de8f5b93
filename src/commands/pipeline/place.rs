//! Where a run's files go.

use std::path::{Path, PathBuf};

use crate::commands::context::Cx;
use crate::store::{self, Store, layout};

/// Where a run's files go.
pub(super) enum Place {
    /// Nothing is run.
    Nowhere(PathBuf),
    /// A directory of the run.
    Run(store::Run, String),
}

impl Place {
    /// The place of a plan, which is only named.
    pub(super) fn nowhere(store: &Store) -> Self {
        Self::Nowhere(store.path(layout::RUNS).join("RUN_ID"))
    }

    /// The place of a run, and why what stands there is not kept, where it is not the usual one.
    pub(super) fn choose(cx: &Cx, store: &Store) -> anyhow::Result<(Self, Option<String>)> {
        match store.new_run(cx.clock.now()) {
            Ok(run) => {
                let shown = format!("{}/{}", layout::RUNS, run.id());
                Ok((Self::Run(run, shown), None))
            }
            Err(error) => {
                let why = format!(
                    "{:#}; the logs of this run go to a temporary directory and are not kept",
                    anyhow::Error::new(error)
                );
                let run = store::Run::temporary(cx.clock.now())?;
                let shown = run.path().to_string_lossy().into_owned();
                Ok((Self::Run(run, shown), Some(why)))
            }
        }
    }

    /// Removes what was made for a run that did not begin.
    pub(super) fn discard(self) {
        if let Self::Run(run, _) = self {
            run.discard();
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Nowhere(path) => path,
            Self::Run(run, _) => run.path(),
        }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Nowhere(_) => "plan",
            Self::Run(run, _) => run.id(),
        }
    }

    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Nowhere(_) => layout::RUNS,
            Self::Run(_, shown) => shown,
        }
    }
}
