//! SARIF 2.1.0 logs as tools write them (OASIS, "Static Analysis Results Interchange Format").
//!
//! The whole document must be there. Left out is only what the tool itself calls no problem: the kinds `pass`,
//! `notApplicable` and `informational`, and what a suppression covers that is accepted. What it could not decide
//! (`open`, `review`) counts. A run that says that it did not end well, or that notes an error of its own, is an error.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::model::finding::Severity;

/// What one tool found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SarifReport {
    /// The results, in the order of the log.
    pub results: Vec<SarifResult>,
}

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub struct SarifResult {
    /// The rule, `-` when none is named.
    pub rule: String,
    /// How bad it is: `security-severity` of the rule where it has one, else its level (`error` is high, `warning` or
    /// no level medium, `note` low, `none` info, any other word high).
    pub severity: Severity,
    /// What was found; empty when the log says nothing.
    pub message: String,
    /// The file as the tool names it, decoded; `None` when no place is given.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SarifError {
    /// Not JSON, cut off, or of another shape.
    #[error("it is not a SARIF log: {source}")]
    Malformed {
        /// What the reader says.
        #[from]
        source: serde_json::Error,
    },
    /// Another version of the format.
    #[error("it is SARIF {version}, and 2.1 is read")]
    Version {
        /// The version that it claims.
        version: String,
    },
    /// No run in it, so nothing was looked at.
    #[error("it holds no run")]
    NoRun,
    /// A run without `results`: as the format has it, one that did not look for any.
    #[error("a run in it holds no results")]
    NoResults,
    /// What was found stands in other files, which are not read.
    #[error("a part of it stands in files of their own: {parts}")]
    External {
        /// Which parts, with commas between them.
        parts: String,
    },
    /// The tool says that it did not end well.
    #[error("its tool says that it did not succeed{}", notice.as_ref().map_or_else(String::new, |text| format!(": {text}")))]
    Unsuccessful {
        /// What the tool notes about it.
        notice: Option<String>,
    },
    /// The tool says that it succeeded, and notes an error of its own beside it.
    #[error("its tool notes an error{}", notice.as_ref().map_or_else(String::new, |text| format!(": {text}")))]
    Notified {
        /// What the tool notes.
        notice: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    version: String,
    runs: Vec<Run>,
    #[serde(default)]
    inline_external_properties: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    // A run without results is one that did not look for any.
    results: Option<Vec<Found>>,
    invocations: Option<Vec<Invocation>>,
    #[serde(default)]
    external_property_file_references: BTreeMap<String, Value>,
}

/// The parts of a run without which nobody knows what was found and how bad it is.
const NEEDED: [&str; 4] = ["results", "driver", "extensions", "invocations"];

impl Run {
    /// The parts of it that stand elsewhere and would have to be read.
    fn elsewhere(&self) -> Vec<&'static str> {
        let is_there = |part: &&str| {
            self.external_property_file_references
                .get(*part)
                .is_some_and(|value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()))
        };
        NEEDED.into_iter().filter(is_there).collect()
    }
}

#[derive(Deserialize)]
struct Tool {
    driver: Component,
    #[serde(default)]
    extensions: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    #[serde(default)]
    default_configuration: Option<Configuration>,
    #[serde(default)]
    properties: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Configuration {
    level: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Option<Vec<Notification>>,
    tool_configuration_notifications: Option<Vec<Notification>>,
    #[serde(default)]
    rule_configuration_overrides: Vec<Override>,
}

/// Another configuration of a rule for one run of the tool.
#[derive(Deserialize)]
struct Override {
    descriptor: RuleReference,
    configuration: Configuration,
}

impl Invocation {
    fn notifications(&self) -> impl Iterator<Item = &Notification> {
        self.tool_execution_notifications
            .iter()
            .chain(&self.tool_configuration_notifications)
            .flatten()
    }

