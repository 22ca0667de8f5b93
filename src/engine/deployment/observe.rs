//! The observation: numbers are looked at for a while, each at its own pace.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{Error, Ledger, Site, wait};
use crate::deploy::journal::{Event, PhaseOutcome};
use crate::deploy::metric::{self, Reading, Series};
use crate::deploy::procedure::Request;
use crate::deploy::web;
use crate::model::config::{Command, Metric};
use crate::process::{End, Invocation, KeepRaw, signals};

/// The time that one look may take.
const LOOK: Duration = Duration::from_secs(30);

/// A series and when it is looked at next.
struct Due {
    series: Series,
    at: Instant,
    ended: Option<(PhaseOutcome, String)>,
}

/// Watches until it is decided how it went.
pub(super) fn run(site: &Site<'_>, ledger: &mut Ledger<'_>) -> Result<(PhaseOutcome, String), Error> {
    ledger.add(Event::ObserveStarted)?;
    let now = Instant::now();
    let watch = metric::watch(site.settings, &site.plan.triggers);
    let mut all: Vec<Due> = watch
        .watched
        .into_iter()
        .map(|watched| Due {
            at: now + watched.metric.initial_delay.get(),
            series: Series::new(watched),
            ended: None,
        })
        .collect();
    while let Some(due) = all
        .iter_mut()
        .filter(|due| due.ended.is_none())
        .min_by_key(|due| due.at)
    {
        wait(site.cancel, due.at.saturating_duration_since(Instant::now()));
        if site.cancel.is_requested() {
            return Ok((PhaseOutcome::Inconclusive, "sdd was told to stop".to_owned()));
        }
        let reading = look(site, due.series.metric());
        if site.cancel.is_requested() {
            return Ok((PhaseOutcome::Inconclusive, "sdd was told to stop".to_owned()));
        }
        let outcome = due.series.take(&reading);
        due.at += due.series.metric().interval.get();
        let (value, reason) = match reading {
            Reading::Number(number) => (Some(number), None),
            Reading::Nothing(why) | Reading::Error(why) => (None, Some(why)),
        };
        ledger.add(Event::Measured {
            metric: due.series.metric().name.clone(),
            value,
            outcome,
            reason,
        })?;
        due.ended = due.series.outcome();
        // One that failed decides over all of them.
        if matches!(due.ended, Some((PhaseOutcome::Failed, _))) {
            break;
        }
    }
    let ended: Vec<(PhaseOutcome, String)> = all.into_iter().filter_map(|due| due.ended).collect();
    let (outcome, reason) = metric::join(&ended);
    ledger.add(Event::ObserveEnded {
        outcome,
        reason: reason.clone(),
    })?;
    Ok((outcome, reason))
}

fn look(site: &Site<'_>, metric: &Metric) -> Reading {
    if let Some(command) = &metric.command {
        return by_command(site, command);
    }
    let Some(http) = &metric.http else {
        return Reading::Error("nothing says how it is had".to_owned());
    };
    let url = match web::address(&http.url, site.target.said.url.as_deref()) {
        Ok(url) => url,
        Err(none) => return Reading::Error(none.0),
    };
    let request = Request {
        method: "GET".to_owned(),
        url: url.clone(),
        headers: Vec::new(),
        body: None,
    };
    match web::ask(&request, &url, LOOK) {
        Err(none) => Reading::Error(none.0),
        Ok(answer) if !(200..300).contains(&answer.status) => {
            Reading::Error(format!("status {}", answer.status))
        }
        Ok(answer) => match &http.json {
            Some(pointer) => Reading::of_json(&answer.body, pointer),
            None => Reading::of_text(&String::from_utf8_lossy(&answer.body)),
        },
    }
}

fn by_command(site: &Site<'_>, command: &Command) -> Reading {
    let mut invocation = match invocation(site, command, LOOK) {
        Ok(invocation) => invocation,
        Err(why) => return Reading::Error(why),
    };
    invocation.raw = KeepRaw::Ends;
    match site.runner.run(&invocation) {
        Err(error) => Reading::Error(format!("it could not be run: {error}")),
        Ok(outcome) => match outcome.end {
            End::Code(0) => Reading::of_text(&String::from_utf8_lossy(&outcome.read_stdout().bytes())),
            End::Code(code) => Reading::Error(format!("exit code {code}")),
            End::Signal(signal) => Reading::Error(format!("killed by {}", signals::name(signal))),
            End::TimedOut => Reading::Error("it took too long".to_owned()),
            End::Cancelled => Reading::Error("it was ended".to_owned()),
        },
    }
}

/// A command of the settings as it is run in the project.
///
/// # Errors
///
/// Where its program is not there.
pub(super) fn invocation(
    site: &Site<'_>,
    command: &Command,
    timeout: Duration,
) -> Result<Invocation, String> {
    let (program, args): (&str, Vec<String>) = match command {
        Command::Words(words) => (words.first().map_or("", String::as_str), words[1..].to_vec()),
        Command::Shell(text) => ("sh", vec!["-c".to_owned(), text.clone()]),
    };
    let root = site.store.root();
    let found: Option<PathBuf> = (site.find)(program);
    let found = found.ok_or_else(|| format!("{program} is not installed"))?;
    Ok(Invocation::new(found, root, timeout).args(args))
}
