//! yarn audit of Yarn 1: dependencies with known vulnerabilities, from its lines of JSON.
//!
//! The exit code is a sum of 1, 2, 4, 8 and 16 for info, low, moderate, high and critical, and an error is 1 as
//! well. The last line, `auditSummary`, is demanded: without it the report was cut off. Yarn 1 asks
//! registry.yarnpkg.com, whatever registry is configured.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::node_audit::{Advisory, Manager, Metadata, plain};
use super::npm_audit::{Whole, checking};
use super::python::Options;
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use crate::project::node::PackageManager;

/// yarn audit, of Yarn 1.
pub struct YarnAudit;

const YARN: Manager = Manager {
    is: PackageManager::Yarn,
    command: "yarn audit",
    locks: &["yarn.lock"],
    make_lock: "yarn install",
};

/// Options that decide the report.
const REPORT: Options = Options {
    alone: &[
        "--json",
        "--offline",
        "--prefer-offline",
        "--silent",
        "-s",
        "--verbose",
    ],
    valued: &["--level"],
    other_valued: "",
};

/// Yarn would leave out what is needed for development where `NODE_ENV` or a setting speaks of production.
const WHOLE: Whole = Whole {
    args: &["--production=false"],
    chosen_by: &["--production", "--prod", "--groups"],
};

/// A line of the report.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Found {
    resolution: Resolution,
    advisory: Advisory,
}

#[derive(Deserialize)]
struct Resolution {
    #[serde(default)]
    path: String,
}

impl Tool for YarnAudit {
    fn id(&self) -> &'static str {
        "yarn-audit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Security, Language::Javascript),
            (GateId::Security, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["yarn", "audit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        if super::yarn_npm_audit::is_modern(facts) {
            return Applies::No;
        }
        YARN.applies(facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        (ask.mode == Mode::Check).then(|| Prepared {
            // A level may be set in .yarnrc, too; what stands on the command line wins.
            args: checking(
                &REPORT,
                ask,
                &["--json", "--non-interactive", "--level", "info"],
                &WHOLE,
            ),
            reads: YARN.to_read(ask.facts),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        const {
            let mut exits = [(0, "no vulnerabilities"); 32];
            let mut code = 1;
            while code < exits.len() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_possible_wrap,
                    reason = "at most 31"
                )]
                let number = code as i32;
                exits[code] = (number, "vulnerabilities, by severity; 1 is also an error");
                code += 1;
            }
            &{ exits }
        }
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        if run.facts.lock("yarn.lock").is_none() {
            return YARN.no_lock();
        }
        YARN.held_to_lock(self.id(), run, read(self.id(), run))
    }

    fn install(&self) -> &'static str {
        "npm install --global yarn"
    }
}

fn read(tool: &str, run: &ToolRun<'_>) -> Reading {
    let mut found: BTreeMap<String, (Advisory, Vec<String>)> = BTreeMap::new();
    let mut summary = None;
    let mut refusal = error_line(run.stderr);
    for line in run.stdout.split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let line: Line = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => return YARN.unreadable(&error.to_string(), run),
        };
        match line.kind.as_str() {
            "auditAdvisory" => match serde_json::from_value::<Found>(line.data) {
                Ok(Found { resolution, advisory }) => {
                    let (_, places) = found
                        .entry(plain(&advisory.id))
                        .or_insert_with(|| (advisory, Vec::new()));
                    if !resolution.path.is_empty() && !places.contains(&resolution.path) {
                        places.push(resolution.path);
                    }
                }
                Err(error) => return YARN.unreadable(&error.to_string(), run),
            },
            "auditSummary" => match serde_json::from_value::<Metadata>(line.data) {
                Ok(metadata) => summary = Some(metadata),
                Err(error) => return YARN.unreadable(&error.to_string(), run),
            },
            "error" => refusal = refusal.or_else(|| Some(plain(&line.data))),
            _ => {}
        }
    }
    if let Some(why) = refusal {
        return YARN.refused(&why);
    }
    let Some(summary) = summary else {
        return YARN.unreadable("it has no summary at its end", run);
    };
    // The bit of each severity, from info on.
    let counts = summary.vulnerabilities.each();
    let mask = (0..)
        .zip(counts)
        .fold(0, |mask, (bit, (_, count))| mask | (i32::from(count > 0) << bit));
    let unnamed = summary
        .vulnerabilities
        .beyond(found.values().map(|(advisory, _)| advisory));
    if mask != run.exit || (mask == 0) != found.is_empty() || !unnamed.is_empty() {
        return Reading::broken("Yarn's report and its exit code contradict each other about what was found");
    }
    if summary.audited() == 0 {
        return YARN.none_audited(run.facts);
    }
    let path = YARN.lock_path(run.facts);
    Reading::Answer(Box::new(Answer {
        findings: found
            .into_values()
            .map(|(advisory, places)| advisory.known(&places).finding(tool, &path))
            .collect(),
        metrics: BTreeMap::from([("dependencies_audited", summary.audited())]),
        ..Answer::default()
    }))
}

/// The first error that stands on stderr: in a line of JSON, or where Yarn itself broke, in one of words.
fn error_line(stderr: &[u8]) -> Option<String> {
    let mut lines = stderr.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        if let Ok(line) = serde_json::from_slice::<Line>(line) {
            return (line.kind == "error").then(|| plain(&line.data));
        }
        let words = String::from_utf8_lossy(line);
        let first = words.split_whitespace().next()?;
        first.ends_with("Error:").then(|| words.trim().to_owned())
    })
}
