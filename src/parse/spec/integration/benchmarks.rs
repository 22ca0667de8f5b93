//! Performance benchmarks: limits of times, rates and resources, and the load that they hold under.

use crate::model::spec::{At, Benchmarks, LatencyLimit, ResourceLimit};

use crate::parse::spec::document::Line;
use crate::parse::spec::oddities::{Oddities, quoted};
use crate::parse::spec::parts::{Entry, Part};
use crate::parse::spec::placeholder;
use crate::parse::spec::quantity::{self, Side, Unclear};
use crate::parse::spec::words;

/// More percentiles than anybody can mean.
const MOST_LIMITS: usize = 64;

/// Labels that mean a limit wherever they stand, and of which nothing comes without a heading or a percentile.
const MEANT: [&str; 6] = [
    "latency",
    "response time",
    "minimum",
    "maximum",
    "target",
    "error rate",
];

/// What a part of the section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Latency,
    Throughput,
    Resources,
    Load,
    /// Nothing in particular: the lines say it themselves.
    Anything,
}

/// Reads the limits.
pub fn benchmarks(parts: &[Part<'_>], out: &mut Benchmarks, oddities: &mut Oddities) {
    for part in parts {
        let Some(about) = about(&part.name) else { continue };
        let mut reader = Reader { about, out, oddities };
        if let (Some(source), false) = (part.source, part.value.is_empty()) {
            reader.line(source);
        }
        for entry in &part.entries {
            match entry {
                // A box is ticked by somebody; a limit is measured.
                Entry::Item(item) if item.is_boxed() => {}
                Entry::Item(item) => item.lines.iter().for_each(|line| reader.line(line)),
                Entry::Text(line, _) => reader.line(line),
                Entry::Code(fence, _) if about == About::Load => reader.settings(&fence.code, fence.line),
                Entry::Code(..) | Entry::Html(..) => {}
            }
        }
    }
}

/// What stands below a label; nothing for what is no limit.
fn about(name: &str) -> Option<About> {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&[
        "acceptance",
        "criteria",
        "checklist",
        "note",
        "example",
        "baseline",
        "result",
    ]) {
        None
    } else if has(&["response time", "latency"]) {
        Some(About::Latency)
    } else if has(&["throughput"]) {
        Some(About::Throughput)
    } else if has(&["resource"]) {
        Some(About::Resources)
    } else if has(&["load", "ramp", "duration"]) {
        Some(About::Load)
    } else {
        Some(About::Anything)
    }
}

struct Reader<'r> {
    about: About,
    out: &'r mut Benchmarks,
    oddities: &'r mut Oddities,
}

