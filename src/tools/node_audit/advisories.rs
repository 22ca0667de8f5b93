//! The report by advisories, each with the paths to the package: npm 6, pnpm, and in pieces Yarn 1.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::super::Answer;
use super::{Known, Manager, ToolRun, ghsa_of, plain};
use crate::model::finding::Severity;

/// `{"advisories": {…}, "metadata": {…}}`.
#[derive(Deserialize)]
pub(in crate::tools) struct PathReport {
    pub(in crate::tools) advisories: BTreeMap<String, Advisory>,
    pub(in crate::tools) metadata: Metadata,
}

/// What was looked at, and how often something was found.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::tools) struct Metadata {
    pub(in crate::tools) vulnerabilities: Counts,
    #[serde(default)]
    pub(in crate::tools) dependencies: u64,
    #[serde(default)]
    pub(in crate::tools) dev_dependencies: u64,
    #[serde(default)]
    pub(in crate::tools) total_dependencies: u64,
}

impl Metadata {
    /// How many dependencies were looked at. npm 6 leaves development out of one number and not of the other.
    pub(in crate::tools) fn audited(&self) -> u64 {
        self.total_dependencies
            .max(self.dependencies.saturating_add(self.dev_dependencies))
    }
}

/// How often each severity was found.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(in crate::tools) struct Counts {
    #[serde(default)]
    info: u64,
    #[serde(default)]
    low: u64,
    #[serde(default)]
    moderate: u64,
    #[serde(default)]
    high: u64,
    #[serde(default)]
    critical: u64,
}

impl Counts {
    /// Severity and count, the mildest first.
    pub(in crate::tools) fn each(self) -> [(Severity, u64); 5] {
        [
            (Severity::Info, self.info),
            (Severity::Low, self.low),
            (Severity::Medium, self.moderate),
            (Severity::High, self.high),
            (Severity::Critical, self.critical),
        ]
    }

    /// The severities of which none of these advisories is, with their counts.
    pub(in crate::tools) fn beyond<'a>(
        self,
        named: impl Iterator<Item = &'a Advisory>,
    ) -> Vec<(Severity, u64)> {
        let named: BTreeSet<Severity> = named.map(Advisory::severity).collect();
        let counts = self.each().into_iter();
        counts
            .filter(|(severity, count)| *count > 0 && !named.contains(severity))
            .collect()
    }

    /// Everything that was found.
    pub(in crate::tools) fn all(self) -> u64 {
        self.each()
            .iter()
            .fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// One advisory.
#[derive(Deserialize)]
pub(in crate::tools) struct Advisory {
    pub(in crate::tools) id: Value,
    module_name: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    vulnerable_versions: String,
    patched_versions: Option<String>,
    github_advisory_id: Option<String>,
    #[serde(default)]
    findings: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    #[serde(default)]
    version: String,
    #[serde(default)]
    paths: Vec<String>,
}

impl Advisory {
    /// Its severity.
    pub(in crate::tools) fn severity(&self) -> Severity {
        Severity::from_tool(&self.severity)
    }

    /// What there is to say of it. `places` stand in for those of the advisory where they are not empty.
    pub(in crate::tools) fn known(self, places: &[String]) -> Known {
        let mut versions: Vec<&str> = self.findings.iter().map(|place| place.version.as_str()).collect();
        versions.retain(|version| !version.is_empty());
        versions.sort_unstable();
        versions.dedup();
        let range = if versions.is_empty() {
            self.vulnerable_versions.clone()
        } else {
            versions.join(", ")
        };
        let paths = self.findings.iter().flat_map(|place| &place.paths);
        let places = if places.is_empty() {
            paths.map(|path| readable(path)).collect()
        } else {
            places.iter().map(|path| readable(path)).collect()
        };
        let id = self.github_advisory_id.as_ref().map(|id| format!("/{id}"));
        let fix = match self.patched_versions.as_deref().map(str::trim) {
            // The registry's way to say that no version is.
            None | Some("" | "<0.0.0") => "no version is fixed".to_owned(),
            Some(patched) => format!("fixed in {patched}"),
        };
        Known {
            severity: self.severity(),
            title: self.title,
            ghsa: id.and_then(|id| ghsa_of(&id)).or_else(|| ghsa_of(&self.url)),
            number: plain(&self.id),
            range,
            places,
            fix,
            package: self.module_name,
        }
    }
}

/// `.>middle>deep` as `middle > deep`.
fn readable(path: &str) -> String {
    let names: Vec<&str> = path
        .split('>')
        .map(str::trim)
        .filter(|name| *name != ".")
        .collect();
    names.join(" > ")
}

impl PathReport {
    /// The findings, one an advisory, and what else is to be said.
    pub(in crate::tools) fn answer(self, tool: &str, manager: &Manager, run: &ToolRun<'_>) -> Answer {
        let path = manager.lock_path(run.facts);
        let audited = self.metadata.audited();
        Answer {
            findings: self
                .advisories
                .into_values()
                .map(|advisory| advisory.known(&[]).finding(tool, &path))
                .collect(),
            metrics: BTreeMap::from([("dependencies_audited", audited)]),
            ..Answer::default()
        }
    }

    /// The severities that were counted and of which no advisory is in the report, with their counts.
    pub(in crate::tools) fn unnamed(&self) -> Vec<(Severity, u64)> {
        self.metadata.vulnerabilities.beyond(self.advisories.values())
    }
}
