use std::fmt::Write as _;

use super::*;

/// A report as one line a case: `suite|classname::name outcome`, with `message (kind)` where there is one.
fn outline(report: &JunitReport) -> String {
    let mut out = String::new();
    for suite in &report.suites {
        for case in &suite.cases {
            let _ = write!(
                out,
                "{}|{}::{} {:?}",
                suite.name, case.classname, case.name, case.outcome
            );
            if case.is_bad() || case.outcome == JunitOutcome::Skipped {
                let _ = write!(out, " {}", case.reason());
            }
            if let Some(kind) = &case.kind {
                let _ = write!(out, " ({kind})");
            }
            out.push('\n');
        }
    }
    out
}

#[track_caller]
fn check(xml: &str, expect: &str) {
    let report = parse(xml.as_bytes()).expect("a report");
    assert_eq!(outline(&report), expect);
}

#[track_caller]
fn check_error(bytes: &[u8], expect: &str) {
    let error = parse(bytes).expect_err("no report");
    assert_eq!(error.to_string(), expect);
}

#[test]
fn each_outcome_is_told_apart() {
    check(
        r#"<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" tests="4">
        <testcase classname="t.A" name="a" time="0.1"/>
        <testcase classname="t.A" name="b"><failure message="assert 1 == 2">trace</failure></testcase>
        <testcase classname="t.A" name="c"><error message="boom">trace</error></testcase>
        <testcase classname="t.A" name="d"><skipped type="pytest.xfail" message="known"/></testcase>
        </testsuite></testsuites>"#,
        "pytest|t.A::a Passed\npytest|t.A::b Failed assert 1 == 2\npytest|t.A::c Error boom\n\
         pytest|t.A::d Skipped known (pytest.xfail)\n",
    );
}

#[test]
fn a_case_with_failure_and_error_is_one_case_and_the_worst_decides() {
    check(
        r#"<testsuite name="s"><testcase name="a"><failure message="f"/><error message="e"/><skipped/></testcase></testsuite>"#,
        "s|::a Error e\n",
    );
}

#[test]
fn suites_in_suites_are_laid_out_flat() {
    check(
        r#"<testsuites><testsuite name="outer" file="o.js"><testcase name="1"/><testsuite name="inner"><testcase name="2"/></testsuite><testcase name="3"/></testsuite></testsuites>"#,
        "outer|::1 Passed\nouter|::3 Passed\ninner|::2 Passed\n",
    );
}

#[test]
fn a_suite_that_broke_as_a_whole_counts_as_a_broken_case() {
    check(
        r#"<testsuites><testsuite name="a.test.js" tests="0"><error message="cannot load"/></testsuite></testsuites>"#,
        "a.test.js|::a.test.js Error cannot load\n",
    );
}

#[test]
fn a_case_without_a_name_stays_without_one() {
    check(
        r#"<testsuite name="pytest"><testcase time="0.000" /></testsuite>"#,
        "pytest|:: Passed\n",
    );
}

#[test]
fn missing_attributes_unknown_elements_and_text_are_no_trouble() {
    check(
        r#"<testsuite><properties><property name="failure" value="x"/></properties><testcase>
        <system-out><![CDATA[<failure message="not one"/>]]></system-out><properties><failure/></properties>
        <failure><![CDATA[a < b]]> &amp; &#99; &unknown;</failure></testcase><system-err>x</system-err></testsuite>"#,
        "|:: Failed a < b & c &unknown;\n",
    );
}

