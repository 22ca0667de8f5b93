//! On output of git 2.47.3, recorded with NUL written as `~`.

use super::*;
use crate::process::Capture;

#[track_caller]
fn check(recorded: &str, head: Option<&str>, branch: Option<&str>, changed: &[&str]) {
    let status = parse(recorded.replace('~', "\0").as_bytes(), false).unwrap();
    assert_eq!(status.head.as_deref(), head);
    assert_eq!(status.branch.as_deref(), branch);
    assert_eq!(status.changed, changed);
}

#[test]
fn a_repository_without_commits_has_no_head() {
    check(
        "# branch.oid (initial)~# branch.head main~",
        None,
        Some("main"),
        &[],
    );
}

#[test]
fn a_detached_head_has_no_branch() {
    check(
        "# branch.oid 3a6817c4f37e2a8b7dd95333bd21923d9835a6eb~# branch.head (detached)~",
        Some("3a6817c4f37e2a8b7dd95333bd21923d9835a6eb"),
        None,
        &[],
    );
}

#[test]
fn every_kind_of_change_is_read_with_any_name() {
    check(
        "# branch.oid 2c78daffc81757c9772805e3c9a7b5f24d5ce418~# branch.head main~\
         1 .D N... 100644 100644 000000 01058d844a98d293a3b03a8615a34700e4ed2be3 \
         01058d844a98d293a3b03a8615a34700e4ed2be3 gone~\
         2 R. N... 100644 100644 100644 d68dd4031d2ad5b7a3829ad7df6635e27a7daa22 \
         d68dd4031d2ad5b7a3829ad7df6635e27a7daa22 R100 new name.txt~old name.txt~\
         1 .M N... 100644 100644 100644 0cfbf08886fca9a91cb753ec8734c84fcbe52c9f \
         0cfbf08886fca9a91cb753ec8734c84fcbe52c9f ä ö~\
         ? new\nline~? un/~",
        Some("2c78daffc81757c9772805e3c9a7b5f24d5ce418"),
        Some("main"),
        &["gone", "new name.txt", "old name.txt", "ä ö", "new\nline", "un/"],
    );
}

#[test]
fn a_conflict_is_a_change() {
    check(
        "# branch.oid 35ce7e0fdea7f04a20ef1a2cc0e80cfc90154a4b~# branch.head main~\
         u UU N... 100644 100644 100644 100644 a460078488e8ca922704769413d5625886f8de1c \
         dba863d1633701b13bbd23ec0e2b9104cf90e850 e0b3f1b09bd1819ed1f7ce2e75fc7400809f5350 tracked~",
        Some("35ce7e0fdea7f04a20ef1a2cc0e80cfc90154a4b"),
        Some("main"),
        &["tracked"],
    );
}

#[test]
fn what_is_no_status_is_refused() {
    for garbage in [
        &b""[..],
        b"garbage",
        b"# branch.head main\0",
        b"# branch.oid a\0# branch.head b\x001 .M N... 100644\0",
        b"# branch.oid a\x002 R. N... 1 2 3 4 5 R100 only-one\0",
        b"# branch.oid a\0x y\0",
        b"\xff\xfe",
    ] {
        assert!(
            matches!(parse(garbage, false), Err(Error::Output { .. })),
            "{:?}",
            String::from_utf8_lossy(garbage)
        );
    }
}

#[test]
fn a_truncated_status_keeps_its_headers() {
    let status = parse(b"# branch.oid abc\0# branch.head main\0? a\0[ 3 bytes ]1 .", true).unwrap();
    assert_eq!(status.head.as_deref(), Some("abc"));
    assert!(status.truncated && status.changed.is_empty());
}

/// Answers every call with the same outcome and remembers nothing.
struct Canned {
    end: End,
    stdout: Vec<u8>,
    stderr: &'static [u8],
}

impl Runner for Canned {
    fn run(&self, _: &Invocation) -> Result<Outcome, process::Error> {
        Ok(Outcome {
            stdout: Capture::of(&self.stdout),
            stderr: Capture::of(self.stderr),
            ..Outcome::of(self.end)
        })
    }
}

