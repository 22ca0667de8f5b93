//! The lock of an environment: one deployment at a time.
//!
//! A lock of the operating system dies with its process, and it may not reach other machines. So its holder writes down
//! who and where it is and until when that holds, and renews it while it works. A dead holder on this machine, and one
//! elsewhere whose time is over, are followed by the next.
//!
//! The work trees of one repository have each a `.session/` of their own and deploy to the same environment. So a second lock of
//! the operating system lies where they meet.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::files;
use crate::process::clock::Clock;
use crate::process::identity::{Identity, Life};
use crate::store::{self, Error, Overwrite, Store, lock, pretty};

/// For how long a lock holds that nobody renews.
const TERM: TimeDelta = TimeDelta::minutes(15);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(60);

/// For how long a lock is waited for that somebody only looks at.
const LOOK: Duration = Duration::from_millis(200);

/// Where all work trees of a repository meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The directory that git keeps for all of them.
    pub directory: PathBuf,
    /// The project's directory relative to the top of each.
    pub project: String,
}

impl Meeting {
    /// The lock of an environment of the project.
    fn lock(&self, environment: &str) -> String {
        let project = super::sha256(self.project.as_bytes());
        format!("sdd/deployments/{}/{environment}.lock", &project[..12])
    }

    /// Takes that lock.
    fn take(&self, environment: &str, who: &str) -> Result<lock::Guard, NoLock> {
        lock::acquire_below(&self.directory, &self.lock(environment), who, LOOK).map_err(
            |error| match error {
                Error::Locked { holder, .. } => NoLock::Busy {
                    environment: environment.to_owned(),
                    holder: format!("{holder}, in another work tree of this repository"),
                },
                error => error.into(),
            },
        )
    }
}

/// Who is at work in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtWork {
    /// Somebody in this project.
    Here(String),
    /// Somebody in another work tree of the repository: what is recorded there is not seen here.
    Elsewhere(String),
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub owner: Identity,
    /// Its machine.
    pub host: String,
    /// The command.
    pub command: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when, unless it is renewed.
    pub expires: DateTime<Utc>,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "pid {} on {} (sdd deploy {}, since {})",
            self.owner.pid,
            self.host,
            self.command,
            self.since.format("%Y-%m-%d %H:%M:%S UTC")
        )
    }
}

/// What may be done about somebody else's lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It does not, and why.
    Over(String),
}

impl Holder {
    /// Whether a lock that was written down by this holder holds, when the operating system has given it to us.
    pub fn standing(&self, host: &str, now: DateTime<Utc>) -> Standing {
        self.standing_of((self.host == host).then(|| self.owner.life()), now)
    }

    fn standing_of(&self, life: Option<Life>, now: DateTime<Utc>) -> Standing {
        match life {
            Some(Life::Dead) => Standing::Over(format!("{self} is dead")),
            Some(Life::Unknown) | None if now >= self.expires => Standing::Over(format!(
                "the lock of {self} was over at {}",
                self.expires.format("%H:%M:%S UTC")
            )),
            Some(Life::Alive | Life::Unknown) | None => Standing::Holds,
        }
    }
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NoLock {
    /// Somebody else is at it.
    #[error("a deployment to {environment} is going on: {holder}")]
    Busy {
        /// The environment.
        environment: String,
        /// Who.
        holder: String,
    },
    /// State cannot be read or written.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A lock, held until this is dropped.
pub struct Held {
    _guard: lock::Guard,
    _shared: Option<lock::Guard>,
    store: Store,
    record: String,
    renewal: Option<(Sender<()>, JoinHandle<()>)>,
    /// Whose lock was taken over, and why.
    pub took_over: Option<String>,
    /// What was written down.
    pub holder: Holder,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.renewal.take() {
            drop(stop);
            let _panicked = thread.join();
        }
        // What is left says who it was, and that process is dead.
        let _left = self.store.remove(&self.record);
    }
}

fn record(environment: &str) -> String {
    format!("{}/lock.json", files::directory(environment))
}

/// The name of this machine.
pub fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"))
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this machine".to_owned())
}

