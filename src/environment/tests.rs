use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};

use super::report::{Outcome, Standing, Verdict};
use super::*;
use crate::process::environment::Environment;
use crate::process::find::Finder;
use crate::process::{Error, Invocation, Outcome as Ended, Runner};

/// Starts nothing.
struct Nothing;

impl Runner for Nothing {
    fn run(&self, invocation: &Invocation) -> Result<Ended, Error> {
        Err(Error::NotFound {
            program: invocation.program.clone(),
        })
    }
}

fn checked(yaml: &str, asked: &Asked, cancel: &Cancel) -> Result<Report, LoadError> {
    checked_within(yaml, asked, cancel, None)
}

fn checked_within(
    yaml: &str,
    asked: &Asked,
    cancel: &Cancel,
    within: Option<Duration>,
) -> Result<Report, LoadError> {
    let sources = Sources::of(None, Some(yaml))?;
    let environment = Environment::of_process();
    let root = std::env::temp_dir();
    let scene = Scene {
        finder: Finder::new(None, &root, None),
        root,
        environment: environment.clone(),
        runner: Arc::new(Nothing),
    };
    let inquiry = Inquiry {
        sources: &sources,
        scene: Arc::new(scene),
        redactor: &Redactor::new(&environment, &[]),
        cancel,
        within,
    };
    inquiry.check("test", asked, &[])
}

fn report(checks: &Value, asked: &Asked) -> Report {
    let yaml = json!({"environments": {"test": {"checks": checks}}}).to_string();
    checked(&yaml, asked, &Cancel::new()).unwrap()
}

/// Answers each request with the next of these; `None` is silence.
fn server(answers: Vec<Option<&'static str>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked);
            if let Some(answer) = answer {
                let _ = stream.write_all(answer.as_bytes());
            } else {
                open.push(stream);
            }
        }
        // Whoever hangs does so until the test is over.
        std::thread::sleep(Duration::from_secs(5));
    });
    format!("http://{address}")
}

const UP: &str = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n{\"status\":\"ok\"}";
const DOWN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 17\r\nconnection: close\r\n\r\n{\"status\":\"down\"}";
const MOVED: &str = "HTTP/1.1 302 Found\r\nlocation: http://elsewhere.invalid/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[track_caller]
fn http(answers: Vec<Option<&'static str>>, more: &Value, expect: (Outcome, &str)) -> u32 {
    let url = server(answers);
    let mut check = json!({"id": "a", "kind": "http", "url": format!("{url}/health?token=hidden"), "timeout": "300ms",
        "expect": {"json": {"/status": "ok"}}});
    check
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let report = report(&json!([check]), &Asked::default());
    let found = &report.checks[0];
    let message = found.message.replace(&url, "http://here");
    assert_eq!((found.outcome, message.as_str()), expect);
    found.attempts
}

#[test]
fn answers_over_http_are_judged_and_not_taken_for_granted() {
    let none = json!({});
    http(
        vec![Some(UP)],
        &none,
        (Outcome::Passed, "http://here/health answers as it must"),
    );
    let wrong = "http://here/health answers with \"down\" at /status, not \"ok\"";
    http(vec![Some(DOWN)], &none, (Outcome::Failed, wrong));
    let moved = "http://here/health answers with status 302, a redirect, which is not followed";
    http(vec![Some(MOVED)], &none, (Outcome::Failed, moved));
    let silent = "http://here/health does not answer: no answer in time";
    http(vec![None], &none, (Outcome::Failed, silent));
}

#[test]
fn headers_have_room_up_to_a_limit() {
    fn padded(bytes: usize) -> Vec<Option<&'static str>> {
        let pad = "p".repeat(bytes);
        vec![Some(Box::leak(
            UP.replace("content-length", &format!("x: {pad}\r\ncontent-length"))
                .into_boxed_str(),
        ))]
    }
    let none = json!({});
    let fits = "http://here/health answers as it must";
    http(padded(30 << 10), &none, (Outcome::Passed, fits));
    let more = "http://here/health does not answer: its headers are larger than 32 KiB";
    http(padded(40 << 10), &none, (Outcome::Failed, more));
}

#[test]
fn a_check_is_made_again_until_it_passes() {
    let retry = json!({"retry": {"for": "5s", "every": "20ms"}});
    let answers = vec![Some(DOWN), Some(DOWN), Some(UP)];
    let attempts = http(
        answers,
        &retry,
        (Outcome::Passed, "http://here/health answers as it must"),
    );
    assert_eq!(attempts, 3);
}

#[test]
fn ports_and_names_are_looked_at() {
    use Outcome::{Failed, Passed};

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().to_string();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let checks = json!([
        {"id": "open", "kind": "tcp", "addr": open},
        {"id": "closed", "kind": "tcp", "addr": closed},
        {"id": "here", "kind": "dns", "name": "127.0.0.1", "addresses": ["127.0.0.1"]},
        {"id": "other", "kind": "dns", "name": "127.0.0.1", "addresses": ["192.0.2.1"]},
        {"id": "nowhere", "kind": "tcp", "addr": "nowhere.invalid:80", "timeout": "10s"},
    ]);
    let outcomes: Vec<Outcome> = report(&checks, &Asked::default())
        .checks
        .iter()
        .map(|check| check.outcome)
        .collect();
    assert_eq!(outcomes, [Passed, Failed, Passed, Failed, Failed]);
}

#[test]
fn files_disks_and_programs_are_looked_at() {
    use Outcome::{Error, Failed, Passed};

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.toml");
    crate::store::atomic::write(&path, b"listen = 80\n").unwrap();
    let checks = json!([
        {"id": "there", "kind": "file", "path": path, "contains": "^listen"},
        {"id": "other", "kind": "file", "path": path, "contains": "^port"},
        {"id": "changed", "kind": "file", "path": path, "sha256": "0".repeat(64)},
        {"id": "missing", "kind": "file", "path": dir.path().join("b")},
        {"id": "room", "kind": "disk", "free": 1},
        {"id": "full", "kind": "disk", "free": "9000TiB", "severity": "warn"},
        {"id": "absent", "kind": "command", "command": "no-such-program-here"},
    ]);
    let report = report(&checks, &Asked::default());
    let outcomes: Vec<Outcome> = report.checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [Passed, Failed, Failed, Failed, Passed, Failed, Error]);
}