    /// Why this invocation cannot be relied on. A tool that succeeded and notes an error has not looked at everything.
    fn trouble(&self) -> Option<SarifError> {
        let error = self
            .notifications()
            .find(|note| note.level.as_deref() == Some("error"));
        if self.execution_successful && error.is_none() {
            return None;
        }
        let noted = error.or_else(|| self.notifications().next());
        let notice = noted.and_then(|note| note.message.said());
        Some(if self.execution_successful {
            SarifError::Notified { notice }
        } else {
            SarifError::Unsuccessful { notice }
        })
    }
}

#[derive(Deserialize)]
struct Notification {
    #[serde(default)]
    message: Message,
    level: Option<String>,
}

#[derive(Default, Deserialize)]
struct Message {
    text: Option<String>,
    markdown: Option<String>,
    id: Option<String>,
}

impl Message {
    fn said(&self) -> Option<String> {
        [&self.text, &self.markdown, &self.id]
            .into_iter()
            .flatten()
            .next()
            .cloned()
    }
}

#[derive(Deserialize)]
struct Suppression {
    status: Option<String>,
}

impl Suppression {
    /// Without a status it is in force, as the format has it; under review or rejected it is not.
    fn is_accepted(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "accepted")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<RuleReference>,
    kind: Option<String>,
    level: Option<String>,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
    suppressions: Option<Vec<Suppression>>,
    #[serde(default)]
    properties: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleReference {
    id: Option<String>,
    index: Option<i64>,
    tool_component: Option<ComponentReference>,
}

#[derive(Deserialize)]
struct ComponentReference {
    index: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<Physical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Option<Artifact>,
    region: Option<Region>,
}

#[derive(Deserialize)]
struct Artifact {
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u32>,
    start_column: Option<u32>,
}

/// Reads a log.
///
/// # Errors
/// It is no SARIF 2.1 log, it holds no run, or a run in it did not look, did not succeed or notes an error.
pub fn parse(bytes: &[u8]) -> Result<SarifReport, SarifError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let log: Log = serde_json::from_slice(bytes)?;
    if !log.version.starts_with("2.1") {
        return Err(SarifError::Version { version: log.version });
    }
    if log.runs.is_empty() {
        return Err(SarifError::NoRun);
    }
    let inline = |part: &&str| {
        log.inline_external_properties
            .iter()
            .any(|properties| properties.get(*part).is_some())
    };
    let elsewhere: Vec<&str> = NEEDED.into_iter().filter(inline).collect();
    let elsewhere = std::iter::once(elsewhere)
        .chain(log.runs.iter().map(Run::elsewhere))
        .find(|parts| !parts.is_empty());
    if let Some(parts) = elsewhere {
        let parts = parts.join(", ");
        return Err(SarifError::External { parts });
    }
    let mut report = SarifReport::default();
    for run in log.runs {
        if let Some(error) = run.invocations.iter().flatten().find_map(Invocation::trouble) {
            return Err(error);
        }
        let results = run.results.ok_or(SarifError::NoResults)?;
        let rules = Rules {
            driver: &run.tool.driver.rules,
            extensions: &run.tool.extensions,
            overrides: (run.invocations.iter().flatten())
                .flat_map(|invocation| &invocation.rule_configuration_overrides)
                .collect(),
        };
        report
            .results
            .extend(results.into_iter().filter_map(|found| result(found, &rules)));
    }
    Ok(report)
}

/// What a run says of its rules.
struct Rules<'a> {
    driver: &'a [Rule],
    extensions: &'a [Component],
    overrides: Vec<&'a Override>,
}

