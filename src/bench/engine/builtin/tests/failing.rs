//! Services that fail: none of them may look well.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::servers::{Server, read_request, swallow};
use super::{Ask, counted, nobody};
use crate::bench::aftermath::{Wait, wait};
use crate::bench::engine::EngineError;
use crate::bench::histogram::Histogram;
use crate::bench::load::Load;
use crate::process::Cancel;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[test]
fn a_refused_connection_is_told_before_the_time_is_over() {
    let begin = Instant::now();
    for ask in [
        Ask::of(&nobody()),
        Ask::of(&nobody()).rate(100.0),
        Ask::of(&nobody()).new_connections(),
        Ask::of(&nobody()).new_connections().rate(2.0),
        Ask::of(&nobody()).connections(9, 2),
    ] {
        let cause = ask.millis(60_000).out_of_reach();
        assert!(cause.contains("refused"), "{cause}");
    }
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_name_without_address_is_told() {
    let cause = Ask::of("http://nowhere.invalid/").out_of_reach();
    assert_ne!(cause, "");
}

#[test]
fn a_handshake_that_is_not_answered_is_no_connection() {
    let server = Server::new(|mut socket, _| swallow(&mut socket));
    let url = format!("https://{}/", server.address);
    // It may come after the end: one answer is waited for then.
    let sample = Ask::of(&url).sample();
    assert_eq!((sample.requests, sample.errors.total()), (0, 0));
    let ask = Ask::of(&url).timeout(50);
    let waited = wait(&ask.target, &ask.load, &Cancel::new());
    assert!(
        matches!(waited, Err(EngineError::Unreachable { .. })),
        "{waited:?}"
    );
    let cause = Ask::of(&url).timeout(50).millis(60_000).out_of_reach();
    assert_eq!(cause, "no answer to the attempt to connect");
}

#[test]
fn a_hung_service_has_no_requests_and_latencies_as_long_as_the_wait() {
    let server = Server::new(|mut socket, _| swallow(&mut socket));
    for ask in [
        Ask::of(&server.url("/")),
        Ask::of(&server.url("/")).new_connections(),
        Ask::of(&server.url("/")).rate(5.0).millis(600),
    ] {
        let sample = ask.sample();
        assert_eq!((sample.requests, sample.errors.total(), sample.bytes), (0, 0, 0));
        assert_eq!(counted(&sample), 2);
        assert!(
            sample.corrected.max() >= Some(250_000),
            "{:?}",
            sample.corrected.max()
        );
        assert!(sample.error_rate() >= 1.0);
    }
    assert!(server.is_left_alone());
}

#[test]
fn a_request_that_takes_too_long_counts_at_the_time_out() {
    let server = Server::new(|mut socket, _| swallow(&mut socket));
    let sample = Ask::of(&server.url("/")).timeout(100).millis(450).sample();
    assert_eq!(sample.requests, 0);
    assert!((2..=8).contains(&sample.errors.timeout), "{:?}", sample.errors);
    assert_eq!(sample.errors.total(), sample.errors.timeout);
    let at_the_time_out = sample
        .raw
        .iter()
        .flat_map(Histogram::values)
        .filter(|(value, _)| (100_000..=100_100).contains(value))
        .map(|(_, count)| count)
        .sum::<u64>();
    assert!(at_the_time_out >= sample.errors.timeout);
}

#[test]
fn one_answer_is_waited_for_and_no_longer_than_one_may_take() {
    let wait = |url: &str, timeout| {
        let ask = Ask::of(url).connections(1, 1);
        wait(&ask.target, &Load { timeout, ..ask.load }, &Cancel::new())
    };
    let slow = Server::answering(|_| {
        thread::sleep(Duration::from_millis(300));
        OK.to_owned()
    });
    let seen = wait(&slow.url("/"), Duration::from_secs(60));
    assert!(
        matches!(seen, Ok(Wait::Answered(took)) if took >= Duration::from_millis(300)),
        "{seen:?}"
    );
    assert_eq!(slow.requests().len(), 1);
    let hung = Server::new(|mut socket, _| swallow(&mut socket));
    let cause = "no answer came within 100ms".to_owned();
    assert_eq!(
        wait(&hung.url("/"), Duration::from_millis(100)),
        Ok(Wait::InVain { cause })
    );
    let gone = wait(&nobody(), Duration::from_secs(60));
    assert!(matches!(gone, Err(EngineError::Unreachable { .. })), "{gone:?}");
}

#[test]
fn a_byte_at_a_time_is_no_answer_in_time() {
    let server = Server::new(|mut socket, _| {
        if read_request(&mut socket).is_some() {
            for byte in OK.bytes().cycle().take(1000) {
                if socket.write_all(&[byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let sample = Ask::of(&server.url("/")).timeout(150).millis(500).sample();
    assert_eq!(sample.requests, 0);
    assert!(sample.errors.timeout > 0 && sample.bytes > 0, "{sample:?}");
}

#[test]
fn connections_that_break_off_are_errors_and_not_tried_without_pause() {
    let broken: [fn() -> Server; 3] = [
        || Server::new(|mut socket, _| drop(read_request(&mut socket))),
        || Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nok"),
        || Server::saying("SSH-2.0-OpenSSH_9.2\r\n"),
    ];
    for server in broken {
        let server = server();
        let sample = Ask::of(&server.url("/")).millis(500).sample();
        assert_eq!(sample.requests, 0);
        assert!(sample.errors.read > 0, "{:?}", sample.errors);
        // 10 + 20 + 40 + 80 + 160 ms are 5 pauses.
        assert!(server.accepted() <= 20, "{}", server.accepted());
    }
}

#[test]
fn a_connection_that_is_closed_at_once_is_not_opened_without_pause() {
    let server = Server::new(|socket, _| drop(socket));
    for ask in [Ask::of(&server.url("/")), Ask::of(&server.url("/")).rate(2.0)] {
        let before = server.accepted();
        let sample = ask.millis(500).sample();
        assert_eq!(sample.requests, 0);
        assert!(sample.error_rate() >= 1.0);
        assert!(server.accepted() - before <= 20);
    }
}

#[test]
fn answers_with_errors_are_answers_and_errors() {
    let server = Server::saying("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n");
    let sample = Ask::of(&server.url("/")).sample();
    assert!(sample.requests > 0);
    assert_eq!(sample.errors.status, sample.requests);
    assert_eq!(sample.errors.total(), sample.requests);
    assert_eq!(sample.errors.by_status.get(&500), Some(&sample.requests));
    assert!(sample.error_rate() >= 1.0);
}

#[test]
fn a_service_that_dies_is_a_sample_with_errors() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let service = thread::spawn(move || {
        // The port is free when both have been served for a while.
        let connections = [listener.accept().unwrap().0, listener.accept().unwrap().0];
        drop(listener);
        let served = connections.map(|mut socket| {
            let asked = Arc::clone(&asked);
            thread::spawn(move || {
                while asked.fetch_add(1, Ordering::SeqCst) < 50 && read_request(&mut socket).is_some() {
                    socket.write_all(OK.as_bytes()).unwrap();
                }
            })
        });
        for served in served {
            served.join().unwrap();
        }
    });
    let sample = Ask::of(&url).millis(700).sample();
    service.join().unwrap();
    assert_eq!(sample.requests, 50);
    assert!((1..=30).contains(&sample.errors.connect), "{:?}", sample.errors);
    assert!(sample.error_rate() > 0.0);
}

#[test]
fn asked_to_stop_it_ends_at_once_and_leaves_nothing() {
    let server = Server::new(|mut socket, _| swallow(&mut socket));
    for ask in [
        Ask::of(&server.url("/")).connections(8, 2),
        Ask::of(&server.url("/")).connections(8, 2).rate(1000.0),
    ] {
        let cancel = Cancel::new();
        let asker = cancel.clone();
        let stop = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            asker.request(2);
        });
        let begin = Instant::now();
        assert_eq!(ask.millis(60_000).measure(&cancel), Err(EngineError::Cancelled));
        assert!(begin.elapsed() < Duration::from_secs(30));
        stop.join().unwrap();
        assert!(server.is_left_alone());
    }
}

#[test]
fn asked_to_stop_before_it_begins_it_gives_no_sample() {
    let cancel = Cancel::new();
    cancel.request(2);
    let server = Server::saying(OK);
    assert_eq!(
        Ask::of(&server.url("/")).measure(&cancel),
        Err(EngineError::Cancelled)
    );
    let named = Ask::of("http://nowhere.invalid/");
    assert_eq!(named.measure(&cancel), Err(EngineError::Cancelled));
}
