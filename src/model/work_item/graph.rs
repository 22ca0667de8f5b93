//! What waits for what: unmet dependencies, what is ready, what comes next, and circles. Pure.
//!
//! Everything here takes time in proportion to the items and their dependencies together, and calls nothing
//! recursively: a chain may be as long as a file.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};

use super::{Entry, Priority, Status, WorkItem};

/// What must be known of an item to place it among others.
pub trait Planned {
    /// Its id.
    fn id(&self) -> &str;
    /// How far it is.
    fn status(&self) -> Status;
    /// How much it matters.
    fn priority(&self) -> Priority;
    /// Whether it goes before others of its priority.
    fn is_urgent(&self) -> bool;
    /// The ids of what must be completed before.
    fn dependencies(&self) -> &[String];
}

macro_rules! planned {
    ($($name:ty),+) => {$(
        impl Planned for $name {
            fn id(&self) -> &str {
                &self.id
            }
            fn status(&self) -> Status {
                self.status
            }
            fn priority(&self) -> Priority {
                self.priority
            }
            fn is_urgent(&self) -> bool {
                self.urgent
            }
            fn dependencies(&self) -> &[String] {
                &self.dependencies
            }
        }
    )+};
}

planned!(WorkItem, Entry);

/// Where an item stands among the others: its status, and what that is worth with its dependencies in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Somebody is at it.
    InProgress,
    /// It can be begun: nobody has, and everything that it depends on is completed.
    Ready,
    /// Nobody has begun, and something that it depends on is not completed, or not there.
    Waiting,
    /// It waits for something that is no work item.
    Blocked,
    /// It is done.
    Completed,
}

/// A dependency that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmet<'a> {
    /// The id of what is waited for.
    pub id: &'a str,
    /// How far that is; `None` when there is no such item.
    pub status: Option<Status>,
}

/// Why no item can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoChoice {
    /// There is no item of the id that was asked for.
    NotThere(String),
    /// There are no items at all.
    Empty,
    /// Every item is completed.
    AllCompleted,
    /// What is not completed waits for something.
    AllWaiting,
}

/// Work items with what waits for what.
pub struct Graph<'a, I> {
    items: &'a [I],
    places: HashMap<&'a str, usize>,
}

impl<'a, I: Planned> Graph<'a, I> {
    /// The graph of some items.
    pub fn of(items: &'a [I]) -> Self {
        let places = items.iter().enumerate().map(|(place, item)| (item.id(), place));
        Self {
            items,
            places: places.collect(),
        }
    }

