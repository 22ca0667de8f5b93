//! Quantities as people write them: `< 500ms`, `50 orders/minute (baseline)`, `2GB per service`.
//!
//! A unit that is not known is an error, never a guess: a limit of 500 that was meant in minutes must not become one
//! of 500 milliseconds.

/// Which side of a number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nothing is said.
    Open,
    /// `<`, "at most".
    Below,
    /// `>`, "at least".
    Above,
}

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// There is no number where one should be.
    #[error("has no number that can be read")]
    NoNumber,
    /// There is a number and no unit.
    #[error("has no unit")]
    NoUnit,
    /// There is a unit, and it is none of those that are known.
    #[error("has a unit that is not known here")]
    UnknownUnit,
    /// There are two numbers.
    #[error("is a range; one limit is needed")]
    Range,
}

/// A number and what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure<'t> {
    /// The side.
    pub side: Side,
    /// The number.
    pub number: f64,
    /// The rest of the text, which begins with the unit.
    pub rest: &'t str,
}

const SIDES: &[(&str, Side)] = &[
    ("<=", Side::Below),
    ("=<", Side::Below),
    ("<", Side::Below),
    ("≤", Side::Below),
    (">=", Side::Above),
    ("=>", Side::Above),
    (">", Side::Above),
    ("≥", Side::Above),
    ("no more than ", Side::Below),
    ("not more than ", Side::Below),
    ("less than ", Side::Below),
    ("at most ", Side::Below),
    ("up to ", Side::Below),
    ("under ", Side::Below),
    ("below ", Side::Below),
    ("within ", Side::Below),
    ("max ", Side::Below),
    ("max. ", Side::Below),
    ("maximum ", Side::Below),
    ("no less than ", Side::Above),
    ("not less than ", Side::Above),
    ("more than ", Side::Above),
    ("at least ", Side::Above),
    ("over ", Side::Above),
    ("above ", Side::Above),
    ("min ", Side::Above),
    ("min. ", Side::Above),
    ("minimum ", Side::Above),
];

/// Reads the number that a text begins with.
pub fn measure(text: &str) -> Result<Measure<'_>, Unclear> {
    let mut text = text.trim();
    let mut side = Side::Open;
    for (word, its_side) in SIDES {
        if let Some(begin) = text.get(..word.len())
            && begin.eq_ignore_ascii_case(word)
        {
            side = *its_side;
            text = text[word.len()..].trim_start();
            break;
        }
    }
    let text = text.trim_start_matches(['~', '≈']).trim_start();
    let (number, rest) = number(text).ok_or(Unclear::NoNumber)?;
    Ok(Measure { side, number, rest })
}

/// The number that a text begins with; thousands may be set off by commas or underscores.
fn number(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_')))
        .unwrap_or(text.len());
    let digits = text[..end].trim_end_matches(['.', ',', '_']);
    let rest = &text[digits.len()..];
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let mut groups = whole.split([',', '_']);
    let first = groups.next()?;
    let mut joined = first.to_owned();
    for group in groups {
        // `1,5` is one and a half somewhere, and nothing that can be told here.
        if group.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    if first.is_empty() || fraction.is_empty() || fraction.contains(['.', ',', '_']) {
        return None;
    }
    let value: f64 = format!("{joined}.{fraction}").parse().ok()?;
    value.is_finite().then_some((value, rest))
}

/// The word that a text begins with, and what stands behind it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !(c.is_alphabetic() || c == 'µ'))
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Refuses a range: `100-200ms`, `1 s to 2 s`.
fn one_number(rest: &str) -> Result<(), Unclear> {
    let more = rest.trim_start();
    for sign in ["-", "–", "—", "to ", "..", "…"] {
        if let Some(after) = more.strip_prefix(sign)
            && after.trim_start().starts_with(|c: char| c.is_ascii_digit())
        {
            return Err(Unclear::Range);
        }
    }
    Ok(())
}

/// Refuses what makes another quantity of it: `5s/3`, `1s to 2s`.
fn nothing_more(rest: &str) -> Result<(), Unclear> {
    one_number(rest)?;
    match rest.chars().next() {
        Some(c) if c.is_alphanumeric() || c == '/' => Err(Unclear::UnknownUnit),
        _ => Ok(()),
    }
}

/// Milliseconds of a limit: `< 1.5 s`.
pub fn milliseconds(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = measure(text)?;
    let (unit, rest) = unit_of(&measure)?;
    let factor = seconds_of(unit).ok_or(Unclear::UnknownUnit)? * 1000.0;
    nothing_more(rest)?;
    Ok((measure.side, measure.number * factor))
}

/// The unit behind a number.
fn unit_of<'t>(measure: &Measure<'t>) -> Result<(&'t str, &'t str), Unclear> {
    // `100-200ms` has its unit at the end.
    one_number(measure.rest)?;
    let (unit, rest) = word(measure.rest);
    if unit.is_empty() {
        nothing_more(rest)?;
        return Err(Unclear::NoUnit);
    }
    Ok((unit, rest))
}

