//! Which operations reach which pairs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Pair;
use crate::contract::graph;

/// The operations of each pair, in order; of pairs without changes none. Pairs that hold each other share one list.
pub(super) fn operations(pairs: &[Pair], roots: &BTreeSet<(u32, u32)>, count: usize) -> Vec<Arc<[u32]>> {
    if roots.is_empty() {
        return vec![Arc::default(); pairs.len()];
    }
    let edges: Vec<Vec<u32>> = pairs.iter().map(|pair| pair.parts.clone()).collect();
    let component = graph::components(&edges);
    let components = component.iter().max().map_or(0, |last| *last as usize + 1);
    let width = count.div_ceil(64);
    let mut sets = vec![0_u64; components * width];
    for (operation, pair) in roots {
        let at = component[*pair as usize] as usize * width;
        sets[at + (*operation as usize) / 64] |= 1 << (operation % 64);
    }
    // What a component leads to has a smaller number: from the greatest downwards all that lead to it are done.
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_unstable_by_key(|pair| std::cmp::Reverse(component[*pair]));
    for pair in order {
        let from = component[pair] as usize;
        for part in &edges[pair] {
            let to = component[*part as usize] as usize;
            if to == from {
                continue;
            }
            let (low, high) = sets.split_at_mut(from * width);
            let target = &mut low[to * width..][..width];
            target
                .iter_mut()
                .zip(&high[..width])
                .for_each(|(to, from)| *to |= from);
        }
    }
    let mut lists: HashMap<&[u64], Arc<[u32]>> = HashMap::new();
    pairs
        .iter()
        .zip(&component)
        .map(|(pair, component)| {
            if pair.changes.is_empty() {
                return Arc::default();
            }
            let set = &sets[*component as usize * width..][..width];
            Arc::clone(lists.entry(set).or_insert_with(|| numbers(set)))
        })
        .collect()
}

/// The numbers in a set.
fn numbers(set: &[u64]) -> Arc<[u32]> {
    let of = |(base, bits): (u32, &u64)| {
        let bits = *bits;
        (0..64)
            .filter(move |bit| bits >> bit & 1 == 1)
            .map(move |bit| base + bit)
    };
    (0..).step_by(64).zip(set).flat_map(of).collect()
}

/// A list of operations as changes have it: in order, each once.
pub(super) fn listed(operations: &[u32]) -> Arc<[u32]> {
    let mut all = operations.to_vec();
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// Gives operations other numbers, and those who shared a list share one again.
pub(super) struct Ranked<'a> {
    ranks: &'a [u32],
    /// By where a list lies, which stays as long as it is kept beside what became of it.
    lists: HashMap<*const u32, [Arc<[u32]>; 2]>,
}

impl<'a> Ranked<'a> {
    /// By the new number of each.
    pub(super) fn by(ranks: &'a [u32]) -> Self {
        Self {
            ranks,
            lists: HashMap::new(),
        }
    }

    /// A list with the new numbers, in order.
    pub(super) fn ranked(&mut self, list: &Arc<[u32]>) -> Arc<[u32]> {
        if list.is_empty() {
            return Arc::clone(list);
        }
        let [_, ranked] = self.lists.entry(list.as_ptr()).or_insert_with(|| {
            let new: Vec<u32> = list.iter().map(|one| self.ranks[*one as usize]).collect();
            [Arc::clone(list), listed(&new)]
        });
        Arc::clone(ranked)
    }
}
