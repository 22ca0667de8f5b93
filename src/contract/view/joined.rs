//! What several nodes say together, keyword by keyword: the tightest limit, the values that all of them list, the names that
//! all of them let through.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;

use super::Side;
use super::schema::{Schema, Types, nullable_word};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::hash::is_annotation;
use crate::contract::number;
use crate::contract::words as w;

/// What counts of several nodes.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    /// The kinds of values that all of them accept.
    pub(super) types: Types,
    /// Whether `null` is accepted beside what is listed.
    pub(super) nullable: bool,
    /// Whether any keyword means less than the first node that has it says.
    pub(super) is_tightened: bool,
    /// The values that all lists have.
    pub(super) values: Option<Vec<NodeId>>,
    /// The node whose value counts for a keyword, where that is not the first one; `None` where it says nothing.
    chosen: HashMap<Word, Option<NodeId>>,
    /// The schema that counts for a name in a keyword that holds a map of them.
    named: HashMap<(Word, Word), NodeId>,
    /// The lists of choices that count beside the one of their keyword that comes first.
    pub(super) more_choices: Vec<(Word, NodeId)>,
    /// The keyword of a choice of one branch that counts like one of `allOf`.
    pub(super) folded: Option<Word>,
    /// The properties that no node refuses; `None` where all may be there.
    names: Option<HashSet<Word>>,
}

/// The values of one keyword, each with the node that has it.
type Said = Vec<(NodeId, NodeId)>;

/// Keywords that mean something only together with others of the same node.
const GROUPS: [&[Word]; 3] = [
    &[w::CONTAINS, w::MIN_CONTAINS, w::MAX_CONTAINS],
    &[w::IF, w::THEN, w::ELSE],
    &[w::PREFIX_ITEMS, w::ITEMS, w::ADDITIONAL_ITEMS],
];

/// Limits, and which way they become wider.
const LIMITS: [(Word, Ordering); 8] = [
    (w::MAX_LENGTH, Ordering::Greater),
    (w::MAX_ITEMS, Ordering::Greater),
    (w::MAX_PROPERTIES, Ordering::Greater),
    (w::MIN_LENGTH, Ordering::Less),
    (w::MIN_ITEMS, Ordering::Less),
    (w::MIN_PROPERTIES, Ordering::Less),
    (w::EXCLUSIVE_MAXIMUM, Ordering::Greater),
    (w::EXCLUSIVE_MINIMUM, Ordering::Less),
];

impl Joined {
    /// What nodes of a document say together; `None` where that cannot be written as one schema.
    pub(super) fn of(side: Side<'_>, nodes: &[NodeId], types: Types) -> Option<Self> {
        let arena = side.arena();
        let mut said: BTreeMap<Word, Said> = BTreeMap::new();
        for node in nodes {
            for field in arena.fields(*node) {
                if !is_annotation(arena, field.key) {
                    said.entry(field.key).or_default().push((*node, field.value));
                }
            }
        }
        let word = nullable_word(side.version());
        let is_nullable = |node: &NodeId| word.is_some_and(|word| arena.get_bool(*node, word) == Some(true));
        let mut joined = Self {
            types,
            nullable: types.holds(Types::NULL) && nodes.iter().any(is_nullable),
            is_tightened: false,
            values: None,
            chosen: HashMap::new(),
            named: HashMap::new(),
            more_choices: Vec::new(),
            folded: None,
            names: None,
        };
        let groups_agree = GROUPS.iter().all(|group| agree(side, nodes, group));
        (groups_agree
            && joined.take_edges(side, &said, w::MAXIMUM, w::EXCLUSIVE_MAXIMUM, Ordering::Greater)
            && joined.take_edges(side, &said, w::MINIMUM, w::EXCLUSIVE_MINIMUM, Ordering::Less)
            && joined.take_rest(side, &said, nodes)
            && said
                .iter()
                .all(|(key, values)| joined.take(side, nodes, *key, values)))
        .then_some(joined)
    }

    /// The same with values in a list, in the place of a choice that means them.
    pub(super) fn with_values(mut self, key: Word, list: NodeId, values: Vec<NodeId>) -> Self {
        self.chosen.insert(key, None);
        self.chosen.insert(w::ENUM, Some(list));
        self.values = Some(values);
        self
    }

    /// The same without a choice of one branch, whose nodes are among those that were joined.
    pub(super) fn without_choice(mut self, key: Word) -> Self {
        self.chosen.insert(key, None);
        self.folded = Some(key);
        self
    }

