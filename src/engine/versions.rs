//! The versions of tools, asked once for each installed file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Plan;
use crate::gates::{Item, StepTool, Work};
use crate::process::{End, Invocation, Runner};
use crate::tools::Tool;

/// What makes an installed tool the same one: its name, file, size and time of change.
pub type VersionKey = String;

/// Versions by installed tool.
pub type VersionCache = BTreeMap<VersionKey, String>;

/// How long a tool may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

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
    let invocation = Invocation::new(&probe.program, cwd, PATIENCE).args(&probe.args);
    let outcome = runner.run(&invocation).ok()?;
    if outcome.end != End::Code(0) {
        return None;
    }
    find_version(&outcome.stdout.bytes()).or_else(|| find_version(&outcome.stderr.bytes()))
}

/// The first thing in a text that looks like a version: digits with dots between, and what hangs on to them.
fn find_version(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    // A slash stands between name and version in `vitest/3.2.7`.
    text.split(|c: char| c.is_whitespace() || c == '/')
        .map(|word| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(find_version(text.as_bytes()).as_deref(), expect);
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
        check("no version at all", None);
        check("", None);
    }
}
