//! Reads npm's report. Source of the shapes: what npm 6, 8, 10 and 11 print (`tests/tool-output/npm-audit`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::super::node_audit::{Known, Manager, PathReport, ghsa_of, plain};
use super::super::{Answer, Reading, ToolRun};
use crate::model::finding::Severity;

/// `auditReportVersion` 2: npm 7 and later.
#[derive(Deserialize)]
struct Report {
    /// By package. A package that is only affected by what it needs is in it too.
    vulnerabilities: BTreeMap<String, Vulnerable>,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    vulnerabilities: Total,
    dependencies: Total,
}

#[derive(Deserialize)]
struct Total {
    total: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerable {
    #[serde(default)]
    severity: String,
    via: Vec<Via>,
    #[serde(default)]
    effects: Vec<String>,
    #[serde(default)]
    is_direct: bool,
    #[serde(default)]
    range: String,
    #[serde(default)]
    nodes: Vec<String>,
    #[serde(default)]
    fix_available: Fix,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Via {
    /// The name of a package that this one needs.
    Package(String),
    Advisory(Advisory),
}

#[derive(Deserialize)]
struct Advisory {
    source: Value,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    range: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Fix {
    Known(bool),
    By {
        name: String,
        version: String,
        #[serde(default, rename = "isSemVerMajor")]
        is_major: bool,
    },
}

impl Default for Fix {
    fn default() -> Self {
        Self::Known(false)
    }
}

impl Fix {
    fn sentence(&self) -> String {
        match self {
            Self::Known(true) => "fixed by: npm audit fix".to_owned(),
            Self::Known(false) => "no fix is known".to_owned(),
            Self::By {
                name,
                version,
                is_major,
            } => {
                let note = if *is_major { ", a major change" } else { "" };
                format!("fixed with {name} {version}{note}")
            }
        }
    }
}

pub(super) fn read(tool: &str, manager: &Manager, run: &ToolRun<'_>) -> Reading {
    let value: Value = match serde_json::from_slice(run.stdout) {
        Ok(value) => value,
        // npm 7 to 9 write this error to the other stream.
        Err(_) if run.stderr_text().contains("NOLOCK") => return manager.no_lock(),
        Err(error) => return manager.unreadable(&error.to_string(), run),
    };
    if let Some(refused) = manager.error_in(&value) {
        return refused;
    }
    if value.get("advisories").is_some() {
        return read_six(tool, manager, run, value);
    }
    if value.get("auditReportVersion").and_then(Value::as_u64) != Some(2) {
        return manager.unreadable("it is of a version that is not known", run);
    }
    let report: Report = match serde_json::from_value(value) {
        Ok(report) => report,
        Err(error) => return manager.unreadable(&error.to_string(), run),
    };
    if report.metadata.vulnerabilities.total != report.vulnerabilities.len() as u64 {
        return Reading::broken("npm's report contradicts itself about the number of vulnerable packages");
    }
    if report.metadata.dependencies.total == 0 {
        return manager.none_audited(run.facts);
    }
    let path = manager.lock_path(run.facts);
    let findings = known(&report)
        .iter()
        .map(|known| known.finding(tool, &path))
        .collect();
    Reading::Answer(Box::new(Answer {
        findings,
        metrics: BTreeMap::from([("dependencies_audited", report.metadata.dependencies.total)]),
        ..Answer::default()
    }))
}

/// npm 6, which counts every path, and names the dependencies of development apart.
fn read_six(tool: &str, manager: &Manager, run: &ToolRun<'_>, value: Value) -> Reading {
    let report: PathReport = match serde_json::from_value(value) {
        Ok(report) => report,
        Err(error) => return manager.unreadable(&error.to_string(), run),
    };
    let found = report.metadata.vulnerabilities.all();
    if !report.unnamed().is_empty() || (found == 0) != report.advisories.is_empty() {
        return Reading::broken("npm's report contradicts itself about the number of vulnerabilities");
    }
    if report.metadata.audited() == 0 {
        return manager.none_audited(run.facts);
    }
    Reading::Answer(Box::new(report.answer(tool, manager, run)))
}

/// One entry an advisory. A package whose trouble leads to no advisory of the report is told by itself, so that
/// nothing is lost.
fn known(report: &Report) -> Vec<Known> {
    let mut out = Vec::new();
    for (package, vulnerable) in &report.vulnerabilities {
        let mut is_told = false;
        for via in &vulnerable.via {
            match via {
                Via::Advisory(advisory) => {
                    is_told = true;
                    out.push(of_advisory(report, package, vulnerable, advisory));
                }
                Via::Package(name) => is_told |= report.vulnerabilities.contains_key(name),
            }
        }
        if !is_told {
            out.push(Known {
                package: package.clone(),
                severity: Severity::from_tool(&vulnerable.severity),
                title: "it is vulnerable, and npm does not say why".to_owned(),
                ghsa: None,
                number: package.clone(),
                range: vulnerable.range.clone(),
                places: vulnerable.nodes.clone(),
                fix: vulnerable.fix_available.sentence(),
            });
        }
    }
    out
}

fn of_advisory(report: &Report, package: &str, vulnerable: &Vulnerable, advisory: &Advisory) -> Known {
    let mut places = vulnerable.nodes.clone();
    if !vulnerable.is_direct {
        let needed_by = direct(report, package);
        if let (Some(last), false) = (places.last_mut(), needed_by.is_empty()) {
            last.push_str(&format!(", needed by {}", needed_by.join(", ")));
        }
    }
    Known {
        package: package.to_owned(),
        severity: Severity::from_tool(&advisory.severity),
        title: advisory.title.clone(),
        ghsa: ghsa_of(&advisory.url),
        number: plain(&advisory.source),
        range: advisory.range.clone(),
        places,
        fix: vulnerable.fix_available.sentence(),
    }
}

/// The packages that the project itself declares and that need this one, along what npm says is affected.
fn direct<'a>(report: &'a Report, package: &'a str) -> Vec<&'a str> {
    let mut seen = BTreeSet::from([package]);
    let mut open = vec![package];
    let mut found = Vec::new();
    while let Some(name) = open.pop() {
        let Some(vulnerable) = report.vulnerabilities.get(name) else {
            continue;
        };
        if vulnerable.is_direct && name != package {
            found.push(name);
        }
        for effect in &vulnerable.effects {
            if seen.insert(effect.as_str()) {
                open.push(effect);
            }
        }
    }
    found.sort_unstable();
    found
}
