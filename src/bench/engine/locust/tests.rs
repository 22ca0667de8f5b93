//! The real locust with two workers against small servers on the loopback.

use std::sync::Mutex;
use std::time::Instant;

use http::{HeaderName, HeaderValue, Method};

use super::*;
use crate::bench::engine::testing::{Bench, Manner, Server, load, second, target};
use crate::bench::load::{Connection, Stretch};
use crate::process::environment::Environment;

/// Where `tests/run` puts the Python tools.
fn program() -> PathBuf {
    let environment = Environment::of_process();
    let tools = environment.get("SDD_TEST_TOOLS").map(PathBuf::from);
    let home = environment
        .get("HOME")
        .map(|home| Path::new(home).join(".cache/sdd-test-tools"));
    let path = tools.or(home).unwrap().join("venv/bin/locust");
    assert!(path.is_file(), "locust is missing: tests/run installs it");
    path
}

fn measure(bench: &Bench, target: &Target, load: &Load, stretch: Stretch) -> Result<Sample, EngineError> {
    let job = Job {
        target,
        load,
        stretch,
        seed: 7,
    };
    Locust::identify(&bench.runner, &program(), bench.scratch.path(), Workers::Local)
        .unwrap()
        .measure(&job, &bench.cancel)
}

#[test]
fn two_workers_count_as_the_server_does() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(5)));
    let mut target = target(&server.url());
    let header = |value: &[u8]| {
        (
            HeaderName::from_static("x-a"),
            HeaderValue::from_bytes(value).unwrap(),
        )
    };
    target.endpoints[0].method = Method::POST;
    target.endpoints[0].headers = vec![header(b"\"\\\xe4 {}"), header(b"2")];
    target.endpoints[0].body = b"]]\0\n\\\"9\xff".to_vec();
    let sample = measure(&bench, &target, &load(4, 2), second()).unwrap();
    let answered = server.answered();
    assert!(sample.requests > 0);
    assert!(
        (sample.requests..=sample.requests + 4).contains(&answered),
        "{answered} and {}",
        sample.requests
    );
    assert_eq!(sample.errors.total(), 0);
    assert_eq!(sample.errors.by_status[&200], sample.requests);
    assert_eq!(sample.bytes, 2 * sample.requests);
    let raw = sample.raw.unwrap();
    // What was on its way at the end is in it with its age.
    assert!((sample.requests..=sample.requests + 4).contains(&raw.count()));
    assert!(raw.percentile(50.0).unwrap() >= 5_000);
    assert!(sample.corrected.count() >= raw.count());
    assert!(sample.client_cpu.unwrap() > Duration::ZERO);
    assert!(sample.duration >= Duration::from_secs(1));
    let first = server.first();
    let end = first.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    let lines: Vec<&[u8]> = first[..end]
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .collect();
    assert_eq!(lines[0], b"POST /a%20b?c=%22 HTTP/1.1");
    for line in [b"x-a: \"\\\xe4 {}" as &[u8], b"x-a: 2"] {
        assert!(lines.contains(&line), "{:?}", String::from_utf8_lossy(&first));
    }
    assert_eq!(&first[end + 4..], b"]]\0\n\\\"9\xff");
    assert_eq!(bench.scratch.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_rate_is_kept_and_latency_counts_from_when_it_was_due() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(100)));
    let stretch = Stretch::steady(Duration::from_secs(2));
    let at = |rate| {
        let load = Load {
            pace: Pace::PerSecond(rate),
            ..load(2, 2)
        };
        measure(&bench, &target(&server.url()), &load, stretch).unwrap()
    };
    let kept = at(10.0);
    assert!(
        kept.requests > 0 && kept.requests_per_second() <= 12.0,
        "{kept:?}"
    );
    // Two users get twenty answers in a second, and forty are due.
    let late = at(40.0);
    assert!(late.requests_per_second() <= 22.0, "{late:?}");
    let (raw, corrected) = (late.raw.unwrap().max().unwrap(), late.corrected.max().unwrap());
    assert!(corrected > raw + 300_000, "{raw} {corrected}");
}

#[test]
fn a_server_that_fails_is_a_sample_and_never_good() {
    let bench = Bench::new();
    let sample_of = |manner| {
        let server = Server::new(manner);
        measure(&bench, &target(&server.url()), &load(2, 2), second()).unwrap()
    };
    let failing = sample_of(Manner::Status(500));
    assert!(failing.requests > 0 && failing.error_rate() >= 1.0);
    assert_eq!(failing.errors.status, failing.requests);
    let hung = sample_of(Manner::Hung);
    assert!(hung.requests == 0 && hung.error_rate() >= 1.0);
    assert!(hung.corrected.max().unwrap() >= 500_000);
    let reset = sample_of(Manner::Reset);
    assert!(reset.requests == 0 && reset.error_rate() >= 1.0);
    assert!(reset.errors.read > 0, "{:?}", reset.errors);
}