/// Takes the lock of an environment at once, or says who has it. `meeting` is where other work trees would take it, too.
pub fn take(
    store: &Store,
    environment: &str,
    command: &str,
    clock: Clock,
    meeting: Option<&Meeting>,
) -> Result<Held, NoLock> {
    let directory = files::directory(environment);
    store.make_directory(&directory)?;
    let rel = record(environment);
    let busy = |holder: String| NoLock::Busy {
        environment: environment.to_owned(),
        holder,
    };
    let path = store.path(&format!("{directory}/lock"));
    let who = format!("sdd deploy {command}");
    let guard = match lock::acquire(&path, &who, LOOK, &|_| {}) {
        Ok(guard) => guard,
        Err(Error::Locked { holder, .. }) => {
            let said = holder_of(store, environment).ok().flatten();
            return Err(busy(said.map_or(holder, |holder| holder.to_string())));
        }
        Err(error) => return Err(error.into()),
    };
    let now = clock.now();
    let host = host();
    let took_over = match holder_of(store, environment)? {
        None => None,
        Some(holder) => match holder.standing(&host, now) {
            Standing::Holds => return Err(busy(holder.to_string())),
            Standing::Over(why) => Some(why),
        },
    };
    let in_root = format!("{who} in {}", store.root().display());
    let shared = meeting
        .map(|meeting| meeting.take(environment, &in_root))
        .transpose()?;
    let holder = Holder {
        owner: Identity::own(),
        host,
        command: command.to_owned(),
        since: now,
        expires: now + TERM,
    };
    write(store, &rel, &holder)?;
    let renewal = renew(store.clone(), rel.clone(), holder.clone(), clock);
    Ok(Held {
        _guard: guard,
        _shared: shared,
        store: store.clone(),
        record: rel,
        renewal,
        took_over,
        holder,
    })
}

fn write(store: &Store, rel: &str, holder: &Holder) -> Result<(), Error> {
    let value = serde_json::to_value(holder).unwrap_or_default();
    store.write(rel, pretty(&value).as_bytes(), Overwrite::Replace)?;
    Ok(())
}

/// Renews the lock for as long as the sender lives.
fn renew(store: Store, rel: String, holder: Holder, clock: Clock) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = channel();
    let thread = std::thread::Builder::new().name("deploy-lock".to_owned());
    let started = thread.spawn(move || {
        while stopped.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
            let renewed = Holder {
                expires: clock.now() + TERM,
                ..holder.clone()
            };
            // What cannot be renewed now is tried again; there is time for that.
            let _unwritten = write(&store, &rel, &renewed);
        }
    });
    started.ok().map(|thread| (stop, thread))
}

/// Who has written down that he holds the lock. What cannot be read is nobody known, and an error.
pub fn holder_of(store: &Store, environment: &str) -> Result<Option<Holder>, Error> {
    let rel = record(environment);
    let Some(bytes) = store::read_inside(store.root(), &rel, store::SMALL)? else {
        return Ok(None);
    };
    // It is written whole or not at all, so that what cannot be read was written by something else.
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| Error::Broken {
            path: store.path(&rel),
            line: error.line(),
            column: error.column(),
            why: "no lock of sdd's".to_owned(),
            candidates: Vec::new(),
        })
}

/// Who is at work in an environment on this machine; none where its lock is free.
pub fn at_work(store: &Store, environment: &str, meeting: Option<&Meeting>) -> Option<AtWork> {
    const WHO: &str = "sdd deploy status";
    let path = store.path(&format!("{}/lock", files::directory(environment)));
    if path.is_file()
        && let Err(Error::Locked { holder, .. }) = lock::acquire(&path, WHO, Duration::ZERO, &|_| {})
    {
        let said = holder_of(store, environment).ok().flatten();
        return Some(AtWork::Here(said.map_or(holder, |holder| holder.to_string())));
    }
    let meeting = meeting?;
    let rel = meeting.lock(environment);
    if !meeting.directory.join(&rel).is_file() {
        return None;
    }
    match lock::acquire_below(&meeting.directory, &rel, WHO, Duration::ZERO) {
        Err(Error::Locked { holder, .. }) => Some(AtWork::Elsewhere(holder)),
        _ => None,
    }
}

