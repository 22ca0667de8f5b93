//! The file of baselines: found by work item and key, changed in place, never replaced when it is broken.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::entry::{Accepted, Baseline, Finished, Fitness, SCHEMA_VERSION};
use super::history::{self, Past};
use super::key::{Difference, Key, differing};
use super::stored::StoredRound;
use super::summary::{Summary, old_fields};
use crate::bench::histogram::NoHistogram;
use crate::bench::round::Round;
use crate::store::{Document, Error, Store, layout};

/// What is there to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A baseline of the same key.
    Baseline(Box<Baseline>),
    /// None, and why.
    None(NoBaseline),
}

/// Why there is nothing to compare with. Its `Display` is one sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoBaseline {
    /// Nothing was ever pinned.
    #[error("no run was pinned yet")]
    Nothing,
    /// There is an entry of an older program: single numbers, without rounds.
    #[error(
        "the entry has single numbers and no rounds, as older versions wrote it: it is kept, and not compared"
    )]
    OldShape,
    /// What was pinned was measured under other conditions.
    #[error(
        "the nearest baseline was measured under other conditions: {}",
        told(differences)
    )]
    OtherKey {
        /// What the nearest one has differently: this run first, the baseline second.
        differences: Vec<Difference>,
    },
}

fn told(differences: &[Difference]) -> String {
    let all: Vec<String> = differences.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// Why the baselines cannot be read or changed. The file is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file cannot be read, or not be written.
    #[error(transparent)]
    Store(#[from] Error),
    /// A value in it is not what belongs there.
    #[error("{}:{line}:{column}: {field}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The value's place in the document: `ID.baselines.0.rounds`.
        field: String,
        /// What is wrong with it.
        why: String,
    },
    /// A run without a clean round cannot be compared with.
    #[error("a run without clean rounds cannot be a baseline")]
    NothingToAccept,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// It is the first baseline of its key.
    Pinned,
    /// It is in the history of the baseline, which did not move.
    Added,
    /// It left nothing: there is no baseline, and it cannot be one.
    Nothing,
}

const BASELINES: &str = "baselines";

/// Looks for the baseline of a work item under a key.
pub fn find(store: &Store, work_item: &str, key: &Key) -> Result<Found, BaselineError> {
    let Some(document) = store.read(layout::BASELINES)? else {
        return Ok(Found::None(NoBaseline::Nothing));
    };
    let all = read(&document, work_item)?;
    let Some(all) = all else {
        let there = document.value.get(work_item).is_some();
        let why = if there {
            NoBaseline::OldShape
        } else {
            NoBaseline::Nothing
        };
        return Ok(Found::None(why));
    };
    let nearest = all
        .iter()
        .map(|one| differing(key, &one.key))
        .min_by_key(Vec::len);
    Ok(match nearest {
        None => Found::None(NoBaseline::Nothing),
        Some(differences) if differences.is_empty() => match all.into_iter().find(|one| one.key == *key) {
            Some(one) => Found::Baseline(Box::new(one)),
            None => Found::None(NoBaseline::Nothing),
        },
        Some(differences) => Found::None(NoBaseline::OtherKey { differences }),
    })
}