#[test]
fn what_was_not_looked_at_is_no_pass() {
    let disk = json!([{"id": "room", "kind": "disk", "free": 1}]);
    let of = |report: &Report, category| {
        report
            .categories
            .iter()
            .find(|found| found.category == category)
            .unwrap()
            .standing
    };
    let plain = report(&disk, &Asked::default());
    assert_eq!(plain.verdict, Verdict::Passed);
    assert_eq!(of(&plain, Category::Capacity), Standing::Passed);
    assert_eq!(of(&plain, Category::Health), Standing::NotConfigured);

    let require = Asked {
        require: vec![Category::Health],
        ..Asked::default()
    };
    let missing = report(&disk, &require);
    assert_eq!(
        (missing.verdict, of(&missing, Category::Health)),
        (Verdict::Failed, Standing::Failed)
    );

    let only = Asked {
        only: vec![Category::Health],
        ..Asked::default()
    };
    assert_eq!(report(&disk, &only).verdict, Verdict::Error);
    assert_eq!(report(&json!([]), &Asked::default()).verdict, Verdict::Error);
}

#[test]
fn a_mild_failure_decides_nothing_and_a_mild_check_satisfies_no_requirement() {
    let mild = json!([
        {"id": "full", "kind": "disk", "free": "9000TiB", "severity": "warn"},
        {"id": "room", "kind": "disk", "free": 1},
    ]);
    assert_eq!(report(&mild, &Asked::default()).verdict, Verdict::Passed);
    let require = Asked {
        require: vec![Category::Capacity],
        ..Asked::default()
    };
    assert_eq!(report(&json!([mild[0]]), &require).verdict, Verdict::Failed);
    let unknown =
        json!([{"id": "x", "kind": "command", "command": "no-such-program-here", "severity": "warn"}]);
    assert_eq!(report(&unknown, &Asked::default()).verdict, Verdict::Error);
}

#[test]
fn what_is_not_known_when_the_time_for_all_is_over_is_no_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let checks = json!([
        {"id": "room", "kind": "disk", "free": 1},
        {"id": "hangs", "kind": "http", "url": url, "timeout": "60s"},
        {"id": "never", "kind": "file", "path": "nowhere", "retry": {"for": "60s", "every": "50ms"}},
    ]);
    let yaml = json!({"environments": {"test": {"checks": checks}}}).to_string();
    let within = Some(Duration::from_millis(300));
    let report = checked_within(&yaml, &Asked::default(), &Cancel::new(), within).unwrap();
    let outcomes: Vec<Outcome> = report.checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [Outcome::Passed, Outcome::Error, Outcome::Failed]);
    assert!(report.checks[1].message.starts_with("not made"));
    assert!(report.duration_ms < 2000, "{}", report.duration_ms);
}

#[test]
fn a_mild_check_that_does_not_pass_is_no_pass_of_its_category() {
    let mild = |free: u64| json!([{"id": "room", "kind": "disk", "free": free, "severity": "warn"}]);
    let of = |checks: &Value| {
        let report = report(checks, &Asked::default());
        let capacity = report
            .categories
            .iter()
            .find(|one| one.category == Category::Capacity);
        (report.verdict, capacity.unwrap().standing)
    };
    assert_eq!(of(&mild(1)), (Verdict::Passed, Standing::Passed));
    // Nothing passed: nobody knows whether it is ready.
    assert_eq!(of(&mild(u64::MAX)), (Verdict::Error, Standing::Warned));
}

#[test]
fn those_who_hang_do_not_hold_up_the_others() {
    let url = server(vec![None; 60]);
    let hang =
        |index: usize| json!({"id": format!("h{index}"), "kind": "http", "url": url, "timeout": "400ms"});
    let room = |index: usize| json!({"id": format!("r{index}"), "kind": "disk", "free": 1});
    let checks: Vec<Value> = (0..100)
        .map(|index| if index % 2 == 0 { hang(index) } else { room(index) })
        .collect();
    let report = report(&json!(checks), &Asked::default());
    let passed = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Passed)
        .count();
    assert_eq!((passed, report.checks.len()), (50, 100));
    // In turn it would be 20 s.
    assert!(report.duration_ms < 5000, "{}", report.duration_ms);
}

