//! The real wrk against small servers on the loopback, and programs that only bear its name.

use std::net::TcpListener;
use std::thread;
use std::time::Instant;

use http::{HeaderName, HeaderValue};

use super::*;
use crate::bench::engine::program::{MOST_WORDS, last_words, text_of};
use crate::bench::engine::testing::{Bench, Manner, Server, load, second, target};
use crate::bench::load::Connection;
use crate::process::Capture;
use crate::store::scratch;

/// What a test needs, with wrk.
impl Bench {
    fn identify(&self, program: &Path) -> Result<Wrk<'_>, EngineError> {
        Wrk::identify(&self.runner, program, self.scratch.path())
    }

    fn real(&self) -> Wrk<'_> {
        self.identify(&program()).unwrap()
    }

    fn measure(&self, wrk: &Wrk<'_>, target: &Target, stretch: Stretch) -> Result<Sample, EngineError> {
        let job = Job {
            target,
            load: &load(4, 2),
            stretch,
            seed: 0,
        };
        wrk.measure(&job, &self.cancel)
    }
}

fn program() -> PathBuf {
    which::which("wrk").unwrap_or_else(|_| panic!("wrk is missing: tests/run installs it"))
}

/// One second against such a server.
fn sample_of(manner: Manner) -> Sample {
    let (bench, server) = (Bench::new(), Server::new(manner));
    bench
        .measure(&bench.real(), &target(&server.url()), second())
        .unwrap()
}

#[test]
fn a_good_server_is_counted_as_it_counts_itself() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Status(200)));
    let wrk = bench.real();
    assert_eq!(wrk.identity().name, "wrk");
    assert!(wrk.identity().version.starts_with("4."), "{:?}", wrk.identity());
    let sample = bench.measure(&wrk, &target(&server.url()), second()).unwrap();
    let answered = server.answered();
    // What was on its way at the end is not counted.
    assert!(sample.requests > 0 && (sample.requests..=sample.requests + 4).contains(&answered));
    assert_eq!(sample.errors.total(), 0);
    assert_eq!(sample.raw, None);
    assert!(sample.corrected.count() >= sample.requests);
    assert!(sample.corrected.percentile(95.0).is_some());
    assert!(sample.duration >= Duration::from_secs(1));
    assert!(sample.bytes >= sample.requests * 39);
    if cfg!(target_os = "linux") {
        assert!(sample.client_cpu.unwrap() > Duration::ZERO);
    }
    let left: Vec<_> = bench.scratch.path().read_dir().unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_request_arrives_as_it_was_given() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Status(200)));
    let mut target = target(&server.url());
    let header = |name, value: &[u8]| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_bytes(value).unwrap(),
        )
    };
    target.connection = Connection::New;
    target.endpoints[0].method = Method::PUT;
    target.endpoints[0].headers = vec![
        header("x-a", b"\"\\\xe4 $(%s)"),
        header("accept", b"1"),
        header("accept", b"2"),
    ];
    target.endpoints[0].body = b"]]\0\n\\\"9\xff".to_vec();
    bench.measure(&bench.real(), &target, second()).unwrap();
    let first = server.first();
    let end = first.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    let mut lines: Vec<&[u8]> = first[..end].split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.remove(0), b"PUT /a%20b?c=%22 HTTP/1.1\r");
    lines = lines.iter().map(|line| line.trim_ascii_end()).collect();
    // wrk keeps them in no order.
    lines.sort_unstable();
    let host = format!("Host: 127.0.0.1:{}", server.port);
    let expect: [&[u8]; 6] = [
        b"Content-Length: 8",
        host.as_bytes(),
        b"accept: 1",
        b"accept: 2",
        b"connection: close",
        b"x-a: \"\\\xe4 $(%s)",
    ];
    assert_eq!(lines, expect);
    assert_eq!(&first[end + 4..], b"]]\0\n\\\"9\xff");
}

#[test]
fn a_server_that_fails_is_a_sample_and_never_good() {
    let failing = sample_of(Manner::Status(500));
    assert!(failing.requests > 0);
    assert_eq!(
        (failing.errors.status, failing.error_rate()),
        (failing.requests, 1.0)
    );
    let hung = sample_of(Manner::Hung);
    assert_eq!(
        (hung.requests, hung.errors.total(), hung.corrected.count()),
        (0, 0, 0)
    );
    assert_eq!((hung.error_rate(), hung.corrected.max()), (1.0, None));
    let reset = sample_of(Manner::Reset);
    assert!(reset.errors.read > 0);
    assert_eq!((reset.requests, reset.error_rate()), (0, 1.0));
}