/// Seconds of a duration, which may have several parts: `1 min 30 s`.
pub fn seconds(text: &str) -> Result<f64, Unclear> {
    let mut total = 0.0;
    let mut text = text;
    loop {
        let measure = measure(text)?;
        let (unit, rest) = unit_of(&measure)?;
        total += measure.number * seconds_of(unit).ok_or(Unclear::UnknownUnit)?;
        let more = rest.trim_start();
        let more = more.strip_prefix("and ").unwrap_or(more).trim_start();
        if !more.starts_with(|c: char| c.is_ascii_digit()) {
            nothing_more(rest)?;
            return Ok(total);
        }
        text = more;
    }
}

/// How many seconds a unit of time has.
fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit.to_lowercase().as_str() {
        "ns" => 1e-9,
        "us" | "µs" | "μs" | "microsecond" | "microseconds" => 1e-6,
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        _ => return None,
    })
}

/// A rate per second: `50 orders/minute`, `2k rps`.
pub fn per_second(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = measure(text)?;
    let (thousands, rest) = match measure.rest.trim_start() {
        rest if thousands(rest, ['k', 'K']) => (1e3, &rest[1..]),
        rest if thousands(rest, ['M', 'M']) => (1e6, &rest[1..]),
        rest => (1.0, rest),
    };
    // What comes in the time, up to what is said beside it.
    let said = rest.split(['(', ',', ';']).next().unwrap_or_default().trim();
    let lower = said.to_lowercase();
    let seconds = if let Some((_, time)) = lower.split_once('/').or_else(|| lower.split_once("per ")) {
        let (unit, rest) = word(time);
        nothing_more(rest)?;
        seconds_of(unit)
    } else {
        let (unit, rest) = word(&lower);
        if unit.is_empty() {
            nothing_more(rest)?;
            return Err(Unclear::NoUnit);
        }
        nothing_more(rest)?;
        match unit {
            "rps" | "tps" | "qps" => Some(1.0),
            "rpm" | "tpm" | "qpm" => Some(60.0),
            _ => None,
        }
    };
    let seconds = seconds
        .filter(|seconds| *seconds >= 1.0)
        .ok_or(Unclear::UnknownUnit)?;
    Ok((measure.side, measure.number * thousands / seconds))
}