/// All baselines of a work item; `None` where its entry has none, or where it has no entry.
pub fn read(document: &Document, work_item: &str) -> Result<Option<Vec<Baseline>>, BaselineError> {
    let Some(entry) = document.value.get(work_item) else {
        return Ok(None);
    };
    let Some(entry) = entry.as_object() else {
        return Err(document.wrong_type(&[work_item], "an object").into());
    };
    let Some(all) = entry.get(BASELINES) else {
        return Ok(None);
    };
    let Some(all) = all.as_array() else {
        return Err(document.wrong_type(&[work_item, BASELINES], "an array").into());
    };
    let one = |(at, value): (usize, &Value)| {
        let read: Result<Baseline, _> = serde_path_to_error::deserialize(value);
        read.map_err(|error| {
            let mut path = vec![work_item.to_owned(), BASELINES.to_owned(), at.to_string()];
            path.extend(steps(error.path()));
            unreadable(document, &path, error.inner().to_string())
        })
    };
    all.iter()
        .enumerate()
        .map(one)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// The keys and indices that lead to a value.
fn steps(path: &serde_path_to_error::Path) -> Vec<String> {
    let text = |segment: &serde_path_to_error::Segment| match segment {
        serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
        serde_path_to_error::Segment::Map { key } => Some(key.clone()),
        _ => None,
    };
    path.iter().filter_map(text).collect()
}

/// The error of a value; the place is that of the nearest one around it that is there.
fn unreadable(document: &Document, path: &[String], why: String) -> BaselineError {
    let nearest = (0..=path.len())
        .rev()
        .find_map(|length| document.position(&path[..length]));
    BaselineError::Unreadable {
        path: document.path.clone(),
        line: nearest.map_or(1, |at| at.line),
        column: nearest.map_or(1, |at| at.column),
        field: path.join("."),
        why,
    }
}

/// The rounds of a baseline, as they were measured.
///
/// # Errors
///
/// [`NoHistogram`] where latencies cannot be read.
pub fn rounds(baseline: &Baseline) -> Result<Vec<Round>, NoHistogram> {
    baseline.rounds.iter().map(StoredRound::round).collect()
}

/// Keeps a run: the first that is fit becomes the baseline, all others are added to the history of the baseline there is.
/// `by` is who ran it.
pub fn remember(
    store: &Store,
    work_item: &str,
    run: &Finished,
    by: &str,
) -> Result<Remembered, BaselineError> {
    let fit = run.fitness == Fitness::CleanAndPassed && run.rounds.iter().any(|round| round.clean);
    if !fit && !matches!(find(store, work_item, &run.key)?, Found::Baseline(_)) {
        return Ok(Remembered::Nothing);
    }
    let past = past(run);
    change(store, work_item, run, |entry, place| match place {
        Some(place) => {
            in_array(entry, BASELINES, |all| {
                in_object(all, Some(place), |baseline| {
                    in_array(baseline, "history", |history| history::append(history, past));
                });
            });
            Remembered::Added
        }
        None if fit => {
            let accepted = Accepted {
                by: by.to_owned(),
                at: run.at,
                commit: run.commit.clone(),
                reason: "the first clean run that passed".to_owned(),
                rest: Map::new(),
            };
            pin(entry, None, run, &accepted, past);
            Remembered::Pinned
        }
        None => Remembered::Nothing,
    })
}

/// Makes a run the baseline of its key, whatever was there. The history goes on.
pub fn accept(
    store: &Store,
    work_item: &str,
    run: &Finished,
    accepted: &Accepted,
) -> Result<(), BaselineError> {
    if !run.rounds.iter().any(|round| round.clean) {
        return Err(BaselineError::NothingToAccept);
    }
    let past = past(run);
    change(store, work_item, run, |entry, place| {
        pin(entry, place, run, accepted, past);
    })
}

fn past(run: &Finished) -> Value {
    json!(Past::of(run))
}

/// Changes the entry of a work item under the lock; `change` is given the place of the run's key among its baselines.
fn change<T>(
    store: &Store,
    work_item: &str,
    run: &Finished,
    change: impl FnOnce(&mut Map<String, Value>, Option<usize>) -> T,
) -> Result<T, BaselineError> {
    // What cannot be read is told with its place, which is known of the file as it stands alone.
    if let Some(document) = store.read(layout::BASELINES)? {
        read(&document, work_item)?;
    }
    store.update(layout::BASELINES, "sdd bench", |all: &mut Value| {
        let wrong = |expected: &str, found: &Value| Error::Shape {
            path: store.path(layout::BASELINES),
            line: 1,
            column: 1,
            expected: expected.to_owned(),
            found: crate::store::document::kind(found).to_owned(),
        };
        // What is not changed is not there afterwards either: an entry begins with its first baseline.
        let mut entry = match all.get(work_item) {
            None => Map::new(),
            Some(Value::Object(entry)) => entry.clone(),
            Some(other) => return Err(wrong("an object", other).into()),
        };
        let place = match entry.get(BASELINES) {
            None => None,
            Some(Value::Array(all)) => place(all, &run.key),
            Some(other) => return Err(wrong("an array", other).into()),
        };
        let answer = change(&mut entry, place);
        if !entry.is_empty() {
            all[work_item] = Value::Object(entry);
        }
        Ok(answer)
    })
}

/// The place of the baseline with a key.
fn place(all: &[Value], key: &Key) -> Option<usize> {
    let same = |one: &Value| {
        let its = one
            .get("key")
            .and_then(|its| serde_json::from_value::<Key>(its.clone()).ok());
        its.as_ref() == Some(key)
    };
    all.iter().position(same)
}

/// Writes a run as baseline into its place, or behind all others.
fn pin(
    entry: &mut Map<String, Value>,
    place: Option<usize>,
    run: &Finished,
    accepted: &Accepted,
    past: Value,
) {
    let is_old = !entry.is_empty() && !entry.contains_key(BASELINES);
    if is_old {
        // The numbers of the older program make room for those that are compared, and are kept.
        let old = old_fields(run).map(|(name, _)| name);
        let before = old
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), entry.get(name)?.clone())));
        let before: Map<String, Value> = before.collect();
        if !before.is_empty() {
            entry.insert("before".to_owned(), Value::Object(before));
        }
    }
    for (name, value) in old_fields(run) {
        entry.insert(name.to_owned(), value);
    }
    entry.insert("schema_version".to_owned(), json!(SCHEMA_VERSION));
    let rounds: Vec<StoredRound> = run.rounds.iter().map(StoredRound::from).collect();
    let fields = [
        ("key", json!(run.key)),
        ("accepted", json!(accepted)),
        ("environment", json!(run.environment)),
        ("engine", json!(run.engine)),
        ("rounds", json!(rounds)),
        ("summary", json!(Summary::of(&run.rounds))),
    ];
    in_array(entry, BASELINES, |all| {
        in_object(all, place, |baseline| {
            baseline.extend(fields.map(|(name, value)| (name.to_owned(), value)));
            in_array(baseline, "history", |history| history::append(history, past));
        });
    });
}

/// Changes the array of a name; where there is none it begins empty.
fn in_array(map: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Vec<Value>)) {
    let mut all = match map.get_mut(name).map(Value::take) {
        Some(Value::Array(all)) => all,
        _ => Vec::new(),
    };
    change(&mut all);
    map.insert(name.to_owned(), Value::Array(all));
}

/// Changes the object at a place; behind the last one it begins empty.
fn in_object(all: &mut Vec<Value>, place: Option<usize>, change: impl FnOnce(&mut Map<String, Value>)) {
    let there = place.and_then(|place| all.get_mut(place));
    let mut map = match there.map(Value::take) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    change(&mut map);
    match place.and_then(|place| all.get_mut(place)) {
        Some(there) => *there = Value::Object(map),
        None => all.push(Value::Object(map)),
    }
}
