//! The measurement itself: warm-up, phases, and rounds in which the target and what it is compared with have their turns.
//!
//! Each round is a pair in the same moment, in an order by chance, so that what the machine does hits both. The host is watched
//! meanwhile; a round in which somebody else used it does not count and is repeated, up to twice as many rounds in all.

mod seat;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::aftermath::{Wait, is_refusal};
use super::cost::{Service, own_cpu};
use super::engine::{Engine, EngineError, Job, WarmUp};
use super::host::{self, Watch};
use super::load::{Load, Stretch, Target};
use super::round::{Noise, Round, clean};
use super::sample::Sample;
use super::statistics::random::Random;
use crate::process::Cancel;
use seat::Seat;

/// The share of its threads' time at which a generator may be what limits the throughput.
const GENERATOR_IS_BUSY: f64 = 0.85;
/// The length of a window of the warm-up, and how many there are at most.
const WINDOW: Duration = Duration::from_millis(500);
const WINDOWS: usize = 10;
/// Medians of so many windows agree when they differ by no more than this share.
const AGREEING: usize = 3;
const AGREEMENT: f64 = 0.05;

/// What is measured, and how.
pub struct Setup<'a> {
    /// What makes the load.
    pub engine: &'a dyn Engine,
    /// How hard it presses.
    pub load: Load,
    /// The service.
    pub target: Side<'a>,
    /// What it is compared with in each round.
    pub other: Option<Other<'a>>,
    /// How the load grows before and falls after; what is measured lies between.
    pub ramps: Ramps,
    /// The rounds that have to count.
    pub rounds: usize,
    /// The length of a round.
    pub length: Duration,
    /// Which rounds count.
    pub counting: Counting,
    /// Whence chance follows.
    pub seed: u64,
    /// The time of day.
    pub now: &'a dyn Fn() -> DateTime<Utc>,
}

/// One of the two that are measured.
#[derive(Clone)]
pub struct Side<'a> {
    /// What is asked.
    pub target: &'a Target,
    /// Who bears the cost.
    pub bearer: Bearer,
}

/// Who bears the cost of an answer.
#[derive(Clone)]
pub enum Bearer {
    /// These services; none when nothing is known of them.
    Services(Arc<[Service]>),
    /// This process itself, as it does for its reference server.
    Own,
}

/// Which rounds count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// Those in which the host did little else.
    #[default]
    Quiet,
    /// All of them, as the user asked for.
    Every,
}

/// What the target is compared with in the same moment.
pub struct Other<'a> {
    /// What is asked: the reference server, or an older version that runs beside the target.
    pub side: Side<'a>,
    /// For how long in each round.
    pub length: Duration,
}

/// The phases around what is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ramps {
    /// The time in which the load grows.
    pub up: Duration,
    /// The time in which it falls.
    pub down: Duration,
}

/// What is told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A window of the warm-up begins, counted from 1.
    WarmUp(usize),
    /// The load grows.
    RampUp,
    /// A round begins: its number from 1, the clean ones so far, and those that are wanted.
    Round {
        /// Its number from 1.
        number: usize,
        /// Rounds that count so far.
        clean: usize,
        /// Rounds that are wanted.
        wanted: usize,
    },
    /// A round is over.
    Seen(&'a Round),
    /// The load falls.
    RampDown,
    /// One answer is waited for, no longer than this.
    Wait(Duration),
}

impl Step<'_> {
    /// The same in words; `None` of what is over.
    pub fn said(&self) -> Option<String> {
        Some(match self {
            Self::WarmUp(window) => format!("warming up, window {window}"),
            Self::RampUp => "the load grows".to_owned(),
            Self::Round {
                number,
                clean,
                wanted,
            } => format!("round {number}: {clean} of {wanted} are clean"),
            Self::Seen(_) => return None,
            Self::RampDown => "the load falls".to_owned(),
            Self::Wait(longest) => format!("waiting for an answer, {longest:?} at most"),
        })
    }
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// While the load grew.
    pub ramp_up: Option<Sample>,
    /// All rounds, also those that do not count.
    pub rounds: Vec<Round>,
    /// While it fell.
    pub ramp_down: Option<Sample>,
    /// Whether the host could be watched: what it did besides is then known.
    pub host: Host,
    /// Why the service, which had answered before, could not be reached any more.
    pub gone: Option<String>,
    /// What came of waiting for an answer, after a round without one.
    pub waited: Option<Wait>,
    /// What became of what stands behind the service.
    pub standing: Standing,
    /// The statuses of its answers, as far as they are known.
    pub statuses: BTreeMap<u16, u64>,
    /// Whether it has answered at all.
    answered: bool,
}

/// What became of all that answers together, and not of the target alone, while it was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing that anybody knows of.
    #[default]
    Whole,
    /// A part is not any more what it was, so that the numbers are those of something broken: which, and why.
    Fallen(String),
    /// Nobody can say, and why.
    Unknown(String),
}

