//! Checking a contract: its file, and the one before it from wherever that is.

use super::Job;
use crate::contract::check::Check;
use crate::contract::files::{Files, Reach, Remote};
use crate::contract::policy::Policy;
use crate::contract::report::Grouping;
use crate::gates::{ContractAnswer, ContractWork, PartResult};

/// Checks. Other machines are never asked: the file that would allow that is one of the project's own.
pub(super) fn check(work: &ContractWork, job: &Job<'_>) -> PartResult {
    let settings = &job.cx.config.quality_gates.contract;
    let policy = match Policy::of(settings) {
        Ok(policy) => policy,
        Err(unfit) => {
            let all: Vec<String> = unfit.iter().map(|one| format!("{}: {one}", one.at())).collect();
            return PartResult::Contract(Err(all.join("; ")));
        }
    };
    let files = Files {
        start: job.cx.project.root.clone(),
        git: work.git.clone(),
        runner: job.runner,
        reach: Reach::Inside,
        remote: Remote::Refused,
    };
    let check = Check {
        files: &files,
        policy: &policy,
        fail_on: settings.fail_on.into(),
        today: job.today,
        grouping: Grouping::Cause,
    };
    let checked = check.one(&work.contract);
    if job.cancel.is_requested() {
        return PartResult::NotStarted("stopped while it ran".to_owned());
    }
    PartResult::Contract(Ok(Box::new(ContractAnswer {
        checked,
        today: job.today,
    })))
}