fn answer(end: End, stderr: &'static [u8]) -> Result<Option<GitInfo>, Error> {
    let dir = tempfile::tempdir().unwrap();
    let runner = Canned {
        end,
        stdout: Vec::new(),
        stderr,
    };
    read(&runner, Path::new("/usr/bin/git"), dir.path())
}

#[test]
fn outside_of_a_repository_there_is_no_state() {
    let phrases: [&[u8]; 2] = [
        b"fatal: not a git repository (or any of the parent directories): .git\n",
        b"fatal: not a git repository (or any parent up to mount point /)\n\
          Stopping at filesystem boundary (GIT_DISCOVERY_ACROSS_FILESYSTEM not set).\n",
    ];
    for phrase in phrases {
        assert_eq!(answer(End::Code(128), phrase).unwrap(), None);
    }
}

#[test]
fn a_foreign_repository_is_an_error_with_the_way_out() {
    let error = answer(
        End::Code(128),
        b"fatal: detected dubious ownership in repository at '/tmp/a b/r'\n\
          To add an exception for this directory, call:\n\n\
          \tgit config --global --add safe.directory '/tmp/a b/r'\n",
    )
    .unwrap_err();
    assert!(matches!(&error, Error::Unsafe { directory } if directory == "/tmp/a b/r"));
    let said = error.to_string();
    assert!(
        said.ends_with("git config --global --add safe.directory '/tmp/a b/r'"),
        "{said}"
    );
}

#[test]
fn every_other_end_is_an_error() {
    let broken = b"fatal: not a git repository: /nonexistent\n";
    for (end, stderr) in [
        (End::Code(128), &broken[..]),
        (End::Code(1), b""),
        (End::Signal(9), b""),
        (End::TimedOut, b""),
        (End::Cancelled, b""),
    ] {
        assert!(
            matches!(answer(end, stderr), Err(Error::Failed { .. })),
            "{end:?}"
        );
    }
}

#[test]
fn a_silent_git_is_not_waited_for_long() {
    let invocation = call(Path::new("/usr/bin/git"), Path::new("/"));
    assert!(invocation.timeout + invocation.grace <= Duration::from_secs(12));
    let error = answer(End::TimedOut, b"").unwrap_err();
    assert_eq!(error.to_string(), "git status had no answer within 10 s");
    let error = answer(End::Code(1), b"fatal: no\nmore\n").unwrap_err();
    assert_eq!(error.to_string(), "git status ended with exit code 1: fatal: no");
}

#[test]
fn a_list_too_long_to_keep_is_dirty() {
    let mut stdout = b"# branch.oid abc\0# branch.head main\0".to_vec();
    for index in 0..60_000 {
        stdout.extend_from_slice(format!("? .session/runs/{index}\0").as_bytes());
    }
    let runner = Canned {
        end: End::Code(0),
        stdout,
        stderr: b"",
    };
    let dir = tempfile::tempdir().unwrap();
    let info = read(&runner, Path::new("/usr/bin/git"), dir.path())
        .unwrap()
        .unwrap();
    assert!(info.dirty);
    assert_eq!(info.head.as_deref(), Some("abc"));
}

#[test]
fn the_invocation_leaves_nothing_to_the_repository() {
    let invocation = call(Path::new("/usr/bin/git"), Path::new("/a b"));
    let words = invocation.words();
    assert_eq!(
        words[1..].join(" "),
        "--no-pager --no-optional-locks --no-replace-objects -c core.fsmonitor=false -c core.hooksPath=/dev/null \
         -c protocol.ext.allow=never -C /a b"
    );
    assert!(invocation.env.contains(&("GIT_NO_LAZY_FETCH".into(), "1".into())));
}

proptest::proptest! {
    #[test]
    fn no_input_makes_the_parser_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = parse(&bytes, false);
        let mut headed = b"# branch.oid a\x001 .M ".to_vec();
        headed.extend(&bytes);
        let _ = parse(&headed, false);
    }
}
