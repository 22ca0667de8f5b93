//! Requirements as people write them: `p95=500ms`, `rps>=100`, `memory<2GB`.

use super::{Bound, Requirement, Services, Source, Subject, Weight};
use crate::parse::spec::quantity::{self, Side, Unclear};

/// What can be asked for, with an example of each.
pub const KNOWN: &[&str] = &[
    "p95=500ms",
    "p99.9<1s",
    "max<2s",
    "rps>=100",
    "errors<=1%",
    "cpu<80%",
    "memory<2GB",
    "disk<50MB/s",
];

/// Why a text is no requirement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It does not compare anything.
    #[error("{text:?} compares nothing; write it like {}", KNOWN.join(", "))]
    NoComparison {
        /// The text.
        text: String,
    },
    /// Nobody measures that.
    #[error("{name:?} is not measured; what is: {}", KNOWN.join(", "))]
    UnknownMetric {
        /// What was asked for.
        name: String,
    },
    /// The limit is no quantity of the kind.
    #[error("{text:?}: the limit {why}; write it like {example}")]
    Limit {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: String,
        /// What it could be.
        example: &'static str,
    },
    /// The limit is on the side that nobody can want.
    #[error("{text:?} points the wrong way; write it like {example}")]
    WrongSide {
        /// The text.
        text: String,
        /// What it could be.
        example: &'static str,
    },
}

/// The signs, longer ones first, with the side that they mean; `=` means the side that makes sense.
const SIGNS: &[(&str, Side, Ends)] = &[
    ("<=", Side::Below, Ends::In),
    ("=<", Side::Below, Ends::In),
    ("≤", Side::Below, Ends::In),
    (">=", Side::Above, Ends::In),
    ("=>", Side::Above, Ends::In),
    ("≥", Side::Above, Ends::In),
    ("<", Side::Below, Ends::Out),
    (">", Side::Above, Ends::Out),
    ("=", Side::Open, Ends::In),
];

/// Whether the limit itself is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    In,
    Out,
}

impl std::str::FromStr for Requirement {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        let at = text.find(['<', '>', '=', '≤', '≥']);
        let sign = at.and_then(|at| SIGNS.iter().find(|(sign, ..)| text[at..].starts_with(sign)));
        let (Some(at), Some((sign, side, ends))) = (at, sign) else {
            return Err(Unreadable::NoComparison {
                text: text.to_owned(),
            });
        };
        let name = text[..at].trim().to_lowercase();
        let (subject, example) = subject(&name).ok_or(Unreadable::UnknownMetric { name })?;
        let limit = text[at + sign.len()..].trim();
        let limit = quantity_of(subject, limit).map_err(|why| Unreadable::Limit {
            text: text.to_owned(),
            why: why.to_owned(),
            example,
        })?;
        let bound = match (subject.at_least(), side, ends) {
            (false, Side::Below | Side::Open, Ends::In) => Bound::AtMost(limit),
            (false, Side::Below | Side::Open, Ends::Out) => Bound::Below(limit),
            (true, Side::Above | Side::Open, Ends::In) => Bound::AtLeast(limit),
            (true, Side::Above | Side::Open, Ends::Out) => Bound::Above(limit),
            (false, Side::Above, _) | (true, Side::Below, _) => {
                return Err(Unreadable::WrongSide {
                    text: text.to_owned(),
                    example,
                });
            }
        };
        Ok(Self {
            subject,
            bound,
            source: Source::Asked,
            weight: Weight::Required,
        })
    }
}

/// What a name means, with an example.
fn subject(name: &str) -> Option<(Subject, &'static str)> {
    Some(match name {
        "max" | "maximum" => (Subject::Latency(100.0), "max<2s"),
        "median" => (Subject::Latency(50.0), "p50=100ms"),
        "rps" | "throughput" => (Subject::Throughput, "rps>=100"),
        "errors" | "error_rate" => (Subject::Errors, "errors<=1%"),
        "cpu" => (Subject::Cpu(Services::Together), "cpu<80%"),
        "memory" => (Subject::Memory(Services::Together), "memory<2GB"),
        "disk" => (Subject::Disk(Services::Together), "disk<50MB/s"),
        _ => {
            let digits = name.strip_prefix('p')?;
            let plain = digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
            let percentile: f64 = digits.parse().ok().filter(|_| plain)?;
            if percentile <= 0.0 || percentile > 100.0 {
                return None;
            }
            (Subject::Latency(percentile), "p95=500ms")
        }
    })
}

/// The limit in the unit of what it limits, or what is wrong with it.
fn quantity_of(subject: Subject, text: &str) -> Result<f64, &'static str> {
    let said = |why: Unclear| match why {
        Unclear::NoNumber => "has no number that can be read",
        Unclear::NoUnit => "has no unit",
        Unclear::UnknownUnit => "has a unit that does not fit",
        Unclear::Range => "is a range, and one number is needed",
    };
    let read = match subject {
        Subject::Latency(_) => quantity::milliseconds(text),
        Subject::Throughput => rate(text),
        Subject::Errors => percent(text),
        Subject::Requests => Err(Unclear::UnknownUnit),
        Subject::Cpu(_) => quantity::cpu_percent(text),
        Subject::Memory(_) => quantity::bytes(text),
        Subject::Disk(_) => quantity::bytes_per_second(text),
    };
    // `2%` has a unit, though none that could be one of memory.
    let with_unit = |why| match (why, text.trim_end().chars().last()) {
        (Unclear::NoUnit, Some(last)) if !last.is_ascii_digit() => Unclear::UnknownUnit,
        _ => why,
    };
    let (side, limit) = read.map_err(|why| said(with_unit(why)))?;
    if side != Side::Open {
        return Err("has a second sign");
    }
    // A spec may go on in prose, a requirement may not: what is not understood limits nothing.
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '_' | ' '));
    let words = matches!(subject, Subject::Throughput | Subject::Disk(_));
    if unit.contains(['(', ',', ';', ')']) || !words && unit.contains(char::is_whitespace) {
        return Err("is followed by something else");
    }
    if subject == Subject::Errors && limit > 100.0 {
        return Err("is more than all");
    }
    if limit <= 0.0 && subject != Subject::Errors {
        return Err("is nothing, which no service reaches");
    }
    Ok(limit)
}

/// A rate, which is one per second where nothing is said.
fn rate(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = quantity::measure(text)?;
    if measure.rest.trim().is_empty() {
        return Ok((measure.side, measure.number));
    }
    quantity::per_second(text)
}

/// A share in percent.
fn percent(text: &str) -> Result<(Side, f64), Unclear> {
    let measure = quantity::measure(text)?;
    match measure.rest.trim() {
        "%" => Ok((measure.side, measure.number)),
        "" => Err(Unclear::NoUnit),
        rest if rest.starts_with(['-', '–']) => Err(Unclear::Range),
        _ => Err(Unclear::UnknownUnit),
    }
}