#[test]
fn an_answer_that_comes_too_late_is_a_time_out() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(1300)));
    let load = Load {
        timeout: Duration::from_secs(1),
        ..load(2, 1)
    };
    let target = target(&server.url());
    let job = Job {
        target: &target,
        load: &load,
        stretch: Stretch::steady(Duration::from_secs(3)),
        seed: 0,
    };
    let sample = bench.real().measure(&job, &bench.cancel).unwrap();
    assert_eq!((sample.requests, sample.error_rate()), (0, 1.0));
    assert!(sample.errors.timeout > 0);
    assert_eq!(sample.corrected.count(), sample.errors.timeout);
}

#[test]
fn who_is_not_there_cannot_be_reached() {
    let bench = Bench::new();
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let check = |url: &str, expect: &str| match bench.measure(&bench.real(), &target(url), second()) {
        Err(EngineError::Unreachable { url: told, cause }) => {
            assert_eq!(told, url);
            assert!(cause.contains(expect), "{cause}");
        }
        other => panic!("{other:?}"),
    };
    check(&format!("http://127.0.0.1:{port}/x"), "Connection refused");
    check("http://no-such-host.invalid/", "");
}

#[test]
fn a_ramp_is_measured_step_by_step_and_added() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Slow(10)));
    let stretch = Stretch {
        length: Duration::from_secs(2),
        from: 0.0,
        to: 1.0,
    };
    let sample = bench
        .measure(&bench.real(), &target(&server.url()), stretch)
        .unwrap();
    assert!(sample.duration >= Duration::from_secs(2));
    let answered = server.answered();
    // One connection and then three.
    assert!((sample.requests..=sample.requests + 4).contains(&answered));
    assert!(sample.corrected.count() >= sample.requests);
}

#[test]
fn asked_to_stop_it_ends_at_once_and_leaves_nothing() {
    let (bench, server) = (Bench::new(), Server::new(Manner::Status(200)));
    let wrk = bench.real();
    let target = target(&server.url());
    let begun = Instant::now();
    let result = thread::scope(|scope| {
        scope.spawn(|| {
            while server.answered() == 0 {
                thread::sleep(Duration::from_millis(10));
            }
            bench.cancel.request(2);
        });
        bench.measure(&wrk, &target, Stretch::steady(Duration::from_secs(100)))
    });
    assert_eq!(result, Err(EngineError::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(bench.processes(), Vec::<String>::new());
    assert_eq!(bench.scratch.path().read_dir().unwrap().count(), 0);
    // And nothing more is begun.
    assert_eq!(
        bench.measure(&wrk, &target, second()),
        Err(EngineError::Cancelled)
    );
}

#[test]
fn what_only_bears_the_name_is_a_stranger() {
    let bench = Bench::new();
    let check = |script: &str, expect: &str| {
        let program = bench.fake("wrk", script);
        match bench.identify(&program).map(|_| ()) {
            Err(EngineError::Stranger {
                says, program: told, ..
            }) => {
                assert_eq!((says.as_str(), Path::new(&told)), (expect, program.as_path()));
            }
            other => panic!("{other:?}"),
        }
    };
    check("echo 'work 2.0: what is to do'", "work 2.0: what is to do");
    check("echo 'unknown option -v' >&2; exit 2", "unknown option -v");
    check(
        "echo 'wrk 4.0.0 [epoll] Copyright (C) 2012 Will Glozer'; echo '    -c, --connections <N>'; \
         echo '    -R, --rate        <T>  work rate'",
        "-R, --rate        <T>  work rate, as wrk2 has it",
    );
    check("kill -9 $$", "");
    let absent = bench.identify(&bench.scratch.path().join("none")).map(|_| ());
    assert_eq!(absent, Err(EngineError::Absent { engine: "wrk" }));
}

#[test]
fn a_run_that_went_wrong_says_how() {
    let bench = Bench::new();
    let check = |script: &str, expect: &str| {
        let version = "echo 'wrk 4.1.0 [epoll] Copyright (C) 2012 Will Glozer'; echo '--connections'";
        let program = bench.fake(
            "wrk",
            &format!("if [ \"$1\" = -v ]; then {version}; exit 1; fi\n{script}"),
        );
        let wrk = bench.identify(&program).unwrap();
        assert_eq!(wrk.identity().version, "4.1.0");
        match bench.measure(&wrk, &target("http://127.0.0.1:1/"), second()) {
            Err(EngineError::Broken { cause, .. }) => assert_eq!(cause, expect),
            other => panic!("{other:?}"),
        }
    };
    check(
        "echo 'too many open files' >&2; exit 3",
        "exit code 3: too many open files",
    );
    check("exit 1", "exit code 1");
    check("kill -9 $$", "signal 9 killed it");
    check(
        "echo '  5 requests in 1.00s, 1.00KB read'; echo 'script.lua:1: no' >&2",
        "its script told nothing (5 requests): script.lua:1: no",
    );
    let long = format!("printf '{}é' >&2; exit 1", "x".repeat(1000));
    check(&long, &format!("exit code 1: {}é", "x".repeat(MOST_WORDS - 1)));
}

#[test]
fn what_it_cannot_do_it_says() {
    let bench = Bench::new();
    let wrk = bench.real();
    let check = |change: &dyn Fn(&mut Target, &mut Load), expect: Option<&str>| {
        let (mut target, mut load) = (target("https://127.0.0.1:1/"), load(2, 1));
        target.trust = Trust::Anything;
        change(&mut target, &mut load);
        let found = wrk.supports(&target, &load).err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), expect);
    };
    check(&|_, _| {}, None);
    check(
        &|target, _| target.endpoints.push(target.endpoints[0].clone()),
        Some("wrk cannot ask more than one endpoint"),
    );
    check(
        &|_, load| load.pace = Pace::PerSecond(10.0),
        Some("wrk cannot send requests at a fixed rate"),
    );
    for trust in [Trust::System, Trust::File("ca.pem".into())] {
        let https = Some("wrk cannot check the certificate of a service");
        check(&|target, _| target.trust = trust.clone(), https);
    }
    check(
        &|target, _| {
            target.trust = Trust::System;
            target.endpoints[0].url = Uri::from_static("http://127.0.0.1:1/");
        },
        None,
    );
    check(
        &|target, _| target.endpoints[0].method = Method::HEAD,
        Some("wrk cannot tell where the answer to HEAD ends"),
    );
    for (millis, shown) in [(500, "500ms"), (0, "0ns"), (1500, "1.5s")] {
        let seconds = format!("wrk cannot give up a request after {shown}: it counts whole seconds");
        check(
            &|_, load| load.timeout = Duration::from_millis(millis),
            Some(&seconds),
        );
    }
    check(
        &|_, load| load.timeout = Duration::from_secs(121),
        Some("wrk cannot wait longer than 120s for an answer"),
    );
}

