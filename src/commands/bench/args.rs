//! The command line of a measurement, as ready values. What it does not say the settings of the project say.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ValueEnum, ValueHint};
use http::{HeaderName, HeaderValue, Method, Uri};

use crate::bench::aim::Wishes;
use crate::bench::cost::ComposeService;
use crate::bench::engine::available::Wanted;
use crate::bench::load::Pace;
use crate::bench::requirements::Requirement;
use crate::model::config::Benchmark;
use crate::parse::spec::quantity;

/// The rounds of `--quick`.
const QUICK: u32 = 5;

/// What is to be measured.
#[derive(Clone, Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct RunArgs {
    /// The work item [default: that of the open session]
    ///
    /// Its spec says what to measure and what is required, and the result is compared with its baseline.
    #[arg(value_name = "ID")]
    pub(super) id: Option<String>,
    /// What to ask [default: that of the spec]
    ///
    /// Several times for several addresses of one service. '3=POST URL @order.json' is asked three times as often as others, with
    /// a method and a body of its own.
    #[arg(long, value_name = "[WEIGHT=]URL", value_parser = weighted, value_hint = ValueHint::Url)]
    pub(super) url: Vec<Weighted>,
    /// Makes the load: auto, wrk, builtin or locust [default: auto]
    #[arg(long, hide_possible_values = true, value_enum, value_name = "ENGINE")]
    pub(super) engine: Option<EngineName>,
    /// The time of all rounds [default: of the spec, else 3s a round]
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    pub(super) duration: Option<Duration>,
    /// The rounds that have to count [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), allow_negative_numbers = true)]
    pub(super) rounds: Option<u32>,
    /// Half as many rounds
    #[arg(long, hide_short_help = true, conflicts_with = "rounds")]
    pub(super) quick: bool,
    /// Connections at the same time [default: of the spec, else 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), allow_negative_numbers = true)]
    pub(super) connections: Option<u32>,
    /// Threads of the generator [default: that of the spec, else 1]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256), allow_negative_numbers = true)]
    pub(super) threads: Option<u32>,
    /// Start this many requests a second, answered or not
    ///
    /// Without it each connection asks again when it was answered.
    #[arg(long, value_name = "N", value_parser = rate, allow_negative_numbers = true)]
    pub(super) rate: Option<f64>,
    /// The method [default: that of the spec, else GET]
    #[arg(long, hide_short_help = true, value_name = "METHOD")]
    pub(super) method: Option<Method>,
    /// A header, as NAME: VALUE
    #[arg(long, value_name = "HEADER", value_parser = header)]
    pub(super) header: Vec<(HeaderName, HeaderValue)>,
    /// A file whose content is sent as the body
    #[arg(long, hide_short_help = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) body: Option<PathBuf>,
    /// The time that an answer may take
    #[arg(long, hide_short_help = true, value_name = "TIME", default_value = "30s", value_parser = time, allow_hyphen_values = true)]
    pub(super) timeout: Duration,
    /// Open a connection for each request
    #[arg(long, hide_short_help = true)]
    pub(super) no_keep_alive: bool,
    /// Take certificates that this PEM file vouches for
    #[arg(long, hide_short_help = true, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "insecure")]
    pub(super) cacert: Option<PathBuf>,
    /// Take every certificate
    #[arg(long, hide_short_help = true)]
    pub(super) insecure: bool,
    /// What must be reached: p95=500ms, rps=100, errors=1%, cpu=80% …
    #[arg(long, value_name = "METRIC=LIMIT")]
    pub(super) require: Vec<Requirement>,
    /// The change against the baseline that matters, in percent [default: 10]
    #[arg(long, hide_short_help = true, value_name = "PERCENT", value_parser = percent, allow_negative_numbers = true)]
    pub(super) threshold: Option<f64>,
    /// An older version that runs beside the service
    ///
    /// The surest comparison: both are measured in the same moments.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(super) baseline_url: Option<Uri>,
    /// Read the cost of this process and what it has started [default: of the one that listens at the address, on this
    /// machine]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "PID",
        allow_negative_numbers = true
    )]
    pub(super) pid: Vec<i32>,
    /// Read the cost of this container, by its id or name; several times for several
    #[arg(long, hide_short_help = true, value_name = "CONTAINER")]
    pub(super) container: Vec<String>,
    /// Read the cost of this compose service, of all its containers; several times for several
    ///
    /// With PROJECT/SERVICE where more than one project has it.
    #[arg(long, hide_short_help = true, value_name = "SERVICE")]
    pub(super) service: Vec<ComposeService>,
    /// Let rounds count however busy the machine is with something else
    ///
    /// Such a run becomes a baseline with --accept only.
    #[arg(long, hide_short_help = true)]
    pub(super) allow_noise: bool,
    /// Make this run the baseline
    #[arg(long)]
    pub(super) accept: bool,
    /// Why it becomes the baseline
    #[arg(long, hide_short_help = true, value_name = "TEXT", requires = "accept")]
    pub(super) reason: Option<String>,
    /// Workers on other hosts that locust waits for; the command that joins is printed
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), allow_negative_numbers = true)]
    pub(super) workers: Option<u32>,
    /// Shorten the phases of the spec by this factor, to try them out [default: 1]
    #[arg(long, hide_short_help = true, value_name = "FACTOR", value_parser = factor, allow_negative_numbers = true)]
    pub(super) time_scale: Option<f64>,
}

