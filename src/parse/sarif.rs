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
struct Log {
    version: String,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    // A run without results is one that did not look for any.
    results: Option<Vec<Found>>,
    invocations: Option<Vec<Invocation>>,
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

#[derive(Deserialize)]
struct RuleReference {
    id: Option<String>,
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
    let mut report = SarifReport::default();
    for run in log.runs {
        if let Some(error) = run.invocations.iter().flatten().find_map(Invocation::trouble) {
            return Err(error);
        }
        let results = run.results.ok_or(SarifError::NoResults)?;
        let rules: Vec<&Rule> = std::iter::once(&run.tool.driver)
            .chain(&run.tool.extensions)
            .flat_map(|component| &component.rules)
            .collect();
        report
            .results
            .extend(results.into_iter().filter_map(|found| result(found, &rules)));
    }
    Ok(report)
}

fn result(found: Found, rules: &[&Rule]) -> Option<SarifResult> {
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
    let id = found.rule_id.or(found.rule.and_then(|rule| rule.id));
    let by_index = || rules.get(usize::try_from(found.rule_index?).ok()?);
    let rule = match &id {
        Some(id) => rules.iter().find(|rule| rule.id == *id),
        None => by_index(),
    };
    let level = found
        .level
        .or_else(|| rule?.default_configuration.as_ref()?.level.clone());
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
mod tests {
    use super::*;

    fn log(run: &str) -> String {
        format!(r#"{{"version": "2.1.0", "runs": [{run}]}}"#)
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown = match parse(text.as_bytes()) {
            Ok(report) => report
                .results
                .iter()
                .map(|result| {
                    let place = result.path.clone().unwrap_or_default();
                    format!(
                        "{} {} {place}:{}:{} {}",
                        result.rule,
                        result.severity,
                        result.line.unwrap_or(0),
                        result.column.unwrap_or(0),
                        result.message
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn results_have_their_rule_their_place_and_their_severity() {
        check(
            &log(r#"{"tool": {"driver": {"name": "t", "rules": [
                    {"id": "A", "defaultConfiguration": {"level": "note"}},
                    {"id": "B", "properties": {"security-severity": "9.8"}}]}},
                  "results": [
                    {"ruleId": "A", "message": {"text": "a"}, "locations": [{"physicalLocation": {
                        "artifactLocation": {"uri": "src/a%20b.c"}, "region": {"startLine": 3, "startColumn": 7}}}]},
                    {"ruleIndex": 1, "message": {"text": "b"}},
                    {"ruleId": "C", "level": "error", "message": {"text": "c"}},
                    {"message": {}}]}"#),
            "A low src/a b.c:3:7 a\nB critical :0:0 b\nC high :0:0 c\n- medium :0:0 ",
        );
    }

    #[test]
    fn what_the_tool_calls_no_problem_is_none() {
        check(
            &log(r#"{"tool": {"driver": {"name": "t"}}, "results": [
                    {"kind": "pass", "message": {"text": "a"}},
                    {"suppressions": [{"kind": "inSource"}], "message": {"text": "b"}},
                    {"suppressions": [], "kind": "fail", "message": {"text": "c"}}]}"#),
            "- medium :0:0 c",
        );
    }

    #[test]
    fn only_a_suppression_that_is_accepted_suppresses() {
        for (suppressions, expect) in [
            (r#"[{"kind": "external"}]"#, ""),
            (r#"[{"kind": "external", "status": "accepted"}]"#, ""),
            (
                r#"[{"kind": "external", "status": "rejected"}]"#,
                "A medium :0:0 a",
            ),
            (
                r#"[{"kind": "external", "status": "underReview"}]"#,
                "A medium :0:0 a",
            ),
            (
                r#"[{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]"#,
                "A medium :0:0 a",
            ),
            ("[]", "A medium :0:0 a"),
            ("null", "A medium :0:0 a"),
        ] {
            check(
                &log(&format!(
                    r#"{{"tool": {{"driver": {{"name": "t"}}}}, "results": [
                        {{"ruleId": "A", "message": {{"text": "a"}}, "suppressions": {suppressions}}}]}}"#
                )),
                expect,
            );
        }
    }

    #[test]
    fn what_a_tool_could_not_decide_counts() {
        for (kind, expect) in [
            ("open", "A medium :0:0 a"),
            ("review", "A medium :0:0 a"),
            ("unheardOf", "A medium :0:0 a"),
            ("informational", ""),
            ("notApplicable", ""),
            ("pass", ""),
        ] {
            check(
                &log(&format!(
                    r#"{{"tool": {{"driver": {{"name": "t"}}}}, "results": [
                        {{"ruleId": "A", "message": {{"text": "a"}}, "kind": "{kind}"}}]}}"#
                )),
                expect,
            );
        }
    }

    #[test]
    fn a_level_that_is_not_known_is_not_mild() {
        check(
            &log(r#"{"tool": {"driver": {"name": "t"}}, "results": [
                {"ruleId": "A", "level": "fatal", "message": {"text": "a"}}]}"#),
            "A high :0:0 a",
        );
    }

    #[test]
    fn what_was_not_looked_at_is_not_clean() {
        check(r#"{"version": "2.1.0", "runs": []}"#, "it holds no run");
        check(
            r#"{"version": "1.0.0", "runs": []}"#,
            "it is SARIF 1.0.0, and 2.1 is read",
        );
        check(
            &log(
                r#"{"tool": {"driver": {"name": "t"}}, "results": [], "invocations": [{"executionSuccessful": false,
                    "toolExecutionNotifications": [{"message": {"text": "no configuration"}}]}]}"#,
            ),
            "its tool says that it did not succeed: no configuration",
        );
        let notes = |kind: &str, level: &str| {
            log(&format!(
                r#"{{"tool": {{"driver": {{"name": "t"}}}}, "results": [], "invocations": [{{"executionSuccessful": true,
                    "{kind}": [{{"level": "{level}", "message": {{"text": "a.c cannot be read"}}}}]}}]}}"#
            ))
        };
        for kind in ["toolExecutionNotifications", "toolConfigurationNotifications"] {
            check(
                &notes(kind, "error"),
                "its tool notes an error: a.c cannot be read",
            );
            check(&notes(kind, "warning"), "");
        }
        for run in [
            r#"{"tool": {"driver": {"name": "t"}}}"#,
            r#"{"tool": {"driver": {"name": "t"}}, "results": null}"#,
        ] {
            check(&log(run), "a run in it holds no results");
        }
        check(&log(r#"{"tool": {"driver": {"name": "t"}}, "results": []}"#), "");
    }

    #[test]
    fn every_cut_of_a_log_is_an_error() {
        let whole = log(r#"{"tool": {"driver": {"name": "t"}}, "results": [{"message": {"text": "c"}}]}"#);
        for end in 0..whole.len() {
            assert!(parse(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
