//! Reads the report of `safety check`: an object since 2.0, a list of lists before.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::{Answer, Broken, Reading, ToolRun, python};
use crate::model::finding::{Finding, Severity};

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "report_meta")]
    meta: Meta,
    vulnerabilities: Vec<Vulnerability>,
    #[serde(default)]
    ignored_vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Meta {
    packages_found: u64,
    vulnerabilities_found: u64,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(rename = "vulnerability_id")]
    id: String,
    package_name: String,
    analyzed_version: Option<String>,
    #[serde(default)]
    advisory: String,
    #[serde(rename = "CVE")]
    cve: Option<String>,
    #[serde(default)]
    fixed_versions: Vec<String>,
    /// An object for those who pay, else nothing.
    #[serde(default)]
    severity: Value,
}

/// One entry before 2.0: package, affected versions, version, advisory, id, and later two scores.
struct Old {
    package: String,
    version: String,
    advisory: String,
    id: String,
}

/// The list that versions before 2.0 print; nothing when it is something else.
fn old_list(document: &str) -> Option<Vec<Old>> {
    let list: Vec<Vec<Value>> = serde_json::from_str(document).ok()?;
    let text = |entry: &[Value], index: usize| Some(entry.get(index)?.as_str()?.to_owned());
    list.iter()
        .map(|entry| {
            Some(Old {
                package: text(entry, 0)?,
                version: text(entry, 2)?,
                advisory: text(entry, 3)?,
                id: text(entry, 4)?,
            })
        })
        .collect()
}

const ACCOUNT: &str =
    "log in with `safety auth login`, or give SAFETY_API_KEY through `pass_env`; pip-audit asks for neither";

pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let stdout = String::from_utf8_lossy(run.stdout);
    let Some(document) = document(&stdout) else {
        return no_answer("safety printed no report", run);
    };
    if let Some(list) = old_list(document) {
        return old(&list, run);
    }
    match serde_json::from_str::<Report>(document) {
        Ok(report) => judge(&report, run),
        Err(error) => no_answer(&format!("safety's report cannot be read ({error})"), run),
    }
}

/// The JSON among the banners that some versions print around it.
fn document(stdout: &str) -> Option<&str> {
    let mut start = 0;
    for line in stdout.split_inclusive('\n') {
        if line.starts_with(['{', '[']) {
            let rest = &stdout[start..];
            let end = rest.rfind(['}', ']'])?;
            return rest.get(..=end);
        }
        start += line.len();
    }
    None
}

fn old(list: &[Old], run: &ToolRun<'_>) -> Reading {
    if list.is_empty() {
        return Reading::broken_with_hint(
            "this version of safety does not say what it looked at, so that finding nothing means nothing",
            "python -m pip install 'safety>=2'",
        );
    }
    let findings = list.iter().map(|entry| {
        let message = format!("{} {}: {}", entry.package, entry.version, entry.advisory);
        placed(
            Finding::new("safety", &entry.id, Severity::High, python::brief(&message)),
            run,
        )
    });
    Reading::findings(findings.collect())
}

fn judge(report: &Report, run: &ToolRun<'_>) -> Reading {
    let stderr = python::plain(run.stderr);
    let unpinned: Vec<&str> = stderr
        .lines()
        .filter(|line| line.contains("unable to check"))
        .map(str::trim)
        .collect();
    let found = report.vulnerabilities.len() as u64;
    if report.meta.vulnerabilities_found != found {
        return Reading::broken(format!(
            "safety's report claims {} vulnerabilities and lists {found}",
            report.meta.vulnerabilities_found
        ));
    }
    if report.meta.packages_found == 0 {
        return match unpinned.first() {
            Some(line) => Reading::broken_with_hint(
                format!("safety checked no package: {}", python::brief(line)),
                "pin the requirements, or let pip-audit resolve them",
            ),
            None => Reading::Nothing("no packages to check".to_owned()),
        };
    }
    let mut warnings: Vec<String> = unpinned.into_iter().take(10).map(python::brief).collect();
    if !report.ignored_vulnerabilities.is_empty() {
        let ids: Vec<&str> = report
            .ignored_vulnerabilities
            .iter()
            .map(|ignored| ignored.id.as_str())
            .collect();
        warnings.push(python::brief(&format!(
            "ignored vulnerabilities: {}",
            ids.join(", ")
        )));
    }
    let findings = report
        .vulnerabilities
        .iter()
        .map(|found| placed(found.finding(), run));
    Reading::Answer(Box::new(Answer {
        findings: findings.collect(),
        metrics: BTreeMap::from([("dependencies_audited", report.meta.packages_found)]),
        warnings,
        ..Answer::default()
    }))
}

impl Vulnerability {
    fn finding(&self) -> Finding {
        let version = self.analyzed_version.as_deref().unwrap_or("(unknown version)");
        let fix = match self.fixed_versions.as_slice() {
            [] => String::new(),
            versions => format!(" fixed in {};", versions.join(", ")),
        };
        let cve = self
            .cve
            .as_ref()
            .map(|cve| format!(" ({cve})"))
            .unwrap_or_default();
        let message = format!(
            "{} {version}:{fix} {}{cve}",
            self.package_name,
            self.advisory.trim()
        );
        Finding::new("safety", &self.id, self.severity(), python::brief(&message))
    }

    /// The words of CVSS 3, 2 or of the report itself; without any it counts as high.
    fn severity(&self) -> Severity {
        let word = ["cvssv3", "cvssv2"]
            .iter()
            .find_map(|key| self.severity.get(key)?.get("base_severity")?.as_str())
            .or_else(|| self.severity.as_str());
        word.map_or(Severity::High, Severity::from_tool)
    }
}

fn placed(finding: Finding, run: &ToolRun<'_>) -> Finding {
    let lists = run
        .facts
        .requirement_lines()
        .is_some_and(|lines| !lines.is_empty());
    if lists {
        finding.at(run.project_path("requirements.txt"), None, None)
    } else {
        finding
    }
}

/// No answer, with what safety said and, where it wants an account or the network, what to do.
pub(super) fn no_answer(what: &str, run: &ToolRun<'_>) -> Reading {
    let said = format!("{}\n{}", python::plain(run.stdout), python::plain(run.stderr)).to_ascii_lowercase();
    let wants_account = run.exit == 65
        || run.exit == 72
        || ["auth login", "log in", "login", "api key", "register"]
            .iter()
            .any(|words| said.contains(words));
    let unreachable = run.exit == 68
        || ["connecterror", "network connection", "name or service not known"]
            .iter()
            .any(|words| said.contains(words));
    let hint = if unreachable {
        Some(
            "safety must reach its service over the network; see proxy and certificates, or use pip-audit"
                .to_owned(),
        )
    } else {
        wants_account.then(|| ACCOUNT.to_owned())
    };
    Reading::Broken(Broken {
        reason: python::with_trouble(&format!("safety gave no answer ({what})"), run),
        hint,
    })
}