/// An address, how often it is asked, and with what where that is not the same for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Weighted {
    pub(super) url: Uri,
    pub(super) weight: u32,
    pub(super) method: Option<Method>,
    pub(super) body: Option<PathBuf>,
}

/// What makes the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineName {
    /// wrk where it is there and can make the load, else builtin
    Auto,
    /// wrk
    Wrk,
    /// sdd's own generator: rates, weights, TLS that is verified
    Builtin,
    /// locust, from several processes or hosts
    Locust,
}

impl From<EngineName> for Wanted {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Auto => Self::Auto,
            EngineName::Wrk => Self::Wrk,
            EngineName::Builtin => Self::Builtin,
            EngineName::Locust => Self::Locust,
        }
    }
}

impl RunArgs {
    /// What the command line wishes for, and where it does not, the settings.
    pub(super) fn wishes(&self, settings: &Benchmark) -> Wishes {
        let rounds = if self.quick { Some(QUICK) } else { self.rounds };
        Wishes {
            connections: self.connections,
            threads: self.threads,
            pace: self.rate.map_or(Pace::Closed, Pace::PerSecond),
            timeout: self.timeout,
            rounds: rounds.unwrap_or(settings.rounds),
            duration: self.duration.or_else(|| settings.duration()),
            time_scale: self.time_scale.unwrap_or(settings.time_scale),
        }
    }
}

fn weighted(text: &str) -> Result<Weighted, String> {
    let (weight, rest) = match text.split_once('=') {
        Some((weight, rest)) if weight.bytes().all(|byte| byte.is_ascii_digit()) && !weight.is_empty() => (
            weight
                .parse()
                .map_err(|_| format!("the weight {weight} is too large"))?,
            rest,
        ),
        _ => (1, text),
    };
    if weight == 0 {
        return Err("an address with the weight 0 is never asked".to_owned());
    }
    let (rest, body) = match rest.split_once(" @") {
        Some((rest, file)) => (rest, Some(PathBuf::from(file.trim()))),
        None => (rest, None),
    };
    let (method, url) = match rest.trim().split_once(' ') {
        Some((method, url)) => (Some(method), url.trim()),
        None => (None, rest.trim()),
    };
    let is_method = |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase());
    let method = match method {
        Some(word) => {
            let known = Some(word).filter(is_method).and_then(|word| word.parse().ok());
            Some(known.ok_or_else(|| format!("{word:?} is no method"))?)
        }
        None => None,
    };
    let url: Uri = url.parse().map_err(|why| format!("{why}"))?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(Weighted {
            url,
            weight,
            method,
            body,
        }),
        (Some("http" | "https") | None, _) => Err("write it whole: http://localhost:8080/path".to_owned()),
        (Some(scheme), _) => Err(format!("{scheme} is not spoken here: http and https are")),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    const BOUNDS: &str = "a time lies between 1ms and a day";
    if text.starts_with('-') {
        return Err(BOUNDS.to_owned());
    }
    let seconds = match text.parse::<f64>() {
        Ok(seconds) => seconds,
        Err(_) => quantity::seconds(text).map_err(|why| format!("{why}; write it like 500ms, 30s or 2m"))?,
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if time >= Duration::from_millis(1) && time <= Duration::from_secs(86_400) => Ok(time),
        _ => Err(BOUNDS.to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 && rate <= 10_000_000.0 => Ok(rate),
        _ => Err("a rate is a number of requests per second, above 0".to_owned()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 1000.0 => Ok(percent),
        _ => Err("it is a percentage such as 10".to_owned()),
    }
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor > 0.0 && factor <= 1.0 => Ok(factor),
        _ => Err("it is a number above 0 and up to 1, such as 0.01".to_owned()),
    }
}