#[test]
fn who_is_not_there_cannot_be_reached() {
    let bench = Bench::new();
    let url = format!("http://127.0.0.1:{}/x", free_port().unwrap());
    match measure(&bench, &target(&url), &load(2, 2), second()) {
        Err(EngineError::Unreachable { url: told, cause }) => {
            assert_eq!(told, url);
            assert!(cause.contains("refused"), "{cause}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn asked_to_stop_it_ends_and_leaves_nothing() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(5)));
    let begun = Instant::now();
    let stretch = Stretch::steady(Duration::from_secs(100));
    let result = thread::scope(|scope| {
        scope.spawn(|| {
            while server.answered() == 0 {
                thread::sleep(Duration::from_millis(10));
            }
            bench.cancel.request(2);
        });
        measure(&bench, &target(&server.url()), &load(2, 2), stretch)
    });
    assert_eq!(result, Err(EngineError::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(90));
    assert_eq!(bench.processes(), Vec::<String>::new());
    assert_eq!(bench.scratch.path().read_dir().unwrap().count(), 0);
}

#[test]
fn other_hosts_are_told_how_to_join() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(5)));
    let told = Mutex::new(Vec::new());
    let tell = |command: &str| told.lock().unwrap().push(command.to_owned());
    let remote = Remote {
        count: 1,
        bind: "127.0.0.1",
        host: "localhost",
        port: free_port().unwrap(),
        wait: Duration::from_secs(60),
        tell: &tell,
    };
    let workers = Workers::Remote(remote);
    let locust = Locust::identify(&bench.runner, &program(), bench.scratch.path(), workers).unwrap();
    let target = target(&server.url());
    let job = Job {
        target: &target,
        load: &load(2, 2),
        stretch: second(),
        seed: 7,
    };
    // The other host is this one.
    let sample = thread::scope(|scope| {
        scope.spawn(|| {
            let command = loop {
                if let Some(command) = told.lock().unwrap().first().cloned() {
                    break command;
                }
                thread::sleep(Duration::from_millis(10));
            };
            let other = tempfile::tempdir().unwrap();
            let mut joining = invocation(&program(), other.path(), Duration::from_secs(60));
            joining = joining.args(command.split(' ').skip(1));
            bench.runner.run(&joining).unwrap();
        });
        locust.measure(&job, &bench.cancel)
    });
    assert!(sample.unwrap().requests > 0);
    let expect = format!(
        "locust --worker --locustfile - --master-host localhost --master-port {}",
        remote.port
    );
    assert_eq!(told.into_inner().unwrap(), [expect]);
}

#[test]
fn who_does_not_join_is_not_waited_for() {
    let bench = Bench::new();
    let remote = Remote {
        count: 1,
        bind: "127.0.0.1",
        host: "localhost",
        port: free_port().unwrap(),
        wait: Duration::from_secs(1),
        tell: &|_| {},
    };
    let workers = Workers::Remote(remote);
    let locust = Locust::identify(&bench.runner, &program(), bench.scratch.path(), workers).unwrap();
    let job = Job {
        target: &target("http://127.0.0.1:1/"),
        load: &load(2, 2),
        stretch: second(),
        seed: 7,
    };
    match locust.measure(&job, &bench.cancel) {
        Err(EngineError::Broken { cause, .. }) => {
            assert!(cause.contains("Gave up waiting for workers"), "{cause}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn weights_and_ramps_are_followed() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(5)));
    let failing = Server::new(Manner::Status(503));
    let mut target = target(&server.url());
    target.connection = Connection::New;
    let mut rare = target.endpoints[0].clone();
    rare.url = failing.url().parse().unwrap();
    target.endpoints[0].weight = 9;
    target.endpoints.push(rare);
    let stretch = Stretch {
        length: Duration::from_secs(2),
        from: 0.0,
        to: 1.0,
    };
    let sample = measure(&bench, &target, &load(8, 2), stretch).unwrap();
    let (good, bad) = (sample.errors.by_status[&200], sample.errors.by_status[&503]);
    assert!(bad > 0 && good > 3 * bad, "{good} {bad}");
    // More users as time goes by.
    assert!(
        sample.per_second[1] > sample.per_second[0],
        "{:?}",
        sample.per_second
    );
}

#[test]
fn what_only_bears_the_name_is_a_stranger() {
    let bench = Bench::new();
    let identify =
        |path: &Path| Locust::identify(&bench.runner, path, bench.scratch.path(), Workers::Local).map(|_| ());
    let check = |script: &str, expect: &str| match identify(&bench.fake("locust", script)) {
        Err(EngineError::Stranger { says, .. }) => assert_eq!(says, expect),
        other => panic!("{other:?}"),
    };
    check("echo 'locust: an insect'", "locust: an insect");
    check("echo no >&2; exit 1", "no");
    let absent = identify(&bench.scratch.path().join("none"));
    assert_eq!(absent, Err(EngineError::Absent { engine: "locust" }));
}

#[test]
fn a_version_is_read() {
    let check = |said: &str, expect: Option<&str>| assert_eq!(version(said).as_deref(), expect);
    check("locust 2.47.0 from /a/b/locust (Python 3.11.7)\n", Some("2.47.0"));
    check("locust 2.47.0", None);
    check("locust of 2.47.0 from here (Python 3)", None);
}

#[test]
fn what_it_cannot_do_it_says() {
    let bench = Bench::new();
    let workers = Workers::Local;
    let locust = Locust::identify(&bench.runner, &program(), bench.scratch.path(), workers).unwrap();
    let check = |trust, pace, expect: Option<&str>| {
        let target = Target {
            trust,
            ..target("https://127.0.0.1:1/")
        };
        let found = locust.supports(&target, &Load { pace, ..load(1, 1) });
        assert_eq!(found.err().map(|error| error.to_string()).as_deref(), expect);
    };
    check(Trust::System, Pace::PerSecond(0.5), None);
    check(Trust::Anything, Pace::Closed, None);
    check(
        Trust::File("ca.pem".into()),
        Pace::Closed,
        Some("locust cannot trust the certificates of a file"),
    );
    for rate in [0.0, -1.0, f64::NAN] {
        let expect = format!("locust cannot send {rate} requests per second");
        check(Trust::System, Pace::PerSecond(rate), Some(&expect));
    }
}