#[test]
fn the_request_to_stop_ends_it_without_a_pass() {
    let cancel = Cancel::new();
    cancel.request(2);
    let yaml = r#"{"environments": {"test": {"checks": [{"id": "room", "kind": "disk", "free": 1}]}}}"#;
    let report = checked(yaml, &Asked::default(), &cancel).unwrap();
    assert_eq!(report.verdict, Verdict::Error);
    assert_eq!(report.checks[0].message, "interrupted");
}

#[test]
fn an_environment_is_found_or_the_nearest_is_named() {
    let text = r#"{"environments": {"staging": {}}}"#;
    let value = json!({"staging": {}});
    let both = Sources::of(
        Some((text.to_owned(), value.clone())),
        Some("environments: {staging: {}}\n"),
    );
    let said = match both {
        Err(LoadError::Invalid { problems }) => problems[0].to_string(),
        other => panic!("{other:?}"),
    };
    assert!(
        said.contains("also described in .session/environments.yaml"),
        "{said}"
    );
    let sources = Sources::of(Some((text.to_owned(), value)), None).unwrap();
    assert_eq!(sources.names(), ["staging"]);
    match sources.settings("stagin", &|_| None).map(|_| ()) {
        Err(LoadError::Unknown { meant, .. }) => assert_eq!(meant.as_deref(), Some("staging")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_reads_its_example_and_is_in_the_schema_and_in_the_documentation() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let documentation =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/environments.md")).unwrap();
    for kind in kinds::KINDS {
        let own: Value = serde_json::from_str(kind.example).unwrap();
        assert!((kind.read)(own.clone()).is_ok(), "{}", kind.name);
        let mut check = own.clone();
        check["id"] = "a".into();
        check["kind"] = kind.name.into();
        let whole = |check: &Value| json!({"environments": {"e": {"checks": [check]}}});
        assert!(validator.is_valid(&whole(&check)), "{}: {check}", kind.name);
        check["strange"] = 1.into();
        assert!(!validator.is_valid(&whole(&check)), "{}", kind.name);
        let mut strange = own;
        strange["strange"] = 1.into();
        assert!((kind.read)(strange).is_err(), "{}", kind.name);
        assert!(
            documentation.contains(&format!("| `{}` |", kind.name)),
            "{}",
            kind.name
        );
    }
}

/// A server that shows this certificate of the fixtures, and its port.
fn encrypted(certificate: &str) -> u16 {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let own = CertificateDer::from_pem_file(fixture(certificate)).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::Stream::new(&mut session, &mut socket);
            let mut asked = [0; 1024];
            if stream.read(&mut asked).is_ok_and(|count| count > 0) {
                let _ = stream.write_all(UP.as_bytes());
            }
        }
    });
    port
}

fn fixture(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls/environment")
        .join(name)
}

#[test]
fn certificates_are_looked_at() {
    let ca = fixture("ca.pem");
    let tls = |certificate: &str, more: &Value| {
        let port = encrypted(certificate);
        let mut check = json!({"id": "a", "kind": "tls", "host": "localhost", "addr": format!("127.0.0.1:{port}"),
            "ca": ca, "timeout": "5s"});
        check
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let report = report(&json!([check]), &Asked::default());
        (report.checks[0].outcome, report.checks[0].message.clone())
    };
    let (outcome, said) = tls("good.pem", &json!({}));
    assert_eq!(outcome, Outcome::Passed, "{said}");
    assert!(
        said.starts_with("the certificate of localhost is trusted and has "),
        "{said}"
    );
    let (outcome, said) = tls("good.pem", &json!({"min_days": 100_000}));
    assert_eq!(outcome, Outcome::Failed);
    assert!(said.ends_with("days left, fewer than 100000"), "{said}");
    let failed = |why: &str| {
        (
            Outcome::Failed,
            format!("no TLS with localhost: its certificate is not valid: {why}"),
        )
    };
    assert_eq!(tls("expired.pem", &json!({})), failed("it has expired"));
    assert_eq!(
        tls("other.pem", &json!({})),
        failed("it is for another host name")
    );
    let system = json!({"ca": null});
    assert_eq!(
        tls("good.pem", &system),
        failed("nobody who is trusted vouches for it")
    );
}

#[test]
fn certificates_of_answers_are_looked_at() {
    for (certificate, why) in [
        ("expired.pem", "it has expired"),
        ("other.pem", "it is for another host name"),
    ] {
        let url = format!("https://localhost:{}/", encrypted(certificate));
        let check = json!({"id": "a", "kind": "http", "url": url, "ca": fixture("ca.pem"), "timeout": "5s"});
        let found = &report(&json!([check]), &Asked::default()).checks[0];
        assert_eq!(found.outcome, Outcome::Failed);
        assert!(found.message.ends_with(why), "{}", found.message);
    }
}