/// `NAME: VALUE`. One without a colon would be left out by many tools without a word.
fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("write it as NAME: VALUE")?;
    let name =
        HeaderName::try_from(name.trim()).map_err(|_| format!("{:?} is no name of a header", name.trim()))?;
    let value = HeaderValue::try_from(value.trim())
        .map_err(|_| "the value has characters that a header may not have".to_owned())?;
    if name == "host" || name == "content-length" {
        return Err(format!("{name} follows from the address and the body"));
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole_and_may_have_a_weight() {
        let read = |text| weighted(text).map(|one| (one.url.to_string(), one.weight));
        assert_eq!(
            read("http://localhost:1/a?b=c"),
            Ok(("http://localhost:1/a?b=c".to_owned(), 1))
        );
        assert_eq!(
            read("3=https://localhost/"),
            Ok(("https://localhost/".to_owned(), 3))
        );
        assert_eq!(
            read("0=http://localhost/").unwrap_err(),
            "an address with the weight 0 is never asked"
        );
        assert_eq!(
            read("localhost").unwrap_err(),
            "write it whole: http://localhost:8080/path"
        );
        assert_eq!(
            read("/health").unwrap_err(),
            "write it whole: http://localhost:8080/path"
        );
        assert_eq!(
            read("ftp://localhost/").unwrap_err(),
            "ftp is not spoken here: http and https are"
        );
    }

    #[test]
    fn an_address_may_have_a_method_and_a_body_of_its_own() {
        let read = |text| {
            let one = weighted(text)?;
            let words = (one.method.map(|method| method.to_string()), one.body);
            Ok::<_, String>((one.weight, words.0, one.url.to_string(), words.1))
        };
        let url = "http://localhost:1/a".to_owned();
        assert_eq!(
            read("3=POST http://localhost:1/a @order one.json"),
            Ok((
                3,
                Some("POST".to_owned()),
                url.clone(),
                Some("order one.json".into())
            ))
        );
        assert_eq!(
            read("PUT http://localhost:1/a"),
            Ok((1, Some("PUT".to_owned()), url.clone(), None))
        );
        assert_eq!(
            read("http://localhost:1/a @a.json"),
            Ok((1, None, url, Some("a.json".into())))
        );
        assert_eq!(
            read("post http://localhost:1/a").unwrap_err(),
            "\"post\" is no method"
        );
        assert!(read("POST").is_err());
    }

    #[test]
    fn times_and_rates_have_their_bounds() {
        assert_eq!(time("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(time("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1s", "inf", "2 days", "x", ""] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "-1", "NaN", "inf", "x"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
        assert_eq!(percent("10%"), Ok(10.0));
        assert!(percent("0").is_err() && percent("x").is_err());
        assert!(factor("0.01").is_ok() && factor("2").is_err() && factor("0").is_err());
    }

    #[test]
    fn a_header_has_a_name_and_a_value() {
        assert_eq!(
            header("X-A: b c").map(|(name, value)| format!("{name}={value:?}")),
            Ok("x-a=\"b c\"".to_owned())
        );
        for wrong in ["X-A", "a b: c", ": c", "X: a\nb", "Host: x", "Content-Length: 3"] {
            assert!(header(wrong).is_err(), "{wrong}");
        }
    }
}
