//! A number that is watched: when a series of looks at it has failed, has passed, or says nothing.
//!
//! The rules are those of Argo Rollouts' analysis: an answer without a number is inconclusive, and no answer at all is no
//! failure of what is measured.

use super::journal::{LookOutcome, PhaseOutcome};
use super::procedure::{Trigger, TriggerKind};
use crate::model::config::{Condition, Deployment, Metric, Operator};
use crate::model::text;

/// The metric that `error_threshold_percent` is about.
pub const ERROR_RATE: &str = "error_rate";

/// What one look brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A number.
    Number(f64),
    /// An answer without one: why.
    Nothing(String),
    /// No answer: why.
    Error(String),
}

impl Reading {
    /// The number that a text is.
    pub fn of_text(said: &str) -> Self {
        let said = said.trim();
        if said.is_empty() {
            return Self::Nothing("the answer is empty".to_owned());
        }
        match said.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Number(number),
            _ => Self::Nothing(format!(
                "{:?} is no number",
                text::shorten(&text::one_line(said), 60)
            )),
        }
    }

    /// The number at a place in a JSON answer; a text that is a number counts, as Prometheus answers so.
    pub fn of_json(body: &[u8], pointer: &str) -> Self {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
            return Self::Nothing("the answer is no JSON".to_owned());
        };
        match value.pointer(pointer) {
            Some(serde_json::Value::Number(number)) => Self::of_text(&number.to_string()),
            Some(serde_json::Value::String(said)) => Self::of_text(said),
            Some(_) => Self::Nothing(format!("what stands at {pointer} is no number")),
            None => Self::Nothing(format!("nothing stands at {pointer}")),
        }
    }
}

/// A metric with the condition that it must fulfil.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its settings.
    pub metric: Metric,
    /// What its number must be.
    pub condition: Condition,
}

/// The looks at one metric so far.
#[derive(Clone, Debug)]
pub struct Series {
    watched: Watched,
    looks: u32,
    successes: u32,
    failures: u32,
    inconclusive: u32,
    errors_in_a_row: u32,
    last: String,
}

impl Series {
    /// No look yet.
    pub fn new(watched: Watched) -> Self {
        Self {
            watched,
            looks: 0,
            successes: 0,
            failures: 0,
            inconclusive: 0,
            errors_in_a_row: 0,
            last: String::new(),
        }
    }

    /// The metric.
    pub fn metric(&self) -> &Metric {
        &self.watched.metric
    }

    /// Takes a look in.
    pub fn take(&mut self, reading: &Reading) -> LookOutcome {
        self.looks += 1;
        if !matches!(reading, Reading::Error(_)) {
            self.errors_in_a_row = 0;
        }
        match reading {
            Reading::Number(number) if self.watched.condition.holds(*number) => {
                self.successes += 1;
                LookOutcome::Success
            }
            Reading::Number(number) => {
                self.failures += 1;
                self.last = format!("{number} is not {}", self.watched.condition);
                LookOutcome::Failure
            }
            Reading::Nothing(why) => {
                self.inconclusive += 1;
                self.last.clone_from(why);
                LookOutcome::Inconclusive
            }
            Reading::Error(why) => {
                self.errors_in_a_row += 1;
                self.last.clone_from(why);
                LookOutcome::Error
            }
        }
    }

    /// How the series ended; `None` while it goes on.
    pub fn outcome(&self) -> Option<(PhaseOutcome, String)> {
        let metric = &self.watched.metric;
        let say = |outcome, what: &str| Some((outcome, format!("{}: {what} ({})", metric.name, self.last)));
        if self.failures > metric.failure_limit {
            return say(PhaseOutcome::Failed, "it is not as it should be");
        }
        if self.inconclusive > metric.inconclusive_limit {
            return say(PhaseOutcome::Inconclusive, "there is no number");
        }
        if self.errors_in_a_row > metric.consecutive_error_limit {
            return say(PhaseOutcome::Inconclusive, "there is no answer");
        }
        if self.looks < metric.count {
            return None;
        }
        if self.successes == 0 {
            return say(
                PhaseOutcome::Inconclusive,
                "not one look had a number that is as it should be",
            );
        }
        let plural = if self.looks == 1 { "look" } else { "looks" };
        Some((
            PhaseOutcome::Passed,
            format!(
                "{}: {} of {} {plural} as it should be",
                metric.name, self.successes, self.looks
            ),
        ))
    }
}