    /// The value of a keyword, given that of the first node that has it.
    pub(super) fn value(&self, key: Word, first: impl FnOnce() -> Option<NodeId>) -> Option<NodeId> {
        match self.chosen.get(&key) {
            Some(chosen) => *chosen,
            None => first(),
        }
    }

    /// The schema of a name, if the name counts at all.
    pub(super) fn named(&self, key: Word, name: Word, first: NodeId) -> Option<NodeId> {
        if key == w::PROPERTIES && self.names.as_ref().is_some_and(|names| !names.contains(&name)) {
            return None;
        }
        Some(self.named.get(&(key, name)).copied().unwrap_or(first))
    }

    /// Joins what is said of one keyword; `false` where that cannot be written.
    fn take(&mut self, side: Side<'_>, nodes: &[NodeId], key: Word, values: &Said) -> bool {
        let (arena, hashes) = (side.arena(), &side.world.hashes);
        match key {
            // Joined, or looked at by themselves.
            w::ALL_OF | w::TYPE | w::NULLABLE | w::X_NULLABLE | w::REQUIRED | w::DEFS | w::REF => {
                return true;
            }
            w::MAXIMUM | w::MINIMUM | w::ADDITIONAL_PROPERTIES | w::PATTERN => {
                self.is_tightened |= key == w::PATTERN && !all_equal(side, values);
                return true;
            }
            w::PROPERTIES | w::PATTERN_PROPERTIES | w::DEPENDENT_SCHEMAS => {
                return self.take_named(side, key, values);
            }
            w::ADDITIONAL_ITEMS if nodes.len() > 1 => {
                return values
                    .iter()
                    .all(|(_, value)| arena.value(*value) == Value::Bool(true));
            }
            w::UNEVALUATED_PROPERTIES | w::UNEVALUATED_ITEMS
                if values.iter().any(|(owner, _)| *owner != nodes[0]) =>
            {
                return false;
            }
            _ => {}
        }
        if all_equal(side, values) {
            return true;
        }
        if let Some((_, wider)) = LIMITS.iter().find(|(limit, _)| *limit == key) {
            if self.chosen.contains_key(&key) {
                return true;
            }
            let Some(tightest) = tightest(side, values, *wider) else {
                return false;
            };
            self.choose(key, Some(tightest));
            return true;
        }
        match key {
            w::ENUM => {
                let mut common: Vec<NodeId> = arena.items(values[0].1).collect();
                for (_, list) in &values[1..] {
                    let listed: HashSet<u64> = arena.items(*list).map(|value| hashes.of(value)).collect();
                    common.retain(|value| listed.contains(&hashes.of(*value)));
                }
                self.values = Some(common);
                self.is_tightened = true;
                true
            }
            w::MULTIPLE_OF => {
                self.is_tightened = true;
                multiple(side, values.iter().map(|(_, value)| *value)).is_some()
            }
            w::UNIQUE_ITEMS | w::READ_ONLY | w::WRITE_ONLY | w::DEPRECATED => {
                let set = values
                    .iter()
                    .find(|(_, value)| arena.value(*value) == Value::Bool(true));
                self.choose(key, set.or(values.first()).map(|(_, value)| *value));
                true
            }
            // Whoever is accepted matches each of them.
            w::ONE_OF | w::ANY_OF => {
                let mut known = vec![values[0].1];
                for (_, list) in &values[1..] {
                    if !known.iter().any(|other| hashes.equal(*other, *list)) {
                        known.push(*list);
                        self.more_choices.push((key, *list));
                    }
                }
                self.is_tightened = true;
                true
            }
            w::ITEMS | w::PROPERTY_NAMES => {
                let said: Vec<NodeId> = values.iter().map(|(_, value)| *value).collect();
                let tighter = together(side, &said);
                let is_one = tighter.is_some();
                self.choose(key, tighter);
                is_one
            }
            _ => false,
        }
    }

    fn choose(&mut self, key: Word, value: Option<NodeId>) {
        self.chosen.insert(key, value);
        self.is_tightened = true;
    }

