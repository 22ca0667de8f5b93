//! What changed, asked of git once for all steps that want to know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use super::work::{chain, prepare};
use super::{Job, lock, step_dir};
use crate::gates::{ChangesAnswer, ChangesWork, Step};
use crate::project::files;
use crate::project::git::{self, Asking, Changes, Since};

/// One answer of git, given once.
type Once = Arc<OnceLock<Result<Arc<Changes>, String>>>;

/// What git said, by since when it was asked.
#[derive(Default)]
pub(super) struct Looked {
    answers: Mutex<BTreeMap<Since, Once>>,
}

impl Looked {
    /// What changed, and what is there of what must have been changed.
    pub(super) fn look(
        &self,
        step: &Step,
        work: &ChangesWork,
        job: &Job<'_>,
    ) -> Result<ChangesAnswer, String> {
        let root = job.cx.project.root.as_path();
        let once = Arc::clone(lock(&self.answers).entry(work.since.clone()).or_default());
        let changes = once.get_or_init(|| {
            let scratch = step_dir(job.cx.out, &step.id);
            prepare(&scratch, &[]).map_err(|error| format!("{}: {error}", scratch.display()))?;
            let asking = Asking {
                runner: job.runner,
                program: &work.git,
                root,
                scratch: &scratch,
                timeout: work.timeout,
            };
            let mut answer = git::changes(&asking, &work.since).map_err(|error| chain(&error))?;
            if let Changes::Of { files, .. } = &mut answer {
                files.retain(|change| !job.own_files.contains(&root.join(&change.path)));
            }
            Ok(Arc::new(answer))
        });
        Ok(ChangesAnswer {
            changes: changes.clone()?,
            present: files::files_in(root, &work.places).map_err(|error| chain(&error))?,
        })
    }
}
