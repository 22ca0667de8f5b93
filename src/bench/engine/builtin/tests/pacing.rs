//! When requests start, and what latencies count from.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::servers::{Server, read_request};
use super::{Ask, counted};
use crate::bench::histogram::Histogram;
use crate::bench::sample::Sample;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[test]
fn a_rate_is_kept() {
    let server = Server::saying(OK);
    let sample = Ask::of(&server.url("/"))
        .connections(4, 2)
        .rate(300.0)
        .millis(2000)
        .sample();
    // Each request that was due is counted, also one that a slow machine did not get to.
    assert_eq!(sample.corrected.count(), 600);
    assert!((500..=600).contains(&sample.requests), "{}", sample.requests);
    assert_eq!(sample.per_second.len(), 2);
    assert!(sample.per_second.iter().sum::<u64>() <= sample.requests);
    assert!(sample.per_second[0] <= 300, "{:?}", sample.per_second);
}

#[test]
fn a_rate_is_kept_with_new_connections() {
    let server = Server::saying(OK);
    let ask = Ask::of(&server.url("/"))
        .rate(100.0)
        .millis(1000)
        .new_connections();
    let sample = ask.sample();
    assert_eq!(sample.corrected.count(), 100);
    assert!((80..=100).contains(&sample.requests), "{}", sample.requests);
    assert!(server.accepted() as u64 >= sample.requests);
}

#[test]
fn a_rate_that_cannot_be_kept_is_seen_in_the_latencies() {
    let server = Server::answering(|_| {
        thread::sleep(Duration::from_millis(5));
        OK.to_owned()
    });
    let sample = Ask::of(&server.url("/")).rate(1e9).millis(400).sample();
    // A few are answered; all others wait, half of them for half of the time.
    assert!((1..=1000).contains(&sample.requests), "{}", sample.requests);
    assert!(
        (399_999_000..=400_000_000).contains(&sample.corrected.count()),
        "{}",
        sample.corrected.count()
    );
    let half = sample.corrected.percentile(50.0).unwrap();
    assert!((190_000..2_000_000).contains(&half), "{half}");
}

#[test]
fn what_the_end_cuts_off_is_no_short_latency() {
    let server = Server::answering(|_| {
        thread::sleep(Duration::from_millis(20));
        OK.to_owned()
    });
    for ask in [
        Ask::of(&server.url("/")),
        Ask::of(&server.url("/")).new_connections(),
    ] {
        let sample = ask.connections(4, 1).sample();
        let least = sample.raw.as_ref().and_then(Histogram::min);
        assert!(
            least >= Some(19_980) && sample.corrected.min() >= Some(19_980),
            "{least:?}"
        );
    }
}

#[test]
fn a_rate_grows_and_falls() {
    let server = Server::saying(OK);
    let ask = || {
        Ask::of(&server.url("/"))
            .connections(4, 1)
            .rate(400.0)
            .millis(1000)
    };
    assert_eq!(ask().ramp(0.0, 1.0).sample().corrected.count(), 200);
    assert_eq!(ask().ramp(1.0, 0.5).sample().corrected.count(), 300);
}

#[test]
fn connections_begin_to_ask_one_after_another() {
    let server = Server::saying(OK);
    let ask = || Ask::of(&server.url("/")).connections(10, 2).millis(500);
    assert!(ask().ramp(0.5, 0.5).sample().requests > 0);
    assert_eq!(server.accepted(), 5);
    assert!(ask().ramp(0.2, 0.8).sample().requests > 0);
    assert!(
        (2..=8).contains(&(server.accepted() - 5)),
        "{}",
        server.accepted()
    );
    let none = ask().ramp(0.0, 0.0).sample();
    assert_eq!((none.requests, counted(&none)), (0, 0));
}

/// Measures a server that stands still for half a second, once.
fn stalled(pace: impl Fn(Ask) -> Ask) -> Sample {
    let gate = Arc::new(Mutex::new(()));
    let theirs = Arc::clone(&gate);
    let server = Server::new(move |mut socket, _| {
        while read_request(&mut socket).is_some() {
            thread::sleep(Duration::from_millis(2));
            drop(theirs.lock().unwrap());
            if socket.write_all(OK.as_bytes()).is_err() {
                return;
            }
        }
    });
    let stall = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        let held = gate.lock().unwrap();
        thread::sleep(Duration::from_millis(500));
        drop(held);
    });
    let sample = pace(Ask::of(&server.url("/")).connections(4, 1).millis(1500)).sample();
    stall.join().unwrap();
    sample
}

/// In a third of the time a request would have waited for up to half a second: a fifth of all for more than 200 ms.
#[track_caller]
fn check_stall(sample: &Sample) {
    let raw = sample.raw.as_ref().and_then(|raw| raw.percentile(90.0)).unwrap();
    let corrected = sample.corrected.percentile(90.0).unwrap();
    assert!(raw < 200_000, "{raw}");
    assert!((200_000..600_000).contains(&corrected), "{corrected}");
}

#[test]
fn a_stall_is_seen_at_a_rate() {
    let sample = stalled(|ask| ask.rate(200.0));
    check_stall(&sample);
    assert_eq!(sample.corrected.count(), 300);
}

#[test]
fn a_stall_is_seen_in_the_closed_model() {
    let sample = stalled(|ask| ask);
    check_stall(&sample);
    assert!(sample.corrected.count() > counted(&sample));
}