    /// One end of the numbers. Where a truth value says that the limit itself is refused, both are of one node.
    fn take_edges(
        &mut self,
        side: Side<'_>,
        said: &BTreeMap<Word, Said>,
        inclusive: Word,
        exclusive: Word,
        wider: Ordering,
    ) -> bool {
        let arena = side.arena();
        let none = Said::new();
        let limits = said.get(&inclusive).unwrap_or(&none);
        let is_bool = |(_, value): &(NodeId, NodeId)| matches!(arena.value(*value), Value::Bool(_));
        let by_word = said
            .get(&exclusive)
            .is_some_and(|values| values.iter().any(is_bool));
        if !by_word {
            if all_equal(side, limits) {
                return true;
            }
            let tightest = tightest(side, limits, wider);
            self.choose(inclusive, tightest);
            return tightest.is_some();
        }
        let mut best: Option<(NodeId, NodeId)> = None;
        for (owner, value) in limits {
            let Some((first, found)) = best else {
                best = Some((*owner, *value));
                continue;
            };
            let Some(order) = compare(side, *value, found) else {
                return false;
            };
            let refuses = |owner| arena.get_bool(owner, exclusive) == Some(true);
            if order == wider.reverse() || (order == Ordering::Equal && refuses(*owner) && !refuses(first)) {
                best = Some((*owner, *value));
            }
        }
        let (Some((owner, value)), true) = (best, said.len() > 1) else {
            return true;
        };
        let was_tightened = self.is_tightened;
        self.choose(inclusive, Some(value));
        self.choose(exclusive, arena.get(owner, exclusive));
        self.is_tightened = was_tightened || limits.len() > 1;
        true
    }

    /// Maps of schemas by names: what all say of one name counts.
    fn take_named(&mut self, side: Side<'_>, key: Word, values: &Said) -> bool {
        for (name, said) in by_name(side, values.iter().map(|(_, map)| *map)) {
            let Some(one) = together(side, &said) else {
                return false;
            };
            self.is_tightened |= said.iter().any(|node| !side.world.hashes.equal(*node, one));
            self.named.insert((key, name), one);
        }
        true
    }

    /// `additionalProperties`, which is about what its own node does not name: what others name is refused by it.
    fn take_rest(&mut self, side: Side<'_>, said: &BTreeMap<Word, Said>, nodes: &[NodeId]) -> bool {
        let (arena, hashes) = (side.arena(), &side.world.hashes);
        let is_limit = |value: NodeId| match arena.value(value) {
            Value::Map(run) => !run.is_empty(),
            value => value != Value::Bool(true),
        };
        let Some(written) = said.get(&w::ADDITIONAL_PROPERTIES) else {
            return true;
        };
        let limits: Said = written
            .iter()
            .copied()
            .filter(|(_, value)| is_limit(*value))
            .collect();
        if nodes.len() < 2 || limits.is_empty() {
            return true;
        }
        if said.contains_key(&w::UNEVALUATED_PROPERTIES) {
            return false;
        }
        let names = |node: NodeId, key: Word| -> HashSet<Word> {
            let map = arena.get(node, key);
            map.map(|map| arena.fields(map).iter().map(|field| field.key).collect())
                .unwrap_or_default()
        };
        let all_names =
            |key: Word| -> HashSet<Word> { nodes.iter().flat_map(|node| names(*node, key)).collect() };
        let (all, patterns) = (all_names(w::PROPERTIES), all_names(w::PATTERN_PROPERTIES));
        let mut left = all.clone();
        for (owner, value) in &limits {
            let own = names(*owner, w::PROPERTIES);
            let own_patterns = names(*owner, w::PATTERN_PROPERTIES);
            let refuses = arena.value(*value) == Value::Bool(false);
            // Which names a pattern lets through, nobody looks; and what two schemas leave of a property is written nowhere.
            if own_patterns != patterns || (own != all && (!refuses || !patterns.is_empty())) {
                return false;
            }
            left.retain(|name| own.contains(name));
        }
        let none = limits
            .iter()
            .find(|(_, value)| arena.value(*value) == Value::Bool(false));
        let (_, value) = none.unwrap_or(&limits[0]);
        if none.is_none() && !limits.iter().all(|(_, other)| hashes.equal(*value, *other)) {
            return false;
        }
        self.chosen.insert(w::ADDITIONAL_PROPERTIES, Some(*value));
        self.names = Some(left);
        true
    }
}

/// The least number of which everything is a multiple that is one of each of some numbers.
pub(super) fn multiple(side: Side<'_>, values: impl Iterator<Item = NodeId>) -> Option<String> {
    let arena = side.arena();
    let mut least: Option<String> = None;
    for value in values {
        let Value::Number(word) = arena.value(value) else {
            return None;
        };
        let number = arena.text(word);
        least = Some(match least {
            Some(least) => number::common_multiple(&least, number)?,
            None => number.to_owned(),
        });
    }
    least
}

