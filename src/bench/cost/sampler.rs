//! Reads counters during a load: the difference of what only grows, and the most of what goes up and down.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use std::sync::Arc;

use super::{Reading, Service};
use crate::bench::round::ServiceCost;

/// The time between two readings.
const EVERY: Duration = Duration::from_millis(200);

/// A thread that reads the counters of services until it is told to end.
pub struct Sampler {
    end: Sender<()>,
    thread: JoinHandle<BTreeMap<String, ServiceCost>>,
}

impl Sampler {
    /// Begins to read, the first time before this comes back: what is used from then on counts.
    pub fn start(services: &Arc<[Service]>) -> Self {
        let (end, ended) = channel();
        let services = Arc::clone(services);
        let first = all(&services);
        let thread = spawn(move || watch(&services, &first, &ended));
        Self { end, thread }
    }

    /// Reads once more and tells what each service used.
    pub fn finish(self) -> BTreeMap<String, ServiceCost> {
        drop(self.end);
        // A reader that panicked has measured nothing.
        self.thread.join().unwrap_or_default()
    }
}

fn watch(
    services: &[Service],
    first: &[Option<Reading>],
    ended: &Receiver<()>,
) -> BTreeMap<String, ServiceCost> {
    let mut most: Vec<Option<u64>> = first
        .iter()
        .map(|first| first.and_then(|first| first.memory))
        .collect();
    loop {
        let is_over = ended.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout);
        let now = all(services);
        for (most, now) in most.iter_mut().zip(&now) {
            // Where memory could not be read once, the most is not known.
            *most = most
                .zip(now.and_then(|now| now.memory))
                .map(|(most, now)| most.max(now));
        }
        if is_over {
            let costs = first
                .iter()
                .zip(&now)
                .zip(&most)
                .map(|((first, now), most)| match (first, now) {
                    (Some(first), Some(now)) => cost(first, now, *most),
                    _ => ServiceCost::default(),
                });
            return services
                .iter()
                .map(|service| service.name.clone())
                .zip(costs)
                .collect();
        }
    }
}

/// What each service used until now. All are asked at the same time: an engine may take a second to tell of one container.
fn all(services: &[Service]) -> Vec<Option<Reading>> {
    let [first, others @ ..] = services else {
        return Vec::new();
    };
    std::thread::scope(|scope| {
        let asked: Vec<_> = others.iter().map(|one| scope.spawn(|| whole(one))).collect();
        let first = whole(first);
        // A reader that panicked has read nothing.
        let others = asked.into_iter().map(|one| one.join().unwrap_or_default());
        std::iter::once(first).chain(others).collect()
    })
}

/// What all parts of a service used until now; `None` where one of them cannot be read.
fn whole(service: &Service) -> Option<Reading> {
    let mut parts = service.parts.iter().map(|part| part.read());
    let first = parts.next()??;
    parts.try_fold(first, |sum, part| Some(sum.plus(part?)))
}

/// What was used between two readings. A counter that went back belongs to something else: it was not measured.
fn cost(first: &Reading, last: &Reading, memory_peak: Option<u64>) -> ServiceCost {
    let grown = |first: Option<u64>, last: Option<u64>| last?.checked_sub(first?);
    let time = |first: Option<Duration>, last: Option<Duration>| last?.checked_sub(first?);
    ServiceCost {
        cpu: time(first.cpu, last.cpu),
        memory_peak_bytes: memory_peak,
        disk_read_bytes: grown(first.disk_read, last.disk_read),
        disk_write_bytes: grown(first.disk_written, last.disk_written),
        throttled: time(first.throttled, last.throttled),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::bench::cost::Counter;

    /// Gives these readings one after the other, and the last of them for ever.
    struct Script(Mutex<Vec<Option<Reading>>>);

    impl Counter for Script {
        fn read(&self) -> Option<Reading> {
            let mut left = self.0.lock().unwrap();
            if left.len() > 1 { left.remove(0) } else { left[0] }
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "a counter's answer")]
    fn reading(cpu_ms: u64, memory: u64) -> Option<Reading> {
        Some(Reading {
            cpu: Some(Duration::from_millis(cpu_ms)),
            memory: Some(memory),
            disk_read: Some(cpu_ms),
            ..Reading::default()
        })
    }

    #[track_caller]
    fn check(parts: &[&[Option<Reading>]], expect: ServiceCost) {
        let parts = parts
            .iter()
            .map(|script| Box::new(Script(Mutex::new(script.to_vec()))) as Box<dyn Counter>);
        let service = Service {
            name: "api".to_owned(),
            parts: parts.collect(),
        };
        let sampler = Sampler::start(&Arc::from([service]));
        assert_eq!(sampler.finish(), BTreeMap::from([("api".to_owned(), expect)]));
    }

    #[test]
    fn what_grows_is_subtracted_and_of_memory_the_most_counts() {
        let expect = ServiceCost {
            cpu: Some(Duration::from_millis(40)),
            memory_peak_bytes: Some(70),
            disk_read_bytes: Some(40),
            ..ServiceCost::default()
        };
        check(&[&[reading(10, 70), reading(50, 30)]], expect);
        let both = ServiceCost {
            cpu: Some(Duration::from_millis(45)),
            memory_peak_bytes: Some(80),
            disk_read_bytes: Some(45),
            ..ServiceCost::default()
        };
        check(
            &[
                &[reading(10, 70), reading(50, 30)],
                &[reading(0, 10), reading(5, 10)],
            ],
            both,
        );
    }

    #[test]
    fn what_cannot_be_read_was_not_measured() {
        check(&[&[reading(10, 70), None]], ServiceCost::default());
        check(&[&[None, reading(10, 70)]], ServiceCost::default());
        check(&[&[reading(10, 70)], &[None]], ServiceCost::default());
        check(&[], ServiceCost::default());
        let restarted = ServiceCost {
            memory_peak_bytes: Some(70),
            ..ServiceCost::default()
        };
        check(&[&[reading(10, 70), reading(5, 70)]], restarted);
    }

    /// Tells nothing unless as many as this are asked at the same time.
    struct Meets(Arc<std::sync::atomic::AtomicUsize>, usize);

    impl Counter for Meets {
        fn read(&self) -> Option<Reading> {
            use std::sync::atomic::Ordering;
            self.0.fetch_add(1, Ordering::SeqCst);
            let begin = std::time::Instant::now();
            while self.0.load(Ordering::SeqCst) < self.1 {
                if begin.elapsed() > Duration::from_secs(20) {
                    return None;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            Some(Reading::default())
        }
    }

    #[test]
    fn services_are_asked_at_the_same_time() {
        let here = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let service = |name: &str| Service {
            name: name.to_owned(),
            parts: vec![Box::new(Meets(Arc::clone(&here), 3))],
        };
        let services = [service("a"), service("b"), service("c")];
        assert_eq!(all(&services), [Some(Reading::default()); 3]);
        assert_eq!(all(&[]), []);
    }
}
