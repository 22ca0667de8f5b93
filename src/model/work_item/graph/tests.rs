//! Small graphs by hand, large ones for their size, and random ones against a slow and simple answer.

use super::*;
use crate::model::work_item::WorkItemType;

/// An item: `id [status] [priority] [!]: dependency dependency`.
fn item(line: &str) -> Entry {
    let (head, dependencies) = line.split_once(':').unwrap_or((line, ""));
    let mut words = head.split_whitespace();
    let mut entry = Entry {
        id: words.next().unwrap().to_owned(),
        kind: WorkItemType::Feature,
        title: String::new(),
        status: Status::NotStarted,
        priority: Priority::Medium,
        urgent: false,
        dependencies: dependencies.split_whitespace().map(str::to_owned).collect(),
        milestone: None,
        spec_file: None,
        created_at: None,
    };
    for word in words {
        if let Some(status) = Status::named(word) {
            entry.status = status;
        } else if let Some(priority) = Priority::named(word) {
            entry.priority = priority;
        } else {
            entry.urgent = word == "!";
        }
    }
    entry
}

fn items(lines: &[&str]) -> Vec<Entry> {
    lines.iter().map(|line| item(line)).collect()
}

#[test]
fn an_item_is_ready_when_everything_that_it_depends_on_is_completed() {
    #[track_caller]
    fn check(line: &str, expect: Standing, unmet: &[(&str, Option<Status>)]) {
        let others = ["done completed", "open", "stuck blocked"];
        let items = items(&[&others[..], &[line]].concat());
        let graph = Graph::of(&items);
        let item = &items[3];
        let found: Vec<_> = graph.unmet(item).map(|unmet| (unmet.id, unmet.status)).collect();
        assert_eq!(
            (graph.standing(item), found.as_slice()),
            (expect, unmet),
            "{line}"
        );
        assert_eq!(graph.is_ready(item), expect == Standing::Ready);
    }
    check("x", Standing::Ready, &[]);
    check("x: done", Standing::Ready, &[]);
    check(
        "x: done open",
        Standing::Waiting,
        &[("open", Some(Status::NotStarted))],
    );
    check("x: gone", Standing::Waiting, &[("gone", None)]);
    check(
        "x blocked: stuck",
        Standing::Blocked,
        &[("stuck", Some(Status::Blocked))],
    );
    check(
        "x in_progress: open",
        Standing::InProgress,
        &[("open", Some(Status::NotStarted))],
    );
    check("x completed", Standing::Completed, &[]);
}

#[test]
fn the_one_in_progress_comes_first_and_then_the_most_important_that_is_ready() {
    #[track_caller]
    fn check(lines: &[&str], asked: Option<&str>, expect: &Result<&str, NoChoice>) {
        let items = items(lines);
        let graph = Graph::of(&items);
        let found = graph.choose(asked).map(|item| item.id.as_str());
        assert_eq!(found, *expect, "{lines:?}");
    }
    check(&["a low", "b critical", "c in_progress low"], None, &Ok("c"));
    check(&["a low", "b critical", "c in_progress low"], Some("a"), &Ok("a"));
    check(&["a low", "b high", "c high"], None, &Ok("b"));
    check(&["a high", "b high !", "c critical: gone"], None, &Ok("b"));
    check(&["a medium !", "b high"], None, &Ok("b"));
    check(&["a completed", "b low: a", "c critical: b"], None, &Ok("b"));
    check(&["a in_progress", "b in_progress critical"], None, &Ok("b"));
    check(&["a"], Some("z"), &Err(NoChoice::NotThere("z".to_owned())));
    check(&[], None, &Err(NoChoice::Empty));
    check(&["a completed"], None, &Err(NoChoice::AllCompleted));
    check(
        &["a completed", "b blocked", "c: b"],
        None,
        &Err(NoChoice::AllWaiting),
    );
    check(&["a: b", "b: a"], None, &Err(NoChoice::AllWaiting));
}

