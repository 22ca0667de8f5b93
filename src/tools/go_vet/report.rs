//! The objects that `go vet -json` prints, and the text between them.
//!
//! Format: `{package: {analyzer: [{"posn": "path:line:column", "message": …}]}}`, or `{"error": …}` in the place of
//! the list, as `go doc golang.org/x/tools/go/analysis/internal/analysisflags` has it; one object a package, from a
//! line `{` to a line `}`, or `{}`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::parse::go_text;
use crate::project::UnitFacts;
use crate::tools::golang;

/// What go vet said.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// How many packages were looked at.
    pub packages: usize,
    /// What stands between the objects.
    pub text: String,
    found: Vec<(String, Found)>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Found {
    Diagnostics(Vec<Diagnostic>),
    Error { error: serde_json::Value },
}

#[derive(Debug, Deserialize)]
struct Diagnostic {
    posn: String,
    message: String,
}

type Object = BTreeMap<String, BTreeMap<String, Found>>;

/// Reads both streams.
pub(super) fn read(stdout: &str, stderr: &str) -> Result<Report, String> {
    let mut report = Report::default();
    report.add(stdout)?;
    // Nothing but objects is expected there.
    if let Some(line) = report.text.lines().find(|line| !line.trim().is_empty()) {
        return Err(format!("{:?} stands among its objects", text::shorten(line, 100)));
    }
    report.add(stderr)?;
    Ok(report)
}

impl Report {
    fn add(&mut self, stream: &str) -> Result<(), String> {
        let mut open: Option<String> = None;
        for line in stream.lines() {
            match &mut open {
                None if line == "{}" => self.packages += 1,
                None if line.starts_with('{') => open = Some(format!("{line}\n")),
                None => {
                    self.text.push_str(line);
                    self.text.push('\n');
                }
                Some(object) => {
                    object.push_str(line);
                    object.push('\n');
                    if line == "}" {
                        self.object(object)?;
                        open = None;
                    }
                }
            }
        }
        match open {
            None => Ok(()),
            // One on a single line.
            Some(object) if object.lines().count() == 1 => self.object(&object),
            Some(_) => Err("it stops inside of an object".to_owned()),
        }
    }

    fn object(&mut self, object: &str) -> Result<(), String> {
        let object: Object = serde_json::from_str(object).map_err(|error| error.to_string())?;
        self.packages += object.len().max(1);
        self.found.extend(object.into_values().flatten());
        Ok(())
    }

    /// What was found, in the order of the report.
    pub(super) fn findings(&self, tool: &str, facts: &UnitFacts) -> Vec<Finding> {
        self.found
            .iter()
            .flat_map(|(analyzer, found)| match found {
                Found::Diagnostics(all) => all
                    .iter()
                    .map(|one| diagnostic(tool, facts, analyzer, one))
                    .collect(),
                Found::Error { error } => {
                    let message = format!("the analyzer gave up: {error}");
                    vec![Finding::new(
                        tool,
                        text::one_line(analyzer),
                        Severity::High,
                        text::message(message.as_bytes()),
                    )]
                }
            })
            .collect()
    }
}

fn diagnostic(tool: &str, facts: &UnitFacts, analyzer: &str, one: &Diagnostic) -> Finding {
    let finding = Finding::new(
        tool,
        text::one_line(analyzer),
        Severity::Medium,
        text::message(one.message.as_bytes()),
    );
    match go_text::place(&format!("{}: ", one.posn)) {
        Some((file, line, column, _)) => {
            finding.at(golang::source_path(facts, file), Some(line), Some(column))
        }
        None => finding,
    }
}
