//! The versions of tools, asked once for each installed file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Plan;
use super::inquiry::{self, Question, VersionAnswer};
use super::installed;
use crate::gates::{Item, StepTool, Work};
use crate::process::Runner;
use crate::tools::Tool;

/// What makes an installed tool the same one: its name, file, size and time of change.
pub type VersionKey = String;

/// Versions by installed tool.
pub type VersionCache = BTreeMap<VersionKey, String>;

/// How long a tool may take to say its version.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A question for a version.
pub(super) struct Probe {
    pub(super) key: VersionKey,
    program: PathBuf,
    args: Vec<String>,
}

/// The questions for all tools of a plan whose version is not known yet.
pub(super) fn probes(plan: &Plan, known: &VersionCache) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Vec::new();
    for item in plan.gates.iter().flat_map(|gate| &gate.items) {
        let Item::Run(step) = item else { continue };
        let (StepTool::Known(tool), Work::Command(work)) = (step.tool, &step.work) else {
            continue;
        };
        // Behind a launcher the tool's own file is unknown: asking would mean running the launcher once more.
        let Some(key) = key(tool, &work.program) else {
            continue;
        };
        if known.contains_key(&key) || probes.iter().any(|probe| probe.key == key) {
            continue;
        }
        let args = tool.version_args().iter().map(|arg| (*arg).to_owned()).collect();
        probes.push(Probe {
            key,
            program: work.program.clone(),
            args,
        });
    }
    probes
}

/// The key of an installed tool; `None` when its file cannot be looked at, or is not the tool's own.
pub(super) fn key(tool: &dyn Tool, program: &Path) -> Option<VersionKey> {
    let own = tool.words().first()?;
    if program.file_stem()?.to_str()? != *own {
        return None;
    }
    let metadata = std::fs::metadata(program).ok()?;
    let changed = metadata
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    Some(format!(
        "{} {} {} {}",
        tool.id(),
        program.display(),
        metadata.len(),
        changed.as_nanos()
    ))
}

/// Asks. A tool that does not answer has no version; that is no reason to fail a gate.
pub(super) fn ask(probe: &Probe, runner: &dyn Runner, cwd: &Path) -> Option<String> {
    if let Some(version) = installed::version(&probe.program) {
        return Some(version);
    }
    let question = Question {
        program: probe.program.clone(),
        args: probe.args.clone(),
        cwd: cwd.to_owned(),
        of: None,
    };
    match inquiry::ask(&question, runner, PATIENCE) {
        VersionAnswer::Version(version) => Some(version),
        VersionAnswer::Unrecognised(_) | VersionAnswer::Broken(_) | VersionAnswer::Stopped => None,
    }
}

/// The first thing in a text that looks like a version: digits with dots between, and what hangs on to them.
pub(super) fn find(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    // A slash stands between name and version in `vitest/3.2.7`.
    text.split(|c: char| c.is_whitespace() || c == '/')
        .map(|word| {
            let word = word.strip_prefix("go").unwrap_or(word);
            word.trim_start_matches('v')
                .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        })
        .find(|word| {
            let mut parts = word.split('.');
            let digits =
                |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
            word.len() <= 40 && digits(parts.next()) && digits(parts.next())
        })
        .map(str::to_owned)
}

/// The version that stands behind a name and a `-`, as in `pytest-cov-7.1.0`. Names are compared as Python's index
/// does: `_` is `-`.
pub(super) fn find_of(name: &str, bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.split_whitespace().find_map(|word| {
        let version = word
            .replace('_', "-")
            .strip_prefix(name)?
            .strip_prefix('-')?
            .to_owned();
        let is_version = version.len() <= 40 && version.starts_with(|c: char| c.is_ascii_digit());
        is_version.then_some(version)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_plugin_stands_behind_its_name() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(
                find_of("pytest-cov", text.as_bytes()).as_deref(),
                expect,
                "{text}"
            );
        };
        check(
            "registered third-party plugins:\n  pytest-cov-7.1.0 at /x/pytest_cov/plugin.py",
            Some("7.1.0"),
        );
        check("  pytest_cov-6.2.1 at /x", Some("6.2.1"));
        check("  anyio-4.16.0 at /pytest-cov-x", None);
        check("pytest-cov", None);
        check("pytest-cov-stub-1.0", None);
        check("", None);
    }

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(find(text.as_bytes()).as_deref(), expect);
    }

    #[test]
    fn versions_are_found_in_what_tools_print() {
        check("vitest/3.2.7 linux-x64 node-v20.20.2\n", Some("3.2.7"));
        check("pytest 9.2.0\n", Some("9.2.0"));
        check("ruff 0.17.5", Some("0.17.5"));
        check("bandit 1.9.4\n  python version = 3.11.7 (main)", Some("1.9.4"));
        check("clippy 0.1.95 (59807616e1 2026-04-14)", Some("0.1.95"));
        check(
            "rustfmt 1.9.0-stable (59807616e1 2026-04-14)",
            Some("1.9.0-stable"),
        );
        check("v20.20.2", Some("20.20.2"));
        check("go version go1.27.3 linux/amd64", Some("1.27.3"));
        check("no version at all", None);
        check("", None);
    }
}
