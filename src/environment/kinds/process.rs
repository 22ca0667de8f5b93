//! A process runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};

/// A process runs on this machine. That it does is not yet that it works. This run of sdd, what it started and what it was
/// started by do not count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    /// The name of its program, without directories.
    name: String,
    /// How many must run at least.
    #[serde(default = "one")]
    at_least: u32,
}

fn one() -> u32 {
    1
}

impl Settings for Process {
    fn wrong(&self) -> Option<(&'static str, String)> {
        if self.name.is_empty() || self.name.contains('/') {
            return Some((
                "name",
                "expected the name of a program, without directories".to_owned(),
            ));
        }
        (self.at_least == 0).then(|| ("at_least", "expected a number above zero".to_owned()))
    }
}

impl Check for Process {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let name = &self.name;
        let count = match count(name) {
            Ok(count) => count,
            Err(error) => return Seen::error(format!("nobody can tell which processes run: {error}")),
        };
        let seen = match count {
            0 => Seen::failed(format!("no process {name} runs")),
            count if count < self.at_least => Seen::failed(format!(
                "{count} processes {name} run, fewer than {}",
                self.at_least
            )),
            1 => Seen::passed(format!("a process {name} runs")),
            count => Seen::passed(format!("{count} processes {name} run")),
        };
        seen.observed(count.to_string())
    }
}

/// How many processes have a program of this name. Those that end while they are looked at do not count.
fn count(name: &str) -> std::io::Result<u32> {
    let mut found = Vec::new();
    let mut table = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let stat = std::fs::read(entry.path().join("stat")).unwrap_or_default();
        table.extend(place(&stat).map(|place| (id, place)));
        if std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| is_of(&line, name)) {
            found.push(id);
        }
    }
    let own = of_this_run(&table, std::process::id());
    let others = found.iter().filter(|id| !own.contains(id)).count();
    Ok(u32::try_from(others).unwrap_or(u32::MAX))
}

/// Where a process stands: its parent and its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    parent: u32,
    session: u32,
}

/// The place by the text of `stat` (proc(5)): `PID (NAME) STATE PARENT GROUP SESSION …`, where a name may hold anything.
fn place(stat: &[u8]) -> Option<Place> {
    let text = String::from_utf8_lossy(stat);
    let (_, behind) = text.rsplit_once(')')?;
    let mut fields = behind.split_whitespace().skip(1);
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    Some(Place { parent, session })
}

/// The processes of this run: sdd itself, what it started, and those that it was started by in the same session. What stands
/// above the session, such as a service manager, runs by itself.
fn of_this_run(table: &BTreeMap<u32, Place>, own: u32) -> BTreeSet<u32> {
    let mut run = BTreeSet::from([own]);
    let session = table.get(&own).map(|place| place.session);
    let mut next = table.get(&own).map(|place| place.parent);
    while let Some(id) = next.filter(|id| *id > 1) {
        let Some(place) = table.get(&id).filter(|place| Some(place.session) == session) else {
            break;
        };
        if !run.insert(id) {
            break;
        }
        next = Some(place.parent);
    }
    let mut started = BTreeSet::from([own]);
    loop {
        let children: Vec<u32> = table
            .iter()
            .filter(|(id, place)| started.contains(&place.parent) && !started.contains(id))
            .map(|(id, _)| *id)
            .collect();
        if children.is_empty() {
            break;
        }
        started.extend(children);
    }
    run.extend(started);
    run
}

/// Whether the program of a command line (proc(5), words that end with NUL) has this name.
fn is_of(line: &[u8], name: &str) -> bool {
    let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
    let program = String::from_utf8_lossy(program);
    // Servers that rename themselves write `nginx: master process …`.
    let word = program.split([' ', ':']).next().unwrap_or_default();
    [&*program, word]
        .iter()
        .any(|program| Path::new(program).file_name().is_some_and(|own| own == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_run_of_sdd_does_not_count() {
        // 10 is a service manager, 20 a shell of the session, 30 sdd, 40 and 50 what it started, 60 a service beside it.
        let table: BTreeMap<u32, Place> = [
            (1, 0, 1),
            (10, 1, 10),
            (20, 10, 20),
            (30, 20, 20),
            (40, 30, 40),
            (50, 40, 40),
            (60, 20, 20),
        ]
        .into_iter()
        .map(|(id, parent, session)| (id, Place { parent, session }))
        .collect();
        assert_eq!(of_this_run(&table, 30), BTreeSet::from([20, 30, 40, 50]));
        assert_eq!(of_this_run(&BTreeMap::new(), 30), BTreeSet::from([30]));
    }

    #[test]
    fn the_place_of_a_process_is_read_behind_its_name() {
        let stat = b"42 (a) b) (c) S 7 8 9 0 -1";
        assert_eq!(
            place(stat),
            Some(Place {
                parent: 7,
                session: 9
            })
        );
        assert_eq!(place(b""), None);
    }

    #[test]
    fn a_program_is_known_by_its_name() {
        assert!(is_of(b"/usr/sbin/nginx\0-g\0", "nginx"));
        assert!(is_of(b"nginx: master process /usr/sbin/nginx\0", "nginx"));
        assert!(!is_of(b"/usr/bin/tail\0nginx\0", "nginx"));
        assert!(!is_of(b"", "nginx"));
    }
}