impl Reader<'_> {
    /// Reads one line, and says so when there is a number on it and nothing comes of it.
    fn line(&mut self, line: &Line) {
        let text = line.text.trim();
        if self.percentiles(text, line.number) {
            return;
        }
        let (key, value) = match words::labelled(line) {
            Some(found) => (found.name.replace(['-', '_'], " "), found.value),
            None => (String::new(), text),
        };
        if value.is_empty() || !placeholder::find(value).is_empty() {
            return;
        }
        if !self.keyed(&key, value, line.number)
            && (self.about != About::Anything || MEANT.contains(&key.as_str()))
            && value.contains(|c: char| c.is_ascii_digit())
        {
            self.not_checked(text, line.number);
        }
    }

    /// Reads settings of a load test: lines of a fence.
    fn settings(&mut self, code: &str, first: u32) {
        for (text, line) in code.lines().zip(first + 1..) {
            let text = text.split(" #").next().unwrap_or_default();
            if let Some(found) = words::key_value(text)
                && !found.value.is_empty()
            {
                let key = found.name.replace(['-', '_'], " ");
                self.load(&key, words::unquoted(found.value), line);
            }
        }
    }

    /// Reads the limits of percentiles in a line; `false` when there are none.
    fn percentiles(&mut self, text: &str, line: u32) -> bool {
        let mentions = mentions(text);
        for (at, (percentile, _, end)) in mentions.iter().enumerate() {
            let until = mentions.get(at + 1).map_or(text.len(), |next| next.1);
            let value = text[*end..until].trim_start_matches([':', ' ']);
            if !placeholder::find(value).is_empty() {
                continue;
            }
            let words = format!("p{percentile}");
            let begin = value.find(|c: char| c.is_ascii_digit() || matches!(c, '<' | '>' | '≤' | '≥'));
            let limit = quantity::milliseconds(begin.map_or("", |begin| &value[begin..]));
            self.latency(&words, *percentile, value, limit, line);
        }
        !mentions.is_empty()
    }

    fn latency(
        &mut self,
        words: &str,
        percentile: f64,
        value: &str,
        limit: Result<(Side, f64), Unclear>,
        line: u32,
    ) {
        match limit {
            Ok((Side::Above, _)) => self.wrong_side(words, value, line),
            Ok((_, milliseconds)) => {
                let limit = LatencyLimit {
                    percentile,
                    milliseconds,
                };
                match self
                    .out
                    .latency
                    .iter()
                    .find(|other| other.value.percentile.total_cmp(&percentile).is_eq())
                {
                    Some(other) => {
                        let first = other.line;
                        self.given_twice(words, first, line);
                    }
                    None if self.out.latency.len() < MOST_LIMITS => {
                        self.out.latency.push(At::new(limit, line));
                    }
                    None => self.not_checked(value, line),
                }
            }
            Err(why) => self.unclear(words, value, why, "< 500ms", line),
        }
    }

    /// Reads a value by its label; `false` when the label says nothing here.
    fn keyed(&mut self, key: &str, value: &str, line: u32) -> bool {
        match (self.about, key) {
            (About::Latency, "maximum" | "max") => {
                self.latency("the maximum", 100.0, value, quantity::milliseconds(value), line);
            }
            (About::Latency | About::Anything, "median") => {
                self.latency("the median", 50.0, value, quantity::milliseconds(value), line);
            }
            (About::Throughput, "maximum tested" | "maximum" | "max" | "peak" | "tested") => {}
            (
                About::Throughput,
                "" | "minimum" | "min" | "at least" | "throughput" | "baseline" | "sustained",
            )
            | (_, "minimum throughput" | "throughput" | "requests per second") => {
                // `- At least 100 requests/second`.
                let rate = quantity::per_second(value);
                if key.is_empty() && rate.is_err() {
                    return false;
                }
                let at = self.rate("the minimum", value, rate, line);
                let first = self.out.minimum_throughput.as_ref().map(|first| first.line);
                match (first, at) {
                    (Some(first), Some(_)) => self.given_twice("the minimum", first, line),
                    (None, Some(rate)) => self.out.minimum_throughput = Some(At::new(rate, line)),
                    (_, None) => {}
                }
            }
            (About::Throughput, "target" | "goal") | (_, "target throughput") => {
                let rate = self.rate("the target", value, quantity::per_second(value), line);
                if let (None, Some(rate)) = (&self.out.target_throughput, rate) {
                    self.out.target_throughput = Some(At::new(rate, line));
                }
            }
            (_, "endpoint" | "url" | "target url" | "target endpoint" | "path") => {
                let endpoint = words::unquoted(value).to_owned();
                self.out.endpoint.get_or_insert(At::new(endpoint, line));
            }
            (About::Resources | About::Anything, _) if self.resource(key, value, line) => {}
            _ => return self.load(key, value, line),
        }
        true
    }

    fn rate(
        &mut self,
        words: &str,
        value: &str,
        rate: Result<(Side, f64), Unclear>,
        line: u32,
    ) -> Option<f64> {
        match rate {
            Ok((Side::Below, _)) => self.wrong_side(words, value, line),
            Ok((_, rate)) => return Some(rate),
            Err(why) => self.unclear(words, value, why, "100 requests/second", line),
        }
        None
    }

    fn resource(&mut self, key: &str, value: &str, line: u32) -> bool {
        let (metric, limit, example) = match key {
            "cpu" | "cpu usage" | "cpu utilization" => ("cpu_percent", quantity::cpu_percent(value), "< 80%"),
            "memory" | "ram" | "memory usage" => ("memory_bytes", quantity::bytes(value), "< 2GB"),
            "disk i/o" | "disk io" | "disk" => (
                "disk_bytes_per_sec",
                quantity::bytes_per_second(value),
                "< 50MB/s",
            ),
            _ => return false,
        };
        let lower = value.to_lowercase();
        let per_service = ["per service", "per container", "per task", "per instance", "each"]
            .iter()
            .any(|words| lower.contains(words));
        match limit {
            Ok((Side::Above, _)) => self.wrong_side(key, value, line),
            Ok((_, limit)) => self.out.resources.push(At::new(
                ResourceLimit {
                    metric,
                    limit,
                    per_service,
                },
                line,
            )),
            Err(why) => self.unclear(key, value, why, example, line),
        }
        true
    }

    fn load(&mut self, key: &str, value: &str, line: u32) -> bool {
        let field = match key {
            "ramp up" | "rampup" => &mut self.out.ramp_up,
            "sustained" | "sustained load" | "steady state" | "duration" | "hold" => &mut self.out.sustained,
            "ramp down" | "rampdown" => &mut self.out.ramp_down,
            "threads" | "connections" | "concurrent connections" | "concurrency" => {
                let count = value
                    .split([' ', '('])
                    .next()
                    .and_then(|count| count.replace(',', "").parse().ok());
                match (count, key) {
                    (Some(count), "threads") => self.out.threads = Some(At::new(count, line)),
                    (Some(count), _) => self.out.connections = Some(At::new(count, line)),
                    (None, _) => self.unclear(key, value, Unclear::NoNumber, "100", line),
                }
                return true;
            }
            _ => return false,
        };
        match quantity::seconds(value) {
            Ok(seconds) => *field = Some(At::new(seconds, line)),
            Err(why) => self.unclear(key, value, why, "5 minutes", line),
        }
        true
    }

    fn unclear(&mut self, words: &str, value: &str, why: Unclear, example: &str, line: u32) {
        let what = format!("{words}: {} {why}", quoted(value));
        self.oddities.add(
            line,
            "unknown_unit",
            format!("{what}, so it limits nothing"),
            Some(&format!("write it like `{example}`")),
        );
        self.out.unread.push(At::new(what, line));
    }

    fn wrong_side(&mut self, words: &str, value: &str, line: u32) {
        let what = format!("{words}: {} points the wrong way", quoted(value));
        self.oddities.add(
            line,
            "wrong_side",
            format!("{what}, so it limits nothing"),
            Some("a time or a resource is held below its limit, a rate above it"),
        );
        self.out.unread.push(At::new(what, line));
    }

    fn given_twice(&mut self, words: &str, first: u32, line: u32) {
        self.oddities.add(
            line,
            "given_twice",
            format!("{words} is limited on line {first} already; that one counts"),
            None,
        );
    }

    fn not_checked(&mut self, text: &str, line: u32) {
        self.oddities.add(
            line,
            "not_checked",
            format!(
                "{} is nothing that is measured; nobody will check it",
                quoted(text)
            ),
            None,
        );
    }
}