#[test]
fn line_breaks_written_as_references_are_line_breaks() {
    let report =
        parse(br#"<testsuite><testcase name="a"><failure message="one&#10;two"/></testcase></testsuite>"#)
            .expect("a report");
    assert_eq!(report.suites[0].cases[0].message.as_deref(), Some("one\ntwo"));
}

#[test]
fn places_and_times_are_read_where_they_make_sense() {
    let report = parse(
        br#"<testsuite file="s.py"><testcase name="a" file="t.py" line="7" time="1,234.5"/><testcase name="b" line="-1" time="NaN"/></testsuite>"#,
    )
    .expect("a report");
    let [a, b] = &report.suites[0].cases[..] else {
        panic!("two cases");
    };
    assert_eq!(
        (a.file.as_deref(), a.line, a.time),
        (Some("t.py"), Some(7), Some(1234.5))
    );
    assert_eq!((b.file.as_deref(), b.line, b.time), (Some("s.py"), None, None));
}

#[test]
fn reruns_are_counted_and_do_not_change_the_outcome() {
    let report = parse(
        br#"<testsuites><testsuite name="n"><testcase name="a"><flakyFailure message="first"><system-out>x</system-out></flakyFailure></testcase>
        <testcase name="b"><failure message="last"/><rerunFailure message="again"/></testcase></testsuite></testsuites>"#,
    )
    .expect("a report");
    let seen: Vec<_> = report
        .cases()
        .map(|case| (case.outcome, case.reruns, case.is_flaky()))
        .collect();
    assert_eq!(
        seen,
        [(JunitOutcome::Passed, 1, true), (JunitOutcome::Failed, 1, false)]
    );
}

#[test]
fn a_report_without_cases_is_a_report() {
    check(
        r#"<testsuites><testsuite name="pytest" tests="0"/></testsuites>"#,
        "",
    );
    check("<testsuites/>", "");
}

#[test]
fn what_is_not_a_whole_report_is_an_error() {
    check_error(b"", "the report is empty");
    check_error(b" \n", "the report is empty");
    check_error(b"<?xml version=\"1.0\"?>", "the report is empty");
    check_error(
        b"<coverage/>",
        "the report is not JUnit XML: it begins with <coverage>",
    );
    check_error(b"\xff\xfe<\0", "the report is not UTF-8 at byte 0");
    check_error(
        b"<testsuites><testsuite>",
        "the report ends inside of <testsuite>",
    );
    check_error(
        b"<testsuites><testsuite><testcase name=\"a",
        "the report ends inside of <testsuite>",
    );
    check_error(
        b"{}",
        "the report is not well-formed XML at byte 0: text before the start",
    );
    check_error(
        b"<testsuites/><testsuites/>",
        "the report is not well-formed XML at byte 13: <testsuites> after the end",
    );
    check_error(
        "<a>".repeat(100).as_bytes(),
        "the report is not JUnit XML: it begins with <a>",
    );
    check_error(
        "<testsuite>".repeat(100).as_bytes(),
        "the report has more than 64 elements inside of each other",
    );
}

#[test]
fn every_cut_of_a_report_is_an_error() {
    let whole = br#"<?xml version="1.0"?><testsuites><testsuite name="p" tests="1"><testcase name="a"><failure message="m">t</failure></testcase></testsuite></testsuites>"#;
    assert!(parse(whole).is_ok());
    for end in 0..whole.len() {
        assert!(parse(&whole[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn entities_of_a_document_type_are_not_expanded() {
    let report = parse(
        br#"<!DOCTYPE t [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><testsuite><testcase name="&b;"><failure>&b;</failure></testcase></testsuite>"#,
    )
    .expect("a report");
    let case = &report.suites[0].cases[0];
    assert_eq!((case.name.as_str(), case.text.as_str()), ("&b;", "&b;"));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        proptest::prop_assert!(parse(&bytes).is_err());
    }

    #[test]
    fn no_spoiled_report_makes_it_panic(at in 0usize..150, byte in proptest::num::u8::ANY) {
        let mut bytes = br#"<testsuites><testsuite name="p" tests="1"><testcase name="a"><failure message="&lt;m">t&#10;</failure></testcase></testsuite></testsuites>"#.to_vec();
        if let Some(spot) = bytes.get_mut(at) {
            *spot = byte;
        }
        let _ = parse(&bytes);
    }
}

#[track_caller]
fn contradicts(report: &str, expect: Option<&str>) {
    let found = parse(report.as_bytes()).unwrap().contradiction();
    assert_eq!(found.as_deref(), expect, "{report}");
}

#[test]
fn a_suite_may_count_the_suites_inside_of_it_or_not() {
    let nested = |counts: &str| {
        format!(
            r#"<testsuites><testsuite name="o" {counts}><testcase name="a"/><testsuite name="i" tests="2">
               <testcase name="b"/><testcase name="c"/></testsuite></testsuite></testsuites>"#
        )
    };
    for counts in [
        "",
        r#"tests="1""#,
        r#"tests="3""#,
        r#"tests="-7" failures="many""#,
    ] {
        contradicts(&nested(counts), None);
    }
    contradicts(
        &nested(r#"tests="4""#),
        Some(r#"the suite "o" claims 4 tests and lists 3"#),
    );
    contradicts(
        &nested(r#"tests="18446744073709551615""#),
        Some(r#"the suite "o" claims 18446744073709551615 tests and lists 3"#),
    );
    contradicts(
        &nested(r#"failures="18446744073709551615" errors="1""#),
        Some(r#"the suite "o" claims 18446744073709551615 failures and errors and lists none"#),
    );
}

#[test]
fn a_runner_that_counts_assertions_is_believed_about_its_tests_and_not_about_failures() {
    let suite = |failures: u8| {
        format!(
            r#"<testsuites><testsuite name="s" errors="0" failures="{failures}" tests="6">
               <testcase classname="c" name="a" time="0" status="run"/></testsuite></testsuites>"#
        )
    };
    contradicts(&suite(0), None);
    contradicts(
        &suite(1),
        Some(r#"the suite "s" claims 1 failures and errors and lists none"#),
    );
}

#[test]
fn a_case_may_say_in_a_word_that_it_did_not_run() {
    for (attributes, expect) in [
        (r#"status="run" result="completed""#, JunitOutcome::Passed),
        (r#"status="notrun" result="suppressed""#, JunitOutcome::Skipped),
        (r#"status="run" result="skipped""#, JunitOutcome::Skipped),
        (r#"status="disabled""#, JunitOutcome::Skipped),
        (r#"status="skipped""#, JunitOutcome::Skipped),
        (r#"status="fail""#, JunitOutcome::Failed),
        (r#"status="error""#, JunitOutcome::Error),
        (r#"status="Passed""#, JunitOutcome::Passed),
        (r#"success="True""#, JunitOutcome::Passed),
        (r#"success="False""#, JunitOutcome::Failed),
        (r#"result="timeout""#, JunitOutcome::Failed),
        (r#"status="crashed""#, JunitOutcome::Failed),
        (r#"status="pending""#, JunitOutcome::Skipped),
        (r#"status="exploded""#, JunitOutcome::Error),
    ] {
        let report = format!(r#"<testsuite><testcase name="a" {attributes}/></testsuite>"#);
        let report = parse(report.as_bytes()).unwrap();
        let found: Vec<_> = report.cases().map(|case| case.outcome).collect();
        assert_eq!(found, [expect], "{attributes}");
    }
    let report = r#"<testsuite><testcase name="a" status="skipped"><skipped message="no"/></testcase>
        <testcase name="b" status="skipped"><failure message="bad"/></testcase></testsuite>"#;
    let report = parse(report.as_bytes()).unwrap();
    let found: Vec<_> = report.cases().map(|case| (case.outcome, case.reason())).collect();
    assert_eq!(
        found,
        [(JunitOutcome::Skipped, "no"), (JunitOutcome::Failed, "bad")]
    );
}

#[test]
fn an_outcome_in_capitals_is_one() {
    let report =
        parse(br#"<testsuite><testcase name="a"><Failure message="no"/></testcase></testsuite>"#).unwrap();
    let case = &report.suites[0].cases[0];
    assert_eq!(
        (case.outcome, case.message.as_deref()),
        (JunitOutcome::Failed, Some("no"))
    );
}
