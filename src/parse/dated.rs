//! When a report of tests says that its run began, so that one of an earlier run is not taken for this one's.
//!
//! The XML of test runners has an attribute `timestamp` on its suites, with the offset of the time zone or without; jest's and
//! vitest's JSON has `startTime` in milliseconds. Only the beginning of a report is looked at: whatever is not found there has no date.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// The bytes of a report that are looked at: both formats say it in their first lines.
const HEAD: usize = 64 * 1024;
/// Clocks of files are as coarse as this on some systems.
const SLACK: Duration = Duration::from_secs(2);
/// What offsets of time zones are multiples of.
const QUARTER: i64 = 15 * 60;
/// The farthest offset of a time zone, in seconds.
const FARTHEST: i64 = 14 * 60 * 60;

/// Whether a report says that it is of a run before `began`. `ended` is when it was written.
///
/// A time without the offset of its zone counts as earlier when it is in no zone between the two moments.
pub fn is_earlier(report: &[u8], began: SystemTime, ended: SystemTime) -> bool {
    let began = DateTime::<Utc>::from(began - SLACK);
    let ended = DateTime::<Utc>::from(ended + SLACK);
    match stated(report) {
        None => false,
        Some(Stated::At(moment)) => moment < began,
        Some(Stated::Local(local)) => {
            // The first zone in which it is not before the beginning, or the one farthest west.
            let behind = (began - local.and_utc()).num_seconds();
            let offset = (behind.div_euclid(QUARTER) + 1) * QUARTER;
            let offset = offset.clamp(-FARTHEST, FARTHEST);
            let moments =
                [offset - QUARTER, offset].map(|offset| local.and_utc() + TimeDelta::seconds(offset));
            !moments.iter().any(|moment| (began..=ended).contains(moment))
        }
    }
}

/// What a report says.
enum Stated {
    At(DateTime<Utc>),
    /// In a time zone that it does not name.
    Local(NaiveDateTime),
}

fn stated(report: &[u8]) -> Option<Stated> {
    let head = String::from_utf8_lossy(report.get(..HEAD).unwrap_or(report));
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with('{') {
        let digits = head
            .contains("\"numTotalTests\"")
            .then(|| after(head, "\"startTime\""))??;
        let digits = digits.trim_start().strip_prefix(':')?.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        return DateTime::from_timestamp_millis(digits.get(..end)?.parse().ok()?).map(Stated::At);
    }
    // In the tag of the first suite; what tests print stands farther down.
    let suite = after(head, "<testsuite ")?;
    let tag = suite.get(..suite.find('>')?)?;
    let text = after(tag, " timestamp=\"")?.split('"').next()?;
    match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => Some(Stated::At(moment.to_utc())),
        Err(_) => text.parse().ok().map(Stated::Local),
    }
}

fn after<'t>(text: &'t str, what: &str) -> Option<&'t str> {
    text.split_once(what).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29 12:00:00 UTC; the run takes a minute.
    const BEGAN: u64 = 1_795_953_600;

    #[track_caller]
    fn check(report: &str, earlier: bool) {
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(BEGAN);
        let ended = began + Duration::from_secs(60);
        assert_eq!(is_earlier(report.as_bytes(), began, ended), earlier, "{report}");
    }

    #[test]
    fn a_report_of_this_run_is_told_from_an_older_one() {
        let junit = |moment: &str| {
            format!(
                "<?xml version=\"1.0\"?><testsuites name=\"x\"><testsuite name=\"pytest\" timestamp=\"{moment}\" hostname=\"h\">"
            )
        };
        let json = |moment: u64| format!("{{\"numTotalTests\":3,\"startTime\": {moment},\"success\":true}}");
        check(&junit("2026-11-29T12:00:01.500000+00:00"), false);
        check(&junit("2026-11-29T14:00:01+02:00"), false);
        check(&junit("2026-11-29T11:59:59Z"), false);
        check(&junit("2026-11-29T11:59:57Z"), true);
        check(&junit("2026-11-28T12:00:30+00:00"), true);
        // In some zone it is now.
        check(&junit("2026-11-29T12:00:30.123456"), false);
        check(&junit("2026-11-29T17:45:30.123456"), false);
        check(&junit("2026-11-29T02:30:01"), false);
        // In none.
        check(&junit("2026-11-29T11:50:00"), true);
        check(&junit("2026-11-29T12:08:00"), true);
        check(&junit("2026-11-27T12:00:30"), true);
        check(&junit("2026-12-01T12:00:30"), true);
        check(&json((BEGAN + 5) * 1000), false);
        check(&json((BEGAN - 5) * 1000), true);
    }

    #[test]
    fn what_has_no_date_is_not_judged_by_it() {
        for report in [
            "",
            "{",
            "{\"startTime\": 5}",
            "{\"numTotalTests\": 5, \"startTime\": \"x\"}",
            "{\"numTotalTests\": 5, \"startTime\": 99999999999999999999}",
            "<testsuite name=\"a\">",
            "<testsuite name=\"a\"><x timestamp=\"2020-01-01T00:00:00Z\"/>",
            "<testsuite timestamp=\"yesterday\">",
            "<testsuite timestamp=\"2020",
        ] {
            check(report, false);
        }
    }

    #[test]
    fn recorded_reports_have_a_date() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tool-output");
        for report in ["vitest/4.1.12/clean.vitest.json", "jest/30.5.2/clean.jest.json"] {
            assert!(
                stated(&std::fs::read(root.join(report)).unwrap()).is_some(),
                "{report}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_looked_at(report: Vec<u8>, began in 0_u64..1 << 33) {
            let began = SystemTime::UNIX_EPOCH + Duration::from_secs(began + 10);
            let _ = is_earlier(&report, began, began);
        }
    }
}
