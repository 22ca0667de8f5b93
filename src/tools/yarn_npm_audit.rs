//! yarn npm audit of Yarn 2 and later: dependencies with known vulnerabilities, from its lines of JSON.
//!
//! A line an advisory, `{"value": package, "children": {"ID", "Issue", "URL", "Severity", …}}`. Where nothing was
//! found it prints nothing and ends with 0; every failure ends with 1, its words on the same stream.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::Value;

use super::node_audit::{Known, Manager, ghsa_of, plain};
use super::npm_audit::{Whole, checking};
use super::python::Options;
use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::Severity;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text;
use crate::project::UnitFacts;
use crate::project::node::PackageManager;

/// yarn npm audit, of Yarn 2 and later.
pub struct YarnNpmAudit;

const YARN: Manager = Manager {
    is: PackageManager::Yarn,
    command: "yarn npm audit",
    locks: &["yarn.lock"],
    make_lock: "yarn install --mode=update-lockfile",
};

/// Options that decide the report.
const REPORT: Options = Options {
    alone: &["--json", "--all", "-A", "--recursive", "-R", "--no-deprecations"],
    valued: &["--severity"],
    other_valued: "",
};

/// Unless it is told on the command line, this Yarn audits every kind.
const WHOLE: Whole = Whole {
    args: &[],
    chosen_by: &[],
};

#[derive(Deserialize)]
struct Line {
    value: String,
    children: Children,
}

#[derive(Deserialize)]
struct Children {
    #[serde(rename = "ID")]
    id: Value,
    #[serde(default, rename = "Issue")]
    issue: String,
    #[serde(default, rename = "URL")]
    url: String,
    #[serde(default, rename = "Severity")]
    severity: String,
    #[serde(default, rename = "Vulnerable Versions")]
    range: String,
    #[serde(default, rename = "Tree Versions")]
    versions: Vec<String>,
    #[serde(default, rename = "Dependents")]
    dependents: Vec<String>,
}

/// Whether a unit is one of Yarn 2 or later: its settings file says so, or the version that `package.json` asks for.
pub(super) fn is_modern(facts: &UnitFacts) -> bool {
    let asked = facts
        .package
        .as_ref()
        .and_then(|package| package.get("packageManager")?.as_str());
    match asked.and_then(|asked| asked.strip_prefix("yarn@")) {
        Some(version) => !version.starts_with("1.") && !version.starts_with("0."),
        None => facts.has_up(".yarnrc.yml"),
    }
}

impl Tool for YarnNpmAudit {
    fn id(&self) -> &'static str {
        "yarn-npm-audit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Security, Language::Javascript),
            (GateId::Security, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["yarn", "npm", "audit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        if is_modern(facts) {
            YARN.applies(facts)
        } else {
            Applies::No
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        (ask.mode == Mode::Check).then(|| Prepared {
            // Deprecations are no vulnerabilities, and Yarn calls them moderate ones.
            args: checking(
                &REPORT,
                ask,
                &["--json", "--all", "--recursive", "--no-deprecations"],
                &WHOLE,
            ),
            reads: YARN.to_read(ask.facts),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[(0, "no vulnerabilities"), (1, "vulnerabilities, or an error")]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        if run.facts.lock("yarn.lock").is_none() {
            return YARN.no_lock();
        }
        let path = YARN.lock_path(run.facts);
        let mut findings = Vec::new();
        for line in run.stdout.split(|byte| *byte == b'\n') {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let Ok(Line { value, children }) = serde_json::from_slice::<Line>(line) else {
                return refused(run);
            };
            let versions = children.versions.join(", ");
            let known = Known {
                package: value,
                severity: Severity::from_tool(&children.severity),
                title: children.issue,
                ghsa: ghsa_of(&children.url),
                number: plain(&children.id),
                range: if versions.is_empty() {
                    children.range.clone()
                } else {
                    versions
                },
                places: children
                    .dependents
                    .iter()
                    .map(|name| format!("needed by {name}"))
                    .collect(),
                fix: format!("versions {} are affected", children.range),
            };
            findings.push(known.finding(self.id(), &path));
        }
        if run.exit != 0 && findings.is_empty() {
            return refused(run);
        }
        YARN.held_to_lock(self.id(), run, Reading::findings(findings))
    }

    fn install(&self) -> &'static str {
        "corepack enable"
    }
}

/// No answer, for the reason that Yarn gives: a line with a code such as `YN0035`, else one with `Error:`.
fn refused(run: &ToolRun<'_>) -> Reading {
    let said = format!("{}\n{}", run.stdout_text(), run.stderr_text());
    let lines = || {
        said.lines()
            .map(|line| line.trim_start_matches(['\u{27a4}', ' ']).trim())
    };
    let coded = lines().find(|line| line.starts_with("YN0"));
    let named = || lines().find(|line| line.contains("Error: "));
    let line = coded.or_else(named).unwrap_or("it gives no reason");
    if line.contains("lockfile") {
        return Reading::broken_with_hint(
            format!("{} gave no answer: {}", YARN.command, text::shorten(line, 300)),
            format!("bring yarn.lock up to date: {}", YARN.make_lock),
        );
    }
    YARN.refused(line)
}
