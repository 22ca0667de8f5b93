//! cargo-audit's JSON report.
//!
//! Format: the `Report` of the `rustsec` crate, as cargo-audit prints it with `--json`.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;

use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::tools::{Answer, Reading, ToolRun, cargo};

#[derive(Deserialize)]
struct Report {
    database: Database,
    lockfile: Lockfile,
    settings: Settings,
    vulnerabilities: Vulnerabilities,
    warnings: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Database {
    advisory_count: u64,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Lockfile {
    dependency_count: u64,
}

#[derive(Deserialize)]
struct Settings {
    severity: Option<String>,
    #[serde(default)]
    ignore: Vec<String>,
}

#[derive(Deserialize)]
struct Vulnerabilities {
    found: bool,
    count: usize,
    list: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    package: Package,
    advisory: Option<Advisory>,
    versions: Option<Versions>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    title: String,
    cvss: Option<String>,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
}

/// Reads a report.
pub(super) fn read(tool: &str, run: &ToolRun<'_>) -> Reading {
    let report: Report = match serde_json::from_slice(run.stdout) {
        Ok(report) => report,
        Err(error) => return Reading::broken(format!("cargo-audit's report is not readable: {error}")),
    };
    let vulnerabilities = &report.vulnerabilities;
    if vulnerabilities.count != vulnerabilities.list.len()
        || vulnerabilities.found == vulnerabilities.list.is_empty()
    {
        return Reading::broken(
            "cargo-audit's report contradicts itself about the number of vulnerabilities",
        );
    }
    if report.database.advisory_count == 0 {
        return Reading::broken_with_hint(
            "the advisory database is empty",
            "remove the directory that is given with --db, or let cargo-audit fetch the database",
        );
    }
    if report.lockfile.dependency_count == 0 {
        return Reading::broken("no package of the lock file was audited");
    }
    let lock = run.project_path("Cargo.lock");
    let vulnerable = vulnerabilities.list.iter().map(|entry| {
        let cvss = entry
            .advisory
            .as_ref()
            .and_then(|advisory| advisory.cvss.as_deref());
        finding(tool, entry, "vulnerability", severity(cvss)).at(lock.as_str(), None, None)
    });
    // Without vulnerabilities it is the notes that made the exit code: the project denies them (`--deny`).
    let denied = run.exit != 0 && vulnerabilities.list.is_empty();
    let noted = report.warnings.iter().flat_map(|(kind, entries)| {
        let lock = lock.as_str();
        let severity = if denied {
            Severity::High
        } else {
            severity_of_note(kind)
        };
        entries
            .iter()
            .map(move |entry| finding(tool, entry, kind, severity).at(lock, None, None))
    });
    Reading::Answer(Box::new(Answer {
        findings: vulnerable.chain(noted).collect(),
        metrics: BTreeMap::from([
            ("advisories_known", report.database.advisory_count),
            ("dependencies_audited", report.lockfile.dependency_count),
        ]),
        warnings: warnings(&report, &cargo::plain(run.stderr)),
        ..Answer::default()
    }))
}

fn finding(tool: &str, entry: &Entry, kind: &str, severity: Severity) -> Finding {
    let Package { name, version } = &entry.package;
    let advisory = entry.advisory.as_ref();
    let what = advisory.map_or("this version was withdrawn by its authors", |advisory| {
        advisory.title.as_str()
    });
    let patched = entry
        .versions
        .as_ref()
        .map_or(&[][..], |versions| &versions.patched);
    let remedy = match (advisory, patched) {
        (None, _) => String::new(),
        (Some(_), []) => " (no version is fixed)".to_owned(),
        (Some(_), patched) => format!(" (fixed in {})", patched.join(", ")),
    };
    let message = format!("{name} {version}: {kind}: {what}{remedy}");
    // A yanked version has no advisory to be named after.
    let rule = advisory.map_or_else(|| format!("{kind}:{name}"), |advisory| advisory.id.clone());
    Finding::new(tool, rule, severity, text::message(message.as_bytes()))
}

/// The severity of a CVSS vector; high without one, and for one that cannot be read.
fn severity(vector: Option<&str>) -> Severity {
    match vector.map(cvss::Cvss::from_str) {
        Some(Ok(vector)) => match vector.severity() {
            cvss::Severity::None => Severity::Info,
            cvss::Severity::Low => Severity::Low,
            cvss::Severity::Medium => Severity::Medium,
            cvss::Severity::High => Severity::High,
            cvss::Severity::Critical => Severity::Critical,
        },
        _ => Severity::High,
    }
}

fn severity_of_note(kind: &str) -> Severity {
    match kind {
        "unmaintained" | "notice" => Severity::Info,
        "unsound" | "yanked" => Severity::Low,
        // A kind that did not exist when this was written.
        _ => Severity::High,
    }
}

fn warnings(report: &Report, stderr: &str) -> Vec<String> {
    let mut out = Vec::new();
    if report.database.last_updated.is_none() {
        out.push("the advisory database was not updated by this run: its age is unknown".to_owned());
    }
    if !report.settings.ignore.is_empty() {
        out.push(format!(
            "ignored by configuration: {}",
            report.settings.ignore.join(", ")
        ));
    }
    if let Some(severity) = &report.settings.severity {
        out.push(format!(
            "advisories below severity {severity} are left out by configuration"
        ));
    }
    if stderr.contains("couldn't check if the package is yanked") || stderr.contains("crates.io index:") {
        out.push("not every package could be checked for being yanked".to_owned());
    }
    out
}
