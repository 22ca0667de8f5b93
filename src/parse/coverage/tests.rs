//! Every reader on reports that real tools wrote, held against the percentage that the same tool printed for people.
//! `tests/fixtures/coverage/record.py` records them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// A recorded report.
struct Recorded {
    format: Format,
    name: String,
    bytes: Vec<u8>,
    /// What the tool printed.
    printed: String,
}

fn directory(format: Format) -> &'static str {
    match format {
        Format::CoveragePy => "coverage_py",
        Format::SummaryJson => "summary_json",
        Format::Lcov => "lcov",
        Format::Cobertura => "cobertura",
        Format::GoCover => "go_cover",
        Format::LlvmCov => "llvm_cov",
    }
}

fn recorded(format: Format) -> Vec<Recorded> {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/coverage")
        .join(directory(format));
    let mut found: Vec<Recorded> = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|end| end != "printed"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            Recorded {
                format,
                printed: std::fs::read_to_string(home.join(format!("{name}.printed")))
                    .unwrap()
                    .trim()
                    .to_owned(),
                bytes: std::fs::read(&path).unwrap(),
                name,
            }
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() >= 2, "{format}: recorded reports");
    found
}

fn all_recorded() -> Vec<Recorded> {
    Format::ALL.into_iter().flat_map(recorded).collect()
}

fn one(format: Format, name: &str) -> Vec<u8> {
    let found = recorded(format).into_iter().find(|report| report.name == name);
    found.unwrap_or_else(|| panic!("no recording {name}")).bytes
}

#[test]
fn every_report_comes_to_what_its_tool_prints() {
    for Recorded {
        format,
        name,
        bytes,
        printed,
    } in all_recorded()
    {
        assert_eq!(detect(&bytes), Some(format), "{name}");
        let read = format.parse(&bytes);
        let Ok(expect) = printed.parse::<f64>() else {
            assert_eq!(read, Err(CoverageError::Nothing { format }), "{name}");
            continue;
        };
        let found = read.unwrap_or_else(|error| panic!("{name}: {error}")).measured;
        let digits = printed.split_once('.').map_or(0, |(_, digits)| digits.len());
        // Some tools round, istanbul cuts off.
        let step = 0.1_f64.powi(i32::try_from(digits).unwrap());
        assert!(
            (found.percent - expect).abs() < step,
            "{name}: {found:?}, printed {printed}"
        );
        assert!(found.covered <= found.total && found.total > 0, "{name}");
        assert!(
            (found.percent - percent(found.covered, found.total)).abs() < 0.01,
            "{name}: {found:?}"
        );
    }
}

#[test]
fn every_format_has_a_report_of_which_nothing_or_something_is_covered() {
    for format in Format::ALL {
        let read = |report: &Recorded| format.parse(&report.bytes).is_ok();
        assert!(recorded(format).iter().any(read), "{format}");
    }
}

/// The gaps of a report by the last part of each path.
fn gaps(format: Format, name: &str) -> BTreeMap<String, String> {
    let report = format.parse(&one(format, name)).unwrap();
    report
        .gaps
        .iter()
        .map(|gap| {
            let file = gap.path.rsplit('/').next().unwrap().to_owned();
            (file, gap.ranges(99))
        })
        .collect()
}

#[track_caller]
fn check_gaps(format: Format, name: &str, expect: &[(&str, &str)]) {
    let expect: BTreeMap<String, String> = expect
        .iter()
        .map(|(file, lines)| ((*file).to_owned(), (*lines).to_owned()))
        .collect();
    assert_eq!(gaps(format, name), expect, "{name}");
}

#[test]
fn every_writer_names_the_same_lines() {
    let python = [("price.py", "3, 6, 13"), ("unused.py", "2")];
    for version in ["6.5.0", "7.17.3"] {
        for case in ["lines", "branches"] {
            let name = format!("coverage-{version}-{case}");
            check_gaps(Format::CoveragePy, &format!("{name}.json"), &python);
            check_gaps(Format::Cobertura, &format!("{name}.xml"), &python);
            check_gaps(Format::Lcov, &format!("{name}.info"), &python);
        }
    }
    for writer in ["jest-30.5.2", "nyc-18.0.0"] {
        let javascript = [("price.js", "3, 8, 14, 21")];
        check_gaps(Format::Lcov, &format!("{writer}.info"), &javascript);
        check_gaps(Format::Cobertura, &format!("{writer}.xml"), &javascript);
    }
    for writer in ["vitest-3.2.7", "c8-12.0.0"] {
        let name = |end: &str| format!("{writer}.{end}");
        assert_eq!(
            gaps(Format::Lcov, &name("info")),
            gaps(Format::Cobertura, &name("xml"))
        );
    }
    let gcc = gaps(Format::Lcov, "gcovr-8.8.info");
    assert_eq!(gcc, gaps(Format::Cobertura, "gcovr-8.8.xml"));
    assert_eq!(gcc, gaps(Format::Lcov, "lcov-1.16-member.info"));
    // The tracefile of llvm-cov is its own count of lines.
    assert_eq!(
        gaps(Format::LlvmCov, "llvm-cov-14.0.6-full.json"),
        gaps(Format::Lcov, "llvm-cov-14.0.6.info")
    );
    check_gaps(Format::LlvmCov, "llvm-cov-14.0.6-summary.json", &[]);
    check_gaps(Format::SummaryJson, "jest-30.5.2.json", &[]);
    for mode in ["set", "count", "atomic"] {
        check_gaps(
            Format::GoCover,
            &format!("go-1.27.3-{mode}-all.out"),
            &[("price.go", "7, 16-18, 20"), ("cart.go", "10")],
        );
    }
}

