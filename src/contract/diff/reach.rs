//! Which operations reach which pairs.

use std::collections::BTreeSet;

use super::Pair;
use crate::contract::graph;

/// The operations of each pair, in order.
pub(super) fn operations(pairs: &[Pair], roots: &BTreeSet<(u32, u32)>, count: usize) -> Vec<Vec<u32>> {
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
    let listed = |component: u32| {
        let set = &sets[component as usize * width..][..width];
        let numbers = set.iter().enumerate().flat_map(|(at, bits)| {
            let base = at * 64;
            (0..64)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| base + bit)
        });
        numbers
            .map(|number| u32::try_from(number).unwrap_or(u32::MAX))
            .collect()
    };
    pairs
        .iter()
        .zip(&component)
        .map(|(pair, component)| {
            if pair.changes.is_empty() {
                Vec::new()
            } else {
                listed(*component)
            }
        })
        .collect()
}
