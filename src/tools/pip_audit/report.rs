//! Reads pip-audit's report.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::{Answer, Reading, ToolRun, python};
use super::declared::{Declared, normalised};
use super::target::Target;
use crate::model::finding::{Finding, Severity};
use crate::project::installing::{self, PLAIN_PROJECT, PythonManager};

/// How many names a warning lists.
const NAMES: usize = 10;

#[derive(Deserialize)]
#[serde(untagged)]
enum Report {
    /// Since 2.0.
    Object { dependencies: Vec<Dependency> },
    /// Before.
    List(Vec<Dependency>),
}

/// A dependency has either been audited or skipped; a report in which one is neither is not understood.
#[derive(Deserialize)]
#[serde(untagged)]
enum Dependency {
    Audited {
        name: String,
        version: String,
        vulns: Vec<Vulnerability>,
    },
    Skipped {
        name: String,
        skip_reason: String,
    },
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    #[serde(default)]
    fix_versions: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    description: String,
}

const UNREACHABLE: &str = "see that the advisory service can be reached (proxy, certificates), or name another with \
                           `--vulnerability-service`";

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let report = match (run.exit, run.output("pip-audit")) {
        (2, _) => return python::no_answer("pip-audit did not start", run),
        (_, Err(why)) => return failed(&why, run),
        (_, Ok(bytes)) => match serde_json::from_slice(bytes) {
            Ok(report) => report,
            Err(error) => return failed(&error.to_string(), run),
        },
    };
    let dependencies = match report {
        Report::Object { dependencies } | Report::List(dependencies) => dependencies,
    };
    let (mut audited, mut skipped, mut findings) = (0_u64, Vec::new(), Vec::new());
    for dependency in &dependencies {
        match dependency {
            Dependency::Audited { name, version, vulns } => {
                audited += 1;
                let mut known = BTreeSet::new();
                for vulnerability in vulns {
                    if known.insert(&vulnerability.id) {
                        findings.push(vulnerability.finding(name, version, run));
                    }
                }
            }
            Dependency::Skipped { name, skip_reason } => skipped.push((name, skip_reason)),
        }
    }
    match skipped.first() {
        None if audited == 0 => return nothing(run),
        Some((_, reason)) if audited == 0 => {
            return Reading::broken_with_hint(
                format!(
                    "pip-audit audited none of {} dependencies: {}",
                    skipped.len(),
                    python::brief(reason)
                ),
                UNREACHABLE,
            );
        }
        _ => {}
    }
    let gaps = Gaps::of(&dependencies, run);
    if let Some(reason) = gaps.reason(run) {
        if findings.is_empty() {
            return Reading::broken_with_hint(reason, gaps.hint(run));
        }
        // Critical, so that no limit lets the gate pass.
        findings.push(Finding::new(
            "pip-audit",
            "not-audited",
            Severity::Critical,
            reason,
        ));
    }
    let mut warnings = Vec::new();
    if let Some((_, reason)) = skipped.first() {
        let names: Vec<&str> = skipped
            .iter()
            .take(NAMES)
            .map(|(name, _)| name.as_str())
            .collect();
        let more = skipped.len().saturating_sub(NAMES);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        warnings.push(python::brief(&format!(
            "{} of {} dependencies were not audited: {}{more} ({reason})",
            skipped.len(),
            dependencies.len(),
            names.join(", ")
        )));
    }
    Reading::Answer(Box::new(Answer {
        findings,
        metrics: BTreeMap::from([
            ("dependencies_audited", audited),
            ("dependencies_skipped", skipped.len() as u64),
        ]),
        warnings,
        ..Answer::default()
    }))
}

/// No report: the service, the network, a requirement that pip-audit does not understand.
fn failed(why: &str, run: &ToolRun<'_>) -> Reading {
    let stderr = python::plain(run.stderr);
    let said = stderr
        .lines()
        .find_map(|line| line.strip_prefix("ERROR:pip_audit._cli:"))
        .map(python::brief)
        .or_else(|| {
            stderr
                .contains("Traceback")
                .then(|| python::trouble(&stderr))
                .flatten()
        });
    let Some(said) = said else {
        return Reading::broken(format!("pip-audit left no report that can be read: {why}"));
    };
    let reason = format!("pip-audit could not audit: {said}");
    let network = [
        "ServiceError",
        "ConnectionError",
        "Timeout",
        "JSONDecodeError",
        "SSLError",
        "ProxyError",
    ];
    if network.iter().any(|name| said.contains(name)) || said.contains("onnect") {
        Reading::broken_with_hint(reason, UNREACHABLE)
    } else if Target::of(run.facts) == Target::Project && !said.contains("not found on PyPI") {
        // Of what is installed pip-audit has nothing to understand and pip nothing to resolve.
        Reading::broken_with_hint(reason, install(run))
    } else {
        Reading::broken(reason)
    }
}

