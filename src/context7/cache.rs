//! What was asked less than a day ago. Only good answers are kept: the others may be another one by now.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::libraries::{Library, normal};
use super::{State, Verified};

/// Good answers by server, library and version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    #[serde(default)]
    answers: BTreeMap<String, Kept>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    library: String,
    version: Option<String>,
    at: DateTime<Utc>,
    answer: Verified,
}

/// How long an answer is good.
const GOOD_FOR: TimeDelta = TimeDelta::hours(24);

impl Cache {
    /// What a server said of a library.
    pub fn get(&self, server: &str, library: &Library, now: DateTime<Utc>) -> Option<Verified> {
        let kept = self.answers.get(&key(server, library))?;
        kept.is_good(now).then(|| kept.answer.clone())
    }

    /// Keeps an answer, if it is a good one.
    pub fn put(&mut self, server: &str, library: &Library, state: &State, now: DateTime<Utc>) {
        if let State::Verified(answer) = state {
            let kept = Kept {
                library: library.name.clone(),
                version: library.version.clone(),
                at: now,
                answer: answer.clone(),
            };
            self.answers.insert(key(server, library), kept);
        }
    }

    /// Forgets what is too old.
    pub fn tidy(&mut self, now: DateTime<Utc>) {
        self.answers.retain(|_, kept| kept.is_good(now));
    }
}

impl Kept {
    /// Not of the future either: a clock that was set back must not make answers last.
    fn is_good(&self, now: DateTime<Utc>) -> bool {
        let age = now - self.at;
        age >= TimeDelta::zero() && age < GOOD_FOR
    }
}

/// The server may be a command with a secret in it, so the key does not spell it.
fn key(server: &str, library: &Library) -> String {
    let version = library.version.as_deref().unwrap_or("");
    let text = format!("{server}\0{}\0{version}", normal(&library.name));
    let digest = Sha256::digest(text);
    let digits = digest.iter().take(12);
    digits.fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(name: &str, version: Option<&str>) -> Library {
        Library {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            from: "s".to_owned(),
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    fn verified(id: &str) -> State {
        State::Verified(Verified {
            id: id.to_owned(),
            version: Some("1.2".to_owned()),
        })
    }

    #[test]
    fn an_answer_is_good_for_a_day_and_for_the_same_question_only() {
        let mut cache = Cache::default();
        let asked = library("FastAPI", Some("0.115"));
        cache.put("a", &asked, &verified("/x/fastapi"), now());
        let get = |server: &str, name: &str, version: Option<&str>, hours: i64| {
            let found = cache.get(server, &library(name, version), now() + TimeDelta::hours(hours));
            found.map(|answer| answer.id)
        };
        assert_eq!(
            get("a", "fastapi", Some("0.115"), 23).as_deref(),
            Some("/x/fastapi")
        );
        assert_eq!(get("a", "fastapi", Some("0.115"), 24), None);
        assert_eq!(get("a", "fastapi", Some("0.115"), -1), None);
        assert_eq!(get("b", "fastapi", Some("0.115"), 0), None);
        assert_eq!(get("a", "fastapi", Some("0.116"), 0), None);
        assert_eq!(get("a", "fastapi", None, 0), None);
        assert_eq!(get("a", "flask", Some("0.115"), 0), None);
    }

    #[test]
    fn only_good_answers_are_kept_and_old_ones_forgotten() {
        let mut cache = Cache::default();
        let asked = library("a", None);
        for state in [
            State::NotFound { why: "x".to_owned() },
            State::Unanswered("x".to_owned()),
            State::VersionUnknown {
                id: "/a/a".to_owned(),
                known: Vec::new(),
            },
        ] {
            cache.put("s", &asked, &state, now());
        }
        assert_eq!(cache, Cache::default());
        cache.put("s", &asked, &verified("/a/a"), now());
        let again: Cache = serde_json::from_str(&serde_json::to_string(&cache).unwrap()).unwrap();
        assert_eq!(again, cache);
        cache.tidy(now() + TimeDelta::hours(25));
        assert_eq!(cache, Cache::default());
    }
}
