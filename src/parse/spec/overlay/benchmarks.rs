//! Limits that the work item's JSON gives: numbers in the unit of the field, or texts with their own.

use serde_json::Value;

use crate::model::spec::{At, Benchmarks, LatencyLimit, ResourceLimit};
use crate::parse::spec::quantity::{self, Side, Unclear};

use super::fields::{Fields, text};

/// A reader of a text with its unit.
type Reader = fn(&str) -> Result<(Side, f64), Unclear>;

/// Puts the limits over those of the spec.
pub fn benchmarks(fields: &mut Fields<'_>, out: &mut Benchmarks) {
    if let Some(endpoint) = fields.one(&["endpoint", "url"], text) {
        out.endpoint = Some(endpoint);
    }
    if let Some(map) = fields.object("response_time") {
        let mut times = fields.below("response_time", map);
        let mut limits = Vec::new();
        for (key, value) in map {
            let percentile = match key.as_str() {
                "median" => Some(50.0),
                "max" | "maximum" => Some(100.0),
                _ => key
                    .strip_prefix('p')
                    .and_then(|digits| digits.replace('_', ".").parse().ok()),
            };
            let milliseconds = below(value, quantity::milliseconds);
            match (
                percentile.filter(|percentile| (0.0..=100.0).contains(percentile)),
                milliseconds,
            ) {
                (Some(percentile), Some(milliseconds)) => limits.push(At::new(
                    LatencyLimit {
                        percentile,
                        milliseconds,
                    },
                    0,
                )),
                _ => times.not(key),
            }
        }
        if !limits.is_empty() {
            out.latency = limits;
        }
        fields.take(times);
    }
    if let Some(map) = fields.object("throughput") {
        let mut rates = fields.below("throughput", map);
        let rate = |value: &Value| number(value, quantity::per_second, Side::Below);
        if let Some(rate) = rates.one(&["minimum", "min"], rate) {
            out.minimum_throughput = Some(rate);
        }
        if let Some(rate) = rates.one(&["target"], rate) {
            out.target_throughput = Some(rate);
        }
        fields.take(rates);
    }
    if let Some(map) = fields.object("resource_limits") {
        let mut limits = fields.below("resource_limits", map);
        let mut found = Vec::new();
        let kinds: [(&[&'static str], &'static str, Reader); 3] = [
            (&["cpu", "cpu_percent"], "cpu_percent", quantity::cpu_percent),
            (&["memory", "memory_bytes"], "memory_bytes", quantity::bytes),
            (
                &["disk_io", "disk", "disk_bytes_per_sec"],
                "disk_bytes_per_sec",
                quantity::bytes_per_second,
            ),
        ];
        for (keys, metric, read) in kinds {
            if let Some(limit) = limits.one(keys, |value| below(value, read)) {
                let per_service = map
                    .values()
                    .filter_map(Value::as_str)
                    .any(|text| text.contains("per service"));
                found.push(At::new(
                    ResourceLimit {
                        metric,
                        limit: limit.value,
                        per_service,
                    },
                    0,
                ));
            }
        }
        if !found.is_empty() {
            out.resources = found;
        }
        fields.take(limits);
    }
    load(fields, out);
}

fn load(fields: &mut Fields<'_>, out: &mut Benchmarks) {
    let seconds = |value: &Value| {
        let read: Reader = |text| quantity::seconds(text).map(|seconds| (Side::Open, seconds));
        number(value, read, Side::Above)
    };
    for (keys, slot) in [
        (["ramp_up", "ramp_up_duration"], &mut out.ramp_up),
        (["load_test_duration", "sustained"], &mut out.sustained),
        (["ramp_down", "ramp_down_duration"], &mut out.ramp_down),
    ] {
        if let Some(duration) = fields.one(&keys, seconds) {
            *slot = Some(duration);
        }
    }
    let count = |value: &Value| text(value)?.parse::<u32>().ok().filter(|count| *count > 0);
    if let Some(threads) = fields.one(&["threads"], count) {
        out.threads = Some(threads);
    }
    if let Some(connections) = fields.one(&["connections"], count) {
        out.connections = Some(connections);
    }
}

/// A limit that must not be passed.
fn below(value: &Value, read: Reader) -> Option<f64> {
    number(value, read, Side::Above)
}

/// A number in the unit of the field, or a text with its own unit; not one that points to the wrong side.
fn number(value: &Value, read: Reader, wrong: Side) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match read(text) {
            Ok((side, number)) if side != wrong => number,
            Err(Unclear::NoUnit) => {
                quantity::measure(text)
                    .ok()
                    .filter(|measure| measure.side != wrong)?
                    .number
            }
            _ => return None,
        },
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}