/// What is known of the host's other work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// Nothing: this kernel does not tell.
    #[default]
    Unknown,
    /// What a hypervisor kept; what others used could not be told from the service, whose own use is not known.
    StealOnly,
    /// All of it.
    Watched,
}

impl Run {
    /// Rounds that count.
    pub fn clean(&self) -> usize {
        clean(&self.rounds).count()
    }

    /// Whether the service has answered at all, if only while it warmed up.
    pub fn has_answered(&self) -> bool {
        self.answered
    }

    /// Whether what was measured, or something behind it, went away meanwhile.
    pub fn is_broken(&self) -> bool {
        self.gone.is_some() || matches!(self.standing, Standing::Fallen(_))
    }

    /// Whether its numbers are a measure of what it was to measure: something that was there and answered to its end.
    pub fn is_whole(&self) -> bool {
        self.gone.is_none() && self.waited.is_none() && self.standing == Standing::Whole
    }

    /// Whether nothing at all came back in the last round, not even an error.
    pub fn is_silent(&self) -> bool {
        let last = self.rounds.last().map(|round| &round.target);
        last.is_some_and(|target| target.requests == 0 && target.errors.total() == 0)
    }

    /// How phases have ended. That a service went away which had answered is something that was seen, and no error.
    fn noting(&mut self, setup: &Setup<'_>, ended: Result<(), EngineError>) -> Result<(), EngineError> {
        match ended {
            Err(EngineError::Unreachable { url, cause })
                if self.answered && setup.is_target(&url) && is_refusal(&cause) =>
            {
                self.gone = Some(cause);
                Ok(())
            }
            ended => ended,
        }
    }

    /// Everything that the rounds that count have seen of the target; `None` without such a round.
    pub fn sustained(&self) -> Option<Sample> {
        let mut rounds = clean(&self.rounds);
        let mut all = rounds.next()?.target.clone();
        for round in rounds {
            all.add(&round.target);
        }
        Some(all)
    }

    /// Whether the generator had so little time left that the service may be able to do more.
    pub fn is_limited_by_generator(&self, threads: u32) -> bool {
        let share = |round: &Round| {
            let time = round.target.duration.as_secs_f64() * f64::from(threads.max(1));
            let used = round.target.client_cpu?.as_secs_f64();
            (time > 0.0).then_some(used / time)
        };
        let shares: Vec<f64> = clean(&self.rounds).filter_map(share).collect();
        super::statistics::median(&shares).is_some_and(|share| share > GENERATOR_IS_BUSY)
    }
}

/// Measures until `setup.rounds` rounds count, or twice as many were made.
///
/// # Errors
///
/// Those of the engine: a service that is not there, a generator that fails, a request to stop.
pub fn measure(setup: &Setup<'_>, cancel: &Cancel, tell: &dyn Fn(Step<'_>)) -> Result<Run, EngineError> {
    let mut run = Run::default();
    let ended = phases(setup, &mut run, cancel, tell);
    run.noting(setup, ended)?;
    Ok(run)
}

