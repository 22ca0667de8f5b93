//! What becomes of a child's output.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;

use sdd::process::capture::{HEAD_BYTES, MAX_LOG_BYTES, TAIL_BYTES};
use sdd::process::environment::Environment;
use sdd::process::redact::Redactor;
use sdd::process::{End, Error};

use super::support::Bench;

#[test]
fn a_big_output_is_counted_and_its_ends_are_kept() {
    const TOTAL: u64 = 200_000_000;
    let bench = Bench::new();
    let log = bench.dir.path().join("log");
    let mut invocation = bench.sh(&format!(
        "printf start; head -c {} /dev/zero; printf 'end\\n'",
        TOTAL - 9
    ));
    invocation.log = Some(log.clone());
    let outcome = bench.run(&invocation);
    assert_eq!(outcome.end, End::Code(0));
    assert_eq!(outcome.stdout.total(), TOTAL);
    assert!(outcome.stdout.truncated());
    let kept = outcome.stdout.bytes();
    assert!(kept.len() < HEAD_BYTES + TAIL_BYTES + 100);
    assert!(kept.starts_with(b"start\0") && kept.ends_with(b"\0end\n"));
    let logged = std::fs::read(&log).unwrap();
    let note = format!(
        "\n[sdd: {} more bytes of stdout are not kept]\n",
        TOTAL - MAX_LOG_BYTES
    );
    assert!(logged.ends_with(note.as_bytes()));
    assert_eq!(logged.len(), usize::try_from(MAX_LOG_BYTES).unwrap() + note.len());
}

#[test]
fn a_last_line_without_an_end_and_bytes_that_are_no_text() {
    let bench = Bench::new();
    let outcome = bench.run(&bench.sh("printf 'a\\377\\376b'; printf '\\200' >&2"));
    assert_eq!(outcome.stdout.bytes(), b"a\xff\xfeb");
    assert_eq!(outcome.stderr.bytes(), b"\x80");
}

#[test]
fn the_log_has_both_streams_and_the_report_its_own_file() {
    let bench = Bench::new();
    let (log, report) = (bench.dir.path().join("log"), bench.dir.path().join("report"));
    std::fs::File::create(&log).unwrap().set_len(100).unwrap();
    let mut invocation = bench.sh("echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three");
    invocation.log = Some(log.clone());
    bench.run(&invocation);
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "one\ntwo\nthree\n");

    invocation.stdout_file = Some(report.clone());
    bench.run(&invocation);
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "two\n");
    assert_eq!(std::fs::read_to_string(&report).unwrap(), "one\nthree\n");
    assert_eq!(report.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_child_reads_the_given_file_or_nothing() {
    let bench = Bench::new();
    let file = bench.dir.path().join("in");
    std::fs::File::create(&file)
        .unwrap()
        .write_all(b"from a file\n")
        .unwrap();
    let mut invocation = bench.sh("cat");
    assert_eq!(bench.run(&invocation).stdout.bytes(), b"");
    invocation.stdin_file = Some(file.clone());
    assert_eq!(bench.run(&invocation).stdout.bytes(), b"from a file\n");
    invocation.stdin_file = Some(file.join("not there"));
    assert!(matches!(bench.try_run(&invocation), Err(Error::Stdin { .. })));
}

#[test]
fn a_log_that_cannot_be_written_is_an_error() {
    let bench = Bench::new();
    let mut invocation = bench.sh("touch started");
    invocation.log = Some(bench.dir.path().join("none/log"));
    let result = bench.try_run(&invocation);
    assert!(matches!(result, Err(Error::Log { .. })), "{result:?}");
    assert!(!bench.dir.path().join("started").exists());
}

#[test]
fn a_secret_that_is_printed_in_two_pieces_is_seen_nowhere() {
    let secret = (OsString::from("DEPLOY_TOKEN"), OsString::from("s3ntinel-value-1"));
    let environment: Environment = [secret].into_iter().collect();
    let bench = Bench::with(Redactor::new(&environment, &[]), |system| system);
    let log = bench.dir.path().join("log");
    let mut invocation = bench.sh(
        "printf 'a s3ntinel'; sleep 0.2; echo '-value-1 b'; printf 's3ntinel-value-1' >&2; printf s3ntinel-value-1 | base64",
    );
    invocation.log = Some(log.clone());
    let outcome = bench.run(&invocation);
    assert!(
        outcome
            .stdout
            .bytes()
            .starts_with(b"a [redacted:DEPLOY_TOKEN] b\n[redacted:DEPLOY_TOKEN]")
    );
    assert_eq!(outcome.stderr.bytes(), b"[redacted:DEPLOY_TOKEN]");
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(
        !logged.contains("s3ntinel") && logged.contains("[redacted:DEPLOY_TOKEN]"),
        "{logged}"
    );
}

#[test]
fn a_child_gets_the_given_environment_and_its_tag() {
    let bench = Bench::new();
    let mut invocation = bench.program(std::path::Path::new("/usr/bin/env"));
    invocation.env.push(("EXTRA".into(), "1".into()));
    invocation.env.push(("TERM".into(), "vt100".into()));
    let outcome = bench.run(&invocation);
    let text = String::from_utf8(outcome.stdout.bytes()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.contains(&"EXTRA=1") && lines.contains(&"TERM=vt100") && lines.contains(&"CI=1"),
        "{text}"
    );
    let tag = format!("{}.", bench.run_id);
    let own = lines.iter().find_map(|line| line.strip_prefix("SDD_RUN_ID="));
    assert!(own.is_some_and(|own| own.contains(&tag)), "{text}");
}

#[test]
fn a_child_leads_a_group_of_its_own() {
    let bench = Bench::new();
    let outcome = bench.run(&bench.sh("cut -d' ' -f5 /proc/self/stat; echo $$"));
    let text = String::from_utf8(outcome.stdout.bytes()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], lines[1]);
}