fn thousands(rest: &str, letters: [char; 2]) -> bool {
    rest.strip_prefix(letters)
        .is_some_and(|rest| rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// A size in bytes. `kB`, `MB`, `GB` are decimal; `KiB`, `MiB`, `GiB` and the bare letters of Docker are binary.
pub fn bytes(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = measure(text)?;
    let (unit, rest) = unit_of(&measure)?;
    let factor = bytes_of(unit).ok_or(Unclear::UnknownUnit)?;
    nothing_more(rest)?;
    Ok((measure.side, measure.number * factor))
}

/// Bytes per second: `50MB/s`.
pub fn bytes_per_second(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = measure(text)?;
    let (unit, rest) = unit_of(&measure)?;
    let (unit, seconds, rest) = if let Some(size) = unit.strip_suffix("ps") {
        (size, 1.0, rest)
    } else {
        let time = rest.trim_start();
        let time = time.strip_prefix('/').or_else(|| time.strip_prefix("per "));
        let (time, rest) = word(time.ok_or(Unclear::UnknownUnit)?);
        (unit, seconds_of(time).ok_or(Unclear::UnknownUnit)?, rest)
    };
    let factor = bytes_of(unit).ok_or(Unclear::UnknownUnit)?;
    nothing_more(rest)?;
    Ok((measure.side, measure.number * factor / seconds))
}

/// How many bytes a unit has. `Mb` may be bits: it is no unit here.
fn bytes_of(unit: &str) -> Option<f64> {
    const KIB: f64 = 1024.0;
    if unit.len() == 2 && unit.ends_with('b') && unit.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    Some(match unit.to_lowercase().as_str() {
        "b" | "byte" | "bytes" => 1.0,
        "kb" | "kilobyte" | "kilobytes" => 1e3,
        "mb" | "megabyte" | "megabytes" => 1e6,
        "gb" | "gigabyte" | "gigabytes" => 1e9,
        "tb" | "terabyte" | "terabytes" => 1e12,
        "k" | "ki" | "kib" => KIB,
        "m" | "mi" | "mib" => KIB * KIB,
        "g" | "gi" | "gib" => KIB * KIB * KIB,
        "t" | "ti" | "tib" => KIB * KIB * KIB * KIB,
        _ => return None,
    })
}

/// A share of the processor in percent of one core: `80%`, `2 cores`.
pub fn cpu_percent(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = measure(text)?;
    let rest = measure.rest.trim_start();
    if let Some(rest) = rest.strip_prefix('%') {
        nothing_more(rest)?;
        return Ok((measure.side, measure.number));
    }
    let (unit, rest) = unit_of(&measure)?;
    let factor = match unit.to_lowercase().as_str() {
        "percent" => 1.0,
        "core" | "cores" | "cpu" | "cpus" | "vcpu" | "vcpus" => 100.0,
        _ => return Err(Unclear::UnknownUnit),
    };
    nothing_more(rest)?;
    Ok((measure.side, measure.number * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = fn(&str) -> Result<(Side, f64), Unclear>;

    #[track_caller]
    fn check(read: Reader, text: &str, expect: f64) {
        let (_, value) = read(text).unwrap();
        assert!(
            (value - expect).abs() < expect.abs() * 1e-9 + 1e-12,
            "{text}: {value}"
        );
    }

    #[track_caller]
    fn check_unclear(read: Reader, text: &str, expect: Unclear) {
        assert_eq!(read(text), Err(expect), "{text}");
    }

    #[test]
    fn limits_of_time() {
        for (text, expect) in [
            ("< 500ms", 500.0),
            ("<500 ms", 500.0),
            ("≤ 1.5 s", 1500.0),
            ("under 2 seconds", 2000.0),
            ("1,000ms", 1000.0),
            ("<= 1_000 ms (median)", 1000.0),
            ("250µs", 0.25),
            ("250 us", 0.25),
            ("1 minute", 60_000.0),
            ("500ms, for 95% of requests", 500.0),
        ] {
            check(milliseconds, text, expect);
        }
        for (text, expect) in [
            ("< 500", Unclear::NoUnit),
            ("500 parsecs", Unclear::UnknownUnit),
            ("100-200ms", Unclear::Range),
            ("100 to 200 ms", Unclear::Range),
            ("100ms - 200ms", Unclear::Range),
            ("fast", Unclear::NoNumber),
            ("1,5s", Unclear::NoNumber),
            ("5s/request", Unclear::UnknownUnit),
            ("", Unclear::NoNumber),
            ("1e400ms", Unclear::UnknownUnit),
        ] {
            check_unclear(milliseconds, text, expect);
        }
        assert_eq!(milliseconds("> 5ms").unwrap().0, Side::Above);
        assert_eq!(milliseconds("at most 5ms").unwrap().0, Side::Below);
        assert_eq!(milliseconds("5ms").unwrap().0, Side::Open);
    }

    #[test]
    fn durations() {
        let read: Reader = |text| seconds(text).map(|seconds| (Side::Open, seconds));
        for (text, expect) in [
            ("5 minutes", 300.0),
            ("90s", 90.0),
            ("1m30s", 90.0),
            ("1 h and 30 min", 5400.0),
            ("30 seconds (linear)", 30.0),
        ] {
            check(read, text, expect);
        }
        check_unclear(read, "5", Unclear::NoUnit);
        check_unclear(read, "5-10 minutes", Unclear::Range);
        check_unclear(read, "5 fortnights", Unclear::UnknownUnit);
    }

    #[test]
    fn rates() {
        for (text, expect) in [
            ("100 requests/second", 100.0),
            ("50 orders/minute (baseline)", 50.0 / 60.0),
            (">= 3,600 requests per hour", 1.0),
            ("2k rps", 2000.0),
            ("1.5M requests/min", 25_000.0),
            ("100 req/s", 100.0),
            ("20/s", 20.0),
            ("60 rpm", 1.0),
            ("at least 10 TPS", 10.0),
        ] {
            check(per_second, text, expect);
        }
        check_unclear(per_second, "100", Unclear::NoUnit);
        check_unclear(per_second, "100 requests", Unclear::UnknownUnit);
        check_unclear(per_second, "100 requests/fortnight", Unclear::UnknownUnit);
        check_unclear(per_second, "100-200 rps", Unclear::Range);
        check_unclear(per_second, "100 users", Unclear::UnknownUnit);
    }

    #[test]
    fn resources() {
        check(bytes, "< 2GB per service", 2e9);
        check(bytes, "512MiB", 536_870_912.0);
        check(bytes, "512m", 536_870_912.0);
        check(bytes, "1.5 gb", 1.5e9);
        check_unclear(bytes, "80%", Unclear::NoUnit);
        check_unclear(bytes, "5 Gb", Unclear::UnknownUnit);
        check(bytes_per_second, "< 50MB/s", 50e6);
        check(bytes_per_second, "50 MBps", 50e6);
        check(bytes_per_second, "60 MB per minute", 1e6);
        check_unclear(bytes_per_second, "50MB", Unclear::UnknownUnit);
        check_unclear(bytes_per_second, "50 Mbps", Unclear::UnknownUnit);
        check(cpu_percent, "< 80% utilization", 80.0);
        check(cpu_percent, "2 cores", 200.0);
        check_unclear(cpu_percent, "2 GHz", Unclear::UnknownUnit);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[<>≤ ~0-9.,_kKmMµ%/sGBa-z()-]{0,24}") {
            for read in [milliseconds as Reader, per_second, bytes, bytes_per_second, cpu_percent] {
                if let Ok((_, value)) = read(&text) {
                    proptest::prop_assert!(value.is_finite());
                }
            }
            let _ = seconds(&text);
        }
    }
}