/// All phases, one after the other.
fn phases(
    setup: &Setup<'_>,
    run: &mut Run,
    cancel: &Cancel,
    tell: &dyn Fn(Step<'_>),
) -> Result<(), EngineError> {
    warm_up(setup, run, cancel, tell)?;
    if setup.ramps.up > Duration::ZERO {
        tell(Step::RampUp);
        let stretch = Stretch {
            length: setup.ramps.up,
            from: 0.0,
            to: 1.0,
        };
        run.ramp_up = Some(setup.stretch(&setup.target, stretch, 1, cancel)?);
    }
    again(setup, run, cancel, tell)?;
    if setup.ramps.down > Duration::ZERO {
        tell(Step::RampDown);
        let stretch = Stretch {
            length: setup.ramps.down,
            from: 1.0,
            to: 0.0,
        };
        run.ramp_down = Some(setup.stretch(&setup.target, stretch, 2, cancel)?);
    }
    Ok(())
}

/// Measures as many rounds again, on top of those of a run.
///
/// # Errors
///
/// Those of the engine.
pub fn more(
    setup: &Setup<'_>,
    run: &mut Run,
    cancel: &Cancel,
    tell: &dyn Fn(Step<'_>),
) -> Result<(), EngineError> {
    let ended = again(setup, run, cancel, tell);
    run.noting(setup, ended)
}

fn again(
    setup: &Setup<'_>,
    run: &mut Run,
    cancel: &Cancel,
    tell: &dyn Fn(Step<'_>),
) -> Result<(), EngineError> {
    let (clean_before, made_before) = (run.clean(), run.rounds.len());
    let mut random = Random::new(setup.seed ^ made_before as u64);
    while run.clean() - clean_before < setup.rounds && run.rounds.len() - made_before < 2 * setup.rounds {
        let number = run.rounds.len() + 1;
        tell(Step::Round {
            number,
            clean: run.clean(),
            wanted: clean_before + setup.rounds,
        });
        let (round, host) = setup.round(number, &mut random, cancel)?;
        run.host = host;
        tell(Step::Seen(&round));
        let is_silent = round.target.requests == 0;
        run.answered |= !is_silent;
        run.rounds.push(round);
        // It will not answer in the other rounds either, and each of them would wait for it.
        if is_silent {
            break;
        }
    }
    Ok(())
}

/// Asks until three windows agree, or for ten of them, or as the engine has it: what a service does at first is not what it
/// does.
fn warm_up(
    setup: &Setup<'_>,
    run: &mut Run,
    cancel: &Cancel,
    tell: &dyn Fn(Step<'_>),
) -> Result<(), EngineError> {
    let mut medians: Vec<f64> = Vec::new();
    let (length, most) = match setup.engine.warm_up() {
        WarmUp::UntilSteady => (WINDOW, WINDOWS),
        WarmUp::Once(length) => (length, 1),
    };
    for window in 1..=most {
        tell(Step::WarmUp(window));
        let sample = setup.stretch(&setup.target, Stretch::steady(length), window as u64, cancel)?;
        if let Some(other) = setup.other.as_ref().filter(|_| window == 1) {
            setup.stretch(&other.side, Stretch::steady(length), 0, cancel)?;
        }
        run.answered |= sample.requests > 0;
        #[expect(clippy::cast_precision_loss, reason = "microseconds up to an hour")]
        medians.extend(sample.corrected.percentile(50.0).map(|median| median as f64));
        if agree(&medians) {
            break;
        }
    }
    Ok(())
}

/// Whether the last windows agree.
fn agree(medians: &[f64]) -> bool {
    let Some(last) = medians.len().checked_sub(AGREEING).map(|from| &medians[from..]) else {
        return false;
    };
    let most = last.iter().copied().fold(f64::MIN, f64::max);
    let lowest = last.iter().copied().fold(f64::MAX, f64::min);
    most - lowest <= AGREEMENT * most
}

impl Setup<'_> {
    /// Whether this is what is asked of the target, and not of what it is compared with.
    fn is_target(&self, url: &str) -> bool {
        let mut all = self.target.target.endpoints.iter();
        all.any(|endpoint| endpoint.url == *url)
    }

    fn stretch(
        &self,
        side: &Side<'_>,
        stretch: Stretch,
        salt: u64,
        cancel: &Cancel,
    ) -> Result<Sample, EngineError> {
        let job = Job {
            target: side.target,
            load: &self.load,
            stretch,
            seed: self.seed.wrapping_add(salt),
        };
        self.engine.measure(&job, cancel)
    }

    fn round(
        &self,
        number: usize,
        random: &mut Random,
        cancel: &Cancel,
    ) -> Result<(Round, Host), EngineError> {
        let at = (self.now)();
        let watch = Watch::start();
        let own_before = own_cpu();
        let turn = |side: &Side<'_>, length: Duration| {
            Seat::take(side, || {
                self.stretch(side, Stretch::steady(length), number as u64, cancel)
            })
        };
        let target = || turn(&self.target, self.length);
        let other = || {
            self.other
                .as_ref()
                .map(|other| turn(&other.side, other.length))
                .transpose()
        };
        let is_first = random.below(2) == 0;
        let (target, other) = if is_first {
            let target = target()?;
            (target, other()?)
        } else {
            let other = other()?;
            (target()?, other)
        };
        let own = own_cpu()
            .zip(own_before)
            .map(|(after, before)| after.saturating_sub(before));
        let others = other.as_ref().map_or(Some(Duration::ZERO), |seat| seat.cpu);
        let used = own
            .zip(target.cpu)
            .zip(others)
            .map(|((own, target), other)| own + target + other);
        let (noise, host) = match (watch.finish(used.unwrap_or_default()), used) {
            (Some(noise), Some(_)) => (noise, Host::Watched),
            (Some(noise), None) => (
                Noise {
                    foreign_cpu: 0.0,
                    ..noise
                },
                Host::StealOnly,
            ),
            (None, _) => (Noise::default(), Host::Unknown),
        };
        let (other_sample, other_cost) =
            other.map_or_else(Default::default, |seat| (Some(seat.sample), seat.cost));
        let round = Round {
            at,
            target: target.sample,
            reference: other_sample,
            services: target.cost,
            reference_services: other_cost,
            clean: self.counting == Counting::Every || host::is_quiet(&noise),
            noise,
        };
        Ok((round, host))
    }
}

#[cfg(test)]
mod tests;