#[test]
fn its_arguments_name_the_script_by_its_digest() {
    let bench = Bench::new();
    let mut target = target("http://user:secret@127.0.0.1:8080/path?token=1");
    let arguments = |target: &Target| {
        let length = Duration::from_secs(3);
        bench.real().arguments(target, &load(5, 2), length).unwrap()
    };
    let found = arguments(&target);
    let digest = found[10].strip_prefix("sha256:").unwrap();
    assert_eq!(digest.len(), 64);
    assert_eq!(
        found.join(" "),
        format!(
            "--threads 1 --connections 5 --duration 3s --timeout 5s --latency --script sha256:{digest} \
             http://127.0.0.1:8080/"
        )
    );
    target.endpoints[0].body = b"another".to_vec();
    assert_ne!(arguments(&target)[10], found[10]);
}

/// What wrk prints when the script has this at its end.
fn printed(manner: Manner, more: &str) -> String {
    let (bench, server) = (Bench::new(), Server::new(manner));
    let target = target(&server.url());
    let mut script = script::script(&target, &target.endpoints[0]);
    script.extend_from_slice(more.as_bytes());
    let path = bench.scratch.path().join("script.lua");
    scratch::write_new(&path, &script).unwrap();
    let mut invocation = Invocation::new(program(), bench.scratch.path(), Duration::from_secs(60));
    let step = steps::steps(&load(4, 2), second())[0];
    invocation = invocation.args(arguments(
        step,
        &load(4, 2),
        path.to_str().unwrap(),
        &target.endpoints[0].url,
    ));
    invocation.raw = KeepRaw::Report;
    let outcome = bench.runner.run(&invocation).unwrap();
    assert_eq!(outcome.end, End::Code(0), "{:?}", text_of(&outcome.stderr));
    text_of(outcome.read_stdout())
}