/// A report without dependencies is only to be believed where none are known.
fn nothing(run: &ToolRun<'_>) -> Reading {
    let declared = Declared::of(run.facts);
    let lines = run.facts.requirement_lines().map_or(0, |lines| lines.len());
    if python::plain(run.stderr).contains("Dry run")
        || lines > 0
        || !declared.names.is_empty()
        || declared.others
    {
        Reading::broken("pip-audit audited no dependency although some are declared")
    } else if let Some(file) = declared.unknown.first() {
        Reading::broken_with_hint(
            format!("pip-audit cannot tell which dependencies {file} declares, and audited none"),
            install(run),
        )
    } else {
        Reading::Nothing("no dependencies to audit".to_owned())
    }
}

/// How what is declared gets where it is audited.
fn install(run: &ToolRun<'_>) -> String {
    let elsewhere =
        installing::python_manager(run.facts) == PythonManager::Poetry && run.facts.virtualenv.is_none();
    let moved = if elsewhere {
        " (an environment that Poetry keeps elsewhere goes with poetry env remove --all first)"
    } else {
        ""
    };
    format!(
        "install the project's dependencies, since what is installed in its own environment is audited: \
         {PLAIN_PROJECT}{moved}"
    )
}

/// What is declared and was not audited.
struct Gaps {
    /// Declared, and not in the report.
    missing: Vec<String>,
    /// Declared, and skipped: name and why.
    skipped: Vec<(String, String)>,
}

impl Gaps {
    fn of(dependencies: &[Dependency], run: &ToolRun<'_>) -> Self {
        let mut audited = BTreeSet::new();
        let mut reasons = BTreeMap::new();
        for dependency in dependencies {
            match dependency {
                Dependency::Audited { name, .. } => {
                    audited.insert(normalised(name));
                }
                Dependency::Skipped { name, skip_reason } => {
                    reasons.insert(normalised(name), skip_reason);
                }
            }
        }
        let mut gaps = Self {
            missing: Vec::new(),
            skipped: Vec::new(),
        };
        for name in Declared::of(run.facts).names.into_keys() {
            match reasons.get(&name) {
                _ if audited.contains(&name) => {}
                Some(reason) => gaps.skipped.push((name, (*reason).clone())),
                None => gaps.missing.push(name),
            }
        }
        gaps
    }

    fn reason(&self, run: &ToolRun<'_>) -> Option<String> {
        let some = |names: Vec<&str>| {
            let shown = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
            match names.len().saturating_sub(NAMES) {
                0 => shown,
                more => format!("{shown} and {more} more"),
            }
        };
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).collect();
        let skipped: Vec<&str> = self.skipped.iter().map(|(name, _)| name.as_str()).collect();
        if !missing.is_empty() {
            let place = match (&run.facts.virtualenv, Target::of(run.facts)) {
                (Some(env), Target::Installed(_)) => format!(
                    "not installed in {}, so not audited",
                    env.file_name().unwrap_or(env.as_os_str()).to_string_lossy()
                ),
                _ => "not audited".to_owned(),
            };
            return Some(format!("declared and {place}: {}", some(missing)));
        }
        let (_, reason) = self.skipped.first()?;
        Some(python::brief(&format!(
            "declared and not audited: {} ({reason})",
            some(skipped)
        )))
    }

    fn hint(&self, run: &ToolRun<'_>) -> String {
        if self.missing.is_empty() {
            UNREACHABLE.to_owned()
        } else {
            install(run)
        }
    }
}

impl Vulnerability {
    /// pip-audit gives no severity, so that every advisory counts as high.
    fn finding(&self, name: &str, version: &str, run: &ToolRun<'_>) -> Finding {
        let fix = if self.fix_versions.is_empty() {
            "no fixed version is known".to_owned()
        } else {
            format!("fixed in {}", self.fix_versions.join(", "))
        };
        let mut aliases = self.aliases.clone();
        // Their order differs from run to run.
        aliases.sort();
        let aliases = if aliases.is_empty() {
            String::new()
        } else {
            format!(" ({})", aliases.join(", "))
        };
        let about = self.description.lines().next().unwrap_or_default();
        let message = format!("{name} {version}: {fix}{aliases}. {about}");
        let finding = Finding::new(
            "pip-audit",
            &self.id,
            Severity::High,
            python::brief(message.trim()),
        );
        match manifest(run) {
            Some(file) => finding.at(run.project_path(file), None, None),
            None => finding,
        }
    }
}

/// The file in which a dependency is declared.
fn manifest(run: &ToolRun<'_>) -> Option<&'static str> {
    if run
        .facts
        .requirement_lines()
        .is_some_and(|lines| !lines.is_empty())
    {
        return Some("requirements.txt");
    }
    ["pyproject.toml", "setup.cfg", "setup.py"]
        .into_iter()
        .find(|name| run.facts.has(name))
}
