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
fn a_rule_is_found_by_every_way_in_which_a_result_names_it() {
    let tool = r#""tool": {"driver": {"name": "t", "rules": [
            {"id": "CA1", "defaultConfiguration": {"level": "error"}},
            {"id": "CA1/mild", "defaultConfiguration": {"level": "note"}}]},
        "extensions": [{"name": "e", "rules": [{"id": "E", "defaultConfiguration": {"level": "error"}}]}]}"#;
    for (result, expect) in [
        (
            r#"{"ruleId": "CA1/sub", "ruleIndex": 0, "message": {"text": "m"}}"#,
            "CA1/sub high :0:0 m",
        ),
        (
            r#"{"ruleId": "CA1/sub", "message": {"text": "m"}}"#,
            "CA1/sub high :0:0 m",
        ),
        (
            r#"{"ruleId": "CA1/mild/x", "message": {"text": "m"}}"#,
            "CA1/mild/x low :0:0 m",
        ),
        (
            r#"{"ruleId": "CA12", "message": {"text": "m"}}"#,
            "CA12 medium :0:0 m",
        ),
        (
            r#"{"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "m"}}"#,
            "E high :0:0 m",
        ),
        (
            r#"{"rule": {"id": "E"}, "message": {"text": "m"}}"#,
            "E high :0:0 m",
        ),
        // An index that points at another rule is wrong; the name is not.
        (
            r#"{"ruleId": "CA1", "ruleIndex": 1, "message": {"text": "m"}}"#,
            "CA1 high :0:0 m",
        ),
    ] {
        check(&log(&format!("{{{tool}, \"results\": [{result}]}}")), expect);
    }
}

#[test]
fn levels_of_one_run_of_the_tool_win_over_those_of_the_rules() {
    let run = |overrides: &str| {
        log(&format!(
            r#"{{"tool": {{"driver": {{"name": "t", "rules": [{{"id": "A"}}]}}}},
                "invocations": [{{"executionSuccessful": true, "ruleConfigurationOverrides": [{overrides}]}}],
                "results": [{{"ruleId": "A", "message": {{"text": "m"}}}}]}}"#
        ))
    };
    check(&run(""), "A medium :0:0 m");
    check(
        &run(r#"{"descriptor": {"id": "A"}, "configuration": {"level": "error"}}"#),
        "A high :0:0 m",
    );
    check(
        &run(
            r#"{"descriptor": {"index": 0}, "configuration": {"level": "error"}},
                {"descriptor": {"id": "A"}, "configuration": {"level": "note"}}"#,
        ),
        "A high :0:0 m",
    );
    check(
        &run(r#"{"descriptor": {"id": "B"}, "configuration": {"level": "error"}}"#),
        "A medium :0:0 m",
    );
}

#[test]
fn what_stands_in_other_files_was_not_read() {
    let tool = r#""tool": {"driver": {"name": "t"}}, "results": []"#;
    let run = format!(
        r#"{{{tool}, "externalPropertyFileReferences": {{"results": [{{"location": {{"uri": "r.json"}}}}]}}}}"#
    );
    check(&log(&run), "a part of it stands in files of their own: results");
    let run =
        format!(r#"{{{tool}, "externalPropertyFileReferences": {{"artifacts": [{{"itemCount": 3}}]}}}}"#);
    check(&log(&run), "");
    let inline = format!(
        r#"{{"version": "2.1.0", "runs": [{{{tool}}}], "inlineExternalProperties": [{{"results": []}}]}}"#
    );
    check(&inline, "a part of it stands in files of their own: results");
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
