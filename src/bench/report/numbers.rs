//! Numbers as people read them.

/// A time in milliseconds with its unit: three digits that count.
pub(super) fn time(milliseconds: f64) -> String {
    if milliseconds >= 1000.0 {
        format!("{} s", digits(milliseconds / 1000.0))
    } else if milliseconds < 0.1 {
        format!("{} µs", digits(milliseconds * 1000.0))
    } else {
        format!("{} ms", digits(milliseconds))
    }
}

/// Units of bytes, each so many times the one before.
struct Units {
    factor: f64,
    names: [&'static str; 4],
}

/// Powers of 1024.
const BINARY: Units = Units {
    factor: 1024.0,
    names: ["B", "KiB", "MiB", "GiB"],
};
/// Powers of 1000.
const DECIMAL: Units = Units {
    factor: 1000.0,
    names: ["B", "kB", "MB", "GB"],
};

impl Units {
    /// Those in which a limit was probably written: what is a round number in one of them is seldom one in the other.
    fn of(limit: f64) -> &'static Self {
        let is_round = |units: &Self| {
            let (value, _) = units.split(limit);
            let rounded = (value * 100.0).round() / 100.0;
            (value - rounded).abs() < 1e-9
        };
        if is_round(&DECIMAL) && !is_round(&BINARY) {
            &DECIMAL
        } else {
            &BINARY
        }
    }

    /// A count in the largest unit of which there is one.
    fn split(&self, count: f64) -> (f64, &'static str) {
        let mut value = count;
        let mut names = self.names.into_iter();
        let mut name = names.next().unwrap_or_default();
        for next in names {
            if value < self.factor {
                break;
            }
            (value, name) = (value / self.factor, next);
        }
        (value, name)
    }

    fn said(&self, count: f64) -> String {
        let (value, name) = self.split(count);
        format!("{} {name}", digits(value))
    }
}

/// Bytes with their unit, in powers of 1024.
pub(super) fn bytes(count: f64) -> String {
    BINARY.said(count)
}

/// A value of a requirement in its unit. Bytes are told as those of its limit were written.
pub(super) fn of_unit(value: f64, limit: f64, unit: &str) -> String {
    match unit {
        "ms" => time(value),
        "bytes" => Units::of(limit).said(value),
        "bytes/s" => format!("{}/s", Units::of(limit).said(value)),
        "%" => format!("{} %", digits(value)),
        // Nobody answers half a request.
        "requests" => match grouped(&format!("{value:.0}")).as_str() {
            "1" => "1 request".to_owned(),
            count => format!("{count} {unit}"),
        },
        unit => format!("{} {unit}", digits(value)),
    }
}

/// A value of a metric that is compared, in the unit in which it is kept.
pub(super) fn of_metric(value: f64, metric: crate::bench::statistics::metric::Metric) -> String {
    use crate::bench::statistics::metric::Metric;
    match metric {
        Metric::P50 | Metric::P95 | Metric::P99 => time(value / 1000.0),
        Metric::Rps => format!("{}/s", digits(value)),
        Metric::CpuPerRequest => format!("{} µs", digits(value)),
        Metric::ErrorRate => format!("{} %", digits(value * 100.0)),
        Metric::MemoryPeak => bytes(value),
    }
}

/// What somebody asked for, or a mark on a scale, without the zeros behind the point that nobody wrote: `5 ms`.
pub(super) fn trimmed(text: &str) -> String {
    let number = text
        .find(|letter: char| {
            letter != '−' && letter != '+' && letter != ',' && letter != '.' && !letter.is_ascii_digit()
        })
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(number);
    if number.contains('.') {
        format!("{}{unit}", number.trim_end_matches('0').trim_end_matches('.'))
    } else {
        text.to_owned()
    }
}

/// A count, in groups of three digits.
pub(super) fn whole(count: u64) -> String {
    grouped(&count.to_string())
}

/// Three digits that count; whole numbers from a hundred on.
pub(super) fn digits(value: f64) -> String {
    let places = match value.abs() {
        size if size >= 99.95 || size == 0.0 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.places$}");
    if places == 0 { grouped(&text) } else { text }
}

/// A whole number in groups of three.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A ratio as a change in percent: `+12.3 %`, `−3.10 %`; of a hundred percent and more the factor: `x 2.41`.
pub(super) fn change(ratio: f64) -> String {
    let percent = (ratio - 1.0) * 100.0;
    if percent >= 99.95 {
        return format!("x {}", digits(ratio));
    }
    if percent.abs() < 0.05 {
        return "±0 %".to_owned();
    }
    let sign = if percent < 0.0 { '−' } else { '+' };
    format!("{sign}{} %", digits(percent.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_count() {
        assert_eq!(
            [0.0, 0.0123, 1.2345, 12.345, 99.96, 1234.5, 1_234_567.0, -1234.0].map(digits),
            [
                "0",
                "0.012",
                "1.23",
                "12.3",
                "100",
                "1,234",
                "1,234,567",
                "-1,234"
            ]
        );
        assert_eq!(
            [0.05, 0.5, 42.0, 1500.0].map(time),
            ["50.0 µs", "0.500 ms", "42.0 ms", "1.50 s"]
        );
        assert_eq!(
            [10.0, 2048.0, 5.0 * 1024.0 * 1024.0, 3e12].map(bytes),
            ["10.0 B", "2.00 KiB", "5.00 MiB", "2,794 GiB"]
        );
        assert_eq!(
            [1.123, 0.969, 1.0, 0.9996, 2.414, 31.2].map(change),
            ["+12.3 %", "−3.10 %", "±0 %", "±0 %", "x 2.41", "x 31.2"]
        );
        assert_eq!(
            [
                "5.00 ms",
                "0.500 ms",
                "10.0",
                "1,200 ms",
                "100",
                "−9.09 %",
                "+10.0 %"
            ]
            .map(trimmed),
            ["5 ms", "0.5 ms", "10", "1,200 ms", "100", "−9.09 %", "+10 %"]
        );
        assert_eq!(
            [
                of_unit(1.0, 1.0, "requests"),
                of_unit(29_400.0, 1.0, "requests"),
                of_unit(1.5, 1.0, "%")
            ],
            ["1 request", "29,400 requests", "1.50 %"]
        );
    }

    #[test]
    fn bytes_are_told_as_their_limit_was_written() {
        let check = |limit: f64, unit, expect: [&str; 2]| {
            assert_eq!(
                [96_468_992.0, limit].map(|value| of_unit(value, limit, unit)),
                expect
            );
        };
        check(2e9, "bytes", ["96.5 MB", "2.00 GB"]);
        check(1.5e9, "bytes", ["96.5 MB", "1.50 GB"]);
        check(512.0 * 1024.0 * 1024.0, "bytes", ["92.0 MiB", "512 MiB"]);
        check(50e6, "bytes/s", ["96.5 MB/s", "50.0 MB/s"]);
        check(123_456_789.0, "bytes", ["92.0 MiB", "118 MiB"]);
    }
}