/// How all of them together ended: one that failed decides, then one that says nothing.
pub fn join(outcomes: &[(PhaseOutcome, String)]) -> (PhaseOutcome, String) {
    let worst = [
        PhaseOutcome::Failed,
        PhaseOutcome::Inconclusive,
        PhaseOutcome::Passed,
    ]
    .into_iter()
    .find(|worst| outcomes.iter().any(|(outcome, _)| outcome == worst));
    let Some(worst) = worst else {
        return (PhaseOutcome::Skipped, "no metric is configured".to_owned());
    };
    let said: Vec<&str> = outcomes
        .iter()
        .filter(|(outcome, _)| *outcome == worst)
        .map(|(_, said)| said.as_str())
        .collect();
    (worst, said.join("; "))
}

/// What is watched, by the settings and the triggers of the spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The metrics.
    pub watched: Vec<Watched>,
    /// Whether one that fails leads back.
    pub leads_back: bool,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// What was asked for and nobody can watch.
    pub unwatched: Option<String>,
}

/// Reads what is to be watched.
pub fn watch(settings: &Deployment, triggers: &[Trigger]) -> Watch {
    let rollback = &settings.rollback;
    let metrics = &settings.observation.metrics;
    let mut warnings = Vec::new();
    let said = triggers.iter().find_map(|trigger| match trigger.kind {
        TriggerKind::ErrorRate { percent } => Some((trigger, percent)),
        _ => None,
    });
    let configured = rollback.error_threshold_percent;
    let limit = match said.and_then(|(_, percent)| percent) {
        #[expect(clippy::float_cmp, reason = "both were written by somebody")]
        Some(percent) if percent != configured => {
            let stricter = percent.min(configured);
            warnings.push(format!(
                "the spec's limit of the error rate is {percent} %, that of the settings {configured} %: the stricter counts, \
                 {stricter} %"
            ));
            stricter
        }
        Some(percent) => percent,
        None => configured,
    };
    let usual = Condition {
        operator: Operator::Below,
        limit,
    };
    let watched = metrics
        .iter()
        .map(|metric| {
            let asked = metric.success.as_deref().and_then(Condition::parse);
            let is_upper =
                |condition: &Condition| matches!(condition.operator, Operator::Below | Operator::AtMost);
            let condition = match asked {
                Some(asked) if metric.name == ERROR_RATE && is_upper(&asked) && asked.limit > limit => usual,
                Some(asked) => asked,
                None => usual,
            };
            Watched {
                metric: metric.clone(),
                condition,
            }
        })
        .collect();
    let has_error_rate = metrics.iter().any(|metric| metric.name == ERROR_RATE);
    let unwatched = match (rollback.on_error_threshold, said) {
        (Some(false), _) => None,
        (Some(true), _) if metrics.is_empty() => {
            Some("rollback.on_error_threshold is true, and no metric is configured".to_owned())
        }
        (_, Some((trigger, _))) if !has_error_rate => Some(format!(
            "line {} of the spec wants to go back when {:?}, and no metric `{ERROR_RATE}` is configured",
            trigger.line,
            text::shorten(&trigger.text, 80)
        )),
        _ => None,
    };
    Watch {
        watched,
        leads_back: rollback.automatic && rollback.on_error_threshold != Some(false),
        warnings,
        unwatched,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::load;

    fn settings(text: &str) -> Deployment {
        let text = format!("{{\"deployment\": {text}}}");
        load::parse("config.json", &text)
            .unwrap()
            .config
            .deployments()
            .clone()
    }

    fn series(limits: &str) -> Series {
        let metric = format!(
            r#"{{"observation": {{"metrics": [{{"name": "error_rate", "command": "x", "count": 4{limits}}}]}}}}"#
        );
        Series::new(watch(&settings(&metric), &[]).watched.remove(0))
    }

    #[track_caller]
    fn check(limits: &str, looks: &[Reading], expect: Option<PhaseOutcome>) {
        let mut series = series(limits);
        let mut outcome = None;
        for look in looks {
            assert_eq!(outcome, None, "it was decided before {look:?}");
            series.take(look);
            outcome = series.outcome().map(|(outcome, _)| outcome);
        }
        assert_eq!(outcome, expect);
    }

    #[test]
    fn a_series_ends_when_it_is_decided() {
        use PhaseOutcome::{Failed, Inconclusive, Passed};
        let well = || Reading::Number(1.0);
        let bad = || Reading::Number(7.0);
        let nothing = || Reading::of_text("");
        let error = || Reading::Error("refused".to_owned());
        check("", &[well(), well(), well()], None);
        check("", &[well(), well(), well(), well()], Some(Passed));
        check("", &[well(), bad()], Some(Failed));
        check(r#", "failure_limit": 1"#, &[bad(), well(), bad()], Some(Failed));
        check(
            r#", "failure_limit": 1"#,
            &[bad(), well(), well(), well()],
            Some(Passed),
        );
        check("", &[well(), nothing()], Some(Inconclusive));
        check(
            r#", "inconclusive_limit": 1"#,
            &[nothing(), well(), well(), well()],
            Some(Passed),
        );
        check("", &[error(), error(), error(), error()], Some(Inconclusive));
        check("", &[error(), error(), error(), well()], Some(Passed));
        check(
            r#", "consecutive_error_limit": 0"#,
            &[error()],
            Some(Inconclusive),
        );
        // Nobody has seen a single good number.
        check(
            r#", "consecutive_error_limit": 9"#,
            &[error(), error(), error(), error()],
            Some(Inconclusive),
        );
    }

    #[test]
    fn numbers_are_read_or_there_is_none() {
        assert_eq!(Reading::of_text(" 4.5\n"), Reading::Number(4.5));
        for said in ["NaN", "inf", "", "five", "5%"] {
            assert!(matches!(Reading::of_text(said), Reading::Nothing(_)), "{said}");
        }
        let json = br#"{"data": [{"value": [1, "0.5"]}], "n": 3, "o": {}}"#;
        assert_eq!(Reading::of_json(json, "/data/0/value/1"), Reading::Number(0.5));
        assert_eq!(Reading::of_json(json, "/n"), Reading::Number(3.0));
        for pointer in ["/o", "/x", "n"] {
            assert!(
                matches!(Reading::of_json(json, pointer), Reading::Nothing(_)),
                "{pointer}"
            );
        }
        assert!(matches!(Reading::of_json(b"<html>", "/n"), Reading::Nothing(_)));
    }

    fn trigger(percent: Option<f64>) -> Trigger {
        Trigger {
            text: "Error rate exceeds".to_owned(),
            line: 7,
            kind: TriggerKind::ErrorRate { percent },
        }
    }

    #[test]
    fn what_was_asked_for_and_nobody_watches_is_told() {
        let unwatched =
            |settings_: &str, triggers: &[Trigger]| watch(&settings(settings_), triggers).unwatched.is_some();
        let metric = r#""observation": {"metrics": [{"name": "error_rate", "command": "x"}]}"#;
        assert!(!unwatched("{}", &[]));
        assert!(unwatched("{}", &[trigger(None)]));
        assert!(unwatched(r#"{"rollback": {"on_error_threshold": true}}"#, &[]));
        assert!(!unwatched(
            r#"{"rollback": {"on_error_threshold": false}}"#,
            &[trigger(None)]
        ));
        assert!(!unwatched(&format!("{{{metric}}}"), &[trigger(None)]));
    }

    #[test]
    fn the_stricter_limit_counts() {
        let with = |more: &str, percent: Option<f64>| {
            let text = format!(
                r#"{{"observation": {{"metrics": [{{"name": "error_rate", "command": "x"{more}}}]}}}}"#
            );
            let watch = watch(&settings(&text), &[trigger(percent)]);
            (watch.watched[0].condition.to_string(), watch.warnings.len())
        };
        assert_eq!(with("", Some(5.0)), ("< 5".to_owned(), 0));
        assert_eq!(with("", Some(2.0)), ("< 2".to_owned(), 1));
        assert_eq!(with("", Some(10.0)), ("< 5".to_owned(), 1));
        assert_eq!(with(r#", "success": "< 9""#, None), ("< 5".to_owned(), 0));
        assert_eq!(with(r#", "success": "<= 1""#, None), ("<= 1".to_owned(), 0));
    }

    #[test]
    fn the_worst_decides() {
        let one = |outcome| (outcome, "x".to_owned());
        assert_eq!(join(&[]).0, PhaseOutcome::Skipped);
        assert_eq!(join(&[one(PhaseOutcome::Passed)]).0, PhaseOutcome::Passed);
        assert_eq!(
            join(&[one(PhaseOutcome::Passed), one(PhaseOutcome::Inconclusive)]).0,
            PhaseOutcome::Inconclusive
        );
        assert_eq!(
            join(&[one(PhaseOutcome::Inconclusive), one(PhaseOutcome::Failed)]).0,
            PhaseOutcome::Failed
        );
    }
}