impl<'a> Rules<'a> {
    /// The rule that is meant: by its place in its component, where that is given and fits its name; else by its name.
    /// `CA1/sub` is a finer name of what the rule `CA1` finds (the standard, 3.52.4).
    fn find(&self, reference: &RuleReference) -> Option<&'a Rule> {
        let at = |index: Option<i64>| usize::try_from(index?).ok();
        let component = reference.tool_component.as_ref();
        let list = match component.and_then(|component| at(component.index)) {
            Some(extension) => self.extensions.get(extension).map(|extension| &*extension.rules),
            None => Some(self.driver),
        };
        let fits = |rule: &&Rule| reference.id.as_ref().is_none_or(|id| is_of(id, &rule.id));
        let by_place = at(reference.index)
            .and_then(|index| list?.get(index))
            .filter(fits);
        let by_name = || {
            let id = reference.id.as_ref()?;
            let extensions = self.extensions.iter().flat_map(|extension| &extension.rules);
            let mut named = self
                .driver
                .iter()
                .chain(extensions)
                .filter(|rule| is_of(id, &rule.id));
            // The longest name is the nearest one.
            let first = named.next()?;
            Some(named.fold(
                first,
                |best, rule| {
                    if rule.id.len() > best.id.len() { rule } else { best }
                },
            ))
        };
        by_place.or_else(by_name)
    }

    /// The level that a rule has in this run: of several, the worst.
    fn level(&self, rule: Option<&Rule>, id: Option<&str>) -> Option<String> {
        let concerns = |one: &&&Override| {
            let meant = self.find(&one.descriptor).map(|rule| rule.id.as_str());
            let meant = meant.or(one.descriptor.id.as_deref());
            meant.is_some_and(|meant| {
                rule.is_some_and(|rule| rule.id == meant) || id.is_some_and(|id| is_of(id, meant))
            })
        };
        let overridden = (self.overrides.iter().filter(concerns))
            .filter_map(|one| one.configuration.level.as_deref())
            .max_by_key(|level| by_level(Some(level)));
        match overridden {
            Some(level) => Some(level.to_owned()),
            None => rule?.default_configuration.as_ref()?.level.clone(),
        }
    }
}

/// Whether a name is the rule's, or a finer one below it.
fn is_of(id: &str, rule: &str) -> bool {
    id.strip_prefix(rule)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn result(found: Found, rules: &Rules<'_>) -> Option<SarifResult> {
    let is_fine = matches!(
        found.kind.as_deref(),
        Some("pass" | "notApplicable" | "informational")
    );
    // The format: suppressed when there is one, and none of them is still open or was turned down.
    let is_suppressed = (found.suppressions.as_ref())
        .is_some_and(|reasons| !reasons.is_empty() && reasons.iter().all(Suppression::is_accepted));
    if is_fine || is_suppressed {
        return None;
    }
    let mut reference = found.rule.unwrap_or_default();
    reference.id = found.rule_id.or(reference.id);
    reference.index = found.rule_index.or(reference.index);
    let rule = rules.find(&reference);
    let id = reference.id;
    let level = found.level.or_else(|| rules.level(rule, id.as_deref()));
    let score = score(&found.properties).or_else(|| score(&rule?.properties));
    let place = found
        .locations
        .into_iter()
        .find_map(|location| location.physical_location);
    let (path, region) = place.map_or((None, None), |place| {
        (
            place.artifact_location.and_then(|artifact| artifact.uri),
            place.region,
        )
    });
    Some(SarifResult {
        rule: id
            .or_else(|| rule.map(|rule| rule.id.clone()))
            .unwrap_or_else(|| "-".to_owned()),
        severity: score.map_or_else(|| by_level(level.as_deref()), by_score),
        message: found.message.said().unwrap_or_default(),
        path: path.map(|uri| path_of(&uri)),
        line: region.as_ref().and_then(|region| region.start_line),
        column: region.and_then(|region| region.start_column),
    })
}

fn by_level(level: Option<&str>) -> Severity {
    match level {
        Some("note") => Severity::Low,
        Some("none") => Severity::Info,
        // The format's default.
        None | Some("warning") => Severity::Medium,
        // `error`; and what is not known is not taken for mild.
        Some(_) => Severity::High,
    }
}

/// `security-severity`, a CVSS score as text or number, as GitHub's code scanning defines it.
fn score(properties: &BTreeMap<String, Value>) -> Option<f64> {
    let value = properties.get("security-severity")?;
    let score = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=10.0).contains(&score).then_some(score)
}

fn by_score(score: f64) -> Severity {
    if score >= 9.0 {
        Severity::Critical
    } else if score >= 7.0 {
        Severity::High
    } else if score >= 4.0 {
        Severity::Medium
    } else {
        Severity::Low
    }
}

/// A file as a URI names it: percent signs decoded, `file://` taken off.
fn path_of(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let code = behind
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|_| byte == b'%')
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