fn all_equal(side: Side<'_>, values: &Said) -> bool {
    let hashes = &side.world.hashes;
    values.windows(2).all(|pair| hashes.equal(pair[0].1, pair[1].1))
}

/// Whether nodes that have any of some keywords say the same with all of them.
fn agree(side: Side<'_>, nodes: &[NodeId], group: &[Word]) -> bool {
    let (arena, hashes) = (side.arena(), &side.world.hashes);
    let has = |node: &NodeId| group.iter().any(|key| arena.get(*node, *key).is_some());
    let owners: Vec<NodeId> = nodes.iter().copied().filter(has).collect();
    if group[0] == w::PREFIX_ITEMS && owners.iter().all(|node| arena.get(*node, group[0]).is_none()) {
        return true;
    }
    let same = |key: &Word, one, other| match (arena.get(one, *key), arena.get(other, *key)) {
        (Some(one), Some(other)) => hashes.equal(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    owners
        .windows(2)
        .all(|pair| group.iter().all(|key| same(key, pair[0], pair[1])))
}

fn compare(side: Side<'_>, one: NodeId, other: NodeId) -> Option<Ordering> {
    let arena = side.arena();
    match (arena.value(one), arena.value(other)) {
        (Value::Number(one), Value::Number(other)) => number::compare(arena.text(one), arena.text(other)),
        _ => None,
    }
}

/// Of some limits the one that lets the least through.
fn tightest(side: Side<'_>, values: &Said, wider: Ordering) -> Option<NodeId> {
    let mut rest = values.iter().map(|(_, value)| *value);
    let first = rest.next()?;
    rest.try_fold(first, |found, value| {
        let order = compare(side, value, found)?;
        Some(if order == wider.reverse() { value } else { found })
    })
}

/// The names that several maps have, each with the schemas that they give it.
fn by_name(side: Side<'_>, maps: impl ExactSizeIterator<Item = NodeId>) -> IndexMap<Word, Vec<NodeId>> {
    let mut found: IndexMap<Word, Vec<NodeId>> = IndexMap::new();
    if maps.len() > 1 {
        for field in maps.flat_map(|map| side.arena().fields(map)) {
            found.entry(field.key).or_default().push(field.value);
        }
        found.retain(|_, said| said.len() > 1);
    }
    found
}

/// The schema that means all of some schemas: one of them, or one that was made; `None` where there is none.
fn together(side: Side<'_>, said: &[NodeId]) -> Option<NodeId> {
    match left_of(side, said).as_slice() {
        [one] => Some(*one),
        several => side.world.meets.of(several),
    }
}

/// Of some schemas those that say something that no other one says.
fn left_of(side: Side<'_>, said: &[NodeId]) -> Vec<NodeId> {
    let mut left: Vec<NodeId> = Vec::new();
    for node in said {
        if left
            .iter()
            .any(|known| narrower(side, *known, *node) == Some(*known))
        {
            continue;
        }
        left.retain(|known| narrower(side, *known, *node).is_none());
        left.push(*node);
    }
    left
}

/// What nodes that mean something together say of one name or of their items, where no schema says it all.
pub(super) fn overlaps(side: Side<'_>, nodes: &[NodeId]) -> Vec<Vec<NodeId>> {
    let arena = side.arena();
    let mut found = Vec::new();
    let values =
        |key: Word| -> Vec<NodeId> { nodes.iter().filter_map(|node| arena.get(*node, key)).collect() };
    for key in [w::PROPERTIES, w::PATTERN_PROPERTIES, w::DEPENDENT_SCHEMAS] {
        found.extend(by_name(side, values(key).into_iter()).into_values());
    }
    found.extend([w::ITEMS, w::PROPERTY_NAMES].map(values));
    let left = found.into_iter().map(|said| left_of(side, &said));
    left.filter(|left| left.len() > 1).collect()
}

/// Of two schemas the one that says all that the other one says. Their own `allOf` is not looked into.
fn narrower(side: Side<'_>, one: NodeId, other: NodeId) -> Option<NodeId> {
    if side.world.hashes.equal(one, other) {
        return Some(one);
    }
    let (left, right) = (Schema::of(side, one)?, Schema::of(side, other)?);
    if !left.is_plain() || !right.is_plain() {
        return None;
    }
    if left.says_all_of(&right) {
        return Some(one);
    }
    right.says_all_of(&left).then_some(other)
}
