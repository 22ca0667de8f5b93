//! The operations of a page as numbers, for its script.

use std::collections::{BTreeSet, HashMap};

use super::super::Call;
use super::super::page::{Entry, Page};

/// Operations by number, and the numbers that each entry has.
pub(super) struct Operations<'a> {
    names: Vec<&'a Call>,
    numbers: HashMap<(&'a str, &'a str), u32>,
    /// For each entry, its numbers as runs from one to another.
    entries: Vec<Vec<(u32, u32)>>,
}

impl<'a> Operations<'a> {
    /// Those of a page, by path and method.
    pub(super) fn of(page: &Page<'a>) -> Self {
        let calls = page
            .sections
            .iter()
            .flat_map(|section| &section.entries)
            .flat_map(|entry| entry.calls)
            .map(AsRef::as_ref);
        let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut names: Vec<&Call> = calls
            .filter(|call| known.insert((&call.path, &call.method)))
            .collect();
        names.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
        let numbers = (0..).zip(&names);
        let numbers = numbers.map(|(number, call)| ((call.path.as_str(), call.method.as_str()), number));
        Self {
            numbers: numbers.collect(),
            names,
            entries: Vec::new(),
        }
    }

    /// Whether there are any.
    pub(super) fn any(&self) -> bool {
        !self.names.is_empty()
    }

    /// Notes those of the next entry.
    pub(super) fn add(&mut self, entry: &Entry) {
        let number = |call: &Call| {
            self.numbers
                .get(&(call.path.as_str(), call.method.as_str()))
                .copied()
        };
        let mut numbers: Vec<u32> = entry.calls.iter().filter_map(|call| number(call)).collect();
        numbers.sort_unstable();
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for number in numbers {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 >= number => *last = number,
                _ => runs.push((number, number)),
            }
        }
        self.entries.push(runs);
    }

    /// `{"names": ["GET /a"], "entries": [[0,0]]}`, in which nothing ends a script: runs are flat lists of beginnings
    /// and ends.
    pub(super) fn json(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|call| call.named()).collect();
        let entries: Vec<Vec<u32>> = self
            .entries
            .iter()
            .map(|runs| runs.iter().flat_map(|(first, last)| [*first, *last]).collect())
            .collect();
        serde_json::json!({"names": names, "entries": entries})
            .to_string()
            .replace('<', "\\u003c")
            .replace('>', "\\u003e")
            .replace('#', "\\u0023")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::{Sample, page};
    use super::*;
    use crate::contract::rules::Level;

    #[test]
    fn operations_are_runs_of_numbers() {
        let mut gap = Sample::new("b", Level::Error).calls(5);
        gap.calls.remove(2);
        gap.calls.swap(0, 3);
        let samples = [
            Sample::new("a", Level::Error).calls(5),
            gap,
            Sample::new("c", Level::Error),
        ];
        let page = page(&samples);
        let mut operations = Operations::of(&page);
        for entry in &page.sections[0].entries {
            operations.add(entry);
        }
        assert_eq!(
            operations.json(),
            "{\"names\":[\"GET /0\",\"GET /1\",\"GET /2\",\"GET /3\",\"GET /4\"],\"entries\":[[0,4],[0,1,3,4],[]]}"
        );
    }

    #[test]
    fn no_name_ends_a_script() {
        let mut sample = Sample::new("a", Level::Error).calls(1);
        let call = Call {
            method: sample.calls[0].method.clone(),
            path: "/</script><!--##[x]".to_owned(),
        };
        sample.calls[0] = call.into();
        let samples = [sample];
        let json = Operations::of(&page(&samples)).json();
        assert!(!json.contains(['<', '>', '#']), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["names"][0], "GET /</script><!--##[x]");
    }
}
