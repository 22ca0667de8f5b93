//! The messages that govulncheck prints with `-json`.
//!
//! Format: JSON objects one behind the other, each with one key, `config`, `SBOM`, `progress`, `osv` or `finding`, as
//! `go doc golang.org/x/vuln/internal/govulncheck` describes them (protocol 1.0). Nothing ends the stream, so what is
//! demanded is that the scan was begun and that every finding's entry of the database was told before.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::project::UnitFacts;
use crate::tools::{Answer, ToolRun, golang};

#[derive(Deserialize)]
struct Message {
    config: Option<Config>,
    #[serde(rename = "SBOM")]
    sbom: Option<Sbom>,
    progress: Option<Progress>,
    osv: Option<Osv>,
    finding: Option<Found>,
}

#[derive(Deserialize)]
struct Config {
    protocol_version: String,
    scanner_name: String,
    db_last_modified: Option<String>,
    scan_level: Option<String>,
}

#[derive(Deserialize)]
struct Sbom {
    #[serde(default)]
    modules: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Progress {
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Osv {
    id: String,
    #[serde(default)]
    summary: String,
}

#[derive(Deserialize)]
struct Found {
    osv: String,
    fixed_version: Option<String>,
    trace: Vec<Frame>,
}

#[derive(Clone, Deserialize)]
struct Frame {
    module: String,
    version: Option<String>,
    package: Option<String>,
    function: Option<String>,
    position: Option<Position>,
}

#[derive(Clone, Deserialize)]
struct Position {
    filename: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
}

/// How deep the code is in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Required,
    Imported,
    Called,
}

impl Found {
    fn is_of_go(&self) -> bool {
        self.trace.first().is_some_and(|frame| frame.module == "stdlib")
    }

    fn depth(&self) -> Depth {
        match self.trace.first() {
            Some(frame) if frame.function.is_some() => Depth::Called,
            Some(frame) if frame.package.is_some() => Depth::Imported,
            _ => Depth::Required,
        }
    }
}

/// Words of the progress messages that tell that the code is being looked at.
const LOOKING: [&str; 2] = ["Scanning your code", "Checking the code"];

/// Reads the whole stream, or says why it is not one.
pub(super) fn read(tool: &str, run: &ToolRun<'_>) -> Result<Answer, String> {
    let mut config = None;
    let mut modules = 0;
    let mut looking = false;
    let mut known: BTreeMap<String, Osv> = BTreeMap::new();
    let mut found: BTreeMap<(String, String), Found> = BTreeMap::new();
    if run.stdout.last().is_some_and(|last| *last != b'\n') {
        return Err("it stops in the middle of a line".to_owned());
    }
    for message in serde_json::Deserializer::from_slice(run.stdout).into_iter::<Message>() {
        let message = message.map_err(|error| error.to_string())?;
        if let Some(said) = message.config {
            config = Some(said);
        }
        if let Some(sbom) = message.sbom {
            modules = sbom.modules.len() as u64;
        }
        if let Some(progress) = message.progress {
            looking |= LOOKING.iter().any(|words| progress.message.starts_with(words));
        }
        if let Some(osv) = message.osv {
            known.insert(osv.id.clone(), osv);
        }
        if let Some(one) = message.finding {
            let Some(frame) = one.trace.first() else {
                return Err(format!(
                    "a finding of {} names no module",
                    text::one_line(&one.osv)
                ));
            };
            if !known.contains_key(&one.osv) {
                return Err(format!("{} is found and not described", text::one_line(&one.osv)));
            }
            let key = (one.osv.clone(), frame.module.clone());
            // The deepest counts; of equals the first, which has the shortest trace.
            if found.get(&key).is_none_or(|before| before.depth() < one.depth()) {
                found.insert(key, one);
            }
        }
    }
    let config = config.ok_or("it does not say how it was made")?;
    if !config.protocol_version.starts_with("v1.") || config.scanner_name != "govulncheck" {
        return Err(format!(
            "it is of {} with protocol {}",
            text::one_line(&config.scanner_name),
            text::one_line(&config.protocol_version)
        ));
    }
    if !looking {
        return Err("it ends before the code was looked at".to_owned());
    }
    let level = config.scan_level.as_deref().unwrap_or("");
    let findings = found
        .values()
        // That Go itself is required says nothing: a vulnerability somewhere in it is the rule.
        .filter(|one| !(one.is_of_go() && one.depth() == Depth::Required && level != "module"))
        .filter_map(|one| Some(finding(tool, run.facts, one, known.get(&one.osv)?, level)))
        .collect();
    let mut metrics = BTreeMap::from([("advisories_of_dependencies", known.len() as u64)]);
    if modules > 0 {
        metrics.insert("modules_scanned", modules);
    }
    Ok(Answer {
        findings,
        metrics,
        warnings: match config.db_last_modified {
            Some(_) => Vec::new(),
            None => vec!["the age of the vulnerability database is unknown".to_owned()],
        },
        ..Answer::default()
    })
}

fn finding(tool: &str, facts: &UnitFacts, one: &Found, osv: &Osv, level: &str) -> Finding {
    let depth = one.depth();
    // As deep as the scan went, and nothing deeper can be known.
    let deepest = match level {
        "symbol" => Depth::Called,
        "package" => Depth::Imported,
        _ => Depth::Required,
    };
    let severity = match depth {
        depth if depth >= deepest => Severity::High,
        Depth::Imported => Severity::Low,
        _ => Severity::Info,
    };
    let frame = one.trace.first();
    let module = match frame.map(|frame| (frame.module.as_str(), frame.version.as_deref())) {
        Some(("stdlib", version)) => format!("Go's standard library {}", version.unwrap_or("")),
        Some((module, version)) => format!("{module} {}", version.unwrap_or("")),
        None => String::new(),
    };
    let how = match depth {
        Depth::Called => one
            .trace
            .first()
            .map(|frame| {
                let package = frame.package.as_deref().unwrap_or(&frame.module);
                format!(
                    "; {package}.{} is called",
                    frame.function.as_deref().unwrap_or("")
                )
            })
            .unwrap_or_default(),
        Depth::Imported if depth < deepest => {
            "; it is imported, and what is vulnerable is not called".to_owned()
        }
        Depth::Required if depth < deepest => {
            "; it is required, and what is vulnerable is not imported".to_owned()
        }
        _ => String::new(),
    };
    let fixed = match one.fixed_version.as_deref() {
        Some(version) if !version.is_empty() => format!(" (fixed in {version})"),
        _ => " (no version is fixed)".to_owned(),
    };
    let message = format!("{}: {}{fixed}{how}", module.trim_end(), osv.summary);
    let finding = Finding::new(
        tool,
        text::one_line(&osv.id),
        severity,
        text::message(message.as_bytes()),
    );
    match place(facts, one) {
        Some((file, line, column)) => finding.at(file, line, column),
        None => finding.at(facts.project_path("go.mod"), None, None),
    }
}

/// The place in the project's own code from which the vulnerable function is reached.
fn place(facts: &UnitFacts, one: &Found) -> Option<(String, Option<u32>, Option<u32>)> {
    let own = |frame: &&Frame| match &facts.go.module {
        Some(module) => frame.module == *module,
        None => true,
    };
    let frame = one.trace.iter().skip(1).find(own)?;
    let position = frame.position.as_ref()?;
    let file = position.filename.as_deref()?;
    Some((golang::source_path(facts, file), position.line, position.column))
}
