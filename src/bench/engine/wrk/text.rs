//! What wrk prints for people: for outputs that were saved, and for saying what a run without an answer of the script saw.
//!
//! It has three to four digits and no p95, so nothing is judged by it. Read are the rows of the (first) latency
//! distribution, the line of the requests, those of the errors and those of the rates, each as a whole line. The table of
//! averages is not: its columns are cut, so that `1000.00m` in it may be a second.

use std::time::Duration;

use super::answer::Counts;

/// What stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Answers that came.
    pub requests: u64,
    /// How long it ran.
    pub duration: Duration,
    /// Bytes that came.
    pub bytes: u64,
    /// What went wrong; a line is there only where something did.
    pub errors: Counts,
    /// The latency distribution: percent and microseconds. Empty without `--latency`.
    pub percentiles: Vec<(f64, u64)>,
    /// Answers per second.
    pub requests_per_second: Option<f64>,
    /// Bytes per second.
    pub bytes_per_second: Option<f64>,
}

/// Units of time in microseconds.
const TIMES: &[(&str, f64)] = &[("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 60e6), ("h", 3600e6)];

/// Units of counts.
const COUNTS: &[(&str, f64)] = &[("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9)];

/// Units of sizes in bytes.
const SIZES: &[(&str, f64)] = &[
    ("B", 1.0),
    ("KB", 1024.0),
    ("MB", 1024.0 * 1024.0),
    ("GB", 1024.0 * 1024.0 * 1024.0),
    ("TB", 1024.0 * 1024.0 * 1024.0 * 1024.0),
];

/// Reads the text of wrk and of wrk2; `None` where the line of the requests is missing, so that it is neither's.
pub fn read(text: &str) -> Option<Text> {
    let (requests, duration, bytes) = text.lines().find_map(request_line)?;
    let mut errors = text.lines().find_map(socket_errors).unwrap_or_default();
    let after = |name: &'static str| {
        text.lines()
            .find_map(move |line| line.trim_start().strip_prefix(name))
    };
    let statuses = after("Non-2xx or 3xx responses: ");
    errors.status = statuses.and_then(whole).unwrap_or(0);
    let rate = |name, units| reading(after(name)?.trim(), units);
    Some(Text {
        requests,
        duration,
        bytes,
        errors,
        percentiles: distribution(text),
        requests_per_second: rate("Requests/sec:", COUNTS),
        bytes_per_second: rate("Transfer/sec:", SIZES),
    })
}

/// `28788 requests in 1.00s, 34.70MB read`
fn request_line(line: &str) -> Option<(u64, Duration, u64)> {
    let (requests, rest) = line.trim().split_once(" requests in ")?;
    let (duration, bytes) = rest.strip_suffix(" read")?.split_once(", ")?;
    Some((
        whole(requests)?,
        Duration::from_micros(rounded(reading(duration, TIMES)?)),
        rounded(reading(bytes, SIZES)?),
    ))
}

/// `Socket errors: connect 0, read 10039, write 0, timeout 4`
fn socket_errors(line: &str) -> Option<Counts> {
    let mut parts = line.trim().strip_prefix("Socket errors: ")?.split(", ");
    let mut count = |name: &str| whole(parts.next()?.strip_prefix(name)?.strip_prefix(' ')?);
    Some(Counts {
        connect: count("connect")?,
        read: count("read")?,
        write: count("write")?,
        timeout: count("timeout")?,
        status: 0,
    })
}

/// The rows below the first heading, up to the first line that is none.
fn distribution(text: &str) -> Vec<(f64, u64)> {
    text.lines()
        .skip_while(|line| !line.trim_start().starts_with("Latency Distribution"))
        .skip(1)
        .map_while(row)
        .collect()
}

/// `     50%  197.00us`, and wrk2's ` 50.000%    6.67ms`
fn row(line: &str) -> Option<(f64, u64)> {
    let mut words = line.split_ascii_whitespace();
    let percent = decimal(words.next()?.strip_suffix('%')?)?;
    let micros = reading(words.next()?, TIMES)?;
    (words.next().is_none() && percent <= 100.0).then(|| (percent, rounded(micros)))
}

/// A number with one of these units.
fn reading(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let end = text
        .find(|c: char| c != '.' && !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    Some(decimal(number)? * factor)
}

/// Digits, perhaps with a point between them: no sign, no exponent, no `nan`.
fn decimal(text: &str) -> Option<f64> {
    let (before, after) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(before) && digits(after)).then_some(())?;
    text.parse().ok()
}

fn whole(text: &str) -> Option<u64> {
    let text = text.trim_end();
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never negative, and what is too large is the largest"
)]
fn rounded(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::recordings;
    use super::*;

    fn of(requests: u64, duration_ms: u64, bytes: u64) -> Text {
        Text {
            requests,
            duration: Duration::from_millis(duration_ms),
            bytes,
            errors: Counts::default(),
            percentiles: Vec::new(),
            requests_per_second: None,
            bytes_per_second: None,
        }
    }

    #[track_caller]
    fn check(text: &str, expect: &Text) {
        assert_eq!(read(text).as_ref(), Some(expect), "{text}");
    }

    const NOTES: &str = "\
Running 1s test @ http://127.0.0.1:8080/index.html
  12 threads and 400 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   635.91us    0.89ms  12.92ms   93.69%
    Req/Sec    56.20k     8.07k   62.00k    86.54%
  Latency Distribution
     50%  197.00us
     75%  220.00us
     90%  251.00us
     99%    3.12ms
  28788 requests in 1.00s, 34.70MB read
  Socket errors: connect 0, read 10039, write 0, timeout 4
  Non-2xx or 3xx responses: 52332
Requests/sec:  28768.41
Transfer/sec:     34.68MB
";

    #[test]
    fn every_line_that_counts_is_read() {
        let mut expect = of(28788, 1000, 36_385_587);
        expect.percentiles = vec![(50.0, 197), (75.0, 220), (90.0, 251), (99.0, 3120)];
        expect.errors = Counts {
            connect: 0,
            read: 10039,
            write: 0,
            timeout: 4,
            status: 52332,
        };
        expect.requests_per_second = Some(28768.41);
        expect.bytes_per_second = Some(34.68 * 1024.0 * 1024.0);
        check(NOTES, &expect);
    }

    #[test]
    fn averages_are_not_read() {
        let text = "    Latency  1000.00m   -nan%    1.00s    67.50%\n  Latency Distribution\n     50%    0.85m\n\
                    \n     99%    1.00h\n  7 requests in 51.00s, 0.00B read\n";
        let mut expect = of(7, 51_000, 0);
        expect.percentiles = vec![(50.0, 51_000_000)];
        check(text, &expect);
        let none = "    Latency     0.00us    0.00us   0.00us     nan%\n  0 requests in 1.00m, 1.50TB read\n";
        check(none, &of(0, 60_000, 1_649_267_441_664));
    }

    #[test]
    fn wrk2_has_more_rows_and_a_second_distribution() {
        let text = "  Latency Distribution (HdrHistogram - Recorded Latency)\n 50.000%    6.67ms\n 99.990%   12.00us\n\
                    100.000%    1.00h \n\n  Detailed Percentile spectrum:\n       Value   Percentile\n\
                    \x20      0.010     0.000000            1         1.00\n\
                    \x20 Latency Distribution (HdrHistogram - Uncorrected Latency)\n 50.000%  1.00us\n\
                    \x20 30 requests in 20.00s, 2.00KB read\nRequests/sec:   1.50k\nTransfer/sec:      -nan\n";
        let mut expect = of(30, 20_000, 2048);
        expect.percentiles = vec![(50.0, 6670), (99.99, 12), (100.0, 3_600_000_000)];
        expect.requests_per_second = Some(1500.0);
        check(text, &expect);
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "wrk: no such option",
            "  -1 requests in 1.00s, 1.00B read",
            "  1 requests in nan, 1.00B read",
            "  1 requests in 1.00s, 1.00KiB read",
            "see: 1 requests in 1.00s, 1.00B read",
            "  1 requests in 1.00s, 1.00B read by us",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_wrk_has_really_printed_says_the_same_as_its_script() {
        for (case, recorded) in recordings::all() {
            let Some(answer) = recorded.answer() else {
                assert_eq!(read(&recorded.stdout), None, "{case}");
                continue;
            };
            let text = read(&recorded.stdout).unwrap_or_else(|| panic!("{case}"));
            assert_eq!(
                (text.requests, text.errors),
                (answer.requests, answer.errors),
                "{case}"
            );
            // Three digits are printed.
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let near = |printed: u64, exact: f64| (printed as f64 - exact).abs() <= exact * 0.006 + 0.5;
            assert_eq!(text.percentiles.len(), 4, "{case}");
            for (percent, micros) in &text.percentiles {
                let exact = answer.percentiles[&percent.to_string()].unwrap_or(0.0);
                assert!(
                    near(*micros, exact),
                    "{case}: {percent} % is {micros}, and not {exact}"
                );
            }
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let bytes = answer.bytes as f64;
            assert!(near(text.bytes, bytes), "{case}: {} and not {bytes}", text.bytes);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "(?s).{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_mixed_up_text_is_too_strange(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "  Latency Distribution", "\n", "     50%  ", "%", "1.00", "us", "m", "-nan", ".", " requests in ", ", ",
                "B read", "Socket errors: connect ", "read 1", "Requests/sec:", "99999999999999999999999", "é", "  ",
            ]), 0..40),
        ) {
            let _ = read(&pieces.concat());
        }

        #[test]
        fn what_is_printed_is_read(
            requests: u32,
            hundredths in prop::collection::vec(0..100_000u32, 7),
            units in prop::collection::vec(0..4usize, 7),
            counts in prop::collection::vec(any::<u32>(), 5),
        ) {
            let number = |index: usize| f64::from(hundredths[index]) / 100.0;
            let time = |index: usize| {
                let (unit, factor) = TIMES[units[index]];
                (format!("{:.2}{unit}", number(index)), rounded(number(index) * factor))
            };
            let size = |index: usize| {
                let (unit, factor) = SIZES[units[index]];
                (format!("{:.2}{unit}", number(index)), number(index) * factor)
            };
            let (median, slow, duration) = (time(0), time(1), time(2));
            let (bytes, transfer) = (size(3), size(4));
            let text = format!(
                "  Latency Distribution\n     50%{:>10}\n     99%{:>10}\n  {requests} requests in {}, {} read\n  \
                 Socket errors: connect {}, read {}, write {}, timeout {}\n  Non-2xx or 3xx responses: {}\n\
                 Requests/sec: {:9.2}\nTransfer/sec: {:>10}\n",
                median.0, slow.0, duration.0, bytes.0, counts[0], counts[1], counts[2], counts[3], counts[4],
                number(5), transfer.0,
            );
            let count = |index: usize| u64::from(counts[index]);
            prop_assert_eq!(read(&text), Some(Text {
                requests: u64::from(requests),
                duration: Duration::from_micros(duration.1),
                bytes: rounded(bytes.1),
                errors: Counts {
                    connect: count(0), read: count(1), write: count(2), timeout: count(3), status: count(4),
                },
                percentiles: vec![(50.0, median.1), (99.0, slow.1)],
                requests_per_second: Some(number(5)),
                bytes_per_second: Some(transfer.1),
            }));
        }
    }
}
