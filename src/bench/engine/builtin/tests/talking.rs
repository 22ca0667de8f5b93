//! Services that answer, in all the ways in which HTTP lets them.

use std::io::Write as _;

use http::Method;

use super::servers::{Server, read_request};
use super::{Ask, counted, endpoint};
use crate::bench::load::Endpoint;
use crate::bench::sample::Sample;

/// Every answer is whole, has this status, and this many bytes.
#[track_caller]
fn check(ask: &Ask, status: u16, bytes: u64) -> Sample {
    let sample = ask.sample();
    assert!(sample.requests > 0, "{sample:?}");
    assert_eq!(sample.errors.total(), 0, "{:?}", sample.errors);
    assert_eq!(sample.errors.by_status.get(&status), Some(&sample.requests));
    // What was on its way at the end may have come in part.
    let least = bytes * sample.requests;
    assert!((least..=least + 2 * bytes).contains(&sample.bytes), "{sample:?}");
    assert!(counted(&sample) >= sample.requests && counted(&sample) <= sample.requests + 2);
    sample
}

#[track_caller]
fn check_answer(answer: &'static str, status: u16) {
    let server = Server::saying(answer);
    check(&Ask::of(&server.url("/")), status, answer.len() as u64);
    let new = Ask::of(&server.url("/")).new_connections();
    let sample = check(&new, status, answer.len() as u64);
    assert!(server.accepted() as u64 >= sample.requests);
    assert!(server.is_left_alone());
}

#[test]
fn answers_end_in_many_ways() {
    check_answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 200);
    check_answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200);
    check_answer("HTTP/1.1 204 OK\r\n\r\n", 204);
    check_answer(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n10\r\n0123456789abcdef\r\n0\r\nx: y\r\n\r\n",
        200,
    );
    check_answer(
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        200,
    );
    check_answer("HTTP/1.1 200 OK\r\nx-no-end: 1\r\n\r\nuntil it is closed", 200);
    check_answer(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 OK\r\ncontent-length: 2\r\n\r\nok",
        201,
    );
}

#[test]
fn redirects_are_answers() {
    let server = Server::saying("HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n");
    let sample = Ask::of(&server.url("/first")).sample();
    assert!(sample.requests > 0);
    assert_eq!(sample.errors.total(), 0);
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET /first ")));
}

#[test]
fn long_bodies_are_read_whole() {
    let body = "x".repeat(3_000_000);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let length = answer.len() as u64;
    let server = Server::answering(move |_| answer.clone());
    check(&Ask::of(&server.url("/")).millis(600), 200, length);
}

#[test]
fn a_connection_that_was_closed_between_requests_is_opened_again() {
    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::new(|mut socket, _| {
        if read_request(&mut socket).is_some() {
            socket.write_all(OK.as_bytes()).unwrap();
        }
    });
    // Half a second lies between two requests of a connection.
    let ask = Ask::of(&server.url("/")).rate(4.0).millis(1500);
    let sample = check(&ask, 200, OK.len() as u64);
    assert!(server.accepted() as u64 > sample.requests);
}

#[test]
fn one_connection_serves_many_requests() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let sample = Ask::of(&server.url("/")).connections(5, 2).sample();
    assert!(sample.requests > 5);
    assert_eq!(server.accepted(), 5);
}

#[test]
fn what_is_sent_arrives() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let mut ask = Ask::of(&server.url("/"));
    let body = "y".repeat(500_000);
    ask.target.endpoints = vec![Endpoint {
        method: Method::PUT,
        headers: vec![(http::header::ACCEPT, "a/b".parse().unwrap())],
        body: body.clone().into_bytes(),
        ..endpoint(&server.url("/there?is=more"))
    }];
    assert!(ask.sample().requests > 0);
    let first = server.requests().remove(0);
    let (head, sent) = first.split_once("\r\n\r\n").unwrap();
    assert!(sent == body, "another body of {} bytes", sent.len());
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines[0], "PUT /there?is=more HTTP/1.1");
    assert_eq!(lines[1], format!("host: {}", server.address));
    assert!(lines.contains(&"accept: a/b"), "{lines:?}");
}

#[test]
fn the_answer_to_head_has_no_body() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
    let mut ask = Ask::of(&server.url("/"));
    ask.target.endpoints[0].method = Method::HEAD;
    assert!(ask.sample().requests > 2);
    assert_eq!(server.accepted(), 2);
}

#[test]
fn endpoints_are_asked_by_weight_and_in_the_same_order_again() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let asked = || {
        let mut ask = Ask::of(&server.url("/rare"))
            .connections(1, 1)
            .rate(400.0)
            .millis(1000);
        ask.target.endpoints.push(Endpoint {
            weight: 9,
            ..endpoint(&server.url("/often"))
        });
        let before = server.requests().len();
        assert!(ask.sample().requests > 0);
        assert!(server.is_left_alone());
        server.requests().split_off(before)
    };
    let (first, second) = (asked(), asked());
    let both = first.len().min(second.len());
    assert!(both > 20, "{both}");
    assert!(first[..both] == second[..both]);
    let rare = first.iter().filter(|request| request.contains("/rare")).count();
    assert!(rare > 0 && rare * 4 < first.len(), "{rare} of {}", first.len());
}

#[test]
fn a_name_is_tried_at_all_its_addresses() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let url = format!("http://localhost:{}/", server.address.port());
    let sample = Ask::of(&url).sample();
    assert!(sample.requests > 0);
    assert_eq!(sample.errors.total(), 0);
}