#[test]
fn a_report_that_was_cut_off_is_never_better_than_the_whole() {
    for Recorded {
        format, name, bytes, ..
    } in all_recorded()
    {
        let whole = format.parse(&bytes);
        let end = bytes.trim_ascii_end().len();
        for cut in 0..end {
            let Ok(found) = format.parse(&bytes[..cut]) else {
                continue;
            };
            // Only at the end of an entry of a format of lines does a cut leave a report.
            let is_boundary = match format {
                Format::Lcov => bytes[..cut].trim_ascii_end().ends_with(b"end_of_record"),
                Format::GoCover => bytes[..cut].ends_with(b"\n"),
                _ => false,
            };
            assert!(is_boundary, "{name} cut at {cut}: {found:?}");
            assert!(
                whole
                    .as_ref()
                    .is_ok_and(|whole| found.measured.total <= whole.measured.total),
                "{name}"
            );
        }
    }
}

#[test]
fn line_ends_of_windows_and_a_mark_of_the_byte_order_change_nothing() {
    for Recorded {
        format, name, bytes, ..
    } in all_recorded()
    {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let windows = text.replace('\n', "\r\n");
        assert_eq!(format.parse(windows.as_bytes()), format.parse(&bytes), "{name}");
        assert_eq!(detect(windows.as_bytes()), Some(format), "{name}");
    }
    for (format, name) in [
        (Format::Lcov, "jest-30.5.2.info"),
        (Format::Cobertura, "jest-30.5.2.xml"),
    ] {
        let bytes = one(format, name);
        let marked = [b"\xef\xbb\xbf".as_slice(), &bytes].concat();
        assert_eq!(format.parse(&marked), format.parse(&bytes));
        assert_eq!(detect(&marked), Some(format));
    }
}

#[test]
fn no_reader_takes_the_report_of_another() {
    for report in all_recorded() {
        for format in Format::ALL.into_iter().filter(|format| *format != report.format) {
            assert!(
                format.parse(&report.bytes).is_err(),
                "{} as {format}",
                report.name
            );
        }
    }
}

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

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for format in Format::ALL {
            prop_assert!(format.parse(&bytes).is_err());
        }
        prop_assert_eq!(detect(&bytes).map(|format| format.parse(&bytes).is_ok()), detect(&bytes).map(|_| false));
    }

    #[test]
    fn a_changed_report_gives_a_percentage_or_none(
        index in any::<proptest::sample::Index>(),
        at in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let all = all_recorded();
        let report = &all[index.index(all.len())];
        let mut bytes = report.bytes.clone();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        if let Ok(found) = report.format.parse(&bytes) {
            let Measured { percent, covered, total } = found.measured;
            prop_assert!((0.0..=100.0).contains(&percent));
            prop_assert!(total > 0 && covered <= total);
            prop_assert!((percent - super::percent(covered, total)).abs() < 1.1);
        }
    }

    #[test]
    fn tracefiles_and_profiles_count_what_they_hold(
        lines in proptest::collection::btree_map((0..3u32, 1..50u32), 0..3u64, 1..60),
        twice in any::<bool>(),
    ) {
        let mut tracefile = String::new();
        let mut profile = "mode: count\n".to_owned();
        for _ in 0..=usize::from(twice) {
            for file in 0..3 {
                tracefile.push_str(&format!("SF:{file}.x\n"));
                for ((_, line), hits) in lines.iter().filter(|((of, _), _)| *of == file) {
                    tracefile.push_str(&format!("DA:{line},{hits}\n"));
                    profile.push_str(&format!("{file}.x:{line}.1,{line}.2 1 {hits}\n"));
                }
                tracefile.push_str("end_of_record\n");
            }
        }
        let covered = lines.values().filter(|hits| **hits > 0).count() as u64;
        let expect = Measured::of_counts(covered, lines.len() as u64).unwrap();
        for (format, text) in [(Format::Lcov, &tracefile), (Format::GoCover, &profile)] {
            let report = format.parse(text.as_bytes()).unwrap();
            prop_assert_eq!(report.measured, expect);
            let missing: usize = report.gaps.iter().map(|gap| gap.lines.len()).sum();
            prop_assert_eq!(missing as u64, expect.total - expect.covered);
        }
    }
}

#[test]
fn lines_of_methods_stand_in_where_a_class_has_none() {
    let xml = "<coverage><packages><class filename=\"a\"><methods><method><lines><line number=\"1\" hits=\"1\"/>\
               <line number=\"2\" hits=\"0\"/></lines></method></methods></class></packages></coverage>";
    check(Format::Cobertura, xml, "50.00 %, 1 of 2");
    let own = "<lines><line number=\"2\" hits=\"0\"/></lines></class>";
    check(Format::Cobertura, &xml.replace("</class>", own), "0.00 %, 0 of 1");
}
