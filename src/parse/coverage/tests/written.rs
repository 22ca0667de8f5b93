//! Every reader on reports written by hand: what decides where a report says more than one thing, and what is refused.

use super::*;

#[track_caller]
fn check(format: Format, report: &str, expect: &str) {
    let shown = match format.parse(report.as_bytes()) {
        Ok(CoverageReport { measured, .. }) => {
            let Measured {
                percent,
                covered,
                total,
            } = measured;
            format!("{percent:.2} %, {covered} of {total}")
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expect, "{report}");
}

#[test]
fn the_lines_of_a_tracefile_decide() {
    let check = |report: &str, expect: &str| check(Format::Lcov, report, expect);
    check(
        "TN:\nSF:a\nDA:1,0\nDA:2,7\nLF:2\nLH:2\nend_of_record\n",
        "50.00 %, 1 of 2",
    );
    // Two tests of one file: joined, not added up.
    check(
        "TN:x\nSF:a\nDA:1,0\nDA:2,1\nend_of_record\nTN:y\nSF:a\nDA:1,3\nDA:3,0\nend_of_record\n",
        "66.67 %, 2 of 3",
    );
    check(
        "# by hand\n\nSF:a\nDA:1,1,c2hh\nend_of_record\n",
        "100.00 %, 1 of 1",
    );
    check(
        "SF:a\nDA:1,-\nDA:2,=====\nDA:3,#####\nDA:4,1.8e+19\nDA:5,99999999999999999999999\nDA:6,0e5\nend_of_record\n",
        "33.33 %, 2 of 6",
    );
    check("SF:a\nend_of_record\n", "no line was measured");
    check("SF:a\nDA:0,1\nDA:1,0\nLF:1\nend_of_record\n", "0.00 %, 0 of 1");
    check("TN:\n", "it was cut off: there is no record behind the last TN");
    check("", "no line was measured");
    let record = |line: &str| format!("SF:a\n{line}\nend_of_record\n");
    for wrong in [
        "DA:1",
        "DA:1,",
        "DA:x,1",
        "DA:-1,1",
        "DA:1,-1",
        "DA:1,-1e3",
        "DA:1,nan",
        "DA:1,inf",
        "DA:4294967296,1",
    ] {
        check(
            &record(wrong),
            "it is not a lcov tracefile: DA is not a line and how often it was run (line 2)",
        );
    }
    check(
        &record("hello"),
        "it is not a lcov tracefile: no line of a tracefile (line 2)",
    );
    check(
        &record("LH:x"),
        "it is not a lcov tracefile: LH is no count (line 2)",
    );
    check(
        &record("LF:x"),
        "it is not a lcov tracefile: LF is no count (line 2)",
    );
    check(
        &record("LF:3"),
        "it is not a lcov tracefile: LF counts lines, and no DA names one (line 3)",
    );
    check("DA:1,1\n", "it is not a lcov tracefile: DA without SF (line 1)");
    check(
        "end_of_record\n",
        "it is not a lcov tracefile: end_of_record without SF (line 1)",
    );
    check(
        "SF:a\nDA:1,1\n",
        "it was cut off: the record of a has no end_of_record",
    );
    check(
        "SF:a\nDA:1,1\nSF:b\nDA:1,1\nend_of_record\n",
        "it was cut off: the record of a has no end_of_record",
    );
}

#[test]
fn lines_that_a_tracefile_counts_and_does_not_name_are_not_passed_over() {
    let check = |text: &str, covered: u64, total: u64| {
        let found = lcov::parse(text.as_bytes()).unwrap().measured;
        assert_eq!((found.covered, found.total), (covered, total), "{text}");
    };
    check("SF:a\nDA:1,1\nLF:10\nLH:1\nend_of_record\n", 1, 10);
    check("SF:a\nDA:1,1\nLF:10\nend_of_record\n", 1, 10);
    check("SF:a\nDA:1,1\nDA:2,0\nLF:10\nLH:4\nend_of_record\n", 4, 10);
    check("SF:a\nDA:1,1\nLF:10\nLH:99\nend_of_record\n", 10, 10);
    check("SF:a\nDA:1,1\nDA:2,1\nLF:2\nLH:1\nend_of_record\n", 1, 2);
    // What coverage.py 6 writes of an empty file.
    check("SF:a\nDA:1,1\nLF:0\nLH:1\nend_of_record\n", 1, 1);
    // Two tests of one file: their counts are about the same lines.
    let one = "SF:a\nDA:1,1\nDA:2,0\nLF:4\nLH:1\nend_of_record\n";
    check(&format!("{one}{one}"), 1, 4);
    check(
        &format!("{one}SF:a\nDA:1,0\nDA:2,1\nLF:2\nLH:1\nend_of_record\n"),
        2,
        4,
    );
}

#[test]
fn a_profile_counts_each_block_once() {
    let check = |report: &str, expect: &str| check(Format::GoCover, report, expect);
    check(
        "mode: set\na.go:1.2,3.4 3 1\na.go:5.1,5.9 1 0\n",
        "75.00 %, 3 of 4",
    );
    check(
        "mode: count\na.go:1.2,3.4 3 0\na.go:1.2,3.4 3 9\nmode: count\na.go:1.2,3.4 3 0\n",
        "100.00 %, 3 of 3",
    );
    check("mode: set\nC:\\x y\\a.go:1.2,3.4 1 0\n", "0.00 %, 0 of 1");
    check("mode: set\n", "no statement was measured");
    check("mode: set\na.go:1.2,3.4 0 0\n", "no statement was measured");
    check("", "it was cut off: it is empty");
    check("mode: set", "it was cut off: its last line has no end");
    check(
        "mode: set\na.go:1.2,3.4 3 1",
        "it was cut off: its last line has no end",
    );
    check(
        "a.go:1.2,3.4 3 1\n",
        "it is not a cover profile of Go: it does not begin with its mode (line 1)",
    );
    check(
        "mode: all\n",
        "it is not a cover profile of Go: no mode, or one unlike the first (line 1)",
    );
    check(
        "mode: set\nmode: count\n",
        "it is not a cover profile of Go: no mode, or one unlike the first (line 2)",
    );
    for wrong in [
        "x",
        "a.go:1.2,3.4 3",
        "a.go:1.2,3 3 1",
        ":1.2,3.4 3 1",
        "a.go:1.2,3.4 -3 1",
        "a.go:1.2,3.4 3 -1",
        "a.go:3.4,1.2 3 1",
        "a.go:1.2,3.4 3 x",
        "a.go:1.2,3.4 99999999999999 1",
        "a.go:1.2,99999999999.4 3 1",
        "a.go:1.2,3.4 3 +1",
    ] {
        check(
            &format!("mode: set\n{wrong}\n"),
            "it is not a cover profile of Go: no block of statements (line 2)",
        );
    }
    check(
        "mode: set\na.go:1.2,3.4 3 1\na.go:1.2,3.4 4 1\n",
        "it is not a cover profile of Go: a block with two different numbers of statements (line 3)",
    );
    // A block of four thousand million lines fills no memory.
    check("mode: set\na.go:1.1,4294967295.1 1 0\n", "0.00 %, 0 of 1");
}

#[test]
fn a_summary_must_agree_with_itself() {
    let check = |lines: &str, expect: &str| {
        check(
            Format::SummaryJson,
            &format!("{{\"total\":{{\"lines\":{lines}}}}}"),
            expect,
        );
    };
    check(
        r#"{"total":3,"covered":2,"skipped":0,"pct":66.66}"#,
        "66.66 %, 2 of 3",
    );
    check(r#"{"total":3,"covered":0,"pct":0}"#, "0.00 %, 0 of 3");
    check(
        r#"{"total":0,"covered":0,"pct":"Unknown"}"#,
        "no line was measured",
    );
    check(r#"{"total":0,"covered":0,"pct":100}"#, "no line was measured");
    check(
        r#"{"total":3,"covered":2,"pct":"Unknown"}"#,
        "it is not a JSON summary of istanbul: its percentage of lines is no number",
    );
    check(
        r#"{"total":3,"covered":2,"pct":100}"#,
        "it says 100 % and its own counts make 66.67 %",
    );
    check(
        r#"{"total":3,"covered":4,"pct":100}"#,
        "it says that 4 of 3 lines are covered",
    );
    check(r#"{"total":3,"covered":3,"pct":100.5}"#, "it says 100.5 %");
    check(r#"{"total":3,"covered":0,"pct":-1}"#, "it says -1 %");
    check(
        r#"{"total":18446744073709551615,"covered":18446744073709551615,"pct":100}"#,
        "it says that 18446744073709551615 of 18446744073709551615 lines are covered",
    );
}

#[test]
fn the_counts_of_cobertura_decide_and_each_line_counts_once() {
    let check = |root: &str, lines: &str, expect: &str| {
        let xml = format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE coverage [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<coverage {root}><packages><package><classes>\
             <class filename=\"a\"><methods><method><lines>{lines}</lines></method></methods><lines>{lines}</lines></class>\
             <class filename=\"a\"><lines>{lines}</lines></class></classes></package></packages></coverage>"
        );
        check(Format::Cobertura, &xml, expect);
    };
    let half = "<line number=\"1\" hits=\"1\"/><line number=\"2\" hits=\"0\"/>";
    check("line-rate=\"0.5\"", half, "50.00 %, 1 of 2");
    check("", half, "50.00 %, 1 of 2");
    check(
        "line-rate=\"0.8\" lines-valid=\"2000\" lines-covered=\"1599\"",
        half,
        "79.95 %, 1599 of 2000",
    );
    check(
        "line-rate=\"1\"",
        half,
        "it says 100 % and its own counts make 50.00 %",
    );
    check(
        "line-rate=\"1\" lines-valid=\"2\" lines-covered=\"1\"",
        half,
        "it says 100 % and its own counts make 50.00 %",
    );
    check("line-rate=\"NaN\"", half, "it says NaN %");
    check("line-rate=\"-0.5\"", half, "it says -50 %");
    check(
        "line-rate=\"x\"",
        half,
        "it is not a Cobertura report: line-rate is no number",
    );
    check(
        "lines-valid=\"1\" lines-covered=\"2\"",
        half,
        "it says that 2 of 1 lines are covered",
    );
    check(
        "lines-valid=\"-1\"",
        half,
        "it is not a Cobertura report: lines-valid is no number",
    );
    check("line-rate=\"1\"", "", "no line was measured");
    check(
        "line-rate=\"1\" lines-valid=\"0\" lines-covered=\"0\"",
        "",
        "no line was measured",
    );
    check(
        "",
        "<line number=\"1\" hits=\"-1\"/>",
        "it is not a Cobertura report: a line that was run less than never",
    );
    check(
        "",
        "<line number=\"1\"/>",
        "it is not a Cobertura report: a line without hits",
    );
    check(
        "",
        "<line hits=\"1\"/>",
        "it is not a Cobertura report: a line without a number",
    );
    check(
        "",
        "<line number=\"&b;\" hits=\"1\"/>",
        "it is not a Cobertura report: number is no number",
    );
}

#[test]
fn what_is_not_cobertura_is_refused() {
    let check = |xml: &str, expect: &str| check(Format::Cobertura, xml, expect);
    check(
        "<testsuites/>",
        "it is not a Cobertura report: it begins with <testsuites>",
    );
    check("<coverage/>", "it is not a Cobertura report: it has no packages");
    check("", "it was cut off: it is empty");
    check(
        "<coverage><packages>",
        "it was cut off: it ends inside of <packages>",
    );
    check(
        "<coverage><line number=\"1\" hits=\"1\"/></coverage>",
        "it is not a Cobertura report: a line outside of a class",
    );
    let deep = "<coverage>".repeat(70);
    check(
        &deep,
        "it is not a Cobertura report: more than 64 elements inside of each other",
    );
    let clover = "<coverage generated=\"1\" clover=\"3.2.0\"><project><file><line num=\"1\" count=\"1\" type=\"stmt\"/></file></project></coverage>";
    check(clover, "it is not a Cobertura report: a line without a number");
    assert_eq!(detect(clover.as_bytes()), None);
}

#[test]
fn the_programs_of_llvm_cov_are_added_up() {
    let check = |data: &str, expect: &str| {
        let json =
            format!("{{\"data\":[{data}],\"type\":\"llvm.coverage.json.export\",\"version\":\"3.0.1\"}}");
        check(Format::LlvmCov, &json, expect);
    };
    let program = |count: &str, covered: &str, percent: &str| {
        format!(
            "{{\"files\":[],\"totals\":{{\"lines\":{{\"count\":{count},\"covered\":{covered},\"percent\":{percent}}}}}}}"
        )
    };
    check(&program("3", "1", "33.333333333333336"), "33.33 %, 1 of 3");
    check(
        &format!(
            "{},{}",
            program("3", "1", "33.333333333333336"),
            program("1", "1", "100")
        ),
        "50.00 %, 2 of 4",
    );
    check(
        &format!("{},{}", program("0", "0", "100"), program("2", "1", "50")),
        "50.00 %, 1 of 2",
    );
    check("", "no line was measured");
    check(&program("0", "0", "0"), "no line was measured");
    check(
        &program("3", "1", "90"),
        "it says 90 % and its own counts make 33.33 %",
    );
    check(&program("1", "3", "100"), "it says that 3 of 1 lines are covered");
    check(&program("3", "1", "-1"), "it says -1 %");
    let huge = &program("1099511627776", "1099511627776", "100");
    check(
        &format!("{huge},{huge}"),
        "it says that 2199023255552 of 2199023255552 lines are covered",
    );
}

#[test]
fn what_is_no_coverage_report_is_not_recognised() {
    for other in [
        "",
        "{}",
        "[]",
        "null",
        "<html></html>",
        "<testsuites/>",
        "TN",
        "hello",
        "{\"total\":1}",
        "{\"files\":[],\"data\":[],\"type\":\"x\"}",
        "\u{0}",
    ] {
        assert_eq!(detect(other.as_bytes()), None, "{other}");
    }
    assert_eq!(detect(b"# made by hand\n\n TN:x\n"), None);
    assert_eq!(detect(b"# made by hand\n\nTN:x\n"), Some(Format::Lcov));
}

#[test]
fn units_are_combined_by_what_they_count() {
    let measured = |covered, total| Measured::of_counts(covered, total).unwrap();
    assert_eq!(combine(&[]), None);
    assert_eq!(
        combine(&[measured(1, 2), measured(9, 10)]),
        Some(measured(10, 12))
    );
    let stated = Measured {
        percent: 66.66,
        covered: 2,
        total: 3,
    };
    assert_eq!(combine(&[stated]), Some(stated));
    assert_eq!(combine(&[measured(MAX_COUNT, MAX_COUNT), measured(1, 1)]), None);
    let nearly = measured(MAX_COUNT - 1, MAX_COUNT);
    assert!(nearly.percent < 100.0);
    assert_eq!(Measured::of_counts(0, 0), None);
    assert_eq!(Measured::of_counts(2, 1), None);
    assert_eq!(Measured::of_counts(1, u64::MAX), None);
}

#[test]
fn lines_of_methods_stand_in_where_a_class_has_none() {
    let xml = "<coverage><packages><class filename=\"a\"><methods><method><lines><line number=\"1\" hits=\"1\"/>\
               <line number=\"2\" hits=\"0\"/></lines></method></methods></class></packages></coverage>";
    check(Format::Cobertura, xml, "50.00 %, 1 of 2");
    let own = "<lines><line number=\"2\" hits=\"0\"/></lines></class>";
    check(Format::Cobertura, &xml.replace("</class>", own), "0.00 %, 0 of 1");
}