/// The percentiles that a text names, with where each name begins and ends: `p99.9`, `95th percentile`.
fn mentions(text: &str) -> Vec<(f64, usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let starts_word = before.is_none_or(|before| !before.is_ascii_alphanumeric() && before != b'.');
        let marked = matches!(bytes[at], b'p' | b'P');
        if !starts_word || !(marked || bytes[at].is_ascii_digit()) {
            at += 1;
            continue;
        }
        let digits = at + usize::from(marked);
        let end = number_end(bytes, digits);
        let rest = text.get(end..).unwrap_or_default();
        let ordinal = ["th", "st", "nd", "rd"].iter().find_map(|ending| {
            let rest = rest
                .strip_prefix(ending)?
                .trim_start()
                .strip_prefix("percentile")?;
            Some(text.len() - rest.len())
        });
        let over = match (marked, ordinal) {
            (true, _) if !rest.starts_with(|c: char| c.is_alphanumeric()) => Some(end),
            (false, Some(over)) => Some(over),
            _ => None,
        };
        if let (Some(over), Some(percentile)) = (over, percentile(&text[digits..end])) {
            found.push((percentile, at, over));
        }
        at = end.max(at + 1);
    }
    found
}

/// Where a number with an optional fraction ends.
fn number_end(bytes: &[u8], from: usize) -> usize {
    let digits = |from: usize| {
        let length = bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        from + length
    };
    let whole = digits(from);
    if bytes.get(whole) == Some(&b'.') && bytes.get(whole + 1).is_some_and(u8::is_ascii_digit) {
        digits(whole + 1)
    } else {
        whole
    }
}

/// A percentile; `p999` is 99.9, as some write it.
fn percentile(digits: &str) -> Option<f64> {
    let value: f64 = match digits {
        short if short.len() > 2 && short.starts_with("99") && !short.contains('.') => {
            format!("99.{}", &short[2..]).parse().ok()?
        }
        _ => digits.parse().ok()?,
    };
    (value > 0.0 && value <= 100.0).then_some(value)
}