    /// The item of an id.
    pub fn get(&self, id: &str) -> Option<&'a I> {
        self.places.get(id).map(|place| &self.items[*place])
    }

    /// What an item depends on that is not completed, or not there, in the order of the item.
    pub fn unmet(&self, item: &'a I) -> impl Iterator<Item = Unmet<'a>> {
        item.dependencies().iter().filter_map(|id| {
            let status = self.get(id).map(Planned::status);
            (status != Some(Status::Completed)).then_some(Unmet { id, status })
        })
    }

    /// Where an item stands.
    pub fn standing(&self, item: &'a I) -> Standing {
        match item.status() {
            Status::InProgress => Standing::InProgress,
            Status::Blocked => Standing::Blocked,
            Status::Completed => Standing::Completed,
            Status::NotStarted if self.unmet(item).next().is_some() => Standing::Waiting,
            Status::NotStarted => Standing::Ready,
        }
    }

    /// Whether an item can be begun.
    pub fn is_ready(&self, item: &'a I) -> bool {
        self.standing(item) == Standing::Ready
    }

    /// The items that depend on an id directly, in their order.
    pub fn dependents(&self, id: &str) -> Vec<&'a I> {
        let waits = |item: &&I| item.dependencies().iter().any(|other| other == id);
        self.items.iter().filter(waits).collect()
    }

    /// The item to work on: the one that is asked for, else the one in progress, else the ready one of highest
    /// priority. Of several, the urgent go first, and then those that were made first.
    ///
    /// What is asked for is given whatever its standing: whether that is wise is for the caller to say.
    pub fn choose(&self, asked: Option<&str>) -> Result<&'a I, NoChoice> {
        if let Some(id) = asked {
            return self.get(id).ok_or_else(|| NoChoice::NotThere(id.to_owned()));
        }
        let ranked = self.items.iter().map(|item| (self.rank(item), item));
        let candidates =
            ranked.filter(|((standing, ..), _)| matches!(standing, Standing::InProgress | Standing::Ready));
        // The first of equals is kept, and the file has them in the order of their making.
        let first = candidates.min_by_key(|(rank, _)| *rank).map(|(_, item)| item);
        first.ok_or_else(|| {
            if self.items.is_empty() {
                NoChoice::Empty
            } else if self.items.iter().all(|item| item.status() == Status::Completed) {
                NoChoice::AllCompleted
            } else {
                NoChoice::AllWaiting
            }
        })
    }

    /// What an item is sorted by so that what comes first stands first; equals keep their order.
    pub fn rank(&self, item: &'a I) -> (Standing, Priority, Reverse<bool>) {
        (self.standing(item), item.priority(), Reverse(item.is_urgent()))
    }

    /// The shortest way along dependencies from one id to another, both ends included. A new dependency of `to` on
    /// `from` closes a circle exactly when there is one.
    pub fn path(&self, from: &str, to: &str) -> Option<Vec<&'a str>> {
        let start = *self.places.get(from)?;
        let end = *self.places.get(to)?;
        self.shortest(start, end, |_| true)
    }

    /// Circles of dependencies, each as a path that ends where it begins: `a → b → a` is `[a, b, a]`. Of items that
    /// are in several circles with one another, one circle is named.
    pub fn cycles(&self) -> Vec<Vec<&'a str>> {
        let groups = self.groups();
        let mut looked_at = HashSet::new();
        let mut cycles = Vec::new();
        for (place, group) in groups.iter().enumerate() {
            if !looked_at.insert(*group) {
                continue;
            }
            // A circle through this item: from one of its dependencies back to it, within the group.
            let back = self
                .next(place)
                .filter(|next| groups[*next] == *group)
                .find_map(|next| self.shortest(next, place, |at| groups[at] == *group));
            if let Some(back) = back {
                let begin = std::iter::once(self.items[place].id());
                cycles.push(begin.chain(back).collect());
            }
        }
        cycles
    }

    /// The places of what an item depends on.
    fn next(&self, place: usize) -> impl Iterator<Item = usize> {
        let ids = self.items[place].dependencies().iter();
        ids.filter_map(|id| self.places.get(id.as_str()).copied())
    }

    /// The shortest way from one place to another over places that are allowed.
    fn shortest(&self, start: usize, end: usize, allowed: impl Fn(usize) -> bool) -> Option<Vec<&'a str>> {
        let mut came_from: HashMap<usize, usize> = HashMap::from([(start, start)]);
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            if at == end {
                let mut way = vec![at];
                let mut at = at;
                while at != start {
                    at = came_from[&at];
                    way.push(at);
                }
                return Some(way.iter().rev().map(|place| self.items[*place].id()).collect());
            }
            for next in self.next(at).filter(|next| allowed(*next)) {
                came_from.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    at
                });
            }
        }
        None
    }

    /// A number for each item; two have the same when each depends on the other, over however many (Tarjan's strongly
    /// connected components, with a stack of its own).
    fn groups(&self) -> Vec<usize> {
        const UNSEEN: usize = usize::MAX;
        let count = self.items.len();
        let mut order = vec![UNSEEN; count];
        let mut lowest = vec![0; count];
        let mut group = vec![UNSEEN; count];
        let mut open: Vec<usize> = Vec::new();
        let mut seen = 0;
        for root in 0..count {
            if order[root] != UNSEEN {
                continue;
            }
            // Each with how many of its dependencies have been followed.
            let mut trail: Vec<(usize, usize)> = vec![(root, 0)];
            while let Some((at, followed)) = trail.last_mut() {
                let at = *at;
                if *followed == 0 && order[at] == UNSEEN {
                    order[at] = seen;
                    lowest[at] = seen;
                    seen += 1;
                    open.push(at);
                }
                let dependencies = self.items[at].dependencies();
                if let Some(id) = dependencies.get(*followed) {
                    *followed += 1;
                    match self.places.get(id.as_str()) {
                        Some(next) if order[*next] == UNSEEN => trail.push((*next, 0)),
                        Some(next) if group[*next] == UNSEEN => lowest[at] = lowest[at].min(order[*next]),
                        _ => {}
                    }
                    continue;
                }
                trail.pop();
                if let Some((before, _)) = trail.last() {
                    lowest[*before] = lowest[*before].min(lowest[at]);
                }
                if lowest[at] == order[at] {
                    while let Some(member) = open.pop() {
                        group[member] = at;
                        if member == at {
                            break;
                        }
                    }
                }
            }
        }
        group
    }
}

#[cfg(test)]
mod tests;