/// Takes away what reads wrk's memory.
const WITHOUT_MEMORY: &str =
    "package.loaded.ffi, package.preload.ffi, package.path, package.cpath = nil, nil, '', ''";

#[test]
fn the_histogram_in_its_memory_is_the_one_that_it_gives() {
    let again = format!(
        "local told = done\nfunction done(a, b, c)\n  told(a, b, c)\n  {WITHOUT_MEMORY}\n  told(a, b, c)\nend\n"
    );
    let printed = printed(Manner::Slow(2), &again);
    let (fast, slow) = printed.rsplit_once(answer::SENTINEL).unwrap();
    let fast = answer::answer(fast).unwrap();
    let slow = answer::answer(&format!("{}\n{}", answer::SENTINEL, slow.trim_start())).unwrap();
    assert!(fast.histogram.len() > 1);
    assert_eq!(fast, slow);
}

#[test]
fn a_histogram_with_too_many_values_is_put_together() {
    let many = format!(
        "{WITHOUT_MEMORY}\nlocal told, many = done, newproxy(true)\nlocal meta = getmetatable(many)\n\
         meta.__len = function() return 60000 end\n\
         meta.__call = function(_, i) return i * 500, 2 end\n\
         meta.__index = {{min = 500, max = 30000000, mean = 0/0, stdev = 1/0, percentile = function() return 1 end}}\n\
         function done(a, _, c) told(a, many, c) end\n"
    );
    let answer = answer::answer(&printed(Manner::Status(200), &many)).unwrap();
    assert_eq!((answer.mean, answer.stdev), (None, None));
    let pairs = &answer.histogram;
    assert!((5_000..=20_000).contains(&pairs.len()), "{}", pairs.len());
    assert_eq!(pairs.iter().map(|(_, count)| count).sum::<u64>(), 120_000);
    assert_eq!((pairs[0], pairs.last().unwrap().0), ((500, 2), 30_000_000));
    // Each stands for those since the one before it, and those differ by a thousandth at most.
    for pair in pairs.windows(2) {
        let since = pair[0].0 + 500;
        assert!((pair[1].0 - since) * 1000 <= pair[1].0, "{pair:?}");
    }
}

#[test]
fn what_it_has_really_printed_is_read() {
    for (case, recorded) in recordings::all() {
        let Some(answer) = recorded.answer() else { continue };
        assert_eq!(recorded.code, 0, "{case}");
        let sample = answer.sample(Duration::from_secs(30), None);
        for (percent, exact) in &answer.percentiles {
            let found = sample.corrected.percentile(percent.parse().unwrap());
            if answer.errors.timeout > 0 {
                continue;
            }
            assert_eq!(found.is_some(), exact.is_some(), "{case}");
            #[expect(clippy::cast_precision_loss, reason = "microseconds of a run")]
            let close = found
                .zip(*exact)
                .is_none_or(|(found, exact)| (found as f64 - exact).abs() <= exact * 0.02);
            assert!(close, "{case}: {percent} %: {found:?} and not {exact:?}");
        }
    }
    // A second of three is lost: 97 % of the requests that were due in it had waited for less than 970 ms.
    let stall = recordings::of("stall").answer().unwrap();
    let p99 = stall
        .sample(Duration::from_secs(30), None)
        .corrected
        .percentile(99.0);
    assert!(
        p99.is_some_and(|p99| (873_000..=1_067_000).contains(&p99)),
        "{p99:?}"
    );
    let version = recordings::of("version");
    assert_eq!(
        (version.code, identify::program(&version.stdout)),
        (1, Program::Wrk("4.1.0".to_owned()))
    );
    for (case, expect) in [
        ("refused", "Connection refused"),
        ("unresolvable", "Name or service not known"),
    ] {
        let outcome = outcome_of(&recordings::of(case));
        let url = Uri::from_static("http://h/");
        let expect = EngineError::Unreachable {
            url: url.to_string(),
            cause: expect.to_owned(),
        };
        assert_eq!(unreachable(&outcome, &url), Some(expect));
    }
    let bad = outcome_of(&recordings::of("bad-url"));
    assert_eq!(unreachable(&bad, &Uri::from_static("http://h/")), None);
    assert_eq!(last_words(&bad), ": invalid URL: no-url");
}

fn outcome_of(recorded: &recordings::Recorded) -> Outcome {
    Outcome {
        stdout: Capture::of(recorded.stdout.as_bytes()),
        stderr: Capture::of(recorded.stderr.as_bytes()),
        ..Outcome::of(End::Code(recorded.code))
    }
}
