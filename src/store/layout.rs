//! The names below `.session/`, as paths relative to the project (design of the on-disk layout: README).

/// The directory that everything lives in.
pub const SESSION: &str = ".session";
/// The project's settings.
pub const CONFIG: &str = ".session/config.json";
/// The JSON Schema of the settings.
pub const CONFIG_SCHEMA: &str = ".session/config.schema.json";
/// Work items, milestones and their counters.
pub const WORK_ITEMS: &str = ".session/tracking/work_items.json";
/// Where the current session stands.
pub const STATUS: &str = ".session/tracking/status_update.json";
/// The libraries of the project, one a line.
pub const STACK: &str = ".session/tracking/stack.txt";
/// The pinned results of benchmarks.
pub const BASELINES: &str = ".session/tracking/performance_baselines.json";
/// Specs of work items.
pub const SPECS: &str = ".session/specs";
/// Briefings of sessions.
pub const BRIEFINGS: &str = ".session/briefings";
/// Summaries of sessions.
pub const HISTORY: &str = ".session/history";
/// Reports of sessions and the last one of any run.
pub const REPORTS: &str = ".session/reports";
/// The last report of any run.
pub const LATEST_REPORT: &str = ".session/reports/latest.json";
/// Logs and raw tool output, a directory a run.
pub const RUNS: &str = ".session/runs";
/// What runs of integration tests leave as evidence, a directory a work item.
pub const EVIDENCE: &str = ".session/evidence";
/// Plans and journals of deployments.
pub const DEPLOYMENTS: &str = ".session/deployments";
/// The lock of runs that must not go on side by side.
pub const RUN_LOCK: &str = ".session/runs/.lock";
/// Journals of services that were brought up for a run: beside the runs, so that they are ignored like these, and not
/// pruned with them.
pub const ENVIRONMENTS: &str = ".session/runs/environments";
/// What hooks of a coding agent remember.
pub const HOOKS: &str = ".session/runs/hooks.json";
/// What was made for a coding agent.
pub const CLAUDE: &str = ".session/tracking/claude.json";
/// The state's lock.
pub const LOCK: &str = ".session/.lock";

/// The directories that a new project gets.
pub const DIRECTORIES: [&str; 6] = [".session/tracking", SPECS, BRIEFINGS, HISTORY, REPORTS, RUNS];

/// Lines for `.gitignore`: what sdd leaves in `.session/` that is of no use to anybody else.
pub const GIT_IGNORED: [&str; 7] = [
    "/.session/runs/",
    "/.session/reports/latest.json",
    "/.session/.lock",
    "/.session/deployments/*/lock",
    "/.session/deployments/*/lock.json",
    "/.session/**/.*.prev",
    "/.session/**/.*.sdd-tmp-*",
];

/// The report of a session.
pub fn report(session: u32) -> String {
    format!("{REPORTS}/session_{session:03}.json")
}

/// The report of a run, in the run's directory.
pub fn report_of_run(run: &str) -> String {
    format!("{RUNS}/{run}/report.json")
}

/// The briefing of a session.
pub fn briefing(session: u32) -> String {
    format!("{BRIEFINGS}/session_{session:03}_briefing.md")
}

/// The summary of a session.
pub fn summary(session: u32) -> String {
    format!("{HISTORY}/session_{session:03}_summary.md")
}

/// The spec of a work item.
pub fn spec(work_item: &str) -> String {
    format!("{SPECS}/{work_item}.md")
}

/// The session that a file of this name belongs to: `session_012_summary.md` is of session 12.
pub fn session_of(file_name: &str) -> Option<u32> {
    let rest = file_name.strip_prefix("session_")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: Option<u32>) {
        assert_eq!(session_of(name), expect, "{name}");
    }

    #[test]
    fn sessions_are_read_from_every_spelling_of_their_files() {
        check("session_001_briefing.md", Some(1));
        check("session_012_summary.md", Some(12));
        check("session_1000.json", Some(1000));
        check("session_7.json", Some(7));
        check("session_summary.md", None);
        check("session_99999999999.json", None);
        check("latest.json", None);
        check("old_session_003.json", None);
    }

    #[test]
    fn the_names_that_are_written_are_the_names_that_are_read() {
        for path in [report(3), briefing(3), summary(3)] {
            let name = path.rsplit('/').next().unwrap();
            assert_eq!(session_of(name), Some(3), "{path}");
        }
    }
}
