//! Every reader on reports that real tools wrote, held against the percentage that the same tool printed for people.
//! `tests/fixtures/coverage/record.py` records them.

mod written;

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