#[test]
fn circles_are_named_as_paths() {
    #[track_caller]
    fn check(lines: &[&str], expect: &[&str]) {
        let items = items(lines);
        let found: Vec<String> = Graph::of(&items)
            .cycles()
            .iter()
            .map(|cycle| cycle.join(" → "))
            .collect();
        assert_eq!(found, expect, "{lines:?}");
    }
    check(&["a: b", "b: c", "c"], &[]);
    check(&["a: a"], &["a → a"]);
    check(&["a: b", "b: a"], &["a → b → a"]);
    check(&["x: a", "a: b", "b: c y", "c: a", "y"], &["a → b → c → a"]);
    check(&["a: b", "b: a c", "c: d", "d: c"], &["a → b → a", "c → d → c"]);
    // Two circles with an item in common: one is named, and the next one when that is gone.
    check(&["a: b c", "b: a", "c: a"], &["a → b → a"]);
    check(&["a: gone"], &[]);
    check(&["a: b b", "b completed: a"], &["a → b → a"]);
}

#[test]
fn a_path_is_the_shortest_one() {
    #[track_caller]
    fn check(from: &str, to: &str, expect: Option<&[&str]>) {
        let items = items(&["a: b c", "b: d", "c: e", "d: e", "e", "f: a"]);
        assert_eq!(Graph::of(&items).path(from, to).as_deref(), expect);
    }
    check("a", "e", Some(&["a", "c", "e"]));
    check("a", "a", Some(&["a"]));
    check("e", "a", None);
    check("f", "d", Some(&["f", "a", "b", "d"]));
    check("gone", "a", None);
}

#[test]
fn dependents_are_those_that_wait_directly() {
    let items = items(&["a", "b: a", "c: b", "d: c a"]);
    let found: Vec<&str> = Graph::of(&items)
        .dependents("a")
        .iter()
        .map(|item| item.id())
        .collect();
    assert_eq!(found, ["b", "d"]);
}

/// A chain of this length would overflow the stack of a recursive walk, and a quadratic one would not end.
#[test]
fn a_long_chain_and_a_long_circle_are_walked() {
    const LONG: usize = 100_000;
    let chain = |last: &str| -> Vec<Entry> {
        (0..LONG)
            .map(|at| match at + 1 {
                LONG => item(&format!("i{at}: {last}")),
                next => item(&format!("i{at}: i{next}")),
            })
            .collect()
    };
    let open = chain("gone");
    let graph = Graph::of(&open);
    assert_eq!(graph.cycles().len(), 0);
    assert_eq!(graph.path("i0", "i99999").unwrap().len(), LONG);
    let closed = chain("i0");
    assert_eq!(Graph::of(&closed).cycles()[0].len(), LONG + 1);
    assert_eq!(Graph::of(&closed).choose(None), Err(NoChoice::AllWaiting));
}

/// Whether an id can be reached from itself, by following everything.
fn in_circle(items: &[Entry], start: usize) -> bool {
    let mut reached: Vec<usize> = Vec::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        for id in &items[at].dependencies {
            let next = items.iter().position(|item| item.id == *id).unwrap();
            if next == start {
                return true;
            }
            if !reached.contains(&next) {
                reached.push(next);
                open.push(next);
            }
        }
    }
    false
}

proptest::proptest! {
    #[test]
    fn circles_are_found_exactly_where_there_are_some(
        edges in proptest::collection::vec((0_usize..8, 0_usize..8), 0..16)
    ) {
        let mut items = items(&["0", "1", "2", "3", "4", "5", "6", "7"]);
        for (from, to) in edges {
            items[from].dependencies.push(to.to_string());
        }
        let cycles = Graph::of(&items).cycles();
        for cycle in &cycles {
            proptest::prop_assert!(cycle.len() > 1 && cycle.first() == cycle.last());
            for pair in cycle.windows(2) {
                let from = items.iter().find(|item| item.id == pair[0]).unwrap();
                proptest::prop_assert!(from.dependencies.iter().any(|id| id == pair[1]), "{cycle:?}");
            }
        }
        let any = (0..items.len()).any(|at| in_circle(&items, at));
        proptest::prop_assert_eq!(any, !cycles.is_empty());
        // Every item that is in a circle shares one with an item of a circle that is named.
        let graph = Graph::of(&items);
        for at in (0..items.len()).filter(|at| in_circle(&items, *at)) {
            let id = items[at].id.as_str();
            let with = |cycle: &Vec<&str>| graph.path(id, cycle[0]).is_some() && graph.path(cycle[0], id).is_some();
            proptest::prop_assert!(cycles.iter().any(with));
        }
    }
}
