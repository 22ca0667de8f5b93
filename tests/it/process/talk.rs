//! Talking with a process by its standard input and output.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use sdd::process::environment::Environment;
use sdd::process::redact::Redactor;
use sdd::process::{Ear, End, Invocation, Runner as _, Talked, Voice};

use super::support::{AGES, Bench};

/// What is heard, until the process says no more.
struct Hearing {
    pieces: Receiver<Vec<u8>>,
}

fn ear() -> (Ear, Hearing) {
    let (sender, pieces) = channel();
    let ear = Box::new(move |bytes: &[u8]| {
        let _ = sender.send(bytes.to_vec());
    });
    (ear, Hearing { pieces })
}

impl Hearing {
    /// Everything up to this text, or to the end.
    #[track_caller]
    fn until(&self, text: &str) -> String {
        let mut heard = String::new();
        let end = Instant::now() + AGES;
        while !heard.contains(text) {
            match self.pieces.recv_timeout(Duration::from_millis(50)) {
                Ok(piece) => heard.push_str(&String::from_utf8(piece).unwrap()),
                Err(RecvTimeoutError::Timeout) => assert!(Instant::now() < end, "heard only {heard:?}"),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        heard
    }
}

#[track_caller]
fn talk(bench: &Bench, invocation: &Invocation, mut speak: impl FnMut(Voice, &Hearing) + Send) -> Talked {
    let (ear, hearing) = ear();
    let hearing = std::sync::Mutex::new(hearing);
    let talked = bench
        .system
        .talk(invocation, ear, &mut |voice| {
            speak(voice, &hearing.lock().unwrap());
        })
        .unwrap();
    assert_eq!(bench.left(), Vec::<String>::new(), "left behind");
    talked
}

#[test]
fn what_is_said_is_heard_and_answered() {
    let bench = Bench::new();
    let mut invocation = bench.sh("while read line; do echo \"you said $line\"; done; echo done >&2");
    let log = bench.dir.path().join("log");
    invocation.log = Some(log.clone());
    let mut answers = Vec::new();
    let talked = talk(&bench, &invocation, |mut voice, hearing| {
        for word in ["one", "two"] {
            voice.say(format!("{word}\n").as_bytes()).unwrap();
            answers.push(hearing.until("\n"));
        }
    });
    assert_eq!(answers, ["you said one\n", "you said two\n"]);
    // Its standard input ended, and so it did, by itself.
    assert_eq!(talked.end, Some(End::Code(0)));
    assert_eq!(talked.stderr.bytes(), b"done\n");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("you said two") && log.contains("done"), "{log}");
}

#[test]
fn a_process_that_ends_first_is_not_waited_for() {
    let bench = Bench::new();
    let talked = talk(&bench, &bench.sh("echo bye; exit 7"), |mut voice, hearing| {
        assert_eq!(hearing.until("never"), "bye\n");
        // Nobody reads it.
        let _refused = voice.say(b"hello\n");
    });
    assert_eq!(talked.end, Some(End::Code(7)));
}

#[test]
fn a_process_that_closes_its_output_has_said_its_last_word() {
    let bench = Bench::new();
    let started = Instant::now();
    let mut heard = String::new();
    let script = "echo last; exec >&-; exec sleep 100";
    let talked = talk(&bench, &bench.sh(script), |_voice, hearing| {
        heard = hearing.until("never");
    });
    assert_eq!((heard.as_str(), talked.end), ("last\n", None));
    assert!(started.elapsed() < AGES / 2);
}

#[test]
fn a_process_that_stays_is_ended_when_the_talk_is_over() {
    let bench = Bench::new();
    let script = "trap '' TERM; setsid sleep 100 & echo ready; while :; do sleep 0.1; done";
    let started = Instant::now();
    let talked = talk(&bench, &bench.sh(script), |_voice, hearing| {
        hearing.until("ready");
    });
    assert_eq!(talked.end, None);
    assert!(started.elapsed() < AGES / 2);
}

#[test]
fn a_process_that_does_not_read_does_not_stop_the_speaker() {
    let bench = Bench::new();
    let started = Instant::now();
    let mut refused = None;
    talk(&bench, &bench.sh("sleep 100"), |mut voice, _| {
        refused = voice.say(&vec![b'x'; 1 << 20]).err();
    });
    assert_eq!(refused.unwrap().kind(), std::io::ErrorKind::TimedOut);
    assert!(started.elapsed() < AGES / 2);
}

#[test]
fn time_and_the_request_to_stop_end_a_talk() {
    let bench = Bench::new();
    let mut invocation = bench.sh("sleep 100");
    invocation.timeout = Duration::from_millis(300);
    let heard = |_voice: Voice, hearing: &Hearing| {
        hearing.until("never");
    };
    assert_eq!(talk(&bench, &invocation, heard).end, Some(End::TimedOut));

    let bench = Bench::new();
    let cancel = bench.cancel.clone();
    let talked = talk(&bench, &bench.sh("echo ready; sleep 100"), |_voice, hearing| {
        hearing.until("ready");
        cancel.request(2);
        hearing.until("never");
    });
    assert_eq!(talked.end, Some(End::Cancelled));
    // And nothing begins afterwards.
    let mut spoke = false;
    let (ear, _) = ear();
    let talked = bench
        .system
        .talk(&bench.sh("true"), ear, &mut |_| spoke = true)
        .unwrap();
    assert_eq!((talked.end, spoke), (Some(End::Cancelled), false));
}

#[test]
fn a_speaker_who_panics_leaves_no_process() {
    let bench = Bench::new();
    let talked = talk(&bench, &bench.sh("sleep 100"), |_voice, _| panic!("a bug"));
    assert_eq!(talked.end, None);
}

#[test]
fn secrets_are_heard_and_not_kept() {
    let environment: Environment = [("MY_TOKEN".into(), "s3cr3t-value-0815".into())]
        .into_iter()
        .collect();
    let bench = Bench::with(Redactor::new(&environment, &[]), |system| system);
    let mut invocation = bench.sh("read line; echo \"$line\"; echo \"$line\" >&2");
    let log = bench.dir.path().join("log");
    invocation.log = Some(log.clone());
    let mut heard = String::new();
    let talked = talk(&bench, &invocation, |mut voice, hearing| {
        voice.say(b"s3cr3t-value-0815\n").unwrap();
        heard = hearing.until("\n");
    });
    assert_eq!(heard, "s3cr3t-value-0815\n");
    let kept = std::fs::read_to_string(log).unwrap() + &String::from_utf8_lossy(&talked.stderr.bytes());
    assert!(!kept.contains("s3cr3t"), "{kept}");
}

#[test]
fn only_what_processes_get_is_told_of_the_environment() {
    let bench = Bench::new();
    assert!(bench.system.variable("PATH").is_some());
    assert_eq!(bench.system.variable("NO_SUCH_VARIABLE"), None);
    assert_eq!(bench.system.variable("SDD_TEST_TOOLS"), None);
}