/// Releases a lock that somebody left; gives what was written down.
///
/// # Errors
///
/// [`NoLock::Busy`] while its process lives on this machine, or somebody is at work in another work tree.
pub fn release(
    store: &Store,
    environment: &str,
    meeting: Option<&Meeting>,
) -> Result<Option<String>, NoLock> {
    // A lock where the work trees meet dies with its process, so that nothing of it can be left.
    if let Some(AtWork::Elsewhere(holder)) = at_work(store, environment, meeting) {
        return Err(NoLock::Busy {
            environment: environment.to_owned(),
            holder: format!("{holder}, in another work tree of this repository"),
        });
    }
    let directory = files::directory(environment);
    if !store.path(&directory).is_dir() {
        return Ok(None);
    }
    let path = store.path(&format!("{directory}/lock"));
    let holder = holder_of(store, environment);
    let busy = |holder: String| NoLock::Busy {
        environment: environment.to_owned(),
        holder,
    };
    let _guard = match lock::acquire(&path, "sdd deploy unlock", Duration::ZERO, &|_| {}) {
        Ok(guard) => guard,
        Err(Error::Locked { holder, .. }) => return Err(busy(holder)),
        Err(error) => return Err(error.into()),
    };
    let said = match holder {
        Ok(None) => return Ok(None),
        Ok(Some(holder)) => {
            if holder.host == host() && holder.owner.life() == Life::Alive {
                return Err(busy(holder.to_string()));
            }
            holder.to_string()
        }
        Err(_) => "a lock that cannot be read".to_owned(),
    };
    store.remove(&record(environment))?;
    Ok(Some(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        (temp, store)
    }

    fn moment(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn holder(host: &str) -> Holder {
        Holder {
            owner: Identity::own(),
            host: host.to_owned(),
            command: "run".to_owned(),
            since: moment(0),
            expires: moment(15),
        }
    }

    #[test]
    fn the_life_of_the_holder_counts_and_elsewhere_the_time() {
        let holds = |life: Option<Life>, minutes: i64| {
            holder("h").standing_of(life, moment(minutes)) == Standing::Holds
        };
        assert!(holds(Some(Life::Alive), 99));
        assert!(!holds(Some(Life::Dead), 0));
        for life in [None, Some(Life::Unknown)] {
            assert!(holds(life, 14));
            assert!(!holds(life, 15));
        }
    }

    #[test]
    fn one_at_a_time_and_free_afterwards() {
        let (_temp, store) = project();
        let held = take(&store, "staging", "run", Clock::System, None).unwrap();
        assert_eq!(held.took_over, None);
        let is_here = |who: AtWork| matches!(who, AtWork::Here(who) if who.contains("sdd deploy run"));
        assert!(at_work(&store, "staging", None).is_some_and(is_here));
        let refused = take(&store, "staging", "resume", Clock::System, None)
            .err()
            .unwrap();
        assert!(refused.to_string().contains("sdd deploy run"), "{refused}");
        assert!(matches!(
            release(&store, "staging", None),
            Err(NoLock::Busy { .. })
        ));
        // Another environment is another lock.
        drop(take(&store, "production", "run", Clock::System, None).unwrap());
        drop(held);
        assert_eq!(holder_of(&store, "staging").unwrap(), None);
        assert_eq!(at_work(&store, "staging", None), None);
        drop(take(&store, "staging", "run", Clock::System, None).unwrap());
    }

    #[test]
    fn work_trees_of_one_repository_have_one_lock() {
        let (_temp, one) = project();
        let (_other, two) = project();
        let common = tempfile::tempdir().unwrap();
        let meeting = |project: &str| Meeting {
            directory: common.path().to_owned(),
            project: project.to_owned(),
        };
        let (shop, site) = (meeting("shop"), meeting("site"));
        assert_eq!(at_work(&two, "staging", Some(&shop)), None);
        let held = take(&one, "staging", "run", Clock::System, Some(&shop)).unwrap();
        let refused = take(&two, "staging", "run", Clock::System, Some(&shop))
            .err()
            .unwrap()
            .to_string();
        assert!(
            refused.contains("in another work tree of this repository"),
            "{refused}"
        );
        assert!(refused.contains(&one.root().display().to_string()), "{refused}");
        assert_eq!(holder_of(&two, "staging").unwrap(), None);
        assert!(matches!(
            at_work(&two, "staging", Some(&shop)),
            Some(AtWork::Elsewhere(_))
        ));
        assert!(matches!(
            at_work(&one, "staging", Some(&shop)),
            Some(AtWork::Here(_))
        ));
        assert!(matches!(
            release(&two, "staging", Some(&shop)),
            Err(NoLock::Busy { .. })
        ));
        // Another project of the repository, and another environment, are other locks.
        drop(take(&two, "staging", "run", Clock::System, Some(&site)).unwrap());
        drop(take(&two, "production", "run", Clock::System, Some(&shop)).unwrap());
        drop(held);
        assert_eq!(release(&two, "staging", Some(&shop)).unwrap(), None);
        drop(take(&two, "staging", "run", Clock::System, Some(&shop)).unwrap());
    }

    #[test]
    fn a_dead_holder_is_followed_and_a_far_one_is_not() {
        let (_temp, store) = project();
        store.make_directory(&files::directory("staging")).unwrap();
        let mut dead = holder(&host());
        dead.owner.pid_start_time += 1;
        write(&store, &record("staging"), &dead).unwrap();
        let held = take(&store, "staging", "run", Clock::System, None).unwrap();
        assert!(
            held.took_over
                .as_deref()
                .is_some_and(|why| why.contains("is dead"))
        );
        drop(held);
        let far = Holder {
            expires: Clock::System.now() + TERM,
            ..holder("far-away")
        };
        write(&store, &record("staging"), &far).unwrap();
        let refused = take(&store, "staging", "run", Clock::System, None).err().unwrap();
        assert!(refused.to_string().contains("on far-away"), "{refused}");
        assert!(release(&store, "staging", None).unwrap().is_some());
        assert_eq!(release(&store, "staging", None).unwrap(), None);
        drop(take(&store, "staging", "run", Clock::System, None).unwrap());
    }
}
