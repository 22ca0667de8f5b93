//! pip-audit against an advisory service on the loopback, and safety without any service.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use sdd::tools::{Applies, Reading};

use super::bench::{Run, places, project};

/// What a service in the manner of OSV answers.
#[derive(Clone, Copy)]
pub enum Service {
    /// One advisory for `flask`, none for others.
    Works,
    /// 500.
    Fails,
    /// Something that is not JSON.
    Rambles,
}

const ADVISORY: &str = r#"{"vulns":[{"id":"PYSEC-2018-66","aliases":["CVE-2018-1000656"],"summary":"Denial of service.",
"affected":[{"package":{"name":"flask","ecosystem":"PyPI"},"versions":["0.12"],
"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"0.12.3"}]}]}]}]}"#;

/// Serves until the test's process ends; the address.
pub fn serve(service: Service) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let _client_gone = answer(stream, service);
            });
        }
    });
    format!("http://{address}/v1/query")
}

fn answer(mut stream: TcpStream, service: Service) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let flask = String::from_utf8_lossy(&body).contains("\"flask\"");
    let (status, text) = match service {
        Service::Works if flask => ("200 OK", ADVISORY),
        Service::Works => ("200 OK", "{}"),
        Service::Fails => ("500 No", "{}"),
        Service::Rambles => ("200 OK", "<html>"),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )
}

#[track_caller]
fn audit(requirements: &str, service: &str) -> Reading {
    let sandbox = project(&[("requirements.txt", requirements)]);
    Run::new(&sandbox, "pip-audit")
        .args(&[
            "-s",
            "osv",
            "--osv-url",
            service,
            "--no-deps",
            "--disable-pip",
            "-r",
            "requirements.txt",
        ])
        .read()
}

#[test]
fn pip_audit_reports_advisories_with_the_versions_that_fix_them() {
    let Reading::Answer(answer) = audit("flask==0.12\nidna==3.99\n", &serve(Service::Works)) else {
        panic!("no answer");
    };
    assert_eq!(places(&answer), ["PYSEC-2018-66 requirements.txt"]);
    let message = &answer.findings[0].message;
    assert!(
        message.starts_with("flask 0.12: fixed in 0.12.3 (CVE-2018-1000656)"),
        "{message}"
    );
    assert_eq!(answer.metrics["dependencies_audited"], 2);

    let Reading::Answer(answer) = audit("idna==3.99\n", &serve(Service::Works)) else {
        panic!("no answer");
    };
    assert_eq!(places(&answer), [""; 0]);
}

#[track_caller]
fn check_no_answer(reading: &Reading) {
    match reading {
        Reading::Broken(broken) => assert!(broken.hint.is_some(), "{}", broken.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_service_that_does_not_answer_is_never_a_clean_result() {
    check_no_answer(&audit("flask==0.12\n", &serve(Service::Fails)));
    check_no_answer(&audit("flask==0.12\n", &serve(Service::Rambles)));
    // Nothing listens there: the port is bound and the listener gone.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check_no_answer(&audit("flask==0.12\n", &format!("http://{gone}/v1/query")));
}

#[test]
fn a_project_without_dependencies_is_not_audited() {
    let sandbox = project(&[]);
    assert_eq!(
        Run::new(&sandbox, "pip-audit").applies(),
        Applies::NothingToDo("pyproject.toml declares no dependencies".to_owned())
    );
}

#[test]
fn safety_is_asked_only_with_a_policy_and_without_its_service_has_no_answer() {
    let sandbox = project(&[("requirements.txt", "flask==0.12\n")]);
    assert_eq!(Run::new(&sandbox, "safety").applies(), Applies::No);

    let sandbox = sandbox.file(".safety-policy.yml", "version: '3.0'\n");
    assert!(matches!(Run::new(&sandbox, "safety").applies(), Applies::Yes(_)));
    let sandbox = sandbox
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("HTTPS_PROXY", "http://127.0.0.1:9");
    check_no_answer(&Run::new(&sandbox, "safety").read());
}
